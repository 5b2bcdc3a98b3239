"""The command line: `lessons check`, `lessons build`, `lessons serve`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

CONFIG = Path("mkdocs.yml")
PORT = 8000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, or 1 after telling what is wrong and where."""
    # One thread of linear algebra: sums come out the same on any number of processors, and workers share them fairly.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    options = _parser().parse_args(arguments)
    config = _find_config()
    if config is None:
        return _fail("there is no mkdocs.yml here or above: run this inside the project")
    os.chdir(config.parent)  # so that every message names paths from the project's folder
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lessons", description="Check, build and serve the lessons.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="report every problem of every page")
    check.add_argument("pages", nargs="*", type=Path, help="Markdown files (default: all of docs/)")
    check.set_defaults(run=_check)

    build = commands.add_parser("build", help="check, then build the site")
    build.add_argument("--site", type=Path, default=Path("site"), help="where to put it (default: site)")
    build.add_argument("--pdf", action="store_true", help="print the decks too, and fail without Chromium")
    build.set_defaults(run=_build)

    notebooks = commands.add_parser("notebooks", help="run the notebooks that have to be run")
    notebooks.add_argument("--to", choices=["markdown"], help="also write each as Markdown, for other generators")
    notebooks.add_argument("--folder", type=Path, default=Path(".cache/markdown"), help="where (default: %(default)s)")
    notebooks.add_argument("--jobs", type=int, default=0, help="how many at a time (default: one a processor)")
    notebooks.set_defaults(run=_notebooks)

    serve = commands.add_parser("serve", help="build, serve, and rebuild on every change")
    serve.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}")
    serve.set_defaults(run=_serve)
    return parser


def _find_config() -> Path | None:
    here = Path.cwd()
    return next((folder / CONFIG for folder in (here, *here.parents) if (folder / CONFIG).is_file()), None)


# Each command imports what it needs: `check` should not wait for the site generator.


def _check(options: argparse.Namespace) -> int:
    from lessons.page import checks
    from lessons.page.problem import report

    pages = options.pages or checks.pages(Path("docs"))
    problems = checks.check(pages)
    if problems:
        return _fail(report(problems))
    print(f"{len(pages)} page{'' if len(pages) == 1 else 's'}, no problems")
    return 0


def _build(options: argparse.Namespace) -> int:
    from lessons.publish import pdf
    from lessons.publish.build import BuildFailed, Decks, build

    if options.pdf and not pdf.browser():
        return _fail("printing the decks needs Chromium: `make pdf` installs it")
    try:
        build(CONFIG.resolve(), options.site.resolve(), decks=Decks.PRINTED if pdf.browser() else Decks.NONE)
    except BuildFailed as fault:
        return _fail(f"{fault}\nThe site was not built; {options.site}/ is as it was.")
    print(f"built {options.site}/")
    return 0


def _notebooks(options: argparse.Namespace) -> int:
    from lessons.notebook import stage
    from lessons.page.problem import report

    problems = stage.stage(Path.cwd(), print, options.jobs)
    if problems:
        return _fail(report(problems))
    if options.to == "markdown":
        for path in stage.export(Path.cwd(), options.folder):
            print(f"wrote {path}")
    return 0


def _serve(options: argparse.Namespace) -> int:
    from lessons.publish.serve import PortTaken, serve

    try:
        serve(CONFIG.resolve(), options.port)
    except PortTaken as fault:
        return _fail(str(fault))
    return 0


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1
