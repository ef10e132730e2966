from datetime import timedelta

from odoo import api, fields, models

from ..engine import reports

#: A text message without a thread answers the last one sent to that number within these days.
SMS_ANSWER_DAYS = 30


class DsoCustomerReply(models.AbstractModel):
    """The part of ``dso.customer`` into which answers come."""

    _name = "dso.customer.reply"
    _description = "Replies of Collection Customers"

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

    @api.model
    def _receive_sms(self, number, text, company=None, reference=None):
        """A text message came in: find whose number it is, and note the reply.

        The customer is the one to whom this number was written last; else the contact's own.

        :param number: of the sender, with its country code
        :param text: what was written
        :param company: the company that the provider's number belongs to, default any
        :param reference: of the provider: what is handed over twice is noted once
        :return: dso.reply, empty if nobody is known by that number
        """
        # sudo: the gateway of the provider looks the sender up
        Customer = self.sudo()
        contacts = Customer._find_contacts_by_number(number)
        if not contacts:
            return self.env["dso.reply"]
        domain = [("partner_id", "in", contacts.commercial_partner_id.ids)]
        if company:
            domain.append(("company_id", "=", company.id))
        customers = Customer.search(domain)
        action = Customer._find_answered_sms(customers, contacts)
        customer = action.customer_id or customers[:1]
        if not customer:
            return self.env["dso.reply"]
        own = contacts.filtered(lambda c: c.commercial_partner_id == customer.partner_id)
        contact = (own & action.recipient_ids)[:1] or own[:1]
        return self.env["dso.reply"]._receive_sms(
            customer, contact, text, number, action, reference
        )

    @api.model
    def _find_contacts_by_number(self, number):
        """Contacts with this phone number, however it was typed; those for collection first."""
        number = self.env["res.partner"]._phone_format(number=number) or number
        partners = self.env["res.partner"].search([("phone_sanitized", "=", number)])
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
                "Receipt of %(who)s for “%(subject)s”: it was not opened, or does not say so.",
                **values,
            ),
            reports.DELIVERED: self.env._("“%(subject)s” was delivered to %(who)s.", **values),
            reports.DELAYED: self.env._(
                "“%(subject)s” has not reached %(who)s yet: the mail server is still trying.",
                **values,
            ),
            reports.ABUSE: self.env._(
                "“%(subject)s” was reported as spam by %(who)s. Nothing else has changed; call "
                "the customer if answers stay out.",
                **values,
            ),
        }[kind]
