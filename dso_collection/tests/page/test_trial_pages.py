"""What a trial by hand found on interactive pages."""

from odoo import Command
from odoo.tests import tagged

from ..page_common import PageHttpCase


@tagged("post_install", "-at_install")
class TestTrialPage(PageHttpCase):
    """Of the customer."""

    def test_the_address_of_a_form_opened_again_is_the_page(self):
        """From the address bar, a restored tab, a bookmark."""
        for form in ("answer", "forward", "seen", "renew", "pay"):
            with self.subTest(form):
                response = self._get(f"/{form}?kind=comment&comment=x", allow_redirects=False)
                self.assertEqual(response.status_code, 303)
                self.assertTrue(response.headers["Location"].endswith(self.path))
                self.assertIn("no-store", response.headers["Cache-Control"])
                self.assertEqual(self._get(f"/{form}").status_code, 200)
        self.assertFalse(self.page.answer_ids)
        self.assertEqual(self.url_open(f"/dso/p/{'A' * 32}/answer").status_code, 404)
        self.assertEqual(self._get("/nothing").status_code, 404)

    def test_back_and_send_again_is_one_answer(self):
        """The browser loads the page again, with a new form."""
        for _number in range(2):
            response = self._answer("comment", comment="Paid last week")
            self.assertIn("Paid last week", response.text)
        self.assertEqual(len(self.page.answer_ids), 1)
        self._answer("comment", comment="Paid this week")
        self._answer("comment", self.late, comment="Paid this week")
        self.assertEqual(len(self.page.answer_ids), 3)

    def test_the_same_again_after_it_was_decided_is_another_answer(self):
        self._answer("processing", self.late)
        self.page.answer_ids.action_refuse()
        self._answer("processing", self.late)
        self.assertEqual(len(self.page.answer_ids), 2)

    def test_the_same_with_another_file_is_another_answer(self):
        for content in (b"%PDF-1", b"%PDF-1", b"%PDF-2"):
            self._answer("comment", comment="See file", files={"files": ("a.pdf", content)})
        self.assertEqual(len(self.page.answer_ids), 2)


@tagged("post_install", "-at_install")
class TestTrialColleague(PageHttpCase):
    """Of a question to Sam, asked by Colin."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "office@company.example.com"
        cls.colleague = cls.env["res.partner"].create(
            {"name": "Sam", "email": "sam@company.example.com"}
        )
        cls.page, cls.token = cls._ask(cls.colleague)
        cls.path = f"/dso/p/{cls.token}"

    @classmethod
    def _ask(cls, colleagues):
        return cls._send_link(
            action_type="email_internal",
            recipient_ids=[Command.set(colleagues.ids)],
            item_ids=[Command.create({"line_id": cls.late.id})],
            comment="Is it right?",
        )

    def _forward(self, email, form=None):
        form = form or self._get_form()
        return self.url_open(f"{self.path}/forward", data={**form, "email": email})

    def _pages(self):
        return self.env["dso.page"].search([("origin_id", "=", self.page.id)])

    def test_not_to_whom_asked(self):
        response = self._forward(f" {self.collector.email.upper()} ")
        self.assertEqual(response.status_code, 422)
        self.assertIn("asked the question", response.text)
        response = self._forward(self.colleague.email)
        self.assertEqual(response.status_code, 422)
        self.assertIn("your own address", response.text)
        self.assertFalse(self._pages())

    def test_the_link_of_who_forwarded_says_so(self):
        form = self._get_form()
        self.assertIn("was forwarded to", self._forward(self.manager.email, form).text)
        response = self._get()
        self.assertEqual(response.status_code, 200)
        self.assertIn("forwarded", response.text)
        self.assertIn(self.manager.email, response.text)
        self.assertNotIn(self.late.move_id.name, response.text)
        self.assertNotIn("Send me a new link", response.text)
        self.assertIn("no-store", response.headers["Cache-Control"])
        # nothing of it opens
        invoice = self._get(f"/invoice/{self.late.id}")
        self.assertNotIn("application/pdf", invoice.headers["Content-Type"])
        self._answer("answer", form=form, comment="Too late")
        self.assertFalse(self.page.answer_ids)
        # nor is it opened again
        mails = self.env["mail.mail"].search_count([])
        self.url_open(f"{self.path}/renew", data={"csrf_token": form["csrf_token"]})
        self.assertFalse(self.page._send_new_link())
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_a_revoked_link_tells_nothing(self):
        self._forward(self.manager.email)
        self.page.action_revoke()
        response = self._get()
        self.assertEqual(response.status_code, 404)
        self.assertNotIn(self.manager.email, response.text)

    def test_all_links_of_who_forwarded(self):
        """Those of reminders too."""
        self.page.sudo()._remind()
        reminder = self._pages()
        self._forward(self.manager.email)
        self.assertEqual(reminder.state, "expired")
        self.assertTrue(reminder.forwarded_id)

    def test_forwarded_twice_is_forwarded_once(self):
        """Two clicks, of one of several who were asked: their link stays good."""
        self.page, self.token = self._ask(self.colleague | self.manager.partner_id)
        self.path = f"/dso/p/{self.token}"
        form = self._get_form()
        for _number in range(2):
            response = self._forward(self.reader.email, form)
            self.assertIn("was forwarded to", response.text)
        self.assertEqual(len(self._pages()), 1)
        self.assertEqual(self._get().status_code, 200)
        self.assertIn(self.late.move_id.name, self._get().text)

    def test_forwarding_leaves_all_mails_to_the_queue(self):
        """Sent by the request and by the queue at a time, one of them finds a mail gone."""
        self._forward(self.manager.email)
        for partner_email in (self.collector.email, self.manager.email):
            mail = self.env["mail.mail"].search(
                [
                    ("model", "=", "dso.customer"),
                    ("res_id", "=", self.customer.id),
                    "|",
                    ("email_to", "ilike", partner_email),
                    ("recipient_ids.email", "=", partner_email),
                ]
            )
            self.assertEqual(mail.mapped("state"), ["outgoing"])
