"""Check whole pages and the site they make: every problem of every page in one run."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from lessons.page import apart, files, links, nav, rules, source
from lessons.page.evaluate import Evaluated
from lessons.page.problem import Location, Problem, nearest
from lessons.page.source import Heading, Source

MADE = (".cache", "docs/notebooks")  # where builds keep what they computed
NOTEBOOKS = "notebooks"  # under docs/: staged there from the folder of that name beside docs/
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def pages(docs: Path) -> list[Path]:
    """The Markdown files of the site, in a fixed order. Broken links are listed too, to be told of."""
    return sorted(path for path in docs.rglob("*.md") if not path.name.startswith("."))


def text(path: Path) -> str:
    """A page's text, for those who look into it and leave its faults to the check; empty where it cannot be read."""
    try:
        return "" if files.irregular(path) else path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def check(paths: Iterable[Path], *, twice: bool = True, docs: Path | None = None) -> list[Problem]:
    """Problems of these pages, and of what they share. Runs their snippets, see `apart`; writes nothing.

    `docs`: the folder of the site's pages, for a site that has none.
    """
    return Check(list(paths), docs).problems(twice=twice)


class Check:
    """One run over some pages. What the others hold (their ids, the places in them) is read where it is needed."""

    def __init__(self, paths: list[Path], docs: Path | None = None) -> None:
        self.paths = paths
        self._given = docs
        self.found: list[Problem] = []
        self.evaluated: dict[str, Evaluated] = {}  # by path; for whoever renders the pages after the check
        self._read: dict[Path, Source | None] = {}

    def problems(self, *, twice: bool) -> list[Problem]:
        """Every problem of the pages."""
        scanned = [page for path in self.paths if (page := self._page(path, tell=True)) is not None]
        for page in scanned:
            path = Path(page.path)
            docs = self._docs if self._docs and path.is_relative_to(self._docs) else None
            self.found += links.problems(page, path, self._anchors, docs)
            self.found += self._headings(page)
            self.found += self._nav(path)
        self._ids(scanned)
        self._names()
        if self._docs:
            self.found += nav.problems(self._docs.parent / "mkdocs.yml")
            self.found += files.problems(self._docs)
        self._links_of_the_system()
        self._committed()
        self.evaluated = dict(zip((page.path for page in scanned), apart.evaluated(scanned, twice=twice), strict=True))
        return [*self.found, *(problem for page in self.evaluated.values() for problem in page.problems)]

    def _tell(self, path: Path, code: str, message: str, repair: str, line: int = 1, column: int = 1) -> None:
        self.found.append(Problem(Location(path.as_posix(), line, column), code, message, repair))

    def _page(self, path: Path, *, tell: bool = False) -> Source | None:
        """A page, scanned once; None where it cannot be read. `tell`: its own faults are problems of this run."""
        if path not in self._read or tell:
            self._read[path] = self._scan(path, tell)
        return self._read[path]

    def _scan(self, path: Path, tell: bool) -> Source | None:
        fault = _unreadable(path)
        if fault is not None:
            if tell:
                self._tell(path, *fault)
            return None
        try:
            data = path.read_bytes()
        except OSError as wrong:
            if tell:
                repair = "let whoever builds the site read it"
                self._tell(path, "L013", f"the file cannot be read: {wrong.strerror}", repair)
            return None
        try:
            written = data.decode("utf-8")
        except UnicodeDecodeError as wrong:
            line = data.count(b"\n", 0, wrong.start) + 1
            if tell:
                self._tell(path, "L005", "the file is not UTF-8 text", "save it as UTF-8", line)
            return None
        text = source.normalize(written)
        page = source.read(path.as_posix(), text)
        if tell:
            self._text(path, text, page)
            self.found += rules.front_matter(page.path, written)
        return page

    def _text(self, path: Path, text: str, page: Source) -> None:
        for match in _CONTROL.finditer(text):
            line, column = text.count("\n", 0, match.start()) + 1, match.start() - text.rfind("\n", 0, match.start())
            message = f"the control character U+{ord(match[0]):04X}"
            self._tell(path, "L006", message, "delete it: no browser shows it", line, column)
        if not page.text.strip():
            self._tell(path, "L004", "the page is empty", "write it, or delete the file")

    def _anchors(self, file: Path) -> set[str] | None:
        """The places a link into a file may name; None where there is no such file."""
        if file.suffix == ".ipynb" and file.parent.name == NOTEBOOKS:
            return set() if (file.parents[2] / NOTEBOOKS / f"{file.stem}.py").is_file() else None
        if not file.is_file():
            return None
        page = self._page(file) if file.suffix == ".md" else None
        return links.anchors(page) if page else set()

    def _headings(self, page: Source) -> Iterable[Problem]:
        taken = links.block_ids(page)
        for heading in page.of(Heading):
            identifier = links.given_id(heading)
            if identifier and identifier in taken:
                repair = "give one of them another: ## Words { #another-id }"
                where = page.location(heading.start)
                yield Problem(where, "L114", f"the heading id {identifier!r} is used twice", repair)
            taken.add(identifier)

    def _ids(self, scanned: list[Source]) -> None:
        """L105 across pages: also against pages that are not checked in this run."""
        first_use: dict[str, Location] = {}
        checked = {page.path for page in scanned}
        others = [page for path in self._siblings if path.as_posix() not in checked and (page := self._page(path))]
        for page in [*scanned, *others]:
            for identifier, where in rules.written_ids(page):
                first = first_use.setdefault(identifier, where)
                if first.path == where.path or not checked & {first.path, where.path}:
                    continue
                here, there = (where, first) if where.path in checked else (first, where)
                repair = f"choose another: {there} has it, and ids are unique in the whole site"
                self.found.append(Problem(here, "L105", f"the id {identifier!r} is used twice", repair))

    @cached_property
    def _docs(self) -> Path | None:
        """The folder of the site's pages that the checked ones lie in."""
        above = self.paths[0].parents if self.paths else filter(None, [self._given])
        return next((f for f in above if f.name == "docs" and (f.parent / "mkdocs.yml").is_file()), None)

    @cached_property
    def _siblings(self) -> list[Path]:
        return pages(self._docs) if self._docs else []

    @cached_property
    def _listed(self) -> set[str]:
        """The files that `nav:` names. Read as text: the file holds tags that only the site generator knows."""
        config = self._docs.parent / "mkdocs.yml" if self._docs else None
        text = config.read_text(encoding="utf-8") if config else ""
        nav = re.search(r"(?ms)^nav:\n(.*?)(?=^\S|\Z)", text)
        return set(re.findall(r"[\w./-]+\.(?:md|ipynb)\b", nav[1])) if nav else set()

    def _nav(self, path: Path) -> Iterable[Problem]:
        if self._docs is None or not self._listed or not path.is_relative_to(self._docs):
            return
        name = path.relative_to(self._docs).as_posix()
        if name not in self._listed:
            repair = f"add a line under nav: in mkdocs.yml, such as `- Its title: {name}`"
            yield Problem(Location(path.as_posix()), "L008", "no entry of nav leads to this page", repair)

    def _names(self) -> None:
        seen: dict[str, Path] = {}
        for path in sorted({*self.paths, *self._siblings}):
            other = seen.setdefault(path.as_posix().casefold(), path)
            if other != path:
                message = f"the name differs from {other.name} only in case"
                self._tell(path, "L010", message, "rename one: some systems take them for one file")

    def _links_of_the_system(self) -> None:
        """L009 for all that is no page: the site generator would publish what a link leads to, folders and all."""
        for path in sorted(self._docs.rglob("[!.]*")) if self._docs else ():
            if path.is_symlink() and path not in self.paths and (fault := _unreadable(path)):
                self._tell(path, *fault)

    def _committed(self) -> None:
        """L011: results that were not computed here."""
        if self._docs is None:
            return
        command = ["git", "-C", str(self._docs.parent), "ls-files", "-z", "--", *MADE]
        try:
            listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):  # no git, or no repository
            return
        for name in filter(None, listed.split("\0")):
            repair = f"take it out of the commit: git rm --cached {name}"
            self._tell(self._docs.parent / name, "L011", "only a build may write this file", repair)


def _unreadable(path: Path) -> tuple[str, str, str] | None:
    """(code, message, repair) where a file may not or cannot be read."""
    if path.is_symlink() or any(folder.is_symlink() for folder in path.parents):
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):
            return "L009", "the symbolic link leads nowhere, or round in a circle", "put the file itself here"
        if Path.cwd() not in target.parents:
            return "L009", "the symbolic link leads out of the project", "put the file itself here"
        if path.is_symlink() and target.is_dir():
            return "L009", "the symbolic link leads to a folder", "put the folder itself here"
    if irregular := files.irregular(path):
        return irregular
    if not path.is_file():
        return "L602", "there is no such page", nearest(path.name, [p.name for p in path.parent.glob("*.md")] or ["…"])
    return None
