"""DSO and its kin on the dashboard, by month and by a choice of customers, against hand
calculations on the published example."""

from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...tools import customer_choice
from ..common import DsoCommon

NOV = date(2026, 11, 30)


class IndicatorCommon(DsoCommon):
    """Sold: 700 in September, 800 in October, 1,200 in November; 200 paid in October."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        first = cls._invoice("2026-10-15", 700, invoice_date="2026-09-15")
        cls._pay(first, "2026-10-20", 200)
        cls._invoice("2026-11-15", 800, invoice_date="2026-10-15")
        cls._invoice("2026-12-15", 1200, invoice_date="2026-11-15")
        cls.env["dso.customer"]._plan()
        cls.env.flush_all()

    def _dashboard(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["dso.dashboard"].with_user(user or self.reader)

    def _get(self, user=None, **options):
        return self._dashboard(user).get_indicators(self.company.id, **options)

    def _get_tiles(self, user=None, **options):
        return {tile["key"]: tile for tile in self._get(user, **options)["tiles"]}

    def _read_months(self, user=None, **context):
        self.env.flush_all()
        self.env.invalidate_all()
        months = self.env["dso.indicator.month"].with_user(user or self.reader)
        return months.with_context(**context).search([("company_id", "=", self.company.id)])


@tagged("post_install", "-at_install")
@freeze_time("2026-11-30 09:00:00")
class TestIndicatorTiles(IndicatorCommon):
    def test_days_with_the_change_to_the_month_before(self):
        """On 31 October 1,300 were open: all of October and 500/700 of September's 30 days. 800 of
        them were not due; today 1,200."""
        tiles = self._get_tiles()
        then = 500 / 700 * 30
        self.assertAlmostEqual(tiles["dso"]["value"], 30 + 31 + then)
        self.assertAlmostEqual(tiles["bpdso"]["value"], 30)
        self.assertAlmostEqual(tiles["add"]["value"], 31 + then)
        changes = {
            key: (tiles[key]["change"]["value"], tiles[key]["change"]["verdict"])
            for key in ("dso", "bpdso", "add")
        }
        self.assertEqual(
            changes, {"dso": (30, "worse"), "bpdso": (-1, "better"), "add": (31, "worse")}
        )
        self.assertEqual(tiles["dso"]["change"]["text"], "30.0 days more than on 10/31/2026")
        self.assertEqual(tiles["bpdso"]["change"]["text"], "1.0 days less than on 10/31/2026")

    def test_on_the_first_of_a_month_it_is_not_yesterday(self):
        with freeze_time("2026-12-01 09:00:00"):
            tiles = self._get_tiles()
        self.assertIn("on 11/01/2026", tiles["dso"]["change"]["text"])

    def test_effectiveness_of_the_last_whole_month(self):
        """November: nothing of what could be collected. October: 200 of 700. On the day before the
        month ends, October is the last one to be told."""
        cei = self._get_tiles()["cei"]
        self.assertEqual(cei["label"], "CEI, November 2026")
        self.assertEqual(cei["value"], 0)
        self.assertEqual(cei["change"]["value"], -28.6)
        self.assertEqual(cei["change"]["verdict"], "worse")
        with freeze_time("2026-11-29 09:00:00"):
            cei = self._get_tiles()["cei"]
        self.assertEqual(cei["label"], "CEI, October 2026")
        self.assertAlmostEqual(cei["value"], 200 / 700 * 100)

    def test_cost_of_a_day(self):
        self.company.dso_capital_cost = 6
        cost = self._get_tiles()["cost_of_day"]
        self.assertAlmostEqual(cost["value"], 2700 / 365)
        # 7.40 at 6 % are 0.44
        self.assertIn("costs", cost["text"])
        self.company.dso_capital_cost = 0
        self.assertEqual(self._get_tiles()["cost_of_day"]["text"], "")

    def test_targets(self):
        self.assertIsNone(self._get_tiles()["dso"]["target"])
        self.company.write({"dso_target": 70, "dso_target_cei": 80})
        tiles = self._get_tiles()
        self.assertEqual(tiles["dso"]["target"]["verdict"], "worse")
        self.assertEqual(tiles["dso"]["target"]["text"], "12.4 above the target of 70")
        self.assertEqual(tiles["cei"]["target"]["verdict"], "worse")
        self.assertEqual(tiles["cei"]["target"]["text"], "80.0 below the target of 80 %")
        self.company.dso_target = 90
        self.assertEqual(self._get_tiles()["dso"]["target"]["verdict"], "better")

    def test_method_of_the_company(self):
        """2,500 of the 2,700 that were sold in 90 days."""
        self.company.dso_method = "balance"
        found = self._get()
        self.assertAlmostEqual(found["tiles"][0]["value"], 2500 / 2700 * 90)
        self.assertIn("90", found["method"])
        self.assertAlmostEqual(self._read_months()[0].dso, 2500 / 2700 * 90)

    def test_without_sales_there_is_a_sentence_and_no_nought(self):
        self.company.dso_method = "count_back"
        with freeze_time("2030-06-15 09:00:00"):
            found = self._get()
        tiles = {tile["key"]: tile for tile in found["tiles"]}
        for key in ("dso", "bpdso", "add"):
            self.assertIs(tiles[key]["value"], False)
            self.assertEqual(tiles[key]["text"], "No sales within 36 months.")
            self.assertIsNone(tiles[key]["change"])
        self.assertIs(tiles["cost_of_day"]["value"], False)
        self.assertTrue(tiles["cost_of_day"]["text"])
        # those of November 2026 are known to the end of October 2029
        self.assertEqual(found["unknown"], 8)
        self.company.dso_method = "balance"
        with freeze_time("2030-06-15 09:00:00"):
            self.assertEqual(self._get_tiles()["dso"]["text"], "No sales within 90 days.")

    def test_curve(self):
        found = self._get()
        self.assertEqual(len(found["days"]), 24)
        self.assertEqual((found["days"][0], found["days"][-1]), ("2024-12-31", "2026-11-30"))
        best, late = (each["values"] for each in found["series"])
        then = 500 / 700 * 30
        self.assertEqual([round(each, 6) for each in best[-4:]], [0, 30, 31, 30])
        self.assertEqual(
            [round(each, 6) for each in late[-4:]], [0, 0, round(then, 6), round(31 + then, 6)]
        )
        # before the first sales there is no figure
        self.assertEqual(found["unknown"], 21)

    def test_months_behind_are_the_tiles(self):
        found = self._get()
        months = self.env["dso.indicator.month"].with_user(self.reader).search(found["domain"])
        self.assertEqual(len(months), 24)
        self.assertEqual(months[0].day, NOV)
        tiles = self._get_tiles()
        self.assertAlmostEqual(months[0].dso, tiles["dso"]["value"])
        self.assertAlmostEqual(months[0].bpdso, tiles["bpdso"]["value"])
        self.assertAlmostEqual(months[0].days_delinquent, tiles["add"]["value"])
        self.assertEqual(months[0].receivable, 2500)
        self.assertEqual(months.mapped("sales")[:4], [1200, 800, 700, 0])

    def test_several_companies(self):
        """Beside one another, each in its currency."""
        other = self.setup_other_company()["company"]
        other.currency_id = self.env.ref("base.GBP")
        self.manager.company_ids |= other
        dashboard = self._dashboard(self.manager).with_context(
            allowed_company_ids=(self.company | other).ids
        )
        rows = {row["id"]: row for row in dashboard.get_companies()}
        self.assertEqual(rows.keys(), set((self.company | other).ids))
        self.assertEqual(rows[self.company.id]["overdue"], 1300)
        self.assertAlmostEqual(rows[self.company.id]["dso"], 30 + 31 + 500 / 700 * 30)
        self.assertIs(rows[other.id]["dso"], False)
        self.assertEqual(rows[other.id]["currency_id"], other.currency_id.id)
        with self.assertRaises(AccessError):
            self._dashboard().get_indicators(other.id)

    def test_rights(self):
        nobody = new_test_user(
            self.env,
            login="dso_nobody",
            groups="base.group_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        dashboard = self._dashboard(nobody)
        with self.assertRaises(AccessError):
            dashboard.get_indicators()
        with self.assertRaises(AccessError):
            dashboard.get_companies()
        with self.assertRaises(AccessError):
            dashboard.get_forecast()
        with self.assertRaises(AccessError):
            self._read_months(nobody)

    def test_same_queries_for_more_customers(self):
        dashboard = self._dashboard()
        counts = []
        for _round in range(2):
            self._get()
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            dashboard.get_indicators()
            dashboard.get_companies(choice={"collector": self.collector.ids})
            dashboard.get_forecast()
            counts.append(self.env.cr.sql_log_count - start)
            for index in range(5):
                partner = self.env["res.partner"].create({"name": f"More {index}"})
                self._invoice("2026-11-20", 10, partner, "2026-11-01")
            self.env["dso.customer"]._plan()
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
@freeze_time("2026-11-30 09:00:00")
class TestIndicatorMonths(IndicatorCommon):
    """The report: what it adds up, and what is behind a month."""

    def test_ratios_of_several_months_are_none(self):
        self.env.flush_all()
        model = self.env["dso.indicator.month"].with_user(self.reader)
        own = [("company_id", "=", self.company.id)]
        measures = ["dso:max", "receivable:max", "sales:sum"]
        [(dso, receivable, sales)] = model._read_group(own, [], measures)
        self.assertEqual((dso, receivable, sales), (False, False, 2700))
        last = model._read_group([*own, ("day", "=", NOV)], ["day:month"], measures)
        self.assertEqual([row[2:] for row in last], [(2500, 1200)])
        self.assertAlmostEqual(last[0][1], 30 + 31 + 500 / 700 * 30)

    def _read_behind(self, month):
        """What the ageing behind a month tells, item by item."""
        action = month.action_view_receivable()
        self.env.invalidate_all()
        model = self.env[action["res_model"]].with_user(month.env.user)
        return sorted(
            model.with_context(**action["context"]).search(action["domain"]).mapped("amount")
        )

    def test_items_behind_a_month_add_up_to_its_receivable(self):
        """At the end of October 500 of the first and 800 of the second were open; 800 of it was
        paid in November."""
        second = self.env["account.move"].search(
            [("amount_total", "=", 800), ("company_id", "=", self.company.id)]
        )
        self._pay(second, "2026-11-25")
        months = self._read_months()
        self.assertEqual([months[0].receivable, months[1].receivable], [1700, 1300])
        self.assertEqual(self._read_behind(months[0]), [500, 1200])
        self.assertEqual(self._read_behind(months[1]), [500, 800])

    def test_sales_behind_a_month_add_up_to_it(self):
        self._credit(50, on="2026-11-20")
        month = self._read_months()[0]
        self.assertEqual(month.sales, 1150)
        action = month.action_view_sales()
        found = self.env["account.move"].search(action["domain"])
        self.assertEqual(sum(found.mapped("amount_total_signed")), 1150)

    def test_a_month_without_a_figure_says_so(self):
        found = self._read_months()
        self.assertEqual(found.mapped("has_dso"), [True] * 3 + [False] * 21)
        self.assertEqual(found.mapped("has_cei"), [True] * 2 + [False] * 22)

    def test_no_one_writes(self):
        month = self._read_months(self.manager)[0]
        with self.assertRaises(AccessError):
            month.dso = 3

    def test_of_a_company_that_has_not_begun_there_is_nothing_to_draw(self):
        company = self._create_company(name="New")
        months = self.env["dso.indicator.month"].with_company(company)
        months = months.with_context(allowed_company_ids=company.ids)
        self.assertFalse(months.search_count([]))
        self.assertFalse(months._read_group([], ["day:month"], ["dso:avg"]))


@tagged("post_install", "-at_install")
@freeze_time("2026-11-30 09:00:00")
class TestCustomerChoice(IndicatorCommon):
    """A second customer owes 300, of November: by each criterion it is told alone, everywhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parent_tag = cls.env["res.partner.category"].create({"name": "Retail"})
        cls.tag = cls.env["res.partner.category"].create(
            {"name": "Shops", "parent_id": cls.parent_tag.id}
        )
        cls.other_scenario = cls._create_scenario(("Z", "due_date", 3), name="Other scenario")
        cls.other = cls.env["res.partner"].create(
            {
                "name": "Other customer",
                "is_company": True,
                "category_id": [Command.set(cls.tag.ids)],
                "country_id": cls.env.ref("base.fr").id,
                "user_id": cls.manager.id,
            }
        )
        cls._invoice("2026-11-20", 300, cls.other, "2026-11-01")
        cls.env["dso.customer"]._plan()
        cls._customer(cls.other).write(
            {"collector_id": cls.manager.id, "scenario_id": cls.other_scenario.id}
        )
        cls.env["dso.customer"]._plan()
        cls.choices = {
            "collector": cls.manager.ids,
            "scenario": cls.other_scenario.ids,
            "tag": cls.parent_tag.ids,
            "country": cls.env.ref("base.fr").ids,
            "salesperson": cls.manager.ids,
        }

    def _check_only_the_other(self, choice):
        dashboard = self._dashboard()
        data = dashboard.get_data(self.company.id, False, choice)
        tiles = {tile["key"]: tile for tile in data["tiles"]}
        self.assertEqual(
            (tiles["amount_overdue"]["amount"], tiles["amount_due"]["count"]), (300, 1)
        )
        self.assertEqual(sum(part["amount"] for part in data["ageing"]), 300)
        self.assertEqual(sum(kind["amount"] for kind in data["statuses"]["kinds"]), 300)
        self.assertEqual([row["name"] for row in data["collectors"]], ["Mia Manager"])
        customer = self._customer(self.other)
        for figure, model in (
            *((tile, "dso.customer") for tile in data["tiles"][:2]),
            (tiles["todo"], "dso.action.report"),
            *((kind, "dso.item.report") for kind in data["statuses"]["kinds"]),
        ):
            records = self.env[model].with_user(self.reader).search(figure["domain"])
            self.assertEqual(len(records), figure["count"])
            files = records if model == "dso.customer" else records.customer_id
            self.assertLessEqual(files, customer)
        found = sum(sum(each["counts"]) for each in data["actions"]["series"])
        self.assertEqual(
            found,
            self.env["dso.action.report"].search_count(
                [("customer_id", "=", customer.id), ("phase", "!=", "cancelled")]
            ),
        )
        trend = dashboard.get_trend(self.company.id, False, choice)
        self.assertEqual(sum(each["amounts"][-1] for each in trend["series"]), 300)
        for series in trend["series"]:
            domain = series["domains"][-1]
            behind = self.env["dso.overdue.trend"].with_user(self.reader).search(domain)
            self.assertEqual(sum(behind.mapped("amount")), series["amounts"][-1])
        tiles = dashboard.get_indicators(self.company.id, False, choice)["tiles"]
        # all of November's sales are open
        self.assertEqual(tiles[0]["value"], 30)
        self.assertEqual(dashboard.get_companies(False, choice)[0]["overdue"], 300)
        forecast = dashboard.get_forecast(self.company.id, False, choice)
        self.assertEqual(forecast["late"]["amount"], 300)
        behind = self.env["dso.forecast.item"].with_user(self.reader)
        found = behind.search(forecast["late"]["domain"])
        self.assertEqual(found.customer_id, customer)

    def test_by_each_criterion(self):
        for key, ids in self.choices.items():
            with self.subTest(key):
                self._check_only_the_other({key: ids})

    def test_by_all_of_them(self):
        self._check_only_the_other(self.choices)

    def test_by_one_of_several(self):
        both = {"collector": (self.manager | self.collector).ids}
        tiles = self._dashboard().get_data(self.company.id, False, both)["tiles"]
        self.assertEqual(tiles[0]["amount"], 1600)
        self._check_only_the_other({**both, "country": self.choices["country"]})

    def test_archived_files_stay_in_the_figures(self):
        self._customer(self.other).active = False
        self.env.flush_all()
        dashboard = self._dashboard()
        choice = {"country": self.choices["country"]}
        self.assertEqual(dashboard.get_data(choice=choice)["statuses"]["kinds"][0]["amount"], 300)
        self.assertEqual(dashboard.get_indicators(choice=choice)["tiles"][0]["value"], 30)

    def test_trend_by_a_choice_reads_few_rows(self):
        """Items of a customer with the same dates are one row for each day."""
        self._invoice("2026-11-20", 300, self.other, "2026-11-01")
        self.env["dso.customer"]._plan()
        self.env.flush_all()
        scope = self.env["dso.dashboard"]._get_scope(self.company, False, self.choices)
        model = self.env["dso.overdue.trend"].with_user(self.reader)
        totals = model._for_totals(scope.records, ["day:day", "amount:sum"])
        self.assertNotEqual(totals._table_query, model._table_query)
        self.assertEqual(
            totals._read_group(scope.records, ["day:day"], ["amount:sum", "item_count:sum"]),
            [(NOV, 600, 2)],
        )

    def test_months_of_a_choice(self):
        """One that is chosen stands in the search, several in the context."""
        context = self._get(choice={"country": [1, 2], "tag": [3]}, own=True)["context"]
        self.assertEqual(
            context,
            {"dso_country_ids": [1, 2], "search_default_tag_id": 3, "search_default_own": 1},
        )
        for key, ids in self.choices.items():
            with self.subTest(key):
                months = self._read_months(**{customer_choice.get_key(key): ids})
                self.assertEqual((months[0].dso, months[0].receivable), (30, 300))
                self.assertEqual(months[0][f"{key}_id"].ids, ids)
        months = self._read_months(dso_collector_ids=["mia"])
        self.assertEqual(months[0].receivable, 300)
        action = months[0].action_view_sales()
        self.assertEqual(
            self.env["account.move"].search(action["domain"]).commercial_partner_id, self.other
        )
        action = months[0].action_view_receivable()
        found = self.env["dso.ageing"].with_context(**action["context"]).search(action["domain"])
        self.assertEqual(found.partner_id, self.other)
        self.assertEqual(self._read_months(dso_collector_ids=["nobody"])[0].receivable, 0)

    def test_restricted_collectors_get_figures_of_their_own_customers(self):
        """2,500 are theirs; whatever they ask for, no other is told."""
        self.company.dso_own_customers_only = True
        self.assertEqual(self._read_months(self.collector)[0].receivable, 2500)
        self.assertEqual(self._read_months(self.manager)[0].receivable, 2800)
        dashboard = self._dashboard(self.collector)
        self.assertEqual(dashboard.get_companies()[0]["receivable"], 2500)
        for key, ids in self.choices.items():
            with self.subTest(key):
                choice = {key: ids}
                self.assertEqual(dashboard.get_companies(False, choice)[0]["receivable"], 0)
                self.assertIs(
                    dashboard.get_indicators(None, False, choice)["tiles"][0]["value"], False
                )
                context = {customer_choice.get_key(key): ids}
                self.assertEqual(self._read_months(self.collector, **context)[0].receivable, 0)

    def test_whoever_sees_every_file_gets_items_of_nobody_too(self):
        line = self._undated("2026-11-05", 900)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET partner_id = NULL WHERE id = %s", [line.id]
        )
        self.env.invalidate_all()
        self.assertEqual(self._dashboard().get_companies()[0]["receivable"], 3700)
        self.company.dso_own_customers_only = True
        self.assertEqual(self._dashboard(self.collector).get_companies()[0]["receivable"], 2500)

    def test_what_a_client_sends_is_cleaned(self):
        for choice in (
            "x",
            {"collector": "7"},
            {"planet": [1]},
            {"country": [None, "1"]},
            [],
            None,
        ):
            with self.subTest(str(choice)):
                data = self._dashboard().get_data(self.company.id, False, choice)
                self.assertEqual(data["choice"], {})
                self.assertEqual(data["tiles"][0]["amount"], 1600)


@tagged("post_install", "-at_install")
@freeze_time("2026-11-30 09:00:00")
class TestDashboardForecast(IndicatorCommon):
    """Nobody has paid three times: everything is expected on its due date. Monday 30 November."""

    def _find(self, figure, domain):
        model = {"forecast": "dso.forecast.item", "came": "dso.forecast.came"}[figure["target"]]
        return self.env[model].with_user(self.reader).search(domain)

    def test_weeks(self):
        """1,300 should have come; 1,200 are expected on 15 December; 100 came last week, and 60 on
        the Sunday three weeks before, 8 November."""
        third = self.env["account.move"].search(
            [("amount_total", "=", 1200), ("company_id", "=", self.company.id)]
        )
        self._pay(third, "2026-11-25", 100)
        self._pay(third, "2026-11-08", 60)
        found = self._dashboard().get_forecast()
        self.assertEqual(found["weeks"][0], "2026-11-02")
        self.assertEqual((found["this_week"], found["weeks"][4]), ("2026-11-30", "2026-11-30"))
        self.assertEqual(len(found["weeks"]), 4 + 13)
        amounts = {
            (series["key"], week): amount
            for series in found["series"]
            for week, amount in zip(found["weeks"], series["amounts"], strict=True)
            if amount
        }
        expected = {key: amount for key, amount in amounts.items() if key[0] == "came"}
        self.assertEqual(expected, {("came", "2026-11-02"): 60, ("came", "2026-11-23"): 100})
        rest = sum(amount for key, amount in amounts.items() if key[0] != "came")
        self.assertEqual(rest + found["late"]["amount"], 2500 - 160)
        self.assertEqual(found["ranges"][:4], [False] * 4)
        for (low, high), *parts in zip(
            found["ranges"][4:], *(each["amounts"][4:] for each in found["series"][1:]), strict=True
        ):
            self.assertLessEqual(low, sum(parts))
            self.assertLessEqual(sum(parts), high)

    def test_what_is_behind(self):
        promise = self.env.ref("dso_collection.status_promise")
        line = self._line(
            self.env["account.move"].search(
                [("amount_total", "=", 1200), ("company_id", "=", self.company.id)]
            )
        )
        self.env["dso.item.qualify"].with_user(self.collector).create(
            {
                "line_ids": [Command.set(line.ids)],
                "status_id": promise.id,
                "date": "2026-12-09",
            }
        ).action_apply()
        self._pay(line.move_id, "2026-11-25", 100)
        found = self._dashboard().get_forecast()
        figures = 0
        for series in found["series"]:
            for amount, domain in zip(series["amounts"], series["domains"], strict=True):
                behind = sum(self._find(series, domain).mapped("amount"))
                self.assertAlmostEqual(behind, amount)
                figures += bool(amount)
        self.assertGreaterEqual(figures, 2)
        promised = {each["key"]: each for each in found["series"]}["promise"]
        self.assertEqual(promised["amounts"][found["weeks"].index("2026-12-07")], 1100)
        late = self._find(found["late"], found["late"]["domain"])
        self.assertEqual(sum(late.mapped("amount")), found["late"]["amount"])

    def test_restricted_collectors(self):
        self._customer().collector_id = self.manager
        self.company.dso_own_customers_only = True
        found = self._dashboard(self.collector).get_forecast()
        self.assertFalse(any(any(series["amounts"]) for series in found["series"]))
        self.assertEqual(found["late"]["amount"], 0)
