"""Answers that are asked for: what a field on the page has to know, and the proof that it can tell mistakes apart.

The value comes from the page's own code, and its slips with it. A slip whose value is so near to the right one, or to
another slip, that a reader's rounded figure would not tell them apart, has to be named as hidden, or the numbers of
the exercise have to change.
"""

from __future__ import annotations

import xml.etree.ElementTree as etree
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from lessons.page import blocks, typed
from lessons.page.display import Described
from lessons.page.protocol import Descriptions
from lessons.page.snippet import place
from lessons.page.source import Asked, Block, Source
from lessons.problem import Location, Problem, nearest

DIGITS = range(1, 10)
UNITS = ("", "nats", "bits", "%")


@dataclass(frozen=True)
class Question:
    """A quantity that is asked for: its value with all its digits, how many are asked for, and its slips."""

    block: Block
    value: float
    digits: int
    unit: str
    shown: str
    slips: tuple[tuple[str, str, float], ...]  # those a verdict can name: name, words, value
    hidden: tuple[str, ...]  # those it cannot, by name

    @property
    def label(self) -> str:
        return self.block.title


def option(block: Block, name: str, otherwise: str = "") -> str:
    return next((value for key, value, _ in block.options if key == name and value), otherwise)


def problems(source: Source, described: Descriptions) -> Iterator[Problem]:
    """What is wrong with the answers that a page asks for, once their values are known."""
    for block, where, said in _asked(source, described):
        digits = option(block, "digits", "3")
        if not digits.isdigit() or int(digits) not in DIGITS:
            yield Problem(_at(source, block, "digits"), "L103", f"digits may not be {digits!r}", "write 1 to 9")
            continue
        unit = option(block, "unit", said.unit if said else "")
        if unit not in UNITS:
            yield Problem(_at(source, block, "unit"), "L103", f"unknown unit {unit!r}", nearest(unit, UNITS[1:]))
        if said is None:
            continue
        if said.number is None:
            repair = "name a Quantity, a Derivation or a plain number"
            yield Problem(where, "L402", f"{option(block, 'value')} is no number that can be asked for", repair)
            continue
        yield from _hidden(source, block, said, int(digits))
        yield from _words_without_a_slip(source, block, [name for name, _, _ in said.slips])


def _hidden(source: Source, block: Block, said: Described, digits: int) -> Iterator[Problem]:
    assert said.number is not None
    slips = {name: value for name, _, value in said.slips}
    named = [name.strip() for name in option(block, "hidden").split(",") if name.strip()]
    for name in named:
        if name not in slips:
            where = _at(source, block, "hidden")
            yield Problem(where, "L402", f"there is no slip {name!r} to hide", nearest(name, slips) if slips else "")
    near = {name: other for name, other in typed.too_near(said.number, slips, digits).items() if name not in named}
    if near:
        right = ", ".join(name for name, other in near.items() if not other)
        pairs = [*([f"{right} from the right answer"] if right else [])]
        pairs += [f"{name} from {other}" for name, other in near.items() if other]
        message = f"{digits} digits cannot tell slips apart: {'; '.join(pairs)}"
        repair = f"choose other numbers, or say so: `    hidden: {', '.join([*named, *near])}`"
        yield Problem(_at(source, block, "value"), "L402", message, repair)


def _at(source: Source, block: Block, key: str) -> Location:
    return source.location(next((offset for name, _, offset in block.options if name == key), block.start))


def _asked(source: Source, described: Descriptions) -> Iterator[tuple[Block, Location, Described | None]]:
    """Each block that asks, where its expression stands, and what that came to."""
    known = {(where, expression): said for where, expression, said in described}
    parts = {part.start: part for part in source.of(Asked)}
    for block in source.of(Block):
        if block.name != blocks.Answer.NAME:
            continue
        part = next((part for start, part in parts.items() if block.start <= start < block.body.start), None)
        if part is not None:
            where = place(part, source)
            yield block, where, known.get((where, part.expression))


def questions(source: Source, described: Descriptions) -> dict[str, Question]:
    """The quantities that a page without a problem asks for, by the ids of their blocks."""
    found = {}
    for block, _, said in _asked(source, described):
        if said is None or said.number is None:
            continue
        digits = int(option(block, "digits", "3"))
        near = typed.too_near(said.number, {name: value for name, _, value in said.slips}, digits)
        slips = tuple(slip for slip in said.slips if slip[0] not in near)
        unit = option(block, "unit", said.unit)
        shown = _shown(said.number, digits, unit)
        found[block.id] = Question(block, said.number, digits, unit, shown, slips, tuple(near))
    return found


def _shown(value: float, digits: int, unit: str) -> str:
    """The value as it should have been given."""
    figure = f"{value:.{digits}f}".replace("-", "−")
    return f"{figure} {unit}".strip()


class Fields(Treeprocessor):
    """Gives each place for a field what the page's script needs to know, and the words of its slips; counts hints."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.questions: Mapping[str, Question] = {}

    def run(self, root: etree.Element) -> None:
        for exercise in root.iter("section"):
            hints = exercise.findall(f"./details[@class='{blocks.Hint.CLASS}']")
            for number, hint in enumerate(hints if len(hints) > 1 else (), start=1):
                hint[0].text = f"Hint {number} of {len(hints)}"
            for varied in exercise.iterfind(f"./div[@class='{blocks.Variants.CLASS}']"):
                varied[:] = []
                varied.text = None
                varied.set("hidden", "")
        for element in root.iter("div"):
            question = self.questions.get(element.get("id", ""))
            if element.get("class") == blocks.Answer.CLASS and question is not None:
                self._fill(element, question)

    def _fill(self, element: etree.Element, question: Question) -> None:
        words = _own_words(element)
        element[:] = []
        element.attrib.pop("title", None)
        element.text = None
        element.attrib |= {
            "data-value": repr(question.value),
            "data-digits": str(question.digits),
            "data-unit": question.unit,
            "data-shown": question.shown,
            "data-label": question.label,
            "data-search-exclude": "",
            "hidden": "",
        }
        if question.hidden:
            element.set("data-hidden", " ".join(question.hidden))
        for name, said, value in question.slips:
            told = words.get(name)
            if told is None:
                told = etree.Element("span")
                told.text = said
            told.tag = "span"
            told.attrib |= {"data-slip": name, "data-value": f"{round(value, question.digits + 3)!r}", "hidden": ""}
            element.append(told)


def _own_words(element: etree.Element) -> dict[str, etree.Element]:
    """The words that an author gives for slips: `- name: words`."""
    found = {}
    for item in element.iter("li"):
        name, colon, rest = (item.text or "").partition(":")
        if colon:
            item.text = rest.lstrip()
            found[name.strip()] = item
    return found


def _words_without_a_slip(source: Source, block: Block, slips: Sequence[str]) -> Iterator[Problem]:
    """Items of the body that name no slip."""
    start = block.body.start
    for line in source.text[block.body.start : block.body.end].split("\n"):
        name, colon, _ = line.removeprefix("- ").partition(":")
        if line.startswith("- ") and (not colon or name.strip() not in slips):
            where = source.location(start)
            repair = nearest(name.strip(), slips) if slips else "the value has no slips: give them to worked.formula"
            yield Problem(where, "L402", f"words for a slip that is not there: {name.strip()!r}", repair)
        start += len(line) + 1


def asks(content: str) -> bool:
    """Whether a page's HTML has a place for an answer, a hint, or other numbers."""
    return any(f'class="{block.CLASS}"' in content for block in (blocks.Answer, blocks.Hint, blocks.Variants))
