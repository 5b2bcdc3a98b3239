# Another program, in a session of its own.
# page: L209 PermissionError: \[Errno 1\] Operation not permitted.*
# notebook: L505 PermissionError: \[Errno 1\] Operation not permitted.*
import subprocess

subprocess.Popen(['sleep', '600'], start_new_session=True)
