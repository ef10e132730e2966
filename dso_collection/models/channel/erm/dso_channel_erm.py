from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ....engine import retry
from ..dso_channel import Error

_lt = LazyTranslate(__name__)


class DsoChannelErm(models.AbstractModel):
    """Electronic registered mail: one letter for each action, queued with it, and handed over to a
    provider by a cron of its own."""

    _name = "dso.channel.erm"
    _description = "Collection Channel: Electronic Registered Mail"
    _inherit = "dso.channel.email"

    _channel_type = "letter_electronic"
    _channel_label = _lt("Electronic registered mail")
    _channel_sequence = 70
    _channel_icon = "fa-paper-plane-o"
    _channel_color = "#8FD3BC"
    _template_field = "letter_template_id"
    _template_proposed = "dso_collection.letter_template_formal_notice"
    _body_field = "body"
    _is_formal = True
    _is_on_paper = True
    _queued_field = None

    _channel_errors = {
        "no_letter_template": Error(
            _lt(
                "The letter template is missing. Ask a credit manager to choose one on the "
                "scenario step."
            ),
            _lt("Error: no template"),
        ),
        "no_erm_provider": Error(
            _lt(
                "No provider of electronic registered mail is set up for %(company)s. Ask a "
                "credit manager to add one under Configuration > Electronic registered mail."
            ),
            _lt("Error: no registered mail provider"),
        ),
    }

    @api.model
    def _get_blockers(self, actions):
        blockers = super()._get_blockers(actions)
        providers = self.env["dso.erm.provider"]._get_by_company(actions.company_id)
        for action in actions:
            if not providers[action.company_id]:
                blockers[action.id] = {"code": "no_erm_provider"}
        return blockers

    @api.model
    def _get_content_blocker(self, action):
        blocker = super()._get_content_blocker(action)
        if blocker and blocker["code"] == "no_template":
            return {**blocker, "code": "no_letter_template"}
        return blocker

    @api.model
    def _get_mention(self, action):
        contact = action.recipient_ids[:1]
        return self.with_context(lang=action.lang).env._(
            "Electronic registered mail to %(name)s, %(email)s",
            name=contact.name or contact.display_name,
            email=contact.email_normalized or "",
        )

    @api.model
    def _send(self, actions):
        contents = self._render_for_sending(actions)
        recipients = {
            action_id: contacts.filtered("email_normalized")[:1]
            for action_id, contacts in actions._get_recipients().items()
        }
        providers = self.env["dso.erm.provider"]._get_by_company(actions.company_id)
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note")
        messages = self.env["mail.message"].create(
            [
                {
                    "model": "dso.customer",
                    "res_id": action.customer_id.id,
                    "message_type": "notification",
                    "subtype_id": subtype_id,
                    "author_id": action.collector_id.partner_id.id,
                    "email_from": action.collector_id.email_formatted,
                    "subject": contents[action.id][0],
                    "body": contents[action.id][1],
                }
                for action in actions
            ]
        )
        Letter = self.env["dso.erm.letter"]
        Letter.create(
            [
                {
                    "action_id": action.id,
                    "provider_id": providers[action.company_id].id,
                    "recipient_id": recipients[action.id].id,
                    "recipient_email": recipients[action.id].email_normalized,
                    "key": Letter._prepare_key(action),
                }
                for action in actions
            ]
        )
        Letter._trigger()
        return {
            action.id: {
                "message_id": message.id,
                "recipient_ids": recipients[action.id].ids,
                "sent_to": self._prepare_sent_to(
                    recipients[action.id], recipients[action.id].email_normalized
                ),
                "subject": message.subject,
                # as the message keeps it, already made safe
                "body": message.body,
            }
            for action, message in zip(actions, messages, strict=True)
        }

    @api.model
    def _get_resent_to(self, action):
        letter = action.erm_letter_ids
        return self._prepare_sent_to(letter.recipient_id, letter.recipient_email)

    @api.model
    def _retry(self, actions):
        """The same letter again, to the address as it is now, or to the successor: at no address
        at which there was nobody."""
        recipients = actions._get_retry_recipients()
        for letter in actions.erm_letter_ids.filtered(
            lambda letter: letter.state in ("failed", "refused")
        ):
            action = letter.action_id
            reachable = self._get_reachable(recipients[action.id])
            if not reachable:
                blocker = self._get_recipient_blocker(action, recipients[action.id])
                action._set_error(**blocker)
                continue
            others = reachable.filtered(
                lambda contact, letter=letter: contact.email_normalized != letter.recipient_email
            )
            is_wrong = letter.state == "failed" and (action.error_data or {}).get("code") in (
                "undelivered",
                "dead_email",
            )
            if is_wrong and not others and retry.is_wrong_address(letter.message):
                contact = reachable[:1]
                action._set_error(
                    **self._prepare_dead_email(contact, letter.recipient_email, contact)
                )
                continue
            contact = (others if is_wrong else reachable)[:1] or reachable[:1]
            action.recipient_ids = contact
            letter._requeue(contact)
            action.write({"state": "done", "error_data": False})
        self.env["dso.erm.letter"]._trigger()
