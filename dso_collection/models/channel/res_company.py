import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.mail import single_email_re

from ...engine import letters
from ...engine.facts import MOST_DAYS
from ...tools.action_types import LETTER_CARRIERS


class ResCompany(models.Model):
    _inherit = "res.company"
    _dso_ranges = {"dso_receipt_days": (0, MOST_DAYS)}
    _dso_plan_settings = frozenset(
        # what letters, numbers and faxes need
        {"country_id", "dso_fax_domain", "dso_letter_carrier"}
    )

    dso_sms_token = fields.Char(
        string="Token for SMS Replies",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Part of the address to which the provider hands over answers to text messages.",
    )
    dso_letter_window = fields.Selection(
        [("din5008", "Left: DIN 5008 form B"), ("dl_right", "Right: French DL")],
        string="Envelope Window",
        compute="_compute_dso_letter_window",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="Sets where the address is placed on letters.",
    )
    dso_letter_carrier = fields.Selection(
        LETTER_CARRIERS,
        string="Letters",
        required=True,
        default="print",
        help="Printed letters wait until somebody prints them. Those posted by Snailmail are sent "
        "automatically where their step is automatic. Registered letters are always printed.",
    )
    dso_receipt_days = fields.Integer(
        string="Days Until Receipt",
        default=10,
        help="A registered letter whose acknowledgment of receipt was not returned after this "
        "many days shows in the agenda.",
    )
    dso_fax_domain = fields.Char(
        string="Fax Gateway",
        help="Sends faxes as e-mails to number@domain, with the letter as PDF.",
    )
    _dso_receipt_days_positive = models.Constraint(
        "CHECK (dso_receipt_days >= 0)",
        "The days until the receipt of a registered letter cannot be negative.",
    )

    @api.depends("country_id")
    def _compute_dso_letter_window(self):
        for company in self:
            company.dso_letter_window = company.dso_letter_window or letters.default_window(
                company.country_id.code
            )

    @api.constrains("dso_fax_domain")
    def _check_dso_fax_domain(self):
        for company in self.filtered("dso_fax_domain"):
            if not single_email_re.match(f"1@{company.dso_fax_domain}"):
                raise ValidationError(
                    self.env._(
                        "“%(domain)s” is not a fax gateway domain. Enter what follows the @ in "
                        "its addresses, for example fax.example.com.",
                        domain=company.dso_fax_domain,
                    )
                )

    _dso_sms_token_uniq = models.UniqueIndex("(dso_sms_token) WHERE dso_sms_token IS NOT NULL")

    @api.model
    def _dso_find_by_sms_token(self, token):
        """The company whose provider of text messages knows this token."""
        return self.search([("dso_sms_token", "=", token)], limit=1) if token else self.browse()

    def _dso_renew_sms_token(self):
        """A new address for answers to text messages; the one before is dead."""
        for company in self:
            company.dso_sms_token = secrets.token_urlsafe(32)
