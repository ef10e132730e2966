from datetime import timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ...engine import ageing
from ...tools import customer_choice

#: Weeks of promised cash around the present one.
WEEKS_BEFORE, WEEKS_AFTER = 4, 7
#: Days of actions shown: done ones before today, planned ones after.
DAYS_BEFORE, DAYS_AFTER = 28, 14
#: Days that "done lately" looks back, for each collector.
DONE_DAYS = 30
#: Months of promises of which the share that was kept is told.
KEPT_MONTHS = 6
#: The kind of items whose promise has passed: still with that status, and no longer awaited.
NOT_KEPT = "promise_past"
#: How promised cash is told, the best first.
PROMISE_STATES = ("kept", "open", "partly", "broken")
#: What is due is due, whether anybody chases it or not: Odoo leaves archived files out otherwise.
ARCHIVED_TOO = Domain("active", "in", [True, False])
#: The customers' figures: amount, and of which customers, as in the list behind.
CUSTOMER_FIGURES = {
    "amount_overdue": ("amount_overdue", ARCHIVED_TOO & Domain("amount_overdue", "!=", 0)),
    "amount_due": ("amount_due", ARCHIVED_TOO & Domain("amount_due", "!=", 0)),
    "amount_disputed": ("amount_disputed", ARCHIVED_TOO & Domain("amount_disputed", "!=", 0)),
    "amount_promised": ("amount_promised", ARCHIVED_TOO & Domain("amount_promised", "!=", 0)),
    "credits": ("credit_unallocated", ARCHIVED_TOO & Domain("credit_unallocated", ">", 0)),
    "not_due": ("amount_not_due", ARCHIVED_TOO & Domain("amount_not_due", ">", 0)),
    "entrusted": ("amount_overdue", ARCHIVED_TOO & Domain("amount_overdue", ">", 0)),
}
#: Those on top of the page.
TILES = ("amount_overdue", "amount_due", "amount_disputed", "amount_promised")


class Scope(NamedTuple):
    """What is told of, as domains."""

    #: of ``dso.customer``
    customers: Domain
    #: of everything that names a customer's file as ``customer_id``
    records: Domain


class DsoDashboard(models.AbstractModel):
    """The credit manager's page: one company, in its currency, on its date.

    Every figure comes with the domain of the records behind it, so that a click shows just these.
    Customers may be chosen (``tools.customer_choice``): then all of the page is of these. All is
    read through the record rules: whoever is restricted to their own customers sees the figures of
    these. Nothing is written.
    """

    _name = "dso.dashboard"
    _description = "Dashboard of Collection"

    @api.model
    @api.readonly
    def get_data(self, company_id=None, own=False, choice=None):
        """Everything but what a large ledger takes longer to tell: see :meth:`get_trend`,
        ``get_indicators`` and ``get_companies``.

        :param company_id: one of the companies at hand, default the current one
        :param own: whether only of the customers of whom the user is the collector
        :param choice: of customers, see ``tools.customer_choice``
        """
        company = self._get_company(company_id)
        scope = self._get_scope(company, own, choice)
        today = company._dso_today()
        # what several parts tell of is read once
        customers = self._read_customers(scope)
        work = self._read_work(scope, today)
        by_age, by_kind = self._read_items(scope)
        return {
            "companies": [
                {"id": each.id, "name": each.name, "currency": each.currency_id.name}
                for each in self.env.companies
            ],
            "company_id": company.id,
            "own": bool(own),
            "choice": customer_choice.clean(choice),
            "currency_id": company.currency_id.id,
            "today": fields.Date.to_string(today),
            "tiles": self._get_tiles(scope, customers, work),
            "ageing": self._get_ageing(scope, customers, by_age),
            "totals": self._get_totals(scope, customers),
            "statuses": self._get_statuses(scope, by_kind),
            "promised": self._get_promised(company, scope, today),
            "actions": self._get_actions(scope, today),
            "collectors": self._get_collectors(scope, today, customers, work),
        }

    @api.model
    @api.readonly
    def get_trend(self, company_id=None, own=False, choice=None):
        """What was overdue at the ends of the last months and is today, by age.

        :param company_id: one of the companies at hand, default the current one
        :param own: whether only of the customers of whom the user is the collector
        :param choice: of customers, see ``tools.customer_choice``
        :return: dict with ``days``, ``buckets`` (key, label, amount and number of items by day),
            and a domain for each day and bucket
        """
        company = self._get_company(company_id)
        model = self.env["dso.overdue.trend"]
        scope = self._get_scope(company, own, choice).records
        found = {
            (day, bucket): values
            for day, bucket, *values in model._read_group(
                scope, ["day:day", "bucket"], ["amount:sum", "item_count:sum"]
            )
        }
        days = sorted(model._get_days_of_trend(company._dso_today()))
        return {
            "days": [fields.Date.to_string(day) for day in days],
            "series": [
                {
                    "key": key,
                    "label": label,
                    "amounts": [found.get((day, key), (0, 0))[0] for day in days],
                    "counts": [found.get((day, key), (0, 0))[1] for day in days],
                    "domains": [
                        list(scope & Domain("day", "=", day) & Domain("bucket", "=", key))
                        for day in days
                    ],
                }
                for key, label in self._get_labels("dso.overdue.trend", "bucket")
            ],
        }

    @api.model
    def _get_company(self, company_id):
        company = self.env["res.company"].browse(company_id) if company_id else self.env.company
        if company not in self.env.companies:
            raise AccessError(
                self.env._(
                    "This company is not among those you have selected. Choose it in the menu at "
                    "the top right."
                )
            )
        return company

    @api.model
    def _get_scope(self, company, own, choice=None):
        """What is told of.

        :return: :class:`Scope`
        """
        scope = Domain("company_id", "=", company.id)
        if own:
            scope &= Domain("collector_id", "=", self.env.uid)
        chosen = customer_choice.clean(choice)
        return Scope(
            scope & customer_choice.get_domain(chosen),
            scope & customer_choice.get_domain(chosen, "customer_id"),
        )

    @api.model
    def _get_labels(self, model, field):
        """[(key, label)] of a selection, in the user's language."""
        return self.env[model]._fields[field]._description_selection(self.env)

    # ------------------------------------------------------------------
    # What is read once for all parts
    # ------------------------------------------------------------------

    @api.model
    def _read_customers(self, scope):
        """Every figure of the customers in one pass over them: all together, and by collector.

        :return: {collector, empty where there is none, and None for all together:
            {name of the figure: (amount, number of customers)}}
        """
        customers = self.env["dso.customer"]
        # with the rules of the user
        query = customers._search(scope.customers & ARCHIVED_TOO)
        collector = customers._field_to_sql(customers._table, "collector_id", query)
        columns = []
        for field, domain in CUSTOMER_FIGURES.values():
            # the very condition of the list behind the figure
            condition = domain.optimize_full(customers)._to_sql(customers, customers._table, query)
            amount = customers._field_to_sql(customers._table, field, query)
            columns += [
                SQL("COALESCE(sum(%s) FILTER (WHERE %s), 0)", amount, condition),
                SQL("count(*) FILTER (WHERE %s)", condition),
            ]
        query.groupby = SQL("GROUPING SETS ((), (%s))", collector)
        found = {}
        for is_total, collector_id, *values in self.env.execute_query(
            query.select(SQL("grouping(%s)", collector), collector, *columns)
        ):
            key = None if is_total else self.env["res.users"].browse(collector_id or ())
            pairs = zip(values[::2], values[1::2], strict=True)
            found[key] = dict(zip(CUSTOMER_FIGURES, pairs, strict=True))
        return found

    @api.model
    def _read_items(self, scope):
        """The overdue items in one pass over them.

        :return: {age: (amount, number)} and {kind of status, or NOT_KEPT: (amount, number)}
        """
        by_age, by_kind = self.env["dso.item.report"]._read_grouping_sets(
            scope.records, [["age"], ["kind", "promise_past"]], ["amount:sum", "__count"]
        )
        return (
            {age: values for age, *values in by_age},
            {
                # what was promised and did not come is awaited no longer: the tile leaves it out
                NOT_KEPT if kind == "promise" and past else kind: values
                for kind, past, *values in by_kind
            },
        )

    @api.model
    def _read_work(self, scope, today):
        """Actions to do, and done lately, in one pass over them.

        :return: {"todo" or "done": {collector: number}}
        """
        domains = self._get_work_domains(scope, today)
        work = {phase: {} for phase in domains}
        for phase, collector, count in self._get_actions_since(today)._read_group(
            Domain.OR(domains.values()), ["phase", "collector_id"], ["__count"]
        ):
            work[phase][collector] = count
        return work

    @api.model
    def _get_work_domains(self, scope, today):
        """{phase: domain} of what the table of collectors tells of actions."""
        return {
            "todo": scope.records & Domain("phase", "=", "todo"),
            "done": scope.records
            & Domain("phase", "=", "done")
            & Domain("day", ">", today - timedelta(days=DONE_DAYS))
            & Domain("day", "<=", today),
        }

    @api.model
    def _get_actions_since(self, today):
        """The analysis of actions without what was done longer ago than this page tells of: years
        of history are not read."""
        first = today - timedelta(days=max(DAYS_BEFORE, DONE_DAYS))
        return self.env["dso.action.report"].with_context(dso_done_since=first)

    # ------------------------------------------------------------------
    # Parts
    # ------------------------------------------------------------------

    @api.model
    def _get_tiles(self, scope, customers, work):
        """The figures on top, with how many customers or actions are behind each.

        :param customers: see :meth:`_read_customers`
        :param work: see :meth:`_read_work`
        """
        model = self.env["dso.customer"]
        labels = {name: model._fields[name]._description_string(self.env) for name in TILES}
        return [
            *(
                {
                    "key": name,
                    "label": labels[name],
                    "amount": customers[None][name][0],
                    "count": customers[None][name][1],
                    "target": "customers",
                    "domain": list(scope.customers & CUSTOMER_FIGURES[name][1]),
                }
                for name in TILES
            ),
            {
                "key": "todo",
                "label": self.env._("To do"),
                "amount": False,
                "count": sum(work["todo"].values()),
                "target": "actions",
                "domain": list(scope.records & Domain("phase", "=", "todo")),
            },
        ]

    @api.model
    def _get_ageing(self, scope, customers, by_age):
        """What is not due and what is overdue by age.

        Not due is the customers' figure; what is overdue is told by its items.

        :param customers: see :meth:`_read_customers`
        :param by_age: see :meth:`_read_items`
        """
        amount, count = customers[None]["not_due"]
        labels = dict(self._get_labels("dso.overdue.trend", "bucket"))
        result = [
            {
                "key": ageing.BUCKETS[0].key,
                "label": self.env._("Not due"),
                "amount": amount,
                "count": count,
                "count_text": self.env._("customers: %(count)s", count=self._format_count(count)),
                "target": "customers",
                "domain": list(scope.customers & CUSTOMER_FIGURES["not_due"][1]),
            }
        ]
        overdue = dict.fromkeys(labels, (0.0, 0))
        ages = {key: [] for key in labels}
        for age, values in by_age.items():
            # the report's ages are finer beyond ninety days
            key = ageing.widen(age)
            ages[key].append(age)
            overdue[key] = tuple(map(sum, zip(overdue[key], values, strict=True)))
        for key, label in labels.items():
            result.append(
                {
                    "key": key,
                    "label": label,
                    "amount": overdue[key][0],
                    "count": overdue[key][1],
                    "count_text": self.env._(
                        "items: %(count)s", count=self._format_count(overdue[key][1])
                    ),
                    "target": "items",
                    "domain": list(scope.records & Domain("age", "in", ages[key])),
                }
            )
        return result

    @api.model
    def _format_count(self, count):
        return formatLang(self.env, count, digits=0)

    @api.model
    def _get_totals(self, scope, customers):
        """What leads from the receivables by age to the total due: less the credits that are not
        allocated yet.

        :param customers: see :meth:`_read_customers`
        """
        labels = {"credits": self.env._("Credits"), "amount_due": self.env._("Total due")}
        return [
            {
                "key": key,
                "label": label,
                "amount": -customers[None][key][0] if key == "credits" else customers[None][key][0],
                "count": customers[None][key][1],
                "target": "customers",
                "domain": list(scope.customers & CUSTOMER_FIGURES[key][1]),
            }
            for key, label in labels.items()
        ]

    @api.model
    def _get_statuses(self, scope, by_kind):
        """What is known of the overdue items, and the share of which something is. [Q42]

        :param by_kind: see :meth:`_read_items`
        """
        amount = sum(values[0] for values in by_kind.values())
        count = sum(values[1] for values in by_kind.values())
        unknown = by_kind.get("none", (0, 0))
        return {
            "rate_value": 100 * (amount - unknown[0]) / amount if amount else False,
            "rate_number": 100 * (count - unknown[1]) / count if count else False,
            "kinds": [
                {
                    "key": kind,
                    "label": label,
                    "amount": by_kind[kind][0],
                    "count": by_kind[kind][1],
                    "target": "items",
                    "domain": list(scope.records & domain),
                }
                for kind, label, domain in self._get_kinds()
                if kind in by_kind
            ],
        }

    @api.model
    def _get_kinds(self):
        """What is known of items, in the order in which it is told: [(key, label, domain)]"""
        kinds = []
        for kind, label in self._get_labels("dso.item.report", "kind"):
            domain = Domain("kind", "=", kind)
            if kind == "none":
                label = self.env._("No status yet")
            if kind != "promise":
                kinds.append((kind, label, domain))
                continue
            past = Domain("promise_past", "=", True)
            kinds.append((kind, label, domain & ~past))
            kinds.append((NOT_KEPT, self.env._("Promise not kept"), domain & past))
        return kinds

    @api.model
    def _get_promised(self, company, scope, today):
        """Promised cash by the week of the promised date, one chart for each currency.

        A week begins on Monday. Promises that another status replaced are left out.

        :return: dict with ``weeks`` (the Mondays) and ``currencies``, the company's first
        """
        monday = today - timedelta(days=today.weekday())
        weeks = [
            monday + timedelta(weeks=number) for number in range(-WEEKS_BEFORE, WEEKS_AFTER + 1)
        ]
        states = scope.records & Domain("state", "in", PROMISE_STATES)
        found = {}
        # by day: the first day of Odoo's own weeks depends on the user's language
        for day, state, currency, *values in self.env["dso.promise"]._read_group(
            states & self._get_span_domain("promised_date", weeks[0], weeks[-1]),
            ["promised_date:day", "state", "currency_id"],
            ["amount:sum", "__count"],
        ):
            week = day - timedelta(days=day.weekday())
            before = found.setdefault(currency, {}).get((week, state), (0.0, 0))
            found[currency][week, state] = tuple(map(sum, zip(before, values, strict=True)))
        labels = dict(self._get_labels("dso.promise", "state"))
        currencies = sorted(
            found, key=lambda currency: (currency != company.currency_id, currency.name)
        )
        return {
            "weeks": [fields.Date.to_string(week) for week in weeks],
            "this_week": fields.Date.to_string(monday),
            "currencies": [
                {
                    "id": currency.id,
                    "name": currency.name,
                    "series": [
                        {
                            "key": state,
                            "label": labels[state],
                            "amounts": [
                                found[currency].get((week, state), (0, 0))[0] for week in weeks
                            ],
                            "counts": [
                                found[currency].get((week, state), (0, 0))[1] for week in weeks
                            ],
                            "domains": [
                                list(
                                    scope.records
                                    & Domain("currency_id", "=", currency.id)
                                    & Domain("state", "=", state)
                                    & self._get_span_domain("promised_date", week, week)
                                )
                                for week in weeks
                            ],
                        }
                        for state in PROMISE_STATES
                    ],
                }
                for currency in currencies
            ],
        }

    @api.model
    def _get_span_domain(self, field, first, last):
        """From the Monday of one week to the Sunday of another."""
        return Domain(field, ">=", first) & Domain(field, "<", last + timedelta(weeks=1))

    @api.model
    def _get_actions(self, scope, today):
        """Actions by day and type: what was done in the last weeks, what is to come, and today
        both, with all that is late."""
        first, last = today - timedelta(days=DAYS_BEFORE), today + timedelta(days=DAYS_AFTER)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        own = (
            scope.records
            & Domain("phase", "!=", "cancelled")
            & Domain("day", ">=", first)
            & Domain("day", "<=", last)
        )
        found = {
            (day, action_type): count
            for day, action_type, count in self._get_actions_since(today)._read_group(
                own, ["day:day", "action_type"], ["__count"]
            )
        }
        types = {action_type for _day, action_type in found}
        return {
            "days": [fields.Date.to_string(day) for day in days],
            "series": [
                {
                    "key": key,
                    "label": label,
                    "counts": [found.get((day, key), 0) for day in days],
                    "domains": [
                        list(
                            scope.records
                            & Domain("phase", "!=", "cancelled")
                            & Domain("day", "=", day)
                            & Domain("action_type", "=", key)
                        )
                        for day in days
                    ],
                }
                for key, label in self._get_labels("dso.action.report", "action_type")
                if key in types
            ],
        }

    @api.model
    def _get_collectors(self, scope, today, customers, work):
        """For each collector: actions to do, done in the last 30 days, overdue entrusted, and the
        share of promises kept in the last six months; those with the most overdue first.

        :param customers: see :meth:`_read_customers`
        :param work: see :meth:`_read_work`
        """
        kept = (
            scope.records
            & Domain("state", "in", ("kept", "partly", "broken"))
            & Domain("promised_date", ">=", today - relativedelta(months=KEPT_MONTHS))
            & Domain("promised_date", "<=", today)
        )
        domains = {
            **self._get_work_domains(scope, today),
            "overdue": scope.customers & CUSTOMER_FIGURES["entrusted"][1],
            "kept": kept,
        }
        # {part: {collector: (value, number of records)}}
        parts = {
            **{
                phase: {collector: (count, count) for collector, count in counts.items()}
                for phase, counts in work.items()
            },
            "overdue": {
                collector: figures["entrusted"]
                for collector, figures in customers.items()
                if collector is not None and figures["entrusted"][1]
            },
            "kept": {
                collector: values
                for collector, *values in self.env["dso.promise"]._read_group(
                    kept, ["collector_id"], ["kept_rate:avg", "__count"]
                )
            },
        }
        targets = {"overdue": "customers", "kept": "promises"}
        cells = {}
        for key, values in parts.items():
            for collector, (value, count) in values.items():
                cells.setdefault(collector, {})[key] = {
                    "value": value,
                    "count": count,
                    "target": targets.get(key, "actions"),
                    "domain": list(domains[key] & Domain("collector_id", "=", collector.id)),
                }
        # sudo: a colleague's name, whatever the user may see of users
        rows = [
            {
                "id": collector.id,
                "name": collector.sudo().name or self.env._("Without collector"),
                **{key: values.get(key, False) for key in ("todo", "done", "overdue", "kept")},
            }
            for collector, values in cells.items()
        ]
        return sorted(rows, key=lambda row: (-(row["overdue"] or {}).get("value", 0), row["name"]))
