"""System calls a confined process may not make: a seccomp filter, written by hand for the two common processors.

Refused is what could start a process, reach another one or the network, change who may do what, or leave something
behind: the answer is "Operation not permitted", an exception with a line. Threads may be started. Calls that are newer
than this list do not exist here, save some that libraries use and fall back from badly.
https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator

Numbers = dict[str, tuple[int, int | None]]  # a call's numbers on x86_64 and on aarch64, which has fewer

OTHER_PROCESSES: Numbers = {
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "setpriority": (141, 140),
    "setrlimit": (160, 164),
}
CONNECTIONS: Numbers = {
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
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
PERMISSIONS: Numbers = {  # Landlock looks at a file's content only
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
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
}
SOME: Numbers = {  # with some arguments only, see _conditions
    "clone": (56, 220),
    "kill": (62, 129),
    "tgkill": (234, 131),
    "prlimit64": (302, 261),
    "sendto": (44, 206),
    "prctl": (157, 167),
}
_ARCHITECTURES = {"x86_64": (0xC000003E, 317), "aarch64": (0xC00000B7, 277)}  # as the kernel names them; `seccomp`
_NEW = 424  # from here on, calls have the same number everywhere
# close_range, openat2, faccessat2, epoll_pwait2, Landlock's three, futex_waitv
_NEW_AND_USED = (436, 437, 439, 441, 444, 445, 446, 449)
_X32 = 0x40000000  # numbers of another way to call an x86_64 kernel
_CLONE_THREAD, _PR_SET_PDEATHSIG = 0x10000, 1
_SET_MODE_FILTER, _ALL_THREADS = 1, 1

_LOAD, _EQUAL, _AT_LEAST, _ANY_OF, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # where they stand in what the kernel hands to the filter

Instruction = tuple[int, int, int, int]  # operation, instructions to skip if true, if false, operand


def install() -> None:
    """Refuse this process all of the calls above from now on; nothing where the platform is another."""
    everything = OTHER_PROCESSES | CONNECTIONS | UNCOUNTED | PERMISSIONS | SYSTEM | SOME
    code = program(everything)
    if not code:
        return
    held = ctypes.create_string_buffer(code)
    # A length and a pointer, with the padding that C would put between them.
    handed = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(held)))
    libc = ctypes.CDLL(None, use_errno=True)
    _, seccomp = _ARCHITECTURES[platform.machine()]
    if libc.syscall(seccomp, _SET_MODE_FILTER, _ALL_THREADS, handed) < 0 and ctypes.get_errno() != errno.EINVAL:
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")


def program(refused: Numbers) -> bytes:
    """A filter that refuses these calls, as the kernel takes it; empty where the platform is another."""
    if platform.system() != "Linux" or platform.machine() not in _ARCHITECTURES:
        return b""
    return b"".join(struct.pack("HBBI", *one) for one in _instructions(refused, platform.machine(), os.getpid()))


def _instructions(refused: Numbers, machine: str, process: int) -> Iterator[Instruction]:
    """The filter, instruction by instruction: whatever is not refused on the way is allowed at its end."""
    refuse = (_RETURN, 0, 0, _ERROR | errno.EPERM)
    unknown = (_RETURN, 0, 0, _ERROR | errno.ENOSYS)
    yield (_LOAD, 0, 0, _ARCHITECTURE)
    yield (_EQUAL, 1, 0, _ARCHITECTURES[machine][0])
    yield refuse
    yield (_LOAD, 0, 0, _NUMBER)
    yield (_AT_LEAST, 0, 1, _X32)
    yield unknown
    for used in _NEW_AND_USED:
        yield (_EQUAL, 0, 1, used)
        yield (_RETURN, 0, 0, _ALLOW)
    yield (_AT_LEAST, 0, 1, _NEW)
    yield unknown
    conditions = _conditions(process)
    for name, numbers in refused.items():
        number = numbers[list(_ARCHITECTURES).index(machine)]
        if number is not None:
            block = [*conditions.get(name, []), refuse]
            yield (_EQUAL, 0, len(block), number)
            yield from block
    yield (_RETURN, 0, 0, _ALLOW)


def _conditions(process: int) -> dict[str, list[Instruction]]:
    """Calls that are allowed with some arguments. Falling out of a list's end is refusal."""
    allow = (_RETURN, 0, 0, _ALLOW)

    def low(argument: int) -> Instruction:
        return (_LOAD, 0, 0, _ARGUMENTS + 8 * argument)

    def high(argument: int) -> Instruction:
        return (_LOAD, 0, 0, _ARGUMENTS + 8 * argument + 4)

    def absent(argument: int) -> list[Instruction]:
        return [low(argument), (_EQUAL, 0, 3, 0), high(argument), (_EQUAL, 0, 1, 0), allow]

    itself: list[Instruction] = [low(0), (_EQUAL, 0, 1, process), allow]
    return {
        "clone": [low(0), (_ANY_OF, 0, 1, _CLONE_THREAD), allow],
        "kill": itself,
        "tgkill": itself,
        "prlimit64": absent(2),  # new limits
        "sendto": absent(4),  # an address
        "prctl": [low(0), (_EQUAL, 1, 0, _PR_SET_PDEATHSIG), allow],
    }
