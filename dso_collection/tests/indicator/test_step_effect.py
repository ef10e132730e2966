"""What steps bring, on a ledger that is worked out by hand, and with whom nothing was done."""

from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.tests import new_test_user, tagged

from ...engine import effect as rules
from ...tools.bulk import bulk_insert
from ..common import DsoCommon

MONDAY = date(2026, 11, 2)
#: Acme and the others with whom the step was done.
ASKED = 20
RATES = [f"rate_{window}:avg" for window in rules.WINDOWS]
BASES = [f"base_{window}:avg" for window in rules.WINDOWS]


def _rounded(values):
    """Without the noise of floating-point numbers."""
    return [round(value, 9) if isinstance(value, float) else value for value in values]


@tagged("post_install", "-at_install")
@freeze_time("2026-12-10 09:00:00")
class TestStepEffect(DsoCommon):
    """Twenty customers of 100 each, 13 days overdue, were written to on Monday 2 November.

    Five paid on the 5th, five paid half on the 12th: 25, 25, 37.5 and 37.5 %. Two others waited:
    one with 600, of which 150 came on the 4th, one with 400, of which 100 came on the 9th, with
    whom something was done on the 10th. Without an action came 150 of 1,000, then 100 of 850: 15
    and 25 %.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create(
            [{"name": f"Asked {number}"} for number in range(ASKED)]
        )
        cls.waiting = cls.env["res.partner"].create([{"name": "Waits"}, {"name": "Waits awhile"}])
        cls.invoices = [cls._owe(partner, 100) for partner in cls.partners]
        cls.long, cls.short = cls._owe(cls.waiting[0], 600), cls._owe(cls.waiting[1], 400)
        cls.env["dso.customer"]._ensure_customers(cls.company)
        cls.step, cls.other_step = cls.scenario.step_ids[:2]
        cls.actions = cls.env["dso.action"]
        for invoice in cls.invoices:
            cls.actions |= cls._act(invoice, MONDAY)
        cls.later = cls._act(cls.short, date(2026, 11, 10), cls.other_step)
        for invoice in cls.invoices[:5]:
            cls._pay(invoice, "2026-11-05")
        for invoice in cls.invoices[5:10]:
            cls._pay(invoice, "2026-11-12", 50)
        cls._pay(cls.long, "2026-11-04", 150)
        cls._pay(cls.short, "2026-11-09", 100)
        cls.env.flush_all()

    @classmethod
    def _owe(cls, partner, amount, due="2026-10-20", **values):
        return cls._invoice(due, amount, partner, "2026-09-20", **values)

    @classmethod
    def _act(cls, invoice, day, step=None, asked=None, **values):
        """An action that was done, with its snapshot, before anything was paid."""
        step = step or cls.step
        # sudo: nobody but the module says what was done
        action = (
            cls.env["dso.action"]
            .sudo()
            .create(
                {
                    **step._prepare_action_values(),
                    "customer_id": cls._customer(invoice.partner_id).id,
                    "origin": "scenario",
                    "date": day,
                    "state": "done",
                    "done_date": day,
                    **values,
                }
            )
        )
        cls._add_item(action, invoice, asked)
        return action.sudo(False)

    @classmethod
    def _add_item(cls, action, invoice, asked=None):
        """The snapshot of an item, of all of it by default."""
        line = cls._line(invoice)
        amount = asked or line.amount_currency
        bulk_insert(
            cls.env["dso.action.item"].sudo(),
            [
                {
                    "action_id": action.id,
                    "line_id": line.id,
                    "document": invoice.name,
                    "due_date": line.date_maturity,
                    "currency_id": line.currency_id.id,
                    "amount_residual": amount,
                    "amount_company": amount * line.balance / line.amount_currency,
                    "days_overdue": 0,
                    "partial": False,
                    "penalty": 0.0,
                    "recovery_cost": 0.0,
                }
            ],
        )

    def _group(self, groupby, aggregates, user=None, domain=()):
        self.env.flush_all()
        report = self.env["dso.step.effect"].with_user(user or self.manager)
        return report._read_group(
            [("company_id", "=", self.company.id), *domain], groupby, aggregates
        )

    def _measure(self, aggregates, **options):
        [values] = self._group([], aggregates, domain=[("step_id", "=", self.step.id)], **options)
        return _rounded(values)

    def _find(self, action):
        self.env.flush_all()
        self.env["dso.step.effect"].invalidate_model()
        return self.env["dso.step.effect"].with_user(self.manager).browse(action.id)

    # ------------------------------------------------------------------
    # The worked example
    # ------------------------------------------------------------------

    def test_paid_within_each_window(self):
        self.assertEqual(self._measure(RATES), [25, 25, 37.5, 37.5])
        self.assertEqual(
            self._measure(["action_count:sum", "amount_asked:sum", "paid_30:sum"]), [20, 2000, 750]
        )

    def test_what_came_without_any_action(self):
        self.assertEqual(self._measure(BASES), [15, 25, 25, 25])

    def test_median_of_the_days_to_the_first_payment(self):
        """Five times 3 and five times 10 days."""
        self.assertEqual(self._measure(["days_to_payment:avg"]), [6.5])

    def test_a_row_tells_amounts_and_opens_its_action(self):
        row = self._find(self.actions[5])
        self.assertEqual(
            (row.amount_asked, row.paid_3, row.paid_7, row.paid_14, row.paid_30, row.days_over),
            (100, 0, 0, 50, 50, 30),
        )
        self.assertEqual(row.action_view_action()["res_id"], self.actions[5].id)
        self.assertEqual(row.action_view_customer()["res_id"], self.actions[5].customer_id.id)

    def test_by_channel_template_and_collector(self):
        for groupby, value in (
            ("action_type", "email"),
            ("template", "Reminder"),
            ("collector_id", self.collector),
            ("scenario_id", self.scenario),
        ):
            rows = {key: rest for key, *rest in self._group([groupby], ["action_count:sum"])}
            self.assertEqual(rows, {value: [21]}, groupby)
        rows = dict(self._group(["step_id"], ["action_count:sum"]))
        self.assertEqual(rows, {self.step: 20, self.other_step: 1})

    # ------------------------------------------------------------------
    # Too few, and not over yet
    # ------------------------------------------------------------------

    def test_fewer_than_twenty_have_no_percentage(self):
        measures = [*RATES, *BASES, "days_to_payment:avg", "action_count:sum"]
        rows = {step: rest for step, *rest in self._group(["step_id"], measures)}
        self.assertEqual(rows[self.other_step], [False] * 9 + [1])
        self.actions[0].item_ids.sudo()._write({"line_id": None})
        self.assertEqual(self._measure(measures), [False] * 9 + [20])

    def test_windows_that_are_not_over_do_not_count(self):
        """Seen on 9 November only three days are over, on the 10th seven."""
        with freeze_time("2026-11-09 09:00:00"):
            self.assertEqual(self._measure([*RATES, *BASES]), [25, *[False] * 3, 15, *[False] * 3])
            self.assertEqual(self._measure(["days_to_payment:avg"]), [False])
            self.assertEqual(self._find(self.actions[0]).days_over, 3)
        with freeze_time("2026-11-10 09:00:00"):
            self.assertEqual(self._measure([*RATES, *BASES])[:2], [25, 25])
            self.assertEqual(self._find(self.actions[0]).days_over, 7)

    def test_unfinished_actions_are_left_out_of_both_sums(self):
        """One more, done five days ago, asks for 1,000: it counts for three days."""
        invoice = self._owe(self.partner, 1000)
        self.env["dso.customer"]._ensure_customers(self.company)
        self._act(invoice, date(2026, 12, 5))
        found = self._measure(RATES)
        self.assertAlmostEqual(found[0], 500 / 3000 * 100)
        self.assertEqual(found[1:], [25, 37.5, 37.5])

    def test_open_actions_and_old_ones_are_none(self):
        self._act(self.invoices[0], date(2025, 12, 9))
        self._act(self.invoices[0], MONDAY, state="cancelled")
        self._act(self.invoices[0], MONDAY, state="planned", done_date=False)
        self.assertEqual(self._measure(["action_count:sum"]), [20])
        self._act(self.invoices[0], date(2025, 12, 10))
        self.assertEqual(self._measure(["action_count:sum"]), [21])

    # ------------------------------------------------------------------
    # What counts
    # ------------------------------------------------------------------

    def test_credit_notes_are_no_payments(self):
        credit = self._credit(100, self.partners[10], on="2026-11-03")
        (self._line(self.invoices[10]) | self._line(credit)).reconcile()
        self.assertEqual(self._measure(RATES), [25, 25, 37.5, 37.5])
        row = self._find(self.actions[10])
        self.assertEqual((row.amount_asked, row.paid_30), (100, 0))

    def test_against_the_engines_rule(self):
        """Before, on the day, after, more than was asked for: as ``engine.effect`` has it."""
        plans = [
            (60, [("2026-10-30", 40), ("2026-11-03", 10)]),
            (30, [("2026-11-02", 70)]),
            (30, [("2026-11-02", 80)]),
            (100, [("2026-11-02", 100)]),
            (100, [("2026-11-01", 100)]),
            (50, [("2026-11-16", 60), ("2026-12-02", 40)]),
        ]
        for (asked, payments), partner in zip(plans, self.partners[10:], strict=False):
            invoice = self._owe(partner, 100)
            action = self._act(invoice, MONDAY, asked=asked)
            for day, amount in payments:
                self._pay(invoice, day, amount)
            parts = [rules.Part(date.fromisoformat(day), amount) for day, amount in payments]
            row = self._find(action)
            self.assertEqual(
                [row[f"paid_{window}"] for window in rules.WINDOWS],
                [rules.paid_within(asked, 100, parts, MONDAY, window) for window in rules.WINDOWS],
                (asked, payments),
            )

    def test_foreign_items_count_with_their_share(self):
        """Half of 200 in another currency is half of the booked 100, whatever the rate then."""
        currency = self.setup_other_currency("EUR", rates=[("2026-01-01", 2), ("2026-11-03", 4)])
        invoice = self._owe(self.partner, 200, currency_id=currency.id)
        self.env["dso.customer"]._ensure_customers(self.company)
        action = self._act(invoice, MONDAY)
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"payment_date": "2026-11-04", "amount": 100, "currency_id": currency.id})
        )
        wizard._create_payments()
        row = self._find(action)
        self.assertEqual((row.amount_asked, row.paid_3), (100, 50))

    def test_promises_and_disputes_before_the_next_action(self):
        line = self._line(self.invoices[12])
        dispute = self.env.ref("dso_collection.status_dispute_price")
        promise = self.env.ref("dso_collection.status_promise")
        counts = ["promise_count:sum", "dispute_count:sum"]
        with freeze_time("2026-11-09 09:00:00"):
            line._dso_set_status(promise, "2026-11-30")
        self.assertEqual(self._measure(counts), [1, 0])
        with freeze_time("2026-11-12 09:00:00"):
            line._dso_set_status(dispute)
        self.assertEqual(self._measure(counts), [1, 1])
        # done in between: the dispute answers that one
        self._act(self.invoices[12], date(2026, 11, 11), self.other_step)
        self.assertEqual(self._measure(counts), [1, 0])
        rows = {step: rest for step, *rest in self._group(["step_id"], counts)}
        self.assertEqual(rows[self.other_step], [0, 1])
        # later than 30 days
        with freeze_time("2026-12-03 09:00:00"):
            self._line(self.invoices[13])._dso_set_status(promise, "2026-12-20")
        self.assertEqual(self._measure(counts), [1, 0])

    # ------------------------------------------------------------------
    # Those who waited
    # ------------------------------------------------------------------

    def test_only_the_same_scenario_and_age_wait(self):
        other = self._create_scenario(("A", "due_date", 5))
        self._customer(self.waiting[0]).scenario_id = other
        self.assertEqual(self._measure(BASES), [0, 25, False, False])
        self._customer(self.waiting[0]).scenario_id = self.scenario
        young = self._owe(self.waiting[0], 5000, due="2026-11-01")
        old = self._owe(self.waiting[0], 5000, due="2026-09-25")
        self._pay(old, "2026-11-03")
        self.assertAlmostEqual(self._measure(BASES)[0], 150 / 6000 * 100)
        self.assertTrue(young)

    def test_each_item_is_held_against_its_own_age(self):
        """The actions ask for as much again that is not due for long, which nobody pays early."""
        for action, partner in zip(self.actions, self.partners, strict=True):
            self._add_item(action, self._owe(partner, 100, due="2026-12-31"))
        self._owe(self.waiting[0], 1000, due="2026-12-31")
        self.assertEqual(self._measure(BASES), [7.5, 12.5, 12.5, 12.5])

    def test_who_waited_must_speak_for_half_of_it(self):
        """The actions ask for 300 more each, of an age of which nobody waited."""
        for action, partner in zip(self.actions, self.partners, strict=True):
            self._add_item(action, self._owe(partner, 300, due="2026-09-25"))
        self.assertEqual(self._measure(BASES), [False] * 4)
        self.assertEqual(self._measure(RATES), [6.25, 6.25, 9.375, 9.375])

    # ------------------------------------------------------------------
    # Rights, companies, queries
    # ------------------------------------------------------------------

    def test_who_is_restricted_sees_own_customers_only(self):
        """Its own actions, held against its own customers who waited."""
        self.company.dso_own_customers_only = True
        self.company.dso_default_collector_id = self.manager
        measures = ["action_count:sum", *BASES]
        (self.actions | self.later).customer_id.collector_id = self.manager
        self._customer(self.waiting[0]).collector_id = self.manager
        own = self._customer(self.partners[0])
        own.collector_id = self.collector
        self.assertEqual(self._measure(measures, user=self.collector), [1, *[False] * 4])
        customers = self.actions.customer_id
        customers.collector_id = self.collector
        self._customer(self.waiting[0]).collector_id = self.collector
        self.assertEqual(self._measure(measures, user=self.collector), [20, 25, 25, 25, 25])
        self.assertEqual(self._measure(measures), [20, 15, 25, 25, 25])

    def test_companies_and_currencies_are_not_mixed(self):
        company = self.setup_other_company()["company"]
        user = new_test_user(
            self.env,
            login="both",
            groups="base.group_user,dso_collection.group_dso_manager",
            company_id=company.id,
            company_ids=[Command.set((company | self.company).ids)],
        )
        self.env.flush_all()
        report = self.env["dso.step.effect"].with_user(user)
        alone = report.with_context(allowed_company_ids=company.ids)
        self.assertFalse(alone.search_count([]))
        both = report.with_context(allowed_company_ids=(company | self.company).ids)
        [row] = both._read_group([("step_id", "=", self.step.id)], ["company_id"], [*RATES, *BASES])
        self.assertEqual(_rounded(row), [self.company, 25, 25, 37.5, 37.5, 15, 25, 25, 25])

    def test_as_list_and_pivot_ask(self):
        """What is too few is no 0 there."""
        report = self.env["dso.step.effect"].with_user(self.reader)
        self.env.flush_all()
        measures = ["rate_7:avg", "base_7:avg", "days_to_payment:avg"]
        groups = report.formatted_read_group([], ["step_id"], measures)
        found = {group["step_id"][1]: group for group in groups}
        self.assertEqual(found[self.step.display_name]["rate_7:avg"], 25)
        self.assertEqual(found[self.other_step.display_name]["rate_7:avg"], False)
        [[total], _groups] = report.formatted_read_grouping_sets([], [[], ["step_id"]], measures)
        # 500 of 2,400: the later action asked for 400, of which nothing came. On 9 November, its
        # Monday, 2,350 waited, of which 100 came, then 1,950, of which 250 came
        self.assertAlmostEqual(total["rate_7:avg"], 500 / 2400 * 100)
        share = 1 - (1 - 100 / 2350) * (1 - 250 / 1950)
        self.assertAlmostEqual(total["base_7:avg"], (500 + 400 * share) / 2400 * 100)

    def test_constant_queries(self):
        def read():
            self._measure([*RATES, *BASES, "promise_count:sum"])

        read()
        before = self._count_queries(read)
        for number in range(3):
            partner = self.env["res.partner"].create({"name": f"More {number}"})
            invoice = self._owe(partner, 100)
            self.env["dso.customer"]._ensure_customers(self.company)
            self._act(invoice, MONDAY)
        self.assertEqual(self._count_queries(read), before)
