# A file of the machine.
# page: L209 PermissionError: \[Errno 13\] Permission denied.*
# notebook: L505 PermissionError: \[Errno 13\] Permission denied.*
print(open('{OUTSIDE}/secret').read())
