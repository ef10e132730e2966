"""What a customer's late items cost it: on its file, and invoiced on request."""

from collections import defaultdict
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

from ...engine import penalties
from ...tools.inside import get_inside
from ...tools.ledger import due_date_sql, is_receivable_sql

#: Items that were paid late are looked for among those due within so many days; open ones always.
PAID_LATE_DAYS = 365


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` about late payment penalties and recovery costs."""

    _inherit = "dso.customer"

    has_penalty_rule = fields.Boolean(compute="_compute_penalty_reason")
    penalty_reason = fields.Char(
        string="Why No Penalties",
        compute="_compute_penalty_reason",
        help="Says why this customer has no penalties.",
    )
    penalty_warning = fields.Char(
        compute="_compute_penalty_reason", groups="dso_collection.group_dso_manager"
    )
    penalty_text = fields.Char(
        string="Late Payment Interest",
        compute="_compute_penalty_text",
        help="Shows penalties to date that are not invoiced yet: on open items and on those paid "
        "late that were due in the last twelve months. One amount for each currency.",
    )
    recovery_cost_text = fields.Char(
        string="Recovery Costs Due", compute="_compute_penalty_text", help="Not invoiced yet."
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends(
        "company_id.dso_penalty_rule_id",
        "penalty_enabled",
        "recovery_cost_enabled",
        "partner_id.is_company",
        "partner_id.vat",
    )
    @api.depends_context("lang", "dso_today")
    def _compute_penalty_reason(self):
        for customer in self:
            # sudo: the rule decides, whoever may read companies
            company = customer.company_id.sudo()
            rule = company.dso_penalty_rule_id
            customer.has_penalty_rule = bool(rule)
            customer.penalty_reason = bool(rule) and customer._describe_no_penalties()
            # a rate that nobody needs here is missed by nobody
            customer.penalty_warning = (
                customer.penalty_enabled
                and not customer._is_consumer()
                and rule.with_company(company).missing_rate_text
            )

    def _describe_no_penalties(self):
        """Why this customer pays none, ``False`` where it does."""
        self.ensure_one()
        if self._is_consumer():
            return self.env._(
                "%(customer)s is not a company and has no tax ID: consumers never pay penalties "
                "or recovery costs.",
                customer=self.partner_id.display_name,
            )
        if not self.penalty_enabled and not self.recovery_cost_enabled:
            return self.env._("Switched off for this customer.")
        return False

    def _is_consumer(self):
        """Whether the customer acts as a consumer: neither a company nor with a tax ID."""
        self.ensure_one()
        partner = self.partner_id
        # "/" is Odoo's mark of who has no tax ID
        return not partner.is_company and not (partner.vat or "").strip(" /")

    def _has_penalties(self):
        """Whether late items of this customer may cost it anything at all."""
        self.ensure_one()
        return self.penalty_enabled or self.recovery_cost_enabled

    @api.depends("company_id", "partner_id", "penalty_enabled", "recovery_cost_enabled")
    @api.depends_context("lang", "dso_today")
    def _compute_penalty_text(self):
        rows = self._get_penalty_rows()
        for customer in self:
            totals = defaultdict(lambda: [0.0, 0.0])
            for row in rows.get(customer.id, ()):
                totals[row["currency_id"]][0] += row["penalty"]
                totals[row["currency_id"]][1] += row["recovery_cost"]
            # never added up: one amount for each currency, in a stable order
            pairs = sorted(totals.items(), key=lambda pair: pair[0].id)
            for fname, position in (("penalty_text", 0), ("recovery_cost_text", 1)):
                customer[fname] = ", ".join(
                    format_amount(self.env, amounts[position], currency)
                    for currency, amounts in pairs
                    if amounts[position]
                )

    # ------------------------------------------------------------------
    # Items
    # ------------------------------------------------------------------

    def _get_penalty_rows(self, on_date=None, paid_since=None):
        """What the late items of these customers cost, not invoiced yet, in a constant number of
        queries for each company.

        :param on_date: the last day that counts, default today in each company
        :param paid_since: items that were paid late only if they were due since this day, default
            within the last twelve months
        :return: {customer id: rows of ``account.move.line._dso_get_penalty_statement``}
        """
        result = {}
        # sudo: whether the customer's items cost anything is a matter of the rules
        customers = self._origin.sudo().filtered(
            lambda customer: (
                customer.company_id.dso_penalty_rule_id
                and customer._has_penalties()
                and not customer._is_consumer()
            )
        )
        for company, group in customers.grouped("company_id").items():
            today = get_inside(self.env, "dso_today") or company._dso_today()
            day = on_date or today
            since = paid_since or day - timedelta(days=PAID_LATE_DAYS)
            owners = group._find_late_items(day, since)
            lines = self.env["account.move.line"].browse(owners)
            for row in lines._dso_get_penalty_statement(day):
                result.setdefault(owners[row["line"].id], []).append(row)
        return result

    def _find_late_items(self, on_date, paid_since):
        """{id of a late item: id of its customer}, open ones and those paid late.

        :param paid_since: see :meth:`_get_penalty_rows`
        """
        self.env.flush_all()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT line.id, customer.id
                      FROM dso_customer customer
                      JOIN res_partner partner
                        ON partner.commercial_partner_id = customer.partner_id
                      JOIN account_move_line line
                        ON line.partner_id = partner.id AND line.company_id = customer.company_id
                      JOIN account_account account ON account.id = line.account_id
                      JOIN account_move move ON move.id = line.move_id
                     WHERE customer.id = ANY(%(customers)s)
                       AND line.parent_state = 'posted'
                       AND %(is_receivable)s
                       AND move.move_type = 'out_invoice'
                       AND move.dso_penalty IS NOT TRUE
                       AND %(due_date)s < %(on_date)s
                       AND (
                           line.reconciled IS NOT TRUE
                           OR %(due_date)s >= %(since)s
                          AND EXISTS (
                              SELECT 1 FROM account_partial_reconcile partial
                               WHERE partial.debit_move_id = line.id
                                 AND partial.max_date > %(due_date)s
                          )
                       )
                    """,
                    customers=self.ids,
                    due_date=due_date_sql(),
                    is_receivable=is_receivable_sql(),
                    on_date=on_date,
                    since=paid_since,
                )
            )
        )

    # ------------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------------

    def action_view_penalties(self):
        """Show the breakdown of what this customer's late items cost."""
        self.ensure_one()
        self.check_access("read")
        rows = self._get_penalty_rows().get(self.id, [])
        lines = self.env["account.move.line"].browse([row["line"].id for row in rows])
        lines = lines or self.item_ids
        if not lines:
            raise UserError(
                self.env._(
                    "%(customer)s has no open items and paid none late: there are no penalties.",
                    customer=self.partner_id.display_name,
                )
            )
        return lines.action_dso_view_penalties()

    def action_invoice_penalties(self):
        """Preview the invoices of what the selected customers' late items cost."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dso_collection.dso_penalty_invoice_action"
        )
        # made now: a dialog of a new record would open its first date's calendar
        wizard = self.env["dso.penalty.invoice"].create({"customer_ids": self.ids})
        return dict(action, res_id=wizard.id)

    # ------------------------------------------------------------------
    # Invoicing
    # ------------------------------------------------------------------

    def _invoice_penalties(self, on_date, paid_since=None):
        """Make a draft invoice of each customer's penalties and recovery costs, one per currency.

        :param on_date: the last day that is charged
        :param paid_since: see :meth:`_get_penalty_rows`
        :return: the draft invoices
        :raise UserError: where the user may not make invoices, an account is missing, or there is
            nothing to invoice
        """
        self.check_access("read")
        self._check_may_invoice_penalties(on_date)
        self._lock_for_penalties()
        rows = self._get_penalty_rows(on_date, paid_since)
        if not rows:
            raise UserError(
                self.env._(
                    "There is nothing to invoice: the selected customers have no penalties left "
                    "on %(date)s.",
                    date=format_date(self.env, on_date),
                )
            )
        invoices = self.env["account.move"]
        charges = []
        for customer in self:
            by_currency = defaultdict(list)
            for row in rows.get(customer.id, ()):
                by_currency[row["currency_id"]].append(row)
            for currency, entries in sorted(by_currency.items(), key=lambda pair: pair[0].id):
                vals, charged = customer._prepare_penalty_invoice(currency, entries)
                invoice = invoices.with_company(customer.company_id).create(vals)
                # in the order in which they were given
                lines = invoice.invoice_line_ids.sorted("id")
                charges += [
                    customer._prepare_penalty_charge(line, row, fname, on_date)
                    for line, (row, fname) in zip(lines, charged, strict=True)
                ]
                invoices |= invoice
        # sudo: what was charged is kept by the module only
        self.env["dso.penalty.charge"].sudo().create(charges)
        return invoices

    def _check_may_invoice_penalties(self, on_date):
        """:raise UserError: see :meth:`_invoice_penalties`"""
        if not self.env["account.move"].has_access("create"):
            raise UserError(
                self.env._(
                    "You can see penalties, but not invoice them. Ask an administrator for the "
                    "right “Invoicing”, or an accountant to create the invoice."
                )
            )
        for company in self.company_id.sudo():  # sudo: settings of the company, read only
            if not company.dso_penalty_rule_id:
                raise UserError(
                    self.env._(
                        "%(company)s has no penalty rule. Ask your administrator to choose one "
                        "in the Collection settings.",
                        company=company.name,
                    )
                )
            if not company.dso_penalty_account_id:
                raise UserError(
                    self.env._(
                        "%(company)s has no account for penalties. Ask your administrator to "
                        "choose one in the Collection settings.",
                        company=company.name,
                    )
                )
            if on_date > company._dso_today():
                raise UserError(
                    self.env._(
                        "Penalties cannot be invoiced for future days: %(date)s is after today.",
                        date=format_date(self.env, on_date),
                    )
                )

    def _lock_for_penalties(self):
        """Let two users who invoice the same customers at once follow one another: an update, not
        only a lock, makes the later one start afresh and see what the first one charged."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE dso_customer SET write_date = %s
                 WHERE id IN (SELECT id FROM dso_customer WHERE id = ANY(%s) ORDER BY id FOR UPDATE)
                """,
                self.env.cr.now(),
                self.ids,
            )
        )
        self.invalidate_recordset(["write_date"], flush=False)

    def _prepare_penalty_invoice(self, currency, rows):
        """Values of the draft invoice of one customer and currency.

        :param rows: see :meth:`_get_penalty_rows`
        :return: (values, [(row, ``penalty`` or ``recovery_cost``) of each line])
        """
        self.ensure_one()
        partner = self.partner_id
        lang = partner.lang or self.env.lang
        recipient = partner.browse(partner.address_get(["invoice"])["invoice"])
        charged = [
            (row, fname) for row in rows for fname in ("penalty", "recovery_cost") if row[fname]
        ]
        shared = self._prepare_penalty_line(recipient)
        speaker = self.with_context(lang=lang)
        vals = {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": recipient.id,
            "currency_id": currency.id,
            "dso_penalty": True,
            "invoice_line_ids": [
                Command.create(
                    {
                        **shared,
                        "name": speaker._describe_penalty(row, fname),
                        "price_unit": row[fname],
                    }
                )
                for row, fname in charged
            ],
        }
        return vals, charged

    def _prepare_penalty_line(self, recipient):
        """What all lines of a penalty invoice have in common: account and taxes of the settings,
        as the fiscal position of its recipient says."""
        # sudo: settings of the company, read only
        company = self.company_id.sudo()
        position = (
            self.env["account.fiscal.position"]
            .with_company(company)
            ._get_fiscal_position(recipient)
        )
        return {
            "account_id": position.map_account(company.dso_penalty_account_id).id,
            "tax_ids": [Command.set(position.map_tax(company.dso_penalty_tax_ids).ids)],
            "quantity": 1.0,
        }

    def _describe_penalty(self, row, fname):
        """The text of an invoice line in the language of the context: of interest with the
        breakdown, one segment a line.

        :param fname: ``penalty`` or ``recovery_cost``
        """
        if fname == "recovery_cost":
            return self.env._(
                "Recovery cost for the late payment of %(document)s, due %(date)s",
                document=row["document"],
                date=format_date(self.env, row["due_date"]),
            )
        texts = [
            self.env._(
                "Late payment interest on %(document)s, due %(date)s",
                document=row["document"],
                date=format_date(self.env, row["due_date"]),
            )
        ]
        format_rate = self.env["dso.penalty.rate"]._format_rate
        printed = penalties.round_parts(
            [segment["interest"] for segment in row["breakdown"]], row["currency_id"].rounding
        )
        for segment, interest in zip(row["breakdown"], printed, strict=True):
            values = {
                "start": format_date(self.env, segment["from"]),
                "end": format_date(self.env, segment["to"]),
                "days": segment["days"],
                "rate": format_rate(segment["rate"]),
                "base": format_amount(self.env, segment["base"], row["currency_id"]),
                "interest": format_amount(self.env, interest, row["currency_id"]),
            }
            texts.append(
                self.env._(
                    "%(start)s to %(end)s: %(days)s days at %(rate)s %% on %(base)s: %(interest)s "
                    "(last known reference rate)",
                    **values,
                )
                if segment["assumed"]
                else self.env._(
                    "%(start)s to %(end)s: %(days)s days at %(rate)s %% on %(base)s: %(interest)s",
                    **values,
                )
            )
        return "\n".join(texts)

    def _prepare_penalty_charge(self, invoice_line, row, fname, on_date):
        """What is kept of an item that was charged. Only interest uses days up."""
        line = row["line"]
        interest = fname == "penalty"
        return {
            "customer_id": self.id,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "line_id": line.id,
            "origin_move_id": line.move_id.id,
            "invoice_id": invoice_line.move_id.id,
            "invoice_line_id": invoice_line.id,
            "document": row["document"],
            "due_date": row["due_date"],
            "date_from": interest and row["breakdown"][0]["from"],
            "date_to": interest and on_date,
            "currency_id": row["currency_id"].id,
            "interest": row["penalty"] if interest else 0.0,
            "recovery_cost": 0.0 if interest else row["recovery_cost"],
        }
