"""What a notebook's worker tells: outputs that cells can have are believed as they are, and nothing else is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.notebook.outputs import Unbelievable, hear, number, numbers, words

STREAM: dict[str, Any] = {"output_type": "stream", "name": "stdout", "text": "1\n"}
DISPLAY: dict[str, Any] = {
    "output_type": "display_data",
    "data": {"image/png": "iVBORw0KGgo=", "text/html": "<p>x</p>", "text/plain": "<A object at 0x…>"},
    "metadata": {"image/png": {"width": 10}},
}
RESULT: dict[str, Any] = {
    "output_type": "execute_result",
    "data": {"text/latex": "$x$", "text/plain": "x", "application/json": {"a": [1, None]}},
    "metadata": {},
    "execution_count": 3,
}
OUTPUTS = {output["output_type"]: output for output in (STREAM, DISPLAY, RESULT)}
FIELDS = [(kind, field) for kind, output in OUTPUTS.items() for field in output]

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
BUNDLES = st.dictionaries(st.sampled_from(["text/plain", "text/html", "text/latex", "image/png"]), st.text(max_size=9))
METADATA = st.dictionaries(st.text(max_size=5), PLAIN, max_size=2)
HONEST = st.one_of(
    st.fixed_dictionaries(
        {"output_type": st.just("stream"), "name": st.sampled_from(["stdout", "stderr"]), "text": st.text(max_size=9)}
    ),
    st.fixed_dictionaries({"output_type": st.just("display_data"), "data": BUNDLES, "metadata": METADATA}),
    st.fixed_dictionaries(
        {
            "output_type": st.just("execute_result"),
            "data": BUNDLES,
            "metadata": METADATA,
            "execution_count": st.integers(0, 2**31),
        }
    ),
)


def refused(*outputs: Any) -> bool:
    """Whether such outputs are refused, of the only cell as of one between good ones."""
    told = list(outputs)
    for cells in ([told], [[], told, [STREAM]], [[STREAM], [RESULT], told]):
        try:
            hear(cells, len(cells))
        except Unbelievable:
            continue
        return False
    return True


# Outputs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cells", [[], [[]], [[], []], [[STREAM, DISPLAY, RESULT], [], [DISPLAY, DISPLAY]]])
def test_outputs_are_heard_as_they_were_told(cells: list[list[dict[str, Any]]]) -> None:
    assert hear(json.loads(json.dumps(cells)), len(cells)) == cells


@settings(max_examples=30)
@given(st.lists(st.lists(HONEST, max_size=3), max_size=3))
def test_all_that_a_cell_can_show_is_believed(cells: list[list[dict[str, Any]]]) -> None:
    assert hear(json.loads(json.dumps(cells)), len(cells)) == cells


@pytest.mark.parametrize(("told", "cells"), [([], 1), ([[]], 0), ([[]], 2), ([[STREAM], []], 1), ([[]] * 3, 2)])
def test_each_cell_has_its_outputs_and_no_other_has(told: Any, cells: int) -> None:
    with pytest.raises(Unbelievable):
        hear(told, cells)


@pytest.mark.parametrize("told", [None, True, 1, "", "a", {}, {"a": []}, {"0": [STREAM]}, (), ([],)])
def test_what_is_no_list_is_refused(told: Any) -> None:
    for cells in (0, 1):
        with pytest.raises(Unbelievable):
            hear(told, cells)


@pytest.mark.parametrize("told", [None, 1, "", "a", {}, STREAM])
def test_the_outputs_of_a_cell_are_a_list(told: Any) -> None:
    for cells in ([told], [[STREAM], told]):
        with pytest.raises(Unbelievable):
            hear(cells, len(cells))


@pytest.mark.parametrize("output", [None, True, 1, "", "stream", [], ["output_type"], [STREAM], {}])
def test_an_output_is_an_object(output: Any) -> None:
    assert refused(output)
    assert refused(STREAM, output)
    assert refused(output, STREAM)


@pytest.mark.parametrize("kind", ["", "Stream", "error", "update_display_data", None, 1, True, [], ["stream"], {}])
def test_an_output_of_another_kind_is_refused(kind: object) -> None:
    for output in OUTPUTS.values():
        assert refused(output | {"output_type": kind})


def test_an_output_of_one_kind_holds_nothing_of_another() -> None:
    for kind in OUTPUTS:
        for output in OUTPUTS.values():
            assert refused(output | {"output_type": kind}) is (output["output_type"] != kind)


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_an_output_lacks_nothing(kind: str, field: str) -> None:
    assert refused({name: value for name, value in OUTPUTS[kind].items() if name != field})


@pytest.mark.parametrize("kind", OUTPUTS)
@pytest.mark.parametrize("more", ["transient", "traceback", "id", "", "Text", "data", "text", "execution_count"])
def test_an_output_holds_no_more_than_its_kind_does(kind: str, more: str) -> None:
    output = OUTPUTS[kind]
    assert refused(output | {more: {}}) is (more != "data" or kind == "stream")


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_what_has_another_type_is_refused(kind: str, field: str) -> None:
    right = OUTPUTS[kind][field]
    wrong: tuple[object, ...] = (None, 1, 1.0, "1", [], ["1"], {})
    for value in wrong:
        if type(value) is not type(right):
            assert refused(OUTPUTS[kind] | {field: value}), value


@pytest.mark.parametrize("kind", ["text/plain", "text/html", "text/latex", "text/markdown", "text/", "text/x"])
@pytest.mark.parametrize("text", [None, True, 1, 1.5, [], ["<p>"], {}, {"a": "b"}])
def test_what_shows_as_text_is_text(kind: str, text: object) -> None:
    for output in (DISPLAY, RESULT):
        assert refused(output | {"data": {kind: text}})
        assert refused(output | {"data": {"text/plain": "x", "image/png": "x", kind: text}})


def test_other_data_may_be_what_it_likes() -> None:
    for value in (None, 1, [1], {"a": [None]}, "x"):
        for output in (DISPLAY, RESULT):
            assert not refused(output | {"data": {"application/json": value, "text": value}})


@settings(max_examples=50)
@given(PLAIN, st.integers(0, 2))
def test_whatever_is_told_is_refused_or_empty(told: Any, cells: int) -> None:
    try:
        assert hear(told, cells) == [[]] * cells
    except Unbelievable:
        assert told != [[]] * cells


@settings(max_examples=50)
@given(st.sampled_from(FIELDS), PLAIN)
def test_an_output_with_one_field_forged_is_refused_or_of_its_kind(which: tuple[str, str], value: Any) -> None:
    kind, field = which
    forged = OUTPUTS[kind] | {field: value}
    assert refused(forged) or isinstance(value, type(OUTPUTS[kind][field]))


def test_lists_in_lists_are_refused_however_deep_they_lie() -> None:
    deep = json.loads("[" * 900 + "]" * 900)
    assert refused(deep)
    for kind, field in FIELDS:
        assert refused(OUTPUTS[kind] | {field: deep})


# Numbers and words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("told", "most"), [(0, 0), (0, 5), (3, 5), (5, 5), (10**6, 10**6)])
def test_a_whole_number_up_to_the_most_is_heard(told: int, most: int) -> None:
    assert number(told, most) == told


@pytest.mark.parametrize("told", [-1, 6, 2**70, -(2**70), True, False, 0.0, 3.0, "3", None, [], [3], {}])
def test_what_is_no_such_number_is_refused(told: Any) -> None:
    with pytest.raises(Unbelievable):
        number(told, 5)


def test_where_there_is_no_cell_no_number_is_one_of_a_cell() -> None:
    with pytest.raises(Unbelievable):
        number(0, -1)


def test_numbers_are_a_list_of_such() -> None:
    assert numbers([], -1) == []
    assert numbers([0, 5], 5) == [0, 5]
    wrong: tuple[object, ...] = ([6], [True], [[0]], {}, "0", None, 0, (0,))
    for told in wrong:
        with pytest.raises(Unbelievable):
            numbers(told, 5)


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        ("", ""),
        ("ValueError: ä", "ValueError: ä"),
        (" a\r\n\tb \n", "a b"),
        ("a\n::error file=b.py::c\u2028d\x85e", "a ::error file=b.py::c d e"),
    ],
)
def test_words_are_heard_in_one_line(told: str, heard: str) -> None:
    assert words(told) == heard


@pytest.mark.parametrize("told", [None, True, 1, 1.5, [], ["a"], {}, {"a": "b"}, b"a"])
def test_what_is_no_text_is_refused(told: Any) -> None:
    with pytest.raises(Unbelievable):
        words(told)


@given(st.text())
def test_words_keep_all_but_the_space_between_them(told: str) -> None:
    heard = words(told)
    assert heard.split() == told.split()
    assert len(heard.splitlines()) <= 1
