from odoo import models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)


class DsoChannelCall(models.AbstractModel):
    """Phone calls: somebody talks, and logs what was said."""

    _name = "dso.channel.call"
    _description = "Collection Channel: Phone Call"
    _inherit = "dso.channel"

    _channel_type = "call"
    _channel_label = _lt("Phone call")
    _channel_sequence = 10
    _channel_icon = "fa-phone"
    _channel_color = "#0072B2"
    _channel_medium = "phone"
    _is_manual = True
    _is_about_items = True
