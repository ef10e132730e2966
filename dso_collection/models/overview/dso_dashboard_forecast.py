"""The cash forecast on the dashboard, with what came in beside it."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...engine import forecast as rules

#: Weeks before the present one of which is told what came.
WEEKS_BEFORE = 4
#: Parts of what is expected: the kind of items behind, and the key of ``dso.forecast``.
PARTS = {"announced": "announced", "promise": "promised", "dispute": "disputed"}


class DsoDashboard(models.AbstractModel):
    _inherit = "dso.dashboard"

    @api.model
    @api.readonly
    def get_forecast(self, company_id=None, own=False, choice=None):
        """What came in the last weeks, and what is expected in the next ones, by kind.

        :param company_id: one of the companies at hand, default the current one
        :param own: whether only of the customers of whom the user is the collector
        :param choice: of customers, see ``tools.customer_choice``
        :return: dict with ``weeks`` (Mondays), ``this_week``, ``series`` (amounts by week, with a
            domain for each), ``ranges`` (what each of them brings at least and
            at most) and ``late``: what
            should have come already, which is in no week
        """
        company = self._get_company(company_id)
        scope = self._get_scope(company, own, choice)
        today = company._dso_today()
        monday = rules.monday_of(today)
        customers = self._find_customers(company, own, choice)
        service = self.env["dso.forecast"]
        forecast = {
            row["week"]: row for row in service._forecast(company, today, customers=customers)
        }
        before = [monday - timedelta(weeks=number) for number in range(WEEKS_BEFORE, 0, -1)]
        weeks = [*before, *forecast]
        came = service._read_came(company, weeks[0], today, customers)
        return {
            "weeks": [fields.Date.to_string(week) for week in weeks],
            "this_week": fields.Date.to_string(monday),
            "series": [
                self._get_came_series(scope, weeks, came),
                *self._get_expected_series(scope, weeks, forecast),
            ],
            "ranges": [
                [forecast[week]["low"], forecast[week]["high"]] if week in forecast else False
                for week in weeks
            ],
            "late": {
                "amount": forecast[monday]["late"],
                "target": "forecast",
                "domain": list(scope.records & Domain("place", "=", "late")),
            },
        }

    @api.model
    def _get_came_series(self, scope, weeks, came):
        return {
            "key": "came",
            "label": self.env._("Came in"),
            "target": "came",
            "amounts": [came.get(week, 0.0) for week in weeks],
            "domains": [list(scope.records & Domain("week", "=", week)) for week in weeks],
        }

    @api.model
    def _get_expected_series(self, scope, weeks, forecast):
        """:param forecast: {Monday: dict of ``dso.forecast``}, none for weeks that have passed"""
        labels = dict(self._get_labels("dso.forecast.item", "kind"))
        amounts = {
            **{
                kind: [forecast[week][name] if week in forecast else 0.0 for week in weeks]
                for kind, name in PARTS.items()
            },
            "none": [self._get_rest(forecast.get(week)) for week in weeks],
        }
        in_a_week = scope.records & Domain("place", "=", "week")
        return [
            {
                "key": kind,
                "label": labels[kind],
                "target": "forecast",
                "amounts": values,
                "domains": [
                    list(in_a_week & Domain("kind", "=", kind) & Domain("week", "=", week))
                    for week in weeks
                ],
            }
            for kind, values in amounts.items()
        ]

    @api.model
    def _get_rest(self, row):
        """What is expected as its customers usually pay."""
        if not row:
            return 0.0
        return row["expected"] - sum(row[name] for name in PARTS.values())
