import logging
import smtplib

from psycopg2 import OperationalError

from odoo import models

from ...engine import retry
from ...tools.clauses import join_clauses
from ...tools.inside import get_inside, inside
from ...tools.plain_text import html_to_text
from ...tools.smtp import WatchedSmtp

_logger = logging.getLogger(__name__)

#: What is written on an e-mail that was handed over when the connection broke off.
NO_ANSWER = "The mail server had the message, but its answer did not come"


class MailMail(models.Model):
    _inherit = "mail.mail"

    # what the module looks for each minute, see ``dso_action_queue``
    _dso_failed_idx = models.Index(
        "(write_date) WHERE (state IN ('exception', 'cancel') OR failure_type IS NOT NULL)"
    )

    def _dso_get_actions(self):
        """The collection actions that these e-mails are of."""
        # sudo: the mail queue reports what became of them
        return self.env["dso.action"].sudo().search([("mail_id", "in", self.ids)])

    def _dso_may_have_left(self):
        return (self.failure_reason or "").startswith(NO_ANSWER)

    def cancel(self):
        """An e-mail that somebody takes out of the queue has not left: its action says so."""
        unsent = self.filtered(lambda mail: mail.state != "sent")
        result = super().cancel()
        unsent._dso_get_actions()._set_undelivered("", code="cancelled_in_queue")
        return result

    def unlink(self):
        """One that is deleted before it left, too."""
        unsent = self.filtered(lambda mail: mail.state != "sent")
        actions = unsent._dso_get_actions() if unsent else None
        result = super().unlink()
        if actions:
            actions.invalidate_recordset(["mail_id"])
            actions._set_undelivered("", code="cancelled_in_queue")
        return result

    def _prepare_outgoing_list(self, *args, **kwargs):
        """The plain text of a reminder has its items as lines."""
        emails = super()._prepare_outgoing_list(*args, **kwargs)
        if self.model == "dso.customer":
            for email in emails:
                email["body_alternative"] = html_to_text(email["body"])
        return emails

    def _send(
        self,
        auto_commit=False,
        raise_exception=False,
        smtp_session=None,
        alias_domain_id=False,
        mail_server=False,
        post_send_callback=None,
    ):
        """Know who was refused, and at which word the connection broke off: Odoo raises then past
        all that could be told of it."""
        ours = smtp_session and self._dso_get_actions()
        if not ours:
            return super()._send(
                auto_commit=auto_commit,
                raise_exception=raise_exception,
                smtp_session=smtp_session,
                alias_domain_id=alias_domain_id,
                mail_server=mail_server,
                post_send_callback=post_send_callback,
            )
        call = WatchedSmtp(smtp_session)
        try:
            return super(MailMail, self.with_context(**inside(dso_smtp=call)))._send(
                auto_commit=auto_commit,
                raise_exception=raise_exception,
                smtp_session=call,
                alias_domain_id=alias_domain_id,
                mail_server=mail_server,
                post_send_callback=post_send_callback,
            )
        except smtplib.SMTPServerDisconnected as error:
            for mail in ours.mail_id.filtered(lambda mail: mail.state == "exception"):
                may_have_left = call.may_have_left(mail.message_id)
                if mail.failure_type == "unknown" and not mail._dso_may_have_left():
                    mail.failure_reason = f"{NO_ANSWER}: {error}" if may_have_left else str(error)
            # nothing of it has left, or nobody knows: the turn of the actions comes at once
            self.env["dso.action"]._trigger_queue_check()
            raise

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """A refused e-mail turns its collection action to error. Sent ones need no write here:
        nothing may fail after the message has left."""
        if failure_type:
            for action in self._dso_get_actions():
                if failure_reason and not action.mail_id.failure_reason:
                    action.mail_id.failure_reason = failure_reason
                action._note_mail()
        result = super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )
        call = get_inside(self.env, "dso_smtp")
        if call and not failure_type:
            for mail in self.exists():
                refused = call.get_refused(mail.message_id)
                if refused:
                    mail._dso_note_refused(refused)
        return result

    def _dso_note_refused(self, refused):
        """The server took it for some of its recipients, and Odoo counts it as sent to all.

        Their rows are this transaction's already. The action may be somebody else's: then it is
        told a minute later, for the message has left and must not leave again.

        :param refused: {address: what the server said}
        """
        self.ensure_one()
        # sudo: what a server said of the module's own message
        told = self.mail_message_id.sudo().notification_ids.filtered(
            lambda entry: not entry._dso_get_addresses().isdisjoint(refused)
        )
        if not told:
            return
        text = join_clauses(self.env, [f"{address}: {words}" for address, words in refused.items()])
        told._dso_note_failed(refused)
        told._dso_note_failed(
            {address for address, words in refused.items() if not retry.is_transient_text(words)},
            "refused",
        )
        told.write(
            {
                "notification_status": "exception",
                "failure_type": "unknown",
                "failure_reason": text,
            }
        )
        # sudo: what a server said of the module's own message
        self.sudo().write({"failure_type": "unknown", "failure_reason": text})
        try:
            with self.env.cr.savepoint():
                for action in self._dso_get_actions():
                    action._note_mail()
                self.env.flush_all()
        except OperationalError as error:
            _logger.info("A refused recipient will be noted later: %s", error)
            self.env["dso.action"]._trigger_queue_check()
