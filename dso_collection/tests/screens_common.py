"""What those tests share that look at every screen: the browser that opens them, and the way in
which all screens and dialogs of the module are found, so that a new one is looked at without being
named."""

import json

from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

from .http_common import PatientBrowser
from .page_browser_common import SETTLE, Stranger

WIDE, NARROW = (1400, 900), (390, 844)

#: What is there when a view shows something, by its type: each is looked at with records in it.
READY = {
    "list": ".o_list_renderer .o_data_row",
    "kanban": ".o_kanban_renderer .o_kanban_record:not(.o_kanban_ghost)",
    "form": ".o_form_view .o_form_renderer",
    "graph": ".o_graph_renderer canvas",
    "pivot": ".o_pivot table .o_pivot_cell_value",
    "calendar": ".o_calendar_renderer .fc-event",
}
#: Views that only show something within another screen, and the test that looks at it there.
WITHIN = {
    "dso_statement_view_list": "test_customer",
}

#: Waits until nothing changes any more, without the movements of the style sheets.
SETTLED = """(async () => {
    if (!document.querySelector("#dso-still")) {
        const style = document.createElement("style");
        style.id = "dso-still";
        style.textContent = "*, *::before, *::after"
            + " { transition: none !important; animation: none !important; }";
        document.head.append(style);
    }
    return dsoSettle.settle();
})()"""


class Visitor(Stranger):
    """A browser that opens screens, one after another."""

    def __init__(self, case, browser):
        super().__init__(case, browser)
        self.faults = {}
        self.ask("Page.addScriptToEvaluateOnNewDocument", source=SETTLE)

    def ask(self, method, timeout=20.0, **params):
        return super().ask(method, timeout=timeout, **params)

    def run(self, code):
        answer = self.ask(
            "Runtime.evaluate",
            expression=code,
            awaitPromise=True,
            returnByValue=True,
        )
        self.case.assertNotIn("exceptionDetails", answer, code[:500])
        return answer["result"].get("value")

    def settle(self):
        """Until nothing is on its way any more."""
        self.case.assertFalse(self.run(SETTLED), "This never ends.")

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
            f"{json.dumps(action, default=str)}, {json.dumps(options)}).then(() => true)"
        )
        self.see(ready)

    def see_not(self, selector):
        self.wait_for(f"!document.querySelector({json.dumps(selector)})")

    def click_on(self, selector, ready=None):
        self.see(selector)
        self.click(selector)
        if ready:
            self.see(ready)

    def close_dialog(self):
        """By Escape, which first folds a calendar or a choice that is open."""
        for _time in range(3):
            self.press("Escape")
            self.settle()
            if not self.run("!!document.querySelector('.modal')"):
                return
        self.case.fail(f"Escape does not close the dialog. The page says: {self.text()[:500]}")


class ScreensCase:
    """For a test in which ``customer``, ``late``, ``letter``, ``page`` and ``scenario`` are records
    with something to look at."""

    visitor_class = Visitor

    def _visit(self, user=None, size=WIDE):
        """A browser with somebody logged in, who sees the test's own data."""
        browser = PatientBrowser(self)
        self.addCleanup(browser.stop)
        visitor = self.visitor_class(self, browser)
        allowed = visitor.allowed(user and user.login)
        allowed.__enter__()
        self.addCleanup(allowed.__exit__, None, None, None)
        self.addCleanup(visitor.go_away)
        visitor.resize(size)
        return visitor

    # ------------------------------------------------------------------
    # Everything that the module has, found by itself
    # ------------------------------------------------------------------

    def _get_own(self, model):
        """{XML id without the module: record} of what the module brings."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "dso_collection"), ("model", "=", model)], order="name"
        )
        return {each.name: self.env[model].browse(each.res_id) for each in data}

    def _get_screens(self, user):
        """Each view of each action of the module's, then its other views: lists behind a button,
        forms in a panel.

        :return: [(name, model, view type, action as the web client takes it)]
        """
        screens, shown = [], set()
        for name in self._get_own("ir.actions.act_window"):
            action = (
                self.env["ir.actions.actions"].with_user(user)._for_xml_id(f"dso_collection.{name}")
            )
            model = action["res_model"]
            if action["target"] == "new" or self.env[model]._transient:
                # a dialog, see _get_dialogs
                continue
            context = safe_eval(action["context"] or "{}", {"uid": user.id})
            # everything there is, whatever the screen begins with
            action["context"] = {
                key: value
                for key, value in context.items()
                if not key.startswith("search_default_")
            }
            for view_id, view_type in action["views"]:
                shown.add(self.env[model].get_view(view_id or None, view_type)["id"])
                screens.append((f"{name}, {view_type}", model, view_type, action))
        for name, view in self._get_own("ir.ui.view").items():
            model = view.model
            # such as of settings, which is Odoo's, and of e-mails
            foreign = view.type not in READY or view.mode != "primary" or view.inherit_id
            if foreign or name in WITHIN or view.id in shown or self.env[model]._transient:
                continue
            action = {
                "type": "ir.actions.act_window",
                "name": view.name,
                "res_model": model,
                "views": [[view.id, view.type]],
            }
            screens.append((name, model, view.type, action))
        return screens

    def _show(self, visitor, user, screen):
        """Open a view, with something in it."""
        name, model, view_type, action = screen
        options = {"viewType": view_type}
        if view_type == "form":
            domain = Domain(safe_eval(action.get("domain") or "[]", {"uid": user.id}))
            record = self.env[model].with_user(user).search(domain, limit=1)
            self.assertTrue(record, f"{name}: make a record for it in _make_rest")
            options["props"] = {"resId": record.id}
        visitor.do_action(action, READY[view_type], **options)

    def _get_first_types(self, action):
        """The types of views with which an action begins on a phone, or which it opens."""
        types = {view_type for _view_id, view_type in action["views"]}
        return types & {"kanban", "form"} if "kanban" in types else types

    def _look_at_pages(self, visitor, name):
        """What is behind the tabs of a form."""
        tabs = visitor.run(
            "[...document.querySelectorAll('.o_notebook a.nav-link:not(.active)')]"
            ".map((tab) => tab.name)"
        )
        for tab in tabs:
            visitor.click_on(f".o_notebook a[name={tab}]", f".o_notebook a.active[name={tab}]")
            visitor.look(f"{name}, {tab}")

    def _get_dialogs(self, user):
        """How each dialog of the module's is opened, by its model: as buttons do it."""
        customer, late = self.customer.with_user(user), self.late.with_user(user)

        def open_(name):
            actions = self.env["ir.actions.actions"].with_user(user)
            return actions._for_xml_id(f"dso_collection.{name}")

        actions = (
            self.env["dso.action"].with_user(user).search([("company_id", "=", self.company.id)])
        )
        customers = self.env["dso.customer"].with_user(user)
        lacking = customers.search([("company_id", "=", self.company.id)]).filtered(
            lambda each: not each.contact_ids
        )
        planned = actions.filtered(lambda action: action.state == "planned")
        automatic = planned.filtered("automatic")
        call = planned.filtered(lambda action: action.action_type == "call")[:1]
        letter = planned.filtered(lambda action: action.action_type == "letter")[:1]
        specific = planned.filtered(lambda action: action._get_disputed_lines())[:1]
        return {
            # first: behind others, a form of the same field would lose its label's target
            "dso.reply.assign": [self._make_reply_of_nobody().with_user(user).action_assign()],
            "dso.action.end": [specific.action_open_end()],
            "dso.action.log": [call.action_log()],
            "dso.action.new": [customer.action_new_action(), late.action_dso_new_action()],
            "dso.action.preview": [
                automatic[:1].action_preview(),
                automatic.action_preview_selected(),
            ],
            "dso.action.question": [
                self.env["dso.action.question"]
                .with_user(user)
                ._ask(call, "action_execute", "It would ask for nothing: 0.00 is left to pay.")
            ],
            "dso.action.reschedule": [call.action_open_reschedule()],
            "dso.action.return": [self.letter.with_user(user).action_open_return()],
            "dso.assignment.apply": [open_("dso_assignment_apply_action")],
            "dso.contact.import.file": [open_("dso_contact_import_file_action")],
            "dso.contact.propose": [lacking[:1].action_propose_contacts()],
            "dso.customer.assign": [customer.action_assign()],
            "dso.evidence.make": [customer.action_ask_evidence_file()],
            "dso.hashtag.help": [self.env["dso.hashtag.help"].with_user(user).action_open()],
            "dso.item.qualify": [
                late.action_dso_qualify(),
                self.page.answer_ids.filtered(lambda answer: answer.state == "proposed")
                .with_user(user)
                .action_change(),
            ],
            "dso.letter.print": [letter.action_print_letters()],
            "dso.monthly.report.make": [open_("dso_monthly_report_make_action")],
            "dso.penalty.breakdown": [late.action_dso_view_penalties()],
            "dso.penalty.invoice": [customer.action_invoice_penalties()],
            "dso.scenario.step": [self.scenario.step_ids[:1].action_open_call_script()],
        }

    def _make_reply_of_nobody(self):
        """An answer that several customers may have sent."""
        return self.env["dso.reply"]._receive_unassigned_sms(
            self.company, "We pay on Friday.", "+33612345678", "dialog"
        )

    def _check_dialogs_known(self, dialogs):
        """Each dialog of the module's is opened by one of these actions."""
        own = {
            view.model
            for view in self._get_own("ir.ui.view").values()
            if view.type == "form" and view.mode == "primary" and self.env[view.model]._transient
        }
        self.assertLessEqual(own, set(dialogs), "say in _get_dialogs how the others are opened")

    def _look_at_dialog(self, visitor, action, name):
        if action.get("target") == "new":
            visitor.do_action(action, ".modal .o_form_renderer")
            visitor.look(name)
            visitor.close_dialog()
        else:
            visitor.do_action(action, READY["form"])
            visitor.look(name)
