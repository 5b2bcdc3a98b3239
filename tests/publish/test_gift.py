"""A quiz as GIFT: read back as Moodle reads it, whatever signs its words hold."""

from __future__ import annotations

import html
import re

import pytest

from lessons.page.page import Page
from lessons.publish import gift
from lessons.publish.quiz import Category, Question, Quiz, Reply, quiz

SITE, ROOT = "VAE lessons", "https://example.org/"
ESCAPED = {":": "058", "#": "035", "=": "061", "{": "123", "}": "125", "~": "126", "n": "010"}


def before(text: str) -> str:
    """Signs that a backslash stands before, put aside."""
    text = text.replace(r"\\", "\0")
    for sign, code in ESCAPED.items():
        text = text.replace(f"\\{sign}", f"\1{code}\2")
    return text.replace("\0", "\\")


def after(text: str) -> str:
    """Signs that were put aside, in their places; words that say that they are HTML."""
    assert text.startswith("[html]"), text
    return aside(text.removeprefix("[html]"))


def aside(text: str) -> str:
    return re.sub("\1(\\d+)\2", lambda code: chr(int(code[1])), text).strip()


def read(document: str) -> tuple[list[tuple[str, ...]], list[Question]]:
    """The paths of a file's categories, and its questions."""
    paths: list[tuple[str, ...]] = []
    questions: list[Question] = []
    for paragraph in re.split(r"\n\s*\n", document.strip()):
        lines = paragraph.split("\n")
        identifier = next((found[1] for line in lines if (found := re.match(r"// \[id:([^\]]+)\]", line))), "")
        text = before("\n".join(line for line in lines if not line.strip().startswith("//")).strip())
        if text.startswith("$CATEGORY:"):
            names = re.split("(?<!/)/(?!/)", text.removeprefix("$CATEGORY:").strip())
            paths.append(tuple(name.replace("//", "/") for name in names))
        elif text:
            questions.append(read_question(identifier, text))
    return paths, questions


def read_question(identifier: str, text: str) -> Question:
    assert text.startswith("::")
    name, _, rest = text[2:].partition("::")
    start, end = rest.index("{"), rest.index("}")
    assert end == len(rest) - 1, "what follows the answers would make a gap of them"
    answers, separator, general = rest[start + 1 : end].rpartition("####")
    assert separator
    assert answers.startswith("#")
    assert "~" not in answers
    replies = []
    for one in answers[1:].split("=")[1:]:
        weight = re.match(r"%-*([0-9]{1,2}\.?[0-9]*)%", one.strip())
        assert weight, one
        figures, _, words = one.strip()[weight.end() :].partition("#")
        value, _, tolerance = figures.partition(":")
        replies.append(Reply(value, tolerance, int(weight[1]), after(words.strip())))
    return Question(identifier, aside(name), after(rest[:start]), "", tuple(replies), (), after(general))


@pytest.fixture
def made(taught: Page) -> Quiz:
    return quiz(taught, SITE, ROOT)


def test_all_that_gift_can_say_is_read_back(made: Quiz) -> None:
    _, questions = read(gift.written(made))
    for found, own in zip(questions, made.questions, strict=True):
        assert (found.id, found.replies, found.text) == (own.id, own.replies, own.text)
        assert found.explanation == own.explanation
        assert found.name == " ".join(own.name.split())


def test_hostile_words_and_formulas_are_what_they_were(made: Quiz, hostile: str) -> None:
    _, (first, *_) = read(gift.written(made))
    assert r"\(\nu = \{x : a < b\}\)" in html.unescape(first.text)
    assert hostile in html.unescape(first.text)
    assert hostile in html.unescape(first.replies[2].words)


def test_lines_of_code_are_kept(made: Quiz) -> None:
    _, (first, *_) = read(gift.written(made))
    assert "<pre>a\n  b\n\nc</pre>" in first.explanation


def test_categories_are_taken_as_they_stand(made: Quiz, hostile: str) -> None:
    paths, _ = read(gift.written(made))
    assert [path[:4] for path in paths] == [("$course$", "top", SITE, "One -- lesson / two")] * 2
    assert paths[1][4] == "Exercise 2: Sums / more"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x85", "\v"])
def test_no_end_of_a_line_ends_a_question(end: str) -> None:
    words = f"a{end}{end}b"
    question = Question("q", words, words, "", (Reply("1", "0.5", 100, words),), (), words)
    written = gift.written(Quiz(words, "t", (Category((words,), words, (question,)),)))
    paths, (found,) = read(written)
    assert paths == [("$course$", "top", "a b")]
    assert (found.name, found.text, found.explanation) == ("a b", "a\n\nb", "a\n\nb")
    assert found.replies == (Reply("1", "0.5", 100, "a\n\nb"),)


def test_whose_it_is_stands_first(made: Quiz) -> None:
    first = gift.written(made).split("\n")[0]
    assert first.startswith("// One -- lesson / two. VAE lessons, https://example.org/lessons/one/. Licence: CC BY 4.0")
