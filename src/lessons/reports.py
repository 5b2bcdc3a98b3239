"""What a confined process reports to the one that started it: a line of JSON after another, and never an object.

The sender may be hostile. Nothing it writes can run here, keep the reader waiting for the rest of a line, or fill its
memory.
"""

from __future__ import annotations

import json
import os
import time
from collections import deque
from multiprocessing.connection import wait
from typing import Any

MOST = 16 * 2**20  # bytes a process may report
_PIECE = 2**16


class Unreadable(Exception):
    """What was reported is no list in JSON, or has no end."""


def send(descriptor: int, *report: object) -> None:
    """Report a list of plain values."""
    data = json.dumps(report).encode() + b"\n"
    while data:
        data = data[os.write(descriptor, data) :]


class Reports:
    """The reading end of a pipe of reports. `ended`: whether the sender has closed it, or is no more."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: deque[bytes] = deque()
        self._begun = b""  # of a line whose end has not come
        self._read = 0
        self.ended = False

    def next(self, patience: float = 0.0) -> list[Any] | None:
        """The next report; None where none comes within so many seconds or before the end. Raises Unreadable."""
        until = time.monotonic() + patience
        while not self._lines and not self.ended:
            if not wait([self._descriptor], max(0.0, until - time.monotonic())):
                return None
            self._hear()
        return _list(self._lines.popleft()) if self._lines else None

    def _hear(self) -> None:
        data = os.read(self._descriptor, _PIECE)
        self.ended = not data
        self._read += len(data)
        if self._read > MOST:
            raise Unreadable
        *lines, self._begun = (self._begun + data).split(b"\n")
        self._lines += lines


def _list(line: bytes) -> list[Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise Unreadable from None
    if not isinstance(value, list):
        raise Unreadable
    return value
