"""The statement of account: printed, sent by the ordinary channel, fetched from the customer's
page."""

import functools
import re

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_amount, format_date

from ...engine import ageing, families
from ...engine.pages import clean_file_name

REPORT = "dso_collection.report_statement"
TEMPLATE = "dso_collection.mail_template_statement"
#: How much of a customer's name fits into the name of a file, with the day behind it.
MAX_NAME = 50


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` that makes its statement of account."""

    _inherit = "dso.customer"

    def action_send_statement(self):
        """Send the statement as an action out of scenario: a dialog shows to whom and what, the
        words may be changed before it leaves."""
        self.ensure_one()
        self.check_access("write")
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        contacts = self._find_serving()[self.id]._dso_serving("email")
        context = {
            "default_action_type": "email",
            "default_execute_now": True,
            "default_mail_template_id": template.id if template else False,
            "default_recipient_ids": contacts.ids,
            "default_is_statement": True,
        }
        return {**self.with_context(**context).action_new_action(), **self._get_statement_window()}

    def _get_statement_window(self):
        """Title and form of the dialog that sends the statement."""
        view = self.env.ref("dso_collection.dso_action_new_view_form_statement")
        return {
            "name": self.env._(
                "Statement of account: %(customer)s", customer=self.partner_id.display_name
            ),
            "views": [(view.id, "form")],
        }

    def action_print_statement(self):
        """The statement as a PDF for download, in the customer's language; kept with its file."""
        self.ensure_one()
        self.check_access("write")
        # sudo: the customer's own documents; the right to act for it was checked
        customer = self.sudo()
        statement = customer._prepare_statement()
        if not statement["items_table"]:
            raise UserError(
                self.env._(
                    "Nothing is open for %(customer)s: there is no statement to print.",
                    customer=self.partner_id.display_name,
                )
            )
        attachment = (
            # sudo: kept with the customer, whose statement the user may print
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": customer.with_context(
                        lang=customer.partner_id.lang or self.env.lang
                    )._get_statement_name(),
                    "raw": customer._print_statement(statement),
                    "mimetype": "application/pdf",
                    "res_model": "dso.customer",
                    "res_id": customer.id,
                }
            )
        )
        return self._download_file(attachment)

    def _get_statement_name(self):
        return self._make_file_name(self.env._("Statement of account %(customer)s %(date)s"), "pdf")

    def _make_file_name(self, name, extension):
        """The name of a file: whose it is and of which day, as any system takes it."""
        self.ensure_one()
        # a company and its customer's department may have a slash in their names
        customer = re.sub(r"[/\\]+", "-", self.partner_id.name or "")[:MAX_NAME].strip()
        name = name % {"customer": customer, "date": self.company_id._dso_today()}
        return f"{clean_file_name(name)}.{extension}"

    def _print_statement(self, statement):
        """The statement of account on paper: printed from the customer's sheet, and what the
        customer downloads from its page.

        :param statement: see ``_prepare_statement``
        :return: the PDF as bytes
        """
        self.ensure_one()
        return self.env["dso.letter.printer"]._print(
            REPORT, self, {"statements": {self.id: statement}}
        )[self.id]

    def _prepare_statement(self, lines=None, lang=None):
        """What the report prints: open items, how late they are and, where this customer bears
        any, penalties. Each currency by itself.

        :param lines: the items in their order, default those that ``#items_list`` tells of
        :param lang: code of the recipient's language, default the customer's
        :return: dict for the template, texts formatted in that language
        """
        self.ensure_one()
        customer = self.with_context(lang=lang or self.partner_id.lang or self.env.lang)
        env = customer.env
        today = customer.company_id._dso_today()
        if lines is None:
            lines = customer._get_listed_lines(today)
        rows = customer._prepare_statement_rows(lines.with_env(env), today)
        ages = customer._get_amounts_by_age(rows, today)
        labels = {**customer._get_bucket_labels(), "credits": env._("Credits")}
        Action = env["dso.action"]
        format_day = functools.cache(functools.partial(format_date, env))
        return {
            "lang": env.lang,
            "today": format_date(env, today, date_format="long"),
            "items_table": Action._render_items_table(
                rows,
                [(currency, currency.round(sum(own.values()))) for currency, own in ages],
                format_day,
                with_costs=True,
                with_promises=True,
            ),
            "labels": [labels[age] for age in self._get_ages()],
            "ages": [
                {
                    "currency": currency.name,
                    "amounts": [format_amount(env, own[age], currency) for age in self._get_ages()],
                }
                for currency, own in ages
            ],
            "penalties_table": Action._render_penalties_table(rows),
            "banks": lines._dso_get_banks(customer.company_id._dso_get_banks()),
        }

    def _get_listed_lines(self, today):
        """The items that ``#items_list`` tells of: claims oldest first, then credits."""
        self.ensure_one()
        company = self.company_id
        facts = self._read_facts({company.id: today})
        told = families.select_items(
            facts.customers[self.id].items, "all", today, facts.settings[company.id]
        )
        return self.env["account.move.line"].browse([item.id for item in told])

    def _prepare_statement_rows(self, lines, today):
        """Rows of these items, with interest and recovery cost of the late ones."""
        rows = [line._dso_prepare_row(today) for line in lines]
        if self._has_penalties():
            found = lines._dso_penalties(today)
            for row in rows:
                row["penalty"], row["recovery_cost"], row["breakdown"] = found[row["line_id"]]
        return rows

    def _get_amounts_by_age(self, rows, today):
        """What of the rows is how late, credits by themselves.

        :return: [(currency, {age: amount})], never added up over two currencies
        """
        result = {}
        for row in rows:
            own = result.setdefault(row["currency_id"], dict.fromkeys(self._get_ages(), 0.0))
            age = ageing.bucket_of((today - row["due_date"]).days)
            own[age if row["amount_residual"] > 0 else "credits"] += row["amount_residual"]
        return sorted(result.items(), key=lambda entry: entry[0].id)

    def _get_ages(self):
        """The columns of the ageing at the foot of a statement."""
        return [*(bucket.key for bucket in ageing.BUCKETS), "credits"]
