"""How a customer pays: DSO, how late, how reliably; loaded when its tab is opened."""

from collections import defaultdict
from itertools import chain, repeat

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date, formatLang

from ...engine import indicators
from ...tools.ledger import due_date_sql, is_receivable_sql
from ...tools.payments import is_payment_sql

#: Months that the delay is told of, the present one included.
MONTHS = 12
#: The latest payments that are told one by one.
LAST_PAYMENTS = 5


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` that tells how it pays. Nothing of it is a field: the form waits
    for none of it."""

    _inherit = "dso.customer"

    @api.readonly
    def dso_get_behaviour(self):
        """How this customer paid in the last twelve months, in a constant number of queries.

        :return: dict with ``figures``: list of dicts with ``key``, ``label``, ``value`` (a
            sentence where nobody knows), ``help`` and ``known``; ``months``: list of dicts with
            ``month``, ``days`` (average delay weighted by amount, ``False`` without a payment) and
            ``text``; ``payments``: list of dicts with ``date``, ``amount``, ``document``, ``late``
            (days, negative if early), ``text`` and ``line_id``, the item of the payment
        """
        self.ensure_one()
        self.check_access("read")
        self.env.flush_all()
        # sudo: what day it is where the company collects is no secret
        today = self.company_id.sudo()._dso_today()
        first = today.replace(day=1) - relativedelta(months=MONTHS - 1)
        delays = self._read_delays(first, today)
        return {
            "figures": [
                self._prepare_dso(today),
                *self._prepare_delays(delays),
                self._prepare_kept(),
            ],
            "months": self._prepare_months(delays, first),
            "payments": self._prepare_last_payments(today),
        }

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _get_payments_query(self, condition):
        """What was paid of this customer's claims, each payment of each document.

        :param condition: SQL on ``partial``
        """
        return SQL(
            """
            SELECT partial.id, partial.max_date AS day, partial.amount,
                   partial.debit_amount_currency AS amount_own, line.id AS claim_id,
                   line.currency_id, partial.max_date - %(due_date)s AS late,
                   payment.id AS payment_id
              FROM res_partner partner
              JOIN account_move_line line
                ON line.partner_id = partner.id AND line.company_id = %(company)s
               AND line.parent_state = 'posted'
              JOIN account_account account ON account.id = line.account_id AND %(is_receivable)s
              JOIN account_partial_reconcile partial ON partial.debit_move_id = line.id
              JOIN account_move_line payment ON payment.id = partial.credit_move_id
              JOIN account_move payment_move ON payment_move.id = payment.move_id
             WHERE partner.commercial_partner_id = %(partner)s
               AND %(is_payment)s
               AND partial.debit_amount_currency > 0
               AND %(condition)s
            """,
            company=self.company_id.id,
            partner=self.partner_id.id,
            due_date=due_date_sql(),
            is_receivable=is_receivable_sql(),
            is_payment=is_payment_sql("payment_move"),
            condition=condition,
        )

    def _read_delays(self, first, until):
        """How late what was paid from one day to another came, both included.

        :return: list of (first day of the month, days late, amount in company currency, number)
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT date_trunc('month', day)::date, late, sum(amount)::float8, count(*)
                  FROM (%s) paid
                 GROUP BY 1, 2
                """,
                self._get_payments_query(
                    SQL("partial.max_date BETWEEN %s AND %s", first, until),
                ),
            )
        )

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    def _prepare_figure(self, key, label, value, help_text, missing):
        return {
            "key": key,
            "label": label,
            "value": missing if value is None else value,
            "known": value is not None,
            "help": help_text,
        }

    def _prepare_dso(self, today):
        found = self.env["dso.indicator"]._measure(self.company_id, today, customers=self)
        return self._prepare_figure(
            "dso",
            self.env._("DSO"),
            self._format_days(found["dso"]),
            self.env._("In how many days of sales what is open was made, counted back from today."),
            self.env._("Nothing was sold in the last three years."),
        )

    def _prepare_delays(self, delays):
        """Average by amount, median and 90th percentile by payment."""
        missing = self.env._("Nothing was paid in twelve months.")
        amount = sum(row[2] for row in delays)
        average = sum(row[1] * row[2] for row in delays) / amount if amount else None
        each = sorted(chain.from_iterable(repeat(late, count) for _m, late, _a, count in delays))
        for key, label, value, help_text in (
            (
                "average",
                self.env._("Average delay, 12 months"),
                average,
                self.env._("Days after the due date, weighted by amount; negative if early."),
            ),
            (
                "median",
                self.env._("Median delay, 12 months"),
                indicators.percentile(each, 0.5),
                self.env._("Half of the payments came no later than that after the due date."),
            ),
            (
                "percentile_90",
                self.env._("90th percentile"),
                indicators.percentile(each, 0.9),
                self.env._("Nine of ten payments came no later than that after the due date."),
            ),
        ):
            yield self._prepare_figure(key, label, self._format_days(value), help_text, missing)

    def _prepare_kept(self):
        """Of all promises that could be judged."""
        return self._prepare_figure(
            "kept",
            self.env._("Promises kept"),
            self.promise_kept_text or None,
            self.env._("Of the promises whose deadline has passed, those paid in full by then."),
            self.env._("No promise was kept or broken yet."),
        )

    def _prepare_months(self, delays, first):
        sums = defaultdict(lambda: [0.0, 0.0])
        for month, late, amount, _count in delays:
            sums[month][0] += late * amount
            sums[month][1] += amount
        result = []
        for number in range(MONTHS):
            month = first + relativedelta(months=number)
            weighted, amount = sums[month]
            days = round(weighted / amount, 1) if amount else False
            result.append(
                {
                    "month": format_date(self.env, month, date_format="MMM yy"),
                    "days": days,
                    "text": self.env._("No payment") if days is False else self._format_days(days),
                }
            )
        return result

    def _prepare_last_payments(self, today):
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT * FROM (%s) paid ORDER BY day DESC, id DESC LIMIT %s",
                self._get_payments_query(SQL("partial.max_date <= %s", today)),
                LAST_PAYMENTS,
            )
        )
        claims = self.env["account.move.line"].browse([row["claim_id"] for row in rows])
        currencies = self.env["res.currency"].browse([row["currency_id"] for row in rows])
        return [
            {
                "id": row["id"],
                "date": format_date(self.env, row["day"]),
                "amount": format_amount(self.env, row["amount_own"], currency),
                "document": claim._dso_get_document(),
                "late": row["late"],
                "text": self._describe_lateness(row["late"]),
                "line_id": row["payment_id"],
            }
            for row, claim, currency in zip(rows, claims, currencies, strict=True)
        ]

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _format_days(self, days):
        if days is None:
            return None
        return self.env._("%(days)s days", days=formatLang(self.env, days, digits=1))

    def _describe_lateness(self, days):
        if days > 0:
            return self.env._("%(days)s days late", days=days)
        if days < 0:
            return self.env._("%(days)s days early", days=-days)
        return self.env._("On the day")
