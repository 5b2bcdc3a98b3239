# A file larger than a lesson needs.
# page: L209 OSError: \[Errno 27\] File too large
# notebook: L505 OSError: \[Errno 27\] File too large
with open('huge', 'wb', buffering=0) as file:
    for _ in range(10_000):
        file.write(b'x' * 2**20)
