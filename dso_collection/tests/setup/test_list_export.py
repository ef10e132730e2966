"""What a list shows, as a spreadsheet."""

import io
import json

import openpyxl
from freezegun import freeze_time

from odoo import http
from odoo.tests import tagged

from ..common import DsoCommon
from ..http_common import PatientHttpCase

COLUMNS = (
    ("done_date", "Done on", "date"),
    ("partner_id", "Customer", "many2one"),
    ("partner_id/ref", "Customer code", "char"),
    ("amount", "Amount", "monetary"),
    ("currency_id", "Currency", "many2one"),
)


@tagged("post_install", "-at_install")
class TestListExport(DsoCommon, PatientHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.ref = "C-007"
        customer = cls._customer_of(cls.partner)
        cls.actions = cls.env["dso.action"].create(
            [
                {"customer_id": customer.id, "action_type": "call", "date": day}
                for day in ("2026-03-02", "2026-03-04", "2026-03-03")
            ]
        )
        for action in cls.actions:
            action.sudo().write({"state": "done", "done_date": action.date})

    @classmethod
    def _customer_of(cls, partner):
        cls._invoice("2026-02-01", partner=partner)
        cls.env["dso.customer"]._ensure_customers(cls.company)
        return cls._customer(partner)

    def _export(self, **values):
        data = {
            "context": {},
            "domain": [("id", "in", self.actions.ids)],
            "fields": [
                {"name": name, "label": label, "store": True, "type": kind}
                for name, label, kind in COLUMNS
            ],
            "groupby": [],
            "ids": False,
            "import_compat": False,
            "model": "dso.action",
            "order": [{"name": "done_date", "asc": False}],
            "title": "Collection history",
            **values,
        }
        return self.url_open(
            "/dso_collection/list.xlsx",
            data={"data": json.dumps(data), "csrf_token": http.Request.csrf_token(self)},
        )

    def _rows(self, response):
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
        return [list(row) for row in sheet.iter_rows(values_only=True)]

    def test_headers_order_code_and_currency(self):
        self.authenticate(self.collector.login, self.collector.login)
        response = self._export()
        header, *rows = self._rows(response)
        self.assertEqual(header, [label for _name, label, _kind in COLUMNS])
        days = [row[0].date().isoformat() for row in rows]
        self.assertEqual(days, ["2026-03-04", "2026-03-03", "2026-03-02"], "as on the screen")
        self.assertEqual({(row[2], row[4]) for row in rows}, {("C-007", "USD")})
        rising = self._rows(self._export(order=[{"name": "done_date", "asc": True}]))[1:]
        self.assertEqual([row[0].date().isoformat() for row in rising], sorted(days))

    def test_the_file_says_what_it_is(self):
        self.authenticate(self.collector.login, self.collector.login)
        with freeze_time("2026-11-30 09:00:00"):
            disposition = self._export().headers["Content-Disposition"]
            self.assertIn("Collection%20history%202026-11-30.xlsx", disposition)
            disposition = self._export(title="a/b\r\nc").headers["Content-Disposition"]
            self.assertNotIn("\n", disposition)
            self.assertNotIn("/b", disposition)

    def test_nothing_found_nothing_exported(self):
        self.authenticate(self.collector.login, self.collector.login)
        self.assertEqual(len(self._rows(self._export(domain=[("id", "=", 0)]))), 1)

    def test_only_lists_of_the_module_and_only_who_may_export(self):
        self.authenticate(self.collector.login, self.collector.login)
        self.assertEqual(self._export(model="res.users").status_code, 400)
        self.assertEqual(self._export(order="x").status_code, 400)
        self.authenticate(self.reader.login, self.reader.login)
        self.assertNotEqual(self._export().status_code, 200)
