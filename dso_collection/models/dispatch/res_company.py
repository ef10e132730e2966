from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _dso_trigger_opening(self):
        """Other sending hours: what was waiting for them may leave now, or knows when."""
        if self:
            self.env["dso.action"]._trigger_dispatch()

    def write(self, vals):
        result = super().write(vals)
        if "dso_sending_calendar_id" in vals:
            self._dso_trigger_opening()
        return result
