# Folders in folders, deeper than a path can name.
# page: L209 this snippet keeps more than 256 MiB or 2,000 files on the disk
# notebook: L505 this cell keeps more than 256 MiB or 2,000 files on the disk
import os

for _ in range(3_000):
    os.mkdir('d')
    os.chdir('d')
