from unittest.mock import patch

import requests
from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from odoo.addons.sms.tools.sms_api import SmsApi

from ...models.channel.dso_channel_sms import _may_take_sms
from ..common import DsoCommon

MOBILE = "+32470123456"


@freeze_time("2026-03-06 09:00:00")
class DsoSmsCommon(DsoCommon):
    """A scenario of two SMS for a customer in Belgium whose contact has a mobile number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sms_template = cls.env["sms.template"].create(
            {
                "name": "Reminder by SMS",
                "model_id": cls.env["ir.model"]._get_id("dso.action"),
                "body": "#company_name: please pay #items_amount_selected.",
            }
        )
        values = {"action_type": "sms", "sms_template_id": cls.sms_template.id}
        cls.scenario = cls._create_scenario(
            ("First", "due_date", 5, {**values, "to_confirm": False}),
            ("Second", "due_date", 15, values),
        )
        cls.company.dso_default_scenario_id = cls.scenario
        cls.belgium = cls.env.ref("base.be")
        cls.partner.country_id = cls.belgium
        cls.contact.phone = "0470 12 34 56"
        cls.invoice = cls._invoice("2026-03-01", 1234.5)
        cls._plan("2026-03-06")
        cls.action = cls._open_action()

    def setUp(self):
        super().setUp()
        self.provided = []

    def _dispatch(self):
        return self.env["dso.action"]._dispatch()

    def _run_queue(self, state="success", **errors):
        """Odoo's own SMS queue, up to the call of its provider.

        :param errors: what the provider answers, by number
        """

        def contact_iap(_api, _endpoint, params):
            results = []
            for message in params["messages"]:
                for number in message["numbers"]:
                    answer = errors.get(number["number"], state)
                    self.provided.append((number["number"], message["content"], number["uuid"]))
                    results.append({"uuid": number["uuid"], "state": answer, "credit": 1})
            return results

        with patch.object(SmsApi, "_contact_iap", contact_iap):
            queue = self.env["sms.sms"].search([("state", "=", "outgoing")])
            queue.try_lock_for_update()._send()
        self.env.flush_all()


BEA = "+32475111213"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestSms(DsoSmsCommon):
    """SMS through Odoo's own models, up to the provider."""

    def _report(self, state):
        """What a provider reports days later, as Odoo's controller takes it."""
        tracker = self.env["sms.tracker"].sudo().search([("sms_uuid", "=", self.action.sms_uuid)])
        if state == "delivered":
            tracker._action_update_from_sms_state("sent")
        else:
            tracker._action_update_from_provider_error(state)
        self.env.flush_all()

    def _plan_again(self):
        self._plan("2026-03-06")

    # ------------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------------

    def test_leaves_through_odoos_queue(self):
        self.assertEqual(self.action.agenda_state, "confirmed")
        self.assertEqual(self._dispatch(), 1)
        self.assertEqual(self.action.state, "done")
        sms = self.action.sms_id
        self.assertEqual(
            (sms.state, sms.number, sms.partner_id), ("outgoing", MOBILE, self.contact)
        )
        self.assertEqual(sms.body, f"{self.company.name}: please pay $ 1,234.50.")
        self.assertEqual(self.action.sms_number, MOBILE)
        self.assertEqual(self.action.sms_text, sms.body)
        self.assertEqual(self.action.recipient_ids, self.contact)
        self.assertEqual(self.action.amount, 1234.5)
        self._run_queue()
        self.assertEqual(self.provided, [(MOBILE, sms.body, self.action.sms_uuid)])
        self.assertEqual(self.action.state, "done")
        self.assertPlanned("Second", "2026-03-16")

    def test_in_the_chatter_as_odoos_own(self):
        """The same message, notification and tracker as Odoo's own composer makes."""
        self._dispatch()
        self.env.user.partner_id.email = self.env.user.partner_id.email or "me@example.com"
        with patch.object(SmsApi, "_contact_iap", lambda *args: []):
            native = self._customer()._message_sms(
                "Hello", partner_ids=self.contact.ids, put_in_queue=True
            )
        message = self.action.message_id
        self.assertIn(message, self._customer().message_ids)
        for fname in ("model", "res_id", "message_type", "subtype_id", "partner_ids"):
            self.assertEqual(message[fname], native[fname], fname)
        self.assertEqual(message.author_id, self.collector.partner_id)
        own = message.notification_ids
        other = native.notification_ids.filtered(lambda entry: entry.notification_type == "sms")
        for fname in (
            "notification_type",
            "notification_status",
            "sms_number",
            "res_partner_id",
            "is_read",
            "failure_type",
        ):
            self.assertEqual(own[fname], other[fname], fname)
        self.assertEqual(own.sms_tracker_ids.sms_uuid, self.action.sms_uuid)
        self.assertEqual(own.sms_id, self.action.sms_id)

    def test_nothing_in_a_name_is_markup(self):
        self.company.name = "<b>Bold</b>"
        self._dispatch()
        self.assertIn("<b>Bold</b>", self.action.sms_id.body)
        self.assertIn("&lt;b&gt;Bold&lt;/b&gt;", self.action.message_id.body)
        self.assertIn("&lt;b&gt;Bold&lt;/b&gt;", self.action.body)

    def test_second_run_sends_nothing(self):
        self._dispatch()
        count = self.env["sms.sms"].search_count([])
        self.assertEqual(self._dispatch(), 0)
        self.assertEqual(self.env["sms.sms"].search_count([]), count)

    def test_language_and_plain_characters(self):
        """French amounts have a space that no telephone knows: it would halve the room."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.contact.lang = "fr_FR"
        self.sms_template.with_context(
            lang="fr_FR"
        ).body = "Merci de régler #items_amount_selected \u2013 déjà payé\u202f?"
        self._dispatch()
        self.assertEqual(self.action.sms_text, "Merci de régler $ 1 234,50 - déjà payé ?")

    def test_currencies_are_not_added_up(self):
        other = self.setup_other_currency("EUR", rates=[("2026-01-01", 2.0)])
        self._invoice("2026-03-02", 40, currency_id=other.id)
        self._plan_again()
        self._dispatch()
        self.assertIn("1,234.50", self.action.sms_text)
        self.assertIn("40.00", self.action.sms_text)
        self.assertNotIn("1,274", self.action.sms_text)

    def test_collector_sends_by_hand(self):
        action = (
            self.env["dso.action"]
            .with_user(self.collector)
            .create(
                {
                    "customer_id": self._customer().id,
                    "action_type": "sms",
                    "sms_text": "Hello #customer_name",
                }
            )
        )
        action.action_execute()
        self.assertEqual(action.state, "done")
        self.assertEqual(action.sudo().sms_id.body, "Hello Acme")

    def test_specific_action_lives_on(self):
        """R16: each execution is an SMS of its own."""
        action = self.env["dso.action"].create(
            {
                "customer_id": self._customer().id,
                "origin": "specific",
                "action_type": "sms",
                "sms_text": "Hello",
                "item_ids": [Command.create({"line_id": self._line(self.invoice).id})],
            }
        )
        action.action_execute()
        action.action_execute()
        self.assertEqual(action.state, "planned")
        self.assertEqual(action.child_ids.mapped("sms_text"), ["Hello", "Hello"])
        self.assertEqual(len(action.child_ids.sms_id), 2)

    def test_empty_text_is_refused(self):
        self.sms_template.body = "   "
        with self.assertRaisesRegex(UserError, "no text"):
            self.action.action_execute()

    # ------------------------------------------------------------------
    # What keeps one from being sent
    # ------------------------------------------------------------------

    def test_obstacles_are_sentences_and_recover(self):
        """R11: in error from the moment it is planned, and back by itself."""
        cases = [
            ("Phone and SMS", {"dso_collection_contact": False}, self.partner),
            ("Phone and SMS", {"dso_serves_phone": False}, self.partner),
            ("no phone number", {"phone": False}, self.contact),
            ("is not valid", {"phone": "0470 12"}, self.contact),
            ("not a mobile number", {"phone": "02 506 31 11"}, self.contact),
            ("marked as wrong", {"dso_wrong_phone": True}, self.contact),
        ]
        for sentence, values, record in cases:
            with self.subTest(sentence, values=values):
                before = {fname: self.contact[fname] for fname in values}
                self.contact.write(values)
                self._refresh()
                self.assertEqual(self.action.state, "error")
                self.assertIn(sentence, self.action.error_message)
                self.assertEqual(
                    (self.action.error_data["model"], self.action.error_data["res_id"]),
                    (record._name, record.id),
                )
                self.assertEqual(self._dispatch(), 0)
                self.contact.write(before)
                self._refresh()
                self.assertEqual(self.action.state, "planned")
                self.assertFalse(self.action.error_message)
        self.assertEqual(self._dispatch(), 1)

    def _refresh(self):
        self.env.flush_all()
        self.env["dso.customer"]._cron_refresh()
        self.env.invalidate_all()

    def test_blacklist(self):
        """Odoo's blacklist of numbers is respected, and reaches the agenda through the queue."""
        blacklisted = self.env["phone.blacklist"].create({"number": MOBILE})
        self._refresh()
        self.assertEqual(self.action.state, "error")
        self.assertIn("opted out of SMS", self.action.error_message)
        self.assertEqual(self._dispatch(), 0)
        with self.assertRaisesRegex(UserError, "opted out of SMS"):
            self.action.action_execute()
        blacklisted.action_archive()
        self._refresh()
        self.assertEqual(self.action.state, "planned")
        self.env["phone.blacklist"].sudo()._add([MOBILE])
        # at the last moment too, whatever the queue holds
        self.assertEqual(self._dispatch(), 0)
        blacklisted.unlink()
        self.assertEqual(self._dispatch(), 1)

    def test_missing_template(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dso_scenario_step SET sms_template_id = NULL WHERE scenario_id = %s",
            [self.scenario.id],
        )
        self.env.invalidate_all()
        self._plan_again()
        self.assertEqual(self.action.state, "error")
        self.assertIn("SMS template is missing", self.action.error_message)
        self.assertEqual(self.action.action_fix()["res_model"], "dso.scenario")

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_broken_template_stops_no_other(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sms_template SET body = %s WHERE id = %s",
            ['{"en_US": "{{ object.no_such_field }}"}', self.sms_template.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._dispatch(), 0)
        self.assertEqual(self.action.state, "error")
        self.assertIn("cannot be rendered", self.action.error_message)
        self.assertEqual(self.action.action_fix()["res_model"], "sms.template")
        self.sms_template.body = "Fixed"
        self.assertEqual(self._dispatch(), 1)

    def test_country_of_the_customer_and_of_the_contact(self):
        """06 12 34 56 78 is a mobile number in France, and none in Belgium."""
        self.contact.phone = "06 12 34 56 78"
        self._plan_again()
        self.assertEqual(self.action.error_data["code"], "bad_phone")
        self.contact.country_id = self.env.ref("base.fr")
        self._plan_again()
        self._dispatch()
        self.assertEqual(self.action.sms_number, "+33612345678")

    def test_numbers_that_nobody_reads_text_messages_at(self):
        """VOIP, personal, pager and machine numbers (phonenumbers 9.0.43 has the Dutch 097 of
        machines as mobile)."""
        for number in (
            "+33 9 12 34 56 78",
            "+31 85 123 4567",
            "+351 30 123 4567",
            "+48 39 123 45 67",
            "+420 910 123 456",
            "+81 50 1234 5678",
            "+44 70 1234 5678",
            "+49 700 12345678",
            "+31 97 012345678",
        ):
            with self.subTest(number=number):
                self.assertFalse(_may_take_sms(number.replace(" ", "")))
        for number in ("+33612345678", "+31612345678", "+4915112345678", "+12025550123"):
            with self.subTest(number=number):
                self.assertTrue(_may_take_sms(number))
        self.contact.phone = "+33 9 12 34 56 78"
        self._plan_again()
        self.assertEqual(self.action.error_data["code"], "no_mobile")

    def test_first_contact_that_can_be_reached(self):
        self.contact.phone = "02 506 31 11"
        other = self._create_contact(self.partner, "Bob", "bob@acme.example.com")
        other.phone = "+32 475 12 34 56"
        mail_only = self._create_contact(
            self.partner, "Aaron", "aaron@acme.example.com", dso_serves_phone=False
        )
        mail_only.phone = "+32 476 12 34 56"
        self._plan_again()
        self._dispatch()
        self.assertEqual(self.action.recipient_ids, other)
        self.assertEqual(len(self.action.sms_id), 1)
        self.assertEqual(self.action.sms_number, "+32475123456")

    def test_preview(self):
        wizard = (
            self.env["dso.action.preview"]
            .with_user(self.collector)
            .create({"action_id": self.action.id})
        )
        self.assertEqual(wizard.recipients, f"Ann ({MOBILE})")
        length = len(f"{self.company.name}: please pay $ 1,234.50.")
        self.assertEqual(
            wizard.details,
            f"{length} characters in one part (GSM-7), room for {160 - length} more",
        )
        text = wizard.body
        self._dispatch()
        self.assertEqual(html2plaintext(self.action.message_id.body), html2plaintext(text))
        again = self.env["dso.action.preview"].create({"action_id": self.action.id})
        self.assertEqual((again.recipients, again.body), (wizard.recipients, text))
        self.assertEqual(again.details, wizard.details)

    def test_preview_of_a_long_text(self):
        self.sms_template.body = "я" * 100
        wizard = self.env["dso.action.preview"].create({"action_id": self.action.id})
        self.assertEqual(
            wizard.details,
            "100 characters in 2 parts (UCS-2), room for 34 more in the last one",
        )

    def test_preview_without_number_shows_text_and_reason(self):
        self.contact.phone = False
        wizard = self.env["dso.action.preview"].create({"action_id": self.action.id})
        self.assertIn("please pay", wizard.body)
        self.assertIn("no phone number", wizard.error_message)

    # ------------------------------------------------------------------
    # What happened later
    # ------------------------------------------------------------------

    def test_refused_at_once(self):
        """No credit: the action is in error with what to do, and retried it is the same SMS."""
        self._dispatch()
        uuid, message = self.action.sms_uuid, self.action.message_id
        self._plan_again()
        following = self._open_action()
        self._run_queue("insufficient_credit")
        self.assertEqual(self.action.state, "error")
        self.assertIn("no SMS credit left", self.action.error_message)
        self.assertIn(MOBILE, self.action.error_message)
        self.assertEqual(following.state, "cancelled")
        self.action.with_user(self.collector).action_retry()
        self.assertEqual(self.action.state, "done")
        self.assertEqual(self.action.sms_id.state, "outgoing")
        self._run_queue()
        self.assertEqual([entry[2] for entry in self.provided], [uuid, uuid])
        self.assertEqual(self.action.message_id, message)
        self.assertEqual(self.action.state, "done")
        self.assertEqual(message.notification_ids.notification_status, "pending")
        self.assertPlanned("Second", "2026-03-16")

    def test_account_is_the_record_to_fix(self):
        account = self.env["iap.account"].get("sms")
        self._dispatch()
        self._run_queue("insufficient_credit")
        data = self.action.error_data
        self.assertEqual((data["model"], data["res_id"]), ("iap.account", account.id))
        opened = self.action.with_user(self.collector).action_fix()
        self.assertEqual((opened["res_model"], opened["res_id"]), ("iap.account", account.id))

    def test_undelivered_days_later(self):
        """Odoo has removed the SMS meanwhile: corrected and retried, it leaves to the new number
        under the same uuid."""
        self._dispatch()
        self._run_queue()
        self.env["sms.sms"]._gc_device()
        self.env.invalidate_all()
        self.assertFalse(self.action.sms_id)
        self._report("invalid_destination")
        self.assertEqual(self.action.state, "error")
        self.assertIn("Invalid Destination", self.action.error_message)
        self.assertEqual(self.action.action_fix()["res_id"], self.contact.id)
        self.contact.phone = "+32 475 12 34 56"
        self.action.action_retry()
        self.assertEqual(self.action.state, "done")
        self._run_queue()
        first, second = self.provided
        self.assertEqual(first[1:], second[1:])
        self.assertEqual(second[0], "+32475123456")
        self.assertEqual(self.action.sms_number, "+32475123456")

    def test_retry_says_what_still_has_to_be_fixed(self):
        self._dispatch()
        self._run_queue("wrong_number_format")
        self.contact.phone = "123"
        self.action.action_retry()
        self.assertEqual(self.action.state, "error")
        self.assertIn("is not valid", self.action.error_message)
        self.assertEqual(self.action.sms_id.state, "error")

    def _fail_then(self, cause="wrong_number_format", **values):
        """It fails, this becomes of the contact, and somebody else is there who has a number."""
        self._dispatch()
        self._run_queue(cause)
        self.contact.write(values)
        return self._create_contact(self.partner, "Bea", "bea@acme.example.com", phone=BEA)

    def assertRetriedTo(self, contact, number):
        self.action.with_user(self.collector).action_retry()
        self.assertEqual((self.action.state, self.action.sms_number), ("done", number))
        self.assertEqual(self.action.recipient_ids, contact)
        self._run_queue()
        self.assertEqual(self.provided[-1][0], number)
        notification = self.action.message_id.notification_ids
        self.assertEqual((notification.res_partner_id, notification.sms_number), (contact, number))

    def test_retry_not_to_an_archived_contact(self):
        bea = self._fail_then("insufficient_credit", active=False)
        self.assertRetriedTo(bea, BEA)

    def test_retry_not_to_a_contact_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        bea = self._fail_then("insufficient_credit", company_id=other.id)
        self.assertRetriedTo(bea, BEA)

    def test_retry_not_to_a_number_that_was_refused(self):
        bea = self._fail_then()
        self.assertRetriedTo(bea, BEA)
        # nor later, where the successor's fails, too
        self.action._set_undelivered("", code="undelivered_sms", cause="sms_number_format")
        self.action.with_user(self.collector).action_retry()
        self.assertEqual(self.action.state, "error")
        self.assertIn("is not valid", self.action.error_message)
        self.contact.phone = "+32 475 12 34 56"
        self.assertRetriedTo(self.contact, "+32475123456")

    def test_retry_with_nobody_left(self):
        self._dispatch()
        self._run_queue("insufficient_credit")
        self.contact.active = False
        self.action.with_user(self.collector).action_retry()
        self.assertEqual(self.action.state, "error")
        self.assertIn("no collections contact", self.action.error_message)

    def test_delivered_after_all(self):
        self._dispatch()
        self._run_queue("server_error")
        self.assertEqual(self.action.state, "error")
        self._report("delivered")
        self.assertEqual(self.action.state, "done")
        self.assertFalse(self.action.error_message)

    def test_cancelled_in_the_queue(self):
        self._dispatch()
        self.action.sms_id.action_set_canceled()
        self.assertEqual(self.action.state, "error")
        self.assertIn("cancelled in the SMS queue", self.action.error_message)

    def test_failure_of_the_service_is_tried_again_by_itself(self):
        """Odoo's own service says that it has not taken it: the same SMS, later and later."""
        self._dispatch()
        for moment in ("2026-03-06 09:15:00", "2026-03-06 10:00:00"):
            self._run_queue("server_error")
            self.assertEqual(self.action.state, "error")
            self.assertEqual(str(self.action.retry_date), moment)
            self.assertIn("did not answer. It is retried", self.action.error_message)
            self.assertEqual(self.env["dso.action"]._retry_due(self.action.retry_date), 1)
            self.assertEqual((self.action.state, self.action.sms_id.state), ("done", "outgoing"))
        self._run_queue()
        self.assertEqual({uuid for _number, _text, uuid in self.provided}, {self.action.sms_uuid})
        self.assertEqual(len(self.provided), 3)
        self.assertEqual(self.action.state, "done")

    def test_silence_is_not_tried_again_by_itself(self):
        """It may have been sent anyway: somebody looks before it leaves twice."""
        self._dispatch()
        for cause, retried in (
            (requests.exceptions.ReadTimeout("silence"), False),
            (requests.exceptions.ConnectTimeout("nobody"), True),
        ):
            with self.subTest(str(cause)):
                with patch.object(SmsApi, "_contact_iap", side_effect=cause):
                    self.action.sms_id._send()
                self.assertEqual(self.action.state, "error")
                self.assertEqual(bool(self.action.retry_date), retried)
                self.assertEqual(
                    "may have been sent anyway" in self.action.error_message, not retried
                )
                self.action.action_retry()

    def test_report_that_found_its_customer_busy(self):
        """The transaction in which SMS leave is never undone; the next dispatch notes it."""
        self._dispatch()
        model = self.env.registry["dso.action"]
        with (
            patch.object(model, "_note_sms", side_effect=SerializationFailure("busy")),
            mute_logger("odoo.addons.dso_collection.models.channel.dso_action_sms"),
        ):
            self._run_queue("server_error")
        self.assertEqual(self.action.state, "done")
        self.assertEqual(self.action.sms_id.state, "error")
        self._dispatch()
        self.assertEqual(self.action.state, "error")
        self.assertIn("did not answer", self.action.error_message)

    def test_two_companies_in_one_queue(self):
        """Odoo's queue expects one company: two must not stop it."""
        other = self.setup_other_company()["company"]
        self._dispatch()
        message = self.env["mail.message"].create(
            {"body": "Hi", "message_type": "sms", "record_company_id": other.id}
        )
        self.env["sms.sms"].create(
            {"number": "+32475999999", "body": "Hi", "mail_message_id": message.id}
        )
        self._run_queue()
        self.assertCountEqual([entry[0] for entry in self.provided], [MOBILE, "+32475999999"])

    def test_queries_do_not_grow_with_each_action(self):
        """A batch of forty costs hardly more queries per action than one of ten."""
        counts = {}
        self._dispatch()
        for size in (10, 40):
            partners = self.env["res.partner"].create(
                [
                    {"name": f"Customer {number}", "country_id": self.belgium.id}
                    for number in range(size)
                ]
            )
            for number, partner in enumerate(partners):
                self._create_contact(
                    partner, "C", f"c{partner.id}@example.com", phone=f"0470 00 00 {number + 10}"
                )
                self._invoice("2026-03-01", partner=partner)
            self.env["dso.customer"]._plan()
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.assertEqual(self._dispatch(), size)
            counts[size] = self.env.cr.sql_log_count - start
        self.assertLess(counts[40], counts[10] * 2)

    def test_reader_sees_and_does_not_send(self):
        action = self.action.with_user(self.reader)
        wizard = self.env["dso.action.preview"].with_user(self.reader)
        self.assertIn("please pay", wizard.create({"action_id": action.id}).body)
        for method in ("action_execute", "action_retry"):
            with self.assertRaises(UserError):
                getattr(action, method)()
