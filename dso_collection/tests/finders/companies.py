"""The two companies that the finders look at: that of the demo data, and a small one of the
tests where a database has none. Each has a reader, a collector and a credit manager."""

from datetime import timedelta
from unittest import SkipTest

from freezegun import freeze_time
from markupsafe import Markup

from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user

from ..common import DsoCommon
from .screens import MODULE, Finder, has_demo

TODAY = "2026-03-10 09:00:00"


class DemoCompany(Finder, TransactionCase):
    """The company of the demo data, with its own people."""

    @classmethod
    def setUpClass(cls):
        if not has_demo():
            raise SkipTest("This database has no demo data.")
        super().setUpClass()
        cls.company = cls.env.ref(f"{MODULE}.demo_company")
        cls.roles = {
            "reader": cls._make_user("reader"),
            "collector": cls.env.ref(f"{MODULE}.user_demo_collector"),
            "manager": cls.env.ref(f"{MODULE}.user_demo_manager"),
            "administrator": cls.env.ref("base.user_admin"),
        }
        files = cls.env["dso.customer"].search([("company_id", "=", cls.company.id)])
        _answer(files.filtered(lambda file: len(file.item_ids) > 1 and file.contact_ids)[0])

    @classmethod
    def _make_user(cls, role):
        return new_test_user(
            cls.env,
            login=f"finder_{role}",
            groups=f"base.group_user,{MODULE}.group_dso_{role}",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )


class SmallCompany(Finder, DsoCommon):
    """A company of the tests with a bit of everything, on a day that does not change."""

    @classmethod
    def setUpClass(cls):
        if has_demo():
            raise SkipTest("This database has demo data, which are looked at.")
        frozen = freeze_time(TODAY)
        frozen.start()
        cls.addClassCleanup(frozen.stop)
        super().setUpClass()
        cls.roles = {
            "reader": cls.reader,
            "collector": cls.collector,
            "manager": cls.manager,
            "administrator": cls._make_administrator(),
        }
        cls._fill()

    @classmethod
    def _make_administrator(cls):
        return new_test_user(
            cls.env,
            login="finder_administrator",
            groups=f"base.group_system,base.group_user,{MODULE}.group_dso_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _fill(cls):
        """Four customers: one to be reminded, one without contact, one with a promise and a
        dispute, one with actions of each type."""
        cls.company.dso_penalty_rule_id = cls.env.ref(f"{MODULE}.penalty_rule_eu")
        cls._invoice("2026-02-10", 1000.0)
        cls._invoice("2026-04-10", 500.0)
        cls._credit(30.0)
        cls._undated("2026-01-15")
        cls._plan("2026-02-15")
        cls._do(cls._open_action(), "2026-02-16")
        silent = cls.env["res.partner"].create({"name": "Silent", "is_company": True})
        cls._invoice("2026-02-10", 80.0, partner=silent)
        disputing = cls.env["res.partner"].create({"name": "Disputing", "is_company": True})
        cls._create_contact(disputing, "Dan", "dan@disputing.example.com", phone="+33123456789")
        cls.env["dso.customer"]._plan()
        for status, due in (("promise", "2026-02-11"), ("dispute_price", "2026-02-12")):
            line = cls._line(cls._invoice(due, 200.0, partner=disputing))
            values = {"status_id": cls.env.ref(f"{MODULE}.status_{status}").id, "comment": "So"}
            if status == "promise":
                values["date"] = "2026-03-20"
            cls.env["dso.item.qualify"].with_user(cls.collector).create(
                {"line_ids": [Command.set(line.ids)], **values}
            ).action_apply()
        cls._fill_types()
        cls.env["dso.customer"]._plan()
        cls._fill_replies()

    @classmethod
    def _fill_types(cls):
        many = cls.env["res.partner"].create({"name": "Many", "is_company": True})
        cls._create_contact(many, "Mo", "mo@many.example.com", phone="+33123456780")
        cls._invoice("2026-02-10", 300.0, partner=many)
        cls.env["dso.customer"]._plan()
        types = dict(cls.env["dso.action"]._fields["action_type"]._description_selection(cls.env))
        cls.env["dso.action"].create(
            [
                {
                    "customer_id": cls._customer(many).id,
                    "origin": "manual",
                    "action_type": kind,
                    "date": "2026-03-10",
                    "collector_id": cls.collector.id,
                    "subject": "Your account",
                    "body": "<p>Dear customer</p>",
                }
                for kind in types
            ]
        )

    @classmethod
    def _fill_replies(cls):
        customer = cls._customer()
        message = customer.message_post(
            body=Markup("We pay on Friday."),
            author_id=cls.contact.id,
            message_type="email",
            email_from=cls.contact.email,
        )
        replies = cls.env["dso.reply"]
        if not replies.search_count([("message_id", "=", message.id)]):
            replies._receive_email(customer, message)
        _answer(customer)


def _answer(customer):
    """Answers of each kind on the customer's page, one of them about nothing that is open."""
    pages = customer.env["dso.page"].sudo()
    values = {
        "customer_id": customer.id,
        "purpose": "customer",
        "recipient_ids": [Command.set(customer.contact_ids.ids)],
        "expires_date": fields.Datetime.now() + timedelta(days=30),
    }
    [(page, _token)] = pages._create_pages([values])
    dispute = customer.env.ref(f"{MODULE}.status_dispute_price")
    items = customer.item_ids[:2]
    day = fields.Date.add(fields.Date.today(), days=5)
    for number, answer in enumerate(
        (
            {"kind": "promise", "line_ids": items, "date": day},
            {"kind": "dispute", "line_ids": items[:1], "status_id": dispute.id, "comment": "No"},
            {"kind": "processing", "line_ids": items[:1]},
            {"kind": "copy", "line_ids": items[:1]},
            {"kind": "comment", "comment": "Where are the goods?"},
            {"kind": "promise", "date": day},
        )
    ):
        customer.env["dso.page.answer"]._receive(page, {**answer, "key": f"finder {number}"})
