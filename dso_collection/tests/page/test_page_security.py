"""Trying to break into the customer's page."""

import socket
import threading
from contextlib import closing
from unittest.mock import patch

from odoo.service.model import retrying
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from ...engine import pages as rules
from ..faults.database import copy_database, drop_database, open_env
from ..page_common import PageHttpCase

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@tagged("post_install", "-at_install")
class TestPageSecurity(PageHttpCase):
    """A stranger with a link, and one without."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger", "is_company": True})
        cls.foreign = cls._item(-3, 5, partner_id=cls.stranger.id)

    # ------------------------------------------------------------------
    # What belongs to others
    # ------------------------------------------------------------------

    def test_items_of_another_customer(self):
        response = self._answer("processing", self.foreign)
        self.assertEqual(response.status_code, 422, "as if nothing were ticked")
        self.assertNotIn(self.foreign.move_id.name, response.text)
        self._answer("processing", self.foreign | self.late)
        self.assertEqual(self.page.answer_ids.line_ids, self.late)
        self.assertNotIn(self.foreign.move_id.name, self._get().text)
        found = self._get(f"?search={self.foreign.move_id.name}").text
        self.assertNotIn(f'value="{self.foreign.id}"', found)

    def test_items_in_another_company(self):
        """The same partner owes another company of the group, too: nothing of it shows."""
        data = self.setup_other_company()
        company = data["company"]
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": company.id,
                    "partner_id": self.partner.id,
                    "invoice_date": self._day(-30),
                    "invoice_date_due": self._day(-15),
                    "ref": "OTHER-COMPANY",
                    "invoice_line_ids": [
                        (0, 0, {"name": "Goods", "price_unit": 99, "tax_ids": False})
                    ],
                }
            )
        )
        move.action_post()
        line = self._line(move)
        text = self._get().text
        self.assertNotIn("OTHER-COMPANY", text)
        self.assertNotIn(f'value="{line.id}"', text)
        self.assertEqual(self._answer("processing", line).status_code, 422)
        self.assertEqual(self._get(f"/invoice/{line.id}").status_code, 404)
        self.assertEqual(self._get(f"/pay/{line.id}").status_code, 422)

    def test_a_session_of_somebody_else_changes_nothing(self):
        """A collector of another company, logged in in the same browser: the page is the same,
        and answers come from the customer."""
        plain = self._texts(self._open(), "//main")
        other = self.setup_other_company()["company"]
        new_test_user(
            self.env,
            login="dso_nosy",
            password="dso_nosy_1",
            groups="base.group_user,dso_collection.group_dso_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.authenticate("dso_nosy", "dso_nosy_1")
        self.assertEqual(self._texts(self._open(), "//main"), plain)
        self._answer("comment", comment="Hello")
        answer = self.page.answer_ids
        self.assertEqual(answer.create_uid, self.env.ref("base.public_user"))
        self.assertEqual(answer.reply_id.author_id, self.contact)

    def test_a_link_opens_no_session(self):
        self._get()
        for path in ("/my/invoices", "/my/home", f"/my/invoices/{self.late.move_id.id}"):
            response = self.url_open(path, allow_redirects=False)
            self.assertIn(response.status_code, (303, 302, 403), path)
            self.assertNotIn(self.late.move_id.name, response.text)
        files = [("files", ("a.pdf", b"%PDF-1.4", "application/pdf"))]
        self._answer("comment", files=files, comment="Hello")
        attachment = self.page.answer_ids.attachment_ids
        response = self.url_open(f"/web/content/{attachment.id}")
        self.assertEqual(response.status_code, 404)

    # ------------------------------------------------------------------
    # Links
    # ------------------------------------------------------------------

    def test_every_door_is_closed(self):
        """A guessed, an expired and a revoked link give the same page at every address."""
        expired, old = self._send_link()
        expired.sudo().expires_date = "2020-01-01 00:00:00"
        revoked, dead = self._send_link()
        revoked.action_revoke()
        csrf = self._get_form()["csrf_token"]
        doors = [
            ("", None),
            ("/statement.pdf", None),
            ("/statement.xlsx", None),
            (f"/invoice/{self.late.id}", None),
            (f"/pay/{self.late.id}", None),
            ("/nothing/at/all", None),
            ("/answer", {"csrf_token": csrf, "kind": "comment", "comment": "x", "key": "k" * 12}),
            ("/seen", {"csrf_token": csrf}),
            ("/pay", {"csrf_token": csrf, "item": str(self.late.id)}),
        ]
        for door, data in doors:
            with self.subTest(door):
                texts = set()
                for token in (old, dead, "A" * 32):
                    response = self.url_open(f"/dso/p/{token}{door}", data=data)
                    self.assertEqual(response.status_code, 404)
                    self.assertHeaders(response)
                    texts.add(self._texts_of_main(response.text).replace(token, ""))
                self.assertEqual(len(texts), 1)
        self.assertFalse((expired | revoked).answer_ids)

    def _texts_of_main(self, text):
        return text.split("<main")[1].split('csrf_token" value="')[0]

    def assertHeaders(self, response):
        """Not kept, not found, not sniffed, not framed, not told of."""
        headers = response.headers
        self.assertIn("no-store", headers["Cache-Control"])
        self.assertIn("noindex", headers["X-Robots-Tag"])
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(headers["X-Frame-Options"], "DENY")
        self.assertIn(headers["Referrer-Policy"], ("no-referrer", "strict-origin"))

    def test_headers_of_every_response(self):
        form = self._get_form()
        responses = {
            "page": self._get(),
            "sheet": self._get("/statement.xlsx"),
            "invoice": self._get(f"/invoice/{self.late.id}"),
            "wrong": self._answer("promise", self.late, date="x"),
            "no csrf": self.url_open(f"{self.path}/answer", data={"kind": "comment"}),
            "get": self._get("/answer"),
            "redirect": self.url_open(
                f"{self.path}/answer",
                data={**form, "kind": "comment", "comment": "x"},
                allow_redirects=False,
            ),
            "seen": self.url_open(f"{self.path}/seen", data={"csrf_token": form["csrf_token"]}),
            "renew": self.url_open(f"{self.path}/renew", data={"csrf_token": form["csrf_token"]}),
            "paid": self.url_open("/dso/p/paid"),
        }
        for name, response in responses.items():
            with self.subTest(name):
                self.assertHeaders(response)
        self.assertEqual(responses["no csrf"].status_code, 400)
        self.assertEqual(responses["redirect"].status_code, 303)

    def test_policy(self):
        """No script and no style but the page's own, of this very response."""
        first, second = self._get(), self._get()
        policies = [response.headers["Content-Security-Policy"] for response in (first, second)]
        self.assertNotEqual(*policies)
        for policy in policies:
            self.assertNotIn("unsafe", policy)
            self.assertIn("default-src 'none'", policy)
        document = self._open()
        self.assertFalse(document.xpath("//@style | //@onclick | //script[not(@nonce)]"))
        sources = document.xpath("//link/@href | //script/@src | //img/@src")
        self.assertTrue(all(source.startswith(("/", "data:")) for source in sources), sources)

    def test_nothing_by_get(self):
        """It leads to the page, as one who goes back or reloads wants; nothing is said there."""
        for path in ("answer", "seen", "pay", "renew"):
            response = self._get(f"/{path}?kind=comment&comment=x&key=12345678")
            self.assertEqual(response.status_code, 200)
            self.assertTrue(response.url.endswith(self.path), response.url)
        self.env.invalidate_all()
        self.assertEqual(self.page.state, "sent")
        self.assertFalse(self.page.answer_ids)

    def test_without_csrf_token(self):
        for path in ("answer", "seen", "pay", "renew"):
            for data in ({"kind": "comment"}, {"csrf_token": "x", "kind": "comment"}):
                response = self.url_open(f"{self.path}/{path}", data=data)
                self.assertEqual(response.status_code, 400, path)
        self.env.invalidate_all()
        self.assertEqual(self.page.state, "sent")

    def test_guessing_is_limited(self):
        limit = rules.LIMITS["wrong"].times
        codes = [self.url_open(f"/dso/p/{number:032d}").status_code for number in range(limit + 2)]
        self.assertEqual(codes[:limit], [404] * limit)
        self.assertEqual(codes[limit:], [429] * 2)

    def test_answers_are_limited(self):
        with patch.dict(rules.LIMITS, answer=rules.Limit(2, 60)):
            codes = [
                self._answer("comment", comment=f"{number}").status_code for number in range(4)
            ]
        self.assertEqual(codes, [200, 200, 429, 429])
        self.assertEqual(len(self.page.answer_ids), 2)

    def test_robots(self):
        """The module has no say in what robots may look at elsewhere."""
        response = self.url_open("/robots.txt")
        self.assertNotIn("dso", response.text)

    # ------------------------------------------------------------------
    # Replayed
    # ------------------------------------------------------------------

    def test_a_form_that_is_sent_again(self):
        form = self._get_form()
        for _time in range(3):
            self._answer("comment", form=form, comment="Once")
        self.assertEqual(len(self.page.answer_ids), 1)

    def test_forms_that_no_page_sends(self):
        form = self._get_form()
        for values in (
            {"kind": "answer", "comment": "I am your colleague"},
            {"kind": "litigation"},
            {"kind": "comment", "comment": "x", "key": "short"},
            {"kind": "comment", "comment": "x", "key": "k" * 65},
        ):
            with self.subTest(values):
                data = {**form, **values}
                response = self.url_open(f"{self.path}/answer", data=data)
                self.assertEqual(response.status_code, 422)
        litigation = self.env.ref("dso_collection.status_litigation")
        response = self._answer("dispute", self.late, reason=str(litigation.id), comment="x")
        self.assertEqual(response.status_code, 422, "no reason that customers choose from")
        self.assertFalse(self.page.answer_ids)

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def _upload(self, *files):
        files = [("files", file) for file in files]
        return self._answer("comment", files=files, comment="See file")

    def test_files_that_are_not_taken(self):
        cases = [
            ("page.html", b"<html><script>alert(1)</script>", "text/html"),
            ("page.pdf", b"<html><script>alert(1)</script>", "application/pdf"),
            ("picture.svg", b"<svg onload='alert(1)'/>", "image/svg+xml"),
            ("picture.png", b"<svg onload='alert(1)'/>", "image/png"),
            ("text.txt", b"  <script>alert(1)</script>", "text/plain"),
            ("run.exe", b"MZ\x90\x00", "application/pdf"),
            ("proof.pdf.exe", b"MZ\x90\x00", "application/pdf"),
            ("proof.pdf.html", b"%PDF-1.4", "application/pdf"),
            ("archive.zip", b"PK\x03\x04", "application/zip"),
            ("macro.docm", b"PK\x03\x04", "application/zip"),
            ("empty.pdf", b"", "application/pdf"),
            (".htaccess", b"x", "text/plain"),
        ]
        for file in cases:
            with self.subTest(file[0]):
                self.assertEqual(self._upload(file).status_code, 422)
        many = [(f"{number}.txt", b"x", "text/plain") for number in range(6)]
        self.assertEqual(self._upload(*many).status_code, 422)
        large = b"%PDF-" + b"x" * rules.MAX_FILE_SIZE
        self.assertEqual(self._upload(("large.pdf", large, "application/pdf")).status_code, 422)
        self.assertFalse(self.page.answer_ids)

    def test_names_of_files(self):
        self._upload(
            ("../../../etc/passwd.txt", b"x", "text/html"),
            ("C:\\temp\\evil.pdf", b"%PDF-1.4", "text/html"),
            (f"{EVIL}.png", b"\x89PNG\r\n\x1a\n", "text/html"),
            ("photo.html.jpg", b"\xff\xd8\xff", "text/html"),
        )
        found = {
            attachment.name: attachment.mimetype
            for attachment in self.page.answer_ids.attachment_ids
        }
        self.assertEqual(
            {name: found[name] for name in ("passwd.txt", "evil.pdf", "photo.html.jpg")},
            {
                "passwd.txt": "text/plain",
                "evil.pdf": "application/pdf",
                "photo.html.jpg": "image/jpeg",
            },
        )
        self.assertEqual(len(found), 4)
        self.assertFalse(any(set(name) & set("<>/\\") for name in found))

    def test_two_hundred_megabytes(self):
        """Told by its length alone: not one byte of the body has to be read."""
        form = self._get_form()
        with self.allow_requests():
            cookies = "; ".join(f"{name}={value}" for name, value in self.opener.cookies.items())
            head = (
                f"POST {self.path}/answer HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Cookie: {cookies}\r\n"
                "Content-Type: multipart/form-data; boundary=b\r\n"
                f"Content-Length: {200 * 1024 * 1024}\r\nConnection: close\r\n\r\n"
                f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
                f"{form['csrf_token']}\r\n"
            )
            with closing(socket.create_connection(("127.0.0.1", self.http_port()), 30)) as sock:
                sock.sendall(head.encode())
                answer = sock.recv(4096).decode(errors="replace")
        self.assertIn(" 413 ", answer.splitlines()[0])
        self.assertIn("no-store", answer)
        self.assertFalse(self.page.answer_ids)

    def test_files_are_only_downloaded(self):
        """What a collector opens of a stranger comes as a file, not as a page of this site."""
        self._upload(("note.txt", b"x <script>alert(1)</script>", "text/html"))
        attachment = self.page.answer_ids.attachment_ids
        self.authenticate(self.collector.login, self.collector.login)
        response = self.url_open(f"/web/content/{attachment.id}?download=true")
        self.assertEqual(response.status_code, 200)
        self.assertIn("attachment", response.headers["Content-Disposition"])
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        self.assertTrue(response.headers["Content-Type"].startswith("text/plain"))

    # ------------------------------------------------------------------
    # Markup
    # ------------------------------------------------------------------

    def test_markup_is_text(self):
        """What a stranger writes is text wherever it is shown: to the collector in the file and
        in the reply, to the customer on the page."""
        files = [("files", (f"{EVIL}.txt", b"x", "text/plain"))]
        self._answer("comment", self.late, files, comment=EVIL, author=EVIL)
        answer = self.page.answer_ids
        self.assertEqual((answer.comment, answer.author_name), (EVIL, EVIL))
        body = str(answer.reply_id.message_id.body)
        self.assertIn("&lt;script&gt;", body)
        for text in (body, self._get().text, self._get(f"?done={answer.id}").text):
            self.assertNotIn("<script>alert", text)
            self.assertNotIn("<img src=x", text)
        response = self._answer("promise", self.late, comment=EVIL, date=EVIL, author=EVIL)
        self.assertEqual(response.status_code, 422)
        self.assertNotIn("<script>alert", response.text)
        response = self._get(f'?search="><script>alert(1)</script>&show={EVIL}&number={EVIL}')
        self.assertNotIn("<script>alert", response.text)

    def test_markup_in_the_companys_colour(self):
        self.company.email_secondary_color = "red;} </style><script>alert(1)</script>"
        self.assertNotIn("<script>alert", self._get().text)


@tagged("post_install", "-at_install")
class TestPageConcurrency(BaseCase):
    """The same form, from several connections at a time, in a copy of the database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = copy_database(get_db_name())
        cls.addClassCleanup(drop_database, cls.database)
        with open_env(cls.database) as env:
            partner = env["res.partner"].create({"name": "Acme", "email": "acme@example.com"})
            customer = env["dso.customer"].create(
                {"partner_id": partner.id, "company_id": env.company.id}
            )
            Page = env["dso.page"]
            [(page, _token)] = Page._create_pages(
                [
                    {
                        "customer_id": customer.id,
                        "purpose": "customer",
                        "emails": "acme@example.com",
                        "expires_date": Page._get_expiry(env.company),
                    }
                ]
            )
            cls.page_id = page.id

    def test_the_same_form_at_a_time_is_one_answer(self):
        """Each connection sees that nothing is there yet before any of them writes. One is let in
        by the unique index; the others begin anew, as Odoo does with requests, and find it."""
        count = 3
        together = threading.Barrier(count)
        found, failures = [], []

        def send():
            try:
                with open_env(self.database) as env:
                    waited = []

                    def receive():
                        page = env["dso.page"].browse(self.page_id)
                        # the snapshot is taken
                        self.assertTrue(page.exists())
                        if not waited:
                            waited.append(together.wait(30))
                        values = {"key": "the-same-form", "kind": "comment", "comment": "Once"}
                        return env["dso.page.answer"]._receive_once(page, values).id

                    found.append(retrying(receive, env))
            except Exception as error:
                failures.append(error)

        with mute_logger("odoo.sql_db", "odoo.service.model"):
            threads = [threading.Thread(target=send) for _number in range(count)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(120)
        self.assertFalse(failures)
        self.assertEqual(len(found), count)
        self.assertEqual(len(set(found)), 1)
        with open_env(self.database) as env:
            answers = env["dso.page.answer"].search([("page_id", "=", self.page_id)])
            self.assertEqual(answers.ids, found[:1])
            replies = env["dso.reply"].search([("customer_id", "=", answers.customer_id.id)])
            self.assertEqual(len(replies), 1)

    def test_counted_from_the_beginning_and_for_good(self):
        """A request that is still under way counts for the next one, and one that fails, too."""
        with patch.dict(rules.LIMITS, pay=rules.Limit(2, 60)), open_env(self.database) as first:
            self.assertTrue(first["dso.page.hit"]._is_allowed_now("pay", "a page"))
            with open_env(self.database) as second:
                self.assertTrue(second["dso.page.hit"]._is_allowed_now("pay", "a page"))
                self.assertFalse(second["dso.page.hit"]._is_allowed_now("pay", "a page"))
                self.assertTrue(second["dso.page.hit"]._is_allowed_now("pay", "another page"))
                second.cr.rollback()
            first.cr.rollback()
            self.assertFalse(first["dso.page.hit"]._is_allowed_now("pay", "a page"))
