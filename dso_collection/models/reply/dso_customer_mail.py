from markupsafe import Markup, escape

from odoo import api, models

from ...tools.inside import get_inside


class DsoCustomer(models.Model):
    """What is written in a file, and what comes in by e-mail."""

    _inherit = "dso.customer"

    def _mail_get_partner_fields(self, introspect_fields=False):
        return ["partner_id"]

    def message_post(self, *, body="", subject=None, parent_id=False, body_is_html=False, **kwargs):
        """What somebody types into the box below the file leaves as from Odoo's composer: its
        hashtags are filled in, or nothing leaves."""
        if self._dso_is_typed_to_customer(**kwargs):
            if not isinstance(body, Markup):
                body = Markup(body) if body_is_html else escape(body or "")
            values = {"subject": subject, "body": body}
            # with the rights of whoever writes: Odoo's route posts as superuser
            composer = self.env["mail.compose.message"].sudo(False)
            composer = composer.new({"model": self._name, "parent_id": parent_id})
            composer._dso_fill_hashtags({self.id: values})
            subject, body = values["subject"], values["body"]
        return super().message_post(
            body=body, subject=subject, parent_id=parent_id, body_is_html=body_is_html, **kwargs
        )

    def _dso_is_typed_to_customer(self, **kwargs):
        """Whether a colleague writes to followers here: no note, nor what somebody else wrote."""
        if kwargs.get("message_type") != "comment" or not self.env.user._is_internal():
            return False
        author_id = kwargs.get("author_id")
        if author_id and author_id != self.env.user.partner_id.id:
            return False
        comment = self.env.ref("mail.mt_comment")
        return (
            kwargs.get("subtype_xmlid") == "mail.mt_comment"
            or kwargs.get("subtype_id") == comment.id
        )

    def _message_post_after_hook(self, message, msg_values):
        """An e-mail that came in for the file is a reply (see ``mail.thread`` for what of its
        headers is known here)."""
        result = super()._message_post_after_hook(message, msg_values)
        incoming = get_inside(self.env, "dso_incoming")
        if incoming is not None and message.message_type == "email":
            self.env["dso.reply"]._receive_email(
                self,
                message,
                automatic=incoming["automatic"],
                references=incoming["references"],
            )
        return result

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """An e-mail to the module's address without a thread: find the customer of its sender, who
        must be the only one; files are made from the ledger, never by a message. (What several
        may have written is kept before, see ``mail.thread``.)"""
        email = msg_dict.get("email_from")
        customer = self._find_by_email(email)
        if len(customer) == 1:
            return customer
        raise ValueError(f"No collection customer for a message from {email}")
