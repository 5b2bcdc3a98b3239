# A signal to a stranger, sent by the kernel whenever a file has something to read.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import fcntl, os, signal, socket, struct

mine, other = socket.socketpair()
open('own', 'w').close()
F_SETSIG, F_SETOWN_EX, FIOSETOWN, SIOCSPGRP, FIOASYNC = 10, 15, 0x8901, 0x8902, 0x5452
ways = [
    lambda: fcntl.fcntl(mine, fcntl.F_SETOWN, {VICTIM}),
    lambda: fcntl.fcntl(mine, F_SETOWN_EX, struct.pack('ii', 1, {VICTIM})),
    lambda: fcntl.ioctl(mine, FIOSETOWN, struct.pack('i', {VICTIM})),
    lambda: fcntl.ioctl(mine, SIOCSPGRP, struct.pack('i', {VICTIM})),
    lambda: fcntl.fcntl(mine, F_SETSIG, signal.SIGKILL),
    lambda: fcntl.ioctl(mine, FIOASYNC, struct.pack('i', 1)),
    lambda: fcntl.fcntl(mine, fcntl.F_SETFL, fcntl.fcntl(mine, fcntl.F_GETFL) | os.O_ASYNC),
    lambda: fcntl.fcntl(os.open('.', os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_MODIFY),
    lambda: fcntl.fcntl(os.open('own', os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK),
]

done = []
for way in ways:
    try:
        way()
        done.append(way.__code__.co_firstlineno)
    except OSError as fault:
        refused = fault
assert not done, done
other.send(b'now')
raise refused
