from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """What screens show of each type of action: its channel says it."""
        result = super().session_info()
        if self.env.user._is_internal():
            result["dso_action_types"] = self.env["dso.channel"]._get_type_styles()
        return result
