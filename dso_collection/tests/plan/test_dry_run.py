import json
from collections import Counter
from datetime import date, timedelta
from io import BytesIO
from unittest.mock import patch

from freezegun import freeze_time
from openpyxl import load_workbook

from odoo import Command, http
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...models.plan import dso_dry_run
from ...models.plan.dso_dry_run import MAX_DAYS
from ..common import DsoCommon
from ..http_common import PatientHttpCase


class DryRunCommon(DsoCommon):
    """Scenario B is one call, 20 days after the due date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_scenario = cls._create_scenario(
            ("Only call", "due_date", 20, {"action_type": "call", "automatic": False}),
            name="Other scenario",
        )

    def _run(self, user=None, **params):
        """The whole run, chunk by chunk as the screen asks for it."""
        model = self.env["dso.dry.run"].with_user(user or self.reader)
        after_id, customers, runs = 0, [], None
        while True:
            chunk = model.run_chunk(params, after_id)
            customers += chunk["customers"]
            runs = runs or [{} for _run in chunk["runs"]]
            for found, more in zip(runs, chunk["runs"], strict=True):
                for day, counts in more.items():
                    found[day] = dict(Counter(found.get(day, {})) + Counter(counts))
            if not chunk["done"]:
                return runs, customers
            after_id = chunk["after_id"]


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 09:00:00")
class TestDryRun(DryRunCommon):
    """A dry run against the worked example of the design. Monday 2 March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice("2026-03-01")
        cls.env["dso.customer"]._plan()
        cls.env.flush_all()
        cls.customer = cls._customer()
        cls.own = {"population": "customers", "customer_ids": cls.customer.ids}

    def test_worked_example(self):
        """Leader due 1 March: 6, 16 and 26 March, and 15 April; all are weekdays."""
        [run], [row] = self._run(**self.own)
        self.assertEqual(
            run,
            {
                "2026-03-06": {"email": 1},
                "2026-03-16": {"email": 1},
                "2026-03-26": {"email": 1},
                "2026-04-15": {"email": 1},
            },
        )
        self.assertEqual(
            row["runs"],
            [
                {
                    "types": {"email": 4},
                    "count": 4,
                    "first": "2026-03-06",
                    "last": "2026-04-15",
                    "amount": 100,
                    "reached": True,
                }
            ],
        )
        self.assertEqual((row["id"], row["name"]), (self.customer.id, "Acme"))
        self.assertEqual(row["currency_id"], self.company.currency_id.id)

    def test_days(self):
        """14 days from 2 March end on the 16th."""
        [run], _rows = self._run(**self.own, days=14)
        self.assertEqual(list(run), ["2026-03-06", "2026-03-16"])
        [run], _rows = self._run(**self.own, days=13)
        self.assertEqual(list(run), ["2026-03-06"])
        for days in (-5, 0, MAX_DAYS + 1, 100_000, "many", True):
            with self.subTest(days), self.assertRaisesRegex(UserError, str(days)):
                self._run(**self.own, days=days)

    def test_two_scenarios_compared(self):
        """On the same ledger: their own has four e-mails, the other one call on 21 March, which is
        a Saturday: on Monday the 23rd."""
        runs, [row] = self._run(**self.own, compare_id=self.other_scenario.id)
        self.assertEqual([len(run) for run in runs], [4, 1])
        self.assertEqual(runs[1], {"2026-03-23": {"call": 1}})
        self.assertEqual([share["count"] for share in row["runs"]], [4, 1])

    def test_another_scenario_for_those_of_one(self):
        """Scenario B for the customers that have scenario A; nobody has B."""
        partner = self.env["res.partner"].create({"name": "Apart"})
        self._invoice("2026-03-01", partner=partner)
        self.env["dso.customer"]._plan()
        self._customer(partner).scenario_id = self._create_scenario(("X", "due_date", 1), name="X")
        params = {"population": "scenario", "population_scenario_id": self.scenario.id}
        [run], rows = self._run(**params, scenario_id=self.other_scenario.id)
        self.assertEqual(run, {"2026-03-23": {"call": 1}})
        self.assertEqual([row["id"] for row in rows], self.customer.ids)
        self.assertEqual(self.customer.scenario_id, self.scenario)

    def test_what_was_done_counts(self):
        """A was done on 6 March: the own scenario goes on with B, another one begins."""
        self._do(self._open_action(), "2026-03-06")
        with freeze_time("2026-03-06 11:00:00"):
            self._plan("2026-03-06")
            runs, _rows = self._run(**self.own, compare_id=self.other_scenario.id)
        self.assertEqual(list(runs[0]), ["2026-03-16", "2026-03-26", "2026-04-15"])
        self.assertEqual(list(runs[1]), ["2026-03-23"])

    def test_archived_scenario_may_be_tried(self):
        self.other_scenario.active = False
        [run], _rows = self._run(**self.own, scenario_id=self.other_scenario.id)
        self.assertEqual(list(run), ["2026-03-23"])

    def test_archived_customer_gets_nothing(self):
        self.customer.active = False
        self.assertEqual(self._run(**self.own), ([{}], []))

    def _rows_of_everything(self):
        """Where each row of the module lies, and by which command it was written."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'dso_%' "
            "OR relname IN ('mail_mail', 'mail_message', 'sms_sms', 'account_move_line')"
        )
        found = {}
        for (table,) in self.env.cr.fetchall():
            self.env.cr.execute(f'SELECT ctid::text, xmin::text, cmin::text FROM "{table}"')
            found[table] = sorted(self.env.cr.fetchall())
        return found

    def test_writes_nothing(self):
        """Not a row is new or changed, and it works where the database refuses to write."""
        before = self._rows_of_everything()
        self.assertTrue(before["dso_customer"])
        savepoint = self.env.cr.savepoint(flush=False)
        self.env.cr.execute("SET LOCAL transaction_read_only = on")
        try:
            model = self.env["dso.dry.run"].with_user(self.reader)
            params = {**self.own, "compare_id": self.other_scenario.id}
            prepared = model.prepare(params)
            runs, _rows = self._run(**params)
            sheets = model._prepare_sheets(params)
        finally:
            savepoint.close(rollback=True)
        self.assertEqual(prepared["total"], 1)
        self.assertEqual(prepared["runs"], ["Own scenario", "Other scenario"])
        self.assertEqual((prepared["today"], prepared["until"]), ("2026-03-02", "2026-05-01"))
        self.assertEqual([len(run) for run in runs], [4, 1])
        self.assertEqual(len(sheets), 3)
        self.assertEqual(self._rows_of_everything(), before)

    def test_asked_through_a_read_only_cursor(self):
        for name in ("prepare", "run_chunk"):
            self.assertTrue(getattr(type(self.env["dso.dry.run"]), name)._readonly)

    def _create_customers(self, number):
        """:return: the parameters of a run over so many new customers"""
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {index}"} for index in range(number)]
        )
        for partner in partners:
            self._invoice("2026-03-01", 10, partner)
        self.env["dso.customer"]._plan()
        customers = self.env["dso.customer"].search([("partner_id", "in", partners.ids)])
        return {"population": "customers", "customer_ids": customers.ids}

    def test_chunks(self):
        """Every customer once, whatever the size of a chunk."""
        params = self._create_customers(5)
        [whole], everybody = self._run(**params)
        with patch.object(dso_dry_run, "CHUNK_SIZE", 2):
            first = self.env["dso.dry.run"].run_chunk(params, 0)
            [run], rows = self._run(**params)
        self.assertEqual((first["done"], len(first["customers"])), (2, 2))
        self.assertEqual(rows, everybody)
        self.assertEqual([row["id"] for row in rows], sorted(params["customer_ids"]))
        self.assertEqual(whole["2026-03-06"], {"email": 5})
        self.assertEqual(run, whole)

    def test_queries_do_not_grow(self):
        counts = []
        for number in (1, 3, 12):
            params = self._create_customers(number)
            model = self.env["dso.dry.run"].with_user(self.reader)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.assertEqual(len(model.run_chunk(params, 0)["customers"]), number)
            counts.append(self.env.cr.sql_log_count - start)
        # the first one also fills the caches of the registry
        self.assertEqual(counts[1], counts[2])

    def test_own_customers_only(self):
        self.customer.collector_id = self.manager
        self.company.dso_own_customers_only = True
        self.assertEqual(self._run(self.collector, **self.own), ([{}], []))
        self.assertEqual(len(self._run(self.manager, **self.own)[1]), 1)
        self.assertEqual(len(self._run(self.reader, **self.own)[1]), 1)

    def test_other_companies(self):
        """A company's own scenario serves no other; strangers see neither."""
        other = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="dso_stranger",
            groups="base.group_user,dso_collection.group_dso_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertEqual(self._run(stranger, population="all"), ([{}], []))
        self.scenario.company_id = self.company
        with self.assertRaises(AccessError):
            self._run(stranger, population="all", scenario_id=self.scenario.id)
        both = self.manager
        both.company_ids |= other
        theirs = self.env["dso.customer"].create(
            {"partner_id": self.partner.id, "company_id": other.id}
        )
        params = {
            "population": "customers",
            "customer_ids": (self.customer | theirs).ids,
            "scenario_id": self.scenario.id,
        }
        model = self.env["dso.dry.run"].with_user(both)
        model = model.with_context(allowed_company_ids=(self.company | other).ids)
        self.assertEqual(model.prepare(params)["total"], 1)
        self.assertEqual(model.prepare({**params, "scenario_id": False})["total"], 2)

    def test_without_rights(self):
        user = new_test_user(self.env, login="dso_nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["dso.dry.run"].with_user(user).prepare({"population": "all"})
        with self.assertRaises(AccessError):
            self._run(user, population="all")

    def test_buttons(self):
        """From the customer, the list, a scenario, two scenarios, and one nobody follows yet."""
        action = self.customer.with_user(self.reader).action_dry_run()
        self.assertEqual(action["tag"], "dso_collection.dry_run")
        self.assertEqual(action["params"], self.own)
        scenario = self.scenario.with_user(self.reader)
        params = scenario.action_dry_run()["params"]
        self.assertEqual((params["population"], params["compare_id"]), ("scenario", False))
        [run], _rows = self._run(**params)
        self.assertIn("2026-03-06", run)
        both = scenario | self.other_scenario.with_user(self.reader)
        params = both.action_dry_run()["params"]
        self.assertEqual(
            (params["scenario_id"], params["compare_id"]),
            (self.scenario.id, self.other_scenario.id),
        )
        params = self.other_scenario.with_user(self.reader).action_dry_run()["params"]
        self.assertEqual((params["population"], params["scenario_id"]), ("all", False))
        self.assertEqual(params["compare_id"], self.other_scenario.id)
        third = self._create_scenario(name="Third")
        with self.assertRaisesRegex(UserError, "two"):
            (both | third).action_dry_run()

    def test_nobody_chosen_is_nobody(self):
        self.assertEqual(self._run(population="customers", customer_ids=[]), ([{}], []))


@tagged("post_install", "-at_install")
class TestDryRunExport(DryRunCommon, PatientHttpCase):
    """The spreadsheet, asked for as the screen does. The clock of a request cannot be frozen: dates
    are relative to today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.name = "=1+1 Acme"
        cls.today = cls.company._dso_today()
        cls._invoice(cls.today, 250.0, invoice_date=cls.today - timedelta(days=30))
        cls.env["dso.customer"]._plan()
        cls.params = {
            "population": "customers",
            "customer_ids": cls._customer().ids,
            "compare_id": cls.other_scenario.id,
        }

    def _export(self, user, **params):
        self.authenticate(user.login, user.login)
        return self.url_open(
            "/dso_collection/dry_run.xlsx",
            data={"data": json.dumps({**self.params, **params}), "csrf_token": self._csrf_token()},
        )

    def _csrf_token(self):
        return http.Request.csrf_token(self)

    def test_spreadsheet(self):
        """Four e-mails against one call, counted day by day and for the customer."""
        response = self._export(self.collector)
        self.assertEqual(response.status_code, 200)
        workbook = load_workbook(BytesIO(response.content))
        days, customers, messages = (list(sheet.values) for sheet in workbook)
        self.assertEqual(days[0], ("Day", "Type", "Own scenario", "Other scenario"))
        self.assertEqual(sum(row[2] for row in days[1:]), 4)
        self.assertEqual([row[1:] for row in days[1:] if row[3]], [("Phone call", 0, 1)])
        self.assertEqual(len(customers), 2)
        self.assertEqual(customers[1][0], "=1+1 Acme")
        self.assertEqual((customers[1][3], customers[1][6], customers[1][7]), (4, 250, 1))
        self.assertEqual(len(messages), 1 + 5)
        self.assertEqual(messages[1][1].date(), self._working_day(self.today + timedelta(days=5)))
        cell = workbook.worksheets[1]["A2"]
        self.assertEqual(cell.data_type, "s", "a name is no formula")

    def test_the_companies_are_those_of_the_screen(self):
        """A request of its own knows no more of the switcher than it is told."""
        other = self.setup_other_company()["company"]
        self.collector.company_ids |= other
        self.env["dso.customer"]._ensure_customers(other, self.partner.ids)
        names = []
        for companies in (self.company, other, self.company | other):
            response = self._export(
                self.collector, population="all", company_ids=companies.ids, compare_id=False
            )
            _days, customers, _messages = load_workbook(BytesIO(response.content)).worksheets
            names.append(customers.max_row - 1)
        self.assertEqual(names, [1, 0, 1])
        stranger = self.env["res.company"].create({"name": "Stranger"})
        refused = self._export(self.collector, population="all", company_ids=stranger.ids)
        self.assertNotEqual(refused.status_code, 200)

    def _working_day(self, day: date):
        return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)

    def test_spreadsheet_of_too_many(self):
        """It is one request: what would take too long is refused, and the sentence says what to
        do."""
        model = self.env["dso.dry.run"].with_user(self.collector)
        params = {"population": "customers", "customer_ids": self._customer().ids}
        with patch.object(dso_dry_run, "MAX_EXPORT", 1):
            self.assertEqual(len(model._prepare_sheets(params)), 3)
            with self.assertRaisesRegex(UserError, "would take too long"):
                model._prepare_sheets({**params, "compare_id": self.other_scenario.id})

    def test_what_was_deleted_since_it_was_chosen_is_left_out(self):
        model = self.env["dso.dry.run"].with_user(self.collector)
        scenario = self.scenario.copy()
        customer = self._customer(self.partner)
        params = {
            **self.params,
            "population": "customers",
            "customer_ids": [customer.id, 0x7FFFFFFF],
            "scenario_id": scenario.id,
            "compare_id": self.other_scenario.id,
        }
        scenario.unlink()
        prepared = model.prepare(params)
        gone = {"scenario_id": False, "customer_ids": customer.ids}
        self.assertEqual(prepared["gone"], gone)
        self.assertEqual(len(prepared["runs"]), 2)
        self.assertFalse(model.prepare({**params, **gone})["gone"])

    def test_who_may_export(self):
        self.assertNotEqual(self._export(self.reader).status_code, 200)
        self.authenticate(None, None)
        response = self.url_open("/dso_collection/dry_run.xlsx", data={"data": "{}"})
        self.assertNotIn("spreadsheet", response.headers["Content-Type"])

    def test_nonsense_is_refused(self):
        self.authenticate(self.collector.login, self.collector.login)
        response = self.url_open(
            "/dso_collection/dry_run.xlsx", data={"data": "{", "csrf_token": self._csrf_token()}
        )
        self.assertEqual(response.status_code, 400)
