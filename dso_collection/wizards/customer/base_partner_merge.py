from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Merge the collection files first: Odoo would delete those of the merged partners, with
        their history, where the remaining partner has one in the same company."""
        # sudo: files of all companies go with the partner
        Customer = self.env["dso.customer"].sudo().with_context(active_test=False)
        target_partner = dst_partner.commercial_partner_id
        for customer in Customer.search([("partner_id", "in", src_partners.ids)]):
            target = Customer.search(
                [
                    ("partner_id", "=", target_partner.id),
                    ("company_id", "=", customer.company_id.id),
                ]
            )
            if target:
                customer._merge_into(target)
            else:
                customer.partner_id = target_partner
                customer.action_ids.partner_id = target_partner
        self.env.flush_all()
        return super()._update_foreign_keys(src_partners, dst_partner)
