"""A quiz as Moodle XML: built as the importer reads it, and read back with all its numbers and words."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as etree
from decimal import Decimal

import pytest

from lessons.page.page import Page
from lessons.publish import moodle
from lessons.publish.quiz import Category, Question, Quiz, Reply, quiz

SITE, ROOT = "VAE lessons", "https://example.org/"
# What each element holds, in this order, as Moodle's own export has it: "?" at most one, "*" any number of them.
TEXT = ["text"]
HOLDS = {
    "quiz": ["question*"],
    "question category": ["category", "info"],
    "question numerical": [
        "name", "questiontext", "generalfeedback", "defaultgrade", "penalty", "hidden", "idnumber", "answer*", "units?",
        "unitgradingtype", "unitpenalty", "showunits", "unitsleft", "hint*", "tags",
    ],
    "answer": ["text", "feedback", "tolerance"],
    "units": ["unit*"],
    "unit": ["multiplier", "unit_name"],
    "tags": ["tag*"],
    **dict.fromkeys(("category", "info", "name", "questiontext", "generalfeedback", "feedback", "hint", "tag"), TEXT),
}  # fmt: skip
GRADES = (100, 90, 80, 75, 70, 60, 50, 40, 30, 25, 20, 10, 5, 0)  # that an import takes as they are


def kind(element: etree.Element) -> str:
    return f"question {element.get('type')}" if element.tag == "question" else element.tag


def text(element: etree.Element, path: str) -> str:
    found = element.find(path)
    assert found is not None, path
    return found.text or ""


def read(document: str) -> Quiz:
    """The quiz that a file holds, read as Moodle reads it."""
    root = etree.fromstring(document.encode())
    categories: list[Category] = []
    tag = ""
    for one in root:
        if one.get("type") == "category":
            names = re.split("(?<!/)/(?!/)", text(one, "category/text"))
            path = tuple(name.replace("//", "/") for name in names)
            assert path[:2] == ("$course$", "top")
            categories.append(Category(path[2:], text(one, "info/text"), ()))
            continue
        replies = tuple(
            Reply(
                text(said, "text"), text(said, "tolerance"), int(said.get("fraction", "")), text(said, "feedback/text")
            )
            for said in one.findall("answer")
        )
        unit = one.find("units/unit/unit_name")
        question = Question(
            text(one, "idnumber"),
            text(one, "name/text"),
            text(one, "questiontext/text"),
            "" if unit is None else unit.text or "",
            replies,
            tuple(text(hint, "text") for hint in one.findall("hint")),
            text(one, "generalfeedback/text"),
        )
        tag = text(one, "tags/tag/text")
        last = categories.pop()
        categories.append(Category(last.path, last.about, (*last.questions, question)))
    return Quiz("", tag, tuple(categories))


@pytest.fixture
def made(taught: Page) -> Quiz:
    return quiz(taught, SITE, ROOT)


def test_all_that_a_quiz_holds_is_read_back(made: Quiz) -> None:
    found = read(moodle.written(made))
    assert found.categories == made.categories
    assert found.tag == "one"
    assert sum(len(question.replies) for question in found.questions) > 10


def test_formulas_and_entities_are_what_they_were(made: Quiz, hostile: str) -> None:
    first = next(read(moodle.written(made)).questions)
    assert r"\(\nu = \{x : a < b\}\)" in html.unescape(first.text)
    assert hostile in html.unescape(first.text)
    assert hostile in html.unescape(first.replies[2].words)
    assert "<math" not in moodle.written(made)


def test_it_is_built_as_the_importer_reads_it(made: Quiz) -> None:
    for element in etree.fromstring(moodle.written(made).encode()).iter():
        held = HOLDS.get(kind(element))
        names = "".join(f"{child.tag} " for child in element)
        if held is None:
            assert not names, f"{element.tag} holds {names}"
            continue
        pattern = "".join(f"(?:{one.rstrip('*?')} ){one[-1] if one[-1] in '*?' else ''}" for one in held)
        assert re.fullmatch(pattern, names), f"{kind(element)} holds {names}"


def test_each_element_with_html_says_so(made: Quiz) -> None:
    root = etree.fromstring(moodle.written(made).encode())
    for name in ("info", "questiontext", "generalfeedback", "feedback", "hint"):
        found = list(root.iter(name))
        assert found, name
        assert {one.get("format") for one in found} == {"html"}, name


def test_numbers_are_numbers_and_grades_are_taken_as_they_are(made: Quiz) -> None:
    root = etree.fromstring(moodle.written(made).encode())
    for answer in root.iter("answer"):
        assert int(answer.get("fraction", "")) in GRADES
        assert re.fullmatch(r"-?\d+(\.\d+)?", text(answer, "text"))
        assert Decimal(text(answer, "tolerance")) >= 0
    assert {
        (one.find("units") is not None, text(one, "showunits")) for one in root.iter("question") if len(one) > 2
    } == {
        (True, "0"),
        (False, "3"),
    }


def test_ids_are_unique_and_short_enough(made: Quiz) -> None:
    ids = [question.id for question in made.questions]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[\w-]{1,100}", one) for one in ids)


def test_no_character_breaks_the_file() -> None:
    words = "a\x00\x1b\ud800\ufffe]]>b"
    question = Question("q", words, words, "", (), (), words)
    broken = Quiz(f"{words} -- c", "t", (Category((words,), words, (question,)),))
    found = next(read(moodle.written(broken)).questions)
    assert found.name == "a����]]>b"
    assert found.text == "a����]]&gt;b"


def test_the_same_quiz_is_the_same_bytes(made: Quiz, taught: Page) -> None:
    assert moodle.written(made) == moodle.written(quiz(taught, SITE, ROOT))
