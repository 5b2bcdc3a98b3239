# Files that others want to lock.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import fcntl, os

ways = []
for file in ('{PROJECT}/docs/index.md', '{PROJECT}/docs', os.__file__):
    ways += [
        lambda file=file: fcntl.flock(os.open(file, os.O_RDONLY), fcntl.LOCK_EX),
        lambda file=file: fcntl.lockf(os.open(file, os.O_RDONLY), fcntl.LOCK_SH | fcntl.LOCK_NB),
        lambda file=file: fcntl.fcntl(os.open(file, os.O_RDONLY), fcntl.F_OFD_SETLK, bytes(32)),
    ]

done = []
for way in ways:
    try:
        way()
        done.append(way.__code__.co_firstlineno)
    except OSError as fault:
        refused = fault
assert not done, done
raise refused
