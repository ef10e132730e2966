from odoo import api, fields, models


class DsoEvidenceMake(models.TransientModel):
    """Asks for whom the evidence file is: in which language it is written."""

    _name = "dso.evidence.make"
    _description = "Make an Evidence File"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset({"lang"})
    _dso_creatable = frozenset({"action_id", "customer_id"})

    customer_id = fields.Many2one("dso.customer", required=True, readonly=True)
    action_id = fields.Many2one("dso.action", readonly=True)
    lang = fields.Selection(
        selection="_get_languages",
        string="Language",
        compute="_compute_lang",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="Chooses the language of whoever receives the file: a lawyer, an insurer, a court. "
        "Letters, e-mails and invoices stay as they were sent.",
    )

    @api.model
    def _get_languages(self):
        return self.env["res.lang"].get_installed()

    @api.depends("customer_id")
    def _compute_lang(self):
        for wizard in self:
            wizard.lang = wizard.customer_id._get_evidence_lang()

    def action_make(self):
        """Make the file, in the language chosen, and download it."""
        self.ensure_one()
        target = self.action_id or self.customer_id
        return target.with_context(dso_evidence_lang=self.lang).action_make_evidence_file()
