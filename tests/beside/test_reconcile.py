from freezegun import freeze_time

from odoo.tests import Form, tagged

from odoo.addons.dso_collection.tests.common import DsoCommon

VIEW = "account_reconcile_oca.bank_statement_line_form_reconcile_view"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00")
class TestReconcile(DsoCommon):
    """A bank line that OCA's account_reconcile_oca reconciles."""

    def _receive(self, amount):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": "2026-03-05",
                "payment_ref": "Transfer",
                "amount": amount,
            }
        )

    def _reconcile(self, received, line):
        with Form(received, view=VIEW) as form:
            form.add_account_move_line_id = line
        received.reconcile_bank_line()

    def test_a_bank_line_ends_the_chase(self):
        line = self._line(self._invoice("2026-03-01"))
        self._plan("2026-03-06")
        action = self.assertPlanned("A", "2026-03-06")
        received = self._receive(100.0)
        self._reconcile(received, line)
        self.assertTrue(line.reconciled)
        self.env["dso.customer"]._cron_refresh()
        self.assertNothingPlanned("no_item")
        self.assertEqual(action.state, "cancelled")
        # a slip: the accountant undoes it
        received.unreconcile_bank_line()
        self.assertEqual(line.amount_residual, 100.0)
        self.env["dso.customer"]._cron_refresh()
        self.assertPlanned("A", "2026-03-06")

    def test_a_part_of_it(self):
        line = self._line(self._invoice("2026-03-01"))
        self._plan("2026-03-06")
        self._reconcile(self._receive(30.0), line)
        self.assertEqual(line.amount_residual, 70.0)
        self.env["dso.customer"]._cron_refresh()
        self.assertEqual(self._open_action().amount, 70.0)
