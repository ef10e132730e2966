"""Hashtags: found where a person typed one, replaced once, harmless whatever the values are."""

import time
from html.parser import HTMLParser

import pytest
from engine import hashtags
from engine.hashtags import Block
from hypothesis import example, given, strategies as st
from markupsafe import Markup

KNOWN = ["items_amount", "items_amount_selected", "items_list", "deadline", "name"]
TABLE = Block('<table class="t"><tr><td>1</td></tr></table>')
VALUES = {
    "items_amount": "100.00 €",
    "items_amount_selected": "40.00 €",
    "items_list": TABLE,
    "deadline": "14/03/2026",
    "name": "Smith & <b>Sons</b> #items_amount",
}

NASTY = ["#items_amount", "<script>alert(1)</script>", '"', "'", "&amp;", "</p>", "<", ">", "\n"]
nasty_text = st.lists(st.sampled_from(NASTY) | st.text(max_size=5), max_size=8).map("".join)


class Outline(HTMLParser):
    """What a browser makes of a text: elements, their attributes and the words outside of raw
    elements, and whether every element that was opened is closed in order."""

    VOID = ("br", "img", "hr")

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.words, self.faults = [], [], "", []
        self.feed(html)
        self.close()
        if self.open:
            self.faults.append(f"left open: {self.open}")

    def handle_starttag(self, tag, attrs):
        if tag == "table" and {"p", "h1", "b", "span", "a"} & set(self.open):
            self.faults.append(f"table inside {self.open}")
        self.elements.append((tag, tuple(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, tuple(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")

    def handle_data(self, data):
        self.words += data


# ------------------------------------------------------------------
# Which words are hashtags
# ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("#items_amount", ["items_amount"]),
        ("(#items_amount), #deadline.", ["items_amount", "deadline"]),
        ("#items_amount_selected", ["items_amount_selected"]),
        ("#items_amount_selectedX #items_amounté #itemsAmount", []),
        ("#a1_b2", ["a1_b2"]),
        ("#123 #1abc # #_x ##name", []),
        ("#f1f3f5 #fff #ABCDEF #decade01", []),
        ("#f1f3f5_a #fffff", ["f1f3f5_a", "fffff"]),
        ("https://x.example/#name http://x/a#name www.x.example/#name", []),
        ("mailto:a@x.example?subject=#name", []),
        ("path/#name, page#name, &#39; &#x27; &#name;", []),
        ("#name#deadline", ["name"]),
        ("", []),
        (None, []),
    ],
)
def test_what_a_hashtag_is(text, names):
    assert hashtags.find(text) == names


def test_longest_name_first():
    text = hashtags.replace("#items_amount_selected of #items_amount", VALUES.get)
    assert text == "40.00 € of 100.00 €"


def test_unknown_stays():
    assert hashtags.replace("#nobody, #deadline", VALUES.get) == "#nobody, 14/03/2026"
    assert hashtags.replace_html("<p>#nobody</p>", VALUES.get) == "<p>#nobody</p>"


def test_only_text_nodes():
    html = (
        "<style>#name { color: #fff }</style><a href=\"#name\" title='#name' data-x=#name>#name</a>"
        "<!-- #name --><script>go('#name')</script><!--[if mso]>#name<![endif]-->"
    )
    assert hashtags.find_html(html) == ["name"]
    result = hashtags.replace_html(html, VALUES.get)
    words = "Smith &amp; &lt;b&gt;Sons&lt;/b&gt; #items_amount"
    assert result == html.replace(">#name<", f">{words}<", 1)


def test_attributes_with_angle_brackets():
    html = '<a title="a > b #name">#deadline</a><b x = \'>\' y="#name">#deadline</b>'
    assert hashtags.find_html(html) == ["deadline", "deadline"]


def test_a_tag_without_end_is_no_text():
    html = '<p>#deadline</p><a title="#name'
    assert hashtags.find_html(html) == ["deadline"]
    assert hashtags.replace_html(html, VALUES.get) == '<p>14/03/2026</p><a title="#name'


def test_less_than_is_text():
    assert hashtags.replace_html("1 < 2 #deadline", VALUES.get) == "1 < 2 14/03/2026"


def test_line_ends():
    values = {"name": "1 High St\nLondon <W1>"}
    assert hashtags.replace("#name", values.get) == "1 High St\nLondon <W1>"
    assert hashtags.replace_html("#name", values.get) == "1 High St<br/>London &lt;W1&gt;"


def test_markup_is_kept():
    values = {"name": Markup("<i>x</i>")}
    assert hashtags.replace_html("<p>#name</p>", values.get) == "<p><i>x</i></p>"


# ------------------------------------------------------------------
# Blocks
# ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("#items_list", "T"),
        ("<div>#items_list</div>", "<div>T</div>"),
        ("<td>a #items_list b</td>", "<td>a T b</td>"),
        ("<p>#items_list</p>", "T"),
        ("<p> #items_list <br></p>", "T"),
        ("<p>a #items_list</p>", "<p>a </p>T"),
        ("<p>#items_list b</p>", "T<p> b</p>"),
        ('<p class="x">a #items_list b</p>', '<p class="x">a </p>T<p class="x"> b</p>'),
        (
            '<p id="i" lang="fr">a #items_list b</p>',
            '<p id="i" lang="fr">a </p>T<p lang="fr"> b</p>',
        ),
        (
            "<p>a <b>b #items_list c</b> d</p>",
            "<p>a <b>b </b></p>T<p><b> c</b> d</p>",
        ),
        ("<p><b><i>#items_list</i></b></p><p>x</p>", "T<p>x</p>"),
        ("<p><b>#items_list</b> d</p>", "T<p> d</p>"),
        ("<h1>a #items_list</h1>", "<h1>a </h1>T"),
        ("<p>#items_list#deadline</p>", "T<p>#deadline</p>"),
        ("<p>#items_list #items_list</p>", "TT"),
        ("<p>a<div>#items_list</div>", "<p>a<div>T</div>"),
        ("<p>#items_list<div>b</div>", "T<div>b</div>"),
        ("<ul><li><p>#items_list</p></li></ul>", "<ul><li>T</li></ul>"),
        ("<p><img src='x'>#items_list</p>", "<p><img src='x'></p>T"),
    ],
)
def test_block_in_words(html, expected):
    assert hashtags.replace_html(html, VALUES.get) == expected.replace("T", str(TABLE))


words = st.sampled_from(["a ", " ", " #items_list ", " #name ", "<br>", "&nbsp;"])
trees = st.recursive(
    words,
    lambda inner: st.tuples(st.sampled_from(["b", "span", "a"]), st.lists(inner, max_size=3)).map(
        lambda node: f"<{node[0]}>{''.join(node[1])}</{node[0]}>"
    ),
    max_leaves=6,
)
documents = st.lists(
    st.tuples(st.sampled_from(["p", "div", "td", "h1"]), st.lists(trees, max_size=3)).map(
        lambda node: f"<{node[0]}>{''.join(node[1])}</{node[0]}>"
    ),
    max_size=4,
).map("".join)


@given(documents)
@example("<p><b>#items_list</b><a></a></p>")
def test_blocks_give_valid_html(html):
    """Whatever surrounds it: every element is closed in order, and no table stands in words."""
    count = hashtags.find_html(html).count("items_list")
    result = hashtags.replace_html(html, VALUES.get)
    assert not Outline(result).faults
    assert result.count(str(TABLE)) == count


@given(documents)
def test_words_are_kept(html):
    """Nothing but hashtags is taken away: the words before and after are those of the text."""
    result = Outline(hashtags.replace_html(html, {"items_list": Block("<hr>"), "name": "n"}.get))
    expected = Outline(html).words.replace("#items_list", "").replace("#name", "n")
    squeeze = str.maketrans("", "", " \n\xa0")
    assert result.words.translate(squeeze) == expected.translate(squeeze)


# ------------------------------------------------------------------
# Values do no harm
# ------------------------------------------------------------------


@given(nasty_text)
@example("#items_amount")
@example("</td></p><script>alert(1)</script>")
def test_no_value_is_markup_or_hashtag(value):
    """A value is shown to the letter, whatever is in it, and nothing is replaced in it."""
    html = '<p title="#name">Dear #name, you owe <b>#items_amount</b></p>'
    values = {"name": value, "items_amount": "MONEY"}
    result = hashtags.replace_html(html, values.get)
    outline = Outline(result)
    shown = Outline(html.replace(">Dear #name,", ">Dear NAME,"))
    elements = [element for element in outline.elements if element[0] != "br"]
    assert elements == shown.elements
    assert result.count("MONEY") == 1 + value.count("MONEY")
    # nothing takes its sentence with it
    text = f"a {value} b" if value.strip() else ""
    assert hashtags.replace("a #name b", values.get) == text


@given(st.text() | nasty_text)
def test_text_without_known_hashtags_is_unchanged(text):
    assert hashtags.replace(text, {}.get) == text
    assert hashtags.replace_html(text, {}.get) == text


@given(st.lists(st.sampled_from(["#name", "#deadline", " ", "x", ", "]), max_size=9).map(" ".join))
def test_round_trip(text):
    """Values that are the hashtags themselves give the text back, also after a detour by marks."""
    same = {name: f"#{name}" for name in KNOWN}.get
    assert hashtags.replace(text, same) == text
    assert hashtags.replace_html(text, same) == text
    token = "tok3n"
    marked = hashtags.mark(text, token, KNOWN)
    assert "#" not in marked
    assert hashtags.replace(marked, same, hashtags.marked(token)) == text
    assert (
        hashtags.replace_html(hashtags.mark_html(text, token, KNOWN), same, hashtags.marked(token))
        == text
    )


def test_marks_tell_the_templates_own_hashtags():
    """What a value brings between marking and replacing is no hashtag."""
    source = hashtags.mark_html('<p title="#name">#name</p>VALUE', "tok3n", KNOWN)
    rendered = source.replace("VALUE", "#name #deadline")
    result = hashtags.replace_html(rendered, {"name": "Ann"}.get, hashtags.marked("tok3n"))
    assert result == '<p title="#name">Ann</p>#name #deadline'


@pytest.mark.parametrize("piece", ["<a ", "<!--", "&#", "#a", '<a b="', "<p><b>", "https:", "=\"'"])
def test_time_is_linear(piece):
    """A text made to be slow is not."""
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    hashtags.replace_html(text, {}.get)
    hashtags.find_html(text)
    assert time.process_time() - started < 2


# ------------------------------------------------------------------
# Unknown ones
# ------------------------------------------------------------------


def test_unknown_with_the_nearest():
    assert hashtags.unknown("Pay #item_amount or #item_amount by #deadline", KNOWN) == [
        ("item_amount", "items_amount")
    ]
    assert hashtags.unknown('<p style="color: #items">#dedline</p>', KNOWN, html=True) == [
        ("dedline", "deadline")
    ]


def test_capitals_are_unknown_but_never_words_of_others():
    assert hashtags.unknown("#Items_Amount #MeToo #FFF", KNOWN) == [
        ("Items_Amount", "items_amount")
    ]


@given(st.from_regex(r"[a-z][a-z0-9_]{0,30}", fullmatch=True))
def test_there_is_always_a_nearest(name):
    assert hashtags.nearest(name, KNOWN) in KNOWN


@given(st.sampled_from(KNOWN))
def test_known_ones_are_not_unknown(name):
    assert hashtags.unknown(f"<p>#{name}</p>", KNOWN, html=True) == []
