# Another program in the place of this one.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import os

os.execv('/bin/sh', ['sh', '-c', 'sleep 600'])
