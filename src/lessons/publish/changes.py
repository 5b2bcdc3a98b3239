"""When a lesson's cards last changed, by its history: whoever has them takes them again only if they are newer.

A card is written by its author, by the code that computes its numbers, and by what turns it into a note. What cannot be
seen from these files, another way to write HTML above all, the tests of `flashcards` find.
"""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from lessons import git, store
from lessons.page.page import Page

CACHE = Path(".cache/changes")
WRITERS = ("anki", "flashcards", "portable")
CODE = ("mkdocs.yml", "src/lessons/maths", *(f"src/lessons/publish/{name}.py" for name in WRITERS))
LESSONS = "docs/lessons"


def of_page(root: Path, page: Page) -> int:
    """When a page's text, its data, or what computes and writes its cards was last changed; 0 where nobody knows."""
    return _changed(root, page.path, PurePosixPath(page.path).with_suffix("").as_posix(), *CODE)


def of_all(root: Path) -> int:
    """The same, of all lessons."""
    return _changed(root, LESSONS, *CODE)


def _changed(root: Path, *places: str) -> int:
    try:
        state = git.state(root)
        key = hashlib.sha256(
            "\0".join((state, str(root.resolve()), *places)).encode(errors="surrogateescape")
        ).hexdigest()
        known = store.load(CACHE, key)
        if known is None:
            known = str(git.changed(root, *places)).encode()
            store.save(CACHE, key, known)
        return int(known)
    except git.GitFailed:
        return 0
