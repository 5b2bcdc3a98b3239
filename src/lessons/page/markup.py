"""The HTML that a value may bring to a page: a figure, a table, plain words; nothing that runs, loads or reaches out.

What is not listed here is refused, never mended: HTML that somebody mended has a way of becoming something else in a
browser. The text is read as XML, which knows one way to write a thing, and written to the page as it is.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterator, Mapping
from xml.parsers import expat


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


WORDS = _names("figure figcaption p div span ul ol li em strong code pre br sub sup b i")
TABLE = _names("table caption colgroup col thead tbody tfoot tr th td")
PICTURE = _names(
    "svg g defs path rect circle ellipse line polyline polygon text tspan use image mask clipPath"
    " linearGradient radialGradient stop"
)
DESCRIBED = _names("title desc")  # of a picture in a file of its own
SHAPE = (
    "d x y x1 y1 x2 y2 cx cy r rx ry dx dy fx fy points width height viewBox transform gradientTransform gradientUnits"
    " clipPathUnits maskUnits maskContentUnits offset preserveAspectRatio"
)
PAINT = (
    "fill fill-opacity fill-rule stroke stroke-width stroke-linecap stroke-linejoin stroke-dasharray stroke-dashoffset"
    " stroke-miterlimit stroke-opacity opacity color clip-path clip-rule mask image-rendering shape-rendering"
    " stop-color stop-opacity font font-family font-size font-style font-weight font-variant font-stretch text-anchor"
    " text-decoration dominant-baseline vector-effect"
)
ATTRIBUTES = _names(f"{SHAPE} {PAINT} scope colspan rowspan")
DECLARATIONS = _names(f"{PAINT} text-align white-space")
NAMESPACES = {"xmlns": "http://www.w3.org/2000/svg", "xmlns:xlink": "http://www.w3.org/1999/xlink"}
CLASSES = ("lesson-figure",)  # others are names that the theme's scripts, or the site's, act on
ROLES = ("img",)
# As `lessons.figures` makes them: no name that a script of a page could take for one of its own variables.
_ID = re.compile(r"f[0-9a-f]{8}-[0-9]+")
_NAME = re.compile(r"[\w.-]+")
_ADDRESS = re.compile(r"#[\w.-]+|data:image/png;base64,[A-Za-z0-9+/=\s]*")
_CALLS = re.compile(r"url\(#[\w.-]+\)|\b(?:var|rgba?|translate|rotate|scale|skew[XY]|matrix)\(")
_PAINTED = re.compile(r"[\w\s#.,%)'\"+-]*")
# HTML takes no notice of the slash: what follows such an element would be inside it.
_NEVER_EMPTY = "|".join(sorted((WORDS | TABLE) - {"br", "col"}))
_EMPTY = re.compile(rf"<({_NEVER_EMPTY})(?:\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)?/>")


DEEPEST = 100  # elements in each other: what reads a page later is not made for more


class _Refused(Exception):
    """The words for what is wrong."""


def fault(html: str) -> str | None:
    """What is wrong with a value's HTML, in words; None where a page may have it."""
    parser = expat.ParserCreate()
    depth = 0

    def begun(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise _Refused(f"more than {DEEPEST} elements in each other")
        _element(name, attributes)

    def ended(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler = begun
    parser.EndElementHandler = ended
    parser.CommentHandler = _refusing("a comment")
    parser.StartCdataSectionHandler = _refusing("a CDATA section")
    parser.ProcessingInstructionHandler = _refusing("a processing instruction")
    parser.XmlDeclHandler = _refusing("an XML declaration")
    parser.StartDoctypeDeclHandler = _refusing("a document type")
    try:
        parser.Parse(f"<div>{html}</div>", True)
    except _Refused as refused:
        return str(refused)
    except (expat.ExpatError, UnicodeEncodeError) as broken:
        return f"it is not well-formed: {str(broken).partition(':')[0]}"
    if empty := _EMPTY.search(html):
        return f"<{empty[1]}/> without an end tag"
    return None


def fault_of_picture(data: bytes) -> str | None:
    """What is wrong with an SVG file, in words; None where the site may publish it.

    A browser opens it as a document of its own: it holds what a figure holds, and its title.
    """
    root: list[str] = []

    def element(name: str, attributes: dict[str, str]) -> None:
        if not root:
            root.append(name)
            if name != "svg" or attributes.get("xmlns") != NAMESPACES["xmlns"]:
                raise _Refused(f'it begins with <{name}> and not with <svg xmlns="{NAMESPACES["xmlns"]}">')
        if name not in PICTURE | DESCRIBED:
            raise _Refused(f"the element <{name}>")
        for key, value in attributes.items():
            named = key == "id" and _NAME.fullmatch(value)  # in a document of its own no script looks for it
            if not (named or key in ("xml:space", "version") or _harmless(key, value)):
                raise _Refused(f"the attribute {key}={_short(value)!r} of <{name}>")

    def declared(_: str, encoding: str | None, __: int) -> None:
        if (encoding or "utf-8").lower() != "utf-8":
            raise _Refused(f"the encoding {encoding}")

    parser = expat.ParserCreate()
    parser.StartElementHandler = element
    parser.XmlDeclHandler = declared
    parser.StartCdataSectionHandler = _refusing("a CDATA section")
    parser.ProcessingInstructionHandler = _refusing("a processing instruction")
    parser.StartDoctypeDeclHandler = _refusing("a document type")
    try:
        data.decode("utf-8")  # the parser would take other encodings for what they say they are
        parser.Parse(data, True)
    except _Refused as refused:
        return str(refused)
    except (expat.ExpatError, UnicodeDecodeError) as broken:
        return f"it is not well-formed: {str(broken).partition(':')[0]}"
    return None


def _short(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:40]}…"


def _refusing(what: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise _Refused(what)

    return refuse


def _element(name: str, attributes: dict[str, str]) -> None:
    if name not in WORDS | TABLE | PICTURE:
        raise _Refused(f"the element <{name}>")
    for key, value in attributes.items():
        if not _harmless(key, value):
            raise _Refused(f"the attribute {key}={_short(value)!r} of <{name}>")


def _harmless(name: str, value: str) -> bool:
    match name:
        case "id":
            return bool(_ID.fullmatch(value))
        case "class":
            return value in CLASSES
        case "role":
            return value in ROLES
        case "aria-label":
            return True
        case "href" | "xlink:href":
            return bool(_ADDRESS.fullmatch(value))
        case "style":
            return all(_declares(part) for part in value.split(";") if part.strip())
    if name in NAMESPACES:
        return value == NAMESPACES[name]
    return name in ATTRIBUTES and _paints(value)


def _declares(declaration: str) -> bool:
    name, colon, value = declaration.partition(":")
    return bool(colon) and name.strip() in DECLARATIONS and _paints(value)


def _paints(value: str) -> bool:
    """Whether a value is a colour, a length, a shape, a font's name: it names nothing outside of the picture."""
    return bool(_PAINTED.fullmatch(_CALLS.sub(" ", value)))


# ---- in what is published -----------------------------------------------------------------------------------------

SCRIPT = re.compile(r"(?is)<script\b(?P<attributes>[^>]*)>(?P<code>.*?)</script\s*>")
_TAG = re.compile(
    rf"{SCRIPT.pattern}|<(?P<name>[a-z][^\s/>]*)(?P<rest>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE | re.DOTALL
)
_ATTRIBUTE = re.compile(r"""([^\s"'=/>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_RUNS = re.compile(r"(?i)(?:javascript|vbscript):|data:(?!image/(?:png|gif|jpeg|webp)[;,])")
# A quick first look: whatever `running` finds has one of these.
_SUSPECT = re.compile(
    r"""(?ix)<(?:script|style)\b | [\s"'/]on[^\s"'=/>]*\s*=
    | (?:href|src|action)\s*=\s*(?:"[^"]*?|'[^']*?|[^\s"'>]*?)
      (?:script|data:(?!image/(?:png|gif|jpeg|webp)[;,])|&|[\x00-\x20])"""
)
Allowed = Callable[[Mapping[str, str], str], bool]  # whether a script with these attributes and this code may stand


def running(document: str, allowed: Allowed = lambda *_: False) -> Iterator[str]:
    """What a page's HTML, or a part of it, holds that would run, or would not be let: scripts, handlers, styles."""
    if not _SUSPECT.search(document):
        return
    for tag in _TAG.finditer(document):
        name = (tag["name"] or "script").lower()
        written = tag["attributes"] or tag["rest"] or ""
        attributes = {key.lower(): entities.unescape(value.strip("\"'")) for key, value in _ATTRIBUTE.findall(written)}
        if name == "script" and not allowed(attributes, tag["code"] or ""):
            yield f"a script that the policy does not know: {_cut(tag[0])}"
        elif name == "style":
            yield f"a style element: {_cut(tag[0])}"
        for key, value in attributes.items():
            address = re.sub(r"[\x00-\x20]", "", value)
            if key.startswith("on") or (key.endswith(("href", "src", "action")) and _RUNS.match(address)):
                yield f"an attribute that runs a script: {_cut(tag[0])}"


_WORDS = re.compile(r"""\bclass=(?:"([^"]*)"|'([^']*)'|([^\s>"']+))|(data-md-color-\w+="[^"]*")""")


def words(document: str) -> frozenset[str]:
    """What a page's HTML, or a part of it, holds that a stylesheet could name: its classes, and the theme's colours."""
    found: set[str] = set()
    for double, single, bare, colour in _WORDS.findall(document):
        found.update([colour] if colour else (double or single or bare).split())
    return frozenset(found)


def _cut(text: str) -> str:
    return f"{' '.join(text.split())[:80]}…" if len(text) > 80 else " ".join(text.split())
