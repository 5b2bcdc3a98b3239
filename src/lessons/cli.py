"""The command line: `lessons check`, `lessons build`, `lessons serve`."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from lessons import whole
from lessons.settled import settle

CONFIG = Path("mkdocs.yml")
PORT = 8000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, or 1 after telling what is wrong and where."""
    options = _parser().parse_args(arguments)
    settle(again=arguments is None)
    config = _find_config()
    if config is None:
        return _fail("there is no mkdocs.yml here or above: run this inside the project")
    os.chdir(config.parent)  # so that every message names paths from the project's folder
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        return 130
    except OSError as fault:
        said = whole.told(fault)
        if said is None:
            raise
        return _fail(said)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lessons", description="Check, build and serve the lessons.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="report every problem of every page")
    check.add_argument("pages", nargs="*", type=Path, help="Markdown files (default: all of docs/)")
    check.add_argument("--format", choices=["text", "github", "json"], default="text", help="default: text")
    check.add_argument("--ready", action="store_true", help="refuse what a template left to be written, too")
    check.add_argument("--base", metavar="REVISION", help="tell of ids that were there at this revision and are gone")
    check.set_defaults(run=_check)

    new = commands.add_parser("new", help="begin a lesson: page, notebook and nav")
    new.add_argument("slug", help="its short name, as in kl-forward-reverse")
    new.add_argument("--title", required=True)
    new.set_defaults(run=_new)

    values = commands.add_parser("values", help="list every computed value, or what a change does to them")
    values.add_argument("pages", nargs="*", type=Path, help="Markdown files (default: all of docs/)")
    values.add_argument("--format", choices=["text", "json", "markdown"], default="text", help="default: text")
    values.add_argument("--diff", metavar="BASE", help="only what differs from this revision, old → new")
    values.set_defaults(run=_values)

    build = commands.add_parser("build", help="check, then build the site")
    build.add_argument("--site", type=Path, default=Path("site"), help="where to put it (default: site)")
    build.add_argument(
        "--pdf",
        action=argparse.BooleanOptionalAction,
        help="print the decks too, and fail without Chromium (default: print them if Chromium is there)",
    )
    build.set_defaults(run=_build)

    successor = commands.add_parser("build-next", help="build the same sources with Zensical")
    successor.add_argument("--site", type=Path, default=Path("site-next"), help="where to put it (default: site-next)")
    successor.set_defaults(run=_build_next)

    sandbox = commands.add_parser("sandbox", help="build the site of a tree that nobody has looked at, in a sandbox")
    sandbox.add_argument("tree", nargs="?", type=Path, default=Path(), help="a project's folder (default: this one)")
    sandbox.add_argument("--site", type=Path, default=Path("site"), help="where to put it (default: site)")
    sandbox.set_defaults(run=_sandbox)

    digest = commands.add_parser("digest", help="print the digest of a built site")
    digest.add_argument("folder", nargs="?", metavar="DIR", type=Path, default=Path("site"), help="default: site")
    digest.set_defaults(run=_digest)

    verify = commands.add_parser("verify", help="tell how a published copy differs from the built site")
    verify.add_argument("folder", metavar="DIR", type=Path, help="the copy")
    verify.add_argument("--digest", type=_sha256, help="what it should be, sha256:… (default: what site/ is)")
    verify.set_defaults(run=_verify)

    notebooks = commands.add_parser("notebooks", help="run the notebooks that have to be run")
    notebooks.add_argument("--to", choices=["markdown"], help="also write each as Markdown, for other generators")
    notebooks.add_argument(
        "--folder", type=Path, default=Path(".cache/markdown/notebooks"), help="where (default: %(default)s)"
    )
    notebooks.add_argument("--jobs", type=int, default=0, help="how many at a time (default: one a processor)")
    notebooks.set_defaults(run=_notebooks)

    serve = commands.add_parser("serve", help="build, serve, and rebuild on every change")
    serve.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}")
    serve.set_defaults(run=_serve)
    return parser


def _sha256(text: str) -> str:
    if not re.fullmatch("sha256:[0-9a-f]{64}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no digest: it is sha256: and 64 hexadecimal digits")
    return text


def _find_config() -> Path | None:
    here = Path.cwd()
    return next((folder / CONFIG for folder in (here, *here.parents) if (folder / CONFIG).is_file()), None)


# Each command imports what it needs: `check` should not wait for the site generator.


def _check(options: argparse.Namespace) -> int:
    from lessons.authoring import ready
    from lessons.notebook import stage
    from lessons.page import checks
    from lessons.page.problem import report

    pages = options.pages or checks.pages(Path("docs"))
    problems = checks.check(pages, docs=Path("docs"))
    notebooks, faults = ([], []) if options.pages else stage.notebooks(Path())
    problems += faults
    if options.ready:
        problems += ready.left_to_write([*pages, *(notebook.path for notebook in notebooks)])
    if options.base:
        try:
            problems += ready.ids_gone(options.base, pages)
        except ready.NoBase as fault:
            return _fail(str(fault))
    if problems or options.format == "json":
        print(report(problems, options.format), file=sys.stderr if options.format == "text" else sys.stdout)
        return int(bool(problems))
    print(f"{len(pages)} page{'' if len(pages) == 1 else 's'}, no problems")
    return 0


def _new(options: argparse.Namespace) -> int:
    from lessons.authoring.new import CannotBegin, new

    try:
        written = new(Path.cwd(), options.slug, options.title)
    except CannotBegin as fault:
        return _fail(str(fault))
    for path in written:
        print(f"wrote {path.relative_to(Path.cwd())}")
    print("Replace every TODO, and look at it with `make serve`.")
    return 0


def _values(options: argparse.Namespace) -> int:
    from lessons.authoring import values
    from lessons.page import checks

    found = values.values(options.pages or checks.pages(Path("docs")))
    try:
        told = values.diff(values.at(options.diff), found) if options.diff else values.listed(found, options.format)
    except values.NoBase as fault:
        return _fail(str(fault))
    print(values.fenced(told) if options.format == "markdown" else told)
    return 0


def _build(options: argparse.Namespace) -> int:
    from lessons.publish import pdf
    from lessons.publish.build import BuildFailed, Decks, build

    if options.pdf and not pdf.browser():
        return _fail("printing the decks needs Chromium: `make pdf` installs it")
    printed = options.pdf is not False and pdf.browser()
    decks = Decks.PRINTED if printed else Decks.NONE
    try:
        build(CONFIG.resolve(), options.site.resolve(), decks=decks)
    except BuildFailed as fault:
        return _fail(f"{fault}\nThe site was not built; {options.site}/ is as it was.")
    print(f"built {options.site}/")
    return 0


def _build_next(options: argparse.Namespace) -> int:
    from lessons.publish import pdf, zensical
    from lessons.publish.build import BuildFailed, Decks, build

    decks = Decks.PRINTED if pdf.browser() else Decks.NONE
    try:
        build(CONFIG.resolve(), options.site.resolve(), decks=decks, generate=zensical.generate)
    except BuildFailed as fault:
        return _fail(f"{fault}\nThe site was not built; {options.site}/ is as it was.")
    print(f"built {options.site}/")
    return 0


def _sandbox(options: argparse.Namespace) -> int:
    from lessons.publish import sandbox
    from lessons.publish.build import BuildFailed, publish

    try:
        publish(options.site.resolve(), lambda fresh: print(sandbox.build(options.tree.resolve(), fresh)))
    except (sandbox.SandboxFailed, BuildFailed) as fault:
        return _fail(f"{fault}\nThe site was not built; {options.site}/ is as it was.")
    print(f"built {options.site}/ in a sandbox")
    return 0


def _digest(options: argparse.Namespace) -> int:
    from lessons.publish import digest

    try:
        print(digest.of(options.folder))
    except digest.NoSite as fault:
        return _fail(str(fault))
    return 0


def _verify(options: argparse.Namespace) -> int:
    from lessons.publish import digest

    try:
        faults = digest.verify(options.folder, Path("site"), options.digest)
        if not faults:
            print(f"{options.folder}/ is whole and unaltered: {digest.of(options.folder)}")
            return 0
    except digest.NoSite as fault:
        return _fail(str(fault))
    count = "1 file is" if len(faults) == 1 else f"{len(faults)} files are"
    return _fail("\n".join([*faults, f"{options.folder}/ is not that site: {count} not as built"]))


def _notebooks(options: argparse.Namespace) -> int:
    from lessons.notebook import stage
    from lessons.page.problem import report

    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        print(line, flush=True)

    problems = stage.stage(Path.cwd(), say, options.jobs)
    if problems:
        return _fail(f"{report(problems)}\nNothing was staged; docs/notebooks/ is as it was.")
    if not said:
        print("no notebook had to be run")
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
