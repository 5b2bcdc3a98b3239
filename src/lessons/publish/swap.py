"""A site is built in a fresh folder beside it, and put in the old one's place in one step.

Whoever opens the site finds all of the old one or all of the new one, whenever the build is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hmac
import os
import re
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

from lessons import files, scratch, store
from lessons.publish import digest

_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
_ABSENT = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)  # the kernel or the file system has no such call
_OLD = "-old-"


class CannotExchange(Exception):
    """This platform, or this file system, lets no two folders change places in one step."""


@contextlib.contextmanager
def fresh(site: Path) -> Iterator[Path]:
    """An empty folder beside the site while the block runs; what killed builds left there is removed first."""
    with files.folder(site.parent, create=True) as above:
        files.require_plain(above, site)
        _sweep(above, site)
        with scratch.claimed(above, _prefix(site), site.parent) as name:  # after a swap, it holds the old site
            yield site.parent / name


def swap(fresh: Path, site: Path) -> None:
    """Put the fresh folder in the place of the old site, which then lies in the place of the fresh one, or is gone."""
    with files.folder(site.parent) as above:
        _readable_by_all(fresh, above)
        while True:
            try:
                _exchange(above, fresh, site)
                return
            except FileNotFoundError:  # no old site
                pass
            except CannotExchange:  # two steps, with a moment between in which there is no site
                with contextlib.suppress(FileNotFoundError):
                    os.rename(site.name, _aside(above, site), src_dir_fd=above, dst_dir_fd=above)
            if _renamed(above, fresh, site):
                _sweep(above, site)
                return


def _sweep(above: int, site: Path) -> None:
    """Remove the folders of builds that were killed, or put the old site back: killed between the two steps."""
    for name in scratch.abandoned(above, re.compile(re.escape(_prefix(site)) + ".*")):
        if _OLD in name and _is_free(above, site) and _is_old(above, name, site):
            os.rename(name, site.name, src_dir_fd=above, dst_dir_fd=above)
        else:
            files.remove_in(above, name)


def _prefix(site: Path) -> str:
    return f".{site.name}-fresh-"


def _is_free(above: int, site: Path) -> bool:
    return site.name not in os.listdir(above)


def _aside(above: int, site: Path) -> str:
    """The name that an old site gets for the moment between two steps: nobody else can give it to a folder."""
    about = os.stat(site.name, dir_fd=above, follow_symlinks=False)
    return f"{_prefix(site)}{secrets.token_hex(6)}{_OLD}{_mark(about, site)}"


def _is_old(above: int, name: str, site: Path) -> bool:
    about = os.stat(name, dir_fd=above, follow_symlinks=False)
    return hmac.compare_digest(name.rpartition(_OLD)[2].encode(), _mark(about, site).encode())


def _mark(about: os.stat_result, site: Path) -> str:
    return store.seal(f"{about.st_dev} {about.st_ino} {site.name}".encode()).hex()[:32]


def _readable_by_all(fresh: Path, above: int) -> None:
    """The modes of published files, whatever umask the build ran under. Raises Obstacle: a site has nothing else."""
    os.chmod(fresh.name, digest.FOLDER_MODE, dir_fd=above)
    for folder, folders, names, inside in os.fwalk(fresh.name, dir_fd=above, onerror=_raise):
        for name in (*folders, *names):
            files.require_plain(inside, fresh.parent / folder / name)
            os.chmod(name, digest.FOLDER_MODE if name in folders else digest.FILE_MODE, dir_fd=inside)


def _raise(fault: OSError) -> None:
    raise fault


def _exchange(above: int, one: Path, other: Path) -> None:
    """Let two folders of one that is open change places in one step.

    Raises CannotExchange, and FileNotFoundError where one is absent.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one.name), os.fsencode(other.name)
    try:
        call = libc.renameatx_np if sys.platform == "darwin" else libc.renameat2
    except AttributeError:  # a C library without the call
        raise CannotExchange from None
    failed = call(above, first, above, second, _EXCHANGE)
    code = ctypes.get_errno()
    if failed and code in _ABSENT:
        raise CannotExchange
    if failed:
        raise OSError(code, os.strerror(code), str(other))


def _renamed(above: int, fresh: Path, site: Path) -> bool:
    """Give the fresh folder its name, unless another build has just put a site there."""
    try:
        os.rename(fresh.name, site.name, src_dir_fd=above, dst_dir_fd=above)
    except OSError as fault:
        if fault.errno in (errno.EEXIST, errno.ENOTEMPTY):
            return False
        raise OSError(fault.errno, fault.strerror, str(site)) from None
    return True
