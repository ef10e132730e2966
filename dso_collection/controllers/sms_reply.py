from werkzeug.exceptions import BadRequest

from odoo import http
from odoo.http import request

from ..engine import pages as rules
from .page import check_characters

#: How providers name what they hand over: Twilio's names first, then common ones.
NUMBER_NAMES = ("From", "from", "sender", "msisdn")
TEXT_NAMES = ("Body", "body", "text", "message")
REFERENCE_NAMES = ("MessageSid", "message_id", "id")
MAX_TEXT = 5000
MAX_WORD = 100
#: An empty answer that Twilio takes, too: nothing is sent back.
NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class SmsReply(http.Controller):
    """Where a provider of text messages hands over what customers answer."""

    @http.route(
        "/dso_collection/sms/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def receive(self, token, **post):
        """The token in the address, which only the provider knows, says which company it is for.

        Whether the number is known is not told: a provider that got an error would ask again.
        """
        check_characters([token, *post.values()])
        # sudo: the token is the right to hand something over, and gives no other
        company = request.env["res.company"].sudo()._dso_find_by_sms_token(token)
        if not company:
            # guessing is limited as it is on the pages; the good one of a provider is never refused
            network = rules.get_network(request.httprequest.remote_addr)
            if not request.env["dso.page.hit"]._is_allowed_now("wrong", network):
                return request.make_response("", status=429)
            return request.make_response("", status=404)
        number = _first(post, NUMBER_NAMES)[:MAX_WORD]
        text = _first(post, TEXT_NAMES)[:MAX_TEXT]
        if not number or not text:
            raise BadRequest
        # sudo: the company's secret token was checked: the gateway is nobody's user
        request.env["dso.customer"].sudo()._receive_sms(
            number, text, company=company, reference=_first(post, REFERENCE_NAMES)[:MAX_WORD]
        )
        return request.make_response(NOTHING_TO_SAY, [("Content-Type", "text/xml")])


def _first(post, names):
    """The first of these values that was handed over, as text."""
    return next((str(post[name]).strip() for name in names if post.get(name)), "")
