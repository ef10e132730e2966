"""The colleague's page in a real browser, by a stranger, on a wide and on a narrow screen: the
items with what is known of them, the answer, passing it on. Compared with what is stored and with
what the collector sees of it."""

import re

from odoo import Command
from odoo.tests import tagged

from ..page_browser_common import TOO_WIDE, Narrow, PageBrowserCase, Wide

REPLIES = "/odoo/collection-replies"


class ColleaguePageCase(PageBrowserCase):
    """A disputed item, on which the customer and the collector have said something."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "office@company.example.com"
        cls.colleague = cls.env["res.partner"].create(
            {"name": "Sam Sales", "email": "sam@company.example.com", "lang": "en_US"}
        )
        cls.dispute = cls.env.ref("dso_collection.status_dispute_price")
        cls.resolved = cls.env.ref("dso_collection.status_dispute_resolved")
        answer = cls.env["dso.page.answer"]._receive(
            cls.page,
            {
                "key": "the-customers",
                "kind": "dispute",
                "status_id": cls.dispute.id,
                "comment": "We agreed on <b>75</b>",
                "line_ids": cls.late,
            },
            [("offer.pdf", "application/pdf", b"%PDF-1.4 our offer")],
        )
        answer.with_user(cls.collector).action_accept()
        cls.document = cls.late._dso_get_document()
        cls.question, cls.token = cls._send_link(
            action_type="email_internal",
            recipient_ids=[Command.set(cls.colleague.ids)],
            item_ids=[Command.create({"line_id": cls.late.id})],
            subject="Is the price right?",
            comment="They say 75.\nWhat did we offer?",
        )
        cls.path = f"/dso/p/{cls.token}"

    def _get_last_link(self):
        """:return: (address, token) of the last e-mail with a link"""
        mails = self.env["mail.mail"].sudo().search([("body_html", "like", "/dso/p/")], order="id")
        body = str(mails[-1].body_html)
        return mails[-1].email_to, re.search(r"/dso/p/([\w-]+)", body).group(1)

    def _check_reading_and_answering(self):
        stranger = self._browse()
        with stranger.at(self.path):
            stranger.see("#comment")
            self.assertFalse(stranger.run(TOO_WIDE))
            said = stranger.text()
            for words in (
                "Is the price right?",
                "Customer Acme",
                "asked by Colin Collector",
                "They say 75. What did we offer?",
                self.document,
                "10 days overdue",
                self.dispute.name,
                # the customer's own words, as text
                "We agreed on <b>75</b>",
                "Total USD",
                "$ 100.00",
                "offer.pdf",
                "dso_collector@company.example.com",
            ):
                self.assertIn(words, said)
            for line in self.young | self.due_today | self.refund:
                self.assertNotIn(line._dso_get_document(), said, "only what is asked")
            downloaded = stranger.download("a[href*='/file/']")

            # nothing entered: said beside the field
            stranger.leave("button[value=answer]")
            stranger.see("#comment-wrong")
            self.assertEqual(stranger.run("document.activeElement.id"), "problem")

            stranger.fill("#comment", "Our <i>offer</i> was 75:\nsee the file")
            stranger.fill("#status", str(self.resolved.id))
            stranger.choose_files("#files", [self._file("our offer.txt", b"75 per piece")])
            stranger.leave("button[value=answer]")
            stranger.see(".note.good")
            self.assertFalse(stranger.run(TOO_WIDE))
            noted = stranger.text(".note.good")
            for words in (
                "your answer was received",
                self.resolved.name,
                "our offer.txt",
                "Colin Collector is notified",
            ):
                self.assertIn(words, noted)

            # opened again
            stranger.go(self.path)
            stranger.see("#comment")
            self.assertFalse(stranger.run("document.querySelector('.note.good')"))
            said = stranger.text("aside")
            for words in (
                "Answers so far",
                "Sam Sales",
                "Our <i>offer</i> was 75: see the file",
                "our offer.txt",
                "Received, under review",
            ):
                self.assertIn(words, said)
        self.assertEqual(downloaded, ("offer.pdf", b"%PDF-1.4 our offer"))
        answer = self.question.answer_ids
        self.assertAnswer(
            answer,
            "answer",
            self.late,
            status=self.resolved,
            comment="Our <i>offer</i> was 75:\nsee the file",
            files=["our offer.txt"],
        )
        self.assertEqual(answer.attachment_ids.raw, b"75 per piece")
        self.assertEqual(self.question.state, "answered")
        self._check_what_the_collector_sees(stranger, answer)

    def _check_what_the_collector_sees(self, stranger, answer):
        with stranger.at(f"{REPLIES}/{answer.reply_id.id}", login=self.collector.login):
            stranger.see("[name=answer_ids] [name=action_accept]")
            stranger.find("Sam Sales", "To decide")
            form = stranger.text(".o_form_view")
            for words in (
                self.resolved.name,
                self.document,
                "Our <i>offer</i> was 75:",
                "our offer.txt",
            ):
                self.assertIn(words, form)
            stranger.click("[name=answer_ids] [name=action_accept]")
            stranger.find("Accepted")
        entry = self.late.dso_qualification_ids[0]
        self.assertEqual((entry.status_id, entry.source), (self.resolved, "resolver"))
        with stranger.at(self.path):
            stranger.see("#comment")
            self.assertIn("Accepted", stranger.text("aside"))
            self.assertIn(self.resolved.name, stranger.text("tbody"))

    def _check_passing_on(self):
        """To a stranger: refused, and said beside the field. To a colleague, who gets a link."""
        stranger = self._browse()
        with stranger.at(self.path):
            stranger.see("#email")
            stranger.fill("#email", "eve@elsewhere.test")
            stranger.fill("#note", "You know them")
            stranger.leave("#forward button:not([name])")
            stranger.see("#email-wrong")
            self.assertEqual(
                [
                    stranger.run(f"document.querySelector('{field}').value")
                    for field in ("#email", "#note", "#comment")
                ],
                ["eve@elsewhere.test", "You know them", ""],
                "nothing has to be typed again, and nothing is anywhere else",
            )
            stranger.fill("#email", "Tom <tom@company.example.com>")
            stranger.leave("#forward button:not([name])")
            stranger.find("Thank you", "was forwarded to tom@company.example.com")
            self.assertFalse(stranger.run(TOO_WIDE))
            stranger.go(self.path)
            stranger.find("was forwarded to tom@company.example.com")
        to, token = self._get_last_link()
        self.assertEqual(to, "tom@company.example.com")
        note = self.customer.message_ids[0]
        self.assertIn("You know them", str(note.body))
        self.assertIn(self.collector.partner_id, note.partner_ids)
        with stranger.at(f"/dso/p/{token}"):
            stranger.see("#comment")
            stranger.find("Is the price right?", self.document)
            stranger.fill("#note", "Nobody here knows")
            stranger.leave("button[value=not_me]")
            stranger.see(".note.good")
            self.assertIn("Not in charge", stranger.text(".note.good"))
        answer = self.question._get_question_pages().answer_ids
        self.assertAnswer(answer, "not_me", self.late, comment="Nobody here knows")
        self.assertEqual(answer.reply_id.state, "to_handle")


@tagged("post_install", "-at_install")
class TestColleaguePageWide(Wide, ColleaguePageCase):
    def test_reading_and_answering(self):
        self._check_reading_and_answering()

    def test_passing_on(self):
        self._check_passing_on()


@tagged("post_install", "-at_install")
class TestColleaguePageNarrow(Narrow, ColleaguePageCase):
    def test_reading_and_answering(self):
        self._check_reading_and_answering()

    def test_passing_on(self):
        self._check_passing_on()
