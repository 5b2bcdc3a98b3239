"""The ids and classes that a page may give its elements.

Scripts find what they work with by ids and classes, the theme's settings among them, and a browser makes a variable
of every id. A page that gave one of those would be taken for a part of the theme. So there is a list of what may be
given, and all else is refused, wherever Markdown has a way of giving it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from markdown.extensions.attr_list import get_attrs_and_remainder
from markdown.extensions.toc import slugify_unicode

CLASSES = ("md-button", "md-button--primary")  # the look of a link; no script acts on them
OPTIONS = ("title", "hl_lines", "linenums")  # of a fence
# Variables that the theme's scripts ask for and no browser has: an element with the id would be the answer. The
# theme's other names begin with two underscores. tests/hostile/test_published.py reads the scripts for more.
LOOKED_UP = frozenset({"AsyncIterator", "applyFocusVisiblePolyfill", "dataLayer", "define", "mermaid"})
_ID = re.compile(r"(?!__)[\w-]+")
_LIST = re.compile(r"\{:?[ ]*([#.][^\W\d][^{}\n]*)\}")
_AT_THE_END = re.compile(r" +\{:? *(?:[^}]*#(?P<id>[^\s}]+))?[^}]*\}\s*$")
_LANGUAGE_AND_LIST = re.compile(r"\.?(?P<language>[\w#.+-]*)[ ]*\{(?P<list>.*)\}")
_SIGNS = re.compile(r"\\(?P<escaped>.)|(?P<ticks>`+)(?P<code>.+?)(?P=ticks)|(?P<other>[*`])")
_EMPHASIS = re.compile(r"(?<!\w)(_{1,3})(?=[^\s_])(.+?)(?<=[^\s_])\1(?!\w)")
_KEPT = "\x00"  # an underscore that is no sign of Markdown

Fault = tuple[str, str]  # message and repair


def wrong_id(value: str) -> Fault | None:
    """What is wrong with an id."""
    if not _ID.fullmatch(value):
        return (
            f"a page may not give the id {value!r}",
            "use letters, digits and hyphens, a letter first: { #short-name }",
        )
    if value in LOOKED_UP:
        return f"the id {value!r} is a name that the site's scripts ask for", "choose another: { #short-name }"
    return None


def wrong_class(value: str) -> Fault | None:
    """What is wrong with a class."""
    if value in CLASSES:
        return None
    return f"a page may not give the class {value!r}", f"leave it out; a link may have {' and '.join(CLASSES)}"


def listed(text: str) -> Iterator[tuple[int, Fault]]:
    """(offset, fault) of each attribute list in the text that gives an id or a class that no page may give."""
    for found in _LIST.finditer(text):
        if "=" in found[1]:
            continue  # L113
        for fault in _given(found[1]):
            yield found.start(), fault


def _given(attributes: str) -> Iterator[Fault]:
    for key, value in get_attrs_and_remainder(attributes)[0]:
        fault = wrong_id(value or "") if key == "id" else wrong_class(value or "") if key == "." else None
        if fault:
            yield fault


def of_a_fence(info: str) -> Iterator[Fault]:
    """What is wrong with the words after a fence's ticks: a language, and at most some options."""
    found = _LANGUAGE_AND_LIST.fullmatch(info.strip())
    if not found or (not found["language"] and re.match(r"\s*[\w-]", found["list"])):  # a slip for {python}: L204
        return
    attributes = get_attrs_and_remainder(found["list"])[0]
    classes = [value for key, value in attributes if key == "."]
    repair = "write the language alone: ```python"
    for value in classes[0 if found["language"] else 1 :]:
        yield f"a fence may not give the class {value!r}", repair
    for key, value in attributes:
        if key == "id":
            yield f"a fence may not give the id {value!r}", repair
        elif key not in (".", *OPTIONS):
            yield f"a fence may not give the attribute {key!r}", f"{repair}; it may have {', '.join(OPTIONS)}"


_SPELT = dict(zip("äöüßæœøåđłþ", ("ae", "oe", "ue", "ss", "ae", "oe", "oe", "aa", "d", "l", "th"), strict=True))


def plain(words: str) -> str:
    """Words in small letters, digits and single hyphens: welche-groesse, beta-vae. Empty where nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", "".join(map(_spelt, words.lower()))).strip("-")


def _spelt(sign: str) -> str:
    """A letter as English keyboards have it: ü is ue, é is e, β is beta."""
    if sign.isascii():
        return sign
    name = unicodedata.name(sign, "")
    if name.startswith("GREEK") and "LETTER" in name:
        return re.sub(r".*LETTER (?:FINAL )?(\w+).*", r"\1", name).lower()
    plainer = unicodedata.normalize("NFKD", sign)
    return _SPELT.get(sign, "".join(one for one in plainer if not unicodedata.combining(one)))


def short_name(words: str) -> str:
    """An id that these words may have meant: a letter first, and no word that YAML takes for something else."""
    found = plain(words)
    number, _, rest = found.partition("-")
    if found[:1].isdigit():
        found = f"{rest}-{number}" if number.isdigit() and rest[:1].isalpha() else f"the-{found}"
    if not found:
        return "a-short-name"
    return f"is-{found}" if found in ("yes", "no", "on", "off", "true", "false", "null", "y", "n") else found


def given(heading: str) -> str:
    """The id in a heading's attribute list, if it has one. The others get theirs from their words."""
    found = _AT_THE_END.search(heading)
    return (found["id"] or "") if found else ""


def without_list(heading: str) -> str:
    """A heading's text without its attribute list."""
    return _AT_THE_END.sub("", heading)


def slug(words: str, separator: str) -> str:
    """Words as an id: letters of every alphabet stay."""
    return slugify_unicode(words, separator)


def from_words(heading: str) -> str:
    """The id that a heading gets from its words."""
    return slug(_words(heading), "-")


def _words(heading: str) -> str:
    """A heading's text without the signs of Markdown; an underscore that marks nothing stays."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", _AT_THE_END.sub("", heading))
    words = _SIGNS.sub(lambda m: (m["escaped"] or m["code"] or "").replace("_", _KEPT), words)
    while (plain := _EMPHASIS.sub(r"\2", words)) != words:
        words = plain
    return html.unescape(words.replace(_KEPT, "_"))
