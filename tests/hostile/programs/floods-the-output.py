# Text without end.
# page: L201 ValueError: more than 100,000 characters printed
# notebook: L501 TooMuchOutput: more than 1,000,000 characters printed
while True:
    print('x' * 1000)
