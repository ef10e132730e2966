from odoo import fields, models

from ...engine.facts import MOST_DAYS


class ResCompany(models.Model):
    _inherit = "res.company"
    _dso_ranges = {
        "dso_page_days": (1, MOST_DAYS),
        "dso_page_reminder_days": (0, MOST_DAYS),
        "dso_page_reminders": (0, 100),
    }

    dso_default_page_enabled = fields.Boolean(
        string="Interactive Page for New Customers", default=True
    )
    dso_page_days = fields.Integer(
        string="Links Expire After",
        default=30,
        help="Days after which a link to an interactive page expires. Whoever opens it later can "
        "have a new one sent to the same address.",
    )
    dso_page_reminder_days = fields.Integer(
        string="Colleagues Are Reminded Every",
        default=3,
        help="Days after which a colleague who has not answered is reminded. 0: never.",
    )
    dso_page_reminders = fields.Integer(
        string="Reminders Before Escalation",
        default=2,
        help="After this many reminders the question goes to the collector and the person to whom "
        "questions are escalated.",
    )
    dso_page_escalation_user_id = fields.Many2one(
        "res.users",
        string="Questions Are Escalated To",
        domain="[('share', '=', False)]",
        ondelete="set null",
    )
    _dso_page_positive = models.Constraint(
        "CHECK (dso_page_days > 0 AND dso_page_reminder_days >= 0 AND dso_page_reminders >= 0)",
        "Days and reminders of interactive pages cannot be negative, and links must be valid for "
        "at least one day.",
    )
