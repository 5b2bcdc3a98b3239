# Files, each as large as one may be.
# page: L209 this snippet keeps more than 256 MiB or 2,000 files on the disk
# notebook: L505 this cell keeps more than 256 MiB or 2,000 files on the disk
data = b'x' * 2**20
for number in range(7):
    with open(str(number), 'wb', buffering=0) as file:
        for _ in range(60):
            file.write(data)
