"""What the site gives its readers that others made: whose each file is, under which licence, told in notices.txt.

A file that nobody owns, a script with a library inside that is not listed, a licence that is not allowed or that an
upgrade changed: each stops the build. The texts are the installed packages' own, so that none here can be out of date.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lessons import store
from lessons.page import mathml, published
from lessons.page.cache import world
from lessons.publish import moodle, papers, review, scripts
from lessons.publish.fonts import LICENCE_URL

PAGE = "notices.txt"
CACHE = Path(".cache/notices")
ALLOWED = ("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-4.0", "MIT", "OFL-1.1", "W3C-20150513")

MADE = "|".join((*papers.NAMES, moodle.NAME, review.CARDS, r"[\w-]+\.apkg"))
KINDS = (*published.PICTURES, *published.DATA)  # beside pages; each was judged
Terms = tuple[str, str]  # the licence a package declares, and the text it brings


class Unlicensed(Exception):
    """Something in the site may not be published, or nobody has said that it may; the message is ready to print."""


def _python(name: str, file: str = "LICENSE") -> Terms:
    about = importlib.metadata.distribution(name)
    return str(about.metadata["License-Expression"]), about.read_text(f"licenses/{file}") or ""


def _npm(name: str) -> Terms:
    package = mathml.modules() / name
    declared = json.loads((package / "package.json").read_text(encoding="utf-8"))["license"]
    return declared, (package / "LICENSE").read_text(encoding="utf-8")


def _icons(collection: str, declaration: str, licence: str) -> Callable[[], Terms]:
    """Icons that the theme brings; they have their licence where the text says so."""

    def terms() -> Terms:
        templates = Path(str(importlib.metadata.distribution("mkdocs-material").locate_file("material/templates")))
        text = (templates / ".icons" / collection).read_text(encoding="utf-8")
        return (licence if declaration in text else ""), text

    return terms


@dataclass(frozen=True)
class Component:
    """What one party made. `files` matches the paths it owns in the site, `within` says where else it is found."""

    name: str
    licence: str
    terms: Callable[[], Terms]
    files: str = ""
    within: str = ""


STYLES = r"assets/(screen|print)\.\w+\.css"  # each is put together from those of several
COMPONENTS = (
    Component(
        "The lessons: text, figures, notebooks, flashcards",
        "CC-BY-4.0",
        lambda: ("CC-BY-4.0", _python("lessons", "LICENSE-lessons")[1]),
        rf"(?!assets/)((.*/)?(index\.html|{MADE})|notebooks/.*\.ipynb|.*({'|'.join(map(re.escape, KINDS))}))"
        r"|assets/share/[\w-]+\.png|404\.html|search/search_index\.json|sitemap\.xml(\.gz)?|notices\.txt",
    ),
    Component(
        "The code of the lessons",
        "MIT",
        lambda: _python("lessons"),
        rf"_headers|sw\.js|manifest\.webmanifest|assets/icon-[\w-]+\.png"
        rf"|assets/({'|'.join(map(re.escape, published.ASSETS))})|{STYLES}",
    ),
    Component(
        "Material for MkDocs",
        "MIT",
        lambda: _python("mkdocs-material"),
        rf"assets/(javascripts/(workers/)?|stylesheets/)[\w.]+\.(css|js)(\.map)?|assets/images/favicon\.png|{STYLES}",
    ),
    Component("ts-fsrs, its engine alone", "MIT", lambda: _npm("ts-fsrs"), re.escape(scripts.ENGINE)),
    Component("Temml", "MIT", lambda: _npm("temml"), STYLES, "the mathematics of the pages"),
    Component(
        "STIX Two Math, cut to the glyphs in use and renamed",
        "OFL-1.1",
        lambda: _npm("@fontsource/stix-two-math"),
        r"assets/math/[\w.-]+\.woff2",
    ),
    Component(
        "Material Design Icons",
        "Apache-2.0",
        _icons("material/LICENSE", "# Icons: Apache 2.0", "Apache-2.0"),
        within="the pages and Material's stylesheet",
    ),
    Component("Octicons", "MIT", _icons("octicons/LICENSE", "MIT License", "MIT"), within="Material's stylesheet"),
    Component(
        "Font Awesome Free",
        "CC-BY-4.0",
        _icons("fontawesome/LICENSE.txt", "# Icons: CC BY 4.0", "CC-BY-4.0"),
        within="Material's stylesheet",
    ),
)
# What the theme's scripts and stylesheets have inside, by the name in their source maps.
BUNDLED = {
    "clipboard": "MIT",
    "escape-html": "MIT",
    "focus-visible": "W3C-20150513",
    "lunr": "MIT",
    "material-design-color": "MIT",
    "rxjs": "Apache-2.0",
    "tslib": "0BSD",
}
_MODULE = re.compile(r"node_modules/((?:@[^/]+/)?[^/]+)/")
_COPYRIGHT = re.compile(r"/\*+!?\s(?:(?!\*/).)*?(?:copyright|licensed)(?:(?!\*/).)*\*/", re.IGNORECASE | re.DOTALL)
_RULE = "-" * 100


def text(files: Mapping[str, bytes], paths: Iterable[str]) -> str:
    """The notices of a site. `files`: those of the theme and the fonts; `paths`: of all there are, these too.

    Raises Unlicensed with every fault.
    """
    listed = sorted({*paths, PAGE})
    digest = hashlib.sha256(world() + "\0".join(listed).encode())
    for path in sorted(files):
        digest.update(f"\0{path}\0".encode() + hashlib.sha256(files[path]).digest())
    kept = store.load(CACHE, digest.hexdigest())
    if kept is None:
        kept = _text(files, listed).encode()
        store.save(CACHE, digest.hexdigest(), kept)
    return kept.decode()


def _text(files: Mapping[str, bytes], listed: list[str]) -> str:
    bundled = _bundled(files)
    faults = [*_unowned(listed), *_changed(), *_unlisted(bundled), *_unreadable(listed), *_unnamed(files)]
    if faults:
        raise Unlicensed("\n".join(faults))
    return _told(listed, bundled)


def _owned(component: Component, paths: list[str]) -> list[str]:
    return [path for path in paths if component.files and re.fullmatch(component.files, path)]


def _unowned(paths: list[str]) -> Iterator[str]:
    owned = {path for component in COMPONENTS for path in _owned(component, paths)}
    for path in paths:
        if path not in owned:
            yield f"{path}: nobody is named as its author: list it in src/lessons/publish/notices.py"


def _changed() -> Iterator[str]:
    for component in COMPONENTS:
        declared, text = component.terms()
        if declared != component.licence or not text.strip():
            said = f"declares {declared!r}" if text.strip() else "brings no licence text"
            yield f"{component.name}: listed under {component.licence}, but what is installed {said}"
    for name, licence in [*((one.name, one.licence) for one in COMPONENTS), *BUNDLED.items()]:
        if licence not in ALLOWED:
            yield f"{name}: {licence} is not one of the licences that the site may ship: {', '.join(ALLOWED)}"


def _bundled(files: Mapping[str, bytes]) -> dict[str, str]:
    """The libraries inside the theme's files, each with the copyright notes of its sources."""
    notes: dict[str, dict[str, None]] = {}
    for path in sorted(path for path in files if path.endswith(".map")):
        told = json.loads(files[path])
        for source, text in itertools.zip_longest(told["sources"], told.get("sourcesContent") or [], fillvalue=""):
            if module := _MODULE.search(source):
                notes.setdefault(module[1], {}).update(dict.fromkeys(m[0] for m in _COPYRIGHT.finditer(text or "")))
    return {name: "\n".join(found) for name, found in sorted(notes.items())}


def _unlisted(bundled: dict[str, str]) -> Iterator[str]:
    for name in sorted(bundled.keys() - BUNDLED.keys()):
        yield f"{name}: the theme's scripts have it inside: list its licence in src/lessons/publish/notices.py"


def _unreadable(paths: list[str]) -> Iterator[str]:
    for path in paths:
        if re.fullmatch(r"assets/javascripts/.*\.js", path) and f"{path}.map" not in paths:
            yield f"{path}: it has no source map, so that nobody can tell what is inside"


def _unnamed(files: Mapping[str, bytes]) -> Iterator[str]:
    from fontTools.ttLib import TTFont  # it takes a moment to load, and only here

    for path in sorted(path for path in files if path.endswith(".woff2")):
        if not (TTFont(io.BytesIO(files[path]))["name"].getDebugName(LICENCE_URL) or "").endswith("/OFL"):
            yield f"{path}: the font does not say that it is under OFL 1.1"


def _told(paths: list[str], bundled: dict[str, str]) -> str:
    """The notices: first who made what, then every text."""
    who = [f"{one.name} ({one.licence})\n    {_where(one, paths)}" for one in COMPONENTS]
    inside = [f"{name} ({BUNDLED[name]})\n    inside Material for MkDocs" for name in bundled]
    texts = [(one.name, one.terms()[1]) for one in COMPONENTS]
    texts += [(name, note) for name, note in bundled.items() if note]
    texts += [("The Apache License 2.0, of Material Design Icons and rxjs", _python("watchdog")[1])]
    return "\n".join(
        [
            "What this site is made of, who made it, and under which licences.",
            "Written when the site is built, from what is in it. A licence is named as SPDX names it: https://spdx.org/licenses/",
            "",
            *("\n\n".join([*who, *inside]), ""),
            *(f"{_RULE}\n{name}\n{_RULE}\n\n{text.strip()}\n" for name, text in texts),
        ]
    )


def _where(component: Component, paths: list[str]) -> str:
    if component is COMPONENTS[0]:
        return "every page, and what belongs to it"
    return "\n    ".join([*_owned(component, paths), *([component.within] if component.within else [])])
