"""Pages kept from run to run, by all that can decide what is on them; an edit of the package forgets every page."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lessons import store
from lessons.page import inputs, mathml
from lessons.page.display import Described
from lessons.page.page import (
    Answer,
    Card,
    Entry,
    Exercise,
    Link,
    Outline,
    Page,
    Question,
    Section,
    Slip,
    Value,
    Variant,
)
from lessons.problem import Location

FOLDER = Path(".cache/pages")
PACKAGE = Path(__file__).resolve().parents[1]
LOCKS = (Path("package-lock.json"),)


@functools.cache
def world() -> bytes:
    """A hash of all but the sources: this package, what sets formulas, locks, Python. Read once, see `serve`."""
    digest = hashlib.sha256(inputs.installed(Path(inputs.LOCK)))
    scripts = [mathml.modules() / script for script in mathml.SCRIPTS]
    for file in [*sorted(PACKAGE.rglob("*.py")), *scripts, *LOCKS]:
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.digest()


def key(file: Path, written: bytes, settings: str) -> str:
    """The key of the page that a file makes: all that can decide what is on it.

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
    store.save_value(FOLDER, f"{key}-{'twice' if twice else 'once'}", data)


def _page(data: dict[str, Any]) -> Page:
    kinds: dict[str, Any] = {
        "questions": Question,
        "exercises": _exercise,
        "cards": Card,
        "sections": Section,
        "notes": Section,
    }
    for name, kind in kinds.items():
        data[name] = tuple(kind(**one) for one in data[name])
    data["contents"] = tuple(map(_entry, data["contents"]))
    data["outline"] = _outline(data["outline"])
    data["values"] = tuple(
        Value(Location(**one["where"]), one["expression"], described(one["described"])) for one in data["values"]
    )
    data["words"] = frozenset(data["words"])
    return Page(**data)


def described(data: dict[str, Any]) -> Described:
    slips = tuple((name, words, value) for name, words, value in data["slips"])
    return Described(**data | {"slips": slips, "witnesses": tuple(data["witnesses"])})


def _exercise(**data: Any) -> Exercise:
    return Exercise(**data | {"variants": tuple(map(variant, data["variants"]))} | _asked(data))


def variant(data: dict[str, Any]) -> Variant:
    given = tuple((name, figure) for name, figure in data["given"])
    return Variant(**data | {"given": given} | _asked(data))


def _asked(data: dict[str, Any]) -> dict[str, Any]:
    answers = tuple(
        Answer(**one | {"slips": tuple(Slip(**slip) for slip in one["slips"]), "hidden": tuple(one["hidden"])})
        for one in data["answers"]
    )
    return {"answers": answers, "hints": tuple(data["hints"])}


def _entry(data: dict[str, Any]) -> Entry:
    return Entry(**data | {"children": tuple(map(_entry, data["children"]))})


def _outline(data: dict[str, Any]) -> Outline:
    return Outline(
        tuple((identifier, Location(**where)) for identifier, where in data["ids"]),
        frozenset(data["anchors"]),
        tuple(Link(Location(**one["where"]), one["target"], one["image"]) for one in data["links"]),
    )
