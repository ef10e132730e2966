import random
from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from odoo.addons.dso_collection.tests.common import DsoCommon
from odoo.addons.dso_collection.tests.indicator.ledger_common import LedgerCommon

#: Days overdue as OCA's report splits them; what is older than 90 days is one bucket of ours.
BUCKETS = {
    "000": ("current",),
    "001": ("30_days",),
    "031": ("60_days",),
    "061": ("90_days",),
    "091": ("120_days", "older"),
}
# The edges of every bucket, as seen on 1 July 2026.
DUE = (
    ("2026-07-15", 10.01),
    ("2026-07-01", 20.02),
    ("2026-06-30", 30.03),
    ("2026-06-01", 40.04),
    ("2026-05-31", 50.05),
    ("2026-05-02", 60.06),
    ("2026-05-01", 70.07),
    ("2026-04-02", 80.08),
    ("2026-04-01", 90.09),
    ("2026-03-03", 100.10),
    ("2026-02-05", 110.11),
)


class FinancialReportCommon(DsoCommon):
    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.env.ref("account.group_account_user")

    def _read_theirs(self, partners, day="2026-07-01"):
        """OCA's report of receivables: {bucket: amount} of all accounts."""
        wizard = self.env["aged.partner.balance.report.wizard"].create(
            {
                "date_at": day,
                "company_id": self.company.id,
                "receivable_accounts_only": True,
                "partner_ids": [Command.set(partners.ids)],
            }
        )
        wizard.onchange_type_accounts_only()
        report = self.env["report.account_financial_report.aged_partner_balance"]
        # as JSON brings it from the browser
        data = {**wizard._prepare_report_data(), "date_at": day}
        values = report._get_report_values(wizard, data)
        keys = {key for names in BUCKETS.values() for key in names} | {"residual"}
        accounts = values["aged_partner_balance"]
        return {key: round(sum(account[key] for account in accounts), 2) for key in keys}


@tagged("post_install", "-at_install")
@freeze_time("2026-07-01 09:00")
class TestFinancialReport(FinancialReportCommon):
    """OCA's aged partner balance and the ageing of a customer's sheet are the same."""

    def _read_ours(self, partner):
        self._plan("2026-07-01", partner)
        customer = self._customer(partner).with_user(self.manager)
        return {entry["key"]: entry["amount"] for entry in customer.ageing}

    def test_to_the_cent(self):
        moves = [self._invoice(due, amount) for due, amount in DUE]
        # what was paid in part is as old as before
        self._pay(moves[4], "2026-06-10", 12.34)
        self._pay(moves[9], "2026-06-10", 99.99)
        self._pay(moves[10], "2026-06-10")
        theirs, ours = self._read_theirs(self.partner), self._read_ours(self.partner)
        for key, names in BUCKETS.items():
            with self.subTest(bucket=key):
                self.assertEqual(ours[key], round(sum(theirs[name] for name in names), 2))
        self.assertEqual(round(sum(ours.values()), 2), theirs["residual"])

    def test_credits(self):
        """They have an age there and none here: what is owed in all is the same."""
        self._invoice("2026-06-01", 100.0)
        self._credit(25.5, on="2026-05-01")
        theirs, ours = self._read_theirs(self.partner), self._read_ours(self.partner)
        customer = self._customer()
        self.assertEqual(sum(ours.values()), 100.0)
        self.assertEqual(theirs["residual"], 74.5)
        self.assertEqual(sum(ours.values()) - customer.credit_unallocated, theirs["residual"])

    def test_contacts(self):
        """An invoice to a contact: their report shows the contact, ours its company."""
        self._invoice("2026-06-01", 40.0, self.contact)
        self._invoice("2026-06-01", 60.0)
        theirs = self._read_theirs(self.partner | self.contact)
        self.assertEqual(self._read_ours(self.partner)["001"], theirs["30_days"])


@tagged("post_install", "-at_install")
@freeze_time("2027-06-01 09:00")
class TestAgeing(FinancialReportCommon, LedgerCommon):
    """OCA's aged partner balance and our ageing are the same on any day, credits included."""

    def _assert_alike(self, partners, day):
        self.env.flush_all()
        rows = (
            self.env["dso.ageing"]
            .with_user(self.manager)
            .with_context(dso_as_of=str(day))
            ._read_group([("partner_id", "in", partners.ids)], ["bucket"], ["amount:sum"])
        )
        ours, theirs = dict(rows), self._read_theirs(partners, str(day))
        for key, names in BUCKETS.items():
            expected = round(sum(theirs[name] for name in names), 2)
            self.assertAlmostEqual(ours.get(key, 0), expected, 2, f"{day} {key}")
        self.assertAlmostEqual(sum(ours.values()), theirs["residual"], 2)
        return theirs["residual"]

    def test_worked_example(self):
        for due, amount in DUE:
            self._invoice(due, amount, invoice_date="2026-01-15")
        self._pay(self.env["account.move"].search([("amount_total", "=", 50.05)]), "2026-07-02")
        self._credit(25.5, on="2026-05-01")
        total = round(sum(amount for _due, amount in DUE) - 25.5, 2)
        self.assertEqual(self._assert_alike(self.partner, "2026-07-01"), total)
        after = self._assert_alike(self.partner, "2026-07-02")
        self.assertEqual(after, round(total - 50.05, 2))

    def test_any_ledger(self):
        """Payments, credit notes, currencies and instalments, by chance."""
        seed = random.randrange(10**6)
        other = self.env["res.partner"].create({"name": "Other", "is_company": True})
        self._make_ledger(random.Random(seed), [self.partner, other])
        days = [day for day in self._get_days() if day <= date(2027, 6, 1)]
        self.assertGreater(len(days), 20)
        for day in days:
            for partners in (self.partner, other, self.partner | other):
                with self.subTest(seed=seed, day=day, partners=partners.mapped("name")):
                    self._assert_alike(partners, day)
