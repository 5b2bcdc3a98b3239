"""The files of a project that become files of its site: of known kinds, by names that will do, each at its own address.

A site generator copies whatever it does not know, and a browser runs what it is given. So what is not listed here is
refused, and what is listed is judged by what is in it. Nothing but a regular file is ever opened.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from lessons import files
from lessons.page import markup, names, tree
from lessons.problem import Location, Problem, nearest

PAGE = ".md"
NOTEBOOKS = "notebooks"  # in docs/: written by builds
ASSETS = (
    "answers.js",
    "deck.js",
    "due.js",
    "element.js",
    "exercise.js",
    "favicon.svg",
    "kept.js",
    "lesson.css",
    "lesson.js",
    "log.js",
    "offline.js",
    "practice.css",
    "practice.js",
    "progress.js",
    "print.css",
    "printing.js",
    "reminder.js",
    "review.css",
    "review.js",
    "schedule.js",
    "settings.js",
    "sheets.js",
    "theme.js",
    "variants.js",
    "worksheet.js",
)  # in docs/assets/
MOST_BYTES = 2_000_000
LONGEST = 80  # of a name
# Addresses that the site's own files have, or may get.
RESERVED = ("404", "assets", "notebooks", "notices", "search", "sitemap", "templates")
BESIDE = ("answers.json", "variants.json", "cards.txt", "cards-plain.txt")  # a lesson, made of it
_STEM = r"[a-z0-9]+(?:[-_][a-z0-9]+)*"
_FILE = re.compile(rf"{_STEM}\.[a-z0-9]+")
_FOLDER = re.compile(_STEM)
_DEVICES = re.compile(r"con|prn|aux|nul|com\d|lpt\d")  # on Windows, whatever their ending

Fault = tuple[str, str, str]  # code, message and repair
Judge = Callable[[bytes], Fault | None]  # of what is in a file

NAME = "use small letters, digits and hyphens, a letter or digit at both ends"
REMOVE = "take it out of docs/; show pictures, link pages, and give what else is needed an address elsewhere"


STRAY = (
    "no page is made of this file: a notebook is a script here",
    "convert it, `.venv/bin/jupytext --to py:percent` and its name, then delete it",
)
DATA_ASTRAY = (
    "no notebook finds this file",
    "put it into the folder beside its notebook that has the notebook's name, or delete it",
)


def problems(docs: Path) -> Iterator[Problem]:
    """L013 and L014 of all that lies in the folder of the pages, and in the one of the notebooks beside it."""
    places: dict[str, Path] = {}
    for path in walk(docs):
        within = PurePosixPath(path.relative_to(docs).as_posix())
        fault = _fault(path, within, docs)
        if fault is None and within.suffix == PAGE:
            first = places.setdefault(address(within), path)
            if first != path:
                message = f"it has the same address as {first.as_posix()}: one of the two would be lost"
                fault = "L013", message, "rename one"
        if fault:
            yield Problem(Location(path.as_posix()), *fault)
    for path in walk(docs.parent / NOTEBOOKS):
        top = path.parent.name == NOTEBOOKS
        if not path.is_symlink() and path.is_file() and path.suffix != ".py" and (top or path.suffix == ".ipynb"):
            yield Problem(Location(path.as_posix()), "L013", *(STRAY if path.suffix == ".ipynb" else DATA_ASTRAY))
        if path.suffix == ".py" and path.parent.name == NOTEBOOKS and (named := _misnamed(path.name, _FILE)):
            yield Problem(Location(path.as_posix()), *named)


def address(page: PurePosixPath) -> str:
    """The file of the site that a page becomes; both are seen from their folder."""
    return (page.parent / ("" if page.stem == "index" else page.stem) / "index.html").as_posix()


def walk(folder: Path) -> Iterator[Path]:
    """All there is below a folder, folders among it, in a fixed order; links are not followed.

    Without what begins with a dot, which is an editor's or a system's own, and no site generator publishes; and
    without the decisions, which stay in the repository.
    """
    for inside, folders, here in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if Path(inside) == folder:
            folders[:] = [name for name in folders if name != tree.DECISIONS]
        links = [name for name in folders if Path(inside, name).is_symlink()]
        yield from (Path(inside, name) for name in sorted({*folders, *here}) if not name.startswith("."))
        folders[:] = [name for name in folders if name not in links]


def _fault(path: Path, within: PurePosixPath, docs: Path) -> Fault | None:
    if files.odd(path.lstat().st_mode):
        return None  # a link, or no file at all: `tree` tells of it, and it is not opened
    top = within.parts[0]
    if path.is_dir():
        if len(within.parts) == 1 and top in ("assets", NOTEBOOKS):
            return None
        return _misnamed(within.name, _FOLDER) or _reserved(within)
    if top == "assets" and len(within.parts) > 1:
        if within.as_posix() not in {f"assets/{name}" for name in ASSETS}:
            repair = f"the site has there: {', '.join(ASSETS)}; put a picture beside the page that shows it"
            return "L013", "docs/assets/ holds the site's own files and no others", repair
        return _judged(path, _unfit_picture) if within.suffix == ".svg" else None
    if top == NOTEBOOKS and len(within.parts) > 1:
        if len(within.parts) == 2 and within.suffix == ".ipynb":
            return None  # of a notebook, or swept away by the next build; L011 where it is committed
        return "L013", "docs/notebooks/ holds what builds write and nothing else", "take it out of docs/notebooks/"
    return _misnamed(within.name, _FILE) or _reserved(within) or _unfit(path, within, docs)


def wrong_name(name: str) -> Fault | None:
    """L014 of a file's name."""
    return _misnamed(name, _FILE)


def _misnamed(name: str, form: re.Pattern[str]) -> Fault | None:
    kind = "file" if form is _FILE else "folder"
    stem = name.partition(".")[0]
    if len(name) > LONGEST:
        return "L014", f"the {kind} name has {len(name)} characters", f"use at most {LONGEST}"
    if _DEVICES.fullmatch(stem.lower()):
        return "L014", f"on Windows the {kind} name {name!r} is a device's", "choose another"
    if form.fullmatch(name):
        return None
    if kind == "file" and "." not in name:
        return "L013", "a file without an ending: nobody knows of what kind it is", REMOVE
    better = names.plain(name.rpartition(".")[0] if "." in name else name)
    ending = re.sub(r"[^a-z0-9.]+", "", Path(name).suffix.lower()) if kind == "file" else ""
    hint = f"{NAME}: {better}{ending}" if better else NAME
    return "L014", f"the {kind} name {name!a} will not do", hint


def _reserved(within: PurePosixPath) -> Fault | None:
    """What would stand where the site has something of its own."""
    if len(within.parts) == 1 and within.stem in RESERVED:
        return "L014", f"the address {within.stem}/ is the site's own", "choose another name"
    if within.name in BESIDE:
        return "L014", f"the site makes a file of its own with the name {within.name}", "choose another name"
    return None


def _unfit(path: Path, within: PurePosixPath, docs: Path) -> Fault | None:
    """What is wrong with a file's kind, size or content."""
    ending = within.suffix
    if ending == PAGE:
        return None  # it is judged as a page
    if ending not in PICTURES and ending not in DATA:
        kinds = nearest(ending, (PAGE, *PICTURES))
        return "L013", f"the site publishes no {ending} files", f"{kinds}; {REMOVE}"
    if ending in DATA and not (docs / within.parent).with_suffix(PAGE).is_file():
        repair = f"put it into the folder named as its lesson: docs/lessons/a-lesson/{within.name}"
        return "L013", "data of no lesson", repair
    return _judged(path, PICTURES.get(ending) or DATA[ending])


def _judged(path: Path, judge: Judge) -> Fault | None:
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            most = f"make it smaller: a file may have {MOST_BYTES // 1_000_000} MB"
            return "L013", f"the file has {size / 1_000_000:.1f} MB", most
        return judge(path.read_bytes())
    except OSError as fault:
        return "L013", f"the file cannot be read: {fault.strerror}", "let whoever builds the site read it"


def _begins(what: str, *beginnings: bytes, at: int = 0) -> Judge:
    def unfit(data: bytes) -> Fault | None:
        if data[at:].startswith(beginnings):
            return None
        return "L013", f"its ending says {what}, and it is none", "save it as what its ending says, or rename it"

    return unfit


def _unfit_picture(data: bytes) -> Fault | None:
    if fault := markup.fault_of_picture(data):
        return "L013", f"an SVG that a page may not have: {fault}", "save it as plain SVG, or as a .png"
    return None


def _unfit_text(data: bytes) -> Fault | None:
    """A browser that is not told what a file is looks at how it begins."""
    try:
        text = data.decode("utf-8").removeprefix("\ufeff").lstrip()
    except UnicodeDecodeError:
        return "L013", "its ending says text, and it is not UTF-8 text", "save it as UTF-8"
    if text.startswith("<") or re.search("[\x00-\x08\x0e-\x1f\x7f]", text):
        return "L013", "its ending says data in plain text, and it is none", "save it as what its ending says"
    return None


def _unfit_json(data: bytes) -> Fault | None:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return "L013", "its ending says JSON, and it is none", "save it as JSON"
    return _unfit_text(data)


PICTURES: dict[str, Judge] = {
    ".png": _begins("a PNG picture", b"\x89PNG\r\n\x1a\n"),
    ".jpg": _begins("a JPEG picture", b"\xff\xd8\xff"),
    ".jpeg": _begins("a JPEG picture", b"\xff\xd8\xff"),
    ".webp": _begins("a WebP picture", b"WEBP", at=8),
    ".gif": _begins("a GIF picture", b"GIF87a", b"GIF89a"),
    ".svg": _unfit_picture,
}
DATA: dict[str, Judge] = {
    ".csv": _unfit_text,
    ".txt": _unfit_text,
    ".json": _unfit_json,
    ".npy": _begins("an array of numpy", b"\x93NUMPY"),
    ".npz": _begins("arrays of numpy", b"PK\x03\x04"),
}
