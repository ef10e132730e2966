from ast import literal_eval

from odoo import models


class IrUiView(models.Model):
    _inherit = "ir.ui.view"

    def _postprocess_tag_field(self, node, name_manager, node_info):
        """Dates on our screens are written as in our texts, e-mails and pages: in the format of
        the reader's language. Odoo's fields say "Nov 26" beside a reason that says 11/26/2026."""
        result = super()._postprocess_tag_field(node, name_manager, node_info)
        field = name_manager.model._fields.get(node.get("name"))
        if field and field.type in ("date", "datetime") and self._dso_is_ours():
            self._dso_set_numeric(node)
        return result

    def _dso_is_ours(self):
        """Whether a screen is this module's: not a form of Odoo's to which we only add."""
        if self.model == "account.move.line":
            # sudo: where a view comes from, compared only
            return self.sudo().xml_id.startswith("dso_collection.")
        return (self.model or "").startswith("dso.")

    def _dso_set_numeric(self, node):
        try:
            options = literal_eval(node.get("options") or "{}")
        except (SyntaxError, ValueError):
            # an expression of the web client's own: it says what it wants
            return
        node.set("options", str({"numeric": True, **options}))
