"""Press everything: each button of each view, in each role, on several records. It works, or
says in words why not."""

from types import SimpleNamespace

from odoo.exceptions import UserError
from odoo.tests import tagged

from .companies import DemoCompany, SmallCompany
from .press import PressMixin


class PressTests(PressMixin):
    def test_a_fault_is_found(self):
        """The finder itself: what goes wrong on purpose is told with its place."""

        def view_items(records):
            return {}["nothing"]

        self.patch(self.env.registry["dso.customer"], "action_view_items", view_items)
        button = SimpleNamespace(
            model="dso.customer",
            name="action_view_items",
            args=None,
            context=None,
            several=False,
            always=False,
        )
        user = self.roles["collector"]
        for records in self.find_groups(button, user, 2):
            with self.trying("collector", "a screen", "a record", button.name):
                self._press_one("collector", user, records, button)
            with self.trying("collector", "a screen", "a record", "a refusal"):
                raise UserError(self.env.user.name)
        with self.assertRaisesRegex(AssertionError, "a screen.*action_view_items.*KeyError"):
            self.assertNoFaults(at_least=1)

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
