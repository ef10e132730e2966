from odoo import api, models
from odoo.exceptions import AccessError

from .dso_hashtag_mixin import ACTION


class SmsTemplate(models.Model):
    _name = "sms.template"
    _inherit = ["dso.template.mixin", "sms.template"]

    _dso_action_field = "sms_template_id"
    _dso_hashtag_fields = {"body": False}

    @api.constrains("body", "model_id")
    def _check_dso_hashtags(self):
        self._dso_check_hashtags()

    @api.constrains("sidebar_action_id", "model_id")
    def _check_dso_manager(self):
        """Odoo gives administrators alone the right to write SMS templates, and deletes the action
        of a menu as superuser with its template: credit managers name none, and keep to the
        templates of collection actions, also after a change."""
        # Odoo checks as superuser: who asked for it counts
        if self.env.user._is_system():
            return
        for template in self:
            if template.sidebar_action_id or template.model != ACTION:
                raise AccessError(
                    self.env._(
                        "“%(template)s”: only an administrator can create an SMS template for "
                        "records other than collection actions, or add it to the menu of a "
                        "screen.",
                        template=template.name,
                    )
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
