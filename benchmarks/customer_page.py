"""The customer's interactive page beside Odoo's own portal list of invoices: whole requests, from
the routing to the HTML, in one process and in turns."""

from lab import environment, in_turns, stopwatch
from werkzeug.test import Client

import odoo.http
from odoo import sql_db
from odoo.tools import config

REPEAT = 15


def prepare(database):
    """A link to the page of a customer that owes, and a portal user of the same customer."""
    with environment(database) as env:
        env["dso.customer"]._ensure_customers(env.company)
        customer = max(env["dso.customer"].search([]), key=lambda found: len(found.item_ids))
        customer.page_enabled = True
        Page = env["dso.page"]
        [(_page, token)] = Page._create_pages(
            [
                {
                    "customer_id": customer.id,
                    "purpose": "customer",
                    "emails": "office@example.com",
                    "expires_date": Page._get_expiry(env.company),
                }
            ]
        )
        user = env["res.users"].create(
            {
                "name": "Portal",
                "login": "bench.portal",
                "partner_id": customer.partner_id.id,
                "group_ids": [(6, 0, [env.ref("base.group_portal").id])],
            }
        )
        return {"items": len(customer.item_ids), "token": token, "portal_uid": user.id}


def side_by_side(database, items, token, portal_uid):
    """Median milliseconds and queries of both."""
    config["db_name"] = [database]
    visits = {
        "page": Visit(database, f"/dso/p/{token}"),
        "portal": Visit(database, "/my/invoices", portal_uid),
    }
    result = {"items": items}
    sides = {name: visit.measure for name, visit in visits.items()}
    for name, (milliseconds, queries) in in_turns(sides, REPEAT).items():
        result[f"{name}_ms"] = milliseconds
        result[f"{name}_queries"] = queries
    return result


class Visit:
    """A browser with a session of its own, served by this very process."""

    def __init__(self, database, path, uid=None):
        self.path = path
        self.client = Client(odoo.http.root)
        session = odoo.http.root.session_store.new()
        session.update(odoo.http.get_default_session(), db=database)
        if uid:
            with environment(database, uid) as env:
                session.uid = uid
                session.login = env.user.login
                session.context = dict(env["res.users"].context_get())
                session.session_token = env.user._compute_session_token(session.sid)
        odoo.http.root.session_store.save(session)
        self.client.set_cookie("session_id", session.sid)

    def measure(self):
        """Seconds and queries of a whole request."""
        before = sql_db.sql_counter
        with stopwatch() as clock:
            self.load()
        return clock.seconds, sql_db.sql_counter - before

    def load(self):
        response = self.client.get(self.path)
        assert response.status_code == 200, f"{self.path}: {response.status}"
        assert b"INV/" in response.data, f"{self.path}: no invoice on it"
