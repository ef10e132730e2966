from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...engine import hashtags
from ...tools.action_types import ActionType
from ...tools.inside import inside
from ...tools.toasts import name_some

#: What a step, a status or an earlier action lends to a new one.
COPIED_FIELDS = ("action_type", "mail_template_id", "sms_template_id", "letter_template_id")


class DsoActionDraft(models.AbstractModel):
    """What a user decides of an action of their own: type, date, automatic or not, content from
    scratch or copied. Shared by the dialogs that make one. [seed 000]"""

    _name = "dso.action.draft"
    _description = "Draft of a Collection Action"
    _inherit = "dso.action.typed"
    _dso_writable = frozenset(
        {
            "action_attachment_ids",
            "action_date",
            "action_type",
            "attach_invoices",
            "automatic",
            "body",
            "copy_action_id",
            "copy_kind",
            "copy_step_id",
            "copy_template_id",
            "execute_now",
            "letter_template_id",
            "mail_template_id",
            "sms_template_id",
            "sms_text",
            "subject",
            "to_confirm",
        }
    )

    company_id = fields.Many2one("res.company")
    action_type = ActionType(string="Type", default="call")
    action_date = fields.Date(string="On")
    execute_now = fields.Boolean(
        string="Do It Now", help="Carries it out as soon as this dialog is closed."
    )
    automatic = fields.Boolean(
        help="Is sent on its date within the sending hours of the settings, once it is confirmed "
        "where that is required."
    )
    to_confirm = fields.Boolean(
        string="To Be Confirmed",
        default=True,
        help="Waits for confirmation in the agenda. If not ticked, it is sent automatically.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail Template",
        domain="[('model', '=', 'dso.action')]",
    )
    sms_template_id = fields.Many2one(
        "sms.template", string="SMS Template", domain="[('model', '=', 'dso.action')]"
    )
    letter_template_id = fields.Many2one("dso.letter.template")
    sms_text = fields.Text(
        string="SMS Text", help="Leave empty to use the template's. It may contain hashtags."
    )
    subject = fields.Char(help="Leave empty to use the template's.")
    body = fields.Html(sanitize="email_outgoing", help="Leave empty to use the template's.")
    attach_invoices = fields.Boolean()
    action_attachment_ids = fields.Many2many("ir.attachment", string="Attach Files")
    copy_kind = fields.Selection(
        [
            ("step", "Step of a scenario"),
            ("template", "Template"),
            ("action", "Earlier action"),
        ],
        string="Copy the Content Of",
    )
    copy_step_id = fields.Many2one("dso.scenario.step", string="Step")
    copy_template_id = fields.Many2one(
        "mail.template", string="Template to Copy", domain="[('model', '=', 'dso.action')]"
    )
    copy_action_id = fields.Many2one(
        "dso.action", string="Earlier Action", domain="[('state', '=', 'done')]"
    )

    # ------------------------------------------------------------------
    # Copying
    # ------------------------------------------------------------------

    @api.onchange("copy_step_id")
    def _onchange_copy_step_id(self):
        step = self.copy_step_id
        if step:
            self._copy_from(step)
            self.automatic, self.to_confirm = step.automatic, step.to_confirm
            self.attach_invoices = step.attach_invoices
            self._edit_content()

    @api.onchange("copy_template_id")
    def _onchange_copy_template_id(self):
        if self.copy_template_id:
            self.mail_template_id = self.copy_template_id
            if self.template_field != "mail_template_id":
                self.action_type = "email"
            self._edit_content()

    @api.onchange("copy_action_id")
    def _onchange_copy_action_id(self):
        earlier = self.copy_action_id
        if earlier:
            earlier.check_access("read")
            self._copy_from(earlier)
            self.attach_invoices = earlier.attach_invoices
            self.sms_text = earlier.sms_text
            if earlier.mail_template_id:
                self._edit_content()
            else:
                # its words are values already
                self.subject = hashtags.neutralize(earlier.subject or "")
                self.body = hashtags.neutralize(earlier.body or "", html=True)

    def _copy_from(self, source):
        for fname in COPIED_FIELDS:
            self[fname] = source[fname]

    def _edit_content(self):
        """Put the template's words into the editor, to be changed for this one action."""
        if self.template_field != "mail_template_id":
            self.subject = self.body = False
            return
        self.subject, self.body = self._get_template_content(self.mail_template_id)

    @api.onchange("mail_template_id")
    def _onchange_mail_template_id(self):
        """Another template: words that were edited from the one before are gone."""
        if self.mail_template_id != self._origin.mail_template_id and not self.copy_kind:
            self.subject = self.body = False

    def action_edit_content(self):
        """Edit the template's words for this one action."""
        self.ensure_one()
        self._edit_content()
        return self._reopen()

    def _get_template_content(self, template):
        """Subject and body of a template, for the editor: with its hashtags, which get their values
        on the day of the action; a template with placeholders as it would leave now.

        :return: (subject, body), both empty without a template
        """
        customer, lines = self._get_draft_subject()
        if not template or not customer:
            return False, False
        lang = self._new_draft(customer, lines, template).lang
        # sudo: the text was written by a template editor, the collector only uses it
        source = template.sudo().with_context(lang=lang)
        subject, body = source.subject or "", source.body_html or ""
        if "{{" not in subject and "t-" not in body:
            return subject, body
        action = self._new_draft(customer, lines, template).with_context(
            **inside(dso_keep_hashtags=True)
        )
        return tuple(action._get_channel()._render(action)[action.id])

    def _get_draft_subject(self):
        """The customer and items that the content is about."""
        raise NotImplementedError

    def _render_draft(self, customer, lines, template, recipients=None, **values):
        """Render a template for an action that does not exist. What its values bring is never
        taken for a hashtag afterwards.

        :param values: further values of the action
        :return: (subject, body)
        """
        action = self._new_draft(customer, lines, template, recipients, **values)
        subject, body = action._get_channel()._render(action)[action.id]
        return hashtags.neutralize(subject), hashtags.neutralize(body, html=True)

    def _new_draft(self, customer, lines, template, recipients=None, **values):
        """An action in memory."""
        # sudo: a draft of what the collector will send; the items were checked
        Action = self.env["dso.action"].sudo()
        draft = Action.new(
            {
                "customer_id": customer.id,
                "origin": "manual",
                "action_type": "email",
                "collector_id": self._get_draft_sender(customer).id,
                "date": customer.company_id._dso_today(),
                "state": "planned",
                "mail_template_id": template.id,
                "recipient_ids": [Command.set((recipients or self._no_partner()).ids)],
                "item_ids": self._prepare_draft_items(lines),
                **values,
            }
        )
        if draft._get_channel()._is_internal and not recipients:
            # for an address that is nobody's yet: not the sender, who stands in for no recipient
            draft.contact_name = False
        return draft

    def _no_partner(self):
        return self.env["res.partner"]

    def _get_partial_lines(self):
        """The items of which only the disputed or promised part is meant."""
        return self.env["account.move.line"]

    def _prepare_draft_items(self, lines):
        """Commands for the items of the action."""
        partial = self._get_partial_lines()
        return [Command.create({"line_id": line.id, "partial": line in partial}) for line in lines]

    def _get_draft_sender(self, customer):
        """Who sends: the customer's collector (R12)."""
        return customer._get_collector() or self.env.user

    # ------------------------------------------------------------------
    # Making the action
    # ------------------------------------------------------------------

    def _check_draft(self):
        """Refuse what could not be carried out, with what to choose."""
        self.ensure_one()
        if not self.action_type:
            raise UserError(self.env._("Choose the type of the next action."))
        if not self.execute_now and not self.action_date:
            raise UserError(self.env._("Choose the date of the next action."))
        self._check_draft_recipients()
        needed = self.template_field
        own_words = {"mail_template_id": self.body, "sms_template_id": self.sms_text}.get(needed)
        if needed and not self[needed] and not own_words:
            label = dict(self._fields["action_type"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "“%(type)s” needs a template or a text. Choose one.",
                    type=label[self.action_type],
                )
            )

    def _check_draft_recipients(self):
        """Refuse what would reach nobody."""

    def _prepare_draft_values(self, customer, lines, origin):
        """Values of the action decided here.

        :param lines: its items, none for an action out of scenario
        """
        self.ensure_one()
        edited = self.template_field == "mail_template_id" and bool(self.body)
        return {
            "customer_id": customer.id,
            "origin": origin,
            "action_type": self.action_type,
            "date": self.action_date or customer.company_id._dso_today(),
            "date_forced": True,
            "automatic": self.automatic and self.can_be_automatic and not self.execute_now,
            "to_confirm": self.to_confirm,
            # words of its own take the place of the template's
            "mail_template_id": False if edited else self.mail_template_id.id,
            "sms_template_id": self.sms_template_id.id,
            "sms_text": self.template_field == "sms_template_id" and self.sms_text,
            "letter_template_id": self.letter_template_id.id,
            "subject": self._get_subject(edited) or False,
            "body": self.body if edited else False,
            "name_data": self._prepare_name_data(edited),
            "attach_invoices": self.attach_invoices,
            "attachment_ids": [Command.set(self.action_attachment_ids.ids)],
            "amount": sum(lines.mapped("amount_residual")),
            "item_ids": self._prepare_draft_items(lines),
        }

    def _follows_up(self):
        """Whether the actions follow up a status that is given here, and are called after it."""
        return False

    def _get_subject(self, edited):
        """Words of its own, else those of the template whose text was edited."""
        if not edited or self.subject:
            return self.subject
        return self._get_template_content(self.mail_template_id)[0]

    def _prepare_name_data(self, edited):
        """What the action is called after: the template whose text was edited, where its subject
        was left as it was."""
        if not edited or not self.mail_template_id:
            return False
        proposed = self._get_template_content(self.mail_template_id)[0]
        if self.subject and self.subject != proposed:
            return False
        return {"template_id": self.mail_template_id.id}

    def _make_actions(self, lines_by_customer, origin):
        """Create an action for each customer, and carry it out at once where the user said so.

        :param lines_by_customer: {dso.customer: its items, none for an action out of scenario}
        """
        archived = [customer for customer in lines_by_customer if not customer.active]
        if archived:
            raise UserError(
                self.env._(
                    "The file of %(customers)s is archived: nothing is planned for it. A credit "
                    "manager has to restore it first.",
                    customers=name_some(self.env, [each.display_name for each in archived]),
                )
            )
        values_list = [
            self._prepare_draft_values(customer, lines, origin)
            for customer, lines in lines_by_customer.items()
        ]
        actions = self.env["dso.action"]._dso_as_module().create(values_list)
        actions._take_over_attachments()
        actions._keep_name(self._follows_up())
        # what keeps them from leaving is told at once (R11)
        # sudo: it needs contacts and accounts; the right to make these actions was checked
        actions.sudo()._refresh_errors()
        if self.execute_now:
            # asked before, where it asks for nothing
            self._carry_out_now(actions)
            return actions
        actions.customer_id._plan(actions.customer_id)
        if self.automatic and not self.to_confirm:
            actions._trigger_dispatch()
        return actions

    def _carry_out_now(self, actions):
        """Do it now: what cannot be done is refused."""
        return actions.action_execute(all_the_same=True)

    def _reopen(self):
        """Show this dialog again, as it is now."""
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "name": self._get_title(),
        }

    def _get_title(self):
        return self._description
