from odoo import api, models
from odoo.tools import SQL


class DsoChannelLetterRegistered(models.AbstractModel):
    """Registered letters with acknowledgment of receipt: always printed here, somebody takes them
    to the post office."""

    _name = "dso.channel.letter.registered"
    _description = "Collection Channel: Registered Letter"
    _inherit = "dso.channel.letter"

    _dso_action_types = ("letter_registered",)

    @api.model
    def _get_waiting_condition(self):
        return SQL("action_type = 'letter_registered'")

    @api.model
    def _get_mention(self, action):
        return self.with_context(lang=action.lang).env._(
            "Registered letter with acknowledgment of receipt"
        )
