"""What the night keeps of the forecast, how good it was, and the screens that tell."""

from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .test_forecast import TODAY, ForecastCommon, on


class KeptCommon(ForecastCommon):
    def setUp(self):
        super().setUp()
        self.kept = self.env["dso.forecast.week"].sudo()
        self.kept.search([]).unlink()
        self.colleague = new_test_user(
            self.env,
            login="dso_colleague",
            groups="base.group_user,dso_collection.group_dso_collector",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def _assign(self, partner, collector):
        self._plan(TODAY, partner)
        self._customer(partner).collector_id = collector

    def _get_kept(self, day=TODAY, company=None):
        return self.kept.search(
            [("company_id", "=", (company or self.company).id), ("made_on", "=", day)]
        )


@tagged("post_install", "-at_install")
@freeze_time("2026-11-30")
class TestForecastKept(KeptCommon):
    def test_a_row_for_each_week_and_collector(self):
        self._owe(7)
        self._owe(-7, 30)
        self._owe(8, 40, self.other)
        self._assign(self.partner, self.collector)
        self._assign(self.other, self.colleague)
        self.kept._cron_forecast()
        rows = self._get_kept()
        self.assertEqual(
            len(rows.filtered(lambda row: not row.collector_id)), 13, "even of nothing"
        )
        found = {
            (row.collector_id, row.week): (row.expected, row.late)
            for row in rows
            if row.expected or row.late
        }
        self.assertEqual(
            found,
            {
                (self.collector, TODAY): (0, 30),
                (self.collector, on(7)): (100, 0),
                (self.colleague, on(7)): (40, 0),
            },
        )

    def test_once_a_day(self):
        self._owe(7)
        self._plan(TODAY)
        self.kept._cron_forecast()
        before = self._get_kept()
        self._owe(7, 900)
        self.kept._cron_forecast()
        self.assertEqual(self._get_kept(), before)
        self.assertEqual(sum(before.mapped("expected")), 100)
        with freeze_time(on(1)):
            self.kept._cron_forecast()
        self.assertEqual(sum(self._get_kept(on(1)).mapped("expected")), 1000)
        self.assertEqual(self._get_kept(), before)

    def test_nothing_of_companies_without_customers(self):
        company = self.setup_other_company()["company"]
        self.kept._cron_forecast()
        self.assertFalse(self._get_kept(company=company))

    def test_each_company_in_its_own_currency(self):
        company = self.setup_other_company()["company"]
        other = self.setup_other_currency("CHF")
        company.currency_id = other
        self._owe(7)
        self._plan(TODAY)
        with patch.object(type(self.env["dso.customer"]), "search_count", return_value=1):
            self.kept._cron_forecast()
        self.assertEqual(sum(self._get_kept().mapped("expected")), 100)
        self.assertEqual(self._get_kept().currency_id, self.company.currency_id)
        self.assertEqual(sum(self._get_kept(company=company).mapped("expected")), 0)
        self.assertEqual(self._get_kept(company=company).currency_id, other)

    def test_an_error_of_one_company_stops_no_other(self):
        broken = self.setup_other_company()["company"]
        self._owe(7)
        self._plan(TODAY)
        service = type(self.env["dso.forecast"])
        own = service._read_by

        def read(model, key, company, *args, **kwargs):
            if company == broken:
                model.env.cr.execute("SELECT no_such_column FROM dso_customer")
            return own(model, key, company, *args, **kwargs)

        with (
            patch.object(service, "_read_by", read),
            patch.object(type(self.env["dso.customer"]), "search_count", return_value=1),
            mute_logger("odoo.sql_db"),
            self.assertLogs("odoo.addons.dso_collection.models.indicator", "ERROR") as logs,
        ):
            self.kept._cron_forecast()
        self.assertEqual(len(logs.records), 1)
        self.assertTrue(self._get_kept())
        self.assertFalse(self._get_kept(company=broken))

    def test_two_runs_at_once_keep_one(self):
        self._owe(7)
        self._plan(TODAY)
        self.kept._keep(self.company, TODAY)
        before = self._get_kept()
        with (
            patch.object(type(self.kept), "search_count", return_value=0),
            mute_logger("odoo.sql_db"),
        ):
            self.kept._try_company(self.company)
        self.assertEqual(self._get_kept(), before)

    def test_old_nights_are_thinned_out(self):
        """Every night of two weeks, before that the last up to each Monday; nothing after two
        years."""
        self._plan(TODAY)
        days = [-800, -730, -23, -22, -21, -20, -16, -15, -14, -3]
        self.kept.create(
            [{"company_id": self.company.id, "made_on": on(day), "week": on(0)} for day in days]
        )
        self._owe(7)
        self._plan(TODAY)
        self.kept._keep(self.company, TODAY)
        left = self.kept.search([("company_id", "=", self.company.id)]).mapped("made_on")
        # on(-21) is a Monday, and so is on(-14): of 20 and 16 days ago one counts for it
        self.assertEqual({(day - TODAY).days for day in left}, {-730, -21, -14, -3, 0})

    def test_constant_queries(self):
        self._owe(7)
        self._plan(TODAY)
        count = self._count_queries
        count(lambda: self.kept._keep(self.company, on(1)))
        one = count(lambda: self.kept._keep(self.company, on(2)))
        for number in range(5):
            partner = self.env["res.partner"].create({"name": f"No. {number}"})
            self._owe(9, partner=partner)
            self._assign(partner, self.colleague)
        many = count(lambda: self.kept._keep(self.company, on(3)))
        self.assertEqual(one, many)

    def test_nobody_writes_it(self):
        self._owe(7)
        self._plan(TODAY)
        self.kept._keep(self.company, TODAY)
        row = self._get_kept()[:1].with_user(self.manager)
        with self.assertRaises(AccessError):
            row.write({"expected": 1})
        with self.assertRaises(AccessError):
            row.unlink()


@tagged("post_install", "-at_install")
@freeze_time("2026-11-30")
class TestForecastItem(KeptCommon):
    """The screen of the forecast, item by item."""

    def _group(self, *groupby, user=None):
        return (
            self.env["dso.forecast.item"]
            .with_user(user or self.manager)
            ._read_group([("company_id", "=", self.company.id)], groupby, ["amount:sum"])
        )

    def test_by_week_and_place(self):
        self._paid_late(0, 0, 0)
        line, late = self._owe(7), self._owe(-3, 20)
        self._owe(100, 5)
        apart = self._owe(7, 3)
        apart.dso_ignored = True
        self.assertEqual(
            dict(self._group("place")), {"week": 100, "late": 20, "beyond": 5, "apart": 3}
        )
        weeks = dict(self._group("week:day"))
        self.assertEqual(weeks, {on(7): 100, on(98): 5, False: 23})
        service = self.env["dso.forecast"]
        items = self.env["dso.forecast.item"].with_user(self.manager)
        for key, lines in {on(7): line, "late": late, "apart": apart}.items():
            with self.subTest(key=key):
                found = items.search(service._get_domain(self.company, key))
                self.assertEqual(found.line_id, lines)

    def test_why_then(self):
        self._paid_late(10, 10, 10)
        line = self._owe(7, 1000.0)
        self._qualify(line, "promise", date=on(22), amount=400)
        found = self.env["dso.forecast.item"].with_user(self.manager).search([])
        self.assertEqual(
            found.mapped(lambda row: (row.kind, row.amount, row.expected_on, row.delay)),
            [("none", 600, on(17), 10), ("promise", 400, on(22), 10)],
        )
        self.assertEqual(found[0].delay_of, "customer")
        action = found[0].action_view_item()
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", line.move_id.id))

    def test_adds_up_to_the_forecast(self):
        self._owe(7)
        self._credit(30, on=on(-20))
        self._owe(-9, 50, self.other)
        totals = self._totals()
        self.assertEqual(
            dict(self._group("place")), {"week": totals["expected"], "late": totals["late"]}
        )

    def test_only_own_customers(self):
        self.company.dso_own_customers_only = True
        self._owe(7)
        self._owe(7, 40, self.other)
        self._assign(self.partner, self.collector)
        self._assign(self.other, self.colleague)
        self._pay(self._owe(-9, 9, self.other).move_id, on(-1))
        self.kept._keep(self.company, TODAY)
        self.assertEqual(self._group(user=self.colleague), [(40,)])
        self.assertEqual(self._group(user=self.collector), [(100,)])
        self.assertEqual(self._group(user=self.manager), [(140,)])
        rows = self.kept.with_user(self.colleague).search([("expected", "!=", 0)])
        self.assertEqual(rows.mapped("expected"), [40])
        came = self.env["dso.forecast.came"]
        self.assertEqual(came.with_user(self.colleague).search([]).mapped("amount"), [9])
        self.assertFalse(came.with_user(self.collector).search([]))

    def test_two_companies_each_with_its_own_date_and_currency(self):
        company = self.setup_other_company()["company"]
        self.manager.company_ids += company
        self._owe(7)
        items = self.env["dso.forecast.item"].with_user(self.manager)
        self.assertEqual(items.with_company(company).search_count([]), 0)
        both = items.with_context(allowed_company_ids=[self.company.id, company.id])
        self.assertEqual(both.search([]).currency_id, self.company.currency_id)

    def test_nobody_without_collection(self):
        user = new_test_user(self.env, login="plain", groups="base.group_user")
        for name in ("item", "came", "comparison", "week"):
            with self.subTest(name), self.assertRaises(AccessError):
                self.env[f"dso.forecast.{name}"].with_user(user).search([])


@tagged("post_install", "-at_install")
@freeze_time("2026-12-21 09:00")
class TestForecastComparison(KeptCommon):
    """Forecast on Monday 30 November; looked at three weeks later."""

    def _compare(self, user=None, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        found = self.env["dso.forecast.comparison"].with_user(user or self.manager).search(domain)
        return {
            (row.week, row.series, row.collector_id): (
                row.amount,
                row.came,
                row.came_since,
                row.error,
            )
            for row in found
        }

    def _keep(self, day=TODAY):
        with freeze_time(day):
            self.kept._keep(self.company, day)

    def test_what_was_forecast_beside_what_came(self):
        """120 were expected of the week, 100 came: 20 % too much."""
        first, second = self._owe(8, 100), self._owe(9, 20)
        self._assign(self.partner, self.collector)
        self._keep()
        self._pay(first.move_id, on(9))
        self._pay(second.move_id, on(14))
        self.assertEqual(
            self._compare(week=on(7)),
            {
                (on(7), "lead_1", self.collector): (120, 100, 0, 20),
                (on(7), "came", self.collector): (100, 0, 0, 0),
            },
        )

    def test_later_invoices_are_no_error(self):
        """100 expected, 100 came of it; 70 more of an invoice that nobody knew, 5 in advance."""
        line = self._owe(8)
        self._assign(self.partner, self.collector)
        self._keep()
        self._pay(line.move_id, on(9))
        later = self._invoice(on(8), 70, invoice_date=on(3))
        self._pay(later, on(9))
        self._advance(5, on(10))
        found = self._compare(week=on(7), collector_id=self.collector.id)
        self.assertEqual(found[on(7), "came", self.collector][0], 175)
        amount, came, since, error = found[on(7), "lead_1", self.collector]
        self.assertEqual((amount, came, since), (100, 105, 70))
        self.assertAlmostEqual(error, (100 - 105) / 105 * 100)

    def _advance(self, amount, day):
        self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.partner.id,
                "amount": amount,
                "date": day,
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        ).action_post()

    def test_four_and_eight_weeks_before(self):
        """Of the nights before a Monday the last one counts, if it is of that week."""
        self._owe(-10)
        self._plan(on(-60))
        for days in (-42, -40, -36, -15):
            self.kept.create(
                {
                    "company_id": self.company.id,
                    "made_on": on(days),
                    "week": on(14),
                    "expected": 100 - days,
                }
            )
        found = self._compare(week=on(14))
        nobody = self.env["res.users"]
        # eight weeks before: Monday on(-42); four: on(-14), of which the night before is there; one
        # week before, nothing was kept
        self.assertEqual(
            {key[1]: values[0] for key, values in found.items() if key[2] == nobody},
            {"lead_8": 142, "lead_4": 115},
        )

    def test_the_week_that_is_not_over_is_not_judged(self):
        self._owe(22)
        self._plan(TODAY)
        for days in (7, 14):
            self.kept.create(
                {
                    "company_id": self.company.id,
                    "made_on": on(days - 7),
                    "week": on(days),
                    "expected": 5,
                }
            )
        self.assertEqual({key[0] for key in self._compare()}, {on(7), on(14)})
        with freeze_time("2026-12-20 09:00"):
            self.assertEqual({key[0] for key in self._compare()}, {on(7)}, "Sunday of the week")

    def test_errors_of_groups_are_those_of_their_sums(self):
        """60 expected and 100 came of one, 90 and nothing of the other: 50 % too much."""
        line = self._owe(8, 60)
        self._owe(8, 90, self.other)
        self._assign(self.partner, self.collector)
        self._assign(self.other, self.colleague)
        self._keep()
        self._pay(line.move_id, on(8))
        self._advance(40, on(8))
        comparison = self.env["dso.forecast.comparison"].with_user(self.manager)
        [(amount, error)] = comparison._read_group(
            [("week", "=", on(7)), ("series", "=", "lead_1")], [], ["amount:sum", "error:avg"]
        )
        self.assertEqual((amount, error), (150, 50))
        # of what was forecast and what came there is no sum
        [(amount, error)] = comparison._read_group(
            [("week", "=", on(7))], [], ["amount:sum", "error:avg"]
        )
        self.assertFalse(amount or error)

    def test_every_figure_opens_what_is_behind_it(self):
        line = self._owe(8)
        self._assign(self.partner, self.collector)
        self._keep()
        self._pay(line.move_id, on(9))
        rows = (
            self.env["dso.forecast.comparison"]
            .with_user(self.manager)
            .search([("collector_id", "=", self.collector.id), ("week", "=", on(7))])
        )
        opened = {}
        for row in rows:
            action = row.action_view_records()
            opened[row.series] = (
                self.env[action["res_model"]].with_user(self.manager).search(action["domain"])
            )
        self.assertEqual(opened["came"].mapped("amount"), [100])
        self.assertEqual(opened["lead_1"].mapped("expected"), [100])
        self.assertEqual(opened["lead_1"].made_on, TODAY)

    def test_only_own_customers(self):
        self.company.dso_own_customers_only = True
        self._owe(8)
        self._owe(8, 40, self.other)
        self._assign(self.partner, self.collector)
        self._assign(self.other, self.colleague)
        self._keep()
        found = self._compare(self.colleague)
        self.assertEqual({key[2] for key in found}, {self.colleague})

    def test_the_comparison_of_the_engine(self):
        """The error of a row is the engine's."""
        from ...engine.forecast import error

        line = self._owe(8, 120)
        self._assign(self.partner, self.collector)
        self._keep()
        self._pay(line.move_id, on(9), 100)
        [found] = self._compare(series="lead_1", collector_id=self.collector.id).values()
        self.assertEqual(found[3], error(120, 100))
