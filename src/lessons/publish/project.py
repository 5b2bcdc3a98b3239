"""A project's pages: what its sources come to now, and what is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from lessons.notebook.pages import Notebooks
from lessons.notebook.stage import stage
from lessons.page import checks, config, tree
from lessons.page.page import Page
from lessons.problem import Problem
from lessons.publish import scripts

Say = Callable[[str], None]


class Project:
    """The pages of a project's folder. Brought up to date as often as is asked, it derives only what changed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pages: list[Page] = []
        self._known: dict[str, Page] = {}  # by the address of what decides them

    @property
    def docs(self) -> Path:
        return self.root / "docs"

    def update(self, say: Say, *, twice: bool = True) -> list[Problem]:
        """Read the sources, run what has to be run, and check it all. Returns the problems, all of them.

        Without one, `pages` are those of the sources, and docs/notebooks/ holds the executed notebooks.
        """
        known: dict[str, Page] = dict(self._known)
        check = checks.Check([Path(os.path.relpath(path)) for path in checks.pages(self.docs)], known)
        problems = check.problems(twice=twice)
        if not check.paths:  # then it has not looked at it
            problems += config.problems(Path(os.path.relpath(self.root / config.NAME)))
        if any(problem.code == "L009" for problem in problems) and tree.problems(self.root):  # then no more is read
            return problems
        problems += scripts.problems(self.docs)
        settings = checks.settings(Path(os.path.relpath(self.root / config.NAME)))
        notebooks = Notebooks(self.root, settings, check.anchors, known, looked_through=True)
        notebooks.run(say)
        problems += notebooks.problems
        self._known = {key: page for key, page in known.items() if _still(page, check, notebooks)}
        if not problems:
            self.pages = sorted([*check.pages.values(), *notebooks.pages.values()], key=lambda page: page.address)
            stage(self.root, self.pages)
        return problems


def _still(page: Page, check: checks.Check, notebooks: Notebooks) -> bool:
    """Whether a page is one of those that the sources came to, and no earlier state of one."""
    return check.pages.get(page.path) is page or notebooks.pages.get(page.path) is page
