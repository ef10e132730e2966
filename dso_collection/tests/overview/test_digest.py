"""The credit manager's figures in Odoo's digest."""

import re
from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged
from odoo.tools import html2plaintext

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-11-30 10:00:00")
class TestDigest(DsoCommon):
    """2,500 open on 30 November, of 1,200, 800 and 700 sold: a DSO of 82.4 days, see
    test_indicator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.digest = cls.env.ref("dso_collection.digest_digest_collection")
        cls._pay(cls._invoice("2026-10-15", 700, invoice_date="2026-09-15"), "2026-10-20", 200)
        cls._invoice("2026-11-15", 800, invoice_date="2026-10-15")
        cls._invoice("2026-12-15", 1200, invoice_date="2026-11-15")

    def _get_kpis(self, user=None, digest=None):
        digest = digest or self.digest
        user = user or self.manager
        kpis = digest._compute_kpis(user.company_id, user)
        return {kpi["kpi_name"]: kpi for kpi in kpis}

    def _send(self, user=None):
        mails = self.env["mail.mail"].sudo()
        before = mails.search([])
        self.digest._action_send_to_user(user or self.manager)
        return mails.search([]) - before

    def test_figures_with_what_they_differ_by(self):
        kpis = self._get_kpis()
        dso = kpis["kpi_dso_days"]
        self.assertEqual(dso["kpi_col1"]["value"], "82.4")
        # a week before, 23 days of November had passed
        self.assertEqual(dso["kpi_col2"]["col_subtitle"], "Last 7 Days: +7.0")
        self.assertEqual(kpis["kpi_dso_best_days"]["kpi_col1"]["value"], "30.0")
        self.assertEqual(kpis["kpi_dso_delinquent_days"]["kpi_col1"]["value"], "52.4")
        self.assertIn("1,300", kpis["kpi_dso_overdue"]["kpi_col1"]["value"])
        self.assertIn("+", kpis["kpi_dso_overdue"]["kpi_col3"]["col_subtitle"])
        # a longer DSO is no success: no green arrow
        self.assertFalse(any(kpi["kpi_col1"]["margin"] for kpi in kpis.values()))

    def test_effectiveness_of_the_period(self):
        """Of the last month: 1,300 open when it began, 1,200 sold, 2,500 open, 1,200 of it not
        due: nothing was collected."""
        kpi = self._get_kpis()["kpi_dso_effectiveness"]
        self.assertEqual(kpi["kpi_col3"]["value"], "0.0 %")
        self._pay(self.env["account.move"].search([("amount_total", "=", 800)]), "2026-11-28", 650)
        kpi = self._get_kpis()["kpi_dso_effectiveness"]
        self.assertEqual(kpi["kpi_col3"]["value"], "50.0 %")

    def test_values_of_odoo_s_own_fields(self):
        digest = self.digest.with_user(self.manager).with_context(
            start_datetime=datetime(2026, 11, 29, 10), end_datetime=datetime(2026, 11, 30, 10)
        )
        self.assertAlmostEqual(digest.kpi_dso_days_value, 30 + 31 + 500 / 700 * 30, 1)
        self.assertEqual(digest.kpi_dso_overdue_value, 1300)

    def test_without_sales_there_is_no_figure(self):
        company = self._create_company(name="New")
        self.manager.write({"company_ids": [(4, company.id)], "company_id": company.id})
        kpi = self._get_kpis()["kpi_dso_days"]["kpi_col1"]
        self.assertEqual(kpi["value"], "–")
        self.assertIn("no sales", kpi["col_subtitle"])

    def test_currency_of_the_company_told_of(self):
        """Not of the reader's own."""
        other = self.setup_other_company(name="Elsewhere")["company"]
        other.currency_id = self.env.ref("base.GBP")
        self.manager.write({"company_ids": [(4, other.id)], "company_id": other.id})
        self.digest.company_id = self.company
        kpi = self._get_kpis()["kpi_dso_overdue"]["kpi_col1"]
        self.assertNotIn("£", kpi["value"])
        self.assertIn("1,300", kpi["value"])

    def test_mail_with_its_curve(self):
        mail = self._send()
        text = html2plaintext(mail.body_html)
        self.assertIn("DSO OF THE LAST TWELVE MONTHS", text.upper())
        self.assertIn("82.4", text)
        heights = re.findall(r"height: (\d+)px; background-color: #d9534f", mail.body_html)
        # 52.4 of 82.4 days, the highest bar, of 120 pixels
        self.assertEqual(int(heights[-1]), round((100 - round(100 * 30 / 82.43)) * 1.2))
        self.assertIn("Sep", text)

    def test_no_curve_where_dso_is_not_chosen(self):
        self.digest.kpi_dso_days = False
        self.assertNotIn("twelve months", html2plaintext(self._send().body_html))

    def test_others_are_told_nothing(self):
        stranger = new_test_user(self.env, "stranger", company_id=self.company.id)
        self.assertFalse(self._get_kpis(stranger))
        self.assertNotIn("twelve months", html2plaintext(self._send(stranger).body_html))

    def test_own_customers_only(self):
        self._plan("2026-11-30")
        self._customer().collector_id = self.manager
        self.company.dso_own_customers_only = True
        self.env.flush_all()
        kpis = self._get_kpis(self.collector)
        self.assertEqual(kpis["kpi_dso_days"]["kpi_col1"]["value"], "–")
        self._customer().collector_id = self.collector
        self.env.flush_all()
        kpis = self._get_kpis(self.collector)
        self.assertEqual(kpis["kpi_dso_days"]["kpi_col1"]["value"], "82.4")
        self.assertEqual(self._get_kpis()["kpi_dso_days"]["kpi_col1"]["value"], "82.4")

    def test_credit_managers_are_subscribed_once(self):
        self.digest.next_run_date = "2026-11-30"
        self.env["digest.digest"]._cron_send_digest_email()
        self.assertIn(self.manager, self.digest.user_ids)
        self.assertNotIn(self.collector, self.digest.user_ids)
        self.digest.with_user(self.manager).action_unsubscribe()
        self.digest.action_send()
        self.assertNotIn(self.manager, self.digest.user_ids)

    def test_a_start_with_opening_balances_does_not_flatten_the_curve(self):
        """Before, the sales of 36 months do not reach: no bar is that high."""
        with freeze_time("2026-09-01"):
            self._undated("2026-09-01", 90000)
        self._pay(self.env["account.move"].search([("amount_total", "=", 90000)]), "2026-11-02")
        days = [date(2026, 10, 31), date(2026, 11, 30)]
        october, november = self.env["dso.indicator"]._get_curve(self.company, days)
        self.assertTrue(october["text"].startswith(">"), october)
        self.assertEqual(november["best_height"] + november["delinquent_height"], 100)
        self.assertEqual(october["best_height"] + october["delinquent_height"], 100)
