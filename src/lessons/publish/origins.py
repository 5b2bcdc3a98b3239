"""A second look, at the finished site: each of its files comes from a source that was judged, or is the site's own.

The check reads the sources. What a site generator, a theme or a plugin made beyond them, or made of them, ends the
build here: a file that nothing known gave, a picture with other bytes, a page under another title than its own.
"""

from __future__ import annotations

import functools
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from lessons.page import published
from lessons.page.blocks import DECK_PDF
from lessons.page.source import normalize, split_front_matter
from lessons.publish.policy import HEADERS_FILE, TEMPLATES

# What builds write that comes from all pages, or from none.
OWN = re.compile(rf"404\.html|search/search_index\.json|sitemap\.xml(?:\.gz)?|{HEADERS_FILE}|assets/math/[\w.-]+")
_STYLES = re.compile(r"(assets/stylesheets/\w+\.)[0-9a-f]{8}(\.min\.css)")  # `slim` names its own by what is in them
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title\s*>", re.DOTALL | re.IGNORECASE)
_DESCRIPTION = re.compile(r"<meta\s[^>]*\bname\s*=\s*[\"']?description\b[^>]*>", re.IGNORECASE)
_AS_WRITTEN = re.compile(r'<meta name="description" content="([^"<>]*)">')


class Unknown(Exception):
    """The site holds what no judged source gave; the message names all such files."""


@dataclass(frozen=True)
class Page:
    """The words of a page that its head shows, as they were checked."""

    title: str
    description: str


def check(site: Path, docs: Path) -> None:
    """Raises Unknown with every file of a built site that does not come from `docs` or from the theme."""
    given = _given(docs)
    faults = [fault for path in sorted(site.rglob("*")) if not path.is_dir() for fault in _faults(path, site, given)]
    if faults:
        raise Unknown("\n".join(faults))


@functools.cache
def _theme() -> frozenset[str]:
    """The scripts, styles and pictures of the installed theme."""
    paths = (path for path in (TEMPLATES / "assets").rglob("*") if path.is_file())
    return frozenset(_STYLES.sub(r"\1\2", path.relative_to(TEMPLATES).as_posix()) for path in paths)


def _given(docs: Path) -> dict[str, Path | Page]:
    """What the sources give to a site, by its path there: a file as it is, or a page."""
    given: dict[str, Path | Page] = {}
    for path in published.walk(docs):
        within = PurePosixPath(path.relative_to(docs).as_posix())
        if not path.is_file():
            continue
        if within.suffix == published.PAGE:
            given[published.address(within)] = _words(_front_matter(path))
            given[str(PurePosixPath(published.address(within)).with_name(DECK_PDF))] = path
        elif within.suffix == ".ipynb":
            given[published.address(within)] = _words(json.loads(path.read_text(encoding="utf-8"))["metadata"])
            given[str(PurePosixPath(published.address(within)).with_name(within.name))] = path
        else:
            given[within.as_posix()] = path
    return given


def _front_matter(path: Path) -> dict[str, Any]:
    block, _, _ = split_front_matter(normalize(path.read_text(encoding="utf-8")))
    words: dict[str, Any] = yaml.safe_load(block)
    return words


def _words(said: dict[str, Any]) -> Page:
    return Page(said["title"], said["description"])


def _faults(path: Path, site: Path, given: dict[str, Path | Page]) -> Iterator[str]:
    name = path.relative_to(site).as_posix()
    source = given.get(name)
    if path.is_symlink() or not path.is_file():
        yield f"{name}: no regular file"
    elif isinstance(source, Page):
        yield from (f"{name}: {fault}" for fault in _head(path.read_text(encoding="utf-8"), source))
    elif source is not None:
        if path.name != DECK_PDF and not name.startswith("assets/") and path.read_bytes() != source.read_bytes():
            yield f"{name}: other bytes than {source.name} has"
    elif not OWN.fullmatch(name) and _STYLES.sub(r"\1\2", name) not in _theme():
        yield f"{name}: neither a page of docs/ nor anything else that was judged gave this file to the site"


def _head(text: str, page: Page) -> Iterator[str]:
    """What is wrong with the words in a page's head."""
    titles = _TITLE.findall(text)
    if (
        len(titles) != 1
        or "<" in titles[0]
        or not (titles[0] == page.title or titles[0].startswith(f"{page.title} - "))
    ):
        yield f"its title is not {page.title!r}, as it was checked"
    found = _DESCRIPTION.findall(text)
    written = [html.unescape(words) for words in _AS_WRITTEN.findall(text)]
    if len(found) != len(written) or written not in ([], [page.description]):
        yield f"its description is not {page.description!r}, as it was checked"
