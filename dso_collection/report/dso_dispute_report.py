from odoo import fields, models
from odoo.tools import SQL

STATES = [
    ("open", "Open"),
    ("resolved", "Ended"),
    ("settled", "Settled"),
]


class DsoDisputeReport(models.Model):
    """How long disputes last, by reason: from the day a dispute was logged to the day of the next
    status of the same item. [Q11]

    One row for each dispute, under the id of the qualification that began it. Logging the same
    status again, with another comment or resolver say, goes on with the same dispute. One of an
    item that was settled without another word ended on the day of the last payment or credit.
    Disputes of items that are no more are left out.
    """

    _name = "dso.dispute.report"
    _description = "Resolution Time of Disputes"
    _inherit = "dso.report"
    _auto = False
    _order = "logged_on desc, id desc"
    _rec_name = "document"
    _depends = {
        "account.move.line": ["dso_status_id", "parent_state", "reconciled"],
        "account.partial.reconcile": ["debit_move_id", "max_date"],
        "dso.customer": ["collector_id"],
        "dso.qualification": [
            "amount",
            "amount_residual",
            "comment",
            "currency_id",
            "customer_id",
            "document",
            "due_date",
            "kind",
            "line_id",
            "logged_on",
            "partner_id",
            "resolver_id",
            "status_id",
            "undoes_id",
            "user_id",
        ],
    }

    document = fields.Char(readonly=True)
    due_date = fields.Date(readonly=True)
    status_id = fields.Many2one("dso.item.status", string="Reason", readonly=True)
    comment = fields.Text(readonly=True)
    user_id = fields.Many2one("res.users", string="Recorded By", readonly=True)
    resolver_id = fields.Many2one(
        "res.users", readonly=True, help="Shows who was last asked to resolve the dispute."
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(string="Disputed", readonly=True)
    logged_on = fields.Date(string="Since", readonly=True)
    ended_on = fields.Date(readonly=True)
    next_status_id = fields.Many2one("dso.item.status", readonly=True)
    state = fields.Selection(
        STATES,
        readonly=True,
        help="Ended: by the item's next status. Settled: paid or credited without another status.",
    )
    dispute_count = fields.Integer(string="Disputes", readonly=True)
    days = fields.Float(
        string="Resolution Time",
        digits=(8, 1),
        readonly=True,
        aggregator="avg",
        help="Counts the days from the dispute to the next status; an average in groups.",
    )
    age = fields.Float(
        string="Age if Open",
        digits=(8, 1),
        readonly=True,
        aggregator="avg",
        help="Counts the days since an open dispute was logged; an average in groups.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT dispute.id, dispute.customer_id, dispute.partner_id, dispute.company_id,
                   customer.collector_id, dispute.line_id, dispute.document, dispute.due_date,
                   dispute.status_id, dispute.comment, dispute.user_id, solver.resolver_id,
                   dispute.currency_id, 1 AS dispute_count,
                   COALESCE(NULLIF(dispute.amount, 0), dispute.amount_residual) AS amount,
                   dispute.logged_on, ending.day AS ended_on, later.status_id AS next_status_id,
                   CASE WHEN ending.day IS NULL THEN 'open'
                        WHEN later.id IS NULL THEN 'settled'
                        ELSE 'resolved' END AS state,
                   (ending.day - dispute.logged_on)::float8 AS days,
                   CASE WHEN ending.day IS NULL THEN (day.today - dispute.logged_on)::float8 END
                       AS age
              FROM dso_qualification dispute
              JOIN dso_customer customer ON customer.id = dispute.customer_id
              JOIN account_move_line line
                ON line.id = dispute.line_id AND line.parent_state = 'posted'
              JOIN %(days)s AS day(company_id, today) ON day.company_id = dispute.company_id
              LEFT JOIN LATERAL (
                  -- where the item has no status any more, an entry without one took it away
                  SELECT other.id, other.status_id, other.logged_on
                    FROM dso_qualification other
                   WHERE other.line_id = dispute.line_id
                     AND other.id > dispute.id
                     AND other.status_id IS DISTINCT FROM dispute.status_id
                     AND (other.status_id IS NOT NULL OR line.dso_status_id IS NULL)
                     AND %(other_stands)s
                   ORDER BY other.id
                   LIMIT 1
              ) later ON TRUE
              LEFT JOIN LATERAL (
                  SELECT other.resolver_id
                    FROM dso_qualification other
                   WHERE other.line_id = dispute.line_id
                     AND other.id >= dispute.id
                     AND (later.id IS NULL OR other.id < later.id)
                     AND other.resolver_id IS NOT NULL
                   ORDER BY other.id DESC
                   LIMIT 1
              ) solver ON TRUE
              CROSS JOIN LATERAL (
                  SELECT CASE
                      WHEN later.id IS NOT NULL THEN later.logged_on
                      WHEN line.reconciled THEN GREATEST(
                          dispute.logged_on,
                          (SELECT max(partial.max_date)
                             FROM account_partial_reconcile partial
                            WHERE partial.debit_move_id = line.id)
                      )
                  END AS day
              ) ending
             WHERE dispute.kind = 'dispute'
               AND %(stands)s
               AND dispute.status_id IS DISTINCT FROM (
                   SELECT before.status_id
                     FROM dso_qualification before
                    WHERE before.line_id = dispute.line_id
                      AND before.id < dispute.id
                      AND before.status_id IS NOT NULL
                      AND %(before_stands)s
                    ORDER BY before.id DESC
                    LIMIT 1
               )
            """,
            days=self._get_days(),
            stands=self.env["dso.qualification"]._get_standing("dispute"),
            other_stands=self.env["dso.qualification"]._get_standing("other"),
            before_stands=self.env["dso.qualification"]._get_standing("before"),
        )
