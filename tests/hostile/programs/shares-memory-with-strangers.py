# Memory, queues and semaphores of other programs: whoever is the same user may open them by their number.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import ctypes, os, platform

libc = ctypes.CDLL(None, use_errno=True)


def call(x86_64, aarch64, *arguments):
    if libc.syscall(aarch64 if platform.machine() == 'aarch64' else x86_64, *arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


REMOVE = 0
ways = [
    lambda: call(30, 196, {SHARED}, None, 0),  # shmat
    lambda: call(31, 195, {SHARED}, REMOVE, None),  # shmctl
    lambda: call(71, 187, 0, REMOVE, None),  # msgctl
    lambda: call(70, 188, 0, None, 0, 0, 0o4000),  # msgrcv
    lambda: call(66, 191, 0, 0, REMOVE),  # semctl
    lambda: call(241, 181, b'queue'),  # mq_unlink
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
