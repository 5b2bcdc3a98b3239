"""Tables on paper: what fits stays as it is, what is wide is set smaller, and what could not be read is told."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from lessons.page.extension import LessonError

Render = Callable[[str], str]
CARD = "/// flashcard | Which?\n    id: which\n\n{}\n///\n"


def table(columns: int, word: str) -> str:
    head = "|".join(f"head {number}" for number in range(columns))
    return f"|{head}|\n|{'---|' * columns}\n|{'|'.join([word] * columns)}|\n"


def fit(html: str) -> float:
    found = re.search(r'<table style="--fit:([\d.]+)">', html)
    return float(found[1]) if found else 1.0


def test_a_table_that_fits_is_left_alone(render: Render) -> None:
    html = render(table(3, "a few plain words"))
    assert "<table>" in html
    assert "<wbr" not in html


def test_a_wide_one_is_set_smaller_and_more_so_on_a_card(render: Render) -> None:
    wide = table(6, "unbreakable")
    assert fit(render(wide)) == 1
    assert 0.5 < fit(render(CARD.format(wide))) < 1
    assert 0.5 < fit(render(table(11, "unbreakable"))) < 1


def test_a_formula_counts_as_long_as_its_signs(render: Render) -> None:
    assert fit(render(table(2, "$a+b+c+d+e+f+g+h+i+j+k+l+m+n+o$"))) == 1
    assert fit(render(table(5, "$a+b+c+d+e+f+g+h+i+j+k+l+m+n+o$"))) < 1


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("mean_of_the_posterior", "mean_<wbr>of_<wbr>the_<wbr>posterior"),
        ("https-like/path/to-something", "https-<wbr>like/<wbr>path/<wbr>to-<wbr>something"),
        ("reconstructionNegativeLog", "reconstruction<wbr>Negative<wbr>Log"),
        ("**mean_of_the_posterior** after", "<strong>mean_<wbr>of_<wbr>the_<wbr>posterior</strong> after"),
        ("short_word", "short_word"),
        ("unbreakableunbreakable", "unbreakableunbreakable"),
    ],
)
def test_a_long_word_may_end_a_line_where_its_parts_are_joined(render: Render, word: str, parts: str) -> None:
    assert f"<td>{parts}</td>" in re.sub(r"<wbr ?/>", "<wbr>", render(table(1, word)))


@pytest.mark.parametrize(
    ("page", "line"), [(table(12, "unbreakable" * 2), 3), (CARD.format(table(8, "unbreakables")), 6)]
)
def test_one_that_could_not_be_read_is_told_at_its_line(render: Render, page: str, line: int) -> None:
    with pytest.raises(LessonError, match=rf"page\.md:{line}:1: L304 this table is so wide") as told:
        render(f"Words.\n\n{page}")
    assert "make two tables of it" in str(told.value)


@pytest.mark.parametrize("columns", [8, 12])
def test_the_repair_works(render: Render, columns: int) -> None:
    """Its columns as rows."""
    rows = "\n".join(f"|head {number}|unbreakables|" for number in range(columns))
    assert "<table>" in render(CARD.format(f"|what|which|\n|---|---|\n{rows}\n"))
