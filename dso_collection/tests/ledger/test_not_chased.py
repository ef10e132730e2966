"""What the company decided not to chase: companies of this database, and invoices that were never
sent."""

from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestCompanies(DsoCommon):
    def test_companies_of_this_database(self):
        elsewhere = self.setup_other_company()["company"]
        partner = elsewhere.partner_id
        self._invoice("2026-03-01", partner=partner)
        self.assertFalse(self._plan("2026-03-06", partner))
        self.assertNothingPlanned("own_company", partner)
        customer = self._customer(partner)
        self.assertIn("company of this database", customer.planning_reason)
        self.assertEqual(customer.amount_overdue, 100.0)
        self.assertFalse(self.env["dso.customer"]._simulate(date(2026, 12, 31), customer))
        # said by the live screen, too
        self.assertIn(
            "company of this database",
            customer.web_read({"planning_reason": {}})[0]["planning_reason"],
        )
        # chosen
        self.company.dso_chase_companies = True
        self.env["dso.customer"]._cron_refresh()
        action = self.assertPlanned("A", "2026-03-06", partner)
        self.assertTrue(self.env["dso.customer"]._simulate(date(2026, 12, 31), customer))
        self.company.dso_chase_companies = False
        self.env["dso.customer"]._cron_refresh()
        self.assertEqual(action.state, "cancelled")
        self.assertIn("company of this database", action.reason)
        self.assertNothingPlanned("own_company", partner)

    def test_without_items_there_is_nothing_open(self):
        self.env["dso.customer"].create({"partner_id": self.company.partner_id.id})
        self.assertFalse(self._plan("2026-03-06", self.company.partner_id))
        self.assertNothingPlanned("no_item", self.company.partner_id)

    def test_a_customer_becomes_a_company_of_this_database(self):
        self._invoice("2026-03-01")
        self.assertTrue(self._plan("2026-03-06"))
        self.env["dso.customer"]._cron_refresh()
        company = self.env["res.company"].create({"name": "Acme", "partner_id": self.partner.id})
        self.env["dso.customer"]._cron_refresh()
        self.assertNothingPlanned("own_company")
        company.partner_id = self.env["res.partner"].create({"name": "Acme Holding"})
        self.env["dso.customer"]._cron_refresh()
        self.assertTrue(self._open_action())


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestUnsent(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice("2026-03-01")
        cls.action = cls._plan("2026-03-06")
        cls.customer = cls._customer()

    def _read_row(self):
        self.env.invalidate_all()
        self.env["dso.customer"]._cron_refresh()
        return self._open_action().web_read({"reason": {}})[0]["reason"]

    def test_warned_in_the_agenda_and_on_the_screen_of_the_customer(self):
        said = "One invoice was never sent to the customer."
        self.assertIn(said, self._read_row())
        spec = {"next_action_reason": {}}
        self.assertIn(said, self.customer.web_read(spec)[0]["next_action_reason"])
        self.assertIn(self.invoice.name, self.action.warning)
        # off
        self.company.dso_warn_unsent = False
        self.assertNotIn("never sent", self._read_row())
        self.assertFalse(self.action.warning)
        self.company.dso_warn_unsent = True
        self.assertIn(said, self._read_row())
        # sent
        self.invoice.is_move_sent = True
        self.assertNotIn("never sent", self._read_row())

    def test_what_was_done_is_not_warned_of(self):
        self._do(self.action, "2026-03-06")
        self.env.invalidate_all()
        self.assertNotIn("never sent", self.action.reason)

    def test_held_back_until_it_is_sent(self):
        self.company.dso_hold_unsent = True
        self.env["dso.customer"]._cron_refresh()
        self.assertNothingPlanned("excluded")
        self.assertEqual(self.action.state, "cancelled")
        self.assertIn("never sent to the customer", self.customer.planning_reason)
        self.assertEqual(self.customer.amount_overdue, 100.0)
        line = self._line(self.invoice)
        self.assertEqual((line.dso_excluded, line.dso_excluded_reason), (True, "Never sent"))
        self.assertIn(line, line.search([("dso_excluded", "=", True)]))
        # another one that was sent is chased alone
        sent = self._invoice("2026-03-02", 40.0)
        sent.is_move_sent = True
        self.env["dso.customer"]._cron_refresh()
        action = self._open_action()
        self.assertEqual((action.amount, action.leader_line_id), (40.0, self._line(sent)))
        self.invoice.is_move_sent = True
        self.env["dso.customer"]._cron_refresh()
        self.assertEqual(self._open_action().amount, 140.0)
        self.env.invalidate_all()
        self.assertFalse(line.dso_excluded)
        self.assertNotIn(line, line.search([("dso_excluded", "=", True)]))

    def test_only_invoices_are_sent(self):
        self.company.dso_hold_unsent = True
        self.invoice.is_move_sent = True
        self._undated("2026-02-01", 30.0)
        self._credit(5.0)
        self.env["dso.customer"]._cron_refresh()
        self.assertEqual(self._open_action().amount, 125.0)

    def test_asked_for_by_a_constant_number_of_queries(self):
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(6)])
        for partner in partners:
            self._invoice("2026-03-01", partner=partner)
        self.env["dso.customer"]._plan(today=date(2026, 3, 6))
        actions = self.env["dso.action"].search([("state", "=", "planned")])
        one = self._count_queries(lambda: actions[:1]._find_unsent())
        all_ = self._count_queries(lambda: actions._find_unsent())
        self.assertLessEqual(all_, one + 1)
        self.assertIn("One invoice", actions[0].reason)
        self._invoice("2026-03-02", partner=partners[0])
        action = self._open_action(partners[0])
        action.invalidate_recordset()
        self.assertIn("2 invoices were never sent", action.reason)
