"""The customer's page in a real browser, by a stranger, on a wide and on a narrow screen:
everything that it offers, compared with what is stored and with what the collector sees of it."""

from odoo.tests import tagged

from ...engine import pages as rules
from ..page_browser_common import TOO_WIDE, Narrow, PageBrowserCase, Wide

REPLIES = "/odoo/collection-replies"
AGENDA = "/odoo/collection-agenda"


class CustomerPageCase(PageBrowserCase):
    def _get_document(self, line):
        return line._dso_get_document()

    # ------------------------------------------------------------------
    # Looking
    # ------------------------------------------------------------------

    def _check_looking(self):
        """Filter, search, tick all, download."""
        lines = self.late | self.young | self.due_today | self.refund
        documents = {self._get_document(line) for line in lines}
        young = self._get_document(self.young)
        stranger = self._browse()
        with stranger.at(self.path):
            stranger.see("#kind-promise")
            self.assertFalse(stranger.run(TOO_WIDE))
            self.assertEqual(set(stranger.texts("td.doc label")), documents)
            self.assertTrue(
                stranger.run("document.querySelector('#reason').offsetParent === null"),
                "what belongs to a kind of answer is shown with it",
            )
            stranger.leave(".pills a[href*='show=overdue']")
            self.assertEqual(stranger.texts("td.doc label"), [self._get_document(self.late)])
            self.assertEqual(stranger.texts(".pills a[aria-current]"), ["Overdue"])
            stranger.leave(".pills a[href*='show=credit']")
            self.assertEqual(stranger.texts("td.doc label"), [self._get_document(self.refund)])
            stranger.leave(".pills a")
            stranger.fill("[type=search]", young[-4:])
            stranger.leave(".search button")
            self.assertEqual(stranger.texts("td.doc label"), [young])
            stranger.fill("[type=search]", "no & such / thing")
            stranger.leave(".search button")
            self.assertIn("Nothing was found.", stranger.text("#item"))
            stranger.leave(".pills a[href*='show=overdue']")
            self.assertEqual(
                stranger.run("document.querySelector('[type=search]').value"),
                "no & such / thing",
                "what is searched for is kept, whatever it is made of",
            )
            stranger.go(self.path)
            stranger.see("#all")
            stranger.click("#all")
            boxes = "[...document.querySelectorAll('[name=item]')].map((box) => box.checked)"
            self.assertEqual(stranger.run(boxes), [True] * 4)
            stranger.click(f"#item-{self.late.id}")
            self.assertFalse(stranger.run("document.querySelector('#all').checked"))
            name, content = stranger.download("a[href$='statement.xlsx']")
        self.assertEqual(name, f"Statement {self.company.name} {self.today}.xlsx")
        self.assertEqual(content[:2], b"PK")

    def _check_right_to_left(self):
        """In Arabic the page runs from right to left: nothing scrolls sideways, and what is
        ticked and chosen stands before its words, not on them."""
        self.env["res.lang"]._activate_lang("ar_001")
        self.page.sudo().lang = "ar_001"
        apart = """[...document.querySelectorAll(%s)].every((box) => {
            const row = box.closest("tr, .choice").getBoundingClientRect();
            const words = box.closest("tr, .choice").querySelector("label");
            return row.right - box.getBoundingClientRect().right < 40
                && words.getBoundingClientRect().right <= box.getBoundingClientRect().left;
        })"""
        stranger = self._browse()
        with stranger.at(self.path):
            stranger.see("#kind-promise")
            self.assertEqual(stranger.run("document.documentElement.dir"), "rtl")
            self.assertFalse(stranger.run(TOO_WIDE))
            self.assertTrue(stranger.run(apart % "'[name=kind]'"))
            self.assertTrue(stranger.run(apart % "'[name=item]'"))

    # ------------------------------------------------------------------
    # Answering
    # ------------------------------------------------------------------

    def _check_answers(self):
        """A promise by mistake without a date, then every kind of answer, one after the other."""
        day = self._day(3)
        dispute = self.env.ref("dso_collection.status_dispute_price")
        files = [self._file("proof.pdf", b"%PDF-1.4 x"), self._file("note.txt", b"Two broken")]
        wanted = [
            ("copy", self.due_today, {}),
            ("processing", self.young, {"comment": "Paid by bank on Monday"}),
            (
                "dispute",
                self.late,
                {
                    "status": dispute,
                    "amount": 25.5,
                    "comment": "We agreed on <b>75</b>",
                    "files": ["note.txt", "proof.pdf"],
                },
            ),
            ("promise", self.late | self.young, {"date": day, "amount": 120.5}),
            ("comment", self.late.browse(), {"comment": "Who is in charge?"}),
        ]
        documents = [self._get_document(line) for line in self.late | self.young | self.due_today]
        stranger = self._browse()
        with stranger.at(self.path):
            stranger.see("#kind-promise")
            # by mistake without a date
            self._send_answer(stranger, "promise", self.late, comment="On Friday")
            stranger.see("#date-wrong")
            self.assertEqual(stranger.run("document.activeElement.id"), "problem")
            self.assertEqual(stranger.run("document.querySelector('#comment').value"), "On Friday")
            self.assertTrue(stranger.run(f"document.querySelector('#item-{self.late.id}').checked"))
            stranger.go(self.path)
            stranger.see("#kind-promise")

            self._send_answer(stranger, "copy", self.due_today)
            stranger.find("your answer was received", "Copy of documents")
            self._send_answer(stranger, "processing", self.young, comment="Paid by bank on Monday")
            stranger.find("Being processed")
            self._send_answer(
                stranger,
                "dispute",
                self.late,
                files,
                reason=str(dispute.id),
                amount_dispute="25.50",
                comment="We agreed on <b>75</b>",
            )
            stranger.find("Dispute: price", "$ 25.50", "note.txt", "proof.pdf")
            self._send_answer(
                stranger,
                "promise",
                self.late | self.young,
                date=str(day),
                amount_promise="120.50",
            )
            stranger.find("$ 120.50")
            self._send_answer(stranger, "comment", comment="Who is in charge?", author="Ann A.")
            stranger.find("your answer was received")
            self.assertFalse(stranger.run(TOO_WIDE))
            # all of it is still there for whoever comes back
            stranger.go(self.path)
            said = stranger.text("aside")
            self.assertEqual(said.count("Received, under review"), 5)
            for text in ("We agreed on <b>75</b>", "Who is in charge?", "proof.pdf", *documents):
                self.assertIn(text, said)
            waiting = stranger.texts("td.doc .sub")
            self.assertEqual(waiting.count("Your answer is under review"), 3)
        answers = self.page.answer_ids.sorted("id")
        self.assertEqual(len(answers), len(wanted))
        for answer, (kind, lines, values) in zip(answers, wanted, strict=True):
            self.assertAnswer(answer, kind, lines, **values)
        self.assertEqual(
            answers.mapped("author_name"), [self.contact.display_name] * 4 + ["Ann A."]
        )
        self.assertEqual(self.page.state, "answered")
        return stranger, answers

    def _check_decisions(self):
        """The collector sees what was answered, accepts it, and the customer reads so."""
        stranger, answers = self._check_answers()
        disputed = answers.filtered(lambda answer: answer.kind == "dispute")
        with stranger.at(REPLIES, login=self.collector.login):
            stranger.see(".o_data_row, .o_kanban_record:not(.o_kanban_ghost)")
            lines = stranger.texts(".o_data_row, .o_kanban_record:not(.o_kanban_ghost)")
            self.assertEqual(len(lines), 5)
            for words in ("Paid by bank on Monday", "We agreed on <b>75</b>", "Who is in charge?"):
                self.assertEqual(sum(words in line for line in lines), 1, lines)
            stranger.go(f"{REPLIES}/{disputed.reply_id.id}")
            stranger.see("[name=answer_ids] [name=action_accept]")
            stranger.find("Acme", "To decide")
            form = stranger.text(".o_form_view")
            for words in (
                "Dispute: price",
                self._get_document(self.late),
                "25.50",
                "We agreed on <b>75</b>",
                "proof.pdf",
                "note.txt",
            ):
                self.assertIn(words, form)
            stranger.click("[name=answer_ids] [name=action_accept]")
            stranger.find("Accepted")
        self.assertEqual(disputed.state, "accepted")
        self.assertEqual(
            (disputed.decided_by_id, disputed.reply_id.state), (self.collector, "handled")
        )
        entry = self.late.dso_qualification_ids[0]
        self.assertEqual(
            (entry.status_id, entry.source, entry.amount, entry.comment),
            (disputed.status_id, "customer", 25.5, "We agreed on <b>75</b>"),
        )
        with stranger.at(self.path):
            stranger.see("#kind-promise")
            self.assertEqual(stranger.texts("aside .tag.good"), ["Accepted"])

    # ------------------------------------------------------------------
    # Paying
    # ------------------------------------------------------------------

    def _check_paying(self):
        """Everything is ticked and paid by Odoo's provider for demonstrations: the customer reads
        so, the items are reconciled, and the collector's agenda has no action of them any more."""
        self._enable_payments()
        claims = self.late | self.young | self.due_today
        action = self.customer.open_action_ids.filtered(lambda act: act.origin == "scenario")
        self.assertEqual(action.leader_line_id, self.late)
        tab = f"{AGENDA}?debug=0"
        stranger = self._browse()
        with stranger.at(tab, login=self.collector.login):
            stranger.see(".o_dso_tab[data-tab=automatic]")
            stranger.click(".o_dso_tab[data-tab=automatic]")
            stranger.find("Acme")
        with stranger.at(self.path):
            stranger.see("#all")
            stranger.click("#all")
            stranger.leave("button[formaction$='/pay']")
            stranger.see("[name=o_payment_submit_button]:not([disabled])")
            self.assertFalse(stranger.run(TOO_WIDE))
            said = stranger.text()
            # the credit note of 30 is taken off the claims of 170
            self.assertIn("Pay $ 140.00", said)
            for line in claims | self.refund:
                self.assertIn(self._get_document(line), said)
            stranger.fill("#customer_input", "4242")
            stranger.click("[name=o_payment_submit_button]")
            stranger.see(".note.good")
            self.assertIn("your payment of $ 140.00 was received", stranger.text(".note.good"))
            self.assertEqual(stranger.texts("td.doc label"), [], "paid")
        self.assertEqual(claims.mapped("reconciled"), [True] * 3)
        self.env["dso.customer"]._cron_refresh()
        self.assertNotEqual(action.exists().state, "planned")
        with stranger.at(tab, login=self.collector.login):
            stranger.see(".o_dso_tab[data-tab=automatic]")
            stranger.click(".o_dso_tab[data-tab=automatic]")
            stranger.see(".o_dso_tab[data-tab=automatic].active")
            stranger.see(".o_view_nocontent")
            self.assertNotIn("Acme", stranger.text(".o_content"))


@tagged("post_install", "-at_install")
class TestCustomerPageWide(Wide, CustomerPageCase):
    def test_looking(self):
        self._check_looking()

    def test_answers_and_decisions(self):
        self._check_decisions()

    def test_paying(self):
        self._check_paying()

    def test_a_file_that_is_too_large_never_travels(self):
        """It is told of at once, and what was typed is still there."""
        stranger = self._browse()
        choose = """(() => {
            const chosen = new DataTransfer();
            chosen.items.add(new File([new Uint8Array(%s)], "a.pdf"));
            const input = document.querySelector("#files");
            input.files = chosen.files;
            input.dispatchEvent(new Event("change"));
            return input.validationMessage;
        })()"""
        valid = "document.querySelector('#answer-form').checkValidity()"
        with stranger.at(self.path):
            stranger.see("#files")
            stranger.fill("#comment", "See file")
            said = stranger.run(choose % (rules.MAX_FILE_SIZE + 1))
            self.assertIn("larger than 10 MB", said)
            self.assertFalse(stranger.run(valid))
            self.assertEqual(stranger.run("document.querySelector('#comment').value"), "See file")
            self.assertEqual(stranger.run(choose % 10), "")

    def test_right_to_left(self):
        self._check_right_to_left()

    def test_a_person_is_seen(self):
        told = "performance.getEntriesByType('resource').some((e) => e.name.endsWith('/seen'))"
        stranger = self._browse()
        with stranger.at(self.path):
            stranger.see("#kind-promise")
            stranger.press("ArrowDown")
            stranger.wait_for(told)
        self.assertTrue(self.page.opened_date)


@tagged("post_install", "-at_install")
class TestCustomerPageNarrow(Narrow, CustomerPageCase):
    def test_looking(self):
        self._check_looking()

    def test_answers_and_decisions(self):
        self._check_decisions()

    def test_paying(self):
        self._check_paying()

    def test_right_to_left(self):
        self._check_right_to_left()
