from odoo import api, fields, models

from ...engine import promises as rules


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` that says how well promises are kept (R15)."""

    _inherit = "dso.customer"

    promise_count = fields.Integer(string="Promises", compute="_compute_promises")
    promise_open_count = fields.Integer(string="Promises Open", compute="_compute_promises")
    promise_kept_count = fields.Integer(string="Promises Kept", compute="_compute_promises")
    promise_judged_count = fields.Integer(
        string="Promises Due",
        compute="_compute_promises",
        help="Kept, partly kept and broken ones: open and replaced ones are left out.",
    )
    promise_kept_text = fields.Char(
        string="Promises Kept in Words",
        compute="_compute_promises",
        help="Promises kept, of those kept, partly kept and broken.",
    )

    @api.depends_context("lang")
    def _compute_promises(self):
        states = {}
        groups = self.env["dso.promise"]._read_group(
            [("customer_id", "in", self.ids)], ["customer_id", "state"], ["__count"]
        )
        for customer, state, count in groups:
            states.setdefault(customer.id, []).extend([state] * count)
        for customer in self:
            own = states.get(customer._origin.id, [])
            share = rules.kept_share(own)
            customer.promise_count = len(own)
            customer.promise_open_count = own.count("open")
            customer.promise_kept_count = share.kept
            customer.promise_judged_count = share.judged
            customer.promise_kept_text = self._describe_kept_share(share)

    @api.model
    def _describe_kept_share(self, share):
        if not share.judged:
            return False
        return self.env._(
            "%(kept)s of %(judged)s kept, %(percent)s%%",
            kept=share.kept,
            judged=share.judged,
            percent=share.percent,
        )

    def action_view_promises(self):
        """Open the customer's promise ledger."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("dso_collection.dso_promise_action")
        return dict(
            action,
            domain=[("customer_id", "=", self.id)],
            # the totals are those of the customer's file
            context={"search_default_not_replaced": 1},
        )
