# What is written beside a file's content: attributes, flags, dates.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import fcntl, os, struct

GET_FLAGS, SET_FLAGS, NO_DUMP = 0x80086601, 0x40086602, 0x40
ways = []
for file in ('{PROJECT}/docs/index.md', '{OUTSIDE}/secret', '{PROJECT}'):
    ways += [
        lambda file=file: os.setxattr(file, 'user.mark', b'x'),
        lambda file=file: os.getxattr(file, 'user.mark'),
        lambda file=file: os.listxattr(file),
        lambda file=file: os.utime(file, (0, 0)),
        lambda file=file: os.chown(file, os.getuid(), os.getgid()),
    ]
open('own', 'w').close()
for file in ('own', '.'):
    ways += [lambda file=file: fcntl.ioctl(os.open(file, os.O_RDONLY), SET_FLAGS, struct.pack('l', NO_DUMP))]

done = []
for way in ways:
    try:
        way()
        done.append(way.__code__.co_firstlineno)
    except OSError as fault:
        refused = fault
assert not done, done
raise refused
