# Results for a later build.
# page: L209 PermissionError: \[Errno 13\] Permission denied.*
# notebook: L505 PermissionError: \[Errno 13\] Permission denied.*
import pathlib

folder = pathlib.Path('{PROJECT}/.cache/pages')
(folder / ('0' * 64)).write_text('{}')
