"""The environment that every command runs in, whoever calls it: what it decides would otherwise show in the results.

Results are kept and found again, so it must be the same for a build, a check and a server.
"""

from __future__ import annotations

import os
import sys

ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",  # the order of a set in a notebook; pages are run with a second seed and compared
    "TZ": "UTC",
    "SOURCE_DATE_EPOCH": "0",  # what the site generator and matplotlib take for today
    # One thread of linear algebra: sums come out the same on any number of processors, and workers share them fairly.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


def settle(*, again: bool) -> None:
    """Set the environment; with `again`, start this command anew where the interpreter has read another one."""
    if all(os.environ.get(name) == value for name, value in ENVIRONMENT.items()):
        return
    os.environ.update(ENVIRONMENT)
    if again and sys.executable:
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
