from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.http import request
from odoo.tools.misc import format_amount, format_date

from ...engine import leader as rules
from ...engine.facts import EXCLUDING_KINDS
from ...tools.inside import get_inside, inside
from ...tools.ledger import get_due_date
from ...tools.toasts import name_some, toast
from ..ledger.account_move_line import QUIET

#: What the log of an item is about.
STATUS_FIELDS = frozenset({"dso_status_id", "dso_status_date"})


class AccountMoveLine(models.Model):
    """The status of an item, its log and its follow-up."""

    _inherit = "account.move.line"

    def write(self, vals):
        if not STATUS_FIELDS & vals.keys():
            return super().write(vals)
        before = self._dso_get_statuses()
        if request and not self.env.su:
            # at a keyboard it is a slip; code that brings a history along means it
            self._dso_check_promise(vals)
        result = super().write(vals)
        self._dso_clear_former_status(before, vals)
        self._dso_log_changes(before, vals)
        self._dso_follow_changes(before)
        return result

    def _dso_get_statuses(self):
        return {line: (line.dso_status_id, line.dso_status_date) for line in self}

    def _dso_clear_former_status(self, before, vals):
        """A new status takes the date and the comment of the one before away, where none of its
        own are given: what is shown of an item belongs to its latest qualification."""
        gone = {"dso_status_date": False, "dso_comment": False}
        gone = {fname: value for fname, value in gone.items() if fname not in vals}
        changed = [
            line.id for line, (status, _day) in before.items() if status != line.dso_status_id
        ]
        if gone and changed and "dso_status_id" in vals:
            # sudo: fields of the module's own, on items that were just written
            lines = self.browse(changed).sudo()
            lines.with_context(**QUIET, **inside(dso_skip_log=True)).write(gone)

    def _dso_check_promise(self, vals):
        """A promise is for a day that is still to come, however it is written.

        :raise UserError: otherwise, with what to correct
        """
        # sudo: the status's kind decides, whoever may read statuses
        Status = self.env["dso.item.status"].sudo()
        for line in self:
            status = line.sudo().dso_status_id
            if "dso_status_id" in vals:
                status = Status.browse(vals["dso_status_id"] or [])
            day = line.dso_status_date
            if "dso_status_date" in vals:
                day = fields.Date.to_date(vals["dso_status_date"])
            # sudo: what stands there, compared only
            same = (status, day) == (line.sudo().dso_status_id, line.dso_status_date)
            if status.kind == "promise" and day and not same:
                line.company_id._dso_check_promise_day(day)

    def _dso_is_told_to_skip(self, *keys):
        """Whether the module itself said so, which writes as superuser: a client says nothing."""
        return self.env.su and any(get_inside(self.env, key) for key in keys)

    def _dso_log_changes(self, before, vals):
        """Keep every change of status in the append-only log, however it was made. A comment that
        was not given with it was said on another day."""
        changed = [
            line
            for line, status in before.items()
            if status != (line.dso_status_id, line.dso_status_date)
        ]
        if changed and not self._dso_is_told_to_skip("dso_skip_log"):
            lines = self.browse([line.id for line in changed])
            said = {} if "dso_comment" in vals else {"comment": False}
            lines._dso_log(source="system" if self.env.su else "collector", **said)

    def _dso_follow_changes(self, before):
        """A status that was written on items, by a list, an import or another program, gets the
        follow-up that "Change status" would have made (R13). Refusing it instead would stop
        imports of opening balances with their disputes, and Odoo's own lists.

        :param before: see ``_dso_get_statuses``; what the module itself does says what follows
        """
        if self._dso_is_told_to_skip("dso_skip_log", "dso_skip_follow_up"):
            return
        changed = self.browse(
            line.id for line, (status, _day) in before.items() if status != line.dso_status_id
        )
        # as in the dialog, what followed the status before ends with it
        self.env["dso.action"]._detach(changed)
        changed._dso_make_follow_ups()

    def _dso_make_follow_ups(self):
        """Make the follow-ups of statuses that came with items, or were written on them."""
        # sudo: the module looks after disputes, whoever writes the status
        lines = self.sudo().filtered(lambda line: line.dso_status_id and line._dso_is_open())
        lines = lines.filtered(
            lambda line: line.amount_residual > 0 and line.dso_status_id._needs_follow_up()
        )
        if lines:
            self.env["dso.item.qualify"]._make_follow_ups_of_statuses(lines)

    def _dso_log(self, source="collector", **values):
        """Add the present status of these items to the log.

        :param values: further values of ``dso.qualification``
        """
        # sudo: the log is written by the module only
        Customer = self.env["dso.customer"].sudo().with_context(active_test=False)
        lines = self.filtered("partner_id")
        by_company = defaultdict(set)
        for line in lines:
            by_company[line.company_id].add(line.partner_id.commercial_partner_id.id)
        customers = {}
        for company, partner_ids in by_company.items():
            Customer._ensure_customers(company, partner_ids)
            for customer in Customer.search(
                [("company_id", "=", company.id), ("partner_id", "in", list(partner_ids))]
            ):
                customers[company, customer.partner_id] = customer
        values_list = []
        for line in lines:
            customer = customers.get(
                # sudo: found among files that were read as superuser
                (line.company_id, line.partner_id.commercial_partner_id.sudo())
            )
            if not customer:
                continue
            # sudo: the log tells the status as it is, whoever may read statuses
            status = line.sudo().dso_status_id
            values_list.append(
                {
                    "customer_id": customer.id,
                    "partner_id": customer.partner_id.id,
                    "company_id": line.company_id.id,
                    "line_id": line.id,
                    "document": line._dso_get_document(),
                    "due_date": get_due_date(line),
                    "currency_id": line.currency_id.id,
                    "amount_residual": line.amount_residual_currency,
                    "status_id": status.id,
                    "kind": status.kind,
                    "date": line.dso_status_date,
                    "comment": line.dso_comment,
                    "user_id": self.env.uid,
                    "source": source,
                    "logged_on": line.company_id._dso_today(),
                    **values,
                }
            )
        # sudo: the log is written by the module only, of items that the caller changed
        return self.env["dso.qualification"].sudo().create(values_list)

    def _dso_set_status(self, status, date=None):
        """Put a status on items, as the module itself does."""
        # sudo: own fields of the module, which accounting's rights are not about
        # what follows from it, the caller knows
        lines = self.sudo().with_context(**QUIET, **inside(dso_skip_follow_up=True))
        lines.write({"dso_status_id": status.id, "dso_status_date": date, "dso_comment": False})

    def _dso_resolve(self):
        """The disputes of these items are resolved: they re-enter the scenario (R5, R13)."""
        status = self.env.ref("dso_collection.status_dispute_resolved", raise_if_not_found=False)
        # sudo: statuses are configuration
        Status = self.env["dso.item.status"].sudo()
        status = (status and status.sudo()) or Status.search(
            [("kind", "=", "dispute_resolved")], limit=1
        )
        if not status:
            raise UserError(
                self.env._(
                    "There is no item status of the kind “Dispute resolved”. Ask a credit manager "
                    "to add one in the item statuses."
                )
            )
        # sudo: the status's kind decides, whoever may read statuses
        lines = self.filtered(lambda line: line.sudo().dso_status_id.kind == "dispute")
        lines.with_context(**inside(dso_skip_log=True))._dso_set_status(status)
        lines._dso_log()

    def _dso_check_write(self):
        """Who may change the collection fields of these items: an accountant who may change the
        items themselves, or a collector who sees the customers of all of them.

        :raise AccessError: otherwise
        """
        if self.env.su:
            return
        if not self.env.user.has_group("dso_collection.group_dso_collector"):
            self.check_access("write")
            return
        self.check_access("read")
        partners = self.partner_id.commercial_partner_id
        # an archived file is somebody's as well
        seen = (
            self.env["dso.customer"]
            .with_context(active_test=False)
            .search([("partner_id", "in", partners.ids), ("company_id", "in", self.company_id.ids)])
        )
        pairs = {(customer.partner_id, customer.company_id) for customer in seen}
        for line in self:
            if (line.partner_id.commercial_partner_id, line.company_id) not in pairs:
                raise AccessError(
                    self.env._(
                        "%(document)s belongs to a customer you are not in charge of.",
                        document=line._dso_get_document(),
                    )
                )

    def _dso_write_own(self, vals):
        """Write collection fields as a collector, who has no right on journal items."""
        lines = self.filtered(lambda line: line._dso_is_open())
        if not lines:
            raise UserError(self.env._("Only open items of customers can be changed here."))
        lines._dso_check_write()
        lines._dso_check_promise(vals)
        # sudo: checked above; only the module's own fields and the follow-up flag are written
        lines.sudo().with_context(**QUIET).write(vals)

    def action_dso_qualify(self):
        """Change status…: the dialog in three steps for these items. [seed 004]"""
        lines = self.filtered(lambda line: line._dso_is_open())
        if not lines:
            raise UserError(self.env._("Choose open items of customers to change their status."))
        lines._dso_check_write()
        lines = lines._dso_leave_out_archived()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dso_collection.dso_item_qualify_action"
        )
        context = dict(self.env.context, default_line_ids=lines.ids)
        return dict(action, context=context)

    def _dso_leave_out_archived(self):
        """These items without those of archived files: nothing is planned there.

        :raise UserError: if none is left
        """
        # sudo: which files are archived, of items that the user may change
        archived = self.sudo().with_context(active_test=False)._dso_get_customers()
        archived = archived.filtered(lambda customer: not customer.active)
        pairs = {(customer.partner_id.id, customer.company_id.id) for customer in archived}
        lines = self.filtered(
            lambda line: (line.partner_id.commercial_partner_id.id, line.company_id.id) not in pairs
        )
        if not lines:
            raise UserError(
                self.env._(
                    "%(customers)s: archived, so nothing is planned. Restore the file first.",
                    customers=name_some(self.env, archived.mapped("display_name")),
                )
            )
        return lines

    def _dso_propose_qualify(self, own=None, told=None):
        """The same dialog where nobody chose the items: those with which something else is going
        on are offered, and taken only when they are ticked.

        :param own: the action that is about these items
        :param told: those of them that somebody spoke of, default all; the others are taken only
            when they are ticked, too
        """
        lines = self.filtered(lambda line: line._dso_is_open())
        held = lines if told is not None and not told else lines._dso_find_withheld(own)
        action = lines.action_dso_qualify()
        free = lines.filtered(lambda line: line not in held)
        return dict(
            action,
            context=dict(
                action["context"],
                default_line_ids=free.ids,
                default_held_line_ids=[line.id for line in held],
            ),
        )

    def _dso_find_withheld(self, own=None):
        """What a new status would undo: disputes, litigation, open promises, specific actions.

        :param own: an action that is about these items anyway
        :return: {line: (its kind or ``specific``, the open specific actions it is attached to)}
        """
        # sudo: what is going on with an item is a fact of the rules, shown with the item
        items = self.env["dso.action.item"].sudo()
        attached = items.search(
            [
                ("line_id", "in", self.ids),
                ("action_id.origin", "=", "specific"),
                ("action_id.state", "in", ("planned", "error")),
            ]
        )
        by_line = attached.grouped("line_id")
        todays = {company: company._dso_today() for company in self.company_id}
        held = {}
        for line in self:
            # sudo: compared with what was read as superuser
            actions = by_line.get(line.sudo(), items).action_id
            if own and own.sudo() in actions:
                continue
            item = line._dso_to_engine(line.company_id)
            promised = item.kind == "promise" and (
                not item.promised_until or rules.is_promised(item, todays[line.company_id])
            )
            kind = item.kind if promised or item.kind in EXCLUDING_KINDS else None
            if kind or actions:
                held[line] = (kind or "specific", actions)
        return held

    def _dso_describe_withheld(self, own=None):
        """{line: what a new status would undo of it, in a few words}"""
        texts = {}
        for line, (kind, actions) in self._dso_find_withheld(own).items():
            # sudo: shown with the item
            status = line.sudo().dso_status_id
            words = [] if kind == "specific" else [status.name]
            if kind != "specific" and line.dso_status_date:
                words.append(format_date(self.env, line.dso_status_date))
            words += [
                self.env._(
                    "“%(action)s” on %(date)s",
                    action=action.name,
                    date=format_date(self.env, action.date),
                )
                for action in actions
            ]
            texts[line] = ", ".join(words)
        return texts

    @api.depends_context("dso_held")
    def _compute_display_name(self):
        """In the list of what is only taken when ticked, with what is going on."""
        super()._compute_display_name()
        if not self.env.context.get("dso_held"):
            return
        texts = self._dso_describe_withheld()
        for line in self:
            line.display_name = " · ".join(
                filter(
                    None,
                    (
                        line._dso_get_document(),
                        format_amount(self.env, line.amount_residual_currency, line.currency_id),
                        texts.get(line),
                    ),
                )
            )

    def action_dso_new_action(self):
        """A new action for these items of one customer."""
        customer = self._dso_leave_out_archived()._dso_get_customers()
        if len(customer) != 1:
            raise UserError(self.env._("Choose items of one customer for a new action."))
        return customer.with_context(default_line_ids=self.ids).action_new_action()

    def _dso_get_follow_up_date(self):
        """When disputes are looked at again: after the follow-up days of their statuses."""
        company = self.company_id[:1]
        # sudo: statuses are configuration
        days = min(self.sudo().dso_status_id.mapped("followup_days"), default=7) or 1
        return company._dso_next_working_day(company._dso_today() + timedelta(days=days))

    def _dso_report(self, what):
        """A word on what was done with these items."""
        names = name_some(self.env, [line._dso_get_document() for line in self])
        return toast(self.env._("%(documents)s: %(what)s.", documents=names, what=what))

    def action_dso_ignore(self):
        """Leave these items out of dunning; they still count in the amounts."""
        self._dso_write_own({"dso_ignored": True})
        return self._dso_report(self.env._("left out of the scenario"))

    def action_dso_unignore(self):
        """Chase these items again."""
        self._dso_write_own({"dso_ignored": False})
        return self._dso_report(self.env._("chased again"))

    def action_dso_include(self):
        """Include in collection: take away the follow-up flag that Odoo sets by default in
        general journals, so that opening balances are chased (R1)."""
        self._dso_write_own({"no_followup": False})
        return self._dso_report(self.env._("included in collection"))

    def action_dso_exclude(self):
        """Exclude from follow-up, in Odoo's own words and for all of its reports."""
        self._dso_write_own({"no_followup": True})
        return self._dso_report(self.env._("excluded from follow-up"))
