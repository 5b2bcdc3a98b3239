# Everything, by its permissions.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import os

os.chmod('{PROJECT}', 0)
