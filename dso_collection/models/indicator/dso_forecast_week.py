"""What was forecast each night, kept to be compared with what came."""

import logging
from datetime import timedelta

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.bulk import bulk_insert
from ...tools.conflicts import retry_on_conflict
from ...tools.crons import commit_progress
from ...tools.labels import WITHOUT_COLLECTOR

_logger = logging.getLogger(__name__)

#: Figures of a week that are kept.
FIGURES = ("expected", "low", "high", "announced", "promised", "disputed")
#: Every night of so many days is kept; of the nights before, the last one up to each Monday: those
#: that forecasts 1, 4 and 8 weeks before a week are.
ALL_DAYS = 14
#: Nothing is kept for longer.
MOST_DAYS = 731


class DsoForecastWeek(models.Model):
    """What was expected of a week on a day, by collector: written each night, never changed."""

    _name = "dso.forecast.week"
    _description = "Kept Cash Forecast"
    _inherit = ["dso.guard"]
    _order = "made_on desc, week, id"
    _rec_name = "week"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    collector_id = fields.Many2one(
        "res.users",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        falsy_value_label=WITHOUT_COLLECTOR,
    )
    made_on = fields.Date(
        string="Forecast On", required=True, readonly=True, help="In the company's time zone."
    )
    week = fields.Date(required=True, readonly=True, help="Shows its Monday.")
    expected = fields.Monetary(readonly=True)
    low = fields.Monetary(
        string="At Least", readonly=True, help="Expected in this week however early or late."
    )
    high = fields.Monetary(
        string="At Most", readonly=True, help="Shows what may be paid in this week."
    )
    announced = fields.Monetary(readonly=True, help="On its way: a part of what is expected.")
    promised = fields.Monetary(readonly=True, help="A part of what is expected.")
    disputed = fields.Monetary(readonly=True, help="A part of what is expected.")
    late = fields.Monetary(
        readonly=True,
        help="Should have come before that day, and is in no week. It stands with the first week.",
    )

    _once = models.UniqueIndex("(company_id, made_on, week, COALESCE(collector_id, 0))")

    @api.model
    def _cron_forecast(self):
        """The night's job: each company for itself, so that no other waits for its fault."""
        companies = self.env["res.company"]._dso_companies()
        for left, company in zip(range(len(companies) - 1, -1, -1), companies, strict=True):
            retry_on_conflict(self.env, lambda each=company: self._try_company(each))
            commit_progress(self.env, 1, left)

    @api.model
    def _try_company(self, company):
        """Keep the forecast of a company; what goes wrong is logged."""
        try:
            with self.env.cr.savepoint():
                self._keep(company, company._dso_today())
        except OperationalError:
            # another transaction was at it: from the start again
            raise
        except UniqueViolation:
            # another run has kept it meanwhile
            _logger.info("The forecast of company %s is kept already", company.id)
        except Exception:
            # whatever is wrong with this company, the others have their forecast
            _logger.exception("The forecast of company %s could not be kept", company.id)

    @api.model
    def _keep(self, company, today):
        """Keep the forecast of a day, once, of a company that has customers.

        :return: the rows
        """
        # sudo: written for everybody, by the night
        self = self.sudo()
        own = [("company_id", "=", company.id)]
        if self.search_count([*own, ("made_on", "=", today)], limit=1):
            return self.browse()
        customers = self.env["dso.customer"].with_context(active_test=False)
        if not customers.search_count(own, limit=1):
            return self.browse()
        service = self.env["dso.forecast"]
        found = service._read_by(SQL("part.collector_id"), company, today)
        # of nobody always, so that it is known that nothing was expected
        found.setdefault(None, service._get_empty(today))
        rows = bulk_insert(
            self,
            [
                values
                for collector_id, forecast in found.items()
                for values in self._prepare(company, collector_id, today, forecast)
            ],
        )
        self._prune(company, today)
        return rows

    @api.model
    def _prepare(self, company, collector_id, today, forecast):
        """:param forecast: :class:`engine.forecast.Forecast`"""
        rounded = company.currency_id.round
        for week in forecast.weeks:
            late = rounded(forecast.late) if week is forecast.weeks[0] else 0.0
            figures = {name: rounded(getattr(week, name)) for name in FIGURES}
            if collector_id is None or late or any(figures.values()):
                yield {
                    "company_id": company.id,
                    "collector_id": collector_id,
                    "made_on": today,
                    "week": week.monday,
                    "late": late,
                    **figures,
                }

    @api.model
    def _prune(self, company, today):
        """Drop what no comparison needs any more."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM dso_forecast_week kept
                 USING (
                       SELECT %(monday)s AS monday, max(made_on) AS made_on
                         FROM dso_forecast_week
                        WHERE company_id = %(company)s
                        GROUP BY 1
                 ) last
                 WHERE kept.company_id = %(company)s
                   AND last.monday = %(own_monday)s
                   AND (kept.made_on < %(oldest)s
                        OR kept.made_on < %(all)s AND kept.made_on != last.made_on)
                """,
                company=company.id,
                monday=self._get_monday_sql(SQL("made_on")),
                own_monday=self._get_monday_sql(SQL("kept.made_on")),
                oldest=today - timedelta(days=MOST_DAYS),
                all=today - timedelta(days=ALL_DAYS),
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _get_monday_sql(self, made_on):
        """The Monday on or after a night, for which it counts if it is the last one up to it."""
        return SQL(
            "(%(day)s + 6 - (EXTRACT(isodow FROM %(day)s + 6)::int - 1))",
            day=made_on,
        )
