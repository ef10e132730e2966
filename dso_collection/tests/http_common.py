"""Tests over HTTP and in a browser, on a machine that does other things: whatever they wait for may
take several times as long as Odoo expects. What comes in time is no slower for it."""

from unittest.mock import patch

from odoo.tests import HttpCase, common

#: How many times longer than by Odoo's reckoning.
PATIENCE = 6


class PatientBrowser(common.ChromeBrowser):
    """Of its answers, pages, tours and its own start."""

    @property
    def throttling_factor(self):
        """Odoo stretches its time limits by it."""
        return PATIENCE

    @throttling_factor.setter
    def throttling_factor(self, factor):
        """The browser itself is not slowed down."""

    def _spawn_chrome(self, cmd):
        iterations = common.CHECK_BROWSER_ITERATIONS * PATIENCE
        # a test whose browser does not start is skipped, and nobody would notice
        with patch.object(common, "CHECK_BROWSER_ITERATIONS", iterations):
            return super()._spawn_chrome(cmd)


class PatientHttpCase(HttpCase):
    def browser_js(self, *args, **options):
        with patch.object(common, "ChromeBrowser", PatientBrowser):
            return super().browser_js(*args, **options)

    def url_open(self, url, data=None, files=None, timeout=12, **options):
        return super().url_open(url, data, files, timeout * PATIENCE, **options)

    def _wait_remaining_requests(self, timeout=10):
        return super()._wait_remaining_requests(timeout * PATIENCE)
