"""A notebook's page: content as the rest of the site, without what mkdocs-jupyter would add."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from lessons.publish.build import build

ROOT = Path(__file__).parents[2]
CONFIG = f"""
site_name: S
strict: true
theme:
  name: material
  font: false
  custom_dir: {ROOT}/src/lessons/theme
plugins:
  - search
  - mkdocs-jupyter:
      include: ["*.ipynb"]
      execute: false
      allow_errors: false
      include_source: true
      cache: false
markdown_extensions:
  - lessons
  - attr_list
  - toc:
      permalink: true
  - pymdownx.highlight
  - pymdownx.superfences
nav:
  - index.md
  - lessons/x.md
  - notebooks/x.ipynb
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
print("needle-in-output <b>\\n# no heading")


class Derived:
    def _repr_latex_(self):
        return "$$\\\\begin{aligned} a &= b \\\\end{aligned}$$"


Derived()

# %%
class Drawn:
    def _repr_html_(self):
        return '<figure class="lesson-figure"><svg></svg></figure>'


Drawn()
"""
HEAD = "---\ntitle: T\ndescription: D\n---\n\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    for name in ("docs/lessons", "notebooks"):
        (folder / name).mkdir(parents=True)
    shutil.copytree(ROOT / "docs/assets", folder / "docs/assets")
    (folder / "docs/index.md").write_text(HEAD + "# Home\n\n[The notebook](notebooks/x.ipynb)\n")
    (folder / "docs/lessons/x.md").write_text(HEAD + "# Lesson\n\n## There\n")
    (folder / "notebooks/x.py").write_text(NOTEBOOK)
    (folder / "mkdocs.yml").write_text(CONFIG)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        build(folder / "mkdocs.yml", folder / "site")
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
    assert content.count("<math") == 2
    assert '<div class="lesson-derivation">' in content
    assert not re.search(r"\$[^<]*\\", content)


def test_code_is_highlighted_and_outputs_are_as_they_came(content: str) -> None:
    assert re.search(r'<div [^>]*class="[^"]*\bhighlight"', content)
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
