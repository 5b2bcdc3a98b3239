"""The outcome of a task: closed on the page, plain in Jupyter. What is told of others stands in the corpus (L511)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lessons.notebook import ipynb
from lessons.notebook.outcome import begun
from lessons.notebook.source import read
from lessons.page.page import Outline, Page
from lessons.page.render import Settings, render
from lessons.page.source import scan
from lessons.page.typeset import typeset

HEAD = "# ---\n# title: T\n# description: D\n# ---\n\n"
TASKS = HEAD + """# %% [markdown]
# # T
#
# ## Now you
#
# 1. Try it.

# %% [markdown]
# **Outcome: $\\beta = 0$**
#
# It *collapses*, and
#
# - stays there.

# %%
print("inside")

# %%
print("inside, too")

# %% [markdown]
# **Outcome**

# %%
print("computed")

# %% [markdown]
# ## After

# %%
print("outside")

# %% [markdown]
# **Outcome: the last**
#
# Done.
"""  # fmt: skip


def document(text: str) -> str:
    notebook, problems = read(Path("notebooks/t.py"), text)
    assert problems == []
    outputs = [[{"name": "stdout", "output_type": "stream", "text": cell.text[7:-2] + "\n"}] for cell in notebook.code]
    return ipynb.document(notebook, outputs)


@pytest.fixture(scope="module")
def page() -> Page:
    source = scan("notebooks/t.py", ipynb.to_markdown(document(TASKS), "t.ipynb"), made=True)
    done = typeset(source, {})
    assert done.problems == []
    extensions = ("lessons", "attr_list", "toc", "pymdownx.highlight", "pymdownx.superfences")
    meta = {"title": "T", "description": "D"}
    return render(
        source, done, address="notebooks/t/index.html", meta=meta, outline=Outline(), settings=Settings(extensions)
    )


def test_each_outcome_is_closed_and_holds_its_words_and_its_code(page: Page) -> None:
    found = re.findall(
        r'<details class="lesson-answer lesson-outcome">.*?</section>\s*</details>', page.html, re.DOTALL
    )
    assert len(found) == 3
    names = [re.sub("<[^>]*>", "", one.partition("<summary>")[2].partition("</summary>")[0]) for one in found]
    assert names[1:] == ["Outcome", "Outcome: the last"]
    assert 'aria-label="beta equals 0"' in found[0].partition("</summary>")[0]
    said = [re.sub("<[^>]*>", "", one) for one in found]
    assert all(words in said[0] for words in ("It collapses, and", "stays there.", "inside", "inside, too"))
    assert "computed" in said[1]
    assert "After" not in said[1]
    assert "outside" not in "".join(said)
    assert "Done." in said[2]
    assert "**Outcome" not in page.html
    assert "/////" not in page.html


def test_its_words_are_found_and_not_shown_by_search(page: Page) -> None:
    (task,) = [one for one in page.sections if one.id == "now-you"]
    assert "collapses" not in task.text
    assert {"collapses", "stays", "beta"} <= set(task.words.split())
    assert "inside" not in task.words  # printed


def test_in_jupyter_it_is_a_cell_of_words() -> None:
    assert r'"**Outcome: $\\beta = 0$**\n\nIt *collapses*' in document(TASKS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Outcome**", ("", "")),
        ("**Outcome**  \nIt falls.", ("", "It falls.")),
        ("**Outcome: one, two**\n\nIt falls.\n", ("one, two", "It falls.")),
        ("**Outcome:**", None),
        ("**Outcome: **", None),
        ("Outcome", None),
        ("Words.\n\n**Outcome**", None),
    ],
)
def test_how_an_outcome_begins(text: str, expected: tuple[str, str] | None) -> None:
    assert begun(text) == expected
