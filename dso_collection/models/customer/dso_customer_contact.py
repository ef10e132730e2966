"""Who could be the contact for collection of customers that have none."""

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.mail import email_split

#: What keeps an action back that a contact would let go.
CONTACT_CODES = frozenset({"no_contact", "no_email", "bad_email"})


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` that proposes contacts for collection."""

    _inherit = "dso.customer"

    proposed_contact_id = fields.Many2one(
        "res.partner",
        compute="_compute_proposed_contact_id",
        help="Proposes who gets the invoices, where no collections contact can be reached by "
        "e-mail.",
    )

    substitute_contact_id = fields.Many2one(
        "res.partner",
        string="Stand-in Contact",
        compute="_compute_substitute_contact_id",
        help="Stands in where no collections contact is chosen: as the settings say, who gets the "
        "invoices receives the reminders.",
    )

    @api.depends("contact_ids")
    def _compute_substitute_contact_id(self):
        substitutes = self._origin._find_substitutes()
        for customer in self:
            customer.substitute_contact_id = substitutes.get(customer._origin.id, False)

    @api.depends("email_missing")
    def _compute_proposed_contact_id(self):
        missing = self.filtered("email_missing")
        proposals = missing._propose_contacts()
        for customer in self:
            customer.proposed_contact_id = proposals.get(customer._origin.id, False)

    def _propose_contacts(self):
        """Who would receive the reminders of these customers: a contact for invoices with an
        e-mail address, else the address of the customer itself, which gets the invoices then.

        :return: {customer id: res.partner}, of those for whom there is somebody; one query
        """
        if not self.ids:
            return {}
        self.env["res.partner"].flush_model(
            ["active", "commercial_partner_id", "company_id", "email_normalized", "type"]
        )
        found = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (customer.id) customer.id, contact.id
                  FROM dso_customer customer
                  JOIN res_partner contact
                    ON contact.commercial_partner_id = customer.partner_id
                 WHERE customer.id = ANY(%s)
                   AND contact.active
                   AND contact.email_normalized != ''
                   AND (contact.type = 'invoice' OR contact.id = customer.partner_id)
                   AND (contact.company_id IS NULL OR contact.company_id = customer.company_id)
                 ORDER BY customer.id, contact.id = customer.partner_id, contact.id
                """,
                self.ids,
            )
        )
        # together, so that what has to be read of one is read of all
        contacts = self.env["res.partner"].browse([contact_id for _key, contact_id in found])
        by_id = {contact.id: contact for contact in contacts}
        return {customer_id: by_id[contact_id] for customer_id, contact_id in found}

    def _find_substitutes(self, contacts=None):
        """Who serves without having been chosen, where the company's settings say so.

        :param contacts: the contacts for collection of these customers, default found now
        :return: {customer id: res.partner}, of customers without any contact of their own
        """
        # sudo: a setting of the company
        allowed = self.filtered(
            lambda customer: customer.sudo().company_id.dso_proposed_contact_serves
        )
        if not allowed:
            return {}
        if contacts is None:
            contacts = allowed._find_contacts()
        by_partner = contacts.grouped("commercial_partner_id")
        return allowed.filtered(
            lambda customer: (
                not customer._filter_contacts(
                    by_partner.get(customer.partner_id, contacts.browse())
                )
            )
        )._propose_contacts()

    def _find_serving(self):
        """The contacts for collection of these customers, and who serves in their place.

        :return: {customer id: res.partner}
        """
        contacts = self._find_contacts()
        by_partner = contacts.grouped("commercial_partner_id")
        substitutes = self._find_substitutes(contacts)
        return {
            customer.id: customer._filter_contacts(
                by_partner.get(customer.partner_id, contacts.browse())
            )
            or substitutes.get(customer.id, contacts.browse())
            for customer in self
        }

    def _find_reply_addresses(self):
        """The alias or catchall address at which answers about these customers come in.

        :return: {customer id: address, empty where a company has none}
        """
        # whoever is named here is taken out: collectors of actions differ, see below
        nobody = dict.fromkeys(self.ids, "")
        found = self._notify_get_reply_to_batch(defaults=nobody)
        return {key: next(iter(email_split(text)), "") for key, text in found.items()}

    def _format_reply_to(self, address, collector):
        """Where the answer to a message goes, in the name of its collector.

        :param address: see ``_find_reply_addresses``
        :param collector: res.users, empty for the company
        """
        self.ensure_one()
        # sudo: name and address of who signs the message, whoever sends it
        collector, company = collector.sudo(), self.company_id.sudo()
        if not address:
            return collector.email_formatted or company.email_formatted
        # where the name is too long for a header, Odoo falls back on the user's: the cron's
        self = self.with_user(collector).sudo() if collector else self
        author = collector.partner_id or company.partner_id
        return self._notify_get_reply_to_formatted_email(address, author_id=author.id)

    def action_propose_contacts(self):
        """Choose contacts for collection for the selected customers in one go."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dso_collection.dso_contact_propose_action"
        )
        wizard = self.env["dso.contact.propose"]._make_dialog(self)
        return dict(action, res_id=wizard.id, context={"dialog_size": "extra-large"})
