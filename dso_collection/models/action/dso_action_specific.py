"""Specific actions: attached to items, which leave the scenario meanwhile (R10, R13, R16)."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ...engine.amounts import amount_asked
from ...tools.action_types import OPEN_STATES
from ...tools.bulk import bulk_update
from ...tools.toasts import name_some, toast

#: What a follow-up takes over from the one before.
FOLLOW_UP_FIELDS = (
    "action_type",
    "subject",
    "body",
    "mail_template_id",
    "sms_template_id",
    "sms_text",
    "letter_template_id",
    "attach_invoices",
)


class DsoAction(models.Model):
    """The part of ``dso.action`` that lives on after it was carried out."""

    _inherit = "dso.action"

    def _stays_open(self):
        """Whether carrying this action out leaves it open: a manual specific one, until the user
        ends it (R16)."""
        self.ensure_one()
        return self.origin == "specific" and not self.automatic

    def _make_executions(self, rows, repeating):
        """What is carried out of these actions: themselves, or a child of each that lives on.

        :param rows: see ``_get_rows``; those of a child are its parent's
        :param repeating: those that live on
        """
        values_list = [action._prepare_execution_values() for action in repeating]
        children = self._dso_as_module().create(values_list)
        for action, child in zip(repeating, children, strict=True):
            rows[child.id] = rows[action.id]
        # what was noted is about this execution
        repeating.write({"result": False, "comment": False})
        return (self - repeating) | children

    def _prepare_execution_values(self):
        self.ensure_one()
        return {
            "parent_id": self.id,
            "customer_id": self.customer_id.id,
            "collector_id": self.collector_id.id,
            "origin": "specific",
            "action_type": self.action_type,
            "date": self.date,
            "amount": self.amount,
            "recipient_ids": [Command.set(self.recipient_ids.ids)],
            "subject": self.subject,
            "name_data": self._prepare_name(),
            "body": self.body,
            "mail_template_id": self.mail_template_id.id,
            "sms_template_id": self.sms_template_id.id,
            "sms_text": self.sms_text,
            "letter_template_id": self.letter_template_id.id,
            "attach_invoices": self.attach_invoices,
            "attachment_ids": [Command.set(self.attachment_ids.ids)],
            "result": self.result,
            "comment": self.comment,
            "item_ids": [
                Command.create({"line_id": item.line_id.id, "partial": item.partial})
                for item in self.item_ids
                if item.line_id
            ],
        }

    def _get_followup_days(self):
        """After how many days these items are followed up, by their statuses."""
        # sudo: statuses are configuration
        days = self.sudo().item_ids.line_id.dso_status_id.mapped("followup_days")
        return min(days, default=7) or 1

    def _reschedule_follow_up(self, today):
        """What lives on after it was carried out comes again after the follow-up days, not at once
        (R16)."""
        for action in self:
            day = fields.Date.add(today, days=action._get_followup_days())
            action._dso_as_module().write(
                {"date": action.company_id._dso_next_working_day(day), "date_forced": True}
            )

    # ------------------------------------------------------------------
    # Ending
    # ------------------------------------------------------------------

    def _get_disputed_lines(self):
        """The open items of these actions that are in dispute."""
        # sudo: the status of the items of an action that the user may see
        lines = self.sudo().item_ids.line_id
        return lines.filtered(
            lambda line: line.dso_status_id.kind == "dispute" and line._dso_is_open()
        )

    # ------------------------------------------------------------------
    # A dispute always has its follow-up (R13)
    # ------------------------------------------------------------------

    def _find_unfollowed(self):
        """The disputed items that nobody would follow any more without these actions."""
        holding = self.filtered(
            lambda action: action.origin == "specific" and action.state in OPEN_STATES
        )
        lines = holding._get_disputed_lines()
        return lines - self._get_followed(lines, holding)

    @api.model
    def _get_followed(self, lines, aside=None):
        """Those of these items that an open specific action looks after, some left aside."""
        # sudo: whether somebody looks after an item is a fact of the rules
        items = self.env["dso.action.item"].sudo()
        domain = Domain("line_id", "in", lines.ids) & Domain(
            "action_id",
            "any",
            Domain("origin", "=", "specific") & Domain("state", "in", list(OPEN_STATES)),
        )
        if aside:
            domain &= Domain("action_id", "not in", aside.ids)
        return items.search(domain).line_id

    def _check_followed(self, lines):
        """
        :param lines: disputed items that were looked after
        :raise UserError: if one of them is not any more
        """
        left = lines - self._get_followed(lines)
        if left:
            self._raise_unfollowed(left)

    def _raise_unfollowed(self, lines):
        documents = ", ".join(line._dso_get_document() for line in lines[:5])
        raise UserError(
            self.env._(
                "%(documents)s: still in dispute, and this is its follow-up. Choose “End” and "
                "say that the dispute is resolved, or when to follow up again.",
                documents=documents,
            )
        )

    def _open_end(self):
        """The question whether disputes are resolved, and when they are followed up else."""
        return self._open_wizard(
            "dso_action_end_action", default_action_ids=self.ids, active_ids=self.ids
        )

    @api.model
    def _make_follow_ups(self, lines, day=None, ended=None):
        """Another follow-up for each customer's disputed items.

        :param day: default after the follow-up days of their statuses, on a working day
        :param ended: the actions that followed them before; what was done by hand is done again,
            after what left by itself somebody looks at it
        """
        # sudo: the module looks after disputes, whoever ends what followed them
        self = self.sudo()
        ended = (ended or self.browse()).sudo()
        partial = set(ended.item_ids.filtered("partial").line_id.ids)
        values_list = []
        for customer, own in lines.sudo()._dso_group_by_customer().items():
            like = ended.filtered(
                lambda action, customer=customer: (
                    action.customer_id == customer and not action.automatic
                )
            )[:1]
            values_list.append(
                {
                    "customer_id": customer.id,
                    "origin": "specific",
                    "action_type": "call",
                    **{
                        fname: like._fields[fname].convert_to_write(like[fname], like)
                        for fname in (FOLLOW_UP_FIELDS if like else ())
                    },
                    "recipient_ids": [Command.set(like.recipient_ids.ids)],
                    "date": day or own._dso_get_follow_up_date(),
                    "date_forced": True,
                    "amount": sum(own.mapped("amount_residual")),
                    "item_ids": [
                        Command.create({"line_id": line.id, "partial": line.id in partial})
                        for line in own
                    ],
                }
            )
        actions = self._dso_as_module().create(values_list)
        actions._keep_name()
        return actions

    def _keep_followed(self):
        """What ended by being carried out followed disputes: somebody looks at them again."""
        ended = self.filtered(
            lambda action: (
                action.origin == "specific" and not action.parent_id and action.state == "done"
            )
        )
        lines = ended._get_disputed_lines()
        left = lines - self._get_followed(lines)
        return self._make_follow_ups(left, ended=ended) if left else self.browse()

    def _follow_up_again(self, day):
        """The disputes that these ended actions followed are looked at again on a day."""
        self._check_follow_up_date(day)
        lines = self._get_disputed_lines()
        left = lines - self._get_followed(lines)
        if left:
            self._make_follow_ups(left, day, ended=self)
        self.customer_id._plan(self.customer_id)

    def _take_over_attachments(self):
        """Files that were uploaded in a dialog belong to the action from now on: whoever may read
        it may read them."""
        for action in self:
            # sudo: only files without a record of their own are handed over
            loose = action.sudo().attachment_ids.filtered(lambda file: not file.res_id)
            loose.write({"res_model": "dso.action", "res_id": action.id})

    def _resolve_disputes(self):
        """The disputes that these actions followed are resolved, and the plan follows."""
        self._get_disputed_lines()._dso_resolve()
        self.customer_id._plan(self.customer_id)

    def _get_closing_toast(self):
        """What closes a dialog that made these actions: that they are there, or why one cannot
        leave."""
        stuck = self.filtered(lambda action: action.state == "error")
        if stuck:
            return toast(
                "\n".join(stuck.mapped(lambda action: action.error_message or "")), "warning"
            )
        # a specific action lives on, what was sent of it is another one
        done = self.filtered("done_date") | self.child_ids.filtered("done_date")
        waiting = self.filtered(lambda action: action.state == "planned" and not action.done_date)
        if waiting - done.parent_id:
            return toast(self.env._("%(actions)s: planned.", actions=self._name_some()))
        return done._report_done()

    def _report_done(self):
        """What was just done with these actions: an e-mail or text message is with the queue, that
        it has arrived nobody knows yet."""
        names = (self.parent_id | self.filtered(lambda action: not action.parent_id))._name_some()
        if not all(action._get_channel()._queued_field for action in self):
            return toast(self.env._("%(actions)s: done.", actions=names))
        # sudo: whom it goes to, of actions that the user carried out
        contacts = self.sudo().recipient_ids
        fname = self[:1]._get_channel()._queued_field
        to = name_some(self.env, [contact[fname] or contact.display_name for contact in contacts])
        if not to:
            return toast(self.env._("%(actions)s: being sent.", actions=names))
        return toast(
            self.env._("%(actions)s: being sent to %(recipients)s.", actions=names, recipients=to)
        )

    def action_end(self, resolved=False, follow_up_date=None):
        """End specific actions: their items go back into the scenario, and the plan follows.

        :param resolved: whether the disputes of their items are resolved (R13)
        :param follow_up_date: when the disputes that are not are followed up
        :raise UserError: if disputes would be left without a follow-up
        """
        self.check_access("write")
        ending = self.filtered(
            lambda action: action.origin == "specific" and action.state in OPEN_STATES
        )
        if not ending:
            raise UserError(self.env._("Only specific actions that are still open can be ended."))
        if resolved:
            ending._get_disputed_lines()._dso_resolve()
        unfollowed = ending._find_unfollowed()
        if unfollowed:
            day = fields.Date.to_date(follow_up_date)
            if not day:
                ending._raise_unfollowed(unfollowed)
            ending._check_follow_up_date(day)
            ending._make_follow_ups(unfollowed, day, ended=ending)
        # one that only follows disputes hands them over, the items of others are free again
        handed = ending.filtered(lambda action: action.item_ids.line_id & unfollowed)
        handed._cancel("followed")
        (ending - handed)._cancel("ended")
        ending.customer_id._plan(ending.customer_id)
        return toast(self.env._("%(actions)s: ended.", actions=ending._name_some()))

    def _check_follow_up_date(self, day):
        for company in self.company_id:
            if day < company._dso_today():
                raise UserError(
                    self.env._(
                        "The follow-up would be on %(date)s, which has passed: choose today or a "
                        "later day.",
                        date=format_date(self.env, day),
                    )
                )

    def action_open_end(self):
        """End, asking whether the dispute is resolved where there is one."""
        if not self._get_disputed_lines():
            return self.action_end()
        return self._open_end()

    @api.model
    def _detach(self, lines, besides=None):
        """Take items out of the specific actions they are attached to; one that is left without
        any is cancelled with that reason.

        :param besides: actions that keep them
        """
        # sudo: the caller checked the right to qualify these items
        items = (
            self.env["dso.action.item"]
            .sudo()
            .search(
                Domain("line_id", "in", lines.ids)
                & Domain(
                    "action_id",
                    "any",
                    self._get_pending_domain() & Domain("origin", "=", "specific"),
                )
            )
        )
        if besides:
            items = items.filtered(lambda item: item.action_id not in besides)
        actions = items.action_id
        emptied = actions.filtered(lambda action: not action.item_ids - items)
        emptied._cancel("requalified")
        # those that are cancelled keep their items: they say what it was about
        items.filtered(lambda item: item.action_id not in emptied).unlink()
        # a follow-up of a promise is called after what is left of it
        (actions - emptied)._rename()

    # ------------------------------------------------------------------
    # The ledger moves on
    # ------------------------------------------------------------------

    @api.model
    def _follow_ledger(self, customers):
        """Bring open specific actions in line with the ledger: cleared items count no more, and
        when none is left the action is cancelled with that reason (R10). So is the follow-up of a
        promised part that was paid (R15)."""
        self.env.cr.execute(
            SQL(
                """
                SELECT action.id, COALESCE(SUM(line.amount_residual), 0)::float8,
                       action.amount::float8, count(line.id), bool_or(item.partial IS TRUE)
                  FROM dso_action action
                  LEFT JOIN dso_action_item item ON item.action_id = action.id
                  LEFT JOIN account_move_line line
                    ON line.id = item.line_id
                   AND line.reconciled IS NOT TRUE
                   AND line.parent_state = 'posted'
                   AND line.amount_residual != 0
                 WHERE action.customer_id = ANY(%s)
                   AND action.origin = 'specific'
                   AND action.state IN ('planned', 'error')
                   AND action.done_date IS NULL
                 GROUP BY action.id
                """,
                customers.ids,
            )
        )
        cleared, partial, changes = self.browse(), self.browse(), []
        for action_id, amount, stored, items, has_part in self.env.cr.fetchall():
            action = self.browse(action_id)
            if not items:
                cleared |= action
            elif has_part:
                partial |= action
            elif amount != stored:
                changes.append((action_id, amount))
        cleared._cancel("cleared")
        # what actions out of scenario tell of is asked of the ledger, too
        manual = self.search(
            Domain("customer_id", "in", customers.ids)
            & Domain("origin", "=", "manual")
            & Domain("state", "in", list(OPEN_STATES))
            & Domain("done_date", "=", False)
        )
        partial |= manual
        kept = self.browse()
        for action_id, rows in (partial._get_rows() if partial else {}).items():
            action = self.browse(action_id)
            amount = sum(row["amount_company"] for row in rows)
            if action in manual:
                amount = amount_asked(amount, action._get_channel()._is_written)
            if action in manual or any(row["amount_residual"] for row in rows):
                changes.append((action_id, amount))
            else:
                # what was promised of them is paid (R15)
                kept |= action
        kept._cancel("kept")
        bulk_update(self, ["amount"], changes)
