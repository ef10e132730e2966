from odoo import api, fields, models
from odoo.exceptions import UserError


class DsoReplyAssign(models.TransientModel):
    """Asks whose answer it is."""

    _name = "dso.reply.assign"
    _description = "Assign a Reply to a Customer"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset({"reply_id", "customer_id", "previous_id"})

    reply_id = fields.Many2one("dso.reply", required=True, ondelete="cascade")
    previous_id = fields.Many2one(
        "dso.customer",
        string="Previously Assigned To",
        ondelete="cascade",
        help="Shows whose it was when this was opened.",
    )
    author_name = fields.Char(related="reply_id.author_name")
    preview = fields.Char(related="reply_id.preview")
    candidate_ids = fields.Many2many(
        "dso.customer",
        string="Have this number or address",
        compute="_compute_candidate_ids",
    )
    customer_id = fields.Many2one(
        "dso.customer",
        compute="_compute_customer_id",
        store=True,
        readonly=False,
        ondelete="cascade",
    )

    @api.depends("reply_id")
    def _compute_candidate_ids(self):
        for wizard in self:
            candidates = self.env["dso.customer"]
            if wizard.reply_id:
                candidates, _contacts = wizard.reply_id._find_candidates()
            wizard.candidate_ids = candidates

    @api.depends("reply_id", "previous_id")
    def _compute_customer_id(self):
        """Of several none is proposed, unless a text message went to one of them lately."""
        for wizard in self:
            reply = wizard.reply_id
            customer = self.env["dso.customer"]
            if reply and reply.channel == "sms":
                customers, contacts = reply._find_candidates()
                # sudo: who was written to last; one of those whom the user sees
                action = customers.sudo()._find_answered_sms(customers, contacts)
                customer = action.customer_id.sudo(False) - wizard.previous_id
            wizard.customer_id = customer

    def action_apply(self):
        self.ensure_one()
        if not self.customer_id:
            raise UserError(self.env._("Choose the customer who wrote it."))
        return self.reply_id._assign(self.customer_id, self.previous_id)
