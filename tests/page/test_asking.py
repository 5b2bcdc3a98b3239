"""Answers that are asked for: the values come from the page's code, and the check proves that mistakes can be told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lessons.page import checks
from lessons.problem import Problem
from lessons.publish import practice

HEAD = "---\ntitle: A page\ndescription: D.\n---\n\n"
CODE = """```{{python}}
from lessons.maths import worked

kl = worked.kl_standard_normal(mu={mu}, std={std})
```

"""
EXERCISE = "/// exercise | E\n    id: e\n\nWhat?\n///\n\n"
SOLUTION = "/// solution\nSo.\n///\n"
ANSWER = "/// answer | A\n    id: a\n    value: kl\n{}///\n\n"
GOOD = CODE.format(mu=0.7, std=0.4)
NEAR = CODE.format(mu=0, std=0.5)


def told(page: Path, body: str) -> list[Problem]:
    page.write_text(HEAD + body, encoding="utf-8")
    return checks.check([page], twice=False)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.md"


def test_numbers_that_tell_all_slips_apart_pass(page: Path) -> None:
    assert told(page, GOOD + EXERCISE + ANSWER.format("") + SOLUTION) == []


CASES = {
    "a slip that equals the right answer": (
        NEAR + EXERCISE + ANSWER.format("") + SOLUTION,
        "20:5: L402 3 digits cannot tell slips apart: mu, no_mu from the right answer",
        "choose other numbers, or say so: `    hidden: mu, no_mu`",
        NEAR + EXERCISE + ANSWER.format("    hidden: mu, no_mu\n") + SOLUTION,
    ),
    "a hidden slip that is not there": (
        GOOD + EXERCISE + ANSWER.format("    hidden: hlaf\n") + SOLUTION,
        "21:5: L402 there is no slip 'hlaf' to hide",
        "did you mean 'half'?",
        GOOD + EXERCISE + ANSWER.format("") + SOLUTION,
    ),
    "words for a slip that is not there": (
        GOOD + EXERCISE + ANSWER.format("\n- hlaf: Words.\n") + SOLUTION,
        "22:1: L402 words for a slip that is not there: 'hlaf'",
        "did you mean 'half'?",
        GOOD + EXERCISE + ANSWER.format("\n- half: Words with $x$.\n") + SOLUTION,
    ),
    "digits that are none": (
        GOOD + EXERCISE + ANSWER.format("    digits: many\n") + SOLUTION,
        "21:5: L103 digits may not be 'many'",
        "write 1 to 9",
        GOOD + EXERCISE + ANSWER.format("    digits: 4\n") + SOLUTION,
    ),
    "a unit that nobody knows": (
        GOOD + EXERCISE + ANSWER.format("    unit: nast\n") + SOLUTION,
        "21:5: L103 unknown unit 'nast'",
        "did you mean 'nats'? use one of: %, bits, nats",
        GOOD + EXERCISE + ANSWER.format("    unit: nats\n") + SOLUTION,
    ),
    "no value": (
        GOOD + EXERCISE + "/// answer | A\n    id: a\n///\n\n" + SOLUTION,
        "18:1: L106 this answer has no value",
        "add a line `    value: name` under its id: an expression of the page",
        GOOD + EXERCISE + ANSWER.format("") + SOLUTION,
    ),
    "a value that is no number": (
        GOOD + EXERCISE + ANSWER.format("").replace("value: kl", "value: 'words'") + SOLUTION,
        "20:12: L402 'words' is no number that can be asked for",
        "name a Quantity, a Derivation or a plain number",
        GOOD + EXERCISE + ANSWER.format("") + SOLUTION,
    ),
    "an answer without an exercise": (
        GOOD + ANSWER.format("") + EXERCISE + SOLUTION,
        "12:1: L108 this answer has no exercise",
        "put it right below its exercise",
        GOOD + EXERCISE + ANSWER.format("") + SOLUTION,
    ),
    "an answer below the solution": (
        GOOD + EXERCISE + SOLUTION + "\n" + ANSWER.format(""),
        "22:1: L108 this answer has no exercise",
        "put it right below its exercise",
        GOOD + EXERCISE + ANSWER.format("") + SOLUTION,
    ),
    "words between": (
        GOOD + EXERCISE + ANSWER.format("") + "Words.\n\n" + SOLUTION,
        "12:1: L108 this exercise has no solution",
        "put a `/// solution` block right below it",
        GOOD + EXERCISE + ANSWER.format("") + SOLUTION,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_fault_is_told_at_its_line_with_a_repair_that_works(page: Path, case: str) -> None:
    body, first, repair, mended = CASES[case]
    found = told(page, body)
    assert str(found[0]).removeprefix(f"{page}:").startswith(first)
    assert repair in found[0].repair
    assert {one.code for one in found} <= {found[0].code, "L108"}
    assert told(page, mended) == []


def test_a_fault_in_the_value_is_told_as_in_a_sentence(page: Path) -> None:
    (fault,) = told(page, GOOD + EXERCISE + ANSWER.format("").replace("value: kl", "value: lk") + SOLUTION)
    assert (fault.code, fault.location.line) == ("L201", 20)


def test_the_page_has_a_place_and_the_file_beside_it_all_the_rest(page: Path) -> None:
    body = "\n- half: The *whole* bracket, $x$.\n"
    page.write_text(HEAD + GOOD + EXERCISE + ANSWER.format(body) + SOLUTION, encoding="utf-8")
    check = checks.Check([page])
    assert check.problems(twice=False) == []
    made = check.pages[page.as_posix()]
    html = made.html
    assert 'class="lesson-ask"' in html
    assert "whole" not in html.partition("lesson-ask")[2].partition("</div>")[0]
    (told,) = json.loads(practice.files(made)["answers.json"]).values()
    assert told["value"] == pytest.approx(0.7412907318741551, abs=1e-12)
    assert told["shown"] == "0.741 nats"
    slips = {name: (value, words) for name, value, words in told["slips"]}
    assert slips["half"][0] == pytest.approx(2 * told["value"], abs=1e-5)
    assert "<em>whole</em>" in slips["half"][1]
    assert "<math" in slips["half"][1]
    assert slips["minus_one"][1] == "the −1 dropped"
