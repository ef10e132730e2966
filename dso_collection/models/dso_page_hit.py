from datetime import timedelta

from odoo import api, fields, models

from ..engine.pages import LIMITS

KEEP_HOURS = 48


class DsoPageHit(models.Model):
    """What strangers do on interactive pages, kept for two days to limit it. Rows are only added:
    two requests at a time never wait for each other."""

    _name = "dso.page.hit"
    _description = "Request of an Interactive Page"
    _log_access = False

    scope = fields.Char(required=True, readonly=True)
    key = fields.Char(required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True)

    _scope_key_idx = models.Index("(scope, key, date)")

    @api.model
    def _is_allowed(self, scope, key):
        """Note a request, unless there were too many already.

        :param scope: one of ``engine.pages.LIMITS``
        :param key: whose requests are counted: a page, an address
        """
        limit = LIMITS[scope]
        now = fields.Datetime.now()
        # sudo: kept by the module for itself
        hits = self.sudo()
        key = str(key)
        since = now - timedelta(minutes=limit.minutes)
        domain = [("scope", "=", scope), ("key", "=", key), ("date", ">", since)]
        if hits.search_count(domain, limit=limit.count) >= limit.count:
            return False
        hits.create({"scope": scope, "key": key, "date": now})
        return True

    @api.autovacuum
    def _gc_hits(self):
        old = fields.Datetime.now() - timedelta(hours=KEEP_HOURS)
        # sudo: see above
        self.sudo().search([("date", "<", old)]).unlink()
