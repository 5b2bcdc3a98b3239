# A service of this machine, by a file.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import socket

socket.socket(socket.AF_UNIX).connect('{OUTSIDE}/service')
