"""What the block `variants` says of an exercise's numbers, and what is wrong with it, before anything runs."""

from __future__ import annotations

import pytest

from lessons.page import grids, source

PAGE = """```{{python}}
{code}
```

/// exercise | E
    id: e

What?
///

/// variants
{lines}
///

/// solution
So.
///
"""


def read(code: str, lines: str) -> source.Source:
    return source.read("page.md", PAGE.format(code=code, lines=lines))


@pytest.mark.parametrize(
    ("line", "figures"),
    [
        ("- mu: 1, 2", ("1", "2")),
        ("- mu: -1, +0.50, −2", ("-1", "0.50", "-2")),
        ("- mu: 1, 1.0, 2,", ("1", "2")),
        ("- mu: -1 to 1 by 0.5", ("-1.0", "-0.5", "0.0", "0.5", "1.0")),
        ("- mu: 0.1 to 0.3 by 0.1, 4", ("0.1", "0.2", "0.3", "4")),
        ("* mu : .5, 1e-3", (".5", "1e-3")),
    ],
)
def test_numbers_are_listed_or_counted_through(line: str, figures: tuple[str, ...]) -> None:
    page = read("mu = 0.7", line)
    assert list(grids.problems(page)) == []
    (grid,) = grids.grids(page)
    assert grid.values == {"mu": figures}
    assert page.text[grid.places["mu"].start : grid.places["mu"].end] == "0.7"


@pytest.mark.parametrize(
    ("code", "name", "figure"),
    [
        ("a, b = 1, -2", "b", "-2"),
        ("x = 0\n\nlog_var = -1.5  # narrow", "log_var", "-1.5"),
        ("α = 'αβγ'; mu = 2e3", "mu", "2e3"),
        ("#| code: hidden\nmu = 4", "mu", "4"),
        ("def f():\n    mu = 1\n\n\nmu = 3", "mu", "3"),
    ],
)
def test_a_number_is_found_where_it_is_set(code: str, name: str, figure: str) -> None:
    page = read(code, f"- {name}: 1")
    (grid,) = grids.grids(page)
    assert page.text[grid.places[name].start : grid.places[name].end] == figure


CASES = {
    "no item": ("mu = 1", "mu: 1, 2", "12:1", "this line names no numbers", "write `- mu:"),
    "no name": ("mu = 1", "- : 1, 2", "12:3", "no snippet above sets '' to a number", "use one of: mu"),
    "misspelt": ("mu = 1", "- um: 1, 2", "12:3", "no snippet above sets 'um' to a number", "use one of: mu"),
    "no number": ("mu = 1", "- mu: 1, two", "12:7", "'two' is no number", "write `- mu:"),
    "no numbers": ("mu = 1", "- mu:", "12:3", "mu has no numbers", "write `- mu:"),
    "not finite": ("mu = 1", "- mu: 1e999", "12:7", "'1e999' is no number", "write `- mu:"),
    "backwards": ("mu = 1", "- mu: 2 to 1 by 0.5", "12:7", "'2 to 1 by 0.5' is no number", "write `- mu:"),
    "no step": ("mu = 1", "- mu: 1 to 2 by 0", "12:7", "'1 to 2 by 0' is no number", "write `- mu:"),
    "twice": ("mu = 1", "- mu: 1\n- mu: 2", "13:3", "mu stands here twice", "give all its numbers in one line"),
    "computed": ("mu = 1 + 1", "- mu: 1", "12:3", "no snippet above sets 'mu' to a number", "write `mu = 0.5`"),
    "set twice": ("mu = 1\nmu = 2", "- mu: 1", "12:3", "mu is set in 2 places", "set it once"),
    "too many": (
        "a, b = 1, 2",
        "- a: 0 to 1 by 0.001\n- b: 0 to 1 by 0.001",
        "11:1",
        "these are 1,002,001 sets of numbers, and 100,000 may be named",
        "give some of the names fewer numbers",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_told_where_it_stands(case: str) -> None:
    code, lines, where, message, repair = CASES[case]
    extra = code.count("\n")
    (fault,) = grids.problems(read(code, lines))
    line, _, column = where.partition(":")
    assert (fault.location.line, fault.location.column) == (int(line) + extra, int(column))
    assert (fault.code, fault.message) == ("L403", message)
    assert repair in fault.repair
