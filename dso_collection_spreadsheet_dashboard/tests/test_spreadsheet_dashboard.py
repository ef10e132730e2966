import json
import re

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged
from odoo.tools import file_open, file_path
from odoo.tools.translate import PoFileReader, extract_spreadsheet_terms

from odoo.addons.dso_collection.tests.common import DsoCommon

MODULE = "dso_collection_spreadsheet_dashboard"
FILES = (
    f"{MODULE}/data/files/collection_dashboard.json",
    f"{MODULE}/data/files/collection_sample_dashboard.json",
)
REFERENCE = re.compile(r"Data!([A-Z]\d+)(?::([A-Z]\d+))?")


def read(path):
    with file_open(path) as file:
        return json.load(file)


class DashboardCommon(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref(f"{MODULE}.dashboard_collection")
        cls.data = read(FILES[0])
        cls.roles = {"reader": cls.reader, "collector": cls.collector, "manager": cls.manager}
        cls.other = new_test_user(
            cls.env,
            "sheet_collector",
            "dso_collection.group_dso_collector",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _get_sources(cls):
        """What the spreadsheet asks for: {name: (model, domain, groups, aggregates, filters)}"""
        sources = {}
        for pivot in cls.data["pivots"].values():
            groups = [
                ":".join(filter(None, (row["fieldName"], row.get("granularity"))))
                for row in pivot["rows"]
            ]
            sources[pivot["name"]] = (
                pivot["model"],
                pivot["domain"],
                groups,
                [measure["id"] for measure in pivot["measures"]],
                pivot["fieldMatching"],
            )
        for sheet in cls.data["sheets"]:
            for figure in sheet["figures"]:
                chart = figure["data"]
                if chart["type"].startswith("odoo_"):
                    meta = chart["metaData"]
                    sources[figure["id"]] = (
                        meta["resModel"],
                        chart["searchParams"]["domain"],
                        meta["groupBy"],
                        # as Odoo's graph asks for a sum of money
                        [f"{meta['measure']}:sum", f"{meta['measure']}:sum_currency"],
                        chart["fieldMatching"],
                    )
        return sources

    def _ask(self, name, user, companies=None, choice=None):
        """As a browser does.

        :param choice: {filter: value}
        """
        self.env.flush_all()
        model, domain, groups, aggregates, matching = self._get_sources()[name]
        domain = Domain(domain)
        for each, value in (choice or {}).items():
            if each in matching:
                domain &= Domain(matching[each]["chain"], "in", value)
        return (
            self.env[model]
            .with_user(user)
            .with_context(
                allowed_company_ids=(companies or self.company).ids,
                dso_one_currency=True,
                fill_temporal=True,
            )
            .formatted_read_group(list(domain), groups, aggregates)
        )


@tagged("post_install", "-at_install")
@freeze_time("2026-12-10")
class TestSpreadsheetDashboard(DashboardCommon):
    """The dashboard "Collection" of Odoo's Dashboards."""

    def test_everything_it_asks_for_can_be_read(self):
        self._invoice("2026-11-01", 100)
        choice = {
            "company": self.company.ids,
            "collector": self.env.user.ids,
            "scenario": self.env["dso.scenario"].search([], limit=1).ids,
        }
        self.assertGreater(len(self._get_sources()), 8)
        for role, user in self.roles.items():
            for name, (model, domain, groups, aggregates, _matching) in self._get_sources().items():
                with self.subTest(role=role, source=name):
                    report = self.env[model].with_user(user).with_context(dso_one_currency=True)
                    # as a pivot asks: rows and total at once
                    sets = [groups, []] if groups else [[]]
                    report.formatted_read_grouping_sets(domain, sets, aggregates)
                    self._ask(name, user)
                    self._ask(name, user, choice=choice)

    def test_filters_reach_every_source(self):
        filters = {each["id"]: each for each in self.data["globalFilters"]}
        for name, (model, *_rest, matching) in self._get_sources().items():
            self.assertLessEqual({"company", "collector", "scenario"}, set(matching), name)
            for key, match in matching.items():
                with self.subTest(source=name, filter=key):
                    comodel, field = self.env[model], None
                    for part in match["chain"].split("."):
                        field = comodel._fields[part]
                        comodel = self.env[field.comodel_name] if field.relational else None
                    self.assertEqual(match["type"], field.type)
                    self.assertEqual(filters[key].get("modelName"), field.comodel_name)

    def test_links_lead_to_menus(self):
        menus = set(self.data["chartOdooMenusReferences"].values())
        for sheet in self.data["sheets"]:
            for cell in sheet["cells"].values():
                menus.update(re.findall(r"odoo://ir_menu_xml_id/([\w.]+)", cell))
        self.assertGreater(len(menus), 5)
        seen = self.env["ir.ui.menu"].with_user(self.reader)._visible_menu_ids()
        for menu in menus:
            self.assertIn(self.env.ref(menu).id, seen, menu)
            self.assertTrue(self.env.ref(menu).action, menu)

    def test_charts_point_at_cells_that_are_there(self):
        for path in FILES:
            data = read(path)
            cells = data["sheets"][1]["cells"]
            for figure in data["sheets"][0]["figures"]:
                for first, last in REFERENCE.findall(json.dumps(figure["data"])):
                    self.assertIn(first, cells, f"{path} {figure['id']}")
                    self.assertIn(last or first, cells, f"{path} {figure['id']}")

    def test_who_sees_it(self):
        for role, user in self.roles.items():
            self.assertTrue(self.dashboard.with_user(user).has_access("read"), role)
        accountant = new_test_user(self.env, "sheet_other", "account.group_account_invoice")
        self.assertFalse(self.dashboard.with_user(accountant).has_access("read"))
        with self.assertRaises(AccessError):
            self._ask("Promises kept", accountant)

    def test_figures(self):
        self._invoice("2026-11-01", 100, invoice_date="2026-10-01")
        self._invoice("2026-12-10", 900, invoice_date="2026-12-01")  # due today
        user = self.manager
        rows = self._ask("Top overdue customers", user)
        rows = {row["partner_id"][0]: row for row in rows}
        row = rows[self.partner.commercial_partner_id.id]
        self.assertEqual((row["amount:sum"], row["days_overdue:max"]), (100, 39))
        month = self._ask("Indicators by month", user)[-1]
        self.assertEqual(month["receivable:max"], 1000)
        self.assertEqual(month["overdue:max"], 100)
        self.assertTrue(month["has_dso:bool_or"])
        trend = [row["amount:sum"] for row in self._ask("trend", user)]
        self.assertEqual([amount for amount in trend if amount], [100, 100])
        self.assertEqual([row["amount:sum"] for row in self._ask("age", user)], [100])

    def test_nothing_known_is_not_zero(self):
        """Without sales there is no DSO."""
        month = self._ask("Indicators by month", self.manager)[-1]
        self.assertFalse(month["has_dso:bool_or"])
        formula = self.data["sheets"][1]["cells"]["B5"]
        self.assertIn('"has_dso:bool_or"', formula)

    def test_chosen_collector(self):
        """The filter, which says it in the domain alone, reaches DSO too."""
        collector = self.other
        other = self.env["res.partner"].create({"name": "Other"})
        self._invoice("2026-11-01", 100, invoice_date="2026-10-01")
        self._invoice("2026-11-01", 40, partner=other, invoice_date="2026-10-01")
        self.env["dso.customer"]._ensure_customers(self.company)
        self._customer(other).collector_id = collector
        user = self.manager
        source = "Indicators by month"
        self.assertEqual(self._ask(source, user)[-1]["receivable:max"], 140)
        chosen = self._ask(source, user, choice={"collector": collector.ids})
        self.assertEqual(chosen[-1]["receivable:max"], 40)
        chosen = self._ask("Top overdue customers", user, choice={"collector": collector.ids})
        self.assertEqual([row["amount:sum"] for row in chosen], [40])
        # "not one of these" cannot be said: no figures rather than those of all
        report = self.env["dso.indicator.month"].with_user(user)
        self.assertFalse(report.search([("collector_id", "not in", collector.ids)]))
        self.assertTrue(report.search([]))

    def test_own_customers_only(self):
        """Whoever is restricted to own customers sees their figures alone."""
        collector = self.other
        other = self.env["res.partner"].create({"name": "Other"})
        self._invoice("2026-11-01", 100, invoice_date="2026-10-01")
        self._invoice("2026-11-01", 40, partner=other, invoice_date="2026-10-01")
        self.env["dso.customer"]._ensure_customers(self.company)
        self._customer(other).collector_id = collector
        self.company.dso_own_customers_only = True
        for name in ("Top overdue customers", "age"):
            rows = self._ask(name, collector)
            self.assertEqual([row["amount:sum"] for row in rows], [40], name)
        month = self._ask("Indicators by month", collector)[-1]
        self.assertEqual(month["receivable:max"], 40)

    def test_two_currencies_are_never_added_up(self):
        other = self.setup_other_company(currency_id=self.env.ref("base.KRW").id)["company"]
        user = self.manager
        user.company_ids += other
        self._invoice("2026-11-01", 100, invoice_date="2026-10-01")
        partner = self.env["res.partner"].create({"name": "Other"})
        self.env["account.move"].with_company(other).create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": "2026-10-01",
                "invoice_date_due": "2026-11-01",
                "company_id": other.id,
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": 70, "tax_ids": [Command.clear()]})
                ],
            }
        ).action_post()
        both = self.company + other
        rows = self._ask("age", user, both)
        self.assertEqual([row["amount:sum"] or 0 for row in rows], [0])
        self.assertEqual([row["amount:sum_currency"] or 0 for row in rows], [0])
        # nor do they stand side by side
        rows = self._ask("Top overdue customers", user, both)
        self.assertEqual([row["amount:sum"] or 0 for row in rows], [0, 0])
        months = self._ask("Indicators by month", user, both)
        self.assertFalse(months[-1]["receivable:max"])
        rows = self._ask("age", user, both, {"company": self.company.ids})
        self.assertEqual([row["amount:sum"] for row in rows], [100])

    def test_several_companies_begin_with_the_present_one(self):
        other = self.setup_other_company()["company"]
        dashboard = self.dashboard.with_context(allowed_company_ids=[self.company.id, other.id])
        self.assertEqual(
            self._get_company_filter(dashboard),
            {"operator": "in", "ids": self.company.ids},
        )
        alone = self.dashboard.with_context(allowed_company_ids=self.company.ids)
        self.assertIsNone(self._get_company_filter(alone))

    def _get_company_filter(self, dashboard):
        snapshot = json.loads(dashboard._get_serialized_readonly_dashboard())["snapshot"]
        return next(
            each.get("defaultValue")
            for each in snapshot["globalFilters"]
            if each["id"] == "company"
        )

    def test_without_customers_a_sample_is_shown(self):
        self.assertEqual(self.dashboard.main_data_model_ids.mapped("model"), ["dso.customer"])
        sample = self.dashboard._get_sample_dashboard()
        self.assertFalse(sample["pivots"])
        self.assertNotIn("PIVOT", json.dumps(sample))
        figures = [
            [figure["id"] for figure in data["sheets"][0]["figures"]]
            for data in (self.data, sample)
        ]
        self.assertEqual(*figures)

    def test_texts_are_translated(self):
        terms = set()
        for path in FILES:
            with file_open(path, "rb") as file:
                terms |= {
                    term
                    for _line, _name, term, _notes in extract_spreadsheet_terms(file, [], [], {})
                }
        self.assertGreater(len(terms), 30)
        for lang in ("de", "fr"):
            with file_open(file_path(f"{MODULE}/i18n/{lang}.po"), "rb") as file:
                known = {each["src"] for each in PoFileReader(file) if each["value"]}
            self.assertFalse(terms - known, lang)
