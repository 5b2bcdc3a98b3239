"""Whether a project's tree holds nothing but files and folders: looked at before anything in it is read or written.

What a symbolic link leads to lies anywhere on the machine that builds, and would be read, published or replaced; a
pipe would be waited for without end. A hard link looks like any file, and is not told: git and archives of it bring
none.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from lessons import files
from lessons.problem import Location, Problem

# What builds read, whoever wrote it.
SOURCES = ("docs", "notebooks", "src", "mkdocs.yml", "pyproject.toml", "requirements.txt", "package-lock.json")
# What builds and installations write. `:(glob)` as git knows it: compiled code is run in the place of its source.
MADE = (
    *(".cache", "docs/notebooks", "site", "site-next", "dist", ".venv", "node_modules"),
    *(":(glob).*-fresh-*/**", ":(glob)**/__pycache__/**", ":(glob)**/*.pyc"),
)
MOST_BYTES = 64_000_000  # of a file that is read
DECISIONS = "decisions"  # in docs/: for engineers, who read them in the repository; no part of the site
DEEPEST = 20  # folders in each other, among the sources: who walks a thousand comes to no end
STORE = ".cache"  # what builds write, below docs/ as well; what lies in a folder of it is sealed, and replaced


def problems(root: Path, *, deep: bool = True) -> list[Problem]:
    """L009 for all that is neither a file nor a folder, L015 for files that nobody reads, sorted by path.

    Without `deep`, at the top only.
    """
    return [Problem(Location(path.as_posix()), *fault) for path, fault in sorted(_odd(root, deep))]


def _odd(root: Path, deep: bool) -> Iterator[tuple[Path, tuple[str, str, str]]]:
    pending = [(Path(name), deep) for name in SOURCES] + [(Path(STORE), False)]
    if not (root / STORE).is_symlink() and (root / STORE).is_dir():
        pending += [(Path(STORE, name), False) for name in os.listdir(root / STORE)]  # noqa: PTH208
    while pending:
        path, inside = pending.pop()
        try:
            about = (root / path).lstat()
        except FileNotFoundError:
            continue
        mode = about.st_mode
        if fault := odd(root / path, mode):
            yield path, ("L009", *fault)
        elif inside and stat.S_ISREG(mode) and about.st_size > MOST_BYTES:
            message = f"the file has {about.st_size // 10**6} MB"
            yield path, ("L015", message, f"keep it below {MOST_BYTES // 10**6} MB")
        elif inside and stat.S_ISDIR(mode) and len(path.parts) > DEEPEST:
            yield path, ("L009", f"more than {DEEPEST} folders in each other", "put less into each other")
        elif inside and stat.S_ISDIR(mode):
            pending += [(path / name, True) for name in os.listdir(root / path)]  # noqa: PTH208


def below(folder: Path) -> Iterator[Path]:
    """All that lies in a folder, no deeper than `problems` lets it be; links are not followed."""
    pending = [folder] if folder.is_dir() and not folder.is_symlink() else []
    while pending:
        above = pending.pop()
        with os.scandir(above) as entries:
            for entry in entries:
                path = above / entry.name
                yield path
                if entry.is_dir(follow_symlinks=False) and len(path.parts) - len(folder.parts) < DEEPEST:
                    pending.append(path)


def odd(path: Path, mode: int) -> tuple[str, str] | None:
    """(message, repair) for what is neither a file nor a folder."""
    if stat.S_ISLNK(mode):
        return _link(path)
    what = files.odd(mode)
    return (what, "put a plain file here, or remove it") if what else None


def _link(path: Path) -> tuple[str, str] | None:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        if path.name.startswith(".#"):  # by which an editor says that it has a file open; nobody reads it
            return None
        return "the symbolic link leads nowhere, or round in a circle", "put the file itself here"
    itself = "put the folder itself here" if target.is_dir() else "put the file itself here"
    if not target.is_relative_to(Path.cwd()):
        return "the symbolic link leads out of the project", "put the file itself here"
    return f"the symbolic link leads to a {'folder' if target.is_dir() else 'file'}", itself
