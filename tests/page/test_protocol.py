"""What a page's process tells of a part: honest results come through as they were, and nothing else is believed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path as File
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons import problem
from lessons.page import snippet
from lessons.page.display import Described, Shown
from lessons.page.protocol import CODES, MOST_PICTURE, Descriptions, Unbelievable, hear, tell
from lessons.page.snippet import MOST_PRINTED, Output, Result, Runner
from lessons.page.source import Snippet, Source, Value, read
from lessons.problem import Location, Problem

HEAD = "---\ntitle: T\ndescription: D\n---\n\n"
SOURCE = read("page.md", HEAD + "Text.\n\n```{python}\nx = 1\nx\n```\n\nIt is `{python} x`.\n")
LINES = 14  # with the empty one after the last
SNIPPET, VALUE = SOURCE.of(Snippet)[0], SOURCE.of(Value)[0]

SAID = {"text": "≈ 1.5 nats", "symbol": "L", "unit": "nats", "number": 1.5, "slips": [], "witnesses": []}
DESCRIBED = [9, 4, "x", SAID]
SHOWN = {"text": "x < 1", "tex": False, "picture": False}
TOLD: dict[str, list[Any]] = {
    "Output": ["Output", {"code": "x = 1\nx", "printed": "1\n", "shown": SHOWN, "all_above": False}, [DESCRIBED]],
    "Shown": ["Shown", SHOWN, [DESCRIBED]],
    "Problem": [
        "Problem",
        {"location": {"path": "page.md", "line": 9, "column": 4}, "code": "L201", "message": "m", "repair": "r"},
        [],
    ],
}
HEARD: dict[str, tuple[Result, Descriptions]] = {
    "Output": (
        Output("x = 1\nx", "1\n", Shown("x < 1")),
        [(Location("page.md", 9, 4), "x", Described("≈ 1.5 nats", "L", "nats", 1.5))],
    ),
    "Shown": (
        Shown("x < 1"),
        [(Location("page.md", 9, 4), "x", Described("≈ 1.5 nats", "L", "nats", 1.5))],
    ),
    "Problem": (Problem(Location("page.md", 9, 4), "L201", "m", "r"), []),
}
PART: dict[str, Snippet | Value] = {"Output": SNIPPET, "Shown": VALUE, "Problem": VALUE}

Path = tuple[str | int, ...]

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def heard(kind: str, told: Any, part: Snippet | Value | None = None) -> tuple[Result, Descriptions]:
    return hear(told, SOURCE, part or PART[kind])


def changed(kind: str, path: Path, value: object) -> Any:
    """What is told of such a result, with another value in one place."""
    told: Any = deepcopy(TOLD[kind])
    *way, last = path
    inside = told
    for step in way:
        inside = inside[step]
    inside[last] = value
    return told


def places(told: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each place of what is told, whole lists and objects as well, with what stands there."""
    steps = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for step, inside in steps:
        yield (*path, step), inside
        yield from places(inside, (*path, step))


PLACES = [(kind, path, inside) for kind, told in TOLD.items() for path, inside in places(told)]
CHECKED = [place for place in PLACES if place[1][-1] not in ("path", "number")]  # the one ignored, the other below


# What is honest ---------------------------------------------------------------------------------------------

TEXT = st.text(max_size=20)
COLUMNS = st.integers(1, MOST_PRINTED)
PLACED = st.builds(Location, st.just("page.md"), st.integers(1, LINES), COLUMNS)
SHOWNS = st.builds(Shown, TEXT, st.booleans(), st.booleans())
OUTPUTS = st.builds(Output, TEXT, TEXT, st.none() | SHOWNS, st.booleans())
ONE_LINE = TEXT.map(lambda text: " ".join(text.split()))
PROBLEMS = st.builds(Problem, PLACED, st.sampled_from(CODES), ONE_LINE, ONE_LINE)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
DESCRIPTIONS = st.lists(st.tuples(PLACED, TEXT, st.builds(Described, TEXT, TEXT, TEXT, NUMBERS)), max_size=1)
RESULTS = st.tuples(st.just(SNIPPET), OUTPUTS | PROBLEMS) | st.tuples(st.just(VALUE), SHOWNS | PROBLEMS)


@settings(max_examples=50)
@given(RESULTS, DESCRIPTIONS)
def test_what_is_told_is_heard_as_it_was(result: tuple[Snippet | Value, Result], described: Descriptions) -> None:
    part, came_to = result
    told = json.loads(json.dumps(tell(came_to, described)))
    assert hear(told, SOURCE, part) == (came_to, described)


@pytest.mark.parametrize(
    "text",
    [
        "```{python}\n```\n",
        "```{python}\nprint('<b>ä\\n')\n'<i>'\n```\n",
        "```{python}\nx = 1\n```\n\n```{python}\nprint(x)\n```\n\nIt is `{python} x`, `{python} -x`.\n",
        "```{python}\nfrom lessons.maths.derivation import Quantity\nq = Quantity(1 / 3, unit='nats', symbol='L')\nq\n"
        "```\n\nIt is `{python} q`.\n",
        "```{python}\nclass Picture:\n    alt = 'words'\n    def _repr_html_(self):\n"
        "        return '<svg/>' * 20_000\n\nPicture()\n```\n",
        "```{python}\n1 +\n```\n",
        "```{python}\nraise ValueError('a\\n\\n b')\n```\n\n`{python} 0.5`\n\n`{python} 1 / 0`\n\n`{python} y`\n",
        "```{python}\n#| code: none\n```\n\n`{python} float('nan')` and `{python} (`\n",
        "```{python}\nclass Plot:\n    savefig = None\n\nPlot()\n```\n",
    ],
)
def test_what_a_page_comes_to_is_believed(text: str) -> None:
    source = read("page.md", HEAD + text)
    runner, parts = Runner(source), [part for part in source.parts if isinstance(part, Snippet | Value)]
    assert parts
    for part in parts:
        begun = len(runner.described)
        result = runner.run(part) if isinstance(part, Snippet) else runner.evaluate(part)
        described = runner.described[begun:]
        assert hear(json.loads(json.dumps(tell(result, described))), source, part) == (result, described)


@pytest.mark.parametrize("kind", TOLD)
def test_plain_data_becomes_the_result_it_tells_of(kind: str) -> None:
    assert heard(kind, TOLD[kind]) == HEARD[kind]


# What is not what it should be ------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [None, 1, "", "abc", [], ["Shown"], ["Shown", SHOWN], ["Shown", SHOWN, [], []], {}])
@pytest.mark.parametrize("part", [SNIPPET, VALUE])
def test_a_report_of_another_shape_is_refused(told: Any, part: Snippet | Value) -> None:
    with pytest.raises(Unbelievable):
        hear(told, SOURCE, part)


@pytest.mark.parametrize(
    "kind", ["", "output", "Result", "Location", "Described", "Typeset", "object", None, 1, True, [], ["Output"], {}]
)
@pytest.mark.parametrize("like", TOLD)
def test_a_result_of_no_known_kind_is_refused(kind: object, like: str) -> None:
    with pytest.raises(Unbelievable):
        heard(like, changed(like, (0,), kind))


@pytest.mark.parametrize(("kind", "part"), [("Output", VALUE), ("Shown", SNIPPET)])
def test_a_snippet_has_an_output_and_a_value_shows_itself(kind: str, part: Snippet | Value) -> None:
    with pytest.raises(Unbelievable):
        heard(kind, TOLD[kind], part)


@pytest.mark.parametrize("part", [SNIPPET, VALUE])
def test_any_part_may_have_a_problem(part: Snippet | Value) -> None:
    assert heard("Problem", TOLD["Problem"], part) == HEARD["Problem"]


@pytest.mark.parametrize(("kind", "path", "right"), CHECKED)
def test_what_has_another_type_is_refused(kind: str, path: Path, right: object) -> None:
    wrong: tuple[object, ...] = (None, True, False, 1, 1.0, "9", [], {}, [[]], ["a"], {"a": 1})
    for value in wrong:
        empty = path == (2,) and value in ([], {})  # nothing is described
        nothing = path[-1] == "shown" and value is None
        if type(value) is not type(right) and not empty and not nothing:
            with pytest.raises(Unbelievable):
                heard(kind, changed(kind, path, value))


@pytest.mark.parametrize(("kind", "path"), [(kind, path) for kind, path, _ in PLACES if path[-1] != "path"])
def test_what_is_left_out_is_missed(kind: str, path: Path) -> None:
    told: Any = deepcopy(TOLD[kind])
    inside = told
    for step in path[:-1]:
        inside = inside[step]
    del inside[path[-1]]
    if path == (2, 0):  # nothing is described
        assert heard(kind, told) == (HEARD[kind][0], [])
    else:
        with pytest.raises(Unbelievable):
            heard(kind, told)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), "inf", "", "x", [], [1.5], {}])
def test_what_is_described_has_a_number_that_is_finite(number: object) -> None:
    with pytest.raises(Unbelievable):
        heard("Shown", changed("Shown", (2, 0, 3, "number"), number))


def test_text_that_is_described_has_no_number() -> None:
    _, ((_, _, said),) = heard("Shown", changed("Shown", (2, 0, 3, "number"), None))
    assert said == Described("≈ 1.5 nats", "L", "nats", None)


@settings(max_examples=50)
@given(PLAIN | st.lists(PLAIN, min_size=3, max_size=3), st.sampled_from([SNIPPET, VALUE]))
def test_no_data_does_more_harm_than_not_to_be_believed(told: Any, part: Snippet | Value) -> None:
    with pytest.raises(Unbelievable):
        hear(told, SOURCE, part)


@settings(max_examples=100)
@given(st.sampled_from(PLACES), PLAIN)
def test_data_with_one_place_forged_is_heard_as_a_result_or_not_believed(
    place: tuple[str, Path, object], value: object
) -> None:
    kind, path, _ = place
    try:
        result, described = heard(kind, changed(kind, path, value))
    except Unbelievable:
        return
    assert type(result).__name__ == kind
    assert hear(json.loads(json.dumps(tell(result, described))), SOURCE, PART[kind]) == (result, described)


def test_lists_in_lists_are_refused_however_deep_they_lie() -> None:
    deep = json.loads("[" * 900 + "]" * 900)
    for kind, path, _ in CHECKED:
        with pytest.raises(Unbelievable):
            heard(kind, changed(kind, path, deep))


# Another page, another line, another rule -------------------------------------------------------------------


@pytest.mark.parametrize("path", ["other.md", "../page.md", "", None, 1, ["page.md"]])
def test_a_problem_is_one_of_this_page_whichever_it_names(path: object) -> None:
    assert heard("Problem", changed("Problem", (1, "location", "path"), path)) == HEARD["Problem"]


PLACED_AT: list[tuple[str, Path, Path]] = [
    ("Problem", (1, "location", "line"), (1, "location", "column")),
    ("Shown", (2, 0, 0), (2, 0, 1)),
    ("Output", (2, 0, 0), (2, 0, 1)),
]


@pytest.mark.parametrize(("kind", "line", "column"), PLACED_AT)
def test_a_place_lies_on_the_page(kind: str, line: Path, column: Path) -> None:
    for path, first, last in ((line, 1, LINES), (column, 1, MOST_PRINTED)):
        for number in (first, last):
            result, described = heard(kind, changed(kind, path, number))
            where = result.location if isinstance(result, Problem) else described[0][0]
            assert (where.line if path == line else where.column) == number
        wrong: tuple[object, ...] = (first - 1, -1, last + 1, 2**70, True, float(first), str(first))
        for value in wrong:
            with pytest.raises(Unbelievable):
                heard(kind, changed(kind, path, value))


def test_the_lines_above_the_text_count() -> None:
    told = changed("Problem", (1, "location", "line"), 7)
    with pytest.raises(Unbelievable):
        hear(told, Source("page.md", "a\nb\n"), VALUE)
    result, _ = hear(told, Source("page.md", "a\nb\n", line_offset=4), VALUE)
    assert isinstance(result, Problem)
    assert result.location.line == 7


@pytest.mark.parametrize("code", problem.CODES)
def test_running_code_breaks_the_rules_that_it_can_break_and_no_others(code: str) -> None:
    told = changed("Problem", (1, "code"), code)
    if code in CODES:
        assert heard("Problem", told)[0] == Problem(Location("page.md", 9, 4), code, "m", "r")
    else:
        with pytest.raises(Unbelievable):
            heard("Problem", told)


@pytest.mark.parametrize("code", ["", "L999", "l201", "L201 ", "L2", "L201,L202"])
def test_a_rule_that_there_is_not_is_not_broken(code: str) -> None:
    with pytest.raises(Unbelievable):
        heard("Problem", changed("Problem", (1, "code"), code))


def test_a_problem_is_told_in_one_line() -> None:
    told = changed("Problem", (1, "message"), "m\r\n::error file=other.md::\u2028n\x85 \t")
    told[1]["repair"] = "\na.md:1:1: L101\n"
    assert heard("Problem", told)[0] == Problem(
        Location("page.md", 9, 4), "L201", "m ::error file=other.md:: n", "a.md:1:1: L101"
    )


# How much ---------------------------------------------------------------------------------------------------

MOST: list[tuple[str, Path, int]] = [
    ("Output", (1, "code"), 2 * len(SOURCE.text)),
    ("Output", (1, "printed"), MOST_PRINTED),
    ("Output", (1, "shown", "text"), MOST_PRINTED),
    ("Shown", (1, "text"), MOST_PRINTED),
    ("Problem", (1, "message"), MOST_PRINTED),
    ("Problem", (1, "repair"), MOST_PRINTED),
    ("Shown", (2, 0, 2), MOST_PRINTED),
    *(("Shown", (2, 0, 3, name), MOST_PRINTED) for name in ("text", "symbol", "unit")),
]


@pytest.mark.parametrize(("kind", "path", "most"), MOST)
def test_a_text_has_a_length_that_it_may_have(kind: str, path: Path, most: int) -> None:
    heard(kind, changed(kind, path, "x" * most))
    with pytest.raises(Unbelievable):
        heard(kind, changed(kind, path, "x" * (most + 1)))


@pytest.mark.parametrize(("kind", "path"), [("Output", (1, "shown")), ("Shown", (1,))])
def test_a_picture_may_be_longer_than_a_text(kind: str, path: Path) -> None:
    picture = {"text": "x" * MOST_PICTURE, "tex": False, "picture": True}
    heard(kind, changed(kind, path, picture))
    with pytest.raises(Unbelievable):
        heard(kind, changed(kind, path, picture | {"text": "x" * (MOST_PICTURE + 1)}))
    with pytest.raises(Unbelievable):
        heard(kind, changed(kind, path, picture | {"tex": True, "picture": False}))


@pytest.mark.parametrize("kind", TOLD)
def test_a_part_has_one_value_at_most(kind: str) -> None:
    assert len(heard(kind, changed(kind, (2,), [DESCRIBED]))[1]) == 1
    with pytest.raises(Unbelievable):
        heard(kind, changed(kind, (2,), [DESCRIBED, DESCRIBED]))


@pytest.mark.parametrize("number", [10**400, 1, "1.5", True, float("inf"), float("nan")])
def test_a_number_is_told_as_a_number_that_is_finite(number: object) -> None:
    with pytest.raises(Unbelievable):
        heard("Shown", changed("Shown", (2, 0, 3, "number"), number))


def test_every_code_that_a_page_s_process_makes_is_one_it_may_report() -> None:
    """Those in the module that runs there, read from its text: none is missing, and none is believed for nothing."""
    made = re.findall(r'"(L\d{3})"', File(snippet.__file__).read_text(encoding="utf-8"))
    assert set(made) == set(problem.REPORTED)
