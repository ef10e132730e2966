from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...models.action.dso_action import QUALIFIED, RESULTS
from ...tools.toasts import toast

#: How many of each kind of the last exchanges are shown.
EXCHANGES = 5
#: Results after which the call is made again.
NOT_REACHED = ("message", "no_answer")


class DsoActionLog(models.TransientModel):
    """Asks the result and a comment when an action is carried out by hand; of a specific one also
    whether it goes on (R16), and whether the dispute it followed is resolved (R13). For a call it
    is the screen to call with: numbers, script, open items, the last exchanges, and what comes
    next."""

    _name = "dso.action.log"
    _description = "Carry Out a Collection Action"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset(
        {
            "call_again",
            "call_again_date",
            "comment",
            "contact_id",
            "follow_up",
            "next_date",
            "resolved",
            "result",
        }
    )
    _dso_creatable = frozenset({"action_id", "executed"})

    action_id = fields.Many2one("dso.action", required=True, ondelete="cascade")
    executed = fields.Boolean(
        help="Set once the message has been sent: only what comes next is asked."
    )
    customer_id = fields.Many2one(related="action_id.customer_id")
    action_type = fields.Selection(related="action_id.action_type")
    reason = fields.Char(related="action_id.reason")
    nothing_asked = fields.Char(related="action_id.nothing_asked")
    contact_name = fields.Char(related="action_id.contact_name")
    items_table = fields.Html(related="action_id.items_table")
    contact_ids = fields.Many2many("res.partner", compute="_compute_contact_ids")
    contact_id = fields.Many2one(
        "res.partner",
        string="Called",
        domain="[('id', 'in', contact_ids)]",
        compute="_compute_contact_id",
        store=True,
        readonly=False,
    )
    phone = fields.Char(related="contact_id.phone")
    script = fields.Html(compute="_compute_script", sanitize=False)
    past_action_ids = fields.Many2many("dso.action", compute="_compute_exchanges")
    qualification_ids = fields.Many2many("dso.qualification", compute="_compute_exchanges")
    message_ids = fields.Many2many("mail.message", compute="_compute_exchanges")
    # nothing is proposed: what came of a call is said by who called
    result = fields.Selection(RESULTS)
    comment = fields.Text()
    proposal = fields.Char(compute="_compute_proposal", help="Shows what follows from the result.")
    call_again = fields.Boolean(compute="_compute_call_again", store=True, readonly=False)
    call_again_date = fields.Date(
        string="Call Again On", compute="_compute_call_again_date", store=True, readonly=False
    )
    repeats = fields.Boolean(compute="_compute_repeats")
    disputed = fields.Boolean(compute="_compute_repeats")
    follow_up = fields.Selection(
        [
            ("keep", "Keep this action open, next on"),
            ("end", "End it: its items go back into the scenario"),
        ],
        string="And Then",
        default="keep",
    )
    next_date = fields.Date(compute="_compute_next_date", store=True, readonly=False)
    resolved = fields.Selection(
        [
            ("yes", "Yes: the items go back to the start of the scenario"),
            ("no", "No: they stay in dispute, with a follow-up on"),
        ],
        string="Is the Dispute Resolved?",
    )

    @api.model
    def default_get(self, fields):
        """:raise UserError: without an action, as from an address that somebody kept"""
        values = super().default_get(fields)
        if "action_id" in fields and not values.get("action_id"):
            raise UserError(
                self.env._("Open this dialog from an action, for example in the agenda.")
            )
        return values

    # ------------------------------------------------------------------
    # The screen to call with
    # ------------------------------------------------------------------

    @api.depends("action_id")
    def _compute_contact_ids(self):
        contacts = self.action_id._find_callable_contacts()
        for wizard in self:
            # the ids only: what is shown of them is read with the user's own rights
            found = contacts.get(wizard.action_id.id)
            wizard.contact_ids = found.sudo(False) if found else False

    @api.depends("contact_ids")
    def _compute_contact_id(self):
        for wizard in self:
            called = wizard.action_type == "call"
            wizard.contact_id = wizard.contact_ids[:1] if called else False

    @api.depends("action_id")
    def _compute_script(self):
        """The script of the step with its hashtags replaced, in the customer's language."""
        for wizard in self:
            action = wizard.action_id
            # sudo: scripts are configuration
            step = action.sudo().step_id.with_context(lang=action.lang)
            script = wizard.action_type == "call" and step.call_script
            wizard.script = action._dso_render(script, html=True) if script else False

    @api.depends("customer_id")
    def _compute_exchanges(self):
        """What was done, said and written last with the customer."""
        for wizard in self:
            customer = wizard.customer_id
            done = [("customer_id", "=", customer.id), ("state", "=", "done")]
            wizard.past_action_ids = self.env["dso.action"].search(
                done, order="done_date desc, id desc", limit=EXCHANGES
            )
            wizard.qualification_ids = self.env["dso.qualification"].search(
                [("customer_id", "=", customer.id)], order="id desc", limit=EXCHANGES
            )
            wizard.message_ids = self.env["mail.message"].search(
                [
                    ("model", "=", "dso.customer"),
                    ("res_id", "=", customer.id),
                    ("message_type", "in", ["comment", "email", "email_outgoing", "sms"]),
                ],
                order="id desc",
                limit=EXCHANGES,
            )

    # ------------------------------------------------------------------
    # Proposals
    # ------------------------------------------------------------------

    @api.depends("result", "contact_id")
    def _compute_proposal(self):
        """One sentence on what comes after, before the user decides."""
        for wizard in self:
            name = wizard.contact_id.name or wizard.customer_id.display_name
            wizard.proposal = {
                "promise": self.env._(
                    "The status of the items comes next: enter the day and the amount promised."
                ),
                "dispute": self.env._(
                    "The status of the items comes next: enter the kind of dispute and who is to "
                    "resolve it."
                ),
                "message": self.env._("Call again on the next working day?"),
                "no_answer": self.env._("Call again on the next working day?"),
                "wrong_number": self.env._(
                    "The number of %(contact)s is marked as wrong, and is not proposed again "
                    "until it is changed.",
                    contact=name,
                ),
            }.get(wizard.action_type == "call" and wizard.result, False)

    @api.depends("result", "contact_id")
    def _compute_call_again(self):
        """Whoever was not reached is called on the next working day; after a wrong number only if
        there is another one."""
        for wizard in self:
            called = wizard.action_type == "call" and not wizard.executed
            # in a dialog that is not saved yet, the same contact may be another record
            others = wizard.contact_ids._origin - wizard.contact_id._origin
            again = wizard.result in NOT_REACHED or wizard.result == "wrong_number" and others
            wizard.call_again = called and bool(again)

    @api.depends("action_id")
    def _compute_call_again_date(self):
        for wizard in self:
            company = wizard.action_id.company_id
            if company:
                tomorrow = fields.Date.add(company._dso_today(), days=1)
                wizard.call_again_date = company._dso_next_working_day(tomorrow)

    @api.depends("action_id")
    def _compute_repeats(self):
        for wizard in self:
            wizard.repeats = wizard.action_id._stays_open()
            wizard.disputed = bool(wizard.action_id._get_disputed_lines())

    @api.depends("action_id", "result")
    def _compute_next_date(self):
        """A week on, by default: the usual follow-up of an item; the next working day for whoever
        was not reached."""
        for wizard in self:
            company = wizard.action_id.company_id
            if not company:
                continue
            days = 1 if wizard.call_again else wizard.action_id._get_followup_days()
            day = fields.Date.add(company._dso_today(), days=days)
            wizard.next_date = company._dso_next_working_day(day)

    # ------------------------------------------------------------------
    # Applying
    # ------------------------------------------------------------------

    def action_apply(self, all_the_same=False):
        """Carry the action out and keep what came of it.

        :param all_the_same: also where it asks for nothing, without a question
        """
        self.ensure_one()
        if self._ends() and self.disputed and not self.resolved:
            raise UserError(self.env._("Say whether the dispute is resolved."))
        outcome = None
        if not self.executed:
            self._check_result()
            self._check_call_again()
            asks = self.action_id.origin != "scenario" and not all_the_same
            if asks and (question := self.action_id._ask_first("action_apply", record=self)):
                return question
            outcome = self._execute(all_the_same)
        done = self.action_id.state == "done" or self.repeats
        self._follow_up()
        if isinstance(outcome, dict):
            return outcome
        return (done and self._follow_call()) or self._tell()

    def _ends(self):
        """Whether an action that can be carried out several times ends with this one."""
        return self.repeats and self.follow_up == "end"

    def _execute(self, all_the_same):
        """Note what came of the action, and carry it out.

        :return: what ``action_execute`` returns
        """
        action = self.action_id
        comment = (self.comment or "").strip() and self.comment
        action.write({"result": self.result, "comment": comment})
        # a dispute that is not resolved keeps a follow-up, here on the day that is chosen (R13)
        how = self._ends() and ("resolved" if self.disputed else True)
        return action._execute(all_the_same, end=how)

    def _follow_up(self):
        """What becomes of an action that can be carried out several times, and of its dispute."""
        action, ends = self.action_id, self._ends()
        if ends and action.state in ("planned", "error"):
            action.action_end(
                resolved=self.resolved == "yes",
                follow_up_date=self.next_date if self.disputed else None,
            )
        elif ends and self.resolved == "yes":
            action._resolve_disputes()
        elif ends and self.disputed:
            action._follow_up_again(self.next_date)
        elif self.repeats and self.next_date and action.state in ("planned", "error"):
            action.action_reschedule(self.next_date)

    def _tell(self):
        """A word on what was noted."""
        action = self.action_id
        results = dict(self._fields["result"]._description_selection(self.env))
        return toast(
            self.env._(
                "%(action)s: %(result)s.",
                action=action.display_name,
                result=results.get(self.result) or self.env._("noted"),
            )
        )

    def _check_result(self):
        """A call has a result, which somebody chose."""
        if self.action_type == "call" and not self.result:
            raise UserError(
                self.env._(
                    "Choose the result of the call: whether somebody was reached, promised to "
                    "pay, could not be reached…"
                )
            )

    def _check_call_again(self):
        """A call is made again later, on a day that is chosen."""
        if not self._calls_again():
            return
        today = self.action_id.company_id._dso_today()
        if not self.call_again_date or self.call_again_date < today:
            raise UserError(self.env._("Choose on which day to call again: today or later."))

    def _calls_again(self):
        """Whether another call is planned: an action that stays open is moved instead."""
        return self.action_type == "call" and self.call_again and not self.repeats

    def _follow_call(self):
        """What comes next after a call that was made.

        :return: the next dialog, if there is one
        """
        if self.executed or self.action_type != "call":
            return None
        if self.result == "wrong_number":
            self._mark_wrong_number()
        if self._calls_again():
            self._plan_call_again()
        if self.result in QUALIFIED:
            return self._open_qualify(self.result)
        return None

    def _mark_wrong_number(self):
        """The number is not proposed any more, and the contact says why."""
        contact = self.contact_id
        if not contact or not contact.phone:
            return
        contact.dso_wrong_phone = True
        contact._message_log(
            body=self.env._("%s is a wrong number: called for collection.", contact.phone)
        )

    def _plan_call_again(self):
        """A call of the user's own on that day, with the script of this one; the one that was
        made stays in the history."""
        action = self.action_id
        self.env["dso.action"]._dso_as_module().create(
            {
                "customer_id": action.customer_id.id,
                "origin": "manual",
                "action_type": "call",
                "step_id": action.step_id.id,
                "collector_id": action.collector_id.id,
                "date": self.call_again_date,
                "date_forced": True,
                "recipient_ids": [Command.set(action.recipient_ids.ids)],
                "comment": self.comment,
            }
        )
        action.customer_id._plan(action.customer_id)

    def _open_qualify(self, kind):
        """Change status… of what was talked about, with the comment that was noted."""
        action = self.action_id
        told = (action.child_ids.sorted("id")[-1:] or action).item_ids
        lines = told.line_id.filtered(lambda line: line._dso_is_open() and line.amount_residual > 0)
        if not lines:
            return None
        status = self.env["dso.item.status"].search([("kind", "=", kind)], limit=1)
        return lines.with_context(
            default_status_id=status.id, default_comment=self.comment, default_after_call=True
        )._dso_propose_qualify(own=action)
