"""What the tests of the customer's page share: its link, asked for by a stranger over HTTP."""

import re
from datetime import timedelta

import lxml.html

from odoo import Command

from .common import DsoCommon
from .http_common import PatientHttpCase


class PageHttpCase(DsoCommon, PatientHttpCase):
    """A customer with a late, a young and a credit item, and the link of its e-mail. Dates are
    relative to today: the clock of a browser cannot be frozen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._dso_today()
        cls.late = cls._item(-10, 100)
        cls.young = cls._item(14, 50)
        cls.due_today = cls._item(0, 20)
        cls.refund = cls._line(
            cls._invoice(cls._day(-1), 30, invoice_date=cls._day(-1), move_type="out_refund")
        )
        cls.env["dso.customer"]._plan()
        cls.customer = cls._customer()
        cls.customer.page_enabled = True
        cls.page, cls.token = cls._send_link()
        cls.path = f"/dso/p/{cls.token}"

    @classmethod
    def _day(cls, days):
        return cls.today + timedelta(days=days)

    @classmethod
    def _item(cls, days, amount, **values):
        """An invoice that is due in so many days."""
        due = cls._day(days)
        invoiced = min(due, cls._day(-20))
        return cls._line(cls._invoice(due, amount, invoice_date=invoiced, **values))

    @classmethod
    def _send_link(cls, customer=None, **values):
        """:return: (page, token) of an interactive e-mail that left"""
        customer = customer or cls.customer
        action = cls.env["dso.action"].create(
            {
                "customer_id": customer.id,
                "origin": "manual",
                "action_type": "email_interactive",
                "date": cls.today,
                "collector_id": cls.collector.id,
                "subject": "Your account",
                "body": "<p>Dear customer</p>",
                **values,
            }
        )
        action.action_execute()
        token = re.search(r"/dso/p/([\w-]+)", str(action.mail_id.body_html)).group(1)
        return action.page_ids, token

    def _add_items(self, count):
        """So many items of an opening balance, each due on a day of its own."""
        receivable = self.late.account_id
        income = self.company_data["default_account_revenue"]
        values = []
        for number in range(count):
            values += [
                Command.create(
                    {
                        "account_id": receivable.id,
                        "partner_id": self.partner.id,
                        "name": f"Old {number}",
                        "debit": 10,
                        "date_maturity": self._day(-number),
                        "no_followup": False,
                    }
                ),
                Command.create({"account_id": income.id, "credit": 10}),
            ]
        self.env["account.move"].create(
            {"move_type": "entry", "date": self.today, "line_ids": values}
        ).action_post()

    @classmethod
    def _enable_payments(cls):
        """Odoo's provider for demonstrations takes payments of this company."""
        demo = cls.env.ref("payment.payment_provider_demo").sudo()
        cls.provider = demo.copy(
            {"company_id": cls.company.id, "state": "test", "is_published": True}
        )
        cls.provider._setup_payment_method("demo")
        cls.provider.journal_id = cls.company_data["default_journal_bank"]
        cls.method = cls.env.ref("payment_demo.payment_method_demo").sudo()
        cls.provider.payment_method_ids = cls.method
        cls.method.active = True

    def _get(self, path="", **options):
        return self.url_open(self.path + path, **options)

    def _open(self, path=""):
        """The page as a document."""
        response = self._get(path)
        self.assertEqual(response.status_code, 200, response.text[:500])
        return lxml.html.fromstring(response.text)

    def _get_form(self, text=None):
        """What the page's form sends of itself."""
        text = text or self._get().text
        return {
            name: re.search(rf'name="{name}" value="([^"]+)"', text).group(1)
            for name in ("csrf_token", "key")
        }

    def _answer(self, kind, items=(), files=None, form=None, **values):
        data = {**(form or self._get_form()), "kind": kind, **values}
        data = [*data.items(), *(("item", str(line.id)) for line in items)]
        return self.url_open(f"{self.path}/answer", data=data, files=files, allow_redirects=True)

    def _texts(self, document, path):
        """The texts of what an expression finds, blanks made single."""
        return [
            " ".join(node.text_content().replace("\ufeff", "").split())
            for node in document.xpath(path)
        ]
