"""DSO and its kin on a ledger: worked examples, and the ledger's own balances on any past day."""

import random
from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .ledger_common import LedgerCommon

NOV = date(2026, 11, 30)


@tagged("post_install", "-at_install")
@freeze_time("2026-12-10")
class TestIndicator(LedgerCommon):
    def _sell(self, day, amount, due=None, **values):
        return self._invoice(due or day, amount, invoice_date=day, **values)

    def _qualify(self, line, status, **values):
        self.env["dso.item.qualify"].with_user(self.collector).create(
            {
                "line_ids": [Command.set(line.ids)],
                "status_id": self.env.ref(f"dso_collection.status_{status}").id,
                **values,
            }
        ).action_apply()

    def _measure(self, day=NOV, **options):
        return self.env["dso.indicator"]._measure(self.company, day, **options)

    def test_count_back_as_in_the_published_example(self):
        """2,500 open on 30 November, of 1,200, 800 and 700 sold: 30 + 31 + 500/700 of 30 days."""
        self._pay(self._sell("2026-09-15", 700, due="2026-10-15"), "2026-10-20", 200)
        self._sell("2026-10-15", 800, due="2026-11-15")
        self._sell("2026-11-15", 1200, due="2026-12-15")
        found = self._measure()
        self.assertEqual(found["receivable"], 2500)
        self.assertEqual((found["overdue"], found["not_due"]), (1300, 1200))
        self.assertAlmostEqual(found["dso"], 30 + 31 + 500 / 700 * 30)
        self.assertAlmostEqual(found["bpdso"], 30)
        self.assertAlmostEqual(found["add"], 31 + 500 / 700 * 30)
        self.assertEqual(found["sales_12_months"], 2700)
        self.assertAlmostEqual(found["cost_of_day"], 2700 / 365)

    def test_balance_method(self):
        """30,000 open, 60,000 sold in 90 days: 45 days."""
        self._pay(self._sell("2026-10-01", 30000), "2026-11-01")
        self._sell("2026-11-01", 30000, due="2026-12-01")
        self._sell("2026-07-01", 500, due="2026-08-01")  # sold before these 90 days
        self._pay(self.env["account.move"].search([("amount_total", "=", 500)]), "2026-08-01")
        self.assertEqual(self._measure(method="balance")["dso"], 45)
        self.company.dso_sales_days = 365
        self.assertAlmostEqual(self._measure(method="balance")["dso"], 30000 * 365 / 60500)
        with self.assertRaises(ValueError):
            self._measure(method="average")

    def test_effectiveness_as_in_the_published_example(self):
        """6,200 when the month began, 3,630 sold, 6,340 at its end, 3,590 of it not due: 55.9 %."""
        self._pay(self._sell("2026-09-10", 6200, due="2026-10-10"), "2026-11-20", 3490)
        self._sell("2026-11-02", 40, due="2026-11-20")
        self._sell("2026-11-10", 3590, due="2026-12-10")
        found = self._measure()
        self.assertEqual((found["receivable"], found["not_due"]), (6340, 3590))
        self.assertAlmostEqual(found["cei"], 55.9, 1)

    def test_due_on_the_day_is_not_overdue(self):
        self._sell("2026-11-01", 100, due="2026-11-30")
        self.assertEqual(self._measure()["overdue"], 0)
        self.assertEqual(self._measure(date(2026, 12, 1))["overdue"], 100)

    def test_what_is_paid_later_was_open(self):
        invoice = self._sell("2026-11-01", 100, due="2026-11-10")
        self._pay(invoice, "2026-12-05")
        self.assertEqual(self._measure()["receivable"], 100)
        self.assertEqual(self._measure(date(2026, 12, 4))["overdue"], 100)
        found = self._measure(date(2026, 12, 5))
        self.assertEqual((found["receivable"], found["overdue"]), (0, 0))

    def test_opening_balances_are_no_sales_and_credit_notes_lessen_them(self):
        line = self._undated("2026-11-05", 900)
        self._sell("2026-11-05", 300, due="2026-12-31")
        self._credit(100, on="2026-11-06")
        found = self._measure()
        self.assertEqual(found["receivable"], 1100)
        self.assertEqual(found["overdue"], line.balance)
        self.assertEqual(found["not_due"], 300)
        self.assertEqual(found["sales_12_months"], 200)

    def test_without_sales_there_is_no_figure(self):
        self._undated("2026-11-05", 900)
        found = self._measure()
        for name in ("dso", "bpdso", "add", "disputed_dso"):
            self.assertIsNone(found[name], name)
        self.assertIsNone(found["cei"])
        self.assertEqual(found["cost_of_day"], 0)

    def test_draft_and_cancelled_entries_are_nothing(self):
        self._sell("2026-11-05", 100, post=False)
        invoice = self._sell("2026-11-05", 100)
        invoice.button_draft()
        invoice.button_cancel()
        found = self._measure()
        self.assertEqual((found["receivable"], found["sales_12_months"]), (0, 0))

    def test_foreign_invoices_count_as_booked(self):
        currency = self.setup_other_currency("EUR", rates=[("2026-01-01", 2)])
        self._sell("2026-11-05", 100, due="2026-12-31", currency_id=currency.id)
        found = self._measure()
        self.assertEqual((found["receivable"], found["sales_12_months"]), (50, 50))

    def test_disputed_items_and_parts_of_them(self):
        whole = self._line(self._sell("2026-11-05", 100, due="2026-11-20"))
        part = self._line(self._sell("2026-11-05", 400, due="2026-11-20"))
        self._plan(NOV)
        with freeze_time("2026-11-25"):
            self._qualify(whole, "dispute_price")
            self._qualify(part, "dispute_price", amount=150)
        self.assertEqual(self._measure(date(2026, 11, 24))["disputed"], 0)
        found = self._measure()
        self.assertEqual(found["disputed"], 250)
        self.assertAlmostEqual(found["disputed_dso"], 250 / 500 * 30)
        with freeze_time("2026-12-02"):
            self._qualify(whole, "dispute_resolved")
        self._pay(part.move_id, "2026-12-03", 350)
        self.assertEqual(self._measure()["disputed"], 250)
        self.assertEqual(self._measure(date(2026, 12, 2))["disputed"], 150)
        self.assertEqual(self._measure(date(2026, 12, 3))["disputed"], 50)

    def test_of_some_customers(self):
        other = self.env["res.partner"].create({"name": "Other", "is_company": True})
        branch = self.env["res.partner"].create({"name": "Branch", "parent_id": other.id})
        self._sell("2026-11-05", 100, due="2026-11-20")
        self._invoice("2026-11-20", 40, branch, "2026-11-05")
        self._plan(NOV)
        self._plan(NOV, other)
        customers = self._customer(other)
        found = self._measure(customers=customers)
        self.assertEqual((found["receivable"], found["sales_12_months"]), (40, 40))
        self.assertEqual(self._measure()["receivable"], 140)
        self.assertEqual(self._measure(customers=customers.browse())["receivable"], 0)
        query = customers._search([("id", "in", customers.ids)])
        self.assertEqual(self._measure(customers=query), found)

    def test_another_company_is_not_added(self):
        company = self.setup_other_company()["company"]
        self._sell("2026-11-05", 100)
        self.assertEqual(self.env["dso.indicator"]._measure(company, NOV)["receivable"], 0)

    def test_as_many_queries_for_two_years_as_for_a_day(self):
        self._sell("2026-11-05", 100)
        indicator = self.env["dso.indicator"]
        # what Odoo keeps in mind is read before
        self._count_queries(lambda: indicator._measure_days(self.company, [NOV]))
        one = self._count_queries(lambda: indicator._measure_days(self.company, [NOV]))
        days = [NOV - timedelta(days=30 * number) for number in range(24)]
        many = self._count_queries(lambda: indicator._measure_days(self.company, days))
        self.assertEqual(one, many)
        self.assertLessEqual(many, 6)

    def test_any_ledger_agrees_with_its_accounts(self):
        """Random invoices, credit notes, payments, currencies and instalments."""
        seed = random.randrange(10**6)
        self._make_ledger(random.Random(seed))
        days = self._get_days()
        found = self.env["dso.indicator"]._measure_days(self.company, days)
        lines = self._get_booked()
        for day in days:
            with self.subTest(seed=seed, day=day):
                booked = sum(line.balance for line in lines if line.date <= day)
                self.assertAlmostEqual(found[day]["receivable"], booked, 2)
                claims = {True: 0.0, False: 0.0}
                for line in lines.filtered(lambda line, day=day: line.date <= day):
                    if line.balance > 0:
                        settled = sum(
                            partial.amount
                            for partial in line.matched_credit_ids
                            if partial.max_date <= day
                        )
                        claims[(line.date_maturity or line.date) < day] += line.balance - settled
                self.assertAlmostEqual(found[day]["overdue"], claims[True], 2)
                self.assertAlmostEqual(found[day]["not_due"], claims[False], 2)
                figures = found[day]
                if figures["dso"] is not None:
                    self.assertLessEqual(figures["bpdso"], figures["dso"] + 1e-9)

    def test_today_agrees_with_the_customers_figures(self):
        today = self.company._dso_today()
        self._pay(self._sell("2026-10-01", 700, due="2026-11-15"), "2026-12-01", 250.5)
        self._sell("2026-11-15", 1200, due=today)
        self._credit(90, on="2026-12-01")
        self._plan(today)
        customer = self._customer()
        found = self._measure(today)
        self.assertEqual(found["overdue"], customer.amount_overdue)
        self.assertEqual(found["not_due"], customer.amount_not_due)
        self.assertEqual(found["receivable"], customer.amount_due)
