# pylint-odoo takes only what lies in `tests` itself for tests, whose words nobody translates.
# pylint: disable=translation-required
import re

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..letter_common import LetterCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestEvidence(LetterCommon):
    """The evidence file: everything about a claim as one PDF."""

    def setUp(self):
        super().setUp()
        # invoices as PDF too, not as the HTML that Odoo's tests are given instead
        self.env = self.env(context={**self.env.context, "force_report_rendering": True})
        self.invoice = self._invoice("2026-03-01", 400.0)
        self.action = self._letter(action_type="litigation").with_env(self.env)

    def _make(self):
        self.action.with_user(self.collector).with_context(
            force_report_rendering=True
        ).action_make_evidence_file()
        return self.action.evidence_attachment_id

    def test_all_is_in_it(self):
        reminder = self._letter()
        reminder.with_context(force_report_rendering=False).action_execute()
        line = self._line(self.invoice)
        self.env["dso.item.qualify"].create(
            {
                "line_ids": line.ids,
                "status_id": self.env.ref("dso_collection.status_promise").id,
                "date": "2026-03-20",
                "comment": "Said the cheque was in the post",
            }
        ).action_apply()
        self._customer().message_post(
            body="We never ordered that",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            email_from="ann@acme.example.com",
        )
        file = self._make()
        text = self._text(file.raw)
        for words in (
            "Evidence file",
            "Acme",
            self.invoice.name,
            "400.00",
            "Said the cheque was in the post",
            "We never ordered that",
            "ann@acme.example.com",
            "Formal notice of",
            "Letter",
        ):
            self.assertIn(words, text)
        pages = len(self._pages(file.raw))
        self.assertGreaterEqual(pages, 3, "the report, the letter, the invoice")

    def _describe(self, lines):
        """What the report prints of messages."""
        customer = self._customer()
        actions = customer._get_evidence_actions(lines)
        return customer._prepare_evidence(lines, actions)

    def _email(self, line, **values):
        action = self.env["dso.action"].create(
            {
                "customer_id": self._customer().id,
                "origin": "manual",
                "action_type": "email",
                "date": "2026-03-06",
                "collector_id": self.collector.id,
                "subject": f"About {line.move_name}",
                "body": f"<p>Please pay {line.move_name}</p>",
                "item_ids": [Command.create({"line_id": line.id})],
                **values,
            }
        )
        action.action_execute()
        return action

    def test_only_what_concerns_its_items(self):
        """A reminder of another invoice is no evidence of this one, nor is the answer to it; each
        message says which documents and amounts it was about, as they were then."""
        line = self._line(self.invoice)
        other = self._line(self._invoice("2026-03-02", 77.0))
        own, foreign = self._email(line), self._email(other)
        both = self._email(line, item_ids=[Command.create({"line_id": x.id}) for x in line | other])
        for action, words in ((own, "About yours"), (foreign, "About the other")):
            message = self._customer().message_post(
                body=words,
                message_type="email",
                subtype_xmlid="mail.mt_comment",
                email_from="ann@acme.example.com",
            )
            self.env["dso.reply"].sudo()._note(
                self._customer(),
                channel="email",
                action_id=action.id,
                message_id=message.id,
                date=message.date,
            )
        self._pay(self.invoice, amount=150.0)
        messages = self._describe(line)["messages"]
        subjects = [message["subject"] for message in messages]
        self.assertEqual(subjects.count(own.subject), 2)
        self.assertNotIn(foreign.subject, subjects)
        self.assertIn("About yours", str(messages))
        self.assertNotIn("About the other", str(messages))
        for message in messages:
            if message["subject"] == both.subject:
                [item] = message["items"]
                self.assertEqual(item["document"], self.invoice.name)
                self.assertIn("400.00", item["amount"])
                self.assertEqual(item["due_date"], "03/01/2026")
                self.assertIn(f"{self.invoice.name}, due on 03/01/2026: ", item["text"])

    def test_what_is_about_nothing_else_is_named_once(self):
        name = self._customer()._name_message
        self.assertEqual(name({"kind": "Call", "subject": "Call"}), "Call")
        self.assertEqual(name({"kind": "E-mail", "subject": "Reminder"}), "E-mail: Reminder")

    def test_the_address_of_then(self):
        """What a contact has today is no evidence of where a message went."""
        line = self._line(self.invoice)
        self._email(line)
        self.contact.email = "somebody@elsewhere.example.com"
        [message] = self._describe(line)["messages"]
        self.assertIn("ann@acme.example.com", message["recipients"])
        self.assertNotIn("elsewhere", str(message))

    def test_a_fax_is_sent_to_a_number(self):
        self.company.dso_fax_domain = "fax.example.com"
        self.contact.write({"dso_fax": "+33 1 23 45 67 89", "dso_collection_contact": True})
        line = self._line(self.invoice)
        self._email(line, action_type="fax")
        self.contact.dso_fax = "+33 1 99 99 99 99"
        [message] = self._describe(line)["messages"]
        self.assertIn("+33123456789", message["recipients"])
        self.assertNotIn("@", message["recipients"])

    def _sent(self, action, **statuses):
        """The queue sent it: what became of it at each of its recipients, by their names."""
        action.mail_id.write({"state": "sent"})
        for entry in action.message_id.notification_ids.sudo():
            name = entry.res_partner_id.name.lower()
            entry.write({"notification_status": statuses.get(name, "sent")})

    def test_whom_it_reached_is_named_after_a_retry(self):
        """Somebody else gets what came back from one of two: both who have it are named."""
        self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        line = self._line(self.invoice)
        action = self._email(line)
        self._sent(action, bea="bounce")
        self.assertEqual(action.state, "error")
        self.contact.name = "Ann Newname"
        self.partner.child_ids.filtered(lambda each: each.name == "Bea").active = False
        self._create_contact(self.partner, "Carl", "carl@acme.example.com")
        action.action_retry()
        self.assertEqual(action.state, "done")
        [message] = self._describe(line)["messages"]
        self.assertEqual(
            message["recipients"], '"Ann" <ann@acme.example.com>, "Carl" <carl@acme.example.com>'
        )

    def test_whom_it_reached_is_named_after_an_automatic_retry(self):
        """One of three was refused for the moment, and gets it later, at another address."""
        bea = self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self._create_contact(self.partner, "Carl", "carl@acme.example.com")
        line = self._line(self.invoice)
        action = self._email(line)
        self._sent(action, bea="exception")
        action._set_undelivered("450 try again later", transient=True)
        bea.email = "bea@new.example.com"
        action.sudo().retry_date = "2026-03-06 08:00:00"
        self.env["dso.action"]._retry_due()
        self.assertEqual(action.state, "done")
        for fresh in (False, True):
            # of one that was sent before addresses were kept, the notifications tell
            if fresh:
                action.sudo().sent_to = False
            with self.subTest(fresh=fresh):
                [message] = self._describe(line)["messages"]
                for address in ("ann@acme.", "bea@new.", "carl@acme."):
                    self.assertIn(address, message["recipients"])
                self.assertNotIn("bea@acme", message["recipients"])

    def test_both_addresses_of_one_contact(self):
        self.contact.email = "ann@acme.example.com, boss@acme.example.com"
        line = self._line(self.invoice)
        action = self._email(line)
        for kept in (action.sent_to, False):
            action.sudo().sent_to = kept
            [message] = self._describe(line)["messages"]
            self.assertEqual(
                message["recipients"],
                '"Ann" <ann@acme.example.com>, "Ann" <boss@acme.example.com>',
            )

    def test_an_address_that_two_share_is_named_once(self):
        self._create_contact(self.partner, "Bea", "Ann@acme.example.com")
        line = self._line(self.invoice)
        action = self._email(line)
        for kept in (action.sent_to, False):
            action.sudo().sent_to = kept
            [message] = self._describe(line)["messages"]
            self.assertEqual(message["recipients"].count("@"), 1)

    def test_the_name_of_then(self):
        """A contact that is renamed, or archived, is not who received it."""
        self.company.dso_fax_domain = "fax.example.com"
        self.contact.write(
            {"dso_fax": "+33 1 23 45 67 89", "phone": "+33 6 12 34 56 78"},
        )
        self.env["dso.erm.provider"].create(
            {"name": "Post", "url": "https://post.example.com/v1", "key": "s3cret"}
        )
        line = self._line(self.invoice)
        addresses = {
            "email": "ann@acme.example.com",
            "fax": "+33123456789",
            "sms": "+33612345678",
            "letter_electronic": "ann@acme.example.com",
            "call": "",
        }
        actions = {kind: self._email(line, action_type=kind, sms_text="Pay") for kind in addresses}
        self.contact.write({"name": "Zoe", "email": "zoe@else.example.com", "active": False})
        self.partner.name = "Renamed"
        field = self.env["dso.action"]._fields["action_type"]
        labels = dict(field._description_selection(self.env))
        found = {
            message["kind"]: message["recipients"] for message in self._describe(line)["messages"]
        }
        for kind, address in addresses.items():
            with self.subTest(kind):
                self.assertIn(address, found[labels[kind]])
                self.assertNotRegex(found[labels[kind]], "Zoe|zoe|Renamed")
                if kind != "call":
                    self.assertIn("Ann", found[labels[kind]])
        for kind, action in actions.items():
            if kind == "call":
                continue
            with self.subTest(kind, screen="what was sent"):
                wizard = self.env["dso.action.preview"].create({"action_id": action.id})
                self.assertIn(address and "Ann", wizard.recipients)
                self.assertNotRegex(wizard.recipients, "Zoe|zoe|Renamed")

    def test_the_sender_of_then(self):
        """A colleague who is renamed signed it with the name of then."""
        line = self._line(self.invoice)
        name = self.collector.name
        self._email(line)
        self.collector.name = "Somebody Else"
        [message] = self._describe(line)["messages"]
        self.assertEqual(message["sender"], name)

    def test_the_name_of_then_after_a_retry(self):
        """What leaves again leaves to who the contact is by then."""
        self.contact.phone = "+33 6 12 34 56 78"
        line = self._line(self.invoice)
        action = self._email(line, action_type="sms", sms_text="Pay")
        action._set_undelivered("", code="undelivered_sms")
        self.contact.write({"name": "Zoe", "phone": "+33 6 99 99 99 99"})
        action.action_retry()
        self.contact.name = "Eve"
        [message] = self._describe(line)["messages"]
        self.assertEqual(message["recipients"], "Zoe <+33699999999>")

    def test_the_e_mail_was_deleted(self):
        """What is left of it says to whom it went: the snapshot, else the notifications."""
        line = self._line(self.invoice)
        action = self._email(line)
        self._sent(action)
        action.mail_id.unlink()
        self.contact.write({"name": "Zoe", "email": "zoe@else.example.com"})
        [message] = self._describe(line)["messages"]
        self.assertEqual(message["recipients"], '"Ann" <ann@acme.example.com>')
        action.sudo().sent_to = False
        [message] = self._describe(line)["messages"]
        self.assertIn("ann@acme.example.com", message["recipients"])
        self.assertNotIn("zoe@", message["recipients"])

    def test_answers_by_sms(self):
        """What the customer answers to the very message is in it, whatever the way."""
        self.contact.phone = "+33 6 12 34 56 78"
        line = self._line(self.invoice)
        other = self._line(self._invoice("2026-03-02", 77.0))
        Customer = self.env["dso.customer"]
        self._email(line, action_type="sms", sms_text="Pay")
        Customer._receive_sms("+33612345678", "I will not pay <that>")
        self._email(other, action_type="sms", sms_text="Pay the other one")
        Customer._receive_sms("+33612345678", "The other one is paid")
        self._customer().message_post(body="Called: nobody there", message_type="comment")
        self.contact.name = "Zoe"
        messages = self._describe(line)["messages"]
        self.assertEqual([message["kind"] for message in messages], ["SMS", "Answer"])
        answer = messages[-1]
        self.assertIn("I will not pay &lt;that&gt;", str(answer["body"]))
        self.assertIn("+33612345678", answer["subject"])
        self.assertIn("Ann", answer["sender"])
        self.assertNotIn("@", answer["sender"])

    def test_no_advice_to_ourselves(self):
        line = self._line(self.invoice)
        action = self._email(line)
        action._set_undelivered("550 no such user")
        [message] = self._describe(line)["messages"]
        self.assertIn("Not delivered: 550 no such user", message["note"])
        self.assertNotIn("orrect", message["note"])
        call = self.env["dso.action"].create(
            {
                "customer_id": self._customer().id,
                "origin": "manual",
                "action_type": "call",
                "date": "2026-03-06",
                "body": "<p>Do you have the invoice?</p>",
                "item_ids": [Command.create({"line_id": line.id})],
            }
        )
        call.action_execute()
        self.assertNotIn("Do you have", str(self._describe(line)["messages"]))

    def test_no_word_among_ourselves(self):
        """A comment beside a message is ours, one of a call is what was said; and no secret of a
        link is handed on."""
        line = self._line(self.invoice)
        mail = self._email(line, comment="Weak case, we settle at 50 %")
        mail.sudo().body = (
            '<p><a href="https://x.example.com/dso/p/s3cr3t-T0ken">https://x.example.com/dso/p/'
            "s3cr3t-T0ken</a></p>"
        )
        told = self._describe(line)
        self.assertEqual(len(told["messages"]), 1)
        text = str(told["messages"])
        self.assertNotIn("50 %", text)
        self.assertNotIn("s3cr3t", text)
        mail.sudo().write({"action_type": "call", "comment": "Pays on Friday"})
        self.assertIn("Pays on Friday", str(self._describe(line)["messages"]))
        # that a case was handed over is no message
        mail.sudo().action_type = "litigation"
        self.assertFalse(self._describe(line)["messages"])

    def test_what_was_taken_back_was_not_said(self):
        line = self._line(self.invoice)
        wizard = self.env["dso.item.qualify"].with_user(self.collector)
        values = {"line_ids": line.ids, "next_action": "scenario"}
        status = self.env.ref("dso_collection.status_ongoing").id
        wizard.create({**values, "status_id": status, "comment": "Called"}).action_apply()
        slip = wizard.create({**values, "status_id": status, "comment": "A slip"})
        slip.action_apply()
        slip.action_undo()
        said = self._describe(line)["qualifications"]
        self.assertEqual([each["comment"] for each in said], ["Called"])

    def test_as_printed_only_where_there_is_a_print(self):
        line = self._line(self.invoice)
        self._email(line)
        self.assertNotIn("As printed", str(self._describe(line)["messages"]))
        self.assertFalse(self._describe(line)["printed"])
        self._letter().with_context(force_report_rendering=False).action_execute()
        self.assertIn("As printed", str(self._describe(line)["messages"]))
        self.assertTrue(self._describe(line)["printed"])

    def test_a_sales_receipt_is_in_it(self):
        receipt = self._invoice("2026-03-01", 55.0, move_type="out_receipt")
        self.assertEqual(receipt.move_type, "out_receipt")
        line = self._line(receipt)
        self.assertEqual(self._describe(line)["documents"], [receipt.name])
        action = self._email(line, attach_invoices=True)
        self.assertTrue(action.mail_id.attachment_ids)

    def test_the_log_says_nothing_that_nobody_said(self):
        """Litigation, or another date, does not repeat the comment of an old promise."""
        line = self._line(self.invoice)
        wizard = self.env["dso.item.qualify"].create(
            {
                "line_ids": line.ids,
                "status_id": self.env.ref("dso_collection.status_promise").id,
                "date": "2026-03-20",
                "comment": "Cheque in the post",
            }
        )
        wizard.action_apply()
        line.dso_status_date = "2026-03-23"
        self.action.action_execute()
        log = self.env["dso.qualification"].search([("line_id", "=", line.id)], order="id")
        self.assertEqual(log[-1].kind, "litigation")
        self.assertEqual(log.mapped("comment"), ["Cheque in the post", False, False])

    def test_made_anew(self):
        first = self._make()
        second = self._make()
        self.assertNotEqual(first, second)
        self.assertFalse(first.exists())
        self.assertEqual((second.res_model, second.res_id), ("dso.action", self.action.id))

    def test_from_the_customer(self):
        customer = self._customer().with_user(self.collector)
        outcome = customer.with_context(force_report_rendering=True).action_make_evidence_file()
        file = self.env["ir.attachment"].search(
            [("res_model", "=", "dso.customer"), ("res_id", "=", customer.id)]
        )
        self.assertEqual(outcome["url"], f"/web/content/{file.id}?download=true")
        self.assertIn(self.invoice.name, self._text(file.raw))

    def test_language_is_chosen(self):
        """By default the customer's, whoever asks; a lawyer abroad gets it in the language of the
        dialog."""
        for code in ("fr_FR", "de_DE"):
            self.env["res.lang"]._activate_lang(code)
        self.contact.lang = "fr_FR"
        self.collector.lang = "fr_FR"
        self.partner.lang = "de_DE"
        customer = self._customer().with_user(self.collector)
        customer = customer.with_context(force_report_rendering=True, lang="fr_FR")
        for lang, chosen, day in ((None, "de_DE", "01.03.2026"), ("en_US", "en_US", "03/01/2026")):
            with self.subTest(lang=lang):
                window = customer.action_ask_evidence_file()
                wizard = customer.env[window["res_model"]].browse(window["res_id"])
                self.assertEqual(wizard.lang, "de_DE")
                if lang:
                    wizard.lang = lang
                wizard.action_make()
                file = self.env["ir.attachment"].search(
                    [("res_model", "=", "dso.customer"), ("res_id", "=", customer.id)],
                    order="id desc",
                    limit=1,
                )
                text = " ".join(self._pages(file.raw)[0].extract_text().split())
                self.assertIn(day, text)
                # the heading of the statement, as the view has it in that language
                table = self.env.ref("dso_collection.items_table").with_context(lang=chosen)
                heading = re.search(r"<th[^>]*right[^>]*>([^<]+)<", table.arch_db)[1]
                self.assertIn(heading, text)

    def test_language_from_an_action(self):
        window = self.action.with_user(self.collector).action_ask_evidence_file()
        wizard = self.env[window["res_model"]].with_user(self.collector).browse(window["res_id"])
        self.assertEqual(wizard.action_id, self.action)
        wizard.with_context(force_report_rendering=True).action_make()
        self.assertTrue(self.action.evidence_attachment_id)
        with self.assertRaises(AccessError):
            self.action.with_user(self.reader).action_ask_evidence_file()

    def test_reader_may_not(self):
        with self.assertRaises(AccessError):
            self.action.with_user(self.reader).action_make_evidence_file()

    def test_damaged_pdf_is_named(self):
        self._make()
        with self.assertRaisesRegex(UserError, "damaged"):
            self.env["dso.letter.printer"]._merge([b"%PDF-1.4 nothing"])
