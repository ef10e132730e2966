from odoo import models
from odoo.tools.mail import decode_message_header, email_normalize, unfold_references

from ..engine import autoreply


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _message_route_process(self, message, message_dict, routes):
        """Tell the collection file what it cannot see of an incoming e-mail afterwards: whether a
        machine wrote it, and which messages it answers. Bounces that Odoo does not recognise are
        no answers either."""
        if any(route[0] == "dso.customer" for route in routes or ()):
            sender = message_dict.get("email_from") or ""
            kind = autoreply.classify(
                _get_headers(message),
                decode_message_header(message, "Subject"),
                email_normalize(sender) or sender,
            )
            if kind != autoreply.BOUNCE:
                references = unfold_references(message_dict.get("references") or "")
                references.append(message_dict.get("in_reply_to"))
                self = self.with_context(
                    dso_incoming={
                        "automatic": kind == autoreply.AUTOMATIC,
                        "references": [reference for reference in references if reference],
                    }
                )
        return super()._message_route_process(message, message_dict, routes)


def _get_headers(message):
    """{name in lower case: values}"""
    headers = {}
    for name, value in message.items():
        headers.setdefault(name.lower(), []).append(str(value))
    return headers
