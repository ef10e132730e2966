"""What classes of tests begin with is the same, whether it was prepared or each makes its own."""

from odoo.tests import tagged

from .. import prepared
from ..common import DsoCommon


@tagged("post_install", "-at_install")
class TestTaken(DsoCommon):
    def _check(self):
        self.assertEqual(self.company, self.company_data["company"])
        self.assertEqual(self.env.company, self.company)
        self.assertEqual(self.env.user.login, "accountman")
        self.assertEqual(self.company.name, "company_1_data")
        self.assertEqual(self.company.dso_default_scenario_id, self.scenario)
        self.assertEqual(self.collector.login, "dso_collector")
        self.assertEqual(self.contact.parent_id, self.partner)
        self.assertEqual(self.scenario.step_ids.mapped("name"), ["A", "B", "C", "D"])
        self._invoice("2026-03-01")
        self._plan("2026-03-02")
        self.assertPlanned("A", "2026-03-06")

    def test_first_company(self):
        self._check()

    def test_other_company(self):
        data = self.setup_other_company()
        self.assertEqual(data["company"].name, "company_2")
        self.assertTrue(data["company"].active)
        self.assertIn(data["company"], self.env.user.company_ids)
        self.assertEqual(data["default_account_receivable"].company_ids, data["company"])
        third = self.setup_other_company(name="company_3")["company"]
        self.assertNotEqual(third, data["company"])

    def test_other_currency(self):
        """One that is asked for with something of its own is made."""
        franc = self.env.ref("base.CHF")
        company = self.setup_other_company(currency_id=franc.id)["company"]
        self.assertEqual((company.name, company.currency_id), ("company_2", franc))


@tagged("post_install", "-at_install")
class TestOwn(TestTaken):
    """Another group would be missing in what was prepared."""

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.env.ref("account.group_account_readonly")

    def test_own_company(self):
        self.assertIsNone(prepared.find(type(self), DsoCommon))
        found = prepared.read()
        taken = found and found["attributes"]["company"]["ids"]
        self.assertNotEqual(self.company.ids, taken)
