from odoo import api, models
from odoo.fields import Domain

from ...tools.toasts import name_some


class DsoTemplateMixin(models.AbstractModel):
    """A template that collection actions are made of: what it kept back goes on when it is fixed,
    and what it can serve no more says so at once (R11)."""

    _name = "dso.template.mixin"
    _description = "Template of Collection Actions"
    _inherit = ["dso.hashtag.mixin", "dso.in.use"]

    _dso_kept_in_use = False
    #: field of the actions that has this template
    _dso_action_field = None

    def write(self, vals):
        archived = "active" in vals and self.filtered(lambda each: each.active != vals["active"])
        result = super().write(vals)
        if archived:
            self._dso_enqueue_actions()
        if self._dso_get_content_fields() & vals.keys():
            self._dso_retry_blocked()
        return result

    def unlink(self):
        # before they are gone from the actions
        self._dso_enqueue_actions()
        return super().unlink()

    def _dso_find_uses(self, deleting):
        """Steps that cannot do without it, and statuses that propose it."""
        # sudo: whoever keeps the templates of the whole company is told who uses them
        env = self.sudo().with_context(active_test=not deleting).env
        uses, action, label = [], None, ""
        steps = env["dso.scenario.step"].search([(self._dso_action_field, "=", self.id)])
        steps = steps if deleting else steps.filtered("scenario_id.active")
        if steps:
            names = name_some(self.env, steps.mapped("display_name"))
            uses.append(self.env._("Scenario steps need it: %(names)s.", names=names))
            if env["dso.scenario"].sudo(False).has_access("write"):
                action = self.env["ir.actions.act_window"]._for_xml_id(
                    "dso_collection.dso_scenario_action"
                )
                action.update(
                    domain=[("id", "in", steps.scenario_id.ids)],
                    context={"active_test": not deleting},
                )
                label = self.env._("Show the scenarios")
        Status = env["dso.item.status"]
        fnames = [
            name
            for name, field in Status._fields.items()
            if field.type == "many2one" and field.comodel_name == self._name and field.store
        ]
        statuses = Status.search(Domain.OR([(name, "=", self.id)] for name in fnames))
        if statuses:
            names = name_some(self.env, statuses.mapped("name"))
            uses.append(self.env._("Item statuses propose it: %(names)s.", names=names))
        return uses, action, label

    def _dso_advise_unused(self):
        return self.env._("Choose another template there first.")

    @api.model
    def _dso_get_content_fields(self):
        """What can make a template fail."""
        return {*self._dso_hashtag_fields, "model_id", "lang"}

    def _dso_get_action_domain(self):
        undone = self.env["dso.action"]._get_pending_domain()
        return undone & Domain(self._dso_action_field, "in", self.ids)

    def _dso_enqueue_actions(self):
        # sudo: the queue is technical, whoever keeps the templates
        self.env["dso.refresh.queue"].sudo()._enqueue_actions(self._dso_get_action_domain())

    def _dso_retry_blocked(self):
        """A fixed template lets the actions that waited for it go."""
        # sudo: actions of all collectors use the template
        actions = self.env["dso.action"].sudo()
        domain = self._dso_get_action_domain() & Domain("state", "=", "error")
        if actions.search(domain, limit=1):
            self._dso_enqueue_actions()
            actions._trigger_dispatch()

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        result = super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )
        # writes of a translation do not pass by write
        if field_name in self._dso_get_content_fields():
            self._dso_retry_blocked()
        return result
