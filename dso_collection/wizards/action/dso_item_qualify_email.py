from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext
from odoo.tools.mail import email_split

from ...tools.errors import BrokenTemplate
from .dso_item_qualify import DEFAULT_TEMPLATES


class DsoItemQualify(models.TransientModel):
    """Step two: the e-mail to the customer or to colleagues."""

    _inherit = "dso.item.qualify"

    @api.depends("email_mode", "status_id")
    def _compute_email_template_id(self):
        for wizard in self:
            mode, proposed = wizard.email_mode, wizard.status_id.email_template_id
            if mode in (False, "none") or not wizard.status_id and not wizard.comment:
                # about nothing there is no text to propose
                wizard.email_template_id = False
            elif proposed and mode == wizard.status_id.email_mode:
                wizard.email_template_id = proposed
            else:
                wizard.email_template_id = self.env.ref(
                    DEFAULT_TEMPLATES[mode], raise_if_not_found=False
                )

    @api.onchange("comment")
    def _onchange_comment(self):
        """Now there is something to write about."""
        if self.comment and not self.email_template_id:
            self._compute_email_template_id()

    @api.depends("email_mode", "resolver_email")
    def _compute_email_addresses(self):
        for wizard in self:
            internal = wizard.email_mode == "internal"
            wizard.email_addresses = internal and (wizard.resolver_email or wizard.email_addresses)

    @api.depends("email_mode", "resolver_id", "line_ids", "taken_line_ids")
    def _compute_email_recipient_ids(self):
        for wizard in self:
            wizard.email_recipient_ids = False
            if wizard.email_mode == "customer":
                customers = wizard._get_customers()
                if len(customers) == 1:
                    contacts = customers._find_serving()[customers.id]
                    wizard.email_recipient_ids = contacts._dso_serving("email")
            if wizard.email_mode == "internal" and wizard.resolver_id:
                wizard.email_user_ids |= wizard.resolver_id
            elif wizard.email_mode != "internal":
                wizard.email_user_ids = False

    @api.depends(
        "step",
        "email_mode",
        "email_template_id",
        "email_recipient_ids",
        "email_user_ids",
        "status_id",
        "date",
        "comment",
        "amount",
    )
    def _compute_email_content(self):
        """The proposed message greets those who get it and holds what was noted in step one.
        Words that the user changed are kept."""
        for wizard in self:
            wizard.email_subject = wizard.email_subject
            wizard.email_body = wizard.email_body
            if wizard.email_mode not in (False, "none") and wizard.step != "status":
                wizard._propose_email(keep_edited=True)

    def _propose_email(self, keep_edited=False):
        customers = self._get_customers()
        if not customers or not self.email_template_id:
            return
        # several customers: each gets its own, see _send_email
        subject, body = self._render_email(customers[0])
        if not keep_edited or not _is_edited(self.email_subject, self.email_subject_proposed):
            self.email_subject = subject
        if not keep_edited or not _is_edited(self.email_body, self.email_proposed):
            self.email_body = body
        self.email_subject_proposed, self.email_proposed = subject, body

    def _render_email(self, customer):
        """Subject and body for one customer, with what was noted in step one."""
        return self.with_context(**self._get_status_context())._render_draft(
            customer,
            self._group_lines()[customer],
            self.email_template_id,
            recipients=self._get_email_recipients(customer),
            action_type="email_internal" if self.email_mode == "internal" else "email",
            comment=self.comment,
        )

    def _get_status_context(self):
        """The status of this dialog, for texts that are made before it is put on the items."""
        return {
            "dso_status_id": self.status_id.id,
            "dso_status_date": self.date and fields.Date.to_string(self.date),
            "dso_status_amount": self.amount,
            "dso_status_comment": self.comment,
        }

    def _get_email_recipients(self, customer):
        if self.email_mode == "internal":
            # sudo: addresses of colleagues
            return self.email_user_ids.sudo().partner_id | self._find_addressees(customer)
        return self.email_recipient_ids._origin

    def _find_addressees(self, customer, create=False):
        """The colleagues behind the addresses that were typed.

        :param create: whether new addresses of the house are kept; a dialog writes nothing
        :raise UserError: for an address outside, when they are kept
        """
        # sudo: colleagues, found by an address at the company's own domains
        found = self.env["res.partner"].sudo()
        for address in _split_addresses(self.email_addresses):
            colleague = customer.company_id._dso_find_colleague(
                address, customer.sudo().collector_id, create=create
            )
            if create and not colleague:
                raise self._get_outsider_error(address, customer.company_id)
            # sudo: an address at the company's own domains, added to the like
            found |= colleague.sudo()
        return found

    def _get_outsider_error(self, address, company):
        return UserError(
            self.env._(
                "“%(address)s” is not a colleague's address: internal e-mails only go to users "
                "and to addresses at the domains of %(company)s. Correct it.",
                address=address,
                company=company.name,
            )
        )

    def _check_email(self):
        """An e-mail is about something, and to somebody."""
        if self.email_mode in (False, "none"):
            return
        if self.email_mode == "internal" and not (
            self.email_user_ids or _split_addresses(self.email_addresses)
        ):
            raise UserError(self.env._("Choose the colleagues to write to in step two."))
        if self.email_mode == "customer" and not self.email_recipient_ids:
            customers = self._get_customers()
            serving = customers._find_serving()
            if len(customers) == 1 and serving[customers.id]._dso_serving("email"):
                # somebody was taken out: nobody is written to in their place
                raise UserError(
                    self.env._(
                        "Nobody is left in “Recipients”: choose in step two who gets the e-mail."
                    )
                )
        told = self.status_id or self.comment or self.email_body or self.body
        if not told and not self.email_template_id:
            raise UserError(
                self.env._(
                    "There is nothing to write about: choose a status, write a comment, or write "
                    "the message in step two."
                )
            )

    def _send_emails(self):
        """Step two: one e-mail for each customer, kept in its history with what it told. What
        keeps one from leaving does not keep the status from being noted.

        :return: the actions, and sentences on what could not be sent
        """
        actions, problems = self.env["dso.action"], []
        if self.email_mode in (False, "none"):
            return actions, problems
        groups = self._group_lines()
        for customer, lines in groups.items():
            try:
                action = self._make_email(customer, lines, edited=len(groups) == 1)
            except BrokenTemplate as error:
                problems.append(
                    self.env._("No e-mail was sent. %(problem)s", problem=error.args[0])
                )
                continue
            if not action:
                problems.append(
                    self.env._(
                        "No e-mail was sent: there is no text for it. Choose a template in “Change "
                        "status” and apply again, or ask a credit manager to write one."
                    )
                )
                continue
            problems += self._send_email(action)
            actions |= action
        return actions, problems

    def _make_email(self, customer, lines, edited):
        """The e-mail to one customer, not sent yet; empty where there is no text.

        :param edited: whether the message in the dialog is this customer's own
        :raise BrokenTemplate: if the text cannot be made
        """
        subject, body = self.email_subject, self.email_body
        if not body and self.body and not self._writes_follow_up():
            # a message given without saying of which step
            subject, body = self.subject, self.body
        if self.email_mode == "internal":
            self._find_addressees(customer, create=True)
        named = self.email_template_id
        if not body or not edited and self.email_template_id:
            if not self.email_template_id:
                return self.env["dso.action"]
            subject, body = self._render_email(customer)
        elif _is_edited(subject, self.email_subject_proposed):
            named = named.browse()
        action = (
            self.env["dso.action"]
            ._dso_as_module()
            .create(
                {
                    "customer_id": customer.id,
                    "origin": "manual",
                    "action_type": "email_internal" if self.email_mode == "internal" else "email",
                    "date": customer.company_id._dso_today(),
                    "collector_id": self._get_draft_sender(customer).id,
                    "recipient_ids": [Command.set(self._get_email_recipients(customer).ids)],
                    "subject": subject or self.status_id.name,
                    # after its template, whose subject is in the recipient's language
                    "name_data": {"template_id": named.id} if named else False,
                    "body": body,
                    "comment": self.comment,
                    "attach_invoices": self.email_attach_invoices,
                    "attachment_ids": [Command.set(self.email_attachment_ids.ids)],
                    "item_ids": self._prepare_draft_items(lines),
                }
            )
        )
        action._take_over_attachments()
        return action

    def _send_email(self, action):
        """Send it; what is in its way is told, and once that is corrected it leaves by itself.

        :return: sentences on whom it did not reach
        """
        # sudo: what hinders it is found as the dispatcher will find it; it was just made
        own = action.sudo()
        chosen = own.recipient_ids
        blockers = self._find_blockers(action)
        if blockers:
            own.write({"automatic": True, "to_confirm": False})
            own._set_errors(blockers)
            return [
                self.env._(
                    "The e-mail could not be sent. It is sent automatically as soon as this is "
                    "fixed:"
                )
            ]
        # what was noted is told, whether it asks for money or not
        action.action_execute(all_the_same=True)
        missed = chosen - own.recipient_ids
        return [
            self.env._(
                "%(contact)s did not get the e-mail: “%(address)s” is not a valid address. "
                "Correct it.",
                contact=contact.name or contact.display_name,
                address=contact.email or "",
            )
            for contact in missed
        ]


def _split_addresses(text):
    """The addresses in a text, those that are none as they were typed."""
    parts = (text or "").replace(";", ",").split(",")
    return [(email_split(part) or [part.strip()])[0] for part in parts if part.strip()]


def _is_edited(text, proposed):
    """Whether somebody wrote other words than those that were proposed."""
    return bool(text) and _to_plain_text(text) != _to_plain_text(proposed)


def _to_plain_text(html):
    """What is read of a text."""
    return " ".join(html2plaintext(html or "").split())
