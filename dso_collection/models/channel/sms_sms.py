from odoo import models

from odoo.addons.sms.tools.sms_api import SmsApi

from ...tools.iap import Watched
from ...tools.inside import inside


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def unlink(self):
        """One that is deleted before it left: its action says so."""
        unsent = self.filtered(lambda sms: sms.state == "outgoing" and not sms.to_delete)
        # sudo: the queue of SMS reports what became of them
        actions = self.env["dso.action"].sudo()
        if unsent:
            actions = actions.search([("sms_id", "in", unsent.ids)])
        result = super().unlink()
        if actions:
            actions.invalidate_recordset(["sms_id"])
            actions._set_undelivered("", code="cancelled_in_queue")
        return result

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

    def _send_with_api(self, sms_api, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Remember whether what failed can have left all the same: only what has not is tried
        again by itself. Odoo's own service tells which SMS it did not take; Twilio's adapter says
        the same of an SMS that was refused and of one that it had no answer for."""
        call = Watched(sms_api, isinstance(sms_api, SmsApi))
        return super(SmsSms, self.with_context(**inside(dso_sms_call=call)))._send_with_api(
            call,
            unlink_failed=unlink_failed,
            unlink_sent=unlink_sent,
            raise_exception=raise_exception,
        )
