"""The browser that tests lend each other."""

from odoo.tests import tagged

from ..http_common import PatientBrowser, PatientHttpCase
from ..page_browser_common import Stranger

STORE = "document.cookie = 'dso=1'; localStorage.dso = sessionStorage.dso = '1'; true"
STORED = """[document.cookie.includes("dso="), localStorage.dso || "", sessionStorage.dso || ""]"""


@tagged("post_install", "-at_install")
class TestBrowser(PatientHttpCase):
    def _browse(self):
        browser = PatientBrowser(self)
        self.addCleanup(browser.stop)
        return Stranger(self, browser)

    def test_nothing_is_left_for_the_next(self):
        first = self._browse()
        first.browser.lender.lent = 1
        with first.at("/web/login"):
            first.run(STORE)
            self.assertEqual(first.run(STORED), [True, "1", "1"])
        first.browser.stop()
        second = self._browse()
        self.assertEqual(second.browser.chrome, first.browser.chrome)
        with second.at("/web/login"):
            self.assertEqual(second.run(STORED), [False, "", ""])

    def test_two_at_once_are_two(self):
        first, second = self._browse(), self._browse()
        self.assertNotEqual(second.browser.chrome, first.browser.chrome)

    def test_one_that_has_ended_is_lent_to_nobody(self):
        first = self._browse()
        first.browser.lender.lent = 1
        first.browser.stop()
        first.browser.chrome.kill()
        first.browser.chrome.wait()
        second = self._browse()
        self.assertNotEqual(second.browser.chrome, first.browser.chrome)
