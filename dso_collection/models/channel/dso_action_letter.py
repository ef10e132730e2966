"""Letters of actions: what is printed, by whom they are carried, and what became of them."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ...engine import letters
from ...tools.inside import get_inside

#: Why letters come back at whose address nobody is any more, see ``_get_return_reasons``.
LEFT_REASONS = frozenset({"moved", "unknown"})
#: What Snailmail says → code of ours, see ``_describe_error``.
POST_ERRORS = {
    "CREDIT_ERROR": "no_post_credit",
    "TRIAL_ERROR": "no_post_account",
    "NO_PRICE_AVAILABLE": "no_post_country",
}


class DsoAction(models.Model):
    """The part of ``dso.action`` that goes by post."""

    _inherit = "dso.action"
    _dso_writable = frozenset(
        {
            "posted_date",
            "receipt",
            "receipt_filename",
            "received_date",
            "tracking_number",
        }
    )

    is_letter = fields.Boolean(
        compute="_compute_is_letter", help="Carrying it out prints or posts a letter."
    )
    letter_attachment_id = fields.Many2one(
        "ir.attachment",
        string="Letter",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Keeps what was printed or posted, exactly as it was.",
    )
    letter_address = fields.Text(
        string="Addressed To",
        readonly=True,
        copy=False,
        help="Shows the address as it is printed on the letter.",
    )
    letter_pages = fields.Integer(string="Pages", readonly=True, copy=False)
    snailmail_letter_id = fields.Many2one(
        "snailmail.letter",
        string="Posted Letter",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    tracking_number = fields.Char(copy=False, help="Identifies the registered letter.")
    posted_date = fields.Date(string="Posted on", copy=False)
    received_date = fields.Date(
        string="Received on", copy=False, help="Taken from the acknowledgment of receipt."
    )
    receipt = fields.Binary(
        string="Acknowledgment of Receipt", attachment=True, copy=False, help="Holds a scan of it."
    )
    receipt_filename = fields.Char(copy=False)
    receipt_missing = fields.Boolean(
        compute="_compute_receipt_missing",
        search="_search_receipt_missing",
        help="Set for a registered letter whose receipt was not returned within the days of "
        "the settings.",
    )

    @api.depends("action_type", "letter_template_id", "body", "letter_attachment_id")
    def _compute_is_letter(self):
        for action in self:
            action.is_letter = bool(
                action.letter_attachment_id or action._get_channel()._makes_letter(action)
            )

    # ------------------------------------------------------------------
    # Registered letters
    # ------------------------------------------------------------------

    @api.depends("action_type", "state", "done_date", "posted_date", "received_date")
    def _compute_receipt_missing(self):
        latest = self._get_receipt_days()
        for action in self:
            sent = action._get_posted_date()
            action.receipt_missing = bool(
                action.action_type == "letter_registered"
                and action.state == "done"
                and sent
                and not action.received_date
                and sent <= latest[action.company_id.id]
            )

    def _get_posted_date(self):
        """When the letter was posted: the day it was printed where nobody noted another one."""
        self.ensure_one()
        return self.posted_date or self.done_date

    def _search_receipt_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain.OR(
            Domain("company_id", "=", company_id)
            & (
                Domain("posted_date", "<=", day)
                | Domain("posted_date", "=", False) & Domain("done_date", "<=", day)
            )
            for company_id, day in self._get_receipt_days().items()
        )
        missing = (
            Domain("action_type", "=", "letter_registered")
            & Domain("state", "=", "done")
            & Domain("done_date", "!=", False)
            & Domain("received_date", "=", False)
            & late
        )
        return missing if True in value else ~missing

    @api.model
    def _get_receipt_days(self):
        """{company id: letters posted on this day or before should have been received}"""
        return {
            company.id: company._dso_today() - timedelta(days=company.dso_receipt_days)
            for company in self.env["res.company"]._dso_companies()
        }

    @api.constrains("posted_date", "received_date")
    def _check_received_date(self):
        for action in self:
            if (
                action.posted_date
                and action.received_date
                and action.received_date < action.posted_date
            ):
                raise ValidationError(
                    self.env._(
                        "“%(action)s” cannot have been received on %(received)s, before it was "
                        "posted on %(posted)s. Correct one of the dates.",
                        action=action.display_name,
                        received=format_date(self.env, action.received_date),
                        posted=format_date(self.env, action.posted_date),
                    )
                )

    # ------------------------------------------------------------------
    # Who carries it, and where to
    # ------------------------------------------------------------------

    def _is_posted_online(self):
        """Whether this letter is printed and posted by Odoo's Snailmail, as its step says, or its
        company."""
        self.ensure_one()
        carrier = self.step_id.letter_carrier or self.company_id.dso_letter_carrier
        return carrier == "snailmail" and self._get_channel()._has_carrier

    def _get_addressees(self, recipients=None):
        """To whom each letter goes: the first of its recipients with a postal address, else the
        customer's own address; once the post brought it back, rather to another address.

        :param recipients: {action id: res.partner}, default those of the actions
        :return: {action id: res.partner, the best there is even if its address is incomplete}
        """
        recipients = self._get_recipients() if recipients is None else recipients
        result = {}
        for action in self:
            # sudo: the customer's own address, whoever writes
            customer = action.partner_id.sudo()
            candidates = recipients[action.id] | customer
            valid = candidates.filtered(_has_address)
            elsewhere = valid
            if (action.error_data or {}).get("cause") in LEFT_REASONS:
                elsewhere = valid.filtered(lambda one, action=action: not action._is_sent_to(one))
            result[action.id] = elsewhere[:1] or valid[:1] or customer
        return result

    def _is_sent_to(self, addressee):
        """Whether the letter went to the address of this contact, whoever lives there."""
        self.ensure_one()
        place = "\n".join(self._get_place_lines(addressee.with_context(lang=self.lang)))
        return bool(place) and (self.letter_address or "").endswith(place)

    def _get_address_lines(self, addressee):
        """The lines of the address, the country only of letters abroad and in capitals, as the
        post wants it."""
        self.ensure_one()
        partner = addressee.with_context(lang=self.lang)
        company = partner.commercial_company_name or partner.parent_id.name
        names = [company, partner.name] if company != partner.name else [partner.name]
        return [*filter(None, names), *self._get_place_lines(partner)]

    def _get_place_lines(self, partner):
        """The same without the names."""
        abroad = partner.country_id != self.company_id.country_id
        country = partner.country_id.name or ""
        lines = partner._display_address(without_company=True).splitlines()
        lines = [line.strip() for line in lines if line.strip()]
        if country and lines and lines[-1] == country:
            lines[-1:] = [country.upper()] if abroad else []
        return lines

    def _get_return_address(self):
        """The sender in one line, for the window."""
        # sudo: the company's own address
        company = self.company_id.sudo()
        city = " ".join(filter(None, [company.zip, company.city]))
        return " · ".join(filter(None, [company.name, company.street, city]))

    def _set_not_posted(self):
        """Snailmail refused the letter: an error with its reason (R11), see
        :meth:`_set_undelivered`."""
        self.ensure_one()
        letter = self.snailmail_letter_id
        not_taken = get_inside(self.env, "dso_not_taken")
        code = POST_ERRORS.get(letter.error_code, "not_posted")
        if letter.state == "canceled":
            code = "cancelled_in_queue"
        elif not_taken is False:
            code = "unknown_outcome"
        fix = letter
        if letter.error_code in ("MISSING_REQUIRED_FIELDS", "NO_PRICE_AVAILABLE"):
            fix = letter.partner_id
        elif code in ("no_post_credit", "no_post_account"):
            fix = self._find_iap_account("snailmail") or letter
        self._set_undelivered(
            letter._dso_get_failure(),
            model=fix._name,
            res_id=fix.id,
            code=code,
            transient=bool(not_taken),
            pages=self.letter_pages,
            contact=letter.partner_id.display_name,
        )

    # ------------------------------------------------------------------
    # Letters that come back
    # ------------------------------------------------------------------

    def _filter_returnable(self):
        """Those of these actions whose letter is under way or arrived, as far as we know."""
        return self.filtered(
            lambda action: (
                action.state == "done"
                and action.letter_attachment_id
                and action._get_channel()._is_posted
            )
        )

    def action_open_return(self):
        """The post brought these letters back: asks why."""
        self.check_access("write")
        returned = self._filter_returnable()
        if not returned:
            raise UserError(
                self.env._(
                    "None of these actions is a letter that was sent: only those can be returned."
                )
            )
        return self._open_wizard("dso_action_return_action", default_action_ids=returned.ids)

    def _set_returned(self, reason, comment=None):
        """The post brought these letters back: their actions are in error, to be sent again once
        the address is right, and the customers' files keep a word on it (R11).

        :param reason: key of ``RETURN_REASONS``
        :param comment: what is written on the envelope
        """
        self.check_access("write")
        returned = self._filter_returnable()
        label = dict(self._get_return_reasons())[reason]
        words = ": ".join(filter(None, (label, comment)))
        returned.customer_id._message_log_batch(
            {
                customer.id: "\n".join(action._describe_return(words) for action in actions)
                for customer, actions in returned.grouped("customer_id").items()
            }
        )
        returned._set_undelivered(comment or "", code="returned", cause=reason)

    def _describe_return(self, words):
        """A line for the customer's file: which letter came back, and why."""
        values = {
            "letter": self.name,
            "date": format_date(self.env, self._get_posted_date()),
            "words": words,
            "number": self.tracking_number,
        }
        if self.tracking_number:
            return self.env._(
                "The letter “%(letter)s” of %(date)s (%(number)s) was returned. %(words)s", **values
            )
        return self.env._("The letter “%(letter)s” of %(date)s was returned. %(words)s", **values)

    @api.model
    def _get_return_reasons(self):
        """Why letters come back, in the user's language."""
        return [
            ("unknown", self.env._("Unknown at this address")),
            ("moved", self.env._("Moved")),
            ("refused", self.env._("Refused")),
            ("not_collected", self.env._("Not collected at the post office")),
            ("other", self.env._("Other reason")),
        ]

    # ------------------------------------------------------------------
    # Content
    # ------------------------------------------------------------------

    def _prepare_letters(self, contents):
        """What the report prints.

        :param contents: {action id: (subject, body)}
        :return: {action id: dict, see the template ``letter_document``}
        """
        addressees = self._get_addressees()
        return {
            action.id: action.with_context(lang=action.lang)._prepare_letter(
                addressees[action.id], *contents[action.id]
            )
            for action in self
        }

    def _prepare_letter(self, addressee, subject, body):
        """One letter, see :meth:`_prepare_letters`; the context has its language."""
        self.ensure_one()
        today = get_inside(self.env, "dso_today") or self.company_id._dso_today()
        penalties = self.penalties_table or ""
        return {
            "lang": self.lang,
            "address": self._get_address_lines(addressee),
            "return_address": self._get_return_address(),
            "mention": self._get_channel()._get_mention(self),
            "date": format_date(self.env, self.done_date or today, date_format="long"),
            "subject": subject,
            "body": body,
            "words": self.total_in_words,
            # a text without any table says nothing of the items
            "items_table": self.items_table if "<table" not in str(body) else "",
            # a text may have it where it wants
            "penalties_table": "" if "dso_penalties_table" in str(body) else penalties,
        }

    # ------------------------------------------------------------------
    # Printing
    # ------------------------------------------------------------------

    def action_print_letters(self):
        """Open the pile of these letters: look through it, then print it and mark it done."""
        self.check_access("write")
        pile = self.filtered(lambda action: action.is_letter and action._is_pending())
        if not pile:
            raise UserError(
                self.env._(
                    "There is no letter to print among these actions: choose letters that are "
                    "still to be done. Those already printed are in the history."
                )
            )
        wizard = self.env["dso.letter.print"].create(
            {"action_ids": [(6, 0, pile.ids)], "other_count": len(self - pile)}
        )
        return wizard._get_window()

    def action_reprint_letters(self):
        """Print letters of the history again, as they were."""
        self.check_access("read")
        printed = self.filtered("letter_attachment_id")
        if not printed:
            raise UserError(
                self.env._(
                    "None of these actions has a letter: only printed ones can be printed again."
                )
            )
        wizard = self.env["dso.letter.print"].create({"printed_ids": [(6, 0, printed.ids)]})
        return wizard._get_window()

    def _sort_for_folding(self):
        """These printed actions, those of as many pages together."""
        pile = [(action.id, action.letter_pages, action.partner_id.name or "") for action in self]
        return self.browse(letters.folding_order(pile))


def _has_address(partner):
    """Whether the post finds it."""
    return bool(partner.street and partner.city)
