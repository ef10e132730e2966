import re

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..http_common import PatientHttpCase
from .test_page import PageCommon


class QuestionCommon(PageCommon):
    """A question to a colleague about one of two invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dso.customer"]._plan()
        cls.company.email = "office@company.example.com"
        cls.colleague = cls.env["res.partner"].create(
            {"name": "Sam Sales", "email": "sam@company.example.com", "lang": "en_US"}
        )
        cls.page, cls.token = cls._send_link(
            action_type="email_internal",
            recipient_ids=[Command.set(cls.colleague.ids)],
            item_ids=[Command.create({"line_id": cls.lines[0].id})],
            subject="Is the price right?",
            comment="The customer says 90.",
        )

    @classmethod
    def _get_links(cls):
        """E-mails with links that left for colleagues: [(to, token)]"""
        mails = cls.env["mail.mail"].sudo().search([("model", "=", "dso.customer")], order="id")
        return [
            (mail.email_to, re.search(r"/dso/p/([\w-]+)", str(mail.body_html)).group(1))
            for mail in mails
            if "/dso/p/" in str(mail.body_html)
        ]

    def _answer(self, page=None, **values):
        return self.env["dso.page.answer"]._receive(
            page or self.page,
            {
                "key": f"key-{self.env['dso.page.answer'].search_count([])}",
                "kind": "answer",
                "line_ids": self.lines[0],
                **values,
            },
        )


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 09:00:00")
class TestPageQuestion(QuestionCommon):
    """Asked on Monday 2 March 2026; every 3 days, twice, then somebody else is told."""

    def _run(self, day):
        with freeze_time(f"{day} 09:00:00"):
            return self.env["dso.page"]._follow_up_questions()

    def test_reminders_then_escalation(self):
        self.company.dso_page_escalation_user_id = self.manager
        self.assertEqual(len(self._get_links()), 1)
        expected = {
            "2026-03-04": 0,
            "2026-03-05": 1,
            "2026-03-06": 0,
            "2026-03-08": 1,
            "2026-03-10": 0,
            "2026-03-11": 1,
            "2026-03-20": 0,
        }
        for day, count in expected.items():
            with self.subTest(day):
                self.assertEqual(self._run(day), count)
                self.assertEqual(self._run(day), 0, "once")
        links = self._get_links()
        self.assertEqual([to for to, _token in links[1:]], ["sam@company.example.com"] * 2)
        self.assertEqual(len({token for _to, token in links}), 3)
        for _to, token in links:
            self.assertTrue(self.env["dso.page"]._find(token), "each of them works")
        activity = self._customer().activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("2 reminders", str(activity.note))

    def test_an_answer_by_any_link_ends_the_question(self):
        self._run("2026-03-05")
        page = self.env["dso.page"]._find(self._get_links()[-1][1])
        self.assertEqual(page.origin_id, self.page)
        self._answer(page, comment="90 was agreed")
        self.assertEqual(self.page.state, "answered")
        self.assertTrue(self.page.action_id.page_answered_date)
        self.assertEqual(self._run("2026-03-20"), 0)

    def test_one_of_two_who_is_not_in_charge(self):
        """The other one is reminded; one who was asked alone is not asked again."""
        self._answer(kind="not_me")
        self.assertEqual(self._run("2026-03-05"), 0)
        both = self.colleague | self.manager.partner_id
        page, _token = self._send_link(
            action_type="email_internal",
            recipient_ids=[Command.set(both.ids)],
            item_ids=[Command.create({"line_id": self.lines[0].id})],
            subject="Who knows?",
        )
        answer = self._answer(page, kind="not_me")
        self.assertEqual(answer.reply_id.state, "to_handle", "the collector is told")
        self.assertEqual(page.state, "opened")
        self.assertEqual(self._run("2026-03-05"), 1)
        self._answer(page, comment="90")
        self.assertEqual(self._run("2026-03-20"), 0)

    def test_no_reminder_once_the_items_are_cleared(self):
        self._pay(self.first, on="2026-03-03")
        self.assertEqual(self._run("2026-03-05"), 0)
        self.assertEqual(len(self._get_links()), 1)

    def test_never_where_the_company_says_so(self):
        self.company.dso_page_reminder_days = 0
        self.assertEqual(self._run("2026-03-20"), 0)

    def test_without_escalation_user_the_collector_is_told(self):
        for day in ("2026-03-05", "2026-03-08", "2026-03-11"):
            self._run(day)
        self.assertEqual(self._customer().activity_ids.user_id, self.collector)

    def test_what_a_colleague_sees(self):
        self.lines[0].dso_status_id = self.env.ref("dso_collection.status_dispute_price")
        values = self.page._prepare_page({})
        self.assertEqual([row["line_id"] for row in values["rows"]], self.lines[0].ids)
        self.assertEqual(values["rows"][0]["status"], "Dispute: price")
        self.assertEqual(
            [(currency, "100" in text) for currency, text in values["totals"]],
            [(self.company.currency_id, True)],
        )
        self.assertEqual(values["question"], "The customer says 90.")
        self.assertNotIn("litigation", values["statuses"].mapped("kind"))

    def test_a_proposed_status_becomes_a_qualification_of_the_resolver(self):
        resolved = self.env.ref("dso_collection.status_dispute_resolved")
        answer = self._answer(status_id=resolved.id, comment="Price was right")
        self.assertEqual(answer.reply_id.author_id, self.colleague)
        answer.with_user(self.collector).action_accept()
        entry = self.lines[0].dso_qualification_ids[0]
        self.assertEqual((entry.status_id, entry.source), (resolved, "resolver"))

    def test_replies_with_proposals_are_decided_first(self):
        answer = self._answer(comment="90 was agreed")
        reply = answer.reply_id.with_user(self.collector)
        with self.assertRaisesRegex(UserError, "Acme"):
            reply.action_handle()
        reply.action_dismiss()
        self.assertEqual((answer.state, reply.state), ("refused", "dismissed"))

    def test_forwarding_stays_in_the_house(self):
        find = self.page._find_colleague
        self.assertEqual(find(self.manager.email), self.manager.partner_id)
        new = find("Tom <tom@COMPANY.example.com>")
        self.assertEqual(new.email_normalized, "tom@company.example.com")
        for stranger in ("eve@elsewhere.test", "", "nonsense", "x@gmail.com", None):
            self.assertFalse(find(stranger), stranger)
        self.company.email = self.collector.email = "office@gmail.com"
        self.company.partner_id.email = False
        self.assertFalse(find("x@gmail.com"), "whoever has an address there is no colleague")

    def test_forwarding(self):
        page = self.page.sudo()._forward(self.manager.partner_id, "You know <b>them</b>")
        to, token = self._get_links()[-1]
        self.assertEqual(to, "dso_manager@company.example.com")
        self.assertEqual(self.env["dso.page"]._find(token), page)
        self.assertFalse(self.env["dso.page"]._find(self.token), "not in charge any more")
        note = self._customer().message_ids[0]
        self.assertIn("Sam Sales", str(note.body))
        self.assertIn("&lt;b&gt;", str(note.body))
        self.assertIn(self.collector.partner_id, note.partner_ids)
        self._run("2026-03-05")
        self.assertEqual(self._get_links()[-1][0], "dso_manager@company.example.com")


@tagged("post_install", "-at_install")
class TestPageQuestionHttp(QuestionCommon, PatientHttpCase):
    """The colleague's page as a stranger sees it."""

    def _get_form(self, response):
        return {
            name: re.search(rf'name="{name}" value="([^"]+)"', response.text).group(1)
            for name in ("csrf_token", "key")
        }

    def test_files_of_the_question_only(self):
        own = self.env["ir.attachment"].create({"name": "proof.html", "raw": b"<b>paid</b>"})
        other = self.env["ir.attachment"].create({"name": "secret.txt", "raw": b"secret"})
        self.lines[0]._dso_log(comment="See file", attachment_ids=[Command.set(own.ids)])
        path = f"/dso/p/{self.token}/file"
        response = self.url_open(f"{path}/{own.id}")
        self.assertEqual(response.content, b"<b>paid</b>")
        self.assertIn("attachment", response.headers["Content-Disposition"])
        self.assertEqual(response.headers["Content-Type"], "application/octet-stream")
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(self.url_open(f"{path}/{other.id}").status_code, 404)

    def test_answer_and_forward(self):
        path = f"/dso/p/{self.token}"
        form = self._get_form(self.url_open(path))
        response = self.url_open(
            f"{path}/answer", data={**form, "kind": "promise", "date": "2030-01-01"}
        )
        self.assertEqual(response.status_code, 422, "no customer's answers here")
        response = self.url_open(f"{path}/answer", data={**form, "kind": "answer", "comment": "90"})
        self.assertIn("your answer was received", response.text)
        self.assertEqual(self.page.answer_ids.comment, "90")
        response = self.url_open(f"{path}/forward", data={**form, "email": "eve@elsewhere.test"})
        self.assertIn("not an address of this company", response.text)
        response = self.url_open(f"{path}/forward", data={**form, "email": self.manager.email})
        self.assertIn("was forwarded", response.text)
        response = self.url_open(path)
        self.assertIn("was forwarded", response.text)
        self.assertNotIn("Your answer", response.text)

    def test_the_customers_page_cannot_be_forwarded(self):
        _page, token = self._send_link()
        path = f"/dso/p/{token}"
        form = self._get_form(self.url_open(path))
        response = self.url_open(f"{path}/forward", data={**form, "email": self.manager.email})
        self.assertEqual(response.status_code, 404)
