from odoo import api, models

from ...tools.inside import inside
from .res_company import SCORE_WEIGHTS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    @api.model_create_multi
    def create(self, vals_list):
        settings = super(ResConfigSettings, self._dso_one_by_one()).create(vals_list)
        # Odoo has taken out of the values what did not change
        return settings.with_env(self.env)._dso_check_weights(set().union(*vals_list))

    def write(self, vals):
        super(ResConfigSettings, self._dso_one_by_one()).write(vals)
        self._dso_check_weights(vals.keys())
        return True

    def _dso_one_by_one(self):
        """Related fields are written one after another: what holds of all is checked at the end."""
        return self.with_context(**inside(dso_one_by_one=True))

    def _dso_check_weights(self, changed):
        if not changed.isdisjoint(SCORE_WEIGHTS):
            self.company_id._check_dso_weights()
        return self
