"""What the tests of the pages in a real browser share. They are no pages of Odoo's web client,
which tours need: the browser is led by its own protocol."""

import json
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from odoo.tests.common import _registry_test_lock

from .http_common import PatientBrowser
from .page_common import PageHttpCase

#: Seconds; Odoo builds its bundles when its own pages are asked for first, and the machine may do
#: other things.
TIMEOUT = 180
#: Seconds until it is looked again whether something has come.
MOMENT = 0.03
#: Knows in a page when everything has settled.
SETTLE = Path(__file__).with_name("settle.js").read_text(encoding="utf-8")
#: Whether something is wider than the screen.
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
KEYS = {
    "Tab": (9, ""),
    "Enter": (13, "\r"),
    " ": (32, " "),
    "ArrowDown": (40, ""),
    "Escape": (27, ""),
}

#: What the Tab key has to reach, in the order of the document: of radio buttons, one.
CONTROLS = """
    [...document.querySelectorAll("a[href], button, input, select, textarea")]
        .filter((node) => node.type !== "hidden" && !node.disabled && node.offsetParent !== null)
        .filter((node, index, nodes) => node.type !== "radio"
            || nodes.findIndex((other) => other.name === node.name) === index)
"""
#: Where the focus is, by the place of it in the document, and whether it can be seen.
FOCUS = f"""
    (() => {{
        const node = document.activeElement;
        const style = getComputedStyle(node);
        return {{
            place: {CONTROLS}.indexOf(node),
            what: node.outerHTML.slice(0, 120),
            seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        }};
    }})()
"""


@contextmanager
def hold_connection():
    """No request is answered meanwhile. The requests of a test share its connection to the
    database: the answer to a query of the one must not be read by the other."""
    if not _registry_test_lock.acquire(timeout=5 * TIMEOUT):
        raise TimeoutError("A request does not end: the test can't go on.")
    try:
        yield
    finally:
        _registry_test_lock.release()


@contextmanager
def lend_connection():
    """Requests are answered meanwhile, and the test does nothing with records."""
    _registry_test_lock.release()
    try:
        yield
    finally:
        if not _registry_test_lock.acquire(timeout=5 * TIMEOUT):
            raise TimeoutError("A request does not end: the test can't go on.")


class Stranger:
    """A browser without a login, unless somebody logs in."""

    #: Seconds that it waits for what must come.
    timeout = TIMEOUT

    def __init__(self, case, browser, folder=None):
        self.case = case
        self.browser = browser
        #: Where downloads arrive.
        self.folder = folder

    @contextmanager
    def at(self, path, login=None):
        """On a page, while the browser may ask for what the test has made. The server works while
        the browser does something or is waited for; between that the test may read records."""
        with self.allowed(login):
            self.go(path)
            yield self
            self.go_away()
        self.case.env.invalidate_all()

    @contextmanager
    def allowed(self, login=None):
        """The browser's requests are answered, whenever the test stands still for it."""
        case = self.case
        with case.allow_requests(browser=self.browser), hold_connection():
            case.authenticate(login, login, browser=self.browser)
            case.cr.flush()
            case.cr.clear()
            yield

    def go(self, path):
        with lend_connection():
            self.browser.navigate_to(self.case.base_url() + path, wait_stop=True)

    def go_away(self):
        """Nothing is asked for any more."""
        with lend_connection():
            self.browser.navigate_to("about:blank", wait_stop=True)
            self.case._wait_remaining_requests()

    def ask(self, method, timeout=10.0, **params):
        """A command of the browser's protocol."""
        with lend_connection():
            return self.browser._websocket_request(method, params=params, timeout=timeout)

    def pause(self):
        """A moment, before it is looked again whether something has come."""
        with lend_connection():
            time.sleep(MOMENT)

    def run(self, code):
        """The value of an expression in the page."""
        answer = self.ask(
            "Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True
        )
        self.case.assertNotIn("exceptionDetails", answer, code)
        return answer["result"].get("value")

    def wait_for(self, code):
        """Until an expression is true, on whichever page the browser is by then."""
        end = time.monotonic() + self.timeout
        while time.monotonic() < end:
            answer = self.ask("Runtime.evaluate", expression=f"!!({code})", returnByValue=True)
            if answer.get("result", {}).get("value") is True:
                return
            self.pause()
        self.case.fail(f"Never true: {code}. The page says: {self.text()[:1500]}")

    def see(self, selector):
        """Wait for something."""
        self.wait_for(f"document.querySelector({json.dumps(selector)})")

    def find(self, *texts):
        """Wait until the page says all of it."""
        said = "document.body.innerText.replace(/\\s+/g, ' ')"
        for text in texts:
            self.wait_for(f"{said}.includes({json.dumps(' '.join(text.split()))})")

    def text(self, selector="body"):
        """What is read there, blanks made single."""
        text = self.run(f"document.querySelector({json.dumps(selector)}).innerText")
        return " ".join(text.split())

    def texts(self, selector):
        return self.run(
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            ".map((node) => node.innerText.replace(/\\s+/g, ' ').trim())"
        )

    def click(self, selector):
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def leave(self, selector):
        """Click on what leads to another page, and wait for that one."""
        self.run("window.left = true")
        self.click(selector)
        self.wait_for("!window.left && document.readyState === 'complete'")

    def fill(self, selector, value):
        self.run(f"document.querySelector({json.dumps(selector)}).value = {json.dumps(value)}")

    def choose_files(self, selector, paths):
        answer = self.ask(
            "Runtime.evaluate", expression=f"document.querySelector({json.dumps(selector)})"
        )
        self.ask(
            "DOM.setFileInputFiles",
            files=[str(path) for path in paths],
            objectId=answer["result"]["objectId"],
        )

    def download(self, selector):
        """Click on a link to a file.

        :return: (name, content) of what arrives
        """
        known = set(self.folder.iterdir())
        self.ask("Page.setDownloadBehavior", behavior="allow", downloadPath=str(self.folder))
        self.click(selector)
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            found = [
                path
                for path in set(self.folder.iterdir()) - known
                # a file stands there before anything is in it
                if path.suffix != ".crdownload"
                and not path.name.startswith(".")
                and path.stat().st_size
            ]
            if found:
                return found[0].name, found[0].read_bytes()
            self.pause()
        return self.case.fail(f"Nothing was downloaded by {selector}")

    def press(self, key):
        code, text = KEYS.get(key) or (ord(key.upper()), key)
        for kind in ("keyDown", "keyUp"):
            self.ask(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                text=text if kind == "keyDown" else "",
            )

    def type(self, text):
        self.ask("Input.insertText", text=text)

    def press_until(self, name):
        """The Tab key, until the focus is on a control."""
        for _time in range(80):
            if self.run("document.activeElement.id") == name:
                return
            self.press("Tab")
        self.case.fail(f"The Tab key never reaches {name}")

    def check_order(self):
        """Each control is reached once, in the order in which it is read, with its focus seen; and
        the page is left at its end."""
        count = self.run(f"{CONTROLS}.length")
        places = []
        for _time in range(count * 3):
            self.press("Tab")
            here = self.run(FOCUS)
            if here["place"] < 0 or (places and here["place"] == 0):
                # behind the last one
                break
            if not places or here["place"] != places[-1]:
                # a date has a focus for each of its parts
                places.append(here["place"])
            self.case.assertTrue(here["seen"], f"no focus is seen: {here['what']}")
        self.case.assertEqual(places, list(range(count)))


class PageBrowserCase(PageHttpCase):
    def _browse(self, scripts=True):
        """A browser of this test's own."""
        browser = PatientBrowser(self)
        self.addCleanup(browser.stop)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        stranger = Stranger(self, browser, Path(folder.name))
        if not scripts:
            stranger.ask("Emulation.setScriptExecutionDisabled", value=True)
        return stranger

    def _file(self, name, content):
        """A file on the visitor's disk."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / name
        path.write_bytes(content)
        return path

    def _send_answer(self, stranger, kind, lines=(), files=(), **values):
        """Fill in the customer's form and press its button."""
        for line in lines:
            stranger.click(f"#item-{line.id}")
        stranger.click(f"#kind-{kind}")
        for name, value in values.items():
            stranger.fill(f"#{name}", value)
        if files:
            stranger.choose_files("#files", files)
        stranger.leave(".answer button.primary")

    def _get_answer_values(self, answer):
        return {
            "kind": answer.kind,
            "lines": answer.line_ids,
            "date": answer.date,
            "amount": answer.amount,
            "status": answer.status_id,
            "comment": answer.comment or "",
            "files": sorted(answer.attachment_ids.mapped("name")),
        }

    def assertAnswer(self, answer, kind, lines, **values):
        """What is stored of an answer; what is not named is empty."""
        self.assertEqual(
            self._get_answer_values(answer),
            {
                "kind": kind,
                "lines": lines,
                "date": False,
                "amount": 0.0,
                "status": self.env["dso.item.status"],
                "comment": "",
                "files": [],
                **values,
            },
        )


class Wide:
    browser_size = "1400x900"


class Narrow:
    browser_size = "390x844"
    touch_enabled = True
