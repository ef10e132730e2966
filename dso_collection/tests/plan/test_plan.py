from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import DsoCommon


@tagged("post_install", "-at_install")
class TestPlan(DsoCommon):
    """The plan against hand calculations, on the real ledger. Today is told to the plan."""

    def test_worked_example(self):
        """Design: leader due 1 March gives 6, 16, 26 March and 15 April."""
        self._invoice("2026-03-01")
        self._plan("2026-03-01")
        self._do(self.assertPlanned("A", "2026-03-06"), "2026-03-06")
        self._plan("2026-03-06")
        self._do(self.assertPlanned("B", "2026-03-16"), "2026-03-16")
        self._plan("2026-03-16")
        self._do(self.assertPlanned("C", "2026-03-26"), "2026-03-26")
        self._plan("2026-03-26")
        self._do(self.assertPlanned("D", "2026-04-15"), "2026-04-15")
        self._plan("2026-04-15")
        self.assertNothingPlanned("scenario_done")

    def test_interval_is_kept(self):
        """Design: B done on 20 March gives C 30 March and D 19 April. [seed 003]"""
        self._invoice("2026-03-01")
        self._do(self._plan("2026-03-01"), "2026-03-06")
        self._do(self._plan("2026-03-06"), "2026-03-20")
        self._plan("2026-03-20")
        self._do(self.assertPlanned("C", "2026-03-30"), "2026-03-30")
        self._plan("2026-03-30")
        self.assertPlanned("D", "2026-04-19")

    def test_new_leader_after_payment(self):
        """Design: A done on 6 March for two items due 1 March, one paid on the 10th: A for the
        other on 13 March, a week after the last action."""
        first = self._invoice("2026-03-01", 100)
        self._invoice("2026-03-01", 200)
        self._do(self._plan("2026-03-01"), "2026-03-06")
        self._plan("2026-03-06")
        self.assertEqual(self._customer().leader_line_id, self._line(first))
        self._pay(first, "2026-03-10")
        self._plan("2026-03-10")
        action = self.assertPlanned("A", "2026-03-13")
        self.assertEqual(action.reason_data["cause"], "contact_gap")
        self.assertEqual(self._customer().leader_since, date(2026, 3, 10))

    def test_gap_that_ends_on_a_promised_day(self):
        """R4: A was done for the older item on 6 March, which is promised for the 13th then, a week
        on. The younger one is newly overdue: by its due date A would be on 11 March, but not less
        than a week after the last reminder. That is the promised day, by chance, and the reason
        says from which day the week counts."""
        self._invoice("2026-03-01", 100)
        self._invoice("2026-03-06", 200)
        self._do(self._plan("2026-03-01"), "2026-03-06")
        old = self._customer().leader_line_id
        with freeze_time("2026-03-06 11:00:00"):
            wizard = self.env["dso.item.qualify"].create({"line_ids": [Command.set(old.ids)]})
            wizard.with_context(dso_days=7).action_quick_promise()
            self.assertEqual(str(old.dso_status_date), "2026-03-13")
        self._plan("2026-03-07")
        action = self.assertPlanned("A", "2026-03-13")
        self.assertEqual(action.reason_data["cause"], "contact_gap")
        self.assertIn("last reminder, of 03/06/2026", action.reason)
        # without a reminder before, the promise of another item moves nothing
        self.company.dso_contact_gap_days = 0
        self._plan("2026-03-07")
        self.assertPlanned("A", "2026-03-11")

    def test_action_out_of_scenario_has_amount_and_reason(self):
        self._invoice("2026-03-01", 100)
        self._plan("2026-03-02")
        customer = self._customer()
        with freeze_time("2026-03-02 09:00:00"):
            dialog = self.env["dso.action.new"].with_user(self.collector)
            dialog.create(
                {
                    "customer_id": customer.id,
                    "action_type": "call",
                    "action_date": "2026-03-09",
                    "comment": "Ask for Ann",
                }
            ).action_apply()
            action = customer.open_action_ids.filtered(lambda a: a.origin == "manual")
            self.assertEqual(action.amount, 100.0)
            self.assertIn("by Colin Collector", action.reason)
            self.assertIn("Ask for Ann", action.reason)
            # it follows the ledger
            self._pay(self.env["account.move"].search([("partner_id", "=", self.partner.id)])[:1],
                      on="2026-03-02", amount=30)  # fmt: skip
            self._plan("2026-03-02")
            self.assertEqual(action.amount, 70.0)

    def test_reversed_payment_continues(self):
        """R5: the item that leads again goes on where it was."""
        invoice = self._invoice("2026-03-01")
        self._do(self._plan("2026-03-01"), "2026-03-06")
        payments = self._pay(invoice, "2026-03-08")
        self._plan("2026-03-08")
        self.assertNothingPlanned("no_item")
        self._unpay(payments)
        self._plan("2026-03-09")
        self.assertPlanned("B", "2026-03-16")

    def test_cleared_action_is_cancelled_with_reason(self):
        """R10."""
        invoice = self._invoice("2026-03-01")
        action = self._plan("2026-03-01")
        self._pay(invoice, "2026-03-02")
        self._plan("2026-03-02")
        self.assertEqual(action.state, "cancelled")
        self.assertIn("cleared", action.reason)
        self.assertFalse(self._customer().next_action_id)

    def test_partial_payment_tells_the_rest(self):
        """R10: when some is paid, only the rest is asked for."""
        invoice = self._invoice("2026-03-01", 100)
        self._pay(invoice, "2026-03-02", 30)
        action = self._plan("2026-03-03")
        self.assertEqual(action.amount, 70)

    def test_past_date_stays(self):
        """R7: late, not moved."""
        self._invoice("2026-03-01")
        self._plan("2026-03-01")
        self._plan("2026-03-20")
        self.assertPlanned("A", "2026-03-06")

    def test_forced_date_and_confirmation_hold(self):
        """R7: a re-dated action keeps its date, a confirmed one stays confirmed while its step
        stands; both go when the leader changes."""
        first = self._invoice("2026-03-01", 100)
        self._invoice("2026-03-03", 200)
        action = self._plan("2026-03-01")
        action.action_confirm()
        action.action_reschedule("2026-03-09")
        self._invoice("2026-04-01", 50)
        self._plan("2026-03-02")
        self.assertPlanned("A", "2026-03-09")
        self.assertTrue(action.confirmed)
        self._pay(first, "2026-03-03")
        self._plan("2026-03-03")
        action = self.assertPlanned("A", "2026-03-08")
        self.assertFalse(action.confirmed)
        self.assertFalse(action.date_forced)

    def test_skipped_step_counts_as_done_that_day(self):
        """R4."""
        self._invoice("2026-03-01")
        action = self._plan("2026-03-01")
        with freeze_time("2026-03-10"):
            action.with_user(self.collector).action_cancel("not now")
            self.assertEqual(action.state, "cancelled")
            self.assertIn("not now", action.reason)
            # B: max(16 March, 10 + 15 - 5 = 20 March)
            self.assertPlanned("B", "2026-03-20")

    def test_lapsed_step(self):
        """R6: what was meant for before the due date is not sent after it."""
        scenario = self._create_scenario(("Pre", "due_date", -7), ("First", "due_date", 5))
        self._invoice("2026-03-01", invoice_date="2026-02-01")
        self.company.dso_default_scenario_id = scenario
        self._plan("2026-02-02")
        self.assertPlanned("Pre", "2026-02-22")
        self._plan("2026-03-01")
        self.assertPlanned("Pre", "2026-02-22")
        self._plan("2026-03-02")
        action = self.assertPlanned("First", "2026-03-06")
        self.assertIn("lapsed", action.reason)

    def test_due_today_is_not_overdue(self):
        self._invoice("2026-03-01", 100)
        self._plan("2026-03-01")
        customer = self._customer()
        self.assertEqual((customer.amount_overdue, customer.amount_not_due), (0, 100))
        self._plan("2026-03-02")
        self.assertEqual((customer.amount_overdue, customer.amount_not_due), (100, 0))
        self.assertEqual(customer.days_overdue_max, 1)

    def test_amounts(self):
        """100 overdue, 50 not due, 30 credit: 120 is the receivable balance."""
        self._invoice("2026-03-01", 100)
        self._invoice("2026-04-01", 50)
        self._credit(30)
        disputed = self._invoice("2026-03-05", 40)
        self._line(disputed).dso_status_id = self.env.ref("dso_collection.status_dispute_price")
        self._plan("2026-03-10")
        customer = self._customer()
        self.assertEqual(customer.amount_overdue, 140)
        self.assertEqual(customer.amount_not_due, 50)
        self.assertEqual(customer.credit_unallocated, 30)
        self.assertEqual(customer.amount_due, 160)
        self.assertEqual(customer.amount_disputed, 40)
        balance = sum(
            self.env["account.move.line"]
            .search(
                [("partner_id", "=", self.partner.id), ("account_type", "=", "asset_receivable")]
            )
            .mapped("amount_residual")
        )
        self.assertEqual(customer.amount_due, balance)

    def test_minimum(self):
        """R8: 100 chased less a credit of 60 is below 50; the scenario's minimum goes first."""
        self._invoice("2026-03-01", 100)
        self._credit(60)
        self.company.dso_min_amount = 50
        self._plan("2026-03-02")
        self.assertNothingPlanned("below_minimum")
        self.assertIn("50", self._customer().planning_reason)
        self.scenario.min_amount = 40
        self._plan("2026-03-02")
        self.assertPlanned("A", "2026-03-06")
        self.assertEqual(self._open_action().amount, 40)

    def test_covered_by_credits(self):
        self._invoice("2026-03-01", 100)
        self._credit(100)
        self._plan("2026-03-02")
        self.assertNothingPlanned("covered")

    def test_disputed_credit_does_not_cover(self):
        self._invoice("2026-03-01", 100)
        credit = self._credit(100)
        self._line(credit).dso_status_id = self.env.ref("dso_collection.status_dispute_price")
        self._plan("2026-03-02")
        self.assertPlanned("A", "2026-03-06")

    def test_exclusions(self):
        """R1: each cause takes the item out; the reason says which."""
        invoice = self._invoice("2026-03-01")
        line = self._line(invoice)
        for values, word in (
            ({"dso_status_id": self.env.ref("dso_collection.status_dispute_price").id}, "dispute"),
            ({"dso_status_id": self.env.ref("dso_collection.status_litigation").id}, "litigation"),
            ({"dso_ignored": True}, "ignored"),
            ({"no_followup": True}, "follow-up"),
        ):
            with self.subTest(word):
                self._plan("2026-03-02")
                self.assertPlanned("A", "2026-03-06")
                line.write(values)
                self._plan("2026-03-02")
                self.assertNothingPlanned("excluded")
                self.assertIn(word, self._customer().planning_reason)
                line.write(dict.fromkeys(values, False))

    def test_promise_excludes_until_grace_is_over(self):
        """R1, R15: promised for Tuesday 10 March plus one working day: out through the 11th."""
        line = self._line(self._invoice("2026-03-01"))
        line.write(
            {
                "dso_status_id": self.env.ref("dso_collection.status_promise").id,
                "dso_status_date": "2026-03-10",
            }
        )
        self._plan("2026-03-11")
        self.assertNothingPlanned("excluded")
        self.assertEqual(self._customer().amount_promised, 100)
        self._plan("2026-03-12")
        self.assertTrue(self._open_action())
        self.assertEqual(self._customer().amount_promised, 0)

    def test_promise_grace_is_in_working_days(self):
        """Promised for Friday 13 March: the grace day is Monday 16 March."""
        until = self.company._dso_promised_until(date(2026, 3, 13))
        self.assertEqual(until, date(2026, 3, 16))

    def test_specific_action_excludes_its_items(self):
        """R1, R2: the attached item leaves, the next one leads at once."""
        first, second = self._invoice("2026-03-01", 100), self._invoice("2026-03-03", 200)
        self._plan("2026-03-01")
        self.env["dso.action"].create(
            {
                "customer_id": self._customer().id,
                "origin": "specific",
                "date": "2026-03-05",
                "item_ids": [Command.create({"line_id": self._line(first).id})],
            }
        )
        self._plan("2026-03-02")
        self.assertEqual(self._customer().leader_line_id, self._line(second))
        self.assertPlanned("A", "2026-03-08")

    def test_dispute_resolved_restarts(self):
        """R5: an item whose dispute is resolved begins again."""
        line = self._line(self._invoice("2026-03-01"))
        self._do(self._plan("2026-03-01"), "2026-03-06")
        with freeze_time("2026-03-09"):
            line.dso_status_id = self.env.ref("dso_collection.status_dispute_price")
            self._plan("2026-03-09")
            self.assertNothingPlanned("excluded")
        with freeze_time("2026-03-20"):
            line.dso_status_id = self.env.ref("dso_collection.status_dispute_resolved")
            self._plan("2026-03-20")
            self.assertPlanned("A", "2026-03-20")

    def test_by_age_resumes_after_what_was_told(self):
        """R5: both items were told of by A; when the leader is paid the other goes on with B."""
        self.scenario.restart_policy = "by_age"
        first = self._invoice("2026-03-01", 100)
        self._invoice("2026-03-01", 200)
        self._do(self._plan("2026-03-01"), "2026-03-06")
        self._pay(first, "2026-03-10")
        self._plan("2026-03-10")
        self.assertPlanned("B", "2026-03-16")

    def test_by_age_starts_where_the_age_is(self):
        """R5: 30 days overdue, C (offset 25) is the last step reached."""
        self.scenario.restart_policy = "by_age"
        self._invoice("2026-03-01")
        self._plan("2026-03-31")
        self.assertEqual(self._open_action().step_id.name, "C")

    def test_change_of_scenario_replaces_at_once(self):
        """R14."""
        other = self._create_scenario(("Other", "due_date", 2))
        self._invoice("2026-03-01")
        self._plan("2026-03-01")
        customer = self._customer().with_user(self.collector)
        with freeze_time("2026-03-01"):
            customer.scenario_id = other
            self.assertPlanned("Other", "2026-03-03")
            customer.scenario_id = False
            self.assertNothingPlanned("no_scenario")

    def test_one_open_scenario_action(self):
        """R9: the database refuses a second one, whatever the code does."""
        self._invoice("2026-03-01")
        action = self._plan("2026-03-01")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            action.copy({"origin": "scenario", "customer_id": action.customer_id.id})
            self.env.flush_all()

    def test_reason(self):
        """The sentence of the issue, word by word where it counts."""
        invoice = self._invoice("2026-03-01")
        self._do(self._plan("2026-03-01"), "2026-03-06")
        action = self._plan("2026-03-18")
        self.assertEqual(action.step_id.name, "B")
        self.assertIn(f"Invoice {invoice.name} (leader) is 17 days overdue", action.reason)
        self.assertIn("step 2 “B” is due 15 days after the due date", action.reason)
        self.assertIn("“A” was done on 03/06/2026", action.reason)

    def test_instalments_are_items(self):
        """R2: each instalment leads in its turn."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 28}),
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 58}),
                ],
            }
        )
        invoice = self._invoice(
            "2026-03-01",
            200,
            invoice_date="2026-02-01",
            invoice_date_due=False,
            invoice_payment_term_id=term.id,
        )
        self.assertEqual(len(self._line(invoice)), 2)
        action = self._plan("2026-03-02")
        self.assertEqual(str(action.date), "2026-03-06")
        self.assertEqual(action.amount, 100)
        self.assertEqual(self._customer().amount_overdue, 100)
        self.assertEqual(self._customer().amount_not_due, 100)

    def test_archived_file_plans_nothing(self):
        self._invoice("2026-03-01")
        action = self._plan("2026-03-01")
        customer = self._customer()
        customer.active = False
        self.assertEqual(action.state, "cancelled")

    def test_full_plan_equals_incremental(self):
        """The safety net changes nothing."""
        for number in range(5):
            partner = self.env["res.partner"].create({"name": f"P{number}"})
            self._invoice("2026-03-01", 100 + number, partner)
            if number % 2:
                self._credit(30, partner)
        self.env["dso.customer"]._plan(today=date(2026, 3, 2))
        actions = self.env["dso.action"].search([("company_id", "=", self.company.id)])
        before = actions.read(["customer_id", "step_id", "date", "state", "amount", "write_date"])
        self.env["dso.customer"]._plan(today=date(2026, 3, 2))
        again = self.env["dso.action"].search([("company_id", "=", self.company.id)])
        fnames = ["customer_id", "step_id", "date", "state", "amount", "write_date"]
        self.assertEqual(again.read(fnames), before)

    def test_queries_are_constant(self):
        """The same number of queries for 3 customers as for 30."""
        counts = []
        for total in (3, 30):
            partners = self.env["res.partner"].create(
                [{"name": f"P{total}-{number}"} for number in range(total)]
            )
            for partner in partners:
                self._create_contact(partner, "C", "c@example.com")
                self._invoice("2026-03-01", 100, partner)
            self.env["dso.customer"]._ensure_customers(self.company)
            customers = self.env["dso.customer"].search([("partner_id", "in", partners.ids)])
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            customers._plan(customers, date(2026, 3, 2))
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_simulate_writes_nothing(self):
        """The dry run tells the worked example and leaves no trace."""
        self._invoice("2026-03-01")
        self.env["dso.customer"]._ensure_customers(self.company)
        customer = self._customer()
        self.env.flush_all()
        entries = self.env["dso.customer"]._simulate("2026-06-30", customer, date(2026, 3, 2))
        # opening days: Monday to Friday of the working hours; all four dates are weekdays
        self.assertEqual(
            [(str(entry["date"]), entry["name"]) for entry in entries],
            [
                ("2026-03-06", "A"),
                ("2026-03-16", "B"),
                ("2026-03-26", "C"),
                ("2026-04-15", "D"),
            ],
        )
        self.assertFalse(customer.action_ids)
        self.assertFalse(customer.leader_line_id)

    def test_opening_balance_is_included_in_bulk(self):
        """R1: Odoo excludes general journals from follow-up; a collector takes them in."""
        receivable = self.company_data["default_account_receivable"]
        entry = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "date": "2026-01-01",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.partner.id,
                            "name": "Invoice 2025-17",
                            "debit": 500,
                            "date_maturity": "2026-02-01",
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_revenue"].id,
                            "credit": 500,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        self._plan("2026-03-01")
        self.assertNothingPlanned("excluded")
        self._line(entry).with_user(self.collector).action_dso_include()
        action = self._plan("2026-03-01")
        self.assertEqual(action.amount, 500)
        self.assertTrue(action.reason.startswith("Invoice 2025-17 (leader)"), action.reason)
