"""A quiz as GIFT, the text format that Moodle and many others import: a question a paragraph, to be read and edited.

    // [id:step-divergence] [tag:vae-training]
    ::One training step, 3. Divergence::[html]<p>…</p>{#
    =%100%0.125:0.0005#Right\\: 0.125 nats.
    =%0%0.25:0.0005#the factor ½ forgotten
    ####<p>How it is worked out</p>}

Seven signs rule in it, and a backslash takes their power; an empty line ends a question, so that no text has a line.
GIFT knows no units and no hints: those are only in Moodle XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lessons.publish.quiz import Category, Question, Quiz

NAME = "exercises.gift.txt"
_SIGNS = re.compile(r"[\\~=#{}:]")
_LINES = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_HTML = "[html]"


def written(quiz: Quiz) -> str:
    """The quiz as a file."""
    paragraphs = [f"// {_one_line(quiz.source)}"]
    for category in quiz.categories:
        paragraphs.append(_category(category))
        paragraphs += ["\n".join(_question(question, quiz.tag)) for question in category.questions]
    return "\n\n".join(paragraphs) + "\n"


def _category(category: Category) -> str:
    """Up to the end of its line it is taken as it stands: Moodle gives signs in it no power, and no escape either."""
    parts = (_one_line(part).replace("\\", "").replace("/", "//") for part in category.path)
    return "/".join(["$CATEGORY: $course$", "top", *parts])


def _question(question: Question, tag: str) -> Iterator[str]:
    yield f"// [id:{question.id}] [tag:{tag}]"
    yield f"::{_escaped(_one_line(question.name))}::{_HTML}{_escaped(question.text)}{{#"
    for reply in question.replies:
        yield f"=%{reply.grade}%{reply.value}:{reply.tolerance}#{_HTML}{_escaped(reply.words)}"
    yield f"####{_HTML}{_escaped(question.explanation)}}}"


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _escaped(text: str) -> str:
    """Text whose signs are no commands. A line's end is written as `\\n`: in code it can be seen."""
    return "\\n".join(_SIGNS.sub(r"\\\g<0>", line) for line in _LINES.split(text))
