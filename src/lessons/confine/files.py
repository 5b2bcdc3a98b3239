"""Files a confined process may touch: Linux's Landlock, spoken to by its three system calls.

https://docs.kernel.org/userspace-api/landlock.html - where a kernel has no Landlock, nothing happens here.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

from lessons.confine.libc import libc

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION, _PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_MAKE_DEVICES = 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11  # devices of either kind, sockets and pipes with a name
_IOCTL_DEVICE = 1 << 15
_READ = _READ_FILE | _READ_DIR
# All rights a version of Landlock knows, by version. What is not named here, it cannot refuse.
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_TCP = 1 << 0 | 1 << 1  # bind and connect, since version 4
_SCOPED = 1 << 0 | 1 << 1  # abstract sockets and signals, since version 6
# For Python's libraries: shared libraries, fonts, time zones, chance, and how many processors there are.
SYSTEM = (
    *("/usr", "/lib", "/lib64", "/lib32", "/bin", "/etc/ld.so.cache", "/etc/fonts", "/etc/localtime"),
    *("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"),
    *("/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu", "/sys/fs/cgroup"),
    "/proc/self/maps",  # the libraries it has loaded: scikit-learn asks how many threads they would start
)


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """The version of Landlock that this kernel speaks; 0 where it speaks none."""
    try:
        return max(0, int(libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)))
    except (OSError, AttributeError):
        return 0


def restrict(readable: Iterable[Path], writable: Path, *, listable: Iterable[Path] = ()) -> None:
    """From now on this process reads only what lies in `readable`, `writable` and SYSTEM, and writes in `writable`.

    It learns the names of what lies in `listable`.
    """
    spoken = version()
    if not spoken:
        return
    rights = _RIGHTS[max(known for known in _RIGHTS if known <= spoken)]
    ruleset = _Ruleset(rights, _TCP if spoken >= 4 else 0, _SCOPED if spoken >= 6 else 0)
    size = 8 * (1 + (spoken >= 4) + (spoken >= 6))
    rules = _call(_CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(size), 0)
    try:
        for path in {*map(Path, SYSTEM), *readable}:
            _allow(rules, path, _READ)
        for path in listable:
            _allow(rules, path, _READ_DIR)
        _allow(rules, writable, rights & ~_MAKE_DEVICES & ~_IOCTL_DEVICE)
        _allow(rules, Path(os.devnull), _READ_FILE | 1 << 1)
        _call(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this machine
        return
    try:
        if not path.is_dir():
            rights &= _READ_FILE | 1 << 1
        _call(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(_Beneath(rights, opened)), 0)
    finally:
        os.close(opened)


def _call(number: int, *arguments: object) -> int:
    result = int(libc().syscall(number, *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return result
