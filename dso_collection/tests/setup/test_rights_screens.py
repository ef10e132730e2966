"""What screens send is what users may write: else nothing can be saved there."""

from lxml import etree

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestRightsScreens(TransactionCase):
    def test_screens_send_nothing_that_is_refused(self):
        """A form sends every field that is not read-only when it is saved, hidden ones too."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "dso_collection"), ("model", "=", "ir.ui.view")]
        )
        views = self.env["ir.ui.view"].browse(data.mapped("res_id"))
        refused, seen = set(), 0
        for view in views.filtered(lambda view: view.type == "form" and not view.inherit_id):
            if view.model.startswith("dso."):
                seen += 1
                arch = etree.fromstring(self.env[view.model].get_view(view.id)["arch"])
                refused |= set(self._find_refused(self.env[view.model], arch))
        self.assertGreater(seen, 30)
        self.assertFalse(refused)

    def _find_refused(self, model, node):
        writable = (
            model._dso_get_writable(new=True) if hasattr(model, "_dso_get_writable") else None
        )
        labels = model.fields_get(attributes=["readonly"])
        for child in node:
            if not isinstance(child.tag, str):
                continue
            if child.tag != "field":
                yield from self._find_refused(model, child)
                continue
            name = child.get("name")
            field = model._fields[name]
            readonly = child.get("readonly") in ("1", "True", "true")
            readonly = readonly or (labels[name]["readonly"] and child.get("readonly") is None)
            if not readonly and writable is not None and name not in writable:
                yield f"{model._name}.{name}"
            if field.comodel_name and not readonly:
                for view in child:
                    yield from self._find_refused(self.env[field.comodel_name], view)
