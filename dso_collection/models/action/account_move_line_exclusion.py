from odoo import api, fields, models
from odoo.fields import Domain

from ...engine import leader as rules
from ...engine.facts import EXCLUDING_KINDS, Settings
from ...engine.items import Booked, Money, build_item
from ...tools.ledger import get_due_date


class AccountMoveLine(models.Model):
    """Why an item is not chased, and which part of it."""

    _inherit = "account.move.line"

    dso_has_specific = fields.Boolean(
        string="Has a Specific Action", compute="_compute_dso_has_specific"
    )
    dso_excluded = fields.Boolean(
        string="Excluded From the Scenario",
        compute="_compute_dso_excluded",
        search="_search_dso_excluded",
    )
    dso_excluded_reason = fields.Char(
        string="Reason for Exclusion", compute="_compute_dso_excluded"
    )

    def _compute_dso_excluded(self):
        reasons = self._dso_get_exclusions()
        labels = self._dso_get_exclusion_labels()
        for line in self:
            reason = reasons.get(line._origin.id)
            line.dso_excluded = bool(reason)
            line.dso_excluded_reason = labels.get(reason, False)

    @api.model
    def _dso_get_exclusion_labels(self):
        return {
            "dispute": self.env._("In dispute"),
            "litigation": self.env._("In litigation"),
            "promise": self.env._("Promised"),
            "specific": self.env._("Specific action"),
            "ignored": self.env._("Ignored"),
            "no_followup": self.env._("Excluded from follow-up"),
            "blocked": self.env._("Payment blocked"),
            "announced": self.env._("Payment on its way"),
            "discount": self.env._("Early-payment discount"),
            "unsent": self.env._("Never sent"),
        }

    def _dso_get_exclusions(self):
        """{line id: why the scenario leaves it out}, for open items, by the engine's rule. Of a
        credit it says why it reduces nothing that the scenario asks for."""
        claims = self.filtered(lambda line: line._dso_is_open())
        if not claims:
            return {}
        announced = claims._dso_get_announced()
        # sudo: whether an item is chased is a fact of the rules, shown with the item
        items = self.env["dso.action.item"].sudo()
        attached = items.search(
            [
                ("line_id", "in", claims.ids),
                ("action_id.origin", "=", "specific"),
                ("action_id.state", "in", ("planned", "error")),
            ]
        )
        wholly = attached.filtered(lambda item: not item.partial).line_id
        partly = attached.line_id - wholly
        parts = claims._dso_get_parts()
        result = {}
        for company, lines in claims.grouped("company_id").items():
            today = company._dso_today()
            # sudo: settings of the company, for items that the caller may read
            settings = Settings(
                ignore_below=company.sudo().dso_ignore_below,
                hold_unsent=company.sudo().dso_hold_unsent,
            )
            for line in lines:
                item = line._dso_to_engine(
                    company,
                    announced.get(line.id),
                    attached=line in wholly,
                    attached_part=line in partly,
                    part=parts.get(line.id),
                )
                cause = rules.exclusion(item, today, settings)
                result[line.id] = None if cause == "credit" else cause
        return result

    def _dso_to_engine(self, company, announced=None, **values):
        """This item as the engine knows it.

        :param announced: money on its way, see ``_dso_get_announced``
        :param values: what is attached to it, and what of it is disputed or promised, see
            :class:`engine.items.Booked`
        """
        self.ensure_one()
        # sudo: the status's kind decides, whoever may read statuses
        kind = self.sudo().dso_status_id.kind or None
        promised = kind == "promise" and self.dso_status_date
        booked = Booked(
            id=self.id,
            due_date=get_due_date(self),
            date=self.invoice_date or self.date,
            amount=self.amount_residual,
            residual=self.amount_residual_currency,
            no_followup=self.no_followup,
            ignored=self.dso_ignored,
            kind=kind,
            promised_until=company._dso_promised_until(promised) if promised else None,
            # sudo: whether an invoice is blocked is shown with the item
            blocked=self.sudo().move_id.payment_state == "blocked",
            unsent=self.sudo().move_id._dso_is_unsent(),
            **self._dso_prepare_discount(),
            **values,
        )
        money = None
        if announced:
            day, amount, _words = announced
            money = Money(day or None, amount, company._dso_announced_until(day) if day else None)
        return build_item(booked, money)

    def _dso_get_early_discount(self, day):
        """What a payment on a day saves of this item, in its currency: nothing after the date of
        the early-payment discount, nor once a part is paid."""
        self.ensure_one()
        if not self.discount_date or not self.discount_amount_currency or day > self.discount_date:
            return 0.0
        if self.amount_residual <= 0 or self.currency_id.compare_amounts(
            self.amount_residual_currency, self.amount_currency
        ):
            return 0.0
        return max(0.0, self.amount_currency - self.discount_amount_currency)

    def _dso_prepare_discount(self):
        """The early-payment discount of this item, see :class:`engine.items.Booked`."""
        if not self.discount_date or not self.discount_amount_currency:
            return {}
        # sudo: when an item was paid is shown with it
        days = self.sudo().matched_credit_ids.mapped("max_date")
        return {
            "discount": self.amount_currency - self.discount_amount_currency,
            "discount_until": self.discount_date,
            "paid_on": max(days, default=None),
        }

    def _search_dso_excluded(self, operator, value):
        if operator != "in":
            return NotImplemented
        excluded = self._dso_get_open_domain() & Domain.OR(self._dso_get_exclusion_domains())
        return excluded if True in value else ~excluded

    @api.model
    def _dso_get_exclusion_domains(self):
        """The engine's :func:`exclusion` as domains, to search by it."""
        # sudo: the same facts as in the compute
        items = self.env["dso.action.item"].sudo()
        attached = items._search(
            [
                ("line_id", "!=", False),
                ("partial", "=", False),
                ("action_id.origin", "=", "specific"),
                ("action_id.state", "in", ("planned", "error")),
            ]
        )
        # those of which only a part is disputed or promised stay in
        whole = Domain("id", "not in", self._dso_get_partial_ids())
        claims = Domain("amount_residual", ">", 0)
        domains = [
            Domain("no_followup", "=", True),
            Domain("dso_ignored", "=", True),
            Domain("move_id.payment_state", "=", "blocked"),
            Domain("id", "in", self._dso_find_paid_excluded()),
            Domain("dso_status_id.kind", "in", list(EXCLUDING_KINDS - {"dispute"})),
            Domain("dso_status_id.kind", "=", "dispute") & whole,
            Domain("id", "in", attached.subselect("line_id")),
        ]
        for company in self.env["res.company"]._dso_companies():
            own = Domain("company_id", "=", company.id)
            if company.dso_ignore_below:
                domains.append(
                    own & claims & Domain("amount_residual", "<", company.dso_ignore_below)
                )
            if company.dso_hold_unsent:
                unsent = self.env["account.move"]._dso_get_unsent_domain()
                domains.append(own & claims & Domain("move_id", "any", unsent))
            today = company._dso_today()
            awaited = company._dso_awaited_from(today)
            domains.append(
                own
                & claims
                & Domain("dso_status_id.kind", "=", "promise")
                & Domain("dso_status_date", ">=", awaited)
                & whole
            )
        return domains

    @api.model
    def _dso_find_paid_excluded(self):
        """Ids of open claims that are left out for money that came or is on its way."""
        # sudo: the same facts as in the compute
        Line = self.sudo()
        claims = self._dso_get_open_domain() & Domain("amount_residual", ">", 0)
        lines = Line.search(claims & Line._dso_get_announced_domain())
        causes = lines._dso_get_exclusions()
        return [key for key, cause in causes.items() if cause in ("announced", "discount")]

    @api.model
    def _dso_get_partial_ids(self):
        """Open items of which less than all is disputed or promised."""
        # sudo: the same facts as in the compute
        entries = (
            self.env["dso.qualification"]
            .sudo()
            .search(
                [
                    ("kind", "in", ("dispute", "promise")),
                    ("amount", ">", 0),
                    ("line_id.reconciled", "=", False),
                ]
            )
        )
        lines = entries.line_id
        parts = lines._dso_get_parts()
        return [
            line.id
            for line in lines
            if line.id in parts
            and line.currency_id.compare_amounts(parts[line.id], line.amount_residual_currency) < 0
        ]

    def _compute_dso_has_specific(self):
        # sudo: the star is shown to whoever sees the item
        items = self.env["dso.action.item"].sudo()
        followed = items.search(
            [
                ("line_id", "in", self.ids),
                ("action_id.origin", "=", "specific"),
                ("action_id.state", "in", ("planned", "error")),
            ]
        ).line_id
        for line in self:
            line.dso_has_specific = line._origin in followed
