"""A new block is one class and one entry: its rules, its ids, its links and its HTML follow from the table."""

from __future__ import annotations

import xml.etree.ElementTree as etree
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from lessons.page import blocks, links, source
from lessons.page.blocks import WITH_ID, LessonBlock
from lessons.problem import Problem
from lessons.publish import zensical

Check = Callable[[str], list[Problem]]


class Clue(LessonBlock):
    """A clue, whose words are behind a disclosure with an id of its own."""

    NAME = "clue"
    OPTIONS: ClassVar[dict[str, Any]] = WITH_ID
    BODY = "words"
    CLASS = "lesson-clue"
    ID_SUFFIX = "words"
    HEADED = True
    SEARCHABLE = True

    def on_create(self, parent: etree.Element) -> etree.Element:
        section = etree.SubElement(parent, "section", {"class": self.CLASS})
        etree.SubElement(section, "h3", {"id": self.id}).text = self.argument
        self.disclosure(section, "Show", {"id": self.derived_id(self.id)})
        return section


class Moral(LessonBlock):
    """What stands right below a clue."""

    NAME = "moral"
    ARGUMENT = False
    OPTIONS: ClassVar[dict[str, Any]] = {}
    BODY = "sentence"
    FOLLOWS = Clue
    CLASS = "lesson-moral"
    HOLDS_RESULTS = False

    def on_create(self, parent: etree.Element) -> etree.Element:
        return etree.SubElement(parent, "blockquote", {"class": self.CLASS})


CLUE = "/// clue | Look closer\n    id: closer\n\nIt is a length.\n///\n"
MORAL = "/// moral\nLook.\n///\n"
WHOLE = CLUE + MORAL


@pytest.fixture(autouse=True)
def _in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry. Nothing else of the package is changed."""
    monkeypatch.setattr(blocks, "BLOCKS", (*blocks.BLOCKS, Clue, Moral))


def test_it_becomes_its_html(render: Callable[[str], str]) -> None:
    assert render(WHOLE) == (
        '<section class="lesson-clue">\n<h3 id="closer">Look closer</h3>\n'
        '<details id="closer-words">\n<summary>Show</summary>\n'
        '<section class="lesson-content">\n<p>It is a length.</p>\n</section>\n</details>\n</section>\n'
        '<blockquote class="lesson-moral">\n<p>Look.</p>\n</blockquote>'
    )


def test_its_ids_are_the_targets_of_links(check: Check) -> None:
    assert links.anchors(source.read("page.md", WHOLE)) == {"closer", "closer-words"}
    assert check(f"{WHOLE}\n[it](#closer) and [inside](#closer-words)\n") == []
    (found,) = check(f"{WHOLE}\n[it](#closer-answer)\n")
    assert (found.code, found.repair) == ("L603", "did you mean 'closer-words'? use one of: closer, closer-words")


@pytest.mark.parametrize(
    ("text", "line", "code", "message", "repair"),
    [
        (WHOLE.replace("It is a length.\n", ""), 1, "L106", "this clue has no words", "write the words between"),
        (WHOLE.replace("    id: closer\n", ""), 1, "L104", "this clue has no id", "add a line `    id: a-short-name`"),
        (
            WHOLE.replace("closer\n\n", "closer\n    level: 2\n\n"),
            3,
            "L103",
            "clue has the unknown option 'level'",
            "use",
        ),
        (
            WHOLE.replace("moral\n", "moral\n    id: x\n"),
            7,
            "L103",
            "moral has the unknown option 'id'",
            "a moral takes no",
        ),
        (
            WHOLE.replace(" | Look closer", ""),
            1,
            "L107",
            "this clue has no title",
            "write it on the opening line: /// clue",
        ),
        (WHOLE.replace("moral", "moral | Look"), 6, "L107", "a moral takes no title", "write only `/// moral`"),
        (
            WHOLE.replace("clue", "clu"),
            1,
            "L101",
            "there is no block 'clu'",
            "did you mean 'clue'? use one of: answer, clue",
        ),
        (CLUE, 1, "L108", "this clue has no moral", "put a `/// moral` block right below it"),
        (f"{CLUE}\nText.\n\n{MORAL}", 1, "L108", "this clue has no moral", "put a `/// moral` block right below it"),
        (MORAL, 1, "L108", "this moral has no clue", "put it right below its clue"),
        (WHOLE.replace("Look closer", "Look at $x$"), 1, "L302", "mathematics in a heading", "say it in words"),
        (WHOLE.replace("a length", "0.25"), 4, "L401", "the figure 0.25 is typed by hand", "compute it"),
        (
            f"{WHOLE}\n## Two {{ #closer-words }}\n",
            10,
            "L114",
            "the heading id 'closer-words' is used twice",
            "give one",
        ),
        (
            WHOLE + WHOLE.replace("closer\n\n", "closer-words\n\n"),
            10,
            "L105",
            "the id 'closer-words' is used twice",
            "choose another: the words of 'closer' has it",
        ),
    ],
)
def test_the_rules_ask_the_table(check: Check, text: str, line: int, code: str, message: str, repair: str) -> None:
    found = [one for one in check(text) if one.code == code]
    assert [(one.location.line - 6, one.message) for one in found] == [(line, message)]
    assert found[0].repair.startswith(repair)


def test_what_need_not_be_computed_may_be_typed(check: Check) -> None:
    assert check(WHOLE.replace("Look.", "Look at 0.25.").replace("Look closer", "Look at 0.25")) == []


def test_another_generator_may_not_leave_its_ids_out(tmp_path: Path) -> None:
    docs, site = tmp_path / "docs", tmp_path / "site"
    for folder in (docs, site):
        folder.mkdir()
    (docs / "index.md").write_text(WHOLE, encoding="utf-8")
    (site / "index.html").write_text('<article><h3 id="closer"></h3></article>', encoding="utf-8")
    assert [*zensical.left_out(docs, [], site)] == ["docs/index.md: closer-words is not on its page"]
