from odoo import api, fields, models
from odoo.exceptions import AccessError
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

    dso_customer_id = fields.Many2one(
        "dso.customer",
        string="Collection File",
        compute="_compute_dso_customer_id",
        search="_search_dso_customer_id",
        groups="dso_collection.group_dso_reader",
    )
    dso_scenario_id = fields.Many2one(
        "dso.scenario",
        string="Collection Scenario",
        compute="_compute_dso_customer_id",
        inverse="_inverse_dso_scenario_id",
        search="_search_dso_scenario_id",
        groups="dso_collection.group_dso_reader",
    )
    dso_collector_id = fields.Many2one(
        "res.users",
        string="Collector",
        compute="_compute_dso_customer_id",
        inverse="_inverse_dso_collector_id",
        search="_search_dso_collector_id",
        groups="dso_collection.group_dso_reader",
    )
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

    @api.depends_context("company")
    def _compute_dso_customer_id(self):
        customers = self.env["dso.customer"].search(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
            ]
        )
        by_partner = {customer.partner_id: customer for customer in customers}
        for partner in self:
            customer = by_partner.get(partner.commercial_partner_id, customers.browse())
            partner.dso_customer_id = customer
            partner.dso_scenario_id = customer.scenario_id
            partner.dso_collector_id = customer.collector_id

    def _search_dso_file(self, fname, operator, value):
        """Partners by a field of their file in the current company; those without a file have
        nothing in it."""
        if operator.startswith("not ") or operator == "!=":
            # the reverse of what is found, said by Odoo
            return NotImplemented
        if operator != "in" or False not in value:
            return self._get_domain_of_files(self._get_file_domain(fname, operator, value))
        wanted = [each for each in value if each]
        empty = ~self._get_domain_of_files(Domain(fname, "!=", False))
        return empty | self._search_dso_file(fname, "in", wanted) if wanted else empty

    def _get_file_domain(self, fname, operator, value):
        if fname == "id" and operator == "any":
            return Domain(value)
        if fname == "id" and operator != "in":
            return Domain("display_name", operator, value)
        return Domain(fname, operator, value)

    @api.model
    def _get_domain_of_files(self, domain):
        """Partners whose file in the current company is found by a domain."""
        own = Domain("company_id", "=", self.env.company.id)
        files = self.env["dso.customer"]._search(own & domain)
        return Domain("commercial_partner_id", "in", files.subselect("partner_id"))

    def _search_dso_customer_id(self, operator, value):
        return self._search_dso_file("id", operator, value)

    def _search_dso_scenario_id(self, operator, value):
        return self._search_dso_file("scenario_id", operator, value)

    def _search_dso_collector_id(self, operator, value):
        return self._search_dso_file("collector_id", operator, value)

    def _inverse_dso_scenario_id(self):
        for partner in self:
            partner._dso_reopen_customer().scenario_id = partner.dso_scenario_id

    def _inverse_dso_collector_id(self):
        for partner in self:
            partner._dso_reopen_customer().collector_id = partner.dso_collector_id

    def _dso_get_or_make_customer(self):
        """The partner's file in the current company, archived or not, made if need be.

        :raise AccessError: unless the user is a collector, who may read it
        """
        self.ensure_one()
        if not self.env.user.has_group("dso_collection.group_dso_collector") and not self.env.su:
            raise AccessError(self.env._("Only collectors can open a collection file."))
        # sudo: files are found and made by the module, whoever is in charge of them; whether the
        # user may read this one is checked below
        files = self.env["dso.customer"].sudo().with_context(active_test=False)
        customer = files.search(
            [
                ("partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", self.env.company.id),
            ],
            limit=1,
        )
        if not customer:
            return self._dso_make_customer(files)
        customer = self.env["dso.customer"].browse(customer.id)
        customer.check_access("read")
        return customer

    def _dso_make_customer(self, files):
        """:param files: dso.customer as superuser"""
        customer = files.create(
            {
                "partner_id": self.commercial_partner_id.id,
                "company_id": self.env.company.id,
            }
        )
        return self.env["dso.customer"].browse(customer.id)

    def _dso_reopen_customer(self):
        """The partner's file, in use again if it was archived: somebody enters into it who is to
        collect there."""
        customer = self._dso_get_or_make_customer()
        customer.filtered(lambda each: not each.active).active = True
        return customer

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
        # sudo: the names of fields that rules look at, whoever writes them
        if self.env["dso.assignment.rule"].sudo()._get_watched() & vals.keys():
            self.env["dso.refresh.queue"]._note(reassigned_ids=self.ids)
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

    @api.ondelete(at_uninstall=False)
    def _unlink_dso_customers(self):
        """Files without history do not keep a partner from being deleted; the customers of
        contacts that go are looked at again."""
        self.env["dso.refresh.queue"]._note(partner_ids=self.commercial_partner_id.ids)
        # sudo: whoever may delete the partner
        self.env["dso.customer"].sudo().with_context(active_test=False).search(
            [("partner_id", "in", self.ids)]
        ).unlink()

    def action_dso_open_customer(self):
        """Open the partner's collection file."""
        self.ensure_one()
        return self._dso_get_or_make_customer().get_formview_action()

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
