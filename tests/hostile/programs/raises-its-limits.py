# More memory than it was given.
# page: L201 ValueError: not allowed to raise maximum limit
# notebook: L501 ValueError: not allowed to raise maximum limit
import resource

resource.setrlimit(resource.RLIMIT_AS, (2**60, 2**60))
