# What everybody has written, to the disk, at once.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted
import ctypes, os, platform

libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall(81 if platform.machine() == 'aarch64' else 162) < 0:
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
