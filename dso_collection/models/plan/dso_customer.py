"""The plan: from facts, by the engine's decision, to the agenda.

``_plan`` writes, ``_simulate`` and ``_load_live`` decide in the same way and write nothing.
"""

import contextlib
import logging

from dateutil.relativedelta import relativedelta
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every
from odoo.tools.misc import format_amount, format_date

from ...engine import amounts, leader, promises, scenario, score, simulation
from ...engine.facts import NOISE
from ...tools.bulk import bulk_insert, bulk_update
from ...tools.conflicts import retry_on_conflict
from ...tools.crons import commit_progress
from ...tools.inside import inside

_logger = logging.getLogger(__name__)

#: Customers planned together: bounds the memory, keeps transactions of the cron short.
BATCH_SIZE = 2000
#: Customers taken off the refresh queue together.
REFRESH_BATCH_SIZE = 500
#: How often customers whom others hold are tried again, and how many seconds they are waited for.
MAX_ROUNDS = 20
PATIENCE = 10
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

#: What the screen of one customer shows beside, see ``dso.customer.sheet``.
SHEET_FIELDS = frozenset({"ageing", "statement_filters", "currency_totals", "scenario_line"})
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

    @api.model
    def _cron_plan(self):
        """The daily full plan, in short transactions: the net below the refresh queue."""
        companies = self.env["res.company"]._dso_companies()
        retry_on_conflict(self.env, lambda: self._ensure_customers(companies))
        commit_progress(self.env)
        # sudo: the plan follows the ledger and the scenario, whoever causes it
        self = self.sudo().with_context(active_test=False, tracking_disable=True)
        for company in companies:
            self._plan_company(company, company._dso_today())

    @api.model
    def _plan_company(self, company, today):
        """The full plan of one company, batch by batch. Customers whom a dispatcher holds come
        last, when it has let go of them; whoever is held all the time is left to the queue."""
        customers = self.search([("company_id", "=", company.id)], order="id")
        ids = retry_on_conflict(self.env, customers._take_over_files_of_contacts).ids
        left = len(ids)
        commit_progress(self.env, 0, left)
        for _round in range(MAX_ROUNDS):
            held = []
            for batch in split_every(BATCH_SIZE, ids):
                passed = retry_on_conflict(
                    self.env, lambda ids=batch: self.browse(ids)._plan_and_follow(today)
                )
                held += passed
                left -= len(batch) - len(passed)
                self.env.invalidate_all()
                commit_progress(self.env, len(batch) - len(passed), left)
            if not held:
                break
            ids = held
            self.browse(held[:1])._wait_for_others()
        else:
            self.env["dso.refresh.queue"]._enqueue_customers(self.browse(held))
        retry_on_conflict(self.env, lambda: self._note_plan(company, today))

    @api.model
    def _note_plan(self, company, today):
        """Only where it is news: two plans that end together write the company once, and none of
        them touches who changed its settings, and when."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE res_company SET dso_last_plan_date = %s"
                " WHERE id = %s AND dso_last_plan_date IS DISTINCT FROM %s",
                today,
                company.id,
                today,
            ),
            # the other plan wrote it in this very moment: tried again
            log_exceptions=False,
        )
        company.invalidate_recordset(["dso_last_plan_date"], flush=False)
        commit_progress(self.env)

    def _plan_and_follow(self, today):
        """A batch of the full plan: its figures may match other rules.

        :return: ids of the customers that others hold, who were passed over
        """
        customers = self._lock_available()
        held = (self - customers).exists()
        if customers:
            todays = customers._get_todays(today)
            self._refresh_profiles(todays, customers)
            customers._plan_batch(today)
            customers._apply_rules_on_figures(today)
        return held.ids

    @api.model
    def _cron_refresh(self):
        """Empty the refresh queue; at the turn of a company's day, start the full plan."""
        # sudo: the queue is the module's own, nobody else reads or writes it
        queue = self.env["dso.refresh.queue"].sudo()
        # what this very transaction changed counts too
        self.env.flush_all()
        queue._insert_noted()
        self._trigger_plan_of_the_day()
        waiting = queue._count_by_company()
        left = sum(waiting.values())
        commit_progress(self.env, 0, left)
        # sudo: every company that waits, whoever causes it
        for company in self.env["res.company"].sudo().browse(waiting).exists():
            left = self._refresh_company(company, left)
            if left is None:
                return
        commit_progress(self.env)

    @api.model
    def _refresh_company(self, company, left):
        """Empty the queue of one company. Customers whom a dispatcher holds stay in it until it
        has let go of them.

        :return: how many are left for other companies, None where the cron's time is over
        """
        # sudo: the queue is the module's own, nobody else reads or writes it
        queue = self.env["dso.refresh.queue"].sudo()
        for _round in range(MAX_ROUNDS):
            position, held = 0, []
            while batch := retry_on_conflict(
                self.env, lambda position=position: self._refresh_batch(company, position)
            ):
                position, done, passed = batch
                held += passed
                left = max(0, left - done)
                self.env.invalidate_all()
                if not commit_progress(self.env, done, left):
                    return None
            if not held:
                return left
            # sudo: as the plan itself
            self.sudo().browse(held[:1])._wait_for_others()
        queue._trigger_refresh()
        return left

    @api.model
    def _refresh_batch(self, company, position=0):
        """Plan the next customers of a company's queue, unless another worker is at it.

        :param position: id of the last row of the queue that was looked at
        :return: (the next position, number of customers taken off the queue, ids of those that
            others hold and that stay in it), None where there are no more
        """
        # sudo: the queue is the module's own; the plan follows the ledger
        queue = self.env["dso.refresh.queue"].sudo()
        self = self.sudo().with_context(active_test=False)
        rows, free = queue._lock_next(company, position, REFRESH_BATCH_SIZE)
        self.env.cr.execute(
            SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", ADVISORY_LOCK, company.id)
        )
        if not rows or not self.env.cr.fetchone()[0]:
            return None
        partner_ids = {partner_id for _id, partner_id in rows}
        customers = self.search(
            [("partner_id", "in", list(partner_ids)), ("company_id", "=", company.id)]
        )
        held = customers - self.browse(free)
        passed = set(held.partner_id.ids)
        customers -= held
        new = self._ensure_customers(company, partner_ids - passed - set(customers.partner_id.ids))
        # a new file may have taken in one of these
        customers = (customers | new).exists()
        taken = queue._remove([id_ for id_, partner_id in rows if partner_id not in passed])
        again = {partner_id for partner_id, reassign in taken.items() if reassign}
        # what the assignment rules look at has changed
        customers.filtered(lambda each: each.partner_id.id in again)._assign_again()
        if customers:
            customers = customers._take_over_files_of_contacts()
            self._plan(customers)
            customers._apply_rules_on_figures()
        return rows[-1][0], len(taken), held.ids

    def _lock_available(self):
        """Lock those of these customers that no other transaction holds, without waiting.

        The first statement of its transaction: what is read afterwards is what was locked. Where
        a row changes in this very moment the lock fails, and ``retry_on_conflict`` tries once
        more; nothing is wrong then that a log would have to tell.

        :return: the customers that are locked now
        """
        self.env.cr.execute(
            SQL(
                "SELECT id FROM dso_customer WHERE id = ANY(%s) ORDER BY id "
                "FOR NO KEY UPDATE SKIP LOCKED",
                self.ids,
            ),
            log_exceptions=False,
        )
        return self.browse([id_ for (id_,) in self.env.cr.fetchall()])

    def _wait_for_others(self):
        """Wait until the transaction that holds these customers has ended, for some seconds at
        most. Ends the transaction, so that the next one sees what the other did."""
        commit_progress(self.env)
        # an error says that the other has changed them, or that it works on: both end the wait
        with contextlib.suppress(OperationalError):
            self.env.cr.execute(SQL("SET LOCAL lock_timeout = %s", f"{PATIENCE}s"))
            self.env.cr.execute(
                SQL("SELECT id FROM dso_customer WHERE id = ANY(%s) FOR NO KEY UPDATE", self.ids),
                log_exceptions=False,
            )
        self.env.cr.rollback()

    def _apply_rules_on_figures(self, today=None):
        """Rules that look at figures are applied with each plan, which just wrote them."""
        # sudo: whether any rule looks at figures
        if self.env["dso.assignment.rule"].sudo()._depend_on_figures():
            changed = self._assign_again()
            changed._plan_batch(today)

    @api.model
    def _trigger_plan_of_the_day(self):
        """A new day makes items overdue without anybody touching the ledger."""
        for company in self.env["res.company"]._dso_companies():
            if company.dso_last_plan_date and company.dso_last_plan_date < company._dso_today():
                self.env.ref("dso_collection.ir_cron_plan")._trigger()
                return

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
                **({"not_late": decision.not_late} if decision.not_late >= NOISE else {}),
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
            live = self._load_live()
            if SHEET_FIELDS & specification.keys():
                self._load_sheet(*live)
        return super().web_read(specification)

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

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _describe_planning_if(self, changes):
        """What the scenario would propose if items changed, in the user's language. Writes
        nothing.

        :param changes: {line id: dict of :class:`engine.facts.Item` fields}
        :return: {customer id: sentence}
        """
        # sudo: the same facts as the plan's, for customers that the user may see
        customers = self.sudo().with_context(active_test=False)
        todays = customers._get_todays()
        facts = customers._read_facts(todays)
        for customer_id, customer in facts:
            items = tuple(item._replace(**changes.get(item.id, {})) for item in customer.items)
            facts.customers[customer_id] = customer._replace(items=items)
        decisions = customers._decide(facts, todays)
        steps = customers.env["dso.scenario.step"]
        texts = {}
        for customer in customers:
            decision = decisions[customer.id]
            if decision.step is None:
                values = self._prepare_plan_values(
                    facts.customers[customer.id],
                    decision,
                    todays[customer.company_id.id],
                    customer.currency_id.round,
                )
                texts[customer.id] = customer._describe_planning(
                    values["planning_code"], values["planning_data"]
                )
                continue
            texts[customer.id] = customer._describe_next_step(
                steps.browse(decision.step.id), decision, todays[customer.company_id.id]
            )
        return texts

    def _describe_next_step(self, step, decision, today):
        """What a decision brings, and on which day that really is: what is late comes at once, what
        leaves by itself in the next sending hours."""
        company = self.company_id
        next_opening = _next_opening(company, today, max(decision.date, today))
        if not step.automatic:
            day = simulation.carried_out_on(decision.date, today)
        else:
            day = simulation.carried_out_on(decision.date, today, next_opening)
        if step.automatic and day == today and not company._dso_is_open(fields.Datetime.now()):
            opening = company._dso_next_opening()
            day = company._dso_today(opening) if opening else day
        # sudo: the leader is what the decision on the whole ledger found
        line = self.env["account.move.line"].sudo().browse(decision.leader.id)
        values = {
            "step": step.name,
            "date": format_date(self.env, day),
            "document": line._dso_get_document_label(),
        }
        if decision.date < today:
            return self.env._(
                "“%(step)s” on %(date)s, late since %(planned)s; leader: %(document)s.",
                planned=format_date(self.env, decision.date),
                **values,
            )
        return self.env._("“%(step)s” on %(date)s; leader: %(document)s.", **values)

    def _describe_planning(self, code=None, data=None):
        """Why nothing is planned for this customer, a short sentence in the user's language.

        :param code: of a decision that is not stored; default the stored one
        """
        self.ensure_one()
        if code is None:
            code, data = self.planning_code, self.planning_data
        data = data or {}
        if not self.active:
            return self.env._("This file is archived: nothing is planned.")
        money = self._describe_money(data.get("money"))
        text = self._describe_code(code, data)
        return " ".join(filter(None, [text, money])) or False

    def _describe_money(self, money):
        """What is announced, how much, until when; and what did not come (R17).

        :param money: see ``_prepare_awaited``
        """
        if not money:
            return ""
        sentences = []

        def get(key):
            return format_amount(self.env, money[key], self.currency_id)

        if money.get("until"):
            sentences.append(
                self.env._(
                    "%(amount)s announced, awaited until %(date)s.",
                    amount=get("amount"),
                    date=format_date(self.env, money["until"]),
                )
            )
        elif money.get("amount"):
            sentences.append(
                self.env._("%(amount)s received, not booked yet.", amount=get("amount"))
            )
        if money.get("missed"):
            sentences.append(
                self.env._(
                    "%(amount)s announced for %(date)s has not arrived.",
                    amount=get("missed"),
                    date=format_date(self.env, money["missed_for"]),
                )
            )
        return " ".join(sentences)

    def _describe_code(self, code, data):
        currency = self.currency_id
        if code == "below_minimum":
            return self.env._(
                "%(amount)s to collect, below the minimum of %(minimum)s.",
                amount=format_amount(self.env, data.get("amount", 0.0), currency),
                minimum=format_amount(self.env, data.get("minimum", 0.0), currency),
            )
        if code == "excluded":
            return self._describe_exclusions(data.get("exclusions", {}))
        return {
            "no_item": self.env._("Nothing is overdue: there is no open item."),
            "no_scenario": self._describe_no_scenario(),
            "no_step": self.env._("The scenario has no steps: actions are created by hand."),
            "scenario_done": self.env._(
                "The scenario is finished for the leader: decide what comes next."
            ),
            "archived": self.env._(
                "The customer is archived: nothing is chased. Restore the contact to chase it."
            ),
            "own_company": self.env._(
                "The customer is a company of this database: nothing is chased. Your "
                "administrator decides in the settings whether such companies are chased."
            ),
            "covered": self.env._("Nothing to collect: unapplied credits cover what is due."),
        }.get(code, False)

    def _describe_no_scenario(self):
        # sudo: the name of the rule that decided on a customer that the reader may see
        rule = self.sudo().scenario_rule_id
        if rule and not self.scenario_id:
            return self.env._(
                "No scenario: rule “%(rule)s” says never to chase this customer.", rule=rule.name
            )
        # sudo: the name of the customer's own scenario
        scenario = self.sudo().scenario_id
        if scenario and not scenario.active:
            return self.env._(
                "The scenario “%(scenario)s” is archived: choose another one for this customer, or "
                "ask a credit manager to restore it.",
                scenario=scenario.name,
            )
        return self.env._("No scenario: choose one for this customer.")

    def _describe_exclusions(self, counts):
        if set(counts) == {"dispute"}:
            return self.env._("Everything is in dispute.")
        words = {
            "dispute": self.env._("in dispute"),
            "litigation": self.env._("in litigation"),
            "promise": self.env._("promised"),
            "specific": self.env._("with a specific action"),
            "ignored": self.env._("ignored"),
            "no_followup": self.env._("excluded from follow-up"),
            "blocked": self.env._("with payment blocked"),
            "announced": self.env._("with a payment on its way"),
            "discount": self.env._("only the early-payment discount left"),
            "unsent": self.env._("never sent to the customer"),
        }
        causes = ", ".join(f"{count} {words[cause]}" for cause, count in counts.items())
        return self.env._("Every item is excluded: %(causes)s.", causes=causes)


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
