from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    dso_morning_summary = fields.Boolean(
        string="Morning Summary",
        default=True,
        help="Each working morning, every collector is notified of errors, actions to confirm and "
        "replies to handle, if there are any.",
    )
    dso_last_summary_date = fields.Date(
        string="Last Summary", readonly=True, copy=False, groups="base.group_system"
    )
    dso_monthly_report = fields.Boolean(
        string="Monthly Report",
        default=True,
        help="On the first morning of each month, every credit manager receives the collection "
        "report of the last one as a PDF.",
    )
    dso_last_report_date = fields.Date(
        string="Month of the Last Report", readonly=True, copy=False, groups="base.group_system"
    )
    dso_last_alert_date = fields.Date(
        string="Last Notification of Alerts", readonly=True, copy=False, groups="base.group_system"
    )

    def _dso_get_credit_managers(self):
        """Who is told of the figures of all of these companies, by mail."""
        # sudo: who manages collections is no secret of those in whose name messages leave
        managers = self.env.ref("dso_collection.group_dso_manager").sudo().all_user_ids
        return managers.filtered(
            lambda user: (
                user.active
                and not user.share
                and user != self.env.ref("base.user_root")
                and self <= user.company_ids
            )
        )
