# What git keeps beside the lessons, a token perhaps.
# page: L209 PermissionError: \[Errno 13\] Permission denied.*
# notebook: L505 PermissionError: \[Errno 13\] Permission denied.*
print(open('{PROJECT}/.git/config').read())
