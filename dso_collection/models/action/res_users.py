from odoo import models


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "dso.internal"]

    def write(self, vals):
        changed = "active" in vals and self.filtered(lambda user: user.active != vals["active"])
        result = super().write(vals)
        if changed:
            changed._dso_hand_over()
        return result

    def _dso_hand_over(self):
        """What a collector who left had still to do goes to the companies' default collectors
        (R12); their customers keep the name, until somebody is put in charge or it comes back."""
        # sudo: whoever may archive a user; only who does what is still open changes
        actions = self.env["dso.action"].sudo()
        left = self.filtered(lambda user: not user.active)
        waiting = actions.search([("collector_id", "in", left.ids), *actions._get_pending_domain()])
        for company, own in waiting.grouped("company_id").items():
            if company._dso_default_collector():
                own.write({"collector_id": company._dso_default_collector().id})
        # sudo: nobody may write the queue but the module; it holds ids only
        self.env["dso.refresh.queue"].sudo()._enqueue_collectors(self)
