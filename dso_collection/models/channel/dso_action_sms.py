"""What became of an SMS after it left: reported by Odoo's SMS queue at once, or days later by the
provider."""

import logging

from psycopg2 import OperationalError

from odoo import api, fields, models

from ...tools.inside import get_inside

_logger = logging.getLogger(__name__)

#: States of a notification that say that an SMS has not arrived.
FAILED = ("exception", "bounce", "canceled")
#: Those that say that it is on its way or has arrived.
DELIVERED = ("process", "pending", "sent")
#: Causes that the provider's account has to be looked at for.
ACCOUNT_CAUSES = ("sms_credit", "sms_acc")
#: What Odoo's service says of a text that it has had for a number just before.
DUPLICATE = "duplicate_message"
#: How far back reports that could not be noted at once are looked for.
CATCH_UP_DAYS = 30


class DsoAction(models.Model):
    """The part of ``dso.action`` that follows an SMS."""

    _inherit = "dso.action"

    @api.model
    def _follow_sms(self, notifications):
        """Note what Odoo reports of SMS: a failure turns its action to error with the cause, a
        delivery after all turns it back.

        Odoo reports in the transaction in which SMS leave. Were that undone, they would leave
        twice: what cannot be noted now, because somebody else changes the same customer, is
        noted by the next dispatch.
        """
        try:
            with self.env.cr.savepoint():
                self._note_sms(notifications)
        except OperationalError as error:
            _logger.info("Report on SMS will be noted later: %s", error)
            self.env["dso.action"]._trigger_dispatch()

    @api.model
    def _note_sms(self, notifications):
        """See ``_follow_sms``; each action is looked at once."""
        # sudo: the SMS queue reports it
        actions = self.env["dso.action"].sudo()
        actions = actions.search([("message_id", "in", notifications.mail_message_id.ids)])
        by_message = actions.grouped("message_id")
        for notification in notifications.sudo():
            action = by_message.get(notification.mail_message_id)
            if action and notification.notification_status in FAILED:
                action._set_undelivered(**self._prepare_sms_failure(action, notification))
            elif action and action._is_undelivered_sms():
                action.write({"state": "done", "error_data": False, "retry_date": False})
                self.env["dso.refresh.queue"]._enqueue_customers(action.customer_id)

    def _is_undelivered_sms(self):
        self.ensure_one()
        code = (self.error_data or {}).get("code")
        return bool(self.done_date) and code in ("undelivered_sms", "unreachable")

    @api.model
    def _prepare_sms_failure(self, action, notification):
        """Arguments of ``_set_undelivered``."""
        cause = notification.failure_type or notification.notification_status
        if notification.failure_reason == DUPLICATE:
            cause = DUPLICATE
        call = get_inside(self.env, "dso_sms_call")
        values = {
            "transient": cause == "sms_server" and bool(call) and call.nothing_left,
            "code": "undelivered_sms",
            "cause": cause,
            "text": notification.failure_reason or "",
            "number": notification.sms_number or action.sms_number or "",
            "contact": notification.res_partner_id.name or "",
        }
        if cause in ACCOUNT_CAUSES:
            account = action._find_iap_account("sms")
            if account:
                values.update(model=account._name, res_id=account.id)
        return values

    @api.model
    def _note_late_sms_reports(self):
        """Note the reports that found their customers busy."""
        since = fields.Date.add(fields.Date.today(), days=-CATCH_UP_DAYS)
        self.env.cr.execute(
            """
            SELECT notification.id
              FROM dso_action action
              JOIN mail_notification notification
                ON notification.mail_message_id = action.message_id
             WHERE action.done_date >= %s
               AND action.sms_uuid IS NOT NULL
               AND action.state = 'done'
               AND action.error_data IS NULL
               AND notification.notification_type = 'sms'
               AND notification.notification_status = ANY(%s)
            """,
            (since, list(FAILED)),
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        if ids:
            # sudo: a cron looks at what became of messages of the module
            self._follow_sms(self.env["mail.notification"].sudo().browse(ids))
