"""Colours of a company on its pages: contrast, calculated by the published formula."""

import pytest
from engine import colors
from hypothesis import given, strategies as st


@pytest.mark.parametrize(
    ("color", "expected"),
    [
        ("#fff", (255, 255, 255)),
        ("875A7B", (135, 90, 123)),
        (" #00a09d ", (0, 160, 157)),
        ("#12345", None),
        ("rgb(1,2,3)", None),
        ("#fff; } </style><script>", None),
        ("", None),
        (None, None),
    ],
)
def test_parse(color, expected):
    assert colors.parse(color) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        # known borders of level AA on white
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast(one, other, expected):
    assert colors.contrast(one, other) == pytest.approx(expected, abs=0.01)
    assert colors.contrast(other, one) == colors.contrast(one, other)


@pytest.mark.parametrize("color", ["#875a7b", "#0055aa"])
def test_a_readable_colour_stays(color):
    assert colors.readable(color) == color


@given(st.integers(0, 0xFFFFFF))
def test_white_is_readable_on_every_colour(value):
    shade = colors.readable(f"#{value:06x}")
    assert colors.parse(shade)
    assert colors.contrast(shade, colors.WHITE) >= colors.MINIMUM


def test_what_is_no_colour_gives_a_readable_one():
    for text in ("", None, "red", "expression(alert(1))"):
        assert colors.contrast(colors.readable(text), colors.WHITE) >= colors.MINIMUM
