"""The customer's page: paying online through Odoo's payment providers."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_amount

from ...engine import pages as rules
from ...tools.inside import inside
from ...tools.ledger import get_due_date

#: After which time a payment is no longer told of as the one that was just made.
RECENT = timedelta(hours=2)


class NotPayable(Exception):
    """Why items cannot be paid at once: ``none``, ``covered``, ``currencies``, ``accounts`` or
    ``many``."""


class DsoPage(models.Model):
    """The part of ``dso.page`` that is about paying online. What a payment is about and its
    amount are always worked out here, never taken from the visitor."""

    _inherit = "dso.page"

    # ------------------------------------------------------------------
    # What can be paid
    # ------------------------------------------------------------------

    def _get_awaited(self):
        """{line id: what of it is on its way}: it must not be paid a second time. What a customer
        only says to have paid may be paid all the same."""
        claims = self.env["account.move.line"].search(
            self._get_lines_domain() & Domain("amount_residual", ">", 0)
        )
        return claims.with_context(**inside(dso_answers=False))._dso_get_awaited()

    def _get_lines_being_paid(self, awaited=None):
        """Items of which all is on its way."""
        awaited = self._get_awaited() if awaited is None else awaited
        lines = self.env["account.move.line"].browse(awaited)
        return lines.filtered(
            lambda line: (
                line.currency_id.compare_amounts(awaited[line.id], line.amount_residual_currency)
                >= 0
            )
        )

    def _get_payable_domain(self, scope="all", currency_id=None):
        """What of the page is paid: claims, overdue ones alone or of one currency, less the credit
        notes and payments on account. What is wholly in dispute is asked of nobody, and no credit
        in dispute is set off."""
        claims = Domain("amount_residual", ">", 0)
        if scope == "overdue":
            claims &= self._get_show_domain("overdue", self.company_id._dso_today())
        credits_ = Domain("amount_residual", "<", 0)
        if scope != "items":
            # what is left out covers nothing (R8)
            credits_ &= Domain("dso_ignored", "=", False) & Domain("no_followup", "=", False)
            credits_ &= ~Domain("dso_status_id.kind", "=", "litigation")
        domain = self._get_lines_domain() & (claims | credits_)
        domain &= Domain("id", "not in", self._get_lines_being_paid().ids)
        if currency_id:
            domain &= Domain("currency_id", "=", currency_id)
        if scope == "items":
            # what somebody ticks is their own will
            return domain
        disputed = Domain("dso_status_id.kind", "=", "dispute")
        return domain & (~disputed | Domain("id", "in", self._get_lines_partly_disputed().ids))

    def _get_lines_partly_disputed(self):
        """Claims of which a part is in dispute, and the rest is asked for."""
        disputed = self.env["account.move.line"].search(
            self._get_lines_domain()
            & Domain("amount_residual", ">", 0)
            & Domain("dso_status_id.kind", "=", "dispute")
        )
        parts = disputed._dso_get_parts()
        return disputed.filtered(
            lambda line: (
                line.currency_id.compare_amounts(
                    line.amount_residual_currency, parts.get(line.id, line.amount_residual_currency)
                )
                > 0
            )
        )

    def _get_payable_amounts(self, lines, scope):
        """{item: what of it is paid, in its currency}: all that is open, less what is on its way,
        an early-payment discount and, unless the visitor ticked the item, the part in dispute."""
        parts = {}
        if scope != "items":
            disputed = lines.filtered(lambda line: line.dso_status_id.kind == "dispute")
            parts = disputed._dso_get_parts()
        withheld = self._get_withheld(lines, parts)
        return {
            line: line.currency_id.round(line.amount_residual_currency - withheld.get(line.id, 0.0))
            for line in lines
        }

    def _get_withheld(self, lines, parts):
        """{line id: what of it is not asked for}: the part in dispute, what is on its way, else the
        early-payment discount while it is valid.

        :param parts: {line id: the part in dispute}
        """
        withheld = dict(parts)
        today = self.company_id._dso_today()
        for line_id, amount in self._get_awaited().items():
            withheld[line_id] = withheld.get(line_id, 0.0) + amount
        for line in lines:
            if line.id not in withheld and (saved := line._dso_get_early_discount(today)):
                withheld[line.id] = saved
        return {
            line.id: min(withheld[line.id], line.amount_residual_currency)
            for line in lines
            if line.id in withheld
        }

    def _get_payable_lines(self, selection):
        """The items that a visitor chose to pay, of those that are on the page.

        :param selection: engine.pages.Selection
        """
        domain = self._get_payable_domain(selection.scope, selection.currency_id)
        if selection.scope == "items":
            domain &= Domain("id", "in", list(selection.ids))
        return self.env["account.move.line"].search(domain, order="date_maturity, id")

    def _prepare_payment(self, selection):
        """What is to be paid, and how it can be.

        :param selection: as it stands in the address, see ``engine.pages.parse_selection``
        :return: dict with ``lines``, ``amounts`` (of each of them), ``currency``, ``amount`` (less
            credits), ``reference``, ``providers`` and ``methods`` (superuser)
        :raise NotPayable: where it cannot be paid at once
        """
        self.ensure_one()
        chosen = rules.parse_selection(selection)
        lines = self._get_payable_lines(chosen) if chosen else None
        if not lines:
            raise NotPayable("none")
        if len(lines) > rules.MAX_PAID:
            raise NotPayable("many")
        if len(lines.currency_id) > 1:
            raise NotPayable("currencies")
        if len(lines.account_id) > 1:
            # one payment is booked against one receivable account
            raise NotPayable("accounts")
        currency = lines.currency_id
        amounts = self._get_payable_amounts(lines, chosen.scope)
        amount = currency.round(sum(amounts.values()))
        if currency.compare_amounts(amount, 0.0) <= 0:
            # the credits cover it
            raise NotPayable("covered" if len(lines) > 1 else "none")
        providers = self._get_payment_providers(currency, amount)
        return {
            "lines": lines,
            "amounts": amounts,
            "currency": currency,
            "amount": amount,
            "providers": providers,
            "methods": self._get_payment_methods(providers, currency),
        }

    def _get_payment_providers(self, currency, amount):
        """Odoo's providers that take this payment of this customer in its company."""
        # a visitor is nobody's user, whoever is logged in: only published providers
        return (
            self.env["payment.provider"]
            .with_user(self.env.ref("base.public_user"))
            # sudo: published providers only, without their keys
            .sudo()
            ._get_compatible_providers(
                self.company_id.id, self.partner_id.id, amount, currency_id=currency.id
            )
        )

    def _get_payment_methods(self, providers, currency):
        if not providers:
            return self.env["payment.method"]
        return providers.env["payment.method"]._get_compatible_payment_methods(
            providers.ids, self.partner_id.id, currency_id=currency.id
        )

    def _prepare_payable(self, today):
        """What the page offers to pay: overdue items and all of them, by currency, less credits
        and what is in dispute, where a provider takes it.

        :return: {currency id: [(selection, scope, amount as text)]}
        """
        result = {}
        for currency, scopes in self._sum_payable().items():
            if not self._get_payment_providers(currency, 0.0):
                continue
            offers = {
                scope: amount
                for scope, (amount, count, accounts) in scopes.items()
                # one payment is booked against one receivable account
                if count <= rules.MAX_PAID
                and accounts == 1
                and currency.compare_amounts(amount, 0.0) > 0
            }
            if "all" in offers and offers.get("overdue") == offers["all"]:
                del offers["overdue"]
            if offers:
                result[currency.id] = [
                    (f"{scope}-{currency.id}", scope, format_amount(self.env, amount, currency))
                    for scope, amount in offers.items()
                ]
        return result

    def _sum_payable(self):
        """{currency: {scope: (amount, number of items, number of accounts)}}"""
        partly = self._get_lines_partly_disputed()
        today = self.company_id._dso_today()
        awaited = self._get_awaited()
        Line = self.env["account.move.line"]
        early = Line.search(self._get_lines_domain() & Domain("discount_date", ">=", today))
        less = (partly | early | Line.browse(awaited)) - self._get_lines_being_paid(awaited)
        wholly = less.filtered(lambda line: line.dso_status_id.kind == "dispute") - partly
        withheld = self._get_withheld(less - wholly, partly._dso_get_parts())
        sums = {}
        for scope in ("overdue", "all"):
            for currency, amount, count, accounts in Line._read_group(
                self._get_payable_domain(scope),
                ["currency_id"],
                ["amount_residual_currency:sum", "__count", "account_id:count_distinct"],
            ):
                less_here = sum(
                    withheld[line.id]
                    for line in less - wholly
                    if line.id in withheld
                    and line.currency_id == currency
                    and (scope == "all" or get_due_date(line) < today)
                )
                sums.setdefault(currency, {})[scope] = (
                    currency.round(amount - less_here),
                    count,
                    accounts,
                )
        return sums

    # ------------------------------------------------------------------
    # Transactions
    # ------------------------------------------------------------------

    def _prepare_transaction(self, payment):
        """Values of the ``payment.transaction`` of what was chosen.

        :param payment: see ``_prepare_payment``
        """
        # what is no invoice (an opening balance) is paid too, but is nothing that Odoo links
        claims = payment["lines"].filtered(lambda line: line.amount_residual > 0)
        moves = claims.move_id
        invoices = moves.filtered(lambda move: move.is_sale_document(include_receipts=True))
        return {
            "invoice_ids": [fields.Command.set(invoices.ids)],
            "dso_page_id": self.id,
            "dso_line_ids": [fields.Command.set(payment["lines"].ids)],
        }

    def _prepare_payment_rows(self, payment):
        """[(document, amount as text)] of what is to be paid."""
        return [
            (
                line._dso_get_document(),
                format_amount(self.env, amount, line.currency_id),
            )
            for line, amount in payment["amounts"].items()
        ]

    def _format_payment(self, payment):
        return format_amount(self.env, payment["amount"], payment["currency"])

    def _get_payment_reference(self, lines):
        """What stands on the customer's bank statement."""
        claims = lines.filtered(lambda line: line.amount_residual > 0)
        if len(claims) <= 3:
            return ", ".join(line._dso_get_document() for line in claims)
        return self.company_id.get_next_batch_payment_communication()

    @api.model
    def _get_payment_texts(self):
        return {
            "done": self.env._("Thank you: your payment of %(amount)s was received."),
            "authorized": self.env._("Thank you: your payment of %(amount)s was authorised."),
            "pending": self.env._(
                "Your payment of %(amount)s is being processed. The items stay open until it has "
                "arrived."
            ),
            "cancel": self.env._("The payment of %(amount)s was cancelled. Nothing was paid."),
            "error": self.env._(
                "The payment of %(amount)s failed. Nothing was paid: please try again."
            ),
        }

    def _prepare_payment_message(self):
        """What is said when a visitor comes back from the last payment of this page.

        :return: dict with ``text`` and ``good``, ``None`` where there is none
        """
        since = fields.Datetime.now() - RECENT
        last = self.env["payment.transaction"].search(
            [("dso_page_id", "=", self.id), ("create_date", ">", since), ("state", "!=", "draft")],
            order="id desc",
            limit=1,
        )
        text = self._get_payment_texts().get(last.state)
        if not text:
            return None
        amount = format_amount(self.env, last.amount, last.currency_id)
        return {
            "text": text % {"amount": amount},
            "good": last.state in ("done", "authorized", "pending"),
        }
