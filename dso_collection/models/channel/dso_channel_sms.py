from typing import NamedTuple

import phonenumbers

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from odoo.addons.sms.tools.sms_tools import sms_content_to_rendered_html

from ...engine import delivery, sms as rules
from ...tools.errors import BrokenTemplate
from .dso_channel import Error

_lt = LazyTranslate(__name__)

#: Kinds of numbers that take no SMS. What may be a mobile (in North America, say) is tried.
NO_MOBILE = frozenset(
    {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.UAN,
        phonenumbers.PhoneNumberType.VOICEMAIL,
        phonenumbers.PhoneNumberType.VOIP,
        phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
        phonenumbers.PhoneNumberType.PAGER,
    }
)
#: Ranges of machines (alarm systems, meters), which phonenumbers 9.0.43 has as mobile: nobody reads
#: there. Of the Netherlands' numbering plan.
MACHINES = ("+3197",)
#: Causes for which an SMS would fail again at the same number.
WRONG_NUMBER = frozenset({"sms_invalid_destination", "sms_number_format", "sms_number_missing"})
#: What to do about an SMS that did not arrive, by its cause.
ADVICE = {
    "sms_credit": _lt(
        "There is no SMS credit left. Ask your administrator to buy credits, then retry."
    ),
    "sms_acc": _lt(
        "The SMS account is not registered. Ask your administrator to register it in the "
        "settings, then retry."
    ),
    "sms_server": _lt(
        "The SMS service did not answer, or failed: the SMS may have been sent anyway. Check your"
        " account with the service, then retry."
    ),
    # of a text that Odoo's service has had for a number just before
    "duplicate_message": _lt(
        "The SMS service has only just received the same text for this number, and does not send "
        "it again. Ask the customer; retry tomorrow if it has not arrived."
    ),
    "sms_blacklist": _lt("The number is on the blacklist. Choose another collections contact."),
    "sms_country_not_supported": _lt(
        "The SMS service does not send to that country. Reach the customer another way."
    ),
    "canceled": _lt("It was cancelled in the SMS queue. Retry to send it."),
}


class Number(NamedTuple):
    """A telephone number of a contact.

    :ivar number: as entered, in E.164 where it is valid
    :ivar code: what keeps an SMS from being sent there, see ``dso.action._describe_error``
    """

    contact: models.BaseModel
    number: str
    code: str | None = None


class DsoChannelSms(models.AbstractModel):
    """SMS: one ``sms.sms`` for each action, to the first of its contacts that can be reached, in
    the customer's chatter, sent by Odoo's SMS queue through whatever provider the company has."""

    _name = "dso.channel.sms"
    _description = "Collection Channel: SMS"
    _inherit = "dso.channel"

    _channel_type = "sms"
    _channel_label = _lt("SMS")
    _channel_sequence = 80
    _channel_icon = "fa-commenting-o"
    _channel_color = "#CC79A7"
    _channel_medium = "phone"
    _renders_mail = True
    _is_plain_text = True
    _template_field = "sms_template_id"
    _template_proposed = "dso_collection.sms_template_reminder"
    _text_field = "sms_text"
    _is_written = True
    _queued_field = "phone"

    _channel_errors = {
        "no_phone": Error(
            _lt("The collections contact %(contact)s has no phone number. Enter a mobile number."),
            _lt("Error: no phone number"),
        ),
        "bad_phone": Error(
            _lt(
                "The phone number “%(text)s” of %(contact)s is not valid. Correct it, or set the "
                "country of the contact."
            ),
            _lt("Error: wrong phone number"),
        ),
        "no_mobile": Error(
            _lt(
                "The phone number “%(text)s” of %(contact)s is not a mobile number and cannot "
                "receive SMS. Enter a mobile number."
            ),
            _lt("Error: no mobile number"),
        ),
        "wrong_phone": Error(
            _lt(
                "The phone number “%(text)s” of %(contact)s was marked as wrong. Enter the right "
                "one."
            ),
            _lt("Error: wrong phone number"),
        ),
        "blacklisted": Error(
            _lt(
                "%(contact)s has opted out of SMS: “%(text)s” is on the blacklist of phone "
                "numbers. Choose another collections contact, or another channel."
            ),
            _lt("Error: opted out of SMS"),
        ),
        "no_sms_template": Error(
            _lt(
                "The SMS template is missing. Choose one on the action, or ask a credit manager "
                "to choose one on the scenario step."
            ),
            _lt("Error: no template"),
        ),
        "undelivered_sms": Error(
            _lt("The SMS to %(contact)s (%(number)s) did not arrive."),
            _lt("Error: SMS not delivered"),
        ),
    }

    # ------------------------------------------------------------------
    # Is it possible, and if not why
    # ------------------------------------------------------------------

    @api.model
    def _get_blockers(self, actions):
        blockers = {}
        numbers = self._find_numbers(actions)
        for action in actions:
            blocker = self._get_number_blocker(
                action, numbers.get(action.id)
            ) or self._get_content_blocker(action)
            if blocker:
                blockers[action.id] = blocker
        return blockers

    @api.model
    def _get_number_blocker(self, action, number):
        """:param number: :class:`Number`, none where there is no contact"""
        if not number:
            return self._prepare_no_contact(action)
        if not number.code:
            return None
        return {
            "code": number.code,
            "contact": number.contact.name or number.contact.display_name,
            "text": number.number or "",
            "model": "res.partner",
            "res_id": number.contact.id,
        }

    @api.model
    def _get_content_blocker(self, action):
        # sudo: whether a template has a text is asked for whoever sends
        template = action.sms_template_id.sudo()
        if (
            action.sms_text
            or template
            and (template.with_context(lang=action.lang).body or "").strip()
        ):
            return None
        if template:
            return {
                "code": "empty_template",
                "template": template.display_name,
                "model": template._name,
                "res_id": template.id,
            }
        scenario = action.step_id.scenario_id
        record = scenario or action
        return {"code": "no_sms_template", "model": record._name, "res_id": record.id}

    # ------------------------------------------------------------------
    # Words for errors
    # ------------------------------------------------------------------

    @api.model
    def _describe_error(self, action, data):
        """What did not arrive has the provider's words, or ours for them, and what to do."""
        text = super()._describe_error(action, data)
        if data["code"] != "undelivered_sms":
            return text
        cause = data.get("cause")
        if cause in ADVICE:
            return " ".join((text, self.env._(ADVICE[cause])))
        words = f"{data.get('text') or self._get_cause_label(cause)}.".replace("..", ".")
        return " ".join((text, words, self.env._("Correct the number and retry.")))

    @api.model
    def _get_error_values(self, action, data):
        values = super()._get_error_values(action, data)
        if data["code"] == "undelivered_sms":
            values.update(
                number=data.get("number"), contact=values["contact"] or values["customer"]
            )
        elif data["code"] == "unreachable" and not data.get("text"):
            values["text"] = self._get_cause_label(data.get("cause")).rstrip(" .")
        return values

    @api.model
    def _get_cause_label(self, cause):
        """Odoo's own words for a cause that has no sentence here, providers' causes included."""
        if cause == "sms_server":
            return self.env._("The SMS service did not answer")
        field = self.env["mail.notification"]._fields["failure_type"]
        return dict(field._description_selection(self.env)).get(cause) or cause or ""

    # ------------------------------------------------------------------
    # Numbers
    # ------------------------------------------------------------------

    @api.model
    def _find_numbers(self, actions, recipients=None, avoided=None):
        """The number to which each action's SMS goes: the first valid mobile number of its
        contacts, read in the contact's country, else in the customer's, that is not on the
        blacklist.

        :param recipients: {action id: res.partner}, default those of the actions
        :param avoided: {action id: numbers at which nobody is}
        :return: {action id: :class:`Number`, with what is wrong where none will do}, only of
            actions that have contacts; in a constant number of queries
        """
        recipients = actions._get_recipients() if recipients is None else recipients
        avoided = avoided or {}
        candidates = {
            action.id: [
                number
                for contact in recipients[action.id]
                for number in self._read_numbers(action, contact)
            ]
            for action in actions
            if recipients[action.id]
        }
        blocked = self._find_blacklisted(
            {number.number for found in candidates.values() for number in found if not number.code}
        )
        result = {}
        for action_id, found in candidates.items():
            wrong = avoided.get(action_id, ())
            found = [
                number._replace(code="blacklisted")
                if number.number in blocked
                else number._replace(code="bad_phone")
                if number.number in wrong
                else number
                for number in found
            ]
            # the first that will do, else the first with something to fix
            result[action_id] = min(
                found, key=lambda number: (bool(number.code), number.code == "no_phone")
            )
        return result

    @api.model
    def _read_numbers(self, action, contact):
        """The numbers of a contact, checked as far as no query is needed.

        :return: list of :class:`Number`, never empty
        """
        country = contact.country_id or action.partner_id.country_id or action.company_id.country_id
        entered = [contact[fname] for fname in contact._phone_get_number_fields() if contact[fname]]
        if not entered:
            return [Number(contact, "", "no_phone")]
        result = []
        for number in entered:
            valid = contact._phone_format_number(number, country)
            if contact.dso_wrong_phone and number == contact.phone:
                result.append(Number(contact, number, "wrong_phone"))
            elif not valid:
                result.append(Number(contact, number, "bad_phone"))
            elif not _may_take_sms(valid):
                result.append(Number(contact, number, "no_mobile"))
            else:
                result.append(Number(contact, valid))
        return result

    @api.model
    def _find_blacklisted(self, numbers):
        """Those of these numbers whose owners want no SMS."""
        if not numbers:
            return set()
        # sudo: the blacklist holds for everybody, whoever sends
        blacklist = self.env["phone.blacklist"].sudo()
        # plans look at archived records too: those who came back from the blacklist are not on it
        domain = [("number", "in", list(numbers)), ("active", "=", True)]
        return set(blacklist.search(domain).mapped("number"))

    # ------------------------------------------------------------------
    # Content
    # ------------------------------------------------------------------

    @api.model
    def _render(self, actions):
        """The text of each action in its recipients' language, with plain characters.

        :return: {action id: text}
        :raise UserError: if a template is broken
        """
        own = actions.filtered("sms_text")
        result = dict(own._dso_render_batch({action.id: action.sms_text for action in own}))
        for template, group in (actions - own).grouped("sms_template_id").items():
            # sudo: the text was written by a template editor, the collector only sends it
            template = template.sudo()
            try:
                result.update(template._dso_render_sms(group))
            except Exception as error:
                raise BrokenTemplate(template, error) from error
        return {key: rules.plain(str(text or "")).strip() for key, text in result.items()}

    @api.model
    def _preview(self, action):
        number = self._find_numbers(action).get(action.id)
        text = self._render(action)[action.id]
        return {
            "recipients": _format_recipient(
                number.contact.name or number.contact.display_name, number.number
            )
            if number
            else "",
            "body": sms_content_to_rendered_html(text),
            "details": self._describe_length(text),
        }

    @api.model
    def _preview_sent(self, action):
        return {
            "recipients": ", ".join(
                _format_recipient(person["name"], action.sms_number)
                for person in action._get_sent_to()
            ),
            "body": sms_content_to_rendered_html(action.sms_text or ""),
            "details": self._describe_length(action.sms_text or ""),
        }

    @api.model
    def _describe_length(self, text):
        """Characters and parts, a sentence in the user's language: each part is paid for."""
        measure = rules.measure(text)
        values = {
            "length": measure.length,
            "parts": measure.parts,
            "left": measure.left,
            "alphabet": measure.encoding,
        }
        if measure.parts > 1:
            return self.env._(
                "%(length)s characters in %(parts)s parts (%(alphabet)s), room for %(left)s more "
                "in the last one",
                **values,
            )
        return self.env._(
            "%(length)s characters in one part (%(alphabet)s), room for %(left)s more", **values
        )

    # ------------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------------

    @api.model
    def _send(self, actions):
        texts = self._render_for_sending(actions)
        numbers = self._find_numbers(actions)
        for action in actions:
            if not texts[action.id]:
                raise UserError(
                    self.env._(
                        "The SMS “%(action)s” has no text. Write one in its template.",
                        action=action.display_name,
                    )
                )
        messages = self._create_messages(actions, texts, numbers)
        # sudo: SMS belong to the system; the right to act was checked
        sms = self.env["sms.sms"].sudo()
        sms = sms.create(
            [
                self._prepare_sms_values(message, numbers[action.id], texts[action.id])
                for action, message in zip(actions, messages, strict=True)
            ]
        )
        self._create_notifications(sms)
        return {
            action.id: {
                "sms_id": text.id,
                "sms_uuid": text.uuid,
                "sms_number": text.number,
                "sms_text": text.body,
                "message_id": text.mail_message_id.id,
                "recipient_ids": text.partner_id.ids,
                "sent_to": self._prepare_sent_to(text.partner_id, text.number),
                "body": str(text.mail_message_id.body),
            }
            for action, text in zip(actions, sms, strict=True)
        }

    @api.model
    def _create_messages(self, actions, texts, numbers):
        """The messages in the chatter, as ``mail.thread._message_sms`` posts them, but together."""
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note")
        values_list = []
        for action in actions:
            author = action.collector_id.partner_id or action.company_id.partner_id
            values_list.append(
                {
                    "model": "dso.customer",
                    "res_id": action.customer_id.id,
                    "record_name": action.customer_id.display_name,
                    "record_company_id": action.company_id.id,
                    "record_alias_domain_id": action.company_id.alias_domain_id.id,
                    "message_type": "sms",
                    "subtype_id": subtype_id,
                    "author_id": author.id,
                    "email_from": author.email_formatted,
                    "reply_to": author.email_formatted,
                    "partner_ids": [Command.set(numbers[action.id].contact.ids)],
                    "body": sms_content_to_rendered_html(texts[action.id]),
                }
            )
        # sudo: written by the module in the collector's name
        return self.env["mail.message"].sudo().create(values_list)

    @api.model
    def _prepare_sms_values(self, message, number, text):
        return {
            "mail_message_id": message.id,
            "partner_id": number.contact.id,
            "number": number.number,
            "body": text,
            "state": "outgoing",
        }

    @api.model
    def _create_notifications(self, sms):
        """What ties an SMS to its message, and through the tracker to the provider's reports."""
        # sudo: notifications belong to the system
        self.env["mail.notification"].sudo().create(
            [
                {
                    "author_id": text.mail_message_id.author_id.id,
                    "mail_message_id": text.mail_message_id.id,
                    "res_partner_id": text.partner_id.id,
                    "sms_number": text.number,
                    "notification_type": "sms",
                    "sms_id_int": text.id,
                    "sms_tracker_ids": [Command.create({"sms_uuid": text.uuid})],
                    "is_read": True,
                    "notification_status": "ready",
                }
                for text in sms
            ]
        )

    @api.model
    def _retry(self, actions):
        """The same SMS again, under the uuid by which the provider knows it, to the contact's
        number as it is now, or to the successor: at no number at which there was nobody. Odoo
        removes SMS some time after they left: one that is gone is made anew."""
        actions = actions.filtered("sms_uuid")
        avoided = {action.id: self._note_wrong_number(action) for action in actions}
        numbers = self._find_numbers(actions, actions._get_retry_recipients(), avoided)
        for action in actions:
            number = numbers.get(action.id)
            blocker = self._get_number_blocker(action, number)
            if blocker:
                action._set_error(**blocker)
                continue
            self._resend(action, number)
            action.write(
                {
                    "state": "done",
                    "error_data": False,
                    "sms_number": number.number,
                    "recipient_ids": [Command.set(number.contact.ids)],
                }
            )
        # sudo: waking Odoo's own cron is harmless
        self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger()

    @api.model
    def _note_wrong_number(self, action):
        """Note that the number of an SMS is nobody's, if it failed for that.

        :return: all numbers at which there was nobody
        """
        # sudo: the notification is the module's own, of an action being sent
        notification = action.sudo().message_id.notification_ids.filtered(
            lambda entry: entry.notification_type == "sms"
        )[:1]
        known = notification.dso_delivery
        if notification and (action.error_data or {}).get("cause") in WRONG_NUMBER:
            sent = delivery.remember(known, sent=[action.sms_number])
            known = notification.dso_delivery = delivery.mark_failed(sent, sent["sent"], "dead")
        return (known or {}).get("dead", ())

    @api.model
    def _resend(self, action, number):
        # sudo: SMS belong to the system; the right to act was checked
        sms = action.sudo().sms_id
        if not sms:
            values = self._prepare_sms_values(action.message_id, number, action.sms_text)
            sms = sms.create({**values, "uuid": action.sms_uuid})
            action.sms_id = sms
        else:
            sms.write(
                {
                    "number": number.number,
                    "partner_id": number.contact.id,
                    "to_delete": False,
                }
            )
        sms.action_set_outgoing()
        # without the address, the notification would keep the old one
        # sudo: the notification is the module's own, of an action being sent
        message = action.sudo().message_id
        message.partner_ids = number.contact
        message.notification_ids.filtered(lambda entry: entry.notification_type == "sms").write(
            {
                "sms_id_int": sms.id,
                "sms_number": number.number,
                "res_partner_id": number.contact.id,
                "notification_status": "ready",
                "failure_type": False,
                "failure_reason": False,
            }
        )


def _may_take_sms(number):
    """:param number: in E.164"""
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return kind not in NO_MOBILE and not number.startswith(MACHINES)


def _format_recipient(name, number):
    """``Ann (+32 470 12 34 56)``"""
    return f"{name or ''} ({number or '-'})"
