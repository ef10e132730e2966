from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from odoo.addons.dso_collection.tests.common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00")
class TestPaymentReturn(DsoCommon):
    """A payment of 100 that the bank returned, OCA's account_payment_return."""

    def test_a_returned_payment(self):
        move = self._invoice("2026-03-01")
        line = self._line(move)
        payment = self._pay(move, "2026-03-05")
        self._plan("2026-03-10")
        self.assertNothingPlanned("no_item")
        reason = self.env["payment.return.reason"].search([("code", "=", "MD06")], limit=1)
        reason = reason or reason.create({"code": "MD06", "name": "Refund request by end customer"})
        returned = self.env["payment.return"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": "2026-03-09",
                "line_ids": [
                    Command.create(
                        {
                            "partner_id": self.partner.id,
                            "move_line_ids": [Command.set(self._line(payment.move_id).ids)],
                            "amount": 100.0,
                            "reason_id": reason.id,
                        }
                    )
                ],
            }
        )
        returned.action_confirm()
        self.assertEqual(line.amount_residual, 100.0)
        self.env["dso.customer"]._cron_refresh()
        self.assertIn("was returned on 03/09/2026", self._open_action().reason)
        self.assertIn("MD06", self._open_action().reason)
        self.assertIn("MD06", line.dso_announced)
