"""The C library, for what Python has no words for; looked up once, and not by every process that is forked."""

from __future__ import annotations

import ctypes
import functools


@functools.cache
def libc() -> ctypes.CDLL:
    """Raises OSError where there is none."""
    return ctypes.CDLL(None, use_errno=True)
