"""The demo ledger: ten months of invoices, credit notes and payments of two companies.

Everything is drawn from generators with fixed seeds, so that the same day gives the same ledger,
and every date is relative to today.
"""

import csv
import math
from collections import defaultdict
from datetime import timedelta
from random import Random

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import file_open

from ..tools.inside import inside
from ..tools.ledger import RECEIVABLE
from . import channels, company as company_data, forecasts, history, texts
from .company import record
from .entries import Entries

SEED = 20190

#: Nothing is announced to anybody and no PDF is printed while the past is being written.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_notrack": True,
    "skip_pdf_attachment_generation": True,
    **inside(dso_skip_plan=True),
    "lang": "en_US",
}

#: Entries are created with all their items: nothing is to be added to them.
COMPLETE = {
    "skip_invoice_sync": True,
    "skip_account_move_synchronization": True,
    "skip_is_manually_modified": True,
    "skip_analytic_sync": True,
}

#: How late customers pay: earliest, usual and latest day after the due date, and how often never.
DELAYS = {
    "prompt": (-4, 1, 9, 0.0),
    "normal": (-1, 10, 42, 0.03),
    "slow": (10, 34, 85, 0.07),
    "public": (12, 32, 90, 0.04),
    "bad": (25, 80, 180, 0.4),
}

HISTORY_DAYS = 300
PARTIAL_PAYMENTS = 20
ALLOCATED_CREDITS = 8
OPEN_CREDITS = 5

#: Customers with an open invoice that fell due exactly so many days ago.
DUE_DAYS_AGO = {
    "brevannes": 0,
    "wiesental": 0,
    "harrowgate": 0,
    "perigaud": 3,
    "ecluses": 6,
    "silberhirsch": 7,
    "delmas": 9,
    "mirabel": 12,
    "kittering": 17,
    "plume": 19,
    "alenquer": 21,
    "sauvageot": 22,
    "sieglinger": 23,
    "kesselring": 23,
    "lacombe": 24,
    "tilleuls": 24,
    "lindenhayn": 25,
    "copperlane": 25,
    "canal": 26,
    "tannhof": 29,
    "juniper": 33,
    "staubin": 41,
}


def load(env):
    """Load all demo data, unless it is there already."""
    if env.ref("dso_collection.demo_company", raise_if_not_found=False):
        return
    env = env(su=True, context={**env.context, **QUIET})
    today = fields.Date.context_today(env.user.with_context(tz="Europe/Paris"))
    meridian, meridian_uk = company_data.load_companies(env, today)
    # afterwards: a chart of accounts is translated when it is made, into every language there is
    company_data.load_languages(env)
    companies = meridian + meridian_uk
    users = company_data.load_users(env, companies)
    company_data.load_settings(env, today, companies, users)
    channels.load_settings(env, companies)
    customers = load_customers(env)
    shared = {
        "customers": customers,
        "terms": company_data.load_terms(env),
        "products": company_data.load_products(env, companies),
    }
    for company, key in ((meridian, "fr"), (meridian_uk, "uk")):
        habits = [row for row in read("habits.csv") if row["company"] == key]
        Book(env, company, habits, Random(f"{SEED} {key}"), today, **shared).fill()
    rng = Random(f"{SEED} history")
    history.load(env, companies, customers, read("habits.csv"), rng, today)
    forecasts.load(env, companies, Random(f"{SEED} forecasts"), today)


def read(name):
    """The lines of a table beside this file."""
    with file_open(f"dso_collection/demo/{name}") as table:
        return list(csv.DictReader(table))


def load_customers(env):
    """Make the customers and their contacts, by key."""
    customers = {}
    for row in read("customers.csv"):
        person = row["key"] == "leguerec"
        mailbox = "nolwenn" if person else "contact"
        customers[row["key"]] = record(
            env,
            f"demo_customer_{row['key']}",
            "res.partner",
            {
                "name": row["name"],
                "is_company": not person,
                "street": row["street"],
                "zip": row["zip"],
                "city": row["city"],
                "country_id": env.ref(f"base.{row['country']}").id,
                "lang": row["lang"],
                "ref": row["ref"],
                "phone": row["phone"],
                "dso_fax": row["fax"],
                "email": f"{mailbox}@{row['domain']}.example.com",
                "dso_collection_contact": person,
            },
        )
    domains = {row["key"]: row["domain"] for row in read("customers.csv")}
    values = []
    for row in read("contacts.csv"):
        mailbox, email = row["mailbox"], False
        if mailbox.startswith("!"):
            email = f"{mailbox[1:]}{domains[row['customer']]}.example.com"
        elif mailbox:
            email = f"{mailbox}@{domains[row['customer']]}.example.com"
        partner = customers[row["customer"]]
        values.append(
            {
                "parent_id": partner.id,
                "type": "contact",
                "name": row["name"],
                "function": row["function"],
                "lang": partner.lang,
                "email": email,
                "phone": row["phone"],
                "dso_collection_contact": row["dunning"] == "yes",
                **{
                    f"dso_serves_{way}": not row["serves"] or way in row["serves"].split()
                    for way in ("email", "phone", "post")
                },
            }
        )
    env["res.partner"].create(values)
    return customers


class Book:
    """Writes the ledger of one company, from the first invoice to the last payment."""

    def __init__(self, env, company, habits, rng, today, customers, terms, products):
        self.env = env(context={**env.context, "allowed_company_ids": company.ids, **COMPLETE})
        self.company = company.with_env(self.env)
        self.entries = Entries(self.company)
        self.habits = habits
        self.rng = rng
        self.today = today
        self.customers = customers
        self.terms = terms
        self.products = products
        self.pays = {customers[row["customer"]]: row["pays"] for row in habits}
        banks = self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "bank")]
        )
        self.banks = {(journal.currency_id or company.currency_id): journal for journal in banks}

    def fill(self):
        """Write everything, each kind of entry in one batch."""
        self._set_partner_terms()
        invoices = self._post_invoices()
        self._post_credit_notes(invoices)
        self._post_opening_balances()
        self._pay(invoices)
        self._post_unallocated_payments()

    def _set_partner_terms(self):
        for row in self.habits:
            partner = self.customers[row["customer"]].with_company(self.company)
            partner.property_payment_term_id = self.terms[row["terms"]]

    # ------------------------------------------------------------------
    # Invoices
    # ------------------------------------------------------------------

    def _post_invoices(self):
        values = [
            self._prepare_invoice(row, day) for row in self.habits for day in self._draw_days(row)
        ]
        values.sort(key=lambda vals: vals["invoice_date"])
        self.entries.number(sorted(values, key=lambda vals: (vals["invoice_date"], vals["ref"])))
        invoices = self.env["account.move"].create([self.entries.complete(vals) for vals in values])
        invoices.action_post()
        # A fresh database has no statistics yet, and posting payments looks up numbers a lot.
        self.env.flush_all()
        self.env.cr.execute("ANALYZE account_move, account_move_line, account_payment")
        return invoices

    def _draw_days(self, row):
        """Working days on which a customer was invoiced: more lately than long ago."""
        days = []
        for _number in range(self.rng.randint(3, 5)):
            day = self.today - timedelta(days=int(self.rng.betavariate(1.0, 2.1) * HISTORY_DAYS))
            days.append(day - timedelta(days=max(0, day.weekday() - 4)))
        if row["customer"] in DUE_DAYS_AGO:
            days[0] = self._get_day_of_open_invoice(row)
        return days

    def _get_day_of_open_invoice(self, row):
        """The day of the invoice that this customer has not paid."""
        return self.today - timedelta(days=30 + DUE_DAYS_AGO[row["customer"]])

    def _get_open_lines(self, lines):
        """The items that nobody paid, see ``DUE_DAYS_AGO``."""
        days = {
            self.customers[row["customer"]]: self._get_day_of_open_invoice(row)
            for row in self.habits
            if row["customer"] in DUE_DAYS_AGO
        }
        return lines.filtered(lambda line: days.get(line.partner_id) == line.invoice_date)

    def _prepare_invoice(self, row, day):
        partner = self.customers[row["customer"]]
        amount = float(row["size"]) * self.rng.lognormvariate(math.log(1500), 1.0)
        return {
            "move_type": "out_invoice",
            "company_id": self.company.id,
            "partner_id": partner.id,
            "currency_id": self.env.ref(f"base.{row['currency']}").id,
            "invoice_date": day,
            "date": day,
            "ref": f"PO {self.rng.randint(4100, 9899)}",
            "invoice_payment_term_id": self.terms[row["terms"]].id,
            # the customers know them: reminders say so of those that were never sent
            "is_move_sent": True,
            "invoice_line_ids": [
                Command.create(line) for line in self._draw_lines(min(max(amount, 80), 60000))
            ],
        }

    def _draw_lines(self, amount):
        """One to five lines of the catalogue that make up about this amount."""
        left = amount
        lines = []
        catalogue = list(self.products.values())
        for _number in range(self.rng.randint(1, 5)):
            affordable = [product for product in catalogue if product.list_price <= left]
            if not affordable:
                break
            weights = [product.list_price**0.7 for product in affordable]
            product = self.rng.choices(affordable, weights)[0]
            catalogue.remove(product)
            share = left * self.rng.uniform(0.4, 1.0)
            quantity = min(max(1, int(share // product.list_price)), 40)
            left -= quantity * product.list_price
            lines.append(
                {
                    "product_id": product.id,
                    "quantity": quantity,
                    "price_unit": product.list_price,
                }
            )
        return lines

    # ------------------------------------------------------------------
    # Credit notes
    # ------------------------------------------------------------------

    def _post_credit_notes(self, invoices):
        """Some credit notes settle their invoice, in full or in part; some nobody allocated."""
        company_share = len(self.habits) / 47
        spared = self.env["res.partner"].concat(*(self.customers[key] for key in DUE_DAYS_AGO))
        old_enough = invoices.filtered(
            lambda move: (
                25 <= (self.today - move.invoice_date).days <= 200 and move.partner_id not in spared
            )
        )
        count = math.ceil((ALLOCATED_CREDITS + OPEN_CREDITS) * company_share)
        credited = self.rng.sample(list(old_enough), count)
        allocated = math.ceil(ALLOCATED_CREDITS * company_share)
        moves = self.env["account.move"].create(
            [
                self.entries.complete(
                    self._prepare_credit_note(
                        invoice, full=position in (0, 3), allocated=position < allocated
                    )
                )
                for position, invoice in enumerate(credited)
            ]
        )
        # Odoo allocates a credit note to the invoice that it reverses.
        moves.action_post()

    def _prepare_credit_note(self, invoice, full, allocated):
        day = min(invoice.invoice_date + timedelta(days=self.rng.randint(6, 24)), self.today)
        lines = invoice.invoice_line_ids if full else invoice.invoice_line_ids[:1]
        return {
            "move_type": "out_refund",
            "company_id": self.company.id,
            "partner_id": invoice.partner_id.id,
            "currency_id": invoice.currency_id.id,
            "invoice_date": day,
            "date": day,
            "ref": f"{self.rng.choice(texts.CREDIT_REASONS)}, {invoice.name}",
            "reversed_entry_id": invoice.id if allocated else False,
            "invoice_payment_term_id": invoice.partner_id.property_payment_term_id.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": line.product_id.id,
                        "quantity": line.quantity if full else 1,
                        "price_unit": line.price_unit if full else line.price_unit * 0.4,
                    }
                )
                for line in lines
            ],
        }

    # ------------------------------------------------------------------
    # Opening balances
    # ------------------------------------------------------------------

    def _post_opening_balances(self):
        """Old invoices taken over as lines of a general entry: Odoo keeps them out of dunning
        until somebody includes them."""
        rows = [row for row in texts.OPENING_BALANCES if self.customers[row[0]] in self.pays]
        if not rows or self.company.currency_id.name != "EUR":
            return
        day = (self.today - relativedelta(months=rows[0][1])).replace(day=1)
        lines = []
        for key, _months, reference, amount, _paid in rows:
            partner = self.customers[key].with_company(self.company)
            lines.append(
                {
                    "name": f"Opening balance, invoice {reference}",
                    "partner_id": partner.id,
                    "account_id": partner.property_account_receivable_id.id,
                    "debit": amount,
                    "date_maturity": day - timedelta(days=12),
                }
            )
        lines.append(
            {
                "name": "Opening balance",
                "account_id": self.company.get_unaffected_earnings_account().id,
                "credit": sum(row[3] for row in rows),
            }
        )
        # not by its code, which is in the language of the installation
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "general")], limit=1
        )
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": day,
                "ref": "Opening balances of customers",
                "line_ids": [Command.create(line) for line in lines],
            }
        )
        move.action_post()
        paid = [
            (line, row[4])
            for line, row in zip(receivable(move).sorted("id"), rows, strict=True)
            if row[4]
        ]
        self._post_payments(
            [(line, amount, day + timedelta(days=40), line.name) for line, amount in paid]
        )

    # ------------------------------------------------------------------
    # Payments
    # ------------------------------------------------------------------

    def _pay(self, invoices):
        """Pay what each customer would have paid by today, on its two payment days a week."""
        groups = defaultdict(lambda: self.env["account.move.line"])
        late = []
        lines = receivable(invoices)
        kept_open = self._get_open_lines(lines)
        for line in lines.sorted(lambda line: (line.date_maturity, line.id)):
            if line.reconciled or line in kept_open:
                continue
            day = self._draw_payment_day(line)
            if day and day <= self.today:
                groups[line.partner_id, line.currency_id, day] |= line
            elif line.date_maturity < self.today - timedelta(days=5):
                late.append(line)
        payments = [
            (lines, None, day, "/".join(sorted(set(lines.mapped("move_name")))))
            for (_partner, _currency, day), lines in groups.items()
        ]
        count = math.ceil(PARTIAL_PAYMENTS * len(self.habits) / 47)
        big = [line for line in late if line.amount_residual_currency > 400]
        for line in self.rng.sample(big, min(count, len(big))):
            amount = line.amount_residual_currency * self.rng.uniform(0.2, 0.7)
            span = (self.today - line.date_maturity).days
            day = self.today - timedelta(days=self.rng.randint(0, min(span, 45)))
            memo = f"{line.move_name}, part payment"
            payments.append((line, round(amount / 50) * 50, day, memo))
        self._post_payments(payments)

    def _draw_payment_day(self, line):
        earliest, usual, latest, never = DELAYS[self.pays[line.partner_id]]
        if self.rng.random() < never:
            return None
        delay = round(self.rng.triangular(earliest, latest, usual))
        day = line.date_maturity + timedelta(days=delay)
        while day.weekday() not in (1, 3):
            day += timedelta(days=1)
        return day

    def _post_payments(self, rows):
        """Post payments in one batch and allocate them.

        :param rows: tuples of the lines to pay, the amount (``None``: all of it), day and memo
        """
        payments = self.env["account.payment"].create(
            [
                self._prepare_payment(
                    lines.partner_id,
                    lines.currency_id,
                    amount or sum(lines.mapped("amount_residual_currency")),
                    day,
                    memo,
                )
                for lines, amount, day, memo in rows
            ]
        )
        payments.action_post()
        self.env["account.move.line"]._reconcile_plan(
            [
                receivable(payment.move_id) + row[0]
                for payment, row in zip(payments, rows, strict=True)
            ]
        )

    def _prepare_payment(self, partner, currency, amount, day, memo):
        bank = self.banks.get(currency) or self.banks[self.company.currency_id]
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "company_id": self.company.id,
            "partner_id": partner.id,
            "currency_id": currency.id,
            "amount": amount,
            "date": day,
            "memo": memo,
            "journal_id": bank.id,
        }

    def _post_unallocated_payments(self):
        """Money that came in and that nobody could allocate."""
        currencies = {
            self.customers[row["customer"]]: self.env.ref(f"base.{row['currency']}")
            for row in self.habits
        }
        keys = [row["customer"] for row in self.habits]
        payments = self.env["account.payment"].create(
            [
                self._prepare_payment(
                    self.customers[key],
                    currencies[self.customers[key]],
                    amount,
                    self.today - timedelta(days=self.rng.randint(1, 25)),
                    memo,
                )
                for key, amount, memo in texts.UNALLOCATED
                if key in keys
            ]
        )
        payments.action_post()


def receivable(moves):
    """The receivable items of moves."""
    return moves.line_ids.filtered(lambda line: line.account_type == RECEIVABLE)
