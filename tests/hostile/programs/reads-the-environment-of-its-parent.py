# The same, through the kernel.
# page: L209 PermissionError: \[Errno 13\] Permission denied.*
# notebook: L505 PermissionError: \[Errno 13\] Permission denied.*
import os

print(open(f'/proc/{os.getppid()}/environ').read())
