"""The pages in a real browser without scripts, without pictures, without a mouse."""

import base64
import io

from PIL import Image

from odoo.tests import tagged

from ..page_browser_common import TOO_WIDE, Narrow, Wide
from .test_page_browser import CustomerPageCase
from .test_page_browser_colleague import ColleaguePageCase


class WithoutCustomerCase(CustomerPageCase):
    def _check_without_scripts(self):
        """Everything is read, filtered, paged and answered; what needs scripts is said."""
        self._enable_payments()
        self._add_items(60)
        self.page.sudo().opened_date = False
        stranger = self._browse(scripts=False)
        with stranger.at(self.path):
            self.assertFalse(stranger.run(TOO_WIDE))
            said = stranger.text()
            for words in ("Your account", "10 days overdue", "Page 1 of 2", "Colin Collector"):
                self.assertIn(words, said)
            self.assertEqual(len(stranger.texts("td.doc label")), 50)
            stranger.leave("a[rel=next]")
            stranger.find("Page 2 of 2")
            self.assertEqual(len(stranger.texts("td.doc label")), 14)
            stranger.leave(".pills a[href*='show=credit']")
            self.assertEqual(stranger.texts("td.doc label"), [self._get_document(self.refund)])
            stranger.go(self.path)
            stranger.fill("[type=search]", self._get_document(self.young))
            stranger.leave(".search button")
            self.assertEqual(stranger.texts("td.doc label"), [self._get_document(self.young)])

            # what belongs to a kind of answer appears without a script, too
            shown = "document.querySelector('#date').offsetParent !== null"
            self.assertFalse(stranger.run(shown))
            stranger.click("#kind-promise")
            self.assertTrue(stranger.run(shown))
            self._send_answer(stranger, "promise", self.young)
            stranger.see("#date-wrong")
            self._send_answer(
                stranger,
                "promise",
                (),
                [self._file("proof.pdf", b"%PDF-1.4 x")],
                date=str(self._day(3)),
            )
            stranger.see(".note.good")
            self.assertIn("proof.pdf", stranger.text(".note.good"))
            # all of the list, on both of its pages, is the server's work
            stranger.go(self.path)
            stranger.click("#all")
            self._send_answer(stranger, "copy")
            stranger.see(".note.good")

            stranger.go(self.path)
            stranger.click(f"#item-{self.late.id}")
            stranger.leave("button[formaction$='/pay']")
            stranger.find("Paying online needs JavaScript")
        promise, copy = self.page.answer_ids.sorted("id")
        self.assertAnswer(promise, "promise", self.young, date=self._day(3), files=["proof.pdf"])
        self.assertEqual(len(copy.line_ids), 64)

    def _check_without_pictures(self):
        """The company's name stands for its logo, and nothing else is a picture."""
        stream = io.BytesIO()
        Image.new("RGB", (300, 80), "#123456").save(stream, "PNG")
        self.company.logo = base64.b64encode(stream.getvalue())
        stranger = self._browse()
        stranger.ask("Network.enable")
        stranger.ask("Network.setBlockedURLs", urls=["*logo*", "*.png*", "*/web/image/*"])
        with stranger.at(self.path):
            stranger.see("#kind-promise")
            self.assertFalse(stranger.run(TOO_WIDE))
            pictures = stranger.run(
                "[...document.images].map((image) => [image.naturalWidth, image.alt])"
            )
            self.assertEqual(pictures, [[0, self.company.name]])
            backgrounds = stranger.run(
                "[...document.querySelectorAll('*')].filter((node) => "
                "getComputedStyle(node).backgroundImage.includes('url(')"
                " && node.tagName !== 'SELECT').length"
            )
            self.assertEqual(backgrounds, 0)
            tree = stranger.ask("Accessibility.getFullAXTree")["nodes"]
            named = [
                node["name"]["value"]
                for node in tree
                if node.get("role", {}).get("value") in ("image", "img")
            ]
            self.assertEqual(named, [self.company.name])

    def _check_keyboard(self):
        """Each control once, in the order in which it is read, with the focus seen; out of the page
        at its end. Then an answer by keys alone."""
        self._enable_payments()
        stranger = self._browse()
        with stranger.at(self.path):
            stranger.see("#kind-promise")
            stranger.check_order()

            stranger.press_until(f"item-{self.late.id}")
            stranger.press(" ")
            stranger.press_until("kind-promise")
            for _time in range(4):
                stranger.press("ArrowDown")
            self.assertEqual(stranger.run("document.activeElement.id"), "kind-comment")
            stranger.press("Tab")
            stranger.type("By keys alone")
            stranger.press_until("author")
            stranger.press("Tab")
            stranger.run("window.left = true")
            stranger.press("Enter")
            stranger.wait_for("!window.left && document.querySelector('.note.good')")
        self.assertAnswer(self.page.answer_ids, "comment", self.late, comment="By keys alone")


@tagged("post_install", "-at_install")
class TestCustomerPageWithoutWide(Wide, WithoutCustomerCase):
    def test_without_scripts(self):
        self._check_without_scripts()

    def test_without_pictures(self):
        self._check_without_pictures()

    def test_with_the_keyboard(self):
        self._check_keyboard()


@tagged("post_install", "-at_install")
class TestCustomerPageWithoutNarrow(Narrow, WithoutCustomerCase):
    def test_without_scripts(self):
        self._check_without_scripts()

    def test_with_the_keyboard(self):
        self._check_keyboard()


@tagged("post_install", "-at_install")
class TestColleaguePageWithout(Narrow, ColleaguePageCase):
    def test_without_scripts(self):
        stranger = self._browse(scripts=False)
        with stranger.at(self.path):
            self.assertFalse(stranger.run(TOO_WIDE))
            self.assertIn("We agreed on <b>75</b>", stranger.text())
            stranger.fill("#comment", "75 is right")
            stranger.choose_files("#files", [self._file("offer.txt", b"75")])
            stranger.leave("button[value=answer]")
            stranger.see(".note.good")
        self.assertAnswer(
            self.question.answer_ids,
            "answer",
            self.late,
            comment="75 is right",
            files=["offer.txt"],
        )

    def test_with_the_keyboard(self):
        stranger = self._browse()
        with stranger.at(self.path):
            stranger.see("#comment")
            stranger.check_order()
            stranger.press_until("comment")
            stranger.type("75 is right")
            stranger.press_until("files")
            stranger.press("Tab")
            stranger.run("window.left = true")
            stranger.press("Enter")
            stranger.wait_for("!window.left && document.querySelector('.note.good')")
        self.assertAnswer(self.question.answer_ids, "answer", self.late, comment="75 is right")
