import textwrap

from odoo import api, models

#: Characters of a provider's reason that are told.
MAX_REASON = 300


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    @api.model
    def _dso_describe_failure(self, reference, state, message):
        """What became of an online payment, with the provider's reason."""
        reason = textwrap.shorten(message or "", MAX_REASON, placeholder="…").rstrip(".")
        values = {"payment": reference, "reason": reason}
        if state == "cancel":
            if reason:
                return self.env._("online payment %(payment)s was cancelled: %(reason)s", **values)
            return self.env._("online payment %(payment)s was cancelled", **values)
        if reason:
            return self.env._("online payment %(payment)s failed: %(reason)s", **values)
        return self.env._("online payment %(payment)s failed", **values)
