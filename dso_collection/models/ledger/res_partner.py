from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.toasts import name_some, toast

#: Changes of a contact that decide whether and how its customer can be reached.
WATCHED = frozenset(
    {
        "active",
        "city",
        "country_id",
        "dso_collection_contact",
        "dso_fax",
        "dso_serves_email",
        "dso_serves_phone",
        "dso_serves_post",
        "dso_wrong_phone",
        "email",
        "is_company",
        "lang",
        "name",
        "parent_id",
        "phone",
        "street",
        "type",
        "user_id",
        "zip",
    }
)


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "dso.internal"]

    dso_collection_contact = fields.Boolean(
        string="Collections Contact",
        help="Receives the reminders of the company it belongs to.",
    )
    dso_serves_email = fields.Boolean(
        string="By E-mail", default=True, help="Receives the reminders that go by e-mail."
    )
    dso_serves_phone = fields.Boolean(
        string="By Phone and SMS", default=True, help="Is called and receives SMS for collection."
    )
    dso_serves_post = fields.Boolean(
        string="By Post", default=True, help="Receives collection letters."
    )
    dso_wrong_phone = fields.Boolean(
        string="Wrong Phone Number",
        help="Somebody else answered: the number is not proposed again until it is changed.",
        copy=False,
    )
    dso_fax = fields.Char(string="Fax")

    def _dso_serving(self, medium):
        """Those of these contacts that are reached by a way.

        :param medium: ``email``, ``phone``, ``post``, or none for any
        """
        return self.filtered(f"dso_serves_{medium}") if medium else self

    @api.model
    def _dso_get_user_fields(self):
        """Fields that name users, whom internal e-mails may be for: salespersons and the like."""
        return {
            name
            for name, field in self._fields.items()
            if field.type == "many2one" and field.comodel_name == "res.users"
        }

    def write(self, vals):
        if "phone" in vals and "dso_wrong_phone" not in vals:
            self._dso_forget_wrong_phone(vals["phone"])
        watched = (self._dso_get_watched() | self._dso_get_user_fields()) & vals.keys()
        if watched:
            # the customer that a contact leaves, and the one that it joins
            self.env["dso.refresh.queue"]._note(partner_ids=self.commercial_partner_id.ids)
        result = super().write(vals)
        if watched:
            self.env["dso.refresh.queue"]._note(partner_ids=self.ids)
            if {"parent_id", "is_company"} & vals.keys():
                self._dso_note_items()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        # sudo: fields of the module, whoever makes a contact
        contacts = partners.sudo().filtered(
            lambda partner: partner.dso_collection_contact or partner.type == "invoice"
        )
        if contacts:
            self.env["dso.refresh.queue"]._note(partner_ids=contacts.ids)
        return partners

    def _dso_forget_wrong_phone(self, phone):
        """Another number is right until somebody says that it is wrong."""
        # sudo: a field of the module, whoever changes the number
        self.sudo().filtered(
            lambda partner: partner.dso_wrong_phone and (partner.phone or "") != (phone or "")
        ).dso_wrong_phone = False

    @api.model
    def _dso_get_watched(self):
        """Fields of a contact on which depends whether and how its customer can be reached."""
        return WATCHED | set(self._phone_get_number_fields())

    def _dso_note_items(self):
        """A new parent makes another customer of a partner's items."""
        # sudo: items of all companies follow their partner
        lines = self.env["account.move.line"].sudo()
        domain = lines._dso_get_open_domain() & Domain("partner_id", "in", self.ids)
        self.env["dso.refresh.queue"]._note(line_ids=lines.search(domain).ids)

    def _dso_choose_for_collection(self):
        """Let these contacts receive the reminders by e-mail; the caller checked that they belong
        to customers that the user may write to."""
        # sudo: nothing but these flags, whatever the user may write on partners otherwise
        self.sudo().write({"dso_collection_contact": True, "dso_serves_email": True})

    def action_dso_use_for_collection(self):
        """Make these contacts the ones that receive the reminders."""
        self.write({"dso_collection_contact": True})
        return toast(
            self.env._(
                "%(contacts)s: receives the reminders from now on.",
                contacts=name_some(self.env, self.mapped("name")),
            )
        )

    def action_dso_leave_collection(self):
        """These contacts receive no reminders any more."""
        self.write({"dso_collection_contact": False})
        return toast(
            self.env._(
                "%(contacts)s: no longer receives the reminders.",
                contacts=name_some(self.env, self.mapped("name")),
            )
        )
