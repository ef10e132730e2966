"""What late items cost: each figure calculated by hand in the test."""

from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...engine import penalties
from ..common import DsoCommon


class PenaltyCommon(DsoCommon):
    """A company that charges 7.3 % a year (2 a day on 10,000) and 40 per invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env["dso.penalty.rule"].create(
            {
                "name": "Test rule",
                "kind": "fixed",
                "rate": 7.3,
                "currency_id": cls.company.currency_id.id,
                "recovery_cost": 40.0,
                "recovery_per": "invoice",
            }
        )
        cls.company.write(
            {
                "dso_penalty_rule_id": cls.rule.id,
                "dso_default_penalty_enabled": True,
                "dso_default_recovery_cost_enabled": True,
            }
        )

    def _penalty(self, line, on_date, **values):
        """(interest, recovery cost) of an item."""
        return line._dso_penalties(on_date, **values)[line.id][:2]


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestPenalty(PenaltyCommon):
    def test_interest_and_breakdown(self):
        """10,000 due 1 March, to 10 March: 9 days x 2 = 18."""
        line = self._line(self._invoice("2026-03-01", 10000))
        interest, cost, breakdown = line._dso_penalties(date(2026, 3, 10))[line.id]
        self.assertEqual((interest, cost), (18.0, 40.0))
        self.assertEqual(
            breakdown,
            [
                {
                    "from": date(2026, 3, 2),
                    "to": date(2026, 3, 10),
                    "days": 9,
                    "rate": 7.3,
                    "base": 10000.0,
                    "interest": 18.0,
                    "assumed": False,
                    "reference_date": None,
                }
            ],
        )

    def test_not_before_the_day_after_due(self):
        line = self._line(self._invoice("2026-03-10", 10000))
        self.assertEqual(line._dso_penalties("2026-03-10")[line.id], (0.0, 0.0, []))
        self.assertEqual(self._penalty(line, "2026-03-11"), (2.0, 40.0))

    def test_money_that_nobody_has_matched(self):
        """1,000 due 20 January, 1,000 received on the 15th and not matched yet: nothing on 20
        February. Of 1,400 more due 25 January, 400 received on the 30th: 1,400 for 5 days are 1.40,
        1,000 for 21 days 4.20."""
        line = self._line(self._invoice("2026-01-20", 1000))
        self._receive(1000, "2026-01-15")
        self.assertEqual(self._penalty(line, "2026-02-20"), (0.0, 0.0))
        more = self._line(self._invoice("2026-01-25", 1400))
        credit = self._receive(400, "2026-01-30")
        self.assertEqual(self._penalty(more, "2026-02-20"), (5.6, 40.0))
        self.assertEqual(self._penalty(line, "2026-02-20"), (0.0, 0.0))
        # another customer's, or what is left out, stops nothing
        credit.dso_ignored = True
        self.assertEqual(self._penalty(more, "2026-02-20"), (7.28, 40.0))
        credit.dso_ignored = False
        credit.move_id.line_ids.remove_move_reconcile()
        (credit | more).reconcile()
        self.assertEqual(self._penalty(more, "2026-02-20"), (5.6, 40.0))

    def _receive(self, amount, day):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": self.partner.id,
                "amount": amount,
                "date": day,
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        return self._line(payment.move_id)

    def test_partial_payment_splits(self):
        """9 days on 10,000 = 18, then 10 days on 4,000 = 8; the day of payment still counts in
        full, and nothing starts anew."""
        move = self._invoice("2026-03-01", 10000)
        self._pay(move, "2026-03-10", 6000)
        line = self._line(move)
        self.assertEqual(self._penalty(line, "2026-03-20"), (26.0, 40.0))
        self.assertEqual(self._penalty(line, "2026-03-10"), (18.0, 40.0))
        bases = [part["base"] for part in line._dso_penalties("2026-03-20")[line.id][2]]
        self.assertEqual(bases, [10000.0, 4000.0])

    def test_paid_late_keeps_its_interest(self):
        move = self._invoice("2026-03-01", 10000)
        self._pay(move, "2026-03-06")
        line = self._line(move)
        self.assertTrue(line.reconciled)
        self.assertEqual(self._penalty(line, "2026-03-10"), (10.0, 40.0))
        self.assertEqual(self._penalty(line, "2026-12-31"), (10.0, 40.0))

    def test_paid_in_time_costs_nothing(self):
        move = self._invoice("2026-03-01", 10000)
        self._pay(move, "2026-03-01")
        self.assertEqual(self._penalty(self._line(move), "2026-12-31"), (0.0, 0.0))

    def test_a_payment_that_bounced_never_counted(self):
        move = self._invoice("2026-03-01", 10000)
        self._unpay(self._pay(move, "2026-03-06"))
        self.assertEqual(self._penalty(self._line(move), "2026-03-10"), (18.0, 40.0))

    def test_credit_note_reduces_from_its_date(self):
        move = self._invoice("2026-03-01", 10000)
        credit = self._credit(6000, on="2026-03-06")
        (self._line(move) | self._line(credit)).reconcile()
        # 5 days on 10,000 and 4 on 4,000
        self.assertEqual(self._penalty(self._line(move), "2026-03-10"), (13.2, 40.0))

    def test_only_customer_invoices(self):
        credit = self._line(self._credit(500, on="2026-02-01"))
        entry = self.env["account.move"].create(
            {
                "date": "2026-01-01",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_receivable"].id,
                            "partner_id": self.partner.id,
                            "debit": 500,
                            "date_maturity": "2026-01-01",
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_revenue"].id,
                            "credit": 500,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        draft = self._line(self._invoice("2026-02-01", post=False))
        lines = credit | self._line(entry) | draft
        found = lines._dso_penalties("2026-03-10")
        self.assertEqual(found, dict.fromkeys(lines.ids, (0.0, 0.0, [])))

    def test_disputed_is_left_out(self):
        line = self._line(self._invoice("2026-03-01", 10000))
        line.dso_status_id = self.env.ref("dso_collection.status_dispute_price")
        self.assertEqual(self._penalty(line, "2026-03-10"), (0.0, 0.0))
        line.dso_status_id = self.env.ref("dso_collection.status_dispute_resolved")
        self.assertEqual(self._penalty(line, "2026-03-10"), (18.0, 40.0))

    def test_disputed_part_bears_none(self):
        """10,000 of which 2,500 are in dispute: 9 days x 1.5 on the 7,500 = 13.50; once 7,500 are
        paid, all that is left is in dispute."""
        invoice = self._invoice("2026-03-01", 10000)
        line = self._line(invoice)
        self._plan("2026-03-10")
        status = self.env.ref("dso_collection.status_dispute_price")
        self.env["dso.item.qualify"].create(
            {"line_ids": [Command.set(line.ids)], "status_id": status.id, "amount": 2500.0}
        ).action_apply()
        self.assertEqual(self._penalty(line, "2026-03-10"), (13.5, 40.0))
        self._pay(invoice, on="2026-03-10", amount=7500)
        self.assertEqual(self._penalty(line, "2026-03-10"), (0.0, 0.0))

    def test_switches_of_the_customer(self):
        line = self._line(self._invoice("2026-03-01", 10000))
        self._plan("2026-03-10")
        customer = self._customer()
        self.assertTrue(customer.penalty_enabled and customer.recovery_cost_enabled)
        for interest, cost in ((True, False), (False, True), (False, False)):
            with self.subTest(interest=interest, cost=cost):
                customer.write({"penalty_enabled": interest, "recovery_cost_enabled": cost})
                self.assertEqual(self._penalty(line, "2026-03-10"), (18.0 * interest, 40.0 * cost))
        self.assertIn("off", line._dso_describe_penalty_reasons(date(2026, 3, 10))[0][1])

    def test_new_customers_take_the_companys_defaults(self):
        self.company.dso_default_recovery_cost_enabled = False
        line = self._line(self._invoice("2026-03-01", 10000))
        self.assertFalse(self._customer())
        self.assertEqual(self._penalty(line, "2026-03-10"), (18.0, 0.0), "no file yet")
        self._plan("2026-03-10")
        self.assertEqual(self._penalty(line, "2026-03-10"), (18.0, 0.0))
        self.assertFalse(self._customer().recovery_cost_enabled)

    def test_consumers_never_pay(self):
        person = self.env["res.partner"].create({"name": "Paul Private"})
        line = self._line(self._invoice("2026-03-01", 10000, partner=person))
        self._plan("2026-03-10", person)
        self.assertEqual(self._penalty(line, "2026-03-10"), (0.0, 0.0))
        customer = self._customer(person)
        self.assertIn("Paul Private is not a company", customer.penalty_reason)
        self.assertFalse(customer.penalty_text)
        # a sole trader has a tax ID; "/" is Odoo's word for none
        person.vat = "/"
        self.assertEqual(self._penalty(line, "2026-03-10"), (0.0, 0.0))
        person.vat = "BE0477472701"
        self.assertEqual(self._penalty(line, "2026-03-10"), (18.0, 40.0))
        self.assertFalse(customer.penalty_reason)

    def test_a_contact_of_a_company_is_no_consumer(self):
        line = self._line(self._invoice("2026-03-01", 10000, partner=self.contact))
        self.assertEqual(self._penalty(line, "2026-03-10"), (18.0, 40.0))

    def test_no_rule_costs_no_query(self):
        self.company.dso_penalty_rule_id = False
        line = self._line(self._invoice("2026-03-01", 10000))
        self.env.flush_all()
        self.assertTrue(line.company_id.name)
        with self.assertQueryCount(0):
            self.assertEqual(self._penalty(line, "2026-03-10"), (0.0, 0.0))

    def test_instalments(self):
        """Per invoice, the cost stands with the first late one, whichever is asked for; per item,
        with each."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 10)
                ],
            }
        )
        move = self._invoice(
            "2026-02-01",
            20000,
            invoice_date="2026-02-01",
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )
        first, second = self._line(move).sorted("date_maturity")
        self.assertEqual(str(second.date_maturity), "2026-02-11")
        self.assertEqual(self._penalty(first, "2026-02-21"), (40.0, 40.0))
        self.assertEqual(self._penalty(second, "2026-02-21"), (20.0, 0.0))
        self.rule.recovery_per = "item"
        self.assertEqual(self._penalty(second, "2026-02-21"), (20.0, 40.0))

    def test_item_currency(self):
        """Interest in the item's currency; 40 of the company's are 80 of one worth half."""
        currency = self.setup_other_currency("GBP", rates=[("2026-01-01", 2.0)])
        line = self._line(self._invoice("2026-03-01", 10000, currency_id=currency.id))
        self.assertEqual(line.currency_id, currency)
        self.assertEqual(self._penalty(line, "2026-03-10"), (18.0, 80.0))
        # 900 are 450 of the rule's currency: the tier from 400 on
        self.rule.tier_ids = [
            Command.create({"amount_from": amount, "cost": cost})
            for amount, cost in ((0, 10), (400, 20), (800, 30))
        ]
        other = self._line(self._invoice("2026-03-01", 900, currency_id=currency.id))
        self.assertEqual(self._penalty(other, "2026-03-10")[1], 40.0)

    def test_partial_payment_in_the_items_currency(self):
        currency = self.setup_other_currency(
            "GBP", rates=[("2026-01-01", 2.0), ("2026-03-05", 4.0)]
        )
        move = self._invoice("2026-03-01", 10000, currency_id=currency.id)
        self._pay(move, "2026-03-06", 5000)
        line = self._line(move)
        self.assertEqual(line.amount_residual_currency, 5000)
        # 5 days on 10,000, 4 on 5,000
        self.assertEqual(self._penalty(line, "2026-03-10")[0], 14.0)

    def test_currency_without_cents(self):
        currency = self.setup_other_currency("JPY", rates=[("2026-01-01", 1.0)], rounding=1.0)
        line = self._line(self._invoice("2026-03-01", 1234, currency_id=currency.id))
        # 1,234 x 7.3 % x 9 / 365 = 2.22
        self.assertEqual(self._penalty(line, "2026-03-10")[0], 2.0)

    def test_constant_number_of_queries(self):
        lines = self.env["account.move.line"]
        for number in range(12):
            partner = self.env["res.partner"].create({"name": f"Firm {number}", "is_company": True})
            move = self._invoice("2026-03-01", 1000 + number, partner=partner)
            self._pay(move, "2026-03-06", 100)
            lines |= self._line(move)
        self.env.flush_all()

        def count(some):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(all(found[0] for found in some._dso_penalties("2026-03-10").values()))
            return self.env.cr.sql_log_count - before

        count(lines)
        self.assertEqual(count(lines[:2]), count(lines))

    def test_statements_cost_no_query_more_without_penalties(self):
        """The dispatcher's reading is the same without a rule and with all switches off."""
        actions = self.env["dso.action"]
        for number in range(3):
            partner = self.env["res.partner"].create({"name": f"Firm {number}", "is_company": True})
            self._create_contact(partner, "Bob", f"bob{number}@firm.example.com")
            self._invoice("2026-03-01", 10000, partner=partner)
            actions |= self._plan("2026-03-10", partner)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = actions._get_rows()
            used = self.env.cr.sql_log_count - before
            return used, [row["penalty"] for entries in rows.values() for row in entries]

        with_switch, penalties_ = count()
        self.assertEqual(penalties_, [18.0] * 3)
        actions.customer_id.write({"penalty_enabled": False, "recovery_cost_enabled": False})
        switched_off, penalties_ = count()
        self.assertEqual(penalties_, [0.0] * 3)
        self.company.dso_penalty_rule_id = False
        without_rule, _penalties = count()
        self.assertEqual(switched_off, without_rule)
        self.assertGreater(with_switch, without_rule)

    def test_snapshot_and_table_of_an_action(self):
        """The reminder keeps what it told; its text has the breakdown in the customer's words."""
        self.template.body_html = '<t t-out="object.penalties_table"/>'
        self._invoice("2026-03-01", 10000)
        action = self._plan("2026-03-10")
        self._do(action, "2026-03-10")
        self.assertEqual(action.item_ids.mapped("penalty"), [18.0])
        self.assertEqual(action.item_ids.mapped("recovery_cost"), [40.0])
        for text in ("03/02/2026", "03/10/2026", "7.30 %", "18.00", "40.00", "58.00"):
            self.assertIn(text, action.mail_id.body_html)

    def test_table_in_the_recipients_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.contact.lang = "fr_FR"
        self._invoice("2026-03-01", 10000)
        action = self._plan("2026-03-10")
        table = action.with_context(lang=action.lang).penalties_table
        for text in ("02/03/2026", "7,30 %", "18,00"):
            self.assertIn(text, table)

    def test_table_escapes(self):
        rows = self._line(self._invoice("2026-03-01", 10000))._dso_get_penalty_statement(
            date(2026, 3, 10)
        )
        rows[0]["document"] = "<script>alert(1)</script>"
        self.assertNotIn("<script>", self.env["dso.action"]._render_penalties_table(rows))

    def test_snapshot_without_switches(self):
        self.company.write(
            {
                "dso_default_penalty_enabled": False,
                "dso_default_recovery_cost_enabled": False,
            }
        )
        self._invoice("2026-03-01", 10000)
        action = self._plan("2026-03-10")
        self._do(action, "2026-03-10")
        self.assertEqual(action.item_ids.mapped("penalty"), [0.0])
        self.assertFalse(action.penalties_table)

    def test_totals_on_the_customer_are_per_currency(self):
        currency = self.setup_other_currency("GBP", rates=[("2026-01-01", 2.0)])
        self._invoice("2026-03-01", 10000)
        self._invoice("2026-03-01", 20000, currency_id=currency.id)
        late = self._invoice("2026-03-01", 5000)
        self._pay(late, "2026-03-02")
        self._plan("2026-03-10")
        customer = self._customer().with_user(self.reader)
        # 18 and, paid a day late, 1; 36 of the other currency
        amounts = {text.strip("$£\xa0 ") for text in customer.penalty_text.split(", ")}
        self.assertEqual(amounts, {"19.00", "36.00"})
        amounts = {text.strip("$£\xa0 ") for text in customer.recovery_cost_text.split(", ")}
        self.assertEqual(amounts, {"80.00"}, "two of 40, and one of 80 in the other currency")
        self.assertEqual(len(customer.recovery_cost_text.split(", ")), 2)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestPenaltyRule(PenaltyCommon):
    def test_ready_made(self):
        rates = {}
        for name in ("eu", "fr", "de", "uk", "fixed"):
            rule = self.env.ref(f"dso_collection.penalty_rule_{name}")
            rates[name] = rule.current_rate_text
            self.assertFalse(rule._describe_missing(self._known(rule, "2026-03-10"), date.today()))
        self.assertEqual(
            rates,
            {
                "eu": "10.15 % a year",
                "fr": "12.15 % a year",
                "de": "10.27 % a year",
                "uk": "11.75 % a year",
                "fixed": "10.00 % a year",
            },
        )

    def _known(self, rule, day):
        references = self.env["dso.penalty.rate"]._get_engine_rates({rule.reference})
        return penalties.rate_on(rule._to_engine(references), date.fromisoformat(day))

    def test_every_rate_has_a_source(self):
        self.assertFalse(self.env["dso.penalty.rate"].search([("source", "=", False)]))

    def test_eu_splits_at_the_half_year(self):
        """Due 20 June 2025: 10 days at 11.15 %, then 10.15 % from 1 July on."""
        self.company.dso_penalty_rule_id = self.env.ref("dso_collection.penalty_rule_eu")
        line = self._line(self._invoice("2025-06-20", 10000, invoice_date="2025-05-20"))
        interest, _cost, breakdown = line._dso_penalties("2026-01-31")[line.id]
        # 10,000 x (11.15 x 10 + 10.15 x 215) / 36,500
        self.assertEqual(interest, 628.42)
        self.assertEqual(
            [(part["days"], part["rate"]) for part in breakdown], [(10, 11.15), (215, 10.15)]
        )

    def test_uk_is_fixed_at_the_start_with_tiers(self):
        """Interest starts on 1 July 2025: base rate of 30 June, 4.25 %, for ever."""
        uk = self.env.ref("dso_collection.penalty_rule_uk")
        uk.currency_id = self.company.currency_id
        self.company.dso_penalty_rule_id = uk
        costs = []
        for amount in (999.99, 1000, 9999.99, 10000):
            line = self._line(self._invoice("2025-06-30", amount, invoice_date="2025-05-30"))
            interest, cost, breakdown = line._dso_penalties("2026-03-10")[line.id]
            self.assertEqual([part["rate"] for part in breakdown], [12.25])
            costs.append(cost)
        self.assertEqual(costs, [40.0, 70.0, 70.0, 100.0])
        # 10,000 x 12.25 % x 253 / 365
        self.assertEqual(interest, 849.11)

    def test_a_mistyped_rate_is_refused(self):
        rule = self.env.ref("dso_collection.penalty_rule_eu")
        with self.assertRaisesRegex(ValidationError, "1,215.00 % a year"):
            rule.rate = 1215
        with self.assertRaises(ValidationError):
            self.env["dso.penalty.rate"].create(
                {"reference": "ecb", "date_from": "2031-01-01", "rate": 250}
            )
        rule.rate = 100

    def test_missing_rate_is_said(self):
        """Nothing entered for the second half of 2026: the last known one, and a warning."""
        eu = self.env.ref("dso_collection.penalty_rule_eu")
        self.company.dso_penalty_rule_id = eu
        self.env["dso.penalty.rate"].search(
            [("reference", "=", "ecb"), ("date_from", ">", "2026-01-01")]
        ).unlink()
        line = self._line(self._invoice("2026-06-30", 10000, invoice_date="2026-05-30"))
        with freeze_time("2026-07-10 09:00:00"):
            self.env.invalidate_all()
            self.assertIn("07/01/2026 is missing", eu.missing_rate_text)
            self._plan("2026-07-10")
            customer = self._customer().with_user(self.manager)
            self.assertIn("07/01/2026", customer.penalty_warning)
            customer.penalty_enabled = False
            self.assertFalse(customer.penalty_warning, "nobody needs the rate")
            customer.penalty_enabled = True
            (part,) = line._dso_penalties("2026-07-10")[line.id][2]
            self.assertEqual((part["rate"], part["assumed"]), (10.15, True))
            self.assertEqual(part["reference_date"], date(2026, 1, 1))
            table = self.env["dso.action"]._render_penalties_table(
                line._dso_get_penalty_statement(date(2026, 7, 10))
            )
            self.assertIn("10.15 %*", table.replace("\n", "").replace("  ", ""))
            self.assertIn("last known reference rate", table)
            self.env["dso.penalty.rate"].with_user(self.manager).create(
                {"reference": "ecb", "date_from": "2026-07-01", "rate": 2.4, "source": "ECB"}
            )
            self.env.invalidate_all()
            self.assertNotIn("is missing", eu.missing_rate_text or "")
            (part,) = line._dso_penalties("2026-07-10")[line.id][2]
            self.assertEqual((part["rate"], part["assumed"]), (10.4, False))

    def test_recovery_cost_without_exchange_rate_is_said(self):
        currency = self.env["res.currency"].create({"name": "XTS", "symbol": "x"})
        self.company.currency_id.rate_ids.unlink()
        self.rule.currency_id = currency
        self.assertIn("no exchange rate", self.rule.missing_rate_text)

    def test_one_rate_a_day(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env["dso.penalty.rate"].create(
                {"reference": "ecb", "date_from": "2026-01-01", "rate": 5.0}
            )
            self.env.flush_all()

    def test_a_rule_in_use_stays(self):
        with self.assertRaisesRegex(UserError, self.company.name):
            self.rule.unlink()

    def test_rights(self):
        rules, rates = self.env["dso.penalty.rule"], self.env["dso.penalty.rate"]
        self.assertTrue(rules.with_user(self.reader).search([]).mapped("current_rate_text"))
        for user in (self.reader, self.collector):
            with self.assertRaises(AccessError):
                rules.with_user(user).create({"name": "Mine"})
            with self.assertRaises(AccessError):
                rates.with_user(user).search([], limit=1).rate = 99
        self.rule.with_user(self.manager).rate = 8
        self.assertEqual(self.rule.rate, 8)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestPenaltyBreakdown(PenaltyCommon):
    """The dialog, as those who may see it."""

    def _open(self, line, user):
        action = line.with_user(user).action_dso_view_penalties()
        return self.env[action["res_model"]].with_user(user).browse(action["res_id"])

    def test_breakdown(self):
        line = self._line(self._invoice("2026-03-01", 10000))
        credit = self._line(self._credit(50))
        self._plan("2026-03-10")
        wizard = self._open(line | credit, self.reader)
        self.assertEqual(wizard.on_date, date(2026, 3, 10))
        # 9 days on 10,000 less the credit of 50 that nobody has matched
        for text in (line.move_name, "03/02/2026", "17.91", "40.00"):
            self.assertIn(text, wizard.table)
        self.assertIn(f"{credit.move_name} is not a posted customer invoice", wizard.reasons)
        wizard.on_date = date(2026, 3, 6)
        self.assertIn("9.95", wizard.table)

    def test_other_customers_are_closed(self):
        line = self._line(self._invoice("2026-03-01", 10000))
        self._plan("2026-03-10")
        self._customer().collector_id = self.manager
        self.company.dso_own_customers_only = True
        self.assertTrue(self._open(line, self.manager).table)
        with self.assertRaises(AccessError):
            self._open(line, self.collector).read(["table"])

    def test_plain_users_have_no_dialog(self):
        clerk = new_test_user(
            self.env,
            login="dso_clerk_penalty",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        line = self._line(self._invoice("2026-03-01", 10000))
        with self.assertRaises(AccessError):
            self._open(line, clerk)

    def test_customers_button(self):
        self._invoice("2026-03-01", 10000)
        self._plan("2026-03-10")
        action = self._customer().with_user(self.reader).action_view_penalties()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(len(wizard.line_ids), 1)
