import re

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .letter_common import LetterCommon


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
