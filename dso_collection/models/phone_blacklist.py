import re

from odoo import api, models
from odoo.tools import SQL

#: Last digits of a number by which it is found however it was entered.
DIGITS = 6


class PhoneBlacklist(models.Model):
    _inherit = "phone.blacklist"

    @api.model_create_multi
    def create(self, vals_list):
        numbers = super().create(vals_list)
        numbers._dso_note_contacts()
        return numbers

    def write(self, vals):
        if "number" in vals:
            self._dso_note_contacts()
        result = super().write(vals)
        if {"number", "active"} & vals.keys():
            self._dso_note_contacts()
        return result

    def unlink(self):
        self._dso_note_contacts()
        return super().unlink()

    def _dso_note_contacts(self):
        """Whether the customers of contacts with these numbers can be reached by SMS has changed:
        look again at what is planned for them."""
        endings = {re.sub(r"\D", "", number)[-DIGITS:] for number in self.mapped("number")}
        # Odoo's own sanitized number will not do: it knows the country of the contact only
        condition = SQL(
            """
            customer.partner_id IN (
                SELECT contact.commercial_partner_id
                  FROM res_partner contact
                 WHERE contact.dso_collection_contact
                   AND right(regexp_replace(contact.phone, '[^0-9]', '', 'g'), %s) = ANY(%s)
            )
            """,
            DIGITS,
            list(endings),
        )
        # sudo: the queue is technical, whoever keeps the blacklist
        self.env["dso.refresh.queue"].sudo()._enqueue(condition)
