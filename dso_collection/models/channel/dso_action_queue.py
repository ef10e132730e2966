"""What became of messages in Odoo's queues, seen by looking there.

Odoo tells of most failures as they happen (``mail_mail``, ``sms_sms``, ``snailmail_letter``), but
not of all: a connection that breaks off raises past every method that could be told, a worker is
killed, an administrator takes a message out. So the queues are looked at each minute.
"""

import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import retry
from ...tools.inside import get_inside

_logger = logging.getLogger(__name__)

#: How far back messages that failed are looked for.
LOOK_BACK_DAYS = 30
#: Messages of one look; the others' turn comes a minute later.
LIMIT = 500


class DsoAction(models.Model):
    """The part of ``dso.action`` that looks into the queues of messages."""

    _inherit = "dso.action"

    @api.model
    def _cron_queue(self):
        """Tell the actions of messages that failed without a word."""
        self._check_queues()

    @api.model
    def _trigger_queue_check(self):
        """Look as soon as what is going on is committed."""
        # sudo: waking the module's own cron is harmless
        self.env.ref("dso_collection.ir_cron_queue").sudo()._trigger()

    @api.model
    def _check_queues(self):
        """Put in error the actions that count as done though their message ended otherwise.

        :return: number of actions that were told
        """
        # sudo: the cron serves all companies
        self = self.sudo().with_context(tracking_disable=True)
        self.env.flush_all()
        found = [
            (self._find_failed_mails(), "_note_mail"),
            (self._find_failed_sms(), "_note_failed_sms"),
            (self._find_failed_letters(), "_set_not_posted"),
        ]
        return sum(
            action._note_safely(method) for ids, method in found for action in self.browse(ids)
        )

    def _note_safely(self, method):
        """Tell one action, so that one stops no other.

        :return: whether that could be done; it is seen again a minute later
        """
        try:
            with self.env.cr.savepoint():
                getattr(self, method)()
                self.env.flush_all()
        except OperationalError as error:
            _logger.info("What became of a message will be noted later: %s", error)
            return False
        return True

    @api.model
    def _find_failed(self, source):
        """Ids of the actions that count as done and have a message of this kind, told of nothing
        yet."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=LOOK_BACK_DAYS)
        rows = self.env.execute_query(
            SQL(
                "SELECT action.id FROM %s AND queued.write_date >= %s"
                " AND action.state = 'done' AND action.error_data IS NULL"
                " ORDER BY action.id LIMIT %s",
                source,
                since,
                LIMIT,
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _find_failed_mails(self):
        # in the very words of the index
        return self._find_failed(
            SQL(
                "mail_mail queued JOIN dso_action action ON action.mail_id = queued.id"
                " WHERE (queued.state IN ('exception', 'cancel')"
                " OR queued.failure_type IS NOT NULL)"
            )
        )

    @api.model
    def _find_failed_sms(self):
        return self._find_failed(
            SQL(
                "sms_sms queued JOIN dso_action action"
                " ON action.message_id = queued.mail_message_id"
                " AND action.sms_uuid = queued.uuid"
                " WHERE queued.state IN ('error', 'canceled')"
            )
        )

    @api.model
    def _find_failed_letters(self):
        return self._find_failed(
            SQL(
                "snailmail_letter queued JOIN dso_action action"
                " ON action.snailmail_letter_id = queued.id"
                " WHERE queued.state IN ('error', 'canceled')"
            )
        )

    def _note_mail(self):
        """What became of the e-mail of an action, from what Odoo wrote on it."""
        self.ensure_one()
        mail = self.mail_id
        if mail.state == "cancel":
            self._set_undelivered("", code="cancelled_in_queue")
            return
        call = get_inside(self.env, "dso_smtp")
        text = mail.failure_reason or mail.failure_type or ""
        if call and call.may_have_left(mail.message_id) or mail._dso_may_have_left():
            self._set_undelivered(text, code="unknown_outcome")
            return
        failed = mail.mail_message_id.notification_ids.filtered(
            lambda notification: notification.notification_status in ("exception", "bounce")
        )
        partner = failed.res_partner_id[:1]
        self._set_undelivered(
            text,
            model="res.partner" if partner else None,
            res_id=partner.id or None,
            transient=retry.is_transient_text(text),
        )

    def _note_failed_sms(self):
        """What became of the SMS of an action, from what Odoo wrote on it."""
        self.ensure_one()
        sms = self.sms_id or self.env["sms.sms"].search([("uuid", "=", self.sms_uuid)], limit=1)
        notification = self.message_id.notification_ids.filtered(
            lambda entry: entry.notification_type == "sms"
        )[:1]
        values = self._prepare_sms_failure(self, notification)
        values["cause"] = sms.failure_type or ("canceled" if sms.state == "canceled" else "unknown")
        self._set_undelivered(**values)
