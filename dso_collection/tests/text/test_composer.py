# pylint-odoo takes only what lies in `tests` itself for tests, whose words nobody translates.
# pylint: disable=translation-required
from freezegun import freeze_time
from markupsafe import Markup

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestComposer(DsoCommon):
    """Odoo's own composer: no hashtag reaches a customer as it stands."""

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice("2026-03-01", 100)
        self._plan("2026-03-06")
        self.customer = self._customer()

    def _compose(self, record, **values):
        composer = self.env["mail.compose.message"].with_user(self.collector)
        return composer.with_context(default_model=record._name, default_res_ids=record.ids).create(
            {"partner_ids": self.contact.ids, **values}
        )

    def _send(self, record, **values):
        _mails, messages = self._compose(record, **values)._action_send_mail()
        return messages

    def test_known_ones_are_filled_in(self):
        message = self._send(
            self.customer,
            subject="Your account: #items_amount_overdue",
            body="<p>Dear #customer_name, see #items_list_overdue and invoice #12</p>",
        )
        self.assertIn("100.00", message.subject)
        self.assertIn(self.invoice.name, message.body)
        self.assertIn("invoice #12", message.body)
        for hashtag in ("#items", "#customer"):
            self.assertNotIn(hashtag, f"{message.subject} {message.body}")

    def test_unknown_ones_are_refused_together(self):
        with self.assertRaises(ValidationError) as caught:
            self._send(self.customer, subject="#item_amount", body="<p>#costumer_name</p>")
        for words in ("“#item_amount”", "“#items_amount”", "“#costumer_name”", "“#customer_name”"):
            self.assertIn(words, str(caught.exception))

    def test_what_is_answered_is_left_alone(self):
        asked = self.customer.message_post(subject="Re: #urgent_please", body="Hello")
        message = self._send(
            self.customer, subject="Re: #urgent_please", body="<p>Yes</p>", parent_id=asked.id
        )
        self.assertEqual(message.subject, "Re: #urgent_please")

    def test_notes_stay_as_they_are(self):
        message = self._send(
            self.customer, body="<p>#whatever_this_is</p>",
            subtype_id=self.env.ref("mail.mt_note").id,
        )  # fmt: skip
        self.assertIn("#whatever_this_is", message.body)

    def test_nothing_is_sent_empty(self):
        """Nothing but the signature would reach the customer."""
        for body in (False, "", "<p><br></p>"):
            with self.subTest(body), self.assertRaisesRegex(UserError, "message is empty"):
                self._compose(self.customer, body=body).action_send_mail()
        self._compose(self.customer, body="<p>Hello</p>").action_send_mail()

    def test_a_template_of_actions_on_a_customer(self):
        """It tells of the customer's own action, whatever other one has the partner's id."""
        self.template.write(
            {"subject": "#items_amount_overdue", "body_html": "<p>#customer_name</p>"}
        )
        for record in (self.customer, self.partner):
            with self.subTest(record):
                message = self._send(record, template_id=self.template.id)
                self.assertIn("100.00", message.subject)
                self.assertIn("Acme", message.body)
        nobody = self.env["res.partner"].create({"name": "No file"})
        with self.assertRaisesRegex(UserError, "No file has no collection action"):
            self._compose(nobody, template_id=self.template.id).subject  # noqa: B018

    def test_other_apps_are_left_alone(self):
        other = self.env["mail.template"].create(
            {
                "name": "Other",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "subject": "#items_amount #whatever_it_is",
            }
        )
        message = self._send(self.partner, template_id=other.id, body="<p>#hello_there</p>")
        self.assertEqual(message.subject, "#items_amount #whatever_it_is")
        self.assertIn("#hello_there", message.body)

    # ------------------------------------------------------------------
    # The box below the file
    # ------------------------------------------------------------------

    def _type(self, body, **values):
        """As the web client posts it: with the user, as superuser."""
        return (
            self.customer.with_user(self.collector)
            .sudo()
            .message_post(
                body=Markup(body),
                message_type="comment",
                **{
                    "subtype_xmlid": "mail.mt_comment",
                    "partner_ids": self.contact.ids,
                    **values,
                },
            )
        )

    def test_typed_into_the_box(self):
        message = self._type("<p>Dear #customer_name, #items_amount_overdue and invoice #12</p>")
        self.assertIn("Dear Acme", message.body)
        self.assertIn("100.00", message.body)
        self.assertIn("invoice #12", message.body)
        before = self.customer.message_ids
        with self.assertRaises(ValidationError) as caught:
            self._type("<p>Dear #costumer_name, #items_amount_overdu</p>")
        for words in ("“#costumer_name”", "“#customer_name”", "“#items_amount_overdu”"):
            self.assertIn(words, str(caught.exception))
        self.assertEqual(self.customer.message_ids, before)

    def test_a_note_in_the_box_stays_as_it_is(self):
        message = self._type("<p>#whatever_this_is</p>", subtype_xmlid="mail.mt_note")
        self.assertIn("#whatever_this_is", message.body)

    def test_what_a_customer_wrote_stays_as_it_is(self):
        message = self._type("<p>#whatever_this_is</p>", author_id=self.contact.id)
        self.assertIn("#whatever_this_is", message.body)

    def test_plain_words_in_the_box(self):
        message = self.customer.with_user(self.collector).message_post(
            body="<#customer_name>", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(message.body, "<p>&lt;Acme&gt;</p>")

    # ------------------------------------------------------------------
    # The box for SMS
    # ------------------------------------------------------------------

    def _text(self, record, body):
        self.contact.phone = "+33 6 12 34 56 78"
        composer = self.env["sms.composer"].with_user(self.collector)
        composer = composer.with_context(default_res_model=record._name, default_res_id=record.id)
        composer = composer.create({"body": body, "numbers": "+33612345678"})
        before = self.env["sms.sms"].sudo().search([])
        composer._action_send_sms()
        return (self.env["sms.sms"].sudo().search([]) - before).mapped("body")

    def test_sms_are_filled_in_or_refused(self):
        """On a customer, one of its contacts, an action."""
        action = self._open_action()
        for record in (self.customer, self.contact, action):
            with self.subTest(record):
                (text,) = self._text(record, "Dear #customer_name: #items_amount_overdue, #12")
                self.assertIn("Dear Acme: ", text)
                self.assertIn("100.00", text)
                self.assertTrue(text.endswith(", #12"))
                with self.assertRaisesRegex(ValidationError, "“#costumer_name”.*“#customer_name”"):
                    self._text(record, "Dear #costumer_name")

    def test_sms_of_others_are_left_alone(self):
        nobody = self.env["res.partner"].create({"name": "No file", "phone": "+33612345679"})
        self.assertEqual(self._text(nobody, "#hello_there"), ["#hello_there"])
