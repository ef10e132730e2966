from odoo import api, models
from odoo.exceptions import AccessError


class SmsTemplate(models.Model):
    _name = "sms.template"
    _inherit = ["dso.template.mixin", "sms.template"]

    _dso_action_field = "sms_template_id"
    _dso_hashtag_fields = {"body": False}

    @api.constrains("body", "model_id")
    def _check_dso_hashtags(self):
        self._dso_check_hashtags()

    @api.constrains("sidebar_action_id")
    def _check_sidebar_action(self):
        """Odoo deletes this action as superuser with its template: only who may write actions of
        menus names one."""
        if self.sidebar_action_id and not self.env.is_system():
            raise AccessError(
                self.env._("Only an administrator adds an SMS template to the menu of a screen.")
            )

    def _dso_render_sms(self, actions):
        """The text of each action's SMS in its recipients' language, hashtags replaced.

        :return: {action id: text}
        """
        self.ensure_one()
        result = {}
        for lang, group in actions.grouped("lang").items():
            # one that is only previewed has no id of the database
            ids = [action.id for action in group]
            result.update(self._render_field("body", ids, set_lang=lang))
        return result
