# To run beside its parent only, and so to look at what it leaves in the processor.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import ctypes, os

PR_SCHED_CORE, CREATE, SHARE_TO = 62, 1, 2
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(PR_SCHED_CORE, CREATE, 0, 0, 0)
libc.prctl(PR_SCHED_CORE, SHARE_TO, os.getppid(), 0, 0)
raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
