"""Answers that several customers may have written, or somebody whom nobody knows: nobody's until a
person says whose."""

import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext, plaintext2html

_logger = logging.getLogger(__name__)


class DsoReply(models.Model):
    _inherit = "dso.reply"

    # ------------------------------------------------------------------
    # What comes in
    # ------------------------------------------------------------------

    @api.model
    def _receive_unassigned_sms(self, company, text, number, reference=None, stranger=False):
        """Keep a text message that is nobody's yet, in no customer's chatter.

        :param company: for which it came in
        :param reference: of the provider, by which it knows the text message
        :param stranger: whether no customer has this number: of these only so many are kept
        :return: the reply, none where it was one too many
        """
        # sudo: the gateway of the provider notes it
        self = self.sudo()
        known = self._find_known(company, reference)
        if known:
            return known
        if stranger and not self._may_be_kept(company, number):
            return self.browse()
        subject = self.env._("SMS from %(number)s", number=number)
        message = self._keep_message(
            body=plaintext2html(text), subject=subject, message_type="comment", email_from=False
        )
        return self._note(
            self.env["dso.customer"],
            company_id=company.id,
            channel="sms",
            gateway_reference=reference or False,
            author_name=number,
            date=message.date,
            subject=subject,
            preview=self._shorten(text),
            message_id=message.id,
        )

    @api.model
    def _may_be_kept(self, company, number):
        """Whether a text message of a number that nobody knows is kept: whoever sends hundreds
        fills no list that somebody has to read. What customers write is not limited."""
        hits = self.env["dso.page.hit"]
        kept = hits._is_allowed("stranger", f"{company.id} {number}")
        kept = kept and hits._is_allowed("strangers", company.id)
        if not kept:
            _logger.warning(
                "A text message of the unknown number %s for %s was not kept: too many came in of "
                "such numbers within an hour.",
                number,
                company.name,
            )
        return kept

    @api.model
    def _receive_unassigned_email(self, company, message_dict, automatic=False):
        """Keep an e-mail that is nobody's yet, with its files, in no customer's chatter.

        :param company: for which it came in
        :param message_dict: as Odoo's gateway read it
        :param automatic: whether a machine wrote it
        :return: the reply
        """
        # sudo: the mail gateway notes it, whoever it runs as
        self = self.sudo()
        # the gateway does not see it again where a user hands it over, who may not read it
        known = self.search([("message_id.message_id", "=", message_dict["message_id"])], limit=1)
        if known:
            return known
        message = self._keep_message(
            message_type="email",
            **{
                name: message_dict[name]
                for name in ("body", "date", "email_from", "message_id", "subject")
                if message_dict.get(name)
            },
        )
        reply = self._note(
            self.env["dso.customer"],
            company_id=company.id,
            channel="email",
            author_name=message.email_from,
            date=message.date,
            subject=message.subject,
            preview=self._shorten(html2plaintext(message.body or "")),
            message_id=message.id,
            is_automatic=automatic,
        )
        message.write(
            self.env["mail.thread"]._process_attachments_for_post(
                message_dict.get("attachments") or [],
                [],
                {"model": reply._name, "res_id": reply.id, "body": message.body},
            )
        )
        return reply

    @api.model
    def _keep_message(self, **values):
        """A message of no record: only who sees the reply reads it."""
        subtype = self.env.ref("mail.mt_comment")
        return self.env["mail.message"].create(
            {"author_id": False, "subtype_id": subtype.id, **values}
        )

    # ------------------------------------------------------------------
    # Assigning
    # ------------------------------------------------------------------

    def _find_candidates(self):
        """Those who may have written it, as far as the user may see them.

        :return: (customers, contacts with the number or address)
        """
        self.ensure_one()
        # sudo: whose number or address it is; customers are told of as far as the user may see them
        Customer = self.env["dso.customer"].sudo()
        sender = self._get_sender()
        if self.channel == "sms":
            customers, contacts, _certain = Customer._find_by_number(sender, self.company_id)
        else:
            customers = Customer._find_by_email(sender)
            contacts = Customer._find_contacts_by_email(sender)
        return customers.sudo(False)._filtered_access("read"), contacts

    def _get_sender(self):
        """The number or address that it came from, also once it has been given to somebody."""
        # sudo: of whoever wrote a reply that the user may read
        reply = self.sudo()
        if self.channel == "sms":
            return reply.author_id.phone or self.author_name or ""
        return reply.message_id.email_from or self.author_name or ""

    def action_assign(self):
        """The dialog that asks whose answer it is."""
        self.ensure_one()
        self.check_access("write")
        self._check_assignable()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dso_collection.dso_reply_assign_action"
        )
        context = {"default_reply_id": self.id, "default_previous_id": self.customer_id.id}
        return dict(action, context=context)

    def _check_assignable(self):
        """Until it is handled, what went into the wrong file is given to another one."""
        for reply in self.filtered("customer_id"):
            names = {"reply": reply.display_name, "customer": reply.customer_id.display_name}
            if reply.channel == "page":
                raise UserError(
                    self.env._(
                        "“%(reply)s” arrived through the page of %(customer)s: it stays in that "
                        "file.",
                        **names,
                    )
                )
            if reply.state != "to_handle":
                raise UserError(
                    self.env._(
                        "“%(reply)s” was already handled, for %(customer)s. Choose “Handle "
                        "again” first, then assign it to somebody else.",
                        **names,
                    )
                )

    def _check_still_of(self, customer):
        """:raise UserError: if somebody else has assigned it meanwhile"""
        if self.customer_id and self.customer_id != customer:
            raise UserError(
                self.env._(
                    "“%(reply)s” already belongs to %(customer)s. Reload the page.",
                    reply=self.display_name,
                    customer=self.customer_id.display_name,
                )
            )

    def _check_assigned(self):
        for reply in self:
            if not reply.customer_id:
                raise UserError(
                    self.env._(
                        "Nobody knows yet who wrote “%(reply)s”. Assign it to a customer first.",
                        reply=reply.display_name,
                    )
                )

    def _assign(self, customer, previous=None):
        """Somebody knows whose answer it is: from now on it is one like the others, and stands in
        the customer's chatter.

        :param customer: dso.customer, which the user sees
        :param previous: whose it was for the user who says that it is not
        """
        self.ensure_one()
        self.check_access("write")
        customer.check_access("read")
        # two who assign it at the same time
        self.lock_for_update()
        self._check_assignable()
        self._check_still_of(previous)
        moved = bool(self.customer_id)
        if self.customer_id == customer:
            raise UserError(
                self.env._(
                    "“%(reply)s” already belongs to %(customer)s. Choose another customer.",
                    reply=self.display_name,
                    customer=customer.display_name,
                )
            )
        if self.channel == "sms" and customer.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "This text message arrived for %(company)s, and %(customer)s belongs to "
                    "%(other)s. Choose a customer of %(company)s.",
                    company=self.company_id.name,
                    customer=customer.display_name,
                    other=customer.company_id.name,
                )
            )
        _customers, contacts = self._find_candidates()
        contacts = contacts.filtered(
            lambda contact: contact.commercial_partner_id == customer.partner_id
        )
        action = self.env["dso.action"]
        if self.channel == "sms":
            # sudo: what they answer; of a customer that the user sees
            action = customer.sudo()._find_answered_sms(customer, contacts)
        values = {"customer_id": customer.id, "action_id": action.id}
        if moved:
            # whoever it was taken for did not write it
            values.update(author_id=False, author_name=self._get_sender())
        if contacts:
            contact = (contacts & action.recipient_ids)[:1] or contacts[:1]
            values.update(author_id=contact.id, author_name=contact.display_name)
        # sudo: what came in goes into a file that the user sees
        reply = self.sudo()
        reply.write(values)
        reply.message_id.write(
            {
                "model": customer._name,
                "res_id": customer.id,
                "author_id": reply.author_id.id,
            }
        )
        places = {(reply._name, reply.id), (customer._name, previous.id if previous else False)}
        own = reply.message_id.attachment_ids.filtered(
            lambda file: (file.res_model, file.res_id) in places
        )
        own.write({"res_model": customer._name, "res_id": customer.id})
        if moved:
            # what waited for it in the other file may leave
            self.env["dso.action"]._trigger_dispatch()
        return self._notify(
            self.env._(
                "“%(reply)s” now belongs to %(customer)s, and is in the customer's file.",
                reply=self.display_name,
                customer=customer.display_name,
            )
        )

    # ------------------------------------------------------------------
    # What needs a customer
    # ------------------------------------------------------------------

    def action_reply(self):
        self._check_assigned()
        return super().action_reply()

    def action_qualify(self):
        self._check_assigned()
        return super().action_qualify()

    def action_view_customer(self):
        self._check_assigned()
        return super().action_view_customer()
