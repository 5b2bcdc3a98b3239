"""How much a confined process keeps on the disk: what no limit of the kernel counts, its parent looks at."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

MOST, MOST_FILES = 256, 2_000  # MiB, and files and folders, that a process may keep in all
LOOK = 0.25  # seconds from one look to the next
OVERFULL = f"keeps more than {MOST} MiB or {MOST_FILES:,} files on the disk"


@dataclass
class Watch:
    """Looks at a process and its folder now and then, as often as it is asked."""

    folder: Path
    process: int
    looked: float = field(default_factory=time.monotonic)

    def overfull(self, *, last: bool = False) -> bool:
        """Whether the process is found to keep more than it may; but for the last, a look is not soon after another."""
        if time.monotonic() < self.looked + LOOK and not last:
            return False
        full = overfull(self.folder, self.process)
        self.looked = time.monotonic()
        return full


def overfull(folder: Path, process: int) -> bool:
    """Whether a process keeps more in its folder than it may, files without a name that it holds open included.

    A folder that cannot be looked through, longer than a path or closed to its own user, counts as one.
    """
    size, number = _nameless(process), 0
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for number, entry in enumerate(entries, number + 1):  # noqa: B020 - it counts on
                    with contextlib.suppress(FileNotFoundError):
                        size += _size(entry.stat(follow_symlinks=False))
                        waiting += [entry.path] if entry.is_dir(follow_symlinks=False) else []
                    if size > MOST * 2**20 or number > MOST_FILES:
                        return True
        except (FileNotFoundError, NotADirectoryError):  # replaced meanwhile
            continue
        except OSError:
            return True
    return size > MOST * 2**20


def _size(file: os.stat_result) -> int:
    return file.st_blocks * 512


def _nameless(process: int) -> int:
    """The size of the files that a process holds open and nobody can find; 0 where the system does not tell."""
    size = 0
    with contextlib.suppress(OSError):
        for opened in Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(OSError):
                file = opened.stat()
                size += 0 if file.st_nlink else _size(file)
    return size
