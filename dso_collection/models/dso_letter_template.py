from odoo import fields, models


class DsoLetterTemplate(models.Model):
    """The text of a letter, rendered like an e-mail template on an action."""

    _name = "dso.letter.template"
    _description = "Letter Template"
    _inherit = ["mail.render.mixin"]
    _order = "name, id"
    # only credit managers write letters, and whoever sends one may render it
    _unrestricted_rendering = True

    name = fields.Char(required=True, translate=True)
    subject = fields.Char(translate=True)
    body = fields.Html(
        translate=True,
        render_engine="qweb",
        render_options={"post_process": True},
        sanitize="email_outgoing",
    )
    active = fields.Boolean(default=True)

    def _compute_render_model(self):
        self.render_model = "dso.action"
