"""A new link in place of one that has expired."""

from odoo import Command, fields, models

from ...engine import pages as rules

TEMPLATE = "dso_collection.mail_template_page_renewal"


class DsoPage(models.Model):
    """The part of ``dso.page`` that renews links: to the addresses of the old one only."""

    _inherit = "dso.page"

    def _is_revoked_since(self):
        """Whether somebody revoked this page, or one that took its place."""
        seen = self
        page = self
        while page:
            if page.revoked_date:
                return True
            page = page.renewed_id - seen
            seen |= page
        return False

    def _renew(self):
        """A new link to the same page, for the same addresses; the old one is over.

        :return: (page, token), nothing where the link was revoked: somebody decided so
        """
        self.ensure_one()
        if self._is_revoked_since():
            return None
        [(page, token)] = self._create_pages(
            [
                {
                    "customer_id": self.customer_id.id,
                    "action_id": self.action_id.id,
                    "purpose": self.purpose,
                    "recipient_ids": [Command.set(self.recipient_ids.ids)],
                    "emails": self._get_own_emails(),
                    "lang": self.lang,
                    "line_ids": [Command.set(self.line_ids.ids)],
                    "expires_date": self._get_expiry(self.company_id),
                    "asked_date": self.asked_date,
                    "origin_id": self._get_origin().id if self.purpose == "colleague" else False,
                }
            ]
        )
        now = fields.Datetime.now()
        self.write({"renewed_id": page.id, "expires_date": min(self.expires_date, now)})
        return page, token

    def _send_new_link(self):
        """Send a new link in place of this one, which has expired, to its own addresses; at most
        as often a day as the rules say, whichever of its old links is used.

        :return: the new page, empty where nothing is sent: the link is still good or was revoked,
            has no address that is still its recipients', or was renewed too often
        """
        self.ensure_one()
        nothing = self.browse()
        over = not rules.is_open(self.expires_date, None, fields.Datetime.now())
        if not over or not self._get_own_emails() or not self._is_still_wanted():
            return nothing
        key = f"{self.customer_id.id}:{self.purpose}:{self.emails}"
        if not self.env["dso.page.hit"]._is_allowed("renew", key):
            return nothing
        renewed = self._renew()
        if not renewed:
            return nothing
        page, token = renewed
        page._send_link(token)
        page._log_new_link()
        return page

    def _get_own_emails(self):
        """The addresses that this link was sent to, without those that are its recipients' no
        more: a wrong one that was put right, the address of somebody who left."""
        recipients = self.recipient_ids.filtered("active")
        if self.purpose != "colleague":
            recipients = self.customer_id._filter_own(recipients)
        now = self._format_emails(recipients).split(", ")
        return ", ".join(email for email in (self.emails or "").split(", ") if email in now)

    def _is_still_wanted(self):
        """Whether the customer still has a page; colleagues do unless they gave the question
        away."""
        if self.purpose == "colleague":
            return not self._is_forwarded()
        return self.customer_id.page_enabled

    def _send_link(self, token, template=TEMPLATE, **context):
        """Send the link of this page to its addresses and nowhere else, from the collector, in
        their language; in the customer's file.

        :param template: XML id of a mail.template on ``dso.page``
        :param context: further values for it, beside ``dso_page_url``
        :return: mail.mail, which Odoo's queue sends
        """
        self.ensure_one()
        collector = self._get_collector()
        customer = self.customer_id
        sender = collector.email_formatted or self.company_id.email_formatted
        address = customer._find_reply_addresses()[customer.id]
        # sudo: the module writes, for the collector
        template = self.env.ref(template).sudo()
        mail_id = template.with_context(
            dso_page_url=self._get_url(self.company_id, token), lang=self.lang, **context
        ).send_mail(
            self.id,
            email_layout_xmlid="mail.mail_notification_light",
            email_values={
                "model": "dso.customer",
                "res_id": customer.id,
                "email_from": sender,
                "reply_to": customer._format_reply_to(address, collector),
                "email_to": self.emails,
                "recipient_ids": [Command.clear()],
                "author_id": collector.partner_id.id,
                "auto_delete": False,
            },
        )
        # sudo: waking Odoo's own cron is harmless
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return self.env["mail.mail"].sudo().browse(mail_id)

    def _log_new_link(self):
        """That somebody asked for it, in the customer's file."""
        env = self.with_context(lang=self.company_id.partner_id.lang).env
        self.customer_id.message_post(
            body=env._(
                "A new link to the interactive page was requested through the old one, and sent "
                "to %(emails)s.",
                emails=self.emails,
            ),
            author_id=env.ref("base.partner_root").id,
            subtype_xmlid="mail.mt_note",
        )
