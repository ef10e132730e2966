"""The customer's page in a real browser, by a stranger, on a wide and on a narrow screen. It is no
page of Odoo's web client, which tours need: the browser is led by its own protocol."""

import json
import time

from odoo.tests import tagged
from odoo.tests.common import ChromeBrowser

from .page_common import PageHttpCase

TIMEOUT = 30
#: Whether something is wider than the screen.
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Stranger:
    """A browser without a login."""

    #: how long it waits for what must come, in seconds
    timeout = TIMEOUT

    def __init__(self, case, browser):
        self.case = case
        self.browser = browser

    def run(self, code):
        """The value of an expression in the page."""
        answer = self.browser._websocket_request(
            "Runtime.evaluate",
            params={"expression": code, "awaitPromise": True, "returnByValue": True},
        )
        self.case.assertNotIn("exceptionDetails", answer, code)
        return answer["result"].get("value")

    def wait_for(self, code):
        """Until an expression is true, on whichever page the browser is by then."""
        end = time.monotonic() + self.timeout
        while time.monotonic() < end:
            answer = self.browser._websocket_request(
                "Runtime.evaluate", params={"expression": f"!!({code})", "returnByValue": True}
            )
            if answer.get("result", {}).get("value") is True:
                return
            time.sleep(0.1)
        self.case.fail(f"Never true: {code}. The page says: {self.text()[:1000]}")

    def text(self):
        return self.run("document.body.innerText")

    def click(self, selector):
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def fill(self, selector, value):
        self.run(f"document.querySelector({json.dumps(selector)}).value = {json.dumps(value)}")

    def press(self, key, code, text=""):
        for kind in ("keyDown", "keyUp"):
            self.browser._websocket_request(
                "Input.dispatchKeyEvent",
                params={
                    "type": kind,
                    "key": key,
                    "code": key,
                    "windowsVirtualKeyCode": code,
                    "text": text if kind == "keyDown" else "",
                },
            )


class PageBrowserCase(PageHttpCase):
    def _visit(self, scripts=True):
        """Open the page, and see the test's own data while the browser asks for it."""
        browser = ChromeBrowser(self)
        self.addCleanup(browser.stop)
        allowed = self.allow_requests(browser=browser)
        allowed.__enter__()
        self.addCleanup(allowed.__exit__, None, None, None)
        self.authenticate(None, None, browser=browser)
        self.cr.flush()
        self.cr.clear()
        if not scripts:
            browser._websocket_request(
                "Emulation.setScriptExecutionDisabled", params={"value": True}
            )
        browser.navigate_to(self.base_url() + self.path, wait_stop=True)
        return Stranger(self, browser)

    def _check_answer(self):
        """Tick, promise by mistake without a date, mend it, and read that it was received."""
        stranger = self._visit()
        stranger.wait_for("document.querySelector('#kind-promise')")
        self.assertFalse(stranger.run(TOO_WIDE))
        stranger.click(f"#item-{self.late.id}")
        stranger.click("#kind-promise")
        stranger.wait_for("document.querySelector('#date').offsetParent !== null")
        self.assertTrue(
            stranger.run("document.querySelector('#reason').offsetParent === null"),
            "only what belongs to a promise is shown",
        )
        stranger.fill("#comment", "On Friday")
        stranger.click(".answer button.primary")
        stranger.wait_for("document.querySelector('#date-wrong')")
        self.assertEqual(stranger.run("document.activeElement.id"), "problem")
        self.assertEqual(stranger.run("document.querySelector('#comment').value"), "On Friday")
        self.assertTrue(stranger.run(f"document.querySelector('#item-{self.late.id}').checked"))
        stranger.fill("#date", str(self._day(3)))
        stranger.click(".answer button.primary")
        stranger.wait_for("document.querySelector('.note.good')")
        self.assertIn("your answer was received", stranger.text())
        self.assertFalse(stranger.run(TOO_WIDE))
        self.env.invalidate_all()
        answer = self.page.answer_ids
        self.assertEqual(
            (answer.kind, str(answer.date), answer.comment, answer.line_ids),
            ("promise", str(self._day(3)), "On Friday", self.late),
        )


@tagged("post_install", "-at_install")
class TestPageWide(PageBrowserCase):
    browser_size = "1400x900"

    def test_answering(self):
        self._check_answer()

    def test_with_the_keyboard(self):
        """Everything is reached by the Tab key, in the order in which it is read."""
        stranger = self._visit()
        stranger.wait_for("document.querySelector('#kind-promise')")
        reached = []
        for _time in range(60):
            stranger.press("Tab", 9)
            here = stranger.run(
                "(document.activeElement.id || document.activeElement.name"
                " || document.activeElement.className || document.activeElement.tagName)"
            )
            reached.append(here)
            if here == "button primary":
                break
        expected = ["skip", f"item-{self.late.id}", "all", "kind-promise", "comment", "files"]
        positions = [reached.index(name) for name in expected]
        self.assertEqual(positions, sorted(positions), reached)

    def test_a_person_is_seen(self):
        stranger = self._visit()
        stranger.press("ArrowDown", 40)
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end and not self.page.opened_date:
            time.sleep(0.2)
            self.env.invalidate_all()
        self.assertTrue(self.page.opened_date)


@tagged("post_install", "-at_install")
class TestPageNarrow(PageBrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_answering(self):
        self._check_answer()
