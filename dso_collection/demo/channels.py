"""What went through each channel and what came back: texts, letters and their receipts, replies,
failures of several causes, and what waits to leave by SMS, letter and fax.

Nothing of it leaves by itself: what failed stays as it failed until somebody retries, and what is
planned waits for its confirmation. Nothing is printed either: while an add-on is being installed,
no server answers wkhtmltopdf. Letters and evidence files are one click away.
"""

from datetime import datetime, time, timedelta

from odoo import Command
from odoo.tools import plaintext2html

from . import texts
from .company import record


def load_settings(env, companies):
    """What the channels need: a scenario with all of them, a gateway, a provider to activate."""
    companies.dso_fax_domain = "fax.meridian.example.com"
    record(
        env,
        "demo_erm_provider",
        "dso.erm.provider",
        {
            "name": "Recommandé en ligne (to be activated)",
            "company_id": companies[0].id,
            # the demo has no account there
            "active": False,
            "url": "https://erm.example.com/api/v1",
            "deposit_path": "/letters/{reference}/deposit",
            "receipt_path": "/letters/{reference}/receipt",
        },
    )
    steps = []
    for sequence, (name, values) in enumerate(texts.SMALL_STEPS):
        references = {
            key: env.ref(f"dso_collection.{value}").id if key.endswith("_id") else value
            for key, value in values.items()
        }
        steps.append(Command.create({"sequence": sequence, "name": name, **references}))
    record(
        env,
        "demo_scenario_small",
        "dso.scenario",
        {"name": "Small accounts", "company_id": companies[0].id, "step_ids": steps},
    )


class Channels:
    """Completes the history of the files of one company, then adds what is still to do."""

    def __init__(self, env, files, customers, today):
        """:param files: dso.customer of one company
        :param customers: {key: res.partner}
        """
        self.env = env
        self.today = today
        by_partner = files.grouped("partner_id")
        self.files = {
            key: by_partner[partner] for key, partner in customers.items() if partner in by_partner
        }

    def complete(self, actions):
        """What became of these done actions.

        :param actions: of the history, with the e-mails' messages
        """
        keys = {file: key for key, file in self.files.items()}
        actions = actions.filtered(lambda action: action.customer_id in keys)
        self._complete_sms(actions.filtered(lambda action: action.action_type == "sms"))
        self._write_replies(actions)
        self._mark_wrong_numbers()
        answered = {row[0] for row in (*texts.REPLIES, *texts.SMS_REPLIES)}
        silent = actions.filtered(lambda action: keys[action.customer_id] not in answered)
        self._fail_last(silent)

    # ------------------------------------------------------------------
    # What left
    # ------------------------------------------------------------------

    def _complete_sms(self, actions):
        """The text, the number and the message in the chatter of SMS that have left."""
        channel = self.env["dso.channel.sms"]
        bodies = channel._render(actions)
        numbers = channel._find_numbers(actions)
        actions = actions.filtered(
            lambda action: action.id in numbers and not numbers[action.id].code
        )
        messages = channel._create_messages(actions, bodies, numbers)
        for action, message in zip(actions, messages, strict=True):
            number = numbers[action.id]
            message.date = datetime.combine(action.done_date, time(9, 5))
            action.write(
                {
                    "message_id": message.id,
                    "body": message.body,
                    "sms_text": bodies[action.id],
                    "sms_number": number.number,
                    # as a provider knows it
                    "sms_uuid": f"demo-{action.id}",
                    "recipient_ids": [Command.set(number.contact.ids)],
                }
            )

    # ------------------------------------------------------------------
    # What came back
    # ------------------------------------------------------------------

    def _write_replies(self, actions):
        """Answers in all states, to the e-mail or SMS before them."""
        Reply = self.env["dso.reply"]
        for key, days, subject, text, state in texts.REPLIES:
            file = self.files[key]
            day = self.today - timedelta(days=days)
            answered = self._find_answered(actions, file, day, "email")
            message = self._write_message(file, day, subject, text, "email", answered)
            reply = Reply._receive_email(file, message, automatic=state == "automatic")
            self._close(reply, state, day)
        for key, days, text, state in texts.SMS_REPLIES:
            file = self.files[key]
            day = self.today - timedelta(days=days)
            answered = self._find_answered(actions, file, day, "sms")
            contact = file.contact_ids[:1]
            subject = f"SMS from {contact.phone}"
            message = self._write_message(file, day, subject, text, "comment", answered)
            reply = Reply._note(
                file,
                channel="sms",
                action_id=answered.id,
                author_id=contact.id,
                author_name=contact.display_name,
                date=message.date,
                subject=subject,
                preview=text,
                message_id=message.id,
            )
            self._close(reply, state, day)

    def _find_answered(self, actions, file, day, action_type):
        own = actions.filtered(
            lambda action: (
                action.customer_id == file
                and action.action_type == action_type
                and action.done_date <= day
            )
        )
        return own.sorted("done_date")[-1:]

    def _write_message(self, file, day, subject, text, message_type, answered):
        author = file.contact_ids[:1]
        return self.env["mail.message"].create(
            {
                "model": "dso.customer",
                "res_id": file.id,
                "message_type": message_type,
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "author_id": author.id,
                "email_from": author.email_formatted,
                "parent_id": answered.message_id.id,
                "date": datetime.combine(day, time(8, 12)),
                "subject": subject,
                "body": plaintext2html(text),
                "is_internal": False,
            }
        )

    def _close(self, reply, state, day):
        if state in ("handled", "dismissed"):
            file = reply.customer_id
            collector = file.collector_id or file.company_id.dso_default_collector_id
            moment = datetime.combine(day, time(14, 30))
            reply.write({"state": state, "handled_by_id": collector.id, "handled_date": moment})

    def _mark_wrong_numbers(self):
        for key, name in texts.WRONG_NUMBERS:
            contacts = self.files[key].contact_ids
            contacts.filtered(lambda contact, name=name: contact.name == name).write(
                {"dso_wrong_phone": True}
            )

    def _fail_last(self, actions):
        """The last e-mail of two customers and the last SMS of another came back."""
        last = self.env["dso.action"].concat(
            *(group.sorted("id")[-1] for group in actions.grouped("customer_id").values())
        )
        recent = last.sorted(lambda action: (action.done_date, action.id), reverse=True)
        emails = recent.filtered(lambda action: action.action_type == "email" and action.message_id)
        for action, words in zip(emails, texts.BOUNCES, strict=False):
            self._bounce(action, words)
        for action in recent.filtered("sms_uuid")[:1]:
            action._set_undelivered(
                "",
                code="undelivered_sms",
                cause="sms_number_format",
                number=action.sms_number,
                contact=action.recipient_ids.name,
            )

    def _bounce(self, action, words):
        """An e-mail that the server refused, as Odoo's queue leaves it: it can be retried."""
        contacts = action.recipient_ids
        action.mail_id = self.env["mail.mail"].create(
            {
                "mail_message_id": action.message_id.id,
                "email_to": ", ".join(contacts.mapped("email_formatted")),
                "body_html": action.body,
                "state": "exception",
                "failure_type": "mail_email_invalid",
                "failure_reason": words,
            }
        )
        action._set_undelivered(words)

    # ------------------------------------------------------------------
    # What is still to do
    # ------------------------------------------------------------------

    def write_open_actions(self):
        """Actions out of scenario by each way: some ready, some with something to fix."""
        values_list = []
        for key, action_type, days, automatic, subject, template in texts.OPEN_ACTIONS:
            values = {
                "customer_id": self.files[key].id,
                "origin": "manual",
                "action_type": action_type,
                "date": self.today + timedelta(days=days),
                "automatic": automatic,
                "to_confirm": automatic,
                "subject": subject,
            }
            if template:
                fname, xmlid = template
                values[fname] = self.env.ref(f"dso_collection.{xmlid}").id
            values_list.append(values)
        self.env["dso.action"].create(values_list)._refresh_errors()
