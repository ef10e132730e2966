"""Penalties on an invoice: never twice, freed again, and only for those who may."""

from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .test_penalty import PenaltyCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestPenaltyInvoice(PenaltyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.company_data["default_account_revenue"].copy({"name": "Late interest"})
        cls.company.dso_penalty_account_id = cls.account
        cls.biller = new_test_user(
            cls.env,
            login="dso_biller",
            groups="base.group_user,dso_collection.group_dso_collector,"
            "account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def setUp(self):
        super().setUp()
        self.move = self._invoice("2026-03-01", 10000)
        self.line = self._line(self.move)
        self._plan("2026-03-10")
        self.customer = self._customer()

    def _make(self, on_date="2026-03-10", user=None, customers=None):
        """The draft invoices, through the dialog."""
        user = user or self.biller
        customers = (customers or self.customer).with_user(user)
        action = customers.action_invoice_penalties()
        wizard = self.env[action["res_model"]].with_user(user).browse(action["res_id"])
        wizard.on_date = on_date
        outcome = wizard.action_create()
        return self.env["account.move"].search(outcome["domain"])

    def test_preview_is_what_is_invoiced(self):
        action = self.customer.with_user(self.biller).action_invoice_penalties()
        wizard = self.env[action["res_model"]].with_user(self.biller).browse(action["res_id"])
        with Form(wizard) as form:
            self.assertEqual(form.on_date, "2026-03-10")
            for text in ("Acme", self.line.move_name, "18.00", "40.00", "58.00"):
                self.assertIn(text, form.table)
            form.on_date = "2026-03-06"
            self.assertIn("50.00", form.table)
        invoice = self.env["account.move"].search(form.record.action_create()["domain"])
        self.assertEqual(invoice.amount_untaxed, 50.0)

    def test_draft_invoice(self):
        invoice = self._make()
        self.assertRecordValues(
            invoice,
            [
                {
                    "state": "draft",
                    "move_type": "out_invoice",
                    "partner_id": self.partner.id,
                    "currency_id": self.company.currency_id.id,
                    "amount_total": 58.0,
                    "dso_penalty": True,
                }
            ],
        )
        interest, cost = invoice.invoice_line_ids
        self.assertEqual((interest.price_unit, cost.price_unit), (18.0, 40.0))
        self.assertEqual(invoice.invoice_line_ids.account_id, self.account)
        self.assertFalse(invoice.invoice_line_ids.tax_ids)
        for text in (self.line.move_name, "03/02/2026 to 03/10/2026: 9 days at 7.30 %", "18.00"):
            self.assertIn(text, interest.name)
        self.assertIn("Recovery cost", cost.name)
        invoice.with_user(self.biller).action_post()
        self.assertEqual(invoice.state, "posted")

    def test_what_somebody_lowers_is_told_as_invoiced(self):
        """Calculated was more: the list of invoiced penalties says both."""
        invoice = self._make()
        interest, cost = invoice.invoice_line_ids
        interest.with_user(self.biller).price_unit = 10.0
        charges = self.env["dso.penalty.charge"].search([("invoice_id", "=", invoice.id)])
        found = {charge.invoice_line_id: charge for charge in charges}
        self.assertEqual((found[interest].interest, found[interest].amount_invoiced), (18.0, 10.0))
        self.assertEqual((found[cost].recovery_cost, found[cost].amount_invoiced), (40.0, 40.0))
        self.assertFalse(
            charges._fields["amount_invoiced"].store, "nothing is written when invoices are"
        )

    def test_tax_and_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner.lang = "fr_FR"
        self.company.dso_penalty_tax_ids = self.company_data["default_tax_sale"]
        invoice = self._make()
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.company_data["default_tax_sale"])
        self.assertIn("02/03/2026", invoice.invoice_line_ids[0].name)
        self.assertIn("7,30", invoice.invoice_line_ids[0].name)

    def test_never_twice(self):
        """To 10 March 18 and the cost; to 20 March only the 10 further days, no cost."""
        self._make()
        with self.assertRaisesRegex(UserError, "nothing to invoice"):
            self._make()
        self.assertEqual(self._penalty(self.line, "2026-03-10"), (0.0, 0.0))
        self.assertEqual(self._penalty(self.line, "2026-03-10", include_charged=True), (18.0, 40.0))
        self.assertIn(
            "already invoiced", self.line._dso_describe_penalty_reasons(date(2026, 3, 10))[0][1]
        )
        with freeze_time("2026-03-20 09:00:00"):
            invoice = self._make("2026-03-20")
        self.assertEqual(invoice.invoice_line_ids.mapped("price_unit"), [20.0])
        charges = self.env["dso.penalty.charge"].search(
            [("line_id", "=", self.line.id), ("interest", ">", 0)]
        )
        self.assertEqual(
            [(str(c.date_from), str(c.date_to), c.interest) for c in charges.sorted("date_to")],
            [("2026-03-02", "2026-03-10", 18.0), ("2026-03-11", "2026-03-20", 20.0)],
        )

    def test_deleting_the_draft_frees_the_days(self):
        self._make().unlink()
        self.assertEqual(self._penalty(self.line, "2026-03-10"), (18.0, 40.0))
        self.assertEqual(self._make().amount_untaxed, 58.0)

    def test_deleting_a_line_of_the_draft_frees_what_it_charged(self):
        invoice = self._make()
        invoice.invoice_line_ids.filtered(lambda line: line.price_unit == 40.0).unlink()
        self.assertEqual(self._penalty(self.line, "2026-03-10"), (0.0, 40.0))
        invoice.invoice_line_ids.unlink()
        self.assertEqual(self._penalty(self.line, "2026-03-10"), (18.0, 40.0))

    def test_cancelling_frees_the_days_once(self):
        first = self._make()
        first.button_cancel()
        self.assertEqual(self._penalty(self.line, "2026-03-10"), (18.0, 40.0))
        second = self._make()
        with self.assertRaisesRegex(UserError, "invoiced on"):
            first.button_draft()
        second.button_cancel()
        first.button_draft()
        self.assertEqual(first.state, "draft")
        self.assertEqual(self._penalty(self.line, "2026-03-10"), (0.0, 0.0))

    def test_reversing_frees_the_days(self):
        invoice = self._make()
        invoice.action_post()
        self.assertEqual(self._penalty(self.line, "2026-03-10"), (0.0, 0.0))
        self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"journal_id": invoice.journal_id.id}).refund_moves()
        invoice.reversal_move_ids.action_post()
        (invoice | invoice.reversal_move_ids).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        ).reconcile()
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(self._penalty(self.line, "2026-03-10"), (18.0, 40.0))

    def test_paying_the_penalties_does_not_free_them(self):
        invoice = self._make()
        invoice.action_post()
        self._pay(invoice, "2026-03-10")
        self.assertEqual(self._penalty(self.line, "2026-03-10"), (0.0, 0.0))

    def test_no_interest_on_interest(self):
        invoice = self._make()
        invoice.invoice_date_due = "2026-03-10"
        invoice.action_post()
        item = self._line(invoice)
        self.assertEqual(self._penalty(item, "2026-12-31"), (0.0, 0.0))
        self.assertIn(
            "bears no interest", item._dso_describe_penalty_reasons(date(2026, 12, 31))[0][1]
        )
        copied = invoice.copy({"invoice_date": "2026-03-01"})
        copied.action_post()
        self.assertEqual(self._penalty(self._line(copied), "2026-12-31"), (0.0, 0.0))

    def test_paid_late_items_are_invoiced(self):
        """Within the year, or since the day that is chosen."""
        self._pay(self.move, "2026-03-06")
        old = self._invoice("2025-01-01", 10000, invoice_date="2024-12-01")
        self._pay(old, "2025-01-03")
        invoice = self._make()
        self.assertEqual(invoice.invoice_line_ids.mapped("price_unit"), [10.0, 40.0])
        wizard = (
            self.env["dso.penalty.invoice"]
            .with_user(self.biller)
            .create({"customer_ids": self.customer.ids, "paid_since": "2025-01-01"})
        )
        self.assertIn(self._line(old).move_name, wizard.table)
        wizard.action_create()
        self.assertEqual(self._penalty(self._line(old), "2026-03-10"), (0.0, 0.0))

    def test_one_invoice_per_currency_and_customer(self):
        currency = self.setup_other_currency("GBP", rates=[("2026-01-01", 2.0)])
        self._invoice("2026-03-01", 20000, currency_id=currency.id)
        other = self.env["res.partner"].create({"name": "Beta", "is_company": True})
        self._invoice("2026-03-01", 5000, partner=other)
        self._plan("2026-03-10", other)
        invoices = self._make(customers=self.customer | self._customer(other))
        found = {
            (invoice.partner_id.name, invoice.currency_id, invoice.amount_untaxed)
            for invoice in invoices
        }
        own = self.company.currency_id
        # 36 of the other currency, and 40 of the company's are 80 of it
        self.assertEqual(
            found, {("Acme", own, 58.0), ("Acme", currency, 116.0), ("Beta", own, 49.0)}
        )

    def test_interest_switched_off_uses_no_days(self):
        self.customer.penalty_enabled = False
        self.assertEqual(self._make().amount_untaxed, 40.0)
        self.customer.penalty_enabled = True
        self.assertEqual(self._penalty(self.line, "2026-03-10"), (18.0, 0.0))
        self.assertEqual(self._make().amount_untaxed, 18.0)

    def test_a_line_made_anew_is_not_charged_again(self):
        """The late invoice is reset and its instalment gone: its days stay charged."""
        self._make()
        self.move.button_draft()
        self.move.invoice_date_due = "2026-02-20"
        self.move.action_post()
        line = self._line(self.move)
        charge = self.env["dso.penalty.charge"].search([])
        charge.sudo().line_id = False
        self.assertEqual(self._penalty(line, "2026-03-10"), (0.0, 0.0))
        self.assertEqual(self._penalty(line, "2026-03-11"), (2.0, 0.0))

    def test_what_is_refused(self):
        with self.assertRaisesRegex(UserError, "future days"):
            self._make("2026-03-11")
        with self.assertRaisesRegex(UserError, "can see penalties, but not invoice"):
            self._make(user=self.collector)
        self.company.dso_penalty_account_id = False
        with self.assertRaisesRegex(UserError, "no account for penalties"):
            self._make()
        with self.assertRaises(AccessError):
            self._make(user=self.reader)

    def test_collector_without_the_right_sees_the_preview(self):
        wizard = (
            self.env["dso.penalty.invoice"]
            .with_user(self.collector)
            .create({"customer_ids": self.customer.ids})
        )
        self.assertIn("58.00", wizard.table)
        self.assertIn("lack the right", wizard.warning)

    def test_button_is_offered_to_whom_it_serves(self):
        """What is missing is said before anybody presses it."""

        def look(user):
            action = self.customer.with_user(user).action_invoice_penalties()
            wizard = self.env[action["res_model"]].with_user(user).browse(action["res_id"])
            wizard.invalidate_recordset()
            return wizard

        self.assertTrue(look(self.biller).can_invoice)
        self.assertFalse(look(self.biller).warning)
        self.assertFalse(look(self.collector).can_invoice)
        self.assertIn("Invoicing", look(self.collector).warning)
        self.company.dso_penalty_account_id = False
        self.assertFalse(look(self.biller).can_invoice)
        self.assertIn("no account for penalties", look(self.biller).warning)

    def test_own_customers_only(self):
        """Neither with customers of others, nor with those that were taken away since."""
        model = self.env["dso.penalty.invoice"].with_user(self.biller)
        wizard = model.create({"customer_ids": self.customer.ids})
        self.company.dso_own_customers_only = True
        self.customer.collector_id = self.manager
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            wizard.mapped("table")
        with self.assertRaises(AccessError):
            wizard.action_create()
        with self.assertRaises(AccessError):
            self.customer.with_user(self.biller)._invoice_penalties(date(2026, 3, 10))
        with self.assertRaises(AccessError):
            model.create({"customer_ids": self.customer.ids})

    def test_why_nothing(self):
        person = self.env["res.partner"].create({"name": "Paul Private"})
        self._invoice("2026-03-01", 100, partner=person)
        self._plan("2026-03-10", person)
        wizard = self.env["dso.penalty.invoice"].create(
            {"customer_ids": self._customer(person).ids}
        )
        self.assertTrue(wizard.is_empty)
        self.assertIn("not a company", wizard.reasons)
        with self.assertRaisesRegex(UserError, "nothing to invoice"):
            wizard.action_create()

    def test_charges_are_kept_by_the_module_only(self):
        self._make()
        charges = self.env["dso.penalty.charge"]
        self.assertTrue(charges.with_user(self.reader).search([]))
        for user in (self.biller, self.manager):
            charge = charges.with_user(user).search([])
            with self.assertRaises(AccessError):
                charge.interest = 0
            with self.assertRaises(AccessError):
                charge.unlink()
        self.company.dso_own_customers_only = True
        self.customer.collector_id = self.manager
        self.assertFalse(charges.with_user(self.collector).search([]))

    def test_companies_are_kept_apart(self):
        company = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="dso_stranger_penalty",
            groups="base.group_user,dso_collection.group_dso_manager,account.group_account_invoice",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self._make()
        self.assertFalse(self.env["dso.penalty.charge"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            self._make(user=stranger)
        # each company has its own rule
        with self.assertRaisesRegex(AccessError, ""):
            self.customer.with_user(stranger).read(["penalty_text"])
        self.assertFalse(company.dso_penalty_rule_id)

    def test_merged_files_keep_what_was_charged(self):
        other = self.env["res.partner"].create({"name": "Beta", "is_company": True})
        self._invoice("2026-03-01", 5000, partner=other)
        self._plan("2026-03-10", other)
        invoice = self._make()
        target = self._customer(other)
        self.customer._merge_into(target)
        charge = self.env["dso.penalty.charge"].search([("invoice_id", "=", invoice.id)])
        self.assertEqual((charge.customer_id, charge.partner_id), (target, other))
