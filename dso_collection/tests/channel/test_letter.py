from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..letter_common import LetterCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestLetter(LetterCommon):
    """Letters on paper, printed by the program that is here."""

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice("2026-03-01", 1234.5)

    def _print(self, actions):
        """Print a pile as the collector does; returns the dialog."""
        window = actions.with_user(self.collector).action_print_letters()
        wizard = self.env["dso.letter.print"].with_user(self.collector).browse(window["res_id"])
        wizard.action_print()
        return wizard

    def test_letter_says_it_all(self):
        letter = self._letter()
        self._print(letter)
        text = self._text(letter.letter_attachment_id.raw)
        for words in (
            "Acme",
            "5 Rue de la Paix",
            "75002 Paris",
            "FRANCE",
            "Formal notice of",
            "1,234.50",
            self.invoice.name,
            "One Thousand",
            "1 Main Street",
        ):
            self.assertIn(words, text)
        self.assertNotIn("#items", text)
        self.assertEqual(letter.letter_pages, 1)

    def test_address_stands_in_the_window(self):
        """DIN 5008 form B: from 62.7 mm down and 25 mm right. French DL: 55 mm and 105 mm."""
        self.partner.street = "Q"
        for window, left, top, bottom in (
            ("din5008", 25.0, 62.7, 90.0),
            ("dl_right", 105.0, 55.0, 79.0),
        ):
            with self.subTest(window=window):
                self.company.dso_letter_window = window
                pdf = self.env["dso.channel.letter"]._print(self._letter())
                page = self._pages(next(iter(pdf.values())))[0]
                ((across, down), *_more) = self._find_word(page, "Q")
                self.assertAlmostEqual(across, left, delta=1)
                self.assertGreater(down, top)
                self.assertLess(down, bottom)

    def test_many_items_go_on(self):
        """A long statement takes several pages, numbered, each with the company's footer."""
        self.company.report_footer = "<p>Registered in Berlin</p>"
        partner = self._make_customer("Many", 60)
        letter = self._letter(partner)
        self._print(letter)
        pages = self._pages(letter.letter_attachment_id.raw)
        self.assertGreater(len(pages), 1)
        self.assertEqual(letter.letter_pages, len(pages))
        for number, page in enumerate(pages, start=1):
            text = " ".join(page.extract_text().split())
            self.assertIn(f"{number} / {len(pages)}", text)
            self.assertIn("Registered in Berlin", text)
        text = self._text(letter.letter_attachment_id.raw)
        for line in letter.item_ids:
            self.assertEqual(text.count(line.document), 1, line.document)

    def test_pile_is_sorted_and_each_keeps_its_own(self):
        """Fewest pages first, then by customer; nobody's letter gets another's page."""
        partners = [
            self._make_customer(name, count)
            for name, count in (("Zeta", 1), ("Long", 60), ("beta", 1))
        ]
        letters = self.env["dso.action"].union(*(self._letter(partner) for partner in partners))
        wizard = self._print(letters)
        self.assertEqual(set(letters.mapped("state")), {"done"})
        self.assertEqual(letters._sort_for_folding().mapped("partner_id.name"),
                         ["beta", "Zeta", "Long"])  # fmt: skip
        self.assertEqual(wizard.page_count, sum(letters.mapped("letter_pages")))
        for letter in letters:
            text = self._text(letter.letter_attachment_id.raw)
            self.assertIn(letter.partner_id.name, text)
            for other in letters - letter:
                self.assertNotIn(other.item_ids[0].document, text)

    def test_printed_once(self):
        letter = self._letter()
        wizard = self._print(letter)
        self.assertEqual(letter.state, "done")
        self.assertEqual(letter.done_by_id, self.collector)
        self.assertEqual(letter.item_ids.document, self.invoice.name)
        self.assertEqual(letter.amount, 1234.5)
        with self.assertRaisesRegex(UserError, "nothing left to print"):
            wizard.action_print()
        with self.assertRaisesRegex(UserError, "no letter to print"):
            letter.with_user(self.collector).action_print_letters()
        files = self.env["ir.attachment"].search_count(
            [("res_model", "=", "dso.action"), ("res_id", "=", letter.id)]
        )
        self.assertEqual(files, 1)

    def test_preview_changes_nothing(self):
        letter = self._letter()
        window = letter.with_user(self.collector).action_print_letters()
        wizard = self.env["dso.letter.print"].browse(window["res_id"])
        self.assertEqual(wizard.ready_count, 1)
        self.assertEqual(wizard.page_count, 1)
        self.assertEqual(letter.state, "planned")
        self.assertFalse(letter.letter_attachment_id)

    def test_reprinted_from_the_history(self):
        letter = self._letter()
        self._print(letter)
        before = letter.letter_attachment_id.raw
        self.letter_template.body = "<p>Changed</p>"
        self.invoice.button_draft()
        window = letter.with_user(self.reader).action_reprint_letters()
        wizard = self.env["dso.letter.print"].with_user(self.reader).browse(window["res_id"])
        self.assertEqual(wizard.page_count, 1)
        self.assertNotIn("Changed", self._text(before))
        self.assertEqual(letter.letter_attachment_id.raw, before)

    def test_dialog_as_the_browser_reads_it(self):
        """Which asks for the size of files instead of the files, in any order: their pages are
        counted all the same, and nothing is made anew while it is read."""
        pair = self._letter() | self._letter(self._make_customer("Beta", count=60))
        self._print(pair)
        pages = sum(pair.mapped("letter_pages"))
        self.assertGreater(pages, 2)
        window = pair.with_user(self.collector).action_reprint_letters()
        other = self._letter(self._make_customer("Gamma")).with_user(self.collector)
        preview = other.action_print_letters()
        spec = {"page_count": {}, "pdf": {}}
        Wizard = self.env["dso.letter.print"].with_user(self.collector)
        for names in (spec, dict(reversed(spec.items()))):
            # as at the end of a request
            self.env.flush_all()
            self.env.invalidate_all()
            wizard = Wizard.with_context(bin_size=True).browse(window["res_id"])
            with patch.object(type(self.env["dso.letter.printer"]), "_merge") as merge:
                [row] = wizard.web_read(names)
                [shown] = wizard.browse(preview["res_id"]).web_read(names)
            merge.assert_not_called()
            self.assertEqual(shown["page_count"], 1)
            self.assertRegex(shown["pdf"], rb"^[\d.]+ Kb$")
            self.assertEqual(row["page_count"], pages)
            self.assertRegex(row["pdf"], rb"^[\d.]+ Kb$")

    def test_letters_of_other_companies_are_not_shown(self):
        """The dialog is made with the rights of who opens it."""
        letter = self._letter()
        letter_print = self.env["dso.letter.print"].with_user(self.collector)
        other = self.setup_other_company()["company"]
        self.collector.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        with self.assertRaises(AccessError):
            wizard = letter_print.create({"action_ids": [Command.set(letter.ids)]})
            wizard.read(["pdf"])

    def test_without_address_it_is_left_out(self):
        """The others are printed; what to fix is said."""
        homeless = self.env["res.partner"].create({"name": "Homeless"})
        self._invoice("2026-03-01", partner=homeless)
        letters = self._letter() | self._letter(homeless)
        window = letters.with_user(self.collector).action_print_letters()
        wizard = self.env["dso.letter.print"].with_user(self.collector).browse(window["res_id"])
        self.assertIn("Homeless", wizard.blocked_text)
        self.assertIn("Street", wizard.blocked_text)
        wizard.action_print()
        self.assertEqual(letters.mapped("state"), ["done", "planned"])

    def test_what_is_no_letter_is_left_out_and_said(self):
        letter = self._letter()
        call = self.env["dso.action"].create(
            {"customer_id": letter.customer_id.id, "action_type": "call"}
        )
        window = (letter | call).with_user(self.collector).action_print_letters()
        wizard = self.env["dso.letter.print"].browse(window["res_id"])
        self.assertEqual((wizard.action_ids, wizard.other_count), (letter, 1))

    def test_language_of_the_recipient(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.contact.lang = "de_DE"
        self.letter_template.with_context(lang="de_DE").write(
            {"subject": "Mahnung über #items_amount_selected"}
        )
        letter = self._letter()
        self._print(letter)
        text = self._text(letter.letter_attachment_id.raw)
        self.assertIn("Mahnung über $ 1.234,50", text)
        self.assertIn("6. März 2026", text)
        self.assertIn("Eintausend", text)

    def test_two_currencies_are_never_added_up(self):
        other = self.setup_other_currency("GBP")
        self.assertNotEqual(other, self.company.currency_id)
        self._invoice("2026-03-01", 50.0, currency_id=other.id)
        letter = self._letter()
        words = letter.with_context(lang="en_US").total_in_words
        self.assertIn("1,234.50", words)
        self.assertIn("50.00", words)
        self.assertIn("Fifty", words)
        self.assertNotIn("1,284", words)

    def test_contact_with_an_address_of_its_own(self):
        """Post goes to the contact for collection where it has an address, else to the company."""
        self.assertEqual(self._letter()._get_addressees().popitem()[1].commercial_partner_id,
                         self.partner)  # fmt: skip
        self.contact.write({"type": "other"})
        self._set_address(self.contact, street="9 Quai Voltaire")
        letter = self._letter()
        addressee = letter._get_addressees()[letter.id]
        self.assertEqual(addressee, self.contact)
        self.assertEqual(
            letter._get_address_lines(addressee),
            ["Acme", "Ann", "9 Quai Voltaire", "75002 Paris", "FRANCE"],
        )
        self.contact.country_id = self.germany
        self.assertNotIn("GERMANY", letter._get_address_lines(addressee))

    def test_long_name_stays_in_the_window(self):
        """A name of several lines is made smaller, not cut, nor does it reach the text."""
        self.partner.name = "Société Internationale des Transports Maritimes " * 4
        letter = self._letter()
        page = self._pages(self.env["dso.channel.letter"]._print(letter)[letter.id])[0]
        ((_across, down), *_more) = self._find_word(page, "FRANCE")
        self.assertLess(down, 90.0)

    def test_specific_letter_lives_on(self):
        """R16: each execution of a specific action has its own letter."""
        line = self._line(self.invoice)
        letter = self._letter(origin="specific")
        self.assertEqual(letter.item_ids.line_id, line)
        wizard = self._print(letter)
        self.assertEqual(letter.state, "planned")
        self.assertFalse(letter.letter_attachment_id)
        self.assertEqual(wizard.printed_ids, letter.child_ids)
        self.assertEqual(letter.child_ids.letter_pages, 1)

    def test_automatic_letter_waits_to_be_printed(self):
        """Nothing printed here is ever sent by itself."""
        for action_type in ("letter", "letter_registered"):
            letter = self._letter(action_type=action_type, automatic=True)
            self.env["dso.action"]._dispatch()
            self.assertEqual(letter.state, "planned")
            self.assertEqual(letter.agenda_state, "confirmed")
        self._print(letter)
        self.assertEqual(letter.state, "done")

    def test_letter_of_a_scenario_leads_on(self):
        """The step is done when it is printed, and the next one follows: due 1 March, printed on
        the 6th, ten days later the 16th."""
        self.company.dso_default_scenario_id = self._create_scenario(
            (
                "Notice",
                "due_date",
                5,
                {
                    "action_type": "letter",
                    "automatic": False,
                    "mail_template_id": False,
                    "letter_template_id": self.letter_template.id,
                },
            ),
            ("Then", "previous_action", 10),
        )
        action = self._plan("2026-03-06")
        self.assertEqual(action.action_type, "letter")
        self._print(action)
        self.assertEqual(action.state, "done")
        self.assertPlanned("Then", "2026-03-16")

    def test_reader_may_not_print(self):
        letter = self._letter()
        with self.assertRaises(AccessError):
            letter.with_user(self.reader).action_print_letters()

    def test_own_customers_only(self):
        self.company.dso_own_customers_only = True
        letter = self._letter()
        self._customer().collector_id = self.manager
        self.env.flush_all()
        with self.assertRaises(AccessError):
            letter.with_user(self.collector).action_print_letters()
        with self.assertRaises(AccessError):
            self.env["dso.letter.print"].with_user(self.collector).create(
                {"action_ids": [Command.set(letter.ids)]}
            )
        self.assertEqual(letter.state, "planned")

    def test_queries_do_not_grow(self):
        """Ten letters take no more queries than five to look at."""
        partners = [self._make_customer(f"Customer {number}") for number in range(10)]
        letters = self.env["dso.action"].union(*(self._letter(partner) for partner in partners))
        counts = []
        for pile in (letters[:2], letters[:5], letters):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            contents = self.env["dso.channel.letter"]._render(pile)
            pile._prepare_letters(contents)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[2], counts[1] + 2)

    # ------------------------------------------------------------------
    # Registered letters
    # ------------------------------------------------------------------

    def test_receipt_that_does_not_come(self):
        """Posted on 6 March, ten days to come back: missing from the 16th on."""
        letter = self._letter(action_type="letter_registered")
        self._print(letter)
        self.assertIn("REGISTERED LETTER", self._text(letter.letter_attachment_id.raw).upper())
        letter.with_user(self.collector).write(
            {"tracking_number": "RR123", "posted_date": "2026-03-06"}
        )
        missing = [("receipt_missing", "=", True), ("id", "=", letter.id)]
        for day, expected in (("2026-03-15", False), ("2026-03-16", True)):
            with freeze_time(f"{day} 09:00:00"):
                letter.invalidate_recordset(["receipt_missing"])
                self.assertEqual(letter.receipt_missing, expected)
                self.assertEqual(bool(self.env["dso.action"].search(missing)), expected)
        with freeze_time("2026-04-01 09:00:00"):
            letter.received_date = date(2026, 3, 20)
            self.assertFalse(letter.receipt_missing)
            self.assertFalse(self.env["dso.action"].search(missing))
            self.assertIn(letter, self.env["dso.action"].search([("receipt_missing", "=", False)]))

    def test_received_before_posted(self):
        letter = self._letter(action_type="letter_registered")
        self._print(letter)
        with self.assertRaisesRegex(ValidationError, "before it was posted"):
            letter.write({"posted_date": "2026-03-06", "received_date": "2026-03-05"})

    # ------------------------------------------------------------------
    # Litigation
    # ------------------------------------------------------------------

    def test_litigation_prints_its_notice(self):
        action = self._letter(action_type="litigation")
        self._print(action)
        self.assertEqual(action.state, "done")
        self.assertEqual(action.letter_pages, 1)
        self.assertEqual(self._line(self.invoice).dso_status_id.kind, "litigation")
