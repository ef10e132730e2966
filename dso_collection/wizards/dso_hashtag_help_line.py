from odoo import fields, models


class DsoHashtagHelpLine(models.TransientModel):
    """One hashtag on the help page."""

    _name = "dso.hashtag.help.line"
    _description = "Hashtag"
    _order = "id"

    help_id = fields.Many2one("dso.hashtag.help", required=True, ondelete="cascade", index=True)
    name = fields.Char(string="Hashtag", readonly=True)
    section = fields.Char(string="About", readonly=True)
    description = fields.Char(readonly=True)
    example = fields.Html(readonly=True)
