"""How late a customer pays: the six months that are looked at."""

from datetime import date

import pytest
from engine.behaviour import window


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 3, 1), date(2025, 9, 1)),
        (date(2026, 6, 30), date(2025, 12, 30)),
        (date(2024, 8, 30), date(2024, 2, 29)),
        (date(2026, 8, 30), date(2026, 2, 28)),
    ],
)
def test_window(today, first):
    assert window(today) == (first, today)
