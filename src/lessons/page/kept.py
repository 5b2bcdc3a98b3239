"""Evaluated pages, kept by all that decides them: text, the whole package, the locks, KaTeX and Python.

Only pages without problems are kept. An edit of any file of the package forgets every page.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from lessons import store
from lessons.page import inputs, katex
from lessons.page.display import Described
from lessons.page.evaluate import Evaluated
from lessons.page.problem import Location
from lessons.page.snippet import Result, place
from lessons.page.source import Example, Part, Snippet, Source, Value
from lessons.page.told import Descriptions, Unbelievable, hear, tell

Results = dict[Part, Result]
PartDescriptions = dict[Part, Descriptions]

FOLDER = Path(".cache/pages")
PACKAGE = Path(__file__).resolve().parents[1]
RESULTS = Path(".cache/results")  # what code came to, whatever words stand around it
# What runs a page's code is a part of what decides its results.
RUNNERS = tuple(
    Path(__file__).resolve().with_name(name)
    for name in ("apart.py", "snippet.py", "display.py", "provenance.py", "told.py")
)
LOCKS = (Path("package-lock.json"),)


@functools.cache
def _world() -> bytes:
    """A hash of everything but the page. Read once: a process does not outlive an edit, see `publish.serve`."""
    digest = hashlib.sha256(inputs.installed(Path(inputs.LOCK)))
    files = [*sorted(PACKAGE.rglob("*.py")), katex.distribution() / "katex.min.js", *LOCKS]
    for file in files:
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.digest()


def _address(source: Source, twice: bool) -> str:
    page = f"{source.path}\0{source.line_offset}\0{source.made}\0{twice}\0{source.text.rstrip()}"
    digest = hashlib.sha256(_world() + page.encode(errors="surrogatepass"))
    for name, file in inputs.data_files(Path(source.path)):
        digest.update(f"\0{name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


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


def results_key(read: inputs.Inputs) -> str:
    """The address of what a page's code came to: its code, in order, and all that it may read."""
    return read.key(*RUNNERS)


def load_results(key: str, source: Source, *, twice: bool) -> tuple[Results, PartDescriptions] | None:
    """What an earlier run of the same code came to, placed where the code stands now; None if there was none."""
    found = store.load_value(RESULTS, f"{key}-twice")
    if found is None and not twice:
        found = store.load_value(RESULTS, f"{key}-once")
    if found is None:
        return None
    results: Results = {}
    described: PartDescriptions = {}
    for part, (kind, data, rows) in zip(_code(source), found, strict=True):
        line, column = _begins(part, source)
        placed = [[line + below, column + right, *said] for below, right, *said in rows]
        try:
            results[part], described[part] = hear((kind, data, placed), source, part)
        except Unbelievable:  # of a page that told of places outside its code, which has moved since: ask it again
            return None
    return results, described


def save_results(key: str, source: Source, results: Results, described: PartDescriptions, *, twice: bool) -> None:
    """Keep what a page's code came to. Every place is told from where its part of the page begins."""
    told = []
    for part in _code(source):
        line, column = _begins(part, source)
        kind, data, rows = tell(results[part], described[part])
        told.append((kind, data, [[row[0] - line, row[1] - column, *row[2:]] for row in rows]))
    store.save_value(RESULTS, f"{key}-{'twice' if twice else 'once'}", told)


def _begins(part: Snippet | Value, source: Source) -> tuple[int, int]:
    """Line and column from which places in a part's result are counted: the code may move on its page."""
    where = place(part, source) if isinstance(part, Value) else source.location(part.start)
    return where.line, where.column if isinstance(part, Value) else 1


def _code(source: Source) -> list[Snippet | Value]:
    return [part for part in source.parts if isinstance(part, Snippet | Value)]


def _parts(source: Source) -> Iterable[Part]:
    for part in source.parts:
        yield part
        if isinstance(part, Example):
            yield part.closing
