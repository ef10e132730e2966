"""The credit manager's figures in Odoo's digest, with their curve.

Days and percentages are told with the days or points they differ by, in place of Odoo's percentage
in green or red: a longer DSO is no success.
"""

from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools.misc import format_amount, formatLang

from ...engine import indicators as rules

#: Months of the curve, today's included.
MONTHS = 12


class Kpi(NamedTuple):
    """Where a figure stands among those of a period, and how it is told."""

    key: str
    unit: str


KPIS = {
    "kpi_dso_days": Kpi("dso", "days"),
    "kpi_dso_best_days": Kpi("bpdso", "days"),
    "kpi_dso_delinquent_days": Kpi("add", "days"),
    "kpi_dso_effectiveness": Kpi("cei", "percent"),
    "kpi_dso_overdue": Kpi("overdue", "money"),
}


class DigestDigest(models.Model):
    _inherit = "digest.digest"

    kpi_dso_days = fields.Boolean("DSO (days)")
    kpi_dso_days_value = fields.Float(compute="_compute_kpi_dso_values")
    kpi_dso_best_days = fields.Boolean("Best possible DSO (days)")
    kpi_dso_best_days_value = fields.Float(compute="_compute_kpi_dso_values")
    kpi_dso_delinquent_days = fields.Boolean("Average days delinquent")
    kpi_dso_delinquent_days_value = fields.Float(compute="_compute_kpi_dso_values")
    kpi_dso_effectiveness = fields.Boolean("Collection effectiveness (CEI)")
    kpi_dso_effectiveness_value = fields.Float(compute="_compute_kpi_dso_values")
    kpi_dso_overdue = fields.Boolean("Overdue receivables")
    kpi_dso_overdue_value = fields.Monetary(compute="_compute_kpi_dso_values")
    dso_for_managers = fields.Boolean(
        string="For Credit Managers",
        help="Every credit manager of Collection is subscribed before it is sent. Whoever "
        "unsubscribes is not subscribed again.",
    )
    dso_subscribed_ids = fields.Many2many(
        "res.users",
        "dso_digest_subscribed_rel",
        string="Credit Managers Subscribed Once",
        readonly=True,
        copy=False,
    )

    @api.depends_context("uid", "company", "start_datetime", "end_datetime")
    def _compute_kpi_dso_values(self):
        for digest in self:
            frame = (
                self.env.context.get("start_datetime"),
                self.env.context.get("end_datetime"),
            )
            found = digest._dso_measure([frame])[frame] if all(frame) else {}
            for name, kpi in KPIS.items():
                # Odoo's field has no place for what cannot be known: see _compute_kpis
                digest[f"{name}_value"] = found.get(kpi.key) or 0

    def _compute_kpis_actions(self, company, user):
        """The dashboard tells how each figure comes about."""
        actions = super()._compute_kpis_actions(company, user)
        return {**actions, **dict.fromkeys(KPIS, "dso_collection.dso_dashboard_action")}

    def _compute_kpis(self, company, user):
        kpis = super()._compute_kpis(company, user)
        ours = [kpi for kpi in kpis if kpi["kpi_name"] in KPIS]
        if not ours:
            return kpis
        digest = self.with_user(user).with_company(company)
        frames = self._compute_timeframes(company)
        found = digest._dso_measure([span for _name, spans in frames for span in spans])
        for number, (title, (span, before)) in enumerate(frames, start=1):
            for kpi in ours:
                kpi[f"kpi_col{number}"] = digest._dso_describe_kpi(
                    KPIS[kpi["kpi_name"]], found[span], found[before], title
                )
        return kpis

    def _dso_describe_kpi(self, kpi, now, before, title):
        """A figure of a period as the digest prints it.

        :param now: the figures of the period
        :param before: those of the period before
        :param title: what the period is called
        """
        value, former = now[kpi.key], before[kpi.key]
        if value is None:
            subtitle = self.env._("%(period)s: no sales to compare with", period=title)
            return {"value": "–", "margin": 0.0, "col_subtitle": subtitle}
        change = None if former is None else value - former
        return {
            "value": self._dso_format_kpi(kpi, value),
            "margin": 0.0,
            "col_subtitle": title
            if not change
            else self.env._(
                "%(period)s: %(change)s",
                period=title,
                change=f"{'+' if change > 0 else '−'}{self._dso_format_kpi(kpi, abs(change))}",
            ),
        }

    def _dso_format_kpi(self, kpi, value):
        if kpi.unit == "money":
            # the company of the figures: that of the digest is not always the user's
            currency = (self.company_id or self.env.company).currency_id
            return format_amount(self.env, round(value), currency, trailing_zeroes=False)
        text = formatLang(self.env, value, digits=1)
        return self.env._("%(value)s %%", value=text) if kpi.unit == "percent" else text

    def _dso_measure(self, frames):
        """The figures of some periods, as the user may see them.

        :param frames: [(start, end)], datetimes as Odoo's digest counts them
        :return: {frame: dict as of ``dso.indicator``, with the effectiveness of the period}
        """
        company, customers = self._dso_get_scope()
        # Odoo counts back from the present moment, wherever it is: so many days back from today
        now, today = fields.Datetime.now(), company._dso_today()
        spans = {
            frame: tuple(
                today - relativedelta(days=(now.date() - moment.date()).days) for moment in frame
            )
            for frame in frames
        }
        found = self.env["dso.indicator"]._measure_periods(company, list(spans.values()), customers)
        return {frame: found[span] for frame, span in spans.items()}

    def _dso_get_scope(self):
        """The company that is told of, and the customers: ``None`` for all.

        :raises AccessError: the user is told nothing of collections
        """
        if not self.env.user.has_group("dso_collection.group_dso_reader"):
            raise AccessError(
                self.env._("Only users of Collection receive its figures in their digest.")
            )
        company = self.company_id or self.env.company
        return company, self.env["dso.indicator"]._find_customers(company)

    def _dso_get_curve(self, user):
        """DSO at the ends of the last months and today, as :meth:`_get_curve` of the indicators
        tells it; nothing where the digest tells nothing of DSO, or the user may not see it."""
        self.ensure_one()
        if not self.kpi_dso_days:
            return []
        digest = self.with_user(user).with_company(user.company_id)
        try:
            company, customers = digest._dso_get_scope()
        except AccessError:
            return []
        model = digest.env["dso.indicator"].with_context(lang=user.lang)
        days = rules.month_ends(company._dso_today(), MONTHS)
        return model._get_curve(company, days, customers)

    # ------------------------------------------------------------------
    # Recipients
    # ------------------------------------------------------------------

    def _action_send(self, update_periodicity=True):
        for digest in self.filtered("dso_for_managers"):
            digest._dso_subscribe_managers()
        return super()._action_send(update_periodicity)

    def _dso_subscribe_managers(self):
        """Subscribe each credit manager, once: who unsubscribes stays so."""
        managers = self.company_id._dso_get_credit_managers()
        # sudo: the digest's own note, as Odoo writes its subscriptions
        digest = self.sudo()
        new = managers - digest.dso_subscribed_ids
        if new:
            digest._action_subscribe_users(new)
            digest.dso_subscribed_ids |= new
