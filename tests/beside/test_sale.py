from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from odoo.addons.dso_collection.tests.common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00")
class TestSale(DsoCommon):
    """From a sales order to a reminder; the order stays what it was."""

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.env.ref("sales_team.group_sale_manager")

    def _order(self, price):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product_a.id,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        return order

    def test_an_order_is_invoiced_and_chased(self):
        self.product_a.invoice_policy = "order"
        order, other = self._order(100.0), self._order(50.0)
        # an order is no claim
        self.assertFalse(self._plan("2026-03-06"))
        move = order._create_invoices()
        move.write({"invoice_date": "2026-02-01", "invoice_date_due": "2026-03-01"})
        move.action_post()
        self.env["dso.customer"]._cron_refresh()
        action = self.assertPlanned("A", "2026-03-06")
        self.assertEqual(action.leader_line_id, self._line(move))
        self.assertEqual(action.amount, 100.0)
        self._do(action, "2026-03-06")
        self.assertEqual((order.state, order.invoice_status), ("sale", "invoiced"))
        self.assertEqual((other.state, other.invoice_status), ("sale", "to invoice"))
        self.assertEqual(self.partner.sale_order_count, 2)
        self._pay(move, "2026-03-06")
        self.env["dso.customer"]._cron_refresh()
        self.assertNothingPlanned("no_item")
        self.assertEqual(order.invoice_status, "invoiced")

    def test_a_down_payment(self):
        """Its invoice is one like others; the last one is less by it."""
        order = self._order(100.0)
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"advance_payment_method": "fixed", "fixed_amount": 40.0})
        )
        move = wizard._create_invoices(order)
        move.write({"invoice_date": "2026-02-01", "invoice_date_due": "2026-03-01"})
        move.action_post()
        self._plan("2026-03-06")
        self.assertEqual(self._open_action().amount, 40.0)
