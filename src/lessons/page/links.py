"""Where a page points: every link and image leads somewhere, and nowhere it should not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

from markdown.extensions.toc import slugify, unique

from lessons.page.problem import Problem, nearest
from lessons.page.source import Block, Heading, Source

# [text](target "title") and ![alt](target); the text may hold one level of brackets.
_LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?(?P<target>[^)\s>]*)>?(?:\s+[\"'][^)]*[\"'])?\s*\)"
)
_DEFINITION = re.compile(r"(?m)^ {0,3}\[[^\]]+\]:\s*<?(?P<target>[^\s>]+)>?")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_GIVEN_ID = re.compile(r"\{[^}]*#(?P<id>[\w-]+)[^}]*\}\s*$")
SCHEMES = ("https:", "http:", "mailto:")

Anchors = Callable[[Path], set[str] | None]  # of a page; None where there is no such page


def anchors(source: Source) -> set[str]:
    """The ids that links into a page may name: of headings, blocks, and their answers and solutions."""
    found: set[str] = set()
    for block in source.of(Block):
        identifier = next((value for key, value, _ in block.options if key == "id"), "")
        if identifier:
            found |= {identifier, f"{identifier}-answer"} if block.name == "question" else {identifier}
            found |= {f"{identifier}-solution"} if block.name == "exercise" else set()
    for heading in source.of(Heading):
        found.add(heading_id(heading, found))
    return found


def heading_id(heading: Heading, taken: set[str]) -> str:
    """The id a heading gets: the one it is given, or its words, made unlike those before it."""
    if given := _GIVEN_ID.search(heading.text):
        return given["id"]
    words = re.sub(r"[*_`]|\[([^\]]*)\]\([^)]*\)", r"\1", heading.text)
    return str(unique(slugify(words, "-"), set(taken)))


def problems(source: Source, page: Path, anchors_of: Anchors) -> Iterator[Problem]:
    """L601 to L605. `page` is where the text stands, for links start from there; `anchors_of` knows the other pages."""
    prose = source.prose
    for match in [*_LINK.finditer(prose), *_DEFINITION.finditer(prose)]:
        target, where = match["target"], source.location(match.start())
        image = match.groupdict().get("image") == "!"
        if image and not match["text"].strip():
            repair = "say in the brackets what the picture shows: ![…](…)"
            yield Problem(where, "L605", "an image without alternative text", repair)
        if scheme := _SCHEME.match(target):
            if scheme[0].lower() not in SCHEMES:
                yield Problem(
                    where, "L601", f"a link may not begin with {scheme[0]!r}", f"use one of: {', '.join(SCHEMES)}"
                )
            continue
        if target.startswith("/"):
            yield Problem(
                where, "L601", f"the link {target!r} starts at the root of the host", "write it relative to this page"
            )
            continue
        name, _, anchor = target.partition("#")
        file = page if not name else Path(*_normal(page.parent, unquote(name)))
        known = anchors_of(file)
        if known is None:
            repair = _nearby(file)
            code, what = ("L604", "image") if image else ("L602", "link")
            yield Problem(where, code, f"the {what} {target!r} leads to no file", repair)
        elif anchor and file.suffix in (".md", ".ipynb") and unquote(anchor) not in known:
            yield Problem(
                where, "L603", f"the link {target!r} leads to no such place on that page", nearest(anchor, known)
            )


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
    names = [path.name for path in file.parent.glob("*") if path.is_file()] if file.parent.is_dir() else []
    return nearest(file.name, names) if names else "check the path: it starts from this page's folder"
