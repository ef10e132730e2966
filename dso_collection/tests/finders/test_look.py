"""Every screen, dialog and interactive page is measured in a browser, in six widths, two fonts and
three languages: nothing overflows its container or is covered by something else, and no text is cut
without an ellipsis and a title. It runs where there are demo data, which have long names.

A screen is loaded once a language and resized in place, to the widths in which things get tight;
``DSO_LOOK=all`` looks at all widths, fonts and languages, and ``DSO_LOOK_ONLY=words`` at screens
whose name has these words.
"""

import json
import logging
import os
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest import SkipTest
from unittest.mock import patch

from odoo import Command
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ...engine import pages
from ..http_common import PatientHttpCase
from ..screens_common import ScreensCase, Visitor

_logger = logging.getLogger(__name__)

WIDTHS = (1400, 1280, 1100, 920, 768, 390)
HEIGHT = 900
#: What a page is read in where the style sheet's own fonts are missing: a wide one, and one that
#: is as wide as Arial.
FONTS = {"DejaVu": "DejaVu Sans", "Arial": "Liberation Sans"}
ALL = [(font, width) for font in FONTS for width in WIDTHS]
#: What English is looked at in, and other languages: where things get tight.
MOST = [*(("DejaVu", width) for width in (1280, 920, 390)), ("Arial", 390)]
SOME = [("DejaVu", width) for width in (1280, 390)]
LANGUAGES = {"en_US": MOST, "fr_FR": SOME, "de_DE": SOME}

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
#: Our section of the settings, and what is around it.
SETTINGS = ".o_setting_container .app_settings_block[data-key=dso_collection]"
AROUND_SETTINGS = (".settings_tab", ".app_settings_block:not([data-key=dso_collection])")
#: What scrolls sideways on purpose.
SCROLLS = ", ".join(
    (
        ".o_list_renderer",
        ".o_list_view .o_content",
        ".table-responsive",
        ".o_pivot, .o_pivot_view, .o_pivot_view > .o_content",
        ".o_notebook_headers",
        ".o_kanban_grouped",
        ".o_calendar_container",
        "pre",
    )
)
#: Faults of Odoo's own widgets inside our screens: a kind of fault, where, and why it is none of
#: ours.
ODOO = (
    ("sticks out", ".o_notebook_headers", "the tabs of a form scroll sideways on a phone"),
    ("covered", "th.o_column_sortable", "the arrow of the order in the head of a list"),
    ("cut below", ".fc-event-main", "a long title of an event in a calendar"),
    ("cut in its field", ".o_tree_editor", "the operators of the editor of domains"),
)
#: In the document, without icons: they have a font of their own.
FONT = """(() => {
    let style = document.querySelector("#dso-font");
    if (!style) {
        style = document.createElement("style");
        style.id = "dso-font";
        document.head.append(style);
    }
    const icons = ":not(.fa):not(.oi):not([class*='fa-'])";
    const css = `*${icons} { font-family: %s !important; }`;
    if (style.textContent !== css) {
        style.textContent = css;
    }
})()"""
#: What is a fault is looked at again after so many seconds without one change.
AGAIN = (0.25, 1.5)
QUIET = """new Promise((resolve) => {
    const end = Date.now() + 3000;
    let timer;
    const done = () => { observer.disconnect(); resolve(true); };
    const again = () => {
        clearTimeout(timer);
        timer = setTimeout(done, Date.now() < end ? %d : 0);
    };
    const observer = new MutationObserver(again);
    observer.observe(document, { subtree: true, childList: true, attributes: true });
    again();
})"""


class Measurer(Visitor):
    """A browser that measures what it shows."""

    look_script = (Path(__file__).parent / "look.js").read_text(encoding="utf-8").strip()
    language = "en_US"
    ways = SOME

    def look(self, name, ways=None, around=AROUND):
        """Collect the faults of the screen as it is now, in several widths and fonts."""
        known = [each[:2] for each in ODOO]
        options = json.dumps({"around": around, "scrolls": SCROLLS, "odoo": known})
        code = f"({self.look_script})({options})"
        for way in self.case._choose(ways or self.ways):
            self.turn(*way)
            self.settle()
            result = self.run(code)
            for pause in AGAIN:
                if result["faults"]:
                    # a chart or a list may still be on its way to the new width
                    self.run(QUIET % (1000 * pause))
                    self.settle()
                    result = self.run(code)
            self.case.assertTrue(result["texts"], f"{name}: nothing to read there")
            self.looked += 1
            for fault in result["faults"]:
                key = (fault["kind"], fault["place"])
                self.faults.setdefault(key, (fault, {}))[1].setdefault(name, []).append(
                    f"{way[0]} {way[1]} {self.language[:2]}"
                )
        # the next screen opens as the first was
        self.turn(*self.case._choose(self.ways)[0])
        _logger.info("Looked at %s, %s faults until now", name, len(self.faults))

    def turn(self, font, width):
        """To a font and a width, at once: each change of one of them has everything drawn anew."""
        self.run(FONT % json.dumps(FONTS[font]))
        if self.width != width:
            self.resize((width, HEIGHT))

    def resize(self, size):
        width, height = self.width, _height = size
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    width = None
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


class LookCase(ScreensCase, PatientHttpCase):
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
        # its printed page, which demo data do without
        cls.letter.sudo().letter_attachment_id = cls.env["ir.attachment"].create(
            {"name": "letter.pdf", "raw": b"%PDF-1.4", "mimetype": "application/pdf"}
        )
        cls._invoice_much()
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
        colleague = cls.env["res.partner"].create(
            {"name": "Sam Sales", "email": "sam@company.example.com"}
        )
        cls.colleague_page, cls.colleague_token = cls._send_link(
            "email_internal",
            recipient_ids=[Command.set(colleague.ids)],
            item_ids=[Command.create({"line_id": cls.late.id})],
            subject="Is the price right?",
            comment="The customer says 90.",
        )

    @classmethod
    def _invoice_much(cls):
        """The longest that an item may be, and still be somebody's."""
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": cls.company.id,
                "partner_id": cls.customer.partner_id.id,
                "invoice_date": cls.today - timedelta(days=500),
                "invoice_date_due": cls.today - timedelta(days=400),
                "ref": "Order 4711/Warehouse-extension-2026-second-part",
                "invoice_line_ids": [
                    Command.create({"name": "Shelves", "price_unit": 1234567.89, "tax_ids": False})
                ],
            }
        )
        invoice.action_post()

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

    @contextmanager
    def _looking(self, ways, user=None, language="en_US"):
        """A browser in a language, whose findings are told in the end, whatever happens."""
        if user:
            user.sudo().lang = language
            self.env.flush_all()
        visitor = self._visit(user)
        visitor.language = language
        visitor.ways = ways
        # nothing is opened in another width than the first in which it is looked at
        visitor.resize((self._choose(ways)[0][1], HEIGHT))
        try:
            yield visitor
        finally:
            visitor.report()

    # ------------------------------------------------------------------

    def _show(self, visitor, user, screen):
        """Screens that have nothing in the demo data are looked at as they are then."""
        _name, model, view_type, action = screen
        domain = Domain(safe_eval(action.get("domain") or "[]", {"uid": user.id}))
        if self.env[model].with_user(user).search_count(domain, limit=1):
            return super()._show(visitor, user, screen)
        if view_type == "form":
            return None
        view = ".o_view_controller:has(.o_list_renderer, .o_kanban_renderer, .o_view_nocontent)"
        # by its number, as its help is no text then
        return visitor.do_action(action.get("id") or action, view, viewType=view_type)

    def _check_screens(self, visitor, ways, some):
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

    def _check_dialogs(self, visitor):
        dialogs = self._get_dialogs(self.manager)
        self._check_dialogs_known(dialogs)
        self.env.flush_all()
        visitor.open("/odoo/collection-dashboard", ".o_dso_dashboard canvas")
        for model, actions in dialogs.items():
            for action in actions:
                if self._is_wanted(model):
                    with self.subTest(model):
                        self._look_at_dialog(visitor, action, model)

    def _check_agenda(self, visitor):
        visitor.open("/odoo/collection-agenda", ".o_data_row.o_dso_current")
        for tab in ("automatic", "history", "replies", "charts", "alerts", "manual"):
            if self._is_wanted(f"agenda, {tab}"):
                active = f".o_dso_tab[data-tab={tab}].active"
                visitor.click_on(f".o_dso_tab[data-tab={tab}]", active)
                visitor.look(f"agenda, {tab}")
        if self._is_wanted("agenda, panel"):
            visitor.open("/odoo/collection-agenda", ".o_data_row.o_dso_current")
            visitor.press("Enter")
            visitor.see(".o_dso_panel .o_form_view")
            visitor.look("agenda, panel of an action")
            visitor.press("?")
            visitor.see(".o_dso_keys")
            visitor.look("agenda, keys")
            visitor.close_dialog()
            visitor.open("/odoo/collection-agenda", ".o_data_row.o_dso_current")
            visitor.click_on(".o_dso_tab[data-tab=replies]", ".o_dso_agenda_main .o_data_row")
            visitor.see(".o_dso_panel button[name=action_handle]")
            visitor.look("agenda, panel of a reply")

    def _check_settings(self, visitor):
        """Our section of Odoo's settings."""
        visitor.open("/odoo/collection-dashboard", ".o_dso_dashboard canvas")
        visitor.do_action("dso_collection.dso_settings_action", SETTINGS)
        visitor.look("settings", around=(*AROUND, *AROUND_SETTINGS))

    def _check_pages(self, visitor, few):
        """What customers and colleagues open by their links."""
        path = f"/dso/p/{self.token}"
        pages_ = self.page + self.colleague_page
        expires = self.today + timedelta(days=30)
        pages_.sudo().write({"lang": visitor.language, "expires_date": expires})
        self.env.flush_all()
        visitor.open(path, "#kind-promise")
        visitor.look("customer's page")
        for kind in visitor.run("[...document.querySelectorAll('[id^=kind-]')].map((n) => n.id)"):
            visitor.click(f"#{kind}")
            visitor.look(f"customer's page, {kind}", few)
        visitor.open(f"{path}?search=zzz", "p.empty")
        visitor.look("customer's page, nothing found", few)
        visitor.open(path, "#kind-promise")
        visitor.click("#kind-promise")
        visitor.click(".answer button.primary")
        visitor.see("#problem")
        visitor.look("customer's page, mistake", few)
        visitor.open(f"/dso/p/{self.colleague_token}", "#answer")
        visitor.look("colleague's page")
        visitor.open("/dso/p/wrong", "h1")
        visitor.look("page of a wrong link", few)
        visitor.open(path, "#kind-comment")
        visitor.click("#kind-comment")
        visitor.fill("#comment", "Who is in charge?")
        visitor.click(".answer button.primary")
        visitor.see(".note.good")
        visitor.look("customer's page, answered", few)
        with patch.dict(pages.LIMITS, wrong=pages.Limit(0, 10)):
            visitor.open("/dso/p/wrong", "h1")
            visitor.look("page of too many requests", few)
        self.page.sudo().expires_date = self.today - timedelta(days=1)
        self.env.flush_all()
        visitor.open(path, "form[action$='/renew']")
        visitor.look("page of an expired link", few)
        visitor.click_on("form[action$='/renew'] button", "p[role=status]")
        visitor.look("page of a new link", few)


@tagged("post_install", "-at_install", "dso_demo")
class TestLook(LookCase):
    def _check_all_screens(self, language):
        ways = LANGUAGES[language]
        with self._looking(ways, self.manager, language) as visitor:
            self._check_screens(visitor, ways, SOME)

    def test_screens_english(self):
        self._check_all_screens("en_US")

    def test_screens_french(self):
        self._check_all_screens("fr_FR")

    def test_screens_german(self):
        self._check_all_screens("de_DE")

    def test_agenda(self):
        for language, ways in LANGUAGES.items():
            with self.subTest(language), self._looking(ways, self.collector, language) as visitor:
                self._check_agenda(visitor)

    def test_dialogs(self):
        for language in LANGUAGES:
            with self.subTest(language), self._looking(SOME, self.manager, language) as visitor:
                self._check_dialogs(visitor)

    def test_settings(self):
        admin = self.env.ref("base.user_admin")
        for language, ways in LANGUAGES.items():
            with self.subTest(language), self._looking(ways, admin, language) as visitor:
                self._check_settings(visitor)

    def test_pages(self):
        for language, ways in LANGUAGES.items():
            with self.subTest(language), self._looking(ways, language=language) as visitor:
                self._check_pages(visitor, SOME)


#: Faults put in on purpose, by their kind, each 200 px wide.
WRONG = {
    "cut": "<div style='overflow: hidden; white-space: nowrap'>%s</div>",
    "cut below": "<div style='overflow: hidden; height: 8px'>%s</div>",
    "cut, no title": "<div style='overflow: hidden; white-space: nowrap; "
    "text-overflow: ellipsis'>%s</div>",
    "cut in its field": "<input type='text' style='width: 60px' value='1,234,567,890.12' />",
    "scrolls sideways": "<div style='overflow: auto; white-space: nowrap'>%s</div>",
    "sticks out": "<div style='white-space: nowrap'>%s</div>",
    "sticks out below": "<div style='height: 8px; background: silver'>%s</div>",
    "covered": "<div style='position: relative; z-index: 0'>%s<div style='position: absolute; "
    "inset: 0; background: silver'></div></div>",
    "over another": "<div>Amount</div><div style='margin-top: -1em'>Customer</div>",
    "beyond the screen": "<div style='position: absolute; left: 1390px; white-space: nowrap'>"
    "%s</div>",
}
#: What is as it should be.
RIGHT = (
    "<div>%s</div>",
    "<div style='overflow: hidden; white-space: nowrap; text-overflow: ellipsis' "
    "title='All of it'>%s</div>",
    "<div style='position: absolute; left: -9999px; white-space: nowrap'>%s</div>",
    "<div style='overflow: auto; height: 20px'>%s</div>",
    "<input type='text' style='width: 60px' value='Some words that can be moved' />",
)
TEXT = "Some words that are longer than what they stand in, amount 1,234,567.89"


@tagged("post_install", "-at_install")
class TestLookFinds(ScreensCase, PatientHttpCase):
    """The finder finds what it is there for, and nothing else."""

    visitor_class = Measurer

    def _choose(self, _ways):
        return [("DejaVu", 1400)]

    def _find(self, visitor, html):
        """The kinds of faults of a document."""
        box = f"<div style='width: 200px'>{html.replace('%s', TEXT)}</div>"
        head = "<head><title>Faults</title><style>* { font-size: 16px }</style></head>"
        visitor.faults.clear()
        visitor.show(f"<html lang='en'>{head}<body>{box}<p>Below</p></body></html>")
        visitor.wait_for("document.body.innerText.includes('Below')")
        visitor.look("faults")
        return {kind for kind, _place in visitor.faults}

    def test_faults_put_in_on_purpose(self):
        visitor = self._visit()
        for kind, html in WRONG.items():
            with self.subTest(kind):
                self.assertIn(kind, self._find(visitor, html))
        for html in RIGHT:
            with self.subTest(html):
                self.assertFalse(self._find(visitor, html))

    def test_it_waits_for_what_is_on_its_way(self):
        """Timers, requests, movements: what is measured is what is there in the end."""
        visitor = self._visit()
        visitor.open("/web/login", "form")
        visitor.run(
            """setTimeout(async () => {
                const image = new Image();
                image.src = "/web/static/img/logo.png?dso";
                document.body.append(image);
                await fetch("/web/login");
                requestAnimationFrame(() => {
                    const box = document.createElement("div");
                    document.body.append(box);
                    const fades = { opacity: [0, 1] };
                    box.animate(fades, { duration: 60000 }).finished.then(() => {
                        setTimeout(() => (document.body.dataset.dsoLast = "there"), 300);
                    });
                });
            }, 400) && true"""
        )
        visitor.settle()
        self.assertEqual(visitor.run("document.body.dataset.dsoLast"), "there")
        self.assertEqual(visitor.run("[...document.images].filter((n) => !n.complete).length"), 0)
