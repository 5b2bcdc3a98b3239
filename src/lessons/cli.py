"""The command line: `lessons check`, `lessons build`, `lessons serve`."""

from __future__ import annotations

import argparse
import os
import re
import signal
import stat
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lessons import bounds, confine, faults, scratch, terminal
from lessons.environment import settle
from lessons.visible import ascii_json, visible

CONFIG = Path("mkdocs.yml")
PORT = 8000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, or 1 after telling what is wrong and where."""
    if arguments is None:
        terminal.open_streams()
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as asked:  # for help, or for what there is not
        raise SystemExit(terminal.flushed(int(asked.code or 0))) from None
    settle(again=arguments is None)
    config = _find_config()
    if config is None:
        return _fail("there is no mkdocs.yml here or above: run this inside the project")
    os.chdir(config.parent)  # so that every message names paths from the project's folder
    if options.run in (_check, _values, _build, _build_next, _notebooks, _serve) and (told := confine.not_held()):
        _say(told, error=True)
    _end_in_order()
    if arguments is None and options.run is not _serve:  # its builds have bounds of their own
        return bounds.run(lambda: _run(options))
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    try:
        with scratch.for_all():
            code = _refused(options) or int(options.run(options))
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError as fault:
        return terminal.lost(fault)
    except Exception as fault:
        try:
            return _fail(faults.told(fault))
        except OSError as other:
            return terminal.lost(other)


class _Parser(argparse.ArgumentParser):
    def _print_message(self, message: str, file: Any = None) -> None:
        super()._print_message(visible(message), file)


def _end_in_order() -> None:
    """Who is asked to end, by SIGTERM, first removes what it has put down for a while."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
        sys.unraisablehook = _ask_again


def _ask_again(lost: Any) -> None:
    """Who was asked to end in the midst of what cannot raise, a finalizer say, is asked again in a moment."""
    fault = lost.exc_value
    if not isinstance(fault, SystemExit | KeyboardInterrupt):
        sys.__unraisablehook__(lost)
    elif threading.current_thread() is threading.main_thread():

        def again(*_: object) -> None:
            raise fault

        signal.signal(signal.SIGALRM, again)
        signal.setitimer(signal.ITIMER_REAL, 0.05)


def _refused(options: argparse.Namespace) -> int:
    """1 where a command is to read or write a tree in which links or special files stand, after telling of them."""
    if options.run not in (_new, _values, _serve):  # what checks, builds or runs notebooks tells of them itself
        return 0
    from lessons.page import tree
    from lessons.problem import report

    problems = tree.problems(Path())
    return _fail(report(problems)) if problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="lessons", description="Check, build and serve the lessons.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser("check", help="report every problem of every page")
    check.add_argument("pages", nargs="*", type=Path, help="Markdown files, and notebooks/*.py (default: all)")
    check.add_argument("--format", choices=["text", "github", "json"], default="text", help="default: text")
    check.add_argument(
        "--ready", action="store_true", help="refuse what is left to be written, and run these notebooks"
    )
    check.add_argument("--explain", action="store_true", help="also tell of each answer, its slips and other numbers")
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
    build.add_argument("--fresh", action="store_true", help="use nothing that an earlier run kept: for publishing")
    build.add_argument("--compare", action="store_true", help="compute all anew, and compare it with what was kept")
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
    return next((folder / CONFIG for folder in (here, *here.parents) if _is_there(folder / CONFIG)), None)


def _is_there(path: Path) -> bool:
    """Whether there is a file, or what will be told of as none; not another project's above it."""
    return os.path.lexists(path) and not stat.S_ISDIR(path.lstat().st_mode)


# Each command imports what it needs: `check` should not wait for the site generator.


def _check(options: argparse.Namespace) -> int:
    aside = options.ready or options.explain or options.base is not None or options.format != "text"
    whole = not (options.pages or aside)
    if whole and (known := _known("check")) is not None:
        _say(known)
        return 0
    from lessons.authoring import explain, ready
    from lessons.notebook.pages import Notebooks, sources
    from lessons.page import checks, tree
    from lessons.problem import report
    from lessons.publish import scripts

    chosen = [path for path in options.pages if path.suffix == ".py"]  # notebooks
    pages = [path for path in options.pages if path not in chosen] if options.pages else checks.pages(Path("docs"))
    check = checks.Check(list(pages))
    problems = check.problems(twice=True)
    odd = bool(tree.problems(Path()))  # then it tells of that, and nothing more is read
    if not odd and (chosen or not options.pages):
        notebooks = Notebooks(Path(), checks.settings(CONFIG), check.anchors, only=tuple(chosen))
        if chosen and options.ready:
            notebooks.run(_say if options.format == "text" else lambda _: None)
        else:
            notebooks.check()
        problems += notebooks.problems
    if not odd and not options.pages:
        problems += scripts.problems(Path("docs"))
    if options.ready and not odd:
        problems += ready.left_to_write([*pages, *(chosen if options.pages else sources(Path()))])
    if options.base is not None and not odd:
        try:
            problems += ready.ids_gone(options.base, pages)
        except ready.NoBase as fault:
            return _fail(str(fault))
    if problems or options.format == "json":
        _say(report(problems, options.format), error=options.format == "text", form=options.format)
        return int(bool(problems))
    if options.explain and (told := explain.explained(check.pages.values())):
        _say(told)
    count = len(pages) + len(chosen)
    said = f"{count} page{'' if count == 1 else 's'}, no problems"
    if whole:
        _keep("check", said)
    _say(said)
    return 0


_begun: dict[str, str] = {}  # the fingerprint of the project when a command began, by the command


def _known(command: str) -> str | None:
    """What the command came to when it last found the project as it is; None where that is not known."""
    from lessons.fingerprint import fingerprint, recall
    from lessons.page import tree

    _begun[command] = ""
    if tree.problems(Path()):  # where builds write, too, which is no part of the fingerprint
        return None
    _begun[command] = fingerprint(Path())
    return recall(command, _begun[command])


def _keep(command: str, outcome: str) -> None:
    """Keep what the command came to, unless somebody has edited a file meanwhile."""
    from lessons import fingerprint

    if fingerprint.fingerprint(Path()) == _begun[command]:
        fingerprint.keep(command, _begun[command], outcome)


def _new(options: argparse.Namespace) -> int:
    from lessons.authoring.new import CannotBegin, new

    try:
        written = new(Path.cwd(), options.slug, options.title)
    except CannotBegin as fault:
        return _fail(str(fault))
    for path in written:
        _say(f"wrote {path.relative_to(Path.cwd())}")
    _say("Replace every TODO, and look at it with `make serve`.")
    return 0


def _values(options: argparse.Namespace) -> int:
    from lessons.authoring import values
    from lessons.page import checks

    found = values.values(options.pages or checks.pages(Path("docs")))
    try:
        told = (
            values.diff(values.at(options.diff), found)
            if options.diff is not None
            else values.listed(found, options.format)
        )
    except values.NoBase as fault:
        return _fail(str(fault))
    _say(values.fenced(told) if options.format == "markdown" else told, form=options.format)
    return 0


def _build(options: argparse.Namespace) -> int:
    from lessons import store
    from lessons.publish import changes, chromium, digest

    browser = chromium.identity()
    if options.pdf and not browser:
        return _fail("printing the decks needs Chromium: `make pdf` installs it")
    printed = browser if options.pdf is not False else ""
    different: list[Path] = []
    if options.compare:
        different = store.compare()
    elif options.fresh:
        store.forget()
    site, command = _place(options.site), f"build {printed} {changes.of_all(Path())}"
    known = _known(command)
    if known is None or not digest.is_as_built(site, known):
        from lessons.publish.build import BuildFailed, build

        try:
            built = build(CONFIG.resolve(), site, decks=bool(printed), say=_say)
        except BuildFailed as fault:
            return _fail(f"{fault}\nThe site was not built; {options.site}/ is as it was.")
        if different:
            return _fail("\n".join(f"{path}: what was kept is not what is computed now" for path in different))
        _keep(command, built)
    _say(f"built {options.site}/")
    return 0


def _build_next(options: argparse.Namespace) -> int:
    from lessons.publish import chromium, zensical
    from lessons.publish.build import BuildFailed

    decks = chromium.browser() is not None
    try:
        zensical.build(CONFIG.resolve(), _place(options.site), decks=decks, say=_say)
    except BuildFailed as fault:
        return _fail(f"{fault}\nThe site was not built; {options.site}/ is as it was.")
    _say(f"built {options.site}/")
    return 0


def _sandbox(options: argparse.Namespace) -> int:
    from lessons.publish import sandbox
    from lessons.publish.build import BuildFailed, publish

    try:
        tree = options.tree.resolve()
        publish(_place(options.site), lambda fresh: _say(sandbox.build(tree, fresh)))
    except (sandbox.SandboxFailed, BuildFailed) as fault:
        return _fail(f"{fault}\nThe site was not built; {options.site}/ is as it was.")
    _say(f"built {options.site}/ in a sandbox")
    return 0


def _digest(options: argparse.Namespace) -> int:
    from lessons.publish import digest

    try:
        _say(digest.of(options.folder))
    except digest.NoSite as fault:
        return _fail(str(fault))
    return 0


def _verify(options: argparse.Namespace) -> int:
    from lessons.publish import digest

    try:
        faults = digest.verify(options.folder, Path("site"), options.digest)
        if not faults:
            _say(f"{options.folder}/ is whole and unaltered: {digest.of(options.folder)}")
            return 0
    except digest.NoSite as fault:
        return _fail(str(fault))
    count = "1 file is" if len(faults) == 1 else f"{len(faults)} files are"
    return _fail("\n".join([*faults, f"{options.folder}/ is not that site: {count} not as built"]))


def _notebooks(options: argparse.Namespace) -> int:
    from lessons.notebook import stage
    from lessons.notebook.pages import Notebooks
    from lessons.page import checks
    from lessons.problem import report

    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        _say(line)

    check = checks.Check(checks.pages(Path("docs")))
    notebooks = Notebooks(Path(), checks.settings(CONFIG), check.anchors)
    notebooks.run(say, options.jobs)
    if notebooks.problems:
        return _fail(f"{report(notebooks.problems)}\nNothing was staged; docs/notebooks/ is as it was.")
    stage.stage(Path(), notebooks.pages.values())
    if not said:
        _say("no notebook had to be run")
    if options.to == "markdown":
        for path in stage.export(Path.cwd(), options.folder):
            _say(f"wrote {path}")
    return 0


def _serve(options: argparse.Namespace) -> int:
    from lessons.publish.serve import PortTaken, serve

    try:
        serve(CONFIG.resolve(), options.port)
    except PortTaken as fault:
        return _fail(str(fault))
    return 0


def _say(text: str, *, error: bool = False, form: str = "text") -> None:
    """Print; nothing in it that a terminal would obey. JSON stays JSON where a terminal has few letters."""
    if form == "json" and not terminal.has_all(sys.stdout.encoding or "utf-8"):
        text = ascii_json(text)
    print(visible(text), file=sys.stderr if error else sys.stdout, flush=True)


def _place(site: Path) -> Path:
    """The whole path of a site, as it was named: what a link in it leads to is for `publish` to refuse."""
    return Path(os.path.abspath(site))  # noqa: PTH100


def _fail(message: str) -> int:
    _say(message, error=True)
    return 1
