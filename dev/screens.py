"""Takes pictures of every screen, to be looked at: on an empty, a typical and a heavy database.

    dev/python dev/screens.py FOLDER [--only empty,typical,heavy] [--screens agenda,dry_run]

*Empty* is what a new user sees, *typical* the demo data, *heavy* 100,000 actions of 20,000
customers, one of whom has 5,000 items. Each picture is told with the seconds until it was there,
with how far the page scrolls sideways, and with what went wrong in the browser. The databases are
made when they are missing and kept (``--fresh`` makes them anew); Odoo runs as long as the pictures
are taken.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "benchmarks"))

from dsodev import databases, odoo, run  # noqa: E402
from dsodev.paths import LOGS, http_port  # noqa: E402
from dsodev.ui import Stop, say  # noqa: E402
from playwright.sync_api import Error as PlaywrightError, sync_playwright  # noqa: E402
from run import measure  # noqa: E402

from screenshots import CARD, CHROMIUM, NO_CHAT, ROW, Camera, Refused  # noqa: E402

SIZES = {"wide": (1400, 900), "narrow": (390, 844)}
DATABASES = {"empty": "dso_screens_empty", "typical": "dso_demo", "heavy": "dso_screens_heavy"}
TABS = ("manual", "automatic", "history", "replies", "charts", "alerts")
#: Screens of an address of their own: of everybody, and those of the administrator.
PAGES = {
    "customers": "collection-customers",
    "items": "collection-items",
    "dashboard": "collection-dashboard",
    "items_status": "collection-items-status",
    "promises": "collection-promises",
    "disputes": "collection-disputes",
    "registered": "collection-registered",
    "actions": "collection-actions-analysis",
    "ageing": "collection-ageing",
    "ageing_trend": "collection-ageing-trend",
    "promised_cash": "collection-promised-cash",
    "cash_forecast": "collection-cash-forecast",
    "forecast_accuracy": "collection-forecast-accuracy",
    "effect": "collection-effect",
    "performance": "collection-performance",
    "alerts_list": "collection-alerts?view_type=list",
    "comments": "collection-comments",
}
ADMIN_PAGES = {
    "scenarios": "collection-scenarios",
    "settings": "action-dso_collection.dso_settings_action",
    "item_statuses": "action-dso_collection.dso_item_status_action",
    "assignment_rules": "action-dso_collection.dso_assignment_rule_action",
    "mail_templates": "action-dso_collection.dso_mail_template_action",
    "letter_templates": "action-dso_collection.dso_letter_template_action",
    "erm_providers": "action-dso_collection.dso_erm_provider_action",
    "penalty_rules": "action-dso_collection.dso_penalty_rule_action",
    "penalty_rates": "action-dso_collection.dso_penalty_rate_action",
    "penalty_charges": "action-dso_collection.dso_penalty_charge_action",
    "contact_import": "action-dso_collection.dso_contact_import_action",
    "hashtags": "action-dso_collection.dso_hashtag_help_action_open",
}
#: What has a form of its own: its first record, else a new one.
FORMS = (
    "scenarios",
    "item_statuses",
    "assignment_rules",
    "mail_templates",
    "letter_templates",
    "erm_providers",
    "penalty_rules",
)
#: Dialogs of a customer: the button that opens each.
CUSTOMER_DIALOGS = {
    "status": "action_qualify",
    "new_action": "action_new_action",
    "evidence": "action_ask_evidence_file",
}
#: Dialogs of an action in the agenda: the tab, and the button of its first line that has one.
ACTION_DIALOGS = {
    "call": ("manual", "action_log"),
    "letters": ("manual", "action_print_letters"),
    "preview": ("automatic", "action_preview"),
}
SCREEN = ".o_view_controller, .o_dso_dashboard, .o_action, .o_import_action, .modal"
#: How far the page, or what fills it, goes beyond its edge; and by which elements.
OVERFLOW = """() => {
    const found = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width + 1) {
        found.push(`page ${document.documentElement.scrollWidth - width}`);
    }
    for (const node of document.querySelectorAll("body *")) {
        const style = getComputedStyle(node);
        if (!/auto|scroll/.test(style.overflowX) || node.scrollWidth <= node.clientWidth + 1) {
            continue;
        }
        if (node.clientWidth && node.checkVisibility()) {
            const name = [node.tagName.toLowerCase(), ...node.classList].slice(0, 4).join(".");
            found.push(`${name} ${node.scrollWidth - node.clientWidth}`);
        }
    }
    return found;
}"""


class Screens(Camera):
    """One browser window, which looks at the screens of one database."""

    def __init__(self, page, options, suffix):
        super().__init__(page, options, suffix)
        self.complaints = []
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("response", self.note_response)
        #: Requests without an answer yet.
        self.asked = {}
        page.on("request", self.note_request)
        for event in ("requestfinished", "requestfailed"):
            page.on(event, lambda request: self.asked.pop(request, None))

    def note_request(self, request):
        # of Odoo's chat, in a process of its own, the end is not told
        chat = "/bus/" in request.url or "/mail/data" in request.url
        if request.resource_type in ("fetch", "xhr", "script", "stylesheet") and not chat:
            self.asked[request] = request.url

    def note_response(self, response):
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def look(self, name, action=None):
        """A picture of what the action leads to; a screen that fails does not stop the others."""
        if not self.wants(name):
            return
        began = time.monotonic()
        self.complaints.clear()
        self.asked.clear()
        try:
            if action:
                action()
            self.settle()
        except PlaywrightError as failure:
            self.complaints.append(f"not there: {str(failure).splitlines()[0]}")
        seconds = time.monotonic() - began
        self.page.wait_for_timeout(700)
        path = self.options.folder / f"{self.options.name}-{name}-{self.suffix}.png"
        notes = []
        try:
            self.page.screenshot(path=path, timeout=60_000)
            if self.page.locator(".o_error_dialog, .o_notification.border-danger").count():
                self.complaints.append("an error is shown")
            notes = self.page.evaluate(OVERFLOW)
        except PlaywrightError as failure:
            self.complaints.append(f"no picture: {str(failure).splitlines()[0]}")
        notes += self.complaints
        print(f"{path.name:48} {seconds:5.1f} s  {'; '.join(notes)}", flush=True)

    def settle(self):
        """Wait until nothing is asked for any more, for a minute at most."""
        quiet, deadline = 0, time.monotonic() + 60
        while quiet < 4 and time.monotonic() < deadline:
            self.page.wait_for_timeout(100)
            quiet = 0 if self.asked else quiet + 1
        if self.asked:
            self.complaints.append(
                f"still asking for {', '.join(sorted(set(self.asked.values())))}"
            )

    def go(self, path, selector=SCREEN):
        self.page.goto(f"{self.options.url}/odoo/{path}")
        self.page.wait_for_selector(selector, timeout=60_000)

    def of_collector(self):
        self.options.login = "claire"
        self.log_in()
        for tab in TABS:
            self.look(f"agenda_{tab}", lambda tab=tab: self.open_tab_of_any_kind(tab))
        self.look("agenda_panel", self.open_panel)
        self.look("agenda_keys", lambda: self.page.keyboard.press("?"))
        self.page.keyboard.press("Escape")
        self.look("agenda_without_panel", self.close_panel)
        for name, path in PAGES.items():
            self.look(name, lambda path=path: self.go(path))
        self.look("customer", lambda: self.open_customer(0))
        self.look("customer_below", self.scroll_down)
        for label in ("Planned", "Timeline", "Risk", "Customer"):
            self.look(f"customer_{label.lower()}", lambda label=label: self.open_page(label))
        self.look("customer_dry_run", self.open_dry_run_of_customer)
        for name, button in CUSTOMER_DIALOGS.items():
            self.look(f"dialog_{name}", lambda button=button: self.open_customer_dialog(button))
        for name, where in ACTION_DIALOGS.items():
            self.look(f"dialog_{name}", lambda where=where: self.open_action_dialog(*where))
        self.look("dialog_reschedule", self.open_reschedule)
        if self.suffix == "wide":
            # cards have no buttons for those that are ticked
            self.look("dialog_assign", self.open_assign)
        self.look("action", self.open_action)
        self.look("partner", self.open_partner)
        self.look("invoice", self.open_invoice)
        self.look("dry_run", lambda: self.go("collection-dry-run", ".o_dso_dry_run"))
        self.look("dry_run_below", self.scroll_down)
        self.look("reply", self.open_reply)
        self.look("alert", self.open_alert)
        # the last one: the agenda remembers that it is a calendar
        self.look("calendar", self.open_calendar)

    def of_administrator(self):
        self.options.login = "admin"
        self.log_in()
        for name, path in ADMIN_PAGES.items():
            self.look(name, lambda path=path: self.go(path))
        self.look("settings_below", self.open_settings_below)
        for name in FORMS:
            path = ADMIN_PAGES[name]
            self.look(f"form_{name}", lambda path=path: self.open_first(path))

    def open_tab_of_any_kind(self, name):
        """Also one without records, such as the charts."""
        self.page.goto(f"{self.options.url}/odoo/collection-agenda")
        self.page.click(f".o_dso_tab[data-tab={name}]", timeout=60_000)
        self.page.wait_for_selector(f".o_dso_tab[data-tab={name}].active")

    def open_panel(self):
        self.open_tab("manual")
        cell = f".o_data_row .o_data_cell[name=partner_id], {CARD}"
        self.page.locator(cell).first.click(timeout=15_000)
        self.page.wait_for_selector(".o_dso_panel_form", timeout=60_000)

    def open_calendar(self):
        self.open_tab("manual")
        self.switch_view("Calendar")
        self.page.wait_for_selector(".o_calendar_view", timeout=60_000)

    def open_first(self, path):
        self.go(path)
        self.settle()
        if self.page.locator(".o_view_nocontent").count():
            self.page.goto(f"{self.page.url.split('?')[0]}/new")
        else:
            name = f".o_data_row .o_data_cell[name=name], {CARD}"
            self.page.locator(name).first.click(timeout=15_000)
        self.page.wait_for_selector(
            ".o_form_view, .modal, .o_selected_row, .o_dso_rule", timeout=60_000
        )

    def press_header(self, button):
        """A button above a form, which a narrow screen keeps in a menu."""
        found = self.page.locator(f".o_form_view button[name={button}]:visible")
        if not found.count():
            self.page.locator(".o_statusbar_buttons .dropdown-toggle").first.click(timeout=15_000)
            found = self.page.locator(f"button[name={button}]:visible")
        found.first.click(timeout=15_000)

    def open_partner(self):
        """The contact, with what the collection says of it."""
        self.open_customer(0)
        self.press_header("action_view_partner")
        self.page.wait_for_selector(".o_form_view [name=child_ids]", timeout=60_000)
        self.open_page("Collection")

    def open_customer_dialog(self, button):
        self.open_customer(0)
        if button == "action_qualify":
            ticks = self.page.locator(".o_dso_statement .o_data_row .o_list_record_selector input")
            ticks.first.click(timeout=15_000)
            self.page.click(".o_dso_qualify_button", timeout=15_000)
        else:
            self.press_header(button)
        self.page.wait_for_selector(".modal .o_form_view", timeout=60_000)

    def open_action_dialog(self, tab, button):
        self.open_tab(tab)
        self.page.locator(f"{ROW} >> button[name={button}]:visible").first.click(timeout=15_000)
        self.page.wait_for_selector(".modal .o_form_view", timeout=120_000)

    def open_reschedule(self):
        """From the action beside the list."""
        self.open_panel()
        self.page.locator(".o_dso_panel button[name=action_open_reschedule]").click(timeout=15_000)
        self.page.wait_for_selector(".modal .o_form_view", timeout=60_000)

    def open_assign(self):
        self.go("collection-customers")
        tick = ".o_data_row .o_list_record_selector input"
        self.page.locator(tick).first.click(timeout=15_000)
        self.page.locator("button[name=action_assign]:visible").first.click(timeout=15_000)
        self.page.wait_for_selector(".modal .o_form_view", timeout=60_000)

    def open_action(self):
        self.go("collection-manual")
        cell = f".o_data_row .o_data_cell[name=partner_id], {CARD}"
        self.page.locator(cell).first.click(timeout=15_000)
        self.page.wait_for_selector(".o_form_view", timeout=60_000)

    def open_settings_below(self):
        self.go(ADMIN_PAGES["settings"])
        self.scroll_down()

    def open_invoice(self):
        """The first invoice, with what the collection says of it."""
        self.go("action-account.action_move_out_invoice_type")
        self.page.locator(f".o_data_row .o_data_cell[name=name], {CARD}").first.click()
        self.page.wait_for_selector(".o_form_view .o_notebook", timeout=60_000)
        self.open_page("Collection")
        self.page.mouse.wheel(0, 2000)

    def of_stranger(self):
        """The interactive pages, without a session. For their links two messages are made, which
        nobody sends here; nothing where no customer can have one."""
        if not self.wants("page"):
            return
        self.options.login = "claire"
        self.log_in()
        try:
            links = self.send_links()
        except Refused as reason:
            say(f"{self.options.name}: {reason}")
            return
        self.page.context.clear_cookies()
        for name, path in links.items():
            self.look(name, lambda path=path: self.page.goto(f"{self.options.url}{path}"))
            self.look(f"{name}_below", self.scroll_down)
        self.look("page_gone", lambda: self.page.goto(f"{self.options.url}/dso/p/gone"))

    def wants(self, name):
        words = self.options.screens
        return not words or any(name.startswith(word) for word in words)

    def open_customer(self, position):
        self.go("collection-customers")
        cell = f".o_data_row .o_data_cell[name=partner_id], {CARD}"
        self.page.locator(cell).nth(position).click(timeout=15_000)
        self.page.wait_for_selector(".o_form_view .o_dso_figures", timeout=60_000)

    def open_page(self, label):
        self.page.locator(f".o_notebook .nav-link:has-text('{label}')").first.click(timeout=15_000)

    def open_dry_run_of_customer(self):
        self.open_customer(0)
        self.press_header("action_dry_run")
        self.page.wait_for_selector(".o_dso_dry_run", timeout=60_000)

    def open_reply(self):
        self.go("collection-agenda/collection-replies")
        self.page.locator(f".o_data_row .o_data_cell, {CARD}").first.click(timeout=15_000)
        self.page.wait_for_selector(".o_form_view [name=subject]", timeout=60_000)

    def open_alert(self):
        """A card of an alert opens its customers; its menu the alert."""
        self.go("collection-alerts")
        # the menu appears when one points at the card
        self.page.locator(CARD).first.hover(timeout=15_000)
        self.page.locator(f"{CARD} >> .o_dropdown_kanban button").first.click(timeout=15_000)
        self.page.locator("[role=menuitem]:has-text('Open the alert')").click(timeout=15_000)
        self.page.wait_for_selector(".o_form_view", timeout=60_000)

    def scroll_down(self):
        self.page.mouse.move(self.page.viewport_size["width"] // 3, 500)
        self.page.mouse.wheel(0, 650 if self.suffix == "wide" else 1500)
        self.page.wait_for_timeout(500)


def make(name, options):
    """The database of that name, with the module as the files are."""
    database = DATABASES[name]
    demo = name == "typical"
    # one whose making was interrupted is not there
    made = databases.MARK + databases.note_key(demo)
    there = (databases.note(database) or "").startswith(made)
    if there and options.as_is:
        return database
    if name == "heavy" and (options.fresh or not there):
        empty = make("empty", options)
        databases.copy(empty, database)
        say(f"100,000 actions in {database} …")
        measure(
            "heavy.prepare",
            database=database,
            customers=20_000,
            items=50_000,
            big=5_000,
            actions=100_000,
        )
        # as new as what it was copied from; without that note it would be made anew, without data
        note = databases.note(empty).removeprefix(databases.MARK)
        databases.write_note(database, note)
    databases.with_module(database, demo=demo, fresh=options.fresh and name != "heavy")
    if name == "empty" and (options.fresh or not there):
        measure("setting.chart", database=database)
        measure("heavy.add_people", database=database)
    return database


@contextlib.contextmanager
def server(database):
    """Odoo on that database, without scheduled actions: nothing changes meanwhile."""
    port = run.free_port(http_port() + 200)
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"screens-{database}.log"
    arguments = ["-d", database, "--db-filter", f"^{database}$", "--max-cron-threads", 0]
    # views as the files are, also without an update
    arguments += ["--dev", "xml", "--http-port", port, "--gevent-port", port + 3]
    process = subprocess.Popen(
        odoo.command(*arguments),
        env=odoo.environment(),
        stdin=subprocess.DEVNULL,
        stdout=log.open("w"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=run._end_with_parent,
    )
    try:
        run._wait_until_it_answers(process, f"http://127.0.0.1:{port}/web/login", log)
        yield f"http://127.0.0.1:{port}"
    finally:
        run._end(process)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="where to put the pictures")
    parser.add_argument("--only", default=",".join(DATABASES), help="databases, by commas")
    parser.add_argument("--screens", default="", help="beginnings of names, by commas")
    parser.add_argument("--sizes", default=",".join(SIZES), help="wide, narrow")
    parser.add_argument("--fresh", action="store_true", help="make the databases anew")
    parser.add_argument("--as-is", action="store_true", help="don't update databases")
    options = parser.parse_args()
    options.screens = [word for word in options.screens.split(",") if word]
    options.only, options.sizes = options.only.split(","), options.sizes.split(",")
    return options


def main():
    options = parse_arguments()
    browser_path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not browser_path:
        sys.exit("There is no Chromium on this machine: install it (apt-get install chromium).")
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.only:
        options.name = name
        with server(make(name, options)) as options.url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=list(CHROMIUM))
            for suffix in options.sizes:
                take(browser, options, suffix)
            browser.close()


def take(browser, options, suffix):
    width, height = SIZES[suffix]
    for part in ("of_collector", "of_administrator", "of_stranger"):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            is_mobile=width < 600,
            has_touch=width < 600,
        )
        context.add_init_script(NO_CHAT)
        getattr(Screens(context.new_page(), options, suffix), part)()
        context.close()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    try:
        main()
    except Stop as reason:
        sys.exit(str(reason))
