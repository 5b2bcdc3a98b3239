"""Notebooks: read from percent scripts, executed in processes of their own, kept, and staged for the site."""

import sys

# What is asked for by the way and never used here, and takes long to import. Those who ask go on without.
for _unused in (
    "jupytext.sync_contentsmanager",  # serve notebooks from JupyterLab
    "jupytext.async_contentsmanager",
    "rfc3987_syntax",  # what jsonschema, which nbformat brings, knows of kinds of text that no notebook has
    "isoduration",
):
    sys.modules.setdefault(_unused, None)  # type: ignore[arg-type]
