"""What collectors were entrusted with and did, month by month, by hand."""

from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.tests import new_test_user, tagged

from ..common import DsoCommon

FEB, MARCH = date(2026, 2, 1), date(2026, 3, 1)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-20 09:00:00")
class TestCollectorReport(DsoCommon):
    """Colin has Acme, Mia has Other. On 1 February 1,000 of Acme's are open, of which 600 come in
    February and 100 in March."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create({"name": "Other", "is_company": True})
        cls.first = cls._invoice("2026-01-31", 1000, invoice_date="2026-01-01")
        cls.second = cls._invoice("2026-03-05", 500, invoice_date="2026-02-05")
        cls.others = cls._invoice("2026-02-10", 400, cls.other, "2026-01-10")
        cls._pay(cls.first, "2026-02-10", 600)
        cls._pay(cls.first, "2026-03-02", 100)
        cls.env["dso.customer"]._ensure_customers(cls.company)
        cls.customer, cls.other_customer = cls._customer(), cls._customer(cls.other)
        cls.customer.collector_id = cls.collector
        cls.other_customer.collector_id = cls.manager
        cls.env.flush_all()

    def _report(self, user=None):
        self.env.flush_all()
        self.env["dso.collector.report"].invalidate_model()
        return self.env["dso.collector.report"].with_user(user or self.manager)

    def _find(self, month=FEB, collector=None, user=None):
        return self._report(user).search(
            [
                ("month", "=", month),
                ("collector_id", "=", (collector or self.collector).id),
                ("company_id", "=", self.company.id),
            ]
        )

    def _do(self, action_type, day, customer=None, collector=None):
        # sudo: nobody but the module says what was done
        self.env["dso.action"].sudo().create(
            {
                "customer_id": (customer or self.customer).id,
                "collector_id": (collector or self.collector).id,
                "action_type": action_type,
                "date": day,
                "done_date": day,
                "state": "done",
            }
        )

    def test_entrusted_and_collected(self):
        row = self._find()
        self.assertEqual((row.amount_opening, row.amount_collected), (1000, 600))
        row = self._find(MARCH)
        self.assertEqual((row.amount_opening, row.amount_collected), (900, 100))
        self.assertEqual(self._find(FEB, self.manager).amount_opening, 400)

    def test_credit_notes_are_not_collected(self):
        credit = self._credit(300, on="2026-03-10")
        (self._line(self.first) | self._line(credit)).reconcile()
        self.assertEqual(self._find(MARCH).amount_collected, 100)

    def test_promised_and_kept(self):
        promise = self.env.ref("dso_collection.status_promise")
        with freeze_time("2026-02-08 09:00:00"):
            self._line(self.others)._dso_set_status(promise, "2026-02-12")
        with freeze_time("2026-03-06 09:00:00"):
            self._line(self.second)._dso_set_status(promise, "2026-03-10")
        self._pay(self.second, "2026-03-09")
        with freeze_time("2026-03-18 09:00:00"):
            self._line(self.first)._dso_set_status(promise, "2026-03-30")
        row = self._find(MARCH)
        self.assertEqual((row.promise_count, row.kept_count, row.judged_count), (2, 1, 1))
        self.assertEqual(row.kept_rate, 100)
        row = self._find(FEB, self.manager)
        self.assertEqual((row.promise_count, row.kept_count, row.kept_rate), (1, 0, 0))
        # over both: one of two that could be judged, and not the mean of the rows
        [(rate, promised)] = self._report()._read_group(
            [("company_id", "=", self.company.id)], [], ["kept_rate:avg", "promise_count:sum"]
        )
        self.assertEqual((rate, promised), (50, 3))

    def test_calls_and_emails(self):
        self._do("call", "2026-02-03")
        self._do("call", "2026-02-04", collector=self.manager)
        self._do("email", "2026-02-05")
        self._do("email_internal", "2026-02-05")
        self._do("letter", "2026-02-05")
        self._do("call", "2026-03-01")
        row = self._find()
        self.assertEqual((row.call_count, row.email_count), (1, 1))
        self.assertEqual(self._find(FEB, self.manager).call_count, 1)
        self.assertEqual(self._find(MARCH).call_count, 1)

    def test_with_a_status(self):
        """At the end of February 400 of Acme's are overdue, without a status; today 300 with one
        and 500 without."""
        dispute = self.env.ref("dso_collection.status_dispute_price")
        with freeze_time("2026-03-03 09:00:00"):
            self._line(self.first)._dso_set_status(dispute)
        row = self._find()
        self.assertEqual((row.amount_overdue, row.qualified_rate), (400, 0))
        row = self._find(MARCH)
        self.assertEqual(row.amount_overdue, 800)
        self.assertAlmostEqual(row.qualified_rate, 37.5)
        # Mia's 400 without: 300 of 1,200 in March
        [(rate, overdue)] = self._report()._read_group(
            [("month", "=", MARCH), ("company_id", "=", self.company.id)],
            [],
            ["qualified_rate:avg", "amount_overdue:sum"],
        )
        self.assertAlmostEqual(rate, 25)
        self.assertEqual(overdue, 1200)

    def test_due_today_is_not_overdue(self):
        self._invoice("2026-03-20", 5000, invoice_date="2026-02-20")
        self.assertEqual(self._find(MARCH).amount_overdue, 800)

    def test_months_are_not_added_up(self):
        """What was open when one began and when another did is partly the same money."""
        [(opening, collected)] = self._report()._read_group(
            [("collector_id", "=", self.collector.id), ("company_id", "=", self.company.id)],
            [],
            ["amount_opening:sum", "amount_collected:sum"],
        )
        self.assertEqual((opening, collected), (False, 700))
        [(opening,)] = self._report()._read_group(
            [("month", "=", FEB), ("company_id", "=", self.company.id)], [], ["amount_opening:sum"]
        )
        self.assertEqual(opening, 1400)

    def test_what_is_behind(self):
        self._do("call", "2026-02-03")
        row = self._find()

        def behind(action):
            return self.env[action["res_model"]].search(action["domain"])

        self.assertEqual(behind(row.action_view_opening()), self._line(self.first))
        self.assertEqual(
            sum(behind(row.action_view_collected()).mapped("balance")), -row.amount_collected
        )
        self.assertEqual(behind(row.action_view_overdue()), self._line(self.first))
        self.assertEqual(len(behind(row.action_view_calls())), row.call_count)
        self.assertFalse(behind(row.action_view_emails()))
        self.assertFalse(behind(row.action_view_promises()))
        march = self._find(MARCH)
        self.assertEqual(
            behind(march.action_view_opening()), self._line(self.first) | self._line(self.second)
        )

    def test_who_is_restricted_sees_own_customers_only(self):
        self.company.dso_own_customers_only = True
        self.company.dso_default_collector_id = self.manager
        self._do("call", "2026-02-03", customer=self.other_customer)
        found = self._report(self.collector).search([])
        self.assertEqual(found.collector_id, self.collector)
        # a call for a customer that was another's
        self.assertEqual(self._find(user=self.collector).call_count, 0)
        self.assertEqual(self._find().call_count, 1)

    def test_companies_are_apart(self):
        company = self.setup_other_company()["company"]
        user = new_test_user(
            self.env,
            login="both",
            groups="base.group_user,dso_collection.group_dso_manager",
            company_id=company.id,
            company_ids=[Command.set((company | self.company).ids)],
        )
        alone = self._report(user).with_context(allowed_company_ids=company.ids)
        self.assertFalse(alone.search([]))
        both = self._report(user).with_context(allowed_company_ids=(company | self.company).ids)
        self.assertEqual(both.search([]).company_id, self.company)

    def test_constant_queries(self):
        def read():
            return self._report().search_read([], ["amount_opening", "kept_rate"])

        read()
        before = self._count_queries(read)
        for number in range(3):
            partner = self.env["res.partner"].create({"name": f"More {number}"})
            self._pay(self._invoice("2026-02-01", 10, partner), "2026-02-20")
        self.env["dso.customer"]._ensure_customers(self.company)
        self.assertEqual(self._count_queries(read), before)
