"""Takes the pictures of the README from a running Odoo with demo data.

    dev/python dev/screenshots.py http://127.0.0.1:8069

It starts nothing: run ``make run`` first. As a collector, and on the interactive pages as a
stranger, on a wide and on a narrow screen. Needs playwright and Chromium. Nothing is confirmed or
sent but two interactive e-mails, whose links are opened.
"""

import argparse
import re
import shutil
import sys
import time
from pathlib import Path

from playwright.sync_api import TimeoutError as PlaywrightTimeout, sync_playwright

FOLDER = Path(__file__).parent.parent / "dso_collection" / "static" / "description"
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = {"": (1400, 900), "_narrow": (390, 844)}
#: Interactive pages: the picture's name, the type of the e-mail, what it says.
PAGES = [
    ("page", "email_interactive", {"subject": "Your account with us"}),
    (
        "page_colleague",
        "email_internal",
        {
            "subject": "Is the price right?",
            "comment": "The customer says that we agreed on five per cent less. What was offered?",
        },
    ),
]
VIEW = (
    ".o_list_view, .o_kanban_view, .o_form_view, .o_pivot_view, .o_calendar_view, .o_dso_dashboard"
)
# of a list under a field, or in a dialog of its own on a narrow screen
CHOICE = ".o-autocomplete--dropdown-item, .o_select_create_dialog_content .o_kanban_record"
# Odoo greets new users in a chat window
NO_CHAT = """addEventListener("DOMContentLoaded", () => {
    const style = document.createElement("style");
    style.textContent = ".o-mail-ChatHub { display: none !important; }";
    document.head.append(style);
});"""
CARD = ".o_kanban_record:not(.o_kanban_ghost)"
ROW = f".o_data_row, {CARD}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("url", help="address of Odoo, without a path")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="where to put them")
    parser.add_argument("--login", default="claire", help="user, whose password is the same")
    options = parser.parse_args()
    browser_path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not browser_path:
        sys.exit("There is no Chromium on this machine: install it (apt-get install chromium).")
    options.folder.mkdir(parents=True, exist_ok=True)
    links = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(CHROMIUM))
        for suffix, (width, height) in SIZES.items():
            screen = {
                "viewport": {"width": width, "height": height},
                "is_mobile": width < 600,
                "has_touch": width < 600,
            }
            context = browser.new_context(**screen)
            context.add_init_script(NO_CHAT)
            camera = Camera(context.new_page(), options, suffix)
            camera.take_all()
            try:
                links = links or camera.send_links()
            except Refused as reason:
                sys.exit(str(reason))
            context.close()
            context = browser.new_context(**screen)
            Camera(context.new_page(), options, suffix).take_pages(links)
            context.close()
        browser.close()


class Refused(Exception):
    """What Odoo does not do."""


class Camera:
    """One browser window, of a collector or of a stranger."""

    def __init__(self, page, options, suffix):
        self.page = page
        # on a machine that has other things to do
        page.set_default_timeout(60_000)
        self.options = options
        self.suffix = suffix

    def take_all(self):
        self.log_in()
        self.open_tab("automatic")
        self.take("agenda_automatic")
        # the message of an action that waits for a confirmation
        waiting = self.page.locator(ROW).filter(has_text="To do").first
        waiting.locator("button[name=action_preview]").click()
        self.page.wait_for_selector(".modal .o_field_widget[name=body]")
        self.take("preview")
        self.open_tab("manual")
        self.take("agenda_manual")
        self.open_panel()
        self.take("panel")
        self.close_panel()
        self.take_channels()
        self.open("/odoo/collection-dashboard")
        self.page.wait_for_selector("canvas")
        self.take("dashboard")
        self.open_dry_run()
        self.take("dry_run")
        self.open_tab("alerts")
        self.take("alerts")
        self.open("/odoo/collection-customers")
        self.take("customers")
        self.open_record("partner_id", 1)
        self.page.wait_for_selector(".o_form_view .o_dso_figures")
        self.take("customer")
        self.open("/odoo/collection-customers")
        self.open_record("partner_id", 0)
        self.page.wait_for_selector(".o_form_view .o_dso_figures")
        self.take_status_dialog()
        self.open("/odoo/collection-items-status")
        self.take("items_status")
        self.open("/odoo/collection-promises")
        self.take("promises")
        self.open("/odoo/collection-scenarios")
        self.open_record("name", 0)
        self.page.wait_for_selector(".o_form_view [name=step_ids]")
        self.take("scenario")
        # the last one: the agenda remembers that it is a calendar
        self.open_calendar()
        self.take("calendar")

    def take_channels(self):
        """Call, letters, SMS, registered letters and replies. Nothing is marked done."""
        self.open_tab("manual")
        self.press("action_log", "Phone call")
        self.page.wait_for_selector(".modal .o_field_widget[name=script]")
        self.take("call")
        self.open_tab("manual")
        self.press("action_print_letters", "Reminder by post")
        # the first page is drawn inside the viewer
        viewer = self.page.frame_locator(".modal .o_field_widget[name=pdf] iframe")
        viewer.locator(".page .textLayer, .page canvas").first.wait_for(timeout=60_000)
        self.take("letters")
        self.open_tab("automatic")
        self.press("action_preview", "Remind of Thursday", "Last text message")
        self.page.wait_for_selector(".modal .o_dso_sms")
        self.take("sms")
        self.open("/odoo/collection-registered")
        self.take("registered")
        self.open_tab("replies")
        self.take("replies")
        # beside the list the reply would be in a panel
        self.open("/odoo/collection-agenda/collection-replies")
        self.open_record("partner_id", 0)
        self.page.wait_for_selector(".o_form_view .o_dso_reply_body")
        self.take("reply")

    def press(self, button, *words):
        """A button of the first line that says one of these words and has that button."""
        visible = f"button[name={button}]:visible"
        lines = self.page.locator(ROW).filter(has=self.page.locator(visible))
        said = re.compile("|".join(map(re.escape, words)))
        lines.filter(has_text=said).first.locator(visible).click()

    def take_status_dialog(self):
        """The three steps, for two items of the customer on the screen. Nothing is applied."""
        page = self.page
        ticks = page.locator("[name=item_ids] .o_data_row .o_list_record_selector input")
        for position in (0, 1):
            ticks.nth(position).click()
        page.click(".o_dso_qualify_button")
        page.wait_for_selector(".modal .o_dso_qualify")
        self.choose("status_id", "Dispute: price")
        self.choose("resolver_id", "Jonas Weber")
        page.fill(".modal [name=comment] textarea", "Our offer said five per cent less.")
        page.locator(".modal .text-muted").first.click()
        self.take("status")
        page.click(".modal footer button[name=action_next]")
        page.locator(".modal [name=email_mode] .o_radio_item label").nth(2).click()
        page.wait_for_selector(".modal [name=email_body] table")
        self.take("status_email")
        page.click(".modal footer button[name=action_next]")
        page.wait_for_selector(".modal [name=copy_kind]")
        self.take("status_next")

    def choose(self, field, name):
        """Choose a record in a dialog: from the list under its field, or on a narrow screen from
        another dialog."""
        self.page.click(f".modal [name={field}] input")
        self.page.locator(CHOICE).filter(has_text=name).first.click()
        # its onchange may show other fields
        self.page.wait_for_timeout(1000)

    def send_links(self):
        """Interactive e-mails of the customer with the largest overdue amount that can have them.

        :return: {name of the picture: path of the page}
        :raise Refused: where there is none
        """
        customers = self.call(
            "dso.customer",
            "search_read",
            [["page_enabled", "=", True], ["amount_overdue", ">", 0]],
            ["company_id"],
            order="amount_overdue desc",
            limit=20,
        )
        for customer in customers:
            try:
                return {name: self.send_link(customer["id"], *mail) for name, *mail in PAGES}
            except Refused:
                continue
        raise Refused("No customer of this database can be sent an interactive e-mail.")

    def send_link(self, customer_id, action_type, texts):
        """Send one e-mail; the link stands in the message only.

        :return: path of its page
        :raise Refused: where it cannot leave, without an address for example
        """
        lines = self.call("dso.customer", "read", [customer_id], ["item_ids"])[0]
        me = self.call("res.users", "search_read", [["login", "=", self.options.login]], ["id"])
        partner = self.call("res.users", "read", [me[0]["id"]], ["partner_id"])[0]["partner_id"]
        values = {
            "customer_id": customer_id,
            "origin": "manual",
            "action_type": action_type,
            "date": time.strftime("%Y-%m-%d"),
            "body": "<p>#interactive_page_button</p>",
            "item_ids": [[0, 0, {"line_id": line}] for line in lines["item_ids"][:3]],
            **texts,
        }
        if action_type == "email_internal":
            values["recipient_ids"] = [[6, 0, [partner[0]]]]
        action = self.call("dso.action", "create", values)
        self.call("dso.action", "action_execute", [action])
        message = self.call("dso.action", "read", [action], ["message_id"])[0]["message_id"]
        if not message:
            raise Refused(f"action {action} has no message")
        body = self.call("mail.message", "read", [message[0]], ["body"])[0]["body"]
        return re.search(r"/dso/p/[\w-]+", body)[0]

    def call(self, model, method, *args, **kwargs):
        """A method of a model, as the user who is logged in.

        :raise Refused: with Odoo's message
        """
        answer = self.page.request.post(
            f"{self.options.url}/web/dataset/call_kw/{model}/{method}",
            data={
                "jsonrpc": "2.0",
                "params": {"model": model, "method": method, "args": args, "kwargs": kwargs},
            },
        ).json()
        if "error" in answer:
            raise Refused(f"{model}.{method}: {answer['error']['data']['message']}")
        return answer["result"]

    def take_pages(self, links):
        """The interactive pages, as a stranger sees them."""
        for name, path in links.items():
            self.page.goto(f"{self.options.url}{path}")
            self.take(name)

    def log_in(self):
        page, login = self.page, self.options.login
        page.goto(f"{self.options.url}/web/login")
        page.fill("#login", login)
        page.fill("#password", login)
        page.press("#password", "Enter")
        try:
            page.wait_for_selector(".o_web_client", timeout=60_000)
        except PlaywrightTimeout:
            sys.exit(f"Nobody can log in as {login} there: it needs a database with demo data.")

    def open(self, path):
        self.page.goto(f"{self.options.url}{path}")
        self.page.wait_for_selector(VIEW, timeout=60_000)

    def open_tab(self, name):
        """A tab of the agenda."""
        self.open("/odoo/collection-agenda")
        self.page.click(f".o_dso_tab[data-tab={name}]")
        self.page.wait_for_selector(f".o_dso_tab[data-tab={name}].active")
        self.page.wait_for_selector(f"{ROW}, .o_view_nocontent")

    def open_panel(self):
        """A call, beside the list."""
        calls = self.page.locator(f".o_data_row .o_data_cell[name=name], {CARD}")
        calls.filter(has_text="Phone call").first.click()
        self.page.wait_for_selector(".o_dso_panel_form .o_dso_exchange")

    def close_panel(self):
        """It would be there again next time."""
        self.page.locator(".o_dso_panel_close:visible, .o_dso_panel_back:visible").first.click()

    def open_calendar(self):
        """Of all collectors."""
        self.open_tab("manual")
        mine = self.page.locator(".o_searchview_facet:has-text('My actions') .o_facet_remove")
        if mine.count():
            mine.click()
        self.switch_view("Calendar")
        self.page.wait_for_selector(".o_calendar_view .o_dso_load")
        # away from the button, which would say what it is
        self.page.mouse.move(5, 840)

    def switch_view(self, name):
        switch = self.page.locator(f".o_switch_view.o_{name.lower()}:visible")
        if not switch.count():
            # a menu on a narrow screen
            self.page.click(".o_cp_switch_buttons .dropdown-toggle")
            switch = self.page.locator(f".o-dropdown-item:has-text('{name}')")
        switch.first.click()

    def open_dry_run(self):
        """Everybody's own scenario beside the standard one."""
        self.page.goto(f"{self.options.url}/odoo/collection-dry-run")
        self.page.wait_for_selector(".o_dso_dry_run tr.o_dso_customer", timeout=60_000)

    def open_record(self, column, position):
        """Open a record of a list by one of its columns, or of a kanban."""
        records = self.page.locator(f".o_data_row .o_data_cell[name={column}], {CARD}")
        records.nth(position).click()

    def take(self, name):
        """A picture when pictures and counters have arrived."""
        self.page.wait_for_timeout(1500)
        path = self.options.folder / f"{name}{self.suffix}.png"
        self.page.screenshot(path=path)
        print(path)


if __name__ == "__main__":
    main()
