# pylint-odoo takes only what lies in `tests` itself for tests, whose words nobody translates.
# pylint: disable=translation-required
"""Answers of customers, as raw e-mails through Odoo's own gateway, and what they hold back."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ...engine import pages as rules
from ..common import DsoCommon
from ..http_common import PatientHttpCase

GATEWAY = "odoo.addons.mail.models.mail_thread"
BOUNCE = """\
From: Mail Delivery System <{sender}>
To: catchall@catchall.example.com
Subject: Undelivered Mail Returned to Sender
Message-Id: <dsn-1@mx.acme.example.com>
In-Reply-To: {message_id}
MIME-Version: 1.0
Content-Type: {content_type}; charset=utf-8
X-Failed-Recipients: ann@acme.example.com

550 no such user
"""


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestReply(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.alias_domain_id = cls.env["mail.alias.domain"].create(
            {"name": "catchall.example.com", "catchall_alias": "catchall", "bounce_alias": "bounce"}
        )
        cls.scenario.step_ids.to_confirm = False
        cls.invoice = cls._invoice("2026-03-01")
        cls._plan("2026-03-01")
        cls.action = cls._open_action()
        cls.env["dso.action"]._dispatch(datetime(2026, 3, 6, 9))
        cls.customer = cls._customer()

    def _receive(self, text="We pay on Friday.", action=None, number=1, **headers):
        """A reply of the contact comes in from the mail server of the company."""
        message = EmailMessage(policy=SMTP)
        values = {
            "From": "Ann <ann@acme.example.com>",
            "To": "catchall@catchall.example.com",
            "Subject": "Re: Reminder for Acme",
            "Message-Id": f"<reply-{number}@acme.example.com>",
            "In-Reply-To": (action or self.action).message_id.message_id,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        for name, value in values.items():
            if value:
                message[name] = value
        message.set_content(text)
        with mute_logger(GATEWAY):
            self.env["mail.thread"].message_process(None, bytes(message))
        return self._replies()[:1]

    def _replies(self):
        self.env.invalidate_all()
        return self.env["dso.reply"].search([("customer_id", "=", self.customer.id)])

    def _dispatch(self, now="2026-03-16 09:00:00"):
        return self.env["dso.action"]._dispatch(datetime.fromisoformat(now))

    # ------------------------------------------------------------------
    # What comes in
    # ------------------------------------------------------------------

    def test_reply_is_noted_with_the_action_it_answers(self):
        reply = self._receive("We pay on Friday.\n\n> Please pay 100.00 €")
        self.assertEqual(reply.customer_id, self.customer)
        self.assertEqual(reply.action_id, self.action)
        self.assertEqual((reply.state, reply.channel), ("to_handle", "email"))
        self.assertEqual(reply.author_id, self.contact)
        self.assertEqual(reply.subject, "Re: Reminder for Acme")
        self.assertEqual(reply.preview, "We pay on Friday.")
        self.assertIn(reply.message_id, self.customer.message_ids)
        self.assertIn("We pay on Friday.", reply.body)
        self.assertEqual(self.customer.reply_count, 1)

    def test_the_action_is_found_by_references_alone(self):
        """Mail programs that say nothing of In-Reply-To, or answer an answer."""
        first = self.action.message_id.message_id
        reply = self._receive(In_Reply_To=None, References=f"<unknown@x.example.com> {first}")
        self.assertEqual(reply.action_id, self.action)
        reply = self._receive(
            number=2,
            In_Reply_To="<reply-1@acme.example.com>",
            References=f"{first} <reply-1@x.com>",
        )
        self.assertEqual(reply.action_id, self.action)

    def test_answers_to_two_actions_are_told_apart(self):
        self._dispatch()
        second = self.customer.action_ids.filtered(
            lambda action: action.step_id.name == "B" and action.state == "done"
        )
        self.assertTrue(second)
        self.assertEqual(self._receive(action=second).action_id, second)
        self.assertEqual(self._receive(number=2).action_id, self.action)

    def test_an_unknown_person_may_answer(self):
        """The director's assistant answers: it still counts."""
        reply = self._receive(From="Bea <bea@elsewhere.example.com>")
        self.assertEqual(reply.action_id, self.action)
        self.assertIn("bea@elsewhere.example.com", reply.author_name)

    def test_the_same_message_comes_in_once(self):
        self._receive()
        self._receive()
        self.assertEqual(len(self._replies()), 1)

    def test_text_only_no_script(self):
        reply = self._receive("<script>alert(1)</script> <b>paid</b>")
        self.assertEqual(reply.preview, "<script>alert(1)</script> <b>paid</b>")
        self.assertNotIn("<script", reply.body)

    def test_a_long_answer_is_shortened(self):
        reply = self._receive("pay " * 500)
        self.assertLessEqual(len(reply.preview), 300)
        self.assertTrue(reply.preview.endswith("…"))

    def test_colleagues_are_no_customers(self):
        self._receive(From=f"Colin <{self.collector.email}>")
        self.assertFalse(self._replies())

    def test_our_own_messages_are_no_replies(self):
        self.customer.with_user(self.collector).message_post(body="Called them.")
        self.customer.message_post(body="Hello", message_type="email", author_id=self.contact.id)
        self.assertFalse(self._replies())

    def test_other_records_of_the_contact_are_untouched(self):
        message = self.invoice.message_post(body="Your invoice", message_type="comment")
        self._receive(In_Reply_To=message.message_id)
        self.assertFalse(self._replies())

    def test_bounces_are_no_replies(self):
        """Those that Odoo recognises, and those of servers that keep to no standard."""
        for sender, content_type in (
            ("mailer-daemon@mx.acme.example.com", "text/plain"),
            ("postmaster@mx.acme.example.com", "text/plain"),
        ):
            with self.subTest(sender), mute_logger(GATEWAY):
                text = BOUNCE.format(
                    sender=sender,
                    content_type=content_type,
                    message_id=self.action.message_id.message_id,
                ).replace("dsn-1", f"dsn-{sender}")
                self.env["mail.thread"].message_process(None, text.encode())
                self.assertFalse(self._replies())

    def test_out_of_office_is_kept_and_does_not_pause(self):
        for number, headers in enumerate(
            (
                {"Auto_Submitted": "auto-replied"},
                {"X_Autoreply": "yes"},
                {"Precedence": "auto_reply"},
                {"Subject": "Abwesenheitsnotiz: Reminder for Acme"},
            )
        ):
            with self.subTest(**headers):
                reply = self._receive("Back on Monday.", number=number, **headers)
                self.assertTrue(reply.is_automatic)
                self.assertEqual((reply.state, reply.pauses), ("dismissed", False))
        self.assertEqual(self.customer.reply_count, 0)
        self.assertEqual(self._dispatch(), 1)

    def test_what_was_taken_for_a_machine_can_be_handled(self):
        reply = self._receive(Precedence="bulk")
        reply.with_user(self.collector).action_reopen()
        self.assertEqual(reply.state, "to_handle")
        self.assertEqual(self._dispatch(), 0)

    # ------------------------------------------------------------------
    # SMS
    # ------------------------------------------------------------------

    def test_sms_lands_in_the_file_with_the_message_it_answers(self):
        self.contact.write({"phone": "+33 6 12 34 56 78", "country_id": self.env.ref("base.fr").id})
        sms = self.env["dso.action"].create(
            {
                "customer_id": self.customer.id,
                "origin": "manual",
                "action_type": "sms",
                "recipient_ids": [Command.set(self.contact.ids)],
            }
        )
        sms.sudo().write({"state": "done", "done_date": "2026-03-05"})
        reply = self.env["dso.customer"]._receive_sms("+33612345678", "Paid <b>today</b>")
        self.assertEqual((reply.customer_id, reply.action_id), (self.customer, sms))
        self.assertEqual((reply.channel, reply.state), ("sms", "to_handle"))
        self.assertEqual((reply.author_id, reply.preview), (self.contact, "Paid <b>today</b>"))
        self.assertIn("&lt;b&gt;", reply.body)
        self.assertEqual(self._dispatch(), 0)

    def test_sms_of_a_stranger_is_nobodys(self):
        reply = self.env["dso.customer"]._receive_sms("+33699999999", "Hello")
        self.assertFalse(reply.customer_id or reply.author_id or reply.pauses)
        self.assertEqual((reply.company_id, reply.state), (self.env.company, "to_handle"))

    # ------------------------------------------------------------------
    # Pausing
    # ------------------------------------------------------------------

    def test_a_reply_pauses_the_customer_and_says_why(self):
        following = self._open_action()
        self.assertNotIn("Paused", following.reason)
        reply = self._receive()
        self.assertIn("Paused: a reply from", following.reason)
        self.assertIn("Ann", following.reason)
        self.assertTrue(following.is_paused)
        preview = self.env["dso.action.preview"].with_user(self.collector)
        preview = preview.create({"action_id": following.id})
        self.assertTrue(preview.reply_waits)
        paused = self.env["dso.action"].search([("is_paused", "=", True)])
        self.assertEqual(paused, following)
        self.assertNotIn(following, paused.search([("is_paused", "=", False)]))
        self.assertEqual(self._dispatch(), 0)
        self.assertEqual(following.state, "planned")
        cron = self.env.ref("dso_collection.ir_cron_dispatch")
        with self.capture_triggers(cron.id) as captured:
            reply.with_user(self.collector).action_handle()
        self.assertTrue(captured.records)
        self.assertEqual((reply.state, reply.handled_by_id), ("handled", self.collector))
        self.assertTrue(reply.handled_date)
        self.assertFalse(following.is_paused)
        self.assertNotIn("Paused", following.reason)
        self.assertEqual(self._dispatch(), 1)

    def test_what_waits_for_somebody_is_not_paused(self):
        """A red row says one thing: to do; the reply stands in its reason."""
        following = self._open_action()
        following.to_confirm = True
        self._receive()
        self.assertFalse(following.is_paused)
        self.assertNotIn(following, following.search([("is_paused", "=", True)]))
        self.assertNotIn("Paused", following.reason)
        self.assertRegex(
            following.reason, "A reply from .* has not been handled yet: nothing is sent"
        )
        following.with_user(self.collector).action_confirm()
        self.assertTrue(following.is_paused)
        self.assertIn(following, following.search([("is_paused", "=", True)]))
        self.assertIn("Paused: a reply from", following.reason)

    def test_other_customers_go_on(self):
        other = self.env["res.partner"].create({"name": "Other"})
        self._create_contact(other, "Bob", "bob@other.example.com")
        self._invoice("2026-03-01", partner=other)
        self._plan("2026-03-01", other)
        self._receive()
        self.assertEqual(self._dispatch(), 1)
        self.assertEqual(self._customer(other).past_action_ids.state, "done")

    def test_dismissed_lets_go(self):
        self._receive().with_user(self.collector).action_dismiss()
        self.assertEqual(self._dispatch(), 1)

    def test_two_replies_both_have_to_be_handled(self):
        first = self._receive()
        second = self._receive(number=2)
        first.action_handle()
        self.assertEqual(self._dispatch(), 0)
        second.action_dismiss()
        self.assertEqual(self._dispatch(), 1)

    def test_a_company_may_go_on_in_spite_of_replies(self):
        self.company.dso_pause_on_reply = False
        following = self._open_action()
        reply = self._receive()
        self.assertFalse(reply.pauses or following.is_paused)
        self.assertNotIn("Paused", following.reason)
        self.assertEqual(self._dispatch(), 1)

    def test_by_hand_it_leaves_all_the_same(self):
        self._receive()
        following = self._open_action()
        following.with_user(self.collector).action_execute()
        self.assertEqual(following.state, "done")

    def test_the_dispatcher_asks_no_more_for_more_replies(self):
        """One condition in the statement that it runs anyway: nobody's action is read."""
        self._receive()

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.assertEqual(self._dispatch(), 0)
            return self.env.cr.sql_log_count - start

        one = count()
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(10)])
        for partner in partners:
            self._create_contact(partner, "Contact", f"c{partner.id}@example.com")
            self._invoice("2026-03-01", partner=partner)
        self.env["dso.customer"]._plan(today=datetime(2026, 3, 1).date())
        for partner in partners:
            self.env["dso.reply"].sudo().create({"customer_id": self._customer(partner).id})
        self.assertLessEqual(count(), one)

    def test_reasons_in_one_query(self):
        """A list of many actions reads the replies of all customers at once."""
        self._receive()
        actions = self.env["dso.action"].search([("state", "=", "planned")])
        self.env.invalidate_all()
        actions.mapped("automatic")
        actions.company_id.mapped("dso_pause_on_reply")
        with self.assertQueryCount(3):
            actions._find_pausing_replies()

    # ------------------------------------------------------------------
    # Handling and qualifying
    # ------------------------------------------------------------------

    def _qualify(self, reply, **values):
        opened = reply.with_user(self.collector).action_qualify()
        self.assertEqual(opened["res_model"], "dso.item.qualify")
        wizard = (
            self.env["dso.item.qualify"]
            .with_user(self.collector)
            .with_context(**opened["context"])
            .create(values)
        )
        wizard.action_apply()
        return wizard

    def test_qualify_several_times(self):
        second = self._invoice("2026-03-02", 50)
        reply = self._receive("One on Friday, the other is wrong.")
        ongoing = self.env.ref("dso_collection.status_ongoing")
        promise = self.env.ref("dso_collection.status_promise")
        wizard = self._qualify(reply, status_id=ongoing.id, reply_done=False)
        # the items that the answered message told of
        self.assertEqual(wizard.line_ids, self._line(self.invoice))
        self.assertEqual(wizard.comment, "One on Friday, the other is wrong.")
        self.assertEqual(reply.state, "to_handle")
        self._qualify(
            reply,
            status_id=promise.id,
            date="2026-03-13",
            line_ids=[Command.set(self._line(second).ids)],
        )
        self.assertEqual((reply.state, reply.handled_by_id), ("handled", self.collector))
        self.assertEqual(self._line(self.invoice).dso_status_id, ongoing)
        self.assertEqual(self._line(second).dso_status_id, promise)

    def _get_proposed(self, reply):
        """The items that the dialog takes, and those that it only offers."""
        context = reply.with_user(self.collector).action_qualify()["context"]
        line = self.env["account.move.line"]
        return line.browse(context["default_line_ids"]), line.browse(
            context["default_held_line_ids"]
        )

    def test_qualify_begins_with_what_the_answer_is_about(self):
        self._invoice("2026-03-02", 50)
        none = self.env["account.move.line"]
        self.assertEqual(self._get_proposed(self._receive()), (self._line(self.invoice), none))

    def test_qualify_where_the_answer_is_about_no_item(self):
        """Nothing is ticked for the user, and all that is open is offered."""
        second = self._invoice("2026-03-02", 50)
        reply = (
            self.env["dso.reply"]
            .sudo()
            ._note(self.customer, channel="email", subject="Hello", date=datetime(2026, 3, 6))
        )
        taken, offered = self._get_proposed(reply)
        self.assertFalse(taken)
        self.assertEqual(offered, self._line(self.invoice | second))

    def test_qualify_leaves_items_of_other_actions(self):
        """What the message told of is in dispute meanwhile: it is taken only when ticked."""
        dispute = self.env.ref("dso_collection.status_dispute_price")
        reply = self._receive()
        self._qualify(reply, status_id=dispute.id, reply_done=False)
        taken, offered = self._get_proposed(reply)
        self.assertFalse(taken)
        self.assertEqual(offered, self._line(self.invoice))

    def test_qualify_answer_to_the_specific_action_itself(self):
        """Its own items are meant."""
        dispute = self.env.ref("dso_collection.status_dispute_price")
        self._qualify(self._receive(), status_id=dispute.id)
        specific = self.customer.open_action_ids.filtered(lambda a: a.origin == "specific")
        specific.write({"action_type": "email", "mail_template_id": self.template.id})
        specific.with_user(self.collector).action_execute()
        reply = self._receive(action=specific.child_ids, number=2)
        self.assertEqual(reply.action_id, specific.child_ids)
        self.assertEqual(self._get_proposed(reply)[0], self._line(self.invoice))

    def test_what_was_told_is_paid_meanwhile(self):
        """It is said; the dialog does not open with another item instead."""
        self._invoice("2026-03-02", 50)
        reply = self._receive().with_user(self.collector)
        self._pay(self.invoice)
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "no longer open"):
            reply.action_qualify()
        self.assertIn(self.invoice.name, reply.closed_text)
        self.assertIn("reply from Acme, Ann", reply.action_handle()["params"]["message"])
        self.assertFalse(reply.closed_text, "nothing to say of what is handled")

    def test_writing_back(self):
        """To who wrote, under the same subject, in the customer's chatter."""
        reply = self._receive().with_user(self.collector)
        action = reply.action_reply()
        composer = Form.from_action(self.env(user=self.collector), action)
        self.assertEqual(composer.subject, "Re: Reminder for Acme")
        composer.body = "<p>Thank you</p>"
        toast = composer.save().action_send_mail()["params"]
        said = f"Sent to {self.contact.display_name}. The reply is still to handle."
        self.assertEqual(toast["message"], said)
        # who answered is seen, and that is all: nothing automatic leaves before it is handled
        self.assertTrue(reply.replied_date)
        self.assertEqual(reply.replied_by_id, self.collector)
        follow = toast["follow"]
        self.assertEqual((follow["model"], follow["ids"]), (reply._name, reply.ids))
        message = self.customer.message_ids[0]
        self.assertIn("Thank you", message.body)
        self.assertEqual(message.author_id, self.collector.partner_id)
        self.assertEqual(message.partner_ids, self.contact)
        self.assertEqual(reply.state, "to_handle")
        getattr(reply.with_user(self.collector), follow["method"])()
        self.assertEqual(reply.state, "handled")
        with self.assertRaises(AccessError):
            reply.with_user(self.reader).action_reply()

    def test_an_answer_to_something_else_is_none(self):
        """The context is the browser's: what is written elsewhere answers no reply."""
        reply = self._receive()
        other = self.env["res.partner"].create({"name": "Beta"})
        self._invoice("2026-03-01", 500.0, other)
        self._plan("2026-03-06", other)
        action = reply.with_user(self.collector).action_reply()
        action["context"]["default_res_ids"] = self._customer(other).ids
        composer = Form.from_action(self.env(user=self.collector), action)
        composer.body = "<p>Thank you</p>"
        composer.save().action_send_mail()
        self.assertFalse(reply.replied_date)

    def test_a_reply_is_seen_before_one_writes(self):
        wizard = self.env["dso.action.new"].with_user(self.collector)
        wizard = wizard.create({"customer_id": self.customer.id})
        self.assertFalse(wizard.reply_waits)
        self._receive()
        wizard.invalidate_recordset()
        self.assertTrue(wizard.reply_waits)

    def test_which_message_it_answers_may_be_unknown(self):
        reply = self.env["dso.reply"].sudo().create({"customer_id": self.customer.id})
        with self.assertRaisesRegex(UserError, "does not say"):
            reply.with_user(self.collector).action_view_message()

    def test_handled_once(self):
        reply = self._receive()
        reply.with_user(self.collector).action_handle()
        with self.assertRaises(UserError):
            reply.with_user(self.manager).action_dismiss()
        self.assertEqual(reply.handled_by_id, self.collector)

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    def test_readers_see_but_do_not_handle(self):
        reply = self._receive().with_user(self.reader)
        self.assertEqual(reply.preview, "We pay on Friday.")
        self.assertIn("We pay on Friday.", reply.body)
        for method in ("action_handle", "action_dismiss", "action_reopen", "action_qualify"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(reply, method)()

    def test_nobody_changes_or_deletes_an_answer(self):
        reply = self._receive()
        for user in (self.collector, self.manager):
            with self.assertRaises(UserError):
                reply.with_user(user).write({"preview": "We never pay."})
            with self.assertRaises(AccessError):
                reply.with_user(user).unlink()

    def test_own_customers_only(self):
        reply = self._receive()
        self.customer.collector_id = self.manager
        self.company.dso_own_customers_only = True
        Reply = self.env["dso.reply"]
        self.assertFalse(Reply.with_user(self.collector).search([]))
        with self.assertRaises(AccessError):
            reply.with_user(self.collector).action_handle()
        self.assertEqual(Reply.with_user(self.manager).search([]), reply)
        self.assertEqual(reply.collector_id, self.manager)

    def test_other_companies_see_nothing(self):
        self._receive()
        other = self.setup_other_company()["company"]
        user = new_test_user(
            self.env,
            login="dso_elsewhere",
            groups="base.group_user,dso_collection.group_dso_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertFalse(self.env["dso.reply"].with_user(user).search([]))

    def test_replies_go_with_a_merged_customer(self):
        reply = self._receive()
        target = self.env["res.partner"].create({"name": "Acme Group"})
        self._invoice("2026-03-02", partner=target)
        self._plan("2026-03-06", target)
        self.customer._merge_into(self._customer(target))
        self.assertEqual(reply.customer_id, self._customer(target))
        self.assertEqual(reply.partner_id, target)


@tagged("post_install", "-at_install")
class TestSmsReply(DsoCommon, PatientHttpCase):
    """The address to which a provider of text messages hands over answers."""

    def setUp(self):
        super().setUp()
        self._invoice("2026-03-01")
        self._plan("2026-03-01")
        self.contact.write({"phone": "+33 6 12 34 56 78", "country_id": self.env.ref("base.fr").id})
        self.company.sudo()._dso_renew_sms_token()
        self.token = self.company.sudo().dso_sms_token
        self.values = {"From": "+33612345678", "Body": "We pay", "MessageSid": "SM1"}

    def _post(self, token, values):
        answer = self.url_open(f"/dso_collection/sms/{token}", data=values)
        self.env.invalidate_all()
        return answer.status_code, self._customer().reply_ids

    def test_handed_over_twice_noted_once(self):
        for _time in range(2):
            status, replies = self._post(self.token, self.values)
            self.assertEqual((status, len(replies)), (200, 1))
        self.assertEqual((replies.preview, replies.author_id), ("We pay", self.contact))
        _status, replies = self._post(self.token, {**self.values, "MessageSid": "SM2"})
        self.assertEqual(len(replies), 2)

    def test_without_the_token_nothing(self):
        self.assertEqual(self._post("guess", self.values), (404, self.env["dso.reply"]))
        self.company.sudo()._dso_renew_sms_token()
        self.assertEqual(self._post(self.token, self.values), (404, self.env["dso.reply"]))

    def test_guessing_the_token_is_limited(self):
        """As on the pages, with which the count is shared; who knows the token is let in."""
        limit = rules.LIMITS["wrong"].times
        codes = [self._post(f"guess{number}", self.values)[0] for number in range(limit + 2)]
        self.assertEqual(codes, [404] * limit + [429] * 2)
        self.assertEqual(self._post(self.token, self.values)[0], 200)

    def test_who_it_is_is_not_told(self):
        """A stranger's number is answered alike, until there are too many; what is no message is
        refused."""
        stranger = {**self.values, "From": "+33699999999"}
        with patch.dict(rules.LIMITS, stranger=rules.Limit(1, 60)):
            for number in range(2):
                values = {**stranger, "MessageSid": f"SM{number}"}
                with mute_logger("odoo.addons.dso_collection.models.reply.dso_reply_unassigned"):
                    self.assertEqual(self._post(self.token, values), (200, self.env["dso.reply"]))
        found = self.env["dso.reply"].search([("company_id", "=", self.company.id)])
        self.assertEqual(found.mapped("gateway_reference"), ["SM0"])
        self.assertEqual(self._post(self.token, {"From": "+33612345678"})[0], 400)

    def test_only_of_the_companys_customers(self):
        other = self.setup_other_company()["company"].sudo()
        other._dso_renew_sms_token()
        status, replies = self._post(other.dso_sms_token, self.values)
        self.assertEqual((status, replies), (200, self.env["dso.reply"]))
        # there it is a stranger's
        reply = self.env["dso.reply"].search([("company_id", "=", other.id)])
        self.assertEqual((reply.preview, reply.customer_id.ids), ("We pay", []))
