from odoo import fields, models
from odoo.tools import SQL

from ..engine.ageing import OVERDUE_FINE
from ..models.ledger.dso_item_status import KINDS
from ..tools.ageing import bucket_sql, get_selection
from ..tools.labels import NOT_QUALIFIED, WITHOUT_SCENARIO
from ..tools.ledger import due_date_sql, is_receivable_sql

#: Joins by a primary or unique key: the database leaves out those that a question does not need.
JOINS = SQL(
    """
    LEFT JOIN res_partner contact ON contact.id = line.partner_id
    LEFT JOIN res_partner partner ON partner.id = contact.commercial_partner_id
    LEFT JOIN dso_customer customer
      ON customer.partner_id = contact.commercial_partner_id
     AND customer.company_id = line.company_id
    LEFT JOIN dso_item_status status ON status.id = line.dso_status_id
    LEFT JOIN account_move move ON move.id = line.move_id
    LEFT JOIN account_journal journal ON journal.id = line.journal_id
    """
)


class DsoItemReport(models.Model):
    """The items status report: what is overdue, by what is known of it. [seed 004, Q42]

    One row for each overdue item, under its id: a claim that is open and was due before its
    company's today. Ignored items count as in the customers' figures. Amounts are booked residuals
    in the company's currency.
    """

    _name = "dso.item.report"
    _description = "Items Status Report"
    _inherit = "dso.report"
    _auto = False
    _order = "days_overdue desc, id"
    _rec_name = "document"
    _booked_currency = "currency_id"
    _depends = {
        "account.account": ["account_type"],
        "account.move": ["move_type", "name"],
        "account.move.line": [
            "account_id",
            "amount_residual",
            "company_currency_id",
            "company_id",
            "date",
            "date_maturity",
            "dso_comment",
            "dso_ignored",
            "dso_status_date",
            "dso_status_id",
            "journal_id",
            "move_id",
            "move_name",
            "name",
            "no_followup",
            "parent_state",
            "partner_id",
            "reconciled",
            "ref",
        ],
        "dso.customer": ["collector_id", "company_id", "partner_id", "scenario_id"],
        "dso.item.status": ["kind"],
        "res.partner": ["commercial_partner_id", "country_id"],
    }

    document = fields.Char(readonly=True)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True)
    scenario_id = fields.Many2one("dso.scenario", readonly=True, falsy_value_label=WITHOUT_SCENARIO)
    country_id = fields.Many2one("res.country", readonly=True)
    kind = fields.Selection(
        [*KINDS, ("none", "No status yet")],
        string="Status Kind",
        readonly=True,
    )
    status_id = fields.Many2one("dso.item.status", readonly=True, falsy_value_label=NOT_QUALIFIED)
    status_date = fields.Date(
        readonly=True, help="Given with the status, such as the promised date."
    )
    comment = fields.Text(readonly=True)
    due_date = fields.Date(readonly=True)
    days_overdue = fields.Integer(
        string="Oldest Overdue",
        readonly=True,
        aggregator="max",
        help="Counts the days overdue of the oldest item.",
    )
    age = fields.Selection(get_selection(OVERDUE_FINE), readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(string="Overdue", readonly=True)
    item_count = fields.Integer(string="Items", readonly=True)
    amount_qualified = fields.Monetary(
        string="With a Status",
        readonly=True,
        help="Shows the part of the overdue amount that has a status.",
    )
    rate_value = fields.Float(
        string="With a Status, by Value (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="Shows the share of the overdue amount that has a status; empty across several "
        "currencies.",
    )
    rate_number = fields.Float(
        string="With a Status, by Number (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="Shows the share of the overdue items that have a status.",
    )
    promise_past = fields.Boolean(
        readonly=True,
        help="Promised for a date that has passed, with its grace: no longer awaited.",
    )
    ignored = fields.Boolean(readonly=True, help="Counts in the amounts, but is not chased.")
    no_followup = fields.Boolean(string="Excluded From Follow-up", readonly=True)

    @property
    def _table_query(self):
        companies = self.env["res.company"]._dso_companies()
        todays = {company: company._dso_today() for company in companies}
        today = self._get_day_sql(todays)
        # promises for that day and later are still awaited
        awaited = self._get_day_sql(
            {company: company._dso_awaited_from(day) for company, day in todays.items()}
        )
        return SQL(
            """
            SELECT line.id, line.id AS line_id, line.move_id, line.company_id,
                   contact.commercial_partner_id AS partner_id, partner.country_id,
                   customer.id AS customer_id, customer.collector_id, customer.scenario_id,
                   CASE WHEN move.move_type = 'entry' AND journal.type = 'general'
                        THEN COALESCE(line.name, move.name)
                        ELSE COALESCE(move.name, line.move_name, line.ref, line.name)
                   END AS document,
                   COALESCE(status.kind, 'none') AS kind,
                   line.dso_status_id AS status_id, line.dso_status_date AS status_date,
                   line.dso_comment AS comment,
                   %(due_date)s AS due_date,
                   %(today)s - %(due_date)s AS days_overdue,
                   %(age)s AS age,
                   line.company_currency_id AS currency_id,
                   line.amount_residual AS amount, 1 AS item_count,
                   CASE WHEN line.dso_status_id IS NULL THEN 0 ELSE line.amount_residual
                   END AS amount_qualified,
                   100.0 * (line.dso_status_id IS NOT NULL)::int AS rate_value,
                   100.0 * (line.dso_status_id IS NOT NULL)::int AS rate_number,
                   COALESCE(status.kind = 'promise' AND line.dso_status_date < %(awaited)s, FALSE)
                       AS promise_past,
                   COALESCE(line.dso_ignored, FALSE) AS ignored,
                   COALESCE(line.no_followup, FALSE) AS no_followup
              FROM account_move_line line
                   %(joins)s
             WHERE line.company_id = ANY(%(companies)s)
               AND line.account_id IN (
                   SELECT id FROM account_account account WHERE %(is_receivable)s
               )
               AND line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE
               AND line.amount_residual > 0
               AND line.partner_id IS NOT NULL
               -- COALESCE(…) < today, so that the index of due dates serves
               AND (
                   line.date_maturity < %(today)s
                   OR line.date_maturity IS NULL AND line.date < %(today)s
               )
            """,
            age=bucket_sql(SQL("%s - %s", today, due_date_sql()), OVERDUE_FINE),
            companies=companies.ids,
            today=today,
            awaited=awaited,
            joins=JOINS,
            due_date=due_date_sql(),
            is_receivable=is_receivable_sql(),
        )

    def _get_day_sql(self, days):
        """A company's day as an expression: a plain value where it is the same for all, as it
        nearly always is, so that the database calculates with it.

        :param days: {company: date}
        """
        if len(set(days.values())) == 1:
            return SQL("%s::date", next(iter(days.values())))
        return SQL(
            "CASE line.company_id %s END",
            SQL(" ").join(
                SQL("WHEN %s THEN %s::date", company.id, day) for company, day in days.items()
            ),
        )

    def _read_group_select(self, aggregate_spec, query):
        """The rate by value is a quotient of two sums, whatever the grouping; the rate by number is
        the plain average of the items' zeros and hundreds. Over several currencies there is no sum.
        """
        if aggregate_spec == "rate_value:avg":
            return SQL(
                "CASE WHEN min(%(currency)s) = max(%(currency)s)"
                " THEN 100 * sum(%(qualified)s) / NULLIF(sum(%(amount)s), 0) END",
                currency=self._field_to_sql(self._table, "currency_id", query),
                qualified=self._field_to_sql(self._table, "amount_qualified", query),
                amount=self._field_to_sql(self._table, "amount", query),
            )
        return super()._read_group_select(aggregate_spec, query)
