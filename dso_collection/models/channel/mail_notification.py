from odoo import fields, models
from odoo.tools.mail import email_normalize_all

from ...engine import delivery
from .dso_action_sms import DELIVERED, FAILED


class MailNotification(models.Model):
    _inherit = "mail.notification"

    dso_delivery = fields.Json(
        string="Delivery of a Reminder",
        groups=fields.NO_ACCESS,
        copy=False,
        help="Records at which addresses it arrived and at which it did not; for this module only.",
    )

    def _dso_get_delivery(self):
        """What is known of the addresses of this recipient, see ``engine.delivery``."""
        self.ensure_one()
        # sudo: the module's own record of its own message
        known = self.sudo().dso_delivery
        if known:
            return delivery.remember(known)
        # a message of before this was kept; one that somebody else got instead
        sent = email_normalize_all(self.mail_email_address or "")
        own = email_normalize_all(self.res_partner_id.email or "")
        if self.notification_status == "canceled":
            sent = []
        elif not sent or sent[0] in own:
            sent = [*sent, *own]
        return delivery.remember(sent=sent)

    def _dso_get_addresses(self):
        """Every address at which an e-mail to this recipient was or is: some have two."""
        known = self._dso_get_delivery()
        return {*known["sent"], *known["reached"]}

    def _dso_note_failed(self, addresses, kind=None):
        """Note that a message failed at these addresses, see ``engine.delivery.mark_failed``."""
        for notification in self:
            known = notification._dso_get_delivery()
            failed = [one for one in (*known["sent"], *known["reached"]) if one in addresses]
            # sudo: the module's own record of its own message
            notification.sudo().dso_delivery = delivery.mark_failed(known, failed, kind)

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
