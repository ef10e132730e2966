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
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.action_types import OPEN_STATES
from ...tools.bulk import bulk_insert, bulk_update
from ...tools.conflicts import retry_on_conflict
from ...tools.crons import commit_progress
from ...tools.errors import BrokenTemplate
from ...tools.inside import get_inside, inside
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
        todays = self._get_open_todays(now)
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
    def _get_open_todays(self, now):
        """{company id: date there} of the companies whose sending hours are open."""
        companies = self.env["res.company"]._dso_companies()
        return {
            company.id: company._dso_today(now)
            for company in companies
            if company._dso_is_open(now)
        }

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

    def _leaves_by_itself(self):
        """Whether this action leaves without anybody, once its day has come."""
        self.ensure_one()
        return self.automatic and (self.confirmed or not self.to_confirm)

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
    def _trigger_dispatch(self):
        """Wake the dispatcher: something may leave at once."""
        # sudo: waking the module's own cron is harmless
        self.env.ref("dso_collection.ir_cron_dispatch").sudo()._trigger()

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
        self.check_access("write")
        # sudo: sending needs contacts, templates and accounts; the right to act was checked
        actions = self.sudo().with_context(tracking_disable=True, **inside(dso_by_hand=True))
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
        if not all_the_same and (question := still_open._ask_first("action_execute", record=self)):
            return question
        for (today, _company), group in by_company.items():
            done = group._carry_out(today)
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

    def _carry_out(self, today, facts=None):
        """Send or do these locked, open actions of one company; those that cannot be are put in
        error.

        :param facts: what was read of their customers in this transaction, default read now
        :return: those that were done
        """
        result = self.browse()
        rows = self._get_rows(facts)
        for channel, actions in self._by_channel():
            blockers = actions._get_blockers(channel)
            blocked = actions.browse(blockers)
            blocked._set_errors(blockers)
            ready = actions - blocked
            if not ready:
                continue
            result |= ready
            repeating = ready.filtered(lambda action: action._stays_open())
            ready = ready._make_executions(rows)
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
            if get_inside(self.env, "dso_end") != "resolved":
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

    # ------------------------------------------------------------------
    # Errors
    # ------------------------------------------------------------------

    def _get_blockers(self, channel):
        """What keeps actions of one channel from being carried out: what the channel lacks, and
        that nobody is chased who was archived, nor by itself in a file that was.

        :return: see ``dso.channel._get_blockers``
        """
        blockers = channel._get_blockers(self)
        for action in self:
            alone = action.automatic and not get_inside(self.env, "dso_by_hand")
            if not action.partner_id.active and (alone or channel._is_written):
                blockers[action.id] = {
                    "code": "archived_customer",
                    "model": "res.partner",
                    "res_id": action.partner_id.id,
                }
            elif alone and not action.customer_id.active:
                blockers[action.id] = {
                    "code": "archived_file",
                    "model": "dso.customer",
                    "res_id": action.customer_id.id,
                }
        return blockers

    def _is_held_back(self):
        """Whether a message that failed does not leave again, because its customer was archived
        meanwhile."""
        self.ensure_one()
        return (
            bool(self.done_date)
            and self._get_channel()._is_written
            # sudo: whether the customer of a readable action is in use
            and not self.sudo().partner_id.active
        )

    def _set_error(self, code, **data):
        """Put open actions in error with what has to be fixed (R11)."""
        self._set_errors(dict.fromkeys(self.ids, {"code": code, **data}))

    def _set_errors(self, blockers):
        """The same for many actions, each with its own: one statement.

        :param blockers: {action id: data of its error, with its code}
        """
        self._write_states(
            [
                (action.id, "error", blockers[action.id])
                for action in self
                if action.state != "error" or action.error_data != blockers[action.id]
            ]
        )

    def _refresh_errors(self):
        """Look again at what keeps open actions from being sent: error from the moment they are
        planned, and back to planned as soon as it is fixed (R11)."""
        actions = self._filter_pending()
        fixed = self.browse()
        for channel, group in actions._by_channel():
            blockers = {
                action_id: blocker
                for action_id, blocker in group._get_blockers(channel).items()
                if not group.browse(action_id)._lacks_own_text(blocker)
            }
            fixed |= group.filtered(
                lambda action, blockers=blockers: action.id not in blockers and action._is_fixed()
            )
            # a plan from nothing can find thousands of customers without a contact
            group.browse(blockers)._set_errors(blockers)
        self._write_states([(action_id, "planned", None) for action_id in fixed.ids])
        if fixed.filtered(lambda action: action._leaves_by_itself()):
            self._trigger_dispatch()

    def _lacks_own_text(self, blocker):
        """Whether all that an action done by hand lacks is its own text: somebody writes it."""
        return not self.automatic and blocker.get("model") == self._name

    def _is_fixed(self):
        """Whether nothing keeps an action back that was in error; what failed as it was carried
        out stays so until it is tried again."""
        return self.state == "error" and not (self.error_data or {}).get("sticky")

    def _write_states(self, rows):
        """Write states and errors in bulk.

        :param rows: [(action id, state, error data)]
        """
        if not rows:
            return
        self.env.flush_all()
        columns = ["state", "error_data"]
        bulk_update(self, columns, rows)
        changed = self.browse([row[0] for row in rows])
        changed.modified(columns)
        # lists by state on the file do not follow a change of state by themselves
        changed.customer_id.invalidate_recordset(
            ["open_action_ids", "past_action_ids"], flush=False
        )

    def action_retry(self, all_the_same=False):
        """Try again what failed: a message that was not delivered leaves once more, the same one
        with the same Message-Id; what was never sent is looked at again.

        :param all_the_same: also those whose items are cleared, without a question
        """
        self.check_access("write")
        # sudo: the message belongs to the system; the right to act was checked
        failed = self.sudo().filtered(lambda action: action.state == "error")
        sent = failed.filtered("done_date")
        if not all_the_same and (
            question := self._ask_first(
                "action_retry", empty=self.browse(sent.ids)._find_cleared_claims()
            )
        ):
            return question
        printed = sent.filtered("letter_attachment_id") - sent.filtered(
            lambda action: action.mail_id or action.snailmail_letter_id
        )
        # somebody fixed something: a new beginning, with all its attempts
        failed.write({"retry_count": 0, "retry_date": False})
        for channel, actions in sent._by_channel():
            actions._resend_messages(channel)
        waiting = failed - sent
        waiting.write({"state": "planned", "error_data": False})
        waiting._refresh_errors()
        customers = failed.customer_id
        customers._plan(customers)
        self._trigger_dispatch()
        printed = printed.filtered(lambda action: action.state == "done")
        # paper leaves by hand: it is put into the user's
        if printed:
            return printed.with_env(self.env).action_reprint_letters()
        if not failed:
            return None
        still = failed.filtered(lambda action: action.state == "error").with_env(self.env)
        if still:
            return toast(
                "\n".join(f"{action.display_name}: {action.error_message}" for action in still[:5]),
                "warning",
            )
        # with the names that the user may read
        names = failed.with_env(self.env)._name_some()
        return toast(self.env._("%(actions)s: retried.", actions=names))

    def _resend_messages(self, channel):
        """The same messages again, and to whom they went then."""
        actions = self.filtered(lambda action: not action._is_held_back())
        channel._retry(actions)
        for action in actions.filtered(lambda action: action.state == "done"):
            action.sent_to = channel._get_resent_to(action)

    def _set_undelivered(
        self, text, model=None, res_id=None, code="undelivered", transient=False, **data
    ):
        """A message that had left was refused or bounced: the action is in error with the
        server's words, and the step planned after it is taken back (R11). A step that was
        overtaken keeps the words only: what comes next follows from the later one (R9).

        :param text: the words of the server or provider
        :param model: of the record to fix, with ``res_id``; default the recipient
        :param code: see ``_describe_error``, with the further ``data`` that its sentence needs
        :param transient: whether the cause is a passing one: it is tried again by itself
        """
        # sudo: the mail system reports it
        actions = self.sudo().filtered(lambda action: action.state in ("done", "error"))
        overtaken = actions._get_superseded()
        last = (actions - overtaken).filtered(lambda action: action.origin == "scenario")
        following = self.sudo().search(
            self._get_pending_domain()
            & Domain("customer_id", "in", last.customer_id.ids)
            & Domain("origin", "=", "scenario")
        )
        following._cancel("undelivered")
        self.env.flush_all()
        for action in actions:
            partner = action.recipient_ids[:1] or action.partner_id
            action.write(
                {
                    "state": action.state if action in overtaken else "error",
                    "error_data": {
                        **data,
                        "code": "unreachable" if transient else code,
                        "text": text,
                        "model": model or "res.partner",
                        "res_id": res_id or partner.id,
                    },
                    **action._prepare_retry_values(transient and action not in overtaken),
                }
            )
        self.env["dso.refresh.queue"]._enqueue_customers(actions.customer_id)

    def _find_iap_account(self, service_name):
        """The account that one of Odoo's services charges, as far as there is one: Odoo's own
        way makes one, in a transaction apart."""
        self.ensure_one()
        return self.env["iap.account"].search(
            [
                ("service_name", "=", service_name),
                "|",
                ("company_ids", "=", False),
                ("company_ids", "in", self.company_id.ids),
            ],
            limit=1,
        )

    def _get_superseded(self):
        """The scenario actions after which another one of the same customer was done."""
        later = self.search(
            [
                ("customer_id", "in", self.customer_id.ids),
                ("origin", "=", "scenario"),
                ("done_date", "!=", False),
            ]
        )
        latest = {
            customer: max(done.ids) for customer, done in later.grouped("customer_id").items()
        }
        return self.filtered(
            lambda action: (
                action.origin == "scenario"
                and action.id < latest.get(action.customer_id, action.id)
            )
        )

    def _describe_error(self, data):
        """What keeps the action back and how to fix it, in the user's language: its channel's
        words, see ``dso.channel._describe_error``."""
        if self._is_held_back():
            data = {**data, "code": "archived_customer"}
        channel = self._get_channel()
        return (
            channel._describe_error(self, data)
            or channel._describe_any_error(self, data)
            or data["code"]
        )
