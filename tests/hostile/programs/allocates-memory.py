# 10 GB at once.
# page: L201 MemoryError.*
# notebook: L501 MemoryError.*
x = bytearray(10 * 2**30)
