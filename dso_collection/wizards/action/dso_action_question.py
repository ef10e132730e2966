from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.inside import get_inside, inside

#: What the module told itself by the context, and tells itself again.
KEPT = ("dso_end",)
#: What may be done once the question is answered: methods by model.
METHODS = {
    "dso.action": ("action_execute", "action_confirm", "action_retry"),
    "dso.action.log": ("action_apply",),
    "dso.action.new": ("action_apply",),
    "dso.action.preview": ("action_send", "action_confirm", "action_confirm_all"),
    "dso.page.answer": ("action_accept",),
    "dso.reply": ("action_accept",),
}
#: What is done with the other ones of many, where only some are asked about: by the method.
FOR_OTHERS = {
    "action_execute": "action_execute",
    "action_confirm": "action_confirm",
    "action_confirm_all": "action_confirm",
    "action_retry": "action_retry",
}


class DsoActionQuestion(models.TransientModel):
    """Asks before something is done that has no sense as things stand, a demand over nothing, or
    that undoes something else. The user may do it all the same."""

    _name = "dso.action.question"
    _description = "Do It Anyway?"
    _inherit = ["dso.wizard"]

    text = fields.Text(readonly=True)
    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(required=True, readonly=True)
    method = fields.Char(required=True, readonly=True)
    context_data = fields.Json(readonly=True)
    other_ids = fields.Json(
        readonly=True, help="Lists the actions about which nothing has to be asked."
    )
    others_text = fields.Char(compute="_compute_others_text")

    @api.depends("other_ids")
    @api.depends_context("lang")
    def _compute_others_text(self):
        for question in self:
            question.others_text = question.other_ids and self.env._(
                "%(count)s others are fine. Do it for all of them, or only for the others?",
                count=len(question.other_ids),
            )

    @api.model
    def _ask(self, records, method, text, others=None):
        """The dialog with the question.

        :param records: on which ``method`` is called where the answer is yes
        :param others: actions that it is done to without a question, of many
        """
        held = {key: get_inside(records.env, key) for key in KEPT}
        question = self._dso_as_module().create(
            {
                "text": text,
                "res_model": records._name,
                "res_ids": records.ids,
                "method": method,
                "context_data": {key: value for key, value in held.items() if value},
                "other_ids": others.ids if others and method in FOR_OTHERS else False,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Do it anyway?"),
            "res_model": self._name,
            "res_id": question.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def action_others(self):
        """Do it to those that nothing has to be asked about, and leave the rest."""
        self.ensure_one()
        if self.method not in FOR_OTHERS:
            raise UserError(self.env._("This cannot be done from here."))
        # with the user's own rights: the methods check them
        actions = self.env["dso.action"].browse(self.other_ids or []).exists()
        if not actions:
            raise UserError(self.env._("It no longer exists. Reload the page and check again."))
        result = getattr(actions, FOR_OTHERS[self.method])()
        return result if isinstance(result, dict) else {"type": "ir.actions.act_window_close"}

    def action_yes(self):
        """Do it all the same."""
        self.ensure_one()
        if self.method not in METHODS.get(self.res_model, ()):
            raise UserError(self.env._("This cannot be done from here."))
        # with the user's own rights: the methods check them
        records = self.env[self.res_model].browse(self.res_ids).exists()
        if not records:
            raise UserError(self.env._("It no longer exists. Reload the page and check again."))
        records = records.with_context(**inside(**(self.context_data or {})))
        result = getattr(records, self.method)(all_the_same=True)
        if isinstance(result, dict):
            return result
        return {"type": "ir.actions.act_window_close"}
