from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..engine.ageing import BUCKETS
from ..tools.ageing import bucket_sql, get_selection
from ..tools.labels import WITHOUT_SCENARIO
from ..tools.receivable import items_sql

#: Joins by a primary or unique key: the database leaves out those that a question does not need.
JOINS = SQL(
    """
    LEFT JOIN res_partner contact ON contact.id = item.partner_id
    LEFT JOIN res_partner partner ON partner.id = contact.commercial_partner_id
    LEFT JOIN dso_customer customer
      ON customer.partner_id = contact.commercial_partner_id
     AND customer.company_id = item.company_id
    LEFT JOIN account_move move ON move.id = item.move_id
    LEFT JOIN account_journal journal ON journal.id = move.journal_id
    LEFT JOIN account_move_line line ON line.id = item.id
    """
)
#: What is another thing on another day.
OF_DAY = {"readonly": True, "depends_context": ("dso_as_of",)}


class DsoAgeing(models.Model):
    """What was open at the end of a day, by age: the balance of the receivable accounts, item by
    item. [Q2]

    One row for each item, under its id, as ``tools.receivable`` says. Credits are negative and as
    old as their due date; what has no customer is there, too. Collector, scenario, country and
    salesperson are those of today: nobody keeps who they were.

    The day stands in the context (``dso_as_of``), without it each company's today; what is booked
    later, and what is paid later, is not known on it. Today's rows add up to the customers'
    figures, unless somebody has booked for a day to come.

    Amounts are booked ones: ``amount`` in the company's currency, ``amount_currency`` in the
    item's.
    """

    _name = "dso.ageing"
    _description = "Ageing of Receivables"
    _inherit = "dso.report"
    _auto = False
    _order = "due_date, id"
    _rec_name = "document"
    _booked_currency = "company_currency_id"
    _depends = {
        "account.account": ["account_type", "non_trade"],
        "account.journal": ["type"],
        "account.move": ["invoice_user_id", "journal_id", "move_type", "name"],
        "account.move.line": [
            "account_id",
            "amount_residual",
            "amount_residual_currency",
            "balance",
            "company_currency_id",
            "company_id",
            "currency_id",
            "date",
            "date_maturity",
            "move_id",
            "move_name",
            "name",
            "parent_state",
            "partner_id",
            "reconciled",
            "ref",
        ],
        "account.partial.reconcile": [
            "amount",
            "credit_amount_currency",
            "credit_move_id",
            "debit_amount_currency",
            "debit_move_id",
            "max_date",
        ],
        "dso.customer": ["collector_id", "company_id", "partner_id", "scenario_id"],
        "res.partner": ["commercial_partner_id", "country_id", "user_id"],
    }

    day = fields.Date(string="As of", **OF_DAY)
    document = fields.Char(readonly=True)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True)
    scenario_id = fields.Many2one("dso.scenario", readonly=True, falsy_value_label=WITHOUT_SCENARIO)
    country_id = fields.Many2one("res.country", readonly=True)
    salesperson_id = fields.Many2one(
        "res.users", readonly=True, help="That of the document, else the customer's."
    )
    due_date = fields.Date(readonly=True)
    days_overdue = fields.Integer(
        string="Oldest Overdue",
        aggregator="max",
        help="In days, on that day; 0 for what was not overdue.",
        **OF_DAY,
    )
    bucket = fields.Selection(get_selection(BUCKETS), string="Age", **OF_DAY)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(
        string="Open",
        currency_field="company_currency_id",
        help="What was open on that day as it was booked, credits deducted; empty across several "
        "currencies.",
        **OF_DAY,
    )
    amount_currency = fields.Monetary(
        string="Open in Currency",
        help="The same in the currency of the item; empty across several currencies.",
        **OF_DAY,
    )
    item_count = fields.Integer(string="Items", readonly=True)

    @api.model
    def get_today(self):
        """The latest day that can be asked for, for the screen: today, where several companies are
        shown the latest of theirs."""
        return max(company._dso_today() for company in self.env.companies)

    @property
    def _table_query(self):
        items = SQL(" UNION ALL ").join(
            items_sql(companies, day) for day, companies in self._get_companies_by_day().items()
        )
        return SQL(
            """
            SELECT item.id, item.id AS line_id, item.move_id, item.company_id, item.day,
                   contact.commercial_partner_id AS partner_id, partner.country_id,
                   customer.id AS customer_id, customer.collector_id, customer.scenario_id,
                   COALESCE(move.invoice_user_id, partner.user_id) AS salesperson_id,
                   CASE WHEN move.move_type = 'entry' AND journal.type = 'general'
                        THEN COALESCE(line.name, move.name)
                        ELSE COALESCE(move.name, line.move_name, line.ref, line.name)
                   END AS document,
                   item.due_date,
                   GREATEST(item.day - item.due_date, 0) AS days_overdue,
                   %(bucket)s AS bucket,
                   item.company_currency_id, item.currency_id,
                   item.amount, item.amount_currency, 1 AS item_count
              FROM (%(items)s) item
                   %(joins)s
            """,
            bucket=bucket_sql(SQL("item.day - item.due_date"), BUCKETS),
            items=items,
            joins=JOINS,
        )

    def _get_companies_by_day(self):
        """The day that is asked for, else each company's today.

        :return: {day: ids of companies}
        """
        companies = self.env["res.company"]._dso_companies()
        todays = {company: company._dso_today() for company in companies}
        day = self._get_day(max(todays.values()))
        if day:
            return {day: companies.ids}
        result = {}
        for company, today in todays.items():
            result.setdefault(today, []).append(company.id)
        return result

    def _get_day(self, latest):
        """The day in the context, ``None`` for today.

        :param latest: no later one can be asked for
        :raise UserError: where it is none, or has not come yet
        """
        asked = self.env.context.get("dso_as_of")
        if not asked:
            return None
        try:
            day = fields.Date.to_date(asked)
        except (TypeError, ValueError):
            day = None
        if not day:
            raise UserError(
                self.env._(
                    "“%(day)s” is no date. Choose the day of the ageing above the figures.",
                    day=asked,
                )
            )
        if day > latest:
            raise UserError(
                self.env._(
                    "What will be open on %(day)s is not known yet. Choose %(today)s or an earlier "
                    "day.",
                    day=format_date(self.env, day),
                    today=format_date(self.env, latest),
                )
            )
        return day

    def _read_group_select(self, aggregate_spec, query):
        """Amounts of two currencies are never added up, nor converted at a rate that nobody
        booked."""
        name, _colon, function = aggregate_spec.partition(":")
        if function not in ("sum", "sum_currency") or self._fields[name].type != "monetary":
            return super()._read_group_select(aggregate_spec, query)
        select = super()._read_group_select(f"{name}:sum", query)
        currency = self._fields[name].get_currency_field(self)
        if currency == self._booked_currency and self._has_one_currency():
            return select
        column = self._field_to_sql(self._table, currency, query)
        return SQL("CASE WHEN min(%s) = max(%s) THEN %s END", column, column, select)
