from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.tests import new_test_user, tagged

from ...tools.inside import inside
from ..common import DsoCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestItemReport(DsoCommon):
    """The items status report against hand calculations. Tuesday 10 March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.price = cls.env.ref("dso_collection.status_dispute_price")
        cls.promise = cls.env.ref("dso_collection.status_promise")
        cls.other_partner = cls.env["res.partner"].create(
            {"name": "Other customer", "country_id": cls.env.ref("base.fr").id}
        )
        # (due, amount, status): 1,000 in all, of which 400 qualified, 2 items of 5
        cls.lines = cls.env["account.move.line"]
        for due, amount, status in (
            ("2026-03-09", 100, None),
            ("2026-02-08", 200, cls.price),
            ("2026-02-07", 300, None),
            ("2025-12-09", 200, cls.promise),
            ("2025-09-01", 200, None),
        ):
            line = cls._line(cls._invoice(due, amount, invoice_date="2025-08-01"))
            if status:
                line._dso_set_status(status, "2026-03-20")
            cls.lines |= line
        # none of these is overdue
        cls._invoice("2026-03-10", 1000)
        cls._invoice("2026-03-20", 1000)
        cls._credit(500, on="2026-02-01")
        cls._pay(cls._invoice("2026-02-01", 1000), "2026-02-10")
        cls._invoice("2026-02-01", 1000, post=False)
        cls.env["dso.customer"]._plan()
        cls.env.flush_all()

    def _group(self, groupby, aggregates, user=None, domain=()):
        report = self.env["dso.item.report"].with_user(user or self.collector)
        self.env.flush_all()
        return report._read_group(
            [("company_id", "=", self.company.id), *domain], groupby, aggregates
        )

    def test_from_the_customer(self):
        """In one click, and of this customer alone."""
        other = self._line(self._invoice("2026-03-01", 700, partner=self.other_partner))
        self.env["dso.customer"]._plan()
        self.env.flush_all()
        action = self._customer().with_user(self.reader).action_view_item_report()
        shown = self.env[action["res_model"]].with_user(self.reader).search(action["domain"])
        self.assertEqual(sum(shown.mapped("amount")), 1000)
        action = self._customer(self.other_partner).action_view_item_report()
        shown = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(shown.mapped("amount"), [other.amount_residual])

    def test_only_overdue_items(self):
        """Due today, not due, credits, paid and draft ones are not there; the total is that of the
        customer's figure."""
        found = self.env["dso.item.report"].search([("company_id", "=", self.company.id)])
        self.assertEqual(found.line_id, self.lines)
        [(total, count)] = self._group([], ["amount:sum", "item_count:sum"])
        self.assertEqual((total, count), (1000, 5))
        self.assertEqual(total, self._customer().amount_overdue)

    def test_by_kind_and_status(self):
        rows = self._group(["kind", "status_id"], ["amount:sum", "__count"])
        self.assertEqual(
            {(kind, status.id): values for kind, status, *values in rows},
            {
                ("none", False): [600, 3],
                ("dispute", self.price.id): [200, 1],
                ("promise", self.promise.id): [200, 1],
            },
        )
        labels = dict(self.env["dso.item.report"]._fields["kind"]._description_selection(self.env))
        self.assertEqual(labels["none"], "No status yet")
        for model, name in (
            ("dso.item.report", "status_id"),
            ("account.move.line", "dso_status_id"),
        ):
            field = self.env[model].fields_get([name], ["falsy_value_label"])[name]
            self.assertEqual(field["falsy_value_label"], "No status yet")

    def test_ages(self):
        """1, 30, 31, 91 and 190 days overdue: the limits belong to the younger bucket."""
        found = self.env["dso.item.report"].browse(self.lines.ids)
        self.assertEqual(found.mapped("days_overdue"), [1, 30, 31, 91, 190])
        self.assertEqual(found.mapped("age"), ["001", "001", "031", "091_180", "181"])
        rows = self._group(["age"], ["amount:sum", "days_overdue:max"])
        self.assertEqual(
            rows, [("001", 300, 30), ("031", 300, 31), ("091_180", 200, 91), ("181", 200, 190)]
        )

    def test_rates_at_every_level(self):
        """By value 400 of 1,000, by number 2 of 5; in the youngest bucket 200 of 300, 1 of 2."""
        measures = ["rate_value:avg", "rate_number:avg"]
        [(value, number)] = self._group([], measures)
        self.assertAlmostEqual(value, 40)
        self.assertAlmostEqual(number, 40)
        rows = {age: rest for age, *rest in self._group(["age"], measures)}
        self.assertAlmostEqual(rows["001"][0], 200 / 300 * 100)
        self.assertAlmostEqual(rows["001"][1], 50)
        self.assertEqual([float(rate) for rate in rows["031"]], [0, 0])
        self.assertEqual([float(rate) for rate in rows["091_180"]], [100, 100])

    def test_rates_as_the_pivot_asks(self):
        groups = (
            self.env["dso.item.report"]
            .with_user(self.reader)
            .formatted_read_group(
                [("company_id", "=", self.company.id)],
                ["kind"],
                ["amount:sum", "rate_value:avg", "currency_id:array_agg_distinct"],
            )
        )
        rates = {group["kind"]: float(group["rate_value:avg"]) for group in groups}
        self.assertEqual(rates, {"none": 0.0, "dispute": 100.0, "promise": 100.0})

    def test_promises_past_their_date(self):
        """Awaited for the grace of one working day, and past on the day after; as the ledger and
        the plan have it."""
        line = self.lines[3]
        report = self.env["dso.item.report"]
        for promised, past in (
            ("2026-03-06", True),
            ("2026-03-08", True),
            ("2026-03-09", False),
            ("2026-03-10", False),
        ):
            with self.subTest(promised):
                line._dso_set_status(self.promise, promised)
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual(report.browse(line.id).promise_past, past)
                self.assertEqual(line.dso_excluded, not past)
        past = report.search([("promise_past", "=", True), ("line_id", "in", self.lines.ids)])
        self.assertFalse(past)

    def test_awaited_from_is_the_other_way_round(self):
        """For each day of two months and several graces, both say the same of every promise."""
        for grace in (0, 1, 2, 5):
            self.company.dso_promise_grace_days = grace
            for number in range(0, 60, 3):
                today = date(2026, 3, 1) + timedelta(days=number)
                first = self.company._dso_awaited_from(today)
                self.assertGreaterEqual(self.company._dso_promised_until(first), today)
                before = first - timedelta(days=1)
                self.assertLess(self.company._dso_promised_until(before), today)

    def test_the_companys_own_day(self):
        """At 23:30 UTC of the 10th it is the 11th in Tokyo: what was due on the 10th is late."""
        with freeze_time("2026-03-10 23:30:00"):
            self.assertEqual(self._group([], ["__count"]), [(5,)])
            self.company.resource_calendar_id.tz = "Asia/Tokyo"
            self.assertEqual(self._group([], ["__count"]), [(6,)])

    def test_dimensions(self):
        line = self._line(self._invoice("2026-03-01", 70, partner=self.other_partner))
        child = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.other_partner.id, "type": "invoice"}
        )
        line |= self._line(self._invoice("2026-03-01", 30, partner=child))
        self.env["dso.customer"]._plan()
        self._customer(self.other_partner).collector_id = self.manager
        self.assertEqual(
            self._group(
                ["partner_id", "collector_id", "scenario_id", "country_id"],
                ["amount:sum"],
                domain=[("line_id", "in", line.ids)],
            ),
            [(self.other_partner, self.manager, self.scenario, self.env.ref("base.fr"), 100)],
        )
        row = self.env["dso.item.report"].with_user(self.collector).browse(line[0].id)
        self.assertEqual(row.document, line[0].move_id.name)
        self.assertEqual(row.action_view_customer()["res_model"], "dso.customer")
        self.assertEqual(row.action_view_item()["res_id"], line[0].move_id.id)

    def test_currencies_are_not_added_up(self):
        """Two companies with different currencies: a rate for each, none for both together."""
        other = self.setup_other_company(currency_id=self.env.ref("base.CHF").id)
        company = other["company"]
        self.env.ref("base.CHF").active = True
        invoice = self._invoice(
            "2026-03-01", 50, company_id=company.id, journal_id=other["default_journal_sale"].id
        )
        self._line(invoice)._dso_set_status(self.promise, "2026-03-20")
        self.env.flush_all()
        self.assertNotEqual(company.currency_id, self.company.currency_id)
        report = self.env["dso.item.report"].with_context(
            allowed_company_ids=(self.company | company).ids
        )
        domain = [("company_id", "in", (self.company | company).ids)]
        rows = report._read_group(
            domain,
            ["company_id"],
            ["amount:sum", "rate_value:avg", "currency_id:array_agg_distinct"],
        )
        found = {row[0]: (row[1], round(float(row[2]), 4), row[3]) for row in rows}
        self.assertEqual(
            found,
            {
                self.company: (1000, 40.0, [self.company.currency_id.id]),
                company: (50, 100.0, [company.currency_id.id]),
            },
        )
        [(rate, number)] = report._read_group(domain, [], ["rate_value:avg", "rate_number:avg"])
        self.assertFalse(rate, "francs and dollars have no common value")
        self.assertAlmostEqual(number, 50)

    def test_rights(self):
        self._invoice("2026-03-01", 70, partner=self.other_partner)
        self.env["dso.customer"]._plan()
        self._customer(self.other_partner).collector_id = self.manager
        company = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="dso_stranger",
            groups="base.group_user,dso_collection.group_dso_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertEqual(self._group([], ["__count"]), [(6,)])
        self.assertEqual(self._group([], ["__count"], user=stranger), [(0,)])
        self.company.dso_own_customers_only = True
        self.assertEqual(self._group([], ["__count"]), [(5,)])
        self.assertEqual(self._group([], ["__count"], user=self.reader), [(6,)])
        rows = self.env["dso.item.report"].with_user(self.collector).search([])
        self.assertEqual(
            len(rows.export_data(["document", "kind", "status_id/name", "amount"])["datas"]), 5
        )


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestDisputeReport(DsoCommon):
    """How long disputes last, against hand calculations."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("dispute_price", "dispute_quality", "dispute_resolved", "promise"):
            setattr(cls, name, cls.env.ref(f"dso_collection.status_{name}"))
        cls.line = cls._line(cls._invoice("2026-02-01", 100))

    def _log(self, status, on, line=None, **values):
        line = line or self.line
        with freeze_time(f"{on} 09:00:00"):
            line.with_context(**inside(dso_skip_log=True))._dso_set_status(status)
            return line._dso_log(**values)

    def _read(self, entry):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["dso.dispute.report"].browse(entry.id)

    def test_open(self):
        dispute = self._read(self._log(self.dispute_price, "2026-03-01", amount=30))
        self.assertEqual((dispute.state, dispute.age, dispute.amount), ("open", 9, 30))
        self.assertFalse(dispute.ended_on)
        self.assertEqual(dispute.partner_id, self.partner)
        self.assertEqual(dispute.collector_id, self.collector)

    def test_to_the_next_status(self):
        entry = self._log(self.dispute_price, "2026-02-10")
        with freeze_time("2026-02-12 09:00:00"):
            self.line._dso_log(status_id=False, kind=False, comment="Asked sales.")
        self._log(self.dispute_resolved, "2026-02-24")
        self._log(self.promise, "2026-03-01")
        dispute = self._read(entry)
        self.assertEqual((dispute.state, dispute.days, dispute.age), ("resolved", 14, 0))
        self.assertEqual(dispute.next_status_id, self.dispute_resolved)
        self.assertEqual(dispute.amount, 100, "empty means all of it")

    def test_said_again_goes_on(self):
        """The same reason once more is the same dispute, with the new resolver."""
        first = self._log(self.dispute_price, "2026-02-10", resolver_id=self.reader.id)
        again = self._log(self.dispute_price, "2026-02-15", resolver_id=self.manager.id)
        other = self._log(self.dispute_quality, "2026-02-20")
        self.assertEqual(self._read(first).days, 10)
        self.assertEqual(self._read(first).resolver_id, self.manager)
        found = self.env["dso.dispute.report"].search([("line_id", "=", self.line.id)])
        self.assertEqual(set(found.ids), {first.id, other.id})
        self.assertNotIn(again.id, found.ids)
        self.assertEqual((self._read(other).state, self._read(other).age), ("open", 18))

    def test_a_second_dispute_of_the_same_reason(self):
        first = self._log(self.dispute_price, "2026-02-10")
        self._log(self.dispute_resolved, "2026-02-12")
        second = self._log(self.dispute_price, "2026-02-20")
        self._log(self.dispute_resolved, "2026-02-24")
        self.assertEqual((self._read(first).days, self._read(second).days), (2, 4))

    def test_ended_by_payment(self):
        entry = self._log(self.dispute_price, "2026-02-10")
        self._pay(self.line.move_id, "2026-02-13")
        dispute = self._read(entry)
        self.assertEqual((dispute.state, dispute.days), ("settled", 3))
        self.assertEqual(dispute.ended_on, date(2026, 2, 13))

    def test_status_taken_away(self):
        entry = self._log(self.dispute_price, "2026-02-10")
        with freeze_time("2026-02-16 09:00:00"):
            self.line.dso_status_id = False
        self.assertEqual((self._read(entry).state, self._read(entry).days), ("resolved", 6))

    def test_average_by_reason(self):
        """Price: 4 and 10 days, one open for 8; quality: 3 days."""
        for status, since, until in (
            (self.dispute_price, "2026-02-10", "2026-02-14"),
            (self.dispute_price, "2026-02-10", "2026-02-20"),
            (self.dispute_price, "2026-03-02", None),
            (self.dispute_quality, "2026-02-10", "2026-02-13"),
        ):
            line = self._line(self._invoice("2026-02-01", 100))
            self._log(status, since, line)
            if until:
                self._log(self.dispute_resolved, until, line)
        self.env.flush_all()
        rows = (
            self.env["dso.dispute.report"]
            .with_user(self.reader)
            ._read_group(
                [("partner_id", "=", self.partner.id)],
                ["status_id"],
                ["days:avg", "age:avg", "dispute_count:sum"],
            )
        )
        found = {status: values for status, *values in rows}
        self.assertEqual(found[self.dispute_price], [7, 8, 3])
        self.assertEqual(found[self.dispute_quality], [3, False, 1])

    def test_rights(self):
        self._log(self.dispute_price, "2026-02-10")
        other = self.env["res.partner"].create({"name": "Other customer"})
        self._log(
            self.dispute_price, "2026-02-10", self._line(self._invoice("2026-02-01", partner=other))
        )
        self._customer(other).collector_id = self.manager
        report = self.env["dso.dispute.report"]
        own = [("partner_id", "in", (self.partner | other).ids)]
        self.env.flush_all()
        self.assertEqual(len(report.with_user(self.collector).search(own)), 2)
        self.company.dso_own_customers_only = True
        self.env.flush_all()
        self.assertEqual(report.with_user(self.collector).search(own).partner_id, self.partner)
        self.assertEqual(len(report.with_user(self.manager).search(own)), 2)


@tagged("post_install", "-at_install")
class TestColumns(DsoCommon):
    """Filters compare with values of the field's type: the database has to know it as the same."""

    def test_numbers_of_reports_have_the_type_of_their_field(self):
        # PostgreSQL's numbers of its types: float8 and numeric, int8, int2 and int4
        types = {"float": (701, 1700), "monetary": (701, 1700), "integer": (20, 21, 23)}
        looked_at, wrong = 0, []
        for model in self.env.values():
            if model._auto or model._abstract or not model._name.startswith("dso."):
                continue
            query = model._search([])
            for field in model._fields.values():
                if not field.store or field.type not in types:
                    continue
                column = model._field_to_sql(model._table, field.name, query)
                self.env.cr.execute(query.select(column))
                found = self.env.cr.description[0].type_code
                if found not in types[field.type]:
                    wrong.append(f"{model._name}.{field.name}")
                looked_at += 1
        self.assertFalse(wrong)
        self.assertGreater(looked_at, 10)
