"""What the screen of one customer shows beside its figures: ageing, filters of the statement,
totals by currency, the scenario as a line of steps."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

from ...engine import ageing, leader as leader_rules, outlook, scenario
from ...engine.facts import add_days
from ...tools.ledger import due_date_sql, get_due_date, is_receivable_sql
from ...tools.toasts import name_some
from ..plan.dso_customer import _next_opening

#: How far ahead the dates of a line of steps look for working days.
HORIZON = timedelta(days=500)

#: What the screen of one customer shows besides its figures.
SHEET_FIELDS = frozenset({"ageing", "statement_filters", "currency_totals", "scenario_line"})


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` that its screen is made of. All of it is computed in a number
    of queries that does not depend on the number of items."""

    _inherit = "dso.customer"

    ageing = fields.Json(
        compute="_compute_sheet",
        help="Open claims by age, in company currency: list of dicts with key, label, amount, "
        "amount_text, count and overdue.",
    )
    statement_filters = fields.Json(
        compute="_compute_sheet",
        help="The domains of the statement: open, closed, and one for each filter, with counts.",
    )
    oldest_text = fields.Char(
        compute="_compute_oldest_text",
        help="Says which item is the oldest, where it is not the one being chased.",
    )
    currency_totals = fields.Json(
        compute="_compute_sheet",
        help="Shows one line for each currency, never added up; empty where all is in the "
        "company's.",
    )
    scenario_line = fields.Json(
        string="What Happens Next",
        compute="_compute_sheet",
        help="The steps of the scenario: done, next and later ones with their dates.",
    )

    other_actions_text = fields.Char(
        compute="_compute_other_actions_text",
        help="Lists the actions that are planned besides the next one.",
    )

    @api.depends("open_action_ids.date", "open_action_ids.state", "next_action_id")
    @api.depends_context("lang")
    def _compute_other_actions_text(self):
        for customer in self:
            others = (customer.open_action_ids - customer.next_action_id).filtered(
                lambda action: not action.done_date
            )
            names = [
                self.env._(
                    "%(action)s on %(date)s",
                    action=action.name,
                    date=format_date(self.env, action.date),
                )
                for action in others.sorted(lambda action: (action.date, action.id))
            ]
            customer.other_actions_text = name_some(self.env, names) or False

    @api.depends("partner_id", "company_id")
    def _compute_credit_limit(self):
        for customer in self:
            # sudo: a setting of the company of a file that the user may read
            company = customer.company_id.sudo()
            # sudo: the limit is shown to whoever may read the file
            partner = customer.partner_id.sudo().with_company(company)
            customer.credit_limit = partner.credit_limit if company.account_use_credit_limit else 0

    @api.depends("credit_limit", "amount_due")
    def _compute_credit_limit_exceeded(self):
        for customer in self:
            limit = customer.credit_limit
            customer.credit_limit_exceeded = (
                limit > 0 and customer.currency_id.compare_amounts(customer.amount_due, limit) > 0
            )

    @api.depends("partner_id", "company_id", "scenario_id")
    @api.depends_context("lang")
    def _compute_sheet(self):
        saved = self.filtered(lambda customer: customer._origin)
        # a file that is being changed shows what the scenario chosen would do, not the stored one
        by_scenario = saved.grouped(
            lambda customer: (
                None
                if customer.scenario_id._origin == customer._origin.scenario_id
                else customer.scenario_id._origin
            )
        )
        for chosen, customers in by_scenario.items():
            # a browser may name any scenario: one that the user may not read counts as none
            customers._compute_sheet_with(chosen and chosen._filtered_access("read"))
        (self - saved).update(dict.fromkeys(SHEET_FIELDS))

    def _compute_sheet_with(self, scenario):
        """The sheets of these files.

        :param scenario: one not yet saved in place of their own, see ``_read_facts``
        """
        # sudo: the same facts as the plan's; the reader was checked for the file itself
        customers = self._origin.sudo().with_context(active_test=False)
        todays = customers._get_todays()
        facts = customers._read_facts(todays, scenario and scenario.sudo())
        decisions = customers._decide(facts, todays)
        for customer, values in self._prepare_sheets(facts, decisions, todays).items():
            customer.update(values)

    def _show_live(self, specification):
        live = super()._show_live(specification)
        if SHEET_FIELDS & specification.keys():
            self._load_sheet(*live)
        return live

    def _load_sheet(self, facts, decisions, todays):
        """Put the sheet into the cache from facts that were read already, see ``_load_live``."""
        for customer, values in self._prepare_sheets(facts, decisions, todays).items():
            for fname, value in values.items():
                field = self._fields[fname]
                field._update_cache(customer, field.convert_to_cache(value, customer))

    def _prepare_sheets(self, facts, decisions, todays):
        """{customer: {field: value} for :data:`SHEET_FIELDS`}"""
        totals = self._read_currency_totals(todays)
        done = self._read_done_actions(decisions)
        result = {}
        for customer in self.filtered(lambda customer: customer._origin.id in decisions):
            key = customer._origin.id
            # the facts are those of the stored file, whatever is being changed on the screen
            stored = customer._origin
            # sudo: the day and the working days of the company are no secret
            company = stored.sudo().company_id
            today = todays[company.id]
            own = facts.customers[key]
            result[customer] = {
                "ageing": stored._prepare_ageing(own, today),
                "statement_filters": stored._prepare_filters(own, today),
                "currency_totals": totals.get(key, []),
                "scenario_line": stored._prepare_line(
                    own, decisions[key], today, facts.rows[key], done.get(key, {})
                ),
            }
        return result

    # ------------------------------------------------------------------
    # Ageing and totals
    # ------------------------------------------------------------------

    @api.depends("days_overdue_max", "leader_line_id", "company_id")
    @api.depends_context("lang")
    def _compute_oldest_text(self):
        for customer in self:
            late = customer.days_overdue_max
            # sudo: the date of the company, and the due date of an item of a file that is read
            known = customer.sudo()
            leader = known.leader_line_id
            chased = 0
            if leader:
                due = get_due_date(leader)
                company = known.company_id or self.env.company
                chased = max((company._dso_today() - due).days, 0)
            if late <= chased or late <= 0:
                customer.oldest_text = False
            elif chased == 1:
                customer.oldest_text = self.env._("oldest chased: one day")
            elif chased:
                customer.oldest_text = self.env._("oldest chased: %(days)s days", days=chased)
            else:
                customer.oldest_text = self.env._("not chased")

    def _prepare_ageing(self, facts, today):
        labels = self._get_bucket_labels()
        currency = self.currency_id
        return [
            {
                "key": key,
                "label": labels[key],
                "amount": currency.round(entry.amount),
                "amount_text": format_amount(self.env, entry.amount, currency),
                "count": entry.claims,
                "overdue": key in ageing.OVERDUE_KEYS,
            }
            for key, entry in ageing.sum_by_bucket(facts.items, today).items()
        ]

    def _read_currency_totals(self, todays):
        """What is open in each currency, for customers with items in another one than the
        company's.

        :return: {customer id: list of dicts with the name of the ``currency`` and, formatted in
            it, ``due``, ``overdue``, ``not_due``, ``credits``}
        """
        if not self._origin:
            return {}
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT customer.id, line.currency_id,
                       SUM(line.amount_residual_currency)::float8 AS due,
                       COALESCE(SUM(line.amount_residual_currency) FILTER (
                           WHERE line.amount_residual > 0 AND day.late
                       ), 0)::float8 AS overdue,
                       COALESCE(SUM(line.amount_residual_currency) FILTER (
                           WHERE line.amount_residual > 0 AND NOT day.late
                       ), 0)::float8 AS not_due,
                       COALESCE(-SUM(line.amount_residual_currency) FILTER (
                           WHERE line.amount_residual < 0
                       ), 0)::float8 AS credits,
                       bool_or(line.currency_id != line.company_currency_id)
                           OVER (PARTITION BY customer.id) AS is_foreign
                  FROM dso_customer customer
                  JOIN (SELECT * FROM unnest(%(companies)s::int[], %(todays)s::date[]))
                       AS now(company_id, today) ON now.company_id = customer.company_id
                  JOIN res_partner partner ON partner.commercial_partner_id = customer.partner_id
                  JOIN account_move_line line
                    ON line.partner_id = partner.id AND line.company_id = customer.company_id
                  JOIN account_account account ON account.id = line.account_id
                 CROSS JOIN LATERAL (
                      SELECT %(due_date)s < now.today AS late
                  ) day
                 WHERE customer.id = ANY(%(customers)s)
                   AND %(is_receivable)s
                   AND line.reconciled IS NOT TRUE
                   AND line.parent_state = 'posted'
                   AND line.amount_residual != 0
                 GROUP BY customer.id, line.currency_id, line.company_currency_id
                 ORDER BY customer.id, line.currency_id
                """,
                companies=list(todays),
                todays=list(todays.values()),
                customers=self._origin.ids,
                due_date=due_date_sql(),
                is_receivable=is_receivable_sql(),
            )
        )
        result = {}
        currencies = self.env["res.currency"].browse({row["currency_id"] for row in rows})
        currencies = {currency.id: currency for currency in currencies}
        for row in rows:
            if row["is_foreign"]:
                currency = currencies[row["currency_id"]]
                result.setdefault(row["id"], []).append(
                    {
                        "currency": currency.name,
                        **{
                            name: format_amount(self.env, row[name], currency)
                            for name in ("due", "overdue", "not_due", "credits")
                        },
                    }
                )
        return result

    # ------------------------------------------------------------------
    # Statement of account
    # ------------------------------------------------------------------

    def _get_statement_domain(self):
        """Every item of this customer, closed ones included."""
        self.ensure_one()
        return (
            Domain("partner_id.commercial_partner_id", "=", self.partner_id.id)
            & Domain("company_id", "=", self.company_id.id)
            & self.env["account.move.line"]._dso_get_item_domain()
        )

    def _prepare_filters(self, facts, today):
        """What the statement can be narrowed to: the domains are the engine's rules."""
        claims = [item for item in facts.items if item.amount > 0]
        is_claim = Domain("amount_residual", ">", 0)
        # sudo: how long a promise is awaited is a setting of the company
        awaited = self.sudo().company_id._dso_awaited_from(today)
        filters = {
            "all": (len(facts.items), Domain.TRUE),
            "overdue": (
                sum(item.due_date < today for item in claims),
                is_claim & self._get_due_domain(None, today - timedelta(days=1)),
            ),
            "not_due": (
                sum(item.due_date >= today for item in claims),
                is_claim & self._get_due_domain(today, None),
            ),
            "disputed": (
                sum(item.kind == "dispute" for item in claims),
                is_claim & Domain("dso_status_id.kind", "=", "dispute"),
            ),
            "promised": (
                sum(leader_rules.is_promised(item, today) for item in claims),
                is_claim
                & Domain("dso_status_id.kind", "=", "promise")
                & Domain("dso_status_date", ">=", fields.Date.to_string(awaited)),
            ),
            "credits": (
                len(facts.items) - len(claims),
                Domain("amount_residual", "<", 0),
            ),
        }
        buckets = {
            bucket.key: list(is_claim & self._get_due_domain(*ageing.due_dates(bucket.key, today)))
            for bucket in ageing.BUCKETS
        }
        labels = {
            "all": self.env._("All open"),
            "overdue": self.env._("Overdue"),
            "not_due": self.env._("Not due"),
            "disputed": self.env._("Disputed"),
            "promised": self.env._("Promised"),
            "credits": self.env._("Credits"),
        }
        return {
            "items": list(self._get_statement_domain()),
            "open": list(self.env["account.move.line"]._dso_get_unsettled_domain()),
            "filters": [
                {"key": key, "label": labels[key], "count": count, "domain": list(domain)}
                for key, (count, domain) in filters.items()
            ],
            "buckets": buckets,
        }

    @api.model
    def _get_due_domain(self, first, last):
        """Items due from one day to another, both included, ``None`` being open. What has no due
        date is due on its own."""

        def between(fname):
            domain = Domain(fname, "!=", False)
            if first:
                domain &= Domain(fname, ">=", fields.Date.to_string(first))
            if last:
                domain &= Domain(fname, "<=", fields.Date.to_string(last))
            return domain

        return between("date_maturity") | Domain("date_maturity", "=", False) & between("date")

    # ------------------------------------------------------------------
    # What happens next
    # ------------------------------------------------------------------

    def _read_done_actions(self, decisions):
        """The scenario actions done or skipped with the present leaders.

        :return: {customer id: {step id: (action id, whether it was skipped)}}, the last of each
        """
        leaders = [decision.leader.id for decision in decisions.values() if decision.leader]
        if not leaders:
            return {}
        # sudo: the same facts as the plan's; only ids and the word "skipped" come of it
        rows = (
            self.env["dso.action"]
            .sudo()
            .search_fetch(
                [
                    ("customer_id", "in", list(decisions)),
                    ("leader_line_id", "in", leaders),
                    ("origin", "=", "scenario"),
                    ("done_date", "!=", False),
                    "|",
                    ("state", "=", "done"),
                    "&",
                    ("state", "=", "cancelled"),
                    ("skipped", "=", True),
                ],
                ["customer_id", "step_id", "skipped"],
                order="done_date, id",
            )
        )
        result = {}
        for action in rows:
            own = result.setdefault(action.customer_id.id, {})
            own[action.step_id.id] = (action.id, action.skipped)
        return result

    def _prepare_line(self, facts, decision, today, row, done):
        """The steps as the screen draws them, in their order.

        :param row: the stored values of the file, see ``_read_facts``
        :param done: {step id: (action id, whether it was skipped)}
        """
        # sudo: names and types of the steps of the scenario that the facts were read with
        Step = self.env["dso.scenario.step"].sudo()
        types = self.env["dso.scenario.step"]._fields["action_type"]
        types = dict(types._description_selection(self.env))
        opening = self._get_opening(facts, decision, today)
        result = []
        for stage in outlook.outlook(facts, decision, today, opening):
            step = Step.browse(stage.step.id)
            action_id, skipped = done.get(step.id, (False, False))
            state = stage.state
            if state == "done" and skipped:
                state = "skipped"
            confirmed = False
            if state == "next":
                same = (row["action_leader_line_id"], row["action_step_id"]) == (
                    decision.leader.id,
                    step.id,
                )
                action_id = row["action_id"] if same else False
                confirmed = bool(same and row["action_to_confirm"] and row["action_confirmed"])
                if stage.date <= today and not confirmed:
                    state = "due"
            elif stage.state != "done":
                action_id = False
            result.append(
                {
                    "id": step.id,
                    "name": step.name,
                    "action_type": step.action_type,
                    "type": types[step.action_type],
                    "state": state,
                    "date": fields.Date.to_string(stage.date) if stage.date else False,
                    "date_text": format_date(self.env, stage.date) if stage.date else "",
                    "timing": step._describe_timing(),
                    "automatic": step.automatic,
                    "to_confirm": step.automatic and step.to_confirm and not confirmed,
                    "confirmed": confirmed,
                    "action_id": action_id or False,
                }
            )
        return result

    def _get_opening(self, facts, decision, today):
        """The function that moves later steps to working days, as the dry run does."""
        if decision.step is None:
            return outlook.same_day
        step_offsets = scenario.offsets(facts.scenario.steps)
        span = timedelta(days=step_offsets[-1] - step_offsets[decision.position])
        until = add_days(max(decision.date, today), min(span, HORIZON).days)
        # sudo: the working days of the company are no secret
        return _next_opening(self.sudo().company_id, today, until)
