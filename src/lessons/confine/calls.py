"""System calls a confined process may make: a seccomp filter, written by hand for the two common processors.

Allowed is what `harmless` names, some of it with some arguments only. The answer to anything else is "Operation not
permitted", an exception with a line. Calls that are newer than that list do not exist here, so that libraries do
without them. The filter holds by itself what older versions of Landlock do not: it is the same on every kernel.
https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable, Iterator, Sequence

from lessons.confine.harmless import HARMLESS, Numbers
from lessons.confine.libc import libc

# What the outer sandbox refuses to a whole build, which starts processes and sets permissions.
REACHING: Numbers = {  # into another process: the shell that runs the build, or what packs the site after it
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "get_robust_list": (274, 100),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
}
UNCOUNTED: Numbers = {  # memory and more that outlives the process, or that no limit counts
    "memfd_create": (319, 279),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
SYSTEM: Numbers = {
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "personality": (135, 92),
    "fanotify_init": (300, 262),
    "open_by_handle_at": (304, 265),
    "syslog": (103, 116),
    "sync": (162, 81),
    "syncfs": (306, 267),
}
# Of sockets: between processes, of the internet, and what asks for this machine's addresses. A network namespace holds
# these; it does not hold others, AF_VSOCK above all, which leads to the host of a virtual machine.
SOCKET: Numbers = {"socket": (41, 198)}
_FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}
_ARCHITECTURES = {"x86_64": (0xC000003E, 317), "aarch64": (0xC00000B7, 277)}  # as the kernel names them; `seccomp`
_NEW = 424  # from here on, calls have the same number everywhere
# close_range, openat2, faccessat2, epoll_pwait2, Landlock's three, futex_waitv
_NEW_AND_USED = (436, 437, 439, 441, 444, 445, 446, 449)
_X32 = 0x40000000  # numbers of another way to call an x86_64 kernel
_SET_MODE_FILTER, _GET_ACTION_AVAIL, _ALL_THREADS = 1, 2, 1

_READ_AND_TRUNCATE, _TRUNCATE_FOR_NOTHING, _FOR_NOTHING = 0o1000, 0o1003, 0o3  # how a file may not be opened
_SET_FLAGS, _ASYNC = 4, 0o20000  # of `fcntl`; a signal whenever there is something to read
# Flags, limits and sizes of a descriptor; not its locks, leases, notices, owner and signal.
_FILE_CONTROLS = {"DUPFD": 0, "GETFD": 1, "SETFD": 2, "GETFL": 3, "DUPFD_CLOEXEC": 1030, "GETPIPE_SZ": 1032}
_DEVICE_CONTROLS = {
    "TCGETS": 0x5401,  # whether it is a terminal
    "TCGETS2": 0x802C542A,
    "TIOCGWINSZ": 0x5413,
    "FIONREAD": 0x541B,
    "FIONBIO": 0x5421,
    "FIONCLEX": 0x5450,
    "FIOCLEX": 0x5451,
    "FICLONE": 0x40049409,  # how pathlib copies
}
_PROCESS_CONTROLS = {
    "GET_PDEATHSIG": 2,
    "GET_DUMPABLE": 3,
    "SET_NAME": 15,
    "GET_NAME": 16,
    "GET_SECCOMP": 21,
    "CAPBSET_READ": 23,
    "GET_NO_NEW_PRIVS": 39,
    "SVE_GET_VL": 51,  # how wide an ARM processor counts
    "SET_VMA": 0x53564D41,  # names for pieces of memory
}

_LOAD, _AND, _EQUAL, _AT_LEAST, _ANY_OF, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # where they stand in what the kernel hands to the filter

Instruction = tuple[int, int, int, int]  # operation, instructions to skip if true, if false, operand
_PASS: Instruction = (_RETURN, 0, 0, _ALLOW)
_REFUSE: Instruction = (_RETURN, 0, 0, _ERROR | errno.EPERM)
_UNKNOWN: Instruction = (_RETURN, 0, 0, _ERROR | errno.ENOSYS)


def available() -> bool:
    """Whether this kernel takes such a filter, on a processor that it is written for."""
    if platform.system() != "Linux" or platform.machine() not in _ARCHITECTURES:
        return False
    action = ctypes.c_uint32(_ERROR)
    _, seccomp = _ARCHITECTURES[platform.machine()]
    return bool(libc().syscall(seccomp, _GET_ACTION_AVAIL, 0, ctypes.byref(action)) == 0)


def install() -> None:
    """From now on this process makes harmless calls only; nothing happens where there is no such filter."""
    if not available():
        return
    code = only(HARMLESS, platform.machine(), os.getpid())
    held = ctypes.create_string_buffer(code)
    # A length and a pointer, with the padding that C would put between them.
    handed = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(held)))
    _, seccomp = _ARCHITECTURES[platform.machine()]
    if libc().syscall(seccomp, _SET_MODE_FILTER, _ALL_THREADS, handed) < 0:
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")


def only(allowed: Numbers, machine: str, process: int) -> bytes:
    """A filter that allows these calls to a process, as the kernel takes it."""
    return _packed(_only(_on(allowed, machine), machine, _conditions(process)))


def without(refused: Numbers) -> bytes:
    """A filter that refuses these calls, and odd sockets, as the kernel takes it; empty on another platform."""
    machine = platform.machine()
    if platform.system() != "Linux" or machine not in _ARCHITECTURES:
        return b""
    return _packed(_without(_on(refused, machine).values(), machine))


def _packed(instructions: Iterable[Instruction]) -> bytes:
    return b"".join(struct.pack("HBBI", *one) for one in instructions)


def _on(calls: Numbers, machine: str) -> dict[str, int]:
    """The calls that a processor has, with their numbers there."""
    place = list(_ARCHITECTURES).index(machine)
    return {name: number for name, numbers in calls.items() if (number := numbers[place]) is not None}


def _only(allowed: dict[str, int], machine: str, conditions: dict[str, list[Instruction]]) -> Iterator[Instruction]:
    yield from _begin(machine)
    for name, number in allowed.items():
        block = [*conditions[name], _REFUSE] if name in conditions else [_PASS]
        yield (_EQUAL, 0, len(block), number)
        yield from block
    yield (_AT_LEAST, 0, 1, _NEW)
    yield _UNKNOWN
    yield _REFUSE


def _without(refused: Iterable[int], machine: str) -> Iterator[Instruction]:
    yield from _begin(machine)
    for used in _NEW_AND_USED:
        yield (_EQUAL, 0, 1, used)
        yield _PASS
    yield (_AT_LEAST, 0, 1, _NEW)
    yield _UNKNOWN
    for number in refused:
        yield (_EQUAL, 0, 1, number)
        yield _REFUSE
    for number in _on(SOCKET, machine).values():
        block = [*_one_of(0, _FAMILIES.values()), _REFUSE]
        yield (_EQUAL, 0, len(block), number)
        yield from block
    yield _PASS


def _begin(machine: str) -> Iterator[Instruction]:
    """Refuse calls made in the way of another processor, and have the call's number at hand."""
    yield (_LOAD, 0, 0, _ARCHITECTURE)
    yield (_EQUAL, 1, 0, _ARCHITECTURES[machine][0])
    yield _REFUSE
    yield (_LOAD, 0, 0, _NUMBER)
    yield (_AT_LEAST, 0, 1, _X32)
    yield _UNKNOWN


def _conditions(process: int) -> dict[str, list[Instruction]]:
    """Calls that are allowed with some arguments. Falling out of a list's end is refusal.

    Where the kernel takes an argument for 32 bits, so do we; where it takes a pointer, both halves are looked at.
    """
    itself = _one_of(0, [process])
    return {
        "open": _opens(1),
        "openat": _opens(2),
        "fcntl": [
            *[_low(1), (_EQUAL, 0, 3, _SET_FLAGS), _low(2), (_ANY_OF, 1, 0, _ASYNC), _PASS],
            *_one_of(1, _FILE_CONTROLS.values()),
        ],
        "ioctl": _one_of(1, _DEVICE_CONTROLS.values()),
        "prctl": _one_of(0, _PROCESS_CONTROLS.values()),
        "kill": itself,
        "tgkill": itself,
        "prlimit64": _absent(2),  # new limits
        "sendto": _absent(4),  # an address
        "socketpair": _one_of(0, [_FAMILIES["AF_UNIX"]]),
    }


def _opens(flags: int) -> list[Instruction]:
    """To read or to write. What empties a file opens it to write, or else Landlock may not ask whether it may."""
    wrong: Sequence[int] = (_READ_AND_TRUNCATE, _TRUNCATE_FOR_NOTHING, _FOR_NOTHING)
    ways: list[Instruction] = [(_EQUAL, len(wrong) - number, 0, way) for number, way in enumerate(wrong)]
    return [_low(flags), (_AND, 0, 0, _TRUNCATE_FOR_NOTHING), *ways, _PASS]


def _low(argument: int) -> Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * argument)


def _one_of(argument: int, values: Iterable[int]) -> list[Instruction]:
    return [_low(argument), *(one for value in values for one in ((_EQUAL, 0, 1, value), _PASS))]


def _absent(argument: int) -> list[Instruction]:
    high = (_LOAD, 0, 0, _ARGUMENTS + 8 * argument + 4)
    return [_low(argument), (_EQUAL, 0, 3, 0), high, (_EQUAL, 0, 1, 0), _PASS]
