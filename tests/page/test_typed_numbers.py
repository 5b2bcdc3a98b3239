"""What readers type for a number: one table for the reader here and for the page's script (site/test_answers.py)."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.page import typed
from lessons.page.typed import Typed

TABLE = json.loads((Path(__file__).parents[1] / "typed.json").read_text(encoding="utf-8"))


def test_the_table_is_large() -> None:
    assert len(TABLE) > 100
    assert len({text for text, _ in TABLE}) == len(TABLE)


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_each_is_read_as_it_was_meant_or_told(text: str, expected: Any) -> None:
    found = typed.read(text)
    if isinstance(expected, str):
        assert found == expected
    else:
        assert isinstance(found, Typed)
        assert found.value == pytest.approx(expected["value"], rel=1e-15)
        assert found.places == (math.inf if expected["places"] == "exact" else expected["places"])
        assert found.unit == expected["unit"]


@given(st.text(max_size=20))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    found = typed.read(text)
    assert isinstance(found, str) or math.isfinite(found.value)


@given(st.floats(-1e6, 1e6), st.integers(0, 9))
def test_a_rounded_figure_is_read_as_that_number(value: float, places: int) -> None:
    text = f"{value:.{places}f}"
    for written in (text, text.replace(".", ","), text.replace("-", "−"), f" ≈ {text} nats"):
        found = typed.read(written)
        assert isinstance(found, Typed)
        assert (found.value, found.places) == (float(text), places)


def test_slips_too_near_are_named_with_what_they_are_near() -> None:
    slips = {"same": 0.318, "near": 0.3205, "far": 0.322, "twin": 0.3222, "wide": 1.0}
    assert typed.too_near(0.318, slips, 3) == {"same": "", "near": "", "twin": "far"}
    assert typed.too_near(0.318, slips, 5) == {"same": ""}
    assert typed.too_near(0.318, {}, 3) == {}
