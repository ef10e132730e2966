from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ...models.ledger.account_move_line import QUIET
from ...tools.action_types import OPEN_STATES
from ...tools.inside import inside

#: What of the entry that stands again is put into the one that takes another back.
COPIED_FROM_LOG = (
    "amount",
    "amount_residual",
    "amount_open",
    "amount_settled",
    "resolver_email",
)


class DsoItemQualifyUndo(models.TransientModel):
    """What a change of status replaced, to put it back as long as nothing was done since. Written
    and read by the module only: a user could put anything on items through it."""

    _name = "dso.item.qualify.undo"
    _description = "What a Change of Status Replaced"
    _inherit = ["dso.wizard"]

    wizard_id = fields.Many2one("dso.item.qualify", required=True, index=True, ondelete="cascade")
    data = fields.Json(readonly=True)

    # ------------------------------------------------------------------
    # Keeping
    # ------------------------------------------------------------------

    @api.model
    def _record_before(self, lines, reply, answer):
        """What there is now of these items, their customers and the answer that is decided.

        :return: dict, to be given to ``_record_after``
        """
        # sudo: kept by the module, shown to nobody
        lines = lines.sudo()
        customers = lines._dso_get_customers()
        Action = self.env["dso.action"].sudo()
        actions = Action.search(
            [("customer_id", "in", customers.ids), ("state", "in", list(OPEN_STATES))]
        )
        return {
            "lines": {
                line.id: [
                    line.dso_status_id.id,
                    fields.Date.to_string(line.dso_status_date) or False,
                    line.dso_comment or False,
                ]
                for line in lines
            },
            "customers": {
                customer.id: [
                    customer.leader_line_id.id,
                    fields.Date.to_string(customer.leader_since) or False,
                ]
                for customer in customers
            },
            "specific": {
                action.id: {
                    "state": action.state,
                    "name": action.name_data,
                    "items": [[item.line_id.id, item.partial] for item in action.item_ids],
                }
                for action in actions
                if action.origin == "specific"
            },
            "scenario": {
                action.customer_id.id: {
                    "leader": action.leader_line_id.id,
                    "step": action.step_id.id,
                    "date": fields.Date.to_string(action.date),
                    "date_forced": action.date_forced,
                    "confirmed": action.confirmed,
                }
                for action in actions
                if action.origin == "scenario"
            },
            "done": self._find_done(customers).ids,
            "reply": reply.id if reply.state == "to_handle" else False,
            "answer": answer.id if answer.state == "proposed" else False,
        }

    @api.model
    def _find_done(self, customers):
        """What was done with these customers today or later."""
        # sudo: whether there is anything, of customers whose items the user may qualify
        Action = self.env["dso.action"].sudo()
        days = [company._dso_today() for company in customers.company_id]
        return Action.search(
            [
                ("customer_id", "in", customers.ids),
                ("done_date", ">=", min(days, default=fields.Date.today())),
                ("state", "in", ("done", "error")),
            ]
        )

    @api.model
    def _record_after(self, wizard, before, entries, actions):
        """
        :param before: what ``_record_before`` gave
        :param entries: the qualifications that were added
        :param actions: the actions that were made
        """
        # sudo: kept by the module, shown to nobody
        return self.sudo().create(
            {
                "wizard_id": wizard.id,
                "data": {**before, "entries": entries.ids, "made": actions.ids},
            }
        )

    # ------------------------------------------------------------------
    # Putting back
    # ------------------------------------------------------------------

    def _undo(self):
        """Put everything back as it was; the log keeps both, what was noted and that it was undone.

        :raise UserError: if something was done since, with what
        """
        self.ensure_one()
        # not twice at a time
        if not self.try_lock_for_update():
            raise UserError(
                self.env._(
                    "This is already being undone, in another window. Reload the page in a "
                    "moment to see it."
                )
            )
        data = self.data
        # sudo: what the module kept, in a record that nobody else writes or reads
        entries = self.env["dso.qualification"].sudo().browse(data["entries"]).exists()
        lines = self._check_lines(data)
        self._check_nothing_since(data, entries, lines)
        self._restore_lines(data, lines)
        self._log(data, entries)
        customers = self._restore_actions(data)
        self._restore_answer(data)
        self._plan_again(data, customers)
        self.unlink()

    def _check_lines(self, data):
        """The items, which the user still has to be allowed to change."""
        ids = [int(line_id) for line_id in data["lines"]]
        # as the user: a right may have been taken away meanwhile
        lines = self.env["account.move.line"].sudo(False).browse(ids)
        # sudo: whether they are still open; the user's right is checked below
        kept = lines.sudo().exists()
        if kept.ids != ids or not all(line._dso_is_open() for line in kept):
            raise UserError(
                self.env._(
                    "An item was paid or changed in the meantime: this can no longer be undone."
                )
            )
        lines._dso_check_write()
        return kept

    def _check_nothing_since(self, data, entries, lines):
        # sudo: ids that the module kept, in a record that nobody else writes
        customers = self.env["dso.customer"].sudo().browse(map(int, data["customers"])).exists()
        done = self._find_done(customers).filtered(lambda action: action.id not in data["done"])
        if done:
            raise UserError(
                self.env._(
                    "“%(action)s” was done on %(date)s: what was said there cannot be taken back. "
                    "Change the status again instead.",
                    action=done[0].display_name,
                    date=format_date(self.env, done[0].done_date),
                )
            )
        later = entries.search(
            [
                ("line_id", "in", lines.ids),
                ("id", ">", max(entries.ids, default=0)),
                ("undoes_id", "=", False),
            ]
        )
        # what was taken back itself is in nobody's way
        later = (later - entries.search([("undoes_id", "in", later.ids)]).undoes_id)[:1]
        if later:
            raise UserError(
                self.env._(
                    "The status of %(document)s has since been changed again, by %(user)s: this "
                    "can no longer be undone.",
                    document=later.document,
                    user=later.user_id.name,
                )
            )

    def _restore_lines(self, data, lines):
        lines = lines.with_context(**QUIET, **inside(dso_skip_log=True))
        for line in lines:
            status_id, day, comment = data["lines"][str(line.id)]
            line.write({"dso_status_id": status_id, "dso_status_date": day, "dso_comment": comment})

    def _log(self, data, entries):
        for entry in entries:
            line = entry.line_id
            before = entries.search(
                [
                    ("line_id", "=", line.id),
                    ("id", "<", entry.id),
                    ("status_id", "=", line.dso_status_id.id),
                ],
                limit=1,
            )
            copied = before if line.dso_status_id else before.browse()
            line._dso_log(
                source="system",
                undoes_id=entry.id,
                resolver_id=copied.resolver_id.id,
                **{fname: copied[fname] for fname in COPIED_FROM_LOG if copied},
            )

    def _restore_actions(self, data):
        """What was planned goes, what was there before comes back."""
        # sudo: ids that the module kept, in a record that nobody else writes
        Action = self.env["dso.action"].sudo()
        made = Action.browse(data["made"]).exists()
        made._filter_pending()._cancel("undone")
        for action_id, kept in data["specific"].items():
            action = Action.browse(int(action_id)).exists()
            if not action or action.done_date and action.state != kept["state"]:
                continue
            held = action.item_ids.line_id.ids
            # sudo: ids that the module kept, in a record that nobody else writes
            lines = self.env["account.move.line"].sudo()
            missing = [
                Command.create({"line_id": line_id, "partial": partial})
                for line_id, partial in kept["items"]
                if line_id and line_id not in held and lines.browse(line_id).exists()
            ]
            values = {"item_ids": missing, "name_data": kept.get("name")} if missing else {}
            if action.state == "cancelled" and action.cancel_code == "requalified":
                values.update(state=kept["state"], cancel_code=False, cancel_reason=False)
            if values:
                action.write(values)
        # sudo: ids that the module kept, in a record that nobody else writes
        customers = self.env["dso.customer"].sudo().browse(map(int, data["customers"])).exists()
        for customer in customers:
            leader_id, since = data["customers"][str(customer.id)]
            customer.write({"leader_line_id": leader_id, "leader_since": since})
        return customers

    def _restore_answer(self, data):
        """What a customer or colleague answered waits for a decision again."""
        # sudo: ids that the module kept, in a record that nobody else writes
        answer = self.env["dso.page.answer"].sudo().browse(data["answer"] or []).exists()
        if answer:
            answer.write({"state": "proposed", "decided_by_id": False, "decided_date": False})
        reply = self.env["dso.reply"].sudo().browse(data["reply"] or []).exists()
        if reply.state == "handled":
            reply.action_reopen()

    def _plan_again(self, data, customers):
        """The scenario's action is the one that was there, with its date and confirmation."""
        customers._plan(customers)
        # sudo: customers that the module kept, in a record that nobody else writes
        actions = self.env["dso.action"].sudo()
        open_actions = actions.search(
            [
                ("customer_id", "in", customers.ids),
                ("origin", "=", "scenario"),
                ("state", "in", list(OPEN_STATES)),
                ("done_date", "=", False),
            ]
        )
        changed = actions.browse()
        for action in open_actions:
            kept = data["scenario"].get(str(action.customer_id.id))
            if not kept or (action.leader_line_id.id, action.step_id.id) != (
                kept["leader"],
                kept["step"],
            ):
                continue
            values = {"confirmed": kept["confirmed"]}
            if kept["date_forced"]:
                values.update(date=kept["date"], date_forced=True)
            if any(action[fname] != value for fname, value in values.items()):
                action.write(values)
                changed |= action
        if changed:
            customers._plan(customers)
            actions._trigger_dispatch()
