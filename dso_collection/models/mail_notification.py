from odoo import models
from odoo.tools.mail import email_normalize_all

from .dso_action_sms import DELIVERED, FAILED


class MailNotification(models.Model):
    _inherit = "mail.notification"

    def _dso_get_addresses(self):
        """Every address that an e-mail to this recipient went to: some have two in the field."""
        self.ensure_one()
        texts = (self.mail_email_address, self.res_partner_id.email)
        return {email for text in texts for email in email_normalize_all(text or "")}

    def write(self, vals):
        result = super().write(vals)
        status = vals.get("notification_status")
        if status not in (*FAILED, *DELIVERED):
            return result
        sms = self.filtered(lambda notification: notification.notification_type == "sms")
        if sms:
            self.env["dso.action"]._follow_sms(sms)
        if status == "bounce":
            # sudo: the mail gateway reports it
            actions = self.env["dso.action"].sudo()
            for notification in self - sms:
                bounced = actions.search(
                    [("message_id", "=", notification.mail_message_id.id)], limit=1
                )
                if bounced:
                    bounced._set_undelivered(
                        vals.get("failure_reason") or notification.failure_reason or "",
                        model="res.partner",
                        res_id=notification.res_partner_id.id,
                    )
        return result
