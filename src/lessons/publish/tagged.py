"""What a PDF of Chromium's lacks for readers who hear it: decoration and formulas that are named as what they are.

Chromium tags what stands in a page's elements. What only its styles write (the number of a page, the title in a margin
or in the corner of a card) it leaves untagged, so that a screen reader may read it anywhere; here it becomes an
artifact, which none reads. And a formula is a figure to it, which has words: it becomes a formula that has them.

The files are simple ones, as Skia writes them: one table of objects, each object after the other, each operator of a
page on a line of its own. What is not so is not touched.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from lessons.publish import outline

_TABLE = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])\s")
_STREAM = re.compile(rb"(<<.*?/Length )(\d+)(.*?>> ?stream\r?\n)", re.DOTALL)
_MARKED = re.compile(rb"^(?:.*\b(?P<begin>BDC|BMC)|(?P<end>EMC))$", re.MULTILINE)
# What paints: words, pictures, and what is drawn along a path.
_PAINTS = re.compile(
    rb"^(?:BT\n(?:.*\n)*?ET|/\S+ Do|(?:(?:[-\d. ]+ )?(?:re|m|l|c|v|y|h)\n)+(?:f\*?|F|S|s|B\*?|b\*?))\n", re.MULTILINE
)
_STRING = rb"(?:\((?:[^\\()]|\\.)*\)|<[0-9A-Fa-f]*>)"
_TITLE = re.compile(rb"/Title\s*(" + _STRING + rb")", re.DOTALL)
_ENTRY_OF_OUTLINE = re.compile(rb"^<</Title (" + _STRING + rb")\n/Dest ", re.DOTALL)
_FIGURE = re.compile(rb"^<</Type /StructElem\n/S /Figure\n/Alt (?P<alt>" + _STRING + rb")", re.DOTALL)


def tagged(data: bytes, formulas: frozenset[str] = frozenset(), headings: dict[str, str] | None = None) -> bytes:
    """A PDF with its decoration marked as such, as formulas the figures that have these words, and these headings."""
    objects = _objects(data)
    if objects is None:
        return data
    beginning, numbered, end = objects
    parts, places, at = [beginning], {}, len(beginning)
    for number, body in numbered:
        places[number] = at
        parts.append(_mended(body, formulas, headings or {}))
        at += len(parts[-1])
    rows = b"".join(b"%010d 00000 n \n" % places[number] for number in sorted(places))
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + rows
    return b"".join([*parts, table, end, b"startxref\n%d\n%%%%EOF\n" % at])


def title(data: bytes) -> str:
    """What a PDF calls itself."""
    found = _TITLE.search(data)
    return words(found[1]) if found else ""


def _objects(data: bytes) -> tuple[bytes, list[tuple[int, bytes]], bytes] | None:
    """What stands before the objects, these as they lie, with their numbers, and the trailer; None of other files."""
    if not (found := _TABLE.search(data)) or not data[(start := int(found[1])) :].startswith(b"xref\n0 "):
        return None
    entries = _ENTRY.findall(data, start)[1:]
    trailer = data.find(b"trailer", start)
    if trailer < 0 or not entries or any(kind != b"n" for _, _, kind in entries):
        return None
    places = sorted((int(place), number) for number, (place, _, _) in enumerate(entries, 1))
    ends = [place for place, _ in places[1:]] + [start]
    numbered = [(number, data[place:end]) for (place, number), end in zip(places, ends, strict=True)]
    if any(not body.startswith(b"%d 0 obj" % number) for number, body in numbered):
        return None
    return data[: places[0][0]], numbered, data[trailer : found.start()]


def _mended(body: bytes, formulas: frozenset[str], headings: dict[str, str]) -> bytes:
    head, rest = body.split(b"\n", 1)
    if (figure := _FIGURE.match(rest)) and words(figure["alt"]) in formulas:
        return head + b"\n" + rest.replace(b"/S /Figure", b"/S /Formula", 1)
    if entry := _ENTRY_OF_OUTLINE.match(rest):
        written = b"<FEFF" + outline.mended(words(entry[1]), headings).encode("utf-16-be").hex().upper().encode() + b">"
        return head + b"\n" + rest.replace(entry[1], written, 1)
    stream = _STREAM.match(rest)
    if not stream or b"/FlateDecode" not in stream[0] or b"/Subtype" in stream[0]:
        return body
    packed = rest[stream.end() : stream.end() + int(stream[2])]
    content = zlib.decompress(packed)
    if not _is_page(content):
        return body
    packed = zlib.compress(b"".join(_apart(content)), 9)
    return b"".join(
        [head, b"\n", stream[1], b"%d" % len(packed), stream[3], packed, rest[stream.end() + int(stream[2]) :]]
    )


def _is_page(content: bytes) -> bool:
    return b" BDC" in content or b">>BDC" in content


def _apart(content: bytes) -> Iterator[bytes]:
    """What a page draws, all that is in no element as an artifact."""
    depth = last = 0
    for sign in _MARKED.finditer(content):
        if depth == 0:
            yield _PAINTS.sub(rb"/Artifact BMC\n\g<0>EMC\n", content[last : sign.start()])
            last = sign.start()
        depth += 1 if sign["begin"] else -1
        if depth == 0:
            yield content[last : sign.end()]
            last = sign.end()
    rest = content[last:]
    yield _PAINTS.sub(rb"/Artifact BMC\n\g<0>EMC\n", rest) if depth == 0 else rest


def words(string: bytes) -> str:
    """A string of a PDF: in brackets, with escapes; or in hexadecimal digits."""
    if string.startswith(b"<"):
        data = bytes.fromhex(string[1:-1].decode())
    else:
        data = re.sub(rb"\\([0-7]{3}|.)", lambda one: _escaped(one[1]), string[1:-1], flags=re.DOTALL)
    return data[2:].decode("utf-16-be") if data.startswith(b"\xfe\xff") else data.decode("latin-1")


def _escaped(sign: bytes) -> bytes:
    if sign.isdigit():
        return bytes([int(sign, 8)])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(sign, sign)
