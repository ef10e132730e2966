"""Paying online on the customer's page, with Odoo's provider for demonstrations."""

import json
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..page_common import PageHttpCase


@tagged("post_install", "-at_install")
class TestPagePayment(PageHttpCase):
    """From ticked items to a payment that is reconciled with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._enable_payments()

    def _pay(self, lines):
        """Tick items and press the button."""
        form = self._get_form()
        data = [*form.items(), *(("item", str(line.id)) for line in lines)]
        return self.url_open(f"{self.path}/pay", data=data)

    def _call(self, selection, **values):
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.method.id,
            "token_id": None,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "https://elsewhere.example.com",
            "is_validation": False,
            **values,
        }
        return self._post_json(f"{self.path}/transaction/{selection}", values)

    def _post_json(self, url, values):
        data = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "call", "params": values})
        response = self.url_open(url, data=data, headers={"Content-Type": "application/json"})
        return response.json()

    def _transactions(self):
        return self.env["payment.transaction"].sudo().search([("dso_page_id", "=", self.page.id)])

    def test_ticked_items_are_paid_and_leave_the_agenda(self):
        """The late item has a planned reminder. Everything is paid by a real transaction of the
        demo provider and reconciled, and the agenda has no action of this customer any more."""
        action = self.customer.open_action_ids.filtered(lambda a: a.origin == "scenario")
        self.assertEqual(action.leader_line_id, self.late)

        claims = self.late | self.due_today | self.young
        response = self._pay(claims)
        self.assertEqual(response.status_code, 200)
        self.assertIn("Pay $ 170.00", " ".join(response.text.split()).replace("\xa0", " "))
        self.assertIn('data-amount="170.0"', response.text)
        selection = response.url.rpartition("/")[2]
        processing = self._call(selection, amount=170.0)["result"]
        transaction = self._transactions()
        self.assertEqual(
            (transaction.amount, transaction.currency_id, transaction.partner_id),
            (170, self.company.currency_id, self.partner),
        )
        self.assertEqual(transaction.invoice_ids, claims.move_id)
        self.assertEqual(transaction.landing_route, "/dso/p/paid")
        self.assertFalse(transaction.tokenize)

        self._post_json(
            "/payment/demo/simulate_payment",
            {
                "reference": processing["reference"],
                "payment_details": "4242",
                "simulated_state": "done",
            },
        )
        self.assertEqual(transaction.state, "done")
        self._post_json("/payment/status/poll", {})
        self.env.invalidate_all()
        self.assertTrue(transaction.payment_id)
        self.assertEqual(claims.mapped("reconciled"), [True] * 3)

        back = self.url_open("/dso/p/paid")
        self.assertEqual(back.url.partition("?")[0].rpartition("/")[2], self.token)
        text = " ".join(back.text.split()).replace("\xa0", " ")
        self.assertIn("your payment of $ 170.00 was received", text)
        self.assertNotIn(f'value="{self.late.id}"', back.text)

        self.env["dso.customer"]._cron_refresh()
        self.assertNotEqual(action.exists().state, "planned")
        self.assertFalse(self.customer.open_action_ids)
        self.assertEqual(self.page.state, "answered")
        self.assertIn("paid online", self.customer.message_ids[0].body)

    def test_a_later_instalment_alone(self):
        """Odoo would pay the first instalment: the one that was chosen is paid."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Two parts",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (5, 40)
                ],
            }
        )
        move = self._invoice(
            self._day(0),
            80,
            invoice_date=self._day(-10),
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )
        first, second = self._line(move).sorted("date_maturity")
        self._call(second.id, amount=40.0)
        self._transactions()._set_done()
        self._transactions()._post_process()
        self.assertTrue(second.reconciled)
        self.assertEqual(first.amount_residual, 40)

    def _early(self, amount, days_ago):
        """An invoice with 2 % off within 10 days, due after 30."""
        term = self.env["account.payment.term"].create(
            {
                "name": "2/10 net 30",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": "included",
                "line_ids": [(0, 0, {"value": "percent", "value_amount": 100, "nb_days": 30})],
            }
        )
        return self._line(
            self._invoice(
                self._day(30 - days_ago),
                amount,
                invoice_date=self._day(-days_ago),
                invoice_payment_term_id=term.id,
                invoice_date_due=False,
            )
        )

    def test_the_early_payment_discount(self):
        """1,000 with 2 % off within 10 days, on the 7th day: 980, and the page says until when.
        With another item: 980 and 20. Nothing is left open."""
        early = self._early(1000, 7)
        text = " ".join(self._get().text.split()).replace("\xa0", " ")
        until = early.discount_date.strftime("%m/%d/%Y")
        self.assertIn(f"$ 980.00 if paid by {until}", text)
        # 100 + 20 + 50 + 980, less 30
        self.assertIn("$ 1,120.00", text)
        self.assertIn('data-amount="980.0"', self._pay(early).text)
        self._call(f"{early.id}-{self.due_today.id}", amount=1000.0)
        transaction = self._transactions()
        transaction._set_done()
        transaction._post_process()
        self.assertTrue(early.reconciled and self.due_today.reconciled)
        self.assertFalse(self._line(transaction.payment_id.move_id).filtered("amount_residual"))

    def test_one_early_payment_alone(self):
        early = self._early(1000, 7)
        self._call(f"{early.id}", amount=980.0)
        self._transactions()._set_done()
        self._transactions()._post_process()
        self.assertTrue(early.reconciled)

    def test_the_discount_is_over(self):
        late = self._early(1000, 11)
        self.assertNotIn("if paid by", self._get().text)
        self.assertIn("error", self._call(f"{late.id}", amount=980.0))
        self.assertIn("result", self._call(f"{late.id}", amount=1000.0))

    def test_a_payment_under_way_counts_by_its_amount(self):
        """30 of 100 are pending: 70 can be paid, and all of it once it did not come."""
        self._call(f"{self.late.id}", amount=100.0)
        pending = self._transactions()
        pending._set_pending()
        self.assertIn("Payment under way", self._get().text)
        self.assertIn("error", self._call(f"{self.late.id}", amount=100.0))
        pending.amount = 30.0
        text = " ".join(self._get().text.split()).replace("\xa0", " ")
        self.assertIn("Payment of $ 30.00 under way", text)
        self.assertIn("result", self._call(f"{self.late.id}", amount=70.0))
        pending.last_state_change = fields.Datetime.now() - timedelta(days=90)
        self.assertIn("result", self._call(f"{self.late.id}", amount=100.0))

    def test_credits_left_out_are_not_set_off(self):
        dollar = self.company.currency_id
        self.refund.dso_ignored = True
        self.assertIn("result", self._call(f"all-{dollar.id}", amount=170.0))

    def test_what_is_no_invoice_is_paid_too(self):
        opening = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": self.today,
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "account_id": self.late.account_id.id,
                            "partner_id": self.partner.id,
                            "name": "OLD-7",
                            "debit": 33,
                            "date_maturity": self._day(-3),
                        },
                    ),
                    (
                        0,
                        0,
                        {
                            "account_id": self.company_data["default_account_revenue"].id,
                            "credit": 33,
                        },
                    ),
                ],
            }
        )
        opening.action_post()
        line = self._line(opening)
        self._call(f"{line.id}-{self.late.id}", amount=133.0)
        transaction = self._transactions()
        self.assertIn("OLD-7", transaction.reference)
        transaction._set_done()
        transaction._post_process()
        self.assertTrue(line.reconciled and self.late.reconciled)

    def test_the_amount_is_the_servers(self):
        for amount in (1.0, 119.99, None, "120", [120]):
            with self.subTest(amount):
                self.assertIn("error", self._call(f"{self.late.id}", amount=amount))
        self.assertFalse(self._transactions())

    def test_only_items_of_the_page(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self._item(-3, 5, partner_id=stranger.id)
        self.assertIn("error", self._call(f"{foreign.id}", amount=5.0))
        # as if they were not ticked
        self._call(f"{foreign.id}-{self.late.id}", amount=100.0)
        self.assertEqual(self._transactions().dso_line_ids, self.late)
        self.assertEqual(self._get(f"/pay/{foreign.id}").status_code, 422)
        self.assertEqual(self._get(f"/pay/{self.refund.id}").status_code, 422)

    def test_one_currency_at_a_time(self):
        currency = self.setup_other_currency("EUR")
        other = self._item(-3, 7, currency_id=currency.id)
        response = self._pay(self.late | other)
        self.assertEqual(response.status_code, 422)
        self.assertIn("Only items in the same currency", response.text)
        self.assertIn("error", self._call(f"{self.late.id}-{other.id}", amount=107.0))
        offers = self._open().xpath("//aside//a[contains(@href, '/pay/')]/@href")
        ends = {href.rpartition("/")[2] for href in offers}
        dollar = self.company.currency_id
        self.assertEqual(ends, {f"overdue-{dollar.id}", f"all-{dollar.id}", f"all-{currency.id}"})
        # 100 + 20 + 50, less the credit note of 30
        self._call(f"all-{dollar.id}", amount=140.0)
        claims = self.late | self.due_today | self.young
        self.assertEqual(self._transactions().dso_line_ids, claims | self.refund)
        self.assertEqual(self._transactions().invoice_ids, claims.move_id)

    def test_other_ways_of_paying_are_refused(self):
        token = (
            self.env["payment.token"]
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "payment_details": "4242",
                    "partner_id": self.partner.id,
                    "provider_ref": "saved",
                }
            )
        )
        self.assertNotIn("4242", self._get(f"/pay/{self.late.id}").text)
        other = self.provider.copy({"state": "disabled", "company_id": self.company.id})
        cases = [
            {"flow": "token", "token_id": token.id},
            {"provider_id": other.id},
            {"payment_method_id": 0},
            {"custom_create_values": {"amount": 1}},
            {"partner_id": self.env.user.partner_id.id},
        ]
        for values in cases:
            with self.subTest(values):
                self.assertIn("error", self._call(f"{self.late.id}", amount=100.0, **values))
        self.assertFalse(self._transactions())

    def test_not_twice(self):
        """What is being paid cannot be paid again, and says so."""
        self._call(f"{self.late.id}", amount=100.0)
        self._transactions()._set_pending()
        self.assertIn("error", self._call(f"{self.late.id}", amount=100.0))
        self.assertEqual(self._get(f"/pay/{self.late.id}").status_code, 422)
        self.assertIn("Payment under way", self._get().text)
        self.assertIn("is being processed", self._get("?paid=1").text)

    def test_without_a_provider(self):
        self.provider.state = "disabled"
        text = self._get().text
        self.assertNotIn("online", text)
        self.assertEqual(self._get(f"/pay/{self.late.id}").status_code, 422)

    def test_a_closed_link_pays_nothing(self):
        self.page.action_revoke()
        self.assertIn("error", self._call(f"{self.late.id}", amount=100.0))
        self.assertEqual(self._get(f"/pay/{self.late.id}").status_code, 404)
        self.assertFalse(self._transactions())

    def test_the_link_is_written_nowhere(self):
        self._get(f"/pay/{self.late.id}")
        self._call(f"{self.late.id}", amount=100.0)
        transaction = self._transactions()
        values = transaction.read()[0]
        self.assertNotIn(self.token, str(values))
