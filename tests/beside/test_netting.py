from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.dso_collection.tests.common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00")
class TestNetting(DsoCommon):
    """A customer who is a supplier too, OCA's account_netting."""

    def _net(self, lines):
        wizard = (
            self.env["account.move.make.netting"]
            .with_context(active_model="account.move.line", active_ids=lines.ids)
            .create({"journal_id": self.company_data["default_journal_misc"].id})
        )
        wizard.button_compensate()

    def _bill(self, amount):
        bill = self._invoice("2026-03-01", amount, move_type="in_invoice", post=False)
        bill.ref = f"Bill {amount}"
        bill.action_post()
        return bill.line_ids.filtered(
            lambda line: line.account_id.account_type == "liability_payable"
        )

    def test_an_invoice_with_a_bill(self):
        line = self._line(self._invoice("2026-03-01"))
        self._plan("2026-03-06")
        self.assertPlanned("A", "2026-03-06")
        self._net(line | self._bill(100.0))
        self.assertTrue(line.reconciled)
        self.env["dso.customer"]._cron_refresh()
        self.assertNothingPlanned("no_item")

    def test_a_smaller_bill(self):
        line = self._line(self._invoice("2026-03-01"))
        self._plan("2026-03-06")
        self._net(line | self._bill(40.0))
        self.assertEqual(line.amount_residual, 60.0)
        self.env["dso.customer"]._cron_refresh()
        self.assertEqual(self._open_action().amount, 60.0)

    def test_a_larger_bill(self):
        """What we still owe is no claim."""
        line = self._line(self._invoice("2026-03-01"))
        self._plan("2026-03-06")
        self._net(line | self._bill(140.0))
        self.assertTrue(line.reconciled)
        self.env["dso.customer"]._cron_refresh()
        self.assertNothingPlanned("no_item")
