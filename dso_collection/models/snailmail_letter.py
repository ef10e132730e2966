from odoo import models
from odoo.tools import html2plaintext


class SnailmailLetter(models.Model):
    _inherit = "snailmail.letter"

    def write(self, vals):
        """A letter that could not be posted turns its collection action to error with the reason;
        one that leaves after all takes it back. Snailmail says so in several writes of its own:
        all come through here."""
        result = super().write(vals)
        if vals.get("state") in ("error", "sent"):
            # sudo: the queue of letters reports it
            actions = (
                self.env["dso.action"].sudo().search([("snailmail_letter_id", "in", self.ids)])
            )
            if vals["state"] == "error":
                for action in actions:
                    action._set_not_posted()
            else:
                failed = actions.filtered(lambda action: action.state == "error")
                failed.write({"state": "done", "error_data": False})
                self.env["dso.refresh.queue"]._enqueue_customers(failed.customer_id)
        return result

    def _snailmail_create(self, route):
        """Tell the printer on which side our letters have their address."""
        params = super()._snailmail_create(route)
        # sudo: asked of all letters, ours or not
        ours = self.env["dso.action"].sudo().search([("snailmail_letter_id", "in", self.ids)])
        left = ours.filtered(lambda action: action.company_id.dso_letter_window == "din5008")
        left_ids = set(left.snailmail_letter_id.ids)
        for document in params["documents"]:
            if document["letter_id"] in left_ids:
                document["rightaddress"] = 0
        return params

    def _dso_get_failure(self):
        """Why a letter was not posted, in the user's language."""
        self.ensure_one()
        if self.info_msg:
            return html2plaintext(self.info_msg, include_references=False).strip()
        return html2plaintext(self._get_error_message(self.error_code)).strip()
