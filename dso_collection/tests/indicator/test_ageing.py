"""The ageing of any day: equal to the accounts, to the indicators and to the customers' figures."""

import random
from collections import defaultdict
from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...engine.ageing import bucket_of
from .ledger_common import LedgerCommon

NOV = date(2026, 11, 30)


class AgeingCommon(LedgerCommon):
    @classmethod
    def _ageing(cls, day=None, user=None):
        """The report as of a day, as a client would ask for it."""
        cls.env.flush_all()
        return (
            cls.env["dso.ageing"]
            .with_user(user or cls.reader)
            .with_context(dso_as_of=day and str(day))
        )

    @classmethod
    def _sum(cls, day=None, groupby=(), aggregates=("amount:sum",), user=None, domain=()):
        rows = cls._ageing(day, user)._read_group(
            [("company_id", "=", cls.company.id), *domain], groupby, aggregates
        )
        return {row[0]: row[1] for row in rows} if groupby else rows[0][0]


@tagged("post_install", "-at_install")
@freeze_time("2026-12-10")
class TestAgeing(AgeingCommon):
    def test_worked_example(self):
        """As of 30 November: 100 due on that day, 200 due one day before, 300 thirty-one days
        before, of which 50 were paid by then and the rest later; 40 of credits, due 1 August."""
        self._invoice("2026-11-30", 100, invoice_date="2026-10-01")
        self._invoice("2026-11-29", 200, invoice_date="2026-10-01")
        paid = self._invoice("2026-10-30", 300, invoice_date="2026-10-01")
        self._pay(paid, "2026-11-15", 50)
        self._pay(paid, "2026-12-01")
        self._credit(40, on="2026-08-01")
        self._invoice("2026-12-31", 1000, invoice_date="2026-12-01")  # not booked yet
        self._invoice("2026-11-29", 5000, invoice_date="2026-10-01", post=False)
        self.assertEqual(
            self._sum(NOV, ["bucket"]), {"000": 100, "001": 200, "031": 250, "091": -40}
        )
        self.assertEqual(self._sum(date(2026, 11, 14)), 100 + 200 + 300 - 40)
        self.assertEqual(self._sum(), 100 + 200 - 40 + 1000)
        row = self._ageing(NOV).search([("move_id", "=", paid.id)])
        self.assertEqual((row.amount, row.days_overdue, row.day), (250, 31, NOV))
        self.assertEqual(row.document, paid.name)
        self.assertEqual(row.action_view_item()["res_id"], paid.id)
        self.assertFalse(self._ageing().search([("move_id", "=", paid.id)]))

    def test_two_days_at_once(self):
        """What was read of one day is not taken for another."""
        invoice = self._invoice("2026-11-29", 200, invoice_date="2026-10-01")
        self._pay(invoice, "2026-12-01", 150)
        then = self._ageing(NOV).search([("move_id", "=", invoice.id)])
        now = self._ageing().search([("move_id", "=", invoice.id)])
        self.assertEqual(then.id, now.id)
        self.assertEqual((then.amount, now.amount), (200, 50))
        self.assertEqual((then.days_overdue, now.days_overdue), (1, 11))

    def test_any_ledger_agrees_with_its_accounts(self):
        seed = random.randrange(10**6)
        other = self.env["res.partner"].create({"name": "Other"})
        self._make_ledger(random.Random(seed), [self.partner, other])
        lines = self._get_booked()
        for day in [day for day in self._get_days() if day <= date(2026, 12, 10)]:
            with self.subTest(seed=seed, day=day):
                booked = lines.filtered(lambda line, day=day: line.date <= day)
                ages, own = defaultdict(float), defaultdict(float)
                for line in booked:
                    part = lambda partials, day=day: partials.filtered(  # noqa: E731
                        lambda partial: partial.max_date <= day
                    )
                    paid, used = part(line.matched_credit_ids), part(line.matched_debit_ids)
                    due = line.date_maturity or line.date
                    ages[bucket_of((day - due).days)] += (
                        line.balance - sum(paid.mapped("amount")) + sum(used.mapped("amount"))
                    )
                    own[line.currency_id] += (
                        line.amount_currency
                        - sum(paid.mapped("debit_amount_currency"))
                        + sum(used.mapped("credit_amount_currency"))
                    )
                self.assertAlmostEqual(self._sum(day) or 0, sum(booked.mapped("balance")), 2)
                self._assert_alike(self._sum(day, ["bucket"]), ages)
                self._assert_alike(self._sum(day, ["currency_id"], ["amount_currency:sum"]), own)
                measured = self.env["dso.indicator"]._measure(self.company, day)["receivable"]
                self.assertAlmostEqual(self._sum(day) or 0, measured, 2)

    def _assert_alike(self, found, expected):
        for key in {*found, *expected}:
            self.assertAlmostEqual(found.get(key, 0), expected.get(key, 0), 2)

    def test_today_agrees_with_the_customers_figures(self):
        seed = random.randrange(10**6)
        other = self.env["res.partner"].create({"name": "Other"})
        with freeze_time("2027-06-01"):
            # everything that chance booked lies in the past
            self._make_ledger(random.Random(seed), [self.partner, other])
            self._plan("2027-06-01")
            self._plan("2027-06-01", other)
            for partner in (self.partner, other):
                with self.subTest(seed=seed, partner=partner.name):
                    customer = self._customer(partner)
                    of = [("customer_id", "=", customer.id)]
                    claims = [*of, ("amount", ">", 0)]
                    ages = self._sum(None, ["bucket"], domain=claims)
                    not_due = ages.pop("000", 0)
                    self.assertAlmostEqual(not_due, customer.amount_not_due, 2)
                    self.assertAlmostEqual(sum(ages.values()), customer.amount_overdue, 2)
                    self.assertAlmostEqual(
                        self._sum(domain=of) or 0,
                        customer.amount_due,
                        2,
                    )

    def test_dimensions(self):
        france = self.env.ref("base.fr")
        self.partner.write({"country_id": france.id, "user_id": self.manager.id})
        invoice = self._invoice("2026-11-29", 200, self.contact, invoice_user_id=self.reader.id)
        self._pay(self._invoice("2026-11-29", 70), "2026-11-20", 100)
        self._plan(NOV)
        rows = self._ageing(NOV)._read_group(
            [("company_id", "=", self.company.id)],
            ["partner_id", "collector_id", "scenario_id", "country_id", "currency_id"],
            ["amount:sum", "amount_currency:sum", "item_count:sum"],
        )
        key = (self.partner, self.collector, self.scenario, france, self.company.currency_id)
        self.assertEqual(rows, [(*key, 170, 170, 2)])
        self.assertEqual(self._sum(NOV, ["salesperson_id"]), {self.reader: 200, self.manager: -30})
        row = self._ageing(NOV).search([("move_id", "=", invoice.id)])
        self.assertEqual(row.action_view_customer()["res_id"], self._customer().id)

    def test_what_has_no_customer_is_there(self):
        account = self.company_data["default_account_receivable"]
        revenue = self.company_data["default_account_revenue"]
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-11-01",
                "line_ids": [
                    Command.create({"account_id": account.id, "debit": 90, "partner_id": False}),
                    Command.create({"account_id": revenue.id, "credit": 90}),
                ],
            }
        )
        move.action_post()
        empty = self.env["res.partner"]
        self.assertEqual(self._sum(NOV, ["partner_id"]), {empty: 90})
        self.assertEqual(self.env["dso.indicator"]._measure(self.company, NOV)["receivable"], 90)

    def test_documents_are_called_as_elsewhere(self):
        line = self._undated("2026-11-05", 900)
        self.assertEqual(self._ageing(NOV).search([]).document, "Opening balance")
        self.assertEqual(self._ageing(NOV).browse(line.id).due_date, date(2026, 11, 5))

    def test_cancelled_entries_are_nothing(self):
        invoice = self._invoice("2026-11-01", 100)
        invoice.button_draft()
        invoice.button_cancel()
        self.assertFalse(self._sum(NOV))

    def test_a_day_to_come_is_refused(self):
        self._invoice("2026-11-01", 100)
        self.assertEqual(self._sum(date(2026, 12, 10)), 100)
        for day, word in (("2026-12-11", "not known yet"), ("soon", "no date"), ([1], "no date")):
            with self.subTest(day), self.assertRaises(UserError) as caught:
                self.env["dso.ageing"].with_context(dso_as_of=day).search([])
            self.assertIn(word, str(caught.exception))

    def test_the_companys_own_today(self):
        """At 23:30 UTC of the 10th it is the 11th in Tokyo: what was due on the 10th is late."""
        self._invoice("2026-12-10", 100, invoice_date="2026-11-01")
        with freeze_time("2026-12-10 23:30:00"):
            self.assertEqual(self._sum(None, ["bucket"]), {"000": 100})
            self.company.resource_calendar_id.tz = "Asia/Tokyo"
            self.assertEqual(self._sum(None, ["bucket"]), {"001": 100})
            self.assertEqual(self._sum(date(2026, 12, 11), ["bucket"]), {"001": 100})

    def test_currencies_are_not_added_up(self):
        currency = self.setup_other_currency("EUR", rates=[("2026-01-01", 2)])
        self._invoice("2026-11-05", 100, currency_id=currency.id)
        self._invoice("2026-11-05", 10)
        amounts = ["amount:sum", "amount_currency:sum", "amount_currency:sum_currency"]
        [row] = self._ageing(NOV)._read_group([("company_id", "=", self.company.id)], [], amounts)
        self.assertEqual(row[0], 60)
        self.assertFalse(row[1] or row[2], "euros and dollars")
        found = self._sum(NOV, ["currency_id"], ["amount_currency:sum"])
        self.assertEqual(found, {currency: 100, self.company.currency_id: 10})

    def test_companies_are_apart(self):
        other = self.setup_other_company(currency_id=self.env.ref("base.CHF").id)
        self.env.ref("base.CHF").active = True
        company = other["company"]
        self._invoice(
            "2026-11-01", 50, company_id=company.id, journal_id=other["default_journal_sale"].id
        )
        self._invoice("2026-11-01", 100)
        both = self.company | company
        self.manager.company_ids = both
        report = self._ageing(NOV, self.manager).with_context(allowed_company_ids=both.ids)
        rows = report._read_group([], ["company_id"], ["amount:sum", "amount:sum_currency"])
        self.assertEqual(rows, [(self.company, 100, 100), (company, 50, 50)])
        [(total, converted, currencies)] = report._read_group(
            [], [], ["amount:sum", "amount:sum_currency", "company_currency_id:array_agg_distinct"]
        )
        self.assertFalse(total or converted, "francs and dollars have no sum")
        self.assertEqual(set(currencies), set(both.currency_id.ids))
        self.assertEqual(self._sum(NOV, user=self.manager), 100)

    def test_rights(self):
        other = self.env["res.partner"].create({"name": "Other"})
        self._invoice("2026-11-01", 100)
        self._invoice("2026-11-01", 70, other)
        self._plan(NOV)
        self._plan(NOV, other)
        self._customer(other).collector_id = self.manager
        stranger = new_test_user(self.env, login="dso_stranger", groups="base.group_user")
        with self.assertRaises(AccessError):
            self._sum(NOV, user=stranger)
        self.assertEqual(self._sum(NOV, user=self.collector), 170)
        self.company.dso_own_customers_only = True
        self.assertEqual(self._sum(NOV, user=self.collector), 100)
        self.assertEqual(self._sum(NOV, user=self.manager), 170)
        with self.assertRaises(AccessError):
            self._ageing(NOV, self.manager).search([], limit=1).write({"document": "x"})

    def test_constant_queries(self):
        def ask():
            self.env.invalidate_all()
            return self._ageing(NOV).formatted_read_grouping_sets(
                [], [[], ["partner_id"], ["partner_id", "bucket"]], ["amount:sum_currency"]
            )

        self._invoice("2026-11-01", 100)
        self._count_queries(ask)
        few = self._count_queries(ask)
        for number in range(5):
            partner = self.env["res.partner"].create({"name": f"Customer {number}"})
            self._invoice("2026-11-01", 100, partner)
            self._invoice(NOV + timedelta(days=number), 100, partner)
        self.assertLessEqual(self._count_queries(ask), few)

    def test_columns_have_the_names_of_buckets(self):
        field = self.env["dso.ageing"].fields_get(["bucket"])["bucket"]
        self.assertEqual(field["selection"][0], ("000", "Not due"))
        self.assertEqual(len(field["selection"]), 5)
