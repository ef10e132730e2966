import secrets

from markupsafe import Markup

from odoo import api, models
from odoo.tools import is_html_empty
from odoo.tools.mail import email_normalize, email_normalize_all, formataddr
from odoo.tools.translate import LazyTranslate

from ...engine import delivery, retry
from ...tools.action_types import LINK_PLACEHOLDER
from ...tools.bulk import bulk_update
from ...tools.errors import BrokenTemplate
from .dso_channel import Error

_lt = LazyTranslate(__name__)

#: Below the text of an interactive e-mail that has no button in it.
BUTTON = "<div>#interactive_page_button</div>"
LAYOUT = "mail.mail_notification_layout"


class DsoChannelEmail(models.AbstractModel):
    """E-mail: one ``mail.mail`` for each action, to all its recipients in one transmission, in the
    customer's chatter, sent by Odoo's mail queue."""

    _name = "dso.channel.email"
    _description = "Collection Channel: E-mail"
    _inherit = "dso.channel"

    _channel_type = "email"
    _channel_label = _lt("E-mail")
    _channel_sequence = 20
    _channel_icon = "fa-envelope-o"
    _channel_color = "#E69F00"
    _channel_medium = "email"
    _renders_mail = True
    _template_field = "mail_template_id"
    _template_proposed = "dso_collection.mail_template_statement"
    #: field of the template with the text
    _body_field = "body_html"
    _is_written = True
    _takes_invoices = True
    _queued_field = "email"

    _channel_errors = {
        "no_email": Error(
            _lt("The collections contact %(contact)s has no e-mail address. Enter one."),
            _lt("Error: no e-mail address"),
        ),
        "bad_email": Error(
            _lt("The e-mail address “%(text)s” of %(contact)s is not valid. Correct it."),
            _lt("Error: wrong e-mail address"),
        ),
        "dead_email": Error(
            _lt(
                "The message to %(contact)s bounced at “%(text)s”, and nobody else can receive "
                "it. Correct the address, or choose another collections contact; then retry."
            ),
            _lt("Error: address that bounces"),
        ),
        "no_template": Error(
            _lt(
                "The e-mail template is missing. Ask a credit manager to choose one on the "
                "scenario step."
            ),
            _lt("Error: no template"),
        ),
        "no_collector": Error(
            _lt(
                "%(customer)s has no collector in whose name to send. Choose one on the customer,"
                " or ask your administrator to set a default collector in the settings."
            ),
            _lt("Error: no collector"),
        ),
        "no_sender_email": Error(
            _lt(
                "The collector %(collector)s has no e-mail address to send from. Ask your "
                "administrator to enter one on the user."
            ),
            _lt("Error: the collector has no e-mail address"),
        ),
        "unknown_outcome": Error(
            _lt(
                "It is not known whether the e-mail was sent: %(text)s. Ask the customer before "
                "you retry, or it may arrive twice."
            ),
            _lt("Error: not known whether it was sent"),
            quotes=True,
        ),
    }

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
        if not self._links_page:
            return contents
        without = actions.filtered(
            lambda action: (
                action._has_page() and LINK_PLACEHOLDER not in str(contents[action.id][1] or "")
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
        told = wanted._get_claimed_lines() if wanted else {}
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
        moves = action._get_claimed_lines()[action.id].sudo().move_id
        invoices = moves._dso_filter_documents()
        return names + [move._get_invoice_report_filename() for move in invoices]

    # ------------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------------

    @api.model
    def _send(self, actions):
        contents = self._render_for_sending(actions)
        recipients = actions._get_recipients()
        attachments = self._get_attachments(actions)
        senders = {action.id: action.collector_id.email_formatted for action in actions}
        addresses = actions.customer_id._find_reply_addresses()
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
                    "reply_to": action.customer_id._format_reply_to(
                        addresses[action.customer_id.id], action.collector_id
                    ),
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
        # sudo: notifications belong to the system
        self.env["mail.notification"].sudo().create(notifications)
        self._trigger_queue()
        return outcomes

    @api.model
    def _prepare_notifications(self, mail, contacts, targets=None):
        """What says of each recipient whether the e-mail arrived.

        :param targets: {res.partner: addresses}, default all of theirs
        """
        values_list = []
        for contact in contacts:
            emails = targets[contact] if targets else self._get_emails(contact)
            values_list.append(
                {
                    "mail_message_id": mail.mail_message_id.id,
                    "mail_mail_id": mail.id,
                    "res_partner_id": contact.id,
                    "mail_email_address": emails[0],
                    "dso_delivery": delivery.remember(sent=emails),
                    "notification_type": "email",
                    "notification_status": "ready",
                    "author_id": mail.mail_message_id.author_id.id,
                    "is_read": True,
                }
            )
        return values_list

    @api.model
    def _join_recipients(self, contacts, wanted=None):
        """Those whom a message goes to, each address once: several contacts may share one.

        :param wanted: addresses in their normal form, default all
        """
        by_address = {}
        for contact in contacts:
            for recipient in self._format_recipients(contact):
                address = email_normalize(recipient) or recipient
                if wanted is None or address in wanted:
                    by_address.setdefault(address, recipient)
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
            None if "data:image" in values["body"] else self._sanitize_body(action, values["body"])
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
    def _sanitize_body(self, action, body):
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
        is now, or to the successor. Where it arrived, it does not arrive twice."""
        actions = actions.filtered("message_id")
        serving = actions._get_serving()
        for action in actions:
            missed, reached, closed, refused = self._read_deliveries(action)
            targets = self._find_targets(action, serving[action.id], missed, closed, refused)
            if not targets:
                # the address that failed is no better a second time
                blocker = self._get_resend_blocker(action, serving[action.id], missed, closed)
                action._set_error(**blocker)
                continue
            self._send_again(action, targets, missed, reached, refused)
            kept = (
                action.recipient_ids - missed.res_partner_id
                | missed.filtered(lambda entry, reached=reached: reached[entry.id]).res_partner_id
            )
            contacts = kept | self.env["res.partner"].union(*targets)
            action.write(
                {
                    "state": "done",
                    "error_data": False,
                    "recipient_ids": [(6, 0, contacts.ids)],
                }
            )
        self._trigger_queue()

    @api.model
    def _read_deliveries(self, action):
        """Where the message of an action arrived.

        :return: the notifications of those who got nothing at an address; {notification id:
            addresses that have it}; addresses that get nothing any more, since they have it or it
            came back from them; addresses that were refused for good
        """
        entries = action.message_id.notification_ids.filtered(
            lambda entry: entry.notification_type == "email" and entry.res_partner_id
        )
        mail = action.mail_id
        reason = (mail.failure_reason or "").lower() if mail.state == "exception" else ""
        known = {entry.id: entry._dso_get_delivery() for entry in entries}
        failed, dead, refused = set(), set(), set()
        for entry in entries:
            one = known[entry.id]
            has_left = not mail or mail.state == "sent"
            failed |= delivery.find_missed(one, entry.notification_status, has_left)
            dead.update(one["dead"])
            refused.update(one["refused"])
            if reason and not retry.is_transient_text(reason):
                refused.update(address for address in one["sent"] if address in reason)
        reached, missed = {}, entries.browse()
        for entry in entries:
            written = {*known[entry.id]["sent"], *known[entry.id]["reached"]}
            reached[entry.id] = written - failed - dead
            if written - reached[entry.id]:
                missed |= entry
        if not missed:
            # at whom it failed is not known
            missed = entries.filtered(lambda entry: known[entry.id]["sent"])
            reached = {entry.id: {*known[entry.id]["reached"]} - dead for entry in entries}
        return missed, reached, dead.union(*reached.values()), refused

    @api.model
    def _get_emails(self, contact):
        """The addresses of a contact that can be reached, in their normal form."""
        if not self._get_reachable(contact):
            return []
        return [email_normalize(one) or one for one in self._format_recipients(contact)]

    @api.model
    def _find_targets(self, action, serving, missed, closed, refused):
        """Who is to get a message that did not arrive, and where.

        :param serving: who would get a new one today
        :return: {res.partner: addresses}
        """

        def choose(contact):
            return delivery.choose(self._get_emails(contact), closed, refused)

        today = self._get_reachable(serving.filtered("active"))
        # who was passed over may be a successor one day
        told = action.message_id.notification_ids.filtered(
            lambda entry: entry in missed or entry._dso_get_addresses()
        )
        successors = {}
        for contact in today - told.res_partner_id:
            emails, is_better = choose(contact)
            if is_better:
                successors[contact] = emails
        targets = {}
        valid = action._filter_valid_recipients(missed.res_partner_id, serving)
        for contact in missed.res_partner_id:
            stays = contact in valid and (contact in today or not successors)
            emails, is_better = choose(contact) if stays else ([], False)
            if emails and (is_better or not successors):
                targets[contact] = emails
            else:
                targets.update(successors)
        return targets

    @api.model
    def _get_resend_blocker(self, action, serving, missed, closed):
        """Why there is nobody to write to again."""
        valid = action._filter_valid_recipients(missed.res_partner_id, serving)
        known = [entry._dso_get_delivery() for entry in action.message_id.notification_ids]
        dead = {address for one in known for address in one["dead"]}
        for contact in valid | serving:
            for address in self._get_emails(contact):
                if address in dead:
                    return self._prepare_dead_email(contact, address, contact)
        blocker = self._get_recipient_blocker(action, valid) if valid else None
        if blocker:
            return blocker
        if not serving or not missed:
            return self._prepare_no_contact(action)
        entry = missed[:1]
        address = next(
            (one for one in entry._dso_get_delivery()["sent"] if one not in closed),
            entry.mail_email_address,
        )
        return self._prepare_dead_email(
            entry.res_partner_id, address, valid[:1] or action.partner_id
        )

    @api.model
    def _prepare_dead_email(self, contact, address, fix):
        """That a message came back, and nobody else can receive it."""
        return {
            "code": "dead_email",
            "contact": contact.name or contact.display_name,
            "text": address or "",
            "model": "res.partner",
            "res_id": fix.id,
        }

    @api.model
    def _send_again(self, action, targets, missed, reached, refused):
        """Put the message of an action into the queue for these contacts.

        :param targets: {res.partner: addresses}
        :param missed: notifications of those who got nothing at an address
        :param reached: {notification id: addresses that have it}
        :param refused: addresses that were refused for good
        """
        mail = action.mail_id or self._restore_mail(action)
        contacts = self.env["res.partner"].union(*targets)
        wanted = {email for emails in targets.values() for email in emails}
        mail.write(
            {
                "email_to": self._join_recipients(contacts, wanted),
                "failure_reason": False,
                "failure_type": False,
            }
        )
        mail.mark_outgoing()
        entries = action.message_id.notification_ids.filtered(
            lambda entry: (
                entry.notification_type == "email"
                and (entry in missed or entry.res_partner_id in contacts)
            )
        )
        for entry in entries:
            emails = targets.get(entry.res_partner_id, [])
            known = entry._dso_get_delivery()
            values = {
                "failure_type": False,
                "failure_reason": False,
                "dso_delivery": delivery.remember(
                    known,
                    sent=emails,
                    reached=sorted(reached[entry.id]),
                    failed=(),
                    refused=[*known["refused"], *(a for a in known["sent"] if a in refused)],
                ),
                # somebody else gets it
                "notification_status": "ready" if emails else "canceled",
            }
            if emails:
                values.update(mail_mail_id=mail.id, mail_email_address=emails[0])
            # sudo: notifications belong to the system
            entry.sudo().write(values)
        # sudo: notifications belong to the system
        self.env["mail.notification"].sudo().create(
            self._prepare_notifications(mail, contacts - entries.res_partner_id, targets)
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
