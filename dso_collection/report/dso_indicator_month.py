from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..engine import indicators as rules
from ..models.indicator.dso_indicator import SALES
from ..tools import customer_choice

#: Months that are told of, the present one included.
MONTHS = 24

#: Figures of a row, with the key of ``dso.indicator``.
FIGURES = {
    "dso": "dso",
    "bpdso": "bpdso",
    "days_delinquent": "add",
    "disputed_dso": "disputed_dso",
    "cei": "cei",
    "receivable": "receivable",
    "overdue": "overdue",
    "not_due": "not_due",
    "disputed": "disputed",
    "sales": "sales",
    "sales_12_months": "sales_12_months",
    "cost_of_day": "cost_of_day",
}
#: What adds up over the months of a company; all else is of one day.
SUMS = frozenset({"sales"})


class DsoIndicatorMonth(models.Model):
    """DSO and its kin at the ends of the last months, and today: a row for each company and month.

    The figures are those of ``dso.indicator``, of the customers whom the user may see; a choice of
    them (``tools.customer_choice``) may stand in the context, where the fields of the search put
    it. They are calculated when they are asked for, and stored nowhere.
    """

    _name = "dso.indicator.month"
    _description = "Indicators by Month"
    _inherit = "dso.guard"
    _auto = False
    _order = "day desc, company_id"
    _rec_name = "day"
    # no table: what stands in its place is made where a query needs it, in _table_sql
    _table_query = "SELECT 0 AS id"

    day = fields.Date(string="Month", readonly=True, help="Shows the end of the month, or today.")
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    # Odoo writes 0 where there is no number
    has_dso = fields.Boolean(
        string="With a DSO", readonly=True, help="There were sales by which to calculate it."
    )
    has_cei = fields.Boolean(
        string="With a CEI", readonly=True, help="There was something to be collected."
    )
    dso = fields.Float(
        string="DSO",
        digits=(8, 1),
        readonly=True,
        aggregator="max",
        help="Days sales outstanding; empty where there were no sales.",
    )
    bpdso = fields.Float(
        string="Best Possible DSO",
        digits=(8, 1),
        readonly=True,
        aggregator="max",
        help="The same, of what was not due yet.",
    )
    days_delinquent = fields.Float(
        string="Average Days Delinquent",
        digits=(8, 1),
        readonly=True,
        aggregator="max",
        help="The part of DSO that late payment makes: DSO less the best possible DSO.",
    )
    disputed_dso = fields.Float(
        string="Disputed DSO",
        digits=(8, 1),
        readonly=True,
        aggregator="max",
        help="The part of DSO that was in dispute.",
    )
    cei = fields.Float(
        string="CEI (%)",
        digits=(8, 1),
        readonly=True,
        aggregator="max",
        help="Collection effectiveness index: how much of what could be collected in the month, "
        "up to that day, was.",
    )
    receivable = fields.Monetary(readonly=True, aggregator="max", help="Credits are deducted.")
    overdue = fields.Monetary(readonly=True, aggregator="max")
    not_due = fields.Monetary(readonly=True, aggregator="max")
    disputed = fields.Monetary(readonly=True, aggregator="max")
    sales = fields.Monetary(
        string="Sales of the Month",
        readonly=True,
        help="Posted invoices and credit notes by accounting date, taxes included.",
    )
    sales_12_months = fields.Monetary(string="Sales of 12 Months", readonly=True, aggregator="max")
    cost_of_day = fields.Monetary(
        string="One Day of DSO",
        readonly=True,
        aggregator="max",
        help="The sales of twelve months divided by 365.",
    )
    # of whom is told: said by the search, in the context
    collector_id = fields.Many2one("res.users", compute="_compute_choice", search="_search_choice")
    scenario_id = fields.Many2one(
        "dso.scenario", compute="_compute_choice", search="_search_choice"
    )
    tag_id = fields.Many2one(
        "res.partner.category",
        string="Customer Tag",
        compute="_compute_choice",
        search="_search_choice",
    )
    country_id = fields.Many2one("res.country", compute="_compute_choice", search="_search_choice")
    salesperson_id = fields.Many2one(
        "res.users", compute="_compute_choice", search="_search_choice"
    )

    @api.depends_context(*map(customer_choice.get_key, customer_choice.CRITERIA))
    def _compute_choice(self):
        """The one that was chosen, where it is one."""
        choice = self._get_choice()
        for key in customer_choice.CRITERIA:
            ids = choice.get(key, [])
            self[f"{key}_id"] = ids[0] if len(ids) == 1 else False

    def _search_choice(self, _operator, _value):
        """Which customers are told of makes the rows, and does not choose among them."""
        return Domain.TRUE

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    @property
    def _table_sql(self):
        rows = [row for company in self.env.companies for row in self._make_rows(company)]
        types = {
            "id": "bigint",
            "day": "date",
            "company_id": "int",
            "currency_id": "int",
            "has_dso": "bool",
            "has_cei": "bool",
        }
        columns = [*types, *FIGURES]
        # a list of values cannot be empty
        shown, rows = bool(rows), rows or [dict.fromkeys(columns)]
        return SQL(
            "(SELECT * FROM (VALUES %s) AS month (%s) WHERE %s)",
            SQL(", ").join(
                SQL(
                    "(%s)",
                    SQL(", ").join(
                        SQL("%s::%s", row[name], SQL(types.get(name, "float8"))) for name in columns
                    ),
                )
                for row in rows
            ),
            SQL(", ").join(map(SQL.identifier, columns)),
            shown,
        )

    @api.model
    def _make_rows(self, company):
        """:return: list of dicts"""
        days = rules.month_ends(company._dso_today(), MONTHS)
        # sudo: how the company calculates is a setting, whoever looks at the figures
        method = company.sudo().dso_method
        customers = self._find_customers(company)
        measured = self.env["dso.indicator"]._measure_days(company, days, customers, method)
        if customers is None and not any(
            found["receivable"] or found["sales_12_months"] for found in measured.values()
        ):
            # nothing to draw: the screen says what to do
            return []
        return [
            {
                # the same month has the same number, whoever asks
                "id": company.id * 100_000 + day.year * 12 + day.month,
                "day": day,
                "company_id": company.id,
                "currency_id": company.currency_id.id,
                "has_dso": measured[day]["dso"] is not None,
                "has_cei": measured[day]["cei"] is not None,
                **{name: measured[day][key] for name, key in FIGURES.items()},
            }
            for day in days
        ]

    @api.model
    def _find_customers(self, company):
        """:return: a query of ``dso.customer``, or ``None`` for the whole company"""
        domain = customer_choice.get_domain(self._get_choice())
        if self.env.context.get("dso_own_customers"):
            domain &= Domain("collector_id", "=", self.env.uid)
        return self.env["dso.indicator"]._find_customers(company, domain)

    @api.model
    def _get_choice(self):
        """What the search says of customers: ids, or a part of a name that was typed."""
        choice = {}
        context = self.env.context
        said = {
            "collector": context.get("dso_collector_ids"),
            "scenario": context.get("dso_scenario_ids"),
            "tag": context.get("dso_tag_ids"),
            "country": context.get("dso_country_ids"),
            "salesperson": context.get("dso_salesperson_ids"),
        }
        for key, criterion in customer_choice.CRITERIA.items():
            values = said[key]
            if not isinstance(values, list | tuple):
                continue
            model = self.env[criterion.model].with_context(active_test=False)
            ids = [each for each in values if isinstance(each, int)]
            names = [each for each in values if isinstance(each, str)]
            if names:
                ids += model.search(
                    Domain.OR(Domain("display_name", "ilike", name) for name in names)
                ).ids
            # a name that nobody has chooses nobody
            choice[key] = ids or [0]
        return choice

    def _read_group_select(self, aggregate_spec, query):
        """A ratio, or what was open on a day, is of one month and one company: over several of them
        there is none. Sales of several months add up, in one currency."""
        select = super()._read_group_select(aggregate_spec, query)
        name = aggregate_spec.partition(":")[0]
        if name in SUMS:
            currency = self._field_to_sql(self._table, "currency_id", query)
            return SQL("CASE WHEN min(%s) = max(%s) THEN %s END", currency, currency, select)
        if name in FIGURES:
            return SQL("CASE WHEN count(*) = 1 THEN %s END", select)
        return select

    # ------------------------------------------------------------------
    # What is behind
    # ------------------------------------------------------------------

    def action_view_receivable(self):
        """What was open at the end of the month, by age."""
        self.ensure_one()
        domain = Domain("company_id", "=", self.company_id.id)
        domain &= customer_choice.get_domain(self._get_choice(), "customer_id")
        if self.env.context.get("dso_own_customers"):
            domain &= Domain("collector_id", "=", self.env.uid)
        action = self._get_action(
            "dso_collection.dso_ageing_action",
            self.env._("Open on %(day)s", day=format_date(self.env, self.day)),
        )
        return {
            **action,
            "domain": list(domain),
            "context": {"dso_as_of": fields.Date.to_string(self.day)},
        }

    def action_view_sales(self):
        """The invoices, receipts and credit notes of the month."""
        self.ensure_one()
        action = self._get_action(
            "account.action_move_out_invoice_type",
            self.env._(
                "Sales from %(first)s to %(last)s",
                first=format_date(self.env, self.day.replace(day=1)),
                last=format_date(self.env, self.day),
            ),
        )
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("move_type", "in", SALES)
            & Domain("state", "=", "posted")
            & Domain("date", ">=", self.day.replace(day=1))
            & Domain("date", "<=", self.day)
            & self._get_partner_domain("commercial_partner_id")
        )
        # the list's columns of customer invoices; nothing is made here
        context = {"default_move_type": "out_invoice", "create": False}
        return {**action, "domain": list(domain), "context": context}

    def _get_action(self, xmlid, name):
        action = self.env["ir.actions.actions"]._for_xml_id(xmlid)
        return {**action, "name": name, "display_name": name, "context": {}}

    def _get_partner_domain(self, path):
        """Documents of the customers who are told of.

        :param path: from the document to its customer
        """
        customers = self._find_customers(self.company_id)
        if customers is None:
            return Domain.TRUE
        files = self.env["dso.customer"].browse(customers)
        return Domain(path, "in", files.partner_id.ids)
