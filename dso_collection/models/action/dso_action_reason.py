from collections import defaultdict
from datetime import date as Date

from odoo import api, models
from odoo.tools import SQL
from odoo.tools.misc import format_amount, format_date

from ...tools.clauses import join_clauses
from ...tools.ledger import get_due_date
from ...tools.toasts import name_some
from .dso_action import QUALIFIED


class DsoAction(models.Model):
    """Why this action, and why on this day, in words."""

    _inherit = "dso.action"

    @api.depends(
        "reason_data",
        "leader_line_id",
        "state",
        "cancel_code",
        "done_date",
        "customer_id.reply_ids.state",
        "is_paused",
    )
    @api.depends_context("lang")
    def _compute_reason(self):
        todays = {company: company._dso_today() for company in self.company_id}
        # which of the steps before still exist: asked once for all
        previous = {(action.reason_data or {}).get("previous_step") for action in self}
        previous = self.env["dso.scenario.step"].browse(previous - {None}).exists()
        skipped = self._find_skipped()
        broken = self._find_broken_promises()
        pausing = self._find_pausing_replies()
        substitutes = self._find_substitutes()
        returned = self._describe_returns()
        unsent = self._find_unsent()
        unrecorded = self._find_unrecorded()
        due = self._find_not_late()
        for action in self:
            sentences = broken[action]._describe_not_kept() if action in broken else []
            if action in pausing:
                sentences.insert(0, action._describe_pause(pausing[action]))
            if action in unrecorded:
                sentences.append(action._describe_unrecorded())
            if action.state == "cancelled":
                sentences.append(action._describe_cancellation())
            if action.reason_data:
                as_of = action.reason_data.get("as_of")
                day = action.done_date or (
                    Date.fromisoformat(as_of) if as_of else todays[action.company_id]
                )
                sentences.append(action._describe_reason(day, previous, skipped))
                sentences.append(
                    action.customer_id._describe_money(action.reason_data.get("money"))
                )
                sentences.append(action._describe_not_late(due))
                if action in returned:
                    sentences.append(returned[action])
            elif action.origin == "manual":
                sentences.append(action._describe_manual())
            elif action.origin == "specific":
                sentences.append(action._describe_specific())
            if action in unsent:
                sentences.append(action._describe_unsent_briefly(unsent[action]))
            if action in substitutes:
                sentences.append(action._describe_substitute(substitutes[action]))
            action.reason = " ".join(filter(None, sentences))

    def _describe_returns(self):
        """{action: what of its customer's money came back, with the bank's reason}, of those still
        to be done."""
        waiting = self.filtered(lambda action: action.reason_data and action._is_pending())
        # sudo: what came back is a reason of the action that the user may see
        lines = waiting.sudo().customer_id.item_ids
        returned = lines._dso_get_returned()
        if not returned:
            return {}
        by_customer = lines.browse(returned).grouped(
            lambda line: (line.partner_id.commercial_partner_id, line.company_id)
        )
        texts = {}
        for action in waiting:
            # sudo: keys of what was grouped, nothing of them is shown
            own = by_customer.get((action.sudo().partner_id, action.sudo().company_id), ())
            texts[action] = " ".join(
                self.env._(
                    "%(document)s: %(text)s",
                    document=line._dso_get_document(),
                    text=line.with_env(self.env)._dso_describe_returned(*returned[line.id]),
                )
                for line in own
            )
        return texts

    def _find_unrecorded(self):
        """The calls with a result that the items know nothing of: Change status… came next, and
        was closed without applying anything. An item that is in dispute already needs no other
        word; a promise was given anew."""
        called = self.filtered(
            lambda action: action.done_date and action.result in QUALIFIED and action.id
        )
        if not called:
            return called
        self.env["dso.qualification"].flush_model()
        self.env["dso.action"].flush_model(["customer_id", "done_date", "result"])
        self.env["dso.action.item"].flush_model(["action_id", "line_id"])
        self.env["account.move.line"].flush_model(["dso_status_id"])
        recorded = self.env.execute_query(
            SQL(
                """
                SELECT action.id
                  FROM dso_action action
                 WHERE action.id = ANY(%s)
                   AND EXISTS (
                       SELECT 1
                         FROM dso_qualification said
                        WHERE said.customer_id = action.customer_id
                          AND said.kind = action.result
                          AND said.logged_on >= action.done_date
                          AND NOT EXISTS (
                              SELECT 1
                                FROM dso_qualification undone
                               WHERE undone.undoes_id = said.id
                          )
                        UNION ALL
                       SELECT 1
                         FROM dso_action_item item
                         JOIN account_move_line line ON line.id = item.line_id
                         JOIN dso_item_status status ON status.id = line.dso_status_id
                        WHERE item.action_id = action.id
                          AND status.kind = action.result
                          AND status.kind = 'dispute'
                   )
                """,
                called.ids,
            )
        )
        return called - called.browse([action_id for (action_id,) in recorded])

    def _describe_unrecorded(self):
        """That the items do not say what somebody said."""
        if self.result == "promise":
            return self.env._(
                "The customer promised to pay, but no promise was recorded: the scenario goes on."
            )
        return self.env._(
            "The customer disputes it, but no dispute was recorded: the scenario goes on."
        )

    def _name_some(self):
        """These actions in a sentence: the first ones by name."""
        return name_some(self.env, self.mapped("display_name"))

    def _describe_manual(self):
        """Who planned an action out of scenario, what it tells of, and the note for whoever does
        it."""
        self.ensure_one()
        # sudo: the name of a colleague
        user = self.sudo().create_uid
        text = (
            self.env._("Action outside the scenario.")
            if not user or user._is_superuser()
            else self.env._("Action outside the scenario, by %(user)s.", user=user.name)
        )
        documents = name_some(self.env, self.item_ids.mapped("document"))
        if self._is_statement():
            text = f"{text} {self._describe_statement()}"
        elif documents:
            about = self.env._("About %(documents)s.", documents=documents)
            text = f"{text} {about}"
        if self.comment and not self.done_date:
            said = self.env._("“%(comment)s”", comment=self.comment)
            text = f"{text} {said}"
        return text

    def _describe_statement(self):
        """What the statement came to, each currency by itself."""
        totals = defaultdict(float)
        for item in self.item_ids:
            totals[item.currency_id] += item.amount_residual
        if not totals:
            return self.env._("Statement of account.")
        return self.env._(
            "Statement of account: %(totals)s.",
            totals=self._join_amounts(sorted(totals.items(), key=lambda entry: entry[0].id)),
        )

    def _describe_specific(self):
        """What a specific action follows up: the statuses that it found on its items."""
        self.ensure_one()
        documents = self._name_documents(self.item_ids)
        statuses = self._get_statuses()
        # sudo: compared with what was read as superuser
        if len(statuses) == 1 and statuses[0][1] == self.sudo().item_ids:
            return self.env._(
                "Specific action for %(documents)s: %(statuses)s.",
                documents=documents,
                statuses=statuses[0][0].name,
            )
        sentences = [self.env._("Specific action for %(documents)s.", documents=documents)]
        # some of its items have a status, or each another one
        for status, items in statuses:
            sentences.append(
                self.env._(
                    "%(documents)s: %(status)s.",
                    documents=self._name_documents(items),
                    status=status.name,
                )
            )
        return " ".join(sentences)

    def _name_documents(self, items):
        documents = ", ".join(items[:3].mapped("document"))
        if len(items) <= 3:
            return documents
        return self.env._(
            "%(documents)s and %(count)s more", documents=documents, count=len(items) - 3
        )

    def _describe_reason(self, day, previous, skipped):
        """Why this action and why on this date, from what the decision left behind.

        :param day: the day from which days overdue are counted
        :param previous: the steps before, those that still exist
        :param skipped: see :meth:`_find_skipped`
        """
        self.ensure_one()
        data = self.reason_data
        sentences = [self._describe_leader(day), self._describe_step(data)]
        if data.get("previous_date"):
            sentences.append(self._describe_previous(data, previous, skipped))
        sentences.append(self._describe_cause(data))
        return join_clauses(self.env, sentences) + "."

    def _find_not_late(self):
        """{id of an item: it}, of those that are due on the very day of one of these actions."""
        ids = {
            line_id
            for action in self
            for line_id in (action.reason_data or {}).get("not_late_lines", ())
        }
        # sudo: names of the customers' own documents
        lines = self.env["account.move.line"].sudo().browse(ids).exists()
        return {line.id: line for line in lines}

    def _describe_not_late(self, found):
        """The part of the amount that is due on the very day, which the message leaves out.

        :param found: see :meth:`_find_not_late`
        """
        data = self.reason_data or {}
        amount = data.get("not_late")
        if not amount or self.done_date:
            return None
        values = {
            "amount": format_amount(self.env, amount, self.company_id.currency_id),
            "total": format_amount(self.env, self.amount, self.company_id.currency_id),
        }
        lines = [found[key] for key in data.get("not_late_lines", ()) if key in found]
        if not lines:
            return self.env._(
                "%(amount)s of the %(total)s only falls due on the day of the message: it is not "
                "overdue yet, so the message leaves it out.",
                **values,
            )
        return self.env._(
            "%(amount)s of the %(total)s only falls due on %(date)s (%(documents)s): on that day "
            "it is not overdue yet, so the message leaves it out.",
            date=format_date(self.env, get_due_date(lines[0])),
            documents=name_some(self.env, [line._dso_get_document() for line in lines]),
            **values,
        )

    def _describe_leader(self, day):
        line = self.leader_line_id
        if not line:
            return self.env._("The leader no longer exists")
        due = get_due_date(line)
        document = line._dso_get_document_label()
        late = (day - due).days
        if late > 0:
            if late == 1:
                return self.env._("%(document)s (leader) is one day overdue", document=document)
            return self.env._(
                "%(document)s (leader) is %(days)s days overdue", document=document, days=late
            )
        if late == 0:
            return self.env._("%(document)s (leader) is due today", document=document)
        if late == -1:
            return self.env._("%(document)s (leader) is due tomorrow", document=document)
        return self.env._(
            "%(document)s (leader) is due in %(days)s days", document=document, days=-late
        )

    def _describe_step(self, data):
        values = {
            "position": data["position"],
            "step": self._get_step_name() or self.name,
            "days": abs(data["delay"]),
        }
        if data["trigger"] == "previous_action":
            if data["delay"] == 1:
                return self.env._(
                    "step %(position)s “%(step)s” is due one day after the previous action",
                    **values,
                )
            return self.env._(
                "step %(position)s “%(step)s” is due %(days)s days after the previous action",
                **values,
            )
        if data["delay"] == 0:
            return self.env._("step %(position)s “%(step)s” is due on the due date", **values)
        if data["delay"] == -1:
            return self.env._(
                "step %(position)s “%(step)s” is due one day before the due date", **values
            )
        if data["delay"] == 1:
            return self.env._(
                "step %(position)s “%(step)s” is due one day after the due date", **values
            )
        if data["delay"] < 0:
            return self.env._(
                "step %(position)s “%(step)s” is due %(days)s days before the due date", **values
            )
        return self.env._(
            "step %(position)s “%(step)s” is due %(days)s days after the due date", **values
        )

    def _find_skipped(self):
        """Which of the steps before these actions a user skipped.

        :return: {(customer id, step id, day as it is in ``reason_data``)}
        """
        before = [
            action.reason_data
            for action in self
            if action.reason_data and action.reason_data.get("previous_date")
        ]
        if not before:
            return set()
        # sudo: the word "skipped", of the same customers' actions
        found = (
            self.env["dso.action"]
            .sudo()
            .search_fetch(
                [
                    ("customer_id", "in", self.customer_id.ids),
                    ("step_id", "in", list({data["previous_step"] for data in before})),
                    ("state", "=", "cancelled"),
                    ("skipped", "=", True),
                ],
                ["customer_id", "step_id", "done_date"],
            )
        )
        return {
            (action.customer_id.id, action.step_id.id, action.done_date.isoformat())
            for action in found
        }

    def _describe_previous(self, data, previous, skipped):
        step = previous.filtered(lambda step: step.id == data["previous_step"])
        values = {
            "step": step.name or self.env._("the previous step"),
            "date": format_date(self.env, Date.fromisoformat(data["previous_date"])),
        }
        if data.get("lapsed"):
            return self.env._("“%(step)s” lapsed because the due date had passed", **values)
        if (self.customer_id.id, step.id, data["previous_date"]) in skipped:
            return self.env._("“%(step)s” was skipped on %(date)s", **values)
        return self.env._("“%(step)s” was done on %(date)s", **values)

    def _describe_cause(self, data):
        """What moved the date away from where the step alone would put it."""
        customer = self.customer_id
        cause = "forced" if self.date_forced else data.get("cause")
        return {
            "interval": self.env._("the interval between the two steps is kept"),
            "leader_since": self.env._(
                "it has been the leader since %(date)s",
                date=format_date(self.env, customer.leader_since),
            ),
            "contact_gap": self._describe_contact_gap(data),
            "forced": self.env._("the date was set by hand"),
        }.get(cause)

    def _describe_contact_gap(self, data):
        """From which day the gap counts: else its end looks like a day that is about another
        item, such as one promised for the same day."""
        days = self.company_id.dso_contact_gap_days
        if not data.get("gap_from"):
            return self.env._(
                "at least %(days)s days must pass after the last action for another leader",
                days=days,
            )
        return self.env._(
            "at least %(days)s days must pass after the customer's last reminder, of %(date)s, "
            "which was about another leader",
            days=days,
            date=format_date(self.env, Date.fromisoformat(data["gap_from"])),
        )

    def _describe_cancellation(self):
        line = self.leader_line_id
        values = {
            "document": line._dso_get_document_label() if line else self.env._("the leader"),
        }
        text = {
            "cleared": self.env._("Cancelled: all its items were cleared."),
            "nothing_asked": self.env._(
                "Cancelled: there was nothing left to collect. What was open is paid, covered by "
                "credits, promised, in dispute or ignored."
            ),
            "user": (
                self.env._("Skipped by the user.")
                if self.origin == "scenario"
                else self.env._("Cancelled by the user.")
            ),
            "ended": self.env._("Ended by the user: its items are back in the scenario."),
            "followed": self.env._("Ended by the user: its disputed items have a new follow-up."),
            "undone": self.env._("Cancelled: the change of status that planned it was undone."),
            "requalified": self.env._("Cancelled: its items were given another follow-up."),
            "excluded": self.env._("Cancelled: every item is excluded from the scenario."),
            "no_scenario": self.env._("Cancelled: the customer no longer has a scenario."),
            "no_step": self.env._("Cancelled: the scenario no longer has any steps."),
            "scenario_done": self.env._("Cancelled: the scenario is finished for the leader."),
            "archived": self.env._("Cancelled: the customer was archived."),
            "own_company": self.env._("Cancelled: the customer is a company of this database."),
            "covered": self.env._("Cancelled: unapplied credits cover what is due."),
            "below_minimum": self.env._("Cancelled: the amount to collect is below the minimum."),
            "kept": self.env._("Closed: what was promised is paid."),
            "replaced": self.env._("Cancelled: another step took its place."),
            "leader_cleared": self.env._(
                "Cancelled: %(document)s is no longer open, another item is the leader.", **values
            ),
            "leader_excluded": self.env._(
                "Cancelled: %(document)s left the scenario, another item is the leader.", **values
            ),
            "leader_changed": self.env._(
                "Cancelled: another item is now the leader, ahead of %(document)s.", **values
            ),
            "scenario_changed": self.env._("Cancelled: the scenario was changed."),
            "undelivered": self.env._("Withdrawn: the previous message was not delivered."),
            "file_archived": self.env._("Withdrawn: the customer's file was archived."),
            "merged": self.env._("Cancelled: the customer was merged into another one."),
        }.get(self.cancel_code, self.env._("Cancelled."))
        return f"{text} {self.cancel_reason}" if self.cancel_reason else text
