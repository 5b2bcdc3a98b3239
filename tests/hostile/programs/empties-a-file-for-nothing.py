# The same, opened neither to read nor to write: Linux has such a way.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import os

os.open('{OUTSIDE}/secret', os.O_ACCMODE | os.O_TRUNC)
