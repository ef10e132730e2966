"""Carrying actions out: one by one for a user, in batches for the cron, exactly once.

The order of things is what makes it safe: lock first, decide again on the fresh ledger, render,
create the message unsent, take the snapshot, mark done, commit. A crash before the commit leaves
nothing, after it one message, which Odoo's own queues send.
"""

import functools
import logging

from psycopg2 import OperationalError

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.amounts import amount_asked
from ...tools.action_types import OPEN_STATES
from ...tools.bulk import bulk_insert, bulk_update
from ...tools.conflicts import retry_on_conflict
from ...tools.crons import commit_progress
from ...tools.errors import BrokenTemplate
from ...tools.inside import inside
from ...tools.toasts import toast

_logger = logging.getLogger(__name__)

#: Actions of one transaction.
BATCH_SIZE = 100


class DsoAction(models.Model):
    """The part of ``dso.action`` that carries actions out."""

    _inherit = "dso.action"

    # ------------------------------------------------------------------
    # Automatic actions
    # ------------------------------------------------------------------

    @api.model
    def _cron_dispatch(self):
        """Send what is due, inside each company's sending hours."""
        self._dispatch()

    @api.model
    def _dispatch(self, now=None):
        """Carry out the automatic actions that are due and confirmed where needed.

        Several workers may run at a time: each takes actions that no other one holds. In a cron
        each batch is committed.

        :param now: naive UTC datetime, default the present
        :return: number of actions done
        """
        now = now or fields.Datetime.now()
        # sudo: the dispatcher serves all companies
        self = self.sudo().with_context(tracking_disable=True)
        todays = self.env["res.company"]._dso_get_open_todays(now)
        position, done = None, 0
        while todays:
            batch = functools.partial(self._dispatch_next, todays, position)
            position, batch_done, seconds = retry_on_conflict(self.env, batch)
            done += batch_done
            if not position or not seconds:
                break
        self._note_late_sms_reports()
        self._trigger_next_opening(now)
        return done

    @api.model
    def _dispatch_next(self, todays, position):
        """Carry out the next actions that are due, and commit.

        :return: position of the last one, ``None`` if there was none; number of those that were
            done; seconds left
        """
        rows = self._lock_due(todays, position)
        if not rows:
            return None, 0, 0
        batch = self.browse([row[1] for row in rows])._lock_customers()
        done = batch._dispatch_batch(todays)
        return rows[-1], done, self._commit_dispatch(len(rows), todays, rows[-1])

    @api.model
    def _get_due_condition(self, todays, position=None):
        """SQL condition for the automatic actions that may leave now.

        Those in error that were never sent are among them: fixed, they go without a click. Those
        of customers with a reply to handle are not.
        """
        companies = list(todays)
        conditions = [
            SQL("automatic AND state IN ('planned', 'error') AND done_date IS NULL"),
            SQL("(confirmed OR to_confirm IS NOT TRUE)"),
            SQL(
                "EXISTS (SELECT 1 FROM unnest(%s::int[], %s::date[]) AS open(company_id, today)"
                " WHERE open.company_id = dso_action.company_id AND dso_action.date <= open.today)",
                companies,
                [todays[company] for company in companies],
            ),
        ]
        conditions.append(self._get_pause_condition(self.env["res.company"].browse(companies)))
        for name in sorted(set(self.env["dso.channel"]._get_channels_by_type().values())):
            if waiting := self.env[name]._get_waiting_condition():
                conditions.append(SQL("(%s) IS NOT TRUE", waiting))
        if position:
            conditions.append(SQL("(date, id) > (%s, %s)", *position))
        return SQL(" AND ").join(conditions)

    @api.model
    def _lock_due(self, todays, position):
        """Lock the next due actions, oldest first, leaving those of other workers to them.

        The first statement of its transaction: what it sees is what it locks.

        :return: list of (date, id)
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT date, id FROM dso_action WHERE %s "
                "ORDER BY date, id LIMIT %s FOR UPDATE SKIP LOCKED",
                self._get_due_condition(todays, position),
                BATCH_SIZE,
            ),
            # one that changes in this very moment: from the start again
            log_exceptions=False,
        )
        return self.env.cr.fetchall()

    def _lock_customers(self):
        """Lock the customers of these locked actions too, without ever waiting: a plan that holds
        one may wait for its action, and two that wait for each other would both fail.

        :return: the actions whose customers are ours; the others' turn comes in the next run
        """
        self.env.cr.execute(
            SQL(
                "SELECT id FROM dso_customer WHERE id IN "
                "(SELECT customer_id FROM dso_action WHERE id = ANY(%s)) "
                "ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
                self.ids,
            ),
            log_exceptions=False,
        )
        locked = {customer_id for (customer_id,) in self.env.cr.fetchall()}
        ours = self.filtered(lambda action: action.customer_id.id in locked)
        if ours != self:
            self._trigger_dispatch()
        return ours

    @api.model
    def _commit_dispatch(self, processed, todays, position):
        """Commit a batch; tells the cron how many are left."""
        left = 0
        if processed == BATCH_SIZE:
            self.env.cr.execute(
                SQL(
                    "SELECT count(*) FROM dso_action WHERE %s",
                    self._get_due_condition(todays, position),
                )
            )
            left = self.env.cr.fetchone()[0]
        seconds = commit_progress(self.env, processed, left)
        self.env.invalidate_all()
        return seconds

    def _dispatch_batch(self, todays):
        """Carry out a locked batch; if it fails as a whole, one by one, so that one bad action
        stops no other.

        :return: number of actions done
        """
        if not self:
            return 0
        try:
            with self.env.cr.savepoint():
                return self._process(todays)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001
            _logger.info("Batch of %s actions failed (%s), trying one by one", len(self), error)
            if len(self) == 1:
                self._set_failed(error)
                return 0
        return sum(action._dispatch_batch(todays) for action in self)

    def _set_failed(self, error):
        """One action that cannot be carried out whatever its recipients: it stays in error until
        a later run succeeds."""
        if isinstance(error, BrokenTemplate):
            self._set_error(
                "broken_template",
                sticky=True,
                template=error.template.display_name,
                text=error.text,
                model=error.template._name,
                res_id=error.template.id,
            )
        else:
            self._set_error("failed", sticky=True, text=str(error))

    def _process(self, todays):
        """Decide again, carry out what is still due, and plan what comes next.

        :return: number of actions done
        """
        done = 0
        for company, actions in self.grouped("company_id").items():
            today = todays[company.id]
            actions = actions.with_context(**inside(dso_today=today))
            customers = actions.customer_id.with_context(active_test=False)
            facts = customers._plan_batch(today)
            actions._cancel_cleared()
            ready = actions.filtered(lambda action, today=today: action._is_due(today))
            ready -= ready._cancel_empty_claims()
            carried_out = ready._carry_out(today, facts)
            if carried_out:
                carried_out.customer_id.with_context(active_test=False)._plan_batch(today)
            done += len(carried_out)
        return done

    def _cancel_empty_claims(self):
        """Cancel what a user planned and would now ask for nothing (R10), unless they said that it
        leaves all the same. What a scenario asks for, its plan has just decided."""
        doubtful = self.filtered(
            lambda action: action.origin != "scenario" and not action.all_the_same
        )
        empty = self.browse().union(*doubtful._find_empty_claims())
        empty._cancel("nothing_asked")
        return empty

    def _is_due(self, today):
        """Whether an automatic action may leave today."""
        self.ensure_one()
        return self._is_pending() and self._leaves_by_itself() and self.date <= today

    def _cancel_cleared(self):
        """Cancel open specific actions none of whose items is open any more (R10)."""
        cleared = self.filtered(
            lambda action: (
                action.origin == "specific"
                and action._is_pending()
                and not any(line._dso_is_open() for line in action.item_ids.line_id)
            )
        )
        cleared._cancel("cleared")

    @api.model
    def _trigger_next_opening(self, now):
        """Wake the dispatcher when the sending hours of a company that is closed begin."""
        openings = [
            company._dso_next_opening(now)
            for company in self.env["res.company"]._dso_companies()
            if company.dso_sending_calendar_id and not company._dso_is_open(now)
        ]
        moments = sorted({moment for moment in openings if moment})
        if not moments:
            return
        # sudo: when the module's own cron runs next; nothing else of it changes
        cron = self.env.ref("dso_collection.ir_cron_dispatch").sudo()
        triggers = self.env["ir.cron.trigger"].sudo()
        domain = [("cron_id", "=", cron.id), ("call_at", "in", moments)]
        known = set(triggers.search(domain).mapped("call_at"))
        missing = [moment for moment in moments if moment not in known]
        if missing:
            cron._trigger(missing)

    # ------------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------------

    def action_execute(self, all_the_same=False):
        """Carry these actions out now, whatever the calendar and the date.

        :param all_the_same: also those that ask for nothing, without a question
        :raise UserError: if one cannot be carried out, with what to fix
        """
        return self._execute(all_the_same)

    def _execute(self, all_the_same=False, end=None):
        """:meth:`action_execute`, which may also end what can be carried out several times.

        :param end: ``True``, or ``resolved`` where the dispute that it followed is
        """
        self.check_access("write")
        # sudo: sending needs contacts, templates and accounts; the right to act was checked
        actions = self.sudo().with_context(tracking_disable=True)
        actions._lock_open()
        before = {action.id: (action.leader_line_id, action.step_id) for action in actions}
        by_company = {}
        for company, group in actions.grouped("company_id").items():
            today = company._dso_today()
            group = group.with_context(**inside(dso_today=today))
            group.customer_id.with_context(active_test=False)._plan_batch(today)
            group._cancel_cleared()
            group._check_unchanged(before)
            by_company[today, company] = group.filtered(lambda a: a.state in OPEN_STATES)
        still_open = self.browse([id_ for group in by_company.values() for id_ in group.ids])
        if not all_the_same and (
            question := still_open._ask_first("action_execute", record=self, end=end)
        ):
            return question
        for (today, _company), group in by_company.items():
            done = group._carry_out(today, by_hand=True, end=end)
            (group - done)._raise_errors()
            customers = group.customer_id.with_context(active_test=False)
            customers._plan_batch(today)
        return self._notify_executed()

    def _lock_open(self):
        """Lock actions that a user carries out, so that no dispatcher does at the same time:
        customers first, as every plan does."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM dso_customer WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                self.customer_id.ids,
            )
        )
        # whoever holds one may refer to it meanwhile: that is no reason to wait
        held = self - self.try_lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        labels = dict(self._fields["agenda_state"]._description_selection(self.env))
        for action in self:
            if not action._is_pending():
                raise UserError(
                    self.env._(
                        "“%(action)s” is no longer planned (%(state)s). Reload the page to see "
                        "what happened to it.",
                        action=action.display_name,
                        state=labels[action.agenda_state],
                    )
                )
        if held:
            raise UserError(
                self.env._(
                    "%(actions)s: being sent or changed right now, by another user or "
                    "automatically. Nothing was done here. Reload the page in a moment to see "
                    "the result.",
                    actions=held._name_some(),
                )
            )

    def _check_unchanged(self, before):
        """What the user saw is what is done: refuse if the ledger moved on meanwhile."""
        for action in self:
            if action.state in OPEN_STATES and before[action.id] != (
                action.leader_line_id,
                action.step_id,
            ):
                raise UserError(
                    self.env._(
                        "The account of %(customer)s has just changed, and so has what there is "
                        "to do. Reload the page and check again.",
                        customer=action.partner_id.display_name,
                    )
                )

    def _raise_errors(self):
        if self:
            raise UserError("\n".join(self.mapped(lambda action: action.error_message or "")))

    def _notify_executed(self):
        cancelled = self.filtered(lambda action: action.state == "cancelled")
        if not cancelled:
            return True
        return toast(
            "\n".join(f"{action.display_name}: {action.reason}" for action in cancelled),
            "warning",
        )

    # ------------------------------------------------------------------
    # What both do
    # ------------------------------------------------------------------

    def _carry_out(self, today, facts=None, by_hand=False, end=None):
        """Send or do these locked, open actions of one company; those that cannot be are put in
        error.

        :param facts: what was read of their customers in this transaction, default read now
        :param by_hand: whether somebody carries them out
        :param end: see :meth:`_execute`
        :return: those that were done
        """
        result = self.browse()
        rows = self._get_rows(facts)
        for channel, actions in self._by_channel():
            blockers = actions._get_blockers(channel, by_hand)
            blocked = actions.browse(blockers)
            blocked._set_errors(blockers)
            ready = actions - blocked
            if not ready:
                continue
            result |= ready
            repeating = ready.filtered(lambda action: not end and action._stays_open())
            ready = ready._make_executions(rows, repeating)
            ready._keep_template_names()
            ready._fill_items_content(rows)
            outcomes = channel._send(ready)
            ready._take_snapshot(rows)
            ready._dso_as_module().write(
                {
                    "state": "done",
                    "done_date": today,
                    "done_by_id": self.env.uid,
                    "error_data": False,
                }
            )
            ready._write_outcomes(rows, outcomes)
            channel._on_done(ready)
            repeating._reschedule_follow_up(today)
            if end != "resolved":
                ready._keep_followed()
        return result

    def _write_outcomes(self, rows, outcomes):
        """What differs from one action to the next, in bulk: what was asked for, and what became
        of it in its channel."""
        recipients, values_list = [], []
        for action in self:
            outcome = dict(outcomes.get(action.id, {}))
            contact_ids = outcome.pop("recipient_ids", None)
            if contact_ids is not None:
                recipients.append((action, [Command.set(contact_ids)]))
            if "sent_to" not in outcome:
                contacts = self.env["res.partner"].browse(contact_ids or ())
                contacts = contacts or action.recipient_ids or action.partner_id
                outcome["sent_to"] = action._get_channel()._prepare_sent_to(contacts)
            asked = sum(row["amount_company"] for row in rows[action.id] if row["line_id"])
            if action.origin == "manual":
                asked = amount_asked(asked, action._get_channel()._is_written)
            values_list.append({"amount": action.currency_id.round(asked), **outcome})
        columns = list(values_list[0])
        bulk_update(
            self,
            columns,
            [
                (action.id, *(values[column] for column in columns))
                for action, values in zip(self, values_list, strict=True)
            ],
        )
        self._fields["recipient_ids"].write_batch(recipients)
        self.modified([*columns, "recipient_ids"])

    def _take_snapshot(self, rows):
        """Copy what the customer is told: documents, dates and amounts of this moment."""
        # sudo: the snapshot is written by the module whoever acts
        Item = self.env["dso.action.item"].sudo()
        Item.search([("action_id", "in", self.ids)]).unlink()
        bulk_insert(
            Item,
            [
                {
                    "action_id": action.id,
                    "line_id": row["line_id"],
                    "document": row["document"],
                    "invoice_date": row["invoice_date"],
                    "due_date": row["due_date"],
                    "currency_id": row["currency_id"].id,
                    "amount_residual": row["amount_residual"],
                    "amount_company": row["amount_company"],
                    "days_overdue": row["days_overdue"],
                    "partial": row["partial"],
                    "penalty": row["penalty"],
                    "recovery_cost": row["recovery_cost"],
                }
                for action in self
                for row in rows[action.id]
            ],
        )
        self.invalidate_recordset(["item_ids"], flush=False)
