"""The customer's page: what it shows, what it takes, and what becomes of it."""

import io
import zipfile
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import unquote

import lxml.html
import openpyxl
from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ...tools.inside import inside
from ..page_common import PageHttpCase

ROWS = "//section[@id='item']//tbody/tr"


@tagged("post_install", "-at_install")
class TestPageCustomer(PageHttpCase):
    """The page as the customer sees it."""

    def _rows(self, document):
        return {
            row.xpath(".//input[@name='item']")[0].get("value"): " ".join(
                row.text_content().split()
            )
            for row in document.xpath(ROWS)
        }

    def test_the_statement(self):
        """100 late by ten days, 20 due today, 50 in two weeks, a credit of 30: overdue 100, not
        due 70, balance 140."""
        document = self._open()
        rows = self._rows(document)
        self.assertEqual(len(rows), 4)
        self.assertIn("10 days overdue", rows[str(self.late.id)])
        self.assertIn("Due today", rows[str(self.due_today.id)])
        self.assertIn("Not due yet", rows[str(self.young.id)])
        self.assertIn("Credit", rows[str(self.refund.id)])
        self.assertEqual(
            self._texts(document, "//dl/div"),
            [
                "Overdue $ 100.00",
                "Not due yet $ 70.00",
                "In your favour $ -30.00",
                "Balance (USD) $ 140.00",
            ],
        )
        self.assertEqual(document.get("lang"), "en-US")
        contact = self._texts(document, "//address")[0]
        self.assertIn("Colin Collector", contact)
        self.assertIn("dso_collector@company.example.com", contact)

    def test_currencies_are_never_added_up(self):
        currency = self.setup_other_currency("EUR")
        self._item(-3, 7, currency_id=currency.id)
        document = self._open()
        blocks = [self._texts(block, "./div") for block in document.xpath("//dl")]
        self.assertEqual(len(blocks), 2)
        flat = [text for block in blocks for text in block]
        self.assertIn("Overdue $ 100.00", flat)
        self.assertIn("Overdue 7.00 €", flat)
        self.assertIn("Balance (EUR) 7.00 €", flat)

    def test_filters(self):
        expected = {
            "?show=overdue": self.late,
            "?show=not_due": self.due_today | self.young,
            "?show=credit": self.refund,
            f"?search={self.young.move_id.name[-4:]}": self.young,
            "?search=nothing%20like%20it": self.young.browse(),
            "?show=<script>": self.late | self.due_today | self.young | self.refund,
        }
        for query, lines in expected.items():
            with self.subTest(query):
                found = self._rows(self._open(query))
                self.assertEqual(set(found), {str(line_id) for line_id in lines.ids})

    def test_items_without_due_date_are_due_on_their_own(self):
        """The row, the total and the filter say the same: 10 more are overdue."""
        undated = self._undated(self._day(-5), 10)
        self.assertFalse(undated.date_maturity)
        document = self._open()
        self.assertIn("5 days overdue", self._rows(document)[str(undated.id)])
        totals = self._texts(document, "//dl/div")
        self.assertIn("Overdue $ 110.00", totals)
        self.assertIn("Not due yet $ 70.00", totals)
        late = self._rows(self._open("?show=overdue"))
        self.assertEqual(set(late), {str(self.late.id), str(undated.id)})

    def test_in_the_recipients_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.contact.lang = "fr_FR"
        self.page.sudo().lang = "fr_FR"
        document = self._open()
        self.assertEqual(document.get("lang"), "fr-FR")
        due = self.late.date_maturity.strftime("%d/%m/%Y")
        self.assertIn(due, self._rows(document)[str(self.late.id)])
        # decimal comma, currency behind
        self.assertIn("100,00", self._texts(document, "//dl/div[1]/dd")[0])

    def test_penalties_where_they_are_on(self):
        """10 % a year of 100 over the ten days after the due date: 0.27; recovery cost 40."""
        rule = self.env["dso.penalty.rule"].create(
            {
                "name": "Ten percent",
                "kind": "fixed",
                "rate": 10,
                "recovery_cost": 40,
                "recovery_per": "invoice",
                "currency_id": self.company.currency_id.id,
            }
        )
        self.company.dso_penalty_rule_id = rule
        self.assertNotIn("Interest and costs", self._get().text)
        self.customer.write({"penalty_enabled": True, "recovery_cost_enabled": True})
        document = self._open()
        self.assertIn("$ 40.27", self._rows(document)[str(self.late.id)])
        self.assertIn(
            "Late payment interest and recovery costs $ 40.27", self._texts(document, "//dl/div")
        )
        self.assertNotIn("40.27", self._rows(document)[str(self.young.id)])

    def test_nothing_open(self):
        """Nothing to filter, to tick, to promise: only to write."""
        for move in (self.late | self.young | self.due_today).move_id:
            self._pay(move, on=str(self.today))
        self._pay(self.refund.move_id, on=str(self.today))
        document = self._open()
        self.assertIn(
            "Nothing is open: thank you.", self._texts(document, "//section[@id='item']")[0]
        )
        self.assertFalse(document.xpath("//dl[not(@class='bank')] | //form[@role='search']"))
        self.assertEqual(document.xpath("//input[@name='kind']/@value"), ["comment"])
        self.assertTrue(document.xpath("//input[@name='kind'][@checked]"))
        self._answer("comment", comment="Thank you, too")
        self.assertEqual(self.page.answer_ids.comment, "Thank you, too")
        self.assertEqual(self.customer._prepare_statement(self.late.browse())["ages"], [])

    def test_a_page_of_standard_html(self):
        """In quirks mode, browsers lay it out as they please."""
        for path in (self.path, f"/dso/p/{'x' * 32}"):
            self.assertRegex(self.url_open(path).text.lstrip(), r"^<!DOCTYPE html>\s*<html")

    def test_nothing_internal(self):
        """The collector's own words are not the customer's business; a promise is its own."""
        status = self.env.ref("dso_collection.status_litigation")
        dispute = self.env.ref("dso_collection.status_dispute_price")
        promise = self.env.ref("dso_collection.status_promise")
        for line, kind, day in (
            (self.late, status, False),
            (self.due_today, dispute, False),
            (self.young, promise, self._day(20)),
        ):
            line.with_context(**inside(dso_skip_log=True))._dso_set_status(kind, day)
            line.sudo().dso_comment = "Do not trust him"
            line._dso_log(comment="Do not trust him")
        response = self._get()
        self.assertNotIn("Do not trust him", response.text)
        rows = self._rows(self._open())
        self.assertNotIn(status.name, rows[str(self.late.id)])
        self.assertNotIn("In dispute", rows[str(self.due_today.id)])
        day = self._day(20).strftime("%m/%d/%Y")
        self.assertIn(f"Payment promised for {day}", rows[str(self.young.id)])

    def test_a_promise_that_was_not_kept_does_not_look_like_one_that_is_awaited(self):
        promise = self.env.ref("dso_collection.status_promise")
        self.late.with_context(**inside(dso_skip_log=True))._dso_set_status(promise, self._day(-8))
        day = self._day(-8).strftime("%m/%d/%Y")
        row = self._rows(self._open())[str(self.late.id)]
        self.assertIn(f"Payment promised for {day}, not received", row)

    # ------------------------------------------------------------------
    # Answering
    # ------------------------------------------------------------------

    def test_a_promise(self):
        day = str(self._day(5))
        response = self._answer(
            "promise", self.late | self.young, date=day, amount_promise="120.50", author="Ann"
        )
        self.assertEqual(response.status_code, 200)
        self.assertIn("Thank you, your answer was received.", response.text)
        self.assertIn("Colin Collector will look at it", " ".join(response.text.split()))
        answer = self.page.answer_ids
        self.assertEqual(
            (answer.kind, str(answer.date), answer.amount, answer.author_name, answer.line_ids),
            ("promise", day, 120.5, "Ann", self.late | self.young),
        )
        document = self._open()
        self.assertIn("Your answer is under review", self._rows(document)[str(self.late.id)])
        self.assertIn("Received, under review", self._texts(document, "//aside")[0])
        answer.with_user(self.collector).action_accept()
        document = self._open()
        self.assertIn("Accepted", self._texts(document, "//aside")[0])

    def test_amounts_in_the_language_of_the_page(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.page.sudo().lang = "de_DE"
        self._answer("promise", self.late, date=str(self._day(5)), amount_promise="1.0,25")
        self._answer("promise", self.late, date=str(self._day(5)), amount_promise="99,95")
        self.assertEqual(self.page.answer_ids.mapped("amount"), [99.95, 10.25])

    def test_a_dispute_with_files(self):
        status = self.env.ref("dso_collection.status_dispute_quality")
        files = [
            ("files", ("proof.pdf", b"%PDF-1.4 x", "application/pdf")),
            ("files", ("note.txt", b"Broken", "text/plain")),
        ]
        self._answer(
            "dispute",
            self.late,
            files,
            reason=str(status.id),
            amount_dispute="40",
            comment="Broken",
        )
        answer = self.page.answer_ids
        self.assertEqual((answer.status_id, answer.amount), (status, 40))
        self.assertEqual(set(answer.attachment_ids.mapped("name")), {"proof.pdf", "note.txt"})
        self.assertEqual(answer.attachment_ids.mapped("res_model"), ["dso.customer"] * 2)
        answer.with_user(self.collector).action_accept()
        self.assertIn("In dispute", self._rows(self._open())[str(self.late.id)])

    def test_paid_already(self):
        """What was paid of an item, and when: accepted, it is not asked for again for a while."""
        self._answer("processing", self.late, paid_on=str(self._day(-1)), amount_processing="40")
        answer = self.page.answer_ids
        self.assertEqual((answer.date, answer.amount), (self._day(-1), 40))
        answer.with_user(self.collector).action_accept()
        found = self.late._dso_get_announced()
        self.assertEqual(found[self.late.id][:2], (self._day(-1), 40))
        self.customer._plan(self.customer)
        action = self.customer.open_action_ids.filtered(lambda a: a.origin == "scenario")
        # 100 late and 20 due today, less the credit note of 30 and what was paid
        self.assertEqual(action.amount, 50)
        response = self._answer("processing", self.late, paid_on="2001-01-01")
        self.assertEqual(response.status_code, 422)
        self.assertIn("cannot be right", response.text)

    def test_all_items_of_the_list(self):
        self._answer("processing", all="1", show="overdue", search="")
        self.assertEqual(self.page.answer_ids.line_ids, self.late)
        self._answer("copy", all="1", show="all", search="")
        self.assertEqual(len(self.page.answer_ids[0].line_ids), 4)

    def test_an_amount_that_is_no_number_is_called_that(self):
        values = {"date": str(self._day(3)), "amount_promise": "abc"}
        self.assertIn("not a number", self._answer("promise", self.late, **values).text)
        values["amount_promise"] = "100.01"
        self.assertIn("between zero and", self._answer("promise", self.late, **values).text)

    def test_what_was_entered_is_kept(self):
        """Each mistake is told beside its field, and nothing has to be typed again."""
        comment = "It is <b>not</b> right"
        status = self.env.ref("dso_collection.status_dispute_price")
        past = str(self._day(-1))
        svg = [("files", ("x.svg", b"<svg/>", "image/svg+xml"))]
        cases = [
            ("promise", self.late, {"date": past}, "date", None),
            ("promise", self.late, {"date": ""}, "date", None),
            ("promise", self.late, {"date": "2099-01-01"}, "date", None),
            ("promise", self.late.browse(), {"date": str(self._day(3))}, "item", None),
            (
                "promise",
                self.late,
                {"date": str(self._day(3)), "amount_promise": "100.01"},
                "amount_promise",
                None,
            ),
            (
                "promise",
                self.late,
                {"date": str(self._day(3)), "amount_promise": "abc"},
                "amount_promise",
                None,
            ),
            ("dispute", self.late, {"reason": "0"}, "reason", None),
            ("dispute", self.late, {"reason": str(status.id), "comment": ""}, "comment", None),
            ("copy", self.late, {}, "files", svg),
            ("", self.late, {}, "kind", None),
        ]
        for kind, lines, values, field, files in cases:
            with self.subTest(kind, **values):
                values = {"comment": comment, **values}
                response = self._answer(kind, lines, files, **values)
                self.assertEqual(response.status_code, 422)
                document = response.text
                self.assertIn('role="alert"', document)
                self.assertEqual("choose your files again" in document, bool(files))
                tree = lxml.html.fromstring(document)
                if field not in ("item", "kind"):
                    (wrong,) = tree.xpath("//*[@aria-invalid='true']")
                    self.assertEqual(wrong.get("name"), field)
                    described = wrong.get("aria-describedby")
                    self.assertTrue(tree.xpath(f"//*[@id='{described}']")[0].text_content())
                self.assertEqual(tree.xpath("//textarea")[0].text_content(), values["comment"])
                ticked = tree.xpath("//input[@name='item'][@checked]/@value")
                self.assertEqual(ticked, [str(line.id) for line in lines])
                self.assertEqual(
                    tree.xpath("//input[@name='kind'][@checked]/@value"), [kind] if kind else []
                )
        self.assertFalse(self.page.answer_ids)

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def test_spreadsheet(self):
        response = self._get("/statement.xlsx")
        self.assertIn("attachment", response.headers["Content-Disposition"])
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
        rows = list(sheet.values)
        self.assertEqual(rows[0][:2], ("Document", "Your reference"))
        self.assertEqual(
            [(row[0], row[3].date(), row[4], row[5], row[6]) for row in rows[1:5]],
            [
                (line._dso_get_document(), line.date_maturity, late, "USD", amount)
                for line, late, amount in (
                    (self.late, 10, 100),
                    (self.due_today, 0, 20),
                    (self.young, 0, 50),
                    (self.refund, 0, -30),
                )
            ],
        )
        self.assertEqual((rows[5][0], rows[5][6]), ("Total", 140))

    def test_a_spreadsheet_has_no_formulas(self):
        self.late.move_id.ref = "=HYPERLINK(1)"
        response = self._get("/statement.xlsx")
        archive = zipfile.ZipFile(io.BytesIO(response.content))
        self.assertIn("=HYPERLINK(1)", archive.read("xl/sharedStrings.xml").decode())
        self.assertNotIn("<f>", archive.read("xl/worksheets/sheet1.xml").decode())

    def test_pdf(self):
        made = patch.object(
            self.env.registry["dso.page"], "_make_statement_pdf", lambda page: b"%PDF-1.7 x"
        )
        with made:
            response = self._get("/statement.pdf")
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertIn(
            f"Statement {self.company.name} {self.today}.pdf",
            unquote(response.headers["Content-Disposition"]),
        )
        self.assertEqual(response.content, b"%PDF-1.7 x")

    def test_only_invoices_of_the_page(self):
        before = self.env["ir.attachment"].search_count([])
        response = self._get(f"/invoice/{self.late.id}")
        self.assertEqual(response.status_code, 200)
        self.assertIn("attachment", response.headers["Content-Disposition"])
        self.assertEqual(
            self.env["ir.attachment"].search_count([]), before, "looking keeps nothing"
        )
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self._item(-3, 5, partner_id=stranger.id)
        for line_id in (foreign.id, 999999, self.late.move_id.id + 10**6):
            response = self._get(f"/invoice/{line_id}")
            self.assertEqual(response.status_code, 404)
            self.assertNotIn(foreign.move_id.name, response.text)

    # ------------------------------------------------------------------
    # Seen, and a new link
    # ------------------------------------------------------------------

    def test_seen(self):
        self._get()
        self.page.invalidate_recordset()
        self.assertFalse(self.page.opened_date, "a mail scanner opens pages, too")
        form = self._get_form()
        response = self.url_open(f"{self.path}/seen", data={"csrf_token": form["csrf_token"]})
        self.assertEqual(response.status_code, 204)
        self.env.invalidate_all()
        self.assertTrue(self.page.action_id.page_opened_date)
        self.assertTrue(self.customer.page_opened_date)
        self.assertFalse(self.customer.page_answered_date)
        self._answer("comment", comment="Hello")
        self.env.invalidate_all()
        self.assertTrue(self.customer.page_answered_date)

    def _renew(self, token):
        form = self.url_open(f"/dso/p/{token}x")
        token_of_form = form.text.split('csrf_token" value="')[1].split('"')[0]
        return self.url_open(f"/dso/p/{token}/renew", data={"csrf_token": token_of_form})

    def _mails(self):
        return self.env["mail.mail"].search([("subject", "like", "Your new link")])

    def test_an_expired_link_is_renewed(self):
        self.page.sudo().expires_date = fields.Datetime.now() - timedelta(minutes=1)
        texts = {self._renew(token).text.split("<main")[1] for token in (self.token, "x" * 32)}
        self.assertEqual(len(texts), 1, "the same words, whether there was such a link")
        mail = self._mails()
        self.assertEqual(
            (mail.email_to, mail.email_from),
            ("ann@acme.example.com", self.collector.email_formatted),
        )
        self.assertFalse(mail.recipient_ids)
        new = self.page.renewed_id
        self.assertTrue(new)
        link = mail.body_html.split("/dso/p/")[1].split('"')[0]
        self.assertEqual(self.env["dso.page"]._find(link), new)
        note = self.customer.message_ids[0]
        self.assertIn("ann@acme.example.com", note.body)
        self.assertNotIn(link, note.body)

    def test_the_answer_to_a_new_link_goes_to_the_collector(self):
        self.page.sudo().expires_date = fields.Datetime.now() - timedelta(minutes=1)
        self.company.alias_domain_id = self.env["mail.alias.domain"].create(
            {"name": "catchall.example.com", "catchall_alias": "catchall", "bounce_alias": "bounce"}
        )
        self._renew(self.token)
        self.assertEqual(
            self._mails().reply_to, f'"{self.collector.name}" <catchall@catchall.example.com>'
        )

    def test_no_more_than_three_a_day(self):
        self.page.sudo().expires_date = fields.Datetime.now() - timedelta(minutes=1)
        for _time in range(5):
            self.assertEqual(self._renew(self.token).status_code, 200)
        self.assertEqual(len(self._mails()), 3)
        # not by another of the old links either
        other = self.page.sudo().renewed_id
        other.sudo().expires_date = fields.Datetime.now() - timedelta(minutes=1)
        other._send_new_link()
        self.assertEqual(len(self._mails()), 3)
        with freeze_time(fields.Datetime.now() + timedelta(hours=25)):
            self.assertTrue(other._send_new_link())

    def test_what_is_not_renewed(self):
        self._renew(self.token)
        self.assertFalse(self._mails(), "the link is good")
        self.page.sudo().expires_date = fields.Datetime.now() - timedelta(minutes=1)
        self.customer.page_enabled = False
        self._renew(self.token)
        self.assertFalse(self._mails(), "the customer has no page any more")
        self.customer.page_enabled = True
        self.page.action_revoke()
        self._renew(self.token)
        self.assertFalse(self._mails(), "revoked")

    def test_a_new_link_in_the_recipients_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("dso_collection.mail_template_page_renewal")
        template.with_context(lang="fr_FR").subject = "Your new link, en français"
        self.page.sudo().write(
            {"lang": "fr_FR", "expires_date": fields.Datetime.now() - timedelta(minutes=1)}
        )
        self._renew(self.token)
        self.assertEqual(self._mails().subject, "Your new link, en français")

    # ------------------------------------------------------------------
    # Many items
    # ------------------------------------------------------------------

    def _count_queries(self):
        """Of the second time, for the first one fills what Odoo keeps for all requests."""
        page = self.page.sudo()
        for _time in range(2):
            page.env.invalidate_all()
            before = self.env.cr.sql_log_count
            page._prepare_page({})
        return self.env.cr.sql_log_count - before

    def test_as_many_queries_for_many_items(self):
        """What is shown is paged, and what is added up is added up by the database."""
        self._add_items(5)
        few = self._count_queries()
        self._add_items(295)
        self.assertEqual(self._count_queries(), few)
        document = self._open()
        self.assertEqual(len(document.xpath(ROWS)), 50)
        self.assertIn("Page 1 of 7", self._texts(document, "//nav[@class='pager']")[0])
        self.assertEqual(len(self._open("?number=7").xpath(ROWS)), 4)
        self.assertEqual(len(self._open("?number=99").xpath(ROWS)), 4)
