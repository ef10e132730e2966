"""The collection report of a month, by itself and on demand."""

import io
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools.pdf import PdfFileReader

from ..common import DsoCommon

NOV = date(2026, 11, 30)


@tagged("post_install", "-at_install")
@freeze_time("2026-12-01 10:00:00")
class TestMonthlyReport(DsoCommon):
    """2,500 open on 30 November, of 1,200, 800 and 700 sold: a DSO of 82.4 days, see
    test_indicator. A month before, 1,300 of 800 and 700 sold: 31 + 500/700 of 30 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._pay(cls._invoice("2026-10-15", 700, invoice_date="2026-09-15"), "2026-10-20", 200)
        cls._invoice("2026-11-15", 800, invoice_date="2026-10-15")
        cls._invoice("2026-12-15", 1200, invoice_date="2026-11-15")
        cls.env["res.company"].search([]).dso_monthly_report = False
        cls.company.dso_monthly_report = True
        cls.report = cls.env["dso.monthly.report"]

    def _prepare(self, user=None, day=NOV):
        report = self.report.with_user(user or self.manager).with_company(self.company)
        return report._prepare(self.company, day)

    def _read(self, content):
        pages = PdfFileReader(io.BytesIO(content)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())

    def _send(self):
        messages = self.env["mail.message"]
        before = messages.search([])
        self.report._cron_send()
        return messages.search([]) - before

    def test_figures_with_those_of_the_month_before(self):
        rows = {row["label"]: row for row in self._prepare()["figures"]}
        dso = rows["DSO (days)"]
        self.assertEqual((dso["value"], dso["before"], dso["change"]), ("82.4", "52.4", "+30.0"))
        self.assertIn("2,500", rows["Receivable"]["value"])
        self.assertIn("1,300", rows["Overdue"]["value"])
        self.assertIn("500", rows["Overdue"]["before"])
        self.assertFalse(dso["target"])
        self.company.dso_target = 45
        rows = {row["label"]: row for row in self._prepare()["figures"]}
        self.assertEqual(rows["DSO (days)"]["target"], "45.0")

    def test_ageing_of_the_day_and_of_the_month_before(self):
        rows = self._prepare()["ageing"]
        found = {row["label"]: (row["amount"], row["before"], row["share"]) for row in rows}
        self.assertIn("1,200", found["Not due"][0])
        self.assertIn("800", found["Not due"][1])
        self.assertEqual(found["Not due"][2], "48 %")
        self.assertIn("2,500", found["Total"][0])
        self.assertIn("1,300", found["Total"][1])

    def test_ageing_agrees_with_the_key_figures_whatever_is_credited(self):
        self._credit(100.0, on="2026-11-10")
        report = self._prepare()
        found = {row["label"]: row["amount"] for row in report["ageing"]}
        rows = {row["label"]: row["value"] for row in report["figures"]}
        self.assertIn("1,300", rows["Overdue"])
        self.assertIn("800", found["1 to 30 days"])
        self.assertIn("500", found["31 to 60 days"])
        self.assertRegex(found["Credits"], "-\ufeff?100")
        self.assertIn("2,400", found["Total"])
        self.assertIn("2,400", rows["Receivable"])

    def test_customers_with_the_most_overdue(self):
        self.assertEqual(
            [(row["name"], row["days"]) for row in self._prepare()["customers"]],
            [(self.partner.display_name, 46)],
        )

    def test_forecast_of_the_latest_month_only(self):
        forecast = self._prepare()["forecast"]
        self.assertEqual(len(forecast), 17)
        self.assertIn("2,500", forecast[-1]["expected"])
        self.assertFalse(self._prepare(day=date(2026, 10, 31))["forecast"])

    def test_what_cannot_be_known(self):
        """Before anything was sold: no figure, no curve, and the report all the same."""
        report = self._prepare(day=date(2026, 8, 31))
        rows = {row["label"]: row["value"] for row in report["figures"]}
        self.assertEqual(rows["DSO (days)"], "–")
        self.assertFalse(report["curve"])

    def test_on_demand(self):
        dialog = self.env["dso.monthly.report.make"].with_user(self.manager)
        wizard = dialog.with_company(self.company).create({})
        self.assertEqual(wizard.month, "2026-11-01")
        url = wizard.action_make()["url"]
        attachment = self.env["ir.attachment"].browse(int(url.split("/")[3].split("?")[0]))
        self.assertIn("2026-11", attachment.name)
        text = self._read(attachment.raw)
        for words in (
            "Collection report, November 2026",
            "82.4",
            "Customers with the most overdue",
        ):
            self.assertIn(words, text)
        self.assertIn("52.4", text)

    def test_only_credit_managers_make_it(self):
        with self.assertRaises(AccessError):
            self.env["dso.monthly.report.make"].with_user(self.collector).create({})

    def test_only_of_companies_at_hand(self):
        other = self._create_company(name="Elsewhere")
        dialog = self.env["dso.monthly.report.make"].with_user(self.manager)
        with self.assertRaises(AccessError):
            dialog.with_company(self.company).create({"company_id": other.id}).action_make()

    def test_every_manager_receives_it_once_in_their_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = new_test_user(
            self.env,
            "boss",
            groups="dso_collection.group_dso_manager",
            company_id=self.company.id,
            lang="fr_FR",
        )
        with freeze_time("2026-12-01 03:00:00"):
            self.assertFalse(self._send())
        messages = self._send()
        self.assertIn(french.partner_id, messages.partner_ids)
        self.assertIn(self.manager.partner_id, messages.partner_ids)
        self.assertNotIn(self.collector.partner_id, messages.partner_ids)
        self.assertEqual(len(messages), len(messages.attachment_ids))
        own = messages.filtered(lambda message: french.partner_id in message.partner_ids)
        self.assertIn("novembre 2026", own.subject)
        self.assertFalse(self._send())

    def test_no_report_where_nothing_is_sold_or_nobody_wants_it(self):
        self.company.dso_monthly_report = False
        self.assertFalse(self._send())
        self.env["account.move"].search([("company_id", "=", self.company.id)]).button_draft()
        self.company.dso_monthly_report = True
        self.assertFalse(self._send())

    def test_who_switches_it_on_later_waits_for_the_next_month(self):
        with freeze_time("2026-12-08 10:00:00"):
            self.assertFalse(self._send())
        with freeze_time("2027-01-02 10:00:00"):
            self.assertTrue(self._send())
