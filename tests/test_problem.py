"""Problems: how one reads, how they sort, and the words of a repair."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.page import checks, source
from lessons.problem import CODES, Location, Problem, nearest, report
from lessons.visible import visible

DOCS = Path(__file__).parents[1] / "docs/contributing/checks.md"
HEAD = "---\ntitle: T\ndescription: D\n---\n\n"


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


# Other forms of the report --------------------------------------------------------------------------------


def test_annotations_for_github_are_escaped() -> None:
    told = Problem(Location("a,b:c%.md", 3, 7), "L101", "100%\nof :: it", "mend\r\nit, 5%")
    assert report([told, problem(1)], "github") == (
        "::error file=a%2Cb%3Ac%25.md,line=3,col=7,title=L101::100%25%0Aof :: it%0Amend%0D%0Ait, 5%25\n"
        "::error file=a.md,line=1,col=1,title=L101::a fault"
    )


@given(st.text(), st.text(), st.text())
def test_an_annotation_is_one_line_whatever_it_says(path: str, message: str, repair: str) -> None:
    """Read back as GitHub reads it: the command up to the second ::, its properties parted by commas."""
    line = report([Problem(Location(path, 2, 3), "L101", message, repair)], "github")
    assert "\n" not in line
    assert "\r" not in line
    command, _, text = line.removeprefix("::").partition("::")
    properties = dict(part.split("=", 1) for part in command.removeprefix("error ").split(","))
    assert unescaped(properties["file"]) == shown(path)
    assert unescaped(text) == shown(f"{message}\n{repair}" if repair else message)


def shown(text: str) -> str:
    """What a terminal would obey, as Python names it; line ends, which the annotation escapes, as they are."""
    return "\r".join(map(visible, text.split("\r")))


def unescaped(text: str) -> str:
    for code, sign in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, sign)
    return text


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_json_gives_back_what_was_told(message: str, repair: str) -> None:
    told = [Problem(Location("b.md", 2, 3), "L101", message, repair), problem(1)]
    assert json.loads(report(told, "json")) == [
        {"path": "a.md", "line": 1, "column": 1, "code": "L101", "message": "a fault", "repair": ""},
        {"path": "b.md", "line": 2, "column": 3, "code": "L101", "message": message, "repair": repair},
    ]


def test_json_of_nothing_is_an_empty_list() -> None:
    assert json.loads(report([], "json")) == []


# The page that explains them ------------------------------------------------------------------------------


def entries() -> dict[str, str]:
    """What docs/contributing/checks.md says of each code, by the heading that has the code for its id."""
    text = DOCS.read_text(encoding="utf-8")
    pieces = re.split(r"(?m)^### (L\d{3}): (.+?) \{ #(l\d{3}) \}$", text)[1:]
    found = {}
    for code, words, anchor, body in zip(pieces[::4], pieces[1::4], pieces[2::4], pieces[3::4], strict=True):
        assert code not in found
        assert (anchor, words) == (code.lower(), CODES.get(code))
        found[code] = body
    return found


def examples(body: str) -> list[tuple[str, str]]:
    """(language, text) of the fences of an entry."""
    fences = re.findall(r"(?ms)^(`{3,})(\w+)\n(.*?)^\1$", body)
    return [(language, text) for _, language, text in fences]


def test_every_code_has_its_entry_and_no_entry_is_dead() -> None:
    assert set(entries()) == set(CODES)
    mentioned = set(re.findall(r"\bL\d{3}\b", DOCS.read_text(encoding="utf-8")))
    assert mentioned == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_an_entry_says_why_and_shows_what_is_wrong_and_what_is_right(code: str) -> None:
    body = entries()[code]
    why = body.strip().partition("\n")[0]
    assert len(why.split()) >= 5
    wrong, right = examples(body)
    assert wrong != right


def test_the_examples_are_what_they_are_said_to_be(tmp_path: Path) -> None:
    """Each page that is shown as wrong gets its code and no other, and the one shown as right gets none."""
    expected, paths = {}, []
    for code, body in entries().items():
        for number, (language, text) in enumerate(examples(body)):
            if language == "markdown":
                folder = tmp_path / f"{code}-{number}"  # of its own: ids are unique in a site
                folder.mkdir()
                (folder / "bells.svg").touch()  # which some examples show
                paths.append(folder / "page.md")
                paths[-1].write_text(text if text.startswith("---") else HEAD + text, encoding="utf-8")
                expected[paths[-1].as_posix()] = {code} if number == 0 else set()
    found: dict[str, set[str]] = {path: set() for path in expected}
    for told in checks.check(paths, twice=False):
        if told.code != "L105" or told.repair.startswith("choose another: it first"):
            found[told.location.path].add(told.code)
    assert found == expected
    assert len(expected) > 50


def test_the_page_runs_nothing() -> None:
    assert source.read("checks.md", DOCS.read_text(encoding="utf-8")).of(source.Snippet) == []
