"""The scripts that bring a database of an earlier version up to date, run on what such a database
has: called as Odoo calls them."""

from odoo.modules.migration import exec_script
from odoo.tests import tagged
from odoo.tools.misc import file_path

from ..common import DsoCommon


@tagged("post_install", "-at_install")
class TestMigration(DsoCommon):
    def _migrate(self, version, stage, name="migration"):
        path = file_path(f"dso_collection/migrations/{version}/{stage}-{name}.py")
        self.env.flush_all()
        exec_script(self.cr, "19.0.1.0.0", path, "dso_collection", stage, version)
        self.env.invalidate_all()

    def _forget(self, customers, value):
        """As the column is when it has just been added."""
        self.env.flush_all()
        self.cr.execute(
            "UPDATE dso_customer SET page_enabled = %s WHERE id = ANY(%s)", [value, customers.ids]
        )

    def test_no_model_of_before_is_left(self):
        """Parts of actions, files, pages and items were models until 19.0.1.6.0."""
        rows = self.env["ir.model"].search([("model", "=like", "dso.%")])
        self.assertEqual([name for name in rows.mapped("model") if name not in self.env], [])

    def test_customers_of_before_have_pages(self):
        """Where their company gives them to new customers; a choice of the user stays."""
        self._invoice("2026-03-01")
        other = self.env["res.partner"].create({"name": "Other"})
        self._invoice("2026-03-01", partner=other)
        self.env["dso.customer"]._ensure_customers(self.company)
        customer, refused = self._customer(), self._customer(other)
        self._forget(customer, None)
        self._forget(refused, False)

        self.company.dso_default_page_enabled = False
        self._migrate("19.0.1.3.0", "post")
        self.assertFalse(customer.page_enabled)

        self.company.dso_default_page_enabled = True
        self._migrate("19.0.1.3.0", "post")
        self.assertTrue(customer.page_enabled)
        self.assertFalse(refused.page_enabled, "somebody decided so")

    def test_the_alert_of_nobody_in_charge_finds_those_who_left(self):
        """A condition that somebody wrote stays."""
        self._invoice("2026-03-01")
        self._plan("2026-03-10")
        alert = self.env.ref("dso_collection.alert_no_collector")
        alert.domain = "[('collector_id', '=', False), ('oldest_due_date', '!=', False)]"
        self._migrate("19.0.1.5.0", "post")
        self.company.dso_default_collector_id = False
        self.collector.active = False
        found = self.env["dso.customer"].search(alert._get_customer_domain())
        self.assertIn(self._customer(), found)
        alert.domain = "[('collector_id', '=', False)]"
        self._migrate("19.0.1.5.0", "post")
        self.assertEqual(alert.domain, "[('collector_id', '=', False)]")

    def test_the_default_collector_sees_the_customers_of_nobody(self):
        """Rules as they were become those of today; one that somebody wrote stays."""
        customers = self.env.ref("dso_collection.dso_customer_rule_company")
        actions = self.env.ref("dso_collection.dso_action_rule_company")
        today = customers.domain_force
        own = (
            "['|', ('company_id', 'not in', "
            "user.company_ids.filtered('dso_own_customers_only').ids), "
        )
        customers.domain_force = (
            "[('company_id', 'in', company_ids)] + (\n"
            f"                {own}('collector_id', '=', user.id)]\n"
            "                if user.has_group('dso_collection.group_dso_collector')\n"
            "                and not user.has_group('dso_collection.group_dso_manager') else []\n"
            "            )"
        )
        actions.domain_force = "[('company_id', 'in', company_ids)]"
        self._migrate("19.0.1.6.0", "post", "own")
        self.assertEqual(customers.domain_force.split(), today.split())
        self.assertEqual(actions.domain_force, "[('company_id', 'in', company_ids)]")

    def test_everybody_is_planned_anew(self):
        self._invoice("2026-03-01")
        self.env["dso.customer"]._ensure_customers(self.company)
        self.env["dso.refresh.queue"].search([]).unlink()
        self._migrate("19.0.1.3.0", "post")
        queued = self.env["dso.refresh.queue"].search([])
        self.assertIn(self.partner.id, queued.mapped("partner_id"))

    def test_statements_tell_of_all_items(self):
        """In every language; a text with other hashtags is the user's own."""
        template = self.env.ref("dso_collection.mail_template_statement")
        before = "<p>#items_amount_selected</p><div>#items_list_selected</div>"
        own = "<p>#items_amount_selected_late_penalties</p><div>#items_list_selected</div>"
        self.env["res.lang"]._activate_lang("fr_FR")
        for text, expected in (
            (before, "<p>#items_amount</p><div>#items_list</div>"),
            (own, own),
        ):
            with self.subTest(text):
                for lang in ("en_US", "fr_FR"):
                    template.with_context(lang=lang).body_html = text
                self._migrate("19.0.1.3.0", "post")
                for lang in ("en_US", "fr_FR"):
                    self.assertEqual(str(template.with_context(lang=lang).body_html), expected)

    def test_statuses_take_over_what_their_step_said(self):
        """Of version 19.0.1.1.0: the column is there only while that version is installed."""
        step = self._create_scenario(("Call", "due_date", 3)).step_ids
        status = self.env.ref("dso_collection.status_ongoing")
        self._migrate("19.0.1.1.0", "post")  # without the column there is nothing to do
        self.cr.execute("ALTER TABLE dso_item_status ADD COLUMN scenario_step_id integer")
        self.cr.execute(
            "UPDATE dso_item_status SET scenario_step_id = %s, action_type = 'call', "
            "mail_template_id = NULL WHERE id = %s",
            [step.id, status.id],
        )
        self._migrate("19.0.1.1.0", "post")
        self.assertEqual((status.action_type, status.mail_template_id), ("email", self.template))

    def test_alerts_write_less(self):
        """The foreign key and the index of before are gone; what Odoo makes today stays."""
        self.cr.execute(
            """
            ALTER TABLE dso_alert_hit DROP CONSTRAINT IF EXISTS dso_alert_hit_company_id_fkey;
            DROP INDEX IF EXISTS dso_alert_hit__customer_id_index;
            ALTER TABLE dso_alert_hit ADD CONSTRAINT dso_alert_hit_company_id_fkey
                FOREIGN KEY (company_id) REFERENCES res_company (id);
            CREATE INDEX dso_alert_hit__customer_id_index ON dso_alert_hit (customer_id)
            """
        )
        self._migrate("19.0.1.5.0", "post")
        self.cr.execute(
            "SELECT conname FROM pg_constraint"
            " WHERE conrelid = 'dso_alert_hit'::regclass AND contype = 'f' ORDER BY 1"
        )
        self.assertEqual(
            [name for (name,) in self.cr.fetchall()],
            ["dso_alert_hit_alert_id_fkey", "dso_alert_hit_customer_id_fkey"],
        )
        self.cr.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'dso_alert_hit'")
        self.assertEqual(
            {name for (name,) in self.cr.fetchall()},
            {
                "dso_alert_hit_pkey",
                "dso_alert_hit_alert_customer_uniq",
                "dso_alert_hit_pending_idx",
            },
        )

    def test_saved_filters_keep_their_age(self):
        """An age of 91 to 180 days got a key of its own; the trend's, which means all that is
        older, stays."""
        filters = self.env["ir.filters"].create(
            [
                {"name": "Old", "model_id": model, "domain": "[('age', 'in', [\"061\", '091'])]"}
                for model in ("dso.item.report", "dso.overdue.trend")
            ]
        )
        self._migrate("19.0.1.7.0", "post", "ageing")
        self.assertEqual(
            filters.mapped("domain"),
            ["[('age', 'in', [\"061\", '091_180'])]", "[('age', 'in', [\"061\", '091'])]"],
        )
