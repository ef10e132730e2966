"""The statement of account: printed, or sent by the ordinary channel."""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_amount, format_date

from ..engine import ageing, families

REPORT = "dso_collection.report_statement"
TEMPLATE = "dso_collection.mail_template_statement"


class DsoCustomerStatement(models.AbstractModel):
    """The part of ``dso.customer`` that makes its statement of account."""

    _name = "dso.customer.statement"
    _description = "Statement of Collection Customers"

    def action_send_statement(self):
        """Send the statement as an action out of scenario: the dialog is filled in, the words may
        be changed before it leaves."""
        self.ensure_one()
        self.check_access("write")
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        context = {
            "default_action_type": "email",
            "default_execute_now": True,
            "default_mail_template_id": template.id if template else False,
        }
        return self.with_context(**context).action_new_action()

    def action_print_statement(self):
        """The statement as a PDF for download, in the customer's language; kept with its file."""
        self.ensure_one()
        self.check_access("write")
        # sudo: the customer's own documents; the right to act for it was checked
        customer = self.sudo()
        values = customer._prepare_statement()
        if not values["items_table"]:
            raise UserError(
                self.env._(
                    "Nothing is open for %(customer)s: there is no statement to print.",
                    customer=self.partner_id.display_name,
                )
            )
        content = self.env["dso.letter.printer"]._print(
            REPORT, customer, {"statements": {customer.id: values}}
        )
        attachment = (
            # sudo: see above
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": customer._get_statement_name(),
                    "raw": content[customer.id],
                    "mimetype": "application/pdf",
                    "res_model": "dso.customer",
                    "res_id": customer.id,
                }
            )
        )
        return self._download_file(attachment)

    def _get_statement_name(self):
        customer = self.with_context(lang=self.partner_id.lang or self.env.lang)
        return customer.env._(
            "Statement of account %(customer)s %(date)s.pdf",
            customer=self.partner_id.name,
            date=self.company_id._dso_today(),
        )

    def _prepare_statement(self):
        """What the report prints, in the customer's language: the items that ``#items_list`` tells
        of, and what of them is how late, for each currency by itself."""
        self.ensure_one()
        customer = self.with_context(lang=self.partner_id.lang or self.env.lang)
        env = customer.env
        todays = customer._get_todays()
        today = todays[customer.company_id.id]
        facts = customer._read_facts(todays)
        told = families.family(
            facts.customers[customer.id].items,
            "all",
            today,
            facts.settings[customer.company_id.id],
        )
        lines = env["account.move.line"].browse([item.id for item in told])
        rows = [line._dso_prepare_row(today, None) for line in lines]
        ages = {}
        for row in rows:
            # never added up: one total for each currency
            own = ages.setdefault(row["currency_id"], dict.fromkeys(self._get_ages(), 0.0))
            age = ageing.bucket((today - row["due_date"]).days)
            own[age if row["amount_residual"] > 0 else "credits"] += row["amount_residual"]
        ages = sorted(ages.items(), key=lambda entry: entry[0].id)
        labels = {**customer._get_bucket_labels(), "credits": env._("Credits")}
        Action = env["dso.action"]
        return {
            "lang": env.lang,
            "today": format_date(env, today, date_format="long"),
            "items_table": Action._render_items_table(
                rows,
                [(currency, sum(own.values())) for currency, own in ages],
                lambda day: format_date(env, day),
            ),
            "labels": [labels[age] for age in self._get_ages()],
            "ages": [
                {
                    "currency": currency.name,
                    "amounts": [format_amount(env, own[age], currency) for age in self._get_ages()],
                }
                for currency, own in ages
            ],
            # sudo: the company's own accounts
            "banks": customer.company_id.sudo().partner_id.bank_ids,
        }

    def _get_ages(self):
        """The columns of the ageing at the foot of a statement."""
        return [*(bucket.key for bucket in ageing.BUCKETS), "credits"]
