from odoo import api, models
from odoo.tools.translate import LazyTranslate

from .dso_channel import Error

_lt = LazyTranslate(__name__)


class DsoChannelEmailInternal(models.AbstractModel):
    """Internal interactive e-mail: to a colleague, who answers on a page of their own."""

    _name = "dso.channel.email.internal"
    _description = "Collection Channel: Internal E-mail"
    _inherit = "dso.channel.email"

    _channel_type = "email_internal"
    _channel_label = _lt("Internal interactive e-mail")
    _channel_sequence = 40
    _channel_icon = "fa-share-square-o"
    _channel_color = "#B8A07E"
    # a colleague is no contact for collection
    _channel_medium = None
    _template_proposed = "dso_collection.mail_template_status_internal"
    _is_internal = True
    _is_inside = True
    _is_written = False
    _links_page = True

    _channel_errors = {
        "no_colleague": Error(
            _lt(
                "“%(step)s” is for “%(who)s”, and nobody is named there for %(customer)s. Choose "
                "somebody, or ask a credit manager to name another colleague on the scenario "
                "step."
            ),
            _lt("Error: no colleague to write to"),
        ),
        # a colleague's address is no contact's
        "no_email": Error(
            _lt("%(contact)s has no e-mail address for internal e-mails. Enter one."),
            _lt("Error: no e-mail address"),
        ),
    }

    @api.model
    def _get_recipient_blocker(self, action, contacts):
        if not contacts:
            return self._prepare_no_colleague(action)
        return super()._get_recipient_blocker(action, contacts)

    @api.model
    def _prepare_no_colleague(self, action):
        """That nobody is found whom the step of an internal e-mail names."""
        step = action.step_id
        on_customer = step.recipient in ("salesperson", "field")
        return {
            "code": "no_colleague",
            "step": step.id,
            "model": "res.partner" if on_customer else "dso.scenario",
            "res_id": action.partner_id.id if on_customer else step.scenario_id.id,
        }

    @api.model
    def _get_error_values(self, action, data):
        values = super()._get_error_values(action, data)
        if data["code"] == "no_colleague":
            step = self.env["dso.scenario.step"].browse(data.get("step") or []).exists()
            values.update(
                who=step._get_recipient_label() if step else "",
                step=step.name or "",
            )
        return values
