# The memory, the files and the threads of the process that waits for it.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import ctypes, os, platform

libc = ctypes.CDLL(None, use_errno=True)


def call(x86_64, aarch64, *arguments):
    if libc.syscall(aarch64 if platform.machine() == 'aarch64' else x86_64, *arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


SEIZE, ATTACH = 0x4206, 16
parent, one = os.getppid(), ctypes.create_string_buffer(16)
piece = (ctypes.c_size_t * 2)(ctypes.addressof(one), 16)
ways = [
    lambda: call(101, 117, SEIZE, parent, 0, 0),
    lambda: call(101, 117, ATTACH, parent, 0, 0),
    lambda: call(101, 117, SEIZE, {VICTIM}, 0, 0),
    lambda: call(310, 270, parent, piece, 1, piece, 1, 0),
    lambda: call(311, 271, parent, piece, 1, piece, 1, 0),
    lambda: call(312, 272, os.getpid(), parent, 0, 1, 1),
    lambda: call(274, 100, parent, one, ctypes.byref(ctypes.c_size_t())),
    lambda: call(279, 239, parent, 0, one, None, one, 0),
]

done = []
for way in ways:
    try:
        way()
        done.append(way.__code__.co_firstlineno)
    except OSError as fault:
        refused = fault
assert not done, done
raise refused
