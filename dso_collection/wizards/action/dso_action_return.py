from odoo import api, fields, models

from ...tools.toasts import toast


class DsoActionReturn(models.TransientModel):
    """Asks why the post brought one or several letters back."""

    _name = "dso.action.return"
    _description = "Returned Collection Letters"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset({"action_ids", "comment", "reason"})

    action_ids = fields.Many2many("dso.action", string="Letters")
    reason = fields.Selection(
        selection=lambda self: self._get_reasons(), required=True, default="unknown"
    )
    comment = fields.Char(help="Notes what is written on the envelope.")

    @api.model
    def _get_reasons(self):
        return self.env["dso.action"]._get_return_reasons()

    def action_apply(self):
        self.ensure_one()
        self.action_ids._set_returned(self.reason, self.comment)
        return toast(self.env._("%(actions)s: returned.", actions=self.action_ids._name_some()))
