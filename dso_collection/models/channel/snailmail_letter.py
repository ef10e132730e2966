from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import html2plaintext

from ...tools.iap import was_not_taken
from ...tools.inside import inside

#: States of a letter that its collection action has to know of.
FAILED = ("error", "canceled")


class SnailmailLetter(models.Model):
    _inherit = "snailmail.letter"

    def write(self, vals):
        """A letter that could not be posted turns its collection action to error with the reason;
        one that leaves after all takes it back. Snailmail says so in several writes of its own:
        all come through here."""
        result = super().write(vals)
        if vals.get("state") in (*FAILED, "sent"):
            actions = self._dso_get_actions()
            if vals["state"] in FAILED:
                for action in actions:
                    action._set_not_posted()
            else:
                failed = actions.filtered(lambda action: action.state == "error")
                failed.write({"state": "done", "error_data": False, "retry_date": False})
                self.env["dso.refresh.queue"]._enqueue_customers(failed.customer_id)
        return result

    def unlink(self):
        """One that is deleted before it was posted: its action says so."""
        unsent = self.filtered(lambda letter: letter.state != "sent")
        actions = unsent._dso_get_actions() if unsent else None
        result = super().unlink()
        if actions:
            actions.invalidate_recordset(["snailmail_letter_id"])
            actions._set_undelivered("", code="cancelled_in_queue")
        return result

    def _dso_get_actions(self):
        """The collection actions that these letters are of."""
        # sudo: the queue of letters reports what became of them
        return self.env["dso.action"].sudo().search([("snailmail_letter_id", "in", self.ids)])

    # ------------------------------------------------------------------
    # Odoo's queue
    # ------------------------------------------------------------------

    @api.model
    def _snailmail_cron(self, autocommit=True):
        """Odoo stops its queue at the first letter without credit: those behind it wait for the
        same, and their actions say so too. Odoo tries all of them again."""
        result = super()._snailmail_cron(autocommit=autocommit)
        broke = self.search(
            [("state", "=", "error"), ("error_code", "=", "CREDIT_ERROR")], order="id desc", limit=1
        )
        if broke:
            waiting = self.search([("state", "=", "pending")])._dso_get_actions()
            waiting.snailmail_letter_id.write(
                {"state": "error", "error_code": "CREDIT_ERROR", "info_msg": broke.info_msg}
            )
        return result

    def _snailmail_print_valid_address(self):
        """A service that cannot be reached stops Odoo's queue, and what was noted of it is undone:
        of our letters it is noted, and the turn of the others comes."""
        if not self._dso_get_actions():
            return super()._snailmail_print_valid_address()
        try:
            return super()._snailmail_print_valid_address()
        except AccessError as error:
            self.with_context(**inside(dso_not_taken=was_not_taken(error))).write(
                {"state": "error", "error_code": "UNKNOWN_ERROR", "info_msg": str(error)}
            )
        return None

    def _snailmail_create(self, route):
        """Tell the printer on which side our letters have their address."""
        params = super()._snailmail_create(route)
        ours = self._dso_get_actions()
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
