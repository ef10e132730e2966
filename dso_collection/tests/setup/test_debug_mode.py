"""The web client starts in the modes of developers too, where Odoo validates each registration."""

from odoo.tests import tagged

from ..common import DsoCommon
from ..http_common import PatientHttpCase

#: Whatever the client shows of the agenda when it is there, and whatever Odoo says of a fault.
CODE = """
    const timer = setInterval(() => {
        if (document.querySelector(".o_error_dialog")) {
            clearInterval(timer);
            console.error(document.querySelector(".o_error_dialog").textContent);
        } else if (document.querySelector(".o_dso_agenda_screen .o_control_panel")) {
            clearInterval(timer);
            console.log("test successful");
        }
    }, 100);
"""


@tagged("post_install", "-at_install")
class TestDebugMode(DsoCommon, PatientHttpCase):
    """Odoo shows nothing at all where one registration has a key that it does not know."""

    def _load(self, debug):
        self.browser_js(
            f"/odoo/collection-agenda?debug={debug}",
            CODE,
            ready="document.readyState === 'complete'",
            login=self.collector.login,
        )

    def test_registries_are_valid(self):
        self._load("1")

    def test_registries_are_valid_with_assets(self):
        self._load("assets")
