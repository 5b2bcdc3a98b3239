"""Results kept between runs: pages, notebooks, formulas, styles, fonts, decks. What is not as it was kept is absent.

An entry lies at the hash of all that decides it, sealed with a key that only this user on this machine has. So a
flipped bit, a cut file, an entry moved to another address and a `.cache` that a tree brought with it are never taken
for results. Code of a lesson is run in copies of this process: the key is never kept in its memory.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lessons import files

KEY = Path(".cache/lessons/key")  # from the user's home
KINDS = (
    "outcomes",
    "pages",
    "variants",
    "results",
    "notebooks",
    "mathml",
    "frames",
    "styles",
    "scripts",
    "fonts",
    "notices",
    "pdf",
    "share",
    "icons",
    "changes",
    "anki",
)  # folders of `.cache`
GROWING = ("mathml",)  # entries that gather what runs came across
MOST = 512 * 2**20  # bytes of all results of a project; a site of three hundred pages keeps some 50 MB
LEFT = MOST // 4 * 3  # what stays when they are more: those that were used last
FRESH = 3600  # seconds: a use is noted once in them
_KEY_BYTES, _SEAL_BYTES = 32, 32


_forgotten = False
_compared: list[Path] | None = None  # of what is computed anew: where it is not what was kept


def forget() -> None:
    """From now on nothing is found that an earlier run kept; what this one keeps, the next one finds."""
    global _forgotten
    _forgotten = True


def compare() -> list[Path]:
    """The same, and what is computed anew is compared with what is kept. Returns a list: of where it differs."""
    global _compared
    forget()
    _compared = []
    return _compared


def load(folder: Path, address: str) -> bytes | None:
    """What is kept at an address, or None."""
    return load_all(folder, [address]).get(address)


def load_all(folder: Path, addresses: Iterable[str]) -> dict[str, bytes]:
    """What is kept at these addresses of one folder; those at which nothing is are left out."""
    return {} if _forgotten else _found(folder, addresses)


def _found(folder: Path, addresses: Iterable[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with contextlib.suppress(OSError), files.folder(folder) as above, _key() as key:
        for address in addresses:
            path = folder / address
            with contextlib.suppress(OSError):
                data = files.read_in(above, path)
                seal, payload = data[:_SEAL_BYTES], data[_SEAL_BYTES:]
                if hmac.compare_digest(seal, hmac.digest(key, _named(path) + payload, "sha256")):
                    found[address] = payload
                    if os.stat(path.name, dir_fd=above).st_mtime < time.time() - FRESH:
                        os.utime(path.name, dir_fd=above, follow_symlinks=False)
    return found


def save(folder: Path, address: str, payload: bytes) -> None:
    """Keep a result; whole or not at all, and whoever else saves the same address saves the same."""
    path = folder / address
    if _compared is not None and folder.name not in GROWING:
        before = _found(folder, [address]).get(address)
        if before not in (None, payload):
            _compared.append(path)
    files.keep(path, _seal(path, payload) + payload)
    _evict(folder.parent, len(payload))


def load_value(folder: Path, address: str) -> Any:
    """A value that was kept as JSON, or None."""
    payload = load(folder, address)
    return None if payload is None else json.loads(payload)


def load_values(folder: Path, addresses: Iterable[str]) -> dict[str, Any]:
    """The values kept as JSON at these addresses; those at which nothing is are left out."""
    return {address: json.loads(payload) for address, payload in load_all(folder, addresses).items()}


def save_value(folder: Path, address: str, value: Any) -> None:
    """Keep a value that JSON can hold."""
    save(folder, address, json.dumps(value, sort_keys=True).encode())


# ---- the seal -----------------------------------------------------------------------------------------------------


def _seal(path: Path, payload: bytes) -> bytes:
    return seal(_named(path) + payload)


def _named(path: Path) -> bytes:
    """What is sealed before the payload: an entry is none at another address."""
    return f"{path.parent.name}/{path.name}\0".encode()


def seal(words: bytes) -> bytes:
    """What only this user on this machine can write for these words."""
    with _key() as key:
        return hmac.digest(key, words, "sha256")


@contextlib.contextmanager
def _key() -> Iterator[bytearray]:
    """The key, in memory for no longer than it is used: what runs lessons is forked from this process."""
    key = bytearray(_KEY_BYTES)
    try:
        _read_key(key)
        yield key
    finally:
        key[:] = bytes(_KEY_BYTES)


_own: bytearray | None = None  # where no key can be kept: what this process keeps, only this process finds


def _read_key(key: bytearray) -> None:
    """Fill in this user's key on this machine; it is made where there is none."""
    global _own
    if _own is None:
        with contextlib.suppress(OSError, RuntimeError):  # no home, no right to write there
            path = Path.home() / KEY
            inside = not path.is_absolute()  # HOME=docs, say: a place in the tree
            if not inside and (_fill(key, path) or (_make(path) and _fill(key, path))):
                return
        _own = bytearray(_KEY_BYTES)
        _chance(_own)
    key[:] = _own


def _fill(key: bytearray, path: Path) -> bool:
    """Whether a key of this user, which nobody else may read, was there to be read."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        about = os.fstat(opened)
        private = stat.S_ISREG(about.st_mode) and about.st_uid == os.geteuid() and not about.st_mode & 0o077
        return private and about.st_size == len(key) and os.readv(opened, [key]) == len(key)
    finally:
        os.close(opened)


def _make(path: Path) -> bool:
    """Make a key, unless another process is quicker; a damaged one gives way, and with it all that it sealed."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.parent.stat().st_uid != os.geteuid():
        return False
    key = bytearray(_KEY_BYTES)
    partial = path.with_name(f".key.{os.getpid()}.{time.monotonic_ns()}")
    opened = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _chance(key)
        os.write(opened, key)
        if os.path.lexists(path):
            partial.replace(path)
        else:
            with contextlib.suppress(FileExistsError):
                os.link(partial, path)
    finally:
        key[:] = bytes(_KEY_BYTES)
        os.close(opened)
        partial.unlink(missing_ok=True)
    return True


def _chance(key: bytearray) -> None:
    with Path("/dev/urandom").open("rb", buffering=0) as source:
        source.readinto(key)


# ---- how much is kept ---------------------------------------------------------------------------------------------

_looked: dict[Path, int] = {}  # the stores whose size this process has looked at: bytes saved there since


def _evict(store: Path, saved: int) -> None:
    """Where a project's results are too many, remove those that were not used for longest.

    Looked at once a process, and again when it has saved much: `serve` lives for days.
    """
    store = store.absolute()
    if _looked.setdefault(store, MOST) + saved < MOST // 8:
        _looked[store] += saved
        return
    _looked[store] = 0
    entries = sorted(_entries(store))
    size = sum(size for _, size, _, _ in entries)
    if size <= MOST:
        return
    for _, own, kind, name in entries:
        if size <= LEFT:
            break
        with contextlib.suppress(OSError), files.folder(store / kind) as above:
            os.unlink(name, dir_fd=above)
            size -= own


def _entries(store: Path) -> Iterator[tuple[float, int, str, str]]:
    """All results of a project: when each was used, its size, its folder, its address."""
    for kind in KINDS:
        with contextlib.suppress(OSError), files.folder(store / kind) as above:
            for name in os.listdir(above):  # noqa: PTH208 - of a descriptor
                about = os.stat(name, dir_fd=above, follow_symlinks=False)
                if stat.S_ISREG(about.st_mode):
                    yield about.st_mtime, about.st_size, kind, name
