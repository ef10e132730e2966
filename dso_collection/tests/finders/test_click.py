"""Click everything: as a reader, a collector and a credit manager, with Odoo's debug mode and
without, with demo data and without; with the scripts one by one, as a credit manager with demo
data. A JavaScript error, an "Oops", a traceback in the server's log, a blank page, a button that
does nothing or may not be used, or whatever outlasts a reload is a fault; it is told with the
clicks that lead to it.

In `make test` these walks are bounded by a number of clicks. `make crawl` goes everywhere, in every
combination, as far as DSO_CRAWL says (clicks per screen; an hour or more)::

    make crawl                        # both databases
    DSO_CRAWL=400 make test-demo T="dso_collection/tests/finders/test_click.py -k collector"
    DSO_CRAWL_SCREEN=Agenda …         # only screens whose menus are called so
"""

import logging
import os
from contextlib import ExitStack

from odoo import Command
from odoo.tests import new_test_user, tagged

from ..http_common import PatientBrowser, PatientHttpCase
from .crawler import Crawler, Screen, ServerLog, begin

_logger = logging.getLogger(__name__)

ROOT = "dso_collection.dso_collection_menu_root"
#: Logins of the demo data.
DEMO = {"collector": "claire", "manager": "marc"}
DEBUG = ("", "1", "assets")
#: The scripts are the same for everybody, whatever the database has: who has every screen, and
#: something in each, looks at them one by one (``assets``).
SHORT_DEBUG = ("", "1")
#: {(role, debug): (clicks from a screen, clicks in all)}, where more is done than opening each.
WITH_DEMO = {("collector", ""): (2, 6), ("manager", "1"): (1, 3)}
EMPTY = {("manager", ""): (1, 4), ("collector", "1"): (1, 4)}
#: Clicks per screen, where all is to be tried.
EXHAUSTIVE = int(os.environ.get("DSO_CRAWL") or 0)


class ClickCase(PatientHttpCase):
    test_cursor_lock_timeout = 600

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo = cls.env["res.users"].search([("login", "=", "claire")])
        cls.users = {role: cls._get_user(role) for role in ("reader", "collector", "manager")}

    @classmethod
    def _get_user(cls, role):
        if cls.demo and role in DEMO:
            user = cls.env["res.users"].search([("login", "=", DEMO[role])])
        else:
            company = cls.demo.company_id or cls.env.company
            user = new_test_user(
                cls.env,
                login=f"dso_click_{role}",
                email=f"{role}@company.example.com",
                groups=f"base.group_user,dso_collection.group_dso_{role}",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
                context={"no_reset_password": True},
            )
        # the guided tours of other modules
        if "tour_enabled" in user._fields:
            user.tour_enabled = False
        return user

    def _get_screens(self, user):
        """What the menus of the app open, for this user."""
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        root = self.env.ref(ROOT).id

        def collect(menu_id, names):
            menu = menus[menu_id]
            names = [*names, menu["name"]]
            if menu["action_id"] and not menu["children"]:
                action = self.env[menu["action_model"]].browse(menu["action_id"])
                is_dialog = "target" in action._fields and action.target == "new"
                yield Screen(" / ".join(names[1:]), action.id, is_dialog=is_dialog)
            for child in menu["children"]:
                yield from collect(child, names)

        wanted = os.environ.get("DSO_CRAWL_SCREEN", "")
        return [screen for screen in collect(root, []) if wanted in screen.name]

    def _start(self, login):
        """A browser in which somebody is logged in, and the server's log."""
        browser = PatientBrowser(self)
        self.addCleanup(browser.stop)
        log = ServerLog()
        log.__enter__()
        self.addCleanup(log.__exit__)
        begin(self, browser, login)
        return browser, log

    def _crawl(self, name, browser, log, screens, debug="", limits=(1, 0)):
        """Walk on these screens.

        :param limits: how many clicks from a screen, and how many in all on each
        :return: the crawler
        """
        depth, limit = (4, EXHAUSTIVE) if EXHAUSTIVE else limits
        name = f"{name}, debug {debug or 'off'}, {'demo data' if self.demo else 'empty'}"
        crawler = Crawler(self, browser, log, name=name, depth=depth, limit=limit)
        address = f"/odoo/action-{screens[0].action}?debug={debug or 0}"
        crawler.note([screens[0].name], crawler.open(address))
        if not crawler.run("Boolean(window.odoo?.__WOWL_DEBUG__)"):
            # there is no client to click in, and a fault that says so
            return crawler
        for screen in screens:
            before = crawler.clicks
            with ExitStack() as undo:
                if limit:
                    # what is done on one screen is undone for the next; bundles of scripts, which
                    # are made when they are first asked for, may stay
                    savepoint = self.env.cr.savepoint(flush=False)
                    undo.callback(savepoint.close, rollback=True)
                crawler.walk(screen, address)
            _logger.info("%s: %s: %s clicks", name, screen.name, crawler.clicks - before)
        crawler.forget()
        return crawler

    def _get_debug(self, role):
        everything = EXHAUSTIVE or (role == "manager" and self.demo)
        return DEBUG if everything else SHORT_DEBUG

    def _crawl_as(self, role):
        """In Odoo's debug modes."""
        user = self.users[role]
        browser, log = self._start(user.login)
        screens = self._get_screens(user)
        limits = WITH_DEMO if self.demo else EMPTY
        found = []
        for debug in self._get_debug(role):
            crawler = self._crawl(
                role, browser, log, screens, debug, limits.get((role, debug), (1, 0))
            )
            found += crawler.describe()
        crawler.go_away()
        self.assertFalse(found, "\n".join(["", *found]))


@tagged("post_install", "-at_install")
class TestClick(ClickCase):
    def test_reader(self):
        self._crawl_as("reader")

    def test_collector(self):
        self._crawl_as("collector")

    def test_manager(self):
        self._crawl_as("manager")

    def test_manager_has_every_screen(self):
        """Else the scripts of a screen would not be looked at one by one."""
        names = {
            role: {screen.name for screen in self._get_screens(user)}
            for role, user in self.users.items()
        }
        self.assertLessEqual(names["reader"] | names["collector"], names["manager"])

    def test_elsewhere(self):
        """Ours in other screens: settings, customer, invoices."""
        admin = self.env.ref("base.user_admin")
        admin.group_ids |= self.env.ref("dso_collection.group_dso_manager")
        browser, log = self._start(admin.login)
        found = []
        screens = list(self._get_other_screens())
        crawler = self._crawl("administrator", browser, log, screens, "", (2, 8))
        found += crawler.describe()
        crawler.go_away()
        self.assertFalse(found, "\n".join(["", *found]))

    def _get_other_screens(self):
        def get_id(name):
            return self.env["ir.actions.actions"]._for_xml_id(name)["id"]

        settings = get_id("dso_collection.dso_settings_action")
        yield Screen("Settings", settings, ".app_settings_block[data-key=dso_collection]")
        partner = self.env["dso.customer"].search([], limit=1).partner_id
        move = self.env["account.move"].search(
            [("move_type", "=", "out_invoice"), ("state", "=", "posted")], limit=1
        )
        for record in (partner, move):
            if record:
                ours = "[name^=action_dso], [name^=dso_], [name=dso_collection], .nav-link"
                yield Screen(
                    record._description,
                    {
                        "type": "ir.actions.act_window",
                        "res_model": record._name,
                        "res_id": record.id,
                        "views": [[False, "form"]],
                    },
                    ours,
                )
        ours = ".o_switch_view, [name^=action_dso], .o_cp_action_menus"
        yield Screen("Invoices", get_id("account.action_move_out_invoice_type"), ours)
        yield Screen("Journal items", get_id("account.action_account_moves_all"), ours)

    def test_clickbot(self):
        """Odoo's own: each menu, each kind of view, each filter."""
        loader = "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader')"
        with ServerLog() as log:
            self.browser_js(
                "/odoo",
                f"{loader}.startClickEverywhere('{ROOT}');",
                "odoo.isReady === true",
                login=self.users["manager"].login,
                timeout=300,
                success_signal="clickbot test succeeded",
            )
        self.assertFalse(log.take())


@tagged("post_install", "-at_install")
class TestItFinds(ClickCase):
    """Faults that are put in on purpose are found, each with the way to it."""

    MODULES = "const get = (name) => odoo.loader.modules.get(name);"
    WIDGET = """
        const { registry } = get("@web/core/registry");
        const { component } = registry.category("fields").get("domain");
        component.prototype.setup = () => { throw new Error("a broken widget"); };
    """
    BLANK = """
        const { Component, xml } = get("@odoo/owl");
        class Blank extends Component {
            static template = xml`<div />`;
            static props = ["*"];
        }
        get("@web/core/registry").registry.category("actions").add("dso_blank", Blank);
    """

    def _find(self, crawler, screen, put_in=""):
        """What the crawler finds on a screen, after this was put in."""
        address = f"/odoo/action-{screen.action}?debug=0"
        crawler.faults, crawler.done = {}, set()
        crawler.open(address)
        crawler.run(f"(() => {{ {self.MODULES} {put_in} }})()")
        crawler.walk(screen, address)
        return "\n".join(crawler.describe())

    def test_it_finds(self):
        browser, log = self._start(self.users["manager"].login)
        crawler = Crawler(self, browser, log, name="test", depth=1, limit=4)
        alerts = Screen("Alerts", self.env.ref("dso_collection.dso_alert_action").id)
        self.assertFalse(self._find(crawler, alerts))
        found = self._find(crawler, alerts, self.WIDGET)
        self.assertIn("a broken widget", found)
        self.assertIn("Alerts → dso.alert kanban | ", found)
        blank = Screen("Blank", {"type": "ir.actions.client", "tag": "dso_blank"})
        crawler.open(f"/odoo/action-{alerts.action}?debug=0")
        crawler.run(f"(() => {{ {self.MODULES} {self.BLANK} }})()")
        result = crawler.call("reset", blank.action)
        self.assertTrue([fault for fault in result["faults"] if "blank" in fault], result)

        def get_views(model, *arguments, **options):
            raise KeyError("a broken method")

        self.patch(type(self.env["dso.alert"]), "onchange", get_views)
        found = self._find(crawler, alerts)
        self.assertIn("a broken method", found)
        self.assertIn("server's log", found)
        crawler.go_away()
