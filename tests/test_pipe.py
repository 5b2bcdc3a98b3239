"""Reports of a process that may be hostile: what is sent is heard, and nothing else is, nor waited for, nor kept."""

from __future__ import annotations

import itertools
import json
import os
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.pipe import Reports, Unreadable, send

PATIENCE = 5.0  # seconds: none of these tests waits so long
SHORT = 0.05

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
# Bytes that nearly are a report, which bytes drawn from all there are never would be.
ALMOST = st.text('[]{}",:\\u0189eE.-+ntrflasNI\r\0 ', max_size=20).map(str.encode)


class Pipe:
    """Both ends of a pipe. Its sender hangs up at last, so that a test that would wait for ever fails instead."""

    def __init__(self) -> None:
        self._receiving, self.sending = os.pipe()
        self._open = {self._receiving, self.sending}
        self.reports = Reports(self._receiving)
        self._at_last = threading.Timer(PATIENCE, self.hang_up)

    def write(self, data: bytes) -> None:
        assert os.write(self.sending, data) == len(data)

    def hang_up(self) -> None:
        self._close(self.sending)

    def heard(self) -> list[list[Any]]:
        """The reports that are there, of a sender that has not hung up."""
        heard = list(iter(self.reports.next, None))
        assert not self.reports.ended
        return heard

    def __enter__(self) -> Pipe:
        self._at_last.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._at_last.cancel()
        self._at_last.join()
        for descriptor in list(self._open):
            self._close(descriptor)

    def _close(self, descriptor: int) -> None:
        if descriptor in self._open:
            self._open.remove(descriptor)
            os.close(descriptor)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    with Pipe() as pipe:
        yield pipe


@pytest.fixture
def opened() -> Iterator[Callable[[Path], Reports]]:
    """The reports that a file holds."""
    with ExitStack() as files:
        yield lambda path: Reports(files.enter_context(path.open("rb", buffering=0)).fileno())


# What is sent is heard --------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(st.lists(st.lists(PLAIN, max_size=4), max_size=4))
def test_what_is_sent_is_heard_as_it_was_and_in_its_order(told: list[list[Any]]) -> None:
    with Pipe() as pipe:
        for report in told:
            send(pipe.sending, *report)
        pipe.hang_up()
        assert [pipe.reports.next() for _ in told] == told
        assert pipe.reports.next() is None


@settings(max_examples=40)
@given(st.lists(st.lists(PLAIN, max_size=3), max_size=4), st.lists(st.integers(1, 20), min_size=1))
def test_it_does_not_matter_how_reports_are_cut_into_pieces(told: list[list[Any]], sizes: list[int]) -> None:
    data, heard = b"".join(json.dumps(report).encode() + b"\n" for report in told), []
    with Pipe() as pipe:
        while data:
            for size in sizes:
                pipe.write(data[:size])
                data = data[size:]
                heard += pipe.heard()
    assert heard == told


def test_a_report_longer_than_a_pipe_holds_is_heard_whole(pipe: Pipe) -> None:
    text = "ä\n" * 200_000
    sender = threading.Thread(target=send, args=(pipe.sending, "done", text))
    sender.start()
    assert pipe.reports.next(PATIENCE) == ["done", text]
    sender.join()


def test_what_is_written_by_halves_is_written_whole(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:3]))
    send(pipe.sending, "a report", [1, 2])
    assert pipe.heard() == [["a report", [1, 2]]]


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", 1j, {"a": print}])
def test_what_is_no_plain_value_is_not_sent(pipe: Pipe, value: object) -> None:
    with pytest.raises(TypeError):
        send(pipe.sending, "done", value)
    assert pipe.heard() == []


# How long one waits -----------------------------------------------------------------------------------------


def test_where_nothing_comes_one_waits_as_long_as_one_will(pipe: Pipe) -> None:
    begun = time.monotonic()
    assert pipe.reports.next(SHORT) is None
    assert SHORT <= time.monotonic() - begun < PATIENCE
    assert not pipe.reports.ended


def test_a_report_that_comes_in_pieces_is_waited_for(pipe: Pipe) -> None:
    pipe.write(b'["beg')
    later = threading.Timer(SHORT, pipe.write, [b'un"]\n'])
    later.start()
    assert pipe.reports.next(PATIENCE) == ["begun"]
    later.join()


def test_the_rest_of_a_line_is_not_waited_for_longer_than_for_a_report(pipe: Pipe) -> None:
    pipe.write(b'["begun"')
    assert pipe.reports.next() is None
    assert pipe.reports.next(SHORT) is None
    assert not pipe.reports.ended
    pipe.write(b"]\n")
    assert pipe.reports.next() == ["begun"]


def test_a_report_that_has_come_is_given_without_waiting_for_another(pipe: Pipe) -> None:
    pipe.write(b"[1]\n[2]\n")
    begun = time.monotonic()
    assert [pipe.reports.next(PATIENCE), pipe.reports.next(PATIENCE)] == [[1], [2]]
    assert time.monotonic() - begun < PATIENCE


# The end ----------------------------------------------------------------------------------------------------


def test_what_was_sent_before_the_end_is_heard_and_then_no_more(pipe: Pipe) -> None:
    pipe.write(b"[1]\n[2]\n")
    pipe.hang_up()
    assert [pipe.reports.next(PATIENCE) for _ in range(4)] == [[1], [2], None, None]
    assert pipe.reports.ended


@pytest.mark.parametrize("line", [b"[1]", b"[1", b"{}"])
def test_what_is_cut_off_is_no_report(pipe: Pipe, line: bytes) -> None:
    pipe.write(b"[0]\n" + line)
    pipe.hang_up()
    assert [pipe.reports.next(PATIENCE) for _ in range(3)] == [[0], None, None]
    assert pipe.reports.ended


def test_the_end_is_not_told_before_it_has_come(pipe: Pipe) -> None:
    assert not pipe.reports.ended
    pipe.write(b"[1]\n")
    assert pipe.reports.next(PATIENCE) == [1]
    assert not pipe.reports.ended
    pipe.hang_up()
    assert pipe.reports.next(PATIENCE) is None
    assert pipe.reports.ended


# What is no report ------------------------------------------------------------------------------------------

NO_REPORTS = {
    "nothing": b"",
    "space": b"  \t",
    "an object": b'{"0": "done"}',
    "a text": b'"done"',
    "a number": b"1",
    "true": b"true",
    "null": b"null",
    "not a number": b"NaN",
    "a list that does not end": b"[1",
    "a list and more": b"[1] 2",
    "two lists": b"[1][2]",
    "a comma too many": b"[1,]",
    "words of Python": b"['done', None]",
    "a call": b"__import__('os').abort()",
    "no UTF-8": b'["\xff"]',
    "a number longer than any": b"[" + b"9" * 5000 + b"]",
    "lists in lists without end": b"[" * 50_000 + b"]" * 50_000,
    "objects in objects without end": b'[{"a":' * 20_000,
    "an object of Python": pickle.dumps(["done"], 0).replace(b"\n", b""),
    "a message of multiprocessing": b"\x00\x00\x00\x05[1]",
}


@pytest.mark.parametrize("line", NO_REPORTS.values(), ids=NO_REPORTS)
def test_a_line_that_is_no_list_in_json_is_refused(
    line: bytes, tmp_path: Path, opened: Callable[[Path], Reports]
) -> None:
    (tmp_path / "told").write_bytes(b"[1]\n" + line + b"\n")
    told = opened(tmp_path / "told")
    assert told.next() == [1]
    with pytest.raises(Unreadable):
        told.next()


@given(st.binary(max_size=40) | ALMOST)
def test_whatever_is_written_is_a_list_or_unreadable(data: bytes) -> None:
    with Pipe() as pipe:
        pipe.write(data + b"\n")
        pipe.hang_up()
        for _ in range(data.count(b"\n") + 1):
            with suppress(Unreadable):
                assert isinstance(pipe.reports.next(), list)
        assert pipe.reports.next() is None


# How much ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", [b'["' + b"x" * 95 + b'"]\n', b"[1]\n" * 25], ids=["one report", "many reports"])
def test_no_more_than_the_most_is_heard(pipe: Pipe, line: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lessons.pipe.MOST", 100)
    pipe.write(line)
    assert b"".join(json.dumps(heard).encode() + b"\n" for heard in pipe.heard()) == line
    pipe.write(b"\n")
    with pytest.raises(Unreadable):
        pipe.reports.next()


def test_a_line_without_an_end_is_refused(opened: Callable[[Path], Reports], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lessons.pipe.MOST", 2**20)
    with pytest.raises(Unreadable):
        opened(Path("/dev/zero")).next(PATIENCE)


def test_reports_without_an_end_are_refused(
    tmp_path: Path, opened: Callable[[Path], Reports], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lessons.pipe.MOST", 2**17)
    (tmp_path / "told").write_bytes(b"[]\n" * 2**17)
    told, heard = opened(tmp_path / "told"), 0
    with pytest.raises(Unreadable):
        while told.next() is not None:
            heard += 1
    assert heard <= 2**17 / 3


def test_half_a_character_is_heard_as_a_question_mark(pipe: Pipe) -> None:
    """JSON can name it, and no file can hold it."""
    send(pipe.sending, "a\ud800b", [{"\udfff": "\ud83d\ude00"}], "😀")
    assert pipe.heard() == [["a?b", [{"?": "😀"}], "😀"]]
    pipe.write(b'["\xed\xa0\x80"]\n')
    with pytest.raises(Unreadable):
        pipe.reports.next()


def test_who_writes_without_a_pause_is_waited_for_no_longer(
    opened: Callable[[Path], Reports], monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = opened(Path("/dev/zero"))
    monkeypatch.setattr(time, "monotonic", partial(next, itertools.count()))  # a second passes at each look
    assert endless.next(10) is None
