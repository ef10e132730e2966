from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestSecurity(DsoCommon):
    """Least rights: who sees and does what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_partner = cls.env["res.partner"].create({"name": "Other customer"})
        cls._create_contact(cls.other_partner, "Bob", "bob@other.example.com")
        cls.mine, cls.other = (
            cls._invoice("2026-03-01"),
            cls._invoice("2026-03-01", partner=cls.other_partner),
        )
        cls.env["dso.customer"]._plan()
        cls._customer(cls.other_partner).collector_id = cls.manager
        cls._line(cls.mine).dso_status_id = cls.env.ref("dso_collection.status_promise")
        cls._line(cls.other).dso_status_id = cls.env.ref("dso_collection.status_promise")
        cls.models = ("dso.customer", "dso.action", "dso.qualification")

    def _seen(self, model, user):
        return self.env[model].with_user(user).search([]).partner_id

    def test_open_by_default(self):
        for model in self.models:
            for user in (self.reader, self.collector, self.manager):
                with self.subTest(model=model, user=user.login):
                    self.assertEqual(self._seen(model, user), self.partner | self.other_partner)

    def test_own_customers_only(self):
        """The option restricts collectors; readers and managers see all."""
        self.company.dso_own_customers_only = True
        for model in self.models:
            with self.subTest(model):
                self.assertEqual(self._seen(model, self.collector), self.partner)
                self.assertEqual(self._seen(model, self.manager), self.partner | self.other_partner)
                self.assertEqual(self._seen(model, self.reader), self.partner | self.other_partner)
        foreign = self._customer(self.other_partner).open_action_ids.with_user(self.collector)
        self.assertEqual(len(foreign), 1, "the follow-up of its promise")
        for method in ("action_confirm", "action_execute", "action_cancel"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(foreign, method)()
        with self.assertRaises(AccessError):
            self._customer(self.other_partner).with_user(self.collector).web_read(
                {"amount_due": {}}
            )
        with self.assertRaises(AccessError):
            self._line(self.other).with_user(self.collector).action_dso_ignore()
        with self.assertRaises(AccessError):
            foreign.with_user(self.collector).action_preview() and self.env[
                "dso.action.preview"
            ].with_user(self.collector).create({"action_id": foreign.id}).body

    def test_whoever_is_in_charge_of_nobodys_customers_sees_them(self):
        """The default collector: e-mails of customers without a collector are theirs."""
        self.company.dso_own_customers_only = True
        other = self._customer(self.other_partner)
        other.collector_id = False
        for default, seen in (
            (self.collector, self.partner | self.other_partner),
            (self.manager, self.partner),
        ):
            self.company.dso_default_collector_id = default
            for model in self.models:
                with self.subTest(model, default=default.login):
                    self.assertEqual(self._seen(model, self.collector), seen)

    def test_action_items_follow(self):
        self.company.dso_own_customers_only = True
        for partner in (self.partner, self.other_partner):
            self._line(self.mine | self.other).dso_status_id = False
            self._plan("2026-03-06", partner)
            self._open_action(partner).action_execute()
        items = self.env["dso.action.item"]
        self.assertEqual(items.with_user(self.collector).search([]).line_id, self._line(self.mine))
        self.assertEqual(
            items.with_user(self.manager).search([]).line_id, self._line(self.mine | self.other)
        )

    def test_other_companies_are_not_seen(self):
        company = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="dso_stranger",
            groups="base.group_user,dso_collection.group_dso_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        for model in self.models:
            with self.subTest(model):
                self.assertFalse(self._seen(model, stranger))

    def test_plain_users_and_accountants_without_group(self):
        """No collection rights, no collection: but posting and paying work as ever."""
        clerk = new_test_user(
            self.env,
            login="dso_clerk",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        with self.assertRaises(AccessError):
            self.env["dso.customer"].with_user(clerk).search([])
        invoice = self.mine.copy({"invoice_date": "2026-03-01"}).with_user(clerk)
        invoice.action_post()
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertEqual(invoice.state, "posted")
        self.assertFalse(invoice.dso_status_id)

    def test_every_model_has_a_rule_and_rights(self):
        """No model of the module is left open."""
        models = self.env["ir.model"].search([("model", "=like", "dso.%")])
        for model in models.filtered(lambda model: not model.transient and not model.abstract):
            with self.subTest(model.model):
                self.assertTrue(model.sudo().access_ids)
                self.assertTrue(all(model.sudo().access_ids.mapped("group_id")))
                if "company_id" in self.env[model.model]._fields:
                    self.assertTrue(model.sudo().rule_ids, "companies are kept apart")

    def test_collectors_may_export(self):
        self.assertTrue(self.collector.has_group("base.group_allow_export"))
        self.assertFalse(self.reader.has_group("base.group_allow_export"))

    def test_planning_methods_are_not_callable_from_outside(self):
        for model, names in (
            ("dso.customer", ("_plan", "_simulate", "_cron_plan", "_cron_refresh")),
            ("dso.action", ("_dispatch", "_cron_dispatch", "_carry_out")),
        ):
            for name in names:
                self.assertTrue(name.startswith("_") and hasattr(self.env[model], name))
