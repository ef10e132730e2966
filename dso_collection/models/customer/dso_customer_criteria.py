from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.expression import COMPARISONS, day_of, search_expression
from ...tools.ledger import is_receivable_sql

#: The two sides of a customer's open items, as conditions on ``line``.
CLAIMS = SQL("line.amount_residual > 0")
CREDITS = SQL("line.amount_residual < 0")


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` by which customers are found: for alerts, filters and
    assignment rules, in one query each whatever the number of customers. [Q48]"""

    _inherit = "dso.customer"

    days_without_action = fields.Integer(
        compute="_compute_days_without_action",
        search="_search_days_without_action",
        help="Counts the days since the last action. Searching for a minimum also finds customers "
        "who were never chased.",
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
        help="Shows when the oldest open dispute was logged.",
    )
    promise_broken = fields.Boolean(
        string="Broken Promise",
        compute="_compute_promise_broken",
        search="_search_promise_broken",
        help="A promise has passed its deadline, and its item is still unpaid.",
    )
    contact_missing = fields.Boolean(
        string="Without Collections Contact",
        compute="_compute_contact_missing",
        search="_search_contact_missing",
    )
    email_missing = fields.Boolean(
        string="Not Reachable by E-mail",
        compute="_compute_contact_missing",
        search="_search_email_missing",
        help="No collections contact that receives the reminders by e-mail has an address.",
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

    def _search_item_ids(self, operator, value):
        return self._search_open_items(CLAIMS, operator, value)

    def _search_credit_ids(self, operator, value):
        return self._search_open_items(CREDITS, operator, value)

    @api.model
    def _search_open_items(self, side, operator, value):
        """Customers by any field of their open items, those of other modules included.

        :param side: an SQL condition on ``line``: claims or credits
        """
        if operator == "in":
            wanted = [each for each in value if each]
            none = ~self._get_status_domain(SQL("TRUE"), side)
            if not wanted:
                return none
            found = self._get_status_domain(SQL("line.id = ANY(%s)", wanted), side)
            return none | found if len(wanted) < len(list(value)) else found
        if operator != "any":
            return NotImplemented
        # with the rights of whoever asks
        lines = self.env["account.move.line"]._search(value)
        return self._get_status_domain(SQL("line.id IN %s", lines.subselect()), side)

    @api.model
    def _get_status_domain(self, condition, side=CLAIMS):
        """Customers with an open item for which an SQL condition on ``line`` holds."""
        self.env["account.move.line"].flush_model(["dso_status_id", "reconciled", "partner_id"])
        found = SQL(
            """(
                SELECT customer.id
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id AND %s
                  JOIN res_partner partner ON partner.id = line.partner_id
                  JOIN dso_customer customer
                    ON customer.partner_id = partner.commercial_partner_id
                   AND customer.company_id = line.company_id
                 WHERE %s
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND %s
            )""",
            is_receivable_sql(),
            condition,
            side,
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
    # Terms and limits, which each company gives the partner on its own
    # ------------------------------------------------------------------

    def _search_payment_term_id(self, operator, value):
        return self._search_terms("property_payment_term_id", operator, value)

    def _search_credit_limit(self, operator, value):
        """No limit is one of 0, as it is shown."""
        if operator == "in":
            value = [each or 0 for each in value]
        elif operator not in COMPARISONS:
            return NotImplemented
        limiting = self._get_limiting_companies()
        found = self._search_terms("credit_limit", operator, value, limiting)
        unlimited = Domain("company_id", "not in", limiting.ids)
        return found | unlimited if _compare(0, operator, value) else found

    def _search_credit_limit_exceeded(self, operator, value):
        if operator != "in":
            return NotImplemented
        exceeded = Domain.OR(
            self._get_exceeded_domain(company) for company in self._get_limiting_companies()
        )
        return exceeded if True in value else ~exceeded

    @api.model
    def _get_limiting_companies(self):
        """The companies in which partners have credit limits."""
        return self.env["res.company"]._dso_companies().filtered("account_use_credit_limit")

    @api.model
    def _search_terms(self, fname, operator, value, companies=None):
        """Customers by a field that their partner has for each company."""
        if operator.startswith("not "):
            return NotImplemented
        found = []
        for company in self.env["res.company"]._dso_companies() if companies is None else companies:
            # sudo: terms of customers that the user may see, as they are shown with the file
            partners = self.env["res.partner"].sudo().with_company(company)
            partners = partners.with_context(active_test=False)._search([(fname, operator, value)])
            own = Domain("company_id", "=", company.id)
            found.append(own & Domain("partner_id", "in", partners.subselect()))
        return Domain.OR(found)

    @api.model
    def _get_exceeded_domain(self, company):
        """Customers of a company who owe more than their limit, by a cent that counts."""
        # sudo: limits of customers that the user may see, as they are shown with the file
        partners = self.env["res.partner"].sudo().with_company(company)
        partners.flush_model(["credit_limit"])
        self.flush_model(["amount_due", "partner_id"])
        query = partners.with_context(active_test=False)._search([])
        limit = partners._field_to_sql(query.table, "credit_limit", query)
        query.add_where(SQL("%s > 0", limit))
        query.add_join(
            "JOIN",
            "file",
            "dso_customer",
            SQL(
                "file.partner_id = %s AND file.company_id = %s AND file.amount_due - %s >= %s",
                SQL.identifier(query.table, "id"),
                company.id,
                limit,
                company.currency_id.rounding / 2,
            ),
        )
        return Domain("id", "in", SQL("(%s)", query.select(SQL("file.id"))))

    # ------------------------------------------------------------------
    # Contacts
    # ------------------------------------------------------------------

    def _search_contact_ids(self, operator, value):
        """Customers by any field of their contacts for collection."""
        if operator == "in":
            wanted = [each for each in value if each]
            found = self._get_contact_domain(Domain("id", "in", wanted))
            none = ~self._get_contact_domain(Domain.TRUE)
            if len(wanted) < len(list(value)):
                return none | found if wanted else none
            return found
        return self._get_contact_domain(Domain(value)) if operator == "any" else NotImplemented

    @api.model
    def _get_contact_domain(self, condition):
        """Customers with a contact for collection for which a condition holds."""
        is_contact = Domain("dso_collection_contact", "=", True)
        of_customer = Domain("commercial_partner_id", "!=", False)
        # with the rights of whoever asks
        found = self.env["res.partner"]._search(is_contact & of_customer & condition)
        return Domain("partner_id", "in", found.subselect("commercial_partner_id"))

    @api.depends(
        "contact_ids",
        "partner_id.dso_serves_email",
        "partner_id.email_normalized",
        "partner_id.child_ids.dso_serves_email",
        "partner_id.child_ids.email_normalized",
    )
    def _compute_contact_missing(self):
        # sudo: who serves of customers that the user may see
        substitutes = self.sudo()._find_substitutes()
        for customer in self:
            by_email = customer.contact_ids._dso_serving("email")
            customer.contact_missing = not customer.contact_ids
            customer.email_missing = (
                not any(by_email.mapped("email_normalized"))
                and customer._origin.id not in substitutes
            )

    def _search_contact_missing(self, operator, value):
        return self._search_without_contact(Domain.TRUE, operator, value)

    def _search_email_missing(self, operator, value):
        reachable = Domain("dso_serves_email", "=", True) & Domain("email_normalized", "!=", False)
        domain = self._search_without_contact(reachable, operator, value)
        if domain is NotImplemented:
            return domain
        serving = self._get_substituted_domain()
        return domain & ~serving if True in value else domain | serving

    @api.model
    def _get_substituted_domain(self):
        """Customers without a contact for whom another serves, as ``_find_substitutes`` says."""
        # sudo: a setting of companies, and contacts of customers that the user may see
        companies = self.env["res.company"].sudo()
        companies = companies.search([("dso_proposed_contact_serves", "=", True)])
        if not companies:
            return Domain.FALSE
        partners = self.env["res.partner"].sudo()
        partners.flush_model(["active", "commercial_partner_id", "email_normalized", "type"])
        reachable = SQL(
            """(
                SELECT contact.commercial_partner_id
                  FROM res_partner contact
                 WHERE contact.active AND contact.email_normalized != ''
                   AND (contact.type = 'invoice' OR contact.id = contact.commercial_partner_id)
            )"""
        )
        return (
            Domain("company_id", "in", companies.ids)
            & self._search_without_contact(Domain.TRUE, "in", [True])
            & Domain("partner_id", "in", reachable)
        )

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


def _compare(amount, operator, value):
    """Whether a condition of a search holds for an amount."""
    if operator == "in":
        return amount in value
    return {"<": amount < value, "<=": amount <= value, ">": amount > value, ">=": amount >= value}[
        operator
    ]
