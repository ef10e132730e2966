"""DSO and its kin on the dashboard: tiles, the curve of 24 months, a table of companies."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date, formatLang

from ...engine import indicators as rules
from ...tools import customer_choice

#: Months of the curve, the present one included.
MONTHS = 24


class DsoDashboard(models.AbstractModel):
    _inherit = "dso.dashboard"

    @api.model
    @api.readonly
    def get_indicators(self, company_id=None, own=False, choice=None):
        """Tiles and curve. A figure that cannot be known comes with a sentence.

        :param company_id: one of the companies at hand, default the current one
        :param own: whether only of the customers of whom the user is the collector
        :param choice: of customers, see ``tools.customer_choice``
        :return: dict with ``tiles``, ``days``, ``series`` (days that stand for what is not due, and
            for what is late), ``unknown`` (how many of the months have no figure), ``method``, and
            ``domain`` and ``context`` of the months behind
        """
        company = self._get_company(company_id)
        days = rules.month_ends(company._dso_today(), MONTHS)
        before = rules.month_before(days[-1])
        measured = self._measure_days(company, sorted({*days, before}), own, choice)
        return {
            "tiles": self._get_indicator_tiles(company, days, before, measured),
            "days": [fields.Date.to_string(day) for day in days],
            "series": [
                {
                    "key": key,
                    "label": label,
                    "values": [measured[day][name] or 0.0 for day in days],
                }
                for key, name, label in (
                    ("best", "bpdso", self.env._("Best possible")),
                    ("delinquent", "add", self.env._("By late payment")),
                )
            ],
            "unknown": sum(measured[day]["dso"] is None for day in days),
            "method": self._describe_method(company),
            "domain": [("company_id", "=", company.id)],
            "context": customer_choice.get_context(customer_choice.clean(choice), bool(own)),
        }

    @api.model
    @api.readonly
    def get_companies(self, own=False, choice=None):
        """The companies at hand beside one another, each in its currency: nothing is added up.

        :param own: whether only of the customers of whom the user is the collector
        :param choice: of customers, see ``tools.customer_choice``
        :return: list of dicts
        """
        rows = []
        for company in self.env.companies:
            today = company._dso_today()
            measured = self._measure_days(company, [today], own, choice)[today]
            rows.append(
                {
                    "id": company.id,
                    "name": company.name,
                    "currency_id": company.currency_id.id,
                    "currency": company.currency_id.name,
                    **{
                        key: False if measured[key] is None else measured[key]
                        for key in ("overdue", "receivable", "dso", "bpdso", "add", "cei")
                    },
                }
            )
        return rows

    @api.model
    def _measure_days(self, company, days, own, choice):
        """:return: see ``dso.indicator._measure_days``"""
        # sudo: how the company calculates is a setting, whoever looks at the figures
        method = company.sudo().dso_method
        customers = self._find_customers(company, own, choice)
        return self.env["dso.indicator"]._measure_days(company, days, customers, method)

    @api.model
    def _find_customers(self, company, own, choice):
        """:return: see ``dso.indicator._find_customers``"""
        domain = customer_choice.get_domain(customer_choice.clean(choice))
        if own:
            domain &= Domain("collector_id", "=", self.env.uid)
        return self.env["dso.indicator"]._find_customers(company, domain)

    @api.model
    def _describe_method(self, company):
        # sudo: how the company calculates is a setting
        settings = company.sudo()
        if settings.dso_method == "balance":
            return self.env._(
                "Receivable divided by the sales of the last %(days)s days, times %(days)s.",
                days=settings.dso_sales_days,
            )
        return self.env._("Counted back month by month, over the sales that were made in each.")

    # ------------------------------------------------------------------
    # Tiles
    # ------------------------------------------------------------------

    @api.model
    def _get_indicator_tiles(self, company, days, before, measured):
        """The figures of today beside those of a month ago.

        :param days: ends of months, and today
        :param before: a month before today
        :param measured: {day: dict} of all these
        """
        # sudo: the targets are settings
        settings = company.sudo()
        today = days[-1]
        known = self.env._("on %(day)s", day=format_date(self.env, before))
        tiles = [
            self._get_days_tile(name, measured[today], measured[before], known, target, settings)
            for name, target in (("dso", settings.dso_target), ("bpdso", 0), ("add", 0))
        ]
        # of a month that has not ended nobody can say how well it was collected
        whole = days if rules.is_month_end(today) else days[:-1]
        tiles.append(self._get_cei_tile(whole[-1], whole[-2], measured, settings.dso_target_cei))
        tiles.append(self._get_cost_tile(company, measured[today]))
        return tiles

    @api.model
    def _get_days_tile(self, name, now, before, known, target, settings):
        labels = {
            "dso": self.env._("DSO"),
            "bpdso": self.env._("Best possible DSO"),
            "add": self.env._("Average days delinquent"),
        }
        helps = {
            "dso": self.env._(
                "Days sales outstanding: how many days of sales customers owe. Less is better."
            ),
            "bpdso": self.env._(
                "What DSO would be if everybody paid on the due date: the same, of what is not "
                "due yet. It tells of your payment terms."
            ),
            "add": self.env._(
                "The part of DSO that late payment makes: DSO less the best possible DSO. Less is "
                "better."
            ),
        }
        change = rules.compare(now[name], before[name])
        return {
            "key": name,
            "label": labels[name],
            "value": False if now[name] is None else now[name],
            "unit": "days",
            "text": self._describe_missing(settings) if now[name] is None else "",
            "change": change and self._tell_change(change, self.env._("days"), known),
            "target": self._tell_target(rules.compare(now[name], target or None), target),
            "help": helps[name],
        }

    @api.model
    def _get_cei_tile(self, day, before, measured, target):
        now = measured[day]["cei"]
        change = rules.compare(now, measured[before]["cei"], more_is_better=True)
        month, earlier = (
            format_date(self.env, each, date_format="MMMM y") for each in (day, before)
        )
        return {
            "key": "cei",
            "label": self.env._("CEI, %(month)s", month=month),
            "value": False if now is None else now,
            "unit": "percent",
            "text": self.env._("Nothing was to be collected in %(month)s.", month=month)
            if now is None
            else "",
            "change": change
            and self._tell_change(
                change, self.env._("points"), self.env._("in %(month)s", month=earlier)
            ),
            "target": self._tell_target(
                rules.compare(now, target or None, more_is_better=True), target, "%"
            ),
            "help": self.env._(
                "Collection effectiveness index: how much of what could be collected in the "
                "month was. 100 % is all of it; more is better."
            ),
        }

    @api.model
    def _get_cost_tile(self, company, now):
        """The money that one day of DSO ties up, and what that costs."""
        known = now["sales_12_months"] > 0
        yearly = now["cost_of_day_yearly"]
        cost = ""
        if known and yearly:
            amount = formatLang(self.env, yearly, digits=0, currency_obj=company.currency_id)
            cost = self.env._("costs %(amount)s a year", amount=amount)
        return {
            "key": "cost_of_day",
            "label": self.env._("One day of DSO"),
            "value": now["cost_of_day"] if known else False,
            "unit": "money",
            "text": cost if known else self.env._("No sales within 12 months."),
            "change": None,
            "target": None,
            "help": self.env._(
                "The sales of an average day: those of the last twelve months divided by 365. "
                "About this much comes in once if DSO is one day shorter, more where the last "
                "months sold more. What that saves in a year depends on the cost of capital, "
                "which an administrator enters in the settings."
            ),
        }

    @api.model
    def _describe_missing(self, settings):
        if settings.dso_method == "balance":
            return self.env._("No sales within %(days)s days.", days=settings.dso_sales_days)
        return self.env._("No sales within %(months)s months.", months=rules.MONTHS)

    @api.model
    def _tell_change(self, change, unit, known):
        """:return: dict with ``verdict`` and ``text``, the direction said in words, too"""
        amount = formatLang(self.env, abs(change.value), digits=1)
        if change.value > 0:
            text = self.env._(
                "%(amount)s %(unit)s more than %(known)s", amount=amount, unit=unit, known=known
            )
        elif change.value < 0:
            text = self.env._(
                "%(amount)s %(unit)s less than %(known)s", amount=amount, unit=unit, known=known
            )
        else:
            text = self.env._("As %(known)s", known=known)
        return {"verdict": change.verdict, "value": change.value, "text": text}

    @api.model
    def _tell_target(self, change, target, unit=""):
        """:return: ``None`` without a target or a figure, else as :meth:`_tell_change`"""
        if not change:
            return None
        amount = formatLang(self.env, abs(change.value), digits=1)
        goal = f"{target} {unit}".strip()
        if change.value > 0:
            text = self.env._("%(amount)s above the target of %(goal)s", amount=amount, goal=goal)
        elif change.value < 0:
            text = self.env._("%(amount)s below the target of %(goal)s", amount=amount, goal=goal)
        else:
            text = self.env._("At the target of %(goal)s", goal=goal)
        return {"verdict": change.verdict, "value": change.value, "text": text}
