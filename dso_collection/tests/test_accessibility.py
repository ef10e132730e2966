"""axe-core looks at every screen, page and message of the module, in a real browser: no fault of
accessibility that it calls serious or critical may be in what is ours. What it can't see, the way
of the focus, is gone by keyboard.

axe-core is the file ``axe.min.js`` of the Python package ``axe-playwright-python``.
"""

import importlib.util
import io
import json
from pathlib import Path
from unittest import SkipTest

import lxml.html
from reportlab.pdfgen import canvas

from odoo import Command
from odoo.tests import new_test_user, tagged
from odoo.tests.common import ChromeBrowser

from .letter_common import LetterCommon
from .page_browser_common import Stranger
from .page_common import PageHttpCase

PACKAGE = "axe_playwright_python"
WIDE, NARROW = (1400, 900), (390, 844)
IMPACTS = ("critical", "serious")

#: Left out as a whole: parts of Odoo's web client that stand around our screens.
AROUND = (
    # the bar of apps, menus and notifications
    ".o_main_navbar",
    # the search box with its facets, the buttons and the pager of a view
    ".o_control_panel",
    # messages, followers and activities of a record
    ".o-mail-Form-chatter",
    # messages that come by themselves: the loading indicator, chat windows, notifications
    ".o_loading_indicator",
    ".o-mail-ChatHub",
)
#: Faults of Odoo's own widgets inside our screens: a rule of axe-core, where it is broken by Odoo's
#: own templates, and how. Everything else in these widgets is looked at.
ODOO = (
    ("html-has-lang", "html", "the web client does not say its language"),
    ("aria-dialog-name", ".modal", "the title of a dialog does not name it"),
    ("label", ".o_list_record_selector input", "the ticks of a list have no label"),
    ("button-name", ".o_optional_columns_dropdown button", "no name for the choice of columns"),
    ("image-alt", "img[src*='/avatar_128']", "pictures of users without a text"),
    ("aria-required-parent", ".o_notebook .nav-link", "tabs stand in items of a list"),
    ("aria-allowed-attr", ".o_select_menu .dropdown-toggle", "aria-expanded without a role"),
    ("aria-allowed-attr", ".o_tag, .o_field_many2many_tags input", "tags as parts of a list"),
    ("aria-allowed-attr", ".o-autocomplete--input", "aria-selected on a combobox"),
    ("autocomplete-valid", ".o_select_menu_input", "a made-up value against autocompletion"),
    ("frame-title", "iframe.o_readonly", "frames of HTML fields"),
    ("label", ".o_calendar_sidebar input", "the filters of a calendar"),
    ("button-name", ".o_calendar_container button.oi", "folds the side of a calendar"),
    ("color-contrast", ".o_calendar_sidebar .o_out_of_range", "days of another month"),
    ("label", ".o_field_daterange input[data-field]", "the end of a period has no label"),
    ("label", ".o_field_domain input", "values of the editor of domains"),
    ("select-name", ".o_field_domain select", "choices of the editor of domains"),
    ("color-contrast", ".o_field_domain strong", "words of the editor of domains"),
    ("color-contrast", ".o_datetime_picker .o_out_of_range *", "days of another month"),
    ("color-contrast", ".o_pivot_measure_row", "the names of a pivot's measures"),
    ("label", "td .o-checkbox input[disabled]", "a tick that is only shown"),
    ("aria-prohibited-attr", ".o_field_daterange i", "the arrow between two dates"),
    ("button-name", ".o_clipboard_button", "copies a word, without a name"),
    ("aria-required-parent", ".settings_tab .tab", "tabs of the settings stand in no list of tabs"),
    ("aria-required-parent", ".o_colorlist button", "items of a menu in no menu"),
)

#: Waits until nothing changes any more, without the movements of the style sheets.
SETTLED = """new Promise((resolve) => {
    if (!document.querySelector("#dso-still")) {
        const style = document.createElement("style");
        style.id = "dso-still";
        style.textContent = "*, *::before, *::after"
            + " { transition: none !important; animation: none !important; }";
        document.head.append(style);
    }
    const end = Date.now() + 5000;
    let timer;
    const done = () => { observer.disconnect(); document.fonts.ready.then(() => resolve(true)); };
    const again = () => {
        clearTimeout(timer);
        timer = setTimeout(done, Date.now() < end ? 250 : 0);
    };
    const observer = new MutationObserver(again);
    observer.observe(document, { subtree: true, childList: true, attributes: true });
    again();
})"""

LOOK = """(async ({ around, odoo, impacts }) => {
    const result = await axe.run(
        { include: [["html"]], exclude: around.map((selector) => [selector]) },
        { resultTypes: ["violations"], iframes: false }
    );
    const faults = [];
    for (const { id, impact, help, nodes } of result.violations) {
        for (const node of nodes.filter(() => impacts.includes(impact))) {
            const element = document.querySelector(node.target[0]);
            const foreign = odoo.some(([rule, own]) => rule === id && element?.matches(own));
            if (!foreign) {
                const why = [...node.any, ...node.all, ...node.none].map((check) => check.message);
                const html = node.html.replace(/\\s+/g, " ").slice(0, 240);
                faults.push({ id, impact, help, selector: node.target[0], html, why });
            }
        }
    }
    return { faults, passed: result.passes.length };
})(%s)"""

#: Whether one sees that an element has the focus: it looks otherwise without.
SHOWS_FOCUS = """(() => {
    const element = document.activeElement;
    const look = () => {
        const style = getComputedStyle(element);
        return ["outline", "boxShadow", "border", "background", "color", "textDecoration"]
            .map((name) => style[name])
            .join(";");
    };
    const focused = look();
    element.blur();
    const other = look();
    element.focus({ preventScroll: true, focusVisible: true });
    return focused !== other;
})()"""


class Visitor(Stranger):
    """A browser that collects the faults of what it looks at."""

    # the first one in a database waits for all the scripts and styles to be put together
    timeout = 60

    def __init__(self, case, browser, axe):
        super().__init__(case, browser)
        self.axe = axe
        self.faults = {}

    def run(self, code):
        answer = self.ask(
            "Runtime.evaluate",
            timeout=120.0,
            expression=code,
            awaitPromise=True,
            returnByValue=True,
        )
        self.case.assertNotIn("exceptionDetails", answer, code[:500])
        return answer["result"].get("value")

    def text(self):
        """Of the dialog, where there is one."""
        return self.run("(document.querySelector('.modal') || document.body).innerText")

    def resize(self, size):
        width, height = size
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def open(self, path, ready):
        """Another document, and this selector in it."""
        # the old document must not answer for the new one
        self.run("window.dsoLeft = true")
        self.ask("Page.navigate", timeout=20.0, url=self.case.base_url() + path)
        self.wait_for(f"!window.dsoLeft && document.querySelector({json.dumps(ready)})")

    def show(self, html):
        """A document that no address has."""
        self.ask("Page.navigate", timeout=20.0, url="about:blank")
        self.wait_for("location.href === 'about:blank'")
        html = html.replace("<head>", f'<head><base href="{self.case.base_url()}"/>', 1)
        tree = self.ask("Page.getFrameTree")
        self.ask("Page.setDocumentContent", frameId=tree["frameTree"]["frame"]["id"], html=html)

    def do_action(self, action, ready, **options):
        """One of Odoo's actions, in the web client that is there already."""
        options = {"clearBreadcrumbs": True, **options}
        self.run(
            "odoo.__WOWL_DEBUG__.root.env.services.action.doAction("
            f"{json.dumps(action)}, {json.dumps(options)}).then(() => true)"
        )
        self.see(ready)

    def see_not(self, selector):
        self.wait_for(f"!document.querySelector({json.dumps(selector)})")

    def click_on(self, selector, ready=None):
        self.see(selector)
        self.click(selector)
        if ready:
            self.see(ready)

    def has_focus_in(self, selector):
        return self.run(f"!!document.activeElement.closest({json.dumps(selector)})")

    def walk(self, until, limit=60):
        """Press Tab until an element with this selector has the focus.

        :return: what had it on the way, as HTML, without what it contains
        """
        way = []
        while len(way) < limit:
            self.press("Tab")
            way.append(self.run("document.activeElement.cloneNode().outerHTML"))
            if not self.has_focus_in(", ".join(AROUND)):
                self.case.assertTrue(self.run(SHOWS_FOCUS), f"no sign of the focus: {way[-1]}")
            if self.run(f"document.activeElement.matches({json.dumps(until)})"):
                return way
        self.case.fail(f"Not reached by the Tab key: {until}. Reached were: {way}")

    def close_dialog(self):
        """By Escape, which first folds a calendar or a choice that is open."""
        for _time in range(3):
            self.press("Escape")
            self.run(SETTLED)
            if not self.run("!!document.querySelector('.modal')"):
                return
        self.case.fail(f"Escape does not close the dialog. The page says: {self.text()[:500]}")

    def look(self, name, around=AROUND):
        """Collect what axe-core finds on the screen as it is now."""
        self.run(SETTLED)
        if not self.run("!!window.axe"):
            self.run(f"{self.axe}; true")
        options = {
            "around": [
                selector
                for selector in around
                if self.run(f"!!document.querySelector({json.dumps(selector)})")
            ],
            "odoo": [(rule, selector) for rule, selector, _why in ODOO],
            "impacts": IMPACTS,
        }
        result = self.run(LOOK % json.dumps(options))
        self.case.assertTrue(result["passed"], f"{name}: axe-core saw nothing there")
        for fault in result["faults"]:
            key = (fault["impact"], fault["id"], fault["help"], fault["html"])
            self.faults.setdefault(key, (name, fault))

    def report(self):
        """Fail with what was found on all screens, each fault once."""
        lines = []
        for (impact, rule, help_text, html), (name, fault) in sorted(
            self.faults.items(), key=lambda item: item[0]
        ):
            lines.append(f"{name}: {rule} ({impact}): {help_text}")
            lines.append(f"    at {fault['selector']}")
            lines.append(f"    {html}")
            lines.extend(f"    {reason}" for reason in fault["why"][:2])
        if lines:
            self.case.fail(f"{len(self.faults)} faults of accessibility:\n" + "\n".join(lines))


class AccessibilityCase(LetterCommon, PageHttpCase):
    """A company with something in every place: late, disputed and promised items, actions of all
    kinds and states, an answer with a proposal, a question to a colleague, an alert with hits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        spec = importlib.util.find_spec(PACKAGE)
        if not spec:
            raise SkipTest(f"axe-core is not there: pip install {PACKAGE.replace('_', '-')}.")
        cls.axe = (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")
        cls.contact.phone = "+33612345678"
        cls._make_actions()
        cls._qualify(cls.young, "promise", date=cls._day(7))
        cls._qualify(cls.due_today, "dispute_price", comment="Our offer said less")
        cls._make_answers()
        cls.alert = cls.env["dso.alert"].create(
            {"name": "Much overdue", "level": "info", "domain": "[('amount_overdue', '>', 100)]"}
        )
        cls.env["dso.customer"]._plan()
        cls.env["dso.alert"]._cron_alert()
        cls.env.flush_all()

    @classmethod
    def _make_actions(cls):
        """One for each of several customers, of items of every age."""
        sms_template = cls.env["sms.template"].create(
            {
                "name": "Reminder by SMS",
                "model_id": cls.env["ir.model"]._get_id("dso.action"),
                "body": "#company_name: please pay #items_amount_selected.",
            }
        )
        email = {"action_type": "email", "mail_template_id": cls.template.id}
        waiting = {**email, "automatic": True, "to_confirm": True}
        kinds = (
            (5, {"action_type": "call"}),
            (40, {"action_type": "letter", "letter_template_id": cls.letter_template.id}),
            (70, {"action_type": "sms", "sms_template_id": sms_template.id}),
            (100, email),
            (20, waiting),
            (35, {**waiting, "confirmed": True}),
            (12, {**waiting, "date": cls._day(4)}),
            # nobody to send it to
            (50, waiting),
        )
        for number, (days, values) in enumerate(kinds, start=1):
            partner = cls.env["res.partner"].create({"name": f"Day {number}", "is_company": True})
            cls._set_address(partner)
            if number < len(kinds):
                cls._create_contact(
                    partner, f"Bea {number}", f"bea{number}@example.com", phone="+33612345678"
                )
            cls._invoice(cls._day(-days), 100.0 * number, partner, cls._day(-days - 30))
            cls.env["dso.customer"]._ensure_customers(cls.company)
            cls.env["dso.action"].create(
                {
                    "date": cls.today,
                    **values,
                    "customer_id": cls._customer(partner).id,
                    "collector_id": cls.collector.id,
                    "origin": "manual",
                }
            )

    @classmethod
    def _qualify(cls, line, status, **values):
        cls.env["dso.item.qualify"].with_user(cls.collector).create(
            {
                "line_ids": [Command.set(line.ids)],
                "status_id": cls.env.ref(f"dso_collection.status_{status}").id,
                **values,
            }
        ).action_apply()

    @classmethod
    def _make_answers(cls):
        """A promise of the customer's to accept, and what a colleague is asked."""
        cls.env["dso.page.answer"]._receive(
            cls.page,
            {
                "key": "first",
                "kind": "promise",
                "date": cls._day(5),
                "comment": "On Friday",
                "line_ids": cls.late,
            },
        )
        colleague = cls.env["res.partner"].create(
            {"name": "Sam Sales", "email": "sam@company.example.com"}
        )
        _page, token = cls._send_link(
            action_type="email_internal",
            recipient_ids=[Command.set(colleague.ids)],
            item_ids=[Command.create({"line_id": cls.due_today.id})],
            subject="Is the price right?",
            comment="The customer says 90.",
        )
        cls.colleague_path = f"/dso/p/{token}"

    def setUp(self):
        super().setUp()
        # What letters look like is the matter of test_letter.
        content = io.BytesIO()
        page = canvas.Canvas(content)
        page.drawString(72, 720, "A letter")
        page.save()
        self.patch(
            type(self.env["dso.letter.printer"]),
            "_print",
            lambda printer, _report, records, values=None: dict.fromkeys(
                records.ids, content.getvalue()
            ),
        )

    def _visit(self, user=None, size=WIDE):
        """A browser with somebody logged in, who sees the test's own data."""
        browser = ChromeBrowser(self)
        self.addCleanup(browser.stop)
        visitor = Visitor(self, browser, self.axe)
        allowed = visitor.allowed(user and user.login)
        allowed.__enter__()
        self.addCleanup(allowed.__exit__, None, None, None)
        self.addCleanup(visitor.go_away)
        visitor.resize(size)
        return visitor


@tagged("post_install", "-at_install")
class TestAccessibility(AccessibilityCase):
    def _look_at_tabs(self, visitor, suffix=""):
        """The tabs of the agenda one by one."""
        for tab in ("automatic", "history", "replies", "charts", "alerts", "manual"):
            visitor.click_on(f".o_dso_tab[data-tab={tab}]", f".o_dso_tab[data-tab={tab}].active")
            visitor.look(f"agenda, {tab}{suffix}")

    def test_agenda(self):
        visitor = self._visit(self.collector)
        visitor.open("/odoo/collection-agenda", ".o_data_row.o_dso_current")
        self._look_at_tabs(visitor)
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
        visitor.report()

    def test_agenda_by_keyboard(self):
        """Every part is reached and left, one sees where one is, and Escape leads back."""
        visitor = self._visit(self.collector)
        visitor.open("/odoo/collection-agenda", ".o_data_row.o_dso_current")
        visitor.run(SETTLED)
        visitor.run("document.querySelector('.o_dso_tab.active').focus()")
        visitor.walk(".o_dso_keys_button")
        # past Odoo's search box, which goes round its facets by Tab
        visitor.run("document.querySelector('.o_dso_counter_todo').focus()")
        visitor.walk(".o_data_row button[name=action_log]")
        # the list, the panel, and back
        visitor.press("n")
        visitor.wait_for("document.activeElement.closest('.o_data_row.o_dso_current')")
        visitor.press("Enter")
        visitor.see(".o_dso_panel .o_form_view")
        visitor.run(SETTLED)
        visitor.run("document.querySelector('.o_dso_panel_close').focus()")
        visitor.press("Escape")
        visitor.see_not(".o_dso_panel")
        self.assertTrue(visitor.has_focus_in(".o_data_row.o_dso_current"))
        # a dialog keeps the focus while it is there, and gives it back
        for key, dialog in (("?", ".o_dso_keys"), ("d", ".modal .o_form_view")):
            visitor.press(key)
            visitor.see(dialog)
            visitor.run(SETTLED)
            for _time in range(12):
                visitor.press("Tab")
                self.assertTrue(visitor.has_focus_in(".modal"), key)
            visitor.close_dialog()
            self.assertTrue(visitor.has_focus_in(".o_data_row.o_dso_current"), key)

    def test_agenda_narrow(self):
        visitor = self._visit(self.collector, NARROW)
        visitor.open("/odoo/collection-agenda", ".o_kanban_record:not(.o_kanban_ghost)")
        self._look_at_tabs(visitor, ", narrow")
        visitor.click_on(
            ".o_dso_agenda_main .o_kanban_record:not(.o_kanban_ghost)",
            ".o_dso_panel .o_form_view",
        )
        visitor.look("agenda, panel, narrow")
        self._open_customer(visitor)
        visitor.look("customer, narrow")
        visitor.report()

    def _open_customer(self, visitor):
        visitor.do_action(
            "dso_collection.dso_customer_action",
            ".o_form_view .o_dso_statement .o_data_row",
            viewType="form",
            props={"resId": self.customer.id},
        )

    def test_customer(self):
        visitor = self._visit(self.collector)
        visitor.open("/odoo/collection-customers", ".o_data_row")
        visitor.look("customers")
        self._open_customer(visitor)
        visitor.look("customer, statement")
        tabs = visitor.run(
            "[...document.querySelectorAll('.o_notebook a.nav-link:not(.active)')]"
            ".map((tab) => tab.name)"
        )
        self.assertLessEqual({"planned", "timeline", "customer"}, set(tabs))
        for tab in tabs:
            visitor.click_on(f".o_notebook a[name={tab}]", f".o_notebook a.active[name={tab}]")
            visitor.look(f"customer, {tab}")
        visitor.click_on(".o_notebook a[name=items]", ".o_dso_statement .o_data_row")
        visitor.click(".o_dso_statement .o_data_row .o_list_record_selector input")
        visitor.click_on(".o_dso_new_action_button:enabled", ".modal .o_form_view")
        visitor.look("new action")
        visitor.close_dialog()
        self._open_customer(visitor)
        visitor.click(".o_dso_statement .o_data_row .o_list_record_selector input")
        visitor.click_on(".o_dso_qualify_button:enabled", ".modal .o_dso_qualify")
        visitor.look("change status, first step")
        visitor.click_on(".modal footer button[name=action_next]", ".modal [name=email_mode]")
        visitor.click_on(
            ".modal [name=email_mode] input[data-index='1']", ".modal [name=email_body]"
        )
        visitor.look("change status, e-mail")
        visitor.click_on(".modal footer button[name=action_next]", ".modal [name=next_action]")
        visitor.click_on(
            ".modal [name=next_action] input[data-index='1']", ".modal [name=copy_kind]"
        )
        visitor.look("change status, what next")
        visitor.report()

    def test_doing(self):
        """The dialogs by which actions are done, on the agenda's buttons."""
        visitor = self._visit(self.collector)
        visitor.open("/odoo/collection-manual", ".o_data_row")
        dialogs = (
            ("action_log", "call", ".modal .o_field_widget[name=result]"),
            ("action_preview", "preview", ".modal .o_field_widget[name=body]"),
            ("action_open_reschedule", "another day", ".modal .o_field_widget[name=date]"),
            ("action_print_letters", "letters", ".modal .o_field_widget[name=pdf]"),
        )
        for button, name, ready in dialogs:
            visitor.click_on(f".o_data_row button[name={button}]", ready)
            visitor.look(name)
            visitor.close_dialog()
        visitor.report()

    def test_reports(self):
        """Lists, charts and what is set up, with rows in them."""
        visitor = self._visit(self.collector)
        visitor.open("/odoo/collection-dashboard", ".o_dso_dashboard canvas")
        visitor.look("dashboard")
        screens = (
            ("dso_dry_run", ".o_dso_board canvas, .o_dso_board .o_dso_tile", {}),
            ("dso_item", ".o_data_row", {}),
            ("dso_item_report", ".o_pivot table, .o_data_row", {}),
            ("dso_promise", ".o_data_row", {}),
            ("dso_dispute_report", ".o_view_controller", {}),
            ("dso_promised_cash", ".o_view_controller", {}),
            ("dso_overdue_trend", ".o_view_controller", {}),
            ("dso_action_report", ".o_view_controller", {}),
            ("dso_reply", ".o_data_row", {}),
            ("dso_alert", ".o_kanban_record", {}),
            ("dso_alert", ".o_data_row", {"viewType": "list"}),
            ("dso_scenario", ".o_data_row", {}),
            ("dso_penalty_rule", ".o_data_row", {}),
            ("dso_item_status", ".o_data_row", {}),
            ("dso_letter_template", ".o_data_row", {}),
            ("dso_contact_import", ".o_import_action", {}),
        )
        for name, ready, options in screens:
            visitor.do_action(f"dso_collection.{name}_action", ready, **options)
            visitor.look(f"{name} {options.get('viewType', '')}".strip())
        visitor.report()

    def test_settings(self):
        administrator = new_test_user(
            self.env,
            login="dso_administrator",
            groups="base.group_user,base.group_system,dso_collection.group_dso_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        visitor = self._visit(administrator)
        settings = self.env.ref("dso_collection.dso_settings_action")
        visitor.open(f"/odoo/action-{settings.id}", ".app_settings_block[data-key=dso_collection]")
        others = ".app_settings_block:not([data-key=dso_collection])"
        visitor.look("settings", (*AROUND, others))
        visitor.report()

    def test_records(self):
        """One record of each model that has a form."""
        visitor = self._visit(self.manager)
        visitor.open("/odoo/collection-scenarios", ".o_data_row")
        records = {
            "dso_reply": self.env["dso.reply"].search([("customer_id", "=", self.customer.id)])[:1],
            "dso_alert": self.alert,
            "dso_scenario": self.scenario,
            "dso_penalty_rule": self.env.ref("dso_collection.penalty_rule_uk"),
            "dso_item_status": self.env.ref("dso_collection.status_promise"),
            "dso_letter_template": self.letter_template,
        }
        for name, record in records.items():
            self.assertTrue(record, name)
            visitor.do_action(
                f"dso_collection.{name}_action",
                ".o_form_view .o_form_renderer",
                viewType="form",
                props={"resId": record.id},
            )
            visitor.look(f"{name}, form")
        visitor.report()

    def test_pages_and_messages(self):
        """What customers and colleagues open: pages by their links, an e-mail, a statement."""
        visitor = self._visit()
        for size, suffix in ((WIDE, ""), (NARROW, ", narrow")):
            visitor.resize(size)
            for name, path, ready in (
                ("customer's page", self.path, "#kind-promise"),
                ("customer's page, nothing found", f"{self.path}?search=zzz", "p.empty"),
                ("colleague's page", self.colleague_path, "#answer"),
                ("page of a wrong link", "/dso/p/wrong", "h1"),
            ):
                visitor.open(path, ready)
                visitor.look(f"{name}{suffix}", ())
            visitor.open(self.path, "#kind-promise")
            visitor.click("#kind-promise")
            visitor.click(".answer button.primary")
            visitor.see("#problem")
            visitor.look(f"customer's page, mistake{suffix}", ())
        email = self.page.action_id.mail_id
        # programs for e-mails show what is in the frame that Odoo puts around it
        body = lxml.html.fromstring(str(email.body_html)).find(".//body")
        visitor.show(
            '<html lang="en"><head><title>Inbox</title></head>'
            f"{lxml.html.tostring(body, encoding='unicode')}</html>"
        )
        visitor.wait_for("document.body.innerText.includes('Dear customer')")
        visitor.look("e-mail", ())
        statement_of = self.customer.with_user(self.collector).with_company(self.company)
        statement, _type = self.env["ir.actions.report"]._render_qweb_html(
            "dso_collection.statement",
            self.customer.ids,
            data={"statements": {self.customer.id: statement_of._prepare_statement()}},
        )
        visitor.show(statement.decode())
        visitor.wait_for("document.body.innerText.includes('Statement of account')")
        visitor.look("statement", ())
        visitor.report()
