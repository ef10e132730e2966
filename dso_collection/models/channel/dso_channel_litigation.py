from odoo import api, models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class DsoChannelLitigation(models.AbstractModel):
    """Litigation: the items get its status, and where there is a text for it, a letter of formal
    notice is printed. Somebody has to decide on it, so it is never automatic."""

    _name = "dso.channel.litigation"
    _description = "Collection Channel: Litigation"
    _inherit = "dso.channel.letter"

    _channel_type = "litigation"
    _channel_label = _lt("Litigation")
    _channel_sequence = 100
    _channel_icon = "fa-gavel"
    _channel_color = "#A63C00"
    _channel_medium = None
    _template_required = False
    _template_proposed = None
    _is_manual = True
    _is_inside = True
    _is_written = False
    _is_formal = False
    _is_about_items = True
    _has_carrier = False
    _takes_invoices = False

    @api.model
    def _makes_letter(self, action):
        return bool(action.letter_template_id or action.body)

    @api.model
    def _get_waiting_condition(self):
        return None

    @api.model
    def _get_blockers(self, actions):
        printed = actions.filtered(self._makes_letter)
        by_hand = self.env["dso.channel"]._get_blockers(actions)
        return {**super()._get_blockers(printed), **by_hand}

    @api.model
    def _preview(self, action):
        return super()._preview(action) if self._makes_letter(action) else {}

    @api.model
    def _send(self, actions):
        printed = actions.filtered(self._makes_letter)
        if not printed:
            return {}
        outcomes = super()._send(printed)
        for action in actions - printed:
            outcomes[action.id] = {
                "letter_attachment_id": None,
                "letter_address": None,
                "letter_pages": 0,
                "snailmail_letter_id": None,
                "subject": action.subject or None,
                "body": action.body or None,
            }
        return outcomes

    @api.model
    def _on_done(self, actions):
        """Litigation takes its items out of the scenario."""
        status = self.env.ref("dso_collection.status_litigation")
        claims = actions.item_ids.filtered(lambda item: item.amount_residual > 0)
        # what was planned for them, the follow-up of a dispute say, has no sense any more
        actions._detach(claims.line_id, besides=actions)
        claims.line_id._dso_set_status(status)
        return super()._on_done(actions)
