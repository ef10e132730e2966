"""The search box and Group by: the company's own fields, and nothing that only programs read."""

from lxml import etree

from odoo.tests import tagged

from .common import DsoCommon


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
