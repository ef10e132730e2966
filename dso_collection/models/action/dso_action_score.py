from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_amount, formatLang

from ...engine import guarantee, score as rules
from ...tools.action_types import OPEN_STATES
from ...tools.bulk import bulk_update
from ...tools.ledger import due_date_sql
from ..customer.dso_customer_facts import RISK_COLUMNS


class DsoAction(models.Model):
    """The part of ``dso.action`` that says what to do first, and why.

    The plan scores the open actions of its customers together, whatever made them; what was done
    keeps the score that it had.
    """

    _inherit = "dso.action"

    score = fields.Float(
        digits=(3, 0),
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Shows what to do first, from 0 to 100: by amount, lateness, broken promises, "
        "payment behaviour and expiring guarantees. The weights are in the settings.",
    )
    score_reason = fields.Char(
        string="Why This Score",
        compute="_compute_score_reason",
        help="Shows how the score of an open action is made up, in points out of a hundred.",
    )

    @api.depends("score", "state")
    @api.depends_context("lang")
    def _compute_score_reason(self):
        """By the facts of this moment, which the stored score follows with the next plan."""
        found = {}
        if self.ids:
            # sudo: what the score of an action rests on, for who may see the action
            actions = self.sudo()
            condition = SQL("action.id = ANY(%s)", actions.ids)
            todays = actions.customer_id._get_todays()
            scores = actions._read_scores(condition, todays)
            found = {action_id: score for action_id, _stored, score in scores}
        for action in self:
            score = found.get(action._origin.id)
            action.score_reason = action._describe_score(score) if score else False

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
    def _score_customers(self, customers, todays=None, scenario=True):
        """Score the open actions of these customers: one query to read, one to write.

        :param todays: {company id: date}, default the present
        :param scenario: whether scenario actions too; the plan has scored them already
        """
        if customers:
            condition = SQL("action.customer_id = ANY(%s)", customers.ids)
            if not scenario:
                condition = SQL("%s AND action.origin != 'scenario'", condition)
            self._write_scores(condition, todays or customers._get_todays())

    @api.model
    def _write_scores(self, condition, todays):
        """Score the open actions for which a condition holds; only what changed is written."""
        rows = [
            (action_id, score.points)
            for action_id, stored, score in self._read_scores(condition, todays)
            if stored != score.points
        ]
        bulk_update(self, ["score"], rows)
        self.browse(row[0] for row in rows).invalidate_recordset(["score_reason"], flush=False)

    @api.model
    def _read_scores(self, condition, todays):
        """Score open actions.

        :param condition: SQL, on ``action``
        :param todays: {company id: today's date there}
        :return: [(action id, stored score, :class:`engine.score.Score`)]
        """
        self.env.flush_all()
        companies = self.env["res.company"].browse(todays)
        settings = {company.id: company._dso_score_settings() for company in companies}
        result = []
        for row in self.env.execute_query_dict(self._get_score_query(condition)):
            company_id = row["company_id"]
            situation = self._get_situation(
                row,
                todays[company_id],
                row["amount"],
                row["due_date"],
                row["oldest_due_date"],
                row["promise_broken_count"],
            )
            result.append((row["id"], row["score"], rules.score(situation, *settings[company_id])))
        return result

    @api.model
    def _get_score_query(self, condition):
        """What the score of open actions rests on.

        A scenario action is about what it asks for and as late as its leader, a specific one about
        its items; any other one is about the whole customer.

        :param condition: SQL, on ``action``
        """
        return SQL(
            """
            SELECT action.id, action.company_id, action.score::float8 AS score,
                   CASE WHEN action.origin = 'scenario' THEN action.amount
                        ELSE COALESCE(attached.amount, customer.amount_overdue)
                   END::float8 AS amount,
                   CASE WHEN action.origin = 'scenario'
                        THEN %(leader_due_date)s
                        ELSE COALESCE(attached.due_date, customer.oldest_due_date)
                   END AS due_date,
                   customer.oldest_due_date, customer.promise_broken_count, %(risk)s
              FROM dso_action action
              JOIN dso_customer customer ON customer.id = action.customer_id
              JOIN res_company company ON company.id = action.company_id
              LEFT JOIN account_move_line leader ON leader.id = action.leader_line_id
              LEFT JOIN LATERAL (
                  SELECT sum(line.amount_residual) AS amount,
                         min(%(due_date)s) AS due_date
                    FROM dso_action_item item
                    JOIN account_move_line line ON line.id = item.line_id
                   WHERE item.action_id = action.id
                     AND line.reconciled IS NOT TRUE
                     AND line.amount_residual > 0
              ) attached ON action.origin != 'scenario'
             WHERE %(condition)s AND action.state IN ('planned', 'error')
            """,
            condition=condition,
            due_date=due_date_sql(),
            leader_due_date=due_date_sql("leader"),
            risk=RISK_COLUMNS,
        )

    @api.model
    def _get_situation(self, row, today, amount, due, oldest, broken):
        """What is known of an action, as :class:`engine.score.Situation`.

        :param row: dict with RISK_COLUMNS, of its customer
        :param amount: what it is about, in company currency
        :param due: the due date of its oldest item
        :param oldest: the due date of the customer's oldest open item
        :param broken: number of promises that the customer did not keep
        """
        ends = []
        if row["guaranteed"]:
            ends.append(row["guarantee_temporary_until"])
        if row["insured"]:
            ends.append(row["insurance_expiry"])
            ends.append(guarantee.declaration_deadline(oldest, row["declaration_days"], today))
        return rules.Situation(
            amount=amount or 0.0,
            days_overdue=(today - due).days if due else 0,
            promises_broken=broken or 0,
            days_late_average=row["days_late_average"] or 0.0,
            guarantee_days=guarantee.days_left(today, *ends) if ends else None,
        )

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _describe_score(self, score):
        """What a score is made of, one sentence in the user's language.

        :param score: :class:`engine.score.Score` of this action
        """
        self.ensure_one()
        if not score.parts:
            return False
        parts = [
            self.env._(
                "%(cause)s (%(points)s)",
                cause=self._describe_part(code, value),
                points=formatLang(self.env, points, digits=1),
            )
            for code, points, value in score.parts
        ]
        return self.env._(
            "%(score)s of 100: %(parts)s.",
            score=formatLang(self.env, score.points, digits=0),
            parts=", ".join(parts),
        )

    def _describe_part(self, code, value):
        if code == "amount":
            return self.env._(
                "%(amount)s at stake", amount=format_amount(self.env, value, self.currency_id)
            )
        if code == "promise":
            return self.env._("promises broken in the last year: %(count)s", count=value)
        days = round(value)
        if days == 1:
            return {
                "lateness": self.env._("one day overdue"),
                "behaviour": self.env._("pays one day late on average"),
                "guarantee": self.env._("guarantee or insurer's deadline ends tomorrow"),
            }[code]
        return {
            "lateness": self.env._("%(days)s days overdue", days=days),
            "behaviour": self.env._("pays %(days)s days late on average", days=days),
            "guarantee": self.env._(
                "guarantee or insurer's deadline ends in %(days)s days", days=days
            ),
        }[code]
