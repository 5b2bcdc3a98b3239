"""One hash of all that a check or a build of a project reads: where it is the same, so is what they come to.

So a command that finds it kept has nothing to do. What is kept here is only that nothing was wrong, and what the site
was; whoever wants to see everything done builds with `--fresh`.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from lessons import git, store
from lessons.page import inputs
from lessons.page.tree import MADE, SOURCES

KEPT = Path(".cache/outcomes")
STAGED = Path("docs/notebooks")  # among the sources, and written by builds
COMPILED = "__pycache__"
MATHEMATICS = tuple(
    Path("node_modules", name) for name in ("katex", "temml", "@fontsource/stix-two-math", "esbuild", "ts-fsrs")
)


def fingerprint(root: Path) -> str:
    """The hash of a project's sources and of what is installed to build them."""
    digest = hashlib.sha256(inputs.installed(root / inputs.LOCK))
    for name in SOURCES:
        for line in _told(root, Path(name)):
            digest.update(line)
    for line in _mathematics():
        digest.update(line)
    try:
        digest.update("\0".join(git.tracked(root, *MADE)).encode())  # all that a check asks of anything but files
    except git.GitFailed:
        digest.update(b"no repository")
    return digest.hexdigest()


def _mathematics() -> Iterator[bytes]:
    """What sets formulas, as it is installed beside this package: no list of Python's packages names it."""
    folders = Path(__file__).resolve().parents
    beside = next((folder for folder in folders if (folder / MATHEMATICS[0]).is_dir()), folders[-1])
    for path in MATHEMATICS:
        yield from _told(beside, path)


def _told(root: Path, path: Path) -> Iterator[bytes]:
    """A line for a file, for each thing in a folder, or for what is neither: name, kind and what it holds."""
    try:
        about = (root / path).lstat()
    except FileNotFoundError:
        return
    name = os.fsencode(path)
    if stat.S_ISDIR(about.st_mode):
        yield b"folder " + name + b"\0"
        for below in sorted(os.listdir(root / path)):  # noqa: PTH208
            if below != COMPILED and path / below != STAGED:
                yield from _told(root, path / below)
    elif stat.S_ISREG(about.st_mode):
        with (root / path).open("rb") as file:
            yield b"file %s\0%d\0%s" % (name, about.st_mode & 0o111, hashlib.file_digest(file, "sha256").digest())
    elif stat.S_ISLNK(about.st_mode):
        yield b"link " + name + b"\0" + os.fsencode((root / path).readlink()) + b"\0"
    else:
        yield b"other " + name + b"\0"


def recall(command: str, key: str) -> str | None:
    """What a command came to when its project had this fingerprint; None where that is not known."""
    known = store.load(KEPT, _address(command, key))
    return None if known is None else known.decode()


def keep(command: str, key: str, outcome: str) -> None:
    """Keep what a command came to."""
    store.save(KEPT, _address(command, key), outcome.encode())


def _address(command: str, key: str) -> str:
    return hashlib.sha256(f"{command}\0{key}".encode()).hexdigest()
