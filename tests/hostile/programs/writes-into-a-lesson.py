# Another lesson.
# page: L209 PermissionError: \[Errno 13\] Permission denied.*
# notebook: L505 PermissionError: \[Errno 13\] Permission denied.*
open('{PROJECT}/docs/index.md', 'a').write('x')
