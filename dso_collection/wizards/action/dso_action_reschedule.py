from odoo import fields, models
from odoo.tools.misc import format_date

from ...tools.toasts import toast


class DsoActionReschedule(models.TransientModel):
    """Asks the new date of one or several actions."""

    _name = "dso.action.reschedule"
    _description = "Reschedule Collection Actions"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset({"action_ids", "date"})

    action_ids = fields.Many2many("dso.action", string="Actions")
    date = fields.Date(required=True, default=lambda self: self._default_date())

    def _default_date(self):
        company = self.env.company
        return company._dso_next_working_day(fields.Date.add(company._dso_today(), days=1))

    def action_apply(self):
        self.ensure_one()
        self.action_ids._check_new_date(self.date)
        if len(self.action_ids) > 1:
            return self.action_ids._reschedule_selected(self.date)
        self.action_ids.action_reschedule(self.date)
        return toast(
            self.env._(
                "%(action)s: moved to %(date)s.",
                action=self.action_ids.display_name,
                date=format_date(self.env, self.date),
            )
        )
