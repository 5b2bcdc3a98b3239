"""What nav says and does not mean: told in mkdocs.yml, at its line, before the site generator sees it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lessons.page import checks

PAGE = "---\ntitle: A page\ndescription: Words.\n---\n\nText.\n"
GOOD = "  - index.md\n  - KL: lessons/kl.md\n  - The notebook: notebooks/kl.ipynb\n"
PATH = "as seen from docs/"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three pages to name: two of docs/, and a notebook's."""
    monkeypatch.chdir(tmp_path)
    for name in ("docs/index.md", "docs/lessons/kl.md"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(PAGE, encoding="utf-8")
    Path("notebooks").mkdir()
    Path("notebooks/kl.py").touch()
    return tmp_path


def told(nav: str) -> list[str]:
    """The report of a check of all pages; nav begins on line 3 of mkdocs.yml."""
    Path("mkdocs.yml").write_text(f"site_name: Lessons\nnav:\n{nav}", encoding="utf-8")
    found = sorted(checks.check(checks.pages(Path("docs")), twice=False))
    return [f"{p.location}: {p.code} {p.message}: {p.repair}" for p in found]


OTHERS = ("lessons/lk.md", "lessons/kl", "docs/lessons/kl.md", "/lessons/kl.md", "lessons/kl.html", "Lessons/KL.md")
AROUND = "indent it as the entries around it"
EACH = f"{AROUND}, each after a -: `- Its title: page.md`"
BLOCK = "expected <block end>, but found '<block sequence start>'"
PARSE = "L012 the file does not parse: "
QUOTE = 'put words with a colon between quotation marks: `- "KL: why": lessons/kl.md`'
SIGNS = "write it in plain words and letters, such as σ and β: it is shown where nothing renders markup"


def nowhere(target: str, repair: str = "write lessons/kl.md") -> str:
    return f"L602 {target!r} of nav leads to no page: {repair}"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  - The", "   - The", f"5:4: {PARSE}while parsing a block collection, {BLOCK}: {EACH}"),
        (
            " KL: lessons/kl.md\n  - The notebook: ",
            " lessons/kl.md\n   - ",
            f"5:1: L012 an entry of nav that is none: {AROUND}: here it is a part of the one above",
        ),
        (
            "  - KL",
            " - KL",
            f"4:2: {PARSE}while parsing a block mapping, {BLOCK}: {EACH}",
        ),
        (
            "  - KL",
            "\t- KL",
            f"4:1: {PARSE}while scanning for the next token, found character '\\t' that cannot start any token: "
            "write spaces: YAML takes no tabs",
        ),
        ("KL:", "KL: why:", f"4:12: {PARSE}mapping values are not allowed here: {QUOTE}"),
        (
            "- KL: lessons",
            "-KL: lessons",
            f"4:3: {PARSE}while parsing a block collection, expected <block end>, but found '?': {EACH}",
        ),
        (
            "KL: lessons",
            "KL:lessons",
            "4:5: L012 no space stands after the colon of this entry of nav: write `- KL: lessons/kl.md`",
        ),
        *(("lessons/kl.md", other, f"4:9: {nowhere(other)}") for other in OTHERS),
        ("kl.ipynb", "kl.py", f"5:19: {nowhere('notebooks/kl.py', 'write notebooks/kl.ipynb')}"),
        (
            GOOD,
            GOOD + "  - notebooks/vae.ipynb\n",
            f"6:5: {nowhere('notebooks/vae.ipynb', f'delete it, or write the path of its page {PATH}')}",
        ),
        (GOOD, GOOD + "  - The $x$: index.md\n", f"6:5: L003 the nav title holds markup: {SIGNS}"),
    ],
)
def test_a_slip_of_nav_is_told_once_at_its_line(old: str, new: str, says: str, project: Path) -> None:
    assert told(GOOD) == []
    assert GOOD.count(old) >= 1
    assert told(GOOD.replace(old, new, 1)) == [f"mkdocs.yml:{says}"]


def test_a_notebook_that_nav_does_not_name_is_told(project: Path) -> None:
    line = "  - The notebook: notebooks/kl.ipynb\n"
    repair = "add a line under nav: in mkdocs.yml, such as `- Its title: notebooks/kl.ipynb`"
    assert told(GOOD.replace(line, "")) == [
        f"notebooks/kl.py:1:1: L008 no entry of nav leads to this notebook: {repair}"
    ]


def test_addresses_elsewhere_and_sections_are_entries(project: Path) -> None:
    assert told(GOOD + "  - More:\n      - The paper: https://arxiv.org/abs/1312.6114\n      - index.md\n") == []


# ---- an id that two pages have ----

QUESTION = "\n/// question | Why?\n    id: why\n\nBecause.\n///\n"


def test_the_page_that_came_later_is_told(project: Path) -> None:
    for name in ("lessons/kl", "lessons/a-new-one"):
        Path(f"docs/{name}.md").write_text(PAGE + QUESTION, encoding="utf-8")
    (first,) = told(GOOD + "  - lessons/a-new-one.md\n")
    assert first.startswith("docs/lessons/a-new-one.md:9:5: L105 the id 'why' is used twice: ")
    assert "docs/lessons/kl.md:9:5 has it" in first
    (first,) = told("  - lessons/a-new-one.md\n" + GOOD)
    assert first.startswith("docs/lessons/kl.md:9:5: L105")


def test_what_is_committed_came_first(project: Path) -> None:
    for name in ("lessons/kl", "lessons/a-new-one"):
        Path(f"docs/{name}.md").write_text(PAGE + QUESTION, encoding="utf-8")
    for arguments in (["init", "-q"], ["add", "docs/lessons/kl.md"]):
        subprocess.run(["git", *arguments], check=True)
    (first,) = told("  - lessons/a-new-one.md\n" + GOOD)
    assert first.startswith("docs/lessons/a-new-one.md:9:5: L105")
