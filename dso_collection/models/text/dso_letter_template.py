from odoo import api, fields, models


class DsoLetterTemplate(models.Model):
    """The text of a letter, rendered like an e-mail template on an action."""

    _name = "dso.letter.template"
    _description = "Letter Template"
    _inherit = ["dso.guard", "dso.template.mixin", "mail.render.mixin"]
    _order = "name, id"
    _dso_writable = frozenset({"active", "body", "lang", "name", "subject"})

    # only credit managers write letters, and whoever sends one may render it
    _unrestricted_rendering = True
    _dso_action_field = "letter_template_id"
    _dso_hashtag_fields = {"subject": False, "body": True}

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

    @api.constrains("subject", "body")
    def _check_dso_hashtags(self):
        self._dso_check_hashtags()
