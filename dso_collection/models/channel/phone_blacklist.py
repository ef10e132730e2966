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
                 WHERE %(ending)s = ANY(%(endings)s)
            ) OR EXISTS (
                SELECT 1
                  FROM res_partner contact
                  JOIN dso_action_res_partner_rel recipient ON recipient.res_partner_id = contact.id
                  JOIN dso_action action ON action.id = recipient.dso_action_id
                 WHERE %(ending)s = ANY(%(endings)s)
                   AND action.customer_id = customer.id
                   AND action.state IN ('planned', 'error') AND action.done_date IS NULL
            )
            """,
            ending=SQL("right(regexp_replace(contact.phone, '[^0-9]', '', 'g'), %s)", DIGITS),
            endings=list(endings),
        )
        # sudo: the queue is technical, whoever keeps the blacklist
        self.env["dso.refresh.queue"].sudo()._enqueue(condition)
