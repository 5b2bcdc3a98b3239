"""Limits of resources, and the powers that could raise them."""

from __future__ import annotations

import contextlib
import ctypes
import resource
from pathlib import Path

from lessons.confine.libc import libc

FILE = 64  # MiB a file may have
OPEN_FILES = 64
_CAPABILITY_VERSION_3 = 0x20080522


def limit(memory: float) -> None:
    """Limit the address space to what is held now and `memory` MiB more, files and their number; no core files.

    The address space and not the data segment: memory that is mapped to be shared counts, too.
    """
    try:
        held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:  # as far as the platform has them
        return
    wanted = {
        resource.RLIMIT_AS: held + int(memory * 2**20),
        resource.RLIMIT_FSIZE: FILE * 2**20,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,  # holds ordinary users where there is no seccomp
    }
    for limit_, most in wanted.items():
        with contextlib.suppress(OSError, ValueError):  # each by itself, and none above what this process was given
            _, hard = resource.getrlimit(limit_)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(limit_, (most, most))


def drop_capabilities() -> None:
    """Give up what sets root apart from others: a limit could be raised again. Others have nothing to give up."""

    class Header(ctypes.Structure):
        _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))

    with contextlib.suppress(OSError, AttributeError):
        none = (ctypes.c_uint32 * 6)()  # effective, permitted and inheritable, in two halves
        libc().capset(ctypes.byref(Header(_CAPABILITY_VERSION_3, 0)), ctypes.byref(none))
