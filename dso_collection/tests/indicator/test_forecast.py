"""The cash forecast on a ledger: worked examples, and the engine's own figures on any ledger."""

import random
from collections import Counter
from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from ...engine import forecast as rules
from ...engine.forecast import Delay, Open
from ..common import DsoCommon

#: A Monday.
TODAY = date(2026, 11, 30)


def on(days):
    return TODAY + timedelta(days=days)


class ForecastCommon(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create({"name": "Other", "is_company": True})

    def _owe(self, days, amount=100.0, partner=None, **values):
        """An item due so many days from today."""
        move = self._invoice(on(days), amount, partner, on(min(days, 0) - 10), **values)
        return self._line(move)

    def _paid_late(self, *delays, partner=None, due=-60, amount=100.0):
        """Invoices that were paid so many days after they were due."""
        for days in delays:
            invoice = self._owe(due, amount, partner).move_id
            self._pay(invoice, on(due + days))

    def _qualify(self, line, status, day=TODAY, **values):
        with freeze_time(day):
            self.env["dso.item.qualify"].create(
                {
                    "line_ids": [Command.set(line.ids)],
                    "status_id": self.env.ref(f"dso_collection.status_{status}").id,
                    **values,
                }
            ).action_apply()

    def _forecast(self, **options):
        return self.env["dso.forecast"]._forecast(self.company, TODAY, **options)

    def _totals(self, **options):
        return self.env["dso.forecast"]._get_totals(self.company, TODAY, **options)

    def _weeks(self, name="expected", **options):
        """{number of the week: amount}, of weeks that have any."""
        rows = self._forecast(**options)
        return {number: row[name] for number, row in enumerate(rows) if row[name]}


@tagged("post_install", "-at_install")
@freeze_time("2026-11-30")
class TestForecast(ForecastCommon):
    def test_as_late_as_the_customer_pays(self):
        """Paid 6, 10 and 14 days late, 10 on average: due on Wednesday, it comes on Saturday of the
        week after; at the soonest on Tuesday of it, at the latest on Wednesday of the next."""
        self._paid_late(6, 10, 14)
        self._owe(2)
        rows = self._forecast()
        self.assertEqual([row["week"] for row in rows], [on(7 * number) for number in range(13)])
        self.assertEqual(self._weeks(), {1: 100})
        self.assertEqual(self._weeks("high"), {1: 100, 2: 100})
        self.assertEqual(self._weeks("low"), {})

    def test_the_average_is_weighted_by_amount(self):
        """300 paid 20 days late, twice 100 on time: 12 days, as on the customer's screen."""
        self._paid_late(0, 0)
        self._paid_late(20, amount=300.0)
        self._owe(0)
        self._plan(TODAY)
        self._customer()._refresh_profiles({self.company.id: TODAY})
        self.assertEqual(self._customer().days_late_average, 12)
        self.assertEqual(self._weeks(), {1: 100})
        self._owe(2)
        self.assertEqual(self._weeks(), {1: 100, 2: 100})

    def test_whose_delay_counts(self):
        """Two payments are too few: those of the scenario count, where there are three, else those
        of the company."""
        self._paid_late(21, 21)
        self._paid_late(7, 7, 7, 7, partner=self.other)
        self._owe(0)
        self._plan(TODAY)
        self._plan(TODAY, self.other)
        # of the scenario: (2 × 21 + 4 × 7) / 6 = 11.67, 12 days
        self.assertEqual(self._customer().scenario_id, self._customer(self.other).scenario_id)
        self.assertEqual(self._weeks(), {1: 100})
        item = self.env["dso.forecast"]._get_parts_sql({self.company: TODAY})
        self.assertEqual(self._read_delays(item), [("scenario", 12)])
        # one of its own, in which nobody pays but the customer: the company's, the same payments
        self._customer().scenario_id = self._create_scenario(("X", "due_date", 1))
        self.assertEqual(self._read_delays(item), [("company", 12)])
        self._customer(self.other).scenario_id = self._customer().scenario_id
        self.assertEqual(self._read_delays(item), [("scenario", 12)])
        self._paid_late(21)
        self.assertEqual(self._read_delays(item), [("customer", 21)])
        self.assertEqual(self._weeks(), {3: 100})

    def _read_delays(self, parts):
        self.env.flush_all()
        self.env.cr.execute(parts)
        columns = [column.name for column in self.env.cr.description]
        places = columns.index("delay_of"), columns.index("delay")
        return [tuple(row[place] for place in places) for row in self.env.cr.fetchall()]

    def test_one_payment_of_many_invoices_is_one(self):
        invoices = self._invoices(4, on(-60), 100.0, invoice_date=on(-70))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        ).create({"payment_date": on(-30), "group_payment": True})._create_payments()
        self._owe(0)
        found = self._read_delays(self.env["dso.forecast"]._get_parts_sql({self.company: TODAY}))
        self.assertEqual(found, [("company", 30)])

    def test_nobody_ever_paid(self):
        self._owe(0)
        self.assertEqual(self._weeks(), {0: 100})
        self.assertEqual(self._weeks("low"), {0: 100})

    def test_old_payments_credit_notes_and_drafts_say_nothing(self):
        self._paid_late(100, 100, 100, due=-400)
        invoice = self._owe(-60).move_id
        credit = self._credit(100, on=on(-30))
        (self._line(invoice) + self._line(credit)).reconcile()
        self._owe(0)
        self._invoice(on(0), 50, post=False)
        self.assertEqual(self._weeks(), {0: 100})

    def test_what_should_have_come_is_late(self):
        self._paid_late(10, 10, 10)
        self._owe(-11, 70)
        self._owe(-10, 30)
        rows = self._forecast()
        self.assertEqual(self._weeks(), {0: 30}, "expected today is not late")
        self.assertEqual([row["late"] for row in rows], [70, *[0] * 12])

    def test_promises_that_hold(self):
        self._paid_late(10, 10, 10)
        line = self._owe(-40)
        self.assertEqual(self._totals()["late"], 100)
        self._qualify(line, "promise", date=on(15))
        self.assertEqual(self._weeks("promised"), {2: 100})
        self.assertEqual(self._weeks(), {2: 100})
        self.assertEqual(self._weeks("low"), {2: 100})
        self.assertEqual(self._totals()["late"], 0)

    def test_promises_that_hold_no_more(self):
        """Promised for three days ago, with a grace of one: the item is as late as others are. One
        of yesterday's promise is awaited still, and late against the forecast all the same."""
        self.company.dso_promise_grace_days = 1
        broken, awaited = self._owe(40), self._owe(40)
        self._plan(on(-20))
        self._qualify(broken, "promise", day=on(-20), date=on(-5))
        self._qualify(awaited, "promise", day=on(-20), date=on(-1))
        self.assertEqual(self._weeks(), {5: 100})
        self.assertEqual(self._totals()["late"], 100)
        self.assertEqual(self._weeks("promised"), {})

    def test_a_promised_part(self):
        """400 of 1,000 promised; 100 paid since count for it: 300 on their day, 600 as usual, and
        people pay a week early."""
        line = self._owe(7, 1000.0)
        self._qualify(line, "promise", date=on(22), amount=400)
        self._pay(line.move_id, TODAY, 100)
        self.assertEqual(self._weeks(), {0: 600, 3: 300})
        self.assertEqual(self._weeks("promised"), {3: 300})

    def test_disputes_wait_for_their_resolution(self):
        """Disputes of prices take 21 days, of quality 7; of a missing item nobody knows: 14. The
        items are due today, of a customer who pays when due."""
        for status, days in (("dispute_price", 21), ("dispute_quality", 7)):
            line = self._owe(-90)
            self._plan(on(-80))
            self._qualify(line, status, day=on(-80))
            self._qualify(line, "dispute_resolved", day=on(-80 + days))
            self._pay(line.move_id, on(-90))
        lines = [self._owe(0, amount) for amount in (100, 10, 1)]
        for line, status in zip(lines, ("price", "quality", "missing"), strict=True):
            self._qualify(line, f"dispute_{status}")
        self.assertEqual(self._weeks(), {3: 100, 1: 10, 2: 1})
        self.assertEqual(self._weeks("disputed"), {3: 100, 1: 10, 2: 1})

    def test_litigation_and_ignored_stand_apart(self):
        self._owe(7, 1)
        self._qualify(self._owe(7, 20), "litigation")
        self._owe(7, 300).dso_ignored = True
        self.company.dso_ignore_below = 10
        found = self._totals()
        self.assertEqual((found["apart"], found["expected"], found["total"]), (321, 0, 321))

    def test_instalments_come_one_by_one(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "Plan",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": share, "nb_days": number * 28}
                    )
                    for number, share in enumerate((40, 30, 30))
                ],
            }
        )
        self._invoice(on(0), 1000, invoice_date=TODAY, invoice_payment_term_id=terms.id)
        self.assertEqual(self._weeks(), {0: 400, 4: 300, 8: 300})

    def test_announced_money_comes_on_its_day(self):
        """A payment in process for an invoice that is long overdue; the rest stays late."""
        line = self._owe(-40, 1000.0)
        self._announce(line, on(8), 600)
        self.assertEqual(self._weeks(), {1: 600})
        self.assertEqual(self._weeks("announced"), {1: 600})
        self.assertEqual(self._totals()["late"], 400)

    def test_announced_money_that_is_due_may_come_any_day(self):
        line = self._owe(-40)
        payment = self._announce(line, on(-2))
        self.assertEqual(self._weeks(), {0: 100}, "awaited for five working days")
        payment.date = on(-30)
        self.assertEqual(self._totals()["late"], 100)

    def _announce(self, line, day, amount=100.0):
        """A payment in process without an entry, as where no outstanding account is set."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": self.partner.id,
                "amount": amount,
                "date": day,
                "journal_id": self.company_data["default_journal_bank"].id,
                "invoice_ids": [Command.set(line.move_id.ids)],
            }
        )
        payment.outstanding_account_id = False
        payment.action_post()
        self.assertEqual((payment.state, payment.move_id.ids), ("in_process", []))
        return payment

    def test_credits_lessen_what_their_payer_pays_first(self):
        self._owe(7)
        self._owe(14, 500)
        self._credit(30, on=on(-20))
        self._owe(7, 1000, self.other)
        self.assertEqual(self._weeks(), {1: 1070, 2: 500})
        self.assertEqual(self._totals()["late"], 0)
        # more than is owed
        self._credit(1100, self.other, on=on(-20))
        self.assertEqual(self._weeks(), {1: 70, 2: 500})
        self.assertEqual(self._totals()["apart"], -100)

    def test_foreign_items_count_as_booked(self):
        currency = self.setup_other_currency("EUR", rates=[("2026-01-01", 2)])
        line = self._owe(7, 1000.0, currency_id=currency.id)
        self._qualify(line, "promise", date=on(22), amount=400)
        self.assertEqual(self._weeks(), {1: 300, 3: 200})

    def test_of_some_customers(self):
        self._paid_late(7, 7, 7)
        self._owe(0)
        self._owe(0, 40, self.env["res.partner"].create({"name": "B", "parent_id": self.other.id}))
        self._plan(TODAY)
        self._plan(TODAY, self.other)
        customers = self._customer(self.other)
        self.assertEqual(self._weeks(customers=customers), {1: 40}, "as late as others pay")
        self.assertEqual(self._weeks(), {1: 140})
        self.assertEqual(self._weeks(customers=customers.browse()), {})
        query = customers._search([("id", "in", customers.ids)])
        self.assertEqual(self._weeks(customers=query), {1: 40})

    def test_items_of_nobody_count(self):
        line = self._undated(on(7), 60)
        line.partner_id = False
        self.assertEqual(self._weeks(), {1: 60})

    def test_another_company_is_not_added(self):
        company = self.setup_other_company()["company"]
        self._owe(0)
        found = self.env["dso.forecast"]._get_totals(company, TODAY)
        self.assertEqual(found["total"], 0)

    def test_the_items_behind_a_figure(self):
        self._paid_late(0, 0, 0)
        line, late, later = self._owe(7), self._owe(-3), self._owe(200)
        apart = self._owe(7)
        apart.dso_ignored = True
        found = self.env["dso.forecast"]._find_items(self.company, TODAY)
        self.assertEqual(
            found,
            {on(7): line.ids, "late": late.ids, "beyond": later.ids, "apart": apart.ids},
        )

    def test_whoever_may_read_forecasts_needs_no_other_rights(self):
        """Delays, disputes and announced money are facts of the rules."""
        line = self._owe(5)
        self._qualify(line, "promise", date=on(9))
        forecast = self.env["dso.forecast"].with_user(self.reader)
        company = self.company.with_user(self.reader)
        self.assertEqual(forecast._get_totals(company, TODAY)["expected"], 100)
        self.assertEqual(forecast._find_items(company, TODAY), {on(7): line.ids})
        self.assertEqual(forecast._read_came(company, on(-7), TODAY), {})

    def test_beyond(self):
        self._owe(91)
        self.assertEqual((self._weeks(), self._totals()["beyond"]), ({}, 100))
        self.assertEqual(self._weeks(weeks=14), {13: 100})

    def test_a_slip_of_the_year_harms_nobody(self):
        line = self._owe(7)
        self._plan(TODAY)
        line.date_maturity = date(9999, 12, 31)
        self._paid_late(40, 40, 40)
        self.assertEqual(self._totals()["beyond"], 100)

    def test_what_came(self):
        """Payments and what is paid in advance, by accounting date; a credit note is none, money
        that went back is less."""
        self._pay(self._owe(-20).move_id, on(-7))
        self._pay(self._owe(-20, 60).move_id, on(-1))
        self._pay(self._owe(-20, 1).move_id, on(-8))
        credit = self._credit(30, on=on(-3))
        self._pay(credit, on(-2))
        (
            self._line(self._owe(-9, 70).move_id) + self._line(self._credit(70, on=on(-4)))
        ).reconcile()
        self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.other.id,
                "amount": 9,
                "date": on(-6),
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        ).action_post()
        came = self.env["dso.forecast"]._read_came
        self.assertEqual(came(self.company, on(-7), TODAY), {on(-7): 100 + 60 - 30 + 9})
        self.assertEqual(came(self.company, on(-30), on(-8)), {on(-14): 1})
        self._plan(TODAY, self.other)
        self._owe(0, partner=self.other)
        self._plan(TODAY, self.other)
        other = self._customer(self.other)
        self.assertEqual(came(self.company, on(-7), TODAY, other), {on(-7): 9})

    def test_as_many_queries_for_many_as_for_one(self):
        self._qualify(self._owe(5), "promise", date=on(9))
        forecast = self.env["dso.forecast"]
        # what Odoo keeps in mind is read before
        self._count_queries(lambda: forecast._forecast(self.company, TODAY))
        one = self._count_queries(lambda: forecast._forecast(self.company, TODAY))
        for number in range(5):
            partner = self.env["res.partner"].create({"name": f"No. {number}"})
            self._owe(number, partner=partner)
            self._qualify(self._owe(number, partner=partner), "dispute_price")
        many = self._count_queries(lambda: forecast._forecast(self.company, TODAY))
        self.assertEqual(one, many)

    # ------------------------------------------------------------------
    # Any ledger
    # ------------------------------------------------------------------

    def test_any_ledger_agrees_with_the_engine(self):
        """Random invoices, credit notes, payments, currencies, instalments and statuses: the
        statement places each item as the engine does, and all that is open is in one place."""
        seed = random.randrange(10**6)
        self._fill(random.Random(seed))
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        found = self.env["dso.forecast"]._read(self.company, TODAY, 13, None)
        expected = rules.forecast(self._to_engine(lines), TODAY)
        with self.subTest(seed=seed):
            self.assertTrue(lines)
            for week, wanted in zip(found.weeks, expected.weeks, strict=True):
                self.assertEqual(week.monday, wanted.monday)
                for name in rules.Week._fields[1:]:
                    self.assertAlmostEqual(
                        getattr(week, name), getattr(wanted, name), 1, (week.monday, name)
                    )
            for name in ("late", "beyond", "apart"):
                self.assertAlmostEqual(getattr(found, name), getattr(expected, name), 1, name)
            totals = self._totals()
            self.assertAlmostEqual(totals["total"], sum(lines.mapped("amount_residual")), 2)

    def _fill(self, chance):
        currency = self.setup_other_currency("EUR", rates=[("2026-01-01", 2), ("2026-10-01", 3)])
        thirds = self.env["account.payment.term"].create(
            {
                "name": "Thirds",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": share, "nb_days": number * 20}
                    )
                    for number, share in enumerate((30, 30, 40))
                ],
            }
        )
        partners = [self.partner, self.other, self.env["res.partner"].create({"name": "Third"})]
        statuses = ("promise", "dispute_price", "litigation")
        for _number in range(40):
            day = on(-chance.randrange(160))
            values = {}
            if chance.random() < 0.3:
                values["currency_id"] = currency.id
            if chance.random() < 0.3:
                values["invoice_payment_term_id"] = thirds.id
            if chance.random() < 0.25:
                values["move_type"] = "out_refund"
            amount = chance.randrange(100, 100000) / 100
            due = day + timedelta(days=chance.randrange(220))
            move = self._invoice(due, amount, chance.choice(partners), day, **values)
            if chance.random() < 0.5:
                paid = min(day + timedelta(days=chance.randrange(90)), TODAY)
                part = None if chance.random() < 0.5 else round(amount * chance.random() + 0.01, 2)
                self._pay(move, paid, part)
            elif chance.random() < 0.4 and move.move_type == "out_invoice":
                line = self._line(move)[0]
                status = chance.choice(statuses)
                part = {"amount": round(line.amount_residual_currency / 3, 2)}
                self._qualify(
                    line,
                    status,
                    **({"date": on(chance.randrange(60))} if status == "promise" else {}),
                    **(part if status != "litigation" and chance.random() < 0.5 else {}),
                )
            elif chance.random() < 0.1:
                self._line(move)[0].dso_ignored = True
        for partner in partners:
            self._plan(TODAY, partner)

    def _to_engine(self, lines):
        """What the engine has to know, from the records themselves."""
        delays = self._calculate_delays()
        for line in lines:
            payer = line.partner_id.commercial_partner_id
            own = delays.get(payer, (None, 0))
            scenario = delays.get(self._customer(payer).scenario_id, (None, 0))
            delay = rules.choose_delay(*own, *scenario, delays.get(self.company, (None, 0))[0])
            item = Open(
                line.amount_residual,
                line.date_maturity or line.date,
                delay,
                apart=line.dso_status_id.kind == "litigation" or line.dso_ignored,
                payer=payer.id,
            )
            kind = line.dso_status_id.kind
            if kind not in ("promise", "dispute"):
                yield item
                continue
            said = line._dso_get_parts().get(line.id, line.amount_residual_currency)
            share = min(1, said / line.amount_residual_currency)
            part = item._replace(amount=item.amount * share)
            if kind == "promise":
                yield part._replace(promised_on=line.dso_status_date)
            else:
                yield part._replace(resolution=0)
            if share < 1:
                yield item._replace(amount=item.amount * (1 - share))

    def _calculate_delays(self):
        """{commercial partner, scenario or company: (delay, number of payments)}"""
        paid = []
        for partial in self.env["account.partial.reconcile"].search([]):
            line, payment = partial.debit_move_id, partial.credit_move_id
            if (
                line.company_id == self.company
                and line.account_id.account_type == "asset_receivable"
                and line.move_id.move_type == "out_invoice"
                and payment.move_id.move_type == "entry"
                and payment.move_id.origin_payment_id
                and partial.amount > 0
                and date(2026, 5, 30) < partial.max_date <= TODAY
            ):
                days = (partial.max_date - line.date_maturity).days
                payer = line.partner_id.commercial_partner_id
                for key in (payer, self._customer(payer).scenario_id, self.company):
                    paid.append((key, days, partial.amount, payment.move_id))
        result = {}
        for key in {row[0] for row in paid}:
            own = [row[1:] for row in paid if row[0] == key]
            days = sorted(row[0] for row in own)
            # as PostgreSQL does: the first whose place in the order is not below the share
            soonest, latest = (
                next(
                    each for place, each in enumerate(days, 1) if place / len(days) >= share - 1e-9
                )
                for share in (0.1, 0.9)
            )
            average = sum(row[0] * row[1] for row in own) / sum(row[1] for row in own)
            payments = len(Counter(row[2] for row in own))
            result[key] = (Delay(average, soonest, latest), payments)
        return result
