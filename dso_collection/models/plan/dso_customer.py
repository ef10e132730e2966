"""The plan: from facts, by the engine's decision, to the agenda.

``_plan`` writes, ``_simulate`` and ``_load_live`` decide in the same way and write nothing.
"""

import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ...engine import amounts, leader, promises, scenario, score, simulation
from ...engine.facts import NOISE
from ...tools.bulk import bulk_insert, bulk_update
from ...tools.inside import inside

_logger = logging.getLogger(__name__)

#: Customers planned together: bounds the memory, keeps transactions of the cron short.
BATCH_SIZE = 2000
#: How far ahead working days are looked up: three years.
MOST_WORKING_DAYS = 1100
#: First key of the advisory locks of this module ("dso"), the second being the company.
ADVISORY_LOCK = 0x64736F

AMOUNT_COLUMNS = (
    "amount_overdue",
    "amount_not_due",
    "credit_unallocated",
    "amount_due",
    "amount_disputed",
    "amount_promised",
    "days_overdue_max",
    "oldest_due_date",
)
PLAN_COLUMNS = (
    *AMOUNT_COLUMNS,
    "leader_line_id",
    "leader_since",
    "planning_code",
    "planning_data",
)

DATE_COLUMNS = ("next_action_id", "next_action_date", "last_action_date")
#: A promise that was not kept is held against a customer for so long.
PROMISE_MEMORY = relativedelta(years=1)
#: Computed fields and lists by state, whose cached values a plan makes stale.
DERIVED_FIELDS = (
    "planning_reason",
    "open_action_ids",
    "past_action_ids",
    "item_ids",
    "credit_ids",
)
#: An action that nobody has confirmed, moved or tried to send.
UNTOUCHED = {"state": "planned", "confirmed": False, "date_forced": False, "error_data": None}


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` that plans."""

    _inherit = "dso.customer"

    # ------------------------------------------------------------------
    # Entry points
    # ------------------------------------------------------------------

    @api.model
    def _plan(self, customers=None, today=None):
        """Bring figures and agenda of some or all customers in line with the ledger.

        Reads the ledger itself, whatever the refresh queue holds. Makes missing files.

        :param customers: default all, of all companies
        :param today: default the date in each company's time zone
        """
        # sudo: the plan follows the ledger and the scenario, not the rights of whoever causes it
        self = self.sudo().with_context(active_test=False, tracking_disable=True)
        if customers is None:
            companies = self.env["res.company"]._dso_companies()
            self._ensure_customers(companies)
            customers = self.search([("company_id", "in", companies.ids)], order="id")
            customers = customers._take_over_files_of_contacts()
            self._refresh_profiles(customers._get_todays(today))
        else:
            customers = self.browse(customers.ids)._take_over_files_of_contacts()
            self._refresh_profiles(customers._get_todays(today), customers)
        for number, ids in enumerate(split_every(BATCH_SIZE, customers.ids)):
            if number:
                # the memory of one batch, however many there are
                self.env.invalidate_all()
            self.browse(ids)._plan_batch(today)

    # ------------------------------------------------------------------
    # Decide and carry out
    # ------------------------------------------------------------------

    def _plan_batch(self, today=None):
        """Decide for these customers together and write what changed, in bulk.

        :return: the facts behind it
        """
        if not self:
            return None
        self.env.flush_all()
        # in the same order everywhere, so that two plans wait for one another and never deadlock
        self.env.cr.execute(
            SQL(
                "SELECT id FROM dso_customer WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                self.ids,
            )
        )
        todays = self._get_todays(today)
        self.env["dso.action"]._follow_ledger(self)
        facts = self._read_facts(todays)
        decisions = self._decide(facts, todays)
        broken = self._count_broken_promises(todays)
        scores = self._score_decisions(facts, decisions, broken, todays)
        touched = self._write_actions(facts, decisions, scores, todays)
        (touched | self._find_own_actions(facts))._refresh_errors()
        self._write_customers(facts, decisions, broken, todays)
        self.env["dso.action"]._score_customers(self, todays, scenario=False)
        return facts

    def _decide(self, facts, todays):
        """{customer id: engine decision}; archived files and customers plan nothing, nor do
        companies of this database among themselves."""
        decisions = {}
        rounding = {company.id: company.currency_id.round for company in self.company_id}
        for customer_id, customer in facts:
            row = facts.rows[customer_id]
            if not row["active"] or not row["partner_active"] or row["own_company"]:
                customer = customer._replace(scenario=None)
            company_id = row["company_id"]
            decision = scenario.decide(customer, todays[company_id], facts.settings[company_id])
            if decision.code == "no_scenario" and not row["partner_active"]:
                decision = decision._replace(code="archived")
            elif decision.code == "no_scenario" and row["own_company"]:
                decision = decision._replace(code="own_company")
            decisions[customer_id] = decision._replace(
                amount=rounding[company_id](decision.amount),
                not_late=rounding[company_id](decision.not_late),
            )
        return decisions

    def _score_decisions(self, facts, decisions, broken, todays):
        """What comes first of what was decided.

        :param broken: {customer id: number of broken promises}
        :return: {customer id: points of its scenario action}
        """
        settings = {company.id: company._dso_score_settings() for company in self.company_id}
        get_situation = self.env["dso.action"]._get_situation
        scores = {}
        for customer_id, decision in decisions.items():
            if decision.step is None:
                continue
            row = facts.rows[customer_id]
            company_id = row["company_id"]
            oldest = None
            if row["insured"]:
                items = facts.customers[customer_id].items
                oldest = min(item.due_date for item in items if item.amount > 0)
            situation = get_situation(
                row,
                todays[company_id],
                decision.amount,
                decision.leader.due_date,
                oldest,
                broken.get(customer_id, 0),
            )
            scores[customer_id] = score.score(situation, *settings[company_id]).points
        return scores

    def _write_customers(self, facts, decisions, broken, todays):
        """Figures, leader, why nothing is planned, next and last action: only rows that changed,
        each once."""
        dates = self._read_action_dates()
        columns = (*PLAN_COLUMNS, *DATE_COLUMNS, "promise_broken_count")
        rounding = {company.id: company.currency_id.round for company in self.company_id}
        rows = []
        for customer_id, customer in facts:
            stored = facts.rows[customer_id]
            company_id = stored["company_id"]
            values = self._prepare_plan_values(
                customer, decisions[customer_id], todays[company_id], rounding[company_id]
            )
            values.update(zip(DATE_COLUMNS, dates[customer_id], strict=True))
            values["promise_broken_count"] = broken.get(customer_id, 0)
            if any(_differs(stored[column], values[column]) for column in columns):
                rows.append((customer_id, *(values[column] for column in columns)))
        bulk_update(self, columns, rows)
        self.invalidate_recordset(DERIVED_FIELDS, flush=False)

    def _prepare_plan_values(self, customer, decision, today, rounding):
        """What the plan stores on a file, by column."""
        sums = amounts.summarize(customer.items, today)
        data = None
        if decision.code:
            data = {"exclusions": dict(decision.exclusions)} if decision.exclusions else None
            if decision.code in ("below_minimum", "covered"):
                data = {"amount": decision.amount, "minimum": decision.minimum}
            if money := self._prepare_awaited(customer.items, today, rounding):
                data = {**(data or {}), "money": money}
        return {
            "amount_overdue": rounding(sums.overdue),
            "amount_not_due": rounding(sums.not_due),
            "credit_unallocated": rounding(sums.credits),
            "amount_due": rounding(sums.due),
            "amount_disputed": rounding(sums.disputed),
            "amount_promised": rounding(sums.promised),
            "days_overdue_max": sums.days_overdue_max,
            "oldest_due_date": sums.oldest_due_date,
            "leader_line_id": decision.leader.id if decision.leader else None,
            "leader_since": decision.leader_since,
            "planning_code": decision.code,
            "planning_data": data,
        }

    @api.model
    def _prepare_awaited(self, items, today, rounding):
        """Money announced for items as a reason keeps it, ``None`` where there is none (R17)."""
        money = leader.sum_awaited(items, today)
        data = {
            "amount": rounding(money.amount),
            "until": money.until and fields.Date.to_string(money.until),
            "missed": rounding(money.missed),
            "missed_for": money.missed_for and fields.Date.to_string(money.missed_for),
        }
        return {key: value for key, value in data.items() if value} or None

    def _write_actions(self, facts, decisions, scores, todays):
        """Create, change or cancel the scenario action of each customer.

        :return: the open automatic actions whose obstacles have to be looked at
        """
        Action = self.env["dso.action"]
        to_create, to_cancel, touched, rescored = [], [], [], []
        # browsed together: what has to be read of one is read of all
        open_actions = Action.browse(
            row["action_id"] for row in facts.rows.values() if row["action_id"]
        )
        open_actions = {action.id: action for action in open_actions}
        steps = self.env["dso.scenario.step"].browse(
            {decision.step.id for decision in decisions.values() if decision.step}
        )
        step_values = {step.id: step._prepare_action_values() for step in steps}
        rounding = {company.id: company.currency_id.round for company in self.company_id}
        real = self._get_todays()
        as_of = {key: day for key, day in todays.items() if day != real[key]}
        for customer_id, decision in decisions.items():
            row = facts.rows[customer_id]
            action = open_actions.get(row["action_id"], Action)
            if decision.step is None:
                if action:
                    code = "cleared" if decision.code == "no_item" else decision.code
                    to_cancel.append((action, code))
                continue
            same = action and (row["action_leader_line_id"], row["action_step_id"]) == (
                decision.leader.id,
                decision.step.id,
            )
            if row["action_done_date"]:
                # sent, but not delivered: it waits for a retry as long as its step stands
                if same:
                    continue
                to_cancel.append((action, "replaced"))
                action = Action
            elif action and not same and (row["action_confirmed"] or row["action_date_forced"]):
                # somebody decided on it: it stays as what it was, with the reason (R10)
                company_id = row["company_id"]
                code = scenario.withdrawal(
                    facts.customers[customer_id],
                    decision,
                    todays[company_id],
                    facts.settings[company_id],
                )
                to_cancel.append((action, code))
                action = Action
            money = self._prepare_awaited(
                facts.customers[customer_id].items,
                todays[row["company_id"]],
                rounding[row["company_id"]],
            )
            values = {
                **self._prepare_action_values(row, decision, as_of.get(row["company_id"]), money),
                **step_values[decision.step.id],
            }
            if action:
                changes = _get_changes(row, values, same)
                if changes:
                    action.write(changes)
                touched.append(action.id)
                if _differs(row["action_score"], scores[customer_id]):
                    rescored.append((action.id, scores[customer_id]))
            else:
                to_create.append({**values, **UNTOUCHED, "score": scores[customer_id]})
        self._cancel_unplanned(to_cancel)
        # past the ORM: a plan from nothing makes as many actions as there are customers
        self.env.flush_all()
        bulk_update(Action, ["score"], rescored)
        return Action.browse(touched) | bulk_insert(Action, to_create)

    def _find_own_actions(self, facts):
        """The specific actions and those out of scenario that are still to be done: what kept them
        back may have been fixed like that of the scenario's (R11). Where nobody was in charge,
        somebody may be now."""
        Action = self.env["dso.action"]
        own = Action.search(
            Action._get_pending_domain()
            & Domain("customer_id", "in", self.ids)
            & Domain("origin", "!=", "scenario")
        )
        found = [
            (action.id, collector_id)
            for action in own.filtered(lambda each: not each.collector_id)
            if (collector_id := facts.rows[action.customer_id.id]["collector_id"])
        ]
        bulk_update(Action, ["collector_id"], found)
        return own

    def _cancel_unplanned(self, to_cancel):
        """Cancel actions that have no reason any more, keeping why (R10).

        :param to_cancel: [(action, code), see ``dso.action._describe_cancellation``]
        """
        by_code = {}
        for action, code in to_cancel:
            by_code.setdefault(code, []).append(action.id)
        for code, ids in by_code.items():
            self.env["dso.action"].browse(ids)._cancel(code)

    def _prepare_action_values(self, row, decision, as_of=None, money=None):
        """Values of a scenario action, those of its step aside.

        :param as_of: the day the plan was made for, where it was not the present day
        :param money: what is announced and what did not come, see ``_prepare_awaited``
        """
        previous = decision.previous
        return {
            "customer_id": row["id"],
            "partner_id": row["partner_id"],
            "company_id": row["company_id"],
            "collector_id": row["collector_id"],
            "origin": "scenario",
            "date": decision.date,
            "leader_line_id": decision.leader.id,
            "amount": decision.amount,
            "reason_data": {
                "cause": decision.cause,
                "position": decision.position + 1,
                "delay": decision.step.delay,
                "trigger": decision.step.trigger,
                "previous_step": previous.step_id if previous else None,
                "previous_date": previous.date.isoformat() if previous else None,
                "lapsed": decision.lapsed,
                "gap_from": decision.gap_from.isoformat() if decision.gap_from else None,
                "as_of": as_of.isoformat() if as_of else None,
                **({"money": money} if money else {}),
                **(
                    {"not_late": decision.not_late, "not_late_lines": list(decision.not_late_ids)}
                    if decision.not_late >= NOISE
                    else {}
                ),
            },
        }

    def _read_action_dates(self):
        """Next and last action of these customers.

        :return: {customer id: values of DATE_COLUMNS}
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT customer.id, next.id, next.date, last.date
                  FROM dso_customer customer
                  LEFT JOIN LATERAL (
                      SELECT action.id, action.date
                        FROM dso_action action
                       WHERE action.customer_id = customer.id
                         AND action.state IN ('planned', 'error')
                       ORDER BY action.date, action.id
                       LIMIT 1
                  ) next ON TRUE
                  LEFT JOIN (
                      SELECT action.customer_id, max(action.done_date) AS date
                        FROM dso_action action
                       WHERE action.customer_id = ANY(%(customers)s)
                         AND action.state = 'done'
                         AND action.done_date IS NOT NULL
                       GROUP BY action.customer_id
                  ) last ON last.customer_id = customer.id
                 WHERE customer.id = ANY(%(customers)s)
                """,
                customers=self.ids,
            )
        )
        return {customer_id: values for customer_id, *values in self.env.cr.fetchall()}

    def _count_broken_promises(self, todays):
        """How many promises these customers did not keep within a year, see ``dso.promise``.

        :return: {customer id: number}, of those who broke any
        """
        recent = Domain.OR(
            Domain("company_id", "=", company_id) & Domain("deadline", ">", day - PROMISE_MEMORY)
            for company_id, day in todays.items()
        )
        groups = (
            self.env["dso.promise"]
            .with_context(**inside(dso_todays=todays))
            ._read_group(
                Domain("customer_id", "in", self.ids)
                & Domain("state", "in", promises.NOT_KEPT)
                & recent,
                ["customer_id"],
                ["__count"],
            )
        )
        return {customer.id: count for customer, count in groups}

    # ------------------------------------------------------------------
    # Live and dry: the same decision, nothing written
    # ------------------------------------------------------------------

    def _load_live(self):
        """Put the figures of this very moment into the cache, over what the last plan stored.

        :return: the facts and the decisions behind them, and each company's date
        """
        # sudo: the same facts as the plan's; the caller was checked for the file itself
        customers = self.sudo().with_context(active_test=False)
        todays = customers._get_todays()
        facts = customers._read_facts(todays)
        decisions = customers._decide(facts, todays)
        self.fetch(PLAN_COLUMNS)
        for customer in self:
            # sudo: currency and settings of the file's own company, for what is put into the cache
            company = customer.sudo().company_id
            values = self._prepare_plan_values(
                facts.customers[customer.id],
                decisions[customer.id],
                todays[company.id],
                company.currency_id.round,
            )
            for column, value in values.items():
                field = self._fields[column]
                field._update_cache(customer, field.convert_to_cache(value, customer))
        self.invalidate_recordset(["planning_reason"], flush=False)
        return facts, decisions, todays

    def web_read(self, specification):
        """The screen of one customer is live: it shows the ledger of this moment, even before
        the refresh queue is emptied. Reading writes nothing."""
        if len(self) == 1 and self.id:
            self.check_access("read")
            self._show_live(specification)
        return super().web_read(specification)

    def _show_live(self, specification):
        """Put what the screen asks for into the cache, as it is at this moment; rooms above add
        what they show.

        :return: see :meth:`_load_live`
        """
        return self._load_live()

    @api.model
    def _simulate(self, until, customers=None, today=None, scenario=None):
        """What would be done until a date if nobody paid, day by day. Writes nothing.

        :param scenario: a ``dso.scenario`` that all of them would follow, default their own
        :return: list of dicts with ``date``, ``customer_id``, ``partner_id``, ``company_id``,
            ``scenario_id``, ``step_id``, ``name``, ``action_type``, ``automatic``, ``amount``
            (company currency) and ``currency_id``, sorted by date and customer
        """
        until = fields.Date.to_date(until)
        if customers is None:
            customers = self.search([("active", "=", True)])
        # sudo: the same facts as the plan's, for customers that the user may see
        customers = customers.sudo().with_context(active_test=False)
        scenario = scenario.sudo() if scenario else scenario
        scenarios = scenario or customers.scenario_id
        steps = {step.id: step for step in scenarios.step_ids}
        result = []
        for ids in split_every(BATCH_SIZE, customers.ids):
            # sudo: ids of customers that the user was found to see, a few at a time
            batch = self.sudo().browse(ids)
            todays = batch._get_todays(today)
            facts = batch._read_facts(todays, scenario or None)
            openings = {
                company.id: _next_opening(company, todays[company.id], until)
                for company in batch.company_id
            }
            currencies = {company.id: company.currency_id.id for company in batch.company_id}
            for customer_id, customer in facts:
                row = facts.rows[customer_id]
                company_id = row["company_id"]
                if not row["partner_active"] or row["own_company"]:
                    continue
                for day, decision in simulation.simulate(
                    customer,
                    todays[company_id],
                    until,
                    facts.settings[company_id],
                    openings[company_id],
                ):
                    step = steps[decision.step.id]
                    result.append(
                        {
                            "date": day,
                            "customer_id": customer_id,
                            "partner_id": row["partner_id"],
                            "company_id": company_id,
                            "scenario_id": row["scenario_id"],
                            "step_id": step.id,
                            "name": step.name,
                            "action_type": step.action_type,
                            "automatic": step.automatic,
                            "amount": decision.amount,
                            "currency_id": currencies[company_id],
                        }
                    )
        return sorted(result, key=lambda entry: (entry["date"], entry["customer_id"]))


def _get_changes(row, values, same):
    """What changes on an open scenario action when the plan decides anew.

    :param same: whether leader and step stand; then a date set by the user and a confirmation
        hold (R7), else both are gone
    """
    if not same:
        values = {**values, **UNTOUCHED}
    return {
        column: value
        for column, value in values.items()
        if _differs(row[f"action_{column}"], value)
    }


def _differs(stored, new):
    """Whether a stored value has to be written; numbers are compared as numbers."""
    if stored is None or new is None:
        return stored is not new
    return float(stored) != new if isinstance(new, float) else stored != new


def _next_opening(company, today, until):
    """A function from a date to the next working day on which actions are carried out; days
    further away than anybody plans stay as they are."""
    span = min((until - today).days + 31, MOST_WORKING_DAYS)
    working = sorted(company._dso_working_days(today, span))

    def next_opening(day):
        return next((candidate for candidate in working if candidate >= day), day)

    return next_opening
