"""One morning of a collector in a real browser."""

from datetime import timedelta

from odoo.tests import HttpCase, tagged

from .common import DsoCommon


@tagged("post_install", "-at_install")
class TestTour(DsoCommon, HttpCase):
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
class TestScripts(HttpCase):
    """The module's own unit tests of its screens, in a real browser."""

    def test_hoot(self):
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&filter=%2F%5E%40dso_collection%2F",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
