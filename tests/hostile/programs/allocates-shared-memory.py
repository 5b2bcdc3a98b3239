# 10 GB that no limit of the data segment counts.
# page: L201 OSError: \[Errno 12\] Cannot allocate memory
# notebook: L501 OSError: \[Errno 12\] Cannot allocate memory
import mmap

x = mmap.mmap(-1, 10 * 2**30)
for page in range(0, len(x), 4096):
    x[page] = 1
