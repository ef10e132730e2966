from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    dso_penalty = fields.Boolean(
        string="Late Payment Penalties",
        readonly=True,
        help="Marks an invoice of late payment penalties, which bears no interest itself.",
    )

    def button_draft(self):
        """A cancelled invoice of penalties comes back only where its days are still free."""
        self.filtered("dso_penalty")._dso_check_penalties_free()
        return super().button_draft()

    def _dso_check_penalties_free(self):
        """
        :raise UserError: where another invoice charges the same penalties by now
        """
        # sudo: what was charged counts, whoever may see it
        Charge = self.env["dso.penalty.charge"].sudo()
        own = Charge.search([("invoice_id", "in", self.ids)])
        others = Charge.search(
            Charge._get_live_domain()
            & fields.Domain("origin_move_id", "in", own.origin_move_id.ids)
            & fields.Domain("invoice_id", "not in", self.ids)
        )
        for charge in own:
            twice = others.filtered(charge._overlaps)
            if twice:
                raise UserError(
                    self.env._(
                        "%(invoice)s cannot be used again: the penalties on %(document)s have "
                        "since been invoiced on %(other)s. Cancel that invoice first.",
                        invoice=charge.invoice_id.display_name,
                        document=charge.document,
                        other=twice[0].invoice_id.display_name,
                    )
                )
