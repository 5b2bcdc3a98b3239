"""What a confined process reports to the one that started it: a line of JSON after another, and never an object.

The sender may be hostile. Nothing it writes can run here, keep the reader waiting for the rest of a line, or fill its
memory.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections import deque
from multiprocessing.connection import wait
from typing import Any

MOST = 16 * 2**20  # bytes a process may report
_PIECE = 2**16
_HELD = 2**20  # bytes, the most that Linux lets anybody have


class Unreadable(Exception):
    """What was reported is no list in JSON, or has no end."""


def send(descriptor: int, *report: object) -> None:
    """Report a list of plain values."""
    data = json.dumps(report).encode() + b"\n"
    while data:
        data = data[os.write(descriptor, data) :]


def widen(descriptor: int) -> None:
    """Let a pipe hold more, where the system can: whoever writes goes on while nobody reads."""
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _HELD)


class Reports:
    """The reading end of a pipe of reports. `ended`: whether the sender has closed it, or is no more."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: deque[bytes] = deque()
        self._begun = bytearray()  # of a line whose end has not come
        self._read = 0
        self.ended = False

    def next(self, patience: float = 0.0) -> list[Any] | None:
        """The next report; None where none comes within so many seconds or before the end. Raises Unreadable."""
        until = time.monotonic() + patience
        while not self._lines and not self.ended:
            left = until - time.monotonic()
            if not wait([self._descriptor], max(0.0, left)):
                return None
            self._hear()
            if left <= 0:  # whoever writes without a pause is not waited for either
                break
        return _list(self._lines.popleft()) if self._lines else None

    def _hear(self) -> None:
        data = os.read(self._descriptor, _PIECE)
        self.ended = not data
        self._read += len(data)
        if self._read > MOST:
            raise Unreadable
        self._begun += data
        if b"\n" in data:
            *lines, self._begun = self._begun.split(b"\n")
            self._lines += map(bytes, lines)


def _list(line: bytes) -> list[Any]:
    try:
        value = _whole(json.loads(line.decode()))
    except (ValueError, RecursionError):
        raise Unreadable from None
    if not isinstance(value, list):
        raise Unreadable
    return value


def _whole(value: Any) -> Any:
    """The same with a question mark for each half of a character: JSON can name one, and no file can hold it."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(one) for name, one in value.items()}
    return value
