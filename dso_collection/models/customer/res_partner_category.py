from odoo import api, models


class ResPartnerCategory(models.Model):
    _inherit = "res.partner.category"

    @api.model
    def _dso_is_watched(self):
        """Whether an assignment rule looks at the tags of customers."""
        # sudo: the names of fields that rules look at, whoever keeps the tags
        return "category_id" in self.env["dso.assignment.rule"].sudo()._get_watched()

    def _dso_note_partners(self, partners):
        """Apply the assignment rules again to these partners' customers."""
        self.env["dso.refresh.queue"]._note(reassigned_ids=partners.ids)

    def _dso_get_tagged(self):
        """Whoever has one of these tags, or one below them: rules may ask for the parent."""
        # sudo: partners that the user may not see have the tag, too
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        return partners.search([("category_id", "child_of", self.ids)])

    @api.model_create_multi
    def create(self, vals_list):
        categories = super().create(vals_list)
        if any("partner_ids" in vals for vals in vals_list) and self._dso_is_watched():
            self._dso_note_partners(categories.partner_ids)
        return categories

    def write(self, vals):
        """Who has a tag may be changed from the tag; its name, parent or archiving may decide as
        well."""
        watched = {"partner_ids", "name", "parent_id", "active"} & vals.keys()
        if not watched or not self.ids or not self._dso_is_watched():
            return super().write(vals)
        before = self._dso_get_tagged()
        result = super().write(vals)
        self._dso_note_partners(before | self._dso_get_tagged())
        return result

    def unlink(self):
        tagged = self._dso_get_tagged() if self.ids and self._dso_is_watched() else None
        result = super().unlink()
        if tagged:
            self._dso_note_partners(tagged)
        return result
