"""What the tests of e-mails share: a real SMTP server on loopback, and a mail gateway."""

import email
import email.policy
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tools import config, mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .common import DsoCommon
from .faults.smtp import HOST, Sink

GATEWAY = "odoo.addons.mail.models.mail_thread"
QUEUE = "odoo.addons.mail.models.mail_mail"

DSN = """\
From: Mail Delivery System <mailer-daemon@mx.acme.example.com>
To: bounce@catchall.example.com
Subject: Undelivered Mail Returned to Sender
Message-Id: <dsn-{number}@mx.acme.example.com>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="BOUNDARY"

--BOUNDARY
Content-Type: text/plain; charset=us-ascii

{address}: host mx.acme.example.com said: 550 5.1.1 {words}

--BOUNDARY
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example.com
Arrival-Date: Fri, 6 Mar 2026 10:00:00 +0000

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 {words}

--BOUNDARY
Content-Type: text/rfc822-headers

Message-Id: {message_id}
From: collector@company.example.com
To: {address}
Subject: Reminder

--BOUNDARY--
"""


class SmtpCommon(DsoCommon):
    """Mails leave for a real server on loopback; no other server is configured."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo sends nothing in tests; its own tests of SMTP lift that in the same way
        cls.startClassPatcher(patch.object(IrMail_Server, "_disable_send", return_value=False))
        cls.startClassPatcher(patch.dict(config.options, {"smtp_server": ""}))
        cls.env["ir.mail_server"].search([]).active = False
        cls.env["mail.mail"].search([("state", "=", "outgoing")]).cancel()
        cls.domain = cls.env["mail.alias.domain"].create(
            {"name": "catchall.example.com", "catchall_alias": "catchall", "bounce_alias": "bounce"}
        )
        cls.company.alias_domain_id = cls.domain

    def setUp(self):
        super().setUp()
        self.sink = self.enterContext(Sink())
        self.server = self.env["ir.mail_server"].create(
            {
                "name": "Loopback",
                "from_filter": "company.example.com,catchall.example.com",
                "smtp_host": HOST,
                "smtp_port": self.sink.port,
                "smtp_encryption": "none",
            }
        )

    def _owe(self):
        """The customer owes an invoice, and step A is planned."""
        self._invoice("2026-03-01")
        self._plan("2026-03-02")

    def _run_queue(self):
        """Odoo's mail queue, as its cron runs it."""
        mails = self.env["mail.mail"].search([("state", "=", "outgoing")])
        # named mails: without them, the queue commits its progress, which no test may
        mails.process_email_queue(email_ids=mails.ids)
        self.env.invalidate_all()

    def _dispatch_and_send(self, on, **context):
        """Everything that may leave on a day; returns what the server received."""
        before = len(self.sink.received)
        actions = self.env["dso.action"].with_context(**context)
        actions._dispatch(fields.Datetime.to_datetime(f"{on} 10:00:00"))
        self._run_queue()
        return self.sink.received[before:]

    def _remind(self, on="2026-03-06", **context):
        """Confirm what is planned for the customer as its collector, and send it."""
        action = self._open_action()
        action.with_user(self.collector).action_confirm()
        received = self._dispatch_and_send(on, **context)
        return action, received

    def _receive(self, message):
        """A message comes in from the mail server of the company."""
        with mute_logger(GATEWAY):
            return self.env["mail.thread"].message_process(None, bytes(message))

    def _bounce(self, action, address, words="No such user here", number=1):
        text = DSN.format(
            address=address,
            words=words,
            message_id=action.message_id.message_id,
            number=number,
        )
        message = email.message_from_string(text, policy=email.policy.SMTP)
        self._receive(message)
        self.env.invalidate_all()

    def _get_delay(self, action):
        """Minutes until the next attempt, to the nearest."""
        return round((action.retry_date - fields.Datetime.now()).total_seconds() / 60)

    def _retry(self, action, later=timedelta(0)):
        """The retry cron, when the action's turn has come, then Odoo's mail queue."""
        count = self.env["dso.action"]._retry_due(action.retry_date + later)
        self._run_queue()
        return count
