from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.dso_collection.tests.common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00")
class TestInPayment(DsoCommon):
    """A payment of 30 of 100 that is in process, OCA's account_in_payment. It acts in tests only
    where they ask for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "test_get_invoice_in_payment_state": True})

    def test_a_payment_of_a_part(self):
        move = self._invoice("2026-03-01")
        line = self._line(move)
        self._plan("2026-03-06")
        self.company_data["default_journal_bank"].inbound_payment_method_line_ids.write(
            {"payment_account_id": False}
        )
        payment = self._pay(move, "2026-03-06", 30.0)
        self.assertEqual(
            (move.payment_state, line.amount_residual, payment.state, payment.move_id.ids),
            ("in_payment", 100.0, "in_process", []),
        )
        self.env["dso.customer"]._cron_refresh()
        action = self.assertPlanned("A", "2026-03-06")
        self.assertEqual(action.amount, 70.0)
        self.assertIn("30.00", action.reason)
        # five working days: until Friday 13 March
        self._plan("2026-03-13")
        self.assertEqual(self._open_action().amount, 70.0)
        self._plan("2026-03-16")
        self.assertEqual(self._open_action().amount, 100.0)
        self.assertIn("has not arrived", self._open_action().reason)

    def test_all_of_it(self):
        move = self._invoice("2026-03-01")
        self._plan("2026-03-06")
        self.company_data["default_journal_bank"].inbound_payment_method_line_ids.write(
            {"payment_account_id": False}
        )
        self._pay(move, "2026-03-06")
        self.assertEqual(move.payment_state, "in_payment")
        self.env["dso.customer"]._cron_refresh()
        self.assertNothingPlanned("excluded")
