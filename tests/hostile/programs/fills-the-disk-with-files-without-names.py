# Files that nobody can find, each as large as one may be.
# page: L209 this snippet keeps more than 256 MiB or 2,000 files on the disk
# notebook: L505 this cell keeps more than 256 MiB or 2,000 files on the disk
import os, time

files, data = [], b'x' * 2**20
for number in range(7):
    files.append(open('one', 'wb', buffering=0))
    os.unlink('one')
    for _ in range(60):
        files[-1].write(data)
while True:
    time.sleep(1)
