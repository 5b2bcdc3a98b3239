"""Where a page points: every link and image leads somewhere, and nowhere it should not."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Iterable, Iterator, Set
from pathlib import Path
from urllib.parse import unquote

from markdown.extensions.toc import unique

from lessons.page import blocks, names, rules
from lessons.page.page import Link, Outline
from lessons.page.source import Block, Formula, Heading, Source, Value
from lessons.problem import MOST_NAMED, Location, Problem, nearest

# [text](target "title") and ![alt](target); the text may hold two levels of brackets, the target one of parentheses.
_TEXT = r"(?:\\.|[^\[\]\\]|\[(?:\\.|[^\[\]\\]|\[[^\[\]]*\])*\])*"
_LINK = re.compile(
    rf"(?P<image>!?)\[(?P<text>{_TEXT})\]\(\s*<?(?P<target>(?:[^()\s>]|\([^()\s]*\))*)>?[^)]*\)", re.DOTALL
)
# [name]: target "title", in a list or a quotation too; and ![alt][name].
_DEFINITION = re.compile(
    r"(?m)^[ >]*(?:(?:[-*+]|\d+[.)]) +)*\[[^\[\]]*\]: *\n?[ >]*<?(?P<target>[^\s>]+)>? *(?=[\"'(\n]|\Z)"
)
_REFERENCED = re.compile(rf"!\[(?P<text>{_TEXT})\]\s?\[[^\]]*\]")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
SCHEMES = ("https:", "http:", "mailto:")
USE_ONE = f"use one of: {', '.join(SCHEMES)}"

Anchors = Callable[[Path], Set[str] | None]  # of a page; None where there is no such page


def anchors(source: Source) -> set[str]:
    """The ids that links into a page may name: of headings, blocks, and their answers and solutions."""
    found = block_ids(source)
    headings = source.of(Heading)
    found |= {given for heading in headings if (given := given_id(heading))}
    for heading in headings:
        if not given_id(heading):
            unique(names.from_words(heading.text), found)  # adds it
    return found


def block_ids(source: Source) -> set[str]:
    """The ids of blocks, and of what is inside them and gets its own from theirs."""
    found: set[str] = set()
    for block in source.of(Block):
        found |= blocks.ids(block.name, block.id)
    return found


def given_id(heading: Heading) -> str:
    """The id in a heading's attribute list, if it has one. The others get theirs from their words."""
    return names.given(heading.text)


def as_browsers_read(target: str) -> str:
    """An address without what browsers pass over in it."""
    return re.sub(r"[\x00-\x20]", "", html.unescape(target))


_ELSEWHERE = re.compile(r"(?i)https?:|//")


def wrong_scheme(target: str) -> str:
    """What is wrong with how an address begins; empty where nothing is."""
    scheme = _SCHEME.match(target)
    return f"a link may not begin with {scheme[0]!r}" if scheme and scheme[0].lower() not in SCHEMES else ""


def _alternative(source: Source, span: tuple[int, int], where: Location) -> Iterator[Problem]:
    start, end = span
    repair = "say in the brackets what the picture shows: ![…](…)"
    if not source.text[start:end].strip():
        yield Problem(where, "L605", "an image without alternative text", repair)
    elif any(start <= part.start < end for part in source.parts if isinstance(part, Formula | Value)):
        yield Problem(where, "L605", "an alternative text is plain words, without formulas and values", repair)


def links(source: Source) -> Iterator[Link]:
    """Where a page's text points."""
    for match in [*_LINK.finditer(source.prose), *_DEFINITION.finditer(source.prose)]:
        yield Link(source.location(match.start()), match["target"], match.groupdict().get("image") == "!")


def problems(source: Source) -> Iterator[Problem]:
    """L601 and L605: what is wrong with a link, wherever it leads."""
    prose = source.prose
    for match in [*_REFERENCED.finditer(prose), *(one for one in _LINK.finditer(prose) if one["image"])]:
        yield from _alternative(source, match.span("text"), source.location(match.start()))
    for link in links(source):
        if wrong := wrong_scheme(link.target):
            yield Problem(link.where, "L601", wrong, USE_ONE)
        elif link.image and _ELSEWHERE.match(link.target):
            repair = "save the picture beside the page, if its licence lets you: `![what it shows](picture.png)`"
            yield Problem(link.where, "L604", "an image of another site, which no browser loads here", repair)
        elif link.target.startswith("/") and not _SCHEME.match(link.target):
            message = f"the link {link.target!r} starts at the root of the host"
            repair = f"write it relative to this page{_page_of(Path(source.path), link.target)}"
            yield Problem(link.where, "L601", message, repair)


def unresolved(found: Iterable[Link], page: Path, anchors_of: Anchors, docs: Path | None = None) -> Iterator[Problem]:
    """L602 to L604: links that lead nowhere, or where they should not.

    `page` is where links start from; `anchors_of` knows the other pages; `docs` is the folder they may not leave.
    """
    for link in found:
        target, where = link.target, link.where
        if _SCHEME.match(target) or target.startswith("/"):
            continue
        name, _, anchor = target.partition("#")
        file = page if not name else Path(*_normal(page.parent, unquote(name)))
        if docs and not file.is_relative_to(docs):
            repair = _meant(page, link, anchors_of) or "give its address on the web, or move the file there"
            yield Problem(where, "L602", f"the link {target!r} leads out of {docs.as_posix()}/", repair)
            continue
        known = anchors_of(file)
        if known is None:
            repair = _meant(page, link, anchors_of) or _nearby(file)
            code, what = ("L604", "image") if link.image else ("L602", "link")
            yield Problem(where, code, f"the {what} {target!r} leads to no file", repair)
        elif anchor and file.suffix in (".md", ".ipynb") and unquote(anchor) not in known:
            yield Problem(
                where, "L603", f"the link {target!r} leads to no such place on that page", nearest(anchor, known)
            )


def _meant(page: Path, link: Link, anchors_of: Anchors) -> str:
    """A repair that names the file, where a link names its address on the site: `../kl/` and `kl.html` are `kl.md`.

    As seen from the page's folder and, for addresses, from the folder that its address makes of it.
    """
    name, hash_, anchor = link.target.partition("#")
    stem = re.sub(r"(?:/index)?\.html?$|/(?:index\.(?:html?|md))?$", "", unquote(name))
    for folder in (page.parent, page.with_suffix("")) if stem and not link.image else ():
        for ending in (".md", ".ipynb", "/index.md"):
            file = Path(*_normal(folder, f"{stem}{ending}"))
            if file != page and anchors_of(file) is not None:
                return f"link the file: {os.path.relpath(file, page.parent).replace(os.sep, '/')}{hash_}{anchor}"
    return ""


def _page_of(page: Path, target: str) -> str:
    """For a link from the root of the site: the page that it means, as seen from this one."""
    docs = next((folder for folder in page.parents if folder.name == "docs"), None)
    name, hash_, anchor = target.lstrip("/").partition("#")
    stem = re.sub(r"(?:\.md|\.html?|/)$", "", name)
    if docs is None or not stem:
        return ""
    for file in (docs / f"{stem}.md", docs / stem / "index.md"):
        if file.is_file() and ".." not in file.parts:
            return f": {os.path.relpath(file, page.parent).replace(os.sep, '/')}{hash_}{anchor}"
    return ""


def outline(source: Source) -> Outline:
    """What other pages need to know of a page."""
    return Outline(tuple(rules.written_ids(source)), frozenset(anchors(source)), tuple(links(source)))


def _normal(folder: Path, name: str) -> list[str]:
    """Folder and name joined, with .. taken away without asking the disk."""
    parts: list[str] = []
    for part in (*folder.parts, *name.split("/")):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return parts or ["."]


def _nearby(file: Path) -> str:
    names = [path.name for path in file.parent.glob(f"*{file.suffix}") if path.is_file()]
    repair = nearest(file.name, names)
    told = repair.startswith("did you mean") or 0 < len(names) <= MOST_NAMED
    return repair if told else "check the path: it starts from this page's folder"
