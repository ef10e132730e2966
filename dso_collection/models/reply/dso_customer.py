from collections import defaultdict
from datetime import timedelta

import phonenumbers

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.mail import email_normalize

from odoo.addons.phone_validation.tools.phone_validation import phone_parse

from ...engine import reports, senders

#: A text message without a thread answers the last one sent to that number within these days.
SMS_ANSWER_DAYS = 30


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` into which answers come."""

    _inherit = "dso.customer"

    reply_ids = fields.One2many("dso.reply", "customer_id", string="Replies", readonly=True)
    reply_count = fields.Integer(string="Replies to Handle", compute="_compute_reply_count")

    @api.depends("reply_ids.state")
    def _compute_reply_count(self):
        counts = dict(
            self.env["dso.reply"]._read_group(
                [("customer_id", "in", self.ids), ("state", "=", "to_handle")],
                ["customer_id"],
                ["__count"],
            )
        )
        for customer in self:
            customer.reply_count = counts.get(customer._origin, 0)

    def action_view_replies(self):
        """Open the customer's replies, those to handle first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("dso_collection.dso_reply_action")
        return dict(action, domain=[("customer_id", "=", self.id)], context={})

    # ------------------------------------------------------------------
    # Whose answer it is
    # ------------------------------------------------------------------

    @api.model
    def _receive_sms(self, number, text, company=None, reference=None):
        """A text message came in: find whose number it is, and note the reply. What may be of
        several customers, or of none that is known, is nobody's until a person says whose it is.

        :param number: of the sender, as its provider writes it
        :param text: what was written
        :param company: the company that the provider's number belongs to, default any
        :param reference: of the provider: what is handed over twice is noted once
        :return: dso.reply, empty where too much came in of numbers that nobody knows
        """
        # sudo: the gateway of the provider looks the sender up
        Customer = self.sudo()
        Reply = self.env["dso.reply"]
        customers, contacts, certain = Customer._find_by_number(number, company)
        if not certain:
            company = company or customers.company_id[:1] or self.env.company
            return Reply._receive_unassigned_sms(
                company, text, number, reference, stranger=not customers
            )
        action = Customer._find_answered_sms(customers, contacts)
        own = contacts.filtered(lambda c: c.commercial_partner_id == customers.partner_id)
        contact = (own & action.recipient_ids)[:1] or own[:1]
        return Reply._receive_sms(customers, contact, text, number, action, reference)

    @api.model
    def _find_by_number(self, number, company=None):
        """The customers who may have written a text message.

        :param number: of the sender, as its provider writes it
        :param company: whose customers, default any
        :return: (customers, contacts with that number, whether it is certainly this customer)
        """
        company = company or self.env["res.company"]
        international, national = self._find_contacts_by_number(number, company)
        one = self._find_of_contacts(international, company)
        other = self._find_of_contacts(national, company)
        others = bool(international) and not one
        certain = senders.is_certain(set(one.ids), set(other.ids), others)
        contacts = international | national
        contacts = contacts.sorted(lambda p: (not p.dso_collection_contact, p.id))
        return one | other, contacts, certain

    @api.model
    def _find_contacts_by_number(self, number, company):
        """Contacts with this phone number, however it was typed.

        :return: (those whose number it is with its country's code, those whose number it is as
            dialled in their own country or the company's)
        """
        Partner = self.env["res.partner"]
        reading = senders.read_number(number)
        own = company.country_id or self.env.company.country_id
        international = _to_e164(reading.international)
        # {number: countries in which it is read so}
        numbers = defaultdict(set)
        if reading.national:
            for country in self.env["res.country"].search([("phone_code", "!=", 0)]):
                if valid := _to_e164(reading.national, country.code):
                    numbers[valid].add(country)
        found = Partner.search([("phone_sanitized", "in", [international, *numbers])])
        found = found.filtered("phone_sanitized")
        return (
            found.filtered(lambda contact: contact.phone_sanitized == international),
            found.filtered(
                lambda contact: (
                    {contact.country_id or contact.commercial_partner_id.country_id or own, own}
                    & numbers.get(contact.phone_sanitized, set())
                )
            ),
        )

    @api.model
    def _find_of_contacts(self, contacts, companies):
        """The customers whose contacts these are.

        :param companies: whose customers, all where there are none
        """
        domain = Domain("partner_id", "in", contacts.commercial_partner_id.ids)
        if companies:
            domain &= Domain("company_id", "in", companies.ids)
        return self.env["dso.customer"].search(domain)

    @api.model
    def _find_by_email(self, email, companies=None):
        """The customers who may have written an e-mail that does not say what it answers.

        :param companies: whose customers, default any
        :return: customers, none for colleagues
        """
        none = self.env["dso.customer"]
        contacts = self._find_contacts_by_email(email)
        if any(not user.share for user in contacts.user_ids):
            return none
        return self._find_of_contacts(contacts, companies)

    @api.model
    def _find_contacts_by_email(self, email):
        """Contacts with this address, those for collection first."""
        email = email_normalize(email or "")
        partners = self.env["res.partner"]
        if email:
            partners = partners.search([("email_normalized", "=", email)])
        return partners.sorted(lambda p: (not p.dso_collection_contact, p.id))

    @api.model
    def _find_answered_sms(self, customers, contacts):
        """The last text message sent to one of these contacts, not long ago."""
        company = customers.company_id[:1] or self.env.company
        return self.env["dso.action"].search(
            [
                ("customer_id", "in", customers.ids),
                ("recipient_ids", "in", contacts.ids),
                ("action_type", "=", "sms"),
                ("done_date", ">=", company._dso_today() - timedelta(days=SMS_ANSWER_DAYS)),
            ],
            order="done_date desc, id desc",
            limit=1,
        )

    def _describe_report(self, kind, subject, who):
        """What a mail system reported of a message, as a note in the file."""
        values = {"subject": subject, "who": who}
        return {
            reports.READ: self.env._("Read receipt: %(who)s opened “%(subject)s”.", **values),
            reports.RECEIPT: self.env._(
                "Receipt from %(who)s for “%(subject)s”: it was not opened, or the receipt does "
                "not say so.",
                **values,
            ),
            reports.DELIVERED: self.env._("“%(subject)s” was delivered to %(who)s.", **values),
            reports.DELAYED: self.env._(
                "“%(subject)s” has not reached %(who)s yet: the mail server is still trying.",
                **values,
            ),
            reports.ABUSE: self.env._(
                "“%(subject)s” was reported as spam by %(who)s. Nothing else has changed; call "
                "the customer if no answer comes.",
                **values,
            ),
        }[kind]


def _to_e164(number, country_code=None):
    """A valid number as contacts have it in ``phone_sanitized``, else nothing."""
    if not number:
        return None
    try:
        parsed = phone_parse(number, country_code)
    except UserError:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
