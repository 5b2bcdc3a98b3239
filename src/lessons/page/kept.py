"""Evaluated pages, kept by all that decides them: text, the whole package, the locks, KaTeX and Python.

Only pages without problems are kept. An edit of any file of the package forgets every page.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from lessons import store
from lessons.page import katex
from lessons.page.display import Described
from lessons.page.evaluate import Evaluated
from lessons.page.problem import Location
from lessons.page.source import Example, Part, Source

FOLDER = Path(".cache/pages")
PACKAGE = Path(__file__).resolve().parents[1]
LOCKS = (Path("requirements.txt"), Path("package-lock.json"))


@functools.cache
def _world() -> bytes:
    """A hash of everything but the page. Read once: a process does not outlive an edit, see `publish.serve`."""
    digest = hashlib.sha256(sys.version.encode())
    files = [*sorted(PACKAGE.rglob("*.py")), katex.distribution() / "katex.min.js", *LOCKS]
    for file in files:
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.digest()


def _address(source: Source, twice: bool) -> str:
    page = f"{source.path}\0{source.line_offset}\0{source.made}\0{twice}\0{source.text.rstrip()}"
    return hashlib.sha256(_world() + page.encode()).hexdigest()


def load(source: Source, *, twice: bool) -> Evaluated | None:
    """The page as an earlier run evaluated it, or None. What was checked twice serves those who ask for once."""
    found = store.load_value(FOLDER, _address(source, True))
    if found is None and not twice:
        found = store.load_value(FOLDER, _address(source, False))
    if found is None:
        return None
    parts = {(part.start, part.end): part for part in _parts(source)}
    html = {parts[start, end]: text for start, end, text in found["html"]}
    described = [
        (Location(source.path, line, column), expression, Described(**said))
        for line, column, expression, said in found["described"]
    ]
    return Evaluated(html, [], described)


def save(source: Source, evaluated: Evaluated, *, twice: bool) -> None:
    """Keep a page that has no problems."""
    html = [(part.start, part.end, text) for part, text in evaluated.html.items()]
    described = [(where.line, where.column, code, asdict(said)) for where, code, said in evaluated.described]
    store.save_value(FOLDER, _address(source, twice), {"html": html, "described": described})


def _parts(source: Source) -> Iterable[Part]:
    for part in source.parts:
        yield part
        if isinstance(part, Example):
            yield part.closing
