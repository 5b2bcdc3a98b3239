"""Reading a notebook's script: where its cells stand, and what is wrong with its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessons.notebook.limits import Limits
from lessons.notebook.source import Notebook, read

HEAD = "# ---\n# title: T\n# description: D\n# ---\n\n"


def cells(text: str) -> list[tuple[str, str, int]]:
    notebook, _ = read(Path("notebooks/x.py"), text)
    return [("code" if cell.code else "words", cell.text, cell.line) for cell in notebook.cells]


def faults(text: str) -> list[str]:
    """Each problem's first line."""
    _, problems = read(Path("notebooks/x.py"), text)
    return [str(problem).split("\n")[0] for problem in sorted(problems)]


# Header ---------------------------------------------------------------------------------------------------


def test_a_header_says_title_description_lesson_and_limits() -> None:
    head = '# ---\n# title: "T: t"\n# description: D\n# lesson: lessons/x.md\n# limits: {cell: 1.5, memory: 9}\n# ---\n'
    notebook, problems = read(Path("notebooks/x.py"), head)
    assert problems == []
    assert notebook == Notebook(
        Path("notebooks/x.py"), "T: t", "D", "lessons/x.md", Limits(cell=1.5, notebook=60, memory=9), ()
    )


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("# description: D\n", ["notebooks/x.py:1:1: L001 the page has no title"]),
        ("# title: T\n", ["notebooks/x.py:1:1: L001 the page has no description"]),
        ("# title: T\n# description: D\n# tilte: U\n", ["notebooks/x.py:4:1: L002 unknown front-matter key 'tilte'"]),
        ("# title: <b>T</b>\n# description: D\n", ["notebooks/x.py:2:1: L003 the title holds markup"]),
        ("# - title\n", ["notebooks/x.py:2:1: L002 the front matter is not a list of `key: value` lines"]),
    ],
)
def test_a_fault_in_the_header_is_reported_at_its_line(header: str, expected: list[str]) -> None:
    assert faults(f"# ---\n{header}# ---\n\n# %%\n1\n") == expected


def test_yaml_that_does_not_parse_is_reported_at_its_line() -> None:
    (fault,) = faults("# ---\n# title: T\n# description: D: d\n# ---\n")
    assert fault.startswith("notebooks/x.py:3:1: L002 the front matter does not parse: ")


@pytest.mark.parametrize("text", ["# %%\n1\n", "", "# ---\n# title: T\n# description: D\n\n# %%\n1\n"])
def test_a_header_that_is_missing_or_never_ends_is_a_title_and_a_description_missing(text: str) -> None:
    assert [fault.split(" ", 1)[1] for fault in faults(text)] == [
        "L001 the page has no description",
        "L001 the page has no title",
    ]


# Cells ----------------------------------------------------------------------------------------------------


def test_cells_know_the_line_of_their_text() -> None:
    text = HEAD + "# %% [markdown]\n# # T\n#\n# words\n\n# %%\nx = 1\n\n\n# %%\ny = 2\n"
    assert cells(text) == [("words", "# T\n\nwords", 7), ("code", "x = 1", 12), ("code", "y = 2", 16)]


@pytest.mark.parametrize("marker", ["# %%", "#%%", "# %% A title", '# %% tags=["a"]', "# %% {}", "# In[3]:"])
def test_every_marker_jupytext_knows_begins_a_cell(marker: str) -> None:
    assert cells(f"{HEAD}{marker}\n1\n\n{marker}\n2\n") == [("code", "1", 7), ("code", "2", 10)]


def test_blank_lines_below_a_marker_count() -> None:
    assert cells(HEAD + "# %%\n\n  \nx = 1\n") == [("code", "x = 1", 9)]


def test_code_above_the_first_marker_is_a_cell() -> None:
    assert cells(HEAD + "\nimport os\n\n# %%\n1\n") == [("code", "import os", 7), ("code", "1", 10)]


def test_blank_lines_above_the_first_marker_are_no_cell() -> None:
    assert cells(HEAD + "\n\n# %%\n1\n") == [("code", "1", 9)]


@pytest.mark.parametrize("empty", ["# %%\n", "# %%\n\n", "# %%\n\n\n\n"])
def test_an_empty_cell_moves_nothing(empty: str) -> None:
    (_, (_, _, line)) = cells(f"{HEAD}{empty}# %%\n1\n")
    assert line == 6 + empty.count("\n") + 1


@pytest.mark.parametrize(
    "between",
    [
        "# %% [raw]\n# a\n",
        '# %%\ns = """\n# %%\n"""\n',  # no marker: it stands in a string
        "# %% [markdown]\n# ```\n# %% a\n# ```\n",  # nor in a fence
        '# %% [markdown]\n"""\nwords\n"""\n',
        "# %%\n# %%timeit\n1\n",  # a magic
    ],
)
def test_what_looks_like_a_marker_moves_no_line(between: str) -> None:
    assert cells(f"{HEAD}{between}\n# %%\nlast = 1\n")[-1] == ("code", "last = 1", 6 + between.count("\n") + 2)


def test_words_in_a_string_begin_where_they_stand() -> None:
    assert cells(HEAD + '# %% [markdown]\n"""\n# T\n\nwords\n"""\n') == [("words", "# T\n\nwords", 8)]


def test_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    text = HEAD + "# %% [markdown]\n# words\n\n# %%\nx = 1\ny = 2\n"
    expected = read(Path("x.py"), text)
    assert expected[1] == []
    assert read(Path("x.py"), "\ufeff" + text) == expected
    assert read(Path("x.py"), text.replace("\n", "\r\n")) == expected


def test_fences_and_lists_in_words_survive() -> None:
    words = "- a\n    - b\n\n1. c\n\n```python\n# a comment\n\nx = 1\n```"
    comments = "\n".join(f"# {line}".rstrip() for line in words.split("\n"))
    assert cells(f"{HEAD}# %% [markdown]\n{comments}\n") == [("words", words, 7)]


# Words ----------------------------------------------------------------------------------------------------


def test_bad_tex_is_reported_at_its_line_of_the_script() -> None:
    text = HEAD + "# %%\n1\n\n# %% [markdown]\n# Good: $x$.\n#\n# Bad: $\\frac{1}{$.\n"
    (fault,) = faults(text)
    assert fault.startswith("notebooks/x.py:12:6: L301 ")


def test_words_do_not_compute() -> None:
    text = "# %% [markdown]\n# It is `{python} 1 + 1`.\n#\n# ```{python}\n# 1 / 0\n# ```\n"
    said = "L507 code in the words of a notebook"
    assert faults(HEAD + text) == [f"notebooks/x.py:7:7: {said}", f"notebooks/x.py:9:1: {said}"]


def test_code_is_not_read_as_words() -> None:
    assert faults(HEAD + '# %%\ncost = "$ /// quesion"  # $\\frac{1}{$\n') == []


def test_all_problems_are_told_in_one_go() -> None:
    text = "# ---\n# limits: 3\n# ---\n# %% [markdown]\n# $\\frac{1}{$\n"
    assert [fault.split()[1] for fault in faults(text)] == ["L001", "L001", "L002", "L301"]
