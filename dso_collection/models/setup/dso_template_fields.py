from odoo import fields, models


class DsoTemplateFields(models.AbstractModel):
    """The text that an action is made of, in the field that its type asks for: the action itself,
    and what proposes it (a step, a status, a dialog)."""

    _name = "dso.template.fields"
    _description = "Templates of a Collection Action"

    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail Template",
        domain="[('model', '=', 'dso.action')]",
        ondelete="set null",
    )
    sms_template_id = fields.Many2one(
        "sms.template",
        string="SMS Template",
        domain="[('model', '=', 'dso.action')]",
        ondelete="set null",
    )
    letter_template_id = fields.Many2one("dso.letter.template", ondelete="set null")
