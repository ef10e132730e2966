import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.mail import email_normalize_all
from odoo.tools.misc import format_date

from ...engine import pages as rules

PURPOSES = [("customer", "Customer"), ("colleague", "Colleague")]
#: The path of a page; short, for it has to fit in a text message.
PATH = "/dso/p/"
#: No page is kept, found by search engines, shown inside another one, or told of to other sites;
#: errors and downloads neither.
HEADERS = {
    "Cache-Control": "no-store, private",
    "Pragma": "no-cache",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
}


class DsoPage(models.Model):
    """A link that opens a page without login, for the customer or for a colleague.

    Bound to one customer in one company, one purpose and the addresses it was sent to. Only a
    digest of it is kept here, so that looking one up tells nothing of it; the link itself stands
    in the message that left, which those may read who may read the customer's file. [Q31]
    """

    _name = "dso.page"
    _inherit = [
        "dso.guard",
    ]
    _description = "Interactive Page"
    _order = "id desc"
    _rec_name = "partner_id"

    customer_id = fields.Many2one(
        "dso.customer",
        string="Customer File",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(related="customer_id.partner_id", store=True, precompute=True)
    company_id = fields.Many2one(
        related="customer_id.company_id", store=True, index=True, precompute=True
    )
    action_id = fields.Many2one(
        "dso.action",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Is the action whose message contains the link.",
    )
    purpose = fields.Selection(PURPOSES, required=True, readonly=True)
    recipient_ids = fields.Many2many("res.partner", readonly=True)
    emails = fields.Char(
        readonly=True, help="Lists the addresses it was sent to; a new link goes nowhere else."
    )
    lang = fields.Char(string="Language", readonly=True)
    line_ids = fields.Many2many(
        "account.move.line",
        string="Items",
        readonly=True,
        help="Limits a colleague's page to these items.",
    )
    digest = fields.Char(required=True, readonly=True, copy=False, groups="base.group_system")
    expires_date = fields.Datetime(string="Expires On", required=True, readonly=True)
    revoked_date = fields.Datetime(string="Revoked On", readonly=True, copy=False)
    revoked_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    opened_date = fields.Datetime(string="Opened On", readonly=True, copy=False)
    answered_date = fields.Datetime(string="Answered On", readonly=True, copy=False)
    renewed_id = fields.Many2one("dso.page", readonly=True, copy=False, ondelete="set null")
    answer_ids = fields.One2many("dso.page.answer", "page_id", string="Answers", readonly=True)
    state = fields.Selection(
        [
            ("sent", "Sent"),
            ("opened", "Opened"),
            ("answered", "Answered"),
            ("expired", "Expired"),
            ("revoked", "Revoked"),
        ],
        compute="_compute_state",
    )

    _digest_uniq = models.UniqueIndex("(digest)")

    @api.depends("expires_date", "revoked_date", "opened_date", "answered_date")
    def _compute_state(self):
        now = fields.Datetime.now()
        for page in self:
            if page.revoked_date:
                page.state = "revoked"
            elif page.answered_date:
                page.state = "answered"
            elif not rules.is_open(page.expires_date or now, None, now):
                page.state = "expired"
            else:
                page.state = "opened" if page.opened_date else "sent"

    # ------------------------------------------------------------------
    # Links
    # ------------------------------------------------------------------

    @api.model
    def _make_digest(self, token):
        return hashlib.sha256(token.encode()).hexdigest()

    @api.model
    def _get_url(self, company, token):
        """Where the page is, in the company's own address."""
        return f"{company.get_base_url()}{PATH}{token}"

    @api.model
    def _create_pages(self, values_list):
        """New pages with their links, which nobody can read afterwards.

        :return: [(page, token)]
        """
        tokens = [secrets.token_urlsafe(rules.TOKEN_BYTES) for _values in values_list]
        # sudo: made by the module with the message that has the link in it
        pages = self.sudo().create(
            [
                {**values, "digest": self._make_digest(token)}
                for values, token in zip(values_list, tokens, strict=True)
            ]
        )
        return list(zip(pages, tokens, strict=True))

    @api.model
    def _get_expiry(self, company):
        # sudo: a setting of the company
        return fields.Datetime.now() + timedelta(days=company.sudo().dso_page_days)

    @api.model
    def _find(self, token):
        """The page that a link opens.

        :return: the page as superuser, empty for a link that is wrong, expired or revoked: they
            cannot be told apart
        """
        page = self._find_in_any_state(token)
        now = fields.Datetime.now()
        if not page or not rules.is_open(page.expires_date, page.revoked_date or None, now):
            # sudo: nothing, of the kind that is found as superuser
            return self.sudo().browse()
        return page

    @api.model
    def _find_in_any_state(self, token):
        """The page of a link that once opened it."""
        if not isinstance(token, str) or not 16 <= len(token) <= 64:
            # sudo: nothing, of the kind that is found as superuser
            return self.sudo().browse()
        # sudo: the link is the right, and gives no other
        return self.sudo().search([("digest", "=", self._make_digest(token))], limit=1)

    # ------------------------------------------------------------------
    # What is on it
    # ------------------------------------------------------------------

    def _get_lines_domain(self):
        """The items that the page shows, and the only ones that it takes answers for."""
        self.ensure_one()
        domain = self.customer_id._get_open_item_domain()
        if self.purpose == "colleague":
            domain &= fields.Domain("id", "in", self.line_ids.ids)
        return domain

    def _get_lines(self, ids=None):
        """Open items of the page, oldest first.

        :param ids: those that somebody ticked: what is not on the page is left out
        """
        domain = self._get_lines_domain()
        if ids is not None:
            domain &= fields.Domain("id", "in", list(ids))
        return self.env["account.move.line"].search(domain, order="date_maturity, id")

    def _get_dispute_statuses(self):
        """The reasons that customers may choose from."""
        return self.env["dso.item.status"].search([("kind", "=", "dispute")])

    def _prepare_page(self, params):
        """What the page shows.

        :param params: of the address: what the visitor filters by
        :return: dict for the template
        """
        self.ensure_one()
        values = {
            "page": self,
            "company": self.company_id,
            "customer": self.customer_id,
            "collector": self._get_collector(),
            "today": self.company_id._dso_today(),
            "expires_text": format_date(self.env, self.expires_date.date()),
            "statuses": self._get_dispute_statuses(),
            "problem": None,
            "problem_code": None,
            "entered": {},
            "ticked": set(),
        }
        if self.purpose == "customer":
            values.update(self._prepare_customer_page(params))
        else:
            values.update(self._prepare_colleague_page(params, values["today"]))
        return values

    def _get_collector(self):
        """Who is in charge, and whom the page names."""
        self.ensure_one()
        return self.customer_id._get_collector()

    # ------------------------------------------------------------------
    # What becomes of it
    # ------------------------------------------------------------------

    def _set_opened(self):
        """A person looks at it: said by the page itself, which a mail scanner does not run."""
        self.filtered(lambda page: not page.opened_date).write(
            {"opened_date": fields.Datetime.now()}
        )

    def _set_seen(self):
        """:meth:`_set_opened`, beside whatever else is done with the page: who answers it at this
        moment says so, too."""
        self.env.cr.execute(
            SQL(
                "SELECT id FROM dso_page WHERE id = ANY(%s) AND opened_date IS NULL "
                "FOR NO KEY UPDATE SKIP LOCKED",
                self.ids,
            ),
            # one that changes in this very moment: Odoo begins the request anew
            log_exceptions=False,
        )
        self.browse([id_ for (id_,) in self.env.cr.fetchall()])._set_opened()

    def _set_answered(self):
        """Whoever answers has looked at it; one answer ends a question on all its pages."""
        pages = self | self._get_question_pages()
        pages._set_opened()
        pages.write({"answered_date": fields.Datetime.now()})

    def action_revoke(self):
        """Nobody can open these pages any more, whoever has the link."""
        self.customer_id.check_access("write")
        # sudo: pages are written by the module; the right on the customer was checked
        self.sudo().filtered(lambda page: not page.revoked_date).write(
            {"revoked_date": fields.Datetime.now(), "revoked_by_id": self.env.uid}
        )

    def action_preview(self):
        """Open the page as its recipient sees it, without leaving a trace."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/dso/preview/{self.id}", "target": "new"}

    def _get_author_name(self):
        """Who answers, as far as the link tells."""
        self.ensure_one()
        if len(self.recipient_ids) == 1:
            return self.recipient_ids.display_name
        return self.emails or self.partner_id.display_name

    @api.model
    def _format_emails(self, contacts):
        """The addresses of these contacts, as they are kept with a page."""
        emails = {
            email for contact in contacts for email in email_normalize_all(contact.email or "")
        }
        return ", ".join(sorted(emails))
