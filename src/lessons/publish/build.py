"""Build the site: check everything, generate into a fresh folder, and only then put it in the old one's place."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lessons import files
from lessons.page import checks, tree
from lessons.page.page import Page
from lessons.problem import Problem, report
from lessons.publish import digest, notices, offline, papers, pdf, swap
from lessons.publish.project import Project
from lessons.publish.shell import NoShell, shell
from lessons.publish.site import Site

KEPT = ("docs", "notebooks", "src", "tests", ".git", ".venv", "node_modules")  # folders that no site replaces
BROWSERS = 3  # that print at once: each waits longer than it works, and more leave a machine for nothing else


class BuildFailed(Exception):
    """The site was not built; the message is ready to print, and the last good site is untouched."""


Say = Callable[[str], None]


def build(config_file: Path, site: Path, *, decks: bool = False, say: Say = print) -> str:
    """Build `config_file`'s pages into `site`, whole or not at all; `decks`: with the printed ones. Returns its digest.

    Raises BuildFailed with every problem found.
    """
    root = config_file.parent
    if tree.problems(root):  # then no place in it is safe to write to
        raise BuildFailed(report(check(root / "docs")))

    def write(fresh: Path) -> str:
        project = Project(root)
        if problems := project.update(say):
            raise BuildFailed(report(problems))
        try:
            whole = Site(root / "docs", project.pages, shell(config_file, project.pages), decks=decks)
            found = dict(whole) | (print_decks(whole.docs, whole.pages) if decks else {})
        except (NoShell, notices.Unlicensed) as fault:
            raise BuildFailed(str(fault)) from None
        sums = {address: hashlib.sha256(data).hexdigest() for address, data in found.items()}
        if whole.shell.offline:  # last, for it has all others
            found[offline.WORKER] = offline.worker(sums)
            sums[offline.WORKER] = hashlib.sha256(found[offline.WORKER]).hexdigest()
        listed = digest.listing(sums)
        for address, data in [*found.items(), (digest.LIST, listed)]:
            place = fresh / address
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        return digest.named(listed)

    return _put(site, write)


def print_decks(docs: Path, pages: Sequence[Page]) -> dict[str, bytes]:
    """The printed decks and worksheets of all pages, by their addresses. Raises NoBrowser, CannotPrint."""
    found = {page.beside(name): one for page in pages for name, one in papers.papers(page, docs).items()}
    with ThreadPoolExecutor(BROWSERS) as side_by_side:
        return dict(zip(found, side_by_side.map(pdf.printed, found.values()), strict=True))


def publish(site: Path, write: Callable[[Path], object]) -> str:
    """Let another program fill a fresh folder, and only then put it in the place of the site there is, listed.

    Returns its digest. Raises BuildFailed.
    """

    def filled(fresh: Path) -> str:
        write(fresh)
        digest.write(fresh)  # last: it lists all that is there
        return digest.of(fresh)

    return _put(site, filled)


def _put(site: Path, write: Callable[[Path], str]) -> str:
    try:
        _require_replaceable(site)
        with swap.fresh(site) as fresh:
            named = write(fresh)
            swap.swap(fresh, site)
            return named
    except (pdf.CannotPrint, pdf.NoBrowser) as fault:
        raise BuildFailed(str(fault)) from None
    except OSError as fault:
        said = files.told(fault)
        if said is None:
            raise
        raise BuildFailed(said) from None


def check(docs: Path, *, twice: bool = True) -> list[Problem]:
    """Problems of all pages, with paths as a person at the project's folder would type them."""
    pages = [Path(os.path.relpath(path)) for path in checks.pages(docs)]
    return checks.check(pages, twice=twice)


def _require_replaceable(site: Path) -> None:
    """Only a built site, or nothing, may be replaced: `--site docs` would take the lessons away.

    Raises BuildFailed, OSError.
    """
    root, there = Path.cwd(), None
    refused = BuildFailed(f"{site} is there and is no built site: name another folder with --site")
    if any(site.is_relative_to(root / name) and site != root / name for name in KEPT):
        raise BuildFailed(f"{site} lies among the project's sources: name another folder with --site")
    if root.is_relative_to(site) or any(site == root / name for name in KEPT):  # whatever a tree has put there
        raise refused
    with contextlib.suppress(FileNotFoundError), files.folder(site.parent) as above:
        there = files.require_plain(above, site)
    if there is not None and (not stat.S_ISDIR(there.st_mode) or not digest.is_built(site)):
        raise refused
