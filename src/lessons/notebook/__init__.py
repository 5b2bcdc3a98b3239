"""Notebooks: read from percent scripts, executed in processes of their own, kept, and staged for the site."""

import sys

# jsonschema, which nbformat loads, builds a grammar of web addresses as soon as it finds this: seconds, at every start,
# for a check that no notebook here asks for. It comes with JupyterLab and is optional.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
