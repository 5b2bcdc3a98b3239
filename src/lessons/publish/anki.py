"""Decks of flashcards as a package for Anki, to be taken again with what changed and without losing a schedule.

Anki knows a note by its `guid`. It takes the fields of one that it has where `mod` is later than its own, and leaves
alone what it knows of the card's reviews. All ids are constants, and so are the fields: with one more, Anki would take
the notes for others. Two spare ones wait for what nobody has thought of.

A package is a zip of an SQLite database, in the schema that every Anki since 2.1 reads.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lessons import store
from lessons.publish.flashcards import EPOCH, Deck, Note, constant, path, slug
from lessons.publish.notetype import BACK, FRONT, NEWEST_NOTETYPE, STYLES

PACKAGE = "cards.apkg"  # beside a lesson
CACHE = Path(".cache/anki")
FIELDS = ("Front", "Back", "Lesson", "Link", "Id", "Extra1", "Extra2")  # for ever
NOTETYPE = "Lesson flashcard"


def address_of_all(site: str) -> str:
    """Where the package of all lessons lies."""
    return f"{slug(site)}.apkg"


def package(decks: Sequence[Deck], site: str) -> bytes:
    """Decks as a file that Anki imports; the same bytes from the same decks. `site`: what the deck of all is called."""
    decided = [
        FIELDS,
        NOTETYPE,
        FRONT,
        BACK,
        STYLES,
        NEWEST_NOTETYPE,
        site,
        [asdict(one) for one in decks],
    ]
    key = hashlib.sha256(_json([VERSION, *decided]).encode(errors="surrogatepass")).hexdigest()
    data = store.load(CACHE, key)
    if data is None:
        data = _zipped({"collection.anki2": _collection(decks, site), "media": b"{}"})
        store.save(CACHE, key, data)
    return data


VERSION = 1  # of what is below
SCHEMA = """
CREATE TABLE col (id integer PRIMARY KEY, crt integer NOT NULL, mod integer NOT NULL, scm integer NOT NULL,
  ver integer NOT NULL, dty integer NOT NULL, usn integer NOT NULL, ls integer NOT NULL, conf text NOT NULL,
  models text NOT NULL, decks text NOT NULL, dconf text NOT NULL, tags text NOT NULL);
CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL, mod integer NOT NULL,
  usn integer NOT NULL, tags text NOT NULL, flds text NOT NULL, sfld integer NOT NULL, csum integer NOT NULL,
  flags integer NOT NULL, data text NOT NULL);
CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL, ord integer NOT NULL,
  mod integer NOT NULL, usn integer NOT NULL, type integer NOT NULL, queue integer NOT NULL, due integer NOT NULL,
  ivl integer NOT NULL, factor integer NOT NULL, reps integer NOT NULL, lapses integer NOT NULL, left integer NOT NULL,
  odue integer NOT NULL, odid integer NOT NULL, flags integer NOT NULL, data text NOT NULL);
CREATE TABLE revlog (id integer PRIMARY KEY, cid integer NOT NULL, usn integer NOT NULL, ease integer NOT NULL,
  ivl integer NOT NULL, lastIvl integer NOT NULL, factor integer NOT NULL, time integer NOT NULL,
  type integer NOT NULL);
CREATE TABLE graves (usn integer NOT NULL, oid integer NOT NULL, type integer NOT NULL);
CREATE INDEX ix_notes_usn ON notes (usn);
CREATE INDEX ix_cards_usn ON cards (usn);
CREATE INDEX ix_revlog_usn ON revlog (usn);
CREATE INDEX ix_cards_nid ON cards (nid);
CREATE INDEX ix_cards_sched ON cards (did, queue, due);
CREATE INDEX ix_revlog_cid ON revlog (cid);
CREATE INDEX ix_notes_csum ON notes (csum);
"""


def _collection(decks: Sequence[Deck], site: str) -> bytes:
    """A collection of new cards, as SQLite writes it."""
    import sqlite3  # only where cards are new

    notetype = constant("notetype")
    found = {1: ("Default", ""), constant("deck"): (path(site), "")}
    found |= {one.id: (path(site, one.title), one.about) for one in decks}
    newest = max(note.changed for one in decks for note in one.notes)
    count = sum(len(one.notes) for one in decks)
    settings = {"activeDecks": [1], "curDeck": 1, "curModel": notetype, "nextPos": count + 1, "collapseTime": 1200}
    settings |= {"newSpread": 0, "estTimes": True, "dueCounts": True, "timeLim": 0, "addToCur": True}
    about: tuple[dict[Any, Any], ...] = (
        settings,
        {notetype: _notetype(notetype)},
        {did: _deck(did, *one) for did, one in found.items()},
        {},
        {},
    )
    base = sqlite3.connect(":memory:")
    base.executescript(f"PRAGMA page_size = 4096; PRAGMA secure_delete = ON; {SCHEMA}")
    base.execute(
        "INSERT INTO col VALUES (1, ?, ?, ?, 11, 0, 0, 0, ?, ?, ?, ?, ?)",
        (EPOCH, newest * 1000, EPOCH * 1000, *map(_json, about)),
    )
    used: set[int] = set()
    numbered = ((one, at, note) for one in decks for at, note in enumerate(one.notes))
    for position, (one, at, note) in enumerate(numbered, 1):
        number = _number(one, at, used)
        fields = _fields(one, note)
        first = _stripped(note.front)
        sum_ = int(hashlib.sha1(first.encode(errors="replace"), usedforsecurity=False).hexdigest()[:8], 16)
        row = (number, note.guid, notetype, note.changed, -1, f" {one.tag} ", "\x1f".join(fields), first, sum_, 0, "")
        base.execute(f"INSERT INTO notes VALUES ({', '.join('?' * len(row))})", row)
        card = (number, number, one.id, 0, note.changed, -1, 0, 0, position, *[0] * 8, "")
        base.execute(f"INSERT INTO cards VALUES ({', '.join('?' * len(card))})", card)
    base.commit()
    base.execute("VACUUM")
    data = bytearray(base.serialize())
    base.close()
    data[96:100] = data[92:96] = bytes(4)  # which SQLite wrote it
    return bytes(data)


def _fields(deck: Deck, note: Note) -> tuple[str, ...]:
    given = (note.front, note.back, html.escape(deck.title, quote=False), html.escape(note.link), note.id, "", "")
    assert len(given) == len(FIELDS)
    return tuple(field.replace("\x1f", "") for field in given)


def _number(deck: Deck, position: int, used: set[int]) -> int:
    """The number of a note in the package: Anki takes it for the moment at which the note was made."""
    number = EPOCH * 1000 + deck.id % 86_400 * 1000 + position
    while number in used:
        number += 1
    used.add(number)
    return number


def _stripped(content: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", content))


def _notetype(number: int) -> dict[str, Any]:
    look = {"font": "Arial", "size": 20, "rtl": False, "sticky": False, "media": []}
    fields = [{"name": name, "ord": at, "id": constant(f"field/{name}"), **look} for at, name in enumerate(FIELDS)]
    template = {
        "name": "Card 1",
        "ord": 0,
        "id": constant("template"),
        "qfmt": FRONT,
        "afmt": BACK,
        "did": None,
    }
    template |= {"bqfmt": "", "bafmt": "", "bfont": "", "bsize": 0}
    return {
        "id": number,
        "name": NOTETYPE,
        "type": 0,
        "mod": NEWEST_NOTETYPE,
        "usn": -1,
        "sortf": 0,
        "did": None,
        "flds": fields,
        "tmpls": [template],
        "css": STYLES,
        "latexPre": "",
        "latexPost": "",
        "latexsvg": False,
        "req": [[0, "any", [0]]],
        "tags": [],
        "vers": [],
    }


def _deck(number: int, name: str, about: str) -> dict[str, Any]:
    today = {f"{what}Today": [0, 0] for what in ("new", "rev", "lrn", "time")}
    return {
        "id": number,
        "name": name,
        "desc": about,
        "mod": EPOCH,
        "usn": -1,
        "dyn": 0,
        "conf": 1,
        "collapsed": False,
        "browserCollapsed": False,
        "extendNew": 0,
        "extendRev": 0,
        **today,
    }


def _zipped(files: dict[str, bytes]) -> bytes:
    """An archive that knows neither when nor where it was written."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, data in files.items():
            about = zipfile.ZipInfo(name)  # of 1980
            about.create_system, about.external_attr = 3, 0o644 << 16
            archive.writestr(about, data, zipfile.ZIP_DEFLATED, 9)
    return written.getvalue()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
