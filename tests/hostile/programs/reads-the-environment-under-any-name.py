# A secret under a name that begins as one does that is kept: HOME, PATH, PYTHON, TERM, LD_.
# page: L201 AssertionError: nothing there
# notebook: L501 AssertionError: nothing there
import ctypes
import os

name = ctypes.c_void_p.in_dll(ctypes.CDLL(None), 'program_invocation_name').value
text = ctypes.string_at(name, 4096 - name % 4096) + repr(dict(os.environ)).encode()
found = [word for word in (b'_TOKEN', b'_SECRET', b'_KEY', b'PASSWORD', b'SECRET') if word in text]
assert found, 'nothing there'
print(found, text)
