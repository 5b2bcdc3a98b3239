"""`lessons build-next`: the same sources through Zensical, whole or not at all, and nothing lost without a word."""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from lessons.publish import zensical
from lessons.publish.build import BuildFailed

CONFIG = "mkdocs.yml"
PAGE = "docs/index.md"
# A page with a card, and with a value that would be another one in Zensical's own process.
TEXT = """---
title: A page
description: What a page holds.
---

# A page

Its [notebook](notebooks/one.ipynb).

```{python}
import sys

elsewhere = "zensical" not in sys.modules
```

It ran elsewhere: `{python} int(elsewhere)`.

/// flashcard | Whose divergence is $\\log 2$?
    id: card-log-two
Yours.
///
"""
NOTEBOOK = """# ---
# title: One
# description: A notebook.
# lesson: index.md
# ---

# %% [markdown]
# # One
#
# Of [the page](../index.md).
"""


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def built(shared_copy: Any) -> Any:
    """A copy cut down to one page and one notebook, with a good next site."""
    for folder in ("lessons", "contributing"):
        shutil.rmtree(shared_copy.folder / "docs" / folder)
    for page in ("glossary.md", "review.md", "teachers.md"):
        (shared_copy.folder / "docs" / page).unlink()
    for notebook in (shared_copy.folder / "notebooks").iterdir():
        notebook.unlink()
    (shared_copy.folder / "notebooks/one.py").write_text(NOTEBOOK, encoding="utf-8")
    (shared_copy.folder / PAGE).write_text(TEXT, encoding="utf-8")
    config = shared_copy.folder / CONFIG
    nav = "nav:\n  - Home: index.md\n  - One: notebooks/one.ipynb\n\ntheme:"
    config.write_text(re.sub(r"(?ms)^nav:.*^theme:", nav, config.read_text(encoding="utf-8")), encoding="utf-8")
    done = shared_copy.run("build-next")
    assert done.returncode == 0, done.stdout + done.stderr
    return shared_copy


def test_zensical_runs_no_snippet(built: Any) -> None:
    html = (built.folder / "site-next/index.html").read_text(encoding="utf-8")
    assert re.search(r'It ran elsewhere: <span class="lesson-value">1</span>', html)


def test_the_notebook_is_a_page_and_a_file_beside_it(built: Any) -> None:
    folder, ipynb = built.folder / "site-next/notebooks/one", built.folder / "docs/notebooks/one.ipynb"
    assert '<a href="one.ipynb" download>' in (folder / "index.html").read_text(encoding="utf-8")
    assert (folder / "one.ipynb").read_bytes() == ipynb.read_bytes()
    page = (built.folder / "site-next/index.html").read_text(encoding="utf-8")
    assert '<a href="notebooks/one/">notebook</a>' in page


def test_material_s_templates_are_left_out(built: Any) -> None:
    html = (built.folder / "site-next/index.html").read_text(encoding="utf-8")
    assert re.findall(r'role="dialog"[^>]*>', html) == ['role="dialog" aria-label="Search">']


def test_two_builds_are_the_same_bytes(built: Any) -> None:
    done = built.run("build-next", "--site", "again", PYTHONHASHSEED="7", TZ="Pacific/Auckland")
    assert done.returncode == 0, done.stderr
    assert fingerprint(built.folder / "again") == fingerprint(built.folder / "site-next")


def test_a_fault_is_told_and_spares_the_site(built: Any) -> None:
    good, config = fingerprint(built.folder / "site-next"), built.folder / CONFIG
    text = config.read_text(encoding="utf-8")
    built.edit(CONFIG, "  - Home: index.md\n", "  - Home: index.md\n  - Gone: gone.md\n")
    try:
        done = built.run("build-next")
    finally:
        config.write_text(text, encoding="utf-8")
    assert done.returncode == 1
    first, *_, last = done.stderr.splitlines()
    assert re.fullmatch(r"mkdocs\.yml:\d+:11: L602 'gone\.md' of nav leads to no page", first)
    assert last == "The site was not built; site-next/ is as it was."
    assert fingerprint(built.folder / "site-next") == good
    assert list(built.folder.glob(".site-next*")) == []


SILENCE = {
    "blocks without their extension": (
        CONFIG,
        "  - lessons:\n      deck_pdf: !ENV [LESSONS_DECK_PDF, false]\n",
        "",
        r"^docs/index\.md: card-log-two is not on its page$",
    ),
    "an extension that is not installed": (
        CONFIG,
        "  - attr_list\n",
        "  - attr_lists\n",
        r"^Zensical stopped:\n.*No module named 'attr_lists'$",
    ),
    "a link that leads nowhere": (
        PAGE,
        "\n```{python}",
        "\n[Gone](gone.md).\n\n```{python}",
        r"(?s)^Zensical stopped:\n.*page does not exist.* index\.md:\d+:\d+ ",
    ),
}


@pytest.mark.parametrize("fault", SILENCE)
def test_what_zensical_says_or_passes_over_is_told(
    built: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Past the checks, in plain letters and without its call stack."""
    monkeypatch.chdir(built.folder)
    path, old, new, said = SILENCE[fault]
    text = (built.folder / path).read_text(encoding="utf-8")
    built.edit(path, old, new)
    try:
        with pytest.raises(BuildFailed) as failure:
            zensical.generate(built.folder / CONFIG, tmp_path)
    finally:
        (built.folder / path).write_text(text, encoding="utf-8")
    assert re.search(said, str(failure.value), re.MULTILINE), failure.value
    assert "\x1b" not in str(failure.value)
    assert "Traceback" not in str(failure.value)
    assert list(tmp_path.iterdir()) == []


def test_without_zensical_it_says_what_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zensical", None)
    with pytest.raises(BuildFailed, match="make build-next"):
        zensical.generate(tmp_path / CONFIG, tmp_path)


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """The docs and the site of a project with one page."""
    page = "# P\n\n/// flashcard | F\n    id: card-f\nB\n///\n"
    for path, text in (("docs/p.md", page), ("site/p/index.html", '<article><li id="card-f">B</li></article>')):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path / "docs", tmp_path / "site"


def test_a_whole_site_leaves_nothing_out(small: tuple[Path, Path]) -> None:
    docs, site = small
    assert list(zensical.left_out(docs, [{"Part": [{"P": "p.md"}, "p.md"]}], site)) == []


@pytest.mark.parametrize(
    ("html", "told"),
    [
        (None, "docs/p.md: no page was made of it"),
        ('<nav id="card-f"></nav><article></article>', "docs/p.md: card-f is not on its page"),
        (
            '<article><p id="card-f">/// flashcard | F</p></article>',
            "docs/p.md: published as it was written: /// flashcard | F",
        ),
        (
            '<article><p id="card-f">It is {python} x.</p></article>',
            "docs/p.md: published as it was written: {python} x.",
        ),
        ('<article><p id="card-f">Write <code>{python} x</code></p><pre>///</pre></article>', ""),
    ],
    ids=["no page", "no block", "a raw block", "a raw value", "code that shows them"],
)
def test_what_is_left_out_is_told(small: tuple[Path, Path], html: str | None, told: str) -> None:
    docs, site = small
    page = site / "p/index.html"
    page.unlink()
    if html is not None:
        page.write_text(html, encoding="utf-8")
    assert list(zensical.left_out(docs, ["p.md"], site)) == [told] * bool(told)
