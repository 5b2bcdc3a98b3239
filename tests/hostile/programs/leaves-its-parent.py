# To live on when the build is ended.
# page: L201 AssertionError: refused
# notebook: L501 AssertionError: refused
import ctypes

assert ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0, 'refused'
