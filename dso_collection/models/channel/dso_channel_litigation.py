from odoo import api, models


class DsoChannelLitigation(models.AbstractModel):
    """Litigation: the items get its status, and where there is a text for it, a letter of formal
    notice is printed. Somebody has to decide on it, so it is never automatic."""

    _name = "dso.channel.litigation"
    _description = "Collection Channel: Litigation"
    _inherit = "dso.channel.letter"

    _dso_action_types = ("litigation",)

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
