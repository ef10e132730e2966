"""Electronic registered mail through a real HTTP server on loopback."""

import json
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...engine import letters
from ...models.channel.erm.dso_erm_letter import DsoErmLetter
from ...tools import http
from ..common import DsoCommon
from ..faults.erm import PDF, Provider
from ..letter_common import LetterCommon

NOW = datetime(2026, 3, 6, 9)
MODEL = "odoo.addons.dso_collection.models.channel.erm.dso_erm_letter"


class Crash(Exception):
    """The server stops here."""


@tagged("post_install", "-at_install")
class TestErm(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.letter_template = cls.env["dso.letter.template"].create(
            {
                "name": "Notice",
                "subject": "Notice to pay #items_amount_selected",
                "body": "<p>Please pay &lt;now&gt;.</p><div>#items_list_selected</div>",
            }
        )
        cls.scenario.step_ids[:1].write(
            {
                "action_type": "letter_electronic",
                "letter_template_id": cls.letter_template.id,
                "mail_template_id": False,
                "to_confirm": False,
            }
        )
        cls.provider = cls.env["dso.erm.provider"].create(
            {"name": "Post", "url": "https://post.example.com/v1", "key": "s3cret"}
        )
        cls.invoice = cls._invoice("2026-03-01")

    def setUp(self):
        super().setUp()
        self.post = self.enterContext(Provider())
        self.provider.url = self.post.url
        # printing takes a second each: one test prints, the others have a document
        printer = patch.object(
            DsoErmLetter,
            "_render_pdfs",
            lambda letters: dict.fromkeys(letters.ids, b"%PDF-1.4 letter"),
        )
        self.printer = printer
        printer.start()
        self.addCleanup(printer.stop)
        self._plan("2026-03-02")
        self.action = self._open_action()

    def _dispatch(self):
        self.assertEqual(self.env["dso.action"]._dispatch(NOW), 1)
        self.assertEqual(self.action.state, "done", self.action.error_message)
        return self.action.erm_letter_ids

    def _run(self, now=NOW, **later):
        self.env["dso.erm.letter"]._run(now + timedelta(**later))
        self.env.invalidate_all()

    def _answer(self, status, content, **values):
        """From now on, the provider says this and nothing else."""
        self.post.answer = lambda handler: handler.say(status, content, **values) or True

    def _submitted(self):
        letter = self._dispatch()
        self._run()
        self.assertEqual(letter.state, "submitted", letter.message)
        return letter

    # ------------------------------------------------------------------
    # All goes well
    # ------------------------------------------------------------------

    def test_queued_with_its_action_and_nothing_is_sent_yet(self):
        cron = self.env.ref("dso_collection.ir_cron_erm")
        with self.capture_triggers(cron.id) as captured:
            letter = self._dispatch()
        self.assertEqual(self.post.requests, [])
        self.assertEqual((letter.state, letter.provider_id), ("queued", self.provider))
        self.assertEqual(letter.recipient_email, "ann@acme.example.com")
        self.assertTrue(captured.records)
        # it tells what it told, in the customer's file too
        self.assertIn("100.00", self.action.subject)
        self.assertEqual(self.action.item_ids.line_id, self._line(self.invoice))
        self.assertIn(self.action.message_id, self._customer().message_ids)
        self.assertPlanned("B", "2026-03-16")

    def test_the_document_is_a_letter(self):
        """On the company's layout, to the recipient and no other address than theirs, with the
        amount in words and the table of items."""
        self.company.write(
            {"report_footer": "Registered in Berlin", "dso_letter_window": "dl_right"}
        )
        (self.partner | self.contact).write({"street": "Q", "zip": "75002", "city": "Paris"})
        letter = self._dispatch()
        self.printer.stop()
        self.addCleanup(self.printer.start)
        self._run()
        self.assertTrue(letter.document_id.raw.startswith(b"%PDF"))
        text = LetterCommon._text(letter.document_id.raw)
        for words in (
            self.company.name,
            "Registered in Berlin",
            "Electronic registered mail to Ann, ann@acme.example.com",
            "Acme Ann Q",
            "100.00",
            "One Hundred",
            "INV/2026",
            "Please pay <now>.",
        ):
            with self.subTest(words):
                self.assertIn(words, text)
        # in the window, as on paper
        page = LetterCommon._pages(letter.document_id.raw)[0]
        ((left, top), *_more) = LetterCommon._find_word(page, "Q")
        window = letters.WINDOWS["dl_right"]
        self.assertAlmostEqual(left, window.left, delta=1)
        self.assertTrue(window.top <= top <= window.top + window.height)

    def test_from_queue_to_proofs(self):
        letter = self._submitted()
        method, path, headers, body = self.post.requests[0]
        self.assertEqual((method, path), ("POST", "/v1/letters"))
        self.assertEqual(headers["Authorization"], "Bearer s3cret")
        self.assertEqual(headers["Idempotency-Key"], letter.key)
        request = json.loads(body)
        self.assertEqual(
            request["recipient"],
            {"name": "Ann", "company": "Acme", "email": "ann@acme.example.com"},
        )
        self.assertEqual(request["subject"], self.action.subject)
        self.assertIn("Please pay <now>.", request["text"])
        document = letter.document_id
        self.assertTrue(document.raw.startswith(b"%PDF"))
        self.assertEqual(request["document"]["content"].encode(), document.datas)
        self.assertEqual(letter.reference, "ref/1")

        self._run(minutes=1)
        self.assertEqual(len(self.post.requests), 1, "not asked after before its time")
        self._run(minutes=15)
        self.assertEqual(letter.state, "submitted")
        # the reference stays one part of the path
        self.assertEqual(self.post.requests[-1][1], "/v1/letters/ref%2F1")

        self.post.find("ref/1")["status"] = "Deposited"
        self.post.proofs = {"deposit"}
        self._run(hours=3)
        self.assertEqual(letter.state, "deposited")
        self.assertEqual(letter.deposit_proof_id.raw, PDF + b" deposit")
        self.assertEqual(letter.deposit_date, NOW + timedelta(hours=3))
        self.assertFalse(letter.receipt_proof_id)

        self.post.find("ref/1")["status"] = "accepted"
        self._run(hours=6)
        self.assertEqual(
            (letter.state, letter.receipt_date), ("received", NOW + timedelta(hours=6))
        )
        self.assertTrue(letter.poll_date, "the proof of receipt is awaited")
        self.post.proofs.add("receipt")
        self._run(hours=9)
        self.assertEqual(letter.receipt_proof_id.raw, PDF + b" receipt")
        self.assertFalse(letter.poll_date)
        count = len(self.post.requests)
        self._run(days=9)
        self.assertEqual(len(self.post.requests), count, "nothing is asked any more")
        proofs = letter.deposit_proof_id | letter.receipt_proof_id
        self.assertEqual(set(proofs.mapped("res_model")), {"dso.action"})
        self.assertEqual(set(proofs.mapped("res_id")), {self.action.id})
        # readers of the action read its proofs
        self.assertTrue(proofs.with_user(self.reader)[0].raw)

    def test_received_at_once(self):
        """Between two questions it was deposited and received: both are noted."""
        letter = self._submitted()
        self.post.find("ref/1")["status"] = "received"
        self.post.proofs = {"deposit", "receipt"}
        self._run(hours=1)
        self.assertEqual(letter.state, "received")
        self.assertTrue(letter.deposit_date and letter.deposit_proof_id and letter.receipt_proof_id)

    def test_asked_after_for_sixty_days(self):
        letter = self._submitted()
        self._run(days=59)
        self.assertTrue(letter.poll_date)
        self._run(days=61)
        self.assertFalse(letter.poll_date)

    # ------------------------------------------------------------------
    # Exactly once
    # ------------------------------------------------------------------

    def test_a_crash_after_handing_over_sends_nothing_twice(self):
        letter = self._dispatch().sudo()
        letter._make_documents(NOW)
        with self.assertRaises(Crash), self.env.cr.savepoint():
            letter._submit(NOW)
            self.assertEqual(len(self.post.letters), 1, "the provider has it")
            raise Crash
        self.env.invalidate_all()
        self.assertEqual((letter.state, letter.reference), ("queued", False))
        self._run()
        self.assertEqual((letter.state, letter.reference), ("submitted", "ref/1"))
        self.assertEqual(len(self.post.letters), 1)
        first, second = self.post.requests
        self.assertEqual(first[2]["Idempotency-Key"], second[2]["Idempotency-Key"])
        self.assertEqual(first[3], second[3], "the same to the byte")

    def test_an_answer_that_got_lost_sends_nothing_twice(self):
        """The provider took it and fell silent."""
        letter = self._dispatch()

        def lose(handler):
            self.post.submit(handler.headers["Idempotency-Key"], {})
            handler.close_connection = True
            return True

        self.post.answer = lose
        self._run()
        self.assertEqual((letter.state, self.action.state), ("failed", "error"))
        self.post.answer = None
        self.env["dso.action"]._retry_due(self.action.retry_date)
        self._run()
        self.assertEqual((letter.state, letter.reference), ("submitted", "ref/1"))
        self.assertEqual(len(self.post.letters), 1)

    def test_a_provider_that_says_conflict(self):
        """409 with the reference: it has had this letter before."""
        letter = self._dispatch()
        self._answer(409, {"id": "ref/7", "message": "known"})
        self._run()
        self.assertEqual((letter.state, letter.reference), ("submitted", "ref/7"))

    def test_dispatched_twice_is_queued_once(self):
        self._dispatch()
        self.assertEqual(self.env["dso.action"]._dispatch(NOW), 0)
        self._run()
        self._run()
        self.assertEqual(len(self.post.requests), 1)

    def test_keys_differ(self):
        letter = self._dispatch()
        self.assertIn(f"dso.action-{self.action.id}-", letter.key)
        self.assertNotEqual(letter.key, letter._prepare_key(self._open_action()))

    # ------------------------------------------------------------------
    # What goes wrong
    # ------------------------------------------------------------------

    def assertFailed(self, words, transient):
        letter = self._dispatch()
        self._run()
        self.assertEqual(letter.state, "failed")
        self.assertEqual(self.action.state, "error")
        self.assertIn(words, self.action.error_message)
        self.assertEqual(bool(self.action.retry_date), transient)
        # R11: the step planned after it is taken back
        self.assertEqual(self._open_action(), self.action)
        return letter

    def test_refused_in_the_providers_words_then_fixed(self):
        self._answer(422, {"message": "recipient has no such mailbox"})
        letter = self.assertFailed("recipient has no such mailbox", transient=False)
        self.assertEqual(self.action.error_data["res_id"], self.contact.id)
        key = letter.key
        self.post.answer = None
        self.contact.email = "ann.smith@acme.example.com"
        self.action.with_user(self.collector).action_retry()
        self._run()
        self.assertEqual((letter.state, letter.key), ("submitted", key))
        self.assertEqual((self.action.state, self.action.error_message), ("done", False))
        request = json.loads(self.post.requests[-1][3])
        self.assertEqual(request["recipient"]["email"], "ann.smith@acme.example.com")
        self.assertPlanned("B", "2026-03-16")

    def _retry_after(self, status=422, words="recipient has no such mailbox"):
        self._answer(status, {"message": words})
        self._dispatch()
        self._run()
        self.assertEqual(self.action.state, "error")
        self.post.answer = None

    def assertRetriedTo(self, contact):
        self.action.with_user(self.collector).action_retry()
        self._run()
        letter = self.action.erm_letter_ids
        self.assertEqual((letter.state, self.action.state), ("submitted", "done"))
        self.assertEqual((letter.recipient_id, self.action.recipient_ids), (contact, contact))
        request = json.loads(self.post.requests[-1][3])
        self.assertEqual(request["recipient"]["email"], contact.email)

    def test_retry_to_the_successor(self):
        """Not to who was archived, nor to another company's, nor to the address that failed."""
        self._retry_after(500, "Down")
        bea = self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self.contact.active = False
        self.assertRetriedTo(bea)

    def test_retry_not_to_another_companys_contact(self):
        self._retry_after(500, "Down")
        bea = self._create_contact(self.partner, "Bea", "bea@acme.example.com")
        self.contact.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertRetriedTo(bea)

    def test_retry_not_to_the_address_that_failed(self):
        self._retry_after()
        bea = self._create_contact(self.partner, "Bea", "ANN@acme.example.com")
        self.action.with_user(self.collector).action_retry()
        self._run()
        self.assertEqual(self.action.state, "error")
        self.assertIn("ann@acme.example.com", self.action.error_message)
        bea.email = "bea@acme.example.com"
        self.assertRetriedTo(bea)

    def test_retry_with_nobody_left(self):
        self._retry_after(500, "Down")
        self.contact.active = False
        self.action.with_user(self.collector).action_retry()
        self.assertEqual(
            (self.action.state, self.action.error_data["code"]), ("error", "no_contact")
        )

    def test_a_busy_provider_is_tried_again(self):
        self._answer(503, b"<html><h1>Down &amp; out</h1></html>", content_type="text/html")
        letter = self.assertFailed("Down & out", transient=True)
        self.post.answer = None
        self.env["dso.action"]._retry_due(self.action.retry_date)
        self._run()
        self.assertEqual((letter.state, self.action.state), ("submitted", "done"))
        self.assertEqual(len(self.post.letters), 1)

    def test_a_wrong_key_is_a_matter_of_the_settings(self):
        self._answer(401, {"message": "who are you?"})
        self.assertFailed("who are you?", transient=False)
        self.assertEqual(self.action.action_fix()["res_model"], "dso.erm.provider")
        self.assertIn("correct the provider's settings", self.action.error_message)
        # corrected, it goes on without another click, under the same key
        key = self.action.erm_letter_ids.key
        cron = self.env.ref("dso_collection.ir_cron_retry")
        with self.capture_triggers(cron.id) as captured:
            self.provider.key = "better"
        self.assertTrue(captured.records)
        self.post.answer = None
        self.env["dso.action"]._retry_due(self.action.retry_date)
        self._run()
        self.assertEqual(self.action.state, "done", self.action.error_message)
        self.assertEqual(self.action.erm_letter_ids.key, key)

    def test_wrong_json(self):
        for content in (b"", b"{", b"[]", b"null", b'{"other": 1}', b"\xff\xfe", b"[" * 100_000):
            with self.subTest(content[:10]):
                self._answer(200, content)
                if self.action.state == "planned":
                    self.assertFailed("no reference", transient=True)
                else:
                    self.action.action_retry()
                    self._run()
                    self.assertIn("no reference", self.action.error_message)
                    self.assertTrue(self.action.retry_date)

    def test_redirects_are_not_followed(self):
        with Provider() as elsewhere:
            self._answer(307, {}, Location=f"{elsewhere.url}/letters")
            self.assertFailed("another address", transient=False)
            self.assertEqual(elsewhere.requests, [])

    def test_a_slow_provider_does_not_keep_the_worker(self):
        """It answers a byte at a time: one clock holds for all of it."""
        self.provider.timeout = 1
        self.post.answer = lambda handler: handler.drip(8) or True
        before = datetime.now()
        self.assertFailed("did not answer within 1 seconds", transient=True)
        self.assertLess((datetime.now() - before).total_seconds(), 6)

    def test_an_endless_answer_does_not_fill_the_memory(self):
        self._answer(200, b" " * (http.MAX_ANSWER + 1))
        self.assertFailed("too large", transient=False)

    def test_nobody_listens(self):
        self.provider.url = "http://127.0.0.1:1/v1"
        self.assertFailed("cannot be reached", transient=True)

    def test_one_bad_letter_stops_no_other(self):
        other = self.env["res.partner"].create({"name": "Other"})
        self._create_contact(other, "Bob", "bob@other.example.com")
        self._invoice("2026-03-01", partner=other)
        self._plan("2026-03-02", other)
        second = self._open_action(other)
        self.assertEqual(self.env["dso.action"]._dispatch(NOW), 2)

        def refuse_ann(handler):
            if b"ann@acme" in self.post.requests[-1][3]:
                handler.say(422, {"message": "no"})
                return True
            return False

        self.post.answer = refuse_ann
        self._run()
        self.assertEqual((self.action.state, second.state), ("error", "done"))
        self.assertEqual(second.erm_letter_ids.state, "submitted")

    def test_a_fault_of_ours_is_told_and_stops_no_other(self):
        letter = self._dispatch()
        with (
            patch.object(type(letter), "_render_pdfs", side_effect=ValueError("no fonts")),
            mute_logger(MODEL),
        ):
            self._run()
        self.assertEqual(letter.state, "failed")
        self.assertIn("no fonts", self.action.error_message)

    def test_not_received_days_later(self):
        """Taken, then refused by the recipient: error; a retry is a new letter."""
        letter = self._submitted()
        key = letter.key
        self.post.find("ref/1").update(status="expired", message="not fetched in 15 days")
        self._run(days=15)
        self.assertEqual((letter.state, self.action.state), ("refused", "error"))
        self.assertIn("not fetched in 15 days", self.action.error_message)
        self.assertFalse(self.action.retry_date)
        self.action.with_user(self.collector).action_retry()
        self._run(days=16)
        self.assertEqual((letter.state, letter.reference), ("submitted", "ref/2"))
        self.assertNotEqual(letter.key, key)
        self.assertEqual(len(self.post.letters), 2)

    def test_a_provider_that_does_not_say_puts_nothing_in_error(self):
        letter = self._submitted().sudo()
        for status, content in ((500, {}), (200, b"?"), (404, {"message": "never heard of"})):
            self._answer(status, content)
            letter.sudo().poll_date = NOW
            self._run(hours=1)
            self.assertEqual((letter.state, self.action.state), ("submitted", "done"))
            self.assertTrue(letter.message)
            self.assertEqual(letter.poll_date, NOW + timedelta(hours=3))

    def test_a_proof_that_is_none(self):
        letter = self._submitted()
        self.post.find("ref/1")["status"] = "deposited"

        def page(handler):
            if handler.path.endswith("deposit"):
                handler.say(200, b"<html>", content_type="text/html")
                return True
            return False

        self.post.answer = page
        self._run(hours=1)
        self.assertFalse(letter.deposit_proof_id)
        self.assertIn("text/html", letter.message)

    # ------------------------------------------------------------------
    # What keeps it back
    # ------------------------------------------------------------------

    def test_without_provider_or_contact_it_is_in_error_from_the_beginning(self):
        self.provider.active = False
        self._plan("2026-03-02")
        self.assertEqual(self.action.state, "error")
        self.assertIn("No provider of electronic registered mail", self.action.error_message)
        self.provider.active = True
        self._plan("2026-03-02")
        self.assertEqual(self.action.state, "planned")
        self.contact.email = False
        self._plan("2026-03-02")
        self.assertIn("no e-mail address", self.action.error_message)

    def test_companies_own_provider_first(self):
        other = self.setup_other_company()["company"]
        Provider = self.env["dso.erm.provider"]
        own = Provider.sudo().create(
            {"name": "Own", "url": "https://own.example.com", "company_id": other.id}
        )
        self.assertEqual(
            Provider._get_by_company(self.company | other),
            {self.company: self.provider.sudo(), other: own},
        )

    def test_preview(self):
        preview = self.env["dso.action.preview"].create({"action_id": self.action.id})
        self.assertIn("Please pay", preview.body)
        self.assertIn("100.00", preview.subject)
        self.assertIn("ann@acme.example.com", preview.recipients)

    # ------------------------------------------------------------------
    # Settings and rights
    # ------------------------------------------------------------------

    def test_settings_are_checked(self):
        for values, words in (
            ({"url": "http://post.example.com"}, "https"),
            ({"url": "ftp://post.example.com"}, "https"),
            ({"url": "https://me:pw@post.example.com"}, "https"),
            ({"url": "https://post.example.com/?a=b"}, "https"),
            ({"submit_path": "letters"}, "path"),
            ({"status_path": "/letters"}, "reference"),
            ({"submit_path": "/a b"}, "path"),
            ({"request": "{"}, "JSON"),
            ({"request": '{"a": "{nobody}"}'}, "nobody"),
            ({"key": "a\nb"}, "key"),
            ({"key_header": "Auth: x"}, "header"),
        ):
            with self.subTest(values):
                with self.assertRaises(ValidationError) as caught:
                    self.provider.write(values)
                self.assertIn(words, str(caught.exception))

    def test_the_key_is_the_managers(self):
        self.assertEqual(self.provider.with_user(self.manager).key, "s3cret")
        for user in (self.reader, self.collector):
            with self.subTest(user.login):
                provider = self.provider.with_user(user)
                self.assertEqual(provider.name, "Post")
                with self.assertRaises(AccessError):
                    provider.read(["key"])
                with self.assertRaises(AccessError):
                    provider.write({"url": "https://elsewhere.example.com"})
                with self.assertRaises(AccessError):
                    provider.search([("key", "=like", "s%")])

    def test_ask_now(self):
        letter = self._submitted()
        self.post.find("ref/1")["status"] = "deposited"
        with self.assertRaises(AccessError):
            letter.with_user(self.reader).action_poll()
        letter.with_user(self.collector).action_poll()
        self.env["dso.erm.letter"]._run()
        self.assertEqual(letter.state, "deposited")

    def test_letters_are_read_only_and_kept_apart(self):
        letter = self._dispatch()
        for user in (self.reader, self.collector, self.manager):
            with self.subTest(user.login):
                self.assertEqual(letter.with_user(user).state, "queued")
                with self.assertRaises(AccessError):
                    letter.with_user(user).write({"state": "received"})
        self._customer().collector_id = self.manager
        self.company.dso_own_customers_only = True
        Letter = self.env["dso.erm.letter"]
        self.assertFalse(Letter.with_user(self.collector).search([]))
        other = self.setup_other_company()["company"]
        user = new_test_user(
            self.env,
            login="dso_elsewhere",
            groups="base.group_user,dso_collection.group_dso_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertFalse(Letter.with_user(user).search([]))
