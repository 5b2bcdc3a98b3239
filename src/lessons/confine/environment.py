"""The environment a build has no use for: tokens and keys, above all.

Taking a variable out of `os.environ` leaves its text in memory, where confined code could find it. So a command that
was started with more than it needs starts itself again with less, before it does anything else.
"""

from __future__ import annotations

import os
import sys

# What Python, its libraries and the terminal go by. Each stands for all names that begin with it.
KEPT = (
    *("PATH", "HOME", "TMPDIR", "TERM", "COLUMNS", "NO_COLOR", "LANG", "LANGUAGE", "LC_", "TZ", "VIRTUAL_ENV"),
    *("PYTHON", "LESSONS_", "OPENBLAS_", "OMP_", "LD_", "FAKETIME", "SOURCE_DATE_EPOCH"),
)


def leave() -> None:
    """Start this program again without what is not in KEPT; return where there is nothing to leave."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    if kept != dict(os.environ):
        sys.stdout.flush()
        os.execve(sys.executable, sys.orig_argv, kept)
