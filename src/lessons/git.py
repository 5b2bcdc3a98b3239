"""What git knows of a project. The only place that calls git.

A repository's own configuration names programs: monitors of files, filters, hooks, pagers, helpers of transports. Here
only commands are used that read what is stored, none of which runs any; and what could is turned off besides.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

SECONDS = 30.0  # a question may take
MOST_FILES, MOST_BYTES = 20_000, 512 * 2**20  # of one revision
_OFF = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.alternateRefsCommand": "false",
    "core.sshCommand": "false",
    "credential.helper": "",
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",  # files of a project that look like a repository are none
}
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # which no configuration overrules
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}
_FILES = ("100644", "100755", "100664")  # and neither links nor other repositories


class GitFailed(ValueError):
    """Git has no answer; the message says why, in one line."""


@dataclass(frozen=True)
class File:
    """A regular file of a revision, by its name from the project's folder."""

    name: str
    address: str  # of what it holds


@dataclass(frozen=True)
class Commit:
    """A commit, when it was made, in seconds, and the ones before it."""

    address: str
    at: int
    parents: tuple[str, ...]


def tracked(root: Path, *patterns: str) -> list[str]:
    """The names of the files that are committed, or about to be, and match. Raises GitFailed."""
    return _split(_git(root, "ls-files", "-z", "--", *patterns))


def files(root: Path, revision: str, *places: str) -> list[File]:
    """The regular files of a revision below `root`, or those in some places of it. Raises GitFailed."""
    commit = _commit(root, revision)
    found = []
    for line in _split(_git(root, "ls-tree", "-rz", commit, "--", *places)):
        kind, _, name = line.partition("\t")
        mode, _, address = kind.split(" ")
        if mode in _FILES:
            found.append(File(name, address))
    if len(found) > MOST_FILES:
        raise GitFailed(f"{_shown(revision)} has more than {MOST_FILES:,} files")
    return found


def contents(root: Path, wanted: Sequence[File]) -> Iterator[tuple[File, bytes]]:
    """Each of these files with what it holds, as it is stored: no filter is run. Raises GitFailed."""
    asked = "".join(f"{file.address}\n" for file in wanted).encode()
    sizes = [line.split(b" ")[-1] for line in _git(root, "cat-file", "--batch-check", asked=asked).splitlines()]
    if not all(size.isdigit() for size in sizes) or len(sizes) != len(wanted):
        raise GitFailed("the repository lacks files of that revision: fetch them first")
    if sum(map(int, sizes)) > MOST_BYTES:
        raise GitFailed(f"that revision has more than {MOST_BYTES // 2**20} MiB")
    told, at = _git(root, "cat-file", "--batch", asked=asked), 0
    for file, size in zip(wanted, map(int, sizes), strict=True):
        at = told.index(b"\n", at) + 1
        yield file, told[at : at + size]
        at += size + 1


def state(root: Path) -> str:
    """What decides the history there is: the last commit, and whether what is older was fetched. Raises GitFailed."""
    return _git(root, "rev-parse", "--is-shallow-repository", "--verify", "HEAD").decode()


def changed(root: Path, *places: str) -> int:
    """When one of these places of the project was last committed with a change, in seconds; 0 where none ever was.

    Where history was not fetched whole, it may be later than that, and never earlier. Raises GitFailed.
    """
    # Neither `log` nor `show`: these would ask a program whether a signature is good, if the repository says so.
    told = _git(root, "rev-list", "--max-count=1", "--timestamp", "HEAD", "--", *places)
    return int(told.split()[0]) if told else 0


def history(root: Path, *places: str) -> list[Commit]:
    """The commits that changed one of these places, and the merges of such, each after those before it; the last one
    has the places as they are in HEAD. Raises GitFailed.
    """
    # Both sides of a merge count, also where one of them was given up: what was published is on either.
    whole = ("--full-history", "--simplify-merges", "--parents", "--topo-order", "--reverse")
    told = _git(root, "rev-list", *whole, "--timestamp", "HEAD", "--", *places).decode()
    found = (line.split() for line in told.splitlines())
    return [Commit(address, int(at), tuple(parents)) for at, address, *parents in found]


def is_partial(root: Path) -> bool:
    """Whether contents of older revisions were left where the repository was copied from. Raises GitFailed."""
    return b"partialclone" in _git(root, "config", "--list", "--name-only").lower()


def addresses(root: Path, commits: Sequence[Commit], places: Sequence[str]) -> list[list[str]]:
    """For each commit, the addresses of the files or folders at some places; empty where there is none. Raises
    GitFailed.
    """
    if any("\n" in place for place in places):
        raise GitFailed("the name of a file is of more than one line")
    asked = "".join(f"{commit.address}:./{place}\n" for commit in commits for place in places)
    told = _git(root, "cat-file", "--batch-check=%(objectname)", asked=os.fsencode(asked)).split(b"\n")
    found = ["" if line.endswith(b" missing") else line.decode() for line in told[:-1]]
    return [found[at : at + len(places)] for at in range(0, len(found), len(places))]


def unpack(root: Path, revision: str, folder: Path, *, without: Sequence[str] = ()) -> None:
    """Write the regular files of a revision into an empty folder. `without`: names at the top. Raises GitFailed."""
    wanted = [file for file in files(root, revision) if PurePosixPath(file.name).parts[0] not in without]
    for file in wanted:
        # Git does not let such a name in, but a repository that somebody hands on may have been made without git.
        if any(part in ("", ".", "..") for part in file.name.split("/")):
            raise GitFailed(f"{_shown(revision)} names a file outside the project: {file.name!r}")
    for file, data in contents(root, wanted):
        target = folder / file.name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as new:
                new.write(data)
        except (FileExistsError, NotADirectoryError):
            raise GitFailed(f"{_shown(revision)} has two files of one name: {file.name!r}") from None


def _commit(root: Path, revision: str) -> str:
    """The address of the commit that a revision names. Raises GitFailed."""
    if not revision.isprintable() or not revision.strip() or revision.startswith("-"):
        raise GitFailed(f"{_shown(revision)} is no name of a revision")
    try:
        return _git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    except GitFailed as fault:
        raise GitFailed(f"{_shown(revision)} is no revision here: {fault}") from None


def _shown(revision: str) -> str:
    return revision if revision.isprintable() and revision.strip() else repr(revision)


def _git(root: Path, *arguments: str, asked: bytes = b"") -> bytes:
    """What git says. Raises GitFailed."""
    off = [word for name, value in _OFF.items() for word in ("-c", f"{name}={value}")]
    command = ["git", "--no-pager", "--no-optional-locks", *off, *arguments]
    given = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    try:
        process = subprocess.Popen(command, cwd=root, env=given | _ENVIRONMENT, **pipes)  # type: ignore[call-overload]
    except FileNotFoundError:
        raise GitFailed("git is not installed") from None
    with process:
        # Not the timeout of `communicate`, which naps by a clock that a test may have moved.
        late = threading.Timer(SECONDS, process.kill)
        late.daemon = True
        late.start()
        told, faults = process.communicate(asked)
        late.cancel()
    if process.returncode == -signal.SIGKILL:
        raise GitFailed(f"git takes longer than {SECONDS:g} s")
    if process.returncode:
        said = " ".join(faults.decode(errors="replace").split())
        raise GitFailed("".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in said))
    return bytes(told)


def _split(told: bytes) -> list[str]:
    return [os.fsdecode(name) for name in told.split(b"\0") if name]
