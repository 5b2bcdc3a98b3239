"""Typeset TeX at build time: KaTeX, run inside this process, so that the reader's browser runs nothing.

A formula always gives the same HTML, so each is typeset once; broken TeX raises, and never reaches a page.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import quickjs

from lessons import store

# KaTeX does not raise on a command that it does not trust, \href say, but shows it in this colour. No author can write
# the name in a place of a colour, and no quotation mark stands before it in what an author wrote.
_REFUSED = "refused-by-katex"
_RENDER = """
(tex, display, errorColor) => {
  try {
    return JSON.stringify({html: katex.renderToString(tex, {
      displayMode: display, throwOnError: true, strict: "error", trust: false, output: "htmlAndMathml", errorColor})});
  } catch (error) {
    return JSON.stringify({error: error.message});
  }
}
"""


# KaTeX hands the TeX on beside the MathML; readers have no use for it, and it doubles as raw TeX in a text search.
_ANNOTATION = re.compile(r"<annotation[^>]*>.*?</annotation>", re.DOTALL)


CACHE = Path(".cache/katex")
MOST_SECONDS, MOST_MEMORY = 2, 256 * 2**20  # that setting a formula may take, which is an author's
MOST_REMEMBERED = 20_000  # formulas; then only those of the run are kept


@dataclass
class _Memory:
    address: str
    kept: dict[str, str] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)


class TexError(ValueError):
    """TeX that KaTeX refuses; the message is KaTeX's own, in one line."""


class KatexMissing(RuntimeError):
    """KaTeX is not installed beside the project."""


def distribution(start: Path = Path(__file__)) -> Path:
    """The folder that npm installed KaTeX into, looked for from `start` upwards: beside this package.

    Not from the working directory. What lies there is the project's that is checked or built, and KaTeX writes HTML.
    """
    for folder in start.resolve().parents:
        dist = folder / "node_modules" / "katex" / "dist"
        if (dist / "katex.min.js").is_file():
            return dist
    raise KatexMissing("KaTeX is not installed: run `make setup`")


@functools.cache
def _renderer() -> Callable[[str, bool, str], str]:
    context = quickjs.Context()
    context.set_memory_limit(MOST_MEMORY)
    context.set_time_limit(MOST_SECONDS)
    context.eval((distribution() / "katex.min.js").read_text(encoding="utf-8"))
    render: Callable[[str, bool, str], str] = context.eval(_RENDER)
    return render


@functools.cache
def _memory() -> _Memory:
    """What earlier runs typeset, addressed by KaTeX itself and by this file: a change of either forgets it."""
    decides = (distribution() / "katex.min.js").read_bytes() + Path(__file__).read_bytes()
    memory = _Memory(hashlib.sha256(decides).hexdigest())
    memory.kept = store.load_value(CACHE, memory.address) or {}
    return memory


@functools.cache
def typeset(tex: str, display: bool = False) -> str:
    """HTML of a formula, with MathML beside it for screen readers. Raises TexError on TeX that KaTeX refuses."""
    memory, key = _memory(), f"{'display' if display else 'inline'} {tex}"
    html = memory.kept.get(key) or _typeset(tex, display)
    memory.used[key] = html
    return html


def _typeset(tex: str, display: bool) -> str:
    try:
        answer = json.loads(_renderer()(tex.encode(errors="replace").decode(), display, _REFUSED))
    except quickjs.JSException:
        raise TexError(f"it takes more than {MOST_SECONDS} s, or too much memory, to set") from None
    if "error" in answer:
        message = str(answer["error"]).removeprefix("KaTeX parse error: ")
        # KaTeX underlines the fault with combining marks, which a terminal shows as noise.
        raise TexError(message.replace("\u0332", "").replace("\n", " "))
    html = str(answer["html"])
    if f'"{_REFUSED}"' in html:
        raise TexError("a command that a lesson may not use (links, HTML or included files inside a formula)")
    return _ANNOTATION.sub("", html)


def learned() -> dict[str, str]:
    """What this process has typeset so far."""
    return _memory().used


def learn(typeset: dict[str, str]) -> None:
    """Take over what another process has typeset."""
    _memory().used.update(typeset)


def remember() -> None:
    """Keep what this run typeset for the next one; whoever typesets pages calls it once, at the end."""
    memory = _memory()
    known = memory.kept | memory.used if len(memory.kept) < MOST_REMEMBERED else memory.used
    if known == memory.kept:
        return
    store.save_value(CACHE, memory.address, known)
