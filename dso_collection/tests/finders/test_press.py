"""Press everything: each button of each view, in each role, on several records. It works, or
says in words why not."""

from odoo.tests import tagged

from .companies import DemoCompany, SmallCompany
from .press import PressMixin


class PressTests(PressMixin):
    def test_as_reader(self):
        self._press_everything("reader")
        self.assertNoFaults(at_least=200)

    def test_as_collector(self):
        self._press_everything("collector")
        self.assertNoFaults(at_least=500)

    def test_as_manager(self):
        self._press_everything("manager")
        self.assertNoFaults(at_least=300)

    def test_as_administrator(self):
        self._press_everything("administrator")
        self.assertNoFaults(at_least=5)


@tagged("post_install", "-at_install", "dso_finder")
class TestPressDemo(PressTests, DemoCompany):
    """In the company of the demo data."""


@tagged("post_install", "-at_install", "dso_finder")
class TestPressSmall(PressTests, SmallCompany):
    """In a company of the tests."""
