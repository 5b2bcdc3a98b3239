# Files that hold nothing, without end.
# page: L209 this snippet keeps more than 256 MiB or 2,000 files on the disk
# notebook: L505 this cell keeps more than 256 MiB or 2,000 files on the disk
number = 0
while True:
    with open(str(number % 3_000), 'w'):
        number += 1
