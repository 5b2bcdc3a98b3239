"""Problems: how one reads, how they sort, and the words of a repair."""

import pytest

from lessons.page.problem import CODES, Location, Problem, nearest, report


def problem(line: int, code: str = "L101", column: int = 1, path: str = "a.md", repair: str = "") -> Problem:
    return Problem(Location(path, line, column), code, "a fault", repair)


def test_a_problem_names_place_code_fault_and_repair() -> None:
    assert str(problem(42, repair="mend it")) == "a.md:42:1: L101 a fault\n    mend it"
    assert str(problem(42)) == "a.md:42:1: L101 a fault"


def test_a_code_without_a_rule_is_refused() -> None:
    with pytest.raises(KeyError, match="L999"):
        problem(1, "L999")


def test_report_sorts_by_place_as_numbers_and_counts() -> None:
    found = [problem(10), problem(9), problem(9, column=2), problem(2, path="b.md"), problem(9, "L104")]
    assert report(found).splitlines() == [
        "a.md:9:1: L101 a fault",
        "a.md:9:1: L104 a fault",
        "a.md:9:2: L101 a fault",
        "a.md:10:1: L101 a fault",
        "b.md:2:1: L101 a fault",
        "5 problems",
    ]


def test_report_tells_each_problem_once() -> None:
    assert report([problem(1), problem(1)]).splitlines() == ["a.md:1:1: L101 a fault", "1 problem"]


def test_nearest_names_the_likeliest_word_first_and_then_all() -> None:
    assert nearest("qestion", ["solution", "question"]) == "did you mean 'question'? use one of: question, solution"
    assert nearest("zebra", ["solution", "question"]) == "use one of: question, solution"


def test_codes_are_told_apart_by_their_words() -> None:
    assert len(set(CODES.values())) == len(CODES)
