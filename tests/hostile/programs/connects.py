# A connection.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import socket

socket.create_connection(('127.0.0.1', {PORT}), 5).send(b'hello')
