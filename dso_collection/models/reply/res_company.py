from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    dso_pause_on_reply = fields.Boolean(
        string="Replies Pause Automatic Actions",
        default=True,
        help="A customer's automatic actions wait until its replies are handled. Automatic "
        "replies, such as out-of-office notices, do not count.",
    )
