from odoo import api, fields, models

from ...tools.action_types import get_channel


class DsoActionTyped(models.AbstractModel):
    """What a screen asks of the type of an action: what its channel needs and can do. The models
    that inherit it have a field ``action_type``."""

    _name = "dso.action.typed"
    _description = "Record with a Type of Action"

    template_field = fields.Char(
        compute="_compute_from_type", help="Names the template that the type cannot do without."
    )
    optional_template_field = fields.Char(
        compute="_compute_from_type",
        help="Names the template that the type takes where there is one.",
    )
    can_be_automatic = fields.Boolean(compute="_compute_from_type")
    is_internal = fields.Boolean(
        compute="_compute_from_type", help="Set where it goes to a colleague."
    )
    takes_invoices = fields.Boolean(compute="_compute_from_type")
    has_carrier = fields.Boolean(compute="_compute_from_type")

    @api.depends("action_type")
    def _compute_from_type(self):
        for record in self:
            channel = get_channel(self.env, record.action_type)
            required = channel._template_required
            record.template_field = required and channel._template_field
            record.optional_template_field = not required and channel._template_field
            record.can_be_automatic = not channel._is_manual
            record.is_internal = channel._is_internal
            record.takes_invoices = channel._takes_invoices
            record.has_carrier = channel._has_carrier
