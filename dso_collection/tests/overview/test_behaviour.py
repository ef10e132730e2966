"""How a customer pays, on its screen: by hand."""

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestBehaviour(DsoCommon):
    """Paid: 100 ten days late in January, 300 thirty days late in February, 200 five days early in
    March: (1,000 + 9,000 − 1,000) / 600 = 15 days on average."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.late = cls._invoice("2026-01-10", 100, invoice_date="2025-12-10")
        cls.later = cls._invoice("2026-01-20", 300, invoice_date="2025-12-20")
        cls.early = cls._invoice("2026-03-09", 200, invoice_date="2026-02-09")
        cls._pay(cls.late, "2026-01-20")
        cls._pay(cls.later, "2026-02-19")
        cls.payment = cls._pay(cls.early, "2026-03-04")
        cls.env["dso.customer"]._ensure_customers(cls.company)
        cls.customer = cls._customer()

    def _read(self, user=None, customer=None):
        self.env.invalidate_all()
        return (customer or self.customer).with_user(user or self.reader).dso_get_behaviour()

    def _figures(self, **options):
        found = self._read(**options)["figures"]
        return {figure["key"]: figure["value"] for figure in found}

    def test_figures(self):
        """Median of −5, 10, 30; 90 % of the way: 10 + 0.8 × 20. Nothing is open: no DSO days."""
        figures = self._figures()
        self.assertEqual(figures["average"], "15.0 days")
        self.assertEqual(figures["median"], "10.0 days")
        self.assertEqual(figures["percentile_90"], "26.0 days")
        self.assertEqual(figures["dso"], "0.0 days")

    def test_dso_is_the_indicators(self):
        self._invoice("2026-03-20", 500, invoice_date="2026-03-01")
        today = self.company._dso_today()
        measured = self.env["dso.indicator"]._measure(self.company, today, self.customer)
        self.assertAlmostEqual(measured["dso"], 10)
        self.assertEqual(self._figures()["dso"], "10.0 days")

    def test_delay_by_month(self):
        months = self._read()["months"]
        self.assertEqual(len(months), 12)
        self.assertEqual([month["days"] for month in months[-3:]], [10, 30, -5])
        self.assertEqual({month["days"] for month in months[:-3]}, {False})
        self.assertEqual(months[0]["text"], "No payment")
        self.assertEqual((months[0]["month"], months[-1]["month"]), ("Apr 25", "Mar 26"))

    def test_a_month_is_weighted_by_amount(self):
        """100 one day late and 300 five days late: four days."""
        for due, amount, paid in (("2025-10-01", 100, 2), ("2025-10-01", 300, 6)):
            invoice = self._invoice(due, amount, invoice_date="2025-09-01")
            self._pay(invoice, f"2025-10-{paid:02}")
        self.assertEqual(self._read()["months"][-6]["days"], 4)

    def test_last_payments(self):
        found = self._read()["payments"]
        self.assertEqual(
            [(payment["document"], payment["late"], payment["text"]) for payment in found],
            [
                (self.early.name, -5, "5 days early"),
                (self.later.name, 30, "30 days late"),
                (self.late.name, 10, "10 days late"),
            ],
        )
        line = self.env["account.move.line"].browse(found[0]["line_id"])
        self.assertEqual(line.move_id, self.payment.move_id)
        self.assertIn("200", found[0]["amount"])
        for number in range(3):
            self._pay(self._invoice("2026-03-01", 10 + number), "2026-03-09")
        self.assertEqual(len(self._read()["payments"]), 5)

    def test_credit_notes_are_no_payments(self):
        invoice = self._invoice("2026-02-01", 50)
        credit = self._credit(50, on="2026-03-05")
        (self._line(invoice) | self._line(credit)).reconcile()
        self.assertEqual(len(self._read()["payments"]), 3)
        self.assertEqual(self._figures()["average"], "15.0 days")

    def test_promises_kept(self):
        self.assertEqual(self._figures()["kept"], "No promise was kept or broken yet.")
        promise = self.env.ref("dso_collection.status_promise")
        invoice = self._invoice("2026-02-01", 50)
        with freeze_time("2026-02-10 09:00:00"):
            self._line(invoice)._dso_set_status(promise, "2026-02-12")
        self.assertEqual(self._figures()["kept"], "0 of 1 kept, 0%")

    def test_nothing_is_known_of_a_new_customer(self):
        partner = self.env["res.partner"].create({"name": "New"})
        self._invoice("2026-04-01", 50, partner)
        self.env["dso.customer"]._ensure_customers(self.company)
        found = self._read(customer=self._customer(partner))
        self.assertEqual(found["payments"], [])
        self.assertEqual({month["days"] for month in found["months"]}, {False})
        known = {figure["key"]: figure["known"] for figure in found["figures"]}
        self.assertEqual(
            known,
            {
                "dso": True,
                "average": False,
                "median": False,
                "percentile_90": False,
                "kept": False,
            },
        )

    def test_rights(self):
        self.company.dso_own_customers_only = True
        self.customer.collector_id = self.manager
        self.assertTrue(self._read(user=self.manager))
        with self.assertRaises(AccessError):
            self._read(user=self.collector)

    def test_another_companys_payments_are_not_told(self):
        company = self.setup_other_company()["company"]
        self.env["dso.customer"]._ensure_customers(company)
        self.assertEqual(len(self._read()["payments"]), 3)

    def test_constant_queries(self):
        self._read()
        before = self._count_queries(self._read)
        for number in range(5):
            invoice = self._invoice("2026-02-01", 20 + number)
            self._pay(invoice, f"2026-02-{10 + number}")
        self.assertEqual(self._count_queries(self._read), before)

    def test_the_form_asks_for_none_of_it(self):
        view = self.env["dso.customer"].with_user(self.reader).get_view(view_type="form")
        self.assertIn("dso_behaviour", view["arch"])
        self.assertNotIn("behaviour", self.env["dso.customer"]._fields)
