"""Interest and recovery cost: the published worked examples, then what must always hold."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from engine.penalties import (
    Claim,
    Open,
    Payment,
    Rate,
    Rule,
    Tier,
    apply_credits,
    is_late,
    open_on,
    rate_on,
    recovery_cost,
    recovery_costs,
    round_half_up,
    round_parts,
    segments,
    total,
)
from hypothesis import given, settings, strategies as st

DAY = timedelta(days=1)
#: Each half-year's rates as published, see the module's data.
ECB = (
    Rate(date(2024, 7, 1), 4.25),
    Rate(date(2025, 1, 1), 3.15),
    Rate(date(2025, 7, 1), 2.15),
    Rate(date(2026, 1, 1), 2.15),
)
GERMAN = (Rate(date(2025, 1, 1), 2.27), Rate(date(2025, 7, 1), 1.27), Rate(date(2026, 1, 1), 1.27))
BOE = (
    Rate(date(2024, 12, 31), 4.75),
    Rate(date(2025, 6, 30), 4.25),
    Rate(date(2025, 12, 31), 3.75),
)
UK_TIERS = (Tier(0.0, 40.0), Tier(1000.0, 70.0), Tier(10000.0, 100.0))
EU = Rule(8.0, ECB, recovery_cost=40.0, recovery_per="invoice")
FRANCE = Rule(10.0, ECB, recovery_cost=40.0, recovery_per="invoice")
GERMANY = Rule(9.0, GERMAN, recovery_cost=40.0)
UK = Rule(8.0, BOE, eve=True, fixed_at_start=True, tiers=UK_TIERS)


def claim(due, amount, *payments, **values):
    return Claim(1, due, amount, tuple(Payment(*payment) for payment in payments), **values)


def interest(claim_, rule, until, since=None):
    return total(segments(claim_, rule, until, since), 0.01)


# ----------------------------------------------------------------------
# Published examples
# ----------------------------------------------------------------------


class TestPublishedExamples:
    def test_gov_uk(self):
        """gov.uk: 1,000 at 8.5 %, 50 days: 85 / 365 = 23p a day (rounded) x 50 = 11.50; not
        rounded before the end, 11.64."""
        debt = claim(date(2026, 1, 1), 1000.0)
        part = segments(debt, Rule(8.5), date(2026, 2, 20))[0]
        assert part.days == 50
        a_day = round_half_up(Decimal(str(part.base)) * Decimal(str(part.rate)) / 36500, 0.01)
        assert (a_day, round(a_day * part.days, 2)) == (0.23, 11.50)
        assert interest(debt, Rule(8.5), date(2026, 2, 20)) == 11.64

    def test_paidnice(self):
        """paidnice: 5,000 at 12.25 %, 101 days: 1.68 x 101 = 169.68, + 70 = 239.68; not rounded
        before the end, 169.49."""
        debt = claim(date(2026, 1, 1), 5000.0)
        rule = Rule(12.25, tiers=UK_TIERS)
        until = date(2026, 1, 1) + timedelta(days=101)
        (part,) = segments(debt, rule, until)
        assert part.days == 101
        a_day = round_half_up(Decimal("5000") * Decimal("12.25") / 36500, 0.01)
        assert round(a_day * part.days, 2) == 169.68
        assert interest(debt, rule, until) == 169.49
        assert recovery_costs([debt], rule, until) == {1: 70.0}

    def test_lexing(self):
        """lexing.law: 10,000, three months at 10.25 %: about 256 (a quarter of a year is 256.25;
        91 days are 255.55)."""
        debt = claim(date(2025, 12, 31), 10000.0)
        found = interest(debt, Rule(10.25), date(2026, 4, 1))
        assert found == 255.55
        assert found == pytest.approx(10000 * 0.1025 / 4, abs=1.0)

    def test_rates_in_force(self):
        """Second half of 2025 and first of 2026: EU 10.15, France 12.15, Germany 10.27."""
        for day in (date(2025, 7, 1), date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30)):
            assert rate_on(EU, day).rate == 10.15
            assert rate_on(FRANCE, day).rate == 12.15
            assert rate_on(GERMANY, day).rate == 10.27
            assert not rate_on(EU, day).assumed

    def test_uk_tiers(self):
        """40 below 1,000; 70 from 1,000 to 9,999.99; 100 from 10,000, per debt."""
        costs = [recovery_cost(UK, amount) for amount in (0.01, 999.99, 1000, 9999.99, 10000, 5e6)]
        assert costs == [40, 40, 70, 70, 100, 100]


# ----------------------------------------------------------------------
# Days
# ----------------------------------------------------------------------


class TestDays:
    def test_runs_from_the_day_after(self):
        debt = claim(date(2026, 3, 1), 36500.0)
        assert segments(debt, Rule(10.0), date(2026, 3, 1)) == []
        (part,) = segments(debt, Rule(10.0), date(2026, 3, 2))
        assert (part.start, part.end, part.days, part.interest) == (
            date(2026, 3, 2),
            date(2026, 3, 2),
            1,
            10.0,
        )

    def test_leap_years_have_365_days_too(self):
        """29 February counts as a day, the divisor stays."""
        debt = claim(date(2024, 2, 28), 36500.0)
        assert interest(debt, Rule(1.0), date(2024, 3, 1)) == 2.0

    def test_rounded_once(self):
        """Three segments of 0.333...: together 1.00, not 3 x 0.33."""
        debt = claim(date(2026, 1, 1), 10.0, (date(2026, 1, 2), 0.001), (date(2026, 1, 3), 0.001))
        rule = Rule(36500 / 30)
        parts = segments(debt, rule, date(2026, 1, 4))
        assert [round(part.interest, 2) for part in parts] == [0.33, 0.33, 0.33]
        assert total(parts, 0.01) == 1.0

    def test_unit_of_the_currency(self):
        debt = claim(date(2026, 1, 1), 1000.0)
        parts = segments(debt, Rule(8.5), date(2026, 2, 20))
        assert [total(parts, unit) for unit in (1.0, 0.05, 0.001)] == [12.0, 11.65, 11.644]


# ----------------------------------------------------------------------
# Payments
# ----------------------------------------------------------------------


class TestPayments:
    debt = claim(date(2026, 1, 31), 1000.0, (date(2026, 2, 10), 400.0))

    def test_partial_payment_splits_and_does_not_restart(self):
        """1,000 for 1 to 10 February, 600 from the 11th on: no fresh period of grace."""
        parts = segments(self.debt, Rule(7.3), date(2026, 3, 2))
        assert [(part.start, part.end, part.base) for part in parts] == [
            (date(2026, 2, 1), date(2026, 2, 10), 1000.0),
            (date(2026, 2, 11), date(2026, 3, 2), 600.0),
        ]
        # 1,000 x 7.3 % x 10 / 365 = 2.00; 600 x 7.3 % x 20 / 365 = 2.40
        assert total(parts, 0.01) == 4.40

    def test_paying_the_principal_does_not_lose_the_interest(self):
        paid = claim(date(2026, 1, 31), 1000.0, (date(2026, 2, 10), 1000.0))
        for until in (date(2026, 2, 10), date(2026, 2, 11), date(2027, 1, 1)):
            assert interest(paid, Rule(7.3), until) == 2.0
            assert recovery_costs([paid], GERMANY, until) == {1: 40.0}

    def test_paid_in_time(self):
        for when in (date(2026, 1, 5), date(2026, 1, 31)):
            paid = claim(date(2026, 1, 31), 1000.0, (when, 1000.0))
            assert segments(paid, EU, date(2026, 12, 31)) == []
            assert recovery_costs([paid], EU, date(2026, 12, 31)) == {}

    def test_payment_after_the_day_does_not_count(self):
        assert interest(self.debt, Rule(7.3), date(2026, 2, 5)) == 1.0

    def test_overpaid_is_never_negative(self):
        paid = claim(date(2026, 1, 31), 100.0, (date(2026, 2, 1), 150.0))
        assert open_on(paid, date(2026, 2, 2)) == 0.0
        assert [part.days for part in segments(paid, Rule(5.0), date(2026, 3, 1))] == [1]


# ----------------------------------------------------------------------
# Rates
# ----------------------------------------------------------------------


class TestRates:
    def test_split_where_the_rate_changes(self):
        """Due 20 June 2025: 10 days at 11.15 %, then 10.15 % from 1 July on, unbroken by the new
        year, whose rate is the same."""
        debt = claim(date(2025, 6, 20), 10000.0)
        parts = segments(debt, EU, date(2026, 1, 31))
        assert [(part.start, part.end, part.days, part.rate) for part in parts] == [
            (date(2025, 6, 21), date(2025, 6, 30), 10, 11.15),
            (date(2025, 7, 1), date(2026, 1, 31), 215, 10.15),
        ]
        # 10,000 x (11.15 x 10 + 10.15 x 215) / 36,500 = 30.5479 + 597.8767
        assert total(parts, 0.01) == 628.42

    def test_fixed_at_start(self):
        """UK: due 30 June 2025, interest starts on 1 July: the base rate of 30 June, for ever."""
        debt = claim(date(2025, 6, 30), 1000.0)
        (part,) = segments(debt, UK, date(2026, 6, 30))
        assert (part.rate, part.days, total([part], 0.01)) == (12.25, 365, 122.5)
        earlier = claim(date(2025, 6, 29), 1000.0)
        (part,) = segments(earlier, UK, date(2026, 6, 30))
        assert part.rate == 12.75, "it started on 30 June: the rate of 31 December 2024"

    def test_fixed_at_start_holds_for_days_charged_later(self):
        debt = claim(date(2025, 6, 29), 1000.0)
        (part,) = segments(debt, UK, date(2026, 6, 30), since=date(2026, 3, 1))
        assert (part.rate, part.start) == (12.75, date(2026, 3, 2))

    def test_the_eve_decides_in_the_uk(self):
        """A change on 1 January itself is too late for the half-year."""
        rates = (*BOE, Rate(date(2026, 1, 1), 1.0))
        assert rate_on(UK._replace(reference=rates), date(2026, 2, 1)).rate == 11.75
        assert rate_on(Rule(8.0, rates), date(2026, 2, 1)).rate == 9.0

    def test_changes_within_a_half_year_wait_for_the_next(self):
        rates = (Rate(date(2026, 1, 1), 2.0), Rate(date(2026, 3, 1), 3.0))
        rule = Rule(8.0, rates)
        assert [rate_on(rule, date(2026, month, 1)).rate for month in (3, 6, 7)] == [10, 10, 11]

    def test_missing_rate_is_assumed_and_said(self):
        known = rate_on(EU, date(2026, 7, 1))
        assert (known.rate, known.assumed, known.reference_date) == (10.15, True, date(2026, 1, 1))
        parts = segments(claim(date(2026, 6, 20), 1000.0), EU, date(2026, 7, 10))
        assert [part.assumed for part in parts] == [False, True]

    def test_before_the_first_rate(self):
        known = rate_on(EU, date(2020, 1, 1))
        assert (known.rate, known.assumed) == (12.25, True)

    def test_no_rate_at_all_is_no_interest(self):
        assert rate_on(Rule(8.0, ()), date(2026, 1, 1)) is None
        assert segments(claim(date(2026, 1, 1), 100.0), Rule(8.0, ()), date(2026, 3, 1)) == []

    def test_sums_of_rates_are_exact(self):
        """1.27 + 9 is 10.27, not 10.2700000001."""
        assert str(rate_on(GERMANY, date(2026, 1, 1)).rate) == "10.27"


# ----------------------------------------------------------------------
# Recovery cost
# ----------------------------------------------------------------------


class TestRecoveryCost:
    first = Claim(1, date(2026, 1, 31), 600.0, invoice_id=7)
    second = Claim(2, date(2026, 2, 28), 600.0, invoice_id=7)
    other = Claim(3, date(2026, 2, 28), 50.0, invoice_id=8)

    def costs(self, rule, on, *claims):
        return recovery_costs(claims or (self.second, self.first, self.other), rule, on)

    def test_per_item(self):
        """Germany: also per instalment."""
        assert self.costs(GERMANY, date(2026, 2, 1)) == {1: 40.0}
        assert self.costs(GERMANY, date(2026, 3, 1)) == {1: 40.0, 2: 40.0, 3: 40.0}

    def test_per_invoice(self):
        """CJEU C-585/20: per unpaid invoice, even when claimed together."""
        assert self.costs(EU, date(2026, 3, 1)) == {1: 40.0, 2: 0.0, 3: 40.0}

    def test_tiers_per_invoice_look_at_the_invoice(self):
        rule = UK._replace(recovery_per="invoice")
        assert self.costs(rule, date(2026, 2, 1)) == {1: 40.0}
        assert self.costs(rule, date(2026, 3, 1)) == {1: 70.0, 2: 0.0, 3: 40.0}

    def test_debt_is_what_was_late(self):
        """Half of it paid before the due date: the rest is the debt."""
        debt = claim(date(2026, 1, 31), 1500.0, (date(2026, 1, 15), 600.0))
        assert self.costs(UK, date(2026, 3, 1), debt) == {1: 40.0}
        later = claim(date(2026, 1, 31), 1500.0, (date(2026, 2, 15), 600.0))
        assert self.costs(UK, date(2026, 3, 1), later) == {1: 70.0}

    def test_tiers_in_another_currency(self):
        """900 of a currency worth 1.2 of the rule's: 1,080."""
        assert self.costs(UK, date(2026, 3, 1), claim(date(2026, 1, 31), 900.0, exchange=1.2)) == {
            1: 70.0
        }

    def test_below_the_first_tier_the_flat_cost(self):
        rule = Rule(8.0, recovery_cost=15.0, tiers=(Tier(100.0, 40.0),))
        assert [recovery_cost(rule, amount) for amount in (99.99, 100)] == [15.0, 40.0]

    def test_due_today_is_not_late(self):
        assert self.costs(EU, date(2026, 1, 31)) == {}


# ----------------------------------------------------------------------
# What must always hold
# ----------------------------------------------------------------------

START = date(2024, 1, 1)
#: A slow machine is no failure.
bounded = settings(deadline=None)
days = st.integers(0, 500).map(lambda number: START + timedelta(days=number))
cents = st.integers(1, 10_000_000).map(lambda number: number / 100)
rates = st.one_of(
    st.sampled_from([EU, FRANCE, GERMANY, UK]),
    st.integers(0, 3000).map(lambda number: Rule(number / 100)),
)
payments = st.lists(st.tuples(days, cents).map(lambda pair: Payment(*pair)), max_size=4)
claims = st.tuples(days, cents, payments).map(
    lambda drawn: Claim(1, drawn[0], drawn[1], tuple(drawn[2]))
)


def exact(parts):
    return sum(part.interest for part in parts)


@bounded
@given(claims, rates, days, days)
def test_splitting_a_period_gives_the_sum(debt, rule, middle, until):
    middle, until = sorted((middle, until))
    parts = segments(debt, rule, middle) + segments(debt, rule, until, since=middle)
    assert exact(parts) == pytest.approx(exact(segments(debt, rule, until)))
    assert sum(part.days for part in parts) == sum(
        part.days for part in segments(debt, rule, until)
    )


@settings(bounded, max_examples=40)
@given(claims, rates, days)
def test_day_by_day(debt, rule, until):
    """The sum over single days, written down anew."""
    result, day = 0.0, debt.due_date + DAY
    while day <= until:
        paid = sum(payment.amount for payment in debt.payments if payment.date < day)
        base = max(0.0, debt.amount - paid)
        at = debt.due_date + DAY if rule.fixed_at_start else day
        result += base * rate_on(rule, at).rate / 100 / 365
        day += DAY
    assert exact(segments(debt, rule, until)) == pytest.approx(result, abs=1e-6)


@bounded
@given(claims, rates, days, days)
def test_never_falls_with_time(debt, rule, first, second):
    first, second = sorted((first, second))
    assert interest(debt, rule, first) <= interest(debt, rule, second)


@bounded
@given(claims, rates, st.integers(0, 400))
def test_nothing_before_due(debt, rule, early):
    on = debt.due_date - timedelta(days=early)
    assert segments(debt, rule, on) == []
    assert recovery_costs([debt], rule, on) == {}


@bounded
@given(claims, rates, days, days, cents)
def test_a_payment_never_raises_and_never_takes_back(debt, rule, until, when, amount):
    """Interest up to the day of a payment stays; after it, it can only be less."""
    more = debt._replace(payments=(*debt.payments, Payment(when, amount)))
    assert interest(more, rule, until) <= interest(debt, rule, until)
    if until <= when:
        assert interest(more, rule, until) == interest(debt, rule, until)


@bounded
@given(claims, rates, days, st.sampled_from([0.01, 0.05, 1.0]))
def test_printed_parts_add_up(debt, rule, until, rounding):
    parts = segments(debt, rule, until)
    printed = round_parts([part.interest for part in parts], rounding)
    assert len(printed) == len(parts)
    assert sum(printed) == pytest.approx(total(parts, rounding))
    for part, shown in zip(parts, printed, strict=True):
        assert abs(part.interest - shown) <= rounding + 1e-9


@bounded
@given(claims, rates, days)
def test_segments_are_in_order_and_differ(debt, rule, until):
    parts = segments(debt, rule, until)
    for part, following in zip(parts, parts[1:], strict=False):
        assert part.end < following.start
        assert part.end + DAY < following.start or (part.base, part.rate, part.assumed) != (
            following.base,
            following.rate,
            following.assumed,
        )
    for part in parts:
        assert part.days == (part.end - part.start).days + 1 > 0
        assert part.base > 0 and debt.due_date < part.start and part.end <= until
    assert bool(parts) == is_late(debt, until)


@bounded
@given(st.lists(st.tuples(claims, st.integers(1, 3)), max_size=8), days)
def test_one_cost_per_late_invoice(drawn, on):
    debts = [
        debt._replace(id=number, invoice_id=invoice) for number, (debt, invoice) in enumerate(drawn)
    ]
    late = {debt.invoice_id for debt in debts if is_late(debt, on)}
    costs = recovery_costs(debts, EU, on)
    assert sum(costs.values()) == 40.0 * len(late)
    assert set(costs) == {debt.id for debt in debts if is_late(debt, on)}


# Credits that nobody has matched yet


def test_money_that_came_before_the_due_date_stops_all_interest():
    """1000 due 20 January, 1000 received on the 15th and not matched, on 20 February: 0."""
    due = date(2026, 1, 20)
    paid = apply_credits([Open(1, due, 1000.0), Open(2, date(2026, 1, 15), -1000.0)])
    claim = Claim(1, due, 1000.0, paid[1])
    assert segments(claim, Rule(11.0), date(2026, 2, 20)) == []
    assert not is_late(claim, date(2026, 2, 20))


def test_unmatched_credits_pay_the_oldest_claim_first():
    paid = apply_credits(
        [
            Open(1, date(2026, 2, 1), 300.0),
            Open(2, date(2026, 1, 1), 100.0),
            Open(3, date(2026, 2, 10), -150.0),
            Open(4, date(2026, 1, 20), -30.0),
        ]
    )
    first, second = Payment(date(2026, 1, 20), 30.0), Payment(date(2026, 2, 10), 70.0)
    assert paid == {2: (first, second), 1: (Payment(date(2026, 2, 10), 80.0),)}
