"""What Odoo's web client asks the server for: window actions, views, a page of records."""

from lab import request
from lxml import etree

from odoo.tools.safe_eval import safe_eval

from odoo.addons.web.controllers.utils import clean_action

#: Records on a page, by kind of view.
LIMITS = {"list": 80, "kanban": 40}
COUNT_LIMIT = 10_001


class Client:
    """A user at a browser. Each request is a transaction of its own, with an empty cache."""

    def __init__(self, env):
        self.database, self.uid = env.cr.dbname, env.uid
        self.context = dict(env["res.users"].context_get())

    def call(self, *requests, context=None):
        """Seconds and queries of some requests together.

        :param requests: functions of an environment
        """
        samples = [
            request(self.database, self.uid, {**self.context, **(context or {})}, each)
            for each in requests
        ]
        return tuple(map(sum, zip(*samples, strict=True)))


class Window:
    """The first view of a window action, with the filters that it begins with."""

    def __init__(self, client, env, xmlid):
        self.client = client
        self.action_id = env.ref(xmlid).id
        action = self._load_action(env)
        self.model = action["res_model"]
        context = safe_eval(action["context"] or "{}", {"uid": env.uid})
        search = (action["search_view_id"] or [False])[0]
        self.views = [*action["views"], (search, "search")]
        self.kind = self.views[0][1]
        found = self._load_views(env)["views"]
        tree = etree.fromstring(found[self.kind]["arch"])
        self.order = tree.get("default_order") or ""
        self.specification = specify(env[self.model], tree)
        self.domain = safe_eval(action["domain"] or "[]", {"uid": env.uid})
        self.filters = []
        for node in etree.fromstring(found["search"]["arch"]).iter("filter"):
            if context.get(f"search_default_{node.get('name')}"):
                self.filters += safe_eval(node.get("domain"), {"uid": env.uid})
        # defaults of the search stay in the browser
        self.context = {
            key: value for key, value in context.items() if not key.startswith("search_default_")
        }

    def open(self):
        """Opened for the first time: afterwards the browser keeps the action and its views."""
        return self._call(self._load_action, self._load_views, self._load_records)

    def show(self):
        """Shown once more: its records alone."""
        return self._call(self._load_records)

    def count(self):
        """The counters above a list of the agenda."""
        return self._call(lambda env: env[self.model].dso_count_agenda(self.domain + self.filters))

    def _call(self, *requests):
        return self.client.call(*requests, context=self.context)

    def _load_action(self, env):
        # sudo: as Odoo's own route does
        action = env["ir.actions.act_window"].sudo().browse(self.action_id)
        return clean_action(action._get_action_dict(), env=env)

    def _load_views(self, env):
        options = {"action_id": self.action_id, "load_filters": True, "toolbar": True}
        return env[self.model].get_views(self.views, options)

    def _load_records(self, env):
        limit = LIMITS[self.kind]
        page = env[self.model].web_search_read(
            self.domain + self.filters,
            self.specification,
            order=self.order,
            limit=limit,
            count_limit=COUNT_LIMIT,
        )
        self.shown = len(page["records"])

    def is_full(self):
        return self.shown == LIMITS[self.kind]


class Form:
    """One record in a form."""

    def __init__(self, client, env, model, res_id, view=False):
        self.client, self.model, self.res_id = client, model, res_id
        view_id = view and env.ref(view).id
        arch = env[model].get_views([(view_id, "form")])["views"]["form"]["arch"]
        self.specification = specify(env[model], etree.fromstring(arch))

    def show(self):
        return self.client.call(
            lambda env: env[self.model].browse(self.res_id).web_read(self.specification)
        )


def specify(model, node):
    """The specification that the web client makes of a view: fields of lists inside included."""
    result = {}
    for child in node.iterdescendants("field"):
        parent = next(child.iterancestors("field", node.tag))
        if parent is not node and parent.tag == "field":
            continue
        name = child.get("name")
        field = model._fields[name]
        if field.type in ("one2many", "many2many"):
            inner = next(iter(child.xpath("./list | ./kanban | ./form")), None)
            fields = specify(model.env[field.comodel_name], inner) if inner is not None else {}
            result[name] = {"fields": fields or {"display_name": {}}, "limit": LIMITS["kanban"]}
        elif field.type == "many2one":
            result[name] = {"fields": {"display_name": {}}}
        else:
            result[name] = {}
    return result
