from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ...engine import promises as rules
from ...tools.inside import inside
from ..common import DsoCommon


class PromiseCase(DsoCommon):
    """Items promised on days that are named. 3 March 2026 is a Tuesday; with a grace of one
    working day, money counts until Wednesday the 4th."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.status = cls.env.ref("dso_collection.status_promise")

    def _promise(self, line, promised, on="2026-02-25", status=None, **values):
        """Log a promise on a day, as the module does."""
        with freeze_time(f"{on} 09:00:00"):
            line.with_context(**inside(dso_skip_log=True))._dso_set_status(
                status or self.status, promised
            )
            return line._dso_log(**values)

    def _read(self, qualification, on):
        """The promise as it is seen on a day."""
        with freeze_time(f"{on} 09:00:00"):
            self.env.flush_all()
            self.env.invalidate_all()
            promise = self.env["dso.promise"].browse(qualification.id)
            return promise.read(
                ["state", "amount", "amount_paid", "amount_missing", "is_current", "days_past"]
            )[0]

    def assertPromise(self, qualification, on, state, paid=None, amount=None):
        found = self._read(qualification, on)
        self.assertEqual(found["state"], state)
        if paid is not None:
            self.assertAlmostEqual(found["amount_paid"], paid)
        if amount is not None:
            self.assertAlmostEqual(found["amount"], amount)
        return found


@tagged("post_install", "-at_install")
@freeze_time("2026-02-25 09:00:00")
class TestPromise(PromiseCase):
    """The promise ledger against hand calculations (R15)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice("2026-02-20", 100)
        cls.line = cls._line(cls.invoice)

    def test_kept(self):
        promise = self._promise(self.line, "2026-03-03")
        self.assertEqual(promise.deadline, date(2026, 3, 4))
        self.assertEqual((promise.amount_open, promise.amount_settled), (100, 0))
        self.assertPromise(promise, "2026-03-01", "open", paid=0, amount=100)
        self._pay(self.invoice, "2026-03-04")
        found = self.assertPromise(promise, "2026-03-10", "kept", paid=100)
        self.assertEqual(found["amount_missing"], 0)
        self.assertFalse(found["is_current"], "nothing is left to look after")

    def test_broken_on_the_day_after_the_deadline(self):
        promise = self._promise(self.line, "2026-03-03")
        self.assertPromise(promise, "2026-03-04", "open")
        found = self.assertPromise(promise, "2026-03-05", "broken", paid=0)
        self.assertTrue(found["is_current"])
        self.assertEqual((found["amount_missing"], found["days_past"]), (100, 2))

    def test_money_of_after_the_deadline_does_not_count(self):
        promise = self._promise(self.line, "2026-03-03")
        self._pay(self.invoice, "2026-03-05")
        found = self.assertPromise(promise, "2026-03-06", "broken", paid=0)
        self.assertFalse(found["is_current"], "paid, if late")

    def test_payment_typed_in_late_counts_by_its_own_date(self):
        promise = self._promise(self.line, "2026-03-03")
        self.assertPromise(promise, "2026-03-05", "broken")
        with freeze_time("2026-03-09 09:00:00"):
            self._pay(self.invoice, "2026-03-04")
        self.assertPromise(promise, "2026-03-09", "kept", paid=100)

    def test_a_part_is_promised(self):
        """40 of 100: 40 keep it, 39.99 do not."""
        promise = self._promise(self.line, "2026-03-03", amount=40)
        self._pay(self.invoice, "2026-03-02", 39.99)
        self.assertPromise(promise, "2026-03-04", "open", paid=39.99, amount=40)
        found = self.assertPromise(promise, "2026-03-05", "partly", paid=39.99)
        self.assertAlmostEqual(found["amount_missing"], 0.01)
        self._pay(self.invoice, "2026-03-04", 0.01)
        self.assertPromise(promise, "2026-03-05", "kept", paid=40)

    def test_payments_of_before_do_not_count(self):
        self._pay(self.invoice, "2026-02-24", 30)
        promise = self._promise(self.line, "2026-03-03", amount=0)
        self.assertEqual((promise.amount_open, promise.amount_settled), (70, 30))
        self.assertPromise(promise, "2026-03-05", "broken", paid=0, amount=70)
        self._pay(self.invoice, "2026-03-03", 50)
        self.assertPromise(promise, "2026-03-05", "partly", paid=50)

    def test_more_than_all_cannot_be_promised(self):
        promise = self._promise(self.line, "2026-03-03", amount=120)
        self._pay(self.invoice, "2026-03-03")
        self.assertPromise(promise, "2026-03-05", "kept", paid=100, amount=100)

    def test_undone_payment_leaves(self):
        promise = self._promise(self.line, "2026-03-03")
        payment = self._pay(self.invoice, "2026-03-02")
        self.assertPromise(promise, "2026-03-05", "kept")
        self._unpay(payment)
        self.assertPromise(promise, "2026-03-05", "broken", paid=0)

    def test_credit_note_counts(self):
        """What is reconciled counts, a credit note as well."""
        promise = self._promise(self.line, "2026-03-03")
        credit = self._credit(100, on="2026-03-02")
        (self.line | self._line(credit)).reconcile()
        self.assertPromise(promise, "2026-03-05", "kept", paid=100)

    def test_replaced_by_another_status_in_time(self):
        first = self._promise(self.line, "2026-03-03")
        second = self._promise(self.line, "2026-03-10", on="2026-03-04")
        self.assertPromise(first, "2026-03-05", "replaced")
        self.assertPromise(second, "2026-03-05", "open")
        self._pay(self.invoice, "2026-03-04")
        self.assertPromise(first, "2026-03-05", "kept", paid=100)

    def test_not_replaced_after_the_deadline(self):
        """Another promise for the one that was broken does not make it good."""
        first = self._promise(self.line, "2026-03-03")
        second = self._promise(self.line, "2026-03-10", on="2026-03-05")
        found = self.assertPromise(first, "2026-03-06", "broken")
        self.assertFalse(found["is_current"])
        self.assertPromise(second, "2026-03-06", "open")

    def test_a_comment_replaces_nothing(self):
        promise = self._promise(self.line, "2026-03-03")
        with freeze_time("2026-02-27 09:00:00"):
            comment = self.line._dso_log(status_id=False, kind=False, comment="Called again.")
        self.assertFalse(comment.deadline)
        self.assertPromise(promise, "2026-03-01", "open")
        found = self.assertPromise(promise, "2026-03-05", "broken")
        self.assertTrue(found["is_current"])

    def test_grace_is_in_working_days(self):
        """Promised for Friday 6 March: with one day, Monday the 9th; without, that very day."""
        promise = self._promise(self.line, "2026-03-06")
        self.assertEqual(promise.deadline, date(2026, 3, 9))
        self.assertPromise(promise, "2026-03-09", "open")
        self.assertPromise(promise, "2026-03-10", "broken")
        self.company.dso_promise_grace_days = 0
        strict = self._promise(self.line, "2026-03-06")
        self.assertEqual(strict.deadline, date(2026, 3, 6))
        self.assertEqual(promise.deadline, date(2026, 3, 9), "judged by what was agreed then")

    def test_the_companys_own_day(self):
        """At 23:30 UTC it is the day after already in Tokyo."""
        promise = self._promise(self.line, "2026-03-03")
        with freeze_time("2026-03-04 23:30:00"):
            self.env.invalidate_all()
            entry = self.env["dso.promise"].browse(promise.id)
            self.assertEqual(entry.state, "open")
            self.company.resource_calendar_id.tz = "Asia/Tokyo"
            self.env.invalidate_all()
            self.assertEqual(entry.state, "broken")

    def test_what_is_no_promise(self):
        """Without a date, of another kind, or of an item of which nothing is open."""
        entries = self._promise(self.line, False)
        entries |= self._promise(
            self.line, "2026-03-03", status=self.env.ref("dso_collection.status_ongoing")
        )
        paid = self._invoice("2026-02-20", 50)
        self._pay(paid, "2026-02-24")
        entries |= self._promise(self._line(paid), "2026-03-03")
        self.assertFalse(self.env["dso.promise"].search([("id", "in", entries.ids)]))
        self.assertFalse(any(entries.mapped("promise_state")))

    def test_item_that_is_no_more(self):
        promise = self._promise(self.line, "2026-03-03")
        self.invoice.button_draft()
        self.assertPromise(promise, "2026-03-05", "replaced")
        self.invoice.action_post()
        self.assertPromise(promise, "2026-03-05", "broken")

    def test_foreign_currency(self):
        """100 in a foreign currency, 60 of them promised: rates do not matter."""
        currency = self.setup_other_currency("EUR", rates=[("2026-01-01", 2.0)])
        invoice = self._invoice("2026-02-20", 100, currency_id=currency.id)
        promise = self._promise(self._line(invoice), "2026-03-03", amount=60)
        self.assertEqual(promise.amount_open, 100)
        self.env["res.currency.rate"].create(
            {"name": "2026-03-01", "currency_id": currency.id, "rate": 4.0}
        )
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {"payment_date": "2026-03-02", "currency_id": currency.id, "amount": 60}
        )._create_payments()
        self.assertPromise(promise, "2026-03-05", "kept", paid=60, amount=60)

    def test_sql_agrees_with_the_engine(self):
        """All combinations of promised part, payments and day give what the rule says."""
        cases = []
        for amount in (0, 40, 100):
            for before in (0, 30):
                for payments in (
                    (),
                    ((40, "2026-03-03"),),
                    ((70, "2026-03-04"), (10, "2026-03-05")),
                ):
                    cases.append((amount, before, payments))
        entries = []
        for amount, before, payments in cases:
            invoice = self._invoice("2026-02-20", 100)
            if before:
                self._pay(invoice, "2026-02-24", before)
            left = 100 - before
            entry = self._promise(self._line(invoice), "2026-03-03", amount=amount)
            in_time = 0
            for value, day in payments:
                value = min(value, left)
                left -= value
                if value:
                    self._pay(invoice, day, value)
                    in_time += value if day <= "2026-03-04" else 0
            entries.append((entry, amount, before, in_time))
        seen = set()
        for day in ("2026-03-04", "2026-03-05"):
            for entry, amount, before, in_time in entries:
                with self.subTest(day=day, amount=amount, before=before, in_time=in_time):
                    promise = rules.Promise(amount, 100 - before, before, date(2026, 3, 4))
                    expected = rules.state(promise, before + in_time, date.fromisoformat(day))
                    seen.add(expected)
                    self.assertPromise(
                        entry,
                        day,
                        expected,
                        paid=rules.received_amount(promise, before + in_time),
                        amount=rules.promised_amount(promise),
                    )
        self.assertEqual(seen, {"open", "kept", "partly", "broken"})

    def test_queries_do_not_grow(self):
        """Logging promises of many items costs no query more than of a few."""
        lines = self._line(self._invoices(12, "2026-02-20"))
        self.env["dso.customer"]._ensure_customers(self.company)
        lines.with_context(**inside(dso_skip_log=True))._dso_set_status(self.status, "2026-03-03")
        values = [
            {
                "customer_id": self._customer().id,
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "line_id": line.id,
                "status_id": self.status.id,
                "kind": "promise",
                "date": "2026-03-03",
                "logged_on": "2026-02-25",
            }
            for line in lines
        ]
        counts = []
        for part in (values[:2], values[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["dso.qualification"]._add_promise_values(part)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_ledger_cannot_be_written(self):
        promise = self._promise(self.line, "2026-03-03")
        with self.assertRaises(UserError):
            promise.deadline = "2026-04-01"

    def test_state_on_the_log(self):
        promise = self._promise(self.line, "2026-03-03")
        log = self.env["dso.qualification"].with_user(self.reader)
        with freeze_time("2026-03-05 09:00:00"):
            self.env.invalidate_all()
            entry = log.browse(promise.id)
            self.assertEqual(entry.promise_state, "broken")
            own = [("line_id", "=", self.line.id)]
            self.assertEqual(log.search([("promise_state", "=", "broken"), *own]), entry)
            self.assertFalse(log.search([("promise_state", "=", "kept"), *own]))
            comment = self.line._dso_log(status_id=False, kind=False)
            self.assertEqual(log.search([("promise_state", "=", False), *own]).ids, comment.ids)


@tagged("post_install", "-at_install")
@freeze_time("2026-02-25 09:00:00")
class TestPromiseScreens(PromiseCase):
    """What the customer's file and the agenda show of promises."""

    def _make_share(self):
        """Three kept, one broken, one open, one replaced."""
        invoices = [self._invoice("2026-02-20", 100) for _ in range(6)]
        lines = [self._line(invoice) for invoice in invoices]
        for line in lines[:4]:
            self._promise(line, "2026-03-03")
        self._promise(lines[4], "2026-03-20")
        self._promise(lines[5], "2026-03-03")
        self._promise(
            lines[5], False, on="2026-03-02", status=self.env.ref("dso_collection.status_ongoing")
        )
        for invoice in invoices[:3]:
            self._pay(invoice, "2026-03-02")
        return invoices

    def test_share_kept(self):
        self._make_share()
        with freeze_time("2026-03-05 09:00:00"):
            self.env.invalidate_all()
            customer = self._customer().with_user(self.reader)
            self.assertEqual(customer.promise_count, 6)
            self.assertEqual(customer.promise_kept_text, "3 of 4 kept, 75%")
            action = customer.action_view_promises()
            found = self.env[action["res_model"]].with_user(self.reader).search(action["domain"])
            self.assertEqual(len(found), 6)

    def test_share_of_groups_is_right(self):
        """The pivot's share leaves the open and the replaced one out as well."""
        self._make_share()
        with freeze_time("2026-03-05 09:00:00"):
            self.env.flush_all()
            own = [("partner_id", "=", self.partner.id)]
            [(share,)] = self.env["dso.promise"]._read_group(own, [], ["kept_rate:avg"])
            self.assertAlmostEqual(share, 75)

    def test_labels_of_functions_are_translated(self):
        """Odoo does not translate by itself what a function gives as a field's selection."""
        self.env["res.lang"]._activate_lang("fr_FR")
        for field, report, report_field in (
            ("dso_qualification__source__customer", "dso.promise", "source"),
            ("dso_action__origin__manual", "dso.action.report", "origin"),
        ):
            label = self.env.ref(f"dso_collection.selection__{field}")
            label.with_context(lang="fr_FR").name = "Libellé"
            key = label.value
            for lang, expected in (("fr_FR", "Libellé"), ("en_US", label.name)):
                description = self.env[report].with_context(lang=lang).fields_get([report_field])
                self.assertEqual(dict(description[report_field]["selection"])[key], expected)

    def test_customer_without_promise(self):
        self._invoice("2026-02-20")
        self._plan("2026-02-25")
        self.assertEqual(self._customer().promise_count, 0)
        self.assertFalse(self._customer().promise_kept_text)

    def test_broken_promise_in_the_agenda(self):
        """The day after the deadline the leader's action says so; paid, it says so no more."""
        invoice = self._invoice("2026-02-20", 100)
        other = self._invoice("2026-02-22", 80)
        self._promise(self._line(invoice), "2026-03-03")
        agenda = self.env["dso.action"].with_user(self.collector)
        own = [("customer_id", "=", self._customer().id)]
        broken = [("broken_promise", "=", True), *own]
        with freeze_time("2026-03-04 09:00:00"):
            action = self._plan("2026-03-04").with_user(self.collector)
            self.assertEqual(action.leader_line_id, self._line(other))
            self.assertFalse(action.broken_promise)
            self.assertFalse(agenda.search(broken))
        with freeze_time("2026-03-05 09:00:00"):
            action = self._plan("2026-03-05").with_user(self.collector)
            self.env.invalidate_all()
            self.assertEqual(action.leader_line_id, self._line(invoice))
            self.assertTrue(action.broken_promise)
            self.assertEqual(agenda.search(broken), action)
            self.assertFalse(agenda.search([("broken_promise", "=", False), *own]))
            self.assertTrue(
                action.reason.startswith(
                    f"Invoice {invoice.name} was promised for 03/03/2026, not paid. "
                ),
                action.reason,
            )
            self._pay(invoice, "2026-03-05")
            action = self._plan("2026-03-05").with_user(self.collector)
            self.env.invalidate_all()
            self.assertFalse(action.broken_promise)
            self.assertFalse(agenda.search(broken))
            self.assertNotIn("promised", action.reason)

    def test_many_broken_promises_are_not_all_told(self):
        """The three promised last, in their order, and the number of the others."""
        invoices = [self._invoice("2026-02-20", 100 + number) for number in range(5)]
        for day, invoice in enumerate(invoices, start=1):
            self._promise(self._line(invoice), f"2026-02-{23 + day}")
        with freeze_time("2026-03-05 09:00:00"):
            action = self._plan("2026-03-05").with_user(self.collector)
            self.env.invalidate_all()
            told = [invoice for invoice in invoices if invoice.name in action.reason]
            # the leader is told once more, as what the action is about
            self.assertEqual(told, [invoices[0], *invoices[2:]])
            self.assertTrue(
                action.reason.startswith(
                    f"Earlier promises not kept: 2. Invoice {invoices[2].name} was promised for "
                    "02/26/2026, not paid. "
                ),
                action.reason,
            )

    def test_partly_kept_says_what_came(self):
        invoice = self._invoice("2026-02-20", 100)
        self._promise(self._line(invoice), "2026-03-03", amount=60)
        self._pay(invoice, "2026-03-02", 20)
        with freeze_time("2026-03-05 09:00:00"):
            action = self._plan("2026-03-05")
            self.env.invalidate_all()
            self.assertIn(
                "only $\N{NO-BREAK SPACE}20.00 of $\N{NO-BREAK SPACE}60.00", action.reason
            )

    def test_item_that_does_not_lead(self):
        """Another item leads: the customer's scenario action shows the broken promise all the
        same, unless a specific action looks after it."""
        self._invoice("2026-02-15", 50)
        line = self._line(self._invoice("2026-02-20", 100))
        self._promise(line, "2026-03-03")
        with freeze_time("2026-03-05 09:00:00"):
            action = self._plan("2026-03-05")
            self.env.invalidate_all()
            self.assertTrue(action.broken_promise)
            specific = self.env["dso.action"].create(
                {
                    "customer_id": action.customer_id.id,
                    "origin": "specific",
                    "item_ids": [Command.create({"line_id": line.id})],
                }
            )
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertTrue(specific.broken_promise)
            self.assertFalse(action.broken_promise)
            found = self.env["dso.action"].search(
                [("broken_promise", "=", True), ("customer_id", "=", action.customer_id.id)]
            )
            self.assertEqual(found, specific)
            self.assertIn("not paid. Specific action", specific.reason)

    def test_reasons_in_a_constant_number_of_queries(self):
        def read(actions):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            actions.mapped("reason")
            return self.env.cr.sql_log_count - before

        actions = self.env["dso.action"]
        for number in range(6):
            partner = self.env["res.partner"].create({"name": f"Customer {number}"})
            self._create_contact(partner, "Cy", f"cy{number}@example.com")
            self._promise(self._line(self._invoice("2026-02-20", partner=partner)), "2026-03-03")
            actions |= self._plan("2026-03-05", partner)
        with freeze_time("2026-03-05 09:00:00"):
            self.assertTrue(all(actions.mapped("broken_promise")))
            read(actions)
            self.assertLessEqual(read(actions), read(actions[:2]))

    def test_rights(self):
        """Companies and, where restricted, other collectors' customers are kept apart."""
        mine = self._promise(self._line(self._invoice("2026-02-20")), "2026-03-03")
        other = self.env["res.partner"].create({"name": "Other customer"})
        theirs = self._promise(self._line(self._invoice("2026-02-20", partner=other)), "2026-03-03")
        self._customer(other).collector_id = self.manager
        company = self.setup_other_company()["company"]
        stranger = new_test_user(
            self.env,
            login="dso_stranger",
            groups="base.group_user,dso_collection.group_dso_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        both = [("id", "in", (mine | theirs).ids)]
        self.env.flush_all()

        def seen(user):
            return set(self.env["dso.promise"].with_user(user).search(both).ids)

        self.assertEqual(seen(self.collector), {mine.id, theirs.id})
        self.assertFalse(seen(stranger))
        self.company.dso_own_customers_only = True
        self.env.flush_all()
        self.assertEqual(seen(self.collector), {mine.id})
        self.assertEqual(seen(self.manager), {mine.id, theirs.id})
        exported = self.env["dso.promise"].with_user(self.collector).search([])
        self.assertTrue(exported.export_data(["document", "state", "amount"])["datas"])
