"""What a PDF of Chromium's gets for readers who hear it: words of formulas, an outline in words, decoration as such."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from lessons.page import mathml, mathtext
from lessons.page.page import Card, Outline, Page
from lessons.problem import Location
from lessons.publish import outline, pdf, tagged
from lessons.publish.deck import Deck
from lessons.publish.document import Document
from lessons.publish.sheets import Sheets
from lessons.publish.worksheet import Worksheet

DOCS = Path(__file__).parents[2] / "docs"
SQUARED = mathml.typeset(r"\sigma^2")
FRONT = f"Why is {SQUARED} the variance of everything that a long question like this one asks for on two lines or more?"
WORDS = "Why is σ² the variance of everything that a long question like this one asks for on two lines or more?"
CARDS = (Card("one", FRONT, f"<p>By {mathml.typeset('x_1')}.</p>"), Card("two", "Two?", "<p>Back.</p>"))
META = {"title": "Cards", "description": "D"}
PAGE = Page("docs/lessons/cards.md", "lessons/cards/index.html", META, "", cards=CARDS)
SMALL = b"%PDF\n/Title (Cards)\n%%EOF\n"


def tiny(content: bytes, *more: bytes) -> bytes:
    """A PDF as Skia writes them, of a page's content and of more objects."""
    packed = zlib.compress(content)
    bodies = [b"<</Filter /FlateDecode\n/Length %d>> stream\n%b\nendstream" % (len(packed), packed), *more]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(places) + 1, rows)
    return data + table + b"trailer\n<</Size 2>>\nstartxref\n%d\n%%%%EOF\n" % len(data)


def content(data: bytes) -> bytes:
    return zlib.decompress(data[data.index(b"stream\n") + 7 : data.index(b"\nendstream")])


def test_what_is_in_no_element_is_an_artifact_and_the_rest_stays() -> None:
    words, path = b"BT\n/F4 10 Tf\n<0014> Tj\nET\n", b"0 0 4 4 re\n1 2 m\n3 4 l\nf*\n"
    inside = b"/P <</MCID 0 >>BDC\n" + words + b"/Span BMC\n" + path + b"EMC\nEMC\n"
    clip = b"q\n0 0 9 9 re\nW* n\n"
    drawn = content(tagged.tagged(tiny(clip + words + inside + b"1 0 0 RG\n" + path + b"/X1 Do\nQ\n")))
    apart = b"/Artifact BMC\n%bEMC\n"
    assert drawn == clip + apart % words + inside + b"1 0 0 RG\n" + apart % path + apart % b"/X1 Do\n" + b"Q\n"


def test_the_table_of_objects_leads_to_each() -> None:
    figure = b"<</Type /StructElem\n/S /Figure\n/Alt (%b)\n/P 1 0 R>>"
    entry = b"<</Title (sigma squared\xcf\x832)\n/Dest [1 0 R]>>"
    data = tagged.tagged(
        tiny(b"/P <</MCID 0 >>BDC\nEMC\n", figure % rb"a \(b\)", figure % b"a boat", entry), frozenset({"a (b)"})
    )
    start = int(data.split(b"startxref\n")[1].split()[0])
    places = [int(row[:10]) for row in data[start:].split(b"\n")[3:7]]
    assert [data[place:].split(b" ")[0] for place in places] == [b"1", b"2", b"3", b"4"]
    assert data.count(b"/S /Formula\n/Alt (a \\(b\\))") == 1
    assert data.count(b"/S /Figure\n/Alt (a boat)") == 1
    assert data.startswith(b"trailer", data.index(b"trailer"), start + 400)


@pytest.mark.parametrize(
    "data", [b"", b"%PDF", b"%PDF\nstartxref\n4\n%%EOF", tiny(b"")[:-40], b"x" + tiny(b"BT\nET\n")]
)
def test_another_kind_of_file_is_left_alone(data: bytes) -> None:
    assert tagged.tagged(data) == data


@pytest.mark.parametrize(("said", "title"), [(rb"(A \(b\) \\)", "A (b) \\"), (b"<FEFF03B2>", "β"), (rb"(\344)", "ä")])
def test_a_title_is_read_in_each_of_its_spellings(said: bytes, title: str) -> None:
    assert tagged.title(b"%PDF\n/Title " + said + b"\n") == title
    assert tagged.title(b"%PDF\n") == ""


def test_an_outline_has_the_headings_of_the_page() -> None:
    heading = (
        '<h3><span class="k">Question 1<span class="lesson-unseen">:</span></span> <span>Why '
        f'{SQUARED} &amp; co?</span><a class="headerlink" href="#a" aria-label="Link">¶</a></h3>'
    )
    found = outline.headings(mathtext.spoken(f"<h2>Other</h2>{heading}")[0])
    assert outline.mended("Question 1Whysigma squared𝜎2 & co?", found) == "Question 1: Why σ² & co?"
    assert outline.mended("Answer key:Other", found) == "Answer key: Other"
    assert outline.mended("Something else", found) == "Something else"


@pytest.mark.parametrize("kind", [Deck, Sheets])
def test_a_printed_deck_is_whole_for_those_who_hear_it(
    kind: type[Document], tool: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "CACHE", tmp_path / "cache")
    data = pdf.printed(kind(PAGE, DOCS))
    (tmp_path / "deck.pdf").write_bytes(data)
    about = subprocess.run([tool("pdfinfo"), tmp_path / "deck.pdf"], capture_output=True, text=True, check=True)
    assert re.search(r"Tagged: +yes", about.stdout)
    assert about.stderr == ""  # poppler finds every object
    assert b"/Lang (en)" in data
    assert re.findall(rb"/S /(\w+)\n/Alt \((.*?)\)", data) == [
        (b"Formula", b"sigma squared"),
        (b"Formula", b"x sub 1"),
    ]
    entries = re.findall(rb"<</Title <FEFF(\w+)>\n/Dest", data)
    said = [bytes.fromhex(one.decode()).decode("utf-16-be") for one in entries]
    assert sorted(said) == sorted(["Cards", WORDS, "Two?"])
    assert tagged.tagged(data) == tagged.tagged(tagged.tagged(data))


def test_a_card_that_does_not_fit_a_sheet_is_named_with_its_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pdf, "CACHE", tmp_path)
    long = Card("long", "Too long?", "<p>A sentence that goes on.</p>" * 60)
    lines = Outline(ids=(("long", Location(PAGE.path, 12, 5)),))
    page = dataclasses.replace(PAGE, cards=(CARDS[0], long), outline=lines)
    with pytest.raises(pdf.CannotPrint) as told:
        pdf.printed(Sheets(page, DOCS))
    assert str(told.value) == (
        "docs/lessons/cards.md:12:5: L305 the back of the card long is too long for 95 × 69 mm, "
        "the size of one to cut\n"
        "    shorten it, or make two cards of it\n1 problem"
    )


def test_sheets_that_were_not_laid_out_are_not_published(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pdf, "CACHE", tmp_path)
    monkeypatch.setattr(pdf, "_print", lambda browser, url, target: target.write_bytes(SMALL))
    for kind in (Sheets, Worksheet):
        with pytest.raises(pdf.CannotPrint, match="did not lay it out"):
            pdf.printed(kind(PAGE, DOCS))
