from odoo import api, fields, models

from ...engine.offers import Shown, offers


class DsoAction(models.Model):
    """The part of ``dso.action`` that says which buttons an action offers, the same in every place
    where it is shown: views hide a button by ``'print' not in offers`` and by nothing else."""

    _inherit = "dso.action"

    offers = fields.Json(
        compute="_compute_offers",
        help="Lists the names of the buttons that this action offers, see engine.offers.",
    )

    @api.depends(
        "action_type",
        "state",
        "origin",
        "automatic",
        "to_confirm",
        "confirmed",
        "done_date",
        "retry_date",
        "is_email",
        "is_letter",
        "letter_attachment_id",
    )
    def _compute_offers(self):
        for action in self:
            shown = Shown(
                action_type=action.action_type,
                state=action.state,
                origin=action.origin,
                automatic=action.automatic,
                to_confirm=action.to_confirm,
                confirmed=action.confirmed,
                left=bool(action.done_date),
                retries=bool(action.retry_date),
                is_email=action.is_email,
                is_letter=action.is_letter,
                printed=bool(action.letter_attachment_id),
            )
            # an empty list would be kept as none at all, which nothing can be looked up in
            action.offers = list(offers(shown)) or ["nothing"]
