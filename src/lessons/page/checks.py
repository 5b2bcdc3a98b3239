"""Check whole pages and the site they make: every problem of every page in one run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from lessons import bounds, git
from lessons.page import apart, config, extension, links, published, rules, source, textfile, tree
from lessons.page.evaluate import Evaluated
from lessons.page.problem import Location, Problem, nearest
from lessons.page.source import Heading, Source

NOTEBOOKS = "notebooks"  # under docs/: staged there from the folder of that name beside docs/


def pages(docs: Path) -> list[Path]:
    """The Markdown files of the site, in a fixed order; none behind a link."""
    if docs.is_symlink():
        return []
    found = (path for path in tree.below(docs) if path.suffix == ".md" and not path.name.startswith("."))
    return sorted(path for path in found if not path.is_relative_to(docs / tree.DECISIONS))


def text(path: Path) -> str:
    """A page's text, for those who look into it and leave its faults to the check; empty where it cannot be read."""
    try:
        return "" if _unreadable(path) else textfile.held(path).decode(errors="replace")
    except OSError:
        return ""


def check(paths: Iterable[Path], *, twice: bool = True) -> list[Problem]:
    """Problems of these pages, and of what they share. Runs their snippets, see `apart`; writes nothing."""
    return Check(list(paths)).problems(twice=twice)


class Check:
    """One run over some pages. What the others hold (their ids, the places in them) is read where it is needed."""

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths
        self.found: list[Problem] = []
        self.evaluated: dict[str, Evaluated] = {}  # by path; for whoever renders the pages after the check
        self._read: dict[Path, Source | None] = {}

    def problems(self, *, twice: bool) -> list[Problem]:
        """Every problem of the pages; where a link or a special file stands, of names only, and nothing is read."""
        if odd := tree.problems(self._docs.parent if self._docs else Path()):
            self._names()
            return [*odd, *self.found]
        scanned = [page for path in self.paths if (page := self._page(path, tell=True)) is not None]
        for page in scanned:
            path = Path(page.path)
            docs = self._docs if self._docs and path.is_relative_to(self._docs) else None
            with bounds.reading(page.path):
                self.found += links.problems(page, path, self._anchors, docs)
                self.found += self._headings(page)
            self.found += self._nav(path)
        self._ids(scanned)
        self._names()
        if self._docs:
            self.found += config.problems(self._docs.parent / config.NAME)
            self.found += published.problems(self._docs)
        self._committed()
        found = apart.evaluated(scanned, twice=twice, convert=self._faults)
        self.evaluated = dict(zip((page.path for page in scanned), found, strict=True))
        return [*self.found, *(problem for page in found for problem in page.problems)]

    def _faults(self, page: Source, evaluated: Evaluated) -> list[Problem] | None:
        """What only a conversion finds, of a page that is right so far: otherwise it finds the same in other words."""
        if any(problem.location.path == page.path for problem in self.found):
            return None
        with bounds.reading(page.path):
            return extension.faults(page, evaluated)

    def _tell(self, path: Path, code: str, message: str, repair: str, line: int = 1, column: int = 1) -> None:
        self.found.append(Problem(Location(path.as_posix(), line, column), code, message, repair))

    def _page(self, path: Path, *, tell: bool = False) -> Source | None:
        """A page, scanned once; None where it cannot be read. `tell`: its own faults are problems of this run."""
        if path not in self._read or tell:
            with bounds.reading(path.as_posix()):
                self._read[path] = self._scan(path, tell)
        return self._read[path]

    def _scan(self, path: Path, tell: bool) -> Source | None:
        fault = too_much(path) or _unreadable(path)
        if fault is not None:
            if tell:
                self._tell(path, *fault)
            return None
        written, problems = textfile.read(path)
        if tell:
            self.found += problems
        if written is None:
            return None
        text = source.normalize(written)
        page = source.read(path.as_posix(), text)
        if tell:
            self._text(path, text, page)
            self.found += rules.front_matter(page.path, written)
        return page

    def _text(self, path: Path, text: str, page: Source) -> None:
        self.found += textfile.control(page.path, text)
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
        above = self.paths[0].parents if self.paths else (Path("docs"),)
        return next((f for f in above if f.name == "docs" and (f.parent / config.NAME).is_file()), None)

    @cached_property
    def _siblings(self) -> list[Path]:
        return pages(self._docs) if self._docs else []

    @cached_property
    def _listed(self) -> set[str]:
        """The files that `nav:` names."""
        return config.listed(self._docs.parent / config.NAME) if self._docs else set()

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
        for path in sorted({*self.paths, *(tree.below(self._docs) if self._docs else ())}):
            self.found += textfile.name(path)

    def _committed(self) -> None:
        """L011: results that were not computed here."""
        if self._docs is None:
            return
        try:
            committed = git.tracked(self._docs.parent, *tree.MADE)
        except git.GitFailed:  # no git, or no repository
            return
        for name in committed:
            repair = f"take it out of the commit: git rm --cached {name}"
            self._tell(self._docs.parent / name, "L011", "only a build may write this file", repair)


def too_much(path: Path) -> tuple[str, str, str] | None:
    """(code, message, repair) where an earlier attempt of this run to read a file took too much."""
    if taken := bounds.exceeded(path.as_posix()):
        return "L015", f"to read this file takes {taken}", "make it simpler: fewer things in each other, shorter lines"
    return None


def _unreadable(path: Path) -> tuple[str, str, str] | None:
    """(code, message, repair) where a file may not or cannot be read."""
    # Of a page that is none of the site's, too: `tree` has looked at those that are.
    if os.path.lexists(path) and (fault := tree.odd(path, path.lstat().st_mode)):
        return "L009", *fault
    if any(folder.is_symlink() for folder in path.parents) and Path.cwd() not in path.resolve().parents:
        return "L009", "the symbolic link leads out of the project", "put the file itself here"
    if not path.exists():
        return "L602", "there is no such page", nearest(path.name, [p.name for p in path.parent.glob("*.md")] or ["…"])
    return None
