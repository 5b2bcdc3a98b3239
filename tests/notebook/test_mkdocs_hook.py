"""A notebook page under MkDocs: content as the rest of the site, without what mkdocs-jupyter would add."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lessons.notebook import mkdocs_hook, stage
from lessons.notebook.outputs import Outputs
from lessons.notebook.source import read

CONFIG = f"""
site_name: S
strict: true
theme:
  name: material
  font: false
plugins:
  - search
  - mkdocs-jupyter:
      include: ["*.ipynb"]
      execute: false
      allow_errors: false
      include_source: true
      cache: false
hooks:
  - {mkdocs_hook.__file__}
markdown_extensions:
  - lessons
  - toc:
      permalink: true
  - pymdownx.highlight
  - pymdownx.superfences
"""
NOTEBOOK = """# ---
# title: "What the header says: T"
# description: What it is about
# ---

# %% [markdown]
# # A heading of its own
#
# See [the lesson](../lessons/x.md#there) for $\\sigma^2$.
#
# ## Drawn

# %%
x = 1
"""
OUTPUTS: Outputs = [
    [
        {"output_type": "stream", "name": "stdout", "text": "needle-in-output <b>\n# no heading\n"},
        {
            "output_type": "execute_result",
            "metadata": {},
            "data": {"text/plain": "y", "text/latex": "$$\\begin{aligned} a &= b \\end{aligned}$$"},
        },
        {
            "output_type": "execute_result",
            "metadata": {},
            "data": {"text/plain": "z", "text/html": '<figure class="lesson-figure"><svg></svg></figure>'},
        },
    ]
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "docs/lessons").mkdir(parents=True)
    (folder / "docs/notebooks").mkdir()
    (folder / "docs/index.md").write_text("# Home\n\n[The notebook](notebooks/x.ipynb)\n")
    (folder / "docs/lessons/x.md").write_text("# Lesson\n\n## There\n")
    notebook, problems = read(Path("notebooks/x.py"), NOTEBOOK)
    assert problems == []
    (folder / "docs/notebooks/x.ipynb").write_text(stage.document(notebook, OUTPUTS))
    (folder / "mkdocs.yml").write_text(CONFIG)
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def page(site: Path) -> str:
    return (site / "notebooks/x/index.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def content(page: str) -> str:
    found = re.search(r"<article[^>]*>(.*)</article>", page, re.DOTALL)
    assert found
    return found[1]


def test_nothing_of_nbconvert_reaches_the_page(page: str, content: str) -> None:
    assert not re.search(r'class="[^"]*\bjp-', page)
    assert "jupyter" not in content.lower()
    assert "<style" not in content
    assert "<script" not in content
    assert "mermaid" not in page.lower()
    assert "cdn" not in page.lower()
    assert len(page) < 40_000


def test_title_and_description_are_the_header_s(page: str) -> None:
    assert re.search(r"<title>What the header says: T - S</title>", page)
    assert '<meta name="description" content="What it is about">' in page


def test_links_lead_to_the_lesson_page(content: str) -> None:
    assert '<a href="../../lessons/x/#there">the lesson</a>' in content


def test_mathematics_is_typeset_in_words_and_outputs(content: str) -> None:
    assert content.count('class="katex"') == 2
    assert '<div class="lesson-derivation">' in content
    assert not re.search(r"\$[^<]*\\", content)


def test_code_is_highlighted_and_outputs_are_as_they_came(content: str) -> None:
    assert re.search(r'<div class="[^"]*highlight">', content)
    assert "needle-in-output &lt;b&gt;&#10;# no heading</pre>" in content
    assert '<figure class="lesson-figure"><svg></svg></figure>' in content


def test_headings_stand_in_the_table_of_contents(page: str, content: str) -> None:
    assert re.search(r'<h1 id="a-heading-of-its-own">', content)
    assert re.search(r'<nav class="md-nav md-nav--secondary".*href="#drawn"', page, re.DOTALL)


def test_the_notebook_lies_beside_its_page(site: Path, content: str) -> None:
    assert '<a href="x.ipynb" download>' in content
    assert (site / "notebooks/x/x.ipynb").read_bytes() == (site.parent / "docs/notebooks/x.ipynb").read_bytes()


def test_words_are_found_by_the_search_and_outputs_are_not(site: Path) -> None:
    index = (site / "search/search_index.json").read_text(encoding="utf-8")
    assert "the lesson" in index
    assert "needle-in-output" not in index


def test_a_page_in_markdown_is_left_alone() -> None:
    class File:
        src_uri = "lessons/x.md"

    class Page:
        file = File()

    assert mkdocs_hook.on_page_markdown("# x", Page()) == "# x"
