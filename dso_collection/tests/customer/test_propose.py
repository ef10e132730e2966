from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-07 09:00:00")
class TestPropose(DsoCommon):
    """Many customers without a contact for collection are fixed in one go, or by themselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact.dso_collection_contact = False
        cls.bolt = cls.env["res.partner"].create(
            {"name": "Bolt", "is_company": True, "email": "info@bolt.example.com"}
        )
        cls.clam = cls.env["res.partner"].create({"name": "Clam", "is_company": True})
        cls.invoicing = cls._create_contact(
            cls.partner,
            "Ivy",
            "ivy@acme.example.com",
            type="invoice",
            dso_collection_contact=False,
        )

    def setUp(self):
        super().setUp()
        for partner in (self.partner, self.bolt, self.clam):
            self._invoice("2026-03-01", partner=partner)
        self._refresh()
        self.customers = self._customer() | self._customer(self.bolt) | self._customer(self.clam)

    def _refresh(self):
        self.env.flush_all()
        self.env["dso.customer"]._cron_refresh()
        self.env.invalidate_all()

    def _open(self, records=None, user=None):
        records = self.customers if records is None else records
        action = records.with_user(user or self.collector).action_propose_contacts()
        wizard = self.env["dso.contact.propose"].with_user(user or self.collector)
        return wizard.browse(action["res_id"])

    def _states(self):
        return [self._open_action(customer.partner_id).state for customer in self.customers]

    def test_from_customers(self):
        self.assertEqual(self._states(), ["error"] * 3)
        wizard = self._open()
        by_customer = {line.customer_id.partner_id: line for line in wizard.line_ids}
        self.assertEqual(by_customer[self.partner].contact_id, self.invoicing)
        self.assertEqual(by_customer[self.bolt].contact_id, self.bolt)
        self.assertFalse(by_customer[self.clam].contact_id)
        self.assertIn("Nobody to propose", by_customer[self.clam].reason)
        self.assertEqual(wizard.line_ids.mapped("selected"), [True, True, False])
        self.assertFalse(self.invoicing.dso_collection_contact, "nothing is written yet")
        result = wizard.action_apply()
        self.assertIn("chosen: 2", result["params"]["message"])
        self.assertTrue(self.invoicing.dso_collection_contact and self.bolt.dso_collection_contact)
        self.assertEqual(self._states(), ["planned", "planned", "error"])
        again = self._open()
        self.assertEqual(again.line_ids.customer_id, self._customer(self.clam))

    def test_change_and_leave_out(self):
        wizard = self._open()
        line = wizard.line_ids.filtered(lambda each: each.customer_id == self._customer())
        line.contact_id = self.contact
        (wizard.line_ids - line).selected = False
        wizard.action_apply()
        self.assertTrue(self.contact.dso_collection_contact)
        self.assertFalse(self.invoicing.dso_collection_contact or self.bolt.dso_collection_contact)
        with self.assertRaises(UserError):
            empty = self._open()
            empty.line_ids.selected = False
            empty.action_apply()

    def test_only_own_contacts(self):
        wizard = self._open()
        line = wizard.line_ids.filtered(lambda each: each.customer_id == self._customer())
        line.contact_id = self.bolt
        with self.assertRaises(UserError):
            wizard.action_apply()
        line.contact_id = self.contact
        self.contact.email = "nonsense"
        with self.assertRaises(UserError):
            wizard.action_apply()

    def test_from_yellow_rows(self):
        actions = self.customers.open_action_ids
        self.assertEqual(actions.mapped("can_propose_contact"), [True] * 3)
        wizard = self._open(actions)
        self.assertEqual(wizard.line_ids.customer_id, self.customers)
        wizard.action_apply()
        self.assertEqual(self._states(), ["planned", "planned", "error"])

    def test_from_alert(self):
        alert = self.env["dso.alert"].create(
            {
                "name": "No contact",
                "domain": str([("email_missing", "=", True), ("id", "in", self.customers.ids)]),
            }
        )
        self.assertTrue(alert.about_contacts)
        self.assertEqual(self._open(alert).line_ids.customer_id, self.customers)

    def test_none_missing(self):
        self.bolt.dso_collection_contact = True
        with self.assertRaises(UserError):
            self._open(self._customer(self.bolt))

    def test_contact_without_address(self):
        self.clam.dso_collection_contact = True
        line = self._open(self._customer(self.clam)).line_ids
        self.assertIn("Clam", line.reason)

    def test_rights(self):
        with self.assertRaises(AccessError):
            self._open(user=self.reader)
        self.company.dso_own_customers_only = True
        self.customers.collector_id = self.manager
        with self.assertRaises(AccessError):
            self._open()

    def test_serves_by_itself(self):
        """By a setting of the company, which is off at first."""
        self.assertFalse(self.company.dso_proposed_contact_serves)
        self.company.dso_proposed_contact_serves = True
        self._refresh()
        self.assertEqual(self._states(), ["planned", "planned", "error"])
        action = self._open_action()
        self.assertIn("Ivy, who gets the invoices, stands in", action.reason)
        self.assertIn("info@bolt.example.com", self._open_action(self.bolt).reason)
        self.assertFalse(self.invoicing.dso_collection_contact)
        self.assertEqual(self.customers.mapped("email_missing"), [False, False, True])
        own = [("id", "in", self.customers.ids)]
        customers = self.env["dso.customer"]
        clam = self._customer(self.clam)
        self.assertEqual(customers.search([*own, ("email_missing", "=", True)]), clam)
        self.assertEqual(
            customers.search([*own, ("email_missing", "=", False)]), self.customers - clam
        )
        action.action_confirm()
        self.env["dso.action"]._dispatch()
        self.assertEqual(action.state, "done")
        self.assertEqual(action.recipient_ids, self.invoicing)
        self.assertNotIn("serves", action.reason)
        # whoever is chosen comes first
        self.contact.dso_collection_contact = True
        self.assertEqual(self._customer()._find_serving()[self._customer().id], self.contact)
        # the invoice contact of the other one appears: the queue sees it
        self._create_contact(
            self.clam, "Cy", "cy@clam.example.com", type="invoice", dso_collection_contact=False
        )
        self._refresh()
        self.assertEqual(self._open_action(self.clam).state, "planned")
        self.company.dso_proposed_contact_serves = False
        self._refresh()
        self.assertEqual(self._open_action(self.clam).state, "error")

    def test_archived_is_none(self):
        self.company.dso_proposed_contact_serves = True
        self.invoicing.active = False
        self._refresh()
        self.assertEqual(self._states(), ["error", "planned", "error"])

    def test_queries(self):
        """As many for three customers as for one."""
        self.company.dso_proposed_contact_serves = True

        def propose(some):
            return self._count_queries(lambda: some._find_serving())

        self.assertEqual(propose(self.customers), propose(self.customers[:1]))
