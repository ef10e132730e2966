from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from odoo.addons.phone_validation.tools.phone_validation import phone_format

from ...tools.inside import get_inside, inside
from .dso_channel import Error

_lt = LazyTranslate(__name__)


class DsoChannelFax(models.AbstractModel):
    """Fax: an e-mail to number@gateway with the letter as PDF, created and sent like all e-mails.
    Its text is that of an e-mail template."""

    _name = "dso.channel.fax"
    _description = "Collection Channel: Fax"
    _inherit = "dso.channel.email"

    _channel_type = "fax"
    _channel_label = _lt("Fax")
    _channel_sequence = 90
    _channel_icon = "fa-fax"
    _channel_color = "#8C8C8C"
    _channel_medium = None
    _template_proposed = "dso_collection.mail_template_reminder_1"
    _is_formal = True
    _is_on_paper = True
    _queued_field = "name"

    _channel_errors = {
        "no_fax": Error(
            _lt("%(contact)s has no fax number. Enter one."), _lt("Error: no fax number")
        ),
        "bad_fax": Error(
            _lt("The fax number “%(text)s” of %(contact)s is not valid. Correct it."),
            _lt("Error: wrong fax number"),
        ),
        "no_fax_domain": Error(
            _lt(
                "There is no fax gateway. Ask your administrator to enter its domain in the "
                "Collection settings."
            ),
            _lt("Error: no fax gateway"),
        ),
        "undelivered": Error(
            _lt(
                "Not delivered: %(text)s. Correct the fax number, or ask your administrator to "
                "check the gateway in the settings; then retry."
            ),
            _lt("Error: not delivered"),
            quotes=True,
        ),
    }

    # ------------------------------------------------------------------
    # Is it possible, and if not why
    # ------------------------------------------------------------------

    @api.model
    def _get_blockers(self, actions):
        blockers = {
            action.id: {
                "code": "no_fax_domain",
                "model": "res.config.settings",
                "res_id": action.company_id.id,
            }
            # sudo: a setting of the company
            for action in actions
            if not action.company_id.sudo().dso_fax_domain
        }
        return {**super()._get_blockers(actions), **blockers}

    @api.model
    def _get_recipient_blocker(self, action, contacts):
        if not contacts:
            return super()._get_recipient_blocker(action, contacts)
        if self._get_reachable(contacts):
            return None
        numbered = (contacts | contacts.commercial_partner_id).filtered("dso_fax")[:1]
        contact = numbered or contacts[:1]
        return {
            "code": "bad_fax" if numbered else "no_fax",
            "contact": contact.display_name,
            "text": contact.dso_fax or "",
            "model": "res.partner",
            "res_id": contact.id,
        }

    # ------------------------------------------------------------------
    # Number and address
    # ------------------------------------------------------------------

    @api.model
    def _get_reachable(self, contacts):
        """Contacts with a valid number of their own, else the customer with its."""
        return contacts.filtered(self._get_number) or contacts.commercial_partner_id.filtered(
            self._get_number
        )

    @api.model
    def _get_number(self, contact):
        """The fax number as digits with the country's code, ``None`` if there is no valid one."""
        if not contact.dso_fax:
            return None
        country = (
            contact.country_id
            or contact.commercial_partner_id.country_id
            or self.env.company.country_id
        )
        try:
            number = phone_format(
                contact.dso_fax, country.code, country.phone_code, force_format="E164"
            )
        except UserError:
            return None
        return number.lstrip("+")

    @api.model
    def _format_recipients(self, contact):
        return [self._format_recipient(contact)]

    @api.model
    def _format_recipient(self, contact):
        # sudo: a setting of the company
        return f"{self._get_number(contact)}@{self.env.company.sudo().dso_fax_domain}"

    @api.model
    def _get_addresses_of(self, contact):
        return [f"+{self._get_number(contact)}"]

    # ------------------------------------------------------------------
    # Content and sending
    # ------------------------------------------------------------------

    @api.model
    def _encapsulate(self, action, body):
        """Gateways fax the text of the e-mail as well: it is all in the PDF."""
        return ""

    @api.model
    def _preview(self, action):
        channel = self.with_company(action.company_id)
        subject, body = channel._render(action)[action.id]
        contacts = channel._get_reachable(action._get_recipients()[action.id])
        return {
            "subject": subject,
            # in letters as on the paper, not in those of browsers
            "body": Markup('<div style="font-family: Arial, sans-serif">%s</div>') % body,
            # sudo: who signs a readable action
            "sender": action.sudo().collector_id.email_formatted or "",
            "recipients": ", ".join(map(channel._format_recipient, contacts)),
            "attachment_names": channel._get_attachment_names(action),
        }

    @api.model
    def _send(self, actions):
        Letter = self.env["dso.channel.letter"]
        outcomes = {}
        for company, group in actions.grouped("company_id").items():
            contents = self._render_for_sending(group)
            pdfs = Letter._print(group, contents)
            files = Letter._store(group, pdfs)
            channel = self.with_company(company).with_context(
                **inside(dso_fax_files=files, dso_fax_contents=contents)
            )
            found = super(DsoChannelFax, channel)._send(group)
            for action in group:
                found[action.id].update(
                    letter_attachment_id=files[action.id].id,
                    letter_pages=Letter._count_pages(pdfs[action.id]),
                    body=self._sanitize_body(action, contents[action.id][1]),
                )
            outcomes.update(found)
        return outcomes

    @api.model
    def _render_for_sending(self, actions):
        """The letter and the e-mail around it are one message, with one link."""
        return get_inside(self.env, "dso_fax_contents") or super()._render_for_sending(actions)

    @api.model
    def _get_attachments(self, actions):
        result = super()._get_attachments(actions)
        for action_id, file in get_inside(self.env, "dso_fax_files", {}).items():
            # the letter first: it is read first
            result[action_id] = file | result[action_id]
        return result

    @api.model
    def _retry(self, actions):
        for company, group in actions.grouped("company_id").items():
            super(DsoChannelFax, self.with_company(company))._retry(group)
        return None
