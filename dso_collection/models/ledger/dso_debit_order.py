"""What add-ons about orders to collect (debit orders) share; of which models, these say."""

from odoo import api, models
from odoo.fields import Domain

#: What changes when an order collects, or whether it does.
WATCHED = frozenset({"state", "date_prefered", "date_scheduled"})


class DsoDebitLineMixin(models.AbstractModel):
    """A line of an order, which is on its way: the agenda of its customer changes with it.

    What inherits this has the fields of OCA's ``account.payment.line``: ``move_line_id``,
    ``order_id``, ``payment_type``, ``date``, ``ml_maturity_date``, ``amount_currency`` and
    ``currency_id``.
    """

    _name = "dso.debit.line.mixin"
    _description = "Line of a Debit Order"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._dso_note()
        return lines

    def write(self, vals):
        before = self.move_line_id
        result = super().write(vals)
        self._dso_note(before)
        return result

    def unlink(self):
        self._dso_note()
        return super().unlink()

    def _dso_note(self, before=None):
        # sudo: which items are collected, whoever changes the order
        lines = self.sudo().move_line_id
        ids = (lines | before.sudo() if before else lines).ids
        if ids:
            self.env["dso.refresh.queue"]._note(line_ids=ids)

    @api.model
    def _dso_read_ordered(self, items):
        """What confirmed orders collect of items; once an order is uploaded, Odoo's own payments
        tell of it.

        :return: list of dicts, see ``account.move.line._dso_read_announced``
        """
        # sudo: which money is on its way is a fact of the rules
        lines = self.sudo().search(
            self._dso_get_ordered_domain() & Domain("move_line_id", "in", items.ids)
        )
        return [
            {
                "line_ids": line.move_line_id.ids,
                "day": line.date or line.order_id.date_scheduled or line.ml_maturity_date,
                "amount": line.amount_currency,
                "currency_id": line.currency_id.id,
                "source": self.env._("debit order %(order)s", order=line.order_id.name),
            }
            for line in lines
        ]

    @api.model
    def _dso_get_ordered_items_domain(self):
        """The items that confirmed orders collect."""
        # sudo: which money is on its way is a fact of the rules; only items are told
        lines = self.sudo().search(self._dso_get_ordered_domain())
        return Domain("id", "in", lines.move_line_id.ids)

    @api.model
    def _dso_get_ordered_domain(self):
        """The lines that count: a draft is an intention."""
        return Domain("payment_type", "=", "inbound") & Domain(
            "order_id.state", "in", ("open", "generated")
        )


class DsoDebitOrderMixin(models.AbstractModel):
    """An order, whose lines are ``payment_line_ids``."""

    _name = "dso.debit.order.mixin"
    _description = "Debit Order"

    def write(self, vals):
        result = super().write(vals)
        if WATCHED & vals.keys():
            self.payment_line_ids._dso_note()
        return result
