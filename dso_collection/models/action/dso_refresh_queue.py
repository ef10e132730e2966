from odoo import api, models
from odoo.tools import SQL


class DsoRefreshQueue(models.Model):
    _inherit = "dso.refresh.queue"

    @api.model
    def _enqueue_actions(self, domain):
        """Queue the customers who have open actions in a domain that have not left yet."""
        Action = self.env["dso.action"]
        # sudo: actions of all collectors; only whose they are is read
        actions = Action.sudo()._search(Action._get_pending_domain() & domain)
        self._insert(
            SQL(
                "SELECT DISTINCT company_id, partner_id FROM dso_action WHERE id IN %s",
                actions.subselect(),
            )
        )
