from odoo import api, models


class MailTemplate(models.Model):
    _name = "mail.template"
    _inherit = ["dso.template.mixin", "mail.template"]

    _dso_action_field = "mail_template_id"
    _dso_hashtag_fields = {"subject": False, "body_html": True}

    @api.constrains("subject", "body_html", "model_id")
    def _check_dso_hashtags(self):
        self._dso_check_hashtags()
