"""Links of interactive pages in the messages of actions."""

from odoo import Command, api, fields, models

from ...tools.action_types import LINK_PLACEHOLDER
from .dso_page import PATH

#: Types whose messages always have the button.


class DsoAction(models.Model):
    """The part of ``dso.action`` that leads to interactive pages."""

    _inherit = "dso.action"

    page_ids = fields.One2many("dso.page", "action_id", string="Interactive Pages", readonly=True)
    page_opened_date = fields.Datetime(string="Page Opened", compute="_compute_page_dates")
    page_answered_date = fields.Datetime(string="Page Answered", compute="_compute_page_dates")

    @api.depends("page_ids.opened_date", "page_ids.answered_date")
    def _compute_page_dates(self):
        for action in self:
            opened = [date for date in action.page_ids.mapped("opened_date") if date]
            answered = [date for date in action.page_ids.mapped("answered_date") if date]
            action.page_opened_date = min(opened, default=False)
            action.page_answered_date = max(answered, default=False)

    def _get_page_purpose(self):
        return "colleague" if self._get_channel()._is_internal else "customer"

    def _has_page(self):
        """Whether messages of this action may have a link: colleagues' always, customers' where
        the customer's switch says so."""
        self.ensure_one()
        return self._get_page_purpose() == "colleague" or self.customer_id.page_enabled

    def _get_page_placeholder(self):
        """What stands for the link until the message leaves."""
        return f"{self.company_id.get_base_url()}{PATH}{LINK_PLACEHOLDER}"

    def _put_page_links(self, texts):
        """Put the real links where these texts have their placeholder: each action whose text has
        one gets a page of its own. Called when messages leave, never by a preview.

        :param texts: {action id: text}
        :return: {action id: text}
        """
        wanted = self.filtered(lambda action: LINK_PLACEHOLDER in str(texts.get(action.id) or ""))
        if not wanted:
            return texts
        result = dict(texts)
        Page = self.env["dso.page"]
        recipients = wanted._get_recipients()
        told = wanted._get_claimed_lines()
        values_list = []
        for action in wanted:
            contacts = recipients[action.id]
            purpose = action._get_page_purpose()
            lines = told[action.id] if purpose == "colleague" else ()
            values_list.append(
                {
                    "customer_id": action.customer_id.id,
                    # an action in memory has no id to be bound to
                    "action_id": action._origin.id,
                    "purpose": purpose,
                    "recipient_ids": [Command.set(contacts.ids)],
                    "emails": Page._format_emails(contacts),
                    "lang": action.lang,
                    "line_ids": [Command.set([line.id for line in lines])],
                    "expires_date": Page._get_expiry(action.company_id),
                    "asked_date": action.company_id._dso_today(),
                }
            )
        for action, (_page, token) in zip(wanted, Page._create_pages(values_list), strict=True):
            text = texts[action.id]
            result[action.id] = text.replace(f"{PATH}{LINK_PLACEHOLDER}", f"{PATH}{token}")
        return result
