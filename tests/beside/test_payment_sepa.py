from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.dso_collection.tests.common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 09:00")
class TestPaymentSepa(DsoCommon):
    """A customer with a SEPA mandate, whose invoice of 100 is due on 6 March, a Friday: OCA's
    account_payment_sepa_direct_debit."""

    @classmethod
    def get_default_groups(cls):
        group = cls.env.ref("account_payment_batch_oca.group_account_payment")
        return super().get_default_groups() | group

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "currency_id": cls.env.ref("base.EUR").id,
                "sepa_creditor_identifier": "FR78ZZZ424242",
            }
        )
        Bank = cls.env["res.partner.bank"]
        cls.journal = cls.company_data["default_journal_bank"]
        cls.journal.bank_account_id = Bank.create(
            {
                "acc_number": "ES52 0182 2782 5688 3882 1868",
                "partner_id": cls.company.partner_id.id,
                "company_id": cls.company.id,
            }
        )
        account = Bank.create(
            {"acc_number": "FR66 1212 1212 1212 1212 1212 121", "partner_id": cls.partner.id}
        )
        method = cls.env.ref("account_payment_sepa_direct_debit.sepa_direct_debit").sudo()
        method.mandate_required = True
        cls.mandate = cls.env["account.banking.mandate"].create(
            {
                "format": "sepa_core",
                "type": "recurrent",
                "signature_date": "2026-01-01",
                "partner_id": cls.partner.id,
                "partner_bank_id": account.id,
                "company_id": cls.company.id,
                "state": "valid",
                "unique_mandate_reference": "MANDATE1",
            }
        )
        way = cls.env["account.payment.method.line"].create(
            {
                "name": "SEPA direct debit",
                "company_id": cls.company.id,
                "payment_method_id": method.id,
                "bank_account_link": "fixed",
                "journal_id": cls.journal.id,
                "selectable": True,
            }
        )
        cls.partner.property_inbound_payment_method_line_id = way

    def test_from_the_invoice_to_the_bank(self):
        move = self._invoice("2026-03-06", currency_id=self.env.ref("base.EUR").id)
        line = self._line(move)
        self.assertEqual(move.mandate_id, self.mandate)
        # before any order
        self._plan("2026-03-13")
        self.assertNothingPlanned("excluded")
        self.assertIn("direct debit", line.dso_announced)
        self.assertIn(line, line.search([("dso_excluded", "=", True)]))
        action = move.create_account_payment_line()
        order = self.env["account.payment.order"].browse(action["res_id"])
        order.write({"date_prefered": "fixed", "date_scheduled": "2026-03-10"})
        order.draft2open()
        self.env["dso.customer"]._cron_refresh()
        self.assertIn(order.name, line.dso_announced)
        order.open2generated()
        self._plan("2026-03-17")
        self.assertNothingPlanned("excluded")
        order.generated2uploaded()
        self.env["dso.customer"]._cron_refresh()
        self.assertFalse(self._open_action())
        self.assertEqual(order.state, "uploaded")

    def test_what_is_not_collected_in_time(self):
        self._invoice("2026-03-06", currency_id=self.env.ref("base.EUR").id)
        self._plan("2026-03-13")
        self.assertNothingPlanned("excluded")
        self._plan("2026-03-16")
        self.assertIn("has not arrived", self._open_action().reason)
