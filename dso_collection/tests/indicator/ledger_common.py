"""A ledger of anything that ledgers have, by chance."""

from datetime import date, timedelta

from odoo import Command

from ..common import DsoCommon

START = date(2026, 8, 1)


class LedgerCommon(DsoCommon):
    @classmethod
    def _make_ledger(cls, chance, partners=None, moves=25):
        """Invoices and credit notes, in two currencies, some in instalments; paid in part, in full
        or not at all. From 1 August 2026 on, for seven months.

        :param chance: ``random.Random``
        """
        currency = cls.setup_other_currency("EUR", rates=[("2026-01-01", 2), ("2026-10-01", 3)])
        thirds = cls.env["account.payment.term"].create(
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
        for number in range(moves):
            day = START + timedelta(days=chance.randrange(120))
            values = {}
            if chance.random() < 0.3:
                values["currency_id"] = currency.id
            if chance.random() < 0.3:
                values["invoice_payment_term_id"] = thirds.id
            if chance.random() < 0.2:
                values["move_type"] = "out_refund"
            amount = chance.randrange(1, 100000) / 100
            move = cls._invoice(
                day + timedelta(days=chance.randrange(60)),
                amount,
                partners and partners[number % len(partners)],
                invoice_date=day,
                **values,
            )
            if chance.random() < 0.6:
                paid = day + timedelta(days=chance.randrange(90))
                part = None if chance.random() < 0.5 else round(amount * chance.random() + 0.01, 2)
                cls._pay(move, paid, part)

    @classmethod
    def _get_days(cls):
        """Days before, within and after that time."""
        return [START + timedelta(days=number) for number in range(0, 220, 9)]

    @classmethod
    def _get_booked(cls):
        """Everything on the company's receivable accounts."""
        return cls.env["account.move.line"].search(
            [
                ("company_id", "=", cls.company.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
