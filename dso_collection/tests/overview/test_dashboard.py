from collections import defaultdict
from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...engine import ageing
from ..common import DsoCommon

TARGETS = {
    "customers": "dso.customer",
    "items": "dso.item.report",
    "actions": "dso.action.report",
    "promises": "dso.promise",
    "trend": "dso.overdue.trend",
}


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestOverdueTrend(DsoCommon):
    """What was overdue at the end of each month, against hand calculations. Today is Tuesday 10
    March 2026; the first of the days is 31 March 2025."""

    def _read(self, user=None):
        self.env.flush_all()
        rows = (
            self.env["dso.overdue.trend"]
            .with_user(user or self.reader)
            ._read_group(
                [("company_id", "=", self.company.id)], ["day:day", "bucket"], ["amount:sum"]
            )
        )
        return {(str(day), bucket): amount for day, bucket, amount in rows}

    def test_worked_example(self):
        """1,000 due 20 December, 400 paid on 15 January and 600 on 20 February: 11 days late at the
        end of December, the other 600 are 42 days late at the end of January.

        300 due 31 January: not overdue on that day, 28 days late at the end of February, 38 today.

        200 due 30 September and never paid: 31, 61, 92 days late at the ends of the next months."""
        paid = self._invoice("2025-12-20", 1000, invoice_date="2025-12-01")
        self._pay(paid, "2026-01-15", 400)
        self._pay(paid, "2026-02-20", 600)
        self._invoice("2026-01-31", 300, invoice_date="2026-01-05")
        self._invoice("2025-09-30", 200, invoice_date="2025-09-01")
        # neither credits nor drafts are overdue
        self._credit(50, on="2025-12-01")
        self._invoice("2025-12-20", 5000, invoice_date="2025-12-01", post=False)
        self.assertEqual(
            self._read(),
            {
                ("2025-10-31", "031"): 200,
                ("2025-11-30", "061"): 200,
                ("2025-12-31", "001"): 1000,
                ("2025-12-31", "091"): 200,
                ("2026-01-31", "031"): 600,
                ("2026-01-31", "091"): 200,
                ("2026-02-28", "001"): 300,
                ("2026-02-28", "091"): 200,
                ("2026-03-10", "031"): 300,
                ("2026-03-10", "091"): 200,
            },
        )

    def test_not_yet_invoiced(self):
        """Entered today with a due date long past: nobody owed it before its own date."""
        self._invoice("2025-12-31", 100, invoice_date="2026-02-10")
        self.assertEqual(self._read(), {("2026-02-28", "031"): 100, ("2026-03-10", "061"): 100})

    def test_paid_on_the_last_day_of_a_month(self):
        """A payment of that day is in the balance of that day."""
        self._pay(self._invoice("2026-01-15", 100, invoice_date="2026-01-01"), "2026-01-31")
        self.assertEqual(self._read(), {})

    def test_payment_after_the_last_end_of_month(self):
        """Overdue at the end of February, paid in March: gone today."""
        self._pay(self._invoice("2026-02-10", 100, invoice_date="2026-02-01"), "2026-03-05")
        self.assertEqual(self._read(), {("2026-02-28", "001"): 100})

    def test_foreign_currency(self):
        """1,000 at 2 to 1 are 500 in the company's currency; paid at 4 to 1, the exchange
        difference settles the rest: nothing is left."""
        currency = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 2.0), ("2026-02-01", 4.0)]
        )
        invoice = self._invoice(
            "2026-01-20", 1000, invoice_date="2026-01-05", currency_id=currency.id
        )
        self._pay(invoice, "2026-02-10")
        self.assertTrue(self._line(invoice).reconciled)
        self.assertEqual(self._read(), {("2026-01-31", "001"): 500})

    def test_today_is_the_customers_figure(self):
        """Also where a payment is dated ahead: today's point is the present residual."""
        self._invoice("2026-02-10", 100, invoice_date="2026-02-01")
        self._pay(self._invoice("2026-02-10", 70, invoice_date="2026-02-01"), "2026-03-20")
        self.env["dso.customer"]._plan()
        today = sum(
            amount for (day, _bucket), amount in self._read().items() if day == "2026-03-10"
        )
        self.assertEqual(today, self._customer().amount_overdue)
        self.assertEqual(today, 100)

    def test_buckets_are_the_engines(self):
        for due in (
            "2026-02-08",
            "2026-02-07",
            "2026-01-09",
            "2026-01-08",
            "2025-12-10",
            "2025-12-09",
        ):
            self._invoice(due, 10, invoice_date="2025-12-01")
        self.env.flush_all()
        rows = self.env["dso.overdue.trend"].search([("company_id", "=", self.company.id)])
        self.assertEqual(
            sorted(rows.filtered(lambda row: row.day == date(2026, 3, 10)).mapped("days_overdue")),
            [30, 31, 60, 61, 90, 91],
        )
        for row in rows:
            self.assertEqual(row.bucket, ageing.bucket_of(row.days_overdue))

    def test_no_total_over_several_days(self):
        """The same item on two days is the same money."""
        self._invoice("2026-02-10", 100, invoice_date="2026-02-01")
        self.env.flush_all()
        model = self.env["dso.overdue.trend"].with_user(self.reader)
        own = [("company_id", "=", self.company.id)]
        measures = ["amount:sum", "item_count:sum"]
        self.assertEqual(model._read_group(own, [], measures), [(0, 0)])
        self.assertEqual(
            model._read_group([*own, ("day", "=", "2026-03-10")], [], measures), [(100, 1)]
        )
        groups = model.formatted_read_group(
            own, ["day:month"], ["amount:sum_currency", "currency_id:array_agg_distinct"]
        )
        self.assertEqual([group["amount:sum_currency"] for group in groups], [100, 100])

    def _read_totals(self, user, *more):
        """By day, age and collector; with ``line_id`` too, added up here, item by item."""
        found = defaultdict(lambda: (0, 0, 0))
        for day, bucket, collector, *rest in (
            self.env["dso.overdue.trend"]
            .with_user(user)
            ._read_group(
                [("company_id", "=", self.company.id)],
                ["day:day", "bucket", "collector_id", *more],
                ["amount:sum", "item_count:sum", "__count"],
            )
        ):
            key = (str(day), bucket, collector.id)
            found[key] = tuple(map(sum, zip(found[key], rest[len(more) :], strict=True)))
        return dict(found)

    def _make_ledger(self):
        """Whole claims, some on one day; one paid in part, one in full, one by a credit."""
        other = self.env["res.partner"].create({"name": "Other customer"})
        for number, due in enumerate(("2025-09-30", "2025-12-20", "2025-12-20", "2026-02-10")):
            self._invoice(due, 100 + number, invoice_date="2025-09-01")
            self._invoice(due, 30 + number, partner=other, invoice_date="2025-09-01")
        self._invoice("2025-12-31", 70, invoice_date="2026-02-10")
        partly = self._invoice("2025-12-20", 500, invoice_date="2025-12-01")
        self._pay(partly, "2026-01-15", 200)
        self._pay(self._invoice("2026-01-10", 300, invoice_date="2026-01-01"), "2026-02-20")
        self.env["dso.customer"]._plan()
        self._customer(other).collector_id = self.manager
        self.env.flush_all()
        return other

    def test_totals_are_those_of_the_items(self):
        """Added up before the days are looked at, as the page asks, and item by item."""
        self._make_ledger()
        for user in (self.manager, self.collector, self.reader):
            with self.subTest(user.name):
                totals = self._read_totals(user)
                self.assertEqual(totals, self._read_totals(user, "line_id"))
        # 100 and 30 of 30 September, 101, 102, 31, 32 and 500 of 20 December: 11 days late
        mine, others = self.collector.id, self.manager.id
        self.assertEqual(totals["2025-12-31", "001", mine], (703, 3, 3))
        self.assertEqual(totals["2025-12-31", "001", others], (63, 2, 2))
        self.assertEqual(totals["2025-12-31", "091", mine], (100, 1, 1))
        # 300 of the 500 are left, 42 days late; 70 due before were entered in February only
        self.assertEqual(totals["2026-01-31", "031", mine], (503, 3, 3))
        self.assertEqual(totals["2026-02-28", "031", mine], (70, 1, 1))

    def test_totals_keep_to_own_customers(self):
        self._make_ledger()
        self.company.dso_own_customers_only = True
        totals = self._read_totals(self.collector)
        self.assertEqual(totals, self._read_totals(self.collector, "line_id"))
        self.assertEqual({collector for _day, _bucket, collector in totals}, {self.collector.id})
        self.assertEqual(totals["2025-12-31", "001", self.collector.id], (703, 3, 3))

    def test_totals_obey_a_rule_on_items(self):
        """Somebody's own record rule may ask for what a total does not tell."""
        other = self._make_ledger()
        self.env["ir.rule"].create(
            {
                "name": "Not the other one",
                "model_id": self.env["ir.model"]._get_id("dso.overdue.trend"),
                "domain_force": [("partner_id", "!=", other.id)],
            }
        )
        totals = self._read_totals(self.manager)
        self.assertEqual({collector for _day, _bucket, collector in totals}, {self.collector.id})
        self.assertEqual(totals["2025-12-31", "001", self.collector.id], (703, 3, 3))

    def test_totals_of_many_items_are_few_rows(self):
        """Claims of one due date and entry date are one row for each day, whatever their number."""
        for _number in range(3):
            self._invoice("2026-02-10", 100, invoice_date="2026-02-01")
        self.env.flush_all()
        model = self.env["dso.overdue.trend"].with_user(self.reader)
        asked = ["day:day", "amount:sum"]
        rows = model._for_totals([("company_id", "=", self.company.id)], asked)._table_query
        found = self.env.execute_query_dict(rows)
        self.assertEqual(
            sorted((str(row["day"]), row["amount"], row["item_count"]) for row in found),
            [("2026-02-28", 300, 3), ("2026-03-10", 300, 3)],
        )
        self.assertEqual(
            model._for_totals([], ["partner_id", "amount:sum"])._table_query, model._table_query
        )

    def test_rights(self):
        other = self.env["res.partner"].create({"name": "Other customer"})
        self._invoice("2026-02-10", 100, invoice_date="2026-02-01")
        self._invoice("2026-02-10", 30, partner=other, invoice_date="2026-02-01")
        self.env["dso.customer"]._plan()
        self._customer(other).collector_id = self.manager
        self.assertEqual(self._read(self.collector)["2026-03-10", "001"], 130)
        self.company.dso_own_customers_only = True
        self.assertEqual(self._read(self.collector)["2026-03-10", "001"], 100)
        self.assertEqual(self._read(self.manager)["2026-03-10", "001"], 130)
        company = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="dso_stranger",
            groups="base.group_user,dso_collection.group_dso_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertFalse(self._read(stranger))

    def test_list_opens_item_and_customer(self):
        invoice = self._invoice("2026-03-01", 100, invoice_date="2026-02-01")
        self.env["dso.customer"]._plan()
        self.env.flush_all()
        row = (
            self.env["dso.overdue.trend"]
            .with_user(self.reader)
            .search([("company_id", "=", self.company.id)])
        )
        self.assertEqual(len(row), 1)
        self.assertEqual(row.action_view_item()["res_id"], invoice.id)
        self.assertEqual(row.action_view_customer()["res_id"], self._customer().id)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestActionReport(DsoCommon):
    """Actions by day and phase, and the dashboard. Tuesday 10 March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice("2026-02-20", 100)
        cls.env["dso.customer"]._ensure_customers(cls.company)
        cls.customer = cls._customer()
        # A on Wednesday 25 February is done; B on 7 March, a Saturday, is late
        with freeze_time("2026-02-25 09:00:00"):
            cls._do(cls._plan("2026-02-25"), "2026-02-25")
        cls._plan("2026-03-10")

    def _create(self, **values):
        return self.env["dso.action"].create(
            {"customer_id": self.customer.id, "action_type": "call", **values}
        )

    def _read(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return (
            self.env["dso.action.report"]
            .with_user(user or self.reader)
            .search([("company_id", "=", self.company.id)])
        )

    def test_days_and_phases(self):
        late = self.assertPlanned("B", "2026-03-07")
        future = self._create(date="2026-03-16", action_type="call")
        cancelled = self._create(date="2026-03-12")
        cancelled.action_cancel("Not needed")
        found = {row.id: (str(row.day), row.phase) for row in self._read()}
        done = self.customer.past_action_ids.filtered(lambda action: action.state == "done")
        self.assertEqual(
            found,
            {
                done.id: ("2026-02-25", "done"),
                late.id: ("2026-03-10", "todo"),
                future.id: ("2026-03-16", "upcoming"),
                # the day it was cancelled, not the one it was meant for
                cancelled.id: ("2026-03-10", "cancelled"),
            },
        )

    def test_states_are_the_agendas(self):
        self._create(date="2026-03-10")
        self._create(date="2026-03-11")
        self._create(
            date="2026-03-11",
            action_type="email",
            automatic=True,
            mail_template_id=self.template.id,
        )
        rows = self._read()
        self.assertEqual(len(rows), 5)
        for row in rows:
            self.assertEqual(row.agenda_state, row.action_id.agenda_state)
        self.assertIn("confirmed", rows.mapped("agenda_state"))

    def test_labels_of_other_models_are_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        for model, field, label in (
            ("dso.action.report", "origin", "dso_action__origin__manual"),
            ("dso.promise", "source", "dso_qualification__source__collector"),
        ):
            with self.subTest(model):
                selection = self.env.ref(f"dso_collection.selection__{label}")
                selection.with_context(lang="fr_FR").name = "Fait main"
                report = self.env[model].with_user(self.reader).with_context(lang="fr_FR")
                labels = dict(report.fields_get([field])[field]["selection"])
                self.assertEqual(labels[selection.value], "Fait main")

    def test_by_scenario_and_type(self):
        self._read()
        rows = self.env["dso.action.report"]._read_group(
            [("company_id", "=", self.company.id)],
            ["scenario_id", "collector_id", "action_type", "phase"],
            ["action_count:sum"],
        )
        self.assertEqual(
            sorted(rows, key=lambda row: row[3]),
            [
                (self.scenario, self.collector, "email", "done", 1),
                (self.scenario, self.collector, "email", "todo", 1),
            ],
        )

    def test_rights(self):
        self.customer.collector_id = self.manager
        self.company.dso_own_customers_only = True
        self.assertFalse(self._read(self.collector))
        self.assertEqual(len(self._read(self.manager)), 2)
        company = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="dso_stranger",
            groups="base.group_user,dso_collection.group_dso_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertFalse(self._read(stranger))

    def test_without_what_was_done_long_ago(self):
        """As the dashboard reads it: what is open, however late, and what was done since a day."""
        late = self.assertPlanned("B", "2026-03-07")
        done = self.customer.past_action_ids.filtered(lambda action: action.state == "done")
        for since, expected in (("2026-02-25", done | late), ("2026-02-26", late)):
            self._read()
            rows = (
                self.env["dso.action.report"]
                .with_user(self.reader)
                .with_context(dso_done_since=date.fromisoformat(since))
                .search([("company_id", "=", self.company.id)])
            )
            self.assertEqual(rows.action_id, expected)

    def test_opens_the_action(self):
        row = self._read()[:1]
        self.assertEqual(row.action_view_action()["res_id"], row.action_id.id)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestDashboard(DsoCommon):
    """The credit manager's page against hand calculations. Tuesday 10 March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.promise = cls.env.ref("dso_collection.status_promise")
        cls.price = cls.env.ref("dso_collection.status_dispute_price")
        cls.other_partner = cls.env["res.partner"].create({"name": "Other customer"})
        # overdue 1,000: 100 promised, 200 in dispute, 700 unknown; 400 not due; a credit of 50
        cls.lines = {}
        for due, amount, partner in (
            ("2026-03-01", 100, cls.partner),
            ("2026-01-31", 200, cls.partner),
            ("2025-12-31", 300, cls.other_partner),
            ("2025-06-30", 400, cls.other_partner),
            ("2026-04-01", 400, cls.partner),
        ):
            invoice = cls._invoice(due, amount, partner, invoice_date="2025-06-01")
            cls.lines[due] = cls._line(invoice)
        cls._credit(50, on="2026-02-01")
        cls._qualify("2026-03-01", cls.promise, "2026-03-12")
        cls._qualify("2026-01-31", cls.price)
        cls.env["dso.customer"]._plan()
        cls._customer(cls.other_partner).collector_id = cls.manager
        cls.env.flush_all()

    @classmethod
    def _qualify(cls, due, status, day=False):
        """As the dialog does: with a log, and a follow-up of its own."""
        cls.env["dso.item.qualify"].with_user(cls.collector).create(
            {
                "line_ids": [Command.set(cls.lines[due].ids)],
                "status_id": status.id,
                **({"date": day} if day else {}),
            }
        ).action_apply()

    def _get(self, user=None, company=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return (
            self.env["dso.dashboard"]
            .with_user(user or self.reader)
            .get_data((company or self.company).id)
        )

    def _find(self, figure, user=None):
        """The records behind a figure, as its list shows them."""
        model = self.env[TARGETS[figure["target"]]].with_user(user or self.reader)
        return model.search(figure["domain"])

    def test_what_is_told_adds_up(self):
        """Receivables by age, less the credits, are the total due: both are told."""
        data = self._get()
        totals = {total["key"]: total["amount"] for total in data["totals"]}
        self.assertLess(totals["credits"], 0)
        by_age = sum(part["amount"] for part in data["ageing"])
        self.assertAlmostEqual(by_age + totals["credits"], totals["amount_due"])
        due = [tile["amount"] for tile in data["tiles"] if tile["key"] == "amount_due"]
        self.assertEqual([totals["amount_due"]], due)

    def test_oldest_item_is_named(self):
        """The oldest item of a file may be one that nobody chases: the words say so."""
        customer, other = self._customer(), self._customer(self.other_partner)
        self.assertEqual(customer.days_overdue_max, 38)
        self.assertEqual(customer.oldest_text, "not chased")
        self.assertFalse(other.oldest_text)
        self._qualify("2025-06-30", self.price)
        self.env["dso.customer"]._plan()
        self.env.invalidate_all()
        self.assertEqual(other.oldest_text, "oldest chased: 69 days")

    def test_tiles(self):
        """Due: 1,000 + 400 - 50."""
        tiles = {tile["key"]: tile for tile in self._get()["tiles"]}
        self.assertEqual(
            {key: (tile["amount"], tile["count"]) for key, tile in tiles.items() if key != "todo"},
            {
                "amount_overdue": (1000, 2),
                "amount_due": (1350, 2),
                "amount_disputed": (200, 1),
                "amount_promised": (100, 1),
            },
        )
        for key, tile in tiles.items():
            found = self._find(tile)
            self.assertEqual(len(found), tile["count"])
            if key != "todo":
                self.assertEqual(sum(found.mapped(key)), tile["amount"])

    def test_ageing(self):
        """9, 38, 69 and 253 days late, and not due; the records behind each add up to it."""
        ageing_bar = self._get()["ageing"]
        self.assertEqual(
            [(part["key"], part["amount"], part["count"]) for part in ageing_bar],
            [("000", 400, 1), ("001", 100, 1), ("031", 200, 1), ("061", 300, 1), ("091", 400, 1)],
        )
        for part in ageing_bar[1:]:
            self.assertEqual(sum(self._find(part).mapped("amount")), part["amount"])
        self.assertEqual(self._find(ageing_bar[0]), self._customer())

    def test_statuses(self):
        """Qualified: 300 of 1,000, 2 of 4 items."""
        statuses = self._get()["statuses"]
        self.assertEqual((statuses["rate_value"], statuses["rate_number"]), (30, 50))
        self.assertEqual(
            {kind["key"]: (kind["amount"], kind["count"]) for kind in statuses["kinds"]},
            {"none": (700, 2), "dispute": (200, 1), "promise": (100, 1)},
        )
        for kind in statuses["kinds"]:
            self.assertEqual(sum(self._find(kind).mapped("amount")), kind["amount"])

    def test_a_promise_that_was_not_kept_is_awaited_no_longer(self):
        """The tile leaves it out, so it is not called a promise beside it either."""
        with freeze_time("2026-02-27 09:00:00"):
            self._qualify("2025-12-31", self.promise, "2026-03-04")
        self.env["dso.customer"]._plan()
        data = self._get()
        kinds = {kind["key"]: kind for kind in data["statuses"]["kinds"]}
        self.assertEqual(kinds["promise"]["count"], 1)
        self.assertEqual(kinds["promise_past"]["count"], 1)
        self.assertEqual(kinds["promise_past"]["label"], "Promise not kept")
        for kind in kinds.values():
            self.assertEqual(sum(self._find(kind).mapped("amount")), kind["amount"])
        tiles = {tile["key"]: tile["amount"] for tile in data["tiles"]}
        self.assertEqual(tiles["amount_promised"], kinds["promise"]["amount"])

    def test_promised_by_week(self):
        """100 promised for Thursday of this week. 300 promised for last Wednesday: broken."""
        with freeze_time("2026-02-27 09:00:00"):
            self._qualify("2025-12-31", self.promise, "2026-03-04")
        promised = self._get()["promised"]
        self.assertEqual(promised["this_week"], "2026-03-09")
        self.assertEqual(promised["weeks"][0], "2026-02-09")
        self.assertEqual(promised["weeks"][-1], "2026-04-27")
        [currency] = promised["currencies"]
        self.assertEqual(currency["id"], self.company.currency_id.id)
        found = {
            (week, series["key"]): amount
            for series in currency["series"]
            for week, amount in zip(promised["weeks"], series["amounts"], strict=True)
            if amount
        }
        self.assertEqual(found, {("2026-03-09", "open"): 100, ("2026-03-02", "broken"): 300})
        self._check_series(currency["series"], "promises", "amounts", "amount")

    def _check_series(self, series, target, values, field=None):
        for each in series:
            for value, domain in zip(each[values], each["domains"], strict=True):
                found = self._find({"target": target, "domain": domain})
                self.assertEqual(sum(found.mapped(field)) if field else len(found), value)

    def test_promises_in_two_currencies(self):
        """Each has its own chart, the company's comes first."""
        currency = self.setup_other_currency("EUR", rates=[("2025-01-01", 2.0)])
        invoice = self._invoice(
            "2026-03-01", 600, invoice_date="2026-02-01", currency_id=currency.id
        )
        self.lines["foreign"] = self._line(invoice)
        self._qualify("foreign", self.promise, "2026-03-13")
        promised = self._get()["promised"]
        self.assertEqual(
            [
                (each["name"], sum(sum(series["amounts"]) for series in each["series"]))
                for each in promised["currencies"]
            ],
            [(self.company.currency_id.name, 100), ("EUR", 600)],
        )

    def test_actions_by_day(self):
        """Follow-ups of the promise and the dispute, and whatever the scenarios propose: each
        domain finds as many as its bar tells of."""
        actions = self._get()["actions"]
        self.assertEqual((actions["days"][0], actions["days"][-1]), ("2026-02-10", "2026-03-24"))
        self.assertTrue(actions["series"])
        self._check_series(actions["series"], "actions", "counts")
        rows = self.env["dso.action.report"].search(
            [("company_id", "=", self.company.id), ("phase", "!=", "cancelled")]
        )
        self.assertEqual(
            sum(sum(series["counts"]) for series in actions["series"]),
            len(rows.filtered(lambda row: date(2026, 2, 10) <= row.day <= date(2026, 3, 24))),
        )

    def test_collectors(self):
        """Colin has 300 overdue, Mia 700; he kept one promise of two."""
        for due, day in (("2026-03-01", "2026-03-03"), ("2026-01-31", "2026-03-03")):
            with freeze_time("2026-03-02 09:00:00"):
                self._qualify(due, self.promise, day)
        self._pay(self.lines["2026-03-01"].move_id, "2026-03-03")
        self.env["dso.customer"]._plan()
        rows = self._get()["collectors"]
        self.assertEqual([row["name"] for row in rows], ["Mia Manager", "Colin Collector"])
        mia, colin = rows
        self.assertEqual((mia["overdue"]["value"], colin["overdue"]["value"]), (700, 200))
        self.assertEqual((colin["kept"]["value"], colin["kept"]["count"]), (50, 2))
        self.assertFalse(mia["kept"])
        for row in rows:
            for key in ("todo", "done", "overdue", "kept"):
                if cell := row[key]:
                    self.assertEqual(len(self._find(cell)), cell["count"])
                    if key == "overdue":
                        self.assertEqual(
                            sum(self._find(cell).mapped("amount_overdue")), cell["value"]
                        )

    def test_without_collector(self):
        self._customer().collector_id = False
        names = {
            row["name"]: row["overdue"]["value"]
            for row in self._get()["collectors"]
            if row["overdue"]
        }
        self.assertEqual(names, {"Mia Manager": 700, "Without collector": 300})

    def test_trend(self):
        """Oldest first; the last day is today's overdue, by age."""
        self.env.flush_all()
        trend = self.env["dso.dashboard"].with_user(self.reader).get_trend(self.company.id)
        self.assertEqual((trend["days"][0], trend["days"][-1]), ("2025-03-31", "2026-03-10"))
        self.assertEqual([each["amounts"][-1] for each in trend["series"]], [100, 200, 300, 400])
        # 400 due 30 June: not overdue on that day, 31 days late a month later
        by_key = {
            each["key"]: dict(zip(trend["days"], each["amounts"], strict=True))
            for each in trend["series"]
        }
        self.assertEqual(by_key["031"]["2025-07-31"], 400)
        self.assertEqual(sum(amounts["2025-06-30"] for amounts in by_key.values()), 0)
        self._check_series(trend["series"], "trend", "amounts", "amount")

    def test_own_customers_only(self):
        self.company.dso_own_customers_only = True
        data = self._get(self.collector)
        tiles = {tile["key"]: tile["amount"] for tile in data["tiles"]}
        self.assertEqual((tiles["amount_overdue"], tiles["amount_due"]), (300, 650))
        self.assertEqual([row["name"] for row in data["collectors"]], ["Colin Collector"])
        self.assertEqual(sum(part["amount"] for part in data["ageing"][1:]), 300)
        trend = self.env["dso.dashboard"].with_user(self.collector).get_trend(self.company.id)
        self.assertEqual(sum(each["amounts"][-1] for each in trend["series"]), 300)

    def test_own_customers_where_asked_for(self):
        """The agenda's charts begin with these; it is a filter and no right."""
        dashboard = self.env["dso.dashboard"].with_user(self.collector)
        data = dashboard.get_data(self.company.id, True)
        tiles = {tile["key"]: tile["amount"] for tile in data["tiles"]}
        self.assertEqual((tiles["amount_overdue"], tiles["amount_due"]), (300, 650))
        self.assertEqual([row["name"] for row in data["collectors"]], ["Colin Collector"])
        self.assertEqual(sum(part["amount"] for part in data["ageing"][1:]), 300)
        for figure in (*data["tiles"], *data["ageing"], *data["statuses"]["kinds"]):
            with self.subTest(figure["label"]):
                found = self._find(figure, self.collector)
                self.assertEqual(len(found), figure["count"])
                self.assertLessEqual(found.collector_id, self.collector)
        trend = dashboard.get_trend(self.company.id, True)
        self.assertEqual(sum(each["amounts"][-1] for each in trend["series"]), 300)
        everybody = dashboard.get_data(self.company.id)
        self.assertEqual(everybody["tiles"][0]["amount"], 1000)

    def test_companies_one_by_one(self):
        """Each in its own currency; those not at hand are refused."""
        other = self.setup_other_company()["company"]
        other.currency_id = self.env.ref("base.GBP")
        self.manager.company_ids |= other
        with self.assertRaisesRegex(AccessError, "menu"):
            self._get(self.reader, other)
        both = (
            self.env["dso.dashboard"]
            .with_user(self.manager)
            .with_context(allowed_company_ids=(self.company | other).ids)
        )
        data = both.get_data(other.id)
        self.assertEqual(data["currency_id"], other.currency_id.id)
        self.assertEqual([each["id"] for each in data["companies"]], (self.company | other).ids)
        self.assertFalse(sum(tile["amount"] for tile in data["tiles"]))
        data = both.get_data()
        self.assertEqual(data["company_id"], self.company.id)
        self.assertEqual(data["tiles"][0]["amount"], 1000)

    def test_without_rights(self):
        user = new_test_user(
            self.env,
            login="dso_nobody",
            groups="base.group_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        for method in ("get_data", "get_trend"):
            with self.assertRaises(AccessError):
                getattr(self.env["dso.dashboard"].with_user(user), method)()

    def test_empty(self):
        company = self.setup_other_company()["company"]
        self.manager.company_ids |= company
        dashboard = self.env["dso.dashboard"].with_user(self.manager).with_company(company)
        data = dashboard.get_data()
        self.assertFalse(data["statuses"]["rate_value"])
        self.assertEqual(data["collectors"], [])
        self.assertEqual(data["promised"]["currencies"], [])
        self.assertFalse(any(sum(each["amounts"]) for each in dashboard.get_trend()["series"]))

    def test_reads_only_and_with_the_same_queries(self):
        """In a transaction that refuses to write, and as many queries for more customers."""
        dashboard = self.env["dso.dashboard"].with_user(self.reader)
        counts = []
        for _round in range(2):
            self._get()
            dashboard.get_trend()
            self.env.flush_all()
            self.env.invalidate_all()
            savepoint = self.env.cr.savepoint(flush=False)
            self.env.cr.execute("SET LOCAL transaction_read_only = on")
            start = self.env.cr.sql_log_count
            try:
                dashboard.get_data()
                dashboard.get_trend()
                counts.append(self.env.cr.sql_log_count - start)
            finally:
                savepoint.close(rollback=True)
            for index in range(5):
                partner = self.env["res.partner"].create({"name": f"More {index}"})
                self._invoice("2026-02-15", 10, partner)
            self.env["dso.customer"]._plan()
        self.assertLessEqual(counts[1], counts[0])

    def test_ageing_is_the_trends_last_day(self):
        """Two ways to the same figures."""
        self.env.flush_all()
        parts = {part["key"]: part["amount"] for part in self._get()["ageing"][1:]}
        trend = self.env["dso.dashboard"].with_user(self.reader).get_trend()
        self.assertEqual(parts, {each["key"]: each["amounts"][-1] for each in trend["series"]})

    def test_actions_open(self):
        """Every menu entry opens with its views."""
        found = defaultdict(list)
        for name in ("dashboard", "action_report", "overdue_trend", "promised_cash", "dry_run"):
            action = self.env.ref(f"dso_collection.dso_{name}_action")
            found[action.type].append(name)
            menu = self.env.ref(f"dso_collection.dso_{name}_menu")
            self.assertEqual(menu.action, action)
            if action.type == "ir.actions.act_window":
                self.env[action.res_model].with_user(self.reader).get_views(
                    [(view_id, mode) for view_id, mode in action.views], {"toolbar": True}
                )
        self.assertEqual(len(found["ir.actions.client"]), 2)
