# Code that every Python of this environment runs.
# page: L209 PermissionError: \[Errno 13\] Permission denied.*
# notebook: L505 PermissionError: \[Errno 13\] Permission denied.*
import sys

open(sys.prefix + '/lib/hostile.pth', 'w').write('import os')
