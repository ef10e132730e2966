from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.constants import GC_UNLINK_LIMIT

from ...engine.pages import LIMITS


class DsoPageHit(models.Model):
    """What strangers do on interactive pages, kept for as long as it limits them. Rows are only
    added, and no more than the limits let through: two requests at a time never wait for each
    other, and who asks for more than is allowed fills no table."""

    _name = "dso.page.hit"
    _description = "Request of an Interactive Page"
    _inherit = ["dso.guard"]
    _log_access = False

    scope = fields.Char(required=True, readonly=True)
    key = fields.Char(required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True)

    _scope_key_idx = models.Index("(scope, key, date)")

    @api.model
    def _is_allowed(self, scope, key):
        """Note a request, unless there were too many already.

        :param scope: one of ``engine.pages.LIMITS``
        :param key: whose requests are counted: a page, a network
        """
        limit = LIMITS[scope]
        now = fields.Datetime.now()
        # sudo: kept by the module for itself
        hits = self.sudo()
        key = str(key)
        since = now - timedelta(minutes=limit.minutes)
        domain = [("scope", "=", scope), ("key", "=", key), ("date", ">", since)]
        if hits.search_count(domain, limit=limit.times) >= limit.times:
            return False
        hits.create({"scope": scope, "key": key, "date": now})
        return True

    @api.model
    def _is_allowed_now(self, scope, key):
        """:meth:`_is_allowed` in a transaction of its own: a request counts from its beginning,
        however long it takes, and also if it fails."""
        with self.env.registry.cursor() as cr:
            return self.with_env(self.env(cr=cr))._is_allowed(scope, key)

    @api.autovacuum
    def _gc_hits(self):
        now = fields.Datetime.now()
        old = Domain.OR(
            Domain("scope", "=", scope)
            & Domain("date", "<", now - timedelta(minutes=limit.minutes))
            for scope, limit in LIMITS.items()
        )
        # sudo: kept by the module for itself
        hits = self.sudo().search(old, limit=GC_UNLINK_LIMIT)
        hits.unlink()
        return len(hits), len(hits) == GC_UNLINK_LIMIT
