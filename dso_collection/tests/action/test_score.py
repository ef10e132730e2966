"""What to do first: scores of open actions, payment profile and guarantees."""

from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ...engine import guarantee, score as rules
from ...tools.inside import inside
from ..common import DsoCommon


class RiskCase(DsoCommon):
    """Weights and half amount as the module proposes them: 40, 30, 15, 10, 5 and 10,000."""

    def _partner(self, name):
        partner = self.env["res.partner"].create({"name": name})
        self._create_contact(partner, f"{name}'s", f"{name.lower()}@example.com")
        return partner

    def _queries(self, method):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        method()
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31 09:00:00")
class TestScore(RiskCase):
    def test_by_hand(self):
        """10,000 overdue for 30 days: half of 40, half of 30 points. The sentence says so."""
        self._invoice("2026-03-01", 10_000)
        action = self._plan("2026-03-31").with_user(self.reader)
        self.assertAlmostEqual(action.score, 35.0)
        self.assertEqual(
            action.score_reason.replace("\N{NO-BREAK SPACE}", ""),
            "35 of 100: $10,000.00 at stake (20.0), 30 days overdue (15.0).",
        )

    def test_all_parts(self):
        """2,500: 2,500 / 12,500 of 40 = 8. 10 days: 10 / 40 of 30 = 7.5. One broken promise: half
        of 15 = 7.5. 30 days late on average: half of 10 = 5. Guarantee ends in 15 days: half of 5 =
        2.5. In all 30.5, and halves are rounded up."""
        paid = self._invoice("2026-02-01", 400)
        self._pay(paid, "2026-03-03")
        line = self._line(self._invoice("2026-03-21", 2500))
        with freeze_time("2026-03-22 09:00:00"):
            status = self.env.ref("dso_collection.status_promise")
            line.with_context(**inside(dso_skip_log=True))._dso_set_status(status, "2026-03-25")
            line._dso_log()
        action = self._plan("2026-03-31")
        customer = self._customer()
        self.assertEqual(customer.promise_broken_count, 1)
        self.assertAlmostEqual(customer.days_late_average, 30.0)
        self.assertAlmostEqual(action.score, 28.0)
        customer.with_user(self.collector).write(
            {"guarantee_temporary": 1000, "guarantee_temporary_until": "2026-04-15"}
        )
        self.assertAlmostEqual(action.score, 31.0)
        self.assertEqual(
            action.score_reason.replace("\N{NO-BREAK SPACE}", ""),
            "31 of 100: $2,500.00 at stake (8.0), 10 days overdue (7.5), promises broken in the "
            "last year: 1 (7.5), pays 30 days late on average (5.0), guarantee or insurer's "
            "deadline ends in 15 days (2.5).",
        )
        self._plan("2026-03-31")
        self.assertAlmostEqual(action.score, 31.0, msg="the plan says the same")

    def test_grows_overnight(self):
        """A week later: 37 / 67 of 30 = 16.6."""
        self._invoice("2026-03-01", 10_000)
        action = self._plan("2026-03-31")
        self._plan("2026-04-07")
        self.assertAlmostEqual(action.score, 37.0)
        with freeze_time("2026-04-07 09:00:00"):
            self.env.invalidate_all()
            self.assertIn("37 days overdue (16.6)", action.score_reason)

    def test_refresh_queue(self):
        """A payment reaches the score within the minute. 2,500 are left: 8 + 15 points, and five
        points for the 30 days overdue of what was paid."""
        invoice = self._invoice("2026-03-01", 10_000)
        action = self._plan("2026-03-31")
        self._pay(invoice, "2026-03-31", 7500)
        self.env.cr.precommit.run()
        self.env["dso.customer"]._cron_refresh()
        self.assertAlmostEqual(action.score, 28.0)

    def test_specific_action_is_about_its_items(self):
        """2,500 for 10 days: 8 + 7.5, a half rounded up; the scenario's is about the other item."""
        self._invoice("2026-03-01", 10_000)
        line = self._line(self._invoice("2026-03-21", 2500))
        action = self._plan("2026-03-31")
        specific = (
            self.env["dso.action"]
            .with_user(self.collector)
            .create(
                {
                    "customer_id": self._customer().id,
                    "origin": "specific",
                    "item_ids": [Command.create({"line_id": line.id})],
                }
            )
        )
        self.assertAlmostEqual(specific.score, 16.0)
        self._plan("2026-03-31")
        self.assertAlmostEqual(specific.score, 16.0)
        self.assertAlmostEqual(action.score, 35.0)

    def test_action_out_of_scenario_is_about_the_customer(self):
        """12,500 overdue: 12,500 / 22,500 of 40 = 22.2; the oldest 30 days: 15. 37."""
        self._invoice("2026-03-01", 10_000)
        self._invoice("2026-03-21", 2500)
        self._plan("2026-03-31")
        action = (
            self.env["dso.action"]
            .with_user(self.collector)
            .create({"customer_id": self._customer().id})
        )
        self.assertAlmostEqual(action.score, 37.0)

    def test_weights_are_settings(self):
        """Lateness alone: 30 days are half of a hundred; the queue brings it to the agenda."""
        self._invoice("2026-03-01", 10_000)
        action = self._plan("2026-03-31")
        self.company.write(
            {f"dso_score_weight_{part}": int(part == "lateness") for part in rules.Weights._fields}
        )
        self.env["dso.customer"]._cron_refresh()
        self.assertAlmostEqual(action.score, 50.0)

    def test_something_weighs(self):
        """Without any weight nothing comes before anything else: refused, in the settings too,
        where weights are exchanged one by one."""
        nothing = {f"dso_score_weight_{part}": 0 for part in rules.Weights._fields}
        with self.assertRaisesRegex(ValidationError, "weights of the score are 0"):
            self.company.write(nothing)
        Settings = self.env["res.config.settings"].with_company(self.company)
        with self.assertRaisesRegex(ValidationError, "weights of the score are 0"):
            Settings.create(nothing)
        self.company.write({**nothing, "dso_score_weight_amount": 40})
        settings = Settings.create({**nothing, "dso_score_weight_guarantee": 5})
        weights = self.company._dso_score_settings()[0]
        self.assertEqual(weights, rules.Weights(0, 0, 0, 0, 5))
        settings.write({"dso_score_weight_guarantee": 0, "dso_score_weight_amount": 3})
        self.assertEqual(self.company.dso_score_weight_amount, 3)
        with self.assertRaisesRegex(ValidationError, "weights of the score are 0"):
            settings.write({"dso_score_weight_amount": 0})

    def test_done_keeps_its_score(self):
        self._invoice("2026-03-01", 10_000)
        action = self._plan("2026-03-31")
        action.action_execute()
        self._plan("2026-04-20")
        self.assertEqual((action.score, action.score_reason), (35.0, False))

    def test_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self._invoice("2026-03-01", 10_000)
        action = self._plan("2026-03-31").with_context(lang="fr_FR")
        reason = action.score_reason.replace("\N{NO-BREAK SPACE}", " ")
        self.assertTrue(reason.startswith("35 "), reason)
        self.assertIn("10 000,00", reason)
        self.assertIn("(20,0)", reason)

    def test_first_of_the_agenda(self):
        """What is to do today by its score, then what is to come, however much it matters."""
        actions = self.env["dso.action"]
        ledger = (("Small", 100), ("Large", 50_000), ("Later", 900_000), ("Medium", 5000))
        for name, amount in ledger:
            partner = self._partner(name)
            self._invoice("2026-03-01", amount, partner)
            actions |= self._plan("2026-03-31", partner)
        actions.filtered(lambda action: action.partner_id.name == "Later").action_reschedule(
            date(2026, 4, 1)
        )
        view = self.env.ref("dso_collection.dso_action_view_list")
        arch = self.env["dso.action"].get_view(view.id)["arch"]
        order = "agenda_state, score desc, date, id"
        self.assertIn(f'default_order="{order}"', arch)
        with freeze_time("2026-03-31 12:00:00"):
            ordered = self.env["dso.action"].search([("id", "in", actions.ids)], order=order)
        self.assertEqual(ordered.partner_id.mapped("name"), ["Large", "Medium", "Small", "Later"])
        with freeze_time("2026-04-01 12:00:00"):
            ordered = self.env["dso.action"].search([("id", "in", actions.ids)], order=order)
        self.assertEqual(ordered[0].partner_id.name, "Later")

    def test_state_sorts_by_what_waits(self):
        """Also by a click on the column: the web client asks the server whether it may."""
        self.assertTrue(
            self.env["dso.action"].fields_get(["agenda_state"])["agenda_state"]["sortable"]
        )
        partners = [self._partner(f"P{number}") for number in range(5)]
        for partner in partners:
            self._invoice("2026-03-01", 100, partner)
        done, confirmed, upcoming, late, error = (
            self._plan("2026-03-31", partner) for partner in partners
        )
        done.action_execute()
        confirmed.sudo().write({"automatic": True, "confirmed": True})
        upcoming.action_reschedule(date(2026, 4, 5))
        error.sudo().state = "error"
        actions = done | confirmed | upcoming | late | error
        domain = [("id", "in", actions.ids)]
        with freeze_time("2026-03-31 12:00:00"):
            found = actions.search(domain, order="agenda_state, id")
            self.assertEqual(found, late | error | upcoming | confirmed | done)
            found = actions.search(domain, order="agenda_state desc, id")
            self.assertEqual(found, done | confirmed | upcoming | late | error)
            states = ["late", "error", "upcoming", "confirmed", "done"]
            actions.invalidate_recordset(["agenda_state"])
            found = actions.search(domain, order="agenda_state, id")
            self.assertEqual(found.mapped("agenda_state"), states)

    def test_queries_do_not_grow(self):
        customers = self.env["dso.customer"]
        for number in range(8):
            partner = self._partner(f"C{number}")
            self._pay(self._invoice("2026-02-01", 100, partner), "2026-02-11")
            self._invoice("2026-03-01", 1000 + number, partner)
            self._plan("2026-03-20", partner)
            customers |= self._customer(partner)
        many, few = customers[2:], customers[:2]
        day = date(2026, 3, 31)
        few._plan(few, day)
        alone = self._queries(lambda: few._plan(few, date(2026, 5, 15)))
        together = self._queries(lambda: many._plan(many, date(2026, 5, 15)))
        self.assertLessEqual(together, alone)
        actions = self.env["dso.action"].browse(many.open_action_ids.ids)
        one = self._queries(lambda: actions[:1].mapped("score_reason"))
        self.assertLessEqual(self._queries(lambda: actions.mapped("score_reason")), one)

    def test_plan_and_query_agree(self):
        """The plan scores from its facts, everybody else by a query: with all there is to know."""
        self._pay(self._invoice("2026-02-01", 400), "2026-03-03")
        self._invoice("2026-02-10", 777)
        action = self._plan("2026-03-31")
        values = {"insurance_amount": 1000, "insurance_declaration_days": 55}
        self._customer().with_context(**inside(dso_skip_plan=True)).write(values)
        by_query = action.score
        action.sudo().score = 0
        self._plan("2026-03-31")
        self.assertEqual(action.score, by_query)
        self.assertIn("declaration ends in 6 days", action.score_reason)


@tagged("post_install", "-at_install")
@freeze_time("2026-09-15 09:00:00")
class TestProfile(RiskCase):
    """Average days late over six months, weighted by amount. [Q60]"""

    def _refresh(self, today="2026-09-15"):
        self.env["dso.customer"]._ensure_customers(self.company)
        customers = self.env["dso.customer"]
        customers._refresh_profiles({self.company.id: date.fromisoformat(today)})
        return self._customer()

    def test_by_hand(self):
        """(1,000 x 20 + 500 x -10 + 500 x 0) / 2,000 = 7.5 days."""
        for amount, paid in ((1000, "2026-08-21"), (500, "2026-07-22"), (500, "2026-08-01")):
            self._pay(self._invoice("2026-08-01", amount, invoice_date="2026-07-01"), paid)
        customer = self._refresh()
        self.assertAlmostEqual(customer.days_late_average, 7.5)
        self.assertAlmostEqual(customer.paid_amount_recent, 2000.0)

    def test_the_window(self):
        """Parts, dates at the edge of the window, early and late."""
        payments = []
        for amount, due, paid in (
            (300.5, "2026-03-01", "2026-03-15"),  # six months ago: out
            (100.25, "2026-03-01", "2026-03-16"),  # the day after: in
            (77.0, "2026-09-30", "2026-09-15"),  # early, today: in
            (50.0, "2026-09-01", "2026-09-16"),  # tomorrow: out
            (1234.56, "2026-05-31", "2026-06-11"),
        ):
            self._pay(self._invoice(due, amount, invoice_date="2026-02-01"), paid)
            if "2026-03-15" < paid <= "2026-09-15":
                payments.append((amount, due, paid))
        part = self._invoice("2026-06-01", 900, invoice_date="2026-05-01")
        for amount, paid in ((400, "2026-06-01"), (200, "2026-07-11")):
            self._pay(part, paid, amount)
            payments.append((amount, "2026-06-01", paid))
        total = sum(amount for amount, _due, _paid in payments)
        weighted = sum(
            amount * (date.fromisoformat(paid) - date.fromisoformat(due)).days
            for amount, due, paid in payments
        )
        customer = self._refresh()
        self.assertAlmostEqual(customer.days_late_average, weighted / total, delta=0.051)
        self.assertAlmostEqual(customer.paid_amount_recent, total)

    def test_company_currency(self):
        """Two for one dollar: 1,000 of the other currency weigh 500. (500 x 10 + 500 x 0) / 1,000
        = 5 days."""
        other = self.setup_other_currency("EUR", rates=[("2026-01-01", 2.0)])
        foreign = self._invoice("2026-08-01", 1000, invoice_date="2026-07-01", currency_id=other.id)
        self._pay(foreign, "2026-08-11")
        self._pay(self._invoice("2026-08-01", 500, invoice_date="2026-07-01"), "2026-08-01")
        customer = self._refresh()
        self.assertAlmostEqual(customer.paid_amount_recent, 1000.0)
        self.assertAlmostEqual(customer.days_late_average, 5.0)

    def test_credit_notes_are_no_payments(self):
        invoice = self._invoice("2026-07-01", 100, invoice_date="2026-06-01")
        credit = self._credit(40, on="2026-09-01")
        (self._line(invoice) | self._line(credit)).reconcile()
        self._pay(invoice, "2026-07-11")
        customer = self._refresh()
        self.assertAlmostEqual(customer.days_late_average, 10.0)
        self.assertAlmostEqual(customer.paid_amount_recent, 60.0)

    def test_undone_and_out_of_the_window(self):
        payment = self._pay(self._invoice("2026-07-01", 100), "2026-07-11")
        self.assertAlmostEqual(self._refresh().days_late_average, 10.0)
        self._unpay(payment)
        customer = self._refresh()
        self.assertEqual((customer.days_late_average, customer.paid_amount_recent), (0.0, 0.0))
        self._pay(self._invoice("2026-07-01", 100), "2026-07-11")
        self.assertAlmostEqual(self._refresh("2027-01-10").days_late_average, 10.0)
        self.assertEqual(self._refresh("2027-01-11").paid_amount_recent, 0.0)

    def test_every_contact_pays_for_its_customer(self):
        """An invoice to a contact counts for the company it belongs to."""
        self._pay(self._invoice("2026-07-01", 100, self.contact), "2026-07-11")
        self.assertAlmostEqual(self._refresh().days_late_average, 10.0)

    def test_companies_apart(self):
        self._pay(self._invoice("2026-07-01", 100), "2026-07-11")
        other = self.setup_other_company()["company"]
        theirs = self.env["dso.customer"].create(
            {"partner_id": self.partner.id, "company_id": other.id}
        )
        self.env["dso.customer"]._ensure_customers(self.company)
        self.env["dso.customer"]._refresh_profiles(
            {company.id: date(2026, 9, 15) for company in self.company | other}
        )
        self.assertEqual(theirs.paid_amount_recent, 0.0)
        self.assertEqual(self._customer().paid_amount_recent, 100.0)

    def test_nightly(self):
        self._pay(self._invoice("2026-07-01", 100), "2026-07-11")
        self.env["dso.customer"]._cron_plan()
        self.assertAlmostEqual(self._customer().days_late_average, 10.0)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31 09:00:00")
class TestRisk(RiskCase):
    """Guarantees and credit insurance: what is computed is what is found."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice("2026-03-01", 1600)
        cls._plan("2026-03-31")
        cls.customer = cls._customer()

    def _found(self, *domain):
        return (
            self.env["dso.customer"]
            .with_user(self.reader)
            .search([("id", "=", self.customer.id), *domain])
        )

    def test_effective_guarantee(self):
        self.customer.with_user(self.collector).write(
            {
                "guarantee_permanent": 1000,
                "guarantee_temporary": 500,
                "guarantee_temporary_from": "2026-03-01",
                "guarantee_temporary_until": "2026-03-31",
            }
        )
        for day, secured, unsecured in (
            ("2026-02-28", 1000, 600),
            ("2026-03-01", 1500, 100),
            ("2026-03-31", 1500, 100),
            ("2026-04-01", 1000, 600),
        ):
            with self.subTest(day), freeze_time(f"{day} 09:00:00"):
                self.env.invalidate_all()
                customer = self.customer.with_user(self.reader)
                self.assertEqual(customer.guarantee_amount, secured)
                self.assertEqual(customer.overdue_unsecured, unsecured)
                self.assertTrue(self._found(("guarantee_amount", "=", secured)))
                self.assertTrue(self._found(("overdue_unsecured", ">=", unsecured)))
                self.assertFalse(self._found(("overdue_unsecured", ">", unsecured)))
                self.assertFalse(self._found(("guarantee_amount", "!=", secured)))

    def test_no_guarantee_is_zero(self):
        self.assertTrue(self._found(("guarantee_amount", "=", 0)))
        self.assertTrue(self._found(("guarantee_amount", "=", False)))
        self.assertTrue(self._found(("overdue_unsecured", "=", 1600)))

    def test_declaration_deadline(self):
        """Due on 1 March, 60 days by the settings: 30 April, 30 days from now. 45 days of its own:
        15 April. Not insured: none."""
        days_left = "insurance_declaration_days_left"
        self.assertFalse(self.customer.insurance_declaration_date)
        self.assertFalse(self._found((days_left, "<=", 1000)))
        self.customer.insurance_amount = 5000
        self.assertEqual(str(self.customer.insurance_declaration_date), "2026-04-30")
        self.assertEqual(self.customer.insurance_declaration_days_left, 30)
        self.assertTrue(self._found((days_left, "=", 30)))
        self.assertFalse(self._found((days_left, "<", 30)))
        self.customer.insurance_declaration_days = 45
        self.assertEqual(self.customer.insurance_declaration_days_left, 15)
        self.assertTrue(self._found((days_left, "<=", 15), (days_left, ">=", 0)))
        with freeze_time("2026-04-16 09:00:00"):
            self.env.invalidate_all()
            self.assertEqual(self.customer.insurance_declaration_days_left, -1)
            self.assertTrue(self._found((days_left, "=", -1)))

    def test_checks(self):
        with self.assertRaises(ValidationError):
            self.customer.guarantee_permanent = -1
        with self.assertRaises(ValidationError):
            self.customer.write(
                {
                    "guarantee_temporary_from": "2026-03-02",
                    "guarantee_temporary_until": "2026-03-01",
                }
            )

    def test_a_temporary_guarantee_ends(self):
        """Without an end it would count for ever, as a permanent one does."""
        for values in (
            {"guarantee_temporary": 500},
            {"guarantee_temporary": 500, "guarantee_temporary_from": "2026-03-02"},
        ):
            with self.assertRaisesRegex(ValidationError, "Acme.*until when"):
                self.customer.write(values)
        self.customer.write({"guarantee_temporary": 500, "guarantee_temporary_until": "2026-04-30"})
        with self.assertRaisesRegex(ValidationError, "until when"):
            self.customer.guarantee_temporary_until = False
        with self.assertRaisesRegex(ValidationError, "until when"), Form(self.customer) as form:
            form.guarantee_temporary_until = False
        self.customer.write({"guarantee_temporary": 0, "guarantee_temporary_until": False})

    def test_readers_do_not_write(self):
        with self.assertRaises(AccessError):
            self.customer.with_user(self.reader).guarantee_permanent = 1

    def test_each_company_on_its_own_date(self):
        """In Tokyo the temporary guarantee has ended already: 23:00 UTC is the next morning."""
        other = self.setup_other_company()["company"]
        other.resource_calendar_id.tz = "Asia/Tokyo"
        values = {"guarantee_temporary": 500, "guarantee_temporary_until": "2026-03-31"}
        self.customer.write(values)
        theirs = self.env["dso.customer"].create(
            {"partner_id": self.partner.id, "company_id": other.id, **values}
        )
        both = self.customer | theirs
        with freeze_time("2026-03-31 23:00:00"):
            self.env.invalidate_all()
            self.assertEqual(both.mapped("guarantee_amount"), [500, 0])
            found = both.search([("id", "in", both.ids), ("guarantee_amount", ">", 0)])
            self.assertEqual(found, self.customer)

    def test_handed_over_with_the_file(self):
        self.customer.write({"guarantee_permanent": 700, "insurer_id": self.contact.id})
        group = self.env["res.partner"].create({"name": "Acme Group", "is_company": True})
        self.partner.write({"parent_id": group.id, "is_company": False})
        self.env["dso.customer"]._ensure_customers(self.company)
        heir = self._customer(group)
        self.assertEqual((heir.guarantee_permanent, heir.insurer_id), (700, self.contact))

    def test_engine_and_sql_agree(self):
        """Every mixture of dates around today."""
        days = (False, date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1))
        for first in days:
            for last in days:
                if first and last and last < first:
                    continue
                with self.subTest(first=first, last=last):
                    # one without an end, as they were taken before
                    self.customer.with_context(**inside(dso_by_rule=True)).write(
                        {
                            "guarantee_permanent": 100,
                            "guarantee_temporary": 50,
                            "guarantee_temporary_from": first,
                            "guarantee_temporary_until": last,
                        }
                    )
                    expected = guarantee.effective(
                        guarantee.Guarantee(100, 50, first or None, last or None),
                        date(2026, 3, 31),
                    )
                    self.assertTrue(self._found(("guarantee_amount", "=", expected)))


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31 09:00:00")
class TestCriteria(RiskCase):
    """What customers are found by: the same as what is shown."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice("2026-03-01", 100)
        cls.line = cls._line(cls.invoice)
        cls._plan("2026-03-31")
        cls.customer = cls._customer()

    def _found(self, *domain):
        self.env.flush_all()
        return bool(
            self.env["dso.customer"]
            .with_user(self.collector)
            .search_count([("id", "=", self.customer.id), *domain])
        )

    def test_oldest_due_date(self):
        self.assertEqual(str(self.customer.oldest_due_date), "2026-03-01")
        self.assertTrue(self._found(("oldest_due_date", "<=", "today -30d")))
        self.assertFalse(self._found(("oldest_due_date", "<", "today -30d")))
        self._pay(self.invoice, "2026-03-31")
        self._plan("2026-03-31")
        self.assertFalse(self.customer.oldest_due_date)

    def test_last_action_includes_never(self):
        days = "days_without_action"
        self.assertTrue(self._found((days, ">=", 30)))
        self.assertFalse(self._found((days, "<=", 30)))
        self.customer.sudo().last_action_date = "2026-03-02"
        self.assertEqual(self.customer.days_without_action, 29)
        self.assertFalse(self._found((days, ">=", 30)))
        self.assertTrue(self._found((days, ">=", 29)))
        self.assertTrue(self._found((days, "=", 29)))
        self.assertTrue(self._found((days, "<", 30)))

    def test_statuses_of_open_items(self):
        dispute = self.env.ref("dso_collection.status_dispute_price")
        promise = self.env.ref("dso_collection.status_promise")
        self.assertTrue(self._found(("item_status_ids", "=", False)))
        self.line._dso_set_status(dispute)
        self.env.invalidate_all()
        self.assertEqual(self.customer.item_status_ids, dispute)
        self.assertTrue(self._found(("item_status_ids", "in", (dispute | promise).ids)))
        self.assertFalse(self._found(("item_status_ids", "in", promise.ids)))
        self.assertTrue(self._found(("item_status_ids", "not in", promise.ids)))
        self.assertTrue(self._found(("item_status_ids", "any", [("kind", "=", "dispute")])))
        self.assertTrue(self._found(("item_status_ids.kind", "=", "dispute")))
        self.assertTrue(self._found(("item_status_ids", "ilike", dispute.name)))
        self.assertFalse(self._found(("item_status_ids", "=", False)))
        self._pay(self.invoice, "2026-03-31")
        self.assertFalse(self._found(("item_status_ids", "in", dispute.ids)))

    def test_dispute_since(self):
        self.assertFalse(self._found(("dispute_since", "!=", False)))
        with freeze_time("2026-02-20 09:00:00"):
            self.line._dso_set_status(self.env.ref("dso_collection.status_dispute_price"))
        self.env.invalidate_all()
        self.assertEqual(str(self.customer.dispute_since), "2026-02-20")
        self.assertTrue(self._found(("dispute_since", "<", "today -30d")))
        self.assertFalse(self._found(("dispute_since", "<", "2026-02-20")))
        self.line._dso_set_status(self.env.ref("dso_collection.status_dispute_resolved"))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.customer.dispute_since)
        self.assertTrue(self._found(("dispute_since", "=", False)))

    def test_broken_promise(self):
        with freeze_time("2026-03-10 09:00:00"):
            self.line._dso_set_status(
                self.env.ref("dso_collection.status_promise"), date(2026, 3, 20)
            )
        self.env.invalidate_all()
        self.assertTrue(self.customer.promise_broken)
        self.assertTrue(self._found(("promise_broken", "=", True)))
        self._pay(self.invoice, "2026-03-31")
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.customer.promise_broken, "it does not wait for money any more")
        self.assertTrue(self._found(("promise_broken", "=", False)))
        self._plan("2026-03-31")
        self.assertEqual(self.customer.promise_broken_count, 1, "but it was not kept")

    def test_contacts(self):
        self.assertTrue(self._found(("contact_missing", "=", False), ("email_missing", "=", False)))
        self.contact.email = False
        self.assertTrue(self._found(("contact_missing", "=", False), ("email_missing", "=", True)))
        self.assertTrue(self.customer.email_missing)
        self.contact.dso_collection_contact = False
        self.env.invalidate_all()
        self.assertTrue(self.customer.contact_missing)
        self.assertTrue(self._found(("contact_missing", "=", True)))

    def test_rights(self):
        """The restriction to own customers and the companies hold for what is searched too."""
        self.assertTrue(self._found(("days_without_action", ">=", 0)))
        self.company.dso_own_customers_only = True
        self.customer.collector_id = self.manager
        self.assertFalse(self._found(("days_without_action", ">=", 0)))
        company = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="dso_stranger",
            groups="base.group_user,dso_collection.group_dso_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertFalse(
            self.env["dso.customer"].with_user(stranger).search([("contact_missing", "=", False)])
            & self.customer
        )
