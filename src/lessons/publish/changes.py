"""When a card last changed, by the history of what it is made of: whoever has it takes it again only if it is newer.

A card is made of its own lines, of its lesson's title and address, and of what turns it into a note; one that shows a
result, of what computes it, too. In each commit all of that is a hash, and a card's time is that of the last commit
that gave it another one. What cannot be seen from these files, another way to write HTML above all, the tests of
`flashcards` find.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from lessons import git, store
from lessons.page import published, source
from lessons.page.page import Page
from lessons.publish import card_sources

CACHE = Path(".cache/changes")
LESSONS = "docs/lessons"
CONFIG = "mkdocs.yml"
WRITERS = tuple(f"src/lessons/publish/{name}.py" for name in ("anki", "flashcards", "portable"))
# What a result is computed and shown with, besides the lesson's own code and data.
COMPUTING = ("src/lessons/maths", "src/lessons/figures.py", "src/lessons/page/display.py", "requirements.txt")

_Dated = Mapping[str, tuple[str, int]]  # by a card's id: what it is made of, and since when


def of_page(root: Path, page: Page) -> dict[str, int]:
    """When each card of a page was last changed, by its id, in seconds; 0 where nobody knows.

    Never too early: a card that is not what it was in some earlier commit has a later time than it had there.
    """
    try:
        known = json.loads(_kept(root, page.path, lambda: json.dumps(_times(root, page.path))))
    except git.GitFailed:
        known = {}
    return {card.id: known.get(card.id, known.get("", 0)) for card in page.cards}


def of_all(root: Path) -> str:
    """What decides these times for all lessons: another word where one of them may be another."""
    places = (LESSONS, CONFIG, *WRITERS, *COMPUTING)
    try:
        return _kept(root, LESSONS, lambda: hashlib.sha256(repr(git.history(root, *places)).encode()).hexdigest())
    except git.GitFailed:
        return ""


def _kept(root: Path, what: str, find: Callable[[], str]) -> str:
    """What was found before, where the history is the same. Raises GitFailed."""
    own = (Path(module.__file__ or "").read_text(encoding="utf-8") for module in (card_sources, source))
    asked = "\0".join((Path(__file__).read_text(encoding="utf-8"), *own, git.state(root), str(root.resolve()), what))
    key = hashlib.sha256(asked.encode(errors="surrogateescape")).hexdigest()
    known = store.load(CACHE, key)
    if known is None:
        known = find().encode()
        store.save(CACHE, key, known)
    return known.decode()


def _times(root: Path, path: str) -> dict[str, int]:
    """When the cards of a lesson changed, by their ids; or all of them, at "", where no more is known."""
    data = PurePosixPath(path).with_suffix("").as_posix()
    places = (path, CONFIG, *WRITERS, data, *COMPUTING)
    if not path.endswith(published.PAGE) or git.is_partial(root):
        return {"": git.changed(root, *places)}
    commits = git.history(root, *places)
    found = git.addresses(root, commits, places)
    written = {address: card_sources.cards(path, text) for address, text in _texts(root, (one[0] for one in found))}
    shown = {address: card_sources.shown(text) for address, text in _texts(root, (one[1] for one in found))}
    dated: dict[str, _Dated] = {}
    last: _Dated = {}
    for commit, (lesson, config, *code) in zip(commits, found, strict=True):
        around, computing = [shown.get(config, ""), *code[: len(WRITERS)]], code[len(WRITERS) :]
        before = [dated[parent] for parent in commit.parents if parent in dated]
        last = dated[commit.address] = {
            name: _date(name, " ".join((made, *around, *(computing if computes else ()))), commit.at, before)
            for name, (made, computes) in written.get(lesson, {}).items()
        }
    return {name: at for name, (_, at) in last.items()}


def _date(name: str, made: str, at: int, before: Iterable[_Dated]) -> tuple[str, int]:
    """What a card is made of in a commit, and since when. `before`: the same of the commits before it.

    A merge may go back to the older of two: readers have the newer one, so that it counts as a change. And a clock that
    was wrong makes no change older than the one before.
    """
    known = [one[name] for one in before if name in one]
    newest = max((since for _, since in known), default=0)
    return made, newest if (made, newest) in known else max(at, newest + 1)


def _texts(root: Path, addresses: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What lies at these addresses, each once."""
    files = [git.File("", address) for address in sorted({*addresses} - {""})]
    for file, data in git.contents(root, files):
        yield file.address, data.decode(errors="replace")
