import json

from odoo import models

COLLECTION = "dso_collection_spreadsheet_dashboard.dashboard_collection"
#: The id of the filter in ``data/files/collection_dashboard.json``.
COMPANY_FILTER = "company"


class SpreadsheetDashboard(models.Model):
    _inherit = "spreadsheet.dashboard"

    def _get_serialized_readonly_dashboard(self):
        """Who looks at several companies begins with the present one: ratios and sums are of one
        company, or one currency, and empty otherwise."""
        serialized = super()._get_serialized_readonly_dashboard()
        if len(self.env.companies) == 1:
            return serialized
        if self != self.env.ref(COLLECTION, raise_if_not_found=False):
            return serialized
        dashboard = json.loads(serialized)
        for each in dashboard["snapshot"].get("globalFilters", []):
            if each["id"] == COMPANY_FILTER:
                each["defaultValue"] = {"operator": "in", "ids": self.env.company.ids}
        return json.dumps(dashboard)
