"""What a notebook's cells may show on its page: each output becomes a part of the page as it is."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator
from typing import Any

from lessons.notebook.outputs import Outputs
from lessons.notebook.source import Cell, Notebook
from lessons.page import markup
from lessons.page.source import Formula, scan
from lessons.page.typeset import HTML_REPAIR, typeset
from lessons.problem import Location, Problem

CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")  # a terminal's colours, and what no page shows
DATA_REPAIR = "show a figure, a table or plain words; numbers that stand for none are words, too"
# What Python says of an object that has no words: `<generator object <genexpr> at 0x…>`.
UNNAMED = re.compile(r"<(?:[^<>\n]|<\w+>){1,300} at 0x…|<[\w.]+ object>|<DisplayHandle [^<>]*>")
UNNAMED_REPAIR = (
    "show what it holds, list(x) or x.name, or give its class a `__repr__`; with ; at its end a last line shows nothing"
)
# What a page does not show, by the kind of it: the message and the repair.
FOREIGN = {
    "text/markdown": (
        "an output in Markdown",
        "print the words, or write them in a cell of `# %% [markdown]`; Math(r'…') shows a formula",
    ),
    "application/json": ("an output in JSON", "print it: print(json.dumps(value, indent=1))"),
    "application/javascript": ("an output in JavaScript", "show a figure, a table or plain words: a page runs nothing"),
}
FOREIGN_REPAIR = "show a figure, a table, a formula or plain words"
DEEPEST = 50  # lists and mappings in each other
TEX_REPAIR = "show one formula, without $ inside it"


def formula(output: dict[str, Any]) -> str:
    """The TeX of an output, as Markdown. A blank line would end it."""
    tex = CONTROL.sub("", output["data"]["text/latex"]).strip().strip("$").strip()
    tex = re.sub(r"\n\s*\n", "\n", tex)
    return f"$$\n{tex}\n$$"


def problems(notebook: Notebook, outputs: Outputs) -> Iterator[Problem]:
    """L506 of what no page shows, L301 of TeX that cannot be set, at the cell that shows it."""
    path = notebook.path.as_posix()
    for cell, shown in zip(notebook.code, outputs, strict=False):  # there are none of a notebook that failed
        for output in shown:
            if fault := _no_json(output):
                yield Problem(Location(path, cell.line), "L506", f"an output that holds {fault}", DATA_REPAIR)
                continue
            data = output.get("data", {})
            if "text/html" in data:
                if fault := markup.fault(data["text/html"]):
                    message = f"HTML that a page may not have: {fault}"
                    yield Problem(Location(path, cell.line), "L506", message, HTML_REPAIR)
            elif "text/latex" in data:
                yield from _tex(path, cell, formula(output))
            elif foreign := next((kind for kind in data if kind != "text/plain"), None):
                message, repair = FOREIGN.get(foreign, (f"an output of the kind {foreign}", FOREIGN_REPAIR))
                yield Problem(Location(path, cell.line), "L506", message, repair)
                continue
            if unnamed := UNNAMED.search(html.unescape(_words(output))):
                message = f"an object without words of its own: {unnamed[0].rstrip('>')}>"
                yield Problem(Location(path, cell.line), "L506", message, UNNAMED_REPAIR)


def _words(output: dict[str, Any]) -> str:
    """What a reader of the page would read of an output."""
    data = output.get("data", {})
    told: str = output.get("text") or data.get("text/html") or data.get("text/plain", "")
    return "" if "text/latex" in data and "text/html" not in data else told


def _no_json(value: Any) -> str | None:
    """What an .ipynb cannot hold, or no program would read again."""
    level = [value]
    for _ in range(DEEPEST):
        if any(isinstance(one, float) and not math.isfinite(one) for one in level):
            return "a number that is not finite"
        nested = [one for one in level if isinstance(one, dict | list)]
        level = [inner for one in nested for inner in (one.values() if isinstance(one, dict) else one)]
        if not level:
            return None
    return "lists or mappings that are nested too deeply"


def _tex(path: str, cell: Cell, text: str) -> Iterator[Problem]:
    source = scan(path, text)
    whole = [(part.start, part.end) for part in source.parts if isinstance(part, Formula)]
    if whole != [(0, len(text))] or len(source.parts) != 1:
        yield Problem(Location(path, cell.line), "L506", "TeX that is not one formula", TEX_REPAIR)
        return
    for problem in typeset(source, {}).problems:
        yield Problem(Location(path, cell.line), problem.code, problem.message, problem.repair)
