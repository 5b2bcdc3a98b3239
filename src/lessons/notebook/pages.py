"""Notebooks as pages of the site: each is run where it has to be, and becomes a page like any other."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from lessons import bounds, parallel
from lessons.notebook import cache, execute, ipynb
from lessons.notebook.allowed import problems as unfit
from lessons.notebook.outputs import Outputs
from lessons.notebook.source import LESSON, Notebook, read
from lessons.page import cache as page_cache
from lessons.page import checks, links, mathml, published, textfile, tree
from lessons.page.page import Link, Outline, Page
from lessons.page.render import Settings, render
from lessons.page.source import scan
from lessons.page.typeset import typeset
from lessons.problem import Location, Problem, nearest
from lessons.visible import on_one_line

SOURCES = Path("notebooks")

Say = Callable[[str], None]


def sources(root: Path) -> list[Path]:
    """The files of the notebooks that a project has."""
    return [path.relative_to(root) for path in sorted((root / SOURCES).glob("*.py"))]


@dataclass
class Notebooks:
    """The notebooks of a project: the pages of those that are right, and what is wrong with the others.

    `known`: pages that an earlier run of this process came to, by the address of what decides them. `looked_through`:
    somebody has seen that no link and no special file stands in the tree.
    """

    root: Path
    settings: Settings
    anchors: links.Anchors  # the places on the site's pages
    known: dict[str, Page] = field(default_factory=dict)
    looked_through: bool = False
    only: tuple[Path, ...] = ()  # those to look at; all where it is empty
    pages: dict[str, Page] = field(default_factory=dict, init=False)  # by the author's file
    problems: list[Problem] = field(default_factory=list, init=False)
    _keys: dict[str, str] = field(default_factory=dict, init=False)

    def check(self) -> list[Notebook]:
        """Read all that has to be read. Returns the notebooks that are no pages yet; nothing is run."""
        if not self.looked_through:
            self.problems += tree.problems(self.root)
        written: dict[Path, bytes] = {}
        for path in [] if self.problems else self.only or sources(self.root):
            if (data := self._held(path)) is not None:
                written[path] = data
                self._keys[path.as_posix()] = page_cache.key(path, data, str(self.settings))
        self.known |= page_cache.load((key for key in self._keys.values() if key not in self.known), twice=True)
        texts = {path: text for path, data in written.items() if (text := self._text(path, data)) is not None}
        found = []
        for notebook, faults in parallel.shared(_read, list(texts.items())):
            self.problems += [*faults, *self._unresolved(notebook.path, notebook.header + notebook.links)]
            found.append(notebook)
        return found

    def run(self, say: Say, jobs: int = 0) -> None:
        """Make every notebook a page. What was run is kept, so that a run that is cut short goes on where it was.

        With a problem nothing is run.
        """
        found = self.check()
        if self.problems:
            return
        addresses = {notebook.slug: cache.key(notebook) for notebook in found}
        outputs = {slug: kept for slug, address in addresses.items() if (kept := cache.load(address)) is not None}
        missing = [notebook for notebook in found if notebook.slug not in outputs]
        ready = len(self.pages)

        def finished(notebook: Notebook, result: Outputs, seconds: float) -> None:
            outputs[notebook.slug] = _from_anywhere(result, self.root)
            cache.save(addresses[notebook.slug], outputs[notebook.slug])
            done, of = ready + len(outputs), ready + len(found)
            say(f"ran {on_one_line(notebook.path.as_posix())} in {seconds:.1f} s ({done} of {of} ready)")

        def started(notebook: Notebook) -> None:
            say(f"running {on_one_line(notebook.path.as_posix())}")

        self.problems += execute.execute(missing, finished, started, jobs)
        ran = [notebook for notebook in found if notebook.slug in outputs]

        def made(notebook: Notebook) -> tuple[list[Problem], Page | None]:
            with bounds.reading(notebook.path.as_posix()):
                # Of what was kept, too: what a page may have is not decided by what a cell does.
                if faults := list(unfit(notebook, outputs[notebook.slug])):
                    return faults, None
                return [], _page(notebook, outputs[notebook.slug], self.settings)

        for notebook, (faults, one) in zip(ran, parallel.shared(made, ran, mathml.learned, mathml.learn), strict=True):
            self.problems += faults
            if one is not None:
                name = notebook.path.as_posix()
                self.pages[name] = self.known[self._keys[name]] = one
                page_cache.save(self._keys[name], one, twice=True)
        if ran:
            mathml.remember()

    def _held(self, path: Path) -> bytes | None:
        """What the file of a notebook holds."""
        name = path.as_posix()
        if fault := checks.too_much(path):
            self.problems.append(Problem(Location(name), *fault))
            return None
        self.problems += textfile.name(path)
        if named := published.wrong_name(path.name):
            self.problems.append(Problem(Location(name), *named))
        data, faults = textfile.bytes_of(self.root / path)
        self._tell(path, faults)
        return data

    def _tell(self, path: Path, faults: list[Problem]) -> None:
        self.problems += [replace(one, location=replace(one.location, path=path.as_posix())) for one in faults]

    def _text(self, path: Path, data: bytes) -> str | None:
        """The text of a notebook that is no page yet; None of one that is, or that is no text."""
        if (kept := self.known.get(self._keys[path.as_posix()])) is not None:
            self.pages[path.as_posix()] = kept
            self.problems += self._unresolved(path, kept.outline.links)
            return None
        text, faults = textfile.decoded(path, data)
        self._tell(path, faults)
        return text

    def _unresolved(self, path: Path, found: tuple[Link, ...]) -> Iterator[Problem]:
        """Where its links lead: as seen from its page. And its header, to its lesson."""
        for link in found:
            if link.target.startswith(LESSON):
                lesson = link.target.removeprefix(LESSON)
                names = [page.relative_to("docs").as_posix() for page in checks.pages(Path("docs"))]
                same = [name for name in names if Path(name).stem == Path(lesson).stem]
                if lesson not in names:
                    repair = f"write `lesson: {same[0]}`" if len(same) == 1 else nearest(lesson, names)
                    message = f"the header names the lesson {lesson!r}, which is not there"
                    yield Problem(link.where, "L602", message, repair)
        yield from links.unresolved(found, Path("docs") / _within(path), self.anchors, Path("docs"))


def _read(written: tuple[Path, str]) -> tuple[Notebook, list[Problem]]:
    path, text = written
    with bounds.reading(path.as_posix()):
        return read(path, text)


def _within(path: Path) -> PurePosixPath:
    """The file below docs/ that a notebook is taken for."""
    return PurePosixPath(checks.NOTEBOOKS, f"{path.stem}.ipynb")


def _page(notebook: Notebook, outputs: Outputs, settings: Settings) -> Page:
    within = _within(notebook.path)
    document = ipynb.document(notebook, outputs)
    source = scan(notebook.path.as_posix(), ipynb.to_markdown(document, within.name), made=True)
    return render(
        source,
        typeset(source, {}),
        address=published.address(within),
        meta={"title": notebook.title, "description": notebook.description},
        outline=Outline(anchors=frozenset(links.anchors(source)), links=notebook.header + notebook.links),
        settings=settings,
        within=within.as_posix(),
        files={within.name: document},
    )


def _from_anywhere(outputs: Outputs, root: Path) -> Outputs:
    """The outputs with paths from the project's folder, as warnings name them: it lies elsewhere for everybody."""
    folder = json.dumps(f"{root.resolve()}{os.sep}")[1:-1]
    moved: Outputs = json.loads(json.dumps(outputs).replace(folder, ""))
    return moved
