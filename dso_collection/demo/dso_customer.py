from odoo import api, models


class DsoCustomer(models.Model):
    _inherit = "dso.customer"

    @api.model
    def _load_demo_data(self):
        """Fill a database with a ledger to try the app on; called by the demo data only."""
        # imported here: a database without demo data has no use for it
        from . import ledger

        ledger.load(self.env)
