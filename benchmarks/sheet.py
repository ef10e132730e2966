"""The screen of one customer, asked for as the web client does, by a collector."""

from functools import partial

import history
import ledger
from client import COUNT_LIMIT, specify
from lab import environment, in_turns, request
from lxml import etree

LIMIT = 40
REPEAT = 15
FEW = 5
#: What the widgets of the form ask for besides the fields of its view.
WIDGET_FIELDS = ("ageing", "statement_filters")


def prepare(database, items):
    """Two customers, one with a few items and one with many, and a year of their history: each
    item was told of once, and qualified; one in five was paid in part."""
    result = {}
    with environment(database) as env:
        for name, size in (("few", FEW), ("many", items)):
            cr = env.cr
            cr.execute("SELECT coalesce(max(id), 0) FROM res_partner")
            last = cr.fetchone()[0]
            # the first of a pair owes nothing overdue yet: the second is the one that counts
            ledger.fill(env, customers=2, items=2 * size)
            partner = env["res.partner"].search(
                [("id", ">", last), ("parent_id", "=", False)], order="id desc", limit=1
            )
            env["dso.customer"]._ensure_customers(env.company)
            customer = env["dso.customer"].search([("partner_id", "=", partner.id)])
            customer._plan(customer)
            _add_history(env, customer)
            env.cr.commit()
            result[name] = customer.id
        ledger.vacuum(env.cr, "dso_action", "dso_customer", "dso_qualification")
    return result


def _add_history(env, customer):
    history.add_promises(env, customer)
    env.cr.execute(
        """
        INSERT INTO dso_action (
            customer_id, partner_id, company_id, origin, action_type, date, done_date, state,
            amount, create_uid, write_uid, create_date, write_date
        )
        SELECT customer_id, partner_id, company_id, 'manual', 'call', logged_on, logged_on, 'done',
               amount_residual, 1, 1, create_date, create_date
          FROM dso_qualification
         WHERE customer_id = %(customer)s
        """,
        {"customer": customer.id},
    )
    env.invalidate_all()


def side_by_side(database, uid, few, many):
    """Median milliseconds and number of queries of each part of the screen, of both customers in
    turns; beside them a plain list of Odoo of the same items."""
    # a full page is counted beyond, in one query more: both are full
    sheets = {"few": Sheet(database, uid, few, FEW - 1), "many": Sheet(database, uid, many, LIMIT)}
    result = {name: {} for name in sheets}
    for part in ("form", "items", "timeline", "plain"):
        sides = {name: partial(sheet.measure, part) for name, sheet in sheets.items()}
        for name, (milliseconds, queries) in in_turns(sides, REPEAT).items():
            result[name][part] = milliseconds
            result[name][f"{part}_queries"] = queries
    return result


class Sheet:
    """What the web client asks for when a collector opens a customer."""

    def __init__(self, database, uid, customer_id, limit):
        self.database, self.uid, self.customer_id = database, uid, customer_id
        self.limit = limit
        with environment(database, uid) as env:
            self.context = dict(env["res.users"].context_get())
            customer = env["dso.customer"]
            views = customer.get_views([(False, "form")])["views"]
            self.form = specify(customer, etree.fromstring(views["form"]["arch"]))
            self.form.update({name: {} for name in WIDGET_FIELDS})
            lines = env["account.move.line"]
            view = env.ref("dso_collection.dso_statement_view_list")
            views = lines.get_views([(view.id, "list")])["views"]
            self.items = specify(lines, etree.fromstring(views["list"]["arch"]))
            views = lines.get_views([(False, "list")])["views"]
            self.plain = specify(lines, etree.fromstring(views["list"]["arch"]))
            filters = customer.browse(customer_id).statement_filters
            self.domain = ["&", *filters["items"], *filters["open"]]

    def measure(self, part):
        """Seconds and queries, in a new transaction with an empty cache."""
        return request(self.database, self.uid, self.context, getattr(self, f"_load_{part}"))

    def _load_form(self, env):
        env["dso.customer"].browse(self.customer_id).web_read(self.form)

    def _load_items(self, env):
        self._search(env, self.items, "reconciled, date_maturity, id")

    def _load_plain(self, env):
        self._search(env, self.plain, None)

    def _load_timeline(self, env):
        env["dso.customer"].browse(self.customer_id).dso_get_timeline()

    def _search(self, env, specification, order):
        env["account.move.line"].web_search_read(
            self.domain, specification, order=order, limit=self.limit, count_limit=COUNT_LIMIT
        )
