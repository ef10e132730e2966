from odoo import api, models
from odoo.fields import Domain


class MailTemplate(models.Model):
    _name = "mail.template"
    _inherit = ["dso.hashtag.mixin", "mail.template"]

    _dso_hashtag_fields = {"subject": False, "body_html": True}

    @api.constrains("subject", "body_html", "model_id")
    def _check_dso_hashtags(self):
        self._dso_check_hashtags()

    def write(self, vals):
        result = super().write(vals)
        if {"subject", "body_html", "model_id"} & vals.keys():
            self._dso_retry_blocked()
        return result

    def unlink(self):
        # sudo: see below; read before the templates are gone
        actions = self.env["dso.action"].sudo().search(self._dso_get_action_domain())
        customers = actions.customer_id
        result = super().unlink()
        self.env["dso.refresh.queue"]._enqueue_customers(customers)
        return result

    def _dso_get_action_domain(self):
        undone = self.env["dso.action"]._get_undone_domain()
        return undone & Domain("mail_template_id", "in", self.ids)

    def _dso_retry_blocked(self):
        """A mended template lets the actions that waited for it go."""
        # sudo: actions of all collectors use the template
        domain = self._dso_get_action_domain() & Domain("state", "=", "error")
        if self.env["dso.action"].sudo().search(domain, limit=1):
            self.env["dso.action"]._trigger_dispatch()
