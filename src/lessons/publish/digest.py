"""The site's digest: what two copies of one site have in common, and what a copy that was altered has not.

SHA256SUMS at the root of a site lists every other file as `sha256sum` does, sorted by path; the digest of the site is
the hash of that list.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path

LIST = "SHA256SUMS"
FILE_MODE, FOLDER_MODE = 0o644, 0o755  # of all that is published, whoever builds
_LINE = re.compile(r"(\\?)([0-9a-f]{64})  (.+)")
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}  # as sha256sum writes them, in a line that begins with another
Sums = dict[str, str]  # the hash of each file, by its path


class NoSite(Exception):
    """The folder is no site that can be compared; the message is ready to print."""


def write(site: Path) -> None:
    """List a finished site."""
    (site / LIST).write_bytes(listing(sums(site)))


def of(site: Path) -> str:
    """The digest of a site, from the files as they are now. Raises NoSite."""
    _require_site(site)
    return named(listing(sums(site)))


def verify(copy: Path, built: Path, expected: str | None = None) -> list[str]:
    """How a copy differs from the built site, or from the digest of one: a line for each file, then for each mode that
    is another and each folder that is empty. Raises NoSite.

    With a digest, the copy's own list says what each file should be, once it is known to be the list meant.
    """
    _require_site(copy)
    listed = (copy / LIST).read_bytes()
    if expected is not None:
        if named(listed) != expected:
            raise NoSite(f"{copy}/{LIST} has the digest {named(listed)}: this is another site, or an altered one")
        return differences(sums(copy), _read(copy)) + oddities(copy)
    if built.is_symlink():
        raise NoSite(f"{built} is a symbolic link: remove it, and build the site again")
    if not built.is_dir():
        raise NoSite(f"there is no folder {built}/: build it, or name the digest with --digest")
    _require_site(built)
    if faults := differences(sums(built), _read(built)) + oddities(built):
        raise NoSite(f"{built}/ is not as it was built, so build it again: {faults[0]}")
    own = [] if listed == (built / LIST).read_bytes() else [f"{LIST}: differs"]
    return own + differences(sums(copy), sums(built)) + oddities(copy)


def is_as_built(site: Path, expected: str) -> bool:
    """Whether a folder is the site with this digest, file by file and nothing beside."""
    try:
        return verify(site, site, expected) == []
    except (NoSite, OSError):
        return False


def is_built(site: Path) -> bool:
    """Whether a folder is empty, or a site as a build leaves it, with no folder beside its own: it may be replaced.

    There may be more files: decks are printed when a reader asks, and old ones are what a build is to take away.
    """
    found = {path.name for path in site.iterdir()}
    folders = {path.name for path in site.iterdir() if path.is_dir() or path.is_symlink()}
    try:
        _require_site(site)
        listed = {path.partition("/")[0] for path in _read(site)}
    except (NoSite, OSError):
        return not found
    return "sitemap.xml" in listed and folders <= listed


def oddities(site: Path) -> list[str]:
    """What a build leaves of no folder: a line for each that is empty, or has another mode than a build gives."""
    lines = []
    for folder, folders, files in os.walk(site, onerror=_raise):
        if not folders and not files and Path(folder) != site:
            lines.append((Path(folder).relative_to(site).as_posix(), "an empty folder, extra"))
        for name in (*folders, *files):
            path = Path(folder, name)
            mode = path.lstat().st_mode
            given = {stat.S_IFDIR: FOLDER_MODE, stat.S_IFREG: FILE_MODE}.get(stat.S_IFMT(mode))
            if given is not None and stat.S_IMODE(mode) != given:
                told = f"mode {stat.S_IMODE(mode):04o}, and a build gives {given:04o}"
                lines.append((path.relative_to(site).as_posix(), told))
    return [f"{_shown(path)}: {told}" for path, told in sorted(lines, key=lambda line: os.fsencode(line[0]))]


def sums(site: Path) -> Sums:
    """The hash of every file below a folder but its list; of what is no plain file, what it is instead."""
    found: Sums = {}
    for folder, folders, files in os.walk(site, onerror=_raise):
        for name in [*files, *(name for name in folders if Path(folder, name).is_symlink())]:
            path = Path(folder, name)
            if path != site / LIST:
                found[path.relative_to(site).as_posix()] = _sum(path)
    return found


def _raise(fault: OSError) -> None:
    raise fault


def _sum(path: Path) -> str:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    if not stat.S_ISREG(mode):
        return "no file but a device, pipe or socket"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def listing(found: Sums) -> bytes:
    """The list of these files, sorted by the bytes of their paths."""
    lines = []
    for path in sorted(found, key=os.fsencode):
        name = "".join(_ESCAPES.get(one, one) for one in path)
        lines.append(f"{'' if name == path else chr(92)}{found[path]}  {name}\n")
    return os.fsencode("".join(lines))


def _read(site: Path) -> Sums:
    """The files that a site's list names."""
    found: Sums = {}
    for number, line in enumerate(os.fsdecode((site / LIST).read_bytes()).split("\n")[:-1], 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise NoSite(f"{site}/{LIST}:{number}: no line that sha256sum would write")
        path = match[3]
        if match[1]:
            path = re.sub(r"\\[\\nr]", lambda pair: {"\\\\": "\\", "\\n": "\n", "\\r": "\r"}[pair[0]], path)
        found[path] = match[2]
    return found


def differences(found: Sums, expected: Sums) -> list[str]:
    """A line for each file that differs, is missing or is extra, sorted by path."""
    lines = []
    for path in sorted({*found, *expected}, key=os.fsencode):
        has, should = found.get(path), expected.get(path)
        if has != should:
            odd = has is not None and " " in has
            fault = "missing" if has is None else has if odd else "extra" if should is None else "differs"
            lines.append(f"{_shown(path)}: {fault}")
    return lines


def _shown(path: str) -> str:
    """A path on one line, whatever bytes and signs it holds."""
    return path if path.isprintable() else ascii(path)


def named(listed: bytes) -> str:
    """The digest of the site that has this list."""
    return f"sha256:{hashlib.sha256(listed).hexdigest()}"


def _require_site(site: Path) -> None:
    if not site.is_dir():
        raise NoSite(f"there is no folder {site}/")
    if not (site / LIST).is_file() or (site / LIST).is_symlink():
        raise NoSite(f"{site}/ has no {LIST}: it is no site that `lessons build` made, or not all of it")
