# What the kernel counts by user and not by process: timers, locked memory, wide pipes, watches.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import ctypes, fcntl, os, platform

libc = ctypes.CDLL(None, use_errno=True)


def call(x86_64, aarch64, *arguments):
    if libc.syscall(aarch64 if platform.machine() == 'aarch64' else x86_64, *arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


timer = ctypes.c_int()
ways = [
    lambda: call(222, 107, 1, None, ctypes.byref(timer)),  # timer_create
    lambda: call(151, 230, 1),  # mlockall
    lambda: fcntl.fcntl(os.pipe()[0], 1031, 2**20),  # F_SETPIPE_SZ
    lambda: call(294, 26, 0),  # inotify_init1
    lambda: call(300, 262, 0, 0),  # fanotify_init
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
