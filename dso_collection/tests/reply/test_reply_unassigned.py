"""Answers that say nothing but who wrote them: whose they are, and what is nobody's yet."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.modules.migration import exec_script
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_path

from ...engine import pages as rules
from ..common import DsoCommon
from ..http_common import PatientHttpCase

GATEWAY = "odoo.addons.mail.models.mail_thread"


class UnassignedCommon(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.france, cls.germany = cls.env.ref("base.fr"), cls.env.ref("base.de")
        cls.company.account_fiscal_country_id = cls.company.country_id = cls.france
        cls.contact.write({"phone": "+33 6 12 34 56 78", "country_id": cls.france.id})
        cls.bolt = cls.env["res.partner"].create(
            {"name": "Bolt", "is_company": True, "country_id": cls.germany.id}
        )
        cls.bob = cls._create_contact(cls.bolt, "Bob", "bob@bolt.example.com")
        for partner in (cls.partner, cls.bolt):
            cls._invoice("2026-03-01", partner=partner)
            cls._plan("2026-03-01", partner)
        cls.customer, cls.other = cls._customer(), cls._customer(cls.bolt)

    def _find_replies(self, domain=()):
        self.env.invalidate_all()
        return self.env["dso.reply"].search(list(domain))

    def _assign(self, reply, customer, user=None):
        user = user or self.collector
        action = reply.with_user(user).action_assign()
        wizard = Form.from_action(self.env(user=user), action)
        wizard.customer_id = customer.with_user(user)
        return wizard.save().action_apply()


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestSmsSenders(UnassignedCommon):
    def _receive(self, number, text="We pay on Friday."):
        return self.env["dso.customer"]._receive_sms(number, text, self.company, f"SM {number}")

    def test_however_a_provider_writes_the_number(self):
        for number in (
            "+33612345678",
            "33612345678",
            "0033612345678",
            "0612345678",
            "+33 (0)6 12 34 56 78",
        ):
            with self.subTest(number):
                reply = self._receive(number)
                self.assertEqual(
                    (reply.customer_id, reply.author_id), (self.customer, self.contact)
                )

    def test_international_comes_first_and_never_somebody_elses(self):
        """The digits are a German number, too: of a customer who has it, they may be theirs."""
        self.bob.write({"phone": "+49 336 12345678", "country_id": self.germany.id})
        self.assertEqual(self.bob.phone_sanitized, "+4933612345678")
        self.assertEqual(self._receive("+33612345678").customer_id, self.customer)
        reply = self._receive("33612345678")
        self.assertFalse(reply.customer_id or reply.author_id)
        self.assertEqual((reply.company_id, reply.state), (self.company, "to_handle"))
        # only one of them has it
        self.contact.phone = False
        self.assertEqual(self._receive("33 612 345 678").customer_id, self.other)

    def test_somebody_else_has_the_international_number(self):
        """Who is no customer: it is not the other's all the same."""
        self.bob.write({"phone": "+49 336 12345678", "country_id": self.germany.id})
        self.contact.phone = False
        self.env["res.partner"].create({"name": "Carrier", "phone": "+33612345678"})
        self.assertFalse(self._receive("33612345678").customer_id)

    def test_in_the_customers_own_country(self):
        self.bob.write({"phone": "0151 23456789", "country_id": self.germany.id})
        self.assertEqual(self.bob.phone_sanitized, "+4915123456789")
        self.assertEqual(self._receive("015123456789").customer_id, self.other)
        # dialled in Germany it is a German number only where the contact is German
        self.bob.country_id = self.bolt.country_id = self.env.ref("base.at")
        self.assertEqual(self.bob.phone_sanitized, "+4315123456789")
        self.bob.phone = "+49 151 23456789"
        self.assertFalse(self._receive("0151 23456789").customer_id)

    def test_a_number_of_several_is_nobodys(self):
        self.bob.write({"phone": "+33612345678"})
        reply = self._receive("+33612345678", "Paid <b>today</b>")
        self.assertFalse(reply.customer_id or reply.partner_id or reply.author_id)
        self.assertEqual((reply.channel, reply.preview), ("sms", "Paid <b>today</b>"))
        self.assertIn("&lt;b&gt;", reply.body)
        self.assertEqual(self._receive("+33612345678"), reply, "handed over twice, noted once")
        # nobody's actions wait for it, and it is in nobody's chatter
        self.assertFalse(reply.pauses or (self.customer | self.other).reply_ids)
        self.assertFalse(reply.message_id.model or reply.message_id.res_id)
        for role in ("reader", "collector", "manager"):
            own = reply.with_user(getattr(self, role))
            self.assertEqual(own.search([("customer_id", "=", False)]), reply)
            self.assertIn("&lt;b&gt;", own.body)

    def test_a_number_that_nobody_has(self):
        """A customer's new telephone, a sender with a name: a person says whose it is."""
        for number in ("+33699999999", "33699999999", "0699999999", "+1 900", "Acme SAS", "12345"):
            with self.subTest(number):
                reply = self._receive(number, "Paid yesterday")
                self.assertFalse(reply.customer_id or reply.author_id or reply.pauses)
                self.assertEqual((reply.company_id, reply.state), (self.company, "to_handle"))
                self.assertEqual((reply.author_name, reply.preview), (number, "Paid yesterday"))
                self.assertEqual(self._receive(number), reply, "handed over twice, noted once")
        wizard = Form.from_action(
            self.env(user=self.collector), reply.with_user(self.collector).action_assign()
        )
        self.assertFalse(wizard.candidate_ids[:] or wizard.customer_id)
        self._assign(reply, self.customer)
        self.assertEqual((reply.customer_id, reply.author_name), (self.customer, "12345"))
        self.assertFalse(reply.author_id)
        self.assertIn(reply.message_id, self.customer.message_ids)
        self.assertTrue(reply.pauses)

    def test_strangers_do_not_flood(self):
        """Neither one number nor many: what customers write comes in all the same."""
        few = rules.Limit(2, 60)
        warned = "odoo.addons.dso_collection.models.reply.dso_reply_unassigned"

        def send(*numbers):
            return [
                bool(self.env["dso.customer"]._receive_sms(number, "Hi", self.company, f"F{key}"))
                for key, number in enumerate(numbers)
            ]

        with patch.dict(rules.LIMITS, stranger=few), self.assertLogs(warned, "WARNING") as logs:
            self.assertEqual(send(*["+33699999999"] * 4), [True, True, False, False])
            # known ones are not counted again
            self.assertEqual(send(*["+33699999999"] * 2), [True, True])
            reply = self._receive("+33698888888")
            self.assertTrue(reply)
        self.assertEqual(len(logs.records), 2)
        self.assertIn(self.company.name, logs.output[0])
        with patch.dict(rules.LIMITS, strangers=few), self.assertLogs(warned, "WARNING"):
            numbers = [f"+3369777777{key}" for key in range(4)]
            for key, number in enumerate(numbers):
                self.assertFalse(self._receive(number), key)
            self.assertEqual(self._receive("+33612345678").customer_id, self.customer)
        with freeze_time("2026-03-06 10:01:00"):
            self.assertTrue(self._receive("+33699999999"))

    def test_assign_to_a_customer(self):
        self.bob.write({"phone": "+33612345678"})
        action = self._open_action(self.bolt)
        action.to_confirm = False
        reply = self._receive("+33612345678")
        wizard = Form.from_action(
            self.env(user=self.collector), reply.with_user(self.collector).action_assign()
        )
        self.assertEqual(wizard.candidate_ids[:], (self.customer | self.other)[:])
        self.assertFalse(wizard.customer_id)
        self._assign(reply, self.other)
        self.assertEqual((reply.customer_id, reply.partner_id), (self.other, self.bolt))
        self.assertEqual((reply.author_id, reply.author_name), (self.bob, self.bob.display_name))
        self.assertIn(reply.message_id, self.other.message_ids)
        self.assertEqual(reply.message_id.author_id, self.bob)
        self.assertEqual(reply.collector_id, self.collector)
        self.assertTrue(reply.pauses)
        self.env["dso.action"]._dispatch(datetime(2026, 3, 6, 9))
        self.assertEqual(action.state, "planned", "held as by other replies")

    def test_assigned_to_the_wrong_one(self):
        """Until it is handled, it is given to another customer; two do not do so at a time."""
        self.bob.write({"phone": "+33612345678"})
        reply = self._receive("+33612345678")
        self._assign(reply, self.other)
        file = self.env["ir.attachment"].create(
            {"name": "a.txt", "raw": b"a", "res_model": "dso.customer", "res_id": self.other.id}
        )
        reply.message_id.sudo().attachment_ids = file
        late = Form.from_action(
            self.env(user=self.collector), reply.with_user(self.collector).action_assign()
        )
        self.assertEqual(late.candidate_ids[:], (self.customer | self.other)[:])
        self.assertEqual(late.previous_id, self.other)
        action = self._open_action(self.bolt)
        self._assign(reply, self.customer)
        self.assertEqual((reply.customer_id, reply.partner_id), (self.customer, self.partner))
        self.assertEqual((reply.author_id, reply.author_name), (self.contact, "Acme, Ann"))
        self.assertIn(reply.message_id, self.customer.message_ids)
        self.assertNotIn(reply.message_id, self.other.message_ids)
        self.assertEqual(file.res_id, self.customer.id)
        self.assertFalse(action.is_paused)
        late.customer_id = self.customer.with_user(self.collector)
        with self.assertRaisesRegex(UserError, "already belongs to .*Reload"):
            late.save().action_apply()
        nobody = self.env["res.partner"].create({"name": "Other", "is_company": True})
        third = self.env["dso.customer"].create(
            {"partner_id": nobody.id, "company_id": self.company.id}
        )
        self._assign(reply, third)
        self.assertEqual((reply.author_id.id, reply.author_name), (False, self.contact.phone))
        with self.assertRaisesRegex(UserError, "Choose another customer"):
            self._assign(reply, third)
        reply.with_user(self.collector).action_handle()
        with self.assertRaisesRegex(UserError, "already handled.*Handle again"):
            reply.with_user(self.collector).action_assign()

    def test_who_was_written_to_is_proposed(self):
        self.bob.write({"phone": "+33612345678"})
        sms = self.env["dso.action"].create(
            {
                "customer_id": self.other.id,
                "origin": "manual",
                "action_type": "sms",
                "recipient_ids": [Command.set(self.bob.ids)],
            }
        )
        sms.sudo().write({"state": "done", "done_date": "2026-03-05"})
        reply = self._receive("+33612345678").with_user(self.collector)
        wizard = Form.from_action(self.env(user=self.collector), reply.action_assign())
        self.assertEqual(wizard.customer_id, self.other)
        wizard.save().action_apply()
        self.assertEqual(reply.action_id, sms)

    def test_what_needs_a_customer_says_so(self):
        self.bob.write({"phone": "+33612345678"})
        reply = self._receive("+33612345678").with_user(self.collector)
        for method in ("action_reply", "action_qualify", "action_view_customer"):
            with self.subTest(method), self.assertRaisesRegex(UserError, "Assign it"):
                getattr(reply, method)()
        self.assertIn("reply from +33612345678", reply.action_dismiss()["params"]["message"])

    def test_who_assigns_what_to_whom(self):
        self.bob.write({"phone": "+33612345678"})
        self.other.collector_id = self.manager
        self.company.dso_own_customers_only = True
        reply = self._receive("+33612345678")
        with self.assertRaises(AccessError):
            reply.with_user(self.reader).action_assign()
        own = reply.with_user(self.collector)
        wizard = self.env["dso.reply.assign"].with_user(self.collector)
        # the other one's name is not told
        self.assertEqual(wizard.new({"reply_id": own.id}).candidate_ids._origin, self.customer)
        with self.assertRaises(AccessError):
            wizard.create({"reply_id": own.id, "customer_id": self.other.id}).action_apply()
        with self.assertRaisesRegex(UserError, "it cannot be changed"):
            own.write({"customer_id": self.customer.id})
        self.assertFalse(reply.customer_id)
        self._assign(reply, self.customer)
        self.assertEqual(reply.customer_id, self.customer)

    def test_the_rule_of_before_is_replaced(self):
        """In a database that has the rule already: rules are not written anew by an update."""
        rule = self.env.ref("dso_collection.dso_reply_rule_company")
        today = rule.domain_force
        rule.domain_force = today.replace("'|', ('customer_id', '=', False), ", "")
        self.assertNotEqual(rule.domain_force, today)
        version = "19.0.1.6.0"
        path = file_path(f"dso_collection/migrations/{version}/post-replies.py")
        for _time in range(2):
            exec_script(self.cr, "19.0.1.5.0", path, "dso_collection", "post", version)
            self.assertEqual(rule.domain_force, today)

    def test_of_the_company_whose_number_it_is(self):
        self.bob.write({"phone": "+33612345678"})
        data = self.setup_other_company()
        elsewhere = data["company"]
        # there nobody is known by it
        there = self.env["dso.customer"]._receive_sms("+33612345678", "Hi", elsewhere)
        self.assertEqual((there.company_id, there.customer_id.ids), (elsewhere, []))
        self.assertFalse(there._find_candidates()[0])
        reply = self._receive("+33612345678")
        foreign = self.env["dso.customer"].create(
            {"partner_id": self.partner.id, "company_id": elsewhere.id}
        )
        with self.assertRaisesRegex(UserError, "arrived for"):
            reply._assign(foreign)

    def test_counted_for_everybody(self):
        self.bob.write({"phone": "+33612345678"})
        before = self._count()
        self._receive("+33612345678")
        self.assertEqual(self._count(), before + 1)

    def _count(self):
        actions = self.env["dso.action"].with_user(self.manager)
        return actions.dso_count_agenda_tabs([], own=True)["replies"]["todo"]


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestMailSenders(UnassignedCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.alias_domain_id = cls.env["mail.alias.domain"].create(
            {"name": "catchall.example.com", "catchall_alias": "catchall", "bounce_alias": "bounce"}
        )

    def _receive(self, sender="ann@acme.example.com", fallback=None, **headers):
        message = EmailMessage(policy=SMTP)
        values = {
            "From": f"Somebody <{sender}>",
            "To": "catchall@catchall.example.com",
            "Subject": "Our account",
            "Message-Id": f"<{len(self._find_replies())}-{sender}>",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        for name, value in values.items():
            message[name] = value
        message.set_content("We paid last week.")
        message.add_attachment(b"proof", maintype="text", subtype="plain", filename="proof.txt")
        known = self._find_replies()
        with mute_logger(GATEWAY):
            self.env["mail.thread"].message_process(fallback, bytes(message))
        return self._find_replies() - known

    def test_a_new_message_of_a_customer_is_a_reply(self):
        reply = self._receive()
        self.assertEqual((reply.customer_id, reply.channel), (self.customer, "email"))
        self.assertEqual((reply.author_id, reply.state), (self.contact, "to_handle"))
        self.assertFalse(reply.action_id)
        self.assertTrue(reply.pauses)
        self.assertIn(reply.message_id, self.customer.message_ids)
        self.assertEqual(reply.message_id.attachment_ids.mapped("name"), ["proof.txt"])

    def test_ways_in(self):
        for number, (fallback, headers) in enumerate(
            (
                (None, {"Cc": "boss@acme.example.com"}),
                (None, {"To": "catchall@catchall.example.com, boss@acme.example.com"}),
                (None, {"In_Reply_To": "<unknown@acme.example.com>"}),
                ("dso.customer", {"To": "collection@catchall.example.com"}),
            )
        ):
            with self.subTest(number):
                reply = self._receive(fallback=fallback, **headers)
                self.assertEqual(reply.customer_id, self.customer)

    def test_a_machine_of_a_customer(self):
        reply = self._receive(Auto_Submitted="auto-replied")
        self.assertTrue(reply.is_automatic)
        self.assertEqual((reply.customer_id, reply.state), (self.customer, "dismissed"))

    def test_whom_nobody_knows_is_turned_away(self):
        for sender in ("eve@elsewhere.example.com", self.collector.email):
            mails = self.env["mail.mail"].sudo().search_count([])
            self.assertFalse(self._receive(sender))
            self.assertEqual(self.env["mail.mail"].sudo().search_count([]), mails + 1)

    def test_other_aliases_are_left_alone(self):
        model = self.env["ir.model"]._get_id("res.partner")
        self.env["mail.alias"].create(
            {
                "alias_name": "partners",
                "alias_model_id": model,
                "alias_domain_id": self.company.alias_domain_id.id,
            }
        )
        self.assertFalse(
            self._receive(To="catchall@catchall.example.com, partners@catchall.example.com")
        )

    def test_an_address_of_several_is_nobodys(self):
        self.bob.email = "Ann <ANN@acme.example.com>"
        reply = self._receive()
        self.assertFalse(reply.customer_id or reply.author_id or reply.pauses)
        self.assertEqual((reply.company_id, reply.channel), (self.company, "email"))
        self.assertIn("We paid", reply.body)
        self.assertEqual(reply.subject, "Our account")
        own = reply.with_user(self.collector)
        self.assertEqual(own.attachment_ids.mapped("name"), ["proof.txt"])
        own.attachment_ids.check_access("read")
        message = reply.message_id
        self._assign(reply, self.other)
        self.assertEqual((reply.customer_id, reply.author_id), (self.other, self.bob))
        self.assertEqual(reply.message_id, message)
        self.assertIn(message, self.other.message_ids)
        self.assertEqual(
            (message.attachment_ids.res_model, message.attachment_ids.res_id),
            ("dso.customer", self.other.id),
        )
        self.assertTrue(reply.pauses)
        message.with_user(self.collector).check_access("read")

    def test_the_same_message_of_several_comes_in_once(self):
        self.bob.email = self.contact.email
        self.assertTrue(self._receive(Message_Id="<twice@acme.example.com>"))
        self.assertFalse(self._receive(Message_Id="<twice@acme.example.com>"))


@tagged("post_install", "-at_install")
class TestSmsCharacters(UnassignedCommon, PatientHttpCase):
    def test_null_bytes_are_refused(self):
        self.company.sudo()._dso_renew_sms_token()
        path = f"/dso_collection/sms/{self.company.sudo().dso_sms_token}"
        values = {"From": "+33612345678", "Body": "We pay", "MessageSid": "SM1"}
        for name in values:
            with self.subTest(name):
                data = {**values, name: f"{values[name]}\x00"}
                self.assertEqual(self.url_open(path, data=data).status_code, 400)
        self.assertEqual(self.url_open("/dso_collection/sms/%00", data=values).status_code, 400)
        self.assertFalse(self._find_replies())
        self.assertEqual(self.url_open(path, data=values).status_code, 200)
        self.assertEqual(self._find_replies().customer_id, self.customer)
