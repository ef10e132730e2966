"""The first page of the lists, asked for as the web client does, by a collector."""

import statistics

import ledger
from lab import environment, stopwatch
from lxml import etree

from odoo.tools.safe_eval import safe_eval

LIMIT = 80
COUNT_LIMIT = 10_001
REPEAT = 25


def prepare(database):
    """One action in four is a phone call, so that both agendas have something to show."""
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
        env.cr.commit()
        ledger.vacuum(env.cr, "dso_action", "dso_customer")


def side_by_side(small, large, uid):
    """Median milliseconds of each page in two databases, in turns."""
    databases = {"small": small, "large": large}
    result = {name: {} for name in databases}
    for what, xmlid in (
        ("automatic", "dso_action_action_automatic"),
        ("manual", "dso_action_action_manual"),
        ("customers", "dso_customer_action"),
    ):
        pages = {}
        for name, database in databases.items():
            with environment(database, uid) as env:
                pages[name] = Page(env, f"dso_collection.{xmlid}", database)
        for name, value in _medians_ms(pages, Page.load).items():
            result[name][what] = value
        if what != "customers":
            for name, value in _medians_ms(pages, Page.count).items():
                result[name][f"{what}_counters"] = value
    return result


def _medians_ms(pages, method):
    """{name: median}, after three calls of each that warm up."""
    samples = {name: [] for name in pages}
    for number in range(3 + REPEAT):
        for name, page in pages.items():
            with stopwatch() as clock:
                method(page)
            if number >= 3:
                samples[name].append(clock.seconds * 1000)
    return {name: statistics.median(values) for name, values in samples.items()}


class Page:
    """A menu's list, with the filters and fields that its views ask for."""

    def __init__(self, env, xmlid, database):
        self.database = database
        self.uid = env.uid
        action = env["ir.actions.act_window"]._for_xml_id(xmlid)
        self.model = action["res_model"]
        self.context = dict(env["res.users"].context_get())
        self.context.update(safe_eval(action["context"] or "{}", {"uid": env.uid}))
        views = dict((kind, view) for view, kind in action["views"])
        search = (action["search_view_id"] or [False])[0]
        found = env[self.model].get_views([(views["list"], "list"), (search, "search")])["views"]
        tree = etree.fromstring(found["list"]["arch"])
        self.order = tree.get("default_order") or env[self.model]._order
        self.specification = {
            node.get("name"): self._specify(env[self.model]._fields[node.get("name")])
            for node in tree.xpath("./field | ./groupby/field")
        }
        self.domain = safe_eval(action["domain"] or "[]", {"uid": env.uid})
        self.domain += self._get_default_filters(env, found["search"]["arch"])

    def _specify(self, field):
        return {"fields": {"display_name": {}}} if field.relational else {}

    def _get_default_filters(self, env, arch):
        result = []
        for node in etree.fromstring(arch).iter("filter"):
            if self.context.get(f"search_default_{node.get('name')}"):
                result += safe_eval(node.get("domain"), {"uid": env.uid})
        return result

    def load(self):
        with environment(self.database, self.uid, self.context) as env:
            page = env[self.model].web_search_read(
                self.domain,
                self.specification,
                order=self.order,
                limit=LIMIT,
                count_limit=COUNT_LIMIT,
            )
            assert len(page["records"]) == LIMIT, f"only {len(page['records'])} to show"

    def count(self):
        with environment(self.database, self.uid, self.context) as env:
            env[self.model].dso_count_agenda(self.domain)
