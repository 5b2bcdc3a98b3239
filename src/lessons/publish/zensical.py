"""The same sources built with Zensical, which follows Material for MkDocs: `lessons build-next`.

Zensical reads `mkdocs.yml` and runs the same Markdown extensions, but passes in silence over hooks, unknown plugins
and entries of `nav:` that have no page. So it gets a project of its own, in which notebooks are Markdown, and what
it makes of that is looked through before it becomes a site. See docs/decisions/after-material.md.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from mkdocs.utils.yaml import yaml_load

from lessons import scratch
from lessons.notebook import stage
from lessons.page import checks, links, source, tree
from lessons.page.markup import words
from lessons.page.page import Page
from lessons.page.published import ASSETS
from lessons.problem import report
from lessons.publish import fonts, frame, offline, page_scripts, practice, review, scripts, styles
from lessons.publish.build import BuildFailed, print_decks, publish
from lessons.publish.project import Project, Say
from lessons.publish.site import LANGUAGES

SEARCH = "search"  # the only plugin of ours that Zensical knows
NOTEBOOK_LINKS = "lessons.notebook.markdown_links"
VARIANT = "classic"  # Material's look, which docs/assets/lesson.css dresses; "modern" is another design

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_RAISED = re.compile(r"(?ms)^RuntimeError: (.*?)\s*(?=^Traceback|\Z)")
_DOWNLOAD = re.compile(r'(<a href=")\.\./([\w.-]+" download)')
_ARTICLE = re.compile(r"(?s)<article.*</article>")
_CODE = re.compile(r"(?s)<(pre|code)\b.*?</\1>")
_RAW = re.compile(r"///[^<\n]*|\{python\}[^<\n]*")


def build(config_file: Path, site: Path, *, decks: bool, say: Say = print) -> None:
    """Build the project's site with Zensical, whole or not at all. Raises BuildFailed with every problem found."""
    if tree.problems(config_file.parent):  # then no place in it is safe to write to
        raise BuildFailed(report(checks.check(checks.pages(config_file.parent / "docs"))))

    def write(fresh: Path) -> None:
        project = Project(config_file.parent)
        if problems := project.update(say):
            raise BuildFailed(report(problems))
        os.environ["LESSONS_DECK_PDF"] = "true" if decks else "false"  # read by mkdocs.yml
        generate(config_file, fresh)
        try:
            _dress(fresh, project.pages)
        except frame.Unknown as fault:
            raise BuildFailed(str(fault)) from None
        for address, data in (print_decks(project.docs, project.pages) if decks else {}).items():
            (fresh / address).write_bytes(data)

    publish(site, write)


def _dress(site: Path, made: Sequence[Page]) -> None:
    """Give the site its mathematics' fonts, and its pages their scripts and what these ask for; cut its stylesheets to
    what its pages and scripts name.
    """
    beside = {page.beside(name): text for page in made for name, text in practice.files(page).items()}
    added = {address: text.encode() for address, text in {**beside, **review.files(made)}.items()}
    added |= {**fonts.written(fonts.union(made)), scripts.ENGINE: scripts.engine()}
    for address, data in added.items():
        (site / address).parent.mkdir(parents=True, exist_ok=True)
        (site / address).write_bytes(data)
    shutil.rmtree(site / LANGUAGES, ignore_errors=True)
    pages = {path: frame.finished(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    reviewed = review.place(made)
    tags = {site / page.address: page_scripts.tags(page, reviewed) for page in made}
    linked = frame.common(sheets for _, sheets in pages.values())
    ours = [site / "assets" / name for name in ASSETS if name.endswith(".js")]
    found = {address: _text(site / address) for address in linked}
    found = {address: frame.relocated(text, address.rpartition("/")[0]) for address, text in found.items()}
    named = frozenset().union(*(words(text) for text, _ in pages.values()))
    for path in [*site.rglob("*.css")]:
        if path.name != review.STYLES:
            path.unlink()
    (site / "assets").mkdir(exist_ok=True)
    for name, text in zip(
        (frame.SCREEN, frame.PRINT), styles.written(found, named, "\n".join(map(_text, ours))), strict=True
    ):
        (site / name).write_text(text, encoding="utf-8")
    for path in ours:
        if path.is_file():
            path.write_bytes(scripts.minified(f"docs/assets/{path.name}", path.read_bytes()))
    (site / offline.SCRIPT).unlink(missing_ok=True)  # there is no worker for it to ask
    for path, (text, _) in pages.items():
        path.write_text(frame.with_head(text, tags.get(path, "")), encoding="utf-8")


def _text(path: Path) -> str:
    """A file's text; nothing of one that is only linked, as the generators have it."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def generate(config_file: Path, site: Path) -> None:
    """Fill the folder `site`, whose pages are checked already: what their snippets gave is kept, and none runs here.

    Raises BuildFailed where Zensical stops or leaves something out.
    """
    if importlib.util.find_spec("zensical") is None:
        raise BuildFailed("Zensical is not installed here: `make build-next` installs it")
    with scratch.folder() as project:
        nav = lay_out(config_file, project)
        _run(project, config_file.parent)
        if faults := [*left_out(project / "docs", nav, project / "site")]:
            raise BuildFailed("\n".join(["Zensical left something out:", *faults]))
        shutil.copytree(project / "site", site, dirs_exist_ok=True)
    _lead_beside(site)


def lay_out(config_file: Path, project: Path) -> Any:
    """Write a project that Zensical understands into an empty folder. Returns its navigation."""
    docs, notebooks = config_file.parent / "docs", project / stage.STAGED

    def left(folder: str, names: list[str]) -> list[str]:
        ours = (docs / notebooks.name, docs / tree.DECISIONS)
        return [name for name in names if name.startswith(".") or Path(folder, name) in ours]

    shutil.copytree(docs, project / "docs", ignore=left)
    for page in stage.export(config_file.parent, notebooks):
        beside = page.with_suffix("") / f"{page.stem}.ipynb"  # where the page will be, and its link for download
        beside.parent.mkdir()
        page.with_suffix(".ipynb").rename(beside)
    with config_file.open(encoding="utf-8") as file:
        config = yaml_load(file)
    config.pop("exclude_docs", None)  # which Zensical does not know
    if "nav" in config:
        config["nav"] = _in_markdown(config["nav"] or [])
    config["plugins"] = [plugin for plugin in config.get("plugins", [SEARCH]) if SEARCH in plugin]
    config["markdown_extensions"] = [*config.get("markdown_extensions", []), NOTEBOOK_LINKS]
    theme = config.get("theme", {})
    config["theme"] = (theme if isinstance(theme, dict) else {"name": theme}) | {"variant": VARIANT}
    config["theme"].pop("custom_dir", None)  # mends Material's templates, and would spoil Zensical's
    (project / "mkdocs.yml").write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return config.get("nav", [])


def _in_markdown(nav: Any) -> Any:
    """The navigation with the notebooks' Markdown in their place."""
    if isinstance(nav, list):
        return [_in_markdown(entry) for entry in nav]
    if isinstance(nav, dict):
        return {title: _in_markdown(entry) for title, entry in nav.items()}
    return re.sub(r"\.ipynb$", ".md", nav)


def _run(project: Path, root: Path) -> None:
    """Run Zensical on a project, in the folder of the real one: there the extension finds what is kept of each page."""
    command = [sys.executable, "-P", "-m", "zensical", "build", "--strict", "--config-file", f"{project}/mkdocs.yml"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildFailed(_told(done.stderr))


def _told(errors: str) -> str:
    """What Zensical complains of, without its colours and its own call stack."""
    text = _COLOUR.sub("", errors).replace("No issues found\n", "")
    complaints, _, stack = text.partition("Traceback (most recent call last):\n")
    raised = _RAISED.search(stack)
    return "\n".join(filter(None, ["Zensical stopped:", complaints.strip(), raised[1] if raised else stack.strip()]))


def left_out(docs: Path, nav: Any, site: Path) -> Iterator[str]:
    """What stands in the sources and not in the built site, a line each."""
    for entry in _entries(nav):
        if not (docs / entry).is_file():
            yield f"mkdocs.yml: nav names {entry}, and there is no such page"
    for path in checks.pages(docs):
        name = path.relative_to(docs)
        page = site / (name.parent if name.stem == "index" else name.with_suffix("")) / "index.html"
        if not page.is_file():
            yield f"docs/{name.as_posix()}: no page was made of it"
            continue
        article = "".join(_ARTICLE.findall(page.read_text(encoding="utf-8")))
        for block in sorted(links.block_ids(source.read(name.as_posix(), path.read_text(encoding="utf-8")))):
            if f'id="{block}"' not in article:
                yield f"docs/{name.as_posix()}: {block} is not on its page"
        for raw in _RAW.findall(_CODE.sub("", article)):
            yield f"docs/{name.as_posix()}: published as it was written: {raw}"


def _entries(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
        return
    for entry in nav.values() if isinstance(nav, dict) else nav:
        yield from _entries(entry)


def _lead_beside(site: Path) -> None:
    """Links for download lead beside their page again: Zensical takes them as seen from the Markdown file."""
    for page in site.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        page.write_text(_DOWNLOAD.sub(r"\1\2", html), encoding="utf-8")
