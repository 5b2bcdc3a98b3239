"""What cells show on a page: L506, with the line of the cell."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import pytest

from lessons.notebook.allowed import problems
from lessons.notebook.limits import Limits
from lessons.notebook.source import Cell, Notebook

NOTEBOOK = Notebook(
    Path("notebooks/x.py"), "T", "D", "", Limits(), (Cell(False, "Words.", 2), Cell(True, "1", 5), Cell(True, "2", 9))
)


def told(**data: str) -> list[str]:
    output = {"output_type": "display_data", "data": {key.replace("_", "/"): value for key, value in data.items()}}
    return [str(problem).partition("\n")[0] for problem in problems(NOTEBOOK, [[], [output]])]


def test_html_that_a_page_may_not_have_is_told_at_its_cell() -> None:
    assert told(text_html="<p>x</p>") == []
    assert told(text_html="<a href='x'>x</a>", text_plain="x") == [
        "notebooks/x.py:9:1: L506 HTML that a page may not have: the element <a>"
    ]


@pytest.mark.parametrize(
    "tex",
    [
        "$$x$$ <img src=x onerror=alert(1)> $$y$$",
        "x\n$$\n\n<script>alert(1)</script>\n\n$$\ny",
        "x\n```\n<script>",
        "# x",
        "/// question | x",
        "x $$ `{python} 1` $$ y",
    ],
)
def test_tex_that_leaves_its_formula_is_refused(tex: str) -> None:
    assert told(text_latex=tex) == ["notebooks/x.py:9:1: L506 TeX that is not one formula"]


def test_tex_that_cannot_be_set_is_told_at_its_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(text_latex="$$\\mu < 1$$") == []
    (said,) = told(text_latex="\\frac{1}{")
    assert said.startswith("notebooks/x.py:9:1: L301 ")
    (said,) = told(text_latex="\\href{javascript:alert(1)}{x}")
    assert said.startswith("notebooks/x.py:9:1: L301 ")


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("text/markdown", "an output in Markdown"),
        ("application/json", "an output in JSON"),
        ("application/javascript", "an output in JavaScript"),
        ("application/pdf", "an output of the kind application/pdf"),
        ("application/vnd.vega.v5+json", "an output of the kind application/vnd.vega.v5+json"),
    ],
)
def test_what_a_page_cannot_show_is_refused_at_its_cell(kind: str, message: str) -> None:
    output = {"output_type": "display_data", "data": {kind: "x", "text/plain": "<Report at 0x…>"}}
    (found,) = problems(NOTEBOOK, [[], [output]])
    assert str(found).startswith(f"notebooks/x.py:9:1: L506 {message}\n    ")


@pytest.mark.parametrize("shown", ["text/html", "text/latex"])
def test_what_a_page_shows_comes_before_what_it_does_not(shown: str) -> None:
    for more in ("text/markdown", "application/json"):
        output = {"output_type": "display_data", "data": {shown: "x", more: "x", "text/plain": "<Report at 0x…>"}}
        assert list(problems(NOTEBOOK, [[], [output]])) == []


UNNAMED = [
    ("<__main__.Report at 0x…>", "<__main__.Report at 0x…>"),
    ("[1, <__main__.A object at 0x…>, 2]", "<__main__.A object at 0x…>"),
    ("<bound method A.f of <__main__.A object at 0x…>>", "<__main__.A object at 0x…>"),
    ("a\n<generator object <genexpr> at 0x…>", ": <generator object <genexpr> at 0x…>"),
    ("<IPython.core.display.Markdown object>", "<IPython.core.display.Markdown object>"),
    ("<DisplayHandle display_id=a1>", "<DisplayHandle display_id=a1>"),
]


@pytest.mark.parametrize(("text", "named"), UNNAMED)
def test_an_object_without_words_is_refused_however_it_is_shown(text: str, named: str) -> None:
    shown: list[dict[str, Any]] = [
        {"output_type": "stream", "name": "stdout", "text": text},
        {"output_type": "execute_result", "data": {"text/plain": text}},
        {"output_type": "display_data", "data": {"text/html": f"<td>{html.escape(text)}</td>", "text/plain": "x"}},
    ]
    for output in shown:
        (found,) = problems(NOTEBOOK, [[], [output]])
        assert str(found).startswith("notebooks/x.py:9:1: L506 an object without words of its own: <")
        assert found.message.endswith(named)


@pytest.mark.parametrize("text", ["1 < 2 at 3 > 2", "<class '__main__.A'>", "a look at 0x10", "an <b> object>"])
def test_words_that_look_like_an_object_are_words(text: str) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": text}
    assert list(problems(NOTEBOOK, [[], [output]])) == []


def test_a_notebook_that_failed_has_no_outputs_to_judge() -> None:
    assert list(problems(NOTEBOOK, [])) == []


BAD = "class A:\n    def _repr_html_(self):\n        return '<svg onload=\"x()\"></svg>'\nA() # here\n"
HOSTILE = (
    ("x\n# <script>", "L112 raw HTML: <script"),
    ("[x](javascript:alert(1))", "L601 a link may not begin with 'javascript:'"),
    ("*x*{ onclick=alert(1) }", "L113 attributes of HTML: { onclick=alert(1) }"),
    ("- a ` b\n# - <img src=x onerror=alert(1)> ` c", "L112 raw HTML: <img"),
    ("- ` a\n# - [x](javascript:b) `", "L601 a link may not begin with 'javascript:'"),
    ("[a [b [c [d]]]](javascript:alert(1))", "L601 a link may not begin with 'javascript:'"),
    ("![](x.png)", "L605 an image without alternative text"),
)


def test_a_build_refuses_what_a_cell_shows_even_when_it_was_kept(workshop: Any) -> None:
    workshop.write("a", BAD)
    first, again = workshop.run(), workshop.run()
    assert first.returncode == again.returncode == 1
    assert first.stderr.startswith(
        "notebooks/a.py:7:1: L506 HTML that a page may not have: the attribute onload='x()' of <svg>\n"
    )
    assert again.stderr == first.stderr
    assert again.stdout == ""  # it was not run again
    assert workshop.staged() == {}


def test_a_hostile_cell_of_markdown_is_told_at_its_line(workshop: Any) -> None:
    for number, (text, _) in enumerate(HOSTILE):
        workshop.write(f"n{number}", f"1\n# %% [markdown]\n# {text}\n")
    done = workshop.run()
    assert done.returncode == 1
    for number, (text, says) in enumerate(HOSTILE):
        line = 9 + text.count("\n")
        assert any(
            one.startswith(f"notebooks/n{number}.py:{line}:") and one.endswith(says) for one in done.stderr.splitlines()
        ), done.stderr
    assert workshop.staged() == {}
