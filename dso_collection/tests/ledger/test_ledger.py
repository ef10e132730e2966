"""What real ledgers hold beside plain invoices: credits that are left out, money on its way,
blocked payments and more (design, R1, R8, R17)."""

from datetime import datetime

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..common import DsoCommon


@tagged("post_install", "-at_install")
class TestLedger(DsoCommon):
    """Credits obey exclusions."""

    def _specific(self, lines):
        return self.env["dso.action"].create(
            {
                "customer_id": self._customer().id,
                "origin": "specific",
                "action_type": "call",
                "date": "2026-03-20",
                "item_ids": [Command.create({"line_id": line.id}) for line in lines],
            }
        )

    def test_a_credit_ignored_by_hand_covers_nothing(self):
        self._invoice("2026-03-01", 300.0)
        credit = self._line(self._credit(300.0))
        self._plan("2026-03-05")
        self.assertNothingPlanned("covered")
        credit.action_dso_ignore()
        self._plan("2026-03-05")
        action = self.assertPlanned("A", "2026-03-06")
        self.assertEqual(action.amount, 300.0)
        self.assertEqual(action.total_text, self.company.currency_id.format(300.0))
        self.assertTrue(credit.dso_excluded)
        self.assertEqual(credit.dso_excluded_reason, "Ignored")
        found = self.env["account.move.line"].search(
            [("dso_excluded", "=", True), ("partner_id", "=", self.partner.id)]
        )
        self.assertEqual(found, credit)
        # the figures stay those of accounting
        self.assertEqual(self._customer().amount_due, 0.0)
        self.assertEqual(self._customer().credit_unallocated, 300.0)

    def test_a_specific_action_has_its_own_credit(self):
        """+1000 and -200 in a specific action beside an overdue 500: 800 there, 500 by the
        scenario."""
        big = self._line(self._invoice("2026-03-01", 1000.0))
        credit = self._line(self._credit(200.0))
        self._invoice("2026-03-01", 500.0)
        self._plan("2026-03-05")
        specific = self._specific(big | credit)
        self._plan("2026-03-05")
        self.assertEqual(self._open_action().amount, 500.0)
        self.assertEqual(self._open_action().total_text, self.company.currency_id.format(500.0))
        self.assertEqual(specific.total_text, self.company.currency_id.format(800.0))
        self.assertEqual(specific.amount, 800.0)

    def test_an_opening_entry_out_of_follow_up(self):
        receivable = self.company_data["default_account_receivable"]
        sides = [{"debit": 1000.0}, {"credit": 1000.0}]
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-02-01",
                "line_ids": [
                    Command.create(
                        {"account_id": receivable.id, "partner_id": self.partner.id, **side}
                    )
                    for side in sides
                ],
            }
        )
        entry.action_post()
        self.assertEqual(entry.line_ids.mapped("no_followup"), [True, True])
        self._invoice("2026-03-01", 300.0)
        self._plan("2026-03-05")
        self.assertEqual(self.assertPlanned("A", "2026-03-06").amount, 300.0)


@tagged("post_install", "-at_install")
class TestNotChased(DsoCommon):
    """Blocked, non-trade, archived, never sent."""

    def test_blocked(self):
        move = self._invoice("2026-03-01")
        self._plan("2026-03-05")
        self.assertPlanned("A", "2026-03-06")
        move.action_toggle_block_payment()
        self.env["dso.customer"]._cron_refresh()
        self.assertNothingPlanned("excluded")
        self.assertIn("payment blocked", self._customer().planning_reason)
        line = self._line(move)
        self.assertEqual(line.dso_excluded_reason, "Payment blocked")
        self.assertIn(line, self.env["account.move.line"].search([("dso_excluded", "=", True)]))
        self.assertEqual(self._customer().amount_due, 100.0)
        # stays after a part payment
        self._pay(move, amount=40.0)
        self.assertEqual(move.payment_state, "blocked")
        self._plan("2026-03-12")
        self.assertNothingPlanned("excluded")
        move.action_toggle_block_payment()
        self.env["dso.customer"]._cron_refresh()
        self.assertEqual(self._open_action().amount, 60.0)

    def test_non_trade(self):
        account = self.company_data["default_account_receivable"].copy(
            {"name": "Shareholder", "non_trade": True}
        )
        trade = self._invoice("2026-03-01")
        other = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-01-01",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.partner.id,
                            "debit": 900.0,
                            "no_followup": False,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_revenue"].id,
                            "credit": 900.0,
                        }
                    ),
                ],
            }
        )
        other.action_post()
        self._plan("2026-03-05")
        action = self.assertPlanned("A", "2026-03-06")
        self.assertEqual((action.leader_line_id, action.amount), (self._line(trade), 100.0))
        self.assertEqual(self._customer().amount_due, 100.0)
        self.assertEqual(self._customer().item_ids, self._line(trade))
        account.non_trade = False
        self.env["dso.customer"]._cron_refresh()
        self.assertEqual(self._customer().amount_due, 1000.0)

    def test_an_archived_customer(self):
        self._invoice("2026-03-01")
        self._plan("2026-03-05")
        action = self.assertPlanned("A", "2026-03-06")
        (self.partner | self.contact).active = False
        self.env["dso.customer"]._cron_refresh()
        self.assertNothingPlanned("archived")
        self.assertIn("archived", self._customer().planning_reason)
        self.assertEqual(action.exists().state, "cancelled")
        self.assertIn("archived", action.reason)
        self.assertEqual(self._customer().amount_overdue, 100.0)
        self.assertFalse(self.env["dso.customer"]._simulate("2026-12-31", self._customer()))
        self.partner.active = True
        self.env["dso.customer"]._cron_refresh()
        self.assertTrue(self._open_action())

    def test_never_sent(self):
        move = self._invoice("2026-03-01")
        action = self._plan("2026-03-05")
        self.assertIn(move.name, action.warning)
        self.company.dso_warn_unsent = False
        action.invalidate_recordset()
        self.assertFalse(action.warning)
        self.company.dso_warn_unsent = True
        move.is_move_sent = True
        action.invalidate_recordset()
        self.assertFalse(action.warning)

    def test_all_but_the_discount_was_paid_in_time(self):
        """98 of 100 on the last day of the discount: the 2.00 are no debt like others."""
        term = self.env["account.payment.term"].create(
            {
                "name": "2/10 net 30",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [Command.create({"value_amount": 100, "nb_days": 30})],
            }
        )
        for day, planned in (("2026-02-11", False), ("2026-02-12", True)):
            partner = self.partner.create({"name": day})
            move = self._invoice(
                "2026-03-03",
                partner=partner,
                invoice_date="2026-02-01",
                invoice_payment_term_id=term.id,
                invoice_date_due=False,
            )
            line = self._line(move)
            self.assertEqual(str(line.discount_date), "2026-02-11")
            payment = self.env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_id": partner.id,
                    "amount": 98.0,
                    "date": day,
                    "journal_id": self.company_data["default_journal_bank"].id,
                }
            )
            payment.action_post()
            (self._line(payment.move_id) | line).reconcile()
            self.assertEqual(line.amount_residual, 2.0)
            self._plan("2026-03-10", partner)
            self.assertEqual(bool(self._open_action(partner)), planned)
            self.assertEqual(line.dso_excluded, not planned)
            if not planned:
                self.assertIn("discount", self._customer(partner).planning_reason)
                self.assertEqual(line.dso_excluded_reason, "Early-payment discount")


@tagged("post_install", "-at_install")
class TestBanks(DsoCommon):
    """Where to pay: the account of the invoice, else the company's, else its parent's."""

    @classmethod
    def _bank(cls, owner, number):
        partner = owner if owner._name == "res.partner" else owner.partner_id
        return cls.env["res.partner.bank"].create({"acc_number": number, "partner_id": partner.id})

    def _read(self, action):
        action.invalidate_recordset()
        return str(action.bank_details)

    def test_of_the_invoice_else_of_the_company(self):
        first, second = (self._bank(self.company, number) for number in ("FIRST-1", "SECOND-2"))
        move = self._invoice("2026-03-01")
        move.partner_bank_id = second
        action = self._plan("2026-03-05")
        self.assertIn("SECOND-2", self._read(action))
        self.assertNotIn("FIRST-1", self._read(action))
        statement = self._customer()._prepare_statement()
        self.assertEqual(statement["banks"], second)
        move.partner_bank_id = False
        self.assertIn("FIRST-1", self._read(action))
        self.assertEqual(self._customer()._prepare_statement()["banks"], first | second)
        self._credit(10.0).partner_bank_id = self._bank(self.partner, "THEIRS-9")
        self.assertNotIn("THEIRS-9", self._read(action))

    def test_of_the_parent_of_a_branch(self):
        self._bank(self.company, "PARENT-1")
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.assertEqual(branch._dso_get_banks().acc_number, "PARENT-1")
        self._bank(branch, "OWN-2")
        self.assertEqual(branch._dso_get_banks().acc_number, "OWN-2")


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00")
class TestAnnounced(DsoCommon):
    """Money that is announced is not asked for again (R17). 6 March 2026 is a Friday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moves = cls.env["account.move"]
        for _number in range(3):
            cls.moves += cls._invoice("2026-03-01")
        cls.lines = cls._line(cls.moves)
        provider = cls.env["payment.provider"].sudo().search([], limit=1)
        cls.provider = provider.copy({"company_id": cls.company.id, "state": "disabled"})
        cls.method = cls.env["payment.method"].sudo().search([], limit=1)

    def _register(self, moves, amount, day="2026-03-06"):
        """A payment in process without an entry, as where no outstanding account is set."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": self.partner.id,
                "amount": amount,
                "date": day,
                "journal_id": self.company_data["default_journal_bank"].id,
                "invoice_ids": [Command.set(moves.ids)],
            }
        )
        payment.outstanding_account_id = False
        payment.action_post()
        self.assertEqual((payment.state, payment.move_id.ids), ("in_process", []))
        return payment

    def _transact(self, moves, amount, state="pending", **values):
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "amount": amount,
                    "currency_id": self.company.currency_id.id,
                    "partner_id": self.partner.id,
                    "reference": f"online {amount} {state}",
                    "invoice_ids": [Command.set(moves.ids)],
                    "state": state,
                    **values,
                }
            )
        )
        return transaction

    def _money(self, amount):
        return self.company.currency_id.format(amount)

    def test_payments_in_process(self):
        """100 and 30 in process of three invoices of 100: 130 are announced, 170 are chased."""
        self._plan("2026-03-06")
        self.assertEqual(self._open_action().amount, 300.0)
        first = self._register(self.moves[0], 100.0)
        self._register(self.moves[1], 30.0)
        found = self.lines._dso_get_announced()
        self.assertEqual(sum(amount for _day, amount, _words in found.values()), 130.0)
        self.env["dso.customer"]._cron_refresh()
        action = self.assertPlanned("A", "2026-03-06")
        self.assertEqual(action.leader_line_id, self.lines[1])
        self.assertEqual(action.amount, 170.0)
        self.assertEqual(action.total_text, self._money(170.0))
        self.assertIn("30.00", action.reason)
        self.assertIn("03/13/2026", action.reason)
        self.assertTrue(self.lines[0].dso_excluded)
        self.assertEqual(self.lines[0].dso_excluded_reason, "Payment on its way")
        self.assertIn("100.00", self.lines[0].dso_announced)
        self.assertIn("03/13/2026", self.lines[0].dso_announced)
        self.assertIn(first.name, self.lines[0].dso_announced)
        self.assertIn("30.00", self.lines[1].dso_announced)
        found = self.env["account.move.line"].search(
            [("dso_excluded", "=", True), ("partner_id", "=", self.partner.id)]
        )
        self.assertEqual(found, self.lines[0])

    def test_all_of_it_announced(self):
        self._register(self.moves, 300.0)
        self._plan("2026-03-06")
        self.assertNothingPlanned("excluded")
        reason = self._customer().planning_reason
        self.assertIn("300.00", reason)
        self.assertIn("03/13/2026", reason)

    def test_what_does_not_come(self):
        """Awaited for five working days; then the scenario goes on and says so."""
        self._plan("2026-03-06")
        action = self._do(self._open_action(), "2026-03-06")
        payment = self._register(self.moves, 300.0)
        self._plan("2026-03-13")
        self.assertNothingPlanned("excluded")
        with freeze_time("2026-03-14 09:00"):
            self._plan("2026-03-14")
            action = self.assertPlanned("B", "2026-03-16")
            self.assertIn("has not arrived", action.reason)
            self.assertIn("300.00", action.reason)
            self.assertIn("has not arrived", self.lines[0].dso_announced)
            self.assertIn(payment.name, self.lines[0].dso_announced)

    def test_what_comes_back(self):
        payment = self._register(self.moves, 300.0)
        self._plan("2026-03-06")
        self.assertNothingPlanned("excluded")
        payment.action_reject()
        self.env["dso.customer"]._cron_refresh()
        action = self.assertPlanned("A", "2026-03-06")
        self.assertEqual(action.amount, 300.0)
        self.assertIn("was returned", action.reason)
        self.assertIn(payment.name, action.reason)
        self.assertIn("was returned", self.lines[0].dso_announced)

    def test_validated_without_an_entry_is_received(self):
        payment = self._register(self.moves[0], 100.0)
        payment.action_validate()
        self.assertEqual(self.lines[0].amount_residual, 100.0)
        self._plan("2026-12-01")
        self.assertEqual(self._open_action().leader_line_id, self.lines[1])
        self.assertIn("received", self.lines[0].dso_announced)

    def test_received_and_booked_counts_once(self):
        """A payment of 30 that the bank's entry of 30 has booked since."""
        payment = self._register(self.moves[0], 30.0)
        line = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-09",
                "journal_id": self.company_data["default_journal_bank"].id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.lines.account_id.id,
                            "partner_id": self.partner.id,
                            "credit": 30.0,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_revenue"].id,
                            "debit": 30.0,
                        }
                    ),
                ],
            }
        )
        line.action_post()
        (self._line(line) | self.lines[0]).reconcile()
        self.assertEqual(payment.state, "paid")
        self.assertEqual(self.lines[0].amount_residual, 70.0)
        self.assertFalse(self.lines._dso_get_announced())

    def test_online_by_amount_and_not_for_ever(self):
        transaction = self._transact(self.moves[0], 30.0)
        self._plan("2026-03-06")
        self.assertEqual(self._open_action().amount, 270.0)
        self.assertIn(transaction.reference, self.lines[0].dso_announced)
        transaction.last_state_change = datetime(2025, 12, 1)
        self._plan("2026-03-06")
        self.assertEqual(self._open_action().amount, 300.0)

    def test_online_states(self):
        for state, announced in (
            ("draft", 0.0),
            ("pending", 30.0),
            ("authorized", 30.0),
            ("done", 30.0),
            ("cancel", 0.0),
            ("error", 0.0),
        ):
            transaction = self._transact(self.moves[0], 30.0, state)
            found = self.lines._dso_get_announced()
            self.assertEqual(sum(entry[1] for entry in found.values()), announced, state)
            transaction.is_post_processed = True
            if state == "done":
                self.assertFalse(self.lines._dso_get_announced())
            transaction.unlink()

    def test_online_that_fails_came_back(self):
        """With the provider's reason, in the agenda and in the history of the customer."""
        for number, (state, method, message, said) in enumerate(
            (
                ("pending", "_set_error", "Account closed (R02)", "Account closed (R02)"),
                ("authorized", "_set_canceled", "The authorisation expired", "expired"),
                ("pending", "_set_canceled", False, "was cancelled"),
                ("pending", "_set_error", "<b>Not\n honoured</b>", "<b>Not honoured</b>"),
            )
        ):
            with self.subTest(state=state, method=method):
                move = self._invoice("2026-03-01", 100.0 + number)
                line = self._line(move)
                transaction = self._transact(move, 60.0, state, reference=f"online {number}")
                self._plan("2026-03-06")
                self.assertFalse(line._dso_get_returned())
                notes = self._customer().message_ids
                getattr(transaction, method)(message or None)
                self.env["dso.customer"]._cron_refresh()
                self.assertFalse(line._dso_get_announced())
                _day, amount, _words = line._dso_get_returned()[line.id]
                self.assertEqual(amount, 60.0)
                action = self._open_action()
                self.assertEqual(action.amount, sum(self._open_lines().mapped("amount_residual")))
                note = html2plaintext((self._customer().message_ids - notes).body)
                for text in (action.reason, line.dso_announced, note):
                    self.assertIn("60.00 was returned on 03/06/2026", text)
                    self.assertIn(transaction.reference, text)
                    self.assertIn(said, text)
                # told once
                notes = self._customer().message_ids
                transaction.state = transaction.state
                self.assertEqual(self._customer().message_ids, notes)
                self.assertTrue(line._dso_get_returned())
                # nothing is said of what was paid another way
                move.button_draft()
                move.button_cancel()
                self.env["dso.customer"]._cron_refresh()
                self.assertNotIn(transaction.reference, self._open_action().reason)

    def _open_lines(self):
        return self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.partner.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )

    def test_what_was_never_announced_does_not_come_back(self):
        """A visitor gave up, or mistyped the card: nothing was on its way."""
        self._plan("2026-03-06")
        for method in ("_set_error", "_set_canceled"):
            notes = self._customer().message_ids
            transaction = self._transact(self.moves[0], 60.0, "draft", reference=method)
            getattr(transaction, method)("Card declined")
            self.assertFalse(self.lines._dso_get_returned())
            self.assertEqual(self._customer().message_ids, notes)
            self.assertNotIn("was returned", self._open_action().reason)

    def test_what_is_left_of_an_authorisation(self):
        """40 of 100 captured, and the rest given up: 60 came back, once."""
        parent = self._transact(self.moves[0], 100.0, "authorized")
        values = {"source_transaction_id": parent.id}
        self._transact(self.moves[0], 40.0, "done", **values, is_post_processed=True)
        void = self._transact(self.moves[0], 60.0, "draft", **values)
        void._set_canceled("Void")
        self.assertFalse(self.lines._dso_get_announced())
        _day, amount, _words = self.lines._dso_get_returned()[self.lines[0].id]
        self.assertEqual(amount, 60.0)

    def test_a_card_that_fails_is_no_debit_that_came_back(self):
        """Who lets us collect is not reminded because another payment failed."""
        self.moves[0].preferred_payment_method_line_id = self._debit_by("sepa_direct_debit")
        card = self._transact(self.moves[0], 100.0)
        card._set_error("Insufficient funds")
        found = self.lines._dso_get_announced()
        self.assertEqual(found[self.lines[0].id][1], 100.0)
        self.assertTrue(self.lines._dso_get_returned())
        # a debit by the provider that came back is one
        method = self.method.copy({"code": "bacs_direct_debit", "name": "Debit"})
        debit = self._transact(self.moves[0], 100.0, reference="debit", payment_method_id=method.id)
        debit._set_error("Refer to payer")
        self.assertFalse(self.lines._dso_get_announced())

    def test_part_captured(self):
        parent = self._transact(self.moves[0], 100.0, "authorized")
        self._transact(
            self.moves[0],
            40.0,
            "done",
            source_transaction_id=parent.id,
            is_post_processed=True,
        )
        self.assertEqual(self.lines._dso_get_announced()[self.lines[0].id][1], 60.0)

    def test_chosen_lines_of_a_page(self):
        """On the page 150 of two chosen items are paid: the older one first."""
        self._transact(
            self.moves[:2],
            150.0,
            dso_line_ids=[Command.set(self.lines[1:].ids)],
        )
        found = self.lines._dso_get_announced()
        self.assertEqual(
            {key: entry[1] for key, entry in found.items()},
            {self.lines[1].id: 100.0, self.lines[2].id: 50.0},
        )

    def test_in_another_currency(self):
        currency = self.setup_other_currency("GBP", rates=[("2026-01-01", 0.5)])
        self._transact(self.moves[0], 20.0, currency_id=currency.id)
        self.assertEqual(self.lines._dso_get_announced()[self.lines[0].id][1], 40.0)

    def test_an_accepted_answer(self):
        self.env["dso.customer"]._ensure_customers(self.company)
        page = (
            self.env["dso.page"]
            .sudo()
            .create(
                {
                    "customer_id": self._customer().id,
                    "recipient_ids": [Command.set(self.contact.ids)],
                    "emails": self.contact.email,
                    "purpose": "customer",
                    "digest": "d",
                    "expires_date": "2026-04-06 09:00:00",
                }
            )
        )
        answer = self.env["dso.page.answer"]._receive(
            page, {"key": "k", "kind": "processing", "line_ids": self.lines[0]}
        )
        self._plan("2026-03-06")
        self.assertEqual(self._open_action().amount, 300.0)
        answer.action_accept()
        self.env["dso.customer"]._cron_refresh()
        self.assertEqual(self._open_action().amount, 200.0)
        self.assertIn("answer", self.lines[0].dso_announced)

    def test_another_add_on_brings_its_own(self):
        announced = self.patch_announced(self.lines[0].id, ("2026-03-20", 100.0, "order 7"))
        with announced:
            self._plan("2026-03-06")
            self.assertEqual(self._open_action().leader_line_id, self.lines[1])
            self.assertIn("order 7", self.lines[0].dso_announced)

    def patch_announced(self, line_id, entry):
        from unittest.mock import patch

        from odoo.fields import Date

        Line = self.env.registry["account.move.line"]
        own = Line._dso_get_announced
        day, *others = entry

        def get(self):
            found = own(self)
            if line_id in self.ids:
                found[line_id] = (Date.to_date(day), *others)
            return found

        return patch.object(Line, "_dso_get_announced", get)

    def _debit_by(self, code):
        """A way of payment of the bank journal whose method has a code."""
        values = {"code": code, "payment_type": "inbound"}
        Method = self.env["account.payment.method"].sudo()
        domain = [(name, "=", value) for name, value in values.items()]
        method = Method.search(domain, limit=1) or Method.create({"name": "Debit", **values})
        return self.env["account.payment.method.line"].create(
            {
                "name": "Debit",
                "payment_method_id": method.id,
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )

    def test_a_customer_who_pays_by_direct_debit(self):
        """Odoo's own preferred payment method says so: no reminder before collection had its time,
        five working days after the due date."""
        self.partner.property_inbound_payment_method_line_id = self._debit_by("sepa_direct_debit")
        partner = self.partner
        self.moves.button_draft()
        self.moves.button_cancel()
        move = self._invoice("2026-03-03", partner=partner)
        self.assertEqual(
            move.preferred_payment_method_line_id, partner.property_inbound_payment_method_line_id
        )
        line = self._line(move)
        self._plan("2026-03-06")
        self.assertNothingPlanned("excluded")
        self.assertIn("direct debit", line.dso_announced)
        self.assertEqual(line.dso_excluded_reason, "Payment on its way")
        self.assertIn(line, line.search([("dso_excluded", "=", True)]))
        self._plan("2026-03-10")
        self.assertNothingPlanned("excluded")
        self._plan("2026-03-11")
        self.assertIn("has not arrived", self._open_action().reason)

    def test_which_methods_are_direct_debits(self):
        for code, debit in (
            ("sepa_direct_debit", True),
            ("bacs_direct_debit", True),
            ("sdd", True),
            ("sddx", False),
            ("manual", False),
        ):
            self.moves[0].preferred_payment_method_line_id = self._debit_by(code)
            self.assertEqual(bool(self.lines[0]._dso_get_announced()), debit, code)
            found = self.lines.search(self.lines._dso_get_announced_domain())
            self.assertEqual(self.lines[0] in found, debit, code)

    def test_an_invoice_that_is_to_be_debited_changes_the_agenda(self):
        self._plan("2026-03-06")
        self.assertEqual(self._open_action().amount, 300.0)
        self.moves[0].preferred_payment_method_line_id = self._debit_by("sepa_direct_debit")
        self.env["dso.customer"]._cron_refresh()
        self.assertEqual(self._open_action().amount, 200.0)
        self.moves[0].preferred_payment_method_line_id = False
        self.env["dso.customer"]._cron_refresh()
        self.assertEqual(self._open_action().amount, 300.0)

    def test_a_debit_that_came_back_is_chased(self):
        """At once: collection failed, nothing is awaited any more. A payment counts once."""
        self.moves[0].preferred_payment_method_line_id = self._debit_by("sepa_direct_debit")
        payment = self._register(self.moves[0], 30.0)
        found = self.lines._dso_get_announced()
        self.assertEqual(found[self.lines[0].id][1], 100.0)
        payment.action_reject()
        self.assertFalse(self.lines._dso_get_announced())
        self._plan("2026-03-06")
        action = self._open_action()
        self.assertEqual(action.amount, 300.0)
        self.assertIn("was returned", action.reason)

    def test_the_number_of_queries_does_not_depend_on_what_came_back(self):
        self.moves.preferred_payment_method_line_id = self._debit_by("sepa_direct_debit")
        self._register(self.moves[0], 100.0).action_reject()
        announced = self._count_queries(lambda: self.lines[:1]._dso_get_announced())
        returned = self._count_queries(lambda: self.lines[:1]._dso_get_returned())
        for move in self.moves[1:]:
            self._register(move, 60.0).action_reject()
            self._register(move, 40.0).action_reject()
            self._transact(move, 50.0, reference=move.name)._set_error("Closed")
        self.assertEqual(self._count_queries(lambda: self.lines._dso_get_announced()), announced)
        self.assertEqual(self._count_queries(lambda: self.lines._dso_get_returned()), returned)

    def test_the_number_of_queries_does_not_depend_on_the_number_of_items(self):
        self._register(self.moves[0], 100.0)
        few = self._count_queries(lambda: self.lines[:1]._dso_get_announced())
        self._register(self.moves[1], 30.0)
        self._transact(self.moves[2], 30.0)
        many = self._count_queries(lambda: self.lines._dso_get_announced())
        self.assertLessEqual(many, few + 3)
