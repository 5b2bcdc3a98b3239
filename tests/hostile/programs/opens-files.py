# As many open files as there can be.
# page: L209 OSError: \[Errno 24\] Too many open files.*
# notebook: L505 OSError: \[Errno 24\] Too many open files.*
files = [open(f'{n}', 'w') for n in range(5000)]
