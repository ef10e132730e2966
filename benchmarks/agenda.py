"""The collector's screen: opened, tab by tab and beside its panel, asked for as the web client
does, by a collector; next to it Odoo's own list of as many customers."""

import history
from client import Client, Form, Window
from dashboard import Dashboard
from lab import environment, in_turns

REPEAT = 15
PLAIN = "account.res_partner_action_customer"


def prepare(database, uid):
    """One open action in four is a phone call, so that both tabs have something to show; history,
    replies and comments of each customer."""
    with environment(database) as env:
        call = env.ref("dso_collection.scenario_standard_step_4")
        env.cr.execute(
            """
            UPDATE dso_action
               SET step_id = %s, action_type = 'call', automatic = FALSE, to_confirm = FALSE,
                   mail_template_id = NULL, state = 'planned', error_data = NULL
             WHERE id %% 4 = 0
            """,
            [call.id],
        )
        env.cr.execute("SELECT count(*) FROM dso_action")
        (actions,) = env.cr.fetchone()
        history.add_done(env, uid)
        history.add_answers(env, uid)
        history.commit(env)
        lines = env["account.move.line"]
        return {
            "actions": actions,
            "items": lines.search_count(lines._dso_get_open_domain()),
            "rules": env["dso.alert"].search_count([]),
        }


def side_by_side(small, large, uid):
    """Median milliseconds and queries of each part of the screen in two databases, in turns.

    What the screen shows at once and what comes after it, such as counters, for which nothing
    waits, are told apart.
    """
    screens = {}
    for name, database in (("small", small), ("large", large)):
        with environment(database, uid) as env:
            screens[name] = Screen(env)
    result = {name: {} for name in screens}
    for part in screens["large"].parts:
        sides = {}
        for name, screen in screens.items():
            at_once, after = screen.parts[part]
            sides[name, part] = at_once
            if after:
                sides[name, f"{part}_after"] = after
        for (name, key), (milliseconds, queries) in in_turns(sides, REPEAT).items():
            result[name][key] = milliseconds
            result[name][f"{key}_queries"] = queries
    for screen in screens.values():
        screen.check()
    return result


class Screen:
    """The agenda of one user."""

    def __init__(self, env):
        client = self.client = Client(env)
        agenda = env["dso.action"].dso_get_agenda()
        assert agenda["own"], "the collector has no customers"
        tabs = {tab["id"]: tab for tab in agenda["tabs"]}
        window = {
            name: Window(client, env, f"dso_collection.{xmlid}")
            for name, xmlid in (
                ("manual", "dso_action_action_manual"),
                ("automatic", "dso_action_action_automatic"),
                ("history", "dso_action_action_history"),
                ("replies", "dso_reply_action"),
                ("comments", "dso_qualification_action_comments"),
                ("alerts", "dso_alert_action"),
                ("customers", "dso_customer_action"),
            )
        }
        shown = [xmlid for tab in tabs.values() for xmlid in tab["actions"]]
        missing = {"customers"} ^ {
            name for name, each in window.items() if each.action_id not in shown
        }
        assert not missing, f"no tab of the agenda shows {', '.join(missing)}"
        plain = self.plain = Window(client, env, PLAIN)
        self.windows = window
        call = env["dso.action"].search(window["manual"].domain, order="score desc", limit=1)
        panel = Form(client, env, call._name, call.id, "dso_collection.dso_action_view_form_panel")
        dashboard = Dashboard(client, env.company.id)
        #: {name: (what the user waits for, what comes after it)}
        self.parts = {
            "open": (self.open, lambda: self.count(window["manual"])),
            **{
                name: (window[name].show, lambda each=window[name]: self.count(each))
                for name in ("manual", "automatic", "history")
            },
            **{
                name: (window[name].show, self.count_tabs)
                for name in ("replies", "comments", "alerts")
            },
            "charts": (dashboard.show, dashboard.trend),
            "panel": (panel.show, None),
            "customers": (window["customers"].show, None),
            "plain_open": (plain.open, None),
            "plain": (plain.show, None),
        }

    def open(self):
        seconds, queries = self.client.call(lambda env: env["dso.action"].dso_get_agenda())
        more_seconds, more_queries = self.windows["manual"].open()
        return seconds + more_seconds, queries + more_queries

    def count(self, window):
        """The counters above a list of actions, and those of the tabs."""
        seconds, queries = self.count_tabs()
        more_seconds, more_queries = window.count()
        return seconds + more_seconds, queries + more_queries

    def count_tabs(self):
        mine = [("collector_id", "=", self.client.uid)]
        return self.client.call(lambda env: env["dso.action"].dso_count_agenda_tabs(mine, True))

    def check(self):
        """All pages were full: a page that is not says little."""
        for name, window in [*self.windows.items(), ("plain", self.plain)]:
            if name != "alerts":
                assert window.is_full(), f"{name}: only {window.shown} records to show"
