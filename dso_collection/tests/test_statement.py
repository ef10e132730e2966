"""The statement of account on paper, see ``test_sheet`` for what it says."""

from freezegun import freeze_time

from odoo.tests import tagged

from .letter_common import LetterCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestStatement(LetterCommon):
    """Printed by a collector, kept with the customer's file."""

    def test_printed_statement(self):
        late = self._invoice("2026-03-01", 400.0)
        not_due = self._invoice("2026-04-01", 70.0)
        credit = self._credit(30.0)
        self.env["dso.customer"]._plan()
        customer = self._customer()
        action = (
            customer.with_user(self.collector)
            .with_context(force_report_rendering=True)
            .action_print_statement()
        )
        file = self.env["ir.attachment"].search(
            [("res_model", "=", "dso.customer"), ("res_id", "=", customer.id)]
        )
        self.assertEqual(len(file), 1)
        self.assertIn(f"/web/content/{file.id}", action["url"])
        self.assertEqual(file.name, "Statement of account Acme 2026-03-06.pdf")
        text = self._text(file.raw)
        for words in ("Statement of account", "Acme", late.name, not_due.name, credit.name):
            self.assertIn(words, text)
        self.assertIn("440.00", text, "400 and 70 less 30")
