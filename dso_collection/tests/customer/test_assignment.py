from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ...tools.inside import inside
from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-07 09:00:00")
class TestAssignment(DsoCommon):
    """Assignment rules hold for existing customers too: applied again when what they look at
    changes, never over what somebody chose by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tag = cls.env["res.partner.category"].create({"name": "Group companies"})
        cls.never = cls.env["dso.assignment.rule"].create(
            {
                "name": "Our group",
                "domain": str([("partner_id.category_id", "in", cls.tag.ids)]),
                "never_chase": True,
                "company_id": cls.company.id,
            }
        )
        cls.slow = cls._create_scenario(("Slow", "due_date", 30), name="Slow")

    def setUp(self):
        super().setUp()
        self._invoice("2026-03-01")
        self._refresh()
        self.customer = self._customer()

    def _refresh(self):
        self.env.flush_all()
        self.env["dso.customer"]._cron_refresh()
        self.env.invalidate_all()

    def _create_rule(self, domain, **values):
        return self.env["dso.assignment.rule"].create(
            {"name": "Rule", "domain": str(domain), "company_id": self.company.id, **values}
        )

    def test_never_chase(self):
        self.assertEqual(self.customer.scenario_id, self.scenario)
        self.partner.category_id = self.tag
        self._refresh()
        self.assertFalse(self.customer.scenario_id)
        self.assertNothingPlanned("no_scenario")
        self.assertIn("Our group", self.customer.planning_reason)
        # it leaves the group: as a new customer would begin
        self.partner.category_id = False
        self._refresh()
        self.assertEqual(self.customer.scenario_id, self.scenario)
        self.assertTrue(self._open_action())

    def test_from_the_tag(self):
        """Who has a tag may be said on the tag, too; so may what is above it, and that it goes."""
        self.tag.partner_ids = self.partner
        self._refresh()
        self.assertFalse(self.customer.scenario_id)
        self.tag.partner_ids = [Command.clear()]
        self._refresh()
        self.assertEqual(self.customer.scenario_id, self.scenario)
        below = self.env["res.partner.category"].create(
            {"name": "Below", "partner_ids": self.partner.ids}
        )
        self.never.domain = str([("partner_id.category_id", "child_of", self.tag.ids)])
        self._refresh()
        self.assertEqual(self.customer.scenario_id, self.scenario)
        below.parent_id = self.tag
        self._refresh()
        self.assertFalse(self.customer.scenario_id)
        below.unlink()
        self._refresh()
        self.assertEqual(self.customer.scenario_id, self.scenario)
        new = self.env["res.partner.category"].create(
            {"name": "New", "parent_id": self.tag.id, "partner_ids": self.partner.ids}
        )
        self.assertTrue(new)
        self._refresh()
        self.assertFalse(self.customer.scenario_id)

    def test_new_customers(self):
        other = self.env["res.partner"].create(
            {"name": "Sister", "is_company": True, "category_id": [Command.set(self.tag.ids)]}
        )
        self._invoice("2026-03-01", partner=other)
        self._refresh()
        self.assertNothingPlanned("no_scenario", other)
        self.assertIn("Our group", self._customer(other).planning_reason)

    def test_by_hand_stays(self):
        self.customer.with_user(self.manager).scenario_id = self.slow
        self.partner.category_id = self.tag
        self._refresh()
        self.assertEqual(self.customer.scenario_id, self.slow)
        self.env["dso.assignment.rule"].with_user(self.manager).action_apply()
        self.assertEqual(self.customer.scenario_id, self.slow)
        wizard = self.env["dso.assignment.apply"].with_user(self.manager).create({})
        self.assertNotIn(self.customer, wizard.customer_ids)
        wizard.overrule = True
        self.assertIn(self.customer, wizard.customer_ids)
        wizard.action_apply()
        self.assertIn("Our group", self.customer.planning_reason)
        self.customer.with_user(self.manager).scenario_id = False
        self.assertIn("choose one", self.customer.planning_reason)

    def test_whatever_a_rule_looks_at(self):
        france = self.env.ref("base.fr")
        self.company.account_use_credit_limit = True
        changes = {
            "country": ([("country_id", "=", france.id)], {"country_id": france.id}),
            "salesperson": (
                [("partner_id.user_id", "=", self.manager.id)],
                {"user_id": self.manager.id},
            ),
            "limit": ([("credit_limit", ">", 5000)], {"credit_limit": 9000}),
            "own field": ([("partner_id.barcode", "=", "77")], {"barcode": "77"}),
            "inside": ([("partner_id", "any", [("city", "=", "Lyon")])], {"city": "Lyon"}),
        }
        for name, (domain, values) in changes.items():
            with self.subTest(name):
                rule = self._create_rule(domain, scenario_id=self.slow.id)
                self.partner.with_company(self.company).write(values)
                self._refresh()
                self.assertEqual(self.customer.scenario_rule_id, rule)
                self.assertEqual(self.customer.scenario_id, self.slow)
                rule.unlink()
                self.customer.with_context(**inside(dso_by_rule=True)).write(
                    {"scenario_id": self.scenario.id}
                )

    def test_figures(self):
        self._create_rule([("amount_overdue", ">", 1000)], scenario_id=self.slow.id)
        self._invoice("2026-03-02", 5000)
        self._refresh()
        self.assertPlanned("Slow", "2026-03-31")
        self.env["dso.customer"]._cron_plan()
        self.assertPlanned("Slow", "2026-03-31")

    def test_first_rule_wins(self):
        self._create_rule([], scenario_id=self.slow.id, sequence=20)
        self.partner.category_id = self.tag
        self._refresh()
        self.assertEqual(self.customer.scenario_rule_id, self.never)

    def test_one_insert(self):
        """Whoever changes a partner pays for an insert, no more."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.cr.execute("DELETE FROM dso_refresh_queue")
        self.partner.category_id = self.tag
        self.env.flush_all()
        self.assertEqual(self.customer.scenario_id, self.scenario)
        self.env.cr.precommit.run()
        self.env.cr.execute("SELECT partner_id, reassign FROM dso_refresh_queue")
        self.assertEqual(self.env.cr.fetchall(), [(self.partner.id, True)])

    def test_apply_to_existing(self):
        """Said before, then done; only credit managers."""
        self._create_rule([("partner_id", "=", self.partner.id)], scenario_id=self.slow.id)
        wizard = self.env["dso.assignment.apply"].with_user(self.manager).create({})
        self.assertIn(self.customer, wizard.customer_ids)
        self.assertEqual((wizard.scenario_count, wizard.never_count), (1, 0))
        self.assertEqual(self.customer.scenario_id, self.scenario, "nothing is written yet")
        wizard.action_apply()
        self.assertEqual(self.customer.scenario_id, self.slow)
        with self.assertRaises(AccessError):
            self.env["dso.assignment.apply"].with_user(self.collector).create({})
        with self.assertRaises(UserError):
            self.env["dso.assignment.rule"].with_user(self.collector).action_apply()

    def test_rule_that_is_gone(self):
        """Who had nothing by a rule that was deleted or archived gets what is left."""
        manager = self.manager
        for gone in ("unlink", "action_archive"):
            with self.subTest(gone):
                rule = self._create_rule(
                    [("partner_id", "=", self.partner.id)], never_chase=True, sequence=1
                )
                self.env["dso.assignment.rule"].with_user(manager).action_apply()
                self.assertFalse(self.customer.scenario_id)
                getattr(rule.with_user(manager), gone)()
                self.env.invalidate_all()
                wizard = self.env["dso.assignment.apply"].with_user(manager).create({})
                self.assertIn(self.customer, wizard.customer_ids)
                wizard.action_apply()
                self.assertEqual(self.customer.scenario_id, self.scenario)
        # what somebody took away by hand stays away
        self.customer.with_user(manager).scenario_id = False
        self.env["dso.assignment.rule"].with_user(manager).action_apply()
        self.assertFalse(self.customer.scenario_id)
        # a rule that is left goes first
        rule = self._create_rule(
            [("partner_id", "=", self.partner.id)], never_chase=True, sequence=1
        )
        self._create_rule([], scenario_id=self.slow.id, sequence=2)
        self.env["dso.assignment.rule"].with_user(manager).action_apply(overrule=True)
        self.assertFalse(self.customer.scenario_id)
        rule.with_user(manager).unlink()
        self.env["dso.assignment.rule"].with_user(manager).action_apply()
        self.assertEqual(self.customer.scenario_id, self.slow)

    def test_now_and_then(self):
        """Only who changes, with what it has and what it gets; everybody is counted once."""
        partners = self.env["res.partner"].create(
            [
                {"name": name, "is_company": True}
                for name in ("Both", "Collector", "Kept", "Never", "Same")
            ]
        )
        for partner in partners:
            self._invoice("2026-03-01", partner=partner)
        self._refresh()
        both, colleague, kept, never, same = (self._customer(partner) for partner in partners)
        self._create_rule(
            [("id", "in", (both | kept).ids)],
            scenario_id=self.slow.id,
            collector_id=self.manager.id,
            sequence=1,
        )
        self._create_rule([("id", "=", colleague.id)], collector_id=self.manager.id)
        self._create_rule([("id", "=", never.id)], never_chase=True)
        # comes from another rule now, but is what it was
        self._create_rule([("id", "=", same.id)], scenario_id=self.scenario.id)
        kept.with_user(self.manager).write(
            {"scenario_id": self.scenario.id, "collector_id": self.collector.id}
        )
        wizard = self.env["dso.assignment.apply"].with_user(self.manager).create({})
        lines = {line.name: line for line in wizard.line_ids}
        self.assertEqual(lines.keys(), {"Both", "Collector", "Never"})
        self.assertEqual(
            (lines["Both"].scenario_now, lines["Both"].scenario_then),
            (self.scenario.name, "Slow"),
        )
        self.assertEqual(
            (lines["Collector"].collector_now, lines["Collector"].collector_then),
            (self.collector.name, self.manager.name),
        )
        self.assertFalse(lines["Collector"].scenario_then)
        self.assertIn("not chased", lines["Never"].scenario_then)
        self.assertEqual(
            (wizard.scenario_count, wizard.never_count, wizard.collector_count), (1, 1, 1)
        )
        self.assertEqual(wizard.change_count, 3)
        self.assertEqual(wizard.kept_count, 1)
        self.assertEqual(
            wizard.change_count + wizard.kept_count + wizard.same_count, wizard.customer_count
        )
        said = wizard.action_apply()["params"]["message"]
        self.assertIn("3 customers", said)
        self.assertIn(f"{wizard.customer_count - 3} keep", said)
        form = Form(self.env["dso.assignment.apply"].with_user(self.manager))
        self.assertFalse(len(form.line_ids))
        form.overrule = True
        self.assertEqual(len(form.line_ids), 1)
        self.assertEqual(form.save().change_count, 1)

    def test_bad_rules(self):
        for values in (
            {"domain": "[('country_id', 'in', [])]"},
            {"domain": "[('gone', '=', 1)]"},
            {"scenario_id": self.slow.id},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.never.write(values)
                self.env.flush_all()

    def test_constant_queries(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}", "is_company": True} for number in range(16)]
        )
        for partner in partners:
            self._invoice("2026-03-01", partner=partner)
        self._refresh()
        files = self.env["dso.customer"].search([("partner_id", "in", partners.ids)])
        files.partner_id.category_id = self.tag
        self.env.flush_all()
        rules = self.env["dso.assignment.rule"].search([("company_id", "=", self.company.id)])
        few = self._count_queries(lambda: rules._get_changes(files[:3]))
        many = self._count_queries(lambda: rules._get_changes(files))
        self.assertLessEqual(many, few + 2)

    def test_without_a_condition_it_is_said(self):
        """Before saving, with the number of customers that it takes."""
        with Form(self.env["dso.assignment.rule"].with_user(self.manager)) as form:
            form.name = "Everybody"
            form.collector_id = self.collector
            self.assertTrue(form.takes_all)
            customers = self.env["dso.customer"].with_user(self.manager)
            self.assertEqual(form.customer_count, customers.search_count([]))
            form.domain = "[('partner_id', '=', 0)]"
            self.assertFalse(form.takes_all)
            self.assertEqual(form.customer_count, 0)
        arch = self.env["dso.assignment.rule"].get_view(view_type="form")["arch"]
        self.assertIn("takes all customers", arch)
