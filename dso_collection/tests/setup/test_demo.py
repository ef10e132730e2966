"""The demo data, where it is installed: enough of everything, and nothing that leaves the house."""

from collections import Counter
from datetime import datetime, timedelta
from unittest import SkipTest

import pytz

from odoo.fields import Command
from odoo.tests import TransactionCase, tagged
from odoo.tools import html2plaintext

from ...demo import ledger


def plain(text):
    """A text without what is between its words: spaces of several kinds, line breaks."""
    return "".join(text.split())


@tagged("post_install", "-at_install", "dso_demo")
class TestDemo(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.ref("dso_collection.demo_company", raise_if_not_found=False)
        if not cls.company:
            raise SkipTest("This database has no demo data.")
        cls.company_uk = cls.env.ref("dso_collection.demo_company_uk")
        cls.companies = cls.company + cls.company_uk
        cls.customers = cls.env["dso.customer"].search([("company_id", "in", cls.companies.ids)])
        cls.own = [("company_id", "in", cls.companies.ids)]
        cls.items = cls.env["account.move.line"].search(
            [
                *cls.own,
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        # The day that the data are relative to; the database may be older than today.
        created = pytz.utc.localize(cls.company.create_date or datetime.now())
        cls.day = created.astimezone(pytz.timezone("Europe/Paris")).date()

    def _count_moves(self, *conditions):
        return self.env["account.move"].search_count(
            [*self.own, ("state", "=", "posted"), *conditions]
        )

    def test_customers(self):
        """Forty customers or more, in three languages, nearly all with a contact."""
        partners = self.customers.partner_id
        self.assertGreaterEqual(len(partners), 45)
        self.assertLessEqual({"en_US", "fr_FR", "de_DE"}, set(partners.mapped("lang")))
        without = self.customers.filtered(lambda customer: not customer.contact_ids)
        self.assertTrue(without)
        self.assertLess(len(without), 6)
        self.assertTrue(partners.filtered(lambda partner: not partner.is_company))
        scenarios = self.customers.scenario_id
        for name in ("standard", "risky", "public"):
            self.assertIn(self.env.ref(f"dso_collection.scenario_{name}"), scenarios)
        self.assertTrue(self.customers.filtered(lambda customer: not customer.scenario_id))
        self.assertTrue(self.customers.filtered(lambda customer: not customer.collector_id))

    def test_companies(self):
        """Two companies with some customers in common."""
        by_company = self.customers.grouped("company_id")
        self.assertGreaterEqual(len(by_company[self.company]), 40)
        self.assertGreaterEqual(len(by_company[self.company_uk]), 8)
        self.assertTrue(
            by_company[self.company].partner_id & by_company[self.company_uk].partner_id
        )
        self.assertEqual(self.company.currency_id.name, "EUR")
        self.assertEqual(self.company_uk.currency_id.name, "GBP")

    def test_ageing(self):
        """On any past day what the accounts say, in each company; today the customers' figures."""
        for company in self.companies:
            lines = self.items.filtered(lambda line, company=company: line.company_id == company)
            for number in range(0, 400, 40):
                day = self.day - timedelta(days=number)
                [(amount,)] = (
                    self.env["dso.ageing"]
                    .with_context(dso_as_of=str(day))
                    ._read_group([("company_id", "=", company.id)], [], ["amount:sum"])
                )
                booked = sum(line.balance for line in lines if line.date <= day)
                with self.subTest(company=company.name, day=day):
                    self.assertAlmostEqual(amount or 0, booked, 2)
            figures = self.customers.filtered(
                lambda customer, company=company: customer.company_id == company
            )
            open_now = sum(figures.mapped("amount_due"))
            [(amount,)] = (
                self.env["dso.ageing"]
                .with_context(dso_as_of=str(self.day))
                ._read_group([("company_id", "=", company.id)], [], ["amount:sum"])
            )
            self.assertAlmostEqual(amount, open_now, 2, company.name)

    def test_ledger(self):
        """Two hundred invoices, and all that makes a ledger difficult."""
        invoices = self._count_moves(("move_type", "=", "out_invoice"))
        self.assertGreaterEqual(invoices, 200)
        paid = self._count_moves(
            ("move_type", "=", "out_invoice"), ("payment_state", "in", ("paid", "reversed"))
        )
        self.assertTrue(0.3 < paid / invoices < 0.7, f"{paid} of {invoices} are paid")
        partial = self._count_moves(
            ("move_type", "=", "out_invoice"), ("payment_state", "=", "partial")
        )
        self.assertGreaterEqual(partial, 15)
        self.assertGreaterEqual(self._count_moves(("move_type", "=", "out_refund")), 12)
        currencies = Counter(self.items.mapped(lambda item: item.currency_id.name))
        self.assertGreater(currencies["EUR"], 100)
        self.assertGreater(currencies["USD"], 20)
        parts = self.items.filtered(lambda item: item.balance > 0).grouped("move_id")
        self.assertGreater(sum(len(items) == 3 for items in parts.values()), 10, "instalments")
        numbers = self.env["account.move"].search(
            [("company_id", "=", self.company.id), ("move_type", "=", "out_invoice")],
            order="date, sequence_prefix, sequence_number",
        )
        dates = numbers.sorted(lambda move: (move.sequence_prefix, move.sequence_number))
        self.assertEqual(dates.mapped("date"), sorted(dates.mapped("date")))

    def test_open_items(self):
        """Credits nobody allocated, opening balances, and items due on the day itself."""
        still_open = self.items.filtered(lambda item: not item.reconciled and item.amount_residual)
        credits_ = still_open.filtered(lambda item: item.amount_residual < 0)
        self.assertGreaterEqual(len(credits_.payment_id), 6)
        self.assertGreaterEqual(len(credits_.filtered(lambda x: x.move_type == "out_refund")), 4)
        openings = still_open.filtered(lambda item: item.move_type == "entry" and item.balance > 0)
        self.assertGreaterEqual(len(openings.partner_id), 2)
        self.assertTrue(all(openings.mapped("no_followup")))
        claims = still_open - credits_
        self.assertTrue(claims.filtered(lambda item: item.date_maturity == self.day))
        self.assertTrue(claims.filtered(lambda item: item.date_maturity > self.day))
        ages = [(self.day - item.date_maturity).days for item in claims]
        recent = sum(1 <= age <= 30 for age in ages)
        self.assertGreater(recent, sum(30 < age <= 60 for age in ages))
        self.assertTrue(any(age > 120 for age in ages))

    def test_statuses(self):
        """Promises, disputes, an ignored item; every status is in the log."""
        log = self.env["dso.qualification"].search(self.own)
        kinds = Counter(log.mapped("kind"))
        for kind in ("ongoing", "promise", "dispute", "litigation"):
            self.assertTrue(kinds[kind], kind)
        self.assertTrue(self.items.filtered("dso_ignored"))
        disputed = self.items.filtered(lambda item: item.dso_status_id.kind == "dispute")
        followed = self.env["dso.action.item"].search(
            [("line_id", "in", disputed.ids), ("action_id.origin", "=", "specific")]
        )
        self.assertEqual(followed.line_id, disputed)

    def test_effect_of_steps_and_collectors(self):
        """Some steps have actions enough for percentages, also beside those who waited; each
        collector was entrusted with something in each of the last months."""
        measures = ["action_count:sum", "rate_7:avg", "base_3:avg", "days_to_payment:avg"]
        # one company: percentages of two currencies there are none
        own = [("company_id", "=", self.companies[0].id)]
        rows = self.env["dso.step.effect"]._read_group(own, ["step_id"], measures)
        known = [row for row in rows if row[2]]
        self.assertGreater(len(known), 2)
        self.assertTrue(all(row[1] >= 20 and 0 < row[2] < 100 and row[4] for row in known), known)
        self.assertTrue([row for row in known if row[3]])
        self.assertTrue([row for row in rows if row[2] is False and row[1] < 20])
        rows = self.env["dso.collector.report"].search(self.own)
        self.assertGreater(len(rows.collector_id), 1)
        self.assertGreater(len(set(rows.filtered("amount_collected").mapped("month"))), 5)
        self.assertTrue(rows.filtered("kept_count"))
        found = [customer.dso_get_behaviour() for customer in self.customers[:20]]
        self.assertGreater(len([each for each in found if each["payments"]]), 5)

    def test_promises_and_disputes(self):
        """The reports have something to show: promises with every outcome, disputes that ended and
        open ones, and what is overdue of each kind."""
        promises = Counter(self.env["dso.promise"].search(self.own).mapped("state"))
        for state in ("kept", "partly", "broken"):
            self.assertTrue(promises[state], state)
        self.assertGreater(promises["kept"], promises["broken"] + promises["partly"])
        shown = self.customers.filtered("promise_kept_text")
        self.assertGreater(len(shown), 5)
        disputes = self.env["dso.dispute.report"].search(self.own)
        ended = disputes.filtered(lambda dispute: dispute.state == "resolved")
        self.assertGreater(len(ended.status_id), 3)
        self.assertTrue(all(2 <= dispute.days <= 12 for dispute in ended))
        self.assertTrue(disputes.filtered(lambda dispute: dispute.state == "open"))
        kinds = set(self.env["dso.item.report"].search(self.own).mapped("kind"))
        self.assertLessEqual({"none", "ongoing", "promise", "dispute"}, kinds)
        self.assertTrue(self.env["dso.action"].search([("broken_promise", "=", True), *self.own]))

    def test_agenda(self):
        """All states that the agenda shows, and a history with its snapshots."""
        actions = self.env["dso.action"].search(self.own)
        states = Counter(actions.mapped("agenda_state"))
        for state in ("confirmed", "late", "upcoming", "error", "done"):
            self.assertTrue(states[state], state)
        manual = actions.filtered(lambda action: not action.automatic and action.state == "planned")
        self.assertLessEqual({"late", "upcoming"}, set(manual.mapped("agenda_state")))
        self.assertLessEqual(
            {"no_contact", "no_email", "bad_email"},
            {action.error_data["code"] for action in actions if action.error_data},
        )
        done = actions.filtered(lambda action: action.state == "done")
        self.assertGreater(len(done), 200)
        self.assertFalse(done.filtered(lambda action: not action.item_ids))
        self.assertTrue(all(action.done_date < self.day for action in done))
        calls = done.filtered(lambda action: action.action_type == "call")
        self.assertTrue(all(action.result and action.comment for action in calls))

    def test_amounts(self):
        """What was asked for is the sum of its items, and what the message to the customer says."""
        done = self.env["dso.action"].search([*self.own, ("state", "=", "done")])
        for action in done:
            told = sum(action.item_ids.mapped("amount_company"))
            self.assertAlmostEqual(action.amount, told, 2, action.display_name)
            self.assertGreater(action.amount, 0, action.display_name)
        sent = done.filtered("body")
        self.assertLessEqual({"email", "sms"}, set(sent.mapped("action_type")))
        for action in sent:
            total = action.with_context(lang=action.lang).total_text
            words = f"{action.subject} {html2plaintext(action.body)}"
            self.assertIn(plain(total), plain(words), action.display_name)
            message = html2plaintext(action.message_id.body)
            self.assertIn(plain(html2plaintext(action.body)), plain(message))

    def test_entries_are_as_odoo_makes_them(self):
        """Taxes and instalments are those that Odoo adds to an invoice of the same products."""
        domain = [*self.own, ("move_type", "in", ("out_invoice", "out_refund"))]
        moves = self.env["account.move"].search(domain, order="id")
        kinds = moves.grouped(
            lambda move: (
                move.company_id,
                move.move_type,
                move.currency_id,
                move.fiscal_position_id,
                move.invoice_payment_term_id,
            )
        )
        self.assertGreater(len(kinds), 12)
        for move in self.env["account.move"].concat(*(kind[:1] for kind in kinds.values())):
            fresh = self.env["account.move"].create(
                {
                    "move_type": move.move_type,
                    "company_id": move.company_id.id,
                    "partner_id": move.partner_id.id,
                    "currency_id": move.currency_id.id,
                    "invoice_date": move.invoice_date,
                    "date": move.date,
                    "invoice_payment_term_id": move.invoice_payment_term_id.id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": line.product_id.id,
                                "quantity": line.quantity,
                                "price_unit": line.price_unit,
                            }
                        )
                        for line in move.invoice_line_ids
                    ],
                }
            )
            self.assertEqual(self._describe(move), self._describe(fresh), move.name)

    def _describe(self, move):
        """The journal items of a move."""
        return [
            (
                line.display_type,
                line.account_id,
                line.tax_ids,
                line.tax_line_id,
                line.tax_tag_ids,
                line.tax_base_amount,
                line.date_maturity,
                line.amount_currency,
                line.balance,
                line.price_total,
            )
            for line in move.line_ids.sorted(lambda line: (line.display_type, line.id))
        ]

    def test_channels(self):
        """Each way has something to show: what left, what came back, what waits, what failed."""
        actions = self.env["dso.action"].search(self.own)
        codes = {action.error_data["code"] for action in actions if action.error_data}
        self.assertLessEqual(
            {
                "undelivered",
                "undelivered_sms",
                "no_mobile",
                "bad_phone",
                "no_phone",
                "no_address",
                "no_erm_provider",
                "bad_fax",
            },
            codes,
        )
        bounced = actions.filtered(lambda a: (a.error_data or {}).get("code") == "undelivered")
        self.assertTrue(all(bounced.mapped("mail_id")), "a retry sends the same e-mail")
        waiting = actions.filtered(lambda action: action.state == "planned")
        for action_type in ("sms", "fax", "letter", "letter_registered", "call"):
            self.assertIn(action_type, waiting.mapped("action_type"))
        calls = waiting.filtered(lambda action: action.action_type == "call")
        self.assertTrue(calls.step_id.mapped("call_script"))
        texts = actions.filtered(lambda a: a.state == "done" and a.action_type == "sms")
        self.assertTrue(all(sms.sms_text and sms.sms_number for sms in texts))
        self.assertTrue(texts)
        registered = actions.filtered(
            lambda a: a.state == "done" and a.action_type == "letter_registered"
        )
        self.assertTrue(all(registered.mapped("tracking_number")))
        self.assertTrue(registered.filtered("received_date"))
        self.assertTrue(registered.filtered("receipt_missing"))
        providers = self.env["dso.erm.provider"].with_context(active_test=False)
        self.assertFalse(any(providers.search(self.own).mapped("active")))

    def test_replies(self):
        """Answers in all states, an out-of-office among them, most of them to a known message."""
        replies = self.env["dso.reply"].search(self.own)
        self.assertLessEqual({"to_handle", "handled", "dismissed"}, set(replies.mapped("state")))
        self.assertEqual({"email", "sms"}, set(replies.mapped("channel")))
        machine = replies.filtered("is_automatic")
        self.assertTrue(machine)
        self.assertFalse(any(machine.mapped("pauses")))
        self.assertTrue(replies.filtered("pauses").action_id)

    def test_contacts(self):
        """Contacts by type, a wrong number, codes to import by; numbers are real ones for their
        countries but the one that an action complains about."""
        contacts = self.customers.contact_ids
        for way in ("email", "phone", "post"):
            self.assertTrue(contacts.filtered(lambda c, way=way: not c[f"dso_serves_{way}"]), way)
        self.assertTrue(contacts.filtered("dso_wrong_phone"))
        partners = self.customers.partner_id
        self.assertEqual(len(set(partners.mapped("ref"))), len(partners))
        people = (partners + partners.child_ids).filtered("phone")
        wrong = people.filtered(lambda partner: not partner._phone_format(fname="phone"))
        self.assertEqual(wrong.mapped("name"), ["Aline Castelbon"])

    def test_planned_again_alike(self):
        """The plan agrees with the history: planning again changes nothing."""
        fields_ = ["customer_id", "step_id", "date", "state", "leader_line_id", "confirmed"]
        domain = [*self.own, ("origin", "=", "scenario"), ("state", "in", ("planned", "error"))]
        self.env["dso.customer"]._plan(self.customers)
        before = self.env["dso.action"].search_read(domain, fields_, order="id")
        self.env["dso.customer"]._plan(self.customers)
        after = self.env["dso.action"].search_read(domain, fields_, order="id")
        self.assertEqual(after, before)
        if self.company._dso_today() == self.day:
            self.assertTrue(all(row["leader_line_id"] for row in after))

    def test_nothing_leaves(self):
        """No message of the demo waits to be sent, and no confirmed action is due that day."""
        mails = self.env["mail.mail"].search([("state", "=", "outgoing")])
        models = {"dso.customer", "dso.action", "res.users", "res.partner", "res.company"}
        self.assertFalse(mails.filtered(lambda mail: mail.model in models))
        moves = mails.filtered(lambda mail: mail.model == "account.move")
        records = self.env["account.move"].browse(moves.mapped("res_id"))
        self.assertFalse(records.filtered(lambda move: move.company_id in self.companies))
        self.assertFalse(self.env["sms.sms"].search_count([("state", "=", "outgoing")]))
        addresses = (self.customers.partner_id + self.customers.contact_ids).mapped("email")
        self.assertFalse(
            [address for address in addresses if address and not address.endswith(".example.com")]
        )

    def test_collector(self):
        """Claire, with a collector's rights, sees her agenda and may read what it is about."""
        claire = self.env.ref("dso_collection.user_demo_collector")
        self.assertEqual(claire.company_id, self.company)
        self.assertFalse(claire.has_group("account.group_account_invoice"))
        actions = self.env["dso.action"].with_user(claire)
        own = actions.search([("collector_id", "=", claire.id), ("state", "=", "planned")])
        self.assertGreater(len(own), 5)
        for action in own:
            self.assertTrue(action.reason)
            self.assertTrue(action.customer_id.display_name)

    def test_loading_again(self):
        """A second call changes nothing."""
        before = self._count_moves(), len(self.env["dso.action"].search(self.own))
        ledger.load(self.env)
        self.assertEqual(
            (self._count_moves(), len(self.env["dso.action"].search(self.own))), before
        )
