from odoo import api, models


class SmsTemplate(models.Model):
    _name = "sms.template"
    _inherit = ["dso.template.mixin", "sms.template"]

    _dso_action_field = "sms_template_id"
    _dso_hashtag_fields = {"body": False}

    @api.constrains("body", "model_id")
    def _check_dso_hashtags(self):
        self._dso_check_hashtags()

    def _dso_render_sms(self, actions):
        """The text of each action's SMS in its recipients' language, hashtags replaced.

        :return: {action id: text}
        """
        self.ensure_one()
        result = {}
        for lang, group in actions.grouped("lang").items():
            result.update(self._render_field("body", group.ids, set_lang=lang))
        return result
