"""Build the site: check everything, generate into a fresh folder, and only then put it in the old one's place."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import stat
from collections.abc import Callable
from enum import Enum
from functools import partial
from pathlib import Path

from mkdocs.commands.build import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, ConfigurationError, MkDocsException

from lessons import faults, files
from lessons.notebook import stage
from lessons.page import checks, config, imports, katex, tree
from lessons.page.problem import Problem, report
from lessons.publish import digest, fonts, notices, origins, pdf, policy, slim, swap

KEPT = ("docs", "notebooks", "src", "tests", ".git", ".venv", "node_modules")  # folders that no site replaces


class BuildFailed(Exception):
    """The site was not built; the message is ready to print, and the last good site is untouched."""


Say = Callable[[str], None]
Generate = Callable[[Path, Path], None]  # from this mkdocs.yml into this folder; raises BuildFailed


class Decks(Enum):
    """What becomes of the decks as PDF."""

    NONE = "not offered"
    OFFERED = "offered on the page, printed when somebody asks"
    PRINTED = "offered, and printed now"


def build(
    config_file: Path,
    site: Path,
    *,
    decks: Decks = Decks.NONE,
    serve_url: str | None = None,
    say: Say = print,
    generate: Generate | None = None,
) -> None:
    """Build `config_file`'s pages into `site`, whole or not at all. Raises BuildFailed with every problem found.

    `generate`: another site generator than MkDocs.
    """
    root = config_file.parent
    if tree.problems(root):  # then no place in it is safe to write to
        raise BuildFailed(report(check(root / "docs")))

    def write(fresh: Path) -> None:
        # First: what stands in it decides which code the site generator runs when it reads it.
        problems = config.problems(Path(os.path.relpath(config_file)))
        problems += check(root / "docs", twice=serve_url is None)
        problems += stage.stage(root, say, write=not problems)  # whatever is wrong, all of it is told
        if problems:
            raise BuildFailed(report(problems))
        os.environ["LESSONS_DECK_PDF"] = "false" if decks is Decks.NONE else "true"  # read by mkdocs.yml
        (generate or partial(_generate, serve_url=serve_url))(config_file, fresh)
        fonts.write(fresh)
        slim.write(fresh)
        katex.remember()
        if generate is None:  # another theme has other scripts and other authors: see docs/decisions/after-material.md
            _apply_policy(fresh)
        if decks is Decks.PRINTED:
            pdf.write(fresh)
        if generate is None:
            _look_through(fresh, root / "docs")
            _give_notice(fresh)

    publish(site, write)


def publish(site: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a fresh folder, and only then put it in the place of the site there is. Raises BuildFailed."""
    try:
        _require_replaceable(site)
        with swap.fresh(site) as fresh:
            write(fresh)
            digest.write(fresh)  # last: it lists all that is there
            swap.swap(fresh, site)
    except pdf.CannotPrint as fault:
        raise BuildFailed(str(fault)) from None
    except OSError as fault:
        said = files.told(fault)
        if said is None:
            raise
        raise BuildFailed(said) from None


def _look_through(site: Path, docs: Path) -> None:
    try:
        origins.check(site, docs)
    except origins.Unknown as fault:
        raise BuildFailed(str(fault)) from None


def _give_notice(site: Path) -> None:
    try:
        notices.write(site)
    except notices.Unlicensed as fault:
        raise BuildFailed(str(fault)) from None


def _apply_policy(site: Path) -> None:
    try:
        policy.write(site)
    except policy.NotCovered as fault:
        raise BuildFailed(str(fault)) from None


def check(docs: Path, *, twice: bool = True) -> list[Problem]:
    """Problems of all pages, with paths as a person at the project's folder would type them."""
    pages = [Path(os.path.relpath(path)) for path in checks.pages(docs)]
    return checks.check(pages, twice=twice)


def _generate(config_file: Path, site: Path, *, serve_url: str | None) -> None:
    os.environ["NO_MKDOCS_2_WARNING"] = "1"  # Material's notice of its end of life: see docs/decisions
    # mkdocs-jupyter brings nbconvert, which tries all its exporters when it is imported; none is used here.
    os.environ["NBCONVERT_DISABLE_CONFIG_EXPORTERS"] = "1"
    with contextlib.chdir(imports.NEUTRAL):
        importlib.import_module("babel.dates")  # reads the file that the time zone names, there before anywhere else
    messages = _Messages()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(messages)
    try:
        config = load_config(config_file=str(config_file), site_dir=str(site), strict=True)
        if serve_url:
            config.site_url = serve_url
        config.plugins.on_startup(command="build", dirty=False)
        try:
            mkdocs_build(config)
        finally:
            config.plugins.on_shutdown()
    except Abort:
        raise BuildFailed("\n".join(messages.lines)) from None
    except (ConfigurationError, MkDocsException) as fault:
        raise BuildFailed("\n".join([*messages.lines, str(fault)])) from None
    except OSError:
        raise
    except RecursionError:
        deep = "it nests lists, quotations or brackets too deeply: make it flatter"
        raise BuildFailed("\n".join([*(messages.lines or ["mkdocs.yml cannot be read"]), deep])) from None
    except Exception as fault:  # the site generator has named the page
        raise BuildFailed("\n".join([*messages.lines, faults.told(fault)])) from fault
    finally:
        logger.removeHandler(messages)


class _Messages(logging.Handler):
    """What the site generator warns of: under `strict`, each one fails the build."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


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
