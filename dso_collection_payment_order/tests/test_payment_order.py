from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from odoo.addons.dso_collection.tests.common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00")
class TestPaymentOrder(DsoCommon):
    """An invoice of 100 that a debit order collects on 18 March, OCA's account_payment_order."""

    @classmethod
    def get_default_groups(cls):
        group = cls.env.ref("account_payment_order.group_account_payment")
        return super().get_default_groups() | group

    def test_a_customer_who_pays_by_direct_debit(self):
        """No reminder before collection had its time: five working days after the due date."""
        values = {"code": "sepa_direct_debit", "payment_type": "inbound"}
        Method = self.env["account.payment.method"].sudo()
        # there already beside an add-on that writes the files
        method = Method.search([(name, "=", value) for name, value in values.items()])
        method = method or Method.create({"name": "SEPA Direct Debit", **values})
        mode = self.env["account.payment.mode"].create(
            {
                "name": "SEPA",
                "payment_method_id": method.id,
                "bank_account_link": "variable",
                "company_id": self.company.id,
            }
        )
        move = self._invoice("2026-03-03", payment_mode_id=mode.id)
        line = self._line(move)
        self._plan("2026-03-06")
        self.assertNothingPlanned("excluded")
        self.assertIn("direct debit", line.dso_announced)
        self.assertIn(line, line.search([("dso_excluded", "=", True)]))
        self._plan("2026-03-10")
        self.assertNothingPlanned("excluded")
        self._plan("2026-03-11")
        self.assertTrue(self._open_action())

    def test_a_debit_order(self):
        line = self._line(self._invoice("2026-03-01"))
        self._plan("2026-03-06")
        journal = self.company_data["default_journal_bank"]
        method = self.env.ref("account.account_payment_method_manual_in")
        mode = self.env["account.payment.mode"].create(
            {
                "name": "Direct debit",
                "payment_method_id": method.id,
                "bank_account_link": "fixed",
                "fixed_journal_id": journal.id,
                "company_id": self.company.id,
            }
        )
        order = self.env["account.payment.order"].create(
            {
                "payment_mode_id": mode.id,
                "payment_type": "inbound",
                "journal_id": journal.id,
                "date_prefered": "fixed",
                "date_scheduled": "2026-03-18",
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
        order.open2generated()
        self.env["dso.customer"]._cron_refresh()
        self.assertNothingPlanned("excluded")
        self._plan("2026-03-25")
        self.assertNothingPlanned("excluded")
        self._plan("2026-03-26")
        self.assertIn("has not arrived", self._open_action().reason)
        order.action_cancel()
        self.env["dso.customer"]._cron_refresh()
        self.assertNotIn("has not arrived", self._open_action().reason)
        self.assertFalse(line.dso_announced)
