from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

from ...engine import promises as rules
from ...tools.expression import Expression, case_sql
from ...tools.settled import settled_by

STATES = [
    ("open", "Open"),
    ("kept", "Kept"),
    ("partly", "Partly kept"),
    ("broken", "Broken"),
    ("replaced", "Replaced"),
]
#: Promises not kept that a reason tells one by one.
MAX_TOLD = 3


class DsoPromise(models.Model):
    """The promise ledger: each promise to pay with what came of it (R15).

    One row for each qualification that gives a promised date, under its id. The state, which can be
    searched and grouped by, is made of the engine's own rule (``engine.promises.state_cases``). A
    promise without a date is no more than a remark: nobody can say when it is broken.
    """

    _name = "dso.promise"
    _description = "Promise to Pay"
    _inherit = "dso.report"
    _auto = False
    _order = "promised_date desc, id desc"
    _rec_name = "document"
    _depends = {
        "account.move.line": ["dso_status_id", "move_id", "parent_state", "reconciled"],
        "account.partial.reconcile": ["debit_amount_currency", "debit_move_id", "max_date"],
        "dso.customer": ["collector_id"],
        "dso.qualification": [
            "amount",
            "amount_open",
            "amount_settled",
            "comment",
            "currency_id",
            "customer_id",
            "date",
            "deadline",
            "document",
            "due_date",
            "line_id",
            "logged_on",
            "partner_id",
            "source",
            "status_id",
            "undoes_id",
            "user_id",
        ],
        "res.currency": ["rounding"],
    }

    document = fields.Char(readonly=True)
    due_date = fields.Date(readonly=True)
    status_id = fields.Many2one("dso.item.status", readonly=True)
    user_id = fields.Many2one("res.users", string="Recorded By", readonly=True)
    source = fields.Selection(
        selection=lambda self: self._get_sources(), string="Said By", readonly=True
    )
    comment = fields.Text(readonly=True)
    logged_on = fields.Date(
        string="Promised On", readonly=True, help="Shows the day on which it was given."
    )
    promised_date = fields.Date(readonly=True, help="Shows the day for which payment was promised.")
    deadline = fields.Date(
        readonly=True, help="The promised date plus the grace, the last day that counts."
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(string="Promised", readonly=True)
    amount_paid = fields.Monetary(
        string="Paid in Time",
        readonly=True,
        help="Reconciled since the promise, with an accounting date up to the deadline.",
    )
    amount_missing = fields.Monetary(
        string="Missing", readonly=True, help="Promised and not paid by the deadline."
    )
    state = fields.Selection(
        STATES,
        readonly=True,
        help="Kept: the promised amount was paid by the deadline. Replaced: another status was "
        "given before, or the item no longer exists.",
    )
    is_current = fields.Boolean(
        string="Still Stands",
        readonly=True,
        help="The item is open, and this promise is its last status.",
    )
    days_past = fields.Integer(
        readonly=True,
        aggregator="max",
        help="Days since the promised date, negative until then.",
    )
    kept_rate = fields.Float(
        string="Share Kept (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="Promises kept, of those kept, partly kept and broken.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT promise.id, promise.customer_id, promise.partner_id, promise.company_id,
                   customer.collector_id, promise.line_id, promise.document, promise.due_date,
                   promise.status_id, promise.user_id, promise.source, promise.comment,
                   promise.logged_on, promise.date AS promised_date, promise.deadline,
                   promise.currency_id, figure.promised AS amount, figure.paid AS amount_paid,
                   GREATEST(figure.promised - figure.paid, 0) AS amount_missing,
                   outcome.state,
                   later.id IS NULL AND line.dso_status_id = promise.status_id
                       AND line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
                       AS is_current,
                   day.today - promise.date AS days_past,
                   CASE outcome.state WHEN 'kept' THEN 100.0
                                      WHEN 'partly' THEN 0.0
                                      WHEN 'broken' THEN 0.0 END AS kept_rate
              FROM dso_qualification promise
              JOIN dso_customer customer ON customer.id = promise.customer_id
              JOIN res_currency currency ON currency.id = promise.currency_id
              JOIN %(days)s AS day(company_id, today) ON day.company_id = promise.company_id
              LEFT JOIN account_move_line line ON line.id = promise.line_id
              LEFT JOIN LATERAL (
                  SELECT other.id, other.logged_on
                    FROM dso_qualification other
                   WHERE other.line_id = promise.line_id
                     AND other.id > promise.id
                     AND other.status_id IS NOT NULL
                     AND %(other_stands)s
                   ORDER BY other.id
                   LIMIT 1
              ) later ON TRUE
              CROSS JOIN LATERAL %(settled)s settled
              CROSS JOIN LATERAL (
                  SELECT LEAST(COALESCE(NULLIF(promise.amount, 0), promise.amount_open),
                               promise.amount_open) AS promised,
                         GREATEST(settled.amount - promise.amount_settled, 0) AS paid
              ) figure
              CROSS JOIN LATERAL (
                  SELECT %(state)s AS state
              ) outcome
             WHERE promise.deadline IS NOT NULL
               AND %(stands)s
            """,
            stands=self.env["dso.qualification"]._get_standing("promise"),
            other_stands=self.env["dso.qualification"]._get_standing("other"),
            days=self._get_days(),
            state=case_sql(
                rules.state_cases(
                    received=Expression("figure.paid"),
                    promised=Expression("figure.promised"),
                    rounding=Expression("currency.rounding"),
                    replaced=Expression(
                        "(later.logged_on <= promise.deadline"
                        " OR line.parent_state IS DISTINCT FROM 'posted')"
                    ),
                    today=Expression("day.today"),
                    deadline=Expression("promise.deadline"),
                ),
                otherwise=rules.BROKEN,
            ),
            settled=settled_by(SQL("promise.line_id"), SQL("promise.deadline")),
        )

    @api.model
    def _get_sources(self):
        """Those of the qualifications, in the user's language."""
        return self.env["dso.qualification"]._fields["source"]._description_selection(self.env)

    @api.model
    def _get_not_kept_domain(self):
        """Promises past their deadline whose item still waits for the money: those that somebody
        has to look after."""
        return Domain("state", "in", rules.NOT_KEPT) & Domain("is_current", "=", True)

    def _describe_not_kept(self):
        """A sentence for each of the latest of these promises, which were not kept, and one for the
        number of those before: of a customer with thousands they would fill the screen.

        :return: list of str, in the user's language
        """
        sentences = []
        if len(self) > MAX_TOLD:
            sentences.append(
                self.env._("Earlier promises not kept: %(count)s.", count=len(self) - MAX_TOLD)
            )
        latest = self.sorted("promised_date")[-MAX_TOLD:]
        # a slice forgets what it is read together with
        for promise in latest.with_prefetch(self._prefetch_ids):
            values = {
                "document": promise.line_id._dso_get_document_label(),
                "date": format_date(self.env, promise.promised_date),
            }
            if promise.state == "partly":
                sentences.append(
                    self.env._(
                        "%(document)s was promised for %(date)s, only %(paid)s of %(amount)s paid.",
                        paid=format_amount(self.env, promise.amount_paid, promise.currency_id),
                        amount=format_amount(self.env, promise.amount, promise.currency_id),
                        **values,
                    )
                )
            else:
                sentences.append(
                    self.env._("%(document)s was promised for %(date)s, not paid.", **values)
                )
        return sentences
