# When the process that waits for it, a stranger and itself are run, and where.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import ctypes, os, platform

libc = ctypes.CDLL(None, use_errno=True)


def call(x86_64, aarch64, *arguments):
    if libc.syscall(aarch64 if platform.machine() == 'aarch64' else x86_64, *arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


IDLE, ONE_PROCESSOR, IO_IDLE = 5, {0}, 3 << 13
attributes = ctypes.create_string_buffer(48)
attributes[0:8] = (48).to_bytes(4, 'little') + IDLE.to_bytes(4, 'little')
ways = []
for process in (os.getppid(), {VICTIM}, os.getpid(), 0):
    ways += [
        lambda process=process: os.sched_setscheduler(process, IDLE, os.sched_param(0)),
        lambda process=process: os.sched_setparam(process, os.sched_param(0)),
        lambda process=process: call(314, 274, process, attributes, 0),
        lambda process=process: os.sched_setaffinity(process, ONE_PROCESSOR),
        lambda process=process: os.setpriority(os.PRIO_PROCESS, process, 19),
        lambda process=process: call(251, 30, 1, process, IO_IDLE),
        lambda process=process: call(256, 238, process, 8, ctypes.byref(ctypes.c_long(1)), ctypes.byref(ctypes.c_long(1))),
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
