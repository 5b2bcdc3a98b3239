# A file of the machine, emptied by its name.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import os

os.truncate('{OUTSIDE}/secret', 0)
