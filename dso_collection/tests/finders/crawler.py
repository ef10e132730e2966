"""Leads a browser through screens and clicks on what there is, see ``crawler.js``."""

import json
import logging
from pathlib import Path

from odoo.tests.common import ChromeBrowserException

from ..page_browser_common import MOMENT, SETTLE, Stranger, hold_connection

_logger = logging.getLogger(__name__)

SCRIPT = Path(__file__).with_name("crawler.js").read_text(encoding="utf-8")


class ServerLog(logging.Handler):
    """What the server complains of, while somebody clicks."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.lines = []

    def emit(self, record):
        text = self.format(record)
        # the browser's own are told by the page, and what a request may only read is asked again
        if "browser" not in record.name and "in a read-only transaction" not in text:
            self.lines.append(text[-1500:])

    def __enter__(self):
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_error):
        logging.getLogger().removeHandler(self)

    def take(self):
        taken, self.lines = self.lines, []
        return [f"server's log: {line}" for line in taken]


class Screen:
    """Where a walk begins.

    :ivar name: what a person calls it
    :ivar action: as Odoo's action service takes it
    :ivar scope: selector of what is ours, where the rest is Odoo's
    :ivar is_dialog: whether it opens over another screen, which is no part of it
    """

    def __init__(self, name, action, scope=None, is_dialog=False):
        self.name, self.action, self.scope = name, action, scope
        self.is_dialog = is_dialog


class Crawler(Stranger):
    """Somebody who clicks on everything.

    :ivar faults: {fault: the clicks that lead to it}, each fault once
    :ivar clicks: how many
    """

    #: Seconds; a machine may be slow, and what never comes is told by the page itself.
    timeout = 300

    def __init__(self, case, browser, log, *, depth, limit, name):
        super().__init__(case, browser)
        self.log, self.depth, self.limit, self.name = log, depth, limit, name
        self.faults = {}
        self.clicks = 0
        self.done = set()
        # they are told by the page itself
        for event in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
            browser._handlers.pop(event, None)
        self.ask("Page.enable")
        self.ask("Page.addScriptToEvaluateOnNewDocument", source=SETTLE + SCRIPT)
        size = {"width": 1400, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.ask("Emulation.setDeviceMetricsOverride", **size)

    # ------------------------------------------------------------------
    # The browser
    # ------------------------------------------------------------------

    def ask(self, method, timeout=60.0, **params):
        return super().ask(method, timeout=timeout, **params)

    def run(self, code):
        """The value of an expression; ``None`` where another document came meanwhile."""
        try:
            answer = self.ask(
                "Runtime.evaluate",
                timeout=180.0,
                expression=code,
                awaitPromise=True,
                returnByValue=True,
            )
        except ChromeBrowserException as failure:
            if "navigated" in str(failure) or "context" in str(failure):
                return None
            raise
        if "exceptionDetails" in answer:
            description = answer["exceptionDetails"].get("exception", {}).get("description")
            return {"faults": [f"exception: {description}"], "links": []}
        return answer["result"].get("value")

    def call(self, name, *arguments):
        values = ", ".join(json.dumps(value, default=str) for value in arguments)
        return self.run(f"dsoCrawler.{name}({values})")

    def open(self, path):
        """Another document."""
        self.run("window.dsoLeft = true")
        self.ask("Page.navigate", url=self.case.base_url() + path)
        return self.arrive()

    def reload(self):
        """The same again, with what is remembered."""
        self.run("window.dsoLeft = true")
        self.ask("Page.reload")
        return self.arrive()

    def arrive(self):
        self.wait_for("!window.dsoLeft && document.readyState === 'complete' && window.dsoCrawler")
        for _time in range(int(self.timeout / MOMENT)):
            state = self.run(
                "({ started: dsoCrawler.isStarted(), faulty: Boolean(dsoCrawler.count()) })"
            )
            if state and (state.get("started") or state.get("faulty")):
                break
            self.pause()
        self.call("settle")
        return self.call("report")

    def forget(self):
        self.run("localStorage.clear(); sessionStorage.removeItem('current_action'); true")

    # ------------------------------------------------------------------
    # Faults
    # ------------------------------------------------------------------

    def note(self, path, result):
        """Collect what went wrong on this way.

        :return: whether anything did
        """
        found = [*(result or {}).get("faults", ()), *self.log.take()]
        for fault in found:
            if fault not in self.faults:
                self.faults[fault] = path
                _logger.info("%s: %s\n%s", self.name, " → ".join(path), fault)
        return bool(found)

    def describe(self):
        lines = []
        for fault, path in self.faults.items():
            lines.append(f"{self.name}: {' → '.join(path)}")
            lines.extend(f"    {line}" for line in fault.splitlines())
        return lines

    # ------------------------------------------------------------------
    # Walks
    # ------------------------------------------------------------------

    def walk(self, screen, address):
        """Everything that can be clicked on a screen, and on what that opens, breadth first."""
        if not self.go_to(screen, address) or not self.limit or screen.is_dialog:
            # dialogs are opened here, and gone through by the finders that press and change
            return
        ways, here = [[]], []
        budget = self.clicks + self.limit
        while ways and self.clicks < budget:
            way = ways.pop(0)
            if here != way and not self.follow(screen, address, way):
                continue
            here = way
            for key in self.get_keys(screen):
                if key in self.done or self.clicks >= budget:
                    continue
                if here != way and not self.follow(screen, address, way):
                    break
                self.done.add(key)
                here = self.click_on(screen, address, way, key)
                if here is None:
                    here = [None]
                    continue
                if len(way) + 1 < self.depth:
                    now = self.call("find", screen.scope) or []
                    if any(new not in self.done for new in now) and here != way:
                        ways.append([*way, key])
        self.note([screen.name, "reload"], self.reload())
        self.forget()

    def get_keys(self, screen):
        """What leads on first: a short walk ends there."""
        first = self.call("find", screen.scope, True) or []
        if self.depth < 2:
            return first
        return list(dict.fromkeys([*first, *(self.call("find", screen.scope) or [])]))

    def go_to(self, screen, address):
        result = self.call("reset", screen.action)
        if result is None or self.note([screen.name], result):
            self.recover(screen, address, [screen.name])
            result = self.call("reset", screen.action)
            if self.note([screen.name], result):
                return False
        return True

    def follow(self, screen, address, way):
        """To where these clicks lead."""
        if not self.go_to(screen, address):
            return False
        for key in way:
            self.clicks += 1
            result = self.call("press", key, screen.scope)
            if not result or result.get("missing") or self.note([screen.name, *way], result):
                return False
        return True

    def click_on(self, screen, address, way, key):
        """
        :return: the way to where the browser is now; none where it has to be opened anew
        """
        path = [screen.name, *way, key]
        before = self.call("find", screen.scope)
        self.clicks += 1
        _logger.debug("click: %s", " → ".join(path))
        result = self.call("press", key, screen.scope)
        if result is None:
            # another document
            self.note(path, self.arrive())
            self.open(address)
            return None
        if self.note(path, result):
            self.recover(screen, address, path)
            return None
        self.follow_links(path)
        if result.get("missing"):
            _logger.info("not there any more: %s", " → ".join(path))
        if result.get("remembered"):
            # what is remembered of it must not spoil the next visit
            again = self.call("reset", screen.action, True)
            if again is None or self.note([*path, screen.name], again):
                self.recover(screen, address, path)
            return None
        after = self.call("find", screen.scope)
        return way if after == before else [*way, key]

    def follow_links(self, path):
        """What would open in another window exists."""
        for link in self.call("takeLinks") or []:
            base = self.case.base_url()
            if link.startswith("/"):
                link = base + link
            if link.startswith(base) and link not in self.done:
                self.done.add(link)
                status = self.run(f"fetch({json.dumps(link)}).then((answer) => answer.status)")
                if not isinstance(status, int) or status >= 400:
                    self.note([*path, link], {"faults": [f"link: {status}"]})

    def recover(self, screen, address, path):
        """After a fault: does it outlast a reload? Then begin anew."""
        result = self.reload()
        if (result or {}).get("faults"):
            for fault in result["faults"]:
                self.faults.setdefault(f"survives a reload: {fault}", [*path, "reload"])
            self.log.take()
        self.forget()
        self.note([*path, "storage emptied"], self.open(address))


def begin(case, browser, login):
    """The requests of this browser are answered from now on, to the end of the test."""
    allowed = case.allow_requests(browser=browser)
    allowed.__enter__()
    case.addCleanup(allowed.__exit__, None, None, None)
    held = hold_connection()
    held.__enter__()
    case.addCleanup(held.__exit__, None, None, None)
    case.authenticate(login, login, browser=browser)
    case.cr.flush()
    case.cr.clear()
