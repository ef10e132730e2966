from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.action_types import get_channel


class DsoActionPreview(models.TransientModel):
    """The exact message of an action: before it goes as it would leave now, afterwards as it
    left. Of several one leafs through, to confirm one after the other. [seeds 001, 002]"""

    _name = "dso.action.preview"
    _description = "Preview of a Collection Action"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset({"action_id", "action_ids"})

    action_id = fields.Many2one("dso.action", required=True, ondelete="cascade")
    action_ids = fields.Many2many("dso.action", string="Actions to Browse")
    position_text = fields.Char(compute="_compute_position", string="Position")
    has_several = fields.Boolean(compute="_compute_position")
    has_previous = fields.Boolean(compute="_compute_position")
    has_next = fields.Boolean(compute="_compute_position")
    state = fields.Selection(related="action_id.state")
    agenda_state = fields.Selection(related="action_id.agenda_state")
    action_type = fields.Selection(related="action_id.action_type")
    is_plain_text = fields.Boolean(compute="_compute_is_plain_text")
    automatic = fields.Boolean(related="action_id.automatic")
    confirmed = fields.Boolean(related="action_id.confirmed")
    done_date = fields.Date(related="action_id.done_date")
    reason = fields.Char(related="action_id.reason")
    error_message = fields.Char(compute="_compute_preview")
    sender = fields.Char(compute="_compute_preview")
    recipients = fields.Char(compute="_compute_preview")
    subject = fields.Char(compute="_compute_preview")
    body = fields.Html(compute="_compute_preview", sanitize=False)
    attachment_names = fields.Char(compute="_compute_preview", string="Attachments")
    nothing_asked = fields.Char(related="action_id.nothing_asked")
    reply_count = fields.Integer(related="action_id.customer_id.reply_count")
    reply_waits = fields.Boolean(compute="_compute_reply_waits")
    details = fields.Char(
        compute="_compute_preview",
        help="Shows what its channel says about it, such as the length of an SMS.",
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

    @api.depends("action_type")
    def _compute_is_plain_text(self):
        for wizard in self:
            wizard.is_plain_text = get_channel(self.env, wizard.action_type)._is_plain_text

    @api.depends("action_id", "action_ids", "action_id.confirmed")
    @api.depends_context("lang")
    def _compute_position(self):
        for wizard in self:
            actions, position = wizard._get_position()
            wizard.has_several = len(actions) > 1
            wizard.has_previous = position > 0
            wizard.has_next = position < len(actions) - 1
            wizard.position_text = self.env._(
                "%(position)s of %(count)s, %(confirmed)s confirmed",
                position=position + 1,
                count=len(actions),
                confirmed=len(actions.filtered("confirmed")),
            )

    @api.depends("action_id")
    def _compute_reply_waits(self):
        pausing = self.action_id._find_pausing_replies()
        for wizard in self:
            wizard.reply_waits = wizard.action_id in pausing

    def _get_position(self):
        """The actions as the agenda sorts them, and which of them is shown, from 0.

        Those that are gone meanwhile are left out; the one that is shown is always among them.
        """
        self.ensure_one()
        actions = (self.action_ids._origin.exists() | self.action_id._origin).sorted(
            lambda action: (action.date, action.id)
        )
        return actions, actions.ids.index(self.action_id._origin.id)

    @api.depends("action_id")
    def _compute_preview(self):
        for wizard in self:
            action = wizard.action_id
            values = wizard._get_sent() if action.done_date else wizard._get_preview()
            wizard.update(
                {
                    "error_message": values.get("error"),
                    "sender": values.get("sender"),
                    "recipients": values.get("recipients"),
                    "subject": values.get("subject"),
                    "body": values.get("body"),
                    "attachment_names": ", ".join(values.get("attachment_names", [])),
                    "details": values.get("details"),
                }
            )

    def _get_preview(self):
        action = self.action_id
        action.check_access("read")
        # sudo: what the collector will send, rendered as the dispatcher renders it
        action = action.sudo()
        channel = action._get_channel()
        blocker = action._get_blockers(channel).get(action.id)
        error = action._describe_error(blocker) if blocker else action.error_message
        if blocker and blocker["code"] in (
            "no_template",
            "no_sms_template",
            "no_channel",
        ):
            return {"error": error}
        try:
            return {"error": error, **channel._preview(action)}
        except Exception as problem:  # noqa: BLE001 - any fault of a template is shown, not raised
            return {"error": str(problem)}

    def _get_sent(self):
        action = self.action_id
        action.check_access("read")
        # sudo: the message belongs to the system, its action was checked
        message = action.sudo().message_id
        return {
            "error": action.error_message,
            "sender": message.email_from,
            # sudo: the addresses of then, of an action that was checked
            "recipients": action.sudo()._describe_sent_to(),
            "subject": action.subject,
            "body": action.sudo().mail_id.body_html or action.body,
            "attachment_names": message.attachment_ids.mapped("name"),
            # sudo: the message belongs to the system, its action was checked
            **action.sudo()._get_channel()._preview_sent(action.sudo()),
        }

    def action_confirm(self, all_the_same=False):
        """Confirm what is shown, then show the next one.

        :param all_the_same: also where it asks for nothing, without a question
        """
        self.ensure_one()
        action = self.action_id
        if not all_the_same and (question := action._ask_first("action_confirm", record=self)):
            return question
        return self._show_next(action.action_confirm(all_the_same))

    def action_previous(self):
        """Leaf back."""
        return self._show_by_offset(-1)

    def action_next(self):
        """Leaf on, without confirming."""
        return self._show_by_offset(1)

    def action_confirm_all(self, all_the_same=False):
        """Confirm all that are leafed through and can be, also those that were not looked at.

        :param all_the_same: also those that ask for nothing, without a question
        """
        self.ensure_one()
        unconfirmed = self._get_unconfirmed()
        if not all_the_same and (
            question := unconfirmed._ask_first("action_confirm_all", record=self)
        ):
            return question
        return unconfirmed.action_confirm(all_the_same)

    def _get_unconfirmed(self):
        """What is still to confirm of the actions that are leafed through."""
        return self._get_position()[0].filtered(
            lambda action: (
                action.automatic
                and action.to_confirm
                and not action.confirmed
                and action._is_pending()
            )
        )

    def _show_by_offset(self, by):
        actions, position = self._get_position()
        self.action_id = actions[min(max(position + by, 0), len(actions) - 1)]
        return self._reopen()

    def _show_next(self, closing):
        """The next one after a decision; after the last one the end of the dialog.

        :param closing: a word on what was done, which closes the dialog
        """
        if not self.has_next:
            return closing
        stuck = self.action_id.state == "error"
        following = self._show_by_offset(1)
        if stuck:
            # what does not leave all the same is said; the others are seen to be confirmed
            return dict(closing, params={**closing["params"], "next": following})
        return following

    def _reopen(self):
        """Show this dialog again, as it is now."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dso_collection.dso_action_preview_action"
        )
        return dict(action, res_id=self.id, views=[(False, "form")])

    def action_fix(self):
        """Open the record that keeps the message back."""
        self.ensure_one()
        return self.action_id.action_fix()

    def action_send(self, all_the_same=False):
        """Send what is shown, now. A specific action lives on: what comes next is asked.

        :param all_the_same: also where it asks for nothing, without a question
        """
        self.ensure_one()
        action = self.action_id
        asks = action.origin != "scenario" and not all_the_same
        if asks and (question := action._ask_first("action_send", record=self)):
            return question
        repeats = action._stays_open()
        outcome = action.action_execute(all_the_same)
        if repeats and action.state == "planned":
            return action._open_wizard(
                "dso_action_log_action", default_action_id=action.id, default_executed=True
            )
        if isinstance(outcome, dict):
            return outcome
        return self._show_next(action._get_closing_toast())
