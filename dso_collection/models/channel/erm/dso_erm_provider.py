import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ....engine import erm
from ....tools import http

REQUEST = """{
  "sender": {"name": "{sender_name}", "email": "{sender_email}"},
  "recipient": {
    "name": "{recipient_name}",
    "company": "{recipient_company}",
    "email": "{recipient_email}"
  },
  "language": "{language}",
  "subject": "{subject}",
  "text": "{body_text}",
  "document": {"name": "{filename}", "content": "{pdf_base64}"}
}"""
PATHS = ("submit_path", "status_path", "deposit_path", "receipt_path")
#: Settings for which a provider may have refused a letter.
TALKING = frozenset(
    {
        *PATHS,
        "active",
        "idempotency_header",
        "key",
        "key_header",
        "key_prefix",
        "reference_path",
        "request",
        "service",
        "url",
    }
)
#: What HTTP takes as the name of a header.
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
PATH = re.compile(r"/[\x21-\x7e]*")
VISIBLE = re.compile(r"[\x21-\x7e]+( [\x21-\x7e]+)*")


class DsoErmProvider(models.Model):
    """Who delivers electronic registered mail, and how it is talked to."""

    _name = "dso.erm.provider"
    _description = "Provider of Electronic Registered Mail"
    _inherit = ["dso.guard", "dso.in.use"]
    _dso_technical = frozenset(
        {
            "key_prefix",
            "request",
            "timeout",
            "url",
            "words_deposited",
            "words_received",
            "words_refused",
        }
    )
    _dso_kept_in_use = False
    _order = "sequence, id"
    _dso_writable = frozenset(
        {
            "active",
            "company_id",
            "deposit_path",
            "idempotency_header",
            "key",
            "key_header",
            "key_prefix",
            "message_path",
            "name",
            "receipt_path",
            "reference_path",
            "request",
            "sequence",
            "service",
            "state_path",
            "status_path",
            "submit_path",
            "timeout",
            "url",
            "words_deposited",
            "words_received",
            "words_refused",
        }
    )

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Leave empty for every company.")
    service = fields.Selection(
        selection=lambda self: self.env["dso.erm.service"]._get_services(),
        required=True,
        default="rest",
        help="Chooses the kind of interface.",
    )
    url = fields.Char(
        string="Address", required=True, help="Points to the interface, and begins with https://."
    )
    key = fields.Char(
        copy=False,
        groups="dso_collection.group_dso_manager",
        help="Given by the provider. Only credit managers can see it.",
    )
    key_header = fields.Char(required=True, default="Authorization")
    key_prefix = fields.Char(
        default="Bearer", help="Comes before the key, where the provider asks for a word there."
    )
    idempotency_header = fields.Char(
        required=True,
        default="Idempotency-Key",
        help="Carries a key that is unique to each letter and never changes, so that the "
        "provider sends none twice.",
    )
    timeout = fields.Integer(
        required=True,
        default=20,
        help="Limits how many seconds one answer may take, from 1 to 120.",
    )
    submit_path = fields.Char(required=True, default="/letters")
    status_path = fields.Char(required=True, default="/letters/{reference}")
    deposit_path = fields.Char(
        string="Proof of Deposit Path", default="/letters/{reference}/deposit"
    )
    receipt_path = fields.Char(
        string="Proof of Receipt Path", default="/letters/{reference}/receipt"
    )
    request = fields.Text(
        required=True,
        default=REQUEST,
        help="Defines what is sent: a JSON text in which names in braces stand for values.",
    )
    request_names = fields.Char(string="Names for the Request", compute="_compute_request_names")
    reference_path = fields.Char(
        required=True,
        default="id",
        help="Says where in the answer the reference is, such as “data.id”.",
    )
    state_path = fields.Char(string="Status", required=True, default="status")
    message_path = fields.Char(string="Message", default="message")
    words_deposited = fields.Char(
        string="Words for Deposited",
        default="deposited, sent",
        help="Lists the provider's statuses, separated by commas.",
    )
    words_received = fields.Char(
        string="Words for Received", required=True, default="received, accepted"
    )
    words_refused = fields.Char(
        string="Words for Not Delivered", required=True, default="refused, expired, failed"
    )

    _dso_timeout_sensible = models.Constraint(
        "CHECK (timeout BETWEEN 1 AND 120)", "The answer may take 1 to 120 seconds."
    )

    def _compute_request_names(self):
        self.request_names = ", ".join(f"{{{name}}}" for name in sorted(erm.NAMES))

    def _dso_find_uses(self, deleting):
        """Registered mail that is planned where no other provider could carry it."""
        if not self.active:
            return [], None, ""
        # sudo: what would stop counts in any company, only how much is told
        actions = self.env["dso.action"].sudo()
        others = self.sudo().search([("id", "!=", self.id), ("active", "=", True)])
        domain = actions._get_pending_domain() & Domain("action_type", "=", "letter_electronic")
        if self.company_id:
            domain &= Domain("company_id", "=", self.company_id.id)
        waiting = actions._read_group(domain, ["company_id"], ["__count"])
        served = others.company_id
        shared = any(not other.company_id for other in others)
        count = sum(number for company, number in waiting if not shared and company not in served)
        if not count:
            return [], None, ""
        text = self.env._(
            "Planned electronic registered mail would have no provider: %(count)s.", count=count
        )
        return [text], None, ""

    def _dso_advise_unused(self):
        return self.env._("Add another provider first, or cancel these actions.")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Letters and their proofs name who delivered them."""
        # sudo: letters of all companies count, only that there are some is told
        letters = self.env["dso.erm.letter"].sudo()
        used = letters.search([("provider_id", "in", self.ids)], limit=1).provider_id
        if used:
            raise UserError(
                self.env._(
                    "“%(provider)s” has delivered letters whose proofs refer to it, so it was "
                    "not deleted. Archive it instead; it then gets no new letters.",
                    provider=used.name,
                )
            )

    @api.constrains("url")
    def _check_url(self):
        for provider in self:
            if not http.is_safe(provider.url):
                raise ValidationError(
                    self.env._(
                        "The address of “%(provider)s” must begin with https:// and contain "
                        "neither a user name nor a query: letters and the key are sent there.",
                        provider=provider.name,
                    )
                )

    @api.constrains(*PATHS)
    def _check_paths(self):
        for provider in self:
            for fname in PATHS:
                path = provider[fname]
                if path and not PATH.fullmatch(path):
                    raise ValidationError(
                        self.env._(
                            "“%(path)s” is not a path: it must begin with a slash and contain no "
                            "spaces.",
                            path=path,
                        )
                    )
            for path in filter(None, (provider[fname] for fname in PATHS[1:])):
                if "{reference}" not in path:
                    raise ValidationError(
                        self.env._(
                            "“%(path)s” needs {reference} where the provider's reference of the "
                            "letter goes.",
                            path=path,
                        )
                    )

    @api.constrains("key", "key_header", "key_prefix", "idempotency_header")
    def _check_headers(self):
        # sudo: a constraint of the keys, which only administrators read
        for provider in self.sudo():
            names = (provider.key_header, provider.idempotency_header)
            values = filter(None, (provider.key, provider.key_prefix))
            if not all(map(HEADER_NAME.fullmatch, names)) or not all(
                map(VISIBLE.fullmatch, values)
            ):
                raise ValidationError(
                    self.env._(
                        "The headers and the key of “%(provider)s” may only contain plain "
                        "letters, digits and punctuation. Copy the key again, without line "
                        "breaks.",
                        provider=provider.name,
                    )
                )

    @api.constrains("request")
    def _check_request(self):
        for provider in self:
            try:
                erm.parse(provider.request)
            except erm.BadMapping as error:
                if error.names:
                    raise ValidationError(
                        self.env._(
                            "The request of “%(provider)s” uses %(names)s, which does not exist. "
                            "Available: %(known)s.",
                            provider=provider.name,
                            names=", ".join(error.names),
                            known=provider.request_names,
                        )
                    ) from error
                raise ValidationError(
                    self.env._(
                        "The request of “%(provider)s” is not a JSON object: %(error)s.",
                        provider=provider.name,
                        error=str(error),
                    )
                ) from error

    @api.model_create_multi
    def create(self, vals_list):
        providers = super().create(vals_list)
        self._enqueue_waiting()
        return providers

    def write(self, vals):
        result = super().write(vals)
        if {"active", "company_id"} & vals.keys():
            self._enqueue_waiting()
        if TALKING & vals.keys():
            self._retry_refused()
        return result

    def _retry_refused(self):
        """Letters that these providers never took because of their settings, now corrected, are
        handed over by the next turn of the retries: they have not left yet (R11)."""
        # sudo: letters of all collectors use the provider
        letters = self.env["dso.erm.letter"].sudo()
        letters = letters.search(
            [
                ("provider_id", "in", self.ids),
                ("state", "=", "failed"),
                ("reference", "=", False),
                ("action_id.state", "=", "error"),
            ]
        )
        actions = letters.action_id.filtered(
            lambda action: (action.error_data or {}).get("code") == "provider_settings"
        )
        if actions:
            actions.write({"retry_date": fields.Datetime.now(), "retry_count": 0})
            # sudo: waking the module's own cron is harmless
            self.env.ref("dso_collection.ir_cron_retry").sudo()._trigger()

    def unlink(self):
        self._enqueue_waiting()
        return super().unlink()

    @api.model
    def _enqueue_waiting(self):
        """Whether there is a provider is an error of what is planned, or no longer one (R11)."""
        self.env["dso.refresh.queue"]._enqueue(
            SQL(
                "EXISTS (SELECT 1 FROM dso_action AS action WHERE action.customer_id = customer.id"
                " AND action.state IN ('planned', 'error') AND action.done_date IS NULL"
                " AND action.action_type = 'letter_electronic')"
            )
        )

    @api.model
    def _get_by_company(self, companies):
        """The provider of each company: its own, else the shared one.

        :return: {company: dso.erm.provider, empty where there is none}
        """
        # sudo: which provider carries a letter is a setting that all senders obey
        providers = self.sudo().search(
            # said here: files are planned with archived ones in sight
            [("company_id", "in", [*companies.ids, False]), ("active", "=", True)]
        )
        return {
            company: (
                providers.filtered(lambda p, company=company: p.company_id == company)
                or providers.filtered(lambda p: not p.company_id)
            )[:1]
            for company in companies
        }

    def _get_service(self):
        """The model that talks to this provider."""
        self.ensure_one()
        return self.env["dso.erm.service"]._get_service(self.service)
