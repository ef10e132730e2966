"""Every screen, dialog and interactive page is measured in a browser, in six widths, two fonts and
three languages: nothing overflows its container or is covered by something else, and no text is cut
without an ellipsis and a title. It runs where there are demo data, which have long names.

A screen is loaded once a language and resized in place. English is looked at in everything, the
other languages in the widths in which things get tight; ``DSO_LOOK=all`` looks at all of it, and
``DSO_LOOK_ONLY=words`` at screens whose name has these words.
"""

import json
import logging
import os
from datetime import timedelta
from pathlib import Path
from unittest import SkipTest
from unittest.mock import patch

from odoo import Command
from odoo.tests import HttpCase, tagged

from ...engine import pages
from ..screens_common import READY, ScreensCase, Visitor

_logger = logging.getLogger(__name__)

WIDTHS = (1400, 1280, 1100, 920, 768, 390)
HEIGHT = 900
#: What a page is read in where the style sheet's own fonts are missing: a wide one, and one that
#: is as wide as Arial.
FONTS = {"DejaVu": "DejaVu Sans", "Arial": "Liberation Sans"}
ALL = [(font, width) for font in FONTS for width in WIDTHS]
#: Tabs of a form, and languages with longer words.
SOME = [("DejaVu", width) for width in (1280, 920, 390)]

#: Odoo's own parts around our screens, and messages that come by themselves.
AROUND = (
    ".o_main_navbar",
    ".o_control_panel",
    ".o-mail-Form-chatter",
    ".o_loading_indicator",
    ".o-mail-ChatHub",
    ".o_notification_manager",
    ".o-main-components-container .o_effects_manager",
)
#: What scrolls sideways on purpose.
SCROLLS = ", ".join(
    (
        ".o_list_renderer",
        ".o_list_view .o_content",
        ".table-responsive",
        ".o_pivot",
        ".o_kanban_grouped",
        ".o_calendar_container",
        "pre",
    )
)
#: Faults of Odoo's own widgets inside our screens: a kind of fault, where, and why it is none of
#: ours.
ODOO = ()

STILL = """new Promise((resolve) => {
    const end = Date.now() + 2000;
    let timer;
    const done = () => { observer.disconnect(); resolve(true); };
    const again = () => {
        clearTimeout(timer);
        timer = setTimeout(done, Date.now() < end ? %d : 0);
    };
    const observer = new MutationObserver(again);
    observer.observe(document, { subtree: true, childList: true, attributes: true });
    requestAnimationFrame(() => requestAnimationFrame(again));
})"""
FONT = """(() => {
    let style = document.querySelector("#dso-font");
    if (!style) {
        style = document.createElement("style");
        style.id = "dso-font";
        document.head.append(style);
    }
    const icons = ":not(.fa):not(.oi):not([class*='fa-'])";
    const css = `*${icons} { font-family: %s !important; }
        *, *::before, *::after { transition: none !important; animation: none !important; }`;
    if (style.textContent !== css) {
        style.textContent = css;
    }
    return document.fonts.ready.then(() => true);
})()"""


class Measurer(Visitor):
    """A browser that measures what it shows."""

    look_script = (Path(__file__).parent / "look.js").read_text(encoding="utf-8")
    language = "en_US"
    ways = SOME

    def look(self, name, ways=None, around=AROUND):
        """Collect the faults of the screen as it is now, in several widths and fonts."""
        self.run(STILL % 200)
        options = {"around": around, "scrolls": SCROLLS, "odoo": [each[:2] for each in ODOO]}
        for font, width in self.case._choose(ways or self.ways):
            self.run(FONT % json.dumps(FONTS[font]))
            self.ask(
                "Emulation.setDeviceMetricsOverride",
                width=width,
                height=HEIGHT,
                deviceScaleFactor=1,
                mobile=False,
            )
            self.run(STILL % 80)
            result = self.run(f"({self.look_script.strip()})({json.dumps(options)})")
            self.case.assertTrue(result["texts"], f"{name}: nothing to read there")
            self.looked += 1
            for fault in result["faults"]:
                key = (fault["kind"], fault["place"])
                self.faults.setdefault(key, (fault, {}))[1].setdefault(name, []).append(
                    f"{font} {width} {self.language[:2]}"
                )
        self.resize((WIDTHS[0], HEIGHT))
        _logger.info("Looked at %s, %s faults until now", name, len(self.faults))

    looked = 0

    def report(self):
        """Fail with what was found on all screens, each fault once."""
        lines = []
        for (kind, place), (fault, names) in sorted(self.faults.items(), key=lambda item: item[0]):
            lines.append(f"{kind}: {fault['text']!r} ({fault['detail']})")
            lines.append(f"    {place}")
            for name, ways in names.items():
                shown = ", ".join(ways[:4]) + (f" and {len(ways) - 4} more" if ways[4:] else "")
                lines.append(f"    on {name}: {shown}")
        if lines:
            self.case.fail(f"{len(self.faults)} faults of layout:\n" + "\n".join(lines))


class LookCase(ScreensCase, HttpCase):
    visitor_class = Measurer

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("dso_collection.demo_company", raise_if_not_found=False)
        if not cls.company:
            raise SkipTest("This database has no demo data.")
        cls.collector = cls.env.ref("dso_collection.user_demo_collector")
        cls.manager = cls.env.ref("dso_collection.user_demo_manager")
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids},
        )
        cls.company = cls.company.with_env(cls.env)
        cls.today = cls.company._dso_today()
        cls.scenario = cls.env.ref("dso_collection.scenario_standard")
        cls._find_records()
        cls._make_rest()
        cls.env.flush_all()

    @classmethod
    def _find_records(cls):
        """The customer with most to show."""
        customers = cls.env["dso.customer"].search([("company_id", "=", cls.company.id)])
        customers = customers.filtered("contact_ids")
        cls.customer = max(
            customers.filtered("credit_ids"), key=lambda customer: len(customer.item_ids)
        )
        cls.late = cls.customer.item_ids.filtered(
            lambda line: line.date_maturity < cls.today and not line.dso_status_id
        )[:1]

    @classmethod
    def _make_rest(cls):
        """What the demo data have none of."""
        cls.env["dso.erm.provider"].create(
            {"name": "Registered online", "url": "https://erm.example.com"}
        )
        cls.env["dso.assignment.rule"].create(
            {"name": "In France", "domain": "[]", "collector_id": cls.collector.id}
        )
        cls.letter = cls.env["dso.action"].search(
            [
                ("company_id", "=", cls.company.id),
                ("action_type", "=", "letter_registered"),
                ("state", "=", "done"),
            ],
            limit=1,
        )
        cls.page, cls.token = cls._send_link("email_interactive")
        cls.env["dso.page.answer"]._receive(
            cls.page,
            {
                "key": "look",
                "kind": "promise",
                "date": cls.today + timedelta(days=5),
                "comment": "On Friday",
                "line_ids": cls.late,
            },
        )

    @classmethod
    def _send_link(cls, action_type, **values):
        """:return: (page, token) of an interactive e-mail that left"""
        cls.customer.page_enabled = True
        action = cls.env["dso.action"].create(
            {
                "customer_id": cls.customer.id,
                "origin": "manual",
                "action_type": action_type,
                "date": cls.today,
                "collector_id": cls.collector.id,
                "subject": "Your account",
                "body": "<p>Dear customer</p>",
                **values,
            }
        )
        action.action_execute()
        body = str(action.mail_id.body_html)
        return action.page_ids, body.split("/dso/p/")[1].split('"')[0].split("<")[0]

    def _choose(self, ways):
        return ALL if os.environ.get("DSO_LOOK") == "all" else ways

    def _is_wanted(self, name):
        return os.environ.get("DSO_LOOK_ONLY", "") in name

    def _look_in(self, language, user, ways):
        """A browser in a language."""
        user.sudo().lang = language
        self.env.flush_all()
        visitor = self._visit(user)
        visitor.language = language
        visitor.ways = ways
        return visitor

    # ------------------------------------------------------------------

    def _check_screens(self, language, ways, some):
        visitor = self._look_in(language, self.manager, ways)
        visitor.open("/odoo/collection-dashboard", ".o_dso_dashboard canvas")
        if self._is_wanted("dashboard"):
            visitor.look("dashboard")
        if self._is_wanted("dry run"):
            visitor.do_action("dso_collection.dso_dry_run_action", ".o_dso_board .o_dso_summary")
            visitor.look("dry run")
        for screen in self._get_screens(self.manager):
            if self._is_wanted(screen[0]):
                with self.subTest(screen[0]):
                    visitor.ways = ways
                    self._show(visitor, self.manager, screen)
                    visitor.look(screen[0])
                    if screen[2] == "form":
                        visitor.ways = some
                        self._look_at_pages(visitor, screen[0])
        return visitor

    def _check_dialogs(self, visitor):
        for model, actions in self._get_dialogs(self.manager).items():
            for action in actions:
                if self._is_wanted(model):
                    with self.subTest(model):
                        self._look_at_dialog(visitor, action, model)

    def _check_agenda(self, language, ways):
        visitor = self._look_in(language, self.collector, ways)
        visitor.open("/odoo/collection-agenda", ".o_data_row.o_dso_current")
        for tab in ("automatic", "history", "replies", "charts", "alerts", "manual"):
            visitor.click_on(f".o_dso_tab[data-tab={tab}]", f".o_dso_tab[data-tab={tab}].active")
            visitor.look(f"agenda, {tab}")
        visitor.see(".o_data_row.o_dso_current")
        visitor.press("Enter")
        visitor.see(".o_dso_panel .o_form_view")
        visitor.look("agenda, panel of an action")
        visitor.press("?")
        visitor.see(".o_dso_keys")
        visitor.look("agenda, keys")
        visitor.close_dialog()
        visitor.click_on(".o_switch_view.o_calendar", ".o_dso_agenda_screen .fc-event")
        visitor.look("agenda, calendar")
        visitor.click_on(".o_dso_tab[data-tab=replies]", ".o_dso_agenda_main .o_data_row")
        visitor.see(".o_dso_panel button[name=action_handle]")
        visitor.look("agenda, panel of a reply")
        return visitor


    def _check_pages(self, visitor):
        path = f"/dso/p/{self.token}"
        visitor.open(path, "#kind-promise")
        visitor.look("customer's page")


@tagged("post_install", "-at_install", "dso_demo")
class TestLook(LookCase):
    def test_screens(self):
        visitor = self._check_screens("en_US", ALL, SOME)
        visitor.report()

    def test_agenda(self):
        self._check_agenda("en_US", ALL).report()

    def test_dialogs(self):
        visitor = self._look_in("en_US", self.manager, SOME)
        visitor.open("/odoo/collection-dashboard", ".o_dso_dashboard canvas")
        self._check_dialogs(visitor)
        visitor.report()

    def test_pages(self):
        """What customers and colleagues open by their links."""
        visitor = self._visit()
        visitor.ways = ALL
        self._check_pages(visitor)
        visitor.report()
