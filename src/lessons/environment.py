"""The environment that every command runs in, whoever calls it.

What it decides would otherwise show in the results, which are kept and found again: it must be the same for a build, a
check and a server. And what it holds besides, tokens and keys above all, is nobody's business here. Taking a variable
out of `os.environ` leaves its text in memory, where the code of a lesson could find it; so a command that was started
with another environment starts itself again, before it does anything else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from lessons import terminal

ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",  # the order of a set in a notebook; pages are run with a second seed and compared
    "PYTHONSAFEPATH": "1",  # no module comes from the working directory, which is the project's: a stranger's, perhaps
    "TZ": "UTC",
    "SOURCE_DATE_EPOCH": "0",  # what the site generator and matplotlib take for today
    # One thread of linear algebra: sums come out the same on any number of processors, and workers share them fairly.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JOBLIB_MULTIPROCESSING": "0",  # a lesson starts no process: scikit-learn works on, one thing after another
}
# What a command is left of its caller's environment: whole names, for HOMEBREW_GITHUB_API_TOKEN begins with HOME.
KEPT = (
    *("HOME", "TMPDIR"),  # where files lie
    *("TERM", "COLUMNS", "NO_COLOR"),  # how a terminal is spoken to
    *("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"),
    *("LD_PRELOAD", "FAKETIME", "FAKETIME_SHARED", "FAKETIME_DONT_FAKE_MONOTONIC", "FAKETIME_FORCE_MONOTONIC_FIX"),
    "LESSONS_DEBUG",  # see faults.py
)
# Lists of folders, of which an empty or relative one is a place in the working directory.
PLACES = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH")


def settle(*, again: bool) -> None:
    """Set the environment; with `again`, start this command anew where it was started with another one."""
    alphabet = terminal.alphabet() if again else {}
    settled = kept(os.environ) | ENVIRONMENT | alphabet
    if settled == dict(os.environ):
        for name in alphabet:
            del os.environ[name]  # it is this command's, and not of those that it starts and reads
        return
    if again and sys.executable:
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], settled)
    os.environ.update(ENVIRONMENT)


def kept(environment: Mapping[str, str]) -> dict[str, str]:
    """What of its caller's environment a command keeps."""
    places = {name: _elsewhere(name, environment[name]) for name in PLACES if name in environment}
    return {name: environment[name] for name in KEPT if name in environment} | {n: p for n, p in places.items() if p}


def _elsewhere(name: str, places: str) -> str:
    """A list of folders without the working directory, whose programs and modules are the project's."""
    given = places.split(os.pathsep)
    if name == "PYTHONPATH":  # `PYTHONPATH=src` is meant; an empty entry hardly ever is
        given = [str(Path(place).resolve()) for place in given if Path(place) != Path()]
    return os.pathsep.join(place for place in given if Path(place).is_absolute())
