from odoo import models

from ..engine import retry
from ..tools.plain_text import html_to_text


class MailMail(models.Model):
    _inherit = "mail.mail"

    def cancel(self):
        """An e-mail that somebody takes out of the queue has not left: its action says so."""
        unsent = self.filtered(lambda mail: mail.state != "sent")
        result = super().cancel()
        # sudo: the mail queue reports it
        actions = self.env["dso.action"].sudo().search([("mail_id", "in", unsent.ids)])
        actions._set_undelivered("", code="cancelled_in_queue")
        return result

    def _prepare_outgoing_list(self, *args, **kwargs):
        """The plain text of a reminder has its items as lines."""
        emails = super()._prepare_outgoing_list(*args, **kwargs)
        if self.model == "dso.customer":
            for email in emails:
                email["body_alternative"] = html_to_text(email["body"])
        return emails

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """A refused e-mail turns its collection action to error. Sent ones need no write here:
        nothing may fail after the message has left."""
        if failure_type:
            # sudo: the mail queue reports it
            actions = self.env["dso.action"].sudo().search([("mail_id", "in", self.ids)])
            for action in actions:
                text = failure_reason or action.mail_id.failure_reason or failure_type
                action._set_undelivered(text, transient=retry.is_transient_text(text))
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )
