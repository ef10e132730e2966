from odoo import api, fields, models
from odoo.tools import SQL

from ..models.action.dso_action import AGENDA_STATES
from ..tools.action_types import ActionType
from ..tools.labels import NOT_IN_SCENARIO

PHASES = [
    ("todo", "To do"),
    ("upcoming", "Upcoming"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]


class DsoActionReport(models.Model):
    """Actions to do, done and upcoming, by day, collector, type and scenario. [seed 002]

    One row for each action, under its id. The day of a done action is the day it was done, or
    cancelled by a user; an open one is done today at the earliest, however late it is, so that a
    day shows its work load.
    """

    _name = "dso.action.report"
    _description = "Analysis of Collection Actions"
    _inherit = "dso.report"
    _auto = False
    _order = "day, id"
    _rec_name = "partner_id"
    _depends = {
        "dso.action": [
            "action_type",
            "amount",
            "automatic",
            "collector_id",
            "company_id",
            "confirmed",
            "customer_id",
            "date",
            "done_date",
            "leader_line_id",
            "origin",
            "partner_id",
            "state",
            "step_id",
            "to_confirm",
        ],
        "dso.scenario.step": ["scenario_id"],
        "res.company": ["currency_id"],
    }

    action_id = fields.Many2one("dso.action", readonly=True)
    day = fields.Date(
        string="Done or Planned On",
        readonly=True,
        help="Shows the day on which it was done, weekends too; otherwise the day for which it is "
        "planned, or today if it is already late. Automatic actions that are planned for a "
        "day without sending hours are sent on the next day that has some.",
    )
    date = fields.Date(string="Planned On", readonly=True)
    phase = fields.Selection(
        PHASES,
        readonly=True,
        help="To do: late or due today and waiting for somebody, or in error.",
    )
    agenda_state = fields.Selection(AGENDA_STATES, readonly=True)
    action_type = ActionType(string="Type", readonly=True)
    origin = fields.Selection(selection=lambda self: self._get_origins(), readonly=True)
    automatic = fields.Boolean(readonly=True)
    step_id = fields.Many2one("dso.scenario.step", readonly=True, falsy_value_label=NOT_IN_SCENARIO)
    scenario_id = fields.Many2one("dso.scenario", readonly=True, falsy_value_label=NOT_IN_SCENARIO)
    currency_id = fields.Many2one("res.currency", readonly=True)
    # what two messages ask for is the same money: nothing to add up
    amount = fields.Monetary(readonly=True, aggregator=None)
    action_count = fields.Integer(string="Actions", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT action.id, action.id AS action_id, action.customer_id, action.partner_id,
                   action.company_id, action.collector_id, action.leader_line_id AS line_id,
                   action.date, action.action_type, action.origin,
                   COALESCE(action.automatic, FALSE) AS automatic,
                   action.step_id, step.scenario_id, company.currency_id, action.amount,
                   1 AS action_count, agenda.state AS agenda_state,
                   CASE WHEN action.state IN ('planned', 'error')
                        THEN GREATEST(action.date, day.today)
                        ELSE COALESCE(action.done_date, action.date) END AS day,
                   CASE WHEN agenda.state IN ('late', 'error') THEN 'todo'
                        WHEN agenda.state = 'confirmed' THEN 'upcoming'
                        ELSE agenda.state END AS phase
              FROM dso_action action
              JOIN res_company company ON company.id = action.company_id
              JOIN %(days)s AS day(company_id, today) ON day.company_id = action.company_id
              LEFT JOIN dso_scenario_step step ON step.id = action.step_id
             CROSS JOIN LATERAL (
                  -- as dso.action.agenda_state
                  SELECT CASE
                      WHEN action.state != 'planned' THEN action.state
                      WHEN action.automatic
                           AND (action.confirmed OR action.to_confirm IS NOT TRUE) THEN 'confirmed'
                      WHEN action.date <= day.today THEN 'late'
                      ELSE 'upcoming' END AS state
             ) agenda
             WHERE %(condition)s
            """,
            days=self._get_days(),
            condition=self._get_condition_sql(),
        )

    @api.model
    def _get_condition_sql(self):
        """With ``dso_done_since`` (a date) in the context: what is open, and what was done or
        cancelled by a user from that day on, which indexes find. ``day`` would have to be
        calculated for all that was ever done."""
        since = self.env.context.get("dso_done_since")
        if not since:
            return SQL("TRUE")
        return SQL(
            "(action.state IN ('planned', 'error') OR action.done_date >= %s)",
            fields.Date.to_date(since),
        )

    @api.model
    def _get_origins(self):
        """Those of the actions, in the user's language."""
        return self.env["dso.action"]._fields["origin"]._description_selection(self.env)

    def action_view_action(self):
        """Open the action itself."""
        self.ensure_one()
        return self.action_id.get_formview_action()
