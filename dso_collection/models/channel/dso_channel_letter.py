from odoo import Command, api, models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ...tools.inside import get_inside
from .dso_channel import Error

_lt = LazyTranslate(__name__)

REPORT = "dso_collection.report_letter"


class DsoChannelLetter(models.AbstractModel):
    """Letters: one PDF for each action, printed here or posted by Odoo's Snailmail. Their text is
    rendered as that of e-mails is, from letter templates."""

    _name = "dso.channel.letter"
    _description = "Collection Channel: Letter"
    _inherit = "dso.channel.email"

    _channel_type = "letter"
    _channel_label = _lt("Letter")
    _channel_sequence = 50
    _channel_icon = "fa-file-text-o"
    _channel_color = "#009E73"
    _channel_medium = "post"
    _renders_mail = False
    _template_field = "letter_template_id"
    _template_proposed = "dso_collection.letter_template_reminder"
    _body_field = "body"
    _is_formal = True
    _is_on_paper = True
    _is_posted = True
    _has_carrier = True
    _queued_field = None

    _channel_errors = {
        "no_letter": Error(
            _lt(
                "There is no text for the letter. Choose a letter template on the action, or ask "
                "a credit manager to choose one on the scenario step."
            ),
            _lt("Error: no text for the letter"),
        ),
        "no_address": Error(
            _lt("The postal address of %(contact)s is incomplete: %(text)s is missing. Enter it."),
            _lt("Error: incomplete postal address"),
        ),
        "not_posted": Error(
            _lt(
                "Not posted: %(text)s. Fix it and retry, or print the letter from the history and "
                "post it yourself."
            ),
            _lt("Error: letter not posted"),
            quotes=True,
        ),
        "no_post_credit": Error(
            _lt(
                "Not posted: your Snailmail account does not have enough credits for a letter of "
                "%(pages)s pages. Ask your administrator to buy some, where the prices are shown "
                "too; it is then posted automatically within a day, or at once if you retry."
            ),
            _lt("Error: no credits for posting letters"),
        ),
        "no_post_account": Error(
            _lt(
                "Not posted: there is no Snailmail account yet. Ask an administrator to register "
                "one in the settings under Odoo IAP and to buy credits; then retry."
            ),
            _lt("Error: no account for posting letters"),
        ),
        "no_post_country": Error(
            _lt(
                "Not posted: Snailmail does not deliver to the country of %(contact)s. Correct the "
                "country and retry, or print the letter from the history and post it yourself."
            ),
            _lt("Error: letters are not posted to this country"),
        ),
        "unknown_outcome": Error(
            _lt(
                "It is not known whether the letter was posted: %(text)s. Check your Snailmail "
                "account before you retry, or it may be posted twice."
            ),
            _lt("Error: not known whether it was sent"),
            quotes=True,
        ),
        "returned": Error(
            _lt(
                "The letter to %(contact)s was returned. %(reason)s. Correct the address, then "
                "retry: the letter is created again for the new address."
            ),
            _lt("Error: letter returned"),
            quotes=True,
        ),
    }

    # ------------------------------------------------------------------
    # Is it possible, and if not why
    # ------------------------------------------------------------------

    @api.model
    def _get_blockers(self, actions):
        blockers = {}
        addressees = actions._get_addressees()
        for action in actions:
            blocker = self._get_address_blocker(
                action, addressees[action.id]
            ) or self._get_content_blocker(action)
            if blocker:
                blockers[action.id] = blocker
        return blockers

    @api.model
    def _get_address_blocker(self, action, addressee):
        needed = ["street", "city"]
        if action._is_posted_online():
            # what Snailmail asks for
            needed += ["zip", "country_id"]
        missing = [fname for fname in needed if not addressee[fname]]
        if not missing:
            return None
        labels = [addressee._fields[name]._description_string(self.env) for name in missing]
        return {
            "code": "no_address",
            "contact": addressee.display_name,
            "text": ", ".join(labels),
            "model": "res.partner",
            "res_id": addressee.id,
        }

    @api.model
    def _get_content_blocker(self, action):
        blocker = super()._get_content_blocker(action)
        if blocker and blocker["code"] == "no_template":
            return {**blocker, "code": "no_letter"}
        return blocker

    @api.model
    def _get_error_sentence(self, action, data):
        if data["code"] == "returned" and data.get("cause") in ("refused", "not_collected"):
            return _lt(
                "The letter to %(contact)s was returned. %(reason)s. Reach the customer another "
                "way, or retry to send it once more."
            )
        return super()._get_error_sentence(action, data)

    @api.model
    def _get_error_values(self, action, data):
        values = super()._get_error_values(action, data)
        values["pages"] = data.get("pages") or action.letter_pages
        values["contact"] = (
            values["contact"] or action.recipient_ids[:1].display_name or values["customer"]
        )
        if data["code"] == "returned":
            reason = dict(action._get_return_reasons()).get(data.get("cause"), "")
            values["reason"] = ": ".join(filter(None, (reason, values["text"])))
        return values

    @api.model
    def _get_waiting_condition(self):
        """Letters that are printed here wait to be printed, automatic or not."""
        return SQL(
            """
            action_type = %s AND COALESCE(
                (SELECT letter_carrier FROM dso_scenario_step WHERE id = dso_action.step_id),
                (SELECT dso_letter_carrier FROM res_company WHERE id = dso_action.company_id)
            ) IS DISTINCT FROM 'snailmail'
            """,
            self._channel_type,
        )

    @api.model
    def _makes_letter(self, action):
        return True

    # ------------------------------------------------------------------
    # To whom it went
    # ------------------------------------------------------------------

    @api.model
    def _get_addresses_of(self, contact):
        """The address is kept as it stands on the letter."""
        return []

    @api.model
    def _get_resent_to(self, action):
        # whoever was archived since got it all the same
        return self._prepare_sent_to(action.with_context(active_test=False).recipient_ids)

    # ------------------------------------------------------------------
    # Content
    # ------------------------------------------------------------------

    @api.model
    def _preview(self, action):
        subject, body = self._render(action)[action.id]
        addressee = action._get_addressees()[action.id]
        return {
            "subject": subject,
            "body": body,
            "sender": action.company_id.name,
            "recipients": ", ".join(action._get_address_lines(addressee)),
            "attachment_names": self._get_attachment_names(action),
        }

    @api.model
    def _print(self, actions, contents=None):
        """The PDF of each letter.

        :param contents: {action id: (subject, body)}, default rendered now
        :return: {action id: PDF as bytes}
        """
        contents = contents or self._render(actions)
        return self.env["dso.letter.printer"]._print(
            REPORT, actions, {"letters": actions._prepare_letters(contents)}
        )

    # ------------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------------

    @api.model
    def _send(self, actions):
        contents = self._render_for_sending(actions)
        pdfs = self._print(actions, contents)
        enclosed = self._get_attachments(actions)
        pdfs = {
            action.id: self._enclose(pdfs[action.id], enclosed[action.id]) for action in actions
        }
        attachments = self._store(actions, pdfs)
        addressees = actions._get_addressees()
        posted = self._post(actions, attachments, addressees)
        return {
            action.id: {
                "letter_attachment_id": attachments[action.id].id,
                "letter_address": self._get_address(action, addressees),
                "letter_pages": self._count_pages(pdfs[action.id]),
                "snailmail_letter_id": posted[action.id] if action.id in posted else None,
                "recipient_ids": addressees[action.id].ids,
                "subject": contents[action.id][0],
                "body": self._sanitize_body(action, contents[action.id][1]),
            }
            for action in actions
        }

    @api.model
    def _enclose(self, pdf, attachments):
        """The letter, then what is joined to it: other PDFs."""
        files = attachments.filtered(lambda file: file.mimetype == "application/pdf")
        if not files:
            return pdf
        return self.env["dso.letter.printer"]._merge([pdf, *(file.raw for file in files)])

    @api.model
    def _count_pages(self, pdf):
        return self.env["dso.letter.printer"]._count_pages(pdf)

    @api.model
    def _store(self, actions, pdfs):
        """Keep each PDF with its action: whoever may read that may read it.

        :return: {action id: ir.attachment}
        """
        # sudo: the history is written by the module, whoever acts
        files = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                [
                    {
                        "name": self._get_file_name(action),
                        "raw": pdfs[action.id],
                        "mimetype": "application/pdf",
                        "res_model": "dso.action",
                        "res_id": action.id,
                    }
                    for action in actions
                ]
            )
        )
        return dict(zip(actions.ids, files, strict=True))

    @api.model
    def _get_file_name(self, action):
        day = get_inside(self.env, "dso_today") or action.company_id._dso_today()
        return f"{action.name or ''} - {action.partner_id.name or ''} - {day}.pdf"

    @api.model
    def _post(self, actions, attachments, addressees):
        """Hand those that are posted online to Snailmail, unsent: its queue sends after the commit.

        :return: {action id: id of the snailmail.letter}
        """
        online = actions.filtered(lambda action: action._is_posted_online())
        if not online:
            return {}
        # sudo: the letter belongs to the system, like the e-mails of its queue
        Letter = self.env["snailmail.letter"].sudo()
        posted = Letter.create(
            [
                {
                    "model": "dso.customer",
                    "res_id": action.customer_id.id,
                    "partner_id": addressees[action.id].id,
                    "company_id": action.company_id.id,
                    "user_id": action.collector_id.id or self.env.uid,
                    "attachment_id": attachments[action.id].id,
                    "cover": False,
                    "color": action.company_id.snailmail_color,
                    "duplex": action.company_id.snailmail_duplex,
                }
                for action in online
            ]
        )
        self._trigger_post()
        return dict(zip(online.ids, posted.ids, strict=True))

    @api.model
    def _trigger_post(self):
        # sudo: waking Odoo's own cron is harmless
        self.env.ref("snailmail.snailmail_print").sudo()._trigger()

    @api.model
    def _retry(self, actions):
        """The same letter again, to the address as it is now, or to the successor: where that is
        not the one on paper, it is made anew. Those that are printed here wait for somebody to
        print them."""
        addressees = actions._get_addressees(actions._get_retry_recipients())
        stuck = actions.browse()
        for action in actions:
            blocker = self._get_address_blocker(action, addressees[action.id])
            if blocker:
                action._set_error(**blocker)
                stuck |= action
        # sudo: the prints of these actions are the module's own files
        failed = (actions - stuck).filtered("letter_attachment_id").sudo()
        readdressed = failed.filtered(
            lambda action: action.letter_address != self._get_address(action, addressees)
        )
        self._print_again(readdressed, addressees)
        self._post_again(failed.filtered("snailmail_letter_id"), addressees)
        by_hand = failed.filtered(lambda action: not action.snailmail_letter_id)
        for company, group in by_hand.grouped("company_id").items():
            group.write(
                {
                    "state": "done",
                    "error_data": False,
                    # another envelope: what was noted of the first one is in the customer's file
                    "tracking_number": False,
                    "posted_date": company._dso_today(),
                    "received_date": False,
                    "receipt": False,
                    "receipt_filename": False,
                }
            )

    @api.model
    def _get_address(self, action, addressees):
        """The address as it stands on a letter that is made now, in one text."""
        return "\n".join(action._get_address_lines(addressees[action.id]))

    @api.model
    def _print_again(self, actions, addressees):
        """The letters as they were, with the address as it is now. The first ones stay among the
        files of their actions."""
        if not actions:
            return
        for action in actions:
            # whom they are printed for
            action.recipient_ids = [Command.set(addressees[action.id].ids)]
        contents = {action.id: (action.subject, action.body) for action in actions}
        pdfs = self._print(actions, contents)
        enclosed = self._get_attachments(actions)
        pdfs = {
            action.id: self._enclose(pdfs[action.id], enclosed[action.id]) for action in actions
        }
        files = self._store(actions, pdfs)
        for action in actions:
            action.write(
                {
                    "letter_attachment_id": files[action.id].id,
                    "letter_pages": self._count_pages(pdfs[action.id]),
                    "letter_address": self._get_address(action, addressees),
                }
            )

    @api.model
    def _post_again(self, actions, addressees):
        """Put letters back into Snailmail's queue."""
        for action in actions:
            letter = action.snailmail_letter_id
            partner = addressees[action.id]
            letter.write(
                {
                    "state": "pending",
                    "partner_id": partner.id,
                    "attachment_id": action.letter_attachment_id.id,
                    "error_code": False,
                    "info_msg": False,
                    "street": partner.street,
                    "street2": partner.street2,
                    "zip": partner.zip,
                    "city": partner.city,
                    "state_id": partner.state_id.id,
                    "country_id": partner.country_id.id,
                }
            )
            letter.notification_ids.write(
                {"notification_status": "ready", "failure_type": False, "failure_reason": False}
            )
            action.write({"state": "done", "error_data": False})
        if actions:
            self._trigger_post()
