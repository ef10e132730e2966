"""The ageing as spreadsheet and PDF, read back."""

import io
import json

from freezegun import freeze_time
from lxml import html
from openpyxl import load_workbook

from odoo import http
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...report import dso_ageing_print
from ...tools.workbook import write_workbook
from ..http_common import PatientHttpCase
from ..letter_common import LetterCommon

DAY = "2026-11-30"


class FilesCommon(LetterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.ref = "C-1"
        cls.other = cls.env["res.partner"].create({"name": "=1+1 Zulu", "is_company": True})
        cls._invoice("2026-11-30", 100, invoice_date="2026-10-01")
        cls._invoice("2026-10-30", 250.5, invoice_date="2026-10-01")
        cls._credit(40, on="2026-08-01")
        cls._invoice("2026-09-30", 1200, cls.other, invoice_date="2026-09-01")
        # nothing of it as of that day
        cls._invoice("2026-12-31", 7777, invoice_date="2026-12-01")
        cls._plan(DAY)
        cls._plan(DAY, cls.other)
        cls.env.flush_all()


@tagged("post_install", "-at_install")
@freeze_time("2026-12-10")
class TestAgeingFiles(FilesCommon):
    def _ageing(self, user=None, day=DAY, **context):
        self.env.flush_all()
        return (
            self.env["dso.ageing"]
            .with_user(user or self.reader)
            .with_context(dso_as_of=day, force_report_rendering=True, **context)
        )

    def _read(self, model, domain=(), filters=()):
        content = write_workbook(model.env, model._prepare_sheets(list(domain), filters))
        return load_workbook(io.BytesIO(content))

    def test_spreadsheet(self):
        workbook = self._read(self._ageing(), filters=["My customers"])
        [sheet] = workbook.worksheets
        self.assertEqual(sheet.title, self.company.name[:31])
        name, title, only, credits_, header, zulu, acme, totals = sheet.values
        self.assertEqual((name[0], title[0]), (self.company.name, "Ageing as of 11/30/2026"))
        self.assertEqual(only[0], "Only: My customers")
        self.assertIn("Credits are deducted", credits_[0])
        self.assertEqual(
            header,
            (
                "Customer",
                "Customer code",
                "Collector",
                "Not due",
                "1 to 30 days",
                "31 to 60 days",
                "61 to 90 days",
                "More than 90 days",
                "Total",
                "Currency",
            ),
        )
        currency = self.company.currency_id.name
        self.assertEqual(
            acme, ("Acme", "C-1", "Colin Collector", 100, 0, 250.5, 0, -40, 310.5, currency)
        )
        self.assertEqual(zulu[0], "=1+1 Zulu")
        self.assertEqual(sheet["A6"].data_type, "s", "a name is no formula")
        self.assertEqual(zulu[6], 1200)
        self.assertEqual(totals[3:9], (100, 0, 250.5, 1200, -40, 1510.5))

    def test_spreadsheet_of_what_the_filters_show(self):
        workbook = self._read(self._ageing(), [("partner_id", "=", self.other.id)])
        *_above, zulu, totals = workbook.active.values
        self.assertEqual((zulu[0], zulu[8], totals[8]), ("=1+1 Zulu", 1200, 1200))

    def test_a_sheet_for_each_company(self):
        other = self.setup_other_company(currency_id=self.env.ref("base.CHF").id)
        self.env.ref("base.CHF").active = True
        company = other["company"]
        self._invoice(
            "2026-11-01", 50, company_id=company.id, journal_id=other["default_journal_sale"].id
        )
        self.manager.company_ids |= company
        ids = (self.company | company).ids
        workbook = self._read(self._ageing(self.manager, allowed_company_ids=ids))
        ends = [list(sheet.values)[-1][8:] for sheet in workbook.worksheets]
        self.assertEqual(ends, [(1510.5, self.company.currency_id.name), (50, "CHF")])
        pdf = self._ageing(self.manager, allowed_company_ids=ids)._print([])
        self.assertIn("Amounts in CHF", self._text(pdf))

    def test_own_customers_only(self):
        self._customer(self.other).collector_id = self.manager
        self.company.dso_own_customers_only = True
        *_above, acme, totals = self._read(self._ageing(self.collector)).active.values
        self.assertEqual((acme[0], totals[8]), ("Acme", 310.5))
        text = self._text(self._ageing(self.collector)._print([]))
        self.assertIn("Acme", text)
        self.assertNotIn("Zulu", text)

    def test_pdf(self):
        text = self._text(self._ageing()._print([], ["My customers"]))
        for words in (
            "Ageing as of 11/30/2026",
            f"Amounts in {self.company.currency_id.name}",
            "Only: My customers",
            "Customer Not due 1 to 30 days 31 to 60 days 61 to 90 days More than 90 days Total",
            "Acme (C-1) 100.00 250.50 -40.00 310.50",
            "=1+1 Zulu 1,200.00 1,200.00",
            "Total 100.00 250.50 1,200.00 -40.00 1,510.50",
        ):
            self.assertIn(words, text)
        # the company's letterhead
        self.assertIn("1 Main Street", text)

    def test_pdf_in_the_users_language(self):
        lang = self.env["res.lang"]._activate_lang("fr_FR")
        self.reader.lang = lang.code
        text = self._text(self._ageing(lang=lang.code)._print([]))
        self.assertIn("30/11/2026", text)
        self.assertRegex(text, r"1.510,50")

    def test_headings_on_each_page(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number:03}"} for number in range(70)]
        )
        for partner in partners:
            self._invoice("2026-11-01", 10, partner)
        pages = self._pages(self._ageing()._print([]))
        self.assertGreater(len(pages), 1)
        for page in pages:
            words = " ".join(page.extract_text().split())
            self.assertIn("More than 90 days", words)
        self.assertIn("2,210.50", pages[-1].extract_text())

    def test_too_much_for_paper_and_nothing_at_all(self):
        self.patch(dso_ageing_print, "MAX_CUSTOMERS", 1)
        with self.assertRaises(UserError) as caught:
            self._ageing()._print([])
        self.assertIn("take the spreadsheet", str(caught.exception))
        for make in ("_print", "_prepare_sheets"):
            with self.subTest(make), self.assertRaises(UserError) as caught:
                getattr(self._ageing(day="2020-01-01"), make)([])
            self.assertIn("Nothing was open on this day", str(caught.exception))

    def test_constant_queries(self):
        def ask():
            return self._ageing()._prepare_sheets([])

        self._count_queries(ask)
        few = self._count_queries(ask)
        partners = self.env["res.partner"].create([{"name": f"C {number}"} for number in range(9)])
        for partner in partners:
            self._invoice("2026-11-01", 10, partner)
        self.assertLessEqual(self._count_queries(ask), few)


@tagged("post_install", "-at_install")
class TestAgeingDownload(FilesCommon, PatientHttpCase):
    @classmethod
    def setUpClass(cls):
        with freeze_time("2026-12-10"):
            super().setUpClass()

    def _ask(self, user, extension, **params):
        self.authenticate(user.login, user.login)
        return self.url_open(
            f"/dso_collection/ageing.{extension}",
            data={
                "data": json.dumps(
                    {"day": DAY, "company_ids": self.company.ids, "domain": [], **params}
                ),
                "csrf_token": http.Request.csrf_token(self),
            },
        )

    def test_download(self):
        response = self._ask(self.collector, "xlsx")
        self.assertEqual(response.status_code, 200)
        self.assertIn(f"Ageing%20{DAY}.xlsx", response.headers["Content-Disposition"])
        *_above, totals = load_workbook(io.BytesIO(response.content)).active.values
        self.assertEqual(totals[8], 1510.5)

    def test_refused(self):
        self.assertFalse(self.reader.has_group("base.group_allow_export"))
        self.assertNotEqual(self._ask(self.reader, "xlsx").status_code, 200)
        for wrong in ({"company_ids": ["x"]}, {"company_ids": 7}):
            with self.subTest(wrong):
                self.assertEqual(self._ask(self.collector, "xlsx", **wrong).status_code, 400)
        stranger = self.env["res.company"].create({"name": "Stranger"})
        refused = self._ask(self.collector, "xlsx", company_ids=stranger.ids)
        self.assertNotEqual(refused.status_code, 200)
        self.assertNotEqual(self._ask(self.collector, "xlsx", day="soon").status_code, 200)

    def test_the_sentence_arrives(self):
        """In the form in which the web client shows it."""
        response = self._ask(self.collector, "pdf", day="2020-01-01")
        self.assertEqual(response.status_code, 422)
        told = json.loads(html.fromstring(response.content).xpath("//p")[0].text_content())
        self.assertEqual(told["data"]["name"], "odoo.exceptions.UserError")
        self.assertIn("Nothing was open on this day", told["data"]["message"])
