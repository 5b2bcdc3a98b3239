# Files that hold nothing.
# page: L209 this snippet keeps more than 256 MiB or 2,000 files on the disk
# notebook: L505 this cell keeps more than 256 MiB or 2,000 files on the disk
for number in range(3_000):
    with open(str(number), 'w'):
        pass
