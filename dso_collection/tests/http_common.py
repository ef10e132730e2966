"""Tests over HTTP and in a browser, on a machine that does other things: whatever they wait for may
take several times as long as Odoo expects. What comes in time is no slower for it.

A browser is started once and lent from test to test: each gets a window of its own, without cookies
or anything else that the one before it has stored. What stays is what the browser knows of files
whose addresses name their content, above all of the web client's scripts."""

import atexit
import shutil
import time
from concurrent.futures import wait
from unittest.mock import patch

import requests

from odoo.tests import HttpCase, common

#: How many times longer than by Odoo's reckoning.
PATIENCE = 6
#: Windows after which a browser has done enough.
LENT_AT_MOST = 60


class Chrome:
    """A process of the browser.

    :ivar kind: what it was started with, and is not changed later
    """

    idle = []

    def __init__(self, kind, process, port, folder):
        self.kind, self.process, self.port, self.folder = kind, process, port, folder
        self.lent = 0

    @classmethod
    def borrow(cls, kind):
        """One that nobody uses; ``None`` where there is none."""
        for chrome in [each for each in reversed(cls.idle) if each.kind == kind]:
            cls.idle.remove(chrome)
            if chrome.process.poll() is None:
                return chrome
            chrome.end()
        return None

    def ask(self, path, method="get"):
        answer = requests.request(
            method, f"http://{common.HOST}:{self.port}/json/{path}", timeout=10 * PATIENCE
        )
        answer.raise_for_status()
        return answer

    def open(self):
        """A new window."""
        self.lent += 1
        return self.ask("new?about:blank", "put").json()

    def close(self, window):
        """Without asking the page, and until it is gone: it sends nothing any more."""
        self.ask(f"close/{window['id']}")
        for _time in range(500 * PATIENCE):
            if all(each["id"] != window["id"] for each in self.ask("list").json()):
                return
            time.sleep(0.01)
        raise TimeoutError(f"{window['url']} is still open.")

    def give_back(self):
        if self.lent < LENT_AT_MOST and self.process.poll() is None:
            self.idle.append(self)
        else:
            self.end()

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(5 * PATIENCE)
        except Exception:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    @classmethod
    def end_all(cls):
        while cls.idle:
            cls.idle.pop().end()


atexit.register(Chrome.end_all)


class PatientBrowser(common.ChromeBrowser):
    """Of its answers, pages, tours and its own start; a window of a browser that is lent."""

    lender = None
    window = None

    def __init__(self, test_case, *args, **options):
        super().__init__(test_case, *args, **options)
        # seldom is nothing to be read, and then it need not be looked a hundred times a second
        self.ws.settimeout(0.1)
        self._forget_all(test_case.base_url())

    def _forget_all(self, origin):
        self._websocket_request("Network.clearBrowserCookies")
        self._websocket_request(
            "Storage.clearDataForOrigin", params={"origin": origin, "storageTypes": "all"}
        )

    @property
    def throttling_factor(self):
        """Odoo stretches its time limits by it."""
        return PATIENCE

    @throttling_factor.setter
    def throttling_factor(self, factor):
        """The browser itself is not slowed down."""

    def _chrome_start(self, user_data_dir, touch_enabled, headless=True, debug=False):
        kind = (touch_enabled, headless, debug)
        self.lender = Chrome.borrow(kind)
        if self.lender:
            shutil.rmtree(user_data_dir, ignore_errors=True)
            self.user_data_dir = self.lender.folder
        else:
            process, port = super()._chrome_start(user_data_dir, touch_enabled, headless, debug)
            self.lender = Chrome(kind, process, port, user_data_dir)
        return self.lender.process, self.lender.port

    def _spawn_chrome(self, cmd):
        iterations = common.CHECK_BROWSER_ITERATIONS * PATIENCE
        # a test whose browser does not start is skipped, and nobody would notice
        with patch.object(common, "CHECK_BROWSER_ITERATIONS", iterations):
            return super()._spawn_chrome(cmd)

    def _open_websocket(self):
        self._json_command("version")
        self.window = self.lender.open()
        ws = common.websocket.create_connection(
            self.window["webSocketDebuggerUrl"], enable_multithread=True, suppress_origin=True
        )
        ws.settimeout(0.01)
        return ws

    def stop(self):
        """Close the window; the browser is for the next test."""
        lender, self.lender = self.lender, None
        if not lender:
            return
        try:
            if hasattr(self, "ws"):
                self.screencaster.stop()
                self._websocket_request("Page.stopLoading")
                wait(self._responses.values(), 10)
                self._result.cancel()
                self.ws.close()
            lender.close(self.window)
        except Exception:
            common._logger.info("The browser's window can't be closed", exc_info=True)
            lender.lent = LENT_AT_MOST
        finally:
            lender.give_back()
            if self.sigxcpu_handler:
                common.signal.signal(common.signal.SIGXCPU, self.sigxcpu_handler)


class PatientHttpCase(HttpCase):
    def browser_js(self, *args, **options):
        with patch.object(common, "ChromeBrowser", PatientBrowser):
            return super().browser_js(*args, **options)

    def url_open(self, url, data=None, files=None, timeout=12, **options):
        return super().url_open(url, data, files, timeout * PATIENCE, **options)

    def _wait_remaining_requests(self, timeout=10):
        return super()._wait_remaining_requests(timeout * PATIENCE)
