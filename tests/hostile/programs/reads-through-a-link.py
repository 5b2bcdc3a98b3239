# The same, through a link of its own.
# page: L209 PermissionError: \[Errno 13\] Permission denied.*
# notebook: L505 PermissionError: \[Errno 13\] Permission denied.*
import os

os.symlink('{OUTSIDE}/secret', 'mine')
print(open('mine').read())
