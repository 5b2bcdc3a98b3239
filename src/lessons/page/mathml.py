"""Set TeX as MathML at build time, so that the reader's browser draws it and runs nothing.

KaTeX judges what an author wrote, Temml sets it, both inside this process. What Temml wrote is read before a page gets
it: elements and attributes of mathematics, and none that loads, links or runs. A formula always gives the same MathML,
so each is set once; broken TeX raises, and never reaches a page.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
import re
import xml.etree.ElementTree as etree
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import quickjs

from lessons import store
from lessons.page import mathlayout, mathwidth

# KaTeX does not raise on a command that it does not trust, \href say, but shows it in this colour. No author can write
# the name in a place of a colour, and no quotation mark stands before it in what an author wrote.
_REFUSED = "refused-by-katex"
_SET = """
var console = {log() {}, warn() {}, error() {}};
const macros = {"\\\\R": "\\\\mathbb{R}", "\\\\N": "\\\\mathbb{N}", "\\\\Z": "\\\\mathbb{Z}"};  // as KaTeX has them
(tex, display, errorColor) => {
  try {
    const judged = katex.renderToString(tex, {
      displayMode: display, throwOnError: true, strict: "error", trust: false, output: "mathml", errorColor});
    if (judged.includes(`"${errorColor}"`)) return JSON.stringify({untrusted: true});
  } catch (error) {
    return JSON.stringify({refused: error.message});
  }
  try {
    const options = {displayMode: display, throwOnError: true, strict: true, macros: {...macros}};
    return JSON.stringify({mathml: temml.renderToString(tex, options)});
  } catch (error) {
    return JSON.stringify({unset: error.message});
  }
}
"""

PACKAGES = ("katex", "temml", "@fontsource/stix-two-math")  # below node_modules
FONT = "@fontsource/stix-two-math/files/stix-two-math-latin-400-normal.woff"  # quicker to read than the woff2 beside it
SCRIPTS = ("katex/dist/katex.min.js", "temml/dist/temml.min.js")
CACHE = Path(".cache/mathml")
SAFELY = 1.05  # the widths are sums of parts, and some come out a little short
NARROW = 12  # ems: a display no wider fits every column and card
MOST_SECONDS, MOST_MEMORY = 2, 256 * 2**20  # that setting a formula may take, which is an author's
MOST_REMEMBERED = 20_000  # formulas; then only those of the run are kept

ELEMENTS = frozenset(
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd mstyle"  # noqa: SIM905 - a list of words
    " mpadded mphantom menclose".split()
)
ATTRIBUTES = frozenset(
    "accent accentunder class columnalign columnlines columnspacing columnspan depth display displaystyle form height"  # noqa: SIM905 - a list of words
    " largeop linebreak linethickness lspace mathbackground mathsize mathvariant maxsize minsize movablelimits notation"
    " rowlines rowspacing rspace scriptlevel stretchy style symmetric voffset width".split()
)
NO_MEANING = ("fence", "separator")  # attributes that MathML Core does not know
_PLAIN = re.compile(r"[\w\s#.,:;%+-]*")  # words and lengths: nothing that is looked up elsewhere
_ROW = re.compile(r'<span class="lesson-formula" style="(?:--row:(\d+);)?--ems:(\d+)">')
_UNDERLINED = "\u0332"  # KaTeX and Temml mark the fault with it, which a terminal shows as noise


@dataclass
class _Memory:
    address: str
    kept: dict[str, str] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)


class TexError(ValueError):
    """TeX that cannot be set; the message says by whom it is refused and why, in one line."""


class NotInstalled(RuntimeError):
    """What sets formulas is not installed beside the project."""


def modules(start: Path = Path(__file__)) -> Path:
    """The folder that npm installed KaTeX, Temml and the font into, looked for from `start` upwards.

    So it lies beside this package, and not in the working directory: what lies there is the project's that is checked
    or built, and scripts write HTML.
    """
    for folder in start.resolve().parents:
        found = folder / "node_modules"
        if all((found / script).is_file() for script in SCRIPTS):
            return found
    raise NotInstalled("KaTeX and Temml are not installed: run `make setup`")


@functools.cache
def _setter() -> Callable[[str, bool, str], str]:
    context = quickjs.Context()
    context.set_memory_limit(MOST_MEMORY)
    context.set_time_limit(MOST_SECONDS)
    for script in SCRIPTS:
        context.eval((modules() / script).read_text(encoding="utf-8"))
    setter: Callable[[str, bool, str], str] = context.eval(_SET)
    return setter


@functools.cache
def _ruler() -> mathwidth.Ruler:
    return mathwidth.Ruler(modules() / FONT)


@functools.cache
def _memory() -> _Memory:
    """What earlier runs set, addressed by the scripts and by what is made of their work: a change of any forgets it."""
    own = (Path(__file__), Path(mathlayout.__file__), Path(mathwidth.__file__))
    files = [*(modules() / script for script in (*SCRIPTS, FONT)), *own]
    decides = b"".join(file.read_bytes() for file in files)
    memory = _Memory(hashlib.sha256(decides).hexdigest())
    memory.kept = store.load_value(CACHE, memory.address) or {}
    return memory


@functools.cache
def typeset(tex: str, display: bool = False) -> str:
    """The HTML of a formula: `<math>` that keeps its TeX in `data-tex`, a display in a `<span>` that can scroll.

    Raises TexError on TeX that is refused.
    """
    memory, key = _memory(), f"{'display' if display else 'inline'} {tex}"
    html = memory.kept.get(key) or _typeset(tex, display)
    memory.used[key] = html
    return html


def _typeset(tex: str, display: bool) -> str:
    tex = tex.encode(errors="replace").decode()
    try:
        answer = json.loads(_setter()(tex, display, _REFUSED))
    except quickjs.JSException:
        raise TexError(f"this formula takes more than {MOST_SECONDS} s, or too much memory, to set") from None
    if "refused" in answer:
        raise TexError(
            f"KaTeX refuses this formula: {_one_line(answer['refused'].removeprefix('KaTeX parse error: '))}"
        )
    if "untrusted" in answer:
        what = "a command that a lesson may not use (links, HTML or included files inside a formula)"
        raise TexError(f"KaTeX refuses this formula: {what}")
    if "unset" in answer:
        raise TexError(f"Temml cannot set this formula: {_one_line(answer['unset'])}")
    return _html(answer["mathml"], tex, display)


def _one_line(message: str) -> str:
    return " ".join(message.replace(_UNDERLINED, "").split())


def _html(mathml: str, tex: str, display: bool) -> str:
    try:
        math = etree.fromstring(mathml.replace("&nbsp;", "\u00a0"))
    except (etree.ParseError, RecursionError) as fault:
        raise TexError(f"Temml cannot set this formula: {str(fault).partition(':')[0]}") from None
    for element in math.iter():
        _judge(element)
    mathlayout.mend(math, display=display, width=_ruler().beside)
    math.attrib = ({"display": "block"} if display else {}) | {"data-tex": tex}
    written = etree.tostring(math, encoding="unicode").replace(" />", "/>")
    return f'<span class="lesson-formula"{_widths(math)}>{written}</span>' if display else written


def _widths(formula: etree.Element) -> str:
    """For the stylesheet, which sets a display smaller where it would not fit: its widest row and the whole, in ems."""
    row, whole = (math.ceil(width * SAFELY) for width in _ruler().widths(formula))
    if whole <= NARROW:
        return ""
    return f' style="--row:{row};--ems:{whole}"' if row < whole else f' style="--ems:{whole}"'


def width(html: str) -> int:
    """Of a display's HTML: how wide its widest row is, in ems; 0 of one that fits everywhere."""
    found = _ROW.search(html)
    return int(found[1] or found[2]) if found else 0


def _judge(element: etree.Element) -> None:
    """Raises TexError on what no formula needs: whoever wrote it, a page does not get it."""
    if element.tag not in ELEMENTS:
        raise TexError(f"Temml cannot set this formula: <{element.tag}> is no element of mathematics")
    for name in NO_MEANING:
        element.attrib.pop(name, None)
    for name, value in element.attrib.items():
        if name not in ATTRIBUTES or (name in ("class", "style") and not _PLAIN.fullmatch(value)):
            raise TexError(f"Temml cannot set this formula: {name} is no attribute of mathematics")


def learned() -> dict[str, str]:
    """What this process has set so far."""
    return _memory().used


def learn(typeset: dict[str, str]) -> None:
    """Take over what another process has set."""
    _memory().used.update(typeset)


def remember() -> None:
    """Keep what this run set for the next one; whoever typesets pages calls it once, at the end."""
    memory = _memory()
    known = memory.kept | memory.used if len(memory.kept) < MOST_REMEMBERED else memory.used
    if known == memory.kept:
        return
    store.save_value(CACHE, memory.address, known)
