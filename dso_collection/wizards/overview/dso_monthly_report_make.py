from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools.misc import format_date

#: How many months can be chosen, the present one included.
MONTHS = 13


class DsoMonthlyReportMake(models.TransientModel):
    """Asks of which month the collection report is."""

    _name = "dso.monthly.report.make"
    _description = "Make the Collection Report"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset({"company_id", "month"})

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    month = fields.Selection(
        selection="_get_months",
        required=True,
        default=lambda self: self._get_months()[1][0],
        help="The present month is told as of today.",
    )

    @api.model
    def _get_months(self):
        """The last months, the present one first: its first day and its name."""
        first = self.env.company._dso_today().replace(day=1)
        days = [first - relativedelta(months=back) for back in range(MONTHS)]
        return [
            (
                fields.Date.to_string(day),
                format_date(self.env, day, date_format="LLLL yyyy"),
            )
            for day in days
        ]

    def action_make(self):
        """Make the report and download it."""
        self.ensure_one()
        company = self.company_id
        if company not in self.env.companies:
            raise AccessError(
                self.env._(
                    "%(company)s is not among the companies you have selected. Select it in the "
                    "menu at the top right.",
                    company=company.name,
                )
            )
        model = self.env["dso.monthly.report"]
        last = fields.Date.to_date(self.month) + relativedelta(day=31)
        day = min(last, company._dso_today())
        attachment = self.env["ir.attachment"].create(
            {
                "name": model._get_file_name(company, day),
                "raw": model._print(company, day),
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        return self.env["dso.customer"]._download_file(attachment)
