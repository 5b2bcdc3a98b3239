# A lesson, opened to read it and emptied by that.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import os

os.open('{PROJECT}/docs/index.md', os.O_RDONLY | os.O_TRUNC)
