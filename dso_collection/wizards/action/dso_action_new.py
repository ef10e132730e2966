from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...tools.action_types import get_channel

TEMPLATE_FIELDS = ("mail_template_id", "sms_template_id", "letter_template_id")


class DsoActionNew(models.TransientModel):
    """New action, out of the scenario: for a customer, or a specific one for some of its items.
    [seed 000]"""

    _name = "dso.action.new"
    _description = "New Action"
    _inherit = ["dso.wizard", "dso.action.draft"]
    _dso_writable = frozenset(
        {
            "comment",
            "customer_id",
            "is_statement",
            "items_proposed",
            "line_ids",
            "proposed_template",
            "recipient_ids",
        }
    )

    customer_id = fields.Many2one("dso.customer", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="customer_id.partner_id", string="Partner")
    open_line_ids = fields.Many2many("account.move.line", compute="_compute_open_line_ids")
    line_ids = fields.Many2many(
        "account.move.line",
        string="Items",
        domain="[('id', 'in', open_line_ids)]",
        help="With items it is a specific action: they leave the scenario until it is ended. "
        "Without, it is an action outside the scenario that changes nothing else.",
    )
    recipient_ids = fields.Many2many(
        "res.partner",
        string="Recipients",
        help="Leave empty to use the customer's collections contacts.",
    )
    comment = fields.Text(string="Note")
    is_statement = fields.Boolean(help="Opened to send the statement of account.")
    action_date = fields.Date(compute="_compute_action_date", store=True, readonly=False)
    company_id = fields.Many2one(related="customer_id.company_id")
    items_proposed = fields.Boolean(help="The items are those that the type proposed.")
    proposed_template = fields.Char(help="The template that the type proposed.")
    preview_subject = fields.Char(compute="_compute_preview", compute_sudo=False)
    preview_body = fields.Html(compute="_compute_preview", compute_sudo=False, sanitize=False)
    preview_error = fields.Char(compute="_compute_preview", compute_sudo=False)
    nothing_asked = fields.Char(compute="_compute_preview", compute_sudo=False)
    early_text = fields.Char(compute="_compute_early", compute_sudo=False)
    reply_waits = fields.Boolean(compute="_compute_reply_waits")

    @api.depends("customer_id")
    def _compute_action_date(self):
        for wizard in self:
            company = wizard.customer_id.company_id
            if company:
                wizard.action_date = company._dso_next_working_day(company._dso_today())

    @api.depends("customer_id")
    def _compute_reply_waits(self):
        for wizard in self:
            wizard.reply_waits = bool(wizard.customer_id.reply_count)

    @api.depends("customer_id")
    def _compute_open_line_ids(self):
        for wizard in self:
            customer = wizard.customer_id
            wizard.open_line_ids = customer.item_ids | customer.credit_ids

    def _get_draft_subject(self):
        return self.customer_id, self.line_ids._origin

    # ------------------------------------------------------------------
    # Proposals
    # ------------------------------------------------------------------

    @api.onchange("action_type")
    def _onchange_action_type(self):
        """Each type begins with a ready-made text; an interactive e-mail with the overdue items,
        which the customer answers about."""
        if self.copy_kind:
            return
        self._propose_template()
        overdue = self._get_overdue_lines()
        proposes_items = get_channel(self.env, self.action_type)._proposes_items
        if proposes_items and not self.line_ids:
            self.line_ids = [Command.set(overdue.ids)]
            self.items_proposed = bool(overdue)
        elif self.items_proposed and not proposes_items:
            if self.line_ids._origin == overdue:
                self.line_ids = [Command.clear()]
            self.items_proposed = False

    def _propose_template(self):
        channel = get_channel(self.env, self.action_type)
        fname, xmlid = self.template_field, channel._template_proposed
        chosen = fname and self[fname]
        if chosen and self.proposed_template != f"{fname},{chosen.id}":
            # somebody chose another one
            return
        template = fname and xmlid and self.env.ref(xmlid, raise_if_not_found=False)
        if template:
            self[fname] = template
            self.proposed_template = f"{fname},{template.id}"

    def _get_overdue_lines(self):
        """The overdue items that nothing else looks after."""
        return self.customer_id.item_ids.filtered(
            lambda line: line.dso_days_overdue > 0 and not line.dso_excluded
        )

    # ------------------------------------------------------------------
    # Preview
    # ------------------------------------------------------------------

    @api.depends(
        "action_type",
        "line_ids",
        "recipient_ids",
        "subject",
        "body",
        "sms_text",
        "comment",
        *TEMPLATE_FIELDS,
    )
    @api.depends_context("lang")
    def _compute_preview(self):
        """The message as it would leave now."""
        for wizard in self:
            wizard.update(
                {
                    "preview_subject": False,
                    "preview_body": False,
                    "preview_error": False,
                    "nothing_asked": False,
                    **wizard._get_preview(),
                }
            )

    @api.depends(
        "action_type",
        "line_ids",
        "action_date",
        "execute_now",
        "body",
        "sms_text",
        *TEMPLATE_FIELDS,
    )
    @api.depends_context("lang")
    def _compute_early(self):
        for wizard in self:
            lines = wizard._find_early()
            wizard.early_text = self.env["dso.action"]._describe_early(lines) if lines else False

    def _find_early(self):
        """The chosen items that the text would ask for as overdue, and that are not."""
        nothing = self.env["account.move.line"]
        if not self.customer_id or not self.action_type or not self.line_ids:
            return nothing
        action = self._new_action()
        return action._find_early(self._get_leaving_day()).get(action, nothing)

    def _get_leaving_day(self):
        today = self.customer_id.company_id._dso_today()
        return today if self.execute_now else max(self.action_date or today, today)

    def action_leave_out_early(self):
        """Take the items out that are not due yet."""
        self.ensure_one()
        early = self._find_early()
        if early == self.line_ids:
            raise UserError(
                self.env._(
                    "None of these items is due yet. Choose others, or another text: “Friendly "
                    "reminder before due date” is for what is not due yet."
                )
            )
        self.line_ids -= early
        return self._reopen()

    def _get_preview(self):
        if not self.customer_id or not self.action_type:
            return {}
        self.customer_id.check_access("read")
        action = self._new_action()
        values = {"nothing_asked": action._find_empty_claims().get(action, False)}
        content = self.body or self.sms_text or self.template_field and self[self.template_field]
        if not self.template_field or not content:
            return values
        try:
            action._dso_check_typed(
                subject=action.subject, body=action.body, sms_text=action.sms_text
            )
            shown = action._get_channel()._preview(action)
        except Exception as error:  # noqa: BLE001 - any fault of a template is shown, not raised
            return {**values, "preview_error": str(error)}
        return {
            **values,
            "preview_subject": shown.get("subject"),
            "preview_body": shown.get("body"),
        }

    def _new_action(self):
        """The action of this dialog, in memory."""
        lines = self.line_ids._origin
        customer = self.customer_id._origin or self.customer_id
        values = self._prepare_draft_values(customer, lines, "specific" if lines else "manual")
        # sudo: a draft of what the collector will send; the right to read the customer was checked
        return (
            self.env["dso.action"]
            .sudo()
            .new(
                {
                    **values,
                    "state": "planned",
                    "collector_id": self._get_draft_sender(customer).id,
                    "recipient_ids": [Command.set(self.recipient_ids._origin.ids)],
                    "attachment_ids": False,
                }
            )
        )

    def _reopen(self):
        """As it was opened."""
        action = super()._reopen()
        if not self.is_statement:
            return action
        window = self.customer_id._get_statement_window()
        return dict(action, name=window["name"], views=window["views"])

    # ------------------------------------------------------------------
    # Making it
    # ------------------------------------------------------------------

    def action_apply(self, all_the_same=False):
        """Make the action; done at once if the user said so.

        :param all_the_same: also where it asks for nothing, without a question
        """
        self.ensure_one()
        self.customer_id.check_access("write")
        self._check_draft()
        if not self.execute_now:
            self._new_action()._check_new_date(self.action_date, past=True)
        lines = self.line_ids
        if lines:
            lines._dso_check_write()
            foreign = lines - self.open_line_ids
            if foreign:
                raise UserError(
                    self.env._(
                        "%(document)s is not an open item of %(customer)s.",
                        document=foreign[0]._dso_get_document(),
                        customer=self.customer_id.display_name,
                    )
                )
        if not all_the_same:
            draft = self._new_action().with_env(self.env)
            # whether it asks for anything is looked at again on its day
            empty = None if self.execute_now else {}
            day = self._get_leaving_day()
            if question := draft._ask_first("action_apply", record=self, empty=empty, day=day):
                return question
        origin = "specific" if lines else "manual"
        return self._make_actions({self.customer_id: lines}, origin)._get_closing_toast()

    def _check_draft_recipients(self):
        if self.is_internal and not self.recipient_ids:
            raise UserError(
                self.env._(
                    "Choose under “Recipients” the colleagues who are to answer: an internal "
                    "e-mail does not go to the customer."
                )
            )
        if self.is_statement and not self.recipient_ids:
            serving = self.customer_id._find_serving()[self.customer_id.id]
            if serving._dso_serving("email"):
                # somebody was taken out: nobody is written to in their place
                raise UserError(
                    self.env._("Nobody is left in “To”: choose who gets the statement of account.")
                )

    def _prepare_draft_values(self, customer, lines, origin):
        return {
            **super()._prepare_draft_values(customer, lines, origin),
            "recipient_ids": [(6, 0, self.recipient_ids.ids)],
            "comment": self.comment,
        }
