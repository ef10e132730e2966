from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 09:00:00")
class TestFreshness(DsoCommon):
    """Every change of the ledger reaches the agenda through the queue: one insert inside the
    accountant's transaction, the rest in the cron."""

    def _refresh(self):
        self.env["dso.customer"]._cron_refresh()
        self.env.invalidate_all()

    def _flush_queue(self):
        """What happens just before a commit."""
        self.env.flush_all()
        self.env.cr.precommit.run()

    def _queued(self):
        self._flush_queue()
        self.env.cr.execute("SELECT partner_id FROM dso_refresh_queue")
        return {row[0] for row in self.env.cr.fetchall()}

    def _empty_queue(self):
        self._flush_queue()
        self.env.cr.execute("DELETE FROM dso_refresh_queue")

    def test_posting_makes_file_and_action(self):
        self._invoice("2026-03-01")
        self.assertFalse(self._customer(), "posting itself makes no file")
        self._refresh()
        self.assertPlanned("A", "2026-03-06")
        self.assertEqual(self._customer().amount_overdue, 100)
        self.assertEqual(self._customer().scenario_id, self.scenario)
        self.assertEqual(self._customer().collector_id, self.collector)
        self.assertFalse(self._queued())

    def test_payment_and_its_removal(self):
        invoice = self._invoice("2026-03-01")
        self._refresh()
        payments = self._pay(invoice, "2026-03-02")
        self._refresh()
        self.assertNothingPlanned("no_item")
        self._unpay(payments)
        self._refresh()
        self.assertTrue(self._open_action())

    def test_credit_note(self):
        invoice = self._invoice("2026-03-01")
        self._refresh()
        credit = self._credit(100)
        (self._line(invoice) | self._line(credit)).reconcile()
        self._refresh()
        self.assertNothingPlanned("no_item")

    def test_unreconciling(self):
        invoice = self._invoice("2026-03-01")
        credit = self._credit(100)
        lines = self._line(invoice) | self._line(credit)
        lines.reconcile()
        self._refresh()
        self._empty_queue()
        lines.remove_move_reconcile()
        self.assertEqual(self._queued(), {self.partner.id})

    def test_reset_to_draft_and_cancel(self):
        invoice = self._invoice("2026-03-01")
        self._refresh()
        invoice.button_draft()
        self._refresh()
        self.assertNothingPlanned("no_item")
        self.assertEqual(self._customer().amount_due, 0)
        invoice.action_post()
        self._refresh()
        self.assertTrue(self._open_action())

    def test_due_date_and_follow_up_flag(self):
        invoice = self._invoice("2026-03-01")
        self._refresh()
        self._line(invoice).date_maturity = "2026-03-10"
        self._refresh()
        self.assertPlanned("A", "2026-03-15")
        self._line(invoice).no_followup = True
        self._refresh()
        self.assertNothingPlanned("excluded")

    def test_partner_of_an_item(self):
        """Both customers are planned: the one it leaves and the one it joins."""
        receivable = self.company_data["default_account_receivable"]
        other = self.env["res.partner"].create({"name": "Other"})
        entry = self.env["account.move"].create(
            {
                "date": "2026-02-01",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.partner.id,
                            "debit": 50,
                            "date_maturity": "2026-03-01",
                            "no_followup": False,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_revenue"].id,
                            "credit": 50,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        self._refresh()
        self._line(entry).partner_id = other
        self._refresh()
        self.assertEqual(self._customer().amount_due, 0)
        self.assertEqual(self._customer(other).amount_due, 50)

    def test_changed_scenario(self):
        self._invoice("2026-03-01")
        self._refresh()
        self.scenario.step_ids[0].delay = 7
        self._refresh()
        self.assertPlanned("A", "2026-03-08")

    def test_changed_settings(self):
        self._invoice("2026-03-01")
        self._refresh()
        self.company.dso_min_amount = 1000
        self._refresh()
        self.assertNothingPlanned("below_minimum")

    def test_changed_contact_mends_by_itself(self):
        """R11: in error from the moment it is planned; fixed, it goes without a click."""
        self.contact.email = False
        self._invoice("2026-03-01")
        self._refresh()
        action = self._open_action()
        self.assertEqual(action.state, "error")
        self.assertIn("Ann", action.error_message)
        self.contact.email = "ann@acme.example.com"
        self._refresh()
        self.assertEqual(action.state, "planned")
        self.assertFalse(action.error_message)

    def test_one_insert_in_the_accountants_transaction(self):
        """Posting ten invoices costs one insert into the queue."""
        moves = self.env["account.move"]
        for number in range(10):
            moves |= self._invoice("2026-03-01", 100 + number, post=False)
        self._empty_queue()
        with self._count_inserts() as counts:
            moves.action_post()
            self._flush_queue()
        self.assertEqual(counts, [1])

    def test_no_insert_without_concern(self):
        """An invoice in draft, a vendor bill or another field of a partner concern nobody."""
        self._empty_queue()
        self._invoice("2026-03-01", post=False)
        self.partner.comment = "Nice people"
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.partner.id,
                "invoice_date": "2026-03-01",
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": 5, "tax_ids": False})
                ],
            }
        )
        bill.action_post()
        self.assertFalse(self._queued())

    def test_refresh_wakes_its_cron(self):
        self._empty_queue()
        cron = self.env.ref("dso_collection.ir_cron_refresh")
        with self.capture_triggers(cron.id) as captured:
            self._invoice("2026-03-01")
            self._flush_queue()
        self.assertEqual(len(captured.records), 1)

    def test_rolled_back_transaction_leaves_nothing(self):
        self._empty_queue()
        invoice = self._invoice("2026-03-01", post=False)
        self.env["dso.refresh.queue"]._note(move_ids=invoice.ids)
        self.env.cr.precommit.clear()
        self.assertFalse(self._queued())

    def test_a_new_day_starts_the_full_plan(self):
        """Items become overdue without anybody touching the ledger."""
        cron = self.env.ref("dso_collection.ir_cron_plan")
        self.env["res.company"].search([]).dso_last_plan_date = date(2026, 3, 2)
        with self.capture_triggers(cron.id) as captured:
            self._refresh()
        self.assertFalse(captured.records)
        with freeze_time("2026-03-03 00:05:00"), self.capture_triggers(cron.id) as captured:
            self._refresh()
        self.assertEqual(len(captured.records), 1)

    def test_cron_plan(self):
        self._invoice("2026-03-01")
        self.env["dso.customer"]._cron_plan()
        self.assertPlanned("A", "2026-03-06")
        self.assertEqual(self.company.dso_last_plan_date, date(2026, 3, 2))

    def test_screen_of_one_customer_is_live(self):
        """Before the queue is emptied, the customer's screen shows the ledger; nothing is
        written by reading."""
        invoice = self._invoice("2026-03-01")
        self._refresh()
        self._pay(invoice, "2026-03-02")
        self._flush_queue()
        customer = self._customer().with_user(self.reader)
        self.env.invalidate_all()
        shown = customer.web_read({"amount_overdue": {}, "amount_due": {}, "planning_reason": {}})
        self.assertEqual(shown[0]["amount_overdue"], 0)
        self.assertEqual(shown[0]["amount_due"], 0)
        self.assertIn("no open item", shown[0]["planning_reason"])
        self.env.flush_all()
        self.env.cr.execute("SELECT amount_overdue FROM dso_customer WHERE id = %s", customer.ids)
        self.assertEqual(self.env.cr.fetchone()[0], 100)

    def _count_inserts(self):
        """Context manager that counts the statements that insert into the queue."""
        test = self

        class Counter:
            def __enter__(self):
                self.counts = [0]
                self.patch = test.env.cr.execute
                original = test.env.cr.execute

                def execute(query, *args, **kwargs):
                    code = getattr(query, "code", query)
                    if "INSERT INTO dso_refresh_queue" in str(code):
                        self.counts[0] += 1
                    return original(query, *args, **kwargs)

                test.env.cr.execute = execute
                return self.counts

            def __exit__(self, *exc):
                del test.env.cr.execute

        return Counter()
