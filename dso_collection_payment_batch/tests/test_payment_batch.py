from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from odoo.addons.dso_collection.tests.common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00")
class TestPaymentBatch(DsoCommon):
    """An invoice of 100 that a debit order collects on 18 March (account_payment_batch_oca)."""

    @classmethod
    def get_default_groups(cls):
        group = cls.env.ref("account_payment_batch_oca.group_account_payment")
        return super().get_default_groups() | group

    def test_a_debit_order(self):
        line = self._line(self._invoice("2026-03-01"))
        self._plan("2026-03-06")
        journal = self.company_data["default_journal_bank"]
        method = (
            self.env["account.payment.method"]
            .sudo()
            .create(
                {
                    "name": "Direct debit",
                    "code": "dso_test",
                    "payment_type": "inbound",
                    "payment_order_ok": True,
                }
            )
        )
        mode = self.env["account.payment.method.line"].create(
            {
                "name": "Direct debit",
                "journal_id": journal.id,
                "payment_method_id": method.id,
                "company_id": self.company.id,
                "selectable": True,
            }
        )
        order = self.env["account.payment.order"].create(
            {
                "payment_method_line_id": mode.id,
                "payment_type": "inbound",
                "journal_id": journal.id,
                "payment_line_ids": [
                    Command.create(
                        {
                            "move_line_id": line.id,
                            "partner_id": self.partner.id,
                            "amount_currency": 100.0,
                            "currency_id": self.company.currency_id.id,
                            "communication": line.move_name,
                        }
                    )
                ],
            }
        )
        order.write({"date_prefered": "fixed", "date_scheduled": "2026-03-18"})
        # an intention is no announcement
        self.env["dso.customer"]._cron_refresh()
        self.assertTrue(self._open_action())
        order.draft2open()
        self.env["dso.customer"]._cron_refresh()
        self.assertNothingPlanned("excluded")
        self.assertIn(order.name, line.dso_announced)
        self.assertIn("03/25/2026", line.dso_announced)
        self.assertTrue(line.dso_excluded)
        self.assertIn(line, line.search([("dso_excluded", "=", True)]))
        # making the file needs a format that another add-on brings
        order.state = "generated"
        self.env["dso.customer"]._cron_refresh()
        self.assertNothingPlanned("excluded")
        self.assertEqual(line._dso_get_announced()[line.id][1], 100.0)
        self._plan("2026-03-25")
        self.assertNothingPlanned("excluded")
        self._plan("2026-03-26")
        self.assertIn("has not arrived", self._open_action().reason)
        order.action_cancel()
        self.env["dso.customer"]._cron_refresh()
        self.assertNotIn("has not arrived", self._open_action().reason)
        self.assertFalse(line.dso_announced)
