# The key that seals what is kept between builds: who has it can bring results that nobody computed.
# page: L209 PermissionError: .*
# notebook: L505 PermissionError: .*
import os
import pathlib

home = pathlib.Path("{HOME}")
key = home / ".cache/lessons/key"
attempts = [key.read_bytes, lambda: os.listdir(key.parent), lambda: os.listdir(home / ".cache"), lambda: os.listdir(home)]
faults = []
for attempt in attempts:
    try:
        print(attempt())
    except OSError as fault:
        faults.append(fault)
if len(faults) == len(attempts):
    raise faults[-1]
