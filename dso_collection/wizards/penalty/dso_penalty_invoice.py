from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import format_date

from ...models.customer.dso_customer_penalty import PAID_LATE_DAYS


class DsoPenaltyInvoice(models.TransientModel):
    """What of the selected customers' penalties and recovery costs will be invoiced, before it
    is."""

    _name = "dso.penalty.invoice"
    _description = "Invoice Late Payment Penalties"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset({"customer_ids", "on_date", "paid_since"})

    customer_ids = fields.Many2many("dso.customer", string="Customers")
    on_date = fields.Date(
        string="Interest Until",
        required=True,
        default=lambda self: self.env.company._dso_today(),
        help="The last day that is charged. Later days can be invoiced later.",
    )
    paid_since = fields.Date(
        string="Paid Late, Due Since",
        required=True,
        default=lambda self: self.env.company._dso_today() - timedelta(days=PAID_LATE_DAYS),
        help="Items that were paid late are charged only if they were due on this day or later. "
        "Open items are charged whenever they were due.",
    )
    table = fields.Html(string="Preview", compute="_compute_table", sanitize=False)
    reasons = fields.Text(string="Without Penalties", compute="_compute_table")
    warning = fields.Text(compute="_compute_table")
    is_empty = fields.Boolean(compute="_compute_table")
    can_invoice = fields.Boolean(
        compute="_compute_table",
        help="Set when nothing is missing and the user is allowed to invoice.",
    )

    @api.depends("customer_ids", "on_date", "paid_since")
    def _compute_table(self):
        for wizard in self:
            customers = wizard.customer_ids._origin
            customers.check_access("read")
            rows = customers._get_penalty_rows(wizard.on_date, wizard.paid_since)
            wizard.is_empty = not rows
            wizard.table = self.env["ir.qweb"]._render(
                "dso_collection.penalties_preview",
                {
                    "customers": [
                        {
                            "name": customer.display_name,
                            "table": self.env["dso.action"]._render_penalties_table(
                                rows[customer.id]
                            ),
                        }
                        for customer in customers
                        if customer.id in rows
                    ]
                },
                minimal_qcontext=True,
            )
            wizard.reasons = "\n".join(
                wizard._describe_nothing(customer)
                for customer in customers
                if customer.id not in rows
            )
            missing = wizard._get_missing(customers)
            wizard.can_invoice = bool(rows) and not missing
            wizard.warning = "\n".join([*missing, *wizard._get_warnings(customers)])

    def _describe_nothing(self, customer):
        """Why nothing is invoiced to a customer."""
        if not customer.has_penalty_rule:
            reason = self.env._("The company has no penalty rule.")
        else:
            reason = customer.penalty_reason or self.env._(
                "Nothing is left to invoice on %(date)s.",
                date=format_date(self.env, self.on_date),
            )
        return f"{customer.display_name}: {reason}"

    def _get_missing(self, customers):
        """What keeps the invoices from being made, in sentences: said before a button is
        pressed."""
        texts = []
        if not self.env["account.move"].has_access("create"):
            texts.append(
                self.env._("You can look, but not invoice: you lack the right “Invoicing”.")
            )
        for company in customers.company_id.sudo():  # sudo: settings of the company, read only
            if not company.dso_penalty_account_id:
                texts.append(
                    self.env._(
                        "%(company)s has no account for penalties. Ask an administrator to "
                        "choose one in the Collection settings.",
                        company=company.name,
                    )
                )
            if not self._has_sales_journal(company):
                texts.append(
                    self.env._(
                        "%(company)s has no sales journal to invoice in. Ask an accountant to "
                        "add one.",
                        company=company.name,
                    )
                )
            if self.on_date and self.on_date > company._dso_today():
                texts.append(
                    self.env._(
                        "Penalties cannot be invoiced for future days: %(date)s is after today.",
                        date=format_date(self.env, self.on_date),
                    )
                )
        return texts

    def _has_sales_journal(self, company):
        # sudo: whether there is one, for users without access to journals
        journals = self.env["account.journal"].sudo()
        domain = [
            *journals._check_company_domain(company),
            ("type", "=", "sale"),
        ]
        return bool(journals.search_count(domain, limit=1))

    def _get_warnings(self, customers):
        """What should be fixed before, in sentences."""
        companies = customers.company_id.sudo()  # sudo: settings of the company, read only
        texts = [
            company.dso_penalty_rule_id.with_company(company).missing_rate_text
            for company in companies
        ]
        return list(filter(None, texts))

    def action_create(self):
        """Make the draft invoices that were shown, and open them."""
        self.ensure_one()
        invoices = self.customer_ids._invoice_penalties(self.on_date, self.paid_since)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action = dict(action, domain=[("id", "in", invoices.ids)], context={})
        if len(invoices) == 1:
            action.update(
                views=[(self.env.ref("account.view_move_form").id, "form")], res_id=invoices.id
            )
        return action
