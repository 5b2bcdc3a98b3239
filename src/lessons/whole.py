"""Files that are there whole or not at all, and the words for a disk that takes none."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import secrets
import time
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


def write(path: Path, data: bytes) -> None:
    """Write a file; whoever reads it meanwhile, or is there when this is killed, has the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Chance and not the process id: builds in two sandboxes may have the same one.
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        partial.write_bytes(data)
        partial.replace(path)
        _sweep(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def keep(path: Path, data: bytes) -> None:
    """Write a file of a cache, if the disk lets us: a result that cannot be kept is still a result."""
    with contextlib.suppress(OSError):
        write(path, data)


def _sweep(path: Path) -> None:
    """Remove what killed writers of this file left, long enough ago that none of them can be alive."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < time.time() - ABANDONED:
                left.unlink()


def told(fault: OSError) -> str | None:
    """What is wrong with the disk and how to mend it; None for a fault that is no matter of the disk."""
    if fault.errno not in REPAIRS:
        return None
    where = fault.filename2 or fault.filename
    place = (
        f"{on_one_line(os.fsdecode(where) if isinstance(where, bytes) else str(where))}: " if where is not None else ""
    )
    return f"{place}{os.strerror(fault.errno)}\n    {REPAIRS[fault.errno]}"
