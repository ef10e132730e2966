"""An empty value takes its sentence with it, and nothing else."""

import pytest
from engine import gaps, hashtags
from engine.hashtags import Block
from hypothesis import given, strategies as st

VALUES = {
    "none": "",
    "name": "Ann",
    "amount": "1,200.50 €",
    "comment": "Will pay. Sorry.",
    "table": "",
}

PIECES = [
    *("<p>", "</p>", "<b>", "</b>", "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>"),
    *("<li>", "<br/>", "#none", "#name", ". ", "Pay ", ": ", "(", ")", "&nbsp;", "\n"),
]


def plain(text):
    return hashtags.replace(text, VALUES.get)


def html(text, **values):
    return hashtags.replace_html(text, {**VALUES, "table": Block(""), **values}.get)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # sentences
        ("Thank you. We noted: #none. Call us.", "Thank you. Call us."),
        ("We noted: #none.", ""),
        ("Pay #amount now! Or call #none? Thanks.", "Pay 1,200.50 € now! Thanks."),
        ("#comment. We noted #none.", "Will pay. Sorry.."),
        ("Call us, Tel. #none. Bye.", "Bye."),
        ("Am 12. März kam #none. Danke.", "Danke."),
        ("Siehe z. B. #none. Danke.", "Danke."),
        ("Merci ! Tél. : #none. Cordialement", "Merci ! Cordialement"),
        # what stands for itself
        ("#none: #amount is overdue. Please pay.", "1,200.50 € is overdue. Please pay."),
        ("Dear #none, please pay #amount today.", "Please pay 1,200.50 € today."),
        ("Dear #none,", ""),
        ("We noted it (ref. #none). Bye.", "We noted it. Bye."),
        # lines
        ("Claire\n#none\nAcme", "Claire\nAcme"),
        ("Hello,\n\n#none\n\nBye.", "Hello,\n\nBye."),
        ("#name, #none", "Ann"),
        ("#none | #name", "Ann"),
        # subjects
        ("Reminder: #none overdue - Acme", "Reminder - Acme"),
        ("Reminder #none - Acme", "Acme"),
        ("Acme: #none", "Acme"),
        ("Formal notice to pay #none", ""),
        # nothing is missing
        ("Pay #amount. #comment", "Pay 1,200.50 €. Will pay. Sorry."),
    ],
)
def test_plain(text, expected):
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>Thank you. We noted: <b>#none</b>.</p>", "<p>Thank you. </p>"),
        ("<div><p>We noted: <b>#none</b>.</p></div>x", "x"),
        (
            "<p>Pay <b>#amount</b>. By <i>#none</i> at the latest.</p>",
            "<p>Pay <b>1,200.50 €</b>. </p>",
        ),
        ("<ul><li>Phone: #none</li><li>Fax: 1</li></ul>", "<ul><li>Fax: 1</li></ul>"),
        ("<ul><li>Phone: #none</li></ul><p>Bye</p>", "<p>Bye</p>"),
        ("<p>Claire<br/>#none<br/>Acme</p>", "<p>Claire<br/>Acme</p>"),
        ("<p>Claire<br>Tel. #none</p>", "<p>Claire</p>"),
        ("<p>Bye</p><p>Items: #table Thanks.</p>", "<p>Bye</p><p>Thanks.</p>"),
        ('<a href="#none">x</a><p>#none</p>', '<a href="#none">x</a>'),
        # rows
        (
            "<table><tr><td><p>Phone</p></td><td><p>#none</p></td></tr><tr><td>a</td></tr></table>",
            "<table><tr><td>a</td></tr></table>",
        ),
        # a layout is no row of values
        (
            "<table><tr><td>#none</td><td>Pay at once. We will sue.</td></tr></table>",
            "<table><tr><td></td><td>Pay at once. We will sue.</td></tr></table>",
        ),
        (
            "<table><tr><td><p>Dear all,</p><p>Status: #none</p><p>Pay.</p></td></tr></table>",
            "<table><tr><td><p>Dear all,</p><p>Pay.</p></td></tr></table>",
        ),
        (
            "<table><tr><td>Phone</td><td>#none</td><td>Name</td><td>#name</td></tr></table>",
            "<table><tr><td></td><td></td><td>Name</td><td>Ann</td></tr></table>",
        ),
    ],
)
def test_html(text, expected):
    assert html(text) == expected


def test_a_picture_stays():
    assert html('<p><img src="x"/>#none</p>') == '<p><img src="x"/></p>'


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_nothing_of_a_gap_is_left(pieces):
    text = "".join(pieces)
    for result in (plain(text), html(text)):
        assert not gaps.has_gap(result)
