from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.mail import email_normalize

#: What a row gives its contact as it is.
CONTACT_FIELDS = (
    "name",
    "function",
    "dso_collection_contact",
    "dso_serves_email",
    "dso_serves_phone",
    "dso_serves_post",
)


class BatchRefused(Exception):
    """One of several rows is bad: each is tried alone."""


class DsoContactImport(models.TransientModel):
    """A row of a spreadsheet of contacts for collection, imported with Odoo's own import. Rows
    only ever add a contact to a customer: none that exists is changed. One bad row refuses the
    file, as every import of Odoo does, with its number and its reason."""

    _name = "dso.contact.import"
    _description = "Contacts for Collection to Import"

    code = fields.Char(
        string="Customer Code", required=True, help="The reference of the customer that it joins."
    )
    name = fields.Char(string="Contact Name", required=True)
    function = fields.Char(string="Job Position")
    email = fields.Char(string="E-mail")
    phone = fields.Char()
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        help="Empty: the customer's.",
    )
    dso_collection_contact = fields.Boolean(
        string="Contact for Collection", help="1: receives the reminders."
    )
    dso_serves_email = fields.Boolean(string="By E-mail", default=True)
    dso_serves_phone = fields.Boolean(string="By Phone and SMS", default=True)
    dso_serves_post = fields.Boolean(string="By Post", default=True)
    contact_id = fields.Many2one("res.partner", readonly=True, ondelete="cascade")

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Contacts for Collection"),
                "template": "/dso_collection/static/xls/contacts_for_collection.xlsx",
            }
        ]

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._make_contacts()
        return rows

    def _load_records(self, data_list, update=False):
        """Odoo blames the first row for what is wrong with any of a batch, besides telling of the
        bad one when it tries them one by one: leave it to the latter."""
        try:
            return super()._load_records(data_list, update)
        except ValidationError as error:
            if len(data_list) > 1:
                raise BatchRefused from error
            raise

    def _make_contacts(self):
        """Add a contact for each row, all together, with the rights of whoever imports.

        :raise ValidationError: on the first bad row, with the reason
        """
        customers = self._find_customers()
        known = self._find_known(customers)
        values_list = []
        for row in self:
            customer = row._get_customer(customers)
            values = row._prepare_contact_values(customer)
            key = (customer.id, *row._get_key())
            if key in known:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact of %(customer)s (%(code)s) already. Imports "
                        "only add: take the row out, and change the contact in Odoo.",
                        contact=row.name,
                        customer=customer.display_name,
                        code=row.code,
                    )
                )
            known.add(key)
            values_list.append(values)
        contacts = self.env["res.partner"].create(values_list)
        for row, contact in zip(self, contacts, strict=True):
            row.contact_id = contact

    def _get_key(self):
        """By what a contact of a customer is known again."""
        return ((self.name or "").strip().casefold(), email_normalize(self.email or "") or "")

    def _find_customers(self):
        """{code: customers that have it}, for these rows."""
        codes = {(code or "").strip() for code in self.mapped("code")}
        partners = self.env["res.partner"].search(
            [
                ("ref", "in", list(codes)),
                ("company_id", "in", [False, *self.env.companies.ids]),
            ]
        )
        # contacts carry their company's reference: the customer is the one they belong to
        partners = partners.filtered(lambda partner: partner == partner.commercial_partner_id)
        return partners.grouped("ref")

    def _find_known(self, customers):
        """{(customer, name, e-mail)} of the contacts that exist."""
        ids = [partner.id for partners in customers.values() for partner in partners]
        contacts = self.env["res.partner"].search([("parent_id", "in", ids)])
        return {
            (
                contact.parent_id.id,
                (contact.name or "").strip().casefold(),
                contact.email_normalized or "",
            )
            for contact in contacts
        }

    def _get_customer(self, customers):
        self.ensure_one()
        code = (self.code or "").strip()
        found = customers.get(code)
        if not found:
            raise ValidationError(
                self.env._(
                    "No customer has the code “%(code)s” (contact %(contact)s). Correct it, or "
                    "enter it as the reference of the customer.",
                    code=code,
                    contact=self.name,
                )
            )
        if len(found) > 1:
            raise ValidationError(
                self.env._(
                    "Several customers have the code “%(code)s”: %(customers)s. Give each a "
                    "reference of its own.",
                    code=code,
                    customers=", ".join(found.mapped("display_name")),
                )
            )
        return found

    def _prepare_contact_values(self, customer):
        """Values of the new contact.

        :raise ValidationError: where name, e-mail or number cannot be right
        """
        self.ensure_one()
        if not (self.name or "").strip():
            raise ValidationError(
                self.env._("A contact of %(code)s has no name. Enter one.", code=self.code)
            )
        values = {fname: self[fname] for fname in CONTACT_FIELDS}
        values.update(
            name=self.name.strip(),
            parent_id=customer.id,
            type="contact",
            lang=self.lang or customer.lang,
            email=self._check_email(),
            phone=self._check_phone(customer),
        )
        return values

    def _check_email(self):
        email = (self.email or "").strip()
        if email and not email_normalize(email):
            raise ValidationError(
                self.env._(
                    "The e-mail address “%(email)s” of %(contact)s is not valid. Correct it.",
                    email=email,
                    contact=self.name,
                )
            )
        return email or False

    def _check_phone(self, customer):
        """The number as Odoo shows one, read in the customer's country."""
        phone = (self.phone or "").strip()
        if not phone:
            return False
        country = customer.country_id or self.env.company.country_id
        valid = customer._phone_format_number(phone, country, force_format="INTERNATIONAL")
        if not valid:
            raise ValidationError(
                self.env._(
                    "The phone number “%(phone)s” of %(contact)s is not valid. Correct it, or "
                    "write it with its country code.",
                    phone=phone,
                    contact=self.name,
                )
            )
        return valid
