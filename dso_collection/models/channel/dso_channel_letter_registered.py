from odoo import api, models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class DsoChannelLetterRegistered(models.AbstractModel):
    """Registered letters with acknowledgment of receipt: always printed here, somebody takes them
    to the post office."""

    _name = "dso.channel.letter.registered"
    _description = "Collection Channel: Registered Letter"
    _inherit = "dso.channel.letter"

    _channel_type = "letter_registered"
    _channel_label = _lt("Registered letter")
    _channel_sequence = 60
    _channel_icon = "fa-certificate"
    _channel_color = "#00614A"
    _template_proposed = "dso_collection.letter_template_formal_notice"
    _has_carrier = False

    @api.model
    def _get_waiting_condition(self):
        return SQL("action_type = %s", self._channel_type)

    @api.model
    def _get_mention(self, action):
        return self.with_context(lang=action.lang).env._(
            "Registered letter with acknowledgment of receipt"
        )
