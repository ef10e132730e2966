from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.action_types import OPEN_STATES


class DsoAction(models.Model):
    """The part of ``dso.action`` that shows broken promises in the agenda (R15)."""

    _inherit = "dso.action"

    broken_promise = fields.Boolean(
        compute="_compute_broken_promise",
        search="_search_broken_promise",
        help="A promise for an item of this action has passed its deadline and was not kept, or "
        "only in part.",
    )

    @api.depends("state", "done_date", "customer_id", "leader_line_id", "item_ids.line_id")
    def _compute_broken_promise(self):
        broken = self._find_broken_promises()
        for action in self:
            action.broken_promise = bool(broken.get(action))

    def _search_broken_promise(self, operator, value):
        if operator != "in":
            return NotImplemented
        promises = self.env["dso.promise"]
        not_kept = promises._get_not_kept_domain()
        lines = promises._search(not_kept).subselect("line_id")
        free = promises._search(not_kept & ~self._get_attached_domain())
        broken = self._get_pending_domain() & (
            Domain("leader_line_id", "in", lines)
            | Domain("item_ids.line_id", "in", lines)
            | Domain("origin", "=", "scenario")
            & Domain("customer_id", "in", free.subselect("customer_id"))
        )
        return broken if True in value else ~broken

    @api.model
    def _get_attached_domain(self):
        """Promises whose item an open specific action looks after."""
        items = self.env["dso.action.item"]._search(self._get_attached_items_domain())
        return Domain("line_id", "in", items.subselect("line_id"))

    @api.model
    def _get_attached_items_domain(self):
        return (
            Domain("line_id", "!=", False)
            & Domain("action_id.origin", "=", "specific")
            & Domain("action_id.state", "in", OPEN_STATES)
        )

    def _find_broken_promises(self):
        """The broken promises that open actions are about: those of the leader and of the items
        attached. A scenario action is about the whole file, but for what a specific action looks
        after. In a constant number of queries.

        :return: {action: promises}, only of actions that have any
        """
        actions = self._filter_pending()
        if not actions:
            return {}
        promises = self.env["dso.promise"]
        found = promises.search(
            promises._get_not_kept_domain() & Domain("customer_id", "in", actions.customer_id.ids)
        )
        if not found:
            return {}
        attached = self.env["dso.action.item"].search(
            self._get_attached_items_domain() & Domain("line_id", "in", found.line_id.ids)
        )
        by_customer = found.grouped("customer_id")
        result = {}
        for action in actions:
            own = by_customer.get(action.customer_id, promises)
            lines = action.leader_line_id | action.item_ids.line_id
            if action.origin == "scenario":
                lines |= own.line_id - attached.line_id
            if own := own.filtered(lambda promise, lines=lines: promise.line_id in lines):
                # what is said of one is read for all of them
                result[action] = own.sorted("promised_date").with_prefetch(found.ids)
        return result
