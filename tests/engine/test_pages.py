"""Links of interactive pages, what strangers hand in, reminders of colleagues."""

from datetime import date, datetime, timedelta

import pytest
from engine import pages
from hypothesis import given, strategies as st

NOW = datetime(2026, 3, 6, 9, 0)


@pytest.mark.parametrize(
    ("expires", "revoked", "expected"),
    [
        (NOW + timedelta(seconds=1), None, True),
        (NOW, None, False),
        (NOW - timedelta(days=1), None, False),
        (NOW + timedelta(days=30), NOW - timedelta(days=1), False),
    ],
)
def test_open(expires, revoked, expected):
    assert pages.is_open(expires, revoked, NOW) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Proof.pdf", "Proof.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\scan.png", "scan.png"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("<img src=x onerror=alert(1)>.png", "img src=x onerror=alert(1).png"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("", "file"),
        ("...", "file"),
        (None, "file"),
        ("x" * 200 + ".pdf", "x" * 76 + ".pdf"),
    ],
)
def test_names(name, expected):
    assert pages.clean_file_name(name) == expected


@given(st.text(max_size=300))
def test_names_are_always_harmless(name):
    clean = pages.clean_file_name(name)
    assert 0 < len(clean) <= pages.MAX_FILE_NAME
    assert not set(clean) & set('/\\<>"\x00\n\r\u202e')
    assert clean not in (".", "..")


@pytest.mark.parametrize(
    ("name", "size", "head", "expected"),
    [
        ("a.pdf", 10, b"%PDF-1.4", None),
        ("a.PDF", 10, b"%PDF-1.4", None),
        ("a.pdf", 0, b"", "empty"),
        ("a.pdf", pages.MAX_FILE_SIZE, b"%PDF-1.4", None),
        ("a.pdf", pages.MAX_FILE_SIZE + 1, b"%PDF-1.4", "too_big"),
        ("a.html", 10, b"<html>", "type"),
        ("a.svg", 10, b"<svg>", "type"),
        ("a.exe", 10, b"MZ", "type"),
        ("a", 10, b"%PDF-", "type"),
        ("a.pdf.html", 10, b"%PDF-", "type"),
        ("a.png", 10, b"<svg xmlns", "content"),
        ("a.jpg", 10, b"\x89PNG\r\n\x1a\n", "content"),
        ("a.txt", 10, b"Paid on Monday", None),
        ("a.txt", 10, b"  <script>alert(1)</script>", "content"),
        ("a.txt", 10, b"\xef\xbb\xbf<!DOCTYPE html>", "content"),
        ("a.csv", 10, b"a;b\x00c", "content"),
        ("a.xlsx", 10, b"PK\x03\x04", None),
    ],
)
def test_files(name, size, head, expected):
    assert pages.check_file(name, size, head) == expected


def test_kept_types_are_never_pages():
    """Whatever is accepted, no browser runs it."""
    kept = {pages.get_file_type(f"a.{extension}") for extension in pages.FILE_TYPES}
    assert not {kind for kind in kept if "html" in kind or "svg" in kind or "script" in kind}
    assert pages.get_file_type("a.svg") is None


def test_promises_by_hand():
    """180 days after 6 March 2026: 25 + 30 + 31 + 30 + 31 + 31 = 178 at 31 August, 2 September."""
    today = date(2026, 3, 6)
    assert pages.check_promise(None, today) == "missing"
    assert pages.check_promise(date(2026, 3, 5), today) == "past"
    assert pages.check_promise(today, today) is None
    assert pages.check_promise(date(2026, 9, 2), today) is None
    assert pages.check_promise(date(2026, 9, 3), today) == "far"


def test_reminders_by_hand():
    """Asked on Monday 2 March, every 3 days, twice: 5 and 8 March, escalated on the 11th."""
    asked = date(2026, 3, 2)
    assert pages.next_reminder(asked, 0, 3, 2) == (date(2026, 3, 5), None)
    assert pages.next_reminder(asked, 1, 3, 2) == (date(2026, 3, 8), None)
    assert pages.next_reminder(asked, 2, 3, 2) == (None, date(2026, 3, 11))
    assert pages.next_reminder(asked, 0, 0, 2) == (None, None)


@given(st.integers(0, 10), st.integers(0, 30), st.integers(0, 5))
def test_reminders_are_one_or_the_other(reminders, every, maximum):
    reminder, escalation = pages.next_reminder(date(2026, 3, 2), reminders, every, maximum)
    assert not (reminder and escalation)
    assert every == 0 or reminder or escalation


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", ("items", None, {12})),
        ("12-7-12", ("items", None, {7, 12})),
        ("all-1", ("all", 1, set())),
        ("overdue-33", ("overdue", 33, set())),
        ("all", None),
        ("all-x", None),
        ("", None),
        ("-", None),
        ("1--2", None),
        ("1,2", None),
        ("\u0661", None),
        ("1234567890", None),
    ],
)
def test_selections(text, expected):
    assert pages.parse_selection(text) == (expected and pages.Selection(*expected))


def test_no_more_items_than_a_payment_takes():
    many = [str(number) for number in range(pages.MAX_PAID + 1)]
    assert pages.parse_selection("-".join(many)) is None
    assert len(pages.parse_selection("-".join(many[1:])).ids) == pages.MAX_PAID


@pytest.mark.parametrize(
    ("wanted", "count", "expected"),
    [
        (None, 0, (1, 1)),
        ("2", 50, (1, 1)),
        ("2", 51, (2, 2)),
        ("0", 500, (1, 10)),
        ("-3", 500, (1, 10)),
        ("99", 500, (10, 10)),
        ("abc", 500, (1, 10)),
        (3, 500, (3, 10)),
    ],
)
def test_pages_of_a_list(wanted, count, expected):
    assert pages.get_page(wanted, count) == expected


@given(st.text(max_size=20), st.integers(0, 100_000))
def test_a_page_always_exists(wanted, count):
    number, last = pages.get_page(wanted, count)
    assert 1 <= number <= last
    assert (last - 1) * pages.ROWS < max(count, 1) <= last * pages.ROWS


@pytest.mark.parametrize(
    ("text", "point", "expected"),
    [
        ("170", ".", 170.0),
        ("170.5", ".", 170.5),
        (".5", ".", 0.5),
        ("1,234", ".", 1234.0),
        ("1.234", ".", 1.234),
        ("1.234", ",", 1234.0),
        ("1,234", ",", 1.234),
        ("12,50", ".", 12.5),
        ("12.50", ",", 12.5),
        ("1.234.567", ",", 1234567.0),
        ("1,00,000.25", ".", 100000.25),
        ("1'234.50", ".", 1234.5),
        ("1\u202f234,50\u00a0", ",", 1234.5),
        ("1,2.3,4", ".", None),
        ("0", ".", None),
        ("0,00", ",", None),
        ("-5", ".", None),
        ("+5", ".", None),
        ("1e3", ".", None),
        ("1_000", ".", None),
        ("nan", ".", None),
        ("inf", ".", None),
        ("\u0661", ".", None),
        ("9" * 21, ".", None),
        ("5 EUR", ".", None),
        (",", ",", None),
        ("", ".", None),
    ],
)
def test_amounts_as_people_type_them(text, point, expected):
    assert pages.parse_amount(text, point) == expected


@given(st.decimals(min_value="0.01", max_value="999999999.99", places=2), st.sampled_from(".,"))
def test_amounts_survive_their_own_format(amount, point):
    """As a language writes them, with its thousands apart, they are what they were."""
    text = f"{amount:,.2f}"
    if point == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    assert pages.parse_amount(text, point) == float(amount)


@given(st.text(max_size=30), st.sampled_from(".,"))
def test_amounts_are_finite_and_positive(text, point):
    amount = pages.parse_amount(text, point)
    assert amount is None or 0 < amount < 10**pages.MAX_AMOUNT


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:ffff:ffff:ffff", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("<script>", "unknown"),
        (None, "unknown"),
    ],
)
def test_networks(address, expected):
    assert pages.get_network(address) == expected


@given(st.text(max_size=200), st.integers(0, 50))
def test_texts_can_always_be_kept(text, limit):
    for clean in (pages.clean_text(text, limit), pages.clean_line(text, limit)):
        assert len(clean) <= limit
        assert "\x00" not in clean
        clean.encode()
    assert "\n" not in pages.clean_line(text, limit)


@given(st.text(max_size=20))
def test_ids_are_such_that_databases_know(text):
    number = pages.to_id(text)
    assert number is None or (0 <= number < 2**31 and str(number) == text.lstrip("0").rjust(1, "0"))


@given(st.lists(st.text(max_size=5), max_size=5), st.lists(st.text(max_size=5), max_size=5))
def test_keys_tell_answers_apart(one, other):
    same = pages.make_key("form", one) == pages.make_key("form", other)
    assert same == (one == other)
    assert pages.make_key("form", one) != pages.make_key("another", one)
    assert len(pages.make_key("form", one)) == 64
