from odoo import models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Send each company's SMS through its own provider.

        Odoo's queue hands over whatever waits and expects all of it to be of one company: with
        reminders of two companies in it, it would stop for ever.
        """
        groups = self.grouped(lambda sms: sms._get_sms_company())
        if self.env.context.get("sms_api") or len(groups) < 2:
            return super()._send(
                unlink_failed=unlink_failed,
                unlink_sent=unlink_sent,
                raise_exception=raise_exception,
            )
        for group in groups.values():
            super(SmsSms, group)._send(
                unlink_failed=unlink_failed,
                unlink_sent=unlink_sent,
                raise_exception=raise_exception,
            )
        return None
