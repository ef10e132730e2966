from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.action_types import OPEN_STATES
from .dso_action import AGENDA_STATES

#: Beyond this the counters say "10000+", as Odoo's pager does: nobody counts on, the page is fast.
COUNT_LIMIT = 10_000


class DsoAction(models.Model):
    """The state of an action in the agenda, its order there and how many there are."""

    _inherit = "dso.action"

    @api.depends("state", "automatic", "confirmed", "to_confirm", "date")
    def _compute_agenda_state(self):
        todays = {company: company._dso_today() for company in self.company_id}
        for action in self:
            if action.state != "planned":
                action.agenda_state = action.state
            elif action.automatic and (action.confirmed or not action.to_confirm):
                action.agenda_state = "confirmed"
            else:
                today = todays.get(action.company_id) or fields.Date.context_today(action)
                late = action.date and action.date <= today
                action.agenda_state = "late" if late else "upcoming"

    def _search_agenda_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(self._get_agenda_state_domain(state) for state in value)

    @api.model
    def _get_agenda_state_domain(self, agenda_state):
        """Domain of the actions in one state of the agenda, each company on its own date."""
        if agenda_state not in dict(AGENDA_STATES):
            return Domain.FALSE
        if agenda_state in ("done", "error", "cancelled"):
            return Domain("state", "=", agenda_state)
        ready = Domain("automatic", "=", True) & (
            Domain("confirmed", "=", True) | Domain("to_confirm", "=", False)
        )
        planned = Domain("state", "=", "planned")
        if agenda_state == "confirmed":
            return planned & ready
        operator = "<=" if agenda_state == "late" else ">"
        by_day = self._get_companies_by_day()
        if len(by_day) == 1:
            dates = Domain("date", operator, next(iter(by_day)))
        else:
            dates = Domain.OR(
                Domain("company_id", "in", ids) & Domain("date", operator, day)
                for day, ids in by_day.items()
            )
        return planned & ~ready & dates

    @api.model
    def _get_companies_by_day(self):
        """{today's date: ids of the companies where it is that day}"""
        by_day = {}
        for company in self.env["res.company"]._dso_companies():
            by_day.setdefault(company._dso_today(), []).append(company.id)
        return by_day

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """The agenda's state sorts by what waits for somebody: to do and in error, to come,
        confirmed, past. The day when something was done sorts by what happened: what was withdrawn
        stands at the day when it was."""
        if field_name == "done_date":
            done, written = (
                self._field_to_sql(alias, name, query) for name in ("done_date", "write_date")
            )
            return SQL("COALESCE(%s, (%s)::date) %s %s", done, written, direction, nulls)
        if field_name != "agenda_state":
            return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
        columns = {
            name: self._field_to_sql(alias, name, query)
            for name in ("state", "automatic", "confirmed", "to_confirm", "date", "company_id")
        }
        due = SQL(" OR ").join(
            SQL("%s <= %s AND %s = ANY(%s)", columns["date"], day, columns["company_id"], ids)
            for day, ids in self._get_companies_by_day().items()
        )
        return SQL(
            """
            CASE WHEN %(state)s = 'error' THEN 0
                 WHEN %(state)s != 'planned' THEN 3
                 WHEN %(automatic)s AND (%(confirmed)s OR %(to_confirm)s IS NOT TRUE) THEN 2
                 WHEN %(due)s THEN 0
                 ELSE 1
            END %(direction)s
            """,
            due=due,
            direction=direction,
            **columns,
        )

    @api.model
    @api.readonly
    def dso_count_agenda(self, domain):
        """The two counters above the agenda, within the filters of the screen.

        :param domain: what the list shows
        :return: ``{"all": number of actions, "todo": those that wait for somebody, "limit"}``:
            late and unconfirmed ones, and those in error; a number above the limit means "more
            than that", as in the pager of Odoo's lists
        """
        domain = Domain(domain)
        # what was done waits for nobody: said by the state, Odoo need not even ask the database
        todo = domain & Domain("state", "in", list(OPEN_STATES))
        todo &= Domain("agenda_state", "in", ["late", "error"])
        return {
            "all": self.search_count(domain, limit=COUNT_LIMIT + 1),
            "todo": self.search_count(todo, limit=COUNT_LIMIT + 1),
            "limit": COUNT_LIMIT,
        }
