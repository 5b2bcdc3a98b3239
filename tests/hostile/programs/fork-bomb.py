# Processes that start processes.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import os

while True:
    os.fork()
