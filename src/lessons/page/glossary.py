"""The glossary: a page whose headings are terms, and the first use of each on every other page a link to its entry.

## KL annealing

Also: annealing, warm-up

What it is, in a sentence or two. [Where it is explained](lessons/vae-training.md#collapse-and-kl).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown.extensions.toc import unique
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from lessons.page import links, names, source
from lessons.page.source import Heading, Source
from lessons.problem import Problem

FILE = "glossary.md"  # below docs/
KEY = "glossary"  # of a page's front matter: `glossary: false` leaves its words alone
CLASS = "lesson-term"
LINK = re.compile(rf'<a class="{CLASS}"[^>]*>(.*?)</a>', re.DOTALL)  # as a page has it
TITLE = "Glossary"
EXAMPLE = "write `Also: one name, another name`, plain words with commas between them, right under the heading"
_ALSO = re.compile(r"(?m)^Also:[ ]*(?P<names>.*?)[ ]*$")
# What is meant for it, and is no such line.
_ALMOST = re.compile(
    r"(?mi)^[^\w\n]{0,2}(?:also(?: (?:known|called|named))?(?: as)?|alias(?:es)?|synonyms?)[^\w\n]{0,2}:(?!:)"
)
_LEADS_ON = re.compile(r"\]\([^)\s]+")
_PLAIN = re.compile(r"[^\W_](?:[\w &’'–-]*[^\W_])?")
_CAPITALS = re.compile(r"[A-ZΑ-Ω]")
# Elements whose words stay as they are: names of something, code, links.
LEFT_ALONE = frozenset("a abbr button code h1 h2 h3 h4 h5 h6 kbd math pre summary svg th".split())  # noqa: SIM905


@dataclass(frozen=True)
class Term:
    """An entry: its id on the page of the glossary, and the names by which text may call it."""

    id: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class _Entry:
    heading: Heading
    start: int  # of what stands under the heading
    end: int
    also: re.Match[str] | None
    names: tuple[tuple[str, int], ...]  # with their offsets, the heading's first


def terms(docs: Path) -> tuple[Term, ...]:
    """The terms of a project's glossary, none where it has no such page. What is wrong with it is told by the check."""
    try:
        text = (docs / FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ()
    page = source.read(FILE, source.normalize(text.removeprefix("\ufeff")))
    taken = links.block_ids(page) | {given for one in page.of(Heading) if (given := links.given_id(one))}
    ids = {one.start: links.given_id(one) or unique(names.from_words(one.text), taken) for one in page.of(Heading)}
    found = [
        Term(ids[one.heading.start], tuple(name for name, _ in one.names if _is_plain(name))) for one in _entries(page)
    ]
    return tuple(term for term in found if term.names)


def problems(page: Source) -> Iterator[Problem]:
    """L122: entries of the glossary that readers could not use."""

    def told(at: int, message: str, repair: str) -> Problem:
        return Problem(page.location(at), "L122", message, repair)

    for heading in page.of(Heading):
        if heading.level > 2:
            yield told(heading.start, "a heading below an entry of the glossary", "write `## Its term`, or no heading")
    used: dict[str, str] = {}
    for entry in _entries(page):
        term = entry.names[0][0]
        body = page.text[entry.start : entry.end]
        also = entry.also
        almost = _ALMOST.search(body)
        if almost and (also is None or almost.start() != also.start() - entry.start):
            yield told(entry.start + almost.start(), f"this line names no aliases of {term!r}", EXAMPLE)
        elif also and page.text[entry.start : also.start()].strip():
            yield told(also.start(), f"the aliases of {term!r} stand below its meaning", EXAMPLE)
        meaning = body.replace(also[0], "", 1).strip() if also else body.strip()
        if not meaning:
            yield told(entry.heading.start, f"the term {term!r} has no meaning", "write a sentence or two under it")
        elif not _LEADS_ON.search(meaning):
            repair = "add a link to the lesson that explains it: `[its words](lessons/a-lesson.md#an-id)`"
            yield told(entry.heading.start, f"the meaning of {term!r} leads nowhere", repair)
        for name, at in entry.names:
            if not _is_plain(name):
                message = f"no text can be looked through for {name!r}" if name else f"an alias of {term!r} is empty"
                yield told(at, message, "write plain words of two letters or more, without markup")
                continue
            forms = {form.casefold() for form in _forms(name)}
            if other := next((used[form] for form in forms if form in used), ""):
                message = f"{name!r} is a name of {other!r} already"
                yield told(at, message, "delete one: a word and its plural lead to one entry")
            used |= {form: term for form in forms if form not in used}


def _entries(page: Source) -> Iterator[_Entry]:
    headings = page.of(Heading)
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        if heading.level != 2:
            continue
        end = following.start if following else len(page.text)
        also = _ALSO.search(page.text, heading.end, end)
        found = [(names.without_list(heading.text).strip(), heading.start)]
        if also:
            at = also.start("names")
            for name in also["names"].split(","):
                found.append((name.strip().rstrip("."), at))
                at += len(name) + 1
        yield _Entry(heading, heading.end, end, also, tuple(found))


def _is_plain(name: str) -> bool:
    """Whether text can be looked through for a name."""
    return len(name) > 1 and _PLAIN.fullmatch(name) is not None


def _forms(name: str) -> tuple[str, ...]:
    """A name and its plural."""
    if re.search(r"[^aeiou\W]y$", name):
        return name, f"{name[:-1]}ies"
    if name.endswith("is"):
        return name, f"{name[:-2]}es"
    return name, name + ("es" if re.search(r"(?:[sxz]|[cs]h)$", name) else "s")


def _pattern(form: str) -> str:
    """Text that is a form of a name: small words in any case, those with a capital inside as they are written."""
    words = []
    for word in form.split():
        exact = _CAPITALS.search(word[1:]) or (len(word) == 1 and _CAPITALS.match(word))
        words.append(re.escape(word) if exact else f"(?i:{re.escape(word)})")
    return r"\s+".join(words)


class Links(Treeprocessor):
    """The first use of each term in a page's words becomes a link to its entry. `page`: the glossary's address."""

    def __init__(self, terms: tuple[Term, ...], page: str) -> None:
        super().__init__()
        self.page = page
        forms = [(form, one.id) for one in terms for name in one.names for form in _forms(name)]
        forms.sort(key=lambda one: -len(one[0]))  # the longest name that fits
        self.ids = [identifier for _, identifier in forms]
        self.pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(f'({_pattern(form)})' for form, _ in forms)})(?![\w-])")
        self.left = {one.id for one in terms}

    def run(self, root: etree.Element) -> None:
        if self.left:
            self._walk(root)

    def _walk(self, element: etree.Element) -> None:
        if element.tag in LEFT_ALONE:
            return
        children = list(element)
        element.text, made = self._linked(element.text)
        for child in children:
            self._walk(child)
            child.tail, after = self._linked(child.tail)
            made += [child, *after]
        element[:] = made

    def _linked(self, text: str | None) -> tuple[str | None, list[etree.Element]]:
        """Text up to the first link in it, and the links, each with what follows it."""
        made: list[etree.Element] = []
        if not text or isinstance(text, AtomicString):
            return text, made
        before, end = text, 0
        for found in self.pattern.finditer(text):
            identifier = self.ids[(found.lastindex or 1) - 1]
            if identifier not in self.left:
                continue
            self.left.remove(identifier)
            if made:
                made[-1].tail = text[end : found.start()]
            else:
                before = text[: found.start()]
            link = etree.Element("a", {"class": CLASS, "href": f"{self.page}#{identifier}", "title": TITLE})
            link.text, end = found[0], found.end()
            made.append(link)
        if made:
            made[-1].tail = text[end:]
        return before, made
