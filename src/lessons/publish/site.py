"""The site: every file of it, by its address, folded from the pages and what stands around them.

Nothing is read that another stage wrote. A file is computed when it is asked for, and once: whoever builds the site
asks for all, whoever serves it for what a reader looks at.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lessons.page import mathtext, published, search
from lessons.page.blocks import DECK_LINK, DECK_OFFER
from lessons.page.markup import words
from lessons.page.page import Page
from lessons.publish import (
    anki,
    changes,
    flashcards,
    fonts,
    frame,
    listing,
    notices,
    offline,
    practice,
    review,
    scripts,
    share,
    styles,
    table,
    teachers,
)
from lessons.publish.http_server import read
from lessons.publish.policy import TEMPLATES
from lessons.publish.quiz import quiz
from lessons.publish.shell import SITEMAP, UNSHOWN, Shell, sitemap_compressed

ANKI_LINK = f'<a href="{anki.PACKAGE}" download>Download the deck for Anki</a>'
SEARCH = "search/search_index.json"
NAMELESS = "Lessons"  # what a question bank calls a site without an address
LANGUAGES = "assets/javascripts/lunr"  # of the search: English needs none, and they are under another licence


class Site(Mapping[str, bytes]):
    """The files of a site. `decks`: whether a page with cards offers them as PDF. Raises Unlicensed on its notices.

    Its service worker keeps nothing: that it is to keep all others says whoever has them all, see `offline`.
    """

    def __init__(self, docs: Path, pages: Sequence[Page], shell: Shell, *, decks: bool) -> None:
        self.docs, self.pages, self.shell, self.decks = docs, pages, shell, decks
        self._by_address = {page.address: page for page in pages}
        self._beside = {
            page.beside(name): text for page in pages for name, text in {**page.files, **practice.files(page)}.items()
        }
        self._beside |= review.files(self._in_nav)
        self._quizzes = {page.beside(name): (page, write) for page in pages for name, write in teachers.files(page)}
        self._tables = {page.beside(name): page for page in flashcards.with_cards(pages) for name in table.NAMES}
        self._packages = self._with_packages()

    def __iter__(self) -> Iterator[str]:
        yield from self._paths

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, address: object) -> bool:
        return address in self._paths

    def __getitem__(self, address: str) -> bytes:
        """A file. Raises KeyError where there is none."""
        if (page := self._by_address.get(address)) is not None:
            return self._page(page).encode("utf-8", errors="xmlcharrefreplace")
        if (text := self._beside.get(address)) is not None:
            return text.encode()
        if address in self._quizzes:
            page, write = self._quizzes[address]
            return write(quiz(page, self._called, self.shell.url)).encode()
        if (asked := self._packages.get(address)) is not None:
            return anki.package([self._deck(page) for page in asked], self._called)
        if (asking := self._tables.get(address)) is not None:
            return table.written(address, asking, self._deck(asking), self._called).encode()
        if address in self._given:
            return self._script(address) if address.endswith(".js") else self._read(address)
        if address == SEARCH and self.shell.search:
            return self._search.encode()
        if address == notices.PAGE:
            return notices.text(self._made | self._theme, self._addresses).encode()
        if address == f"{SITEMAP}.gz":
            return sitemap_compressed(self.shell.files[SITEMAP])
        if address in self.shell.files:
            return self._restyled(self.shell.files[address], has_formulas=False).encode()
        if address in self._theme:
            return self._theme[address]
        if address in self._installed:
            return self._installed[address]
        if address == offline.WORKER:
            return offline.worker({})
        if address in self._shared:
            return share.drawn(self._shared[address], self.shell.name)
        return self._made[address]

    def _read(self, address: str) -> bytes:
        """A file of docs/ as it is now. Raises KeyError where there is none any more, or a link stands in the way."""
        data = read(self.docs, tuple(address.split("/")))
        if data is None:
            raise KeyError(address)
        return data

    def _script(self, address: str) -> bytes:
        """A script of docs/ as readers get it. Raises KeyError where there is none that a browser would run."""
        try:
            return scripts.minified(f"{self.docs.name}/{address}", self._read(address))
        except scripts.NotAScript:  # it was one when the pages were checked
            raise KeyError(address) from None

    def page(self, address: str) -> Page | None:
        """The page that has this address."""
        return self._by_address.get(address)

    # ---- what there is ----

    @functools.cached_property
    def _paths(self) -> dict[str, None]:
        return dict.fromkeys([*self._addresses, notices.PAGE])

    @functools.cached_property
    def _addresses(self) -> list[str]:
        own = [*([SEARCH] if self.shell.search else []), f"{SITEMAP}.gz", *self.shell.files, *self._made, *self._theme]
        beside = [*self._by_address, *self._beside, *self._quizzes, *self._packages, *self._tables, *self._given]
        return [*beside, *own, *self._shared, *self._installed, offline.WORKER]

    @functools.cached_property
    def _in_nav(self) -> list[Page]:
        """The pages that the navigation has, in its order."""
        return [page for address in self.shell.nav if (page := self._by_address.get(address)) is not None]

    @property
    def _in_order(self) -> list[Page]:
        """All pages: as the navigation has them, and then those that it has not."""
        return [*self._in_nav, *(page for page in self.pages if page not in self._in_nav)]

    @functools.cached_property
    def _given(self) -> dict[str, Path]:
        """Files of docs/ that the site has as they are: pictures, data, scripts. Each was judged."""
        return {
            path.relative_to(self.docs).as_posix(): path
            for path in published.walk(self.docs)
            if (path.suffix not in (published.PAGE, ".ipynb", ".css") or path.name == review.STYLES) and path.is_file()
            if self.shell.offline or path != self.docs / offline.SCRIPT
        }

    @functools.cached_property
    def _theme(self) -> dict[str, bytes]:
        """The theme's files, but for its stylesheets."""
        return {address: path.read_bytes() for address, path in _of_theme().items() if not address.endswith(".css")}

    @property
    def _called(self) -> str:
        return self.shell.name or NAMELESS

    # ---- flashcards ----

    def _with_packages(self) -> dict[str, list[Page]]:
        """The pages whose cards are in a package, by its address: one of each lesson, and one of all in the order of
        the navigation.
        """
        pages = flashcards.with_cards(self._in_order)
        found = {page.beside(anki.PACKAGE): [page] for page in pages}
        return found | ({anki.address_of_all(self._called): pages} if pages else {})

    def _deck(self, page: Page) -> flashcards.Deck:
        changed = changes.of_page(self.docs.parent, page)
        return flashcards.deck(page, self._called, self.shell.url, changed)

    # ---- folds over all pages ----

    @functools.cached_property
    def _shared(self) -> dict[str, share.Picture]:
        """The pictures that go with links to the site, by their addresses; none where it has no address of its own."""
        return {one.address: one for one in share.pictures(self.pages).values()} if self.shell.name else {}

    @functools.cached_property
    def _installed(self) -> dict[str, bytes]:
        """What a reader's system needs to have the site among its programs."""
        if not self.shell.offline or offline.FAVICON not in self._given:
            return {}
        return offline.files(self.shell.about[0], self.shell.about[1], self._read(offline.FAVICON))

    @functools.cached_property
    def _made(self) -> dict[str, bytes]:
        """Stylesheets and fonts, and what is made of a library where a page asks for it."""
        engine = {scripts.ENGINE: scripts.engine()} if review.place(self.pages) else {}
        return engine | self._fonts | {self._names[name]: data for name, data in self._styles.items()}

    @functools.cached_property
    def _fonts(self) -> dict[str, bytes]:
        return {address: data for address, data in self._mathematics.items() if not address.endswith(".css")}

    @functools.cached_property
    def _mathematics(self) -> dict[str, bytes]:
        return _mathematics(fonts.union(self.pages))

    @functools.cached_property
    def _styles(self) -> dict[str, bytes]:
        """The two stylesheets, by what frames call them."""
        found = {address: self._sheet(address) for address in self.shell.sheets}
        found |= {"icons": frame.icon_sheet(self.shell.icons)} if self.shell.icons else {}
        ours = "\n".join(self._read(name).decode() for name in sorted(self._given) if name.endswith(".js"))
        both = _cut(tuple(found.items()), self._words, ours) if found else ()
        return {name: text.encode() for name, text in zip((frame.SCREEN, frame.PRINT), both, strict=False)}

    def _sheet(self, address: str) -> str:
        """One of the stylesheets that the two are made of: of the theme, of formulas, or of docs/."""
        data = self._mathematics.get(address)
        if data is None and (path := _of_theme().get(address)) is not None:
            data = path.read_bytes()
        if data is None:
            data = read(self.docs, tuple(address.split("/"))) or b""  # as the site generator has it: a link to nothing
        return frame.relocated(data.decode(), address.rpartition("/")[0])

    @functools.cached_property
    def _names(self) -> dict[str, str]:
        """The stylesheets' addresses, with a hash of what they hold, by what frames call them."""
        return {name: _hashed(name, data) for name, data in self._styles.items()}

    @functools.cached_property
    def _words(self) -> frozenset[str]:
        pages = [text for name, text in self.shell.files.items() if name.endswith(".html")]
        around = (one.words for one in self.shell.frames.values())
        listed = self._listings.values()
        return frozenset().union(*map(words, (*pages, *listed)), *around, *(page.words for page in self.pages))

    @functools.cached_property
    def _listings(self) -> dict[str, str]:
        """The lists of lessons and of what they have for teachers, by the addresses of the pages that ask for one; in
        the order of the navigation.
        """
        pages = self._in_nav
        asking = [page for page in self.pages if listing.asked_for(page)]
        pictures = share.pictures(self.pages) if asking else {}
        lists = {page.address: listing.listed(page, pages, pictures) for page in asking}
        for page in filter(teachers.asked_for, self.pages):
            whole = anki.address_of_all(self._called) if self._packages else ""
            material = teachers.listed(page, pages, printed=self.decks, cards=whole)
            lists[page.address] = lists.get(page.address, "") + material
        return lists

    @functools.cached_property
    def _search(self) -> str:
        pages = [page for address in self.shell.order if (page := self._by_address.get(address)) is not None]
        entries = [entry for page in pages for entry in _entries(page)]
        docs = json.dumps(entries, separators=(",", ":"))
        return f'{{"config":{self.shell.search},"docs":{docs}}}'

    # ---- one page ----

    def _page(self, page: Page) -> str:
        content = page.html.replace(DECK_OFFER, self._offer(page))
        content += self._listings.get(page.address, "")
        around = self.shell.frames[page.address]
        return f"{self._restyled(around.before, has_formulas=bool(page.glyphs))}{content}{around.after}"

    def _offer(self, page: Page) -> str:
        """What a page offers before its first deck: its cards to take along."""
        links = [DECK_LINK] if self.decks else []
        links += [ANKI_LINK] if page.beside(anki.PACKAGE) in self._packages else []
        return DECK_OFFER.replace(DECK_LINK, "".join(links)) if links else ""

    def _restyled(self, html: str, *, has_formulas: bool) -> str:
        """HTML with the stylesheets' names; the font of the formulas is asked for together with them."""
        for old, new in self._names.items():
            html = html.replace(f'{old}"', f'{new}"')
        if has_formulas:
            link = f'<link rel="stylesheet" href="([^"]*){re.escape(self._names.get(frame.SCREEN, ""))}"'
            preload = "".join(_PRELOAD.format(f"\\g<1>{font}") for font in self._fonts)
            html = re.sub(link, lambda found: found.expand(preload) + found[0], html, count=1)
        return html


_PERMALINK = re.compile(r"\s*#(?=</li>)")  # of a card
_PRELOAD = '<link rel="preload" href="{}" as="font" type="font/woff2" crossorigin>\n'


def _hashed(name: str, data: bytes) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(data).hexdigest()[:8]}{dot}{suffix}"


# What most edits leave as it is, while a project is served.


@functools.lru_cache(maxsize=2)
def _mathematics(glyphs: str) -> dict[str, bytes]:
    return fonts.written(glyphs)


@functools.lru_cache(maxsize=2)
def _cut(sheets: tuple[tuple[str, str], ...], classes: frozenset[str], scripts: str) -> tuple[str, str]:
    return styles.written(dict(sheets), classes, scripts)


def _entries(page: Page) -> Iterator[dict[str, object]]:
    """What the search index says of a page."""
    asked_for = page.meta.get("search") or {}
    if asked_for.get("exclude"):
        return
    ranked = {"boost": asked_for["boost"]} if "boost" in asked_for else {}
    for section in page.sections:
        place = f"#{section.id}" if section.id else ""
        text = _PERMALINK.sub("", section.text)
        yield {
            "location": f"{page.url}{place}",
            "title": section.title,
            "text": text,
            **_unshown(section.words),
            **ranked,
        }
    for note in page.notes:
        more = _unshown(note.words)
        yield {"location": f"{page.url}#{note.id}", "title": mathtext.plain(note.title), "text": "", **more, **ranked}
    for card in page.cards:
        front = mathtext.plain(card.front)
        more = _unshown(search.of_a_back(card.back, front))
        yield {"location": f"{page.url}#{card.id}", "title": f"Flashcard: {front}", "text": "", **more, **ranked}


def _unshown(words: str) -> dict[str, str]:
    """The field of an entry that is looked through and never shown: the theme shows those that it knows."""
    return {UNSHOWN: words} if words else {}


@functools.cache
def _of_theme() -> dict[str, Path]:
    """The scripts, styles and pictures of the installed theme, by their addresses."""
    found = {path.relative_to(TEMPLATES).as_posix(): path for path in (TEMPLATES / "assets").rglob("*")}
    return {
        address: found[address]
        for address in sorted(found)
        if found[address].is_file() and not address.startswith(f"{LANGUAGES}/")
    }
