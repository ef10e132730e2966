"""The collection report of a month: the figures of its end on paper, to be sent on."""

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date, formatLang

from ...engine import indicators, letters
from ...engine.ageing import BUCKETS
from ...tools.conflicts import retry_on_conflict
from ...tools.crons import commit_progress
from .dso_summary import HOUR

REPORT = "dso_collection.report_monthly"
#: Months of the curve, that of the report included.
MONTHS = 12
#: Days of a month in which last month's report still is news, should the server not run before.
DAYS = 7
#: Customers with the most overdue.
MOST = 10


class DsoMonthlyReport(models.AbstractModel):
    _name = "dso.monthly.report"
    _description = "Monthly Collection Report"

    # ------------------------------------------------------------------
    # By itself
    # ------------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """Send last month's report to the credit managers, where the first morning of a month has
        come."""
        retry_on_conflict(self.env, self._send_and_commit)

    @api.model
    def _send_and_commit(self):
        for company, day in self._get_due(fields.Datetime.now()).items():
            self._send(company, day)
            commit_progress(self.env)

    @api.model
    def _get_due(self, now):
        """Where a month has begun lately: who switches reports on later waits for the next one.

        :param now: naive UTC datetime
        :return: {company: the last day of the month to tell of}
        """
        due = {}
        # sudo: when reports were sent is a note of the cron's
        for company in self.env["res.company"].sudo()._dso_companies():
            moment = pytz.utc.localize(now).astimezone(company._dso_tz())
            day = moment.date().replace(day=1) - relativedelta(days=1)
            told = company.dso_last_report_date
            if (
                company.dso_monthly_report
                and moment.day <= DAYS
                and moment.time() >= HOUR
                and not (told and told >= day)
            ):
                due[company] = day
        return due

    @api.model
    def _send(self, company, day):
        """One message for each credit manager of a company, in that manager's language.

        :param day: the last of the month
        :return: the messages
        """
        self.env.cr.execute(
            SQL("SELECT id FROM res_company WHERE id = %s FOR NO KEY UPDATE", company.id),
            # one that changed meanwhile: from the start again
            log_exceptions=False,
        )
        managers = company._dso_get_credit_managers()
        # sudo: the cron's own note
        company = company.sudo()
        messages = self.env["mail.message"]
        company.dso_last_report_date = day
        if self._is_worth(company, day):
            for user in managers:
                messages |= self._notify(user, company, day)
        return messages

    @api.model
    def _is_worth(self, company, day):
        """A company that sells to nobody is told nothing."""
        figures = self.env["dso.indicator"]._measure(company, day)
        return bool(figures["receivable"] or figures["sales_12_months"])

    @api.model
    def _notify(self, user, company, day):
        own = self.with_user(user).with_company(company)
        own = own.with_context(lang=user.lang, tz=user.tz)
        content = own._print(company, day)
        month = own._format_month(day)
        base_url = user.get_base_url()
        body = own.env["ir.qweb"]._render(
            "dso_collection.monthly_message",
            {
                "greeting": own.env._(
                    "Good morning %(name)s, here is the collection report of %(company)s for "
                    "%(month)s.",
                    name=user.name,
                    company=company.name,
                    month=month,
                ),
                "url": f"{base_url}/odoo/collection-dashboard",
            },
            lang=user.lang,
            minimal_qcontext=True,
        )
        # sudo: the cron's message to its own reader
        return (
            self.env["mail.thread"]
            .with_company(company)
            .message_notify(
                subject=own.env._(
                    "Collection report %(month)s: %(company)s", month=month, company=company.name
                ),
                body=body,
                partner_ids=user.partner_id.ids,
                attachments=[(own._get_file_name(company, day), content)],
                email_layout_xmlid="mail.mail_notification_layout",
                email_add_signature=False,
            )
        )

    # ------------------------------------------------------------------
    # The file
    # ------------------------------------------------------------------

    @api.model
    def _get_file_name(self, company, day):
        return self.env._(
            "Collection report %(company)s %(month)s.pdf",
            company=company.name,
            month=day.strftime("%Y-%m"),
        )

    @api.model
    def _format_month(self, day):
        return format_date(self.env, day, date_format="LLLL yyyy")

    @api.model
    def _print(self, company, day):
        """The report of a month, in the user's language.

        :param day: the last of the month; of the present one, today
        :return: the PDF as bytes
        """
        printer = self.env["dso.letter.printer"].with_company(company)
        values = {"report": self.with_company(company)._prepare(company, day)}
        return printer._print_part(REPORT, company, values, letters.NO_WINDOW)[company.id]

    @api.model
    def _prepare(self, company, day):
        """What the template prints, formatted."""
        indicator = self.env["dso.indicator"]
        # sudo: how the company calculates is a setting
        method = company.sudo().dso_method
        before = day.replace(day=1) - relativedelta(days=1)
        found = indicator._measure_days(company, [before, day], method=method)
        return {
            "title": self.env._("Collection report, %(month)s", month=self._format_month(day)),
            "subtitle": self.env._(
                "As of %(day)s, amounts in %(currency)s",
                day=format_date(self.env, day),
                currency=company.currency_id.name,
            ),
            "before": format_date(self.env, before),
            "day": format_date(self.env, day),
            "figures": self._prepare_figures(company, found[day], found[before]),
            "curve": indicator._get_curve(
                company, indicators.month_ends(day, MONTHS), method=method
            ),
            "ageing": self._prepare_ageing(company, day, before),
            "customers": self._prepare_customers(company, day),
            "work": self._prepare_work(company, day),
            "forecast": self._prepare_forecast(company, day),
            "forecast_title": self.env._(
                "Cash forecast, made on %(today)s",
                today=format_date(self.env, company._dso_today()),
            ),
        }

    @api.model
    def _prepare_figures(self, company, now, before):
        """[dict with ``label``, ``value``, ``before``, ``change`` and ``target``]"""
        # sudo: what the company aims at is a setting
        settings = company.sudo()

        def money(value):
            return format_amount(self.env, round(value), company.currency_id, trailing_zeroes=False)

        def number(value):
            return formatLang(self.env, value, digits=1)

        def percent(value):
            return self.env._("%(value)s %%", value=number(value))

        rows = [
            (self.env._("Receivable"), "receivable", money, None),
            (self.env._("Overdue"), "overdue", money, None),
            (self.env._("Disputed"), "disputed", money, None),
            (self.env._("DSO (days)"), "dso", number, settings.dso_target),
            (self.env._("Best possible DSO (days)"), "bpdso", number, None),
            (self.env._("Average days delinquent"), "add", number, None),
            (self.env._("Disputed DSO (days)"), "disputed_dso", number, None),
            (self.env._("Collection effectiveness (CEI)"), "cei", percent, settings.dso_target_cei),
            (self.env._("Sales of twelve months"), "sales_12_months", money, None),
            (self.env._("One day of DSO"), "cost_of_day", money, None),
        ]

        def change(key, format_value):
            if now[key] is None or before[key] is None:
                return ""
            difference = now[key] - before[key]
            sign = "+" if difference > 0 else "−" if difference < 0 else ""
            # percentages differ by points
            return sign + (number if format_value is percent else format_value)(abs(difference))

        return [
            {
                "label": label,
                "value": "–" if now[key] is None else format_value(now[key]),
                "before": "–" if before[key] is None else format_value(before[key]),
                "change": change(key, format_value),
                "target": format_value(target) if target else "",
            }
            for label, key, format_value, target in rows
        ]

    @api.model
    def _get_ageing(self, company, day):
        """The ageing as of a day."""
        return (
            self.env["dso.ageing"]
            .with_company(company)
            .with_context(allowed_company_ids=company.ids, dso_as_of=fields.Date.to_string(day))
        )

    @api.model
    def _prepare_ageing(self, company, day, before):
        """Claims by age, as the key figures count them, and the credits apart.

        :return: [dict with ``label``, ``amount``, ``share`` and ``before``], the total last
        """
        claims, credits_ = (
            [
                dict(
                    self._get_ageing(company, each)._read_group(
                        Domain("amount", sign, 0), ["bucket"], ["amount:sum"]
                    )
                )
                for each in (day, before)
            ]
            for sign in (">", "<")
        )
        labels = dict(self.env["dso.ageing"]._fields["bucket"]._description_selection(self.env))
        gross = [sum(found.values()) for found in claims]
        credited = [sum(found.values()) for found in credits_]

        def row(label, now, former, share=True):
            return {
                "label": label,
                "amount": format_amount(self.env, now, company.currency_id),
                "share": self.env._("%(value)s %%", value=round(100 * now / gross[0]))
                if share and gross[0]
                else "",
                "before": format_amount(self.env, former, company.currency_id),
            }

        return [
            *(
                row(labels[bucket.key], *(found.get(bucket.key, 0.0) for found in claims))
                for bucket in BUCKETS
            ),
            row(self.env._("Credits"), *credited, share=False),
            row(self.env._("Total"), *map(sum, zip(gross, credited, strict=True)), share=False),
        ]

    @api.model
    def _prepare_customers(self, company, day):
        """Those with the most overdue: [dict with ``name``, ``collector``, ``amount`` and ``days``
        of the oldest]"""
        ageing = self._get_ageing(company, day)
        rows = ageing._read_group(
            Domain("bucket", "!=", BUCKETS[0].key) & Domain("partner_id", "!=", False),
            ["partner_id", "collector_id"],
            ["amount:sum", "days_overdue:max"],
            having=[("amount:sum", ">", 0)],
            order="amount:sum desc",
            limit=MOST,
        )
        return [
            {
                "name": partner.display_name,
                "collector": collector.name or "",
                "amount": format_amount(self.env, amount, company.currency_id),
                "days": days,
            }
            for partner, collector, amount, days in rows
        ]

    @api.model
    def _prepare_work(self, company, day):
        """What was done in the month: [dict with ``label`` and ``count``], promises last"""
        span = (
            Domain("company_id", "=", company.id)
            & Domain("day", ">=", day.replace(day=1))
            & Domain("day", "<=", day)
        )
        report = self.env["dso.action.report"]
        labels = dict(report._fields["action_type"]._description_selection(self.env))
        rows = [
            {"label": labels[action_type], "count": formatLang(self.env, count, digits=0)}
            for action_type, count in report._read_group(
                span & Domain("phase", "=", "done"),
                ["action_type"],
                ["__count"],
                order="__count desc",
            )
        ]
        promises = self.env["dso.promise"]._read_group(
            Domain("company_id", "=", company.id)
            & Domain("promised_date", ">=", day.replace(day=1))
            & Domain("promised_date", "<=", day)
            & Domain("state", "in", ("kept", "partly", "broken")),
            [],
            ["__count", "kept_rate:avg"],
        )
        for count, rate in promises:
            if count:
                label = self.env._(
                    "Promises due in the month, %(rate)s %% kept", rate=round(rate or 0)
                )
                rows.append({"label": label, "count": formatLang(self.env, count, digits=0)})
        return rows

    @api.model
    def _prepare_forecast(self, company, day):
        """What is late against the forecast, and the next weeks: [dict with ``week``, ``expected``,
        ``low`` and ``high``].

        It is made on what is known today, and so only of the latest month: of a former one nobody
        would know what was expected then.
        """
        today = company._dso_today()
        if day < today.replace(day=1) - relativedelta(days=1):
            return []
        forecast = self.env["dso.forecast"]
        rows = forecast._forecast(company, today)
        totals = forecast._get_totals(company, today)
        if not any(totals.values()):
            return []

        def money(value):
            return format_amount(self.env, round(value), company.currency_id, trailing_zeroes=False)

        def rest(label, key):
            return {"week": label, "expected": money(totals[key]), "low": "", "high": ""}

        return [
            rest(self.env._("Should have come already"), "late"),
            *(
                {
                    "week": self.env._(
                        "Week of %(monday)s", monday=format_date(self.env, row["week"])
                    ),
                    **{key: money(row[key]) for key in ("expected", "low", "high")},
                }
                for row in rows
            ),
            rest(self.env._("Later"), "beyond"),
            rest(self.env._("Not expected: in litigation, ignored, or credits"), "apart"),
            rest(self.env._("Total"), "total"),
        ]
