"""How wide a display is, as far as a page needs to know: tests/site/test_wide.py compares with a browser."""

from __future__ import annotations

import re

import pytest

from lessons.page import mathml

SUM = " + ".join(f"x_{{{number}}}" for number in range(14))


@pytest.mark.parametrize("tex", ["x", r"D_{\mathrm{KL}}(q \,\|\, p) \ge 0", r"\frac{1}{2}"])
def test_a_display_that_fits_everywhere_says_nothing(tex: str) -> None:
    html = mathml.typeset(tex, display=True)
    assert 'class="lesson-formula">' in html
    assert mathml.width(html) == 0


def test_a_wide_one_says_how_wide_its_widest_row_is_and_the_whole() -> None:
    html = mathml.typeset(rf"{SUM} = {SUM}", display=True)
    found = re.search(r'style="--row:(\d+);--ems:(\d+)"', html)
    assert found is not None
    row, whole = map(int, found.groups())
    assert row < whole / 4  # a long sum may go on in the next line before each sign
    assert mathml.width(html) == row


def test_a_row_that_cannot_break_is_as_wide_as_it_is() -> None:
    html = mathml.typeset(rf"\left( \frac12 + {SUM} \right)", display=True)
    assert 25 < mathml.width(html) < 40


def test_a_line_of_text_is_not_measured() -> None:
    assert "--ems" not in mathml.typeset(SUM)
