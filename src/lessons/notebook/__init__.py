"""Notebooks: read from percent scripts, executed in processes of their own, kept, and staged for the site."""

import sys

# nbformat brings jsonschema, which, where a developer's tool has installed this module, compiles 39 grammars with it:
# four seconds for kinds of text that no notebook has. Without it, jsonschema does not look at them.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
