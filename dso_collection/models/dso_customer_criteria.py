from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.expression import day_of, search_expression


class DsoCustomerCriteria(models.AbstractModel):
    """The part of ``dso.customer`` by which customers are found: for alerts, filters and
    assignment rules, in one query each whatever the number of customers. [Q48]"""

    _name = "dso.customer.criteria"
    _description = "Criteria of Collection Customers"

    days_without_action = fields.Integer(
        compute="_compute_days_without_action",
        search="_search_days_without_action",
        help="Days since the last action. At least so many days: customers who were never chased "
        "are found too.",
    )
    item_status_ids = fields.Many2many(
        "dso.item.status",
        string="Statuses of Open Items",
        compute="_compute_item_status_ids",
        search="_search_item_status_ids",
    )
    dispute_since = fields.Date(
        string="Disputed Since",
        compute="_compute_dispute_since",
        search="_search_dispute_since",
        help="When the oldest open dispute was logged.",
    )
    promise_broken = fields.Boolean(
        string="Broken Promise",
        compute="_compute_promise_broken",
        search="_search_promise_broken",
        help="A promise has passed its deadline, and its item still waits for the money.",
    )
    contact_missing = fields.Boolean(
        string="Without Contact for Collection",
        compute="_compute_contact_missing",
        search="_search_contact_missing",
    )
    email_missing = fields.Boolean(
        string="Not Reachable by E-mail",
        compute="_compute_contact_missing",
        search="_search_email_missing",
        help="No contact for collection that receives the reminders by e-mail has an address.",
    )

    # ------------------------------------------------------------------
    # Last action
    # ------------------------------------------------------------------

    @api.depends("last_action_date")
    def _compute_days_without_action(self):
        todays = self._get_todays()
        for customer in self:
            last = customer.last_action_date
            customer.days_without_action = (
                (todays[customer.company_id.id] - last).days if last else False
            )

    def _search_days_without_action(self, operator, value):
        """Never is longer ago than any number of days."""
        todays = self._get_all_todays()
        self.flush_model(["last_action_date"])

        def expression(alias):
            last = SQL.identifier(alias, "last_action_date")
            return SQL("%s - %s", day_of(alias, todays), last)

        domain = search_expression(expression, operator, value)
        if operator in (">", ">="):
            domain |= Domain("last_action_date", "=", False)
        return domain

    # ------------------------------------------------------------------
    # Statuses, disputes and promises
    # ------------------------------------------------------------------

    @api.depends("item_ids")
    def _compute_item_status_ids(self):
        for customer in self:
            customer.item_status_ids = customer.item_ids.dso_status_id

    def _search_item_status_ids(self, operator, value):
        if operator == "any":
            value = self.env["dso.item.status"]._search(value)
            statuses = value.subselect()
        elif operator == "in":
            wanted = [each for each in value if each]
            if len(wanted) < len(list(value)):
                none = ~self._get_status_domain(SQL("line.dso_status_id IS NOT NULL"))
                return none | self._search_item_status_ids("in", wanted) if wanted else none
            statuses = SQL("%s", tuple(wanted)) if wanted else SQL("(NULL)")
        else:
            return NotImplemented
        return self._get_status_domain(SQL("line.dso_status_id IN %s", statuses))

    @api.model
    def _get_status_domain(self, condition):
        """Customers with an open item for which an SQL condition on ``line`` holds."""
        self.env["account.move.line"].flush_model(["dso_status_id", "reconciled", "partner_id"])
        found = SQL(
            """(
                SELECT customer.id
                  FROM account_move_line line
                  JOIN account_account account
                    ON account.id = line.account_id
                   AND account.account_type = 'asset_receivable'
                  JOIN res_partner partner ON partner.id = line.partner_id
                  JOIN dso_customer customer
                    ON customer.partner_id = partner.commercial_partner_id
                   AND customer.company_id = line.company_id
                 WHERE %s
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual > 0
            )""",
            condition,
        )
        return Domain("id", "in", found)

    def _get_open_disputes(self):
        """The report on disputes, and the domain of those that are open."""
        # sudo: of customers that the user may see; rules of both are the same
        return self.env["dso.dispute.report"].sudo(), Domain("state", "=", "open")

    def _compute_dispute_since(self):
        report, still_open = self._get_open_disputes()
        groups = report._read_group(
            still_open & Domain("customer_id", "in", self.ids),
            ["customer_id"],
            ["logged_on:min"],
        )
        since = {customer.id: day for customer, day in groups}
        for customer in self:
            customer.dispute_since = since.get(customer._origin.id, False)

    def _search_dispute_since(self, operator, value):
        """By the date of any open dispute: “on or before” finds the oldest one."""
        report, still_open = self._get_open_disputes()
        if operator == "in":
            days = [day for day in value if day]
            if len(days) < len(list(value)):
                none = ~Domain("id", "in", report._search(still_open).subselect("customer_id"))
                return none | self._search_dispute_since("in", days) if days else none
        elif operator not in ("<", "<=", ">", ">="):
            return NotImplemented
        disputes = report._search(still_open & Domain("logged_on", operator, value))
        return Domain("id", "in", disputes.subselect("customer_id"))

    def _compute_promise_broken(self):
        # sudo: of customers that the user may see
        promises = self.env["dso.promise"].sudo()
        broken = promises.search(
            promises._get_not_kept_domain() & Domain("customer_id", "in", self.ids)
        )
        for customer in self:
            customer.promise_broken = customer._origin in broken.customer_id

    def _search_promise_broken(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: of customers that the user may see
        promises = self.env["dso.promise"].sudo()
        broken = promises._search(promises._get_not_kept_domain()).subselect("customer_id")
        domain = Domain("id", "in", broken)
        return domain if True in value else ~domain

    # ------------------------------------------------------------------
    # Contacts
    # ------------------------------------------------------------------

    @api.depends(
        "contact_ids",
        "partner_id.child_ids.dso_serves_email",
        "partner_id.child_ids.email_normalized",
    )
    def _compute_contact_missing(self):
        for customer in self:
            by_email = customer.contact_ids._dso_serving("email")
            customer.contact_missing = not customer.contact_ids
            customer.email_missing = not any(by_email.mapped("email_normalized"))

    def _search_contact_missing(self, operator, value):
        return self._search_without_contact(Domain.TRUE, operator, value)

    def _search_email_missing(self, operator, value):
        reachable = Domain("dso_serves_email", "=", True) & Domain("email_normalized", "!=", False)
        return self._search_without_contact(reachable, operator, value)

    @api.model
    def _search_without_contact(self, condition, operator, value):
        """Customers without a contact for collection for which a condition holds."""
        if operator != "in":
            return NotImplemented
        # sudo: contacts of customers that the user may see, as _find_contacts finds them
        contacts = self.env["res.partner"].sudo()
        is_contact = Domain("dso_collection_contact", "=", True)
        of_customer = Domain("commercial_partner_id", "!=", False)
        found = contacts._search(is_contact & of_customer & condition)
        missing = ~Domain("partner_id", "in", found.subselect("commercial_partner_id"))
        return missing if True in value else ~missing
