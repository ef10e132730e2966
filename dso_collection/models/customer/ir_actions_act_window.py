import ast

from odoo import models

#: The filters on what is the user's own, of all menus that begin with one.
OWN_FILTERS = ("search_default_my", "search_default_my_customers")


class IrActionsActWindow(models.Model):
    _inherit = "ir.actions.act_window"

    def _get_action_dict(self):
        """Menus begin with what the person has: the own customers and what belongs to them; for
        somebody who is the collector of none, as credit managers are, with everybody's."""
        result = super()._get_action_dict()
        context = result.get("context") or ""
        if OWN_FILTERS[0] in context and self._dso_is_ours() and not self._dso_has_own():
            try:
                values = ast.literal_eval(context)
            except (ValueError, SyntaxError):
                # an expression of somebody's own: it says what they want
                return result
            left = {name: value for name, value in values.items() if name not in OWN_FILTERS}
            result["context"] = repr(left)
        return result

    def _dso_is_ours(self):
        """Whether the action is one of this module, or shows its models."""
        self.ensure_one()
        # sudo: where an action comes from, compared only
        xmlid = self.sudo().get_external_id()[self.id]
        return self.res_model.startswith("dso.") or xmlid.startswith("dso_collection")

    def _dso_has_own(self):
        return self.env["dso.customer"]._dso_has_own()
