"""A lesson's exercises as the questions of a quiz: one for each quantity that is asked for, with what to say to whom.

What formats of quizzes have in common is settled here: which values count as which answer, in which order they are
compared, what is said then, and which questions are the same with other numbers. `moodle` and `gift` write it down.

A value is compared as a field on the page does it: half a unit of the last digit that is asked for is right, a whole
unit is right but for that digit, and a slip is met within half a unit of its own value.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from lessons.page import mathtext
from lessons.page.page import Answer, Exercise, Page, Variant
from lessons.publish.portable import portable

LICENCE, LICENCE_URL = "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"
RIGHT, WRONG = 100, 0  # grades, in percent
LONGEST_NAME = 200  # letters of a question's name: Moodle has room for 255
NUMBERS = "no one two three four five six seven eight nine ten".split()  # noqa: SIM905 - a list of words


@dataclass(frozen=True)
class Reply:
    """What is said to whoever gives this value, or one as near as `tolerance`. Words are HTML."""

    value: str  # in plain decimals, with all its digits
    tolerance: str
    grade: int
    words: str


@dataclass(frozen=True)
class Question:
    """A quantity to give. Its id stays the same whatever else changes; replies are compared in their order."""

    id: str
    name: str
    text: str
    unit: str
    replies: tuple[Reply, ...]
    hints: tuple[str, ...]
    explanation: str


@dataclass(frozen=True)
class Category:
    """Questions that belong together: of one exercise; or, where it has other numbers, one quantity with all of them,
    so that a quiz can draw one for each learner. `path`: from the outermost folder of a question bank to it.
    """

    path: tuple[str, ...]
    about: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Quiz:
    """The questions of a lesson. `source`: whose and from where they are, on one line."""

    source: str
    tag: str
    categories: tuple[Category, ...]

    @property
    def questions(self) -> Iterator[Question]:
        return (question for category in self.categories for question in category.questions)


def asks(page: Page) -> bool:
    """Whether a page has questions for a quiz: exercises whose answers are values."""
    return any(exercise.answers for exercise in page.exercises)


def quiz(page: Page, site: str, root: str = "") -> Quiz:
    """The questions of a page. `site`: its name; `root`: its address, empty where it has none."""
    url = f"{root}{page.url}" if root else ""
    source = f"{page.title}. {site}{f', {url}' if url else ''}. Licence: {LICENCE}, {LICENCE_URL}"
    tag = page.url.rstrip("/").rpartition("/")[2]
    found = [one for exercise in page.exercises if exercise.answers for one in _categories(exercise, page, site, url)]
    return Quiz(source, tag, tuple(found))


def _categories(exercise: Exercise, page: Page, site: str, url: str) -> Iterator[Category]:
    title = in_words(exercise.title)
    place = f"{url}#{exercise.id}" if url else ""
    origin = _origin(page, site, place)
    path = (site, page.title, title)
    first = dict(_questions(exercise, title, place, origin))
    if not exercise.variants:
        yield Category(path, origin, tuple(first.values()))
        return
    others = [dict(_questions(one, title, place, origin)) for one in exercise.variants]
    about = f"<p>The same with other numbers: draw one for each learner.</p>{origin}"
    for answer in exercise.answers:
        same = [made[answer.id] for made in (first, *others) if answer.id in made]
        yield Category((*path, answer.label) if len(first) > 1 else path, about, tuple(same))


def _questions(asked: Exercise | Variant, title: str, place: str, origin: str) -> Iterator[tuple[str, Question]]:
    """The questions of an exercise, or of it with other numbers, by the ids of their answers."""
    prompt = portable(asked.prompt, place)
    explanation = f"{portable(asked.solution, place)}{origin}"
    hints = tuple(portable(hint, place) for hint in asked.hints)
    other = f"-{asked.id}" if isinstance(asked, Variant) else ""
    numbers = f" ({_given(asked)})" if isinstance(asked, Variant) else ""
    for answer in asked.answers:
        label = html.escape(answer.label, quote=False)
        text = f"{prompt}<p><strong>{label}</strong>, {wanted(answer)}</p>"
        name = f"{_shortened(f'{title}, {answer.label}', LONGEST_NAME - len(numbers))}{numbers}"
        replies = tuple(_replies(answer, place))
        yield answer.id, Question(f"{answer.id}{other}", name, text, answer.unit, replies, hints, explanation)


def _given(variant: Variant) -> str:
    """What tells a variant from others, in a line: its numbers, or its id where they are too many."""
    said = ", ".join(f"{name} = {figures}" for name, figures in variant.given)
    return said if 0 < len(said) <= LONGEST_NAME // 3 else variant.id


def _replies(answer: Answer, place: str) -> Iterator[Reply]:
    value, unit = Decimal(repr(answer.value)), Decimal(1).scaleb(-answer.digits)
    shown = html.escape(answer.shown, quote=False)
    yield _reply(value, unit / 2, RIGHT, f"Right: {shown}.")
    yield _reply(value, unit, RIGHT, f"Right but for the last digit: rounded it is {shown}.")
    for slip in answer.slips:
        if math.isfinite(slip.value):
            words = f"This is what you get with one thing changed: {portable(slip.words, place)}"
            yield _reply(Decimal(repr(slip.value)), unit / 2, WRONG, words)
    fewer = (value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) for places in range(answer.digits - 1, 0, -1))
    for rounded in dict.fromkeys(fewer):  # 0.30 is 0.3
        if abs(rounded - value) > unit:  # else it is right already
            yield _reply(rounded, Decimal(0), WRONG, f"Right so far. Give it to {_decimals(answer.digits)}.")


def _reply(value: Decimal, tolerance: Decimal, grade: int, words: str) -> Reply:
    return Reply(_figures(value), _figures(tolerance), grade, words)


def _figures(value: Decimal) -> str:
    """A number in plain decimals: no exponent, no sign before a zero, no zeros at its end."""
    written = f"{value:f}"
    written = written.rstrip("0").rstrip(".") if "." in written else written
    return "0" if written in ("-0", "") else written


def wanted(answer: Answer) -> str:
    """In words what is to be given: in nats, three decimals."""
    return f"in {answer.unit}, {_decimals(answer.digits)}" if answer.unit else _decimals(answer.digits)


def _decimals(digits: int) -> str:
    return f"{NUMBERS[digits] if digits < len(NUMBERS) else digits} decimal{'s' * (digits != 1)}"


def in_words(title: str) -> str:
    """A heading's HTML as plain words, without the sign of its link."""
    return html.unescape(mathtext.plain(title)).strip()


def _shortened(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _origin(page: Page, site: str, place: str) -> str:
    title = html.escape(page.title, quote=False)
    named = f'<a href="{html.escape(place)}">{title}</a>' if place else title
    licence = f'<a href="{LICENCE_URL}">{LICENCE}</a>'
    return f"<p><small>From “{named}”, {html.escape(site, quote=False)}. {licence}.</small></p>"
