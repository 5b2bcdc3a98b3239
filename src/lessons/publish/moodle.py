"""A quiz as Moodle XML, which a question bank of Moodle imports whole: categories, tolerances, words for each value.

The elements and their order are those of the importer's own format (`question/format/xml` in Moodle): a category is a
question of that type, a grade is an attribute, HTML stands in CDATA sections. Nothing in it depends on when or where it
was written.
"""

from __future__ import annotations

import html
from collections.abc import Iterator

from lessons.publish.portable import legal
from lessons.publish.quiz import Category, Question, Quiz, Reply

NAME = "exercises.xml"
PENALTY = "0.3333333"  # of a mark, for each wrong try where a quiz allows several: Moodle's own default
_UNIT_IS_TYPED, _UNIT_IS_NOT_USED = "0", "3"  # how Moodle asks for a unit: here it may stand behind the number


def written(quiz: Quiz) -> str:
    """The quiz as a file."""
    about = quiz.source.replace("--", "- -")  # which would end a comment
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<!-- {_plain(about)} -->", "<quiz>"]
    for category in quiz.categories:
        lines += _category(category)
        for question in category.questions:
            lines += _question(question, quiz.tag)
    return "\n".join([*lines, "</quiz>", ""])


def _category(category: Category) -> Iterator[str]:
    path = "/".join(["$course$", "top", *(part.replace("/", "//") for part in category.path)])
    yield '<question type="category">'
    yield f"<category><text>{_plain(path)}</text></category>"
    yield f'<info format="html">{_html(category.about)}</info>'
    yield "</question>"


def _question(question: Question, tag: str) -> Iterator[str]:
    yield '<question type="numerical">'
    yield f"<name><text>{_plain(question.name)}</text></name>"
    yield f'<questiontext format="html">{_html(question.text)}</questiontext>'
    yield f'<generalfeedback format="html">{_html(question.explanation)}</generalfeedback>'
    yield "<defaultgrade>1</defaultgrade>"
    yield f"<penalty>{PENALTY}</penalty>"
    yield "<hidden>0</hidden>"
    yield f"<idnumber>{_plain(question.id)}</idnumber>"
    for reply in question.replies:
        yield from _answer(reply)
    if question.unit:
        yield "<units><unit>"
        yield f"<multiplier>1</multiplier><unit_name>{_plain(question.unit)}</unit_name>"
        yield "</unit></units>"
    yield "<unitgradingtype>0</unitgradingtype>"
    yield "<unitpenalty>0.1</unitpenalty>"
    yield f"<showunits>{_UNIT_IS_TYPED if question.unit else _UNIT_IS_NOT_USED}</showunits>"
    yield "<unitsleft>0</unitsleft>"
    for hint in question.hints:
        yield f'<hint format="html">{_html(hint)}</hint>'
    yield f"<tags><tag><text>{_plain(tag)}</text></tag></tags>"
    yield "</question>"


def _answer(reply: Reply) -> Iterator[str]:
    yield f'<answer fraction="{reply.grade}" format="moodle_auto_format">'
    yield f"<text>{reply.value}</text>"
    yield f'<feedback format="html">{_html(reply.words)}</feedback>'
    yield f"<tolerance>{reply.tolerance}</tolerance>"
    yield "</answer>"


def _plain(words: str) -> str:
    return html.escape(legal(words), quote=False)


def _html(content: str) -> str:
    return f"<text><![CDATA[{legal(content).replace(']]>', ']]&gt;')}]]></text>"
