import secrets

from markupsafe import Markup

from odoo import api, models
from odoo.tools import is_html_empty
from odoo.tools.mail import email_normalize, email_normalize_all, formataddr

from ..tools.bulk import bulk_update
from ..tools.errors import BrokenTemplate
from .dso_action_page import INTERACTIVE_TYPES
from .dso_page import PLACEHOLDER

#: Below the text of an interactive e-mail that has no button in it.
BUTTON = "<div>#interactive_page_button</div>"
LAYOUT = "mail.mail_notification_layout"


class DsoChannelEmail(models.AbstractModel):
    """E-mail: one ``mail.mail`` for each action, to all its recipients in one transmission, in the
    customer's chatter, sent by Odoo's mail queue."""

    _name = "dso.channel.email"
    _description = "Collection Channel: E-mail"
    _inherit = "dso.channel"

    _dso_action_types = ("email", "email_interactive", "email_internal")
    _renders_mail = True
    #: field of the action with its template, and field of the template with the text
    _template_field = "mail_template_id"
    _body_field = "body_html"

    # ------------------------------------------------------------------
    # Is it possible, and if not why
    # ------------------------------------------------------------------

    @api.model
    def _get_blockers(self, actions):
        blockers = {}
        recipients = actions._get_recipients()
        for action in actions:
            blocker = (
                self._get_sender_blocker(action)
                or self._get_recipient_blocker(action, recipients[action.id])
                or self._get_content_blocker(action)
            )
            if blocker:
                blockers[action.id] = blocker
        return blockers

    @api.model
    def _get_sender_blocker(self, action):
        # sudo: who signs a readable action; nobody writes in the name of somebody who left
        collector = action.sudo().collector_id.filtered("active")
        if not collector:
            return {
                "code": "no_collector",
                "model": "dso.customer",
                "res_id": action.customer_id.id,
            }
        if not collector.email_normalized:
            return {
                "code": "no_sender_email",
                "collector": collector.name,
                "model": "res.users",
                "res_id": collector.id,
            }
        return None

    @api.model
    def _get_recipient_blocker(self, action, contacts):
        if not contacts and action.action_type == "email_internal":
            return self._prepare_no_colleague(action)
        if not contacts:
            return self._prepare_no_contact(action)
        if contacts.filtered("email_normalized"):
            return None
        contact = contacts.filtered("email")[:1] or contacts[:1]
        return {
            "code": "bad_email" if contact.email else "no_email",
            "contact": contact.name or contact.display_name,
            "text": contact.email or "",
            "model": "res.partner",
            "res_id": contact.id,
        }

    @api.model
    def _prepare_no_colleague(self, action):
        """That nobody is found whom the step of an internal e-mail names."""
        step = action.step_id
        on_customer = step.recipient in ("salesperson", "field")
        return {
            "code": "no_colleague",
            "step": step.id,
            "model": "res.partner" if on_customer else "dso.scenario",
            "res_id": action.partner_id.id if on_customer else step.scenario_id.id,
        }

    @api.model
    def _describe_errors(self, action, data):
        """A colleague's address is no contact's."""
        texts = super()._describe_errors(action, data)
        step = self.env["dso.scenario.step"].browse(data.get("step") or []).exists()
        values = {
            "customer": action.partner_id.display_name,
            "who": step._get_recipient_label() if step else "",
            "step": step.name or "",
        }
        texts["no_colleague"] = self.env._(
            "“%(step)s” is for “%(who)s”, and nobody is named there for %(customer)s. Choose "
            "somebody, or ask a credit manager to name another colleague in the step of the "
            "scenario.",
            **values,
        )
        return texts

    @api.model
    def _get_error_causes(self):
        return {
            **super()._get_error_causes(),
            "no_colleague": self.env._("Error: no colleague to write to"),
        }

    @api.model
    def _get_content_blocker(self, action):
        # sudo: whether a template is in use is asked for whoever sends
        template = action[self._template_field].sudo()
        if template and not template.active and not (action.body and action.subject):
            return self._prepare_blocked_template("archived_template", template)
        text = template.with_context(lang=action.lang)[self._body_field] if template else ""
        if template and not action.body and is_html_empty(text):
            return self._prepare_blocked_template("empty_template", template)
        if template or action.body:
            return None
        if action.step_id:
            return {
                "code": "no_template",
                "model": "dso.scenario",
                "res_id": action.step_id.scenario_id.id,
            }
        return {"code": "no_template", "model": "dso.action", "res_id": action.id}

    @api.model
    def _prepare_blocked_template(self, code, template):
        """That the template of an action was put out of use, or has no text."""
        return {
            "code": code,
            "template": template.display_name,
            "model": template._name,
            "res_id": template.id,
        }

    # ------------------------------------------------------------------
    # Content
    # ------------------------------------------------------------------

    @api.model
    def _render(self, actions):
        """Subject and body of each action in its recipients' language.

        :return: {action id: (subject, body)}
        :raise UserError: if a template is broken
        """
        result = {}
        groups = {}
        own = actions.browse()
        for action in actions:
            template = action[self._template_field]
            if action.body and not template or action.body and action.subject:
                own |= action
            else:
                groups.setdefault((template, action.lang), []).append(action.id)
        if own:
            subjects = own._dso_render_batch({a.id: a.subject or a.name for a in own})
            bodies = own._dso_render_batch({a.id: a.body for a in own}, html=True)
            for action_id in subjects:
                result[action_id] = (_one_line(subjects[action_id]), bodies[action_id])
        for (template, lang), ids in groups.items():
            # sudo: the text was written by a template editor, the collector only sends it
            template = template.sudo()
            try:
                subjects = template._render_field("subject", ids, set_lang=lang)
                bodies = template._render_field(self._body_field, ids, set_lang=lang)
            except Exception as error:
                raise BrokenTemplate(template, error) from error
            for action_id in ids:
                result[action_id] = (_one_line(subjects[action_id]), bodies[action_id])
        for action in actions:
            subject, body = result[action.id]
            # where nothing of a subject is left, whom it comes from says enough
            result[action.id] = (subject or action.company_id.name, body)
        return self._add_page_buttons(actions, result)

    @api.model
    def _add_page_buttons(self, actions, contents):
        """Interactive e-mails have the button below their text, where the text has none itself."""
        without = actions.filtered(
            lambda action: (
                action.action_type in INTERACTIVE_TYPES
                and action._has_page()
                and PLACEHOLDER not in str(contents[action.id][1] or "")
            )
        )
        texts = {action.id: BUTTON for action in without}
        buttons = without._dso_render_batch(texts, html=True)
        return {
            action_id: (subject, (body or Markup("")) + Markup(buttons[action_id]))
            if action_id in buttons
            else (subject, body)
            for action_id, (subject, body) in contents.items()
        }

    @api.model
    def _encapsulate(self, action, body):
        """The body in Odoo's standard layout, in the recipients' language."""
        company = action.company_id
        render = self.env["mail.render.mixin"].with_context(
            lang=action.lang,
            email_notification_force_footer=True,
        )
        customer = action.customer_id.with_context(lang=action.lang)
        return render._render_encapsulate(
            LAYOUT,
            body,
            add_context={
                "company": company,
                "record_name": company.name,
                "subtitles": [company.name],
                "model_description": False,
                "website_url": company.website,
            },
            context_record=customer,
        )

    @api.model
    def _get_attachments(self, actions):
        """What is joined to each action by hand, and the PDFs of the invoices that it tells of
        where it or its step says so.

        :return: {action id: ir.attachment}
        """
        result = {action.id: action.attachment_ids for action in actions}
        wanted = actions.filtered(
            lambda action: action.attach_invoices or action.step_id.attach_invoices
        )
        told = wanted._get_told_lines() if wanted else {}
        for action in wanted:
            # sudo: the customer's own invoices, whoever sends them
            moves = told[action.id].sudo().move_id
            invoices = moves._dso_filter_documents()
            result[action.id] |= invoices._dso_get_pdf_attachments()
        return result

    @api.model
    def _preview(self, action):
        recipients = action._get_recipients()[action.id]
        subject, body = self._render(action)[action.id]
        return {
            "subject": subject,
            "body": self._encapsulate(action, body),
            # sudo: who signs a readable action
            "sender": action.sudo().collector_id.email_formatted or "",
            "recipients": ", ".join(
                ", ".join(self._format_recipients(contact))
                if contact.email_normalized
                else contact.email or ""
                for contact in recipients
            ),
            "attachment_names": self._get_attachment_names(action),
        }

    @api.model
    def _get_attachment_names(self, action):
        """Names of the PDFs that will be joined, without making them."""
        names = action.attachment_ids.mapped("name")
        if not (action.attach_invoices or action.step_id.attach_invoices):
            return names
        # sudo: names of the invoices that a readable action tells of
        moves = action._get_told_lines()[action.id].sudo().move_id
        invoices = moves._dso_filter_documents()
        return names + [move._get_invoice_report_filename() for move in invoices]

    # ------------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------------

    @api.model
    def _send(self, actions):
        contents = self._render_to_leave(actions)
        recipients = actions._get_recipients()
        attachments = self._get_attachments(actions)
        senders = {action.id: action.collector_id.email_formatted for action in actions}
        customers = actions.customer_id
        by_customer = {action.customer_id.id: senders[action.id] for action in actions}
        # without an author, Odoo names the user: the cron's
        authors = {action.customer_id.id: action.collector_id.partner_id.id for action in actions}
        reply_to = customers._notify_get_reply_to_batch(defaults=by_customer, author_ids=authors)
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")
        values_list = []
        for action in actions:
            subject, body = contents[action.id]
            contacts = self._get_reachable(recipients[action.id])
            values_list.append(
                {
                    "model": "dso.customer",
                    "res_id": action.customer_id.id,
                    "record_company_id": action.company_id.id,
                    "record_alias_domain_id": action.company_id.alias_domain_id.id,
                    "message_type": "email_outgoing",
                    "subtype_id": subtype_id,
                    "author_id": action.collector_id.partner_id.id,
                    "email_from": senders[action.id],
                    "reply_to": reply_to[action.customer_id.id],
                    "email_to": self._join_recipients(contacts),
                    "subject": subject,
                    "body": body,
                    "body_html": self._encapsulate(action, body),
                    "attachment_ids": [(6, 0, attachments[action.id].ids)],
                    "is_notification": True,
                    "auto_delete": False,
                    "state": "outgoing",
                }
            )
        self._subscribe_collectors(actions)
        mails = self._create_mails(actions, values_list)
        outcomes = {}
        notifications = []
        for action, mail, values in zip(actions, mails, values_list, strict=True):
            contacts = self._get_reachable(recipients[action.id])
            notifications += self._prepare_notifications(mail, contacts)
            outcomes[action.id] = {
                "mail_id": mail.id,
                "message_id": mail.mail_message_id.id,
                "recipient_ids": contacts.ids,
                "sent_to": self._prepare_sent_to(contacts),
                "subject": values["subject"],
                # as the message keeps it, already made safe
                "body": mail.mail_message_id.body,
            }
        self.env["mail.notification"].create(notifications)
        self._trigger_queue()
        return outcomes

    @api.model
    def _prepare_notifications(self, mail, contacts):
        """What says of each recipient whether the e-mail arrived."""
        return [
            {
                "mail_message_id": mail.mail_message_id.id,
                "mail_mail_id": mail.id,
                "res_partner_id": contact.id,
                "mail_email_address": email_normalize(self._format_recipient(contact)),
                "notification_type": "email",
                "notification_status": "ready",
                "author_id": mail.mail_message_id.author_id.id,
                "is_read": True,
            }
            for contact in contacts
        ]

    @api.model
    def _join_recipients(self, contacts):
        """Those whom a message goes to, each address once: several contacts may share one."""
        by_address = {}
        for contact in contacts:
            for recipient in self._format_recipients(contact):
                by_address.setdefault(email_normalize(recipient) or recipient, recipient)
        return ", ".join(by_address.values())

    @api.model
    def _format_recipients(self, contact):
        """All addresses that the message of a contact is sent to: some have two in the field."""
        emails = dict.fromkeys(email_normalize_all(contact.email or ""))
        if len(emails) < 2:
            return [self._format_recipient(contact)]
        return [formataddr((contact.name or "", email)) for email in emails]

    @api.model
    def _get_reachable(self, contacts):
        """Those that a message can be sent to."""
        return contacts.filtered("email_normalized")

    @api.model
    def _format_recipient(self, contact):
        """The address that the message of a contact is sent to."""
        return _format_address(contact)

    @api.model
    def _get_addresses_of(self, contact):
        return [email_normalize(each) or each for each in self._format_recipients(contact)]

    @api.model
    def _get_resent_to(self, action):
        """Who has it from before, and who gets it now; not to whom it came back from."""
        entries = action.message_id.notification_ids.filtered(
            lambda entry: (
                entry.notification_type == "email"
                and entry.notification_status in ("ready", "canceled")
            )
        )
        waiting = entries.filtered(lambda entry: entry.notification_status == "ready")
        others = set(entries.res_partner_id.ids)
        return [
            *(person for person in action._get_sent_to() if person["id"] not in others),
            *self.with_company(action.company_id)._prepare_sent_to(waiting.res_partner_id),
        ]

    @api.model
    def _create_mails(self, actions, values_list):
        """Create unsent e-mails whose messages keep their bodies made safe.

        The ORM makes a new message's body safe twice, for the column and for the cache, and most
        of its markup is the table of items: that was half of what an e-mail took. So it is done
        once here, with the table left aside. Bodies with images in them are left to Odoo, which
        turns those into attachments.
        """
        bodies = [
            None if "data:image" in values["body"] else self._make_safe(action, values["body"])
            for action, values in zip(actions, values_list, strict=True)
        ]
        mails = self.env["mail.mail"].create(
            [
                values if body is None else {**values, "body": ""}
                for values, body in zip(values_list, bodies, strict=True)
            ]
        )
        messages = [mail.mail_message_id for mail in mails]
        bulk_update(
            mails.mail_message_id,
            ["body"],
            [
                (message.id, body)
                for message, body in zip(messages, bodies, strict=True)
                if body is not None
            ],
        )
        return mails

    @api.model
    def _make_safe(self, action, body):
        """The body as a message would keep it. The table of items is taken out meanwhile: the
        module made it, out of values that were escaped."""
        Message = self.env["mail.message"]
        # in the language in which the text was rendered
        table = str(action.with_context(lang=action.lang).items_table or "")
        place = f"dso-{secrets.token_hex(16)}"
        text = str(body).replace(table, place) if table else body
        safe = Message._fields["body"].convert_to_column(text, Message)
        return str(safe).replace(place, table)

    @api.model
    def _subscribe_collectors(self, actions):
        """The collector follows the file, so that an answer reaches somebody."""
        for collector, group in actions.grouped("collector_id").items():
            group.customer_id.message_subscribe(partner_ids=collector.partner_id.ids)

    @api.model
    def _trigger_queue(self):
        """Odoo's mail queue sends after the commit."""
        # sudo: waking Odoo's own cron is harmless
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    @api.model
    def _retry(self, actions):
        """The same message again, with its Message-Id, to who got nothing: at the address as it
        is now, or to the successor. Whom it reached gets it once."""
        actions = actions.filtered("message_id")
        serving = actions._get_serving()
        for action in actions:
            contacts, failed = self._find_missed(action, serving[action.id])
            reached = action.recipient_ids - failed.res_partner_id
            if not contacts:
                # the address that failed is no better a second time
                action._set_error(**self._get_missed_blocker(action, failed))
                continue
            self._send_again(action, contacts, failed)
            action.write(
                {
                    "state": "done",
                    "error_data": False,
                    "recipient_ids": [(6, 0, (reached | contacts).ids)],
                }
            )
        self._trigger_queue()

    @api.model
    def _find_missed(self, action, serving):
        """Who is to get a message that did not arrive.

        :param serving: who would get a new one today
        :return: res.partner that can be reached, and the notifications of those whom it did not
            reach
        """
        notifications = action.message_id.notification_ids.filtered(
            lambda entry: entry.notification_type == "email" and entry.res_partner_id
        )
        failed = notifications.filtered(
            lambda entry: entry.notification_status not in ("sent", "canceled")
        )
        failed = failed or notifications
        successors = self._get_reachable(serving.filtered("active") - notifications.res_partner_id)
        contacts = self.env["res.partner"]
        for entry in failed:
            contact = entry.res_partner_id
            stays = contact.active and (contact in serving or not successors)
            if stays and self._get_reachable(contact) and not self._is_dead(entry):
                contacts |= contact
            else:
                contacts |= successors
        return contacts, failed

    @api.model
    def _is_dead(self, notification):
        """Whether a message came back from the address that its recipient has still."""
        address = email_normalize(self._format_recipient(notification.res_partner_id))
        return (
            notification.notification_status == "bounce"
            and notification.mail_email_address == address
        )

    @api.model
    def _get_missed_blocker(self, action, failed):
        """Why there is nobody to write to again."""
        dead = failed.filtered(lambda entry: entry.res_partner_id.active and self._is_dead(entry))[
            :1
        ]
        if not dead:
            contacts = failed.res_partner_id.filtered("active")
            return self._get_recipient_blocker(action, contacts) or self._prepare_no_contact(action)
        return {
            "code": "dead_email",
            "contact": dead.res_partner_id.name or dead.res_partner_id.display_name,
            "text": dead.mail_email_address,
            "model": "res.partner",
            "res_id": dead.res_partner_id.id,
        }

    @api.model
    def _send_again(self, action, contacts, failed):
        """Put the message of an action into the queue for these contacts."""
        mail = action.mail_id or self._restore_mail(action)
        mail.write(
            {
                "email_to": self._join_recipients(contacts),
                "failure_reason": False,
                "failure_type": False,
            }
        )
        mail.mark_outgoing()
        for entry in failed:
            contact = entry.res_partner_id
            values = {"failure_type": False, "failure_reason": False}
            if contact in contacts:
                values.update(
                    notification_status="ready",
                    mail_mail_id=mail.id,
                    mail_email_address=email_normalize(self._format_recipient(contact)),
                )
            else:
                # somebody else gets it
                values["notification_status"] = "canceled"
            entry.write(values)
        # sudo: notifications belong to the system
        self.env["mail.notification"].sudo().create(
            self._prepare_notifications(mail, contacts - failed.res_partner_id)
        )

    @api.model
    def _restore_mail(self, action):
        """An e-mail that was deleted from the queue, as it was. Its message is kept."""
        message = action.message_id
        action.mail_id = self.env["mail.mail"].create(
            {
                "mail_message_id": message.id,
                "body_html": self._encapsulate(action, action.body),
                "is_notification": True,
                "auto_delete": False,
                "state": "exception",
            }
        )
        return action.mail_id


def _one_line(subject):
    """A subject has one line, whatever the values in it have."""
    return " ".join((subject or "").splitlines())


def _format_address(contact):
    """``"Name" <address>`` with the address in its normal form; nothing where there is none."""
    address = contact.email_normalized or contact.email
    return formataddr((contact.name or "", address)) if address else ""
