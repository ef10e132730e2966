from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_amount

from ..engine import guarantee, score as rules
from ..tools.bulk import bulk_update
from .dso_customer_facts import OPEN_STATES


class DsoActionScore(models.AbstractModel):
    """The part of ``dso.action`` that says what to do first, and why.

    The plan scores the open actions of its customers together, whatever made them; what was done
    keeps the score that it had.
    """

    _name = "dso.action.score"
    _description = "Score of Collection Actions"

    score = fields.Float(
        digits=(4, 1),
        readonly=True,
        copy=False,
        aggregator="avg",
        help="What to do first, from 0 to 100: by amount, lateness, broken promises, payment "
        "behaviour and ending guarantees. Their weights are in the settings.",
    )
    score_data = fields.Json(readonly=True, copy=False)
    score_reason = fields.Char(
        string="Why This Score",
        compute="_compute_score_reason",
        help="What the score is made of, in points of a hundred.",
    )

    @api.depends("score", "score_data")
    @api.depends_context("lang")
    def _compute_score_reason(self):
        for action in self:
            action.score_reason = action._describe_score()

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        # sudo: the score follows the ledger and the settings, whoever makes the action
        actions.sudo().filtered(lambda action: action.state in OPEN_STATES)._refresh_scores()
        return actions

    # ------------------------------------------------------------------
    # Scoring
    # ------------------------------------------------------------------

    def _refresh_scores(self):
        """Score these open actions, as of today."""
        if self:
            todays = self.customer_id._get_todays()
            self._write_scores(SQL("action.id = ANY(%s)", self.ids), todays)

    @api.model
    def _score_customers(self, customers, todays=None):
        """Score the open actions of these customers: one query to read, one to write.

        :param todays: {company id: date}, default the present
        """
        if customers:
            condition = SQL("action.customer_id = ANY(%s)", customers.ids)
            self._write_scores(condition, todays or customers._get_todays())

    @api.model
    def _write_scores(self, condition, todays):
        """Score the open actions for which a condition holds; only what changed is written."""
        self.env.flush_all()
        companies = self.env["res.company"].browse(todays)
        settings = {company.id: company._dso_score_settings() for company in companies}
        self.env.cr.execute(self._get_score_query(condition))
        rows = []
        for row in self.env.cr.dictfetchall():
            company_id = row["company_id"]
            situation = self._get_situation(row, todays[company_id])
            found = rules.score(situation, *settings[company_id])
            data = [list(part) for part in found.parts]
            if row["score"] != found.points or row["score_data"] != data:
                rows.append((row["id"], found.points, data))
        bulk_update(self, ["score", "score_data"], rows)
        self.browse(row[0] for row in rows).invalidate_recordset(["score_reason"], flush=False)

    @api.model
    def _get_score_query(self, condition):
        """What the score of open actions rests on.

        A scenario action is about what it asks for and as late as its leader, a specific one about
        its items; any other one is about the whole customer.

        :param condition: SQL, on ``action``
        """
        return SQL(
            """
            SELECT action.id, action.company_id, action.score::float8 AS score, action.score_data,
                   CASE WHEN action.origin = 'scenario' THEN action.amount
                        ELSE COALESCE(attached.amount, customer.amount_overdue)
                   END::float8 AS amount,
                   CASE WHEN action.origin = 'scenario'
                        THEN COALESCE(leader.date_maturity, leader.date)
                        ELSE COALESCE(attached.due_date, customer.oldest_due_date)
                   END AS due_date,
                   customer.promise_broken_count,
                   customer.days_late_average::float8 AS days_late_average,
                   customer.oldest_due_date, customer.insurance_expiry,
                   customer.guarantee_temporary > 0 AS guaranteed,
                   customer.guarantee_temporary_until,
                   customer.insurance_amount > 0 AS insured,
                   COALESCE(NULLIF(customer.insurance_declaration_days, 0),
                            company.dso_declaration_days) AS declaration_days
              FROM dso_action action
              JOIN dso_customer customer ON customer.id = action.customer_id
              JOIN res_company company ON company.id = action.company_id
              LEFT JOIN account_move_line leader ON leader.id = action.leader_line_id
              LEFT JOIN LATERAL (
                  SELECT sum(line.amount_residual) AS amount,
                         min(COALESCE(line.date_maturity, line.date)) AS due_date
                    FROM dso_action_item item
                    JOIN account_move_line line ON line.id = item.line_id
                   WHERE item.action_id = action.id
                     AND line.reconciled IS NOT TRUE
                     AND line.amount_residual > 0
              ) attached ON action.origin != 'scenario'
             WHERE %s AND action.state IN ('planned', 'error')
            """,
            condition,
        )

    @api.model
    def _get_situation(self, row, today):
        """A row of the query as :class:`engine.score.Situation`."""
        due = row["due_date"]
        ends = []
        if row["guaranteed"]:
            ends.append(row["guarantee_temporary_until"])
        if row["insured"]:
            ends.append(row["insurance_expiry"])
            ends.append(
                guarantee.declaration_deadline(
                    row["oldest_due_date"], row["declaration_days"], today
                )
            )
        return rules.Situation(
            amount=row["amount"] or 0.0,
            days_overdue=(today - due).days if due else 0,
            promises_broken=row["promise_broken_count"] or 0,
            days_late_average=row["days_late_average"] or 0.0,
            guarantee_days=guarantee.days_left(today, *ends) if ends else None,
        )

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _describe_score(self):
        """What the score is made of, one sentence in the user's language."""
        self.ensure_one()
        if not self.score_data:
            return False
        parts = [
            self.env._(
                "%(cause)s (%(points)s)", cause=self._describe_part(code, value), points=points
            )
            for code, points, value in self.score_data
        ]
        return self.env._(
            "%(score)s of 100: %(parts)s.",
            score=self.env["ir.qweb.field.float"].value_to_html(self.score, {"precision": 1}),
            parts=", ".join(parts),
        )

    def _describe_part(self, code, value):
        if code == "amount":
            return self.env._(
                "%(amount)s at stake", amount=format_amount(self.env, value, self.currency_id)
            )
        if code == "promise":
            return self.env._("promises broken in a year: %(count)s", count=value)
        days = round(value)
        return {
            "lateness": self.env._("%(days)s days overdue", days=days),
            "behaviour": self.env._("pays %(days)s days late on average", days=days),
            "guarantee": self.env._("guarantee or declaration ends in %(days)s days", days=days),
        }[code]
