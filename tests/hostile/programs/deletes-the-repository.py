# Everything.
# page: L209 PermissionError: \[Errno 13\] Permission denied.*
# notebook: L505 PermissionError: \[Errno 13\] Permission denied.*
import shutil

shutil.rmtree('{PROJECT}')
