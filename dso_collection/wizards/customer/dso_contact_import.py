from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.mail import email_normalize

from ...engine import contacts as rules
from ...tools.clauses import join_clauses
from ...tools.inside import get_inside, inside

#: What a row gives its contact as it is, where the file has the column.
CONTACT_FIELDS = (
    "name",
    "function",
    "dso_collection_contact",
    "dso_serves_email",
    "dso_serves_phone",
    "dso_serves_post",
)

#: What a row may correct of a contact that exists; nothing is ever emptied.
CORRECTED = ("email", "phone", "function", "lang", "ref")
#: What it may say of the ways of a contact, both ways.
WAYS = ("dso_serves_email", "dso_serves_phone", "dso_serves_post")
OUTCOMES = [
    ("new", "New"),
    ("changed", "Changed"),
    ("unchanged", "Unchanged"),
    ("refused", "Refused"),
]


class BatchRefused(Exception):
    """One of several rows is bad: each is tried alone."""


class Outcome(NamedTuple):
    """What a row comes to.

    :ivar outcome: see ``OUTCOMES``
    :ivar contact: that it corrects, none if it is new
    :ivar values: to write or to create with
    :ivar reason: why it is refused
    """

    outcome: str
    contact: models.BaseModel
    values: dict
    reason: str = ""


class DsoContactImport(models.TransientModel):
    """A row of a spreadsheet of contacts for collection. Rows add a contact to a customer, or
    correct one that is recognised; they never empty or remove anything.

    Two ways lead here: ``dso.contact.import.file`` shows what its rows would do before they are
    applied; Odoo's own import applies them at once, and one bad row refuses the file, as every
    import of Odoo does, with its number and its reason.
    """

    _name = "dso.contact.import"
    _description = "Collections Contacts to Import"
    _inherit = ["dso.wizard"]
    _order = "line_number, id"
    _dso_writable = frozenset(
        {
            "code",
            "contact_ref",
            "dso_collection_contact",
            "dso_serves_email",
            "dso_serves_phone",
            "dso_serves_post",
            "email",
            "function",
            "lang",
            "name",
            "phone",
        }
    )

    code = fields.Char(
        string="Customer Code",
        required=True,
        help="Matches the reference of the customer it belongs to.",
    )
    name = fields.Char(string="Contact Name", required=True)
    contact_ref = fields.Char(
        string="Contact Code",
        help="Identifies the contact by its own reference, whatever its name.",
    )
    function = fields.Char(string="Job Position")
    email = fields.Char(string="E-mail")
    phone = fields.Char()
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        help="Leave empty for the customer's.",
    )
    dso_collection_contact = fields.Boolean(
        string="Collections Contact", help="1: receives the reminders."
    )
    dso_serves_email = fields.Boolean(string="By E-mail", default=True)
    dso_serves_phone = fields.Boolean(string="By Phone and SMS", default=True)
    dso_serves_post = fields.Boolean(string="By Post", default=True)
    contact_id = fields.Many2one("res.partner", readonly=True, ondelete="cascade")
    given = fields.Json(readonly=True, help="Lists the columns that the file has.")
    # where it is looked at before it is applied
    file_id = fields.Many2one("dso.contact.import.file", readonly=True, ondelete="cascade")
    line_number = fields.Integer(string="Line", readonly=True)
    problem = fields.Char(readonly=True, help="Says what could not even be read.")
    outcome = fields.Selection(OUTCOMES, readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True, ondelete="cascade")
    description = fields.Char(string="What Changes", readonly=True)

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Collections Contacts"),
                "template": "/dso_collection/static/xls/contacts_for_collection.xlsx",
            }
        ]

    @api.model
    def _dso_complete(self, vals_list, new=False):
        if not new:
            return super()._dso_complete(vals_list, new)
        # defaults are no word of the file
        return super()._dso_complete(
            [dict(vals, given=sorted(vals.keys() - {"given"})) for vals in vals_list], new
        )

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        at_once = rows.filtered(lambda row: not row.file_id)
        if at_once:
            at_once._apply()
        return rows

    @api.model
    def load(self, fields, data):
        """Rows come in batches, or one by one: who was spoken of is remembered over the file."""
        return super(DsoContactImport, self.with_context(**inside(dso_seen={}))).load(fields, data)

    def _load_records(self, data_list, update=False):
        """Odoo blames the first row for what is wrong with any of a batch, besides telling of the
        bad one when it tries them one by one: leave it to the latter."""
        seen = get_inside(self.env, "dso_seen", {})
        before = dict(seen)
        try:
            return super()._load_records(data_list, update)
        except Exception as error:
            # what is undone was not spoken of
            seen.clear()
            seen.update(before)
            if not isinstance(error, ValidationError):
                raise
            if len(data_list) > 1:
                raise BatchRefused from error
            raise

    # ------------------------------------------------------------------
    # What each row comes to
    # ------------------------------------------------------------------

    def _apply(self, skip_refused=False):
        """Add and correct contacts, all together, with the rights of whoever imports.

        :param skip_refused: leave the bad rows out
        :return: {row: :class:`Outcome`}
        :raise ValidationError: if there are bad rows, with the reasons of all
        """
        seen = get_inside(self.env, "dso_seen", {})
        outcomes = self._decide(seen)
        refused = [found for found in outcomes.values() if found.outcome == "refused"]
        if refused and not skip_refused:
            raise ValidationError("\n".join(found.reason for found in refused))
        new = {row: found for row, found in outcomes.items() if found.outcome == "new"}
        contacts = self.env["res.partner"].create([found.values for found in new.values()])
        for row, contact in zip(new, contacts, strict=True):
            row._dso_as_module().contact_id = contact
            seen[contact.parent_id, contact] = seen[contact.parent_id, row._get_name_key()]
        for row, found in outcomes.items():
            if found.outcome == "changed":
                found.contact.write(found.values)
            if found.outcome in ("changed", "unchanged"):
                row._dso_as_module().contact_id = found.contact
        return outcomes

    def _decide(self, seen=None):
        """What each row comes to, in a constant number of queries; nothing is written.

        :param seen: see ``_decide_one``
        :return: {row: :class:`Outcome`}
        """
        customers = self._find_customers()
        known = self._find_known(customers)
        seen = {} if seen is None else seen
        result = {}
        for row in self:
            try:
                result[row] = row._decide_one(customers, known, seen)
            except ValidationError as error:
                result[row] = Outcome("refused", row.contact_id.browse(), {}, str(error))
        return result

    def _decide_one(self, customers, known, seen):
        """:param seen: {(customer, contact or name): number of the row that spoke of it before}
        :raise ValidationError: where it cannot be right
        """
        self.ensure_one()
        customer = self._check_row(customers)
        values = self._prepare_contact_values(customer)
        contact = self._recognise(customer, known.get(customer, customer.browse()), values)
        key = (customer, contact or self._get_name_key())
        if key in seen:
            raise ValidationError(
                self.env._(
                    "%(contact)s of %(customer)s (%(code)s) is in the file already, on line "
                    "%(line)s. Leave one line for each person.",
                    contact=self.name,
                    customer=customer.display_name,
                    code=self.code,
                    line=seen[key],
                )
            )
        seen[key] = self.line_number or len(seen) + 1
        if not contact:
            return Outcome("new", contact, values)
        values = self._get_corrections(contact, values)
        return Outcome("changed" if values else "unchanged", contact, values)

    def _check_row(self, customers):
        """The customer that this row's contact joins.

        :raise ValidationError: with everything that is wrong with the row
        """
        problems = (self.problem or "").splitlines()

        def attempt(check, *args):
            try:
                return check(*args)
            except ValidationError as error:
                problems.append(str(error))
                return None

        customer = attempt(self._get_customer, customers)
        if not rules.fold(self.name):
            problems.append(
                self.env._("A contact of %(code)s has no name. Enter one.", code=self.code or "-")
            )
        attempt(self._check_email)
        if customer:
            # whose country tells how numbers are read
            attempt(self._check_phone, customer)
        if problems:
            raise ValidationError(" ".join(problems))
        return customer

    def _get_name_key(self):
        return rules.fold(self.name)

    def _recognise(self, customer, contacts, values):
        """The contact that this row speaks of, none if it is somebody new.

        :param contacts: those of the customer
        """
        number = customer._phone_format_number
        found = rules.recognise(
            rules.Person(
                0,
                self.name,
                email_normalize(self.email or "") or "",
                values.get("phone") or "",
                self.contact_ref or "",
            ),
            [
                rules.Person(
                    contact.id,
                    contact.name or "",
                    contact.email_normalized or "",
                    contact.phone
                    and number(contact.phone, customer.country_id, force_format="INTERNATIONAL")
                    or "",
                    contact.ref or "",
                )
                for contact in contacts
            ],
        )
        if len(found) > 1:
            raise ValidationError(
                self.env._(
                    "%(customer)s has several contacts called “%(contact)s”, and neither the "
                    "e-mail address nor the number shows which one is meant. Correct it in Odoo.",
                    customer=customer.display_name,
                    contact=self.name,
                )
            )
        return contacts.browse([person.id for person in found])

    def _get_corrections(self, contact, values):
        """What of a contact differs from what the file says of it. A flag is set, never taken
        away; an empty cell says nothing."""
        given = set(self.given or ())
        changes = {}
        for fname in CORRECTED:
            value = values.get(fname)
            if value and fname in values and not self._is_same(contact, fname, value):
                changes[fname] = value
        if "lang" in changes and "lang" not in given:
            del changes["lang"]
        for fname in WAYS:
            if fname in given and contact[fname] != values[fname]:
                changes[fname] = values[fname]
        if values["dso_collection_contact"] and not contact.dso_collection_contact:
            changes["dso_collection_contact"] = True
        return changes

    @api.model
    def _is_same(self, contact, fname, value):
        if fname == "email":
            return contact.email_normalized == email_normalize(value)
        if fname == "phone":
            country = contact.commercial_partner_id.country_id or self.env.company.country_id
            number = contact._phone_format_number
            return (contact.phone and number(contact.phone, country)) == number(value, country)
        return (contact[fname] or "") == value

    def _describe(self, outcome):
        """What a row will do, in the user's language."""
        if outcome.outcome == "refused":
            return outcome.reason
        partners = self.env["res.partner"]
        if outcome.outcome == "new":
            shown = ("email", "phone", "function", "ref")
            parts = [str(outcome.values[fname]) for fname in shown if outcome.values.get(fname)]
            if outcome.values["dso_collection_contact"]:
                parts.append(self.env._("collections contact"))
            return ", ".join(parts)
        return join_clauses(
            self.env,
            [
                self.env._(
                    "%(field)s: %(old)s → %(new)s",
                    field=partners._fields[fname]._description_string(self.env),
                    old=self._format_value(outcome.contact[fname]),
                    new=self._format_value(value),
                )
                for fname, value in outcome.values.items()
            ],
        )

    @api.model
    def _format_value(self, value):
        if value is True:
            return self.env._("yes")
        return str(value) if value else self.env._("none")

    # ------------------------------------------------------------------
    # Customers and contacts that exist
    # ------------------------------------------------------------------

    def _find_customers(self):
        """{code: customers that have it}, for these rows."""
        codes = {(code or "").strip() for code in self.mapped("code")} - {""}
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
        """{customer: its contacts}"""
        ids = [partner.id for partners in customers.values() for partner in partners]
        contacts = self.env["res.partner"].search(
            [("commercial_partner_id", "in", ids), ("id", "not in", ids)], order="id"
        )
        contacts.fetch(["name", "email_normalized", "phone", "ref"])
        return contacts.grouped("commercial_partner_id")

    def _get_customer(self, customers):
        self.ensure_one()
        code = (self.code or "").strip()
        if not code:
            raise ValidationError(
                self.env._("%(contact)s has no customer code. Enter one.", contact=self.name or "")
            )
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
        """Values of the contact, were it new.

        :raise ValidationError: where e-mail or number cannot be right
        """
        self.ensure_one()
        values = {fname: self[fname] for fname in CONTACT_FIELDS}
        values.update(
            name=" ".join(self.name.split()),
            parent_id=customer.id,
            type="contact",
            lang=self.lang or customer.lang,
            email=self._check_email(),
            phone=self._check_phone(customer),
        )
        if (self.contact_ref or "").strip():
            values["ref"] = self.contact_ref.strip()
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
