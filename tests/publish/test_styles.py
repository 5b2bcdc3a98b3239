"""The two stylesheets hold what the site can match, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from lessons.publish import styles

SHEETS = {
    "assets/main.css": """
/* a comment's apostrophe */
:root { --md-used: 1px; --md-through: var(--md-used); --md-alone: 2px; --own: 3px }
.md-a { width: var(--md-through) } .md-unused { color: red } .md-a .md-unused, .md-b:not(.md-unused) { color: blue }
[dir=rtl] .md-a { left: 0 } [data-md-color-primary=teal] { color: teal }
@media print { .md-a { color: black } } @media screen { .md-unused { top: 0 } }
@supports (display: grid) { .md-a { display: grid } }
.md-code__button { top: 1px } .from-script { top: 2px }
""",
    "assets/print.css": "@page card { size: a6 } @media print { .md-b { color: gray } }",
}


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(styles, "FOLDER", tmp_path / "cache")


def cut(words: set[str], sheets: Mapping[str, str] = SHEETS, scripts: str = "") -> tuple[str, str]:
    return styles.written(sheets, words, scripts)


def test_rules_stay_whose_classes_a_page_has() -> None:
    screen, _ = cut({"md-a", "md-b"})
    assert ".md-a{width:var(--md-through)}" in screen.replace(": ", ":")
    assert ".md-b:not(.md-unused)" in screen  # what it names inside is no condition
    assert "comment" not in screen
    assert ".md-unused{" not in screen.replace(" ", "")
    assert "@media screen" not in screen  # empty
    assert "@supports (display: grid){" in screen
    assert "rtl" not in screen
    assert "teal" not in screen


def test_rules_stay_for_what_scripts_make() -> None:
    screen, _ = cut({"md-a"}, scripts='element.className = "from-script"')
    assert ".md-code__button{" in screen  # of the theme's script, by the list
    assert ".from-script{" in screen  # of ours
    assert ".from-script{" not in cut({"md-a"})[0]


def test_variables_stay_that_something_asks_for() -> None:
    screen, _ = cut({"md-a"})
    assert "--md-used" in screen  # through another
    assert "--md-alone" not in screen
    assert "--own" in screen  # a page's own HTML may ask for it
    assert "--md-used" not in cut(set())[0]


def test_paper_has_a_stylesheet_of_its_own() -> None:
    screen, paper = cut({"md-a", "md-b"})
    assert "print" not in screen
    assert paper.replace(": ", ":").replace(" ", "") == (
        "@mediaprint{.md-a{color:black}}@pagecard{size:a6}@mediaprint{.md-b{color:gray}}"
    )


def test_stated_colours_stay() -> None:
    assert "teal" in cut({'data-md-color-primary="teal"'})[0]


def test_what_is_kept_is_what_would_be_made() -> None:
    first = cut({"md-a"})
    assert cut({"md-a", "a-word-that-no-rule-names"}) == first
    assert len(list(styles.FOLDER.iterdir())) == 1
    assert cut({"md-b"}) != first
