"""Typeset one page: each snippet, inline value and formula gets its HTML, or a problem in its place."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from lessons.page import folds, markup, mathml, rules, tex
from lessons.page.display import Shown
from lessons.page.protocol import Descriptions
from lessons.page.snippet import Output, Result
from lessons.page.source import Asked, Block, Example, Formula, Part, Snippet, Source, Value
from lessons.problem import Problem

# Markdown keeps its own notes between two control characters: what a page prints shows them by their pictures.
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {0x7F: 0x2421}
_DIGIT = re.compile(r"\d")
LONGEST_FIGURE = 30  # signs of a value, its unit included, that stay on one line
WIDEST_ON_A_CARD, WIDEST = 46, 72  # ems of a formula's widest row, which is then set at some 8 points
WIDE_REPAIR = r"break it into rows: \begin{aligned} a &= b \\ &\quad + c \end{aligned}"
ALL_ABOVE = "This is all of the page’s code up to here, in order: less of it would not give the same."
HTML_REPAIR = "show a Figure of lessons.figures, a table or plain words: no scripts, links, comments or ids"


@dataclass
class Typeset:
    """What stands for each part of the page; empty of meaning while there are problems.

    results: what its code came to.
    """

    html: dict[Part, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    described: Descriptions = field(default_factory=list)
    results: Mapping[Part, Result] = field(default_factory=dict)


def typeset(
    source: Source, results: Mapping[Part, Result], described: Mapping[Part, Descriptions] | None = None
) -> Typeset:
    """Check a page's text and typeset it with the results of its code; a part without one is left out.

    `described`: what the values of each part say of themselves; their witnesses stand with the code.

    Nothing of the page runs here, and what its code has shown is not trusted.
    """
    done = Typeset(problems=rules.broken(source), results=results)
    described = described or {}
    together = folds.gathered(source)
    of_a_block = {snippet for snippets in together.values() for snippet in snippets}
    cards = [block for block in source.of(Block) if block.name == "flashcard"]
    for part in source.parts:
        if isinstance(part, Snippet | Value):
            if part not in results:
                continue
            result = results[part]
        elif isinstance(part, Formula):
            result = Shown(part.tex, tex=True)
        elif isinstance(part, Example):
            done.html[part] = f'<div class="lesson-example">{_code(part.text, "markdown")}'
            done.html[part.closing] = "</div>"
            continue
        else:
            continue
        if isinstance(result, Problem):
            done.problems.append(result)
            continue
        if isinstance(part, Asked):
            continue  # a page does not show what it asks for
        if fault := _unfit(result):
            message = f"HTML that a page may not have: {fault}"
            done.problems.append(Problem(source.location(part.start), "L211", message, HTML_REPAIR))
            continue
        try:
            checked = _witnesses([part], described)
            done.html[part] = _html(result, part, checked, folds_here=part not in of_a_block)
        except mathml.TexError as fault:
            done.problems.append(Problem(source.location(part.start), "L301", str(fault), tex.repair(str(fault))))
            continue
        on_card = any(card.start < part.start < card.end for card in cards)
        if mathml.width(done.html[part]) > (WIDEST_ON_A_CARD if on_card else WIDEST):
            place = "a card" if on_card else "a sheet of paper"
            message = f"this formula is so wide that it could not be read on {place}"
            done.problems.append(Problem(source.location(part.start), "L304", message, WIDE_REPAIR))
    for fold, snippets in together.items():
        outputs = [output for snippet in snippets if isinstance(output := results.get(snippet), Output)]
        done.html[fold] = _fold(outputs, _witnesses(snippets, described))
    return done


def _unfit(result: Output | Shown) -> str | None:
    """What is wrong with a picture's HTML."""
    shown = result.shown if isinstance(result, Output) else result
    return markup.fault(shown.text) if shown and shown.picture else None


def _words(text: str) -> str:
    """Text that a page's code came to, as HTML that says the same."""
    return html.escape(text.translate(_PICTURES), quote=False)


def _kind(value: str) -> str:
    """The class of a value: a figure, or words that may be longer than a line."""
    return "lesson-value" if len(value) <= LONGEST_FIGURE else "lesson-value lesson-words"


def _witnesses(parts: Sequence[Part], described: Mapping[Part, Descriptions]) -> str:
    """What else came to the values of these parts, for who opens their code."""
    said = [one for part in parts for _, _, value in described.get(part, ()) for one in value.witnesses]
    checked = _words(", ".join(dict.fromkeys(said)))
    return f'<p class="lesson-checked">Checked against {checked}.</p>' if said else ""


def _html(result: Output | Shown, part: Part, checked: str, *, folds_here: bool) -> str:
    if isinstance(result, Output) and isinstance(part, Snippet):
        return _snippet(result, folds.visibility(part), checked, folds_here)
    assert isinstance(result, Shown)
    if isinstance(part, Formula):
        return mathml.typeset(result.text, part.display)
    return f'<span class="{_kind(result.text)}">{_words(result.text)}</span>'


def _snippet(output: Output, visibility: str, checked: str, folds_here: bool) -> str:
    """The result first, then the code that computed it: the reader came for the number."""
    pieces = []
    if visibility == "shown":
        pieces.append(_code(output.code, "python"))
    if output.printed:
        pieces.append(f'<pre class="lesson-printed">{_words(output.printed)}</pre>')
    if output.shown and output.shown.tex:
        tex = output.shown.text.translate(_PICTURES)
        pieces.append(f'<div class="lesson-derivation">{mathml.typeset(tex, display=True)}</div>')
    elif output.shown and output.shown.picture:
        pieces.append(output.shown.text)
    elif output.shown:
        pieces.append(f'<p class="{_kind(output.shown.text)}">{_words(output.shown.text)}</p>')
    if visibility == "folded" and folds_here:
        pieces.append(_fold([output], checked))
    return f'<div class="lesson-snippet">{"".join(pieces)}</div>' if pieces else ""


def _fold(outputs: Sequence[Output], checked: str) -> str:
    """A closed disclosure of the program that computed these, piece by piece in their order."""
    note = f"<p>{ALL_ABOVE}</p>" if any(one.all_above for one in outputs) else ""
    # A line of its own follows what stands above it; what is longer begins apart.
    program = "".join(("\n\n" if "\n" in one.code else "\n") + one.code for one in outputs)
    code = _code(program, "python")
    return f'<details class="lesson-code"><summary>{_summary(outputs)}</summary>{note}{code}{checked}</details>'


def _summary(outputs: Sequence[Output]) -> str:
    results = [one for one in outputs if one.printed or one.shown]
    if len(results) < 2:
        return "The code that computed this" if results else "The code that sets this up"
    numbers = all(one.shown and not one.shown.picture and _DIGIT.search(one.shown.text) for one in results)
    return f"The code that computed these {'numbers' if numbers else 'results'}"


def _code(code: str, language: str) -> str:
    """Highlighted by the same tool, with the same classes, as every other code block of the site."""
    formatter: HtmlFormatter[str] = HtmlFormatter(cssclass="highlight", wrapcode=True)
    return highlight(code.strip("\n"), get_lexer_by_name(language), formatter)
