"""What cells show on a page: L506, with the line of the cell."""

from __future__ import annotations

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


def test_other_kinds_are_shown_as_their_text_or_not_at_all() -> None:
    assert told(application_javascript="alert(1)", text_plain="<Javascript>") == []
    assert told(text_markdown="<script>", text_plain="<script>") == []


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
