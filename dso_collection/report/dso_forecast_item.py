from odoo import fields, models
from odoo.tools import SQL

from ..tools.labels import IN_NO_WEEK, WITHOUT_SCENARIO

PLACES = [
    ("late", "Late against the forecast"),
    ("week", "In the next 13 weeks"),
    ("beyond", "Later"),
    ("apart", "Not expected"),
]
#: By the keys that statuses have, so that charts show them in the same colours.
KINDS = [
    ("announced", "Announced"),
    ("promise", "Promised"),
    ("dispute", "In dispute"),
    ("none", "Usual delay"),
]
DELAYS_OF = [
    ("customer", "The customer"),
    ("scenario", "Its scenario"),
    ("company", "All customers"),
]


class DsoForecastItem(models.Model):
    """The cash forecast of today, item by item: when what is open is expected, and why then.

    One row for each item, or part of one that is expected for another reason: promised or disputed
    in part, announced in part; a credit that is more than its payer owes. See ``dso.forecast``.
    """

    _name = "dso.forecast.item"
    _description = "Cash Forecast by Item"
    _inherit = "dso.report"
    _auto = False
    _order = "expected_on, id"
    _rec_name = "document"
    _depends = {
        "account.account": ["account_type", "non_trade"],
        "account.move": ["move_type", "name"],
        "account.move.line": [
            "account_id",
            "amount_residual",
            "amount_residual_currency",
            "company_id",
            "date",
            "date_maturity",
            "dso_ignored",
            "dso_status_date",
            "dso_status_id",
            "move_id",
            "parent_state",
            "partner_id",
            "reconciled",
        ],
        "account.partial.reconcile": ["amount", "credit_move_id", "debit_move_id", "max_date"],
        "dso.customer": ["collector_id", "company_id", "partner_id", "scenario_id"],
        "dso.item.status": ["kind"],
        "dso.qualification": ["amount", "kind", "line_id"],
        "res.partner": ["commercial_partner_id", "country_id"],
    }

    document = fields.Char(readonly=True)
    scenario_id = fields.Many2one("dso.scenario", readonly=True, falsy_value_label=WITHOUT_SCENARIO)
    country_id = fields.Many2one("res.country", readonly=True)
    due_date = fields.Date(readonly=True)
    place = fields.Selection(
        PLACES,
        string="Expected In",
        readonly=True,
        help="Late against the forecast: should have been paid before today. Not expected: in "
        "litigation or ignored, and credits of customers who owe less than that.",
    )
    week = fields.Date(
        readonly=True,
        falsy_value_label=IN_NO_WEEK,
        help="Shows the Monday of the week in which it is expected; empty if it is late, or not "
        "expected at all.",
    )
    expected_on = fields.Date(readonly=True)
    soonest_on = fields.Date(readonly=True, help="One payment of ten comes earlier.")
    latest_on = fields.Date(readonly=True, help="One payment of ten comes later.")
    kind = fields.Selection(
        KINDS,
        string="Why Then",
        readonly=True,
        help="Announced: money on its way. Promised: on the promised date. Usual delay: as late as "
        "its customer pays. In dispute: when disputes of its reason are resolved on average, and "
        "then with the usual delay.",
    )
    delay = fields.Integer(
        string="Usual Delay",
        readonly=True,
        aggregator="avg",
        help="Days after the due date, of the last six months, weighted by amount.",
    )
    delay_of = fields.Selection(
        DELAYS_OF,
        readonly=True,
        help="The customer's own delay counts if it rests on at least three payments.",
    )
    resolution = fields.Integer(
        string="Resolution Time",
        readonly=True,
        aggregator="avg",
        help="Days that disputes of this reason take on average.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True, help="Open, credits deducted, in company currency.")
    item_count = fields.Integer(string="Items", readonly=True)

    @property
    def _table_query(self):
        # with all rights no company is at hand: all of them
        everything = self.env.su
        companies = self.env["res.company"]._dso_companies() if everything else self.env.companies
        todays = {company: company._dso_today() for company in companies}
        parts = self.env["dso.forecast"]._get_placed_sql(todays)
        return SQL(
            """
            SELECT part.id, part.line_id, part.company_id, part.customer_id, part.collector_id,
                   part.scenario_id, NULLIF(part.payer_id, 0) AS partner_id, payer.country_id,
                   move.name AS document, part.due_date, part.place,
                   CASE WHEN part.place IN ('week', 'beyond') THEN part.monday END AS week,
                   LEAST(part.expected_on, '9999-12-31') AS expected_on,
                   LEAST(part.soonest_on, '9999-12-31') AS soonest_on,
                   LEAST(part.latest_on, '9999-12-31') AS latest_on,
                   CASE part.kind WHEN 'announced' THEN 'announced' WHEN 'promised' THEN 'promise'
                                  WHEN 'disputed' THEN 'dispute' ELSE 'none' END AS kind,
                   part.delay, part.delay_of, part.resolution, part.currency_id, part.amount,
                   1 AS item_count
              FROM (%(parts)s) part
              JOIN account_move move ON move.id = part.move_id
              LEFT JOIN res_partner payer ON payer.id = part.payer_id
            """,
            parts=parts,
        )
