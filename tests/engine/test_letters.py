"""Letters: the address shows whole in its window, and piles are sorted for folding."""

import pytest
from engine.letters import WINDOWS, default_window, folding_order, split_pages
from hypothesis import given, strategies as st

#: Envelopes: size, height of the folded sheet, window as (left, top, right, bottom); millimetres.
ENVELOPES = {
    # DIN lang 220 × 110, window of 90 × 45, 20 mm from the left and 15 mm from the bottom
    "din5008": ((220, 110), 105, (20, 50, 110, 95)),
    # DL 220 × 110, window of 100 × 35, 20 mm from the right and from the bottom
    "dl_right": ((220, 110), 99, (100, 55, 200, 90)),
}


@pytest.mark.parametrize("name", ENVELOPES)
@given(data=st.data())
def test_address_shows_wherever_the_sheet_slides(name, data):
    (width, height), folded, (left, top, right, bottom) = ENVELOPES[name]
    across = data.draw(st.floats(0, width - 210))
    down = data.draw(st.floats(0, height - folded))
    zone = WINDOWS[name]
    first = zone.top if zone.return_top is None else zone.return_top
    assert left <= zone.left + across
    assert zone.left + zone.width + across <= right
    assert top <= first + down
    assert zone.top + zone.height + down <= bottom


@pytest.mark.parametrize("name", WINDOWS)
def test_text_begins_below_the_window(name):
    zone = WINDOWS[name]
    assert zone.top + zone.height <= zone.body_top
    assert zone.folds[1] == 2 * zone.folds[0]


def test_window_of_a_country():
    assert default_window("FR") == "dl_right"
    assert default_window("AT") == "din5008"
    assert default_window(False) == "din5008"


def test_fewest_pages_first_then_customers():
    pile = [(1, 2, "Acme"), (2, 1, "Zulu"), (3, 1, "beta"), (4, 2, "acme"), (5, 10, "A")]
    assert folding_order(pile) == [3, 2, 1, 4, 5]


@given(
    st.lists(
        st.tuples(st.integers(), st.integers(1, 9), st.text()), unique_by=lambda letter: letter[0]
    ),
    st.randoms(),
)
def test_order_is_that_of_the_pile_however_it_comes(pile, random):
    expected = folding_order(pile)
    random.shuffle(pile)
    assert folding_order(pile) == expected
    pages = {key: number for key, number, _name in pile}
    assert [pages[key] for key in expected] == sorted(pages.values())


@given(st.lists(st.integers(1, 5)))
def test_pages_are_shared_out(lengths):
    marks = []
    for letter, length in enumerate(lengths):
        marks += [letter] + [None] * (length - 1)
    parts = split_pages(marks)
    assert [end - start for _letter, start, end in parts] == lengths
    assert [letter for letter, _start, _end in parts] == list(range(len(lengths)))


@pytest.mark.parametrize("marks", [[None], [None, "a"], ["a", "b", "a"]])
def test_pages_that_cannot_be_shared_out(marks):
    with pytest.raises(ValueError):
        split_pages(marks)
