"""Check whole pages and the site they make: every problem of every page in one run."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Set
from dataclasses import replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from lessons import bounds, git
from lessons.page import (
    blocks,
    cache,
    config,
    execute,
    extension,
    foreign,
    front_matter,
    glossary,
    grids,
    links,
    published,
    render,
    source,
    textfile,
    tree,
    variants,
)
from lessons.page.page import Link, Outline, Page
from lessons.page.source import Block, Heading, Source, Value
from lessons.page.typeset import Typeset
from lessons.problem import Location, Problem, nearest

BUILT_IN = ("toc", "tables", "fenced_code")  # the extensions that the site generator adds
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
    """Problems of these pages, and of what they share. Runs their snippets, see `execute`; writes nothing."""
    return Check(list(paths)).problems(twice=twice)


class Check:
    """One run over some pages. What the others hold (their ids, the places in them) is read where it is needed.

    `known`: pages that an earlier run of this process came to, by the address of what decides them.
    """

    def __init__(self, paths: list[Path], known: dict[str, Page] | None = None) -> None:
        self.paths = paths
        self.found: list[Problem] = []
        self.pages: dict[str, Page] = {}  # by path: those of the checked pages that have no problems of their own
        self.known: dict[str, Page] = {} if known is None else known
        self._outlines: dict[Path, Outline | None] = {}

    def problems(self, *, twice: bool) -> list[Problem]:
        """Every problem of the pages; where a link or a special file stands, of names only, and nothing is read."""
        if odd := tree.problems(self._docs.parent if self._docs else Path()):
            self._names()
            return [*odd, *self.found]
        told: dict[str, list[Problem]] = {}  # of what stands in each page
        keys: dict[str, str] = {}
        scanned: list[tuple[Source, dict[str, Any]]] = []
        written: dict[Path, bytes] = {}
        for path in self.paths:
            with bounds.reading(path.as_posix()):
                data, told[path.as_posix()] = _held(path)
                if data is None:
                    self._outlines[path] = None
                    continue
                written[path] = data
                keys[path.as_posix()] = cache.key(path, data, str(self._settings))
        self.known |= cache.load((key for key in keys.values() if key not in self.known), twice=twice)
        for path, data in written.items():
            if (kept := self.known.get(keys[path.as_posix()])) is not None:
                self.pages[path.as_posix()], self._outlines[path] = kept, kept.outline
                continue
            with bounds.reading(path.as_posix()):
                text, more, meta = self._read(path, data)
                faults = told[path.as_posix()]
                faults += more
                self._outlines[path] = links.outline(text) if text else None
                if text is not None:
                    faults += [*links.problems(text), *grids.problems(text)]
                    faults += [*_headings(text), *_outline(text), *_cards(text)]
                    faults += glossary.problems(text) if self._is_glossary(path) else []
                    scanned.append((text, meta))
        self._across(told)
        self._ids()
        self._names()
        if self._docs:
            self.found += [*config.problems(self._docs.parent / config.NAME), *self._nowhere()]
            self.found += published.problems(self._docs)
        self._committed()
        metas = {text.path: meta for text, meta in scanned}
        done = execute.run(
            [text for text, _ in scanned],
            lambda text, typeset: self._render(text, typeset, metas[text.path]) if not told[text.path] else None,
            twice=twice,
        )
        for (text, _), made in zip(scanned, done, strict=True):
            if made.result is not None and not made.problems:
                self.pages[text.path] = self.known[keys[text.path]] = made.result
                cache.save(keys[text.path], made.result, twice=twice)
        found = [problem for faults in told.values() for problem in faults]
        return [*found, *self.found, *(problem for made in done for problem in made.problems)]

    def _render(self, text: Source, typeset: Typeset, meta: dict[str, Any]) -> Page | None:
        """The page, or None where it has problems; those that only a conversion finds are added to its others."""
        page = self._rendered(text, typeset, meta, self._settings)
        if page is None:
            return None

        def exercise(text: Source, typeset: Typeset) -> Page | None:
            return self._rendered(text, typeset, meta, alone)

        alone = replace(self._settings, terms=())
        page, problems = variants.varied(page, text, typeset, exercise, str(alone))
        typeset.problems += problems
        return page

    def _rendered(self, text: Source, typeset: Typeset, meta: dict[str, Any], settings: render.Settings) -> Page | None:
        if typeset.problems:
            return None
        path = Path(text.path)
        ours = self._docs is not None and path.is_relative_to(self._docs)
        within = PurePosixPath(path.relative_to(self._docs) if self._docs and ours else path)
        outline = self._outlines[path]
        assert outline is not None
        with bounds.reading(text.path):
            try:
                return render.render(
                    text,
                    typeset,
                    address=published.address(within),
                    meta=meta,
                    outline=outline,
                    settings=settings,
                    within=within.as_posix(),
                )
            except extension.LessonError as refused:
                typeset.problems += refused.problems
            except RecursionError:
                deep = Problem(text.location(0), "L015", "this page is nested too deeply", "put less into each other")
                typeset.problems.append(deep)
        return None

    def _is_glossary(self, path: Path) -> bool:
        return self._docs is not None and path == self._docs / glossary.FILE

    @cached_property
    def _settings(self) -> render.Settings:
        """How Markdown is converted: as mkdocs.yml says."""
        return settings(self._docs.parent / config.NAME if self._docs else None)

    def _across(self, told: dict[str, list[Problem]]) -> None:
        """What is wrong between pages: links, and pages that nav does not name."""
        for path in self.paths:
            outline = self._outline(path)
            if outline is None:
                continue
            docs = self._docs if self._docs and path.is_relative_to(self._docs) else None
            told[path.as_posix()] += links.unresolved(outline.links, path, self.anchors, docs)
            self.found += self._nav(path)

    def _tell(self, path: Path, code: str, message: str, repair: str, line: int = 1, column: int = 1) -> None:
        self.found.append(Problem(Location(path.as_posix(), line, column), code, message, repair))

    def _outline(self, path: Path) -> Outline | None:
        """What a page tells others of itself; None where it cannot be read."""
        if path not in self._outlines:
            with bounds.reading(path.as_posix()):
                self._outlines[path] = self._looked_up(path)
        return self._outlines[path]

    def _looked_up(self, path: Path) -> Outline | None:
        written, _ = _held(path)
        if written is None:
            return None
        key = cache.key(path, written, str(self._settings))
        if (kept := self.known.get(key) or cache.load([key], twice=False).get(key)) is not None:
            return kept.outline
        text, _, _ = self._read(path, written)
        return links.outline(text) if text else None

    def _read(self, path: Path, written: bytes) -> tuple[Source | None, list[Problem], dict[str, Any]]:
        """A page scanned, what is wrong with its text, and its front matter."""
        decoded, problems = textfile.decoded(path, written)
        if decoded is None:
            return None, problems, {}
        text = source.normalize(decoded)
        scanned = source.read(path.as_posix(), text)
        problems += [*textfile.control(scanned.path, text), *foreign.tabs(scanned, decoded.removeprefix("\ufeff"))]
        if not scanned.text.strip():
            where = Location(path.as_posix())
            problems.append(Problem(where, "L004", "the page is empty", "write it, or delete the file"))
        problems += front_matter.problems(scanned.path, decoded)
        meta, _ = front_matter.read(scanned.path, source.split_front_matter(text)[0])
        problems += _named_alike(scanned, meta.get("title"))
        return scanned, problems, meta

    def anchors(self, file: Path) -> Set[str] | None:
        """The places a link into a file may name; None where there is no such file."""
        if file.suffix == ".ipynb" and file.parent.name == NOTEBOOKS:
            return frozenset() if (file.parents[2] / NOTEBOOKS / f"{file.stem}.py").is_file() else None
        if not file.is_file():
            return None
        if self._docs and file.is_relative_to(self._docs / tree.DECISIONS):  # which the site does not publish
            return None
        outline = self._outline(file) if file.suffix == ".md" else None
        return outline.anchors if outline else frozenset()

    def _ids(self) -> None:
        """L105 across pages: also against pages that are not checked in this run."""
        first_use: dict[str, Location] = {}
        checked = {path.as_posix() for path in self.paths}
        pages = sorted({*self.paths, *self._siblings}, key=self._age)
        for outline in filter(None, map(self._outline, pages)):
            for identifier, where in outline.ids:
                first = first_use.setdefault(identifier, where)
                if first.path == where.path or not checked & {first.path, where.path}:
                    continue
                here, there = (where, first) if where.path in checked else (first, where)
                repair = f"choose another: {there} has it, and ids are unique in the whole site"
                self.found.append(Problem(here, "L105", f"the id {identifier!r} is used twice", repair))

    def _age(self, path: Path) -> tuple[bool, int, str]:
        """Older pages first: those that are committed, then in nav's order, in which `lessons new` puts a page last."""
        name = path.relative_to(self._docs).as_posix() if self._docs and path.is_relative_to(self._docs) else ""
        order = {entry.target: number for number, entry in enumerate(self._entries)}
        return name not in self._tracked, order.get(name, len(order)), path.as_posix()

    @cached_property
    def _tracked(self) -> set[str]:
        """The pages that are committed; none where there is no repository."""
        if self._docs is None:
            return set()
        try:
            return {name.removeprefix("docs/") for name in git.tracked(self._docs.parent, "docs")}
        except git.GitFailed:
            return set()

    @cached_property
    def _docs(self) -> Path | None:
        """The folder of the site's pages that the checked ones lie in."""
        above = self.paths[0].parents if self.paths else (Path("docs"),)
        return next((f for f in above if f.name == "docs" and (f.parent / config.NAME).is_file()), None)

    @cached_property
    def _siblings(self) -> list[Path]:
        return pages(self._docs) if self._docs else []

    @cached_property
    def _entries(self) -> list[Link]:
        """What `nav:` names."""
        return config.nav(self._docs.parent / config.NAME) if self._docs else []

    @cached_property
    def _listed(self) -> set[str]:
        """The files that `nav:` names, or means: what it names in other words is told there."""
        named = {entry.target for entry in self._entries}
        meant = (self._meant(entry.target) for entry in self._entries if self._leads_nowhere(entry.target))
        run_on = (name for entry in named for name in (*entry.split(), entry.partition(":")[2]))  # which `config` tells
        return named | set(filter(None, (*meant, *run_on)))

    @cached_property
    def _places(self) -> list[str]:
        """The pages that nav can name: those of docs/, and the notebooks'."""
        if self._docs is None:
            return []
        own = [path.relative_to(self._docs).as_posix() for path in self._siblings]
        return own + [f"{NOTEBOOKS}/{path.stem}.ipynb" for path in sorted(self._notebooks)]

    @property
    def _notebooks(self) -> list[Path]:
        return sorted((self._docs.parent / NOTEBOOKS).glob("*.py")) if self._docs else []

    def _leads_nowhere(self, target: str) -> bool:
        if target.endswith(".ipynb") and self._docs and not (self._docs.parent / NOTEBOOKS).is_dir():
            return False  # pages that were copied without their notebooks
        return " - " not in target and not re.match(r"[^/]+:", target) and target not in self._places

    def _meant(self, target: str) -> str:
        """The page that an entry of nav means, which is none as it stands; empty where nobody knows."""
        plain = re.sub(r"^(?:\./|/|docs/)+|(?:\.\w+|/)$", "", target)
        for name in (f"{plain}.md", f"{plain}.ipynb", f"{plain}/index.md", f"{NOTEBOOKS}/{plain}.ipynb"):
            if name in self._places:
                return name
        same = [name for name in self._places if PurePosixPath(name).stem == PurePosixPath(plain).name.lower()]
        named = {entry.target for entry in self._entries}
        left = [name for name in self._places if name not in named]
        close = difflib.get_close_matches(target, left, n=1, cutoff=0.6)
        return same[0] if len(same) == 1 else close[0] if close else ""

    def _nowhere(self) -> Iterable[Problem]:
        """L602 of entries of nav that lead to no page, L008 of notebooks to which none leads."""
        for entry in self._entries:
            if self._leads_nowhere(entry.target):
                meant = self._meant(entry.target)
                repair = f"write {meant}" if meant else "delete it, or write the path of its page as seen from docs/"
                yield Problem(entry.where, "L602", f"{entry.target!r} of nav leads to no page", repair)
        for path in self._notebooks if self._listed and {*self.paths} >= {*self._siblings} else ():
            name = f"{NOTEBOOKS}/{path.stem}.ipynb"
            if name not in self._listed:
                repair = f"add a line under nav: in mkdocs.yml, such as `- Its title: {name}`"
                yield Problem(Location(path.as_posix()), "L008", "no entry of nav leads to this notebook", repair)

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


def settings(config_file: Path | None) -> render.Settings:
    """How pages are converted: as `config_file` says, with the printed deck on offer, which a build may take away, and
    with the terms of the glossary beside it.
    """
    said = config.markdown_extensions(config_file) if config_file else None
    if said is None:
        return render.Settings()
    lessons = {"lessons": said[1].get("lessons", {}) | {"deck_pdf": True}}
    terms = glossary.terms(config_file.parent / "docs") if config_file else ()
    return render.Settings((*BUILT_IN, *said[0]), said[1] | lessons, terms)


def _held(path: Path) -> tuple[bytes | None, list[Problem]]:
    """What a page's file holds, None where it cannot be read, and why."""
    if fault := too_much(path) or _unreadable(path):
        return None, [Problem(Location(path.as_posix()), *fault)]
    return textfile.bytes_of(path)


def _headings(text: Source) -> Iterable[Problem]:
    taken, headings = links.block_ids(text), text.of(Heading)
    for heading in headings:
        identifier = links.given_id(heading)
        if identifier and identifier in taken:
            repair = "give one of them another: ## Words { #another-id }"
            where = text.location(heading.start)
            yield Problem(where, "L114", f"the heading id {identifier!r} is used twice", repair)
        taken.add(identifier)
    named = [heading for heading in headings if "{python}" in heading.text and not links.given_id(heading)]
    for value in text.of(Value) if named else ():
        if any(heading.start <= value.start < heading.end for heading in named):
            repair = "say it in words, or give the heading an id that stays: ## Words { #short-name }"
            yield Problem(
                text.location(value.start), "L302", "a value in a heading, whose link it would change", repair
            )


MOST_WORDS = 120  # of a card's back: what a card of A6 holds


def _cards(text: Source) -> Iterable[Problem]:
    """L121: a back that no card holds."""
    for block in text.of(Block):
        words = len(text.text[block.body.start : block.body.end].split())
        if block.name == blocks.Flashcard.NAME and words > MOST_WORDS:
            repair = f"make two cards of it, or an in-depth note: a back has at most {MOST_WORDS} words"
            yield Problem(text.location(block.start), "L121", f"the back of this card has {words} words", repair)


def _outline(text: Source) -> Iterable[Problem]:
    """L120: one heading of the first level, and none below another that skips a level: readers jump along them."""
    level, first = 1, 0
    for heading in text.of(Heading):
        where, signs = text.location(heading.start), "#" * (level + 1)
        if heading.level == 1 and first:
            message = f"a second heading of the first level: the title stands at line {first}"
            yield Problem(where, "L120", message, f"write `## {heading.text}`")
        elif heading.level > level + 1:
            above = f"one of level {level}" if level > 1 or first else "the title"
            message = f"a heading of level {heading.level} right below {above}"
            yield Problem(where, "L120", message, f"write `{signs} {heading.text}`")
        if heading.level > 1:
            level = min(heading.level, level + 1)
        else:
            level, first = (2, first) if first else (1, where.line)  # as after the repair


def _named_alike(text: Source, title: object) -> Iterable[Problem]:
    """L120 of a page's first heading: a reader who follows its title must know that it is the page."""
    heading = next((one for one in text.of(Heading) if one.level == 1), None)
    if heading is None or not isinstance(title, str) or Path(text.path).stem == "index":  # which may welcome
        return
    ours, theirs = (set(re.findall(r"[^\W_]{2,}", words.casefold())) for words in (heading.text, title))
    if ours and theirs and not (ours <= theirs or theirs <= ours):
        message = f"the heading is not the title: {title!r}"
        repair = "give the page one name, here and in the front matter; one of the two may say more"
        yield Problem(text.location(heading.start), "L120", message, repair)


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
