# The process that waits for it.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import os

os.kill(os.getppid(), 9)
