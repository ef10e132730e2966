from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

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

    def write(self, vals):
        result = super().write(vals)
        # sudo: the names of fields that rules look at, whoever writes them
        if self.env["dso.assignment.rule"].sudo()._get_watched() & vals.keys():
            self.env["dso.refresh.queue"]._note(reassigned_ids=self.ids)
        return result
