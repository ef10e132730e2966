import io
import re

from freezegun import freeze_time
from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..common import DsoCommon
from ..http_common import PatientHttpCase

NOW = "2026-03-06 09:00:00"


class PageCommon(DsoCommon):
    """A customer with two open invoices and the link of its e-mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._invoice("2026-02-20", 100)
        cls.second = cls._invoice("2026-03-20", 50)
        cls.lines = cls._line(cls.first) | cls._line(cls.second)

    @classmethod
    def _send_link(cls, **values):
        """The link of an interactive e-mail that leaves.

        :return: (page, token)
        """
        customer = cls._customer()
        action = cls.env["dso.action"].create(
            {
                "customer_id": customer.id,
                "origin": "manual",
                "action_type": "email_interactive",
                "date": "2026-03-06",
                "collector_id": cls.collector.id,
                "subject": "Your account",
                "body": "<p>Dear customer</p>",
                **values,
            }
        )
        action.action_execute()
        return action.page_ids, cls._find_token(action)

    @classmethod
    def _find_token(cls, action):
        return re.search(r"/dso/p/([\w-]+)", str(action.mail_id.body_html)).group(1)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPage(PageCommon):
    """Links, answers, and what the collector decides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dso.customer"]._plan()
        cls.page, cls.token = cls._send_link()

    def _answer(self, kind="comment", lines=None, **values):
        return self.env["dso.page.answer"]._receive(
            self.page,
            {
                "key": f"key-{self.env['dso.page.answer'].search_count([])}-{kind}",
                "kind": kind,
                "line_ids": self.lines if lines is None else lines,
                **values,
            },
        )

    def test_a_message_that_leaves_has_its_own_link(self):
        self.assertEqual(
            (self.page.purpose, self.page.emails), ("customer", "ann@acme.example.com")
        )
        self.assertEqual(self.page.customer_id, self._customer())
        self.assertNotIn(self.token, str(self.page.read()), "only a digest of it is kept")
        self.assertEqual(self.env["dso.page"]._find(self.token), self.page)
        _page, other = self._send_link()
        self.assertNotEqual(other, self.token)
        self.assertGreaterEqual(len(self.token) * 6, 128, "bits")

    def test_previews_have_no_link(self):
        action = self._open_action()
        action.action_type = "email_interactive"
        before = self.env["dso.page"].search_count([])
        body = str(action._get_channel()._preview(action)["body"])
        self.assertIn("/dso/p/the-link-comes-here", body)
        self.assertEqual(self.env["dso.page"].search_count([]), before)
        self.assertFalse(self.env["dso.page"]._find("the-link-comes-here"))

    def test_customers_without_page_get_a_button_that_begins_an_email(self):
        self._customer().page_enabled = False
        action = self._open_action()
        body = action._dso_render("<p>#interactive_page_button</p>", html=True)
        self.assertIn("mailto:", body)
        self.assertNotIn("/dso/p/", body)

    def test_wrong_expired_and_revoked_links_open_nothing(self):
        find = self.env["dso.page"]._find
        for wrong in ("", "x" * 32, self.token[:-1], self.token + "x", None, 5, "x" * 5000):
            self.assertFalse(find(wrong))
        with freeze_time("2026-04-05 08:59:59"):
            self.assertTrue(find(self.token))
        with freeze_time("2026-04-05 09:00:00"):
            self.assertFalse(find(self.token))
        self.page.with_user(self.collector).action_revoke()
        self.assertFalse(find(self.token))
        self.assertEqual(self.page.state, "revoked")

    def test_a_new_link_ends_the_old_one(self):
        new, token = self.page.sudo()._renew()
        self.assertFalse(self.env["dso.page"]._find(self.token))
        self.assertEqual(self.env["dso.page"]._find(token), new)
        self.assertEqual((new.emails, new.recipient_ids), (self.page.emails, self.contact))
        new.action_revoke()
        self.assertFalse(new.sudo()._renew(), "somebody decided so")
        self.assertFalse(self.page.sudo()._renew(), "nor by the link before")

    def test_only_items_of_the_page(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self._line(self._invoice("2026-02-20", 70, partner=stranger))
        self.assertEqual(self.page._get_lines(), self.lines)
        self.assertEqual(self.page._get_lines((foreign | self.lines[0]).ids), self.lines[0])
        self.assertFalse(self.page._get_lines(foreign.ids))

    def test_the_statement_as_a_letter(self):
        """Claims of 100 and 50, a credit of 30: the balance is 120."""
        refund = self._credit(30)
        content = self.page.sudo()._make_statement_pdf()
        pages = PdfReader(io.BytesIO(content)).pages
        text = " ".join("".join(page.extract_text() for page in pages).split())
        for move in self.first | self.second | refund:
            self.assertIn(move.name, text)
        self.assertIn("Statement of account", text)
        self.assertIn("Acme", text)
        self.assertIn("120.00", text)

    def test_an_answer_is_a_reply_to_handle(self):
        answer = self._answer("promise", self.lines[0], date="2026-03-16", comment="On <b>it</b>")
        reply = answer.reply_id
        self.assertEqual(
            (reply.channel, reply.state, reply.action_id, reply.author_id),
            ("page", "to_handle", self.page.action_id, self.contact),
        )
        self.assertIn("On &lt;b&gt;it&lt;/b&gt;", str(reply.message_id.body))
        self.assertFalse(self.lines[0].dso_status_id, "a proposal changes nothing")
        self.assertEqual(self.page.state, "answered")
        self.assertTrue(self.page.action_id.page_answered_date)

    def test_the_same_form_twice_is_one_answer(self):
        Answer = self.env["dso.page.answer"]
        values = {"key": "once-and-for-all", "kind": "comment", "comment": "Hello"}
        first = Answer._receive(self.page, dict(values))
        self.assertEqual(Answer._receive(self.page, dict(values)), first)
        self.assertEqual(len(first.reply_id), 1)

    def test_accepting_a_promise(self):
        answer = self._answer("promise", self.lines[0], date="2026-03-16", amount=40)
        answer.with_user(self.collector).action_accept()
        line = self.lines[0]
        self.assertEqual(
            (line.dso_status_id.kind, str(line.dso_status_date), line.dso_amount),
            ("promise", "2026-03-16", 40),
        )
        entry = line.dso_qualification_ids[0]
        self.assertEqual((entry.source, entry.user_id), ("customer", self.collector))
        self.assertEqual((answer.state, answer.reply_id.state), ("accepted", "handled"))
        with self.assertRaises(UserError):
            answer.with_user(self.collector).action_accept()

    def test_accepting_a_dispute_makes_its_follow_up(self):
        status = self.env.ref("dso_collection.status_dispute_price")
        answer = self._answer(
            "dispute", self.lines[0], status_id=status.id, comment="Too dear", amount=10
        )
        answer.with_user(self.collector).action_accept()
        self.assertEqual(self.lines[0].dso_status_id, status)
        specific = self._customer().open_action_ids.filtered(lambda a: a.origin == "specific")
        self.assertEqual(specific.item_ids.line_id, self.lines[0])

    def _dispute(self):
        status = self.env.ref("dso_collection.status_dispute_price")
        self.env["dso.item.qualify"].with_user(self.collector).create(
            {"line_ids": [(6, 0, self.lines[0].ids)], "status_id": status.id}
        ).action_apply()
        return status, self._specific()

    def _specific(self):
        actions = self._customer().open_action_ids
        return actions.filtered(lambda action: action.origin == "specific")

    def test_accepting_what_ends_a_dispute_is_asked(self):
        """From the answer and from its reply; what would be undone is said, and undone after."""
        status, follow_up = self._dispute()
        answer = self._answer("promise", self.lines[0], date="2026-03-16")
        for record in (answer, answer.reply_id):
            with self.subTest(record._name):
                question = record.with_user(self.collector).action_accept()
                self.assertEqual(question["res_model"], "dso.action.question")
                self.assertEqual(self.lines[0].dso_status_id, status)
                self.assertEqual((answer.state, self._specific()), ("proposed", follow_up))
        question = self.env["dso.action.question"].browse(question["res_id"])
        self.assertIn(f"{self.first.name}: Dispute: price", question.text)
        self.assertIn(follow_up.name, question.text)
        said = question.with_user(self.collector).action_yes()
        self.assertEqual(self.lines[0].dso_status_id.kind, "promise")
        self.assertEqual((answer.state, answer.reply_id.state), ("accepted", "handled"))
        undo = said["params"]["undo"]
        self.env[undo["model"]].with_user(self.collector).browse(undo["ids"]).action_undo()
        self.assertEqual((self.lines[0].dso_status_id, self._specific()), (status, follow_up))
        self.assertEqual((answer.state, answer.reply_id.state), ("proposed", "to_handle"))

    def test_accepting_several_is_undone_in_one_go(self):
        first = self._answer("promise", self.lines[0], date="2026-03-16")
        second = self._answer("promise", self.lines, date="2026-03-17")
        said = (first | second).with_user(self.collector).action_accept(all_the_same=True)
        undo = said["params"]["undo"]
        self.env[undo["model"]].with_user(self.collector).browse(undo["ids"]).action_undo()
        self.assertFalse(self.lines.dso_status_id)
        self.assertEqual(set((first | second).mapped("state")), {"proposed"})

    def test_accepting_a_copy_cannot_be_undone(self):
        answer = self._answer("copy", self.lines, comment="Please")
        said = answer.with_user(self.collector).action_accept()
        self.assertFalse(said["params"].get("undo"))

    def test_accepting_a_comment_leaves_the_dispute(self):
        status, follow_up = self._dispute()
        answer = self._answer("comment", self.lines[0], comment="Any news?")
        said = answer.with_user(self.collector).action_accept()
        self.assertIn("Accepted", said["params"]["message"])
        self.assertEqual((self.lines[0].dso_status_id, self._specific()), (status, follow_up))

    def test_changing_an_answer_about_no_item_takes_none(self):
        answer = self._answer("comment", self.env["account.move.line"], comment="Hello")
        context = answer.with_user(self.collector).action_change()["context"]
        self.assertEqual(context["default_line_ids"], [])
        self.assertEqual(sorted(context["default_held_line_ids"]), sorted(self.lines.ids))

    def test_accepting_a_copy_sends_it(self):
        """To whom the link was sent, with the documents that were asked for, the paid one too."""
        self._create_contact(self.partner, "Bob", "bob@acme.example.com")
        answer = self._answer("copy", self.lines)
        self._pay(self.first, on="2026-03-06")
        answer.with_user(self.collector).action_accept()
        self.assertEqual((answer.state, answer.reply_id.state), ("accepted", "handled"))
        action = self._customer().past_action_ids.sorted("id")[-1:]
        self.assertEqual((action.origin, action.state), ("manual", "done"))
        mail = action.mail_id
        self.assertIn("ann@acme.example.com", mail.email_to)
        self.assertNotIn("bob@acme.example.com", mail.email_to)
        self.assertEqual(len(mail.attachment_ids), 2)
        self.assertIn("Copies of your documents", mail.subject)
        self.assertEqual(action.item_ids.line_id, self.lines[1], "told of what is open")
        self.assertFalse(self.lines.dso_status_id, "a copy says nothing of the items")

    def test_a_copy_that_cannot_be_sent_stays_to_decide(self):
        answer = self._answer("copy", self.lines)
        self.contact.email = False
        with self.assertRaisesRegex(UserError, "Ann"):
            answer.with_user(self.collector).action_accept()
        self.assertEqual((answer.state, answer.reply_id.state), ("proposed", "to_handle"))

    def test_accepting_more_than_is_open_by_now(self):
        answer = self._answer("promise", self.lines[0], date="2026-03-16", amount=80)
        self._pay(self.first, on="2026-03-06", amount=50)
        with self.assertRaisesRegex(UserError, r"Acme: .*50\.00.* Correct it"):
            answer.with_user(self.collector).action_accept()

    def test_a_collector_who_left_is_nobodys_contact(self):
        """R12: the page names the company's default collector, and messages come from there."""
        self._customer().collector_id = self.manager
        self.company.dso_default_collector_id = self.collector
        self.assertEqual(self.page._get_collector(), self.manager)
        self.manager.active = False
        self.assertEqual(self.page._get_collector(), self.collector)
        action = self._plan("2026-03-06")
        action.with_user(self.collector).action_execute()
        self.assertIn(self.collector.email, action.sudo().mail_id.email_from)

    def test_change_status_of_a_reply_begins_with_what_was_proposed(self):
        answer = self._answer("promise", self.lines[0], date="2026-03-16", amount=20)
        action = answer.reply_id.with_user(self.collector).action_qualify()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.collector)
            .with_context(**action["context"])
        )
        self.assertEqual(form.status_id.kind, "promise")
        self.assertEqual((str(form.date), form.amount), ("2026-03-16", 20))
        form.save().action_apply()
        self.assertEqual((answer.state, answer.reply_id.state), ("accepted", "handled"))

    def test_changing_what_was_proposed(self):
        answer = self._answer("promise", self.lines[0], date="2026-03-16")
        action = answer.with_user(self.collector).action_change()
        wizard = (
            self.env["dso.item.qualify"]
            .with_user(self.collector)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(
            (wizard.kind, str(wizard.date), wizard.answer_id), ("promise", "2026-03-16", answer)
        )
        wizard.date = "2026-03-11"
        wizard.action_apply()
        self.assertEqual(str(self.lines[0].dso_status_date), "2026-03-11")
        self.assertEqual(answer.state, "changed")

    def test_a_reply_is_decided_from_the_agenda(self):
        """Its buttons decide what the answer proposes, and say what was done."""
        reply = self._answer("promise", self.lines[0], date="2026-03-16").reply_id
        reply = reply.with_user(self.collector)
        self.assertTrue(reply.has_proposal)
        action = reply.action_change()
        self.assertEqual(action["context"]["default_answer_id"], reply.answer_ids.id)
        said = reply.action_accept()
        self.assertEqual(said["tag"], "dso_collection.notify")
        self.assertEqual(said["params"]["type"], "success")
        self.assertIn("Accepted: Promise to pay", said["params"]["message"])
        self.assertEqual(self.lines[0].dso_status_id.kind, "promise")
        self.assertEqual((reply.state, reply.has_proposal), ("handled", False))
        for method in ("action_accept", "action_change", "action_refuse"):
            with self.subTest(method), self.assertRaisesRegex(UserError, "left to accept"):
                getattr(reply, method)()

    def test_a_reply_is_refused_from_the_agenda(self):
        reply = self._answer("promise", self.lines[0], date="2026-03-16").reply_id
        said = reply.with_user(self.collector).action_refuse()
        self.assertIn("Refused: Promise to pay", said["params"]["message"])
        self.assertEqual((reply.state, reply.answer_ids.state), ("handled", "refused"))
        self.assertFalse(self.lines[0].dso_status_id)

    def test_a_comment_is_only_read(self):
        reply = self._answer("comment", comment="Hello").reply_id.with_user(self.collector)
        self.assertFalse(reply.has_proposal)
        self.assertIn("Handled", reply.action_handle()["params"]["message"])

    def test_what_is_paid_meanwhile_is_said(self):
        """No other item is proposed instead, neither of the answer nor of its reply."""
        answer = self._answer("promise", self.lines[0], date="2026-03-16")
        reply = answer.reply_id.with_user(self.collector)
        self.assertFalse(reply.closed_text)
        self._pay(self.first, on="2026-03-06")
        self.env.invalidate_all()
        self.assertIn(self.first.name, reply.closed_text)
        for change in (answer.with_user(self.collector).action_change, reply.action_change):
            with self.assertRaisesRegex(UserError, "nno longer open"):
                change()
        with self.assertRaisesRegex(UserError, "nno longer open"):
            reply.action_qualify()
        said = reply.action_accept()
        self.assertEqual(said["params"]["type"], "warning")
        self.assertIn("Nno longer open", said["params"]["message"])
        self.assertEqual((answer.state, reply.state), ("accepted", "handled"))
        self.assertFalse(self.lines[1].dso_status_id)

    def test_of_several_items_the_open_ones_are_changed(self):
        answer = self._answer("promise", self.lines, date="2026-03-16")
        self._pay(self.first, on="2026-03-06")
        self.assertFalse(answer.reply_id.closed_text)
        action = answer.with_user(self.collector).action_change()
        self.assertEqual(action["context"]["default_line_ids"], self.lines[1].ids)

    def test_refusing(self):
        answer = self._answer("promise", self.lines[0], date="2026-03-16")
        answer.with_user(self.collector).action_refuse("Too late")
        self.assertFalse(self.lines[0].dso_status_id)
        self.assertEqual((answer.state, answer.decision_comment), ("refused", "Too late"))
        self.assertEqual(answer.reply_id.state, "handled")

    def test_who_may_decide(self):
        answer = self._answer("comment", comment="Hello")
        public = self.env.ref("base.public_user").id
        for user in (self.reader.id, public):
            with self.subTest(user), self.assertRaises(AccessError):
                answer.with_user(user).action_accept()
        self.company.dso_own_customers_only = True
        self._customer().collector_id = self.manager
        with self.assertRaises(AccessError):
            answer.with_user(self.collector).action_accept()

    def test_colleagues_see_the_items_of_the_question_only(self):
        colleague = self.env["res.partner"].create({"name": "Sam", "email": "sam@company.test"})
        page, _token = self._send_link(
            action_type="email_internal",
            recipient_ids=[(6, 0, colleague.ids)],
            item_ids=[(0, 0, {"line_id": self.lines[1].id})],
        )
        self.assertEqual((page.purpose, page._get_lines()), ("colleague", self.lines[1]))


@tagged("post_install", "-at_install")
class TestPageHttp(PageCommon, PatientHttpCase):
    """The pages as strangers see them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dso.customer"]._plan()
        cls.page, cls.token = cls._send_link()
        cls.path = f"/dso/p/{cls.token}"

    def _get_form(self, response):
        return {
            name: re.search(rf'name="{name}" value="([^"]+)"', response.text).group(1)
            for name in ("csrf_token", "key")
        }

    def test_preview(self):
        """A colleague sees the page as the customer does: no visit, no link, nothing to send."""
        page = self.env["dso.page"]._find(self.token)
        path = page.with_user(self.collector).action_preview()["url"]
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(path).url)
        self.authenticate(self.reader.login, self.reader.login)
        response = self.url_open(path)
        self.assertEqual(response.status_code, 200)
        self.assertIn("Preview.", response.text)
        self.assertIn('inert="inert"', response.text)
        self.assertIn(self.page.partner_id.name, response.text)
        self.assertNotIn("page-script", response.text)
        self.assertNotIn(self.token, response.text)
        self.assertEqual(page.state, "sent")
        page.with_user(self.collector).action_revoke()
        self.assertIn("This link is not valid", self.url_open(path).text)
        self.assertEqual(self.url_open("/dso/preview/999999999").status_code, 404)
        new_test_user(self.env, login="dso_stranger", groups="base.group_user")
        self.authenticate("dso_stranger", "dso_stranger")
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_looking_changes_nothing(self):
        for _time in range(2):
            response = self.url_open(self.path)
            self.assertEqual(response.status_code, 200)
        self.page.invalidate_recordset()
        self.assertEqual(self.page.state, "sent")
        self.assertIn("no-store", response.headers["Cache-Control"])
        self.assertIn("noindex", response.headers["X-Robots-Tag"])
        self.assertIn(self.first.name, response.text)

    def test_links_that_open_nothing_look_the_same(self):
        revoked, token = self._send_link()
        revoked.action_revoke()
        expired, old = self._send_link()
        expired.sudo().expires_date = "2020-01-01 00:00:00"
        pages = []
        for link in ("x" * 32, token, old):
            response = self.url_open(f"/dso/p/{link}")
            self.assertEqual(response.status_code, 404)
            text = re.sub(r'csrf_token" value="[^"]+"', "", response.text)
            text = re.sub(r'nonce="[^"]+"', "", text)
            pages.append(text.replace(link, ""))
        self.assertEqual(len(set(pages)), 1)

    def test_answering(self):
        form = self._get_form(self.url_open(self.path))
        data = {**form, "kind": "comment", "comment": "Hello", "item": str(self.lines[0].id)}
        for _time in range(2):
            response = self.url_open(f"{self.path}/answer", data=data)
            self.assertEqual(response.status_code, 200)
            self.assertIn("your answer was received", response.text)
        self.assertEqual(self.page.answer_ids.mapped("comment"), ["Hello"])
        self.assertEqual(self.page.answer_ids.line_ids, self.lines[0])

    def test_forms_of_others_are_refused(self):
        form = self._get_form(self.url_open(self.path))
        data = {**form, "kind": "comment", "comment": "Hello"}
        response = self.url_open(f"{self.path}/answer", data={**data, "csrf_token": "x"})
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self.page.answer_ids)
