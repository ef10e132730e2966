from odoo import api, models
from odoo.exceptions import UserError

#: What one click is enough for: fields with the names on the buttons, statuses and their kind.
QUICK = {
    "quick_promise": ("dso_collection.status_promise", "promise"),
    "quick_ongoing": ("dso_collection.status_ongoing", "ongoing"),
    "quick_admin": ("dso_collection.status_dispute_admin", "dispute"),
    "quick_price": ("dso_collection.status_dispute_price", "dispute"),
    "quick_quality": ("dso_collection.status_dispute_quality", "dispute"),
    "quick_missing": ("dso_collection.status_dispute_missing", "dispute"),
}


class DsoItemQualify(models.TransientModel):
    """The buttons that fill in the usual statuses."""

    _inherit = "dso.item.qualify"

    @api.depends_context("lang")
    def _compute_quick(self):
        """What the buttons of one click are called: the ready-made statuses as they are now,
        without those that were archived."""
        names = {fname: self._find_status(xmlid, kind) for fname, (xmlid, kind) in QUICK.items()}
        for wizard in self:
            wizard.update(
                {
                    fname: _get_short_name(status) if status else False
                    for fname, status in names.items()
                }
            )

    def action_quick_promise(self):
        """Promise to pay in so many days, in one click (context: ``dso_days``)."""
        self.ensure_one()
        self.status_id = self._get_quick_status("dso_collection.status_promise", "promise")
        self.date = self._get_day_in(self.env.context.get("dso_days", 7))
        return self.action_apply()

    def action_quick_dispute(self):
        """Dispute for a reason, in one click (context: ``dso_status``, an XML id)."""
        self.ensure_one()
        self.status_id = self._get_quick_status(self.env.context.get("dso_status"), "dispute")
        return self.action_apply()

    def action_quick_ongoing(self):
        """It will be paid: noted, the scenario goes on."""
        self.ensure_one()
        self.status_id = self._get_quick_status("dso_collection.status_ongoing", "ongoing")
        self.comment = self.comment or self.env._("Will be paid.")
        return self.action_apply()

    def _find_status(self, xmlid, kind):
        """A ready-made status; where it is gone another active one of its kind, but for a dispute:
        another reason would be another thing. Empty without."""
        status = xmlid and self.env.ref(xmlid, raise_if_not_found=False)
        if status and status._name == "dso.item.status" and status.active and status.kind == kind:
            return status
        Status = self.env["dso.item.status"]
        return Status if kind == "dispute" else Status.search([("kind", "=", kind)], limit=1)

    def _get_quick_status(self, xmlid, kind):
        """:raise UserError: without such a status"""
        status = self._find_status(xmlid, kind)
        if not status:
            raise UserError(
                self.env._(
                    "This status was archived. Choose another one, or restore it in the item "
                    "statuses."
                )
            )
        return status


def _get_short_name(status):
    """ "Price" of "Dispute: price": the buttons stand beside each other."""
    _word, colon, cause = status.name.partition(":")
    short = cause.strip() if colon and cause.strip() else status.name
    return short[:1].upper() + short[1:]
