"""The site's stylesheets in two: one for screens, one for paper, cut down to what the site can match.

The theme styles much that lessons never use: admonitions, tabs, diagrams, right-to-left scripts. A rule stays if every
class its selector names is a word of some page, is named by a script of ours, or is one that the theme's script gives
to something: see MADE. A variable of the theme stays where something still asks for it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any

from lessons import store

FOLDER = Path(".cache/styles")
# What the theme's script adds to a page, on a site with the features of mkdocs.yml: a test watches it at work.
MADE = frozenset(
    "focus-visible js md-code__button md-code__nav md-dialog--active md-header--shadow md-header__title--active"  # noqa: SIM905 - a list of words
    " md-nav__link--active md-nav__link--passed md-search-result__article md-search-result__icon"
    " md-search-result__item md-search-result__link md-search-result__more md-search-result__terms"
    " md-typeset__scrollwrap md-typeset__table".split()
)
_STATED = re.compile(r"\[(data-md-color-(?:primary|accent))=\"?([\w-]+)\"?\]")
_ELSEWHERE = re.compile(r"\[dir=\"?rtl\"?\]")  # the site is read from left to right
_CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
_STRINGS = re.compile(r"/\*.*?\*/|\"[^\"]*\"|'[^']*'", re.DOTALL)  # and comments: an apostrophe opens no string there
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")
PAPER = "media print"
THEMES = "--md-"  # how the names of the theme's variables begin

Needed = Callable[[str], bool]


def written(sheets: Mapping[str, str], words: Set[str], scripts: str) -> tuple[str, str]:
    """These stylesheets, in this order, for screens and for paper, cut to these words and to what our scripts name.

    `sheets`: by their addresses in the site; one that is called print.css is for paper alone.

    Kept by the hash of them and of what they name that pages and scripts do.
    """
    paper = [text for address, text in sheets.items() if address.endswith("/print.css")]
    css = "\n".join(text for text in sheets.values() if text not in paper)
    named = _named("\n".join([css, *paper]))
    classes = (named & words) | {name for name in named if name in scripts} | (named & MADE)
    stated = {pair for pair in _STATED.findall(css) if f'{pair[0]}="{pair[1]}"' in words}
    decides = json.dumps([css, paper, sorted(classes), sorted(stated), Path(__file__).read_text(encoding="utf-8")])
    address = hashlib.sha256(decides.encode()).hexdigest()
    kept = store.load_value(FOLDER, address)
    if kept is None:

        def needed(selector: str) -> bool:
            asked = _CLASS.findall(re.sub(r":(?:not|is|where)\([^()]*\)", "", _STRINGS.sub("", selector)))
            return (
                classes.issuperset(asked)
                and stated.issuperset(_STATED.findall(selector))
                and not _ELSEWHERE.search(selector)
            )

        kept = list(cut(css, "\n".join(paper), needed))
        store.save_value(FOLDER, address, kept)
    return kept[0], kept[1]


@functools.cache
def _named(css: str) -> frozenset[str]:
    """The classes that a stylesheet names."""
    return frozenset(_CLASS.findall(_STRINGS.sub("", css)))


def cut(css: str, paper: str, needed: Needed) -> tuple[str, str]:
    """Two stylesheets without comments, selectors that are not needed and variables that nothing asks for.

    What the first says of paper alone is moved to the second.
    """
    import tinycss2

    screen, own = (_rules(tinycss2.parse_stylesheet(one, True, True), needed) for one in (css, paper))
    asked: set[str] = set()
    while asked != (asked := _asked([*screen, *own], asked)):
        pass
    moved = [rule for rule in screen if rule.condition == PAPER]
    return _text([rule for rule in screen if rule.condition != PAPER], asked), _text([*moved, *own], asked)


class _Rule:
    """A rule: its selectors with declarations, or a condition with rules inside, or text that stays as it is."""

    def __init__(
        self, text: str = "", condition: str = "", inside: Iterable[_Rule] = (), declarations: Iterable[str] = ()
    ) -> None:
        self.text, self.condition = text, condition
        self.inside, self.declarations = list(inside), list(declarations)


def _rules(parsed: Iterable[Any], needed: Needed) -> list[_Rule]:
    import tinycss2

    found = []
    for rule in parsed:
        if rule.type == "qualified-rule":
            selectors = [one for one in _selectors(rule.prelude) if needed(one)]
            if selectors:
                found.append(_Rule(",".join(selectors), declarations=_declarations(rule.content)))
        elif rule.type == "at-rule" and rule.content is not None and rule.lower_at_keyword in ("media", "supports"):
            inside = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if kept := _rules(inside, needed):
                condition = f"{rule.lower_at_keyword}{tinycss2.serialize(rule.prelude)}".rstrip()
                found.append(_Rule(condition=condition, inside=kept))
        elif rule.type == "at-rule":
            content = "" if rule.content is None else f"{{{_squeezed(rule.content)}}}"
            found.append(_Rule(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude).rstrip()}{content or ';'}"))
    return found


def _selectors(prelude: list[Any]) -> list[str]:
    """The selectors of a list, split at its own commas and not at those inside :is()."""
    return [re.sub(r"\s+", " ", part).strip() for part in _split(prelude, ",")]


def _declarations(content: list[Any]) -> list[str]:
    """Declarations as they are written, without comments and line breaks."""
    return [text for part in _split(content, ";") if (text := re.sub(r"\s*\n\s*", " ", part).strip())]


def _split(tokens: list[Any], sign: str) -> Iterator[str]:
    import tinycss2

    parts: list[list[Any]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == sign:
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    return (tinycss2.serialize(part) for part in parts)


def _squeezed(content: list[Any]) -> str:
    return ";".join(_declarations(content))


def _variable(declaration: str) -> str:
    """The name of the theme's variable that a declaration sets; empty for any other."""
    name = declaration.partition(":")[0].strip()
    return name if name.startswith(THEMES) else ""


def _asked(rules: Iterable[_Rule], before: Set[str]) -> set[str]:
    """The variables that rules ask for, but those which only an unasked variable asks for."""
    found = set()
    for rule in rules:
        found |= _asked(rule.inside, before)
        for declaration in rule.declarations:
            if (name := _variable(declaration)) == "" or name in before:
                found.update(_VARIABLE.findall(declaration))
        found.update(_VARIABLE.findall(rule.text))
    return found | before


def _text(rules: Iterable[_Rule], asked: Set[str]) -> str:
    pieces = []
    for rule in rules:
        if rule.condition:
            inside = _text(rule.inside, asked)
            pieces.append(f"@{rule.condition}{{{inside}}}" if inside else "")
        elif rule.declarations:
            kept = [one for one in rule.declarations if (name := _variable(one)) == "" or name in asked]
            pieces.append(f"{rule.text}{{{';'.join(kept)}}}" if kept else "")
        elif rule.text.startswith("@"):
            pieces.append(rule.text)
    return "".join(pieces)
