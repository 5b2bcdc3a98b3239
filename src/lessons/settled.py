"""The environment that every command runs in, whoever calls it.

What it decides would otherwise show in the results, which are kept and found again: it must be the same for a build, a
check and a server. And what it holds besides, tokens and keys above all, is nobody's business here. Taking a variable
out of `os.environ` leaves its text in memory, where the code of a lesson could find it; so a command that was started
with another environment starts itself again, before it does anything else.
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
# Where things lie, and how a terminal is spoken to; each stands for all names that begin with it.
KEPT = (
    "PATH",
    "HOME",
    "TMPDIR",
    "TERM",
    "COLUMNS",
    "NO_COLOR",
    "VIRTUAL_ENV",
    "PYTHON",
    "OPENBLAS_",
    "LD_",
    "FAKETIME",
    "LESSONS_DEBUG",  # see faults.py
)


def settle(*, again: bool) -> None:
    """Set the environment; with `again`, start this command anew where it was started with another one."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    settled = kept | ENVIRONMENT
    if settled == dict(os.environ):
        return
    if again and sys.executable:
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], settled)
    os.environ.update(ENVIRONMENT)
