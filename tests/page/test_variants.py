"""Exercises with other numbers: each computed by the page's own code, and right by another way as well."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from lessons.page import checks
from lessons.page.page import Exercise, Variant
from lessons.problem import Problem

HEAD = "---\ntitle: A page\ndescription: D.\n---\n\n"
PAGE = """```{{python}}
from lessons.maths import worked

mu, std = 0.7, 0.4
{more}
kl = worked.kl_standard_normal(mu=mu, std=std)
```

/// exercise | E
    id: e

{prompt}
///

/// answer | The divergence
    id: a
    value: {value}
{hidden}///

/// hint
With {{python}} STD squared.
///

/// variants
- mu: {mu}
- std: {std}
///

/// solution
It is `{{python}} kl`.

```{{python}}
kl
```
///
"""
GIVEN = {
    "more": "",
    "prompt": "From a mean of `{python} kl.given['mu']` and a deviation of `{python} kl.given['std']`?",
    "value": "kl",
    "hidden": "",
    "mu": "-2 to 2 by 0.4",
    "std": "0.3, 0.5, 0.6, 1.4, 1.7, 2.2",
}
HINT = "With {python} STD squared."


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "page.md"


def check(page: Path, **given: str) -> tuple[list[Problem], tuple[Exercise, ...]]:
    text = PAGE.format(**GIVEN | given).replace(HINT, "With `{python} kl.given['std']` squared.")
    page.write_text(HEAD + text, encoding="utf-8")
    looked = checks.Check([page])
    problems = looked.problems(twice=False)
    return problems, looked.pages[page.as_posix()].exercises if not problems else ()


def variants(page: Path, **given: str) -> tuple[Variant, ...]:
    problems, exercises = check(page, **given)
    assert problems == []
    return exercises[0].variants


def numbers(variant: Variant) -> tuple[float, float]:
    given = {name: float(figure) for name, figure in variant.given}
    return given["mu"], given["std"]


def test_twelve_are_found_and_each_is_right_by_another_way(page: Path) -> None:
    found = variants(page)
    assert len(found) == 12
    assert len({variant.id for variant in found}) == 12
    assert len({variant.prompt for variant in found}) == 12
    for variant in found:
        mu, std = numbers(variant)
        right = 0.5 * (std**2 + mu**2 - 1) - math.log(std)
        (answer,) = variant.answers
        assert answer.value == pytest.approx(right, abs=1e-12)
        assert answer.shown == f"{right:.3f} nats"
        assert f"≈ {right:.3f}" in variant.solution
        assert f"{mu:g}".replace("-", "−") in variant.prompt
        assert f"{std:g}" in variant.hints[0]
        slips = {slip.name: slip.value for slip in answer.slips}
        assert slips["half"] == pytest.approx(2 * right, abs=1e-5)
        assert min(abs(value - right) for value in slips.values()) >= 0.003


def test_the_page_itself_keeps_its_own_numbers(page: Path) -> None:
    _, (exercise,) = check(page)
    assert exercise.answers[0].shown == "0.741 nats"
    assert all(numbers(variant) != (0.7, 0.4) for variant in exercise.variants)
    with_own = variants(page, mu="0.7, -2 to 2 by 0.4", std="0.4, 0.5, 0.6, 1.4, 1.7, 2.2")
    assert all(numbers(variant) != (0.7, 0.4) for variant in with_own)


def test_the_same_numbers_are_the_same_variant_on_whatever_page(page: Path) -> None:
    ids = {numbers(one): one.id for one in variants(page)}
    more = {numbers(one): one.id for one in variants(page, mu="-2.0 to 2 by 0.2", more="# A remark.")}
    assert ids.keys() & more.keys()
    assert all(more[one] == ids[one] for one in ids.keys() & more.keys())
    assert list(ids) == [numbers(one) for one in variants(page)]  # and those are found again


def test_a_set_that_the_pages_assertions_refuse_is_none(page: Path) -> None:
    assert all(numbers(one)[0] > 0 for one in variants(page, more="assert mu > 0", mu="-2 to 2 by 0.2"))


def test_an_assertion_in_a_snippet_of_its_own_counts_too(page: Path) -> None:
    more = "```\n\nWords.\n\n```{python}\nhalf = mu / 2\n```\n\n```{python}\nassert half > 0"
    assert all(numbers(one)[0] > 0 for one in variants(page, more=more, mu="-2 to 2 by 0.2"))


@pytest.mark.parametrize("fault", ["1 / (mu - 0.4)", "__import__('os')._exit(3) if mu == 0.4 else 0"])
def test_a_set_whose_code_fails_is_left_out(page: Path, fault: str) -> None:
    values = "0.4, 0.8, 1.2, 1.6, 2, -1.2, -1.6, -2"
    found = variants(page, more=f"shift = {fault}", value="kl.value + 0 * shift", mu=values)
    assert len(found) == 12
    assert all(numbers(one)[0] != 0.4 for one in found)


@pytest.mark.parametrize(
    "more",
    [
        "unneeded = 1 / (mu - 0.8)",
        "import functools\n\n\n@functools.cache\ndef f(x):\n    return x\n\n\nunneeded = f(1) / (mu - 0.8)",
        "```\n\n```{python}\nfor n in range(3):\n    unneeded = 1 / (mu - 0.8)",
        "word = 'a\u2028b'\nunneeded = 1 / (mu - 0.8)",  # no line ends there for Python
    ],
)
def test_a_statement_that_the_exercise_does_not_need_decides_nothing(page: Path, more: str) -> None:
    alone = variants(page)
    assert any(numbers(one)[0] == 0.8 for one in alone)
    assert variants(page, more=more) == alone


@pytest.mark.parametrize(
    "more",
    [
        "half = 1; least = 0\nassert mu > least",
        "@(lambda f: f)\ndef least():\n    return 0\n\n\nassert mu > least()",
        "if mu <= 0:\n    raise ValueError(mu)",
        "least = 0\nfor n in range(2):\n    assert mu > least, (\n        'too small'\n    )",
    ],
)
def test_what_guards_the_numbers_does_and_has_what_it_needs(page: Path, more: str) -> None:
    found = variants(page, more=more, mu="-2 to 2 by 0.2")
    assert len(found) == 12
    assert all(numbers(one)[0] > 0 for one in found)


def test_code_that_nobody_sees_is_needed_runs_as_well(page: Path) -> None:
    more = "```\n\n```{python}\nglobals()['scale'] = 1\n```\n\n```{python}"
    assert len(variants(page, more=more, value="kl.value * scale")) == 12


def told(page: Path, **given: str) -> Problem:
    problems, _ = check(page, **given)
    (problem,) = problems
    assert problem.code == "L403"
    assert problem.location.line == page.read_text().split("\n").index("/// variants") + 1
    return problem


def test_too_few_are_told_with_what_stood_in_the_way(page: Path) -> None:
    problem = told(page, mu="1, 2", std="0.5, 1, 2")
    assert re.fullmatch(r"\d sets of numbers make an exercise, and 12 are wanted", problem.message)
    assert problem.repair.startswith("name more numbers (")
    assert "cannot tell slips apart" in problem.repair


def test_a_prompt_that_stays_as_it_is_is_told(page: Path) -> None:
    problem = told(page, prompt="From a mean of 0.7?")
    assert problem.message == "other numbers leave the exercise's text as it is"
    assert problem.repair == "say its numbers as values: `{python} str(mu)`, `{python} str(std)`"


def test_code_that_counts_its_runs_is_told(page: Path) -> None:
    more = "import math\nmath.runs = getattr(math, 'runs', 0) + 1\ntimes = math.runs"
    problem = told(page, more=more, value="kl.value + times")
    assert "its code comes to something else" in problem.message


def test_a_page_with_another_fault_is_told_of_that_alone(page: Path) -> None:
    problems, _ = check(page, prompt="Look: [nowhere](nowhere.md)", mu="1", std="2")
    assert [problem.code for problem in problems] == ["L602"]
