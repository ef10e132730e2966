from odoo import fields, models


class DsoHashtagHelpLine(models.TransientModel):
    """One hashtag on the help page."""

    _name = "dso.hashtag.help.line"
    _description = "Hashtag"
    _inherit = ["dso.wizard"]
    _dso_creatable = frozenset({"description", "example", "help_id", "name", "section"})
    _order = "id"

    help_id = fields.Many2one("dso.hashtag.help", required=True, ondelete="cascade", index=True)
    name = fields.Char(string="Hashtag")
    section = fields.Char(string="About")
    description = fields.Char()
    example = fields.Html()
