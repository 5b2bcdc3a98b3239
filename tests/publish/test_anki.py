"""Decks taken by Anki itself: again and again, with what changed, and with every review where it was."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import itertools
import json
import re
import sqlite3
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anki.lang
import pytest
from anki.collection import (
    Collection,
    CsvMetadata,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
    ImportCsvRequest,
)
from anki.notes import Note

from lessons import store
from lessons.figures import COLOURS
from lessons.page import checks, mathml
from lessons.page import published as published_files
from lessons.page.page import Card, Page
from lessons.publish import anki as packages
from lessons.publish import changes, flashcards, notetype, practice, table
from lessons.publish.notices import COMPONENTS
from lessons.publish.shell import Shell
from lessons.publish.site import Site

SHELL = Shell(name="VAE lessons", url="https://example.org/", nav=("lessons/two/index.html", "lessons/one/index.html"))
ALL = "vae-lessons.apkg"
LATER = 1_780_000_000
FORMULA = mathml.typeset(r"\sigma^2 < 1")


def lesson(name: str, *backs: str) -> Page:
    cards = tuple(Card(f"card-{name}-{n}", f"What is {n}, {FORMULA}?", back) for n, back in enumerate(backs))
    meta = {"title": f"Lesson {name}", "description": "D"}
    return Page(f"docs/lessons/{name}.md", f"lessons/{name}/index.html", meta, "", cards=cards)


ONE, TWO = lesson("one", "<p>a</p>", "<p>b</p>", "<p>c</p>"), lesson("two", "<p>d</p>", "<p>e</p>")


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Site]:
    """The site of some lessons, whose cards were last changed at a time, some of them at another."""

    def build(*pages: Page, at: int = LATER, **others: int) -> Site:
        times = {f"card-{name.replace('_', '-')}": time for name, time in others.items()}
        monkeypatch.setattr(changes, "of_page", lambda root, page: {one.id: at for one in page.cards} | times)
        return Site(tmp_path / "docs", pages, SHELL, decks=False)

    return build


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    opened = Reader(tmp_path)
    yield opened
    opened.collection.close()


class Reader:
    """Somebody with Anki, and a fresh collection in it."""

    def __init__(self, folder: Path) -> None:
        anki.lang.set_lang("en_US")
        self.folder = folder
        self.collection = Collection(str(folder / "collection.anki2"))

    def takes(self, package: bytes) -> dict[str, int]:
        """Import a package. Returns how many notes Anki did what with."""
        path = self.folder / "taken.apkg"
        path.write_bytes(package)
        asked = ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
        return self._told(self.collection.import_anki_package(asked).log)

    def reads(self, table: bytes) -> dict[str, int]:
        path = self.folder / "taken.txt"
        path.write_bytes(table)
        about = self.collection.get_csv_metadata(str(path), None)
        about.dupe_resolution = CsvMetadata.DupeResolution.UPDATE
        return self._told(self.collection.import_csv(ImportCsvRequest(path=str(path), metadata=about)).log)

    @staticmethod
    def _told(log: object) -> dict[str, int]:
        kinds = ("new", "updated", "duplicate", "conflicting", "first_field_match", "missing_notetype", "missing_deck")
        return {kind: count for kind in kinds if (count := len(getattr(log, kind)))}

    def grades(self, times: int = 3) -> None:
        """Answer what is due, deck after deck."""
        for deck in self.collection.decks.all_names_and_ids():
            self.collection.decks.select(anki.decks.DeckId(deck.id))
            for _ in range(times):
                if (card := self.collection.sched.getCard()) is not None:
                    self.collection.sched.answerCard(card, 3)

    @property
    def history(self) -> list[list[tuple[object, ...]]]:
        """All that Anki knows of reviews, and of when each card is due."""
        assert self.collection.db
        reviews = self.collection.db.all("select * from revlog order by id")
        cards = self.collection.db.all("select id, nid, type, queue, due, ivl, factor, reps, lapses, data from cards")
        return [[*map(tuple, reviews)], sorted(map(tuple, cards))]

    def writes(self, id_: str, back: str) -> int:
        """Edit the back of a note. Returns when, in seconds."""
        (note,) = (one for one in self.notes if one["Id"] == id_)
        note["Back"] = back
        self.collection.update_note(note)
        note.load()
        return int(note.mod)

    @property
    def notes(self) -> list[Note]:
        return [self.collection.get_note(one) for one in self.collection.find_notes("")]

    @property
    def backs(self) -> list[str]:
        return sorted(note["Back"] for note in self.notes)

    def deck_of(self, field: str) -> str:
        card = self.collection.get_card(self.collection.find_cards(f'"Back:{field}"')[0])
        return str(self.collection.decks.name(card.did))


def opened(package: bytes) -> sqlite3.Connection:
    base = sqlite3.connect(":memory:")
    base.deserialize(zipfile.ZipFile(io.BytesIO(package)).read("collection.anki2"))
    return base


def test_an_edit_comes_in_and_no_review_is_lost(built: Callable[..., Site], reader: Reader) -> None:
    assert reader.takes(built(ONE)["lessons/one/cards.apkg"]) == {"new": 3}
    reader.grades()
    before = reader.history
    assert len(before[0]) == 6
    edited = lesson("one", "<p>a</p>", "<p>edited</p>", "<p>c</p>", "<p>one more</p>")
    later = built(edited, one_1=LATER + 60, one_3=LATER + 60)["lessons/one/cards.apkg"]
    assert reader.takes(later) == {"new": 1, "updated": 1, "duplicate": 2}
    assert reader.backs == ["<p>a</p>", "<p>c</p>", "<p>edited</p>", "<p>one more</p>"]
    after = reader.history
    assert after[0] == before[0]
    assert [card for card in after[1] if card in before[1]] == before[1]
    assert reader.takes(later) == {"duplicate": 4}
    assert reader.history == after


def test_single_decks_and_then_all_of_them_are_no_duplicates(built: Callable[..., Site], reader: Reader) -> None:
    site = built(ONE, TWO)
    for name in ("one", "two"):
        assert set(reader.takes(site[f"lessons/{name}/cards.apkg"])) == {"new"}
    reader.grades()
    before = reader.history
    assert reader.takes(site[ALL]) == {"duplicate": 5}
    assert reader.history == before
    assert {one.name for one in reader.collection.decks.all_names_and_ids()} == {
        "Default",
        "VAE lessons",
        "VAE lessons::Lesson one",
        "VAE lessons::Lesson two",
    }


def test_all_of_them_and_then_a_single_one(built: Callable[..., Site], reader: Reader) -> None:
    site = built(ONE, TWO)
    assert reader.takes(site[ALL]) == {"new": 5}
    assert reader.takes(site["lessons/two/cards.apkg"]) == {"duplicate": 2}


def test_a_deck_that_its_reader_renamed_is_followed(built: Callable[..., Site], reader: Reader) -> None:
    reader.takes(built(ONE)["lessons/one/cards.apkg"])
    decks = reader.collection.decks
    decks.rename(decks.id_for_name("VAE lessons::Lesson one") or 0, "Mine::here")  # type: ignore[arg-type]
    edited = lesson("one", "<p>edited</p>", "<p>b</p>", "<p>c</p>")
    assert reader.takes(built(edited, one_0=LATER + 60)["lessons/one/cards.apkg"]) == {"updated": 1, "duplicate": 2}
    assert reader.deck_of("<p>edited</p>") == "Mine::here"
    empty = decks.id_for_name("VAE lessons::Lesson one")  # as the page for teachers says
    assert empty is not None
    assert decks.card_count(empty, include_subdecks=True) == 0


def test_a_renamed_lesson_leaves_cards_where_they_are(built: Callable[..., Site], reader: Reader) -> None:
    reader.takes(built(ONE)["lessons/one/cards.apkg"])
    renamed = dataclasses.replace(ONE, meta={**ONE.meta, "title": "Another title"})
    assert reader.takes(built(renamed, at=LATER + 60)["lessons/one/cards.apkg"]) == {"updated": 3}
    assert reader.deck_of("<p>a</p>") == "VAE lessons::Lesson one"


def test_what_a_reader_wrote_stays_until_that_card_changes(built: Callable[..., Site], reader: Reader) -> None:
    reader.takes(built(ONE)["lessons/one/cards.apkg"])
    now = reader.writes("card-one-0", "mine")
    assert reader.takes(built(ONE, TWO)[ALL]) == {"new": 2, "duplicate": 3}
    assert reader.takes(built(ONE, one_1=now + 60)["lessons/one/cards.apkg"]) == {"updated": 1, "duplicate": 2}
    assert "mine" in reader.backs
    assert reader.takes(built(ONE, one_0=now + 60)["lessons/one/cards.apkg"]) == {"updated": 1, "duplicate": 2}
    assert "mine" not in reader.backs


PATH = "docs/lessons/one.md"
HEAD = "---\ntitle: Lesson one\ndescription: D\n---\n\n# Lesson one\n"
SNIPPET = "```{python}\nx = 1\n```\n"
CARDS = {"a": "One.\n\nTwo.", "b": "It is `{python} x`.", "c": "$z$", "d": "Four."}


def written(*parts: str, **backs: str) -> str:
    cards = (f"/// flashcard | What is {name}?\n    id: card-{name}\n\n{back}\n///\n" for name, back in backs.items())
    return "\n".join([*parts, "## Cards\n", *cards])


AS_IT_WAS = written(HEAD, SNIPPET, **CARDS)


@pytest.fixture
def published(dated: Any, reader: Reader) -> Callable[[int, str], bytes]:
    """A lesson's deck as it is built after a commit that writes the lesson, so many days from now."""
    today = int(time.time())

    def publish(day: int, text: str) -> bytes:
        dated.commit(today + day * 86_400, {PATH: text, "mkdocs.yml": "site_name: S\n", "README.md": str(day)})
        check = checks.Check([Path(PATH)])
        assert check.problems(twice=False) == []
        return Site(dated.root / "docs", list(check.pages.values()), SHELL, decks=False)["lessons/one/cards.apkg"]

    return publish


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        (written(HEAD, SNIPPET, **CARDS | {"d": "Edited."}), "d"),
        (written(HEAD, SNIPPET, **CARDS | {"a": "One."}), "a"),
        (written(HEAD, SNIPPET.replace("1", "2"), **CARDS), "b"),
        (written(HEAD.replace("Lesson one", "Another"), SNIPPET, **CARDS), "abcd"),
        (written(HEAD, "More words above them.\n", SNIPPET, **dict(reversed(CARDS.items()))), ""),
        (AS_IT_WAS, ""),
    ],
)
def test_a_commit_updates_the_cards_that_it_changed(
    published: Callable[[int, str], bytes], reader: Reader, text: str, changed: str
) -> None:
    assert reader.takes(published(-1, AS_IT_WAS)) == {"new": 4}
    for name in CARDS:
        reader.writes(f"card-{name}", "mine")
    reader.grades()
    before = reader.history
    told = reader.takes(published(1, text))
    assert (told.get("updated", 0), told.get("duplicate", 0), told.get("new", 0)) == (len(changed), 4 - len(changed), 0)
    assert {one["Id"][-1] for one in reader.notes if one["Back"] != "mine"} == {*changed}
    assert reader.history == before


def test_a_note_that_says_something_else_is_newer(published: Callable[[int, str], bytes]) -> None:
    """Whatever is edited: of two decks that one and the same card is in, with other fields, the later one is taken."""
    named = "\n[x]: https://example.org/{}\n"
    texts = [AS_IT_WAS, written(HEAD, SNIPPET, **CARDS | {"a": "One.", "c": "See [x]."}) + named.format("y")]
    texts += [written(HEAD, SNIPPET, "```{python}\nx = 3\n```\n", **CARDS | {"c": "See [x]."}) + named.format("y")]
    texts += [texts[-1].replace("org/y", "org/z"), texts[-1].replace("title: Lesson", "title: Our lesson")]
    decks = [rows(published(day, text)) for day, text in enumerate([*texts, *reversed(texts)])]
    for was, now in itertools.pairwise(decks):
        for guid, (mod, fields) in now.items():
            assert (mod > was[guid][0]) == (fields != was[guid][1]), fields


def rows(package: bytes) -> dict[str, tuple[int, str]]:
    return {guid: (mod, fields) for guid, mod, fields in opened(package).execute("select guid, mod, flds from notes")}


def test_a_table_comes_in_twice(built: Callable[..., Site], reader: Reader) -> None:
    assert reader.reads(built(ONE)["lessons/one/cards.txt"]) == {"new": 3}
    reader.grades()
    before = reader.history
    edited = lesson("one", "<p>a</p>", "<p>edited</p>", "<p>c</p>")
    assert reader.reads(built(edited)["lessons/one/cards.txt"])["updated"] >= 1
    assert reader.history == before
    assert any("edited" in back for back in reader.backs)
    assert len(reader.backs) == 3


def test_anki_finds_nothing_to_mend(built: Callable[..., Site], reader: Reader) -> None:
    reader.takes(built(ONE, TWO)[ALL])
    assert reader.collection.fix_integrity() == ("Database rebuilt and optimized.", True)


def test_a_card_is_shown_with_a_way_back(built: Callable[..., Site], reader: Reader) -> None:
    reader.takes(built(ONE)["lessons/one/cards.apkg"])
    shown = reader.collection.get_card(reader.collection.find_cards("")[0]).render_output()
    assert shown.question_text == r'<div class="lesson">What is 0, \(\sigma^2 &lt; 1\)?</div>'
    assert shown.answer_text.startswith(shown.question_text)
    assert '<a href="https://example.org/lessons/one/#card-one-0">Lesson one</a>' in shown.answer_text


def test_cards_come_in_the_order_of_the_lessons(built: Callable[..., Site], reader: Reader) -> None:
    reader.takes(built(ONE, TWO)[ALL])
    assert reader.collection.db
    found = reader.collection.db.list("select n.flds from notes n join cards c on c.nid = n.id order by c.due")
    ids = [fields.split("\x1f")[packages.FIELDS.index("Id")] for fields in found]
    assert ids == ["card-two-0", "card-two-1", "card-one-0", "card-one-1", "card-one-2"]


def test_any_text_of_a_card_comes_in(built: Callable[..., Site], reader: Reader) -> None:
    words = "a\x00\x1f\ud800\U0001f600 {{c1::b}} [sound:x.mp3] <em>&lt;/div&gt;"
    page = dataclasses.replace(lesson("one", words), meta={"title": "A::\x1f<b> \ud800", "description": words})
    assert reader.takes(built(page)["lessons/one/cards.apkg"]) == {"new": 1}
    assert reader.backs == ["a\ufffd\ufffd\ufffd\U0001f600 {{c1::b}} &#91;sound:x.mp3] <em>&lt;/div&gt;</em>"]


def test_the_same_cards_are_the_same_bytes(built: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> None:
    first = built(ONE, TWO)
    names = [name for name in first if "card" in name or name.endswith(".apkg")]
    assert len(names) == 7
    found = {name: first[name] for name in names}
    monkeypatch.setattr(store, "load", lambda *_: None)
    assert found == {name: built(TWO, ONE)[name] for name in names}
    assert {about.date_time[0] for about in zipfile.ZipFile(io.BytesIO(found[ALL])).infolist()} == {1980}


def test_what_is_kept_is_not_written_again(built: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> None:
    data = built(ONE)["lessons/one/cards.apkg"]
    monkeypatch.setattr(packages, "_collection", lambda *_: pytest.fail("written again"))
    assert built(ONE)["lessons/one/cards.apkg"] == data


def test_a_site_without_cards_has_no_file_more(tmp_path: Path) -> None:
    site = Site(tmp_path, [lesson("one")], SHELL, decks=False)
    assert not [name for name in site if "cards" in name or name.endswith(".apkg")]


def test_a_page_offers_its_deck(tmp_path: Path) -> None:
    from lessons.page.blocks import DECK_OFFER
    from lessons.publish.frame import Frame

    guide = dataclasses.replace(ONE, html=DECK_OFFER, address="guide/index.html")
    pages = [dataclasses.replace(ONE, html=DECK_OFFER), guide]
    frames = {page.address: Frame("", "") for page in pages}
    links = {}
    for decks in (False, True):
        site = Site(tmp_path, pages, dataclasses.replace(SHELL, frames=frames), decks=decks)
        links[decks] = [re.findall(r'href="([^"]*)" download', site[page.address].decode()) for page in pages]
        assert site[guide.address].decode() == (DECK_OFFER if decks else "")
    assert links == {False: [["cards.apkg"], []], True: [["flashcards.pdf", "cards.apkg"], ["flashcards.pdf"]]}


def test_numbers_of_notes_are_their_own(built: Callable[..., Site]) -> None:
    many = [lesson(f"l{number}", "b", "b") for number in range(800)]  # some of them begin at the same second
    ids = [one for (one,) in opened(built(*many)[ALL]).execute("select id from notes")]
    assert len(ids) == len({*ids}) == 1600
    assert flashcards.EPOCH * 1000 <= min(ids) < max(ids) < (flashcards.EPOCH + 2 * 86_400) * 1000


def test_the_kind_of_notes_is_what_it_was_for_ever(built: Callable[..., Site]) -> None:
    """With another id, name or field, Anki takes these for other notes: whoever has the old ones gets no update.

    There are two spare fields. This test has no repair.
    """
    (models,) = opened(built(ONE)[ALL]).execute("select models from col").fetchone()
    (model,) = json.loads(models).values()
    fixed = [model["id"], model["name"], model["type"], [[one["name"], one["id"]] for one in model["flds"]]]
    fixed += [[one["name"], one["id"]] for one in model["tmpls"]]
    assert hashlib.sha256(json.dumps(fixed).encode()).hexdigest()[:16] == "af3439b115096a4f"


def test_whoever_changes_how_a_card_looks_says_when() -> None:
    """Anki takes templates and styles again only if they are newer: set NEWEST_NOTETYPE to now, and the hash here."""
    look = "\0".join((notetype.FRONT, notetype.BACK, notetype.STYLES))
    assert (notetype.NEWEST_NOTETYPE, hashlib.sha256(look.encode()).hexdigest()[:16]) == (
        1_795_843_675,
        "013c7fbbfb3a620e",
    )


def test_figures_have_all_their_colours_at_night() -> None:
    used = {name for colour in COLOURS.values() for name in re.findall(r"var\((--[\w-]+)", colour)}
    night = notetype.STYLES.partition(".nightMode")[2].partition("}")[0]
    assert used <= {*re.findall(r"(--[\w-]+):", night)}


def test_no_file_of_an_author_takes_the_place_of_one_that_is_made() -> None:
    assert {*table.NAMES, practice.ANSWERS, practice.VARIANTS} == {*published_files.BESIDE}


def test_each_file_has_an_owner() -> None:
    for name in (ALL, "lessons/one/cards.apkg", "lessons/one/cards.txt", "lessons/one/cards-plain.txt"):
        assert re.fullmatch(COMPONENTS[0].files, name), name
