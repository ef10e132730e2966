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
from unittest.mock import patch

import lxml.html
from reportlab.pdfgen import canvas

from odoo import Command
from odoo.tests import new_test_user, tagged

from ...engine import pages
from ..letter_common import LetterCommon
from ..page_common import PageHttpCase
from ..screens_common import NARROW, READY, WIDE, ScreensCase, Visitor

PACKAGE = "axe_playwright_python"
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
    ("scrollable-region-focusable", ".o_pivot", "a pivot that is wider than the screen"),
    ("button-name", ".o_clipboard_button", "copies a word, without a name"),
    ("aria-required-parent", ".settings_tab .tab", "tabs of the settings stand in no list of tabs"),
    ("aria-required-parent", ".o_colorlist button", "items of a menu in no menu"),
    ("color-contrast", "[name=body_html] + .fst-italic", "a tip below the text of a template"),
    (
        "color-contrast",
        ".tab-pane:has([name=report_template_ids]) .o_form_label",
        "the settings of a template on a phone",
    ),
    ("color-contrast", ".o_sms_count", "how long an SMS is"),
    ("aria-prohibited-attr", "#o_payment_form i[data-bs-toggle]", "the mark of a test mode"),
)

LOOK = """(async ({ around, odoo, impacts }) => {
    // what they find does not count
    const rules = axe._audit.rules.filter(({ impact }) => impact && !impacts.includes(impact));
    const there = around.filter((selector) => document.querySelector(selector));
    // what a dialog stands over is looked at without it; its menus and days are beside it
    const dialogs = ".o-overlay-container:has(.modal)";
    const top = document.querySelector(dialogs) ? dialogs : "html";
    const result = await axe.run(
        { include: [[top]], exclude: there.map((selector) => [selector]) },
        {
            rules: Object.fromEntries(rules.map(({ id }) => [id, { enabled: false }])),
            resultTypes: ["violations"],
            iframes: false,
        }
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


class AxeVisitor(Visitor):
    """A browser that collects the faults of what it looks at."""

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

    def look(self, name, around=AROUND):
        """Collect what axe-core finds on the screen as it is now."""
        self.settle()
        if not self.run("!!window.axe"):
            self.run(f"{self.case.axe}; true")
        options = {
            "around": around,
            "odoo": [(rule, selector) for rule, selector, _why in ODOO],
            "impacts": IMPACTS,
        }
        result = self.run(LOOK % json.dumps(options))
        self.case.assertTrue(result["passed"], f"{name}: axe-core saw nothing there")
        for fault in result["faults"]:
            key = (fault["impact"], fault["id"], fault["help"], fault["html"])
            self.faults.setdefault(key, (fault, []))[1].append(name)

    def report(self):
        """Fail with what was found on all screens, each fault once."""
        lines = []
        for (impact, rule, help_text, html), (fault, names) in sorted(
            self.faults.items(), key=lambda item: item[0]
        ):
            lines.append(f"{'; '.join(dict.fromkeys(names))}: {rule} ({impact}): {help_text}")
            lines.append(f"    at {fault['selector']}")
            lines.append(f"    {html}")
            lines.extend(f"    {reason}" for reason in fault["why"][:2])
        if lines:
            self.case.fail(f"{len(self.faults)} faults of accessibility:\n" + "\n".join(lines))


class AccessibilityCase(ScreensCase, LetterCommon, PageHttpCase):
    """A company with something in every place: late, disputed and promised items, actions of all
    kinds and states, an answer with a proposal, a question to a colleague, an alert with hits."""

    visitor_class = AxeVisitor

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        spec = importlib.util.find_spec(PACKAGE)
        if not spec:
            raise SkipTest(f"axe-core is not there: pip install {PACKAGE.replace('_', '-')}.")
        cls.axe = (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")
        cls._print_nothing()
        cls.contact.phone = "+33612345678"
        cls._make_actions()
        cls._qualify(cls.young, "promise", date=cls._day(7))
        cls._qualify(cls.due_today, "dispute_price", comment="Our offer said less")
        cls._make_answers()
        cls._make_rest()
        cls.alert = cls.env["dso.alert"].create(
            {"name": "Much overdue", "level": "info", "domain": "[('amount_overdue', '>', 100)]"}
        )
        cls.env["dso.customer"]._plan()
        cls.env["dso.alert"]._cron_alert()
        cls.env.flush_all()

    @classmethod
    def _print_nothing(cls):
        """What letters look like is the matter of test_letter."""
        content = io.BytesIO()
        page = canvas.Canvas(content)
        page.drawString(72, 720, "A letter")
        page.save()
        cls.classPatch(
            type(cls.env["dso.letter.printer"]),
            "_print",
            lambda printer, _report, records, *_args, **_options: dict.fromkeys(
                records.ids, content.getvalue()
            ),
        )

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
            # sudo: whether it was confirmed is nothing that users write
            cls.env["dso.action"].sudo().create(
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

    @classmethod
    def _make_rest(cls):
        """What the other lists show: an accepted answer, a letter that left, rules, a penalty that
        was invoiced."""
        answer = cls.env["dso.page.answer"]._receive(
            cls.page,
            {
                "key": "second",
                "kind": "promise",
                "date": cls._day(3),
                "line_ids": cls._item(-40, 80),
            },
        )
        answer.with_user(cls.collector).action_accept()
        cls.letter = cls._letter(action_type="letter_registered", date=cls.today)
        cls.letter.action_execute()
        cls.env["dso.assignment.rule"].create(
            {"name": "In France", "domain": "[]", "collector_id": cls.collector.id}
        )
        cls.env["dso.erm.provider"].create(
            {"name": "Registered online", "url": "https://erm.example.com"}
        )
        cls.company.write(
            {
                "dso_penalty_rule_id": cls.env["dso.penalty.rule"]
                .create(
                    {"name": "10 % a year", "kind": "fixed", "rate": 10.0, "recovery_cost": 40.0}
                )
                .id,
                "dso_penalty_account_id": cls.company_data["default_account_revenue"].id,
            }
        )
        cls.customer.write({"penalty_enabled": True, "recovery_cost_enabled": True})
        cls.customer._invoice_penalties(cls._day(-2))
        # money that came in, and what was forecast three weeks ago
        payer = cls.env["res.partner"].create({"name": "Pat Payer", "is_company": True})
        cls._pay(cls._invoice(cls._day(-40), 300.0, payer, cls._day(-70)), cls._day(-8))
        cls.env["dso.forecast.week"]._keep(cls.company, cls._day(-21))


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
        visitor.settle()
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
        visitor.settle()
        visitor.run("document.querySelector('.o_dso_panel_close').focus()")
        visitor.press("Escape")
        visitor.see_not(".o_dso_panel")
        self.assertTrue(visitor.has_focus_in(".o_data_row.o_dso_current"))
        # a dialog keeps the focus while it is there, and gives it back
        for key, dialog in (("?", ".o_dso_keys"), ("d", ".modal .o_form_view")):
            visitor.press(key)
            visitor.see(dialog)
            visitor.settle()
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
        self._look_at_status(visitor, ", narrow")
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
        self._look_at_status(visitor)
        visitor.report()

    def _look_at_status(self, visitor, suffix=""):
        """Change status, step by step, of an item of the customer's statement."""
        visitor.click(".o_dso_statement .o_data_row .o_list_record_selector input")
        visitor.click_on(".o_dso_qualify_button:enabled", ".modal .o_dso_qualify")
        visitor.look(f"change status, first step{suffix}")
        visitor.click_on(".modal footer button[name=action_next]", ".modal [name=email_mode]")
        visitor.click_on(
            ".modal [name=email_mode] input[data-index='1']", ".modal [name=email_body]"
        )
        visitor.look(f"change status, e-mail{suffix}")
        visitor.click_on(".modal footer button[name=action_next]", ".modal [name=next_action]")
        visitor.click_on(
            ".modal [name=next_action] input[data-index='1']", ".modal [name=copy_kind]"
        )
        visitor.look(f"change status, what next{suffix}")

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

    def _check_screens(self, size, types):
        """Every view of these types."""
        user = self.manager
        suffix = ", narrow" if size == NARROW else ""
        screens = [each for each in self._get_screens(user) if each[2] in types]
        if size == NARROW:
            # a phone begins with cards, where there are any, in place of every list and chart
            screens = [each for each in screens if each[2] in self._get_first_types(each[3])]
        self.assertLess(10, len(screens))
        visitor = self._visit(user, size)
        visitor.open("/odoo/collection-dashboard", ".o_dso_dashboard canvas")
        if "list" in types:
            visitor.look(f"dashboard{suffix}")
            visitor.do_action("dso_collection.dso_dry_run_action", ".o_dso_board .o_dso_summary")
            visitor.look(f"dry run{suffix}")
        for screen in screens:
            with self.subTest(screen[0]):
                self._show(visitor, user, screen)
                visitor.look(f"{screen[0]}{suffix}")
                if screen[2] == "form":
                    self._look_at_pages(visitor, f"{screen[0]}{suffix}")
        visitor.report()

    def test_lists_and_charts(self):
        self._check_screens(WIDE, set(READY) - {"form"})

    def test_forms(self):
        self._check_screens(WIDE, {"form"})

    def test_screens_narrow(self):
        self._check_screens(NARROW, set(READY))

    def test_dialogs(self):
        dialogs = self._get_dialogs(self.manager)
        self._check_dialogs_known(dialogs)
        # as who opened them: dialogs are nobody else's
        self.env(user=self.manager.id).flush_all()
        for size, suffix in ((WIDE, ""), (NARROW, ", narrow")):
            visitor = self._visit(self.manager, size)
            visitor.open("/odoo/collection-dashboard", ".o_dso_dashboard canvas")
            for model, actions in dialogs.items():
                for action in actions:
                    with self.subTest(f"{model}{suffix}"):
                        self._look_at_dialog(visitor, action, f"{model}{suffix}")
            visitor.do_action("dso_collection.dso_contact_import_action", ".o_import_action")
            visitor.look(f"import of contacts{suffix}")
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

    def test_items_of_an_answer_narrow(self):
        """On cards, too, an item can be left out, of a customer's answer as of any other change."""
        answer = self.page.answer_ids.filtered(lambda answer: answer.state == "proposed")
        answer.ensure_one()
        change = answer.with_user(self.collector).action_change()
        qualify = answer.line_ids.with_user(self.collector).action_dso_qualify()
        card = ".modal [name=line_ids] .o_kanban_record:not(.o_kanban_ghost)"
        visitor = self._visit(self.collector, NARROW)
        visitor.open("/odoo/collection-dashboard", ".o_dso_dashboard canvas")
        visitor.do_action(qualify, f"{card} button[name=delete]")
        visitor.close_dialog()
        visitor.do_action(change, card)
        visitor.click_on(f"{card} button[name=delete]")
        visitor.see_not(card)

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
            self._look_at_answers(visitor, suffix)
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

    def _look_at_answers(self, visitor, suffix):
        """What the pages say to an answer, and links that open nothing."""
        visitor.open(self.path, "#kind-comment")
        visitor.click("#kind-comment")
        visitor.fill("#comment", "Who is in charge?")
        visitor.click(".answer button.primary")
        visitor.see(".note.good")
        visitor.look(f"customer's page, answered{suffix}", ())
        with patch.dict(pages.LIMITS, wrong=pages.Limit(0, 10)):
            visitor.open("/dso/p/wrong", "h1")
            self.assertIn("Too many requests", visitor.text())
            visitor.look(f"page of too many requests{suffix}", ())

    def test_paying_and_what_is_over(self):
        """What a customer pays online is chosen on our page and paid by Odoo's form; then a link
        that has expired, and the way to a new one."""
        self._enable_payments()
        visitor = self._visit()
        for size, suffix in ((NARROW, ", narrow"), (WIDE, "")):
            visitor.resize(size)
            visitor.open(self.path, "#all")
            visitor.click("#all")
            visitor.click_on("button[formaction$='/pay']", "[name=o_payment_submit_button]:enabled")
            visitor.look(f"page of paying{suffix}", ())
        visitor.fill("#customer_input", "4242")
        visitor.click_on("[name=o_payment_submit_button]", ".note.good")
        visitor.look("customer's page, paid", ())
        self.page.sudo().expires_date = self._day(-1)
        self.env.flush_all()
        for size, suffix in ((WIDE, ""), (NARROW, ", narrow")):
            visitor.resize(size)
            visitor.open(self.path, "form[action$='/renew']")
            visitor.look(f"page of an expired link{suffix}", ())
            visitor.click_on("form[action$='/renew'] button", "p[role=status]")
            visitor.look(f"page of a new link{suffix}", ())
        visitor.report()

    def test_it_finds(self):
        """Faults put in on purpose, in a screen and in a dialog with a menu beside it."""
        wrong = (
            "<button class='dso-wrong'></button>"
            "<p style='color: #aaa; background: #fff'>Hardly seen</p>"
        )
        put_in = (
            "document.querySelector(%s).insertAdjacentHTML('beforeend', " + json.dumps(wrong) + ")"
        )
        dialog = self.late.with_user(self.manager).action_dso_qualify()
        self.env(user=self.manager.id).flush_all()
        visitor = self._visit(self.manager)
        visitor.open("/odoo/collection-dashboard", ".o_dso_dashboard canvas")
        for place in (".o_dso_dashboard", ".modal-body", ".o-overlay-container"):
            with self.subTest(place):
                if place == ".modal-body":
                    visitor.do_action(dialog, ".modal .o_form_renderer")
                visitor.run(put_in % json.dumps(place))
                visitor.faults.clear()
                visitor.look(place)
                found = {rule for _impact, rule, _help, _html in visitor.faults}
                self.assertEqual(found, {"button-name", "color-contrast"})
                visitor.run(
                    "document.querySelectorAll('.dso-wrong, .dso-wrong + p')"
                    ".forEach((node) => node.remove())"
                )
