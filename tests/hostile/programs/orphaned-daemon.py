# A process that is nobody's child, to live on.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import os, time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
