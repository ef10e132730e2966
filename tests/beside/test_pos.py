from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.dso_collection.tests.common import DsoCommon
from odoo.addons.point_of_sale.tests.common import TestPoSCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00")
class TestPos(DsoCommon, TestPoSCommon):
    """What was bought at a counter and put on the customer's account."""

    def _sell(self, customer, invoiced=False):
        """A session with an order of 100 on account, opened and closed."""
        self.config = self.basic_config
        product = self.create_product("Goods", self.categ_basic, 100.0)
        session = self._start_pos_session(self.cash_pm1 | self.pay_later_pm, 0.0)
        self._create_orders(
            [
                {
                    "pos_order_lines_ui_args": [(product, 1)],
                    "payments": [(self.pay_later_pm, 100.0)],
                    "customer": customer,
                    "is_invoiced": invoiced,
                }
            ]
        )
        session.post_closing_cash_details(0.0)
        session.close_session_from_ui()
        self.assertEqual(session.state, "closed")
        return session

    def _owed(self):
        return self.env["account.move.line"].search(
            [
                ("partner_id", "child_of", self.partner.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("account_id.non_trade", "=", False),
                ("parent_state", "=", "posted"),
                ("amount_residual", ">", 0),
            ]
        )

    def test_on_account(self):
        self._sell(self.partner)
        line = self._owed()
        self.assertEqual(line.amount_residual, 100.0)
        self._plan("2026-03-20")
        # no due date: due on the day of the session
        action = self.assertPlanned("A", "2026-03-11")
        self.assertEqual((action.leader_line_id, action.amount), (line, 100.0))

    def test_on_account_with_an_invoice(self):
        self._sell(self.partner, invoiced=True)
        line = self._owed()
        self.assertEqual(line.amount_residual, 100.0)
        self.assertEqual(line.move_id.move_type, "out_invoice")
        self._plan("2026-03-20")
        self.assertEqual(self._open_action().amount, 100.0)
