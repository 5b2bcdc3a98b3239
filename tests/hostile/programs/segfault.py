# A crash below Python.
# page: L206 this snippet ends its process \(signal SIGSEGV\)
# notebook: L503 this cell ended its kernel \(signal 11, Segmentation fault\)
import ctypes

ctypes.string_at(0)
