"""Trying harder to break into the pages: with forms that no browser sends, with links whose
customer has changed since, and with what surrounds a request."""

import io
import logging
import socket
import tempfile
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from unittest.mock import patch
from urllib.parse import urlencode

import openpyxl
from PIL import Image

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...controllers.page import MAX_REQUEST
from ...engine import pages as rules
from ...tools.link_log import LinkFilter
from ..page_common import PageHttpCase


class CountingFile(tempfile.SpooledTemporaryFile):
    """Where a request's files are put while it is read."""

    written = 0

    def write(self, content):
        CountingFile.written += len(content)
        return super().write(content)


@tagged("post_install", "-at_install")
class TestPageForms(PageHttpCase):
    """What no browser sends."""

    def test_what_no_database_keeps(self):
        """Half a character and what is no UTF-8 at all: noted without them. What holds a null byte
        is no form of a browser."""
        self._answer("comment", comment="Paid\x07 on\r\nMonday", author="An\x07n\nSmith")
        answer = self.page.answer_ids
        self.assertEqual((answer.comment, answer.author_name), ("Paid on\nMonday", "Ann Smith"))
        for query in ("search=%00", "search=%ff%fe", "show=%00", "number=%00", "done=%00"):
            with self.subTest(query):
                self.assertEqual(self._get(f"?{query}").status_code, 200)
        for field in ("date", "amount_promise", "item", "key", "show", "search", "all"):
            with self.subTest(field):
                data = {**self._get_form(), "kind": "promise", field: "\x00"}
                self.assertEqual(self._post("/answer", data).status_code, 400)
        for path in ("/answer", "/seen", "/renew", "/forward", "/pay"):
            with self.subTest(path):
                data = {**self._get_form(), "comment": "Paid\x00"}
                self.assertEqual(self._post(path, data).status_code, 400)
        for token in ("%00" * 20, "%ff" * 20, "%ed%a0%80" * 8):
            self.assertEqual(self.url_open(f"/dso/p/{token}").status_code, 404)
        self.assertEqual(len(self.page.answer_ids), 1)

    def _post(self, path, data, **options):
        return self.url_open(f"{self.path}{path}", data=data, **options)

    def test_numbers_that_no_database_knows(self):
        huge = "9" * 30
        for path in (f"/invoice/{huge}", "/invoice/-1", "/invoice/x", f"/file/{huge}"):
            with self.subTest(path):
                self.assertEqual(self._get(path).status_code, 404)
        self.assertEqual(self._get(f"/pay/{huge}").status_code, 422)
        self.assertEqual(self._get(f"?number={huge}&done={huge}").status_code, 200)
        form = self._get_form()
        for values in (
            {"kind": "processing", "item": huge},
            {"kind": "dispute", "item": str(self.late.id), "reason": huge, "comment": "x"},
        ):
            self.assertEqual(self._post("/answer", {**form, **values}).status_code, 422)

    def test_amounts(self):
        """Of 100 that are open, whatever is no part of them."""
        for amount in ("-1", "0", "nan", "inf", "1e1", "100.01", "9" * 400, "0x1", "1_0", "0.001"):
            with self.subTest(amount):
                response = self._answer(
                    "promise", self.late, date=str(self._day(3)), amount_promise=amount
                )
                self.assertEqual(response.status_code, 422)
        self.assertFalse(self.page.answer_ids)
        self._answer("promise", self.late, date=str(self._day(3)), amount_promise="12,50")
        self.assertEqual(self.page.answer_ids.amount, 12.5)

    def test_days(self):
        for day in ("0001-01-01", "9999-12-31", "2026-02-30", "99999999-01-01", "x", ""):
            with self.subTest(day):
                self.assertEqual(self._answer("promise", self.late, date=day).status_code, 422)
        self.assertFalse(self.page.answer_ids)

    def test_files_in_place_of_words(self):
        """A file under the name of a field is no text."""
        names = ("comment", "kind", "key", "author", "date", "reason", "item", "show", "search")
        for name in names:
            with self.subTest(name):
                data = {**self._get_form(), "kind": "comment"}
                data.pop(name, None)
                files = [(name, ("a.pdf", b"%PDF-1.4", "application/pdf"))]
                self.assertEqual(self._post("/answer", data, files=files).status_code, 422)
        self.assertFalse(self.page.answer_ids)

    def test_the_address_fills_in_no_form(self):
        form = self._get_form()
        response = self._post("/answer?kind=comment&comment=Hello", form)
        self.assertEqual(response.status_code, 422)
        self.assertFalse(self.page.answer_ids)

    def test_fields_that_no_form_has(self):
        """State, customer, page and items of an answer are never taken from a form."""
        self._answer(
            "comment",
            comment="Hello",
            state="accepted",
            page_id="1",
            customer_id="1",
            company_id="1",
            page="1",
            token="x",
            line_ids=str(self.young.id),
            status_id=str(self.env.ref("dso_collection.status_litigation").id),
        )
        answer = self.page.answer_ids
        self.assertEqual((answer.state, answer.customer_id), ("proposed", self.customer))
        self.assertFalse(answer.line_ids or answer.status_id)

    def test_more_items_than_a_page_has(self):
        data = [
            *self._get_form().items(),
            ("kind", "processing"),
            *(("item", str(number)) for number in range(rules.MAX_TICKED + 1)),
        ]
        self.assertEqual(self._post("/answer", data).status_code, 422)
        self.assertEqual(self._post("/pay", data).status_code, 422)

    def test_more_fields_than_a_form_has(self):
        files = [("files", (f"{number}.txt", b"x")) for number in range(1100)]
        self.assertEqual(self._answer("comment", files=files, comment="x").status_code, 413)
        self.assertFalse(self.page.answer_ids)

    def test_only_answers_may_be_large(self):
        data = {**self._get_form(), "comment": "x" * (2 * rules.MEGABYTE)}
        for path in ("/seen", "/renew", "/forward"):
            with self.subTest(path):
                self.assertEqual(self._post(path, data).status_code, 413)
        # its button is in the form of the answer, whose files go along and are not looked at
        files = [("files", ("a.pdf", b"%PDF-" + b"x" * 2 * rules.MEGABYTE, "application/pdf"))]
        response = self._post("/pay", self._get_form(), files=files)
        self.assertEqual(response.status_code, 422)
        self.assertIn("Please tick the items", response.text)

    def test_two_hundred_megabytes_without_a_length(self):
        """A body in pieces says nothing of its length: it is read no further than allowed."""
        piece = b"x" * rules.MEGABYTE
        self._get()
        head = (
            f"POST {self.path}/answer HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: %s\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        )
        begin = (
            b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n%PDF-'
        )
        with (
            self.allow_requests(),
            patch("werkzeug.formparser.SpooledTemporaryFile", CountingFile),
            patch.object(CountingFile, "written", 0),
            closing(socket.create_connection(("127.0.0.1", self.http_port()), 60)) as sock,
        ):
            # with the cookie by which a test knows its own requests
            cookies = "; ".join(f"{name}={value}" for name, value in self.opener.cookies.items())
            sock.sendall((head % cookies).encode())
            for part in (begin, *[piece] * 200):
                sock.sendall(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            answer = sock.recv(4096).decode(errors="replace")
            written = CountingFile.written
        self.assertIn(" 413 ", answer.splitlines()[0])
        self.assertTrue(0 < written <= MAX_REQUEST, written)
        self.env.invalidate_all()
        self.assertFalse(self.page.answer_ids)

    def test_pictures_are_kept_as_they_came(self):
        """They are evidence, and a picture that unfolds to gigabytes is never unfolded here."""
        stream = io.BytesIO()
        Image.new("1", (4000, 4000)).save(stream, "PNG")
        content = stream.getvalue()
        self._answer("comment", comment="x", files=[("files", ("a.png", content, "image/png"))])
        self.assertEqual(self.page.answer_ids.attachment_ids.raw, content)

    def test_the_same_form_with_other_words(self):
        """Sent twice it is one answer; changed and sent again, nothing of it is lost."""
        form = self._get_form()
        for comment in ("Once", "Once", "Twice", "Once"):
            self._answer("comment", form=form, comment=comment)
        self.assertEqual(self.page.answer_ids.mapped("comment"), ["Twice", "Once"])

    def test_a_session_that_is_over_loses_no_word(self):
        """Hours later the browser's session is gone: the page comes back with all that was
        entered, nothing is noted, and the next click is enough."""
        form = self._get_form()
        self.opener.cookies.clear()
        response = self._answer("dispute", self.late, form=form, comment="Too <dear>", author="Ann")
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self.page.answer_ids)
        text = response.text
        self.assertIn("Nothing was sent yet", text)
        self.assertIn("please send it again", text)
        self.assertIn("Too &lt;dear&gt;", text)
        self.assertIn('value="Ann"', text)
        self.assertRegex(text, rf'value="{self.late.id}"[^>]*checked')
        reason = self.env.ref("dso_collection.status_dispute_price").id
        form = self._get_form(text)
        response = self._answer(
            "dispute", self.late, form=form, comment="Too <dear>", reason=str(reason)
        )
        self.assertIn("your answer was received", response.text)
        self.assertEqual(self.page.answer_ids.comment, "Too <dear>")

    def test_a_session_that_is_over_pays_and_renews_nothing(self):
        form = {**self._get_form(), "item": str(self.late.id)}
        self.opener.cookies.clear()
        response = self._post("/pay", form)
        self.assertEqual(response.status_code, 400)
        self.assertRegex(response.text, rf'value="{self.late.id}"[^>]*checked')
        self.page.sudo().expires_date = "2020-01-01 00:00:00"
        self.opener.cookies.clear()
        response = self._post("/renew", form)
        self.assertEqual(response.status_code, 400)
        self.assertIn("This link is not valid", response.text)
        self.assertFalse(self.page.renewed_id)

    def test_every_way_of_asking(self):
        """No method but GET and POST does anything, and none tells of a link."""
        for method in ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"):
            for path in (self.path, f"{self.path}/answer", f"/dso/p/{'A' * 32}"):
                with self.subTest(f"{method} {path}"):
                    response = self.url_open(path, method=method)
                    expected = 200 if (method, path) == ("HEAD", self.path) else 404
                    self.assertEqual(response.status_code, expected)
                    self.assertIn("no-store", response.headers["Cache-Control"])
                    self.assertIn("noindex", response.headers["X-Robots-Tag"])
        self.env.invalidate_all()
        self.assertEqual(self.page.state, "sent")

    def test_words_that_a_spreadsheet_would_run(self):
        for number, ref in enumerate(("=1+1", "+1", "-1", "@SUM(1)", '=HYPERLINK("http://x")')):
            self._item(-2 - number, 7, ref=ref)
        sheet = openpyxl.load_workbook(io.BytesIO(self._get("/statement.xlsx").content)).active
        refs = {row[1].value: row[1].data_type for row in sheet.iter_rows(min_row=2)}
        self.assertEqual(refs["=1+1"], "s")
        self.assertEqual(set(refs.values()) - {"n"}, {"s"}, "text, no formula")


@tagged("post_install", "-at_install")
class TestPageSurroundings(PageHttpCase):
    """What surrounds a request: addresses, hosts, languages, logs."""

    def test_headers_that_anybody_can_write(self):
        """Whoever pretends to be somebody else at each request is counted all the same."""
        with patch.dict(rules.LIMITS, view=rules.Limit(3, 10)):
            codes = [
                self._get(headers={"X-Forwarded-For": f"198.51.100.{number}"}).status_code
                for number in range(5)
            ]
        self.assertEqual(codes, [200] * 3 + [429] * 2)

    def test_counting_ends(self):
        """Once they limit nothing any more, requests are forgotten; before that, none is."""
        Hit = self.env["dso.page.hit"]
        self.assertFalse(Hit.search([]))
        self._get()
        Hit._is_allowed("renew", "x")
        Hit._gc_hits()
        self.assertEqual(sorted(Hit.search([]).mapped("scope")), ["renew", "view"])
        Hit.sudo().search([]).date = fields.Datetime.now() - timedelta(hours=2)
        Hit._gc_hits()
        self.assertEqual(Hit.search([]).mapped("scope"), ["renew"])

    def _expire(self, page=None):
        (page or self.page).sudo().expires_date = fields.Datetime.now() - timedelta(days=1)

    def _renew(self):
        """:return: the e-mail that left for it"""
        known = self._get_mails()
        form = self._get_form_of_closed()
        response = self.url_open(f"{self.path}/renew", data=form)
        self.assertIn("a new one is on its way", response.text)
        self.assertNotIn("acme.example.com", response.text)
        return self._get_mails() - known

    def _get_form_of_closed(self):
        text = self._get().text
        return {"csrf_token": text.split('csrf_token" value="')[1].split('"')[0]}

    def _get_mails(self):
        self.env.invalidate_all()
        return self.env["mail.mail"].sudo().search([("model", "=", "dso.customer")])

    def test_a_new_link_leads_to_the_own_address(self):
        """Whatever host a request is sent to: the link in the e-mail is Odoo's own address."""
        self._expire()
        form = self._get_form_of_closed()
        with (
            self.allow_requests(),
            closing(HTTPConnection("127.0.0.1", self.http_port(), timeout=60)) as connection,
        ):
            cookies = "; ".join(f"{name}={value}" for name, value in self.opener.cookies.items())
            headers = {
                "Host": "evil.example.com",
                "X-Forwarded-Host": "evil.example.com",
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": cookies,
            }
            connection.request("POST", f"{self.path}/renew", urlencode(form), headers)
            text = connection.getresponse().read().decode()
        self.assertIn("a new one is on its way", text)
        mail = self._get_mails()[:1]
        self.assertIn(f"{self.company.get_base_url()}/dso/p/", str(mail.body_html))
        self.assertNotIn("evil", str(mail.body_html))
        self.assertEqual(mail.email_to, "ann@acme.example.com")

    def test_a_new_link_for_who_has_answered(self):
        self._answer("comment", comment="Hello")
        self._expire()
        self.assertTrue(self._renew())

    def test_no_new_link_while_the_old_one_is_good(self):
        form = self._get_form()
        self.url_open(f"{self.path}/renew", data=form)
        self.assertFalse(self.page.renewed_id)

    def test_no_new_link_to_an_address_that_was_wrong(self):
        """Somebody put it right, or left: neither the old nor the new one gets the account by
        asking with the old link."""
        self._expire()
        self.contact.email = "ann.other@acme.example.com"
        self.assertFalse(self._renew())
        self.contact.write({"email": "ann@acme.example.com", "active": False})
        self.assertFalse(self._renew())
        self.contact.active = True
        self.assertTrue(self._renew())

    def test_no_new_link_once_all_are_revoked(self):
        self._expire()
        self.customer.with_user(self.collector).action_revoke_pages()
        self.assertFalse(self._renew())

    def test_new_links_are_limited(self):
        for _time in range(rules.LIMITS["renew"].times):
            self._expire()
            self.assertTrue(self._renew())
        self.assertFalse(self._renew())

    def test_the_visitors_language_changes_nothing(self):
        """A German browser, a cookie of Odoo's site and a language that is not installed any
        more: the page is in the language in which it was sent."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.page.sudo().lang = "fr_FR"
        plain = self._texts(self._open(), "//main")
        self.opener.cookies["frontend_lang"] = "en_US"
        self.opener.headers["Accept-Language"] = "de"
        self.assertEqual(self._texts(self._open("?lang=en_US"), "//main"), plain)
        self.assertIn('lang="fr', self._get().text)
        self.page.sudo().lang = "xx_XX"
        self.assertEqual(self._get().status_code, 200)

    def test_no_link_in_the_log(self):
        records = []

        class Keep(logging.Handler):
            def emit(self, record):
                records.append(record.getMessage())

        handler = Keep()
        loggers = [logging.getLogger(name) for name in ("werkzeug", "odoo.http")]
        for logger in loggers:
            self.assertTrue(any(isinstance(known, LinkFilter) for known in logger.filters))
            logger.addHandler(handler)
            self.addCleanup(logger.removeHandler, handler)
            self.addCleanup(logger.setLevel, logger.level)
            logger.setLevel(logging.INFO)
        self._get()
        self._get("/nothing")
        self.url_open(f"{self.path}/answer", data={"kind": "comment"})
        text = "\n".join(records)
        self.assertIn("/dso/p/...", text)
        self.assertNotIn(self.token, text)


@tagged("post_install", "-at_install")
class TestPageChanges(PageHttpCase):
    """What has changed since the link was sent."""

    def _assertShown(self, line, shown):
        text = self._get().text
        check = self.assertIn if shown else self.assertNotIn
        check(f'value="{line.id}"', text)
        code = self._get(f"/invoice/{line.id}").status_code
        self.assertEqual(code, 200 if shown else 404)
        if not shown:
            response = self._answer("processing", line)
            self.assertEqual(response.status_code, 422)

    def test_items_of_contacts_are_the_customers(self):
        """An invoice to a department is the customer's; one to a company that left is not."""
        shop = self.env["res.partner"].create({"name": "Shop", "parent_id": self.partner.id})
        line = self._item(-4, 8, partner_id=shop.id)
        self._assertShown(line, True)

    def test_an_item_of_another_customer_since(self):
        other = self.env["res.partner"].create({"name": "Other", "is_company": True})
        line = self._item(-4, 8)
        line.move_id.button_draft()
        self._assertShown(line, False)
        line.move_id.partner_id = other
        line.move_id.action_post()
        self._assertShown(self._line(line.move_id), False)

    def test_what_is_not_open(self):
        draft = self._invoice(self._day(-4), 8, invoice_date=self._day(-8), post=False)
        cancelled = self._item(-4, 8)
        cancelled.move_id.button_draft()
        cancelled.move_id.button_cancel()
        paid = self._item(-4, 8)
        self._pay(paid.move_id, on=str(self.today))
        for line in (self._line(draft), self._line(cancelled.move_id), paid):
            self._assertShown(line, False)

    def test_merged_customers(self):
        """Two files become one: what was answered stays to be decided, and no link opens the
        account of a customer to whom it was not sent."""
        twin = self.env["res.partner"].create({"name": "Twin", "is_company": True})
        secret = self._item(-4, 8, partner_id=twin.id)
        self.env["dso.customer"]._plan()
        self._answer("comment", self.late, comment="Hello")
        answer = self.page.answer_ids
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard._merge((twin | self.partner).ids, twin, extra_checks=False)
        target = self._customer(twin)
        self.env.invalidate_all()
        self.assertEqual((answer.exists().customer_id, answer.partner_id), (target, twin))
        self.assertEqual(self.page.exists().customer_id, target)
        self.assertTrue(answer.reply_id)
        response = self._get()
        self.assertEqual(response.status_code, 404)
        self.assertNotIn(secret.move_id.name, response.text)

    def test_a_new_parent(self):
        group = self.env["res.partner"].create({"name": "Group", "is_company": True})
        secret = self._item(-4, 8, partner_id=group.id)
        self.env["dso.customer"]._plan()
        self.partner.write({"is_company": False, "parent_id": group.id})
        self.env["dso.customer"]._plan()
        response = self._get()
        self.assertNotIn(secret.move_id.name, response.text)
        self.assertNotIn(self.late.move_id.name, response.text)

    def test_an_archived_customer_still_answers(self):
        self.partner.active = False
        self._assertShown(self.late, True)
        self._answer("comment", comment="We moved")
        self.assertEqual(self.page.answer_ids.comment, "We moved")


@tagged("post_install", "-at_install")
class TestPageColleagueIntruder(PageHttpCase):
    """The link of a question, in the hands of somebody who wants more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "office@company.example.com"
        cls.colleague = cls.env["res.partner"].create(
            {"name": "Sam", "email": "sam@company.example.com"}
        )
        cls.page, cls.token = cls._send_link(
            action_type="email_internal",
            recipient_ids=[Command.set(cls.colleague.ids)],
            item_ids=[Command.create({"line_id": cls.late.id})],
            comment="Is it right?",
        )
        cls.path = f"/dso/p/{cls.token}"

    def test_only_the_items_of_the_question(self):
        text = self._get().text
        self.assertIn(self.late.move_id.name, text)
        self.assertNotIn(self.young.move_id.name, text)
        self._answer("answer", self.young, comment="Yes")
        self.assertEqual(self.page.answer_ids.line_ids, self.late)

    def test_nothing_of_the_customers_page(self):
        form = self._get_form()
        for path in ("/statement.pdf", "/statement.xlsx"):
            self.assertEqual(self._get(path).status_code, 404, path)
        self.assertEqual(self._get(f"/pay/{self.late.id}").status_code, 404)
        data = {**form, "item": str(self.late.id)}
        self.assertEqual(self.url_open(f"{self.path}/pay", data=data).status_code, 404)
        self.assertEqual(self._answer("promise", self.late, date="2030-01-01").status_code, 422)

    def test_only_invoices_of_the_question(self):
        """The PDFs of what the colleague was asked about, and no other document."""
        printed = patch.object(
            self.env.registry["account.move"],
            "_dso_print_pdf",
            lambda move: (f"{move.name}.pdf", b"%PDF-1.7 " + move.name.encode()),
        )
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self._item(-3, 5, partner_id=stranger.id)
        with printed:
            self.assertIn(f"{self.path}/invoice/{self.late.id}", self._get().text)
            response = self._get(f"/invoice/{self.late.id}")
            self.assertEqual(response.status_code, 200)
            self.assertIn(self.late.move_id.name, response.text)
            self.assertIn("sandbox", response.headers["Content-Security-Policy"])
            self.assertTrue(response.headers["Content-Disposition"].startswith("attachment"))
            for line_id in (self.young.id, self.refund.id, foreign.id, 0, 10**9, "x", "1 or 1"):
                response = self._get(f"/invoice/{line_id}")
                self.assertEqual(response.status_code, 404, line_id)
                self.assertNotIn("%PDF", response.text)
            self.assertEqual(
                self.url_open(f"/dso/p/{'x' * 43}/invoice/{self.late.id}").status_code, 404
            )
            with patch.dict(rules.LIMITS, download=rules.Limit(2, 60)):
                codes = [self._get(f"/invoice/{self.late.id}").status_code for _time in range(3)]
            self.assertIn(429, codes)

    def test_no_invoice_by_a_closed_link(self):
        self.page.action_revoke()
        self.assertEqual(self._get(f"/invoice/{self.late.id}").status_code, 404)

    def test_files_do_nothing_and_are_limited(self):
        evil = self.env["ir.attachment"].create(
            {"name": 'a"\r\nSet-Cookie: x=1.html', "raw": b"<script>alert(1)</script>"}
        )
        self.late._dso_log(comment="See file", attachment_ids=[Command.set(evil.ids)])
        response = self._get(f"/file/{evil.id}")
        self.assertEqual(response.headers["Content-Type"], "application/octet-stream")
        self.assertIn("sandbox", response.headers["Content-Security-Policy"])
        self.assertIn("no-store", response.headers["Cache-Control"])
        self.assertTrue(response.headers["Content-Disposition"].startswith("attachment"))
        self.assertNotIn("x", response.cookies)
        with patch.dict(rules.LIMITS, download=rules.Limit(2, 60)):
            codes = [self._get(f"/file/{evil.id}").status_code for _time in range(3)]
        self.assertIn(429, codes)

    def test_asking_who_works_here_is_limited(self):
        """Each address that is tried counts, whether or not it is a colleague's."""
        form = self._get_form()
        with patch.dict(rules.LIMITS, forward=rules.Limit(3, 60)):
            codes = [
                self.url_open(
                    f"{self.path}/forward", data={**form, "email": f"{number}@elsewhere.test"}
                ).status_code
                for number in range(5)
            ]
        self.assertEqual(codes, [422] * 3 + [429] * 2)

    def test_what_is_said_of_the_item_elsewhere(self):
        """The item has another customer since: what is said there is not shown here."""
        other = self.env["res.partner"].create({"name": "Other", "is_company": True})
        foreign = self._item(-4, 8, partner_id=other.id)
        self.env["dso.customer"]._plan()
        self.late._dso_log(comment="Known here")
        foreign._dso_log(comment="Said of another customer")
        # as if it had moved
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dso_qualification SET line_id = %s WHERE line_id = %s",
            [self.late.id, foreign.id],
        )
        self.env.invalidate_all()
        text = self._get().text
        self.assertIn("Known here", text)
        self.assertNotIn("Said of another customer", text)

    def test_a_session_that_is_over_loses_no_word(self):
        form = self._get_form()
        self.opener.cookies.clear()
        response = self._answer("answer", form=form, comment="90 was agreed")
        self.assertEqual(response.status_code, 400)
        self.assertIn("90 was agreed", response.text)
        self.opener.cookies.clear()
        data = {**form, "email": "tom@company.example.com", "comment": "Yours"}
        response = self.url_open(f"{self.path}/forward", data=data)
        self.assertEqual(response.status_code, 400)
        self.assertIn("tom@company.example.com", response.text)
        self.assertRegex(response.text, r'id="note"[^>]*>Yours</textarea>')
        self.assertRegex(response.text, r'id="comment"[^>]*></textarea>')
        self.assertFalse(self.page.answer_ids)


@tagged("post_install", "-at_install")
class TestPageRights(PageHttpCase):
    """Who may see and do what with pages, inside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._answer_noted()

    @classmethod
    def _answer_noted(cls):
        cls.answer = cls.env["dso.page.answer"]._receive(
            cls.page, {"key": "k" * 12, "kind": "comment", "comment": "Hello"}
        )

    def _can_read(self, user):
        seen = [
            self.env[model].with_user(user).search([]) for model in ("dso.page", "dso.page.answer")
        ]
        return [
            bool(record in found)
            for record, found in zip((self.page, self.answer), seen, strict=True)
        ]

    def test_own_customers_only(self):
        self.assertEqual(self._can_read(self.collector), [True, True])
        self.company.dso_own_customers_only = True
        self.customer.collector_id = self.manager
        self.assertEqual(self._can_read(self.collector), [False, False])
        self.assertEqual(self._can_read(self.manager), [True, True])
        for record, method in (
            (self.page, "action_revoke"),
            (self.answer, "action_accept"),
            (self.answer, "action_change"),
            (self.answer, "action_refuse"),
            (self.customer, "action_revoke_pages"),
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(record.with_user(self.collector), method)()
        wizard = self.env["dso.item.qualify"].with_user(self.collector)
        with self.assertRaises(AccessError):
            wizard.create({"line_ids": self.late.ids, "answer_id": self.answer.id}).action_apply()
        self.assertEqual((self.page.state, self.answer.state), ("answered", "proposed"))

    def test_other_companies(self):
        company = self.setup_other_company()["company"]
        groups = "base.group_user,dso_collection.group_dso_manager"
        user = new_test_user(
            self.env,
            login="dso_elsewhere",
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertEqual(self._can_read(user), [False, False])

    def test_nobody_writes_them(self):
        for user in (self.reader, self.collector, self.manager):
            page, answer = self.page.with_user(user), self.answer.with_user(user)
            for call in (
                lambda page=page: page.write({"expires_date": "2099-01-01"}),
                lambda page=page: page.write({"emails": "eve@example.com"}),
                lambda page=page: page.copy(),
                lambda page=page: page.unlink(),
                lambda answer=answer: answer.write({"state": "accepted"}),
                lambda answer=answer: answer.unlink(),
                lambda page=page: page.read(["digest"]),
                lambda page=page: page.search([("digest", "=like", "a%")]),
                lambda page=page: page.env["dso.page.hit"].search([]),
            ):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    call()
        with self.assertRaises(AccessError):
            self.page.with_user(self.reader).action_revoke()

    def test_who_has_no_part_in_collection(self):
        for groups in (
            "base.group_public",
            "base.group_portal",
            "base.group_user",
            "base.group_user,account.group_account_readonly",
            "base.group_user,account.group_account_invoice",
        ):
            user = new_test_user(self.env, login=f"dso_{groups}", groups=groups)
            for model in ("dso.page", "dso.page.answer", "dso.page.hit"):
                with self.subTest(f"{groups} {model}"), self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
