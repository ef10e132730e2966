import base64
import logging
from datetime import timedelta
from functools import partial

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL, html2plaintext

from ....engine import erm
from ....tools.conflicts import retry_on_conflict
from ....tools.crons import commit_progress
from ....tools.errors import ProviderError

_logger = logging.getLogger(__name__)

STATES = [
    ("queued", "Waiting"),
    ("submitted", "Handed over"),
    ("deposited", "Deposited"),
    ("received", "Received"),
    ("refused", "Not received"),
    ("failed", "Not accepted"),
]
#: In which something may still happen at the provider.
TRAVELLING = ("submitted", "deposited")
#: How long a letter is asked after, from its deposit; then the last status stays.
MAX_DAYS = 60
FIRST_POLL = timedelta(minutes=15)
POLL = timedelta(hours=2)
#: Letters that are printed together, in one transaction.
PRINT_SIZE = 20
PROOFS = {erm.DEPOSITED: "deposit_proof_id", erm.RECEIVED: "receipt_proof_id"}


class DsoErmLetter(models.Model):
    """An electronic registered mail on its way. Queued with its action, in one transaction;
    handed over to the provider by a cron, with a key that makes a second time harmless."""

    _name = "dso.erm.letter"
    _description = "Electronic Registered Mail"
    _inherit = ["dso.guard"]
    _order = "id desc"
    _rec_name = "subject"

    action_id = fields.Many2one(
        "dso.action", required=True, readonly=True, index=True, ondelete="cascade"
    )
    customer_id = fields.Many2one(related="action_id.customer_id", store=True, index=True)
    company_id = fields.Many2one(related="action_id.company_id", store=True, index=True)
    subject = fields.Char(related="action_id.subject")
    provider_id = fields.Many2one(
        "dso.erm.provider", required=True, readonly=True, index=True, ondelete="restrict"
    )
    recipient_id = fields.Many2one("res.partner", readonly=True, ondelete="restrict")
    recipient_email = fields.Char(string="Sent To", readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="queued")
    attempt = fields.Integer(readonly=True, default=1)
    key = fields.Char(
        string="Unique Key",
        required=True,
        readonly=True,
        help="Identifies the letter at the provider.",
    )
    reference = fields.Char(readonly=True, help="Given by the provider.")
    message = fields.Char(string="Provider Says", readonly=True)
    submit_date = fields.Datetime(string="Handed Over On", readonly=True)
    deposit_date = fields.Datetime(string="Deposited On", readonly=True)
    receipt_date = fields.Datetime(string="Received On", readonly=True)
    poll_date = fields.Datetime(string="Next Status Check", readonly=True)
    document_id = fields.Many2one("ir.attachment", readonly=True, ondelete="restrict")
    deposit_proof_id = fields.Many2one(
        "ir.attachment", string="Proof of Deposit", readonly=True, ondelete="restrict"
    )
    receipt_proof_id = fields.Many2one(
        "ir.attachment", string="Proof of Receipt", readonly=True, ondelete="restrict"
    )

    # one letter for one action, whatever the code does
    _action_uniq = models.UniqueIndex("(action_id)")
    _queued_idx = models.Index("(id) WHERE state = 'queued'")
    _poll_idx = models.Index("(poll_date, id) WHERE poll_date IS NOT NULL")

    @api.model
    def _prepare_key(self, action, attempt=1):
        """The same for the same letter, and for no other one of any database."""
        # sudo: the identifier of the database is no secret to the provider
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"{uuid}-dso.action-{action.id}-{attempt}"

    @api.model
    def _trigger(self, moment=None):
        # sudo: waking the module's own cron is harmless
        self.env.ref("dso_collection.ir_cron_erm").sudo()._trigger(moment)

    # ------------------------------------------------------------------
    # The cron: short transactions
    # ------------------------------------------------------------------

    @api.model
    def _cron_erm(self):
        """Make the documents, hand the letters over, ask what became of them."""
        self._run()

    @api.model
    def _run(self, now=None):
        """:param now: naive UTC datetime, default the present"""
        now = now or fields.Datetime.now()
        # sudo: the cron serves all companies
        letters = self.sudo()
        # the document is kept before it leaves: a letter that is handed over a second time is the
        # same to the byte
        for condition, method in (
            (SQL("state = 'queued' AND document_id IS NULL"), "_make_documents"),
            (SQL("state = 'queued' AND document_id IS NOT NULL"), "_submit"),
            (SQL("poll_date <= %s", now), "_poll"),
        ):
            # printing takes as long for many as for one
            size = PRINT_SIZE if method == "_make_documents" else 1
            if not letters._run_all(condition, method, now, size):
                letters._trigger()
                break

    @api.model
    def _run_all(self, condition, method, now, size):
        """Do this with all letters, some in each transaction, leaving those of other workers to
        them.

        :return: whether there was time for all
        """
        last, seconds = 0, 1
        while seconds:
            last, seconds = retry_on_conflict(
                self.env, partial(self._run_batch, condition, method, now, size, last)
            )
            if not last:
                return True
        return False

    @api.model
    def _run_batch(self, condition, method, now, size, last):
        """Lock the next letters, do it, commit.

        :return: id of the last one, 0 if there was none; seconds left
        """
        letters = self._lock_next(condition, size, last)
        if not letters:
            return 0, 0
        letters._run_isolated(method, now)
        seconds = commit_progress(self.env, len(letters))
        self.env.invalidate_all()
        return max(letters.ids), seconds

    def _run_isolated(self, method, now):
        """One fault stops no other letter: if it fails for some together, then one by one."""
        try:
            with self.env.cr.savepoint():
                getattr(self, method)(now)
                self.env.flush_all()
        except OperationalError:
            raise
        except Exception as error:
            # a fault of ours: told, and it stops no other letter
            _logger.exception("%s of %s failed", method, self)
            if len(self) > 1:
                for letter in self:
                    letter._run_isolated(method, now)
            elif method == "_poll":
                self.poll_date = now + POLL
            else:
                self._fail(ProviderError(str(error)))

    @api.model
    def _lock_next(self, condition, size, last):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM dso_erm_letter WHERE %s AND id > %s "
                "ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
                condition,
                last,
                size,
            )
        )
        letters = self.browse([row[0] for row in self.env.cr.fetchall()])
        letters.invalidate_recordset()
        return letters

    # ------------------------------------------------------------------
    # Handing over
    # ------------------------------------------------------------------

    def _make_documents(self, now):
        """These letters as PDF, of what the customers were told."""
        pdfs = self._render_pdfs()
        for letter in self:
            name = f"{(letter.action_id.name or 'letter').replace('/', '-')}.pdf"
            letter.document_id = letter._attach(name, pdfs[letter.id], "application/pdf")

    def _render_pdfs(self):
        """As letters on paper would be, on the company's layout.

        :return: {letter id: bytes}
        """
        actions = self.action_id
        contents = {action.id: (action.subject, action.body) for action in actions}
        pdfs = self.env["dso.channel.letter"]._print(actions, contents)
        return {letter.id: pdfs[letter.action_id.id] for letter in self}

    def _attach(self, name, content, mimetype):
        """A file on the action: whoever may read it may read the file."""
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": content,
                "mimetype": mimetype,
                "res_model": "dso.action",
                "res_id": self.action_id.id,
            }
        )

    def _get_request_values(self):
        """{name of ``engine.erm``: text}"""
        action, contact = self.action_id, self.recipient_id
        company = action.company_id
        return {
            "key": self.key,
            "sender_name": company.name or "",
            "sender_email": action.collector_id.email_normalized or company.email or "",
            "recipient_name": contact.name or contact.display_name or "",
            "recipient_company": action.partner_id.name or "",
            "recipient_email": self.recipient_email or "",
            "recipient_street": ", ".join(filter(None, (contact.street, contact.street2))),
            "recipient_zip": contact.zip or "",
            "recipient_city": contact.city or "",
            "recipient_country": contact.country_id.code or "",
            "language": (action.lang or "").split("_")[0],
            "subject": action.subject or "",
            "body_text": html2plaintext(action.body or ""),
            "body_html": str(action.body or ""),
            "filename": self.document_id.name or "",
            "pdf_base64": base64.b64encode(self.document_id.raw or b"").decode(),
        }

    def _submit(self, now):
        try:
            reference = self.provider_id._get_service()._submit(self.provider_id, self)
        except ProviderError as error:
            self._fail(error)
            return
        self.write(
            {
                "state": "submitted",
                "reference": reference,
                "submit_date": now,
                "message": False,
                "poll_date": now + FIRST_POLL,
            }
        )
        self._trigger(now + FIRST_POLL)

    def _fail(self, error, state="failed"):
        """The provider did not take it, or did not deliver it: the action says so (R11)."""
        self.write({"state": state, "message": error.text, "poll_date": False})
        fix = self.provider_id if error.setting else self.recipient_id
        self.action_id._set_undelivered(
            error.text,
            model=fix._name,
            res_id=fix.id,
            transient=error.transient,
            code="provider_settings" if error.setting else "undelivered",
        )

    def _requeue(self, contact):
        """Send again. What the provider never took keeps its key; what it took and could not
        deliver is a new letter, with a key of its own.

        :param contact: the recipient as it is now
        """
        self.ensure_one()
        values = {"state": "queued", "message": False, "poll_date": False}
        if contact != self.recipient_id:
            # the one that was made has the name of somebody else
            values["document_id"] = False
        values.update(recipient_id=contact.id, recipient_email=contact.email_normalized)
        if self.reference:
            attempt = self.attempt + 1
            values.update(
                attempt=attempt,
                key=self._prepare_key(self.action_id, attempt),
                reference=False,
                submit_date=False,
                deposit_date=False,
                receipt_date=False,
            )
        self.write(values)

    # ------------------------------------------------------------------
    # What became of it
    # ------------------------------------------------------------------

    def _poll(self, now):
        """Ask for the status, and fetch the proofs that there are."""
        service = self.provider_id._get_service()
        try:
            state, words = service._get_status(self.provider_id, self)
        except ProviderError as error:
            # it is on its way all the same: asked again, the letter is in no error
            self.write({"message": error.text, "poll_date": now + POLL})
            return
        if state == erm.REFUSED:
            self._fetch_proof(erm.DEPOSITED)
            self._fail(ProviderError(words), state="refused")
            return
        self.message = words
        if state in (erm.DEPOSITED, erm.RECEIVED) and not self.deposit_date:
            self.write({"deposit_date": now, "state": "deposited"})
        if state == erm.RECEIVED and not self.receipt_date:
            self.write({"receipt_date": now, "state": "received"})
        self._fetch_proofs()
        self.poll_date = now + POLL if self._is_awaited(now) else False

    def _is_awaited(self, now):
        """Whether something may still come: the receipt, or a proof."""
        if now > (self.submit_date or now) + timedelta(days=MAX_DAYS):
            return False
        provider = self.provider_id
        return (
            self.state in TRAVELLING
            or bool(provider.deposit_path and not self.deposit_proof_id)
            or bool(provider.receipt_path and not self.receipt_proof_id)
        )

    def _fetch_proofs(self):
        if self.deposit_date:
            self._fetch_proof(erm.DEPOSITED)
        if self.receipt_date:
            self._fetch_proof(erm.RECEIVED)

    def _fetch_proof(self, kind):
        """Keep a proof with the action, once."""
        fname = PROOFS[kind]
        if self[fname]:
            return
        try:
            proof = self.provider_id._get_service()._get_proof(self.provider_id, self, kind)
        except ProviderError as error:
            self.message = error.text
            return
        if proof:
            content, mimetype = proof
            extension = mimetype.rpartition("/")[2]
            label = self._fields[fname]._description_string(self.env)
            self[fname] = self._attach(f"{label} {self.reference}.{extension}", content, mimetype)

    def action_poll(self):
        """Ask the provider now."""
        self.check_access("read")
        self.action_id.check_access("write")
        # sudo: the key is the managers' own; the right to act was checked
        travelling = self.sudo().filtered(lambda letter: letter.reference)
        travelling.write({"poll_date": fields.Datetime.now()})
        self._trigger()
