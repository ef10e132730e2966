"""Facts: what the engine has to know of a set of customers, read from the ledger by a handful of
set-based queries, whatever the number of customers."""

import logging
from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ...engine import facts, leader, scenario
from ...engine.items import Booked, Money, build_item
from ...tools.collectors import COLLECTOR, join_collector
from ...tools.inside import inside
from ...tools.ledger import due_date_sql, is_receivable_sql

_logger = logging.getLogger(__name__)

#: What the plan decides of an action, read as ``action_…`` of a file's open one.
ACTION_COLUMNS = (
    "customer_id",
    "partner_id",
    "company_id",
    "collector_id",
    "origin",
    "state",
    "date",
    "date_forced",
    "confirmed",
    "leader_line_id",
    "amount",
    "reason_data",
    "error_data",
    "step_id",
    "action_type",
    "automatic",
    "to_confirm",
    "mail_template_id",
    "sms_template_id",
    "letter_template_id",
    "score",
)

#: What is known of a customer's risk, for the score of its actions.
RISK_COLUMNS = SQL(
    """
    customer.days_late_average::float8 AS days_late_average,
    customer.guarantee_temporary > 0 AS guaranteed, customer.guarantee_temporary_until,
    customer.insurance_amount > 0 AS insured, customer.insurance_expiry,
    COALESCE(NULLIF(customer.insurance_declaration_days, 0), company.dso_declaration_days)
        AS declaration_days
    """
)


class Facts:
    """What was read, by customer id."""

    def __init__(self):
        self.customers = {}
        self.rows = {}
        self.settings = {}

    def __iter__(self):
        return iter(self.customers.items())


class DsoCustomer(models.Model):
    """The part of ``dso.customer`` that reads the ledger."""

    _inherit = "dso.customer"

    def _get_todays(self, today=None):
        """{company id: the date there}, ``False`` being that of a file that has none yet."""
        todays = {company.id: today or company._dso_today() for company in self.company_id}
        if any(not customer.company_id for customer in self):
            todays[False] = today or self.env.company._dso_today()
        return todays

    def _read_facts(self, todays, scenario=None):
        """All that decides what happens next with these customers.

        :param todays: {company id: today's date there}
        :param scenario: a ``dso.scenario`` in place of their own, even an archived one; an empty
            recordset: none
        :return: :class:`Facts`, with ``customers`` as :class:`engine.facts.Customer`, ``rows`` as
            the stored values of each file and ``settings`` by company
        """
        self.env.flush_all()
        result = Facts()
        # sudo: the rules look at the whole ledger, whoever asked for the plan
        companies = self.env["res.company"].sudo().browse(todays)
        for company in companies:
            result.settings[company.id] = facts.Settings(
                ignore_below=company.dso_ignore_below,
                min_amount=company.dso_min_amount,
                contact_gap_days=company.dso_contact_gap_days,
                hold_unsent=company.dso_hold_unsent,
            )
        result.rows = self._read_rows()
        if scenario is not None:
            for row in result.rows.values():
                row["scenario_id"] = scenario.id or None
        scenarios = self._read_scenarios(result.rows, scenario)
        items = self._read_items(companies, todays)
        history = self._read_history(result.rows, scenarios)
        for customer_id, row in result.rows.items():
            open_action = None
            if row["action_id"]:
                open_action = facts.OpenAction(
                    row["action_leader_line_id"],
                    row["action_step_id"],
                    row["action_date"],
                    bool(row["action_date_forced"]),
                )
            result.customers[customer_id] = facts.Customer(
                items=tuple(items.get(customer_id, ())),
                scenario=scenarios.get(row["scenario_id"]),
                history=history.get(customer_id, facts.NO_HISTORY),
                leader_id=row["leader_line_id"],
                leader_since=row["leader_since"],
                open_action=open_action,
            )
        return result

    def _read_rows(self):
        """The stored values of the files with their open scenario action, by id."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT customer.id, customer.company_id, customer.partner_id, customer.active,
                       partner.active AS partner_active,
                       company.dso_chase_companies IS NOT TRUE AND EXISTS (
                           SELECT 1 FROM res_company own WHERE own.partner_id = partner.id
                       ) AS own_company,
                       customer.scenario_id,
                       %(collector)s AS collector_id,
                       customer.leader_line_id, customer.leader_since,
                       customer.next_action_id, customer.next_action_date,
                       customer.last_action_date, customer.planning_code, customer.planning_data,
                       customer.amount_overdue, customer.amount_not_due,
                       customer.credit_unallocated, customer.amount_due,
                       customer.amount_disputed, customer.amount_promised,
                       customer.days_overdue_max, customer.oldest_due_date,
                       customer.promise_broken_count, %(risk)s,
                       action.id AS action_id, action.done_date AS action_done_date, %(action)s
                  FROM dso_customer customer
                  JOIN res_company company ON company.id = customer.company_id
                  JOIN res_partner partner ON partner.id = customer.partner_id
                  %(collectors)s
                  LEFT JOIN dso_action action
                    ON action.customer_id = customer.id
                   AND action.origin = 'scenario'
                   AND action.state IN ('planned', 'error')
                 WHERE customer.id = ANY(%(customers)s)
                """,
                customers=self.ids,
                collector=COLLECTOR,
                collectors=join_collector("customer"),
                risk=RISK_COLUMNS,
                action=SQL(", ").join(
                    SQL(
                        "%s AS %s",
                        SQL.identifier("action", column),
                        SQL.identifier(f"action_{column}"),
                    )
                    for column in ACTION_COLUMNS
                ),
            )
        )
        return {row["id"]: row for row in rows}

    def _read_scenarios(self, rows, chosen=None):
        """{scenario id: engine scenario} of active scenarios; archived ones plan nothing.

        :param chosen: a scenario that is asked for whether it is active or not
        """
        ids = {row["scenario_id"] for row in rows.values() if row["scenario_id"]}
        # sudo: a scenario serves its customers, whoever asked for the plan
        scenarios = self.env["dso.scenario"].sudo().browse(ids)
        result = {}
        for record in scenarios.filtered(lambda record: record.active or record == chosen):
            result[record.id] = record._to_engine()
            try:
                scenario.offsets(result[record.id].steps)
            except facts.ScenarioError as error:
                # written past the checks, by an import in SQL say: it stops only its own customers
                _logger.error("Scenario %s cannot run: %s", record.display_name, error)
                result[record.id] = result[record.id]._replace(steps=())
        return result

    def _read_items(self, companies, todays):
        """Open items and credits of these customers.

        :return: {customer id: [engine items]}
        """
        self.env.cr.execute(self._get_items_query())
        rows = self.env.cr.fetchall()
        until = {}
        items = defaultdict(list)
        by_id = {company.id: company for company in companies}
        announced = self._read_announced(rows, by_id, todays)
        for customer_id, company_id, promised, part, residual_then, *values in rows:
            booked = Booked(*values)
            if promised is not None:
                key = (company_id, promised)
                if key not in until:
                    until[key] = by_id[company_id]._dso_promised_until(promised)
                booked = booked._replace(promised_until=until[key])
            if part is not None:
                left = leader.open_part(booked.kind, part, residual_then, booked.residual)
                booked = booked._replace(part=left)
            items[customer_id].append(build_item(booked, announced.get(booked.id)))
        return items

    def _read_announced(self, rows, companies, todays):
        """Money on its way to open items (R17).

        :param rows: of :meth:`_get_items_query`
        :param companies: {id: res.company}
        :return: {line id: :class:`engine.items.Money`}
        """
        claims = defaultdict(list)
        for _customer, company_id, _promised, _part, _then, *values in rows:
            line_id, _due, _date, amount, *_others = values
            if amount > 0:
                claims[company_id].append(line_id)
        result, until = {}, {}
        for company_id, ids in claims.items():
            # sudo: the same facts as the rest
            lines = self.env["account.move.line"].sudo().browse(ids)
            lines = lines.with_context(**inside(dso_today=todays[company_id]))
            for line_id, (day, amount, _words) in lines._dso_get_announced().items():
                if day and (company_id, day) not in until:
                    until[company_id, day] = companies[company_id]._dso_announced_until(day)
                result[line_id] = Money(day or None, amount, until.get((company_id, day)))
        return result

    def _get_items_query(self):
        """Open items of these customers: file, company, promised day, the part of its status and
        what was open then, and the values of :class:`engine.items.Booked` in their order.

        The receivable accounts are passed as values: with them and the partners the query is an
        index scan on Odoo's own index of unreconciled items.
        """
        self.env.cr.execute(
            SQL("SELECT array_agg(id) FROM account_account account WHERE %s", is_receivable_sql())
        )
        accounts = self.env.cr.fetchone()[0] or []
        return SQL(
            """
            SELECT customer.id, customer.company_id,
                   CASE WHEN status.kind = 'promise' THEN line.dso_status_date END,
                   part.amount, part.amount_residual,
                   line.id, %(due_date)s,
                   COALESCE(line.invoice_date, line.date), line.amount_residual::float8,
                   line.amount_residual_currency::float8,
                   COALESCE(line.no_followup, FALSE), COALESCE(line.dso_ignored, FALSE),
                   status.kind, NULL, COALESCE(attached.wholly, FALSE),
                   NOT COALESCE(attached.wholly, TRUE), resolved.restarted, NULL,
                   move.payment_state IS NOT DISTINCT FROM 'blocked',
                   move.move_type IN ('out_invoice', 'out_receipt')
                       AND move.is_move_sent IS NOT TRUE,
                   CASE WHEN line.discount_date IS NOT NULL AND line.discount_amount_currency != 0
                        THEN (line.amount_currency - line.discount_amount_currency)::float8
                   END,
                   line.discount_date, paid.paid_on
              FROM dso_customer customer
              JOIN res_partner partner ON partner.commercial_partner_id = customer.partner_id
              JOIN account_move_line line
                ON line.partner_id = partner.id
               AND line.company_id = customer.company_id
               AND line.account_id = ANY(%(accounts)s)
               AND line.reconciled IS NOT TRUE
               AND line.parent_state = 'posted'
               AND line.amount_residual != 0
              JOIN account_move move ON move.id = line.move_id
              LEFT JOIN dso_item_status status ON status.id = line.dso_status_id
              LEFT JOIN (
                  SELECT item.line_id, bool_or(item.partial IS NOT TRUE) AS wholly
                    FROM dso_action action
                    JOIN dso_action_item item ON item.action_id = action.id
                   WHERE action.origin = 'specific'
                     AND action.state IN ('planned', 'error')
                     AND action.customer_id = ANY(%(customers)s)
                   GROUP BY item.line_id
              ) attached ON attached.line_id = line.id
              LEFT JOIN (
                  SELECT qualification.line_id, max(qualification.logged_on) AS restarted
                    FROM dso_qualification qualification
                   WHERE qualification.kind = 'dispute_resolved'
                     AND %(stands)s
                     AND qualification.customer_id = ANY(%(customers)s)
                   GROUP BY qualification.line_id
              ) resolved ON resolved.line_id = line.id
              LEFT JOIN (%(parts)s) part
                ON part.line_id = line.id AND part.kind = status.kind AND part.amount > 0
              LEFT JOIN LATERAL (
                  SELECT max(partial.max_date) AS paid_on
                    FROM account_partial_reconcile partial
                   WHERE partial.debit_move_id = line.id
              ) paid
                ON line.discount_date IS NOT NULL AND line.discount_amount_currency != 0
             WHERE customer.id = ANY(%(customers)s)
            """,
            customers=self.ids,
            accounts=accounts,
            due_date=due_date_sql(),
            parts=self.env["dso.qualification"]._get_part_query(
                SQL("qualification.customer_id = ANY(%s)", self.ids)
            ),
            stands=self.env["dso.qualification"]._get_standing("qualification"),
        )

    def _read_history(self, rows, scenarios):
        """What was done before with these customers in scenarios (R4, R5).

        :return: {customer id: engine history}
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT customer_id, leader_line_id, step_id, done_date
                  FROM dso_action
                 WHERE customer_id = ANY(%s)
                   AND origin = 'scenario'
                   AND done_date IS NOT NULL
                   AND (state = 'done' OR state = 'cancelled' AND skipped)
                 ORDER BY done_date, id
                """,
                self.ids,
            )
        )
        done = defaultdict(lambda: defaultdict(list))
        last = {}
        for customer_id, leader_id, step_id, date in self.env.cr.fetchall():
            last[customer_id] = (date, leader_id)
            done[customer_id][leader_id].append(facts.Done(step_id, date))
        claimed = self._read_claimed_items(rows, scenarios)
        return {
            customer_id: facts.History(
                done={leader: tuple(entries) for leader, entries in done[customer_id].items()},
                claimed=claimed.get(customer_id, {}),
                last_date=date,
                last_leader_id=leader_id,
            )
            for customer_id, (date, leader_id) in last.items()
        }

    def _read_claimed_items(self, rows, scenarios):
        """For scenarios that restart by age: which steps already told of which item (R5)."""
        by_age = {key for key, value in scenarios.items() if value.restart_policy == "by_age"}
        ids = [row["id"] for row in rows.values() if row["scenario_id"] in by_age]
        if not ids:
            return {}
        self.env.cr.execute(
            SQL(
                """
                SELECT action.customer_id, item.line_id, action.step_id, action.done_date
                  FROM dso_action action
                  JOIN dso_action_item item ON item.action_id = action.id
                 WHERE action.customer_id = ANY(%s)
                   AND action.origin = 'scenario'
                   AND action.state = 'done'
                   AND item.line_id IS NOT NULL
                 ORDER BY action.done_date, action.id
                """,
                ids,
            )
        )
        claimed = defaultdict(lambda: defaultdict(tuple))
        for customer_id, line_id, step_id, date in self.env.cr.fetchall():
            claimed[customer_id][line_id] += (facts.Done(step_id, date),)
        return claimed
