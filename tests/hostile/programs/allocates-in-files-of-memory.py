# 10 GB that belong to no process.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import os

files = [os.memfd_create(str(n)) for n in range(200)]
for file in files:
    os.write(file, b'x' * 50 * 2**20)
