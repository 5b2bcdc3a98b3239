"""Files that are written, replaced and removed below a path that others may have shaped: whole or not at all, and
never through a link.

Every name below the project's folder is opened one after another, from a descriptor of that folder, and none is
followed: what a link, a pipe, a device or a socket would lead to is somebody else's. Elsewhere a person has named the
folder, as they meant it. Hard links look like any file: writing replaces them, and leaves what else has their content
alone.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from lessons.visible import on_one_line

ABANDONED = 3600  # seconds: no file here takes a minute to write
REPAIRS = {
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "make room: what this user may store is used up",
    errno.EROFS: "it cannot be written to: make it writable, or name another place",
    errno.EACCES: "give yourself the right to read and write there, or name another place",
    errno.EPERM: "give yourself the right to read and write there, or name another place",
    errno.ENOTDIR: "a part of this path is a file: name another place",
    errno.EEXIST: "something else stands there: name another place",
    errno.EISDIR: "a folder stands where a file belongs: remove it",
    errno.ENAMETOOLONG: "name a shorter place",
    errno.EBUSY: "it is in use as a whole, perhaps as a mount: name a folder inside it",
}
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_BELOW = FOLDER | os.O_NOFOLLOW
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe would be waited for
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_ODD = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


class Obstacle(OSError):
    """A link or a special file stands where a file or a folder belongs; `told` has the message."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(errno.ELOOP, what, str(path))


def odd(mode: int) -> str | None:
    """What a thing with this mode is, if it is neither a file nor a folder."""
    return next((name for test, name in _ODD if test(mode)), None)


# ---- folders ------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def folder(path: Path, *, create: bool = False) -> Iterator[int]:
    """A descriptor of a folder while the block runs, reached without following a link. Raises Obstacle, OSError."""
    base, names = _rooted(path)
    if create:
        base.mkdir(parents=True, exist_ok=True)
    current = os.open(base, FOLDER)
    try:
        for name in names:
            base /= name
            current, above = _entered(current, base, create), current
            os.close(above)
        yield current
    finally:
        os.close(current)


def _rooted(path: Path) -> tuple[Path, tuple[str, ...]]:
    """The folder that is trusted, and the names below it that are not."""
    whole, here = Path(os.path.abspath(path)), Path.cwd()  # noqa: PTH100 - `resolve` would follow links
    if whole.is_relative_to(here):
        return here, whole.relative_to(here).parts
    return whole, ()


def _entered(above: int, path: Path, create: bool) -> int:
    with _named(path):
        if create:
            with contextlib.suppress(FileExistsError):
                os.mkdir(path.name, dir_fd=above)
        try:
            return os.open(path.name, _BELOW, dir_fd=above)
        except OSError as fault:
            if fault.errno in (errno.ENOTDIR, errno.ELOOP, errno.ENXIO):
                require_plain(above, path)
            raise


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Faults inside name the whole path: calls that start from a descriptor know its last name only."""
    try:
        yield
    except Obstacle:
        raise
    except OSError as fault:
        raise OSError(fault.errno, fault.strerror, str(path)) from None


def require_plain(above: int, path: Path) -> os.stat_result | None:
    """What stands at a path, seen from its folder; None where nothing does. Raises Obstacle."""
    try:
        found = os.stat(path.name, dir_fd=above, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if what := odd(found.st_mode):
        raise Obstacle(path, what)
    return found


# ---- files --------------------------------------------------------------------------------------------------------


def read(path: Path) -> bytes:
    """What a file holds. Raises Obstacle, and OSError where it is none."""
    with folder(path.parent) as above:
        return read_in(above, path)


def read_in(above: int, path: Path) -> bytes:
    """The same, seen from its folder."""
    with _named(path):
        require_plain(above, path)
        with os.fdopen(os.open(path.name, _FILE, dir_fd=above), "rb") as file:
            if what := odd(os.fstat(file.fileno()).st_mode):
                raise Obstacle(path, what)
            return file.read()


def write(path: Path, data: bytes) -> None:
    """Write a file; whoever reads it meanwhile, or is there when this is killed, has the old one or the new one.

    Folders above it are made. Raises Obstacle, OSError.
    """
    with folder(path.parent, create=True) as above:
        write_in(above, path, data)


def write_in(above: int, path: Path, data: bytes) -> None:
    """The same, seen from its folder."""
    # Chance and not the process id: builds in two sandboxes may have the same one.
    partial = f".{path.name}.{secrets.token_hex(4)}"
    with _named(path):
        require_plain(above, path)
        try:
            with os.fdopen(os.open(partial, _NEW, 0o666, dir_fd=above), "wb", buffering=0) as file:
                left = memoryview(data)
                while left:
                    left = left[file.write(left) :]
            os.rename(partial, path.name, src_dir_fd=above, dst_dir_fd=above)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(partial, dir_fd=above)
            raise
        _sweep(above, path.name)


def keep(path: Path, data: bytes) -> None:
    """Write a file of a cache, if the disk lets us: a result that cannot be kept is still a result.

    What stands in its place and is no file is damage, and gives way.
    """
    with contextlib.suppress(OSError), folder(path.parent, create=True) as above:
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISREG(os.stat(path.name, dir_fd=above, follow_symlinks=False).st_mode):
                remove_in(above, path.name)
        write_in(above, path, data)


def _sweep(above: int, name: str) -> None:
    """Remove what killed writers of this file left, long enough ago that none of them can be alive."""
    left = re.compile(rf"\.{re.escape(name)}\.[0-9a-f]{{8}}")
    for one in filter(left.fullmatch, os.listdir(above)):
        with contextlib.suppress(OSError):
            if os.stat(one, dir_fd=above, follow_symlinks=False).st_mtime < time.time() - ABANDONED:
                os.unlink(one, dir_fd=above)


def remove_in(above: int, name: str) -> None:
    """Remove a file, or a folder with whatever is in it, seen from its folder; of a link, the link. Never raises."""
    try:
        if stat.S_ISDIR(os.stat(name, dir_fd=above, follow_symlinks=False).st_mode):
            shutil.rmtree(name, dir_fd=above)
        else:
            os.unlink(name, dir_fd=above)
    except FileNotFoundError:
        pass
    except (OSError, RecursionError):  # nested deeper than Python can follow, or without the right to look into it
        # The owner of a folder can take the right back, and does so before looking into it; no file's mode is touched.
        open_up = ["-xdev", "-type", "d", "!", "-perm", "-u=rwx", "-execdir", "chmod", "u+rwx", "{}", ";"]
        for command in (["find", f"./{name}", *open_up], ["rm", "-rf", "--one-file-system", "--", f"./{name}"]):
            with contextlib.suppress(OSError):
                subprocess.run(command, preexec_fn=lambda: os.fchdir(above), capture_output=True, check=False)


def remove(path: Path) -> None:
    """Remove a file, or a folder with whatever is in it; of a link, the link. Never raises."""
    with contextlib.suppress(OSError), folder(path.parent) as above:
        remove_in(above, path.name)


# ---- words --------------------------------------------------------------------------------------------------------


def told(fault: OSError) -> str | None:
    """What is wrong with the disk and how to mend it; None for a fault that is no matter of the disk."""
    where = fault.filename2 or fault.filename
    place = f"{on_one_line(os.fsdecode(where) if isinstance(where, bytes) else str(where))}: " if where else ""
    if isinstance(fault, Obstacle):
        return f"{place}{fault.strerror} stands where a file or a folder belongs\n    remove it, or name another place"
    if fault.errno not in REPAIRS:
        return None
    return f"{place}{os.strerror(fault.errno)}\n    {REPAIRS[fault.errno]}"
