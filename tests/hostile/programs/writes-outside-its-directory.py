# A file where everybody writes.
# page: L209 PermissionError: \[Errno 13\] Permission denied.*
# notebook: L505 PermissionError: \[Errno 13\] Permission denied.*
open('{OUTSIDE}/left', 'w').write('x')
