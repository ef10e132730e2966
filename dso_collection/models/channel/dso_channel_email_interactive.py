from odoo import models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class DsoChannelEmailInteractive(models.AbstractModel):
    """Interactive e-mail: one with a link to a page on which the customer answers."""

    _name = "dso.channel.email.interactive"
    _description = "Collection Channel: Interactive E-mail"
    _inherit = "dso.channel.email"

    _channel_type = "email_interactive"
    _channel_label = _lt("Interactive e-mail")
    _channel_sequence = 30
    _channel_icon = "fa-envelope-open-o"
    _channel_color = "#F6D55C"
    _template_proposed = "dso_collection.mail_template_reminder_1"
    _links_page = True
    _proposes_items = True
