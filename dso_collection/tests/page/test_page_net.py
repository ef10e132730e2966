"""What the customer's page asks for, and what it calls the things it lists: calculated by hand.

Open are 100 (10 days overdue), 20 (due today), 50 (not due yet), and a credit note of 30.
"""

import json

from odoo import Command
from odoo.tests import tagged

from ..page_common import PageHttpCase


class PageNetCase(PageHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._enable_payments()

    def _offers(self):
        """{scope: what the page asks for} in dollars"""
        result = {}
        for link in self._open().xpath("//aside//a[contains(@href, '/pay/')]"):
            scope, _dash, currency = link.get("href").rpartition("/")[2].partition("-")
            if currency == str(self.company.currency_id.id):
                text = " ".join(link.text_content().split()).replace("\ufeff", "")
                result[scope] = text.replace("\xa0", " ").partition("$ ")[2]
        return result

    def _dispute(self, line, amount=0.0):
        self.env["dso.item.qualify"].with_user(self.collector).create(
            {
                "line_ids": [Command.set(line.ids)],
                "status_id": self.env.ref("dso_collection.status_dispute_price").id,
                "amount": amount,
                "comment": "Too dear",
            }
        ).action_apply()

    def _pay_on_account(self, amount, memo="RENT MARCH"):
        """Money that came in without saying for what."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.partner.id,
                "amount": amount,
                "memo": memo,
                "date": self.today,
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        return self._line(payment.move_id)

    def _entry(self, amount, label="OLD-7", **values):
        other = self.company_data["default_account_revenue"]
        item = {
            "account_id": self.late.account_id.id,
            "partner_id": self.partner.id,
            "name": label,
            "date_maturity": self.today,
            "debit": max(amount, 0),
            "credit": max(-amount, 0),
        }
        balance = {"account_id": other.id, "debit": max(-amount, 0), "credit": max(amount, 0)}
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": self.today,
                "line_ids": [Command.create(item), Command.create(balance)],
                **values,
            }
        )
        move.action_post()
        return self._line(move)

    def _rows(self):
        """{item id: the words of its row}"""
        rows = {}
        for row in self._open().xpath("//tbody/tr[.//input]"):
            text = " ".join(row.text_content().split()).replace("\ufeff", "").replace("\xa0", " ")
            rows[int(row.xpath(".//input/@value")[0])] = text
        return rows


@tagged("post_install", "-at_install")
class TestPageNet(PageNetCase):
    def test_credits_are_deducted(self):
        # 100 - 30; 100 + 20 + 50 - 30
        self.assertEqual(self._offers(), {"overdue": "70.00", "all": "140.00"})

    def test_payments_on_account_are_deducted(self):
        self._pay_on_account(15)
        self.assertEqual(self._offers(), {"overdue": "55.00", "all": "125.00"})

    def test_disputes_are_not_asked_for(self):
        self._dispute(self.young)
        # 100 - 30; 100 + 20 - 30
        self.assertEqual(self._offers(), {"overdue": "70.00", "all": "90.00"})
        self._dispute(self.late)
        # what is overdue is in dispute, the credit is more than nothing: 20 - 30
        self.assertEqual(self._offers(), {})

    def test_a_part_in_dispute(self):
        self._dispute(self.late, 40)
        # (100 - 40) - 30; (100 - 40) + 20 + 50 - 30
        self.assertEqual(self._offers(), {"overdue": "30.00", "all": "100.00"})

    def test_a_credit_in_dispute_is_not_set_off(self):
        self.refund.sudo()._dso_set_status(self.env.ref("dso_collection.status_dispute_price"))
        self.assertEqual(self._offers(), {"overdue": "100.00", "all": "170.00"})

    def test_covered(self):
        self._pay_on_account(500)
        self.assertEqual(self._offers(), {})
        response = self._get(f"/pay/all-{self.company.currency_id.id}")
        self.assertEqual(response.status_code, 422)
        self.assertIn("nothing is left to pay", response.text)

    def test_each_currency_by_itself(self):
        currency = self.setup_other_currency("EUR")
        self._item(-3, 7, currency_id=currency.id)
        self.assertEqual(self._offers(), {"overdue": "70.00", "all": "140.00"})
        ends = self._open().xpath("//aside//a[contains(@href, '/pay/')]")
        foreign = [link for link in ends if link.get("href").endswith(f"-{currency.id}")]
        self.assertEqual(len(foreign), 1)
        self.assertIn("7.00", foreign[0].text_content())

    def test_what_is_asked_is_what_is_paid(self):
        """The page, the form and the transaction say the same; afterwards nothing but the dispute
        is open."""
        on_account = self._pay_on_account(15)
        self._dispute(self.late, 40)
        selection = f"all-{self.company.currency_id.id}"
        self.assertEqual(self._offers()["all"], "85.00")
        self.assertIn('data-amount="85.0"', self._get(f"/pay/{selection}").text)
        payment = self.page.sudo()._prepare_payment(selection)
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "reference": "net",
                    "amount": payment["amount"],
                    "currency_id": payment["currency"].id,
                    "partner_id": self.partner.id,
                    **self.page.sudo()._prepare_transaction(payment),
                }
            )
        )
        transaction._set_done()
        transaction._post_process()
        settled = self.due_today | self.young | self.refund | on_account
        self.assertEqual(settled.mapped("reconciled"), [True] * 4)
        self.assertEqual(self.late.amount_residual, 40)
        self.assertEqual(self._offers(), {})

    def test_ticked_credits_are_deducted(self):
        selection = f"{self.late.id}-{self.refund.id}"
        self.assertEqual(self.page.sudo()._prepare_payment(selection)["amount"], 70)

    def test_a_disputed_item_can_be_ticked(self):
        self._dispute(self.late)
        self.assertEqual(self.page.sudo()._prepare_payment(str(self.late.id))["amount"], 100)

    # ------------------------------------------------------------------
    # Everything is called what it is
    # ------------------------------------------------------------------

    def test_kinds(self):
        payment = self._pay_on_account(15)
        back = self._pay_on_account(9)
        misc = self._entry(33)
        opening = self._entry(44, "Balance of last year")
        # as the wizard that opens the books does
        self.company.account_opening_move_id = opening.move_id
        exchange = self._entry(
            -0.5, "Exchange", journal_id=self.company.currency_exchange_journal_id.id
        )
        rows = self._rows()
        self.assertIn("Payment on account", rows[payment.id])
        self.assertNotIn("Credit note", rows[payment.id])
        self.assertIn("Credit note", rows[self.refund.id])
        self.assertNotIn("Payment on account", rows[self.refund.id])
        self.assertNotIn("Invoice", rows[self.late.id])
        self.assertIn("OLD-7", rows[misc.id])
        self.assertIn("Opening balance", rows[opening.id])
        self.assertIn("Exchange difference", rows[exchange.id])
        self.assertIn("Payment on account", rows[back.id])
        self.assertEqual(
            [line._dso_get_kind() for line in (payment, misc, opening, exchange, self.late)],
            ["payment", "entry", "opening", "exchange", "invoice"],
        )

    def test_references(self):
        payment = self._pay_on_account(15)
        misc = self._entry(33, ref="Internal: he lies")
        self.late.move_id.ref = "PO 4711"
        rows = self._rows()
        self.assertIn("Your reference: PO 4711", rows[self.late.id])
        self.assertIn("Payment reference: RENT MARCH", rows[payment.id])
        self.assertNotIn("Your reference", rows[payment.id])
        self.assertNotIn("he lies", rows[misc.id])

    def test_statement_names_payments(self):
        """E-mails, letters and the statement say of a credit what it is."""
        payment = self._pay_on_account(15)
        customer = self.customer.with_context(lang="en_US")
        lines = payment | self.refund
        table = str(customer._prepare_statement(lines, "en_US")["items_table"])
        self.assertEqual(
            (table.count("(Payment on account)"), table.count("(Credit note)")), (1, 1)
        )

    def test_an_accepted_dispute_is_shown_as_one(self):
        status = self.env.ref("dso_collection.status_dispute_quality")
        self._answer("dispute", self.late, reason=str(status.id), comment="Broken")
        self.page.answer_ids.with_user(self.collector).action_accept()
        self.assertIn("In dispute", self._rows()[self.late.id])
        self.assertNotIn("days overdue", self._rows()[self.late.id])
        # the collector gives it another reason, or says something about it: still one
        self._dispute(self.late)
        self.assertIn("In dispute", self._rows()[self.late.id])
        self.late.sudo()._dso_resolve()
        self.assertNotIn("In dispute", self._rows()[self.late.id])

    def test_a_dispute_of_a_part(self):
        status = self.env.ref("dso_collection.status_dispute_quality")
        self._answer(
            "dispute", self.late, reason=str(status.id), comment="Broken", amount_dispute="40"
        )
        self.page.answer_ids.with_user(self.collector).action_accept()
        self.assertIn("In dispute: $ 40.00", self._rows()[self.late.id])


@tagged("post_install", "-at_install")
class TestPaymentStatus(PageNetCase):
    """Odoo's page after paying."""

    def _start_paying(self):
        params = {
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/",
            "is_validation": False,
            "amount": 100.0,
        }
        self.url_open(
            f"{self.path}/transaction/{self.late.id}",
            data=json.dumps({"jsonrpc": "2.0", "id": 1, "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )

    def test_of_the_company_that_is_paid(self):
        first = self.env.ref("base.public_user").sudo().company_id
        self.assertNotEqual(first, self.company)
        self._start_paying()
        text = self.url_open("/payment/status").text
        self.assertIn("Payment Status", text)
        self.assertIn(self.company.name, text)
        self.assertNotIn(f'/logo.png?company={first.id}"', text)
        self.assertNotIn(f"Logo of {first.name}", text)

    def test_in_the_language_of_the_page(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.page.sudo().lang = "de_DE"
        self._start_paying()
        text = self.url_open("/payment/status").text
        self.assertIn('lang="de-DE"', text)
        self.assertIn("100,00", text)
