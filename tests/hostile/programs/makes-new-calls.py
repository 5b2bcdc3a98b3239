# Calls that did not exist when the list of what a lesson may do was written, and some that did.
# page: L201 OSError: \[Errno 38\] Function not implemented
# notebook: L501 OSError: \[Errno 38\] Function not implemented
import ctypes, os, platform

libc = ctypes.CDLL(None, use_errno=True)


def call(x86_64, aarch64, *arguments):
    if libc.syscall(aarch64 if platform.machine() == 'aarch64' else x86_64, *arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


one = ctypes.create_string_buffer(256)
ways = [
    lambda: call(434, 434, os.getppid(), 0),  # pidfd_open
    lambda: call(438, 438, 3, 0, 0),  # pidfd_getfd
    lambda: call(424, 424, 3, 9, None, 0),  # pidfd_send_signal
    lambda: call(425, 425, 8, one),  # io_uring_setup
    lambda: call(437, 437, -100, b'{OUTSIDE}/secret', one, 24),  # openat2
    lambda: call(448, 448, 3, 0),  # process_mrelease
    lambda: call(452, 452, -100, b'{OUTSIDE}/secret', 0, 0),  # fchmodat2
    lambda: call(463, 463, -100, b'{OUTSIDE}/secret', 0, b'user.a', one, 16),  # setxattrat
    lambda: call(5000, 5000),
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
