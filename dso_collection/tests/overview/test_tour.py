"""One morning of a collector in a real browser."""

from datetime import timedelta
from pathlib import Path

from freezegun import freeze_time

from odoo import Command
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path

from ..common import DsoCommon
from ..http_common import PatientHttpCase


@tagged("post_install", "-at_install")
class TestTour(DsoCommon, PatientHttpCase):
    """What the tour does needs no more than a collector's rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the browser's clock cannot be frozen: dates are relative to today
        today = cls.company._dso_today()
        steps = [
            ("First reminder", "due_date", 5, {"to_confirm": True}),
            (
                "Phone call",
                "previous_action",
                10,
                {"action_type": "call", "automatic": False, "mail_template_id": False},
            ),
        ]
        cls.company.dso_default_scenario_id = cls._create_scenario(*steps, name="Tour")
        cls.invoice = cls._invoice(
            today - timedelta(days=7), amount=480, invoice_date=today - timedelta(days=37)
        )
        cls.action = cls._plan(today)

    def test_confirm_dispatch_history(self):
        """Open the agenda, read a reason, preview, confirm, dispatch, find it in the history."""
        self.assertEqual(self.action.agenda_state, "late")

        self.start_tour("/odoo", "dso_collection_confirm", login=self.collector.login)
        self.action.invalidate_recordset()
        self.assertEqual(self.action.agenda_state, "confirmed")

        self.env["dso.action"]._dispatch()
        self.assertEqual(self.action.state, "done")
        self.assertEqual(self.action.mail_id.email_to, '"Ann" <ann@acme.example.com>')

        self.start_tour("/odoo", "dso_collection_history", login=self.collector.login)

    def test_dry_run(self):
        """From the customer to what it would get, to the customer, and back."""
        self.start_tour(
            f"/odoo/collection-customers/{self._customer().id}",
            "dso_collection_dry_run",
            login=self.reader.login,
        )

    def test_dashboard(self):
        """A figure, the list behind it, and back."""
        self.start_tour(
            "/odoo/collection-dashboard", "dso_collection_dashboard", login=self.reader.login
        )

    def test_indicators(self):
        """A credit manager: the dashboard of one collector, the months behind DSO, the ageing of a
        day, exported, and what was sold."""
        today = self.company._dso_today()
        other = self.env["res.partner"].create({"name": "Other customer", "is_company": True})
        self._invoice(
            today - timedelta(days=3), 200, other, invoice_date=today - timedelta(days=33)
        )
        self.env["dso.customer"]._plan()
        self._customer(other).collector_id = self.manager
        self.manager.group_ids |= self.env.ref("base.group_allow_export")
        self.start_tour(
            "/odoo/collection-dashboard", "dso_collection_indicators", login=self.manager.login
        )

    def test_hashtags(self):
        """An unknown hashtag is refused with the nearest one; typing # suggests; the help page."""
        template = self.template.copy({"name": "Tour reminder"})
        action = self.env.ref("dso_collection.dso_mail_template_action")
        menu = self.env.ref("dso_collection.dso_mail_template_menu")

        self.start_tour(
            f"/odoo/action-{action.id}?menu_id={menu.id}",
            "dso_collection_hashtags",
            login=self.manager.login,
        )

        template.invalidate_recordset()
        self.assertEqual(template.subject, "Pay by #deadline")


@tagged("post_install", "-at_install")
class TestQualifyTour(DsoCommon, PatientHttpCase):
    """What a collector does after an answer, on the customer's screen. The plan after each is
    calculated by hand: first reminder five days after the due date, second ten days after the
    first; the browser's clock cannot be frozen, so that dates are relative to today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._dso_today()
        cls.company.dso_default_scenario_id = cls._create_scenario(
            ("First reminder", "due_date", 5),
            ("Second reminder", "previous_action", 10),
            name="Tour",
        )
        cls.old = cls._item(20, 1000.0)
        cls.middle = cls._item(7, 500.0)
        cls.young = cls._item(2, 250.0)
        cls._plan(cls.today - timedelta(days=30))
        cls.customer = cls._customer()

    @classmethod
    def _day(cls, days):
        return cls.today + timedelta(days=days)

    @classmethod
    def _item(cls, days_late, amount):
        """An item that was due so many days ago."""
        due = cls._day(-days_late)
        return cls._line(cls._invoice(due, amount, invoice_date=due - timedelta(days=30)))

    @classmethod
    def _working_day(cls, days):
        """So many days from today, the Monday after where it is a weekend."""
        day = cls._day(days)
        return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)

    def _back_then(self, days):
        return freeze_time(f"{self._day(-days)} 09:00:00")

    def _remind(self):
        """The first reminder of the oldest item left ten days ago; today its second is due."""
        with self._back_then(10):
            self._do(self._plan(self._day(-10)), self._day(-10))
        self._plan(self.today)
        self.assertScenario(self.old, "Second reminder", 0, 1750.0)

    def _tour(self, name):
        self.start_tour(
            f"/odoo/collection-customers/{self.customer.id}",
            f"dso_collection_{name}",
            login=self.collector.login,
        )
        self.env.invalidate_all()

    def _get_specific(self, items):
        actions = self.customer.action_ids.filtered(lambda action: action.origin == "specific")
        return actions.filtered(lambda action: action.item_ids.line_id == items)

    def assertScenario(self, leader, step, days, amount):
        """The scenario goes on with this item, by this step, in so many days, for this amount."""
        self.assertEqual(self.customer.leader_line_id, leader)
        action = self.assertPlanned(step, str(self._day(days)))
        self.assertEqual(action.amount, amount)

    def test_three_steps(self):
        """The oldest item's reminder, five days after its due date, is late. Both older items
        leave: the youngest, due two days ago, leads from today on, its reminder is in three."""
        self._plan(self.today)
        self.assertScenario(self.old, "First reminder", -15, 1750.0)

        self._tour("qualify")

        both = self.old | self.middle
        self.assertEqual(both.dso_status_id, self.env.ref("dso_collection.status_ongoing"))
        self.assertFalse(self.young.dso_status_id)
        log = both.dso_qualification_ids
        self.assertEqual(log.mapped("comment"), ["Waits for his director"] * 2)
        self.assertEqual(log.user_id, self.collector)

        mail = self.customer.past_action_ids
        self.assertEqual((mail.state, mail.action_type), ("done", "email"))
        self.assertEqual(mail.subject, "As agreed on the phone")
        self.assertIn("Waits for his director", mail.body)
        self.assertEqual(mail.item_ids.line_id, both)
        self.assertEqual(mail.mail_id.email_to, '"Ann" <ann@acme.example.com>')

        call = self._get_specific(both)
        self.assertEqual((call.action_type, call.state), ("call", "planned"))
        self.assertEqual((call.date, call.amount), (self._working_day(7), 1500.0))
        self.assertEqual(call.agenda_state, "upcoming")
        self.assertScenario(self.young, "First reminder", 3, 250.0)

    def test_dispute_and_its_end(self):
        """In dispute, the next item leads: its first reminder was due two days ago, it leads
        since today, and the last reminder was more than seven days ago: today, for both that are
        left. Resolved, the first item restarts its scenario."""
        self._remind()

        self._tour("dispute")
        self.assertEqual(self.old.dso_status_id.kind, "dispute")
        call = self._get_specific(self.old)
        self.assertEqual((call.state, call.date), ("planned", self._working_day(7)))
        self.assertEqual(self.customer.amount_disputed, 1000.0)
        self.assertScenario(self.middle, "First reminder", 0, 750.0)

        self._tour("dispute_end")
        self.assertEqual(self.old.dso_status_id.kind, "dispute_resolved")
        self.assertEqual(
            self.old.dso_qualification_ids.sorted("id").mapped("kind"),
            ["dispute", "dispute_resolved"],
        )
        self.assertEqual(call.state, "cancelled")
        self.assertFalse(self.old.dso_has_specific)
        self.assertEqual(self.customer.amount_disputed, 0.0)
        self.assertScenario(self.old, "First reminder", 0, 1750.0)

    def test_promises(self):
        """Promised ten days ago for six days ago and never paid: broken; since then the next item
        leads, its reminder was due two days ago. Promised today and paid today: kept. Both have
        their own follow-up, so that the youngest item leads."""
        with self._back_then(10):
            self._plan(self._day(-10))
            self.env["dso.item.qualify"].with_user(self.collector).create(
                {
                    "line_ids": [Command.set(self.old.ids)],
                    "status_id": self.env.ref("dso_collection.status_promise").id,
                    "date": self._day(-6),
                }
            ).action_apply()
        self._plan(self.today)
        self.assertScenario(self.middle, "First reminder", -2, 750.0)

        self._tour("promise")
        self.assertEqual(self.middle.dso_status_date, self._working_day(7))
        follow_up = self._get_specific(self.middle)
        self.assertEqual((follow_up.state, follow_up.date), ("planned", self._working_day(7)))
        self.assertScenario(self.young, "First reminder", 3, 250.0)

        self._pay(self.middle.move_id, on=self.today)
        self._plan(self.today)
        self._tour("promise_kept")
        self.assertEqual(self.middle.dso_qualification_ids.promise_state, "kept")
        self.assertEqual(self.old.dso_qualification_ids.promise_state, "broken")
        self.assertEqual(follow_up.state, "cancelled")
        self.assertTrue(self._get_specific(self.old).broken_promise)
        self.assertScenario(self.young, "First reminder", 3, 250.0)

    def test_copy_content(self):
        """Each of the two younger items gets an action with copied and edited words; the oldest
        goes on in its scenario, alone."""
        self._remind()
        body = self.template.body_html

        self._tour("copy")

        today = self._working_day(0)
        for item, subject in (
            (self.middle, "Copied from the reminder"),
            (self.young, "Copied from the step"),
        ):
            action = self._get_specific(item)
            self.assertEqual((action.state, action.action_type), ("planned", "email"))
            self.assertEqual((action.date, action.amount), (today, item.amount_residual))
            self.assertEqual(action.subject, subject)
            self.assertIn("Please pay", action.body)
            self.assertIn(item.move_id.name, action.body)
            self.assertNotIn(self.old.move_id.name, action.body)
        self.assertEqual(self.template.subject, "Reminder for {{ object.partner_id.name }}")
        self.assertEqual(self.template.body_html, body)
        self.assertScenario(self.old, "Second reminder", 0, 1000.0)


@tagged("post_install", "-at_install")
class TestSheetTour(DsoCommon, PatientHttpCase):
    """A customer looked through, qualified, written to, with a collector's rights. The browser's
    clock cannot be frozen: dates are relative to today."""

    def test_sheet(self):
        today = self.company._dso_today()
        self.company.dso_default_scenario_id = self._create_scenario(
            ("First reminder", "due_date", 5), ("Second reminder", "previous_action", 10)
        )
        items = {}
        for days, amount in ((100, 1000.0), (40, 500.0), (2, 250.0), (60, 75.0)):
            due = today - timedelta(days=days)
            items[amount] = self._invoice(due, amount, invoice_date=due - timedelta(days=30))
        self._pay(items[75.0], on=today - timedelta(days=50))
        self.env["dso.customer"]._plan()
        self.env.invalidate_all()
        template = self.env.ref("dso_collection.mail_template_statement")
        # a database of before keeps its text until it is updated
        template.body_html = template.body_html.replace("_selected", "")
        customer = self._customer()

        self.start_tour(
            f"/odoo/collection-customers/{customer.id}",
            "dso_collection_sheet",
            login=self.collector.login,
        )

        self.env.invalidate_all()
        promised = self._line(items[500.0])
        self.assertEqual(promised.dso_status_id, self.env.ref("dso_collection.status_promise"))
        self.assertFalse((customer.item_ids - promised).dso_status_id)
        sent = customer.past_action_ids
        self.assertEqual(
            (sent.origin, sent.state, sent.done_by_id), ("manual", "done", self.collector)
        )
        self.assertIn(items[250.0].name, sent.mail_id.body_html)
        self.assertNotIn(items[75.0].name, sent.mail_id.body_html)


@tagged("post_install", "-at_install")
class TestTours(TransactionCase):
    def test_patient(self):
        """A step that waits for 10 seconds only, as by default, fails on a busy machine."""
        for tour in Path(file_path("dso_collection/static/tests/tours")).glob("*.js"):
            if tour.stem != "patient":
                self.assertNotIn("web_tour.tours", tour.read_text(), f"{tour.name}: use addTour")


@tagged("post_install", "-at_install")
class TestScripts(PatientHttpCase):
    """The module's own unit tests of its screens, in a real browser."""

    def test_hoot(self):
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=60000&filter=%2F%5E%40dso_collection%2F",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
