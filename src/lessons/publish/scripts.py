"""The site's own scripts as readers get them: without comments, and with short names inside of functions.

esbuild does it, a program that npm brings for each kind of machine; it gets one script on its standard input and reads
no file. It also cuts the engine out of ts-fsrs, which says when a card comes again, and leaves the rest of that. Names
at the top of a script stay, for the scripts of a page know each other by them. The same script always gives the same
bytes, so each is made once.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from lessons import store
from lessons.page import mathml, published
from lessons.problem import Location, Problem

CACHE = Path(".cache/scripts")
ENGINE = "assets/fsrs.js"  # made of ts-fsrs; the site's own scripts import it from there
# Below node_modules: what makes scripts small, its program for this machine, and what is cut out of.
PACKAGES = ("esbuild", "@esbuild", "ts-fsrs")
# es2022: what our scripts are written in; nothing newer is put in their place, and nothing older.
OPTIONS = ("--minify", "--target=es2022", "--charset=utf8", "--legal-comments=inline", "--tsconfig-raw={}")
_CUT = ("--format=esm", "--tree-shaking=true")  # of a library, what one name needs
# What ts-fsrs adds to every date, and of its engine what schedule.js does itself (intervals are spread) or never asks.
_UNUSED = re.compile(
    r"""^Date\.prototype\.\w+\ =\ function.*?^\};\n
    |   ^\ \ (?:apply_fuzz|next_interval|params_handler_proxy|update_parameters)\(.*?^\ \ \}\n
    |   ^\ \ [gs]et\ (?:seed|parameters)\(.*?^\ \ \}\n
    |   new\ Proxy\(\s*|,\s*this\.params_handler_proxy\(\)\s*\)
    |   ^/\*\ istanbul\b.*?\*/""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_TELLING = ("--log-level=error", "--log-limit=0", "--color=false", "--sourcefile=script.js")
_FAULT = re.compile(r"\[ERROR\] (?P<message>.*)\n\n +script\.js:(?P<line>\d+):(?P<column>\d+):")
REPAIR = "mend it there: browsers would run nothing of it"


class NotAScript(ValueError):
    """No browser would run it. `problems`: where, and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class NotInstalled(RuntimeError):
    """esbuild is not there, or cannot be run here; the message says what to do."""


def problems(docs: Path) -> Iterator[Problem]:
    """L016 of the site's own scripts. Raises NotInstalled."""
    for name in published.ASSETS:
        path = docs / "assets" / name
        if path.suffix == ".js" and path.is_file() and not path.is_symlink():
            try:
                minified(Path(os.path.relpath(path)).as_posix(), path.read_bytes())
            except NotAScript as fault:
                yield from fault.problems


def engine() -> bytes:
    """The engine of ts-fsrs alone, as a module. Raises NotInstalled."""
    try:
        library = (mathml.modules() / "ts-fsrs/dist/index.mjs").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotInstalled("ts-fsrs is not installed: run `make setup`") from None
    inside, _, _ = library.rpartition("\nexport {")
    return minified(ENGINE, f"{_UNUSED.sub('', inside)}\nexport {{ FSRSAlgorithm }};\n".encode(), _CUT)


@functools.lru_cache(maxsize=32)  # while a project is served
def minified(path: str, written: bytes, more: tuple[str, ...] = ()) -> bytes:
    """A script as readers get it. `path` is what its problems are told of, `more` further options. Raises NotAScript,
    NotInstalled.
    """
    key = hashlib.sha256(json.dumps([_version(), *OPTIONS, *more]).encode() + b"\0" + written).hexdigest()
    data = store.load(CACHE, key)
    if data is None:
        data = _minified(path, written, more)
        store.save(CACHE, key, data)
    return data


def _minified(path: str, written: bytes, more: tuple[str, ...]) -> bytes:
    try:
        text = written.decode()
    except UnicodeDecodeError as fault:
        line = written.count(b"\n", 0, fault.start) + 1
        told = Problem(Location(path, line), "L016", "the script is not UTF-8 text", "save it as UTF-8")
        raise NotAScript([told]) from None
    try:
        done = subprocess.run(
            [_program(), *OPTIONS, *more, *_TELLING],
            input=written,
            capture_output=True,
            cwd=os.sep,  # it looks for settings where it is started
            env={},
            check=False,
        )
    except OSError as fault:
        raise NotInstalled(f"esbuild cannot be run: {fault.strerror}; `make setup` installs it again") from None
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace")
    found = [*_faults(path, text, said)]
    if not found:
        raise NotInstalled(f"esbuild stopped with exit code {done.returncode}: {said.strip() or 'it said nothing'}")
    raise NotAScript(found)


def _faults(path: str, text: str, said: str) -> Iterator[Problem]:
    """What esbuild said, as problems; it counts columns in bytes, and from 0."""
    lines = text.split("\n")
    for fault in _FAULT.finditer(said):
        line = int(fault["line"])
        before = (lines[line - 1] if line <= len(lines) else "").encode()[: int(fault["column"])]
        column = len(before.decode(errors="ignore")) + 1
        message = f"the script cannot be read: {fault['message']}"
        yield Problem(Location(path, line, column), "L016", message, REPAIR)


@functools.cache
def _version() -> str:
    try:
        return str(json.loads((mathml.modules() / "esbuild/package.json").read_text(encoding="utf-8"))["version"])
    except FileNotFoundError:
        raise NotInstalled("esbuild is not installed: run `make setup`") from None


@functools.cache
def _program() -> Path:
    """The program for this machine, without the Node that a package of npm begins with."""
    found = sorted((mathml.modules() / "@esbuild").glob("*/bin/esbuild"))
    if not found:
        raise NotInstalled("esbuild is not installed for this kind of machine: run `make setup`")
    return found[0]
