from odoo import api, models
from odoo.tools.mail import email_normalize, email_split_tuples

from ..customer.dso_customer_contact import CONTACT_CODES


class DsoAction(models.Model):
    """Whom an action is for on the phone, and whether somebody can be proposed."""

    _inherit = "dso.action"

    def _compute_phone(self):
        callable_contacts = self._find_callable_contacts()
        for action in self:
            action.phone = callable_contacts[action.id][:1].phone

    def _find_callable_contacts(self):
        """Who can be called for each action: its recipients or the customer's contacts by phone,
        else the customer itself; nobody whose number is known to be wrong.

        :return: {action id: res.partner}
        """
        # sudo: contacts of the customer, whoever calls
        serving = self.sudo().customer_id._find_serving()
        contacts = self.env["res.partner"].sudo().union(*serving.values())
        # read at once: a union of records forgets what it is read together with
        everybody = contacts | self.sudo().partner_id | self.sudo().recipient_ids
        result = {}
        # sudo: recipients and customer of these actions, which the caller has read already
        for action in self.sudo():
            partner = action.partner_id
            # who was archived since is not called, nor is anybody else in their place
            chosen = action.with_context(active_test=False).recipient_ids.with_env(partner.env)
            own = chosen.filtered("active")
            if not chosen:
                own = serving[action.customer_id.id]._dso_serving("phone")
            candidates = (own | partner).with_prefetch(everybody.ids)
            result[action.id] = candidates.filtered(
                lambda contact: contact.phone and not contact.dso_wrong_phone
            )
        return result

    @api.depends("state", "error_data", "done_date")
    def _compute_can_propose_contact(self):
        for action in self:
            code = (action.error_data or {}).get("code")
            action.can_propose_contact = action._is_pending() and code in CONTACT_CODES

    def action_propose_contacts(self):
        """Contacts for collection for the customers of the selected actions."""
        return self.customer_id.action_propose_contacts()

    def _find_substitutes(self):
        """{action: who receives it without having been chosen}, of those still to be sent."""
        waiting = self.filtered(
            lambda action: (
                action._is_pending()
                and not action.recipient_ids
                and not action._get_channel()._is_internal
            )
        )
        # sudo: contacts of customers whose action the reader may see
        found = waiting.sudo().customer_id._find_substitutes()
        return {
            action: found[action.customer_id.id]
            for action in waiting
            if action.customer_id.id in found
        }

    def _describe_substitute(self, contact):
        if contact.type == "invoice" and contact != self.partner_id:
            return self.env._(
                "No collections contact is chosen: %(contact)s, who gets the invoices, stands in.",
                contact=contact.name or contact.display_name,
            )
        return self.env._(
            "No collections contact is chosen: the customer's own address, %(email)s, is used.",
            email=contact.email,
        )

    def _get_sent_to(self):
        """Who received it: kept as it left, else put together from what is left of it.

        :return: list of dicts with ``id`` of the contact, ``name`` and ``addresses``
        """
        self.ensure_one()
        if self.sent_to:
            return self.sent_to
        if people := self._find_sent_to():
            return people
        # whoever was archived since got it all the same
        contacts = self.with_context(active_test=False).recipient_ids or self.partner_id
        addresses = self.sms_number or ", ".join(
            filter(None, self.erm_letter_ids.mapped("recipient_email"))
        )
        return self.env["dso.channel"]._prepare_sent_to(contacts, addresses)

    def _find_sent_to(self):
        """The same of an e-mail or fax of which it was not kept: by its notifications, which say
        of each recipient where and whether, and by its header, as long as that is there. The
        header of one that was sent again names the last ones only.

        :return: as :meth:`_get_sent_to`, empty for what is no e-mail
        """
        header = {
            email_normalize(email) or email: name
            for name, email in email_split_tuples(self.mail_id.email_to or "")
        }
        entries = self.message_id.notification_ids.filtered(
            lambda entry: (
                entry.notification_type == "email" and entry.notification_status != "canceled"
            )
        )
        found = []
        for entry in entries.filtered("mail_email_address"):
            contact, address = entry.res_partner_id, entry.mail_email_address
            name = header.pop(address, "") or contact.name or contact.display_name or ""
            found.append((contact.id, name, address))
        # the second address of a contact
        found += [(False, name, address) for address, name in header.items()]
        if self.action_type == "fax":
            found = [(id_, name, f"+{fax.partition('@')[0]}") for id_, name, fax in found]
        return [{"id": id_, "name": name, "addresses": [address]} for id_, name, address in found]
