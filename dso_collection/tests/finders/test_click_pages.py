"""Click everything on the pages that customers and colleagues open by a link: each control of each
page, from the page as it opens. Nothing may break, end in a blank page or lead nowhere."""

from odoo.tests import tagged

from ..http_common import PatientBrowser
from ..page_common import PageHttpCase
from .crawler import Crawler, ServerLog, begin


@tagged("post_install", "-at_install")
class TestClickPages(PageHttpCase):
    test_cursor_lock_timeout = 600

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._enable_payments()
        colleague = cls.env["res.partner"].create(
            {"name": "Sam Sales", "email": "sam@company.example.com"}
        )
        _page, token = cls._send_link(
            action_type="email_internal",
            recipient_ids=[(6, 0, colleague.ids)],
            item_ids=[(0, 0, {"line_id": cls.due_today.id})],
            subject="Is the price right?",
            comment="The customer says 90.",
        )
        cls.colleague_path = f"/dso/p/{token}"

    def test_pages(self):
        browser = PatientBrowser(self)
        self.addCleanup(browser.stop)
        log = ServerLog()
        log.__enter__()
        self.addCleanup(log.__exit__)
        begin(self, browser, None)
        crawler = Crawler(self, browser, log, name="a stranger", depth=1, limit=0)
        for path in (self.path, self.colleague_path, "/dso/p/wrong"):
            self._click_on_page(crawler, path)
        self.assertGreater(crawler.clicks, 10)
        crawler.go_away()
        found = crawler.describe()
        self.assertFalse(found, "\n".join(["", *found]))

    def _click_on_page(self, crawler, path):
        crawler.note([path], crawler.open(path))
        for key in crawler.call("find") or []:
            savepoint = self.env.cr.savepoint(flush=False)
            try:
                crawler.open(path)
                crawler.clicks += 1
                result = crawler.call("press", key)
                if result is None:
                    # another page: an answer, a form of payment, a mistake that is told
                    result = crawler.arrive()
                crawler.note([path, key], result)
                crawler.follow_links([path, key])
            finally:
                savepoint.close(rollback=True)
