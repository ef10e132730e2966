from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...engine import guarantee as rules
from ...engine.facts import MOST_DAYS
from ...tools.expression import day_of, search_expression
from ...tools.inside import get_inside
from .dso_customer import RISK_FIELDS

#: On which the deadline of a declaration rests, the company's settings aside.
DECLARATION_FIELDS = ("insurance_amount", "insurance_declaration_days", "oldest_due_date")


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` that says what secures the debt: guarantees and credit
    insurance, in company currency. [Q53]

    What depends on the day is computed when it is read, and searched for by the same rule in SQL;
    the tests compare the two.
    """

    _inherit = "dso.customer"
    _dso_writable = frozenset(
        {
            "guarantee_permanent",
            "guarantee_temporary",
            "guarantee_temporary_from",
            "guarantee_temporary_until",
            "insurance_amount",
            "insurance_declaration_days",
            "insurance_expiry",
            "insurance_reference",
            "insurer_id",
        }
    )

    guarantee_permanent = fields.Monetary(string="Permanent Guarantee", tracking=True)
    guarantee_temporary = fields.Monetary(string="Temporary Guarantee", tracking=True)
    guarantee_temporary_from = fields.Date(string="Temporary From", tracking=True)
    guarantee_temporary_until = fields.Date(
        string="Temporary Until", tracking=True, help="Is the last day on which it is valid."
    )
    guarantee_amount = fields.Monetary(
        string="Guarantee",
        compute="_compute_guarantee_amount",
        search="_search_guarantee_amount",
        help="Adds the permanent guarantee and, while it is valid, the temporary one.",
    )
    overdue_unsecured = fields.Monetary(
        string="Overdue Above the Guarantee",
        compute="_compute_overdue_unsecured",
        search="_search_overdue_unsecured",
    )
    insurance_amount = fields.Monetary(string="Insured Amount", tracking=True)
    insurer_id = fields.Many2one(
        "res.partner", index="btree_not_null", ondelete="restrict", tracking=True
    )
    insurance_reference = fields.Char(tracking=True)
    insurance_expiry = fields.Date(
        string="Insured Until",
        tracking=True,
        help="Is the last day on which the insurance is valid.",
    )
    insurance_declaration_days = fields.Integer(
        string="Report to Insurer After",
        tracking=True,
        help="Days after the due date by which an unpaid claim has to be reported to the insurer. "
        "0: as in the company's settings.",
    )
    insurance_declaration_date = fields.Date(
        string="Reporting Deadline",
        compute="_compute_insurance_declaration",
        search="_search_insurance_declaration_date",
        help="Shows by when the oldest overdue item has to be reported to the credit insurer.",
    )
    insurance_declaration_days_left = fields.Integer(
        string="Days Until Reporting Deadline",
        compute="_compute_insurance_declaration",
        search="_search_insurance_declaration_days_left",
        help="Negative once the deadline has passed. Applies only to insured customers with "
        "something overdue; no number finds the others.",
    )

    # ------------------------------------------------------------------
    # Rules, in Python and in SQL
    # ------------------------------------------------------------------

    def _get_guarantee(self):
        """The guarantee as the engine knows it."""
        self.ensure_one()
        return rules.Guarantee(
            self.guarantee_permanent,
            self.guarantee_temporary,
            self.guarantee_temporary_from or None,
            self.guarantee_temporary_until or None,
        )

    @api.depends(
        "company_id",
        "guarantee_permanent",
        "guarantee_temporary",
        "guarantee_temporary_from",
        "guarantee_temporary_until",
    )
    def _compute_guarantee_amount(self):
        todays = self._get_todays()
        for customer in self:
            customer.guarantee_amount = rules.effective(
                customer._get_guarantee(),
                todays.get(customer.company_id.id) or self.env.company._dso_today(),
            )

    @api.depends("amount_overdue", "guarantee_amount")
    def _compute_overdue_unsecured(self):
        for customer in self:
            customer.overdue_unsecured = rules.unsecured(
                customer.amount_overdue, customer.guarantee_amount
            )

    @api.depends(
        "company_id.dso_declaration_days",
        "insurance_amount",
        "insurance_declaration_days",
        "oldest_due_date",
    )
    def _compute_insurance_declaration(self):
        todays = self._get_todays()
        for customer in self:
            today = todays.get(customer.company_id.id) or self.env.company._dso_today()
            # sudo: a setting of the company of a file that the user may read
            standard = customer.company_id.sudo().dso_declaration_days
            deadline = None
            if customer.insurance_amount > 0:
                days = customer.insurance_declaration_days or standard
                oldest = customer.oldest_due_date or None
                deadline = rules.declaration_deadline(oldest, days, today)
            customer.insurance_declaration_date = deadline or False
            customer.insurance_declaration_days_left = (deadline - today).days if deadline else 0

    @api.model
    def _get_all_todays(self):
        """{company id: the date there} of all companies"""
        return {
            company.id: company._dso_today() for company in self.env["res.company"]._dso_companies()
        }

    @api.model
    def _get_guarantee_sql(self, alias, todays):
        """``engine.guarantee.effective`` as an SQL expression."""
        today = day_of(alias, todays)
        return SQL(
            "COALESCE(%(permanent)s, 0) + CASE WHEN COALESCE(%(first)s, %(today)s) <= %(today)s"
            " AND %(today)s <= COALESCE(%(last)s, %(today)s)"
            " THEN COALESCE(%(temporary)s, 0) ELSE 0 END",
            permanent=SQL.identifier(alias, "guarantee_permanent"),
            temporary=SQL.identifier(alias, "guarantee_temporary"),
            first=SQL.identifier(alias, "guarantee_temporary_from"),
            last=SQL.identifier(alias, "guarantee_temporary_until"),
            today=today,
        )

    @api.model
    def _get_unsecured_sql(self, alias, todays):
        """``engine.guarantee.unsecured`` as an SQL expression."""
        return SQL(
            "GREATEST(0, COALESCE(%s, 0) - (%s))",
            SQL.identifier(alias, "amount_overdue"),
            self._get_guarantee_sql(alias, todays),
        )

    @api.model
    def _get_declaration_sql(self, alias, todays):
        """``engine.guarantee.declaration_deadline`` as an SQL expression, in days from today; NULL
        where there is none."""
        today = day_of(alias, todays)
        return SQL(
            "CASE WHEN %(insured)s > 0 AND %(oldest)s < %(today)s THEN %(oldest)s - %(today)s"
            " + COALESCE(NULLIF(%(days)s, 0), (SELECT company.dso_declaration_days"
            " FROM res_company AS company WHERE company.id = %(company)s)) END",
            insured=SQL.identifier(alias, "insurance_amount"),
            oldest=SQL.identifier(alias, "oldest_due_date"),
            days=SQL.identifier(alias, "insurance_declaration_days"),
            company=SQL.identifier(alias, "company_id"),
            today=today,
        )

    def _search_by_sql(self, fnames, get_sql, operator, value):
        """Search for an expression of these stored fields and of each company's date."""
        todays = self._get_all_todays()
        self.env["res.company"].flush_model(["dso_declaration_days"])
        self.flush_model(fnames)
        return search_expression(lambda alias: get_sql(alias, todays), operator, value)

    def _search_guarantee_amount(self, operator, value):
        value = _no_amount_is_zero(operator, value)
        return self._search_by_sql(RISK_FIELDS[:4], self._get_guarantee_sql, operator, value)

    def _search_overdue_unsecured(self, operator, value):
        fnames = (*RISK_FIELDS[:4], "amount_overdue")
        value = _no_amount_is_zero(operator, value)
        return self._search_by_sql(fnames, self._get_unsecured_sql, operator, value)

    def _search_insurance_declaration_days_left(self, operator, value):
        return self._search_by_sql(DECLARATION_FIELDS, self._get_declaration_sql, operator, value)

    def _search_insurance_declaration_date(self, operator, value):
        return self._search_by_sql(
            DECLARATION_FIELDS, self._get_declaration_date_sql, operator, value
        )

    @api.model
    def _get_declaration_date_sql(self, alias, todays):
        """The deadline itself; NULL where there is none."""
        days_left = self._get_declaration_sql(alias, todays)
        return SQL("%s + (%s)", day_of(alias, todays), days_left)

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    @api.constrains(
        "guarantee_permanent",
        "guarantee_temporary",
        "insurance_amount",
        "insurance_declaration_days",
    )
    def _check_risk_amounts(self):
        for customer in self:
            amounts = (
                customer.guarantee_permanent,
                customer.guarantee_temporary,
                customer.insurance_amount,
                customer.insurance_declaration_days,
            )
            if min(amounts) < 0:
                raise ValidationError(
                    self.env._(
                        "%(customer)s: guarantees, credit insurance and days cannot be negative. "
                        "Enter 0 where there is none.",
                        customer=customer.display_name,
                    )
                )

    @api.constrains("insurance_declaration_days")
    def _check_declaration_days(self):
        for customer in self:
            if customer.insurance_declaration_days > MOST_DAYS:
                raise ValidationError(
                    self.env._(
                        "%(customer)s: “%(field)s” must be a whole number of days from 0 to "
                        "%(most)s, not %(value)s.",
                        customer=customer.display_name,
                        field=self._fields["insurance_declaration_days"]._description_string(
                            self.env
                        ),
                        most=MOST_DAYS,
                        value=customer.insurance_declaration_days,
                    )
                )

    @api.constrains("guarantee_temporary_from", "guarantee_temporary_until")
    def _check_guarantee_dates(self):
        for customer in self:
            first, last = customer.guarantee_temporary_from, customer.guarantee_temporary_until
            if first and last and last < first:
                raise ValidationError(
                    self.env._(
                        "%(customer)s: the temporary guarantee ends before it begins. Correct one "
                        "of the two dates.",
                        customer=customer.display_name,
                    )
                )

    @api.constrains("guarantee_temporary", "guarantee_temporary_until")
    def _check_guarantee_ends(self):
        """Without an end it would count for ever."""
        if get_inside(self.env, "dso_by_rule"):
            # handed over with its file, as it was
            return
        for customer in self:
            if customer.guarantee_temporary > 0 and not customer.guarantee_temporary_until:
                raise ValidationError(
                    self.env._(
                        "%(customer)s: enter until when the temporary guarantee is valid. One "
                        "without an end date is a permanent guarantee: enter its amount there.",
                        customer=customer.display_name,
                    )
                )


def _no_amount_is_zero(operator, value):
    """An amount that is not there is zero, also where it is searched for."""
    return [each or 0 for each in value] if operator == "in" else value
