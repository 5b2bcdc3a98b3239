"""The kernel in this very process: what it gathers of a cell."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from lessons.notebook import kernel
from lessons.notebook.kernel import Kernel


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    """A kernel; what IPython changes of the interpreter is put back."""
    monkeypatch.setattr(InteractiveShell, "_instance", None)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    made = Kernel()
    yield made
    made.shell.restore_sys_module_state()


def said(shell: Kernel, code: str) -> list[tuple[str, object]]:
    """What a cell shows, in order: (stream's name, text) or (kind of output, plain text)."""
    return [
        (output["name"], output["text"])
        if output["output_type"] == "stream"
        else (output["output_type"], output["data"]["text/plain"])
        for output in shell.run(code)
    ]


def test_what_a_cell_prints_and_shows_comes_in_its_order_and_a_stream_in_one_piece(shell: Kernel) -> None:
    code = "import sys\nprint(1)\nprint(2)\nsys.stderr.write('3')\ndisplay(4)\nprint(5)\n6"
    assert said(shell, code) == [
        ("stdout", "1\n2\n5\n"),
        ("stderr", "3"),
        ("display_data", "4"),
        ("execute_result", "6"),
    ]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("sys.stderr.write('e')\nprint('o')", ["stdout", "stderr"]),
        ("display(1)\nsys.stderr.write('e')\nprint('o')\ndisplay(2)", ["display", "stdout", "stderr", "display"]),
        ("sys.stderr.write('e')\ndisplay(1)\nprint('o')", ["stderr", "display", "stdout"]),
        ("print('o')\nsys.stderr.write('e')\nprint('o')", ["stdout", "stderr"]),
    ],
)
def test_of_two_streams_side_by_side_standard_output_comes_first(shell: Kernel, code: str, shown: list[str]) -> None:
    told = said(shell, f"import sys\n{code}\nNone")
    assert [kind.removesuffix("_data") for kind, _ in told] == shown


def test_what_a_line_is_overwritten_with_is_left(shell: Kernel) -> None:
    assert said(shell, "for n in range(9): print(n, end='\\r')\nprint('done\\r')\nprint('a\\r\\nb')") == [
        ("stdout", "done\r\na\r\nb\n")
    ]


def test_an_output_is_what_it_was_when_it_was_shown(shell: Kernel) -> None:
    code = "shown = {'text/plain': '1', 'application/json': {'a': (1, [2])}}\ndisplay(shown, raw=True)\nshown.clear()"
    (output,) = shell.run(code)
    assert output["data"] == {"text/plain": "1", "application/json": {"a": [1, [2]]}}
    assert output["metadata"] == {}


def test_addresses_are_left_out_of_all_that_is_shown(shell: Kernel) -> None:
    code = "o = object()\nprint(o)\ndisplay({'text/plain': '', 'a/b': [repr(o)]}, raw=True, metadata={'c': repr(o)})\no"
    for output in shell.run(code):
        assert "object at 0x…" in str(output)


@pytest.mark.parametrize("form", ["text/plain", "text/html", "text/latex"])
def test_what_shows_as_text_is_a_string_or_the_cell_raises(shell: Kernel, form: str) -> None:
    assert said(shell, f"1\ndisplay({{'text/plain': 'x'}} | {{{form!r}: ['x']}}, raw=True)") == []
    assert isinstance(shell.error, TypeError)
    assert str(shell.error) == f"{form} must be a string, not list"
    assert shell.error_place() == (1, 2)


def test_ten_thousand_prints_are_one_output(shell: Kernel) -> None:
    ((name, text),) = said(shell, "for n in range(10_000): print(n)")
    assert name == "stdout"
    assert str(text).count("\n") == 10_000


def test_streams_are_given_back(shell: Kernel) -> None:
    before = sys.stdout, sys.stderr
    said(shell, "import sys\nsys.stdout = None\n1 / 0")
    assert (sys.stdout, sys.stderr) == before


def test_names_live_on_from_cell_to_cell(shell: Kernel) -> None:
    said(shell, "x = 20")
    assert said(shell, "x + 1") == [("execute_result", "21")]


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        (["1\n1 / 0"], (1, 2)),
        (["def f():\n    return 1 / 0", "\n\nf()"], (1, 2)),  # the innermost line of the notebook
        (["def f(x):\n    return x()", "f(lambda: 1 / 0)"], (2, 1)),
        (["import json\n\njson.loads('{')"], (1, 3)),  # not a line of the library
        (["1\nx = ("], (1, 2)),
        (["1\n\n\ncompile('\\n(', 'other', 'exec')"], (1, 4)),  # a fault in another text
        (["1", "raise SystemExit"], (2, 1)),
        (["1\nexit()"], (1, 2)),
        (["1\nquit()"], (1, 2)),
        (["1\nawait f()"], (1, 2)),
        (["%nothing"], (1, 1)),
    ],
)
@pytest.mark.filterwarnings("ignore:To exit")
def test_an_error_has_its_place_in_the_notebook(shell: Kernel, cells: list[str], place: tuple[int, int]) -> None:
    for cell in cells:
        assert shell.error is None
        said(shell, cell)
    assert shell.error_place() == place


def test_an_error_is_not_told_by_ipython_too(shell: Kernel) -> None:
    assert said(shell, "print(1)\n1 / 0") == [("stdout", "1\n")]
    assert said(shell, "x = (") == []


@pytest.mark.parametrize("code", ["print('x' * 101)", "for _ in range(101): print(end='x')", "'x' * 101"])
def test_output_has_an_end(shell: Kernel, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(kernel, "MOST_OUTPUT", 100)
    said(shell, code)
    assert isinstance(shell.error, kernel.TooMuchOutput)


def test_output_is_counted_over_all_cells(shell: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "MOST_OUTPUT", 100)
    said(shell, "print('x' * 60)")
    assert shell.error is None
    said(shell, "print('x' * 60)")
    assert isinstance(shell.error, kernel.TooMuchOutput)


# Displays that change ---------------------------------------------------------------------------------------


def test_a_display_that_is_updated_shows_the_last_of_it_where_it_stood(shell: Kernel) -> None:
    first = shell.run("h = display('a', display_id='x')\nprint(1)")
    assert said(shell, "h.update('b')\nprint(2)") == [("stdout", "2\n")]
    assert [output.get("data", {}).get("text/plain") for output in first] == ["'b'", None]
    assert said(shell, "update_display(1, display_id='nowhere')") == []


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("print(1)\nclear_output()\nprint(2)", "2\n"),
        ("print(1)\nclear_output()", None),
        ("print(1)\nclear_output(wait=True)", "1\n"),
        ("for n in range(3):\n    clear_output(wait=True)\n    print(n)", "2\n"),
        ("import sys\nsys.stderr.write('a')\ndisplay(1)\nclear_output(wait=True)\nprint(3)", "3\n"),
    ],
)
def test_what_is_cleared_is_gone_as_in_jupyter(shell: Kernel, code: str, left: str | None) -> None:
    told = said(shell, f"from IPython.display import clear_output\n{code}")
    assert told == ([] if left is None else [("stdout", left)])


@pytest.mark.parametrize("way", ["_repr_html_", "_repr_latex_", "_repr_png_", "_repr_markdown_", "__repr__"])
@pytest.mark.parametrize("show", ["A()", "display(A())"])
def test_a_value_that_raises_when_it_is_shown_raises(shell: Kernel, way: str, show: str) -> None:
    shell.run(f"class A:\n    def {way}(self):\n        return 1 / 0\n")
    shell.run(show)
    assert isinstance(shell.error, ZeroDivisionError)
    assert shell.error_place() == (1, 3)
    shell.run("1")
    assert shell.error is None
