from odoo import models


class MailNotification(models.Model):
    _inherit = "mail.notification"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("notification_status") == "bounce":
            # sudo: the mail gateway reports it
            actions = self.env["dso.action"].sudo()
            for notification in self:
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
