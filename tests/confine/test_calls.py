"""The filter of system calls: its numbers against libseccomp's tables, its verdicts as the kernel would come to them.

libseccomp is on every Debian and Ubuntu, whose package manager uses it; it knows the calls of both processors.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

import pytest

from lessons.confine import calls
from lessons.confine.harmless import HARMLESS

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
PROCESS = 4711
ALLOWED, REFUSED, UNKNOWN = 0x7FFF0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS


def known(machine: str) -> dict[str, int]:
    """All calls of a processor, by libseccomp."""
    named = ctypes.CDLL("libseccomp.so.2").seccomp_syscall_resolve_num_arch
    named.restype, named.argtypes = ctypes.c_void_p, (ctypes.c_uint32, ctypes.c_int)
    found = {number: named(MACHINES[machine], number) for number in range(450)}
    return {ctypes.string_at(name).decode(): number for number, name in found.items() if name}


def verdict(machine: str, number: int, *arguments: int, architecture: int = 0, code: bytes = b"") -> int:
    """What a filter answers to a call: the few instructions it is made of, carried out."""
    code = code or calls.only(HARMLESS, machine, PROCESS)
    instructions = list(struct.iter_unpack("HBBI", code))
    words = [number, architecture or MACHINES[machine], 0, 0]
    for argument in (*arguments, *[0] * (6 - len(arguments))):
        words += [argument & 0xFFFFFFFF, argument >> 32 & 0xFFFFFFFF]
    at = held = 0
    while True:
        operation, if_true, if_false, operand = instructions[at]
        at += 1
        if operation == 0x06:
            return int(operand)
        if operation == 0x20:
            held = words[operand // 4]
        elif operation == 0x54:
            held &= operand
        else:
            true = {0x15: held == operand, 0x35: held >= operand, 0x45: held & operand}[operation]
            at += if_true if true else if_false


@pytest.mark.parametrize("machine", MACHINES)
def test_each_name_has_the_number_that_the_processor_gives_it(machine: str) -> None:
    place, numbers = list(MACHINES).index(machine), known(machine)
    for name, given in (HARMLESS | calls.REACHING | calls.UNCOUNTED | calls.SYSTEM | calls.SOCKET).items():
        assert given[place] == numbers.get(name), name


@pytest.mark.parametrize("machine", MACHINES)
def test_every_call_that_is_not_named_is_refused_and_newer_ones_do_not_exist(machine: str) -> None:
    for name, number in known(machine).items():
        if name not in HARMLESS:
            assert verdict(machine, number) == (UNKNOWN if number >= 424 else REFUSED), name
    assert verdict(machine, 5000) == UNKNOWN
    assert verdict(machine, known(machine)["read"] | 0x40000000) == UNKNOWN
    assert verdict(machine, known(machine)["read"], architecture=0x40000003) == REFUSED


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("read", (0, 0, 1), ALLOWED),
        ("openat", (0, 0, os.O_RDONLY | os.O_CLOEXEC), ALLOWED),
        ("openat", (0, 0, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), ALLOWED),
        ("openat", (0, 0, os.O_RDWR | os.O_TRUNC), ALLOWED),
        ("openat", (0, 0, os.O_RDONLY | os.O_TRUNC | os.O_CREAT), REFUSED),
        ("openat", (0, 0, os.O_RDONLY | os.O_TRUNC | 1 << 32), REFUSED),
        ("openat", (0, 0, os.O_ACCMODE), REFUSED),
        ("openat", (0, 0, os.O_ACCMODE | os.O_TRUNC), REFUSED),
        ("fcntl", (0, 4, os.O_NONBLOCK), ALLOWED),
        ("fcntl", (0, 4, os.O_NONBLOCK | os.O_ASYNC), REFUSED),
        ("fcntl", (0, 4 | 1 << 32, os.O_ASYNC), REFUSED),
        ("fcntl", (0, 1030, 3), ALLOWED),
        *[("fcntl", (0, command), REFUSED) for command in (5, 6, 7, 8, 10, 15, 36, 37, 38, 1024, 1026, 1031)],
        ("ioctl", (0, 0x5401), ALLOWED),
        *[("ioctl", (0, command), REFUSED) for command in (0x5412, 0x5452, 0x8901, 0x8902, 0x40086602, 0x40049409 + 4)],
        ("kill", (PROCESS, 9), ALLOWED),
        *[("kill", (process & 0xFFFFFFFFFFFFFFFF, 9), REFUSED) for process in (0, 1, -1, -PROCESS)],
        ("tgkill", (PROCESS, PROCESS, 9), ALLOWED),
        ("tgkill", (1, 1, 9), REFUSED),
        ("prlimit64", (0, 9, 0), ALLOWED),
        ("prlimit64", (0, 9, 1), REFUSED),
        ("prlimit64", (0, 9, 1 << 32), REFUSED),
        ("sendto", (3, 0, 0, 0, 0), ALLOWED),
        ("sendto", (3, 0, 0, 0, 1 << 40), REFUSED),
        ("prctl", (15,), ALLOWED),
        *[("prctl", (option,), REFUSED) for option in (1, 4, 22, 36, 62)],
    ],
)
def test_some_calls_are_allowed_with_some_arguments(
    machine: str, name: str, arguments: tuple[int, ...], expected: int
) -> None:
    assert verdict(machine, known(machine)[name], *arguments) == expected


def test_the_outer_sandbox_refuses_what_it_names_and_allows_the_rest() -> None:
    code, machine = calls.without(calls.REACHING), os.uname().machine
    numbers = known(machine)
    for name in calls.REACHING:
        assert verdict(machine, numbers[name], code=code) == REFUSED
    for name in ("execve", "clone", "wait4", "openat2", "landlock_restrict_self"):
        assert verdict(machine, numbers[name], code=code) == ALLOWED
    for name in ("pidfd_getfd", "pidfd_send_signal", "process_madvise", "io_uring_setup"):
        assert verdict(machine, numbers[name], code=code) == UNKNOWN
