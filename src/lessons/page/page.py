"""A page of the site as a value: what every output needs of it, derived once from its source and its results.

A page of Markdown and a notebook's page are the same type. Nothing here knows how one is made (`render`) or what the
site makes of it (`publish`): search, fonts, styles, decks, notices and the checks across pages are folds over pages.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from lessons import store
from lessons.page import inputs, katex
from lessons.page.display import Described
from lessons.problem import Location

FOLDER = Path(".cache/pages")
PACKAGE = Path(__file__).resolve().parents[1]
LOCKS = (Path("package-lock.json"),)

Face = tuple[str, bool, bool]  # family, bold, italic


@dataclass(frozen=True)
class Link:
    """A link or an image, as the page's author wrote its target."""

    where: Location
    target: str
    image: bool = False


@dataclass(frozen=True)
class Outline:
    """What other pages need to know of a page, read from its text alone: its ids, its places, where it points."""

    ids: tuple[tuple[str, Location], ...] = ()  # written by its author, unique in the site
    anchors: frozenset[str] = frozenset()  # that a link may name
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A heading in the contents; `title` is HTML."""

    level: int
    id: str
    title: str
    children: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Section:
    """What search finds: a heading's id and words, and the text below it, with the few tags that search keeps."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Question:
    """A question and its answer, as HTML."""

    id: str
    prompt: str
    answer: str


@dataclass(frozen=True)
class Exercise:
    """An exercise, as HTML: what is asked, and how it is worked out."""

    id: str
    title: str
    prompt: str
    solution: str


@dataclass(frozen=True)
class Card:
    """A flashcard: both sides as HTML. Its id is its anchor on the page."""

    id: str
    front: str
    back: str


@dataclass(frozen=True)
class Value:
    """A computed value: where it stands, the expression, and what it says."""

    where: Location
    expression: str
    described: Described


@dataclass(frozen=True)
class Page:
    """One page. `path` is the author's file, `address` the page's own in the site; HTML and links are as readers get
    them, without what stands around the content.
    """

    path: str
    address: str
    meta: Mapping[str, Any]  # the front matter: title and description, and what hides or ranks the page
    html: str
    contents: tuple[Entry, ...] = ()
    outline: Outline = Outline()
    questions: tuple[Question, ...] = ()
    exercises: tuple[Exercise, ...] = ()
    cards: tuple[Card, ...] = ()
    values: tuple[Value, ...] = ()
    sections: tuple[Section, ...] = ()
    glyphs: Mapping[Face, str] = field(default_factory=dict)  # the characters that its formulas show, by their face
    words: frozenset[str] = frozenset()  # that a stylesheet could name: classes, ids, attributes
    files: Mapping[str, str] = field(default_factory=dict)  # that lie beside it: a notebook to download

    @property
    def title(self) -> str:
        return str(self.meta["title"])

    @property
    def description(self) -> str:
        return str(self.meta["description"])

    @property
    def url(self) -> str:
        """Where the page is, from the site's root; empty for the home page."""
        return self.address.removesuffix("index.html")

    @functools.cached_property
    def digest(self) -> str:
        """The hash of what readers get of the page."""
        return hashlib.sha256(self.html.encode(errors="surrogatepass")).hexdigest()

    def beside(self, name: str) -> str:
        """The address of a file that lies beside the page."""
        return str(PurePosixPath(self.address).with_name(name))


# ---- kept from run to run -----------------------------------------------------------------------------------------


@functools.cache
def world() -> bytes:
    """A hash of everything but the sources: this package, KaTeX, the locks, Python. Read once: see `publish.serve`."""
    digest = hashlib.sha256(inputs.installed(Path(inputs.LOCK)))
    for file in [*sorted(PACKAGE.rglob("*.py")), katex.distribution() / "katex.min.js", *LOCKS]:
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.digest()


def address(file: Path, written: bytes, settings: str) -> str:
    """The address of the page that a file makes: all that can decide what is on it.

    `settings`: how its Markdown is converted.
    """
    digest = hashlib.sha256(world() + f"{file.as_posix()}\0{settings}\0".encode(errors="surrogatepass") + written)
    for name, data in inputs.data_files(file):
        digest.update(f"\0{name}\0".encode() + hashlib.sha256(data.read_bytes()).digest())
    return digest.hexdigest()


def load(keys: Iterable[str], *, twice: bool) -> dict[str, Page]:
    """The pages that earlier runs kept. One whose code ran twice serves those who ask for once."""
    wanted = list(keys)
    found = {key: _page(data) for key, data in _kept(wanted, "twice").items()}
    if not twice:
        found |= {key: _page(data) for key, data in _kept([key for key in wanted if key not in found], "once").items()}
    return found


def _kept(keys: list[str], suffix: str) -> dict[str, Any]:
    values = store.load_values(FOLDER, [f"{key}-{suffix}" for key in keys])
    return {address.removesuffix(f"-{suffix}"): value for address, value in values.items()}


def save(key: str, page: Page, *, twice: bool) -> None:
    """Keep a page that has no problems."""
    data = asdict(page)
    data["words"] = sorted(page.words)
    data["outline"]["anchors"] = sorted(page.outline.anchors)
    data["glyphs"] = [[*face, characters] for face, characters in sorted(page.glyphs.items())]
    store.save_value(FOLDER, f"{key}-{'twice' if twice else 'once'}", data)


def _page(data: dict[str, Any]) -> Page:
    kinds: dict[str, Any] = {"questions": Question, "exercises": Exercise, "cards": Card, "sections": Section}
    for name, kind in kinds.items():
        data[name] = tuple(kind(**one) for one in data[name])
    data["contents"] = tuple(map(_entry, data["contents"]))
    data["outline"] = _outline(data["outline"])
    data["values"] = tuple(
        Value(Location(**one["where"]), one["expression"], Described(**one["described"])) for one in data["values"]
    )
    data["glyphs"] = {(family, bold, italic): found for family, bold, italic, found in data["glyphs"]}
    data["words"] = frozenset(data["words"])
    return Page(**data)


def _entry(data: dict[str, Any]) -> Entry:
    return Entry(**data | {"children": tuple(map(_entry, data["children"]))})


def _outline(data: dict[str, Any]) -> Outline:
    return Outline(
        tuple((identifier, Location(**where)) for identifier, where in data["ids"]),
        frozenset(data["anchors"]),
        tuple(Link(Location(**one["where"]), one["target"], one["image"]) for one in data["links"]),
    )
