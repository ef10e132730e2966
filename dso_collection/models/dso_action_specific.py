"""Specific actions: attached to items, which leave the scenario meanwhile (R10, R13, R16)."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.bulk import bulk_update


class DsoActionSpecific(models.AbstractModel):
    """The part of ``dso.action`` that lives on after it was carried out."""

    _name = "dso.action.specific"
    _description = "Specific Collection Actions"

    def _repeats(self):
        """Whether carrying this action out leaves it open: a manual specific one, until the user
        ends it (R16)."""
        self.ensure_one()
        return (
            self.origin == "specific" and not self.automatic and not self.env.context.get("dso_end")
        )

    def _make_executions(self, rows):
        """What is carried out of these actions: themselves, or a child of each that lives on.

        :param rows: see ``_get_rows``; those of a child are its parent's
        """
        repeating = self.filtered(lambda action: action._repeats())
        children = self.create([action._prepare_execution_values() for action in repeating])
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
            "name_data": self.name_data or self._get_name_data(),
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

    def _move_on(self, today):
        """What lives on after it was carried out comes again after the follow-up days, not at once
        (R16)."""
        for action in self:
            day = fields.Date.add(today, days=action._get_followup_days())
            action.write(
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

    def _adopt_attachments(self):
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

    def _get_closing(self):
        """What closes a dialog that made these actions: a word on each that cannot leave."""
        close = {"type": "ir.actions.act_window_close"}
        stuck = self.filtered(lambda action: action.state == "error")
        if not stuck:
            return close
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": "\n".join(stuck.mapped(lambda action: action.error_message or "")),
                "next": close,
            },
        }

    def action_end(self, resolved=False):
        """End specific actions: their items go back into the scenario, and the plan follows.

        :param resolved: whether the disputes of their items are resolved (R13)
        """
        self.check_access("write")
        ending = self.filtered(lambda action: action.origin == "specific" and action._is_undone())
        if not ending:
            raise UserError(self.env._("Only specific actions that are still open can be ended."))
        if resolved:
            ending._get_disputed_lines()._dso_resolve()
        ending._cancel("ended")
        ending.customer_id._plan(ending.customer_id)

    def action_open_end(self):
        """End, asking whether the dispute is resolved where there is one."""
        if not self._get_disputed_lines():
            return self.action_end()
        return self._open_wizard(
            "dso_action_end_action", default_action_ids=self.ids, active_ids=self.ids
        )

    @api.model
    def _detach(self, lines):
        """Take items out of the specific actions they are attached to; one that is left without
        any is cancelled with that reason."""
        # sudo: the caller checked the right to qualify these items
        items = (
            self.env["dso.action.item"]
            .sudo()
            .search(
                Domain("line_id", "in", lines.ids)
                & Domain(
                    "action_id",
                    "any",
                    self._get_undone_domain() & Domain("origin", "=", "specific"),
                )
            )
        )
        actions = items.action_id
        emptied = actions.filtered(lambda action: not action.item_ids - items)
        emptied._cancel("requalified")
        # those that are cancelled keep their items: they say what it was about
        items.filtered(lambda item: item.action_id not in emptied).unlink()

    # ------------------------------------------------------------------
    # The ledger moves on
    # ------------------------------------------------------------------

    @api.model
    def _follow_ledger(self, customers):
        """Bring open specific actions in line with the ledger: cleared items count no more, and
        when none is left the action is cancelled with that reason (R10)."""
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
        for action_id, rows in (partial._get_rows() if partial else {}).items():
            changes.append((action_id, sum(row["amount_company"] for row in rows)))
        bulk_update(self, ["amount"], changes)
