"""The search box and Group by: the company's own fields, and nothing that only programs read."""

import re

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
class TestSearch(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # fields are of the registry, which other tests share
        cls.addClassCleanup(cls.registry.reset_changes)
        fields = cls.env["ir.model.fields"].sudo()
        partner, customer = (
            cls.env["ir.model"]._get_id(name) for name in ("res.partner", "dso.customer")
        )
        for model_id, name, label, kind in (
            (partner, "x_segment", "Segment", "char"),
            (partner, "x_priority", "Priority", "integer"),
            (partner, "x_sync_uuid", "Sync UUID", "char"),
            (partner, "x_portal_token", "Portal token", "char"),
            (partner, "x_import_data", "Import data", "text"),
            (customer, "x_lawyer", "Lawyer", "char"),
            (customer, "x_customer_code", "Customer code", "char"),
            (cls.env["ir.model"]._get_id("account.move.line"), "x_segment", "Segment", "char"),
            (cls.env["ir.model"]._get_id("account.move.line"), "x_row_uuid", "UUID", "char"),
        ):
            fields.create(
                {
                    "model_id": model_id,
                    "name": name,
                    "field_description": label,
                    "ttype": kind,
                    "state": "manual",
                }
            )
        cls.partner.sudo().write({"x_segment": "Retail", "x_priority": 3})

    def _search_view(self, model, user=None):
        """(names of the fields of the search box, descriptions of fields)"""
        views = self.env[model].with_user(user or self.collector).get_views([(False, "search")])
        arch = etree.fromstring(views["views"]["search"]["arch"])
        names = [node.get("name") for node in arch.iter("field")]
        return names, views["models"][model]["fields"]

    def test_own_fields_are_found(self):
        names, fields = self._search_view("dso.action")
        for name, label in (
            ("partner_id.x_segment", "Segment"),
            ("partner_id.x_priority", "Priority"),
            ("customer_id.x_lawyer", "Lawyer"),
        ):
            with self.subTest(name):
                self.assertIn(name, names)
                self.assertEqual(fields[name]["string"], label)
                self.assertTrue(fields[name]["groupable"])
        names, fields = self._search_view("dso.customer")
        self.assertIn("partner_id.x_segment", names)
        self.assertIn("x_lawyer", names)
        self.assertTrue(fields["partner_id.x_segment"]["groupable"])

    def test_own_fields_are_filled_in(self):
        """What a company adds to a file is no field of the module's."""
        self._invoice("2026-03-01")
        self.env["dso.customer"]._ensure_customers(self.company)
        customer = self._customer().with_user(self.collector)
        customer.write({"x_lawyer": "Maître Durand"})
        self.assertEqual(customer.x_lawyer, "Maître Durand")
        with self.assertRaises(AccessError):
            customer.write({"x_lawyer": "Nobody", "amount_due": 0})

    def test_technical_ones_are_not(self):
        for model in ("dso.action", "dso.customer"):
            names, fields = self._search_view(model)
            for name in ("x_sync_uuid", "x_portal_token", "x_import_data"):
                with self.subTest(model=model, name=name):
                    self.assertNotIn(f"partner_id.{name}", names)
                    self.assertNotIn(f"partner_id.{name}", fields)

    def test_group_by_offers_nothing_that_only_programs_read(self):
        technical = {
            "dso.action": ("sms_uuid", "cancel_code", "receipt_filename", "message_id", "mail_id"),
            "dso.reply": ("gateway_reference", "message_id"),
            "dso.alert": ("domain", "error"),
        }
        for model, names in technical.items():
            fields = self._search_view(model)[1]
            for name in names:
                with self.subTest(model=model, name=name):
                    self.assertFalse(fields[name]["groupable"])
        self.assertTrue(self._search_view("dso.action")[1]["collector_id"]["groupable"])

    def test_what_the_client_asks_with_them_is_answered(self):
        self._invoice("2026-01-01")
        self._plan("2026-03-02")
        actions = self.env["dso.action"].with_user(self.collector)
        found = actions.search([("partner_id.x_segment", "ilike", "retail")])
        self.assertIn(self._open_action(), found)
        groups = actions.web_read_group(
            [("partner_id", "=", self.partner.id)], ["partner_id.x_segment"], ["__count"]
        )["groups"]
        self.assertEqual(groups[0]["partner_id.x_segment"], "Retail")
        customers = self.env["dso.customer"].with_user(self.collector)
        self.assertEqual(
            customers.search([("partner_id.x_priority", "=", 3)]).partner_id, self.partner
        )

    def test_no_list_of_ours_offers_what_only_programs_read(self):
        """Every search of ours, Items included; accounting's own stays as it is."""
        technical = re.compile(
            r"^(id|write_uid|write_date|display_type|parent_state)$|(^|_)(uuid|token|hash|code|key"
            r"|prefix|sequence|sequence_number|color|path|header|message_id|statement_line_id)$"
        )
        views = self.env["ir.ui.view"].sudo().search([("type", "=", "search")])
        ours = [
            view
            for view, xmlid in zip(views, views.get_external_id().values(), strict=True)
            if xmlid.startswith("dso_collection.") and not view.inherit_id
        ]
        self.assertGreater(len(ours), 15)
        for view in ours:
            model = self.env[view.model].with_user(self.manager)
            offered = model.get_views([(view.id, "search")])["models"][view.model]["fields"]
            found = [
                name
                for name, field in offered.items()
                if field.get("groupable") and technical.search(name) and "x_" not in name
            ]
            with self.subTest(view.model):
                self.assertFalse(found)
        items = self.env.ref("dso_collection.dso_item_view_search")
        fields = self.env["account.move.line"].with_user(self.collector)
        offered = fields.get_views([(items.id, "search")])["models"]["account.move.line"]["fields"]
        for name in ("x_segment", "partner_id", "dso_status_id", "journal_id", "date_maturity"):
            self.assertTrue(offered[name]["groupable"], name)
        self.assertFalse(offered["x_row_uuid"]["groupable"])
        accounting = self.env.ref("account.view_account_move_line_filter")
        views = self.env["account.move.line"].get_views([(accounting.id, "search")])
        self.assertTrue(views["models"]["account.move.line"]["fields"]["display_type"]["groupable"])

    def test_own_code_is_offered(self):
        names, fields = self._search_view("dso.customer")
        self.assertIn("x_customer_code", names)
        self.assertTrue(fields["x_customer_code"]["groupable"])

    def test_filters_are_not_made_of_what_only_programs_read(self):
        """The editor of filters asks for the fields by itself."""
        for model, name in (("dso.action", "sms_uuid"), ("dso.customer", "planning_code")):
            fields = self.env[model].with_user(self.collector).fields_get([name])
            self.assertFalse(fields[name]["searchable"])
        fields = self.env["dso.customer"].with_user(self.collector).fields_get(["collector_id"])
        self.assertTrue(fields["collector_id"]["searchable"])

    def test_items_offer_what_people_know(self):
        """Of our fields on journal items, which accounting's screens offer too: none that only
        programs read. Accounting's own are its own."""
        fields = self.env["account.move.line"].with_user(self.collector).fields_get()
        offered = {
            name
            for name, description in fields.items()
            if name.startswith("dso_") and description["searchable"]
        }
        self.assertEqual(
            offered,
            {
                *("dso_status_id", "dso_status_date", "dso_comment", "dso_ignored"),
                *("dso_days_overdue", "dso_is_leader", "dso_excluded", "dso_qualification_ids"),
            },
        )
        self.assertTrue(fields["display_type"]["searchable"])
