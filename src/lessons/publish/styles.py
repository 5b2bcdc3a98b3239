"""The site's stylesheets, cut down to the rules that anything on the site could match.

The theme styles much that lessons never use: admonitions, tabs, keys, diagrams. A rule stays if every class its
selector names is a word of some page, or any part of some script, of the site. Nothing else is judged.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Set
from pathlib import Path
from typing import Any

from lessons import store

FOLDER = Path(".cache/styles")
_STATED = re.compile(r"\[(data-md-color-(?:primary|accent))=\"?([\w-]+)\"?\]")
_CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
_STRINGS = re.compile(r"\"[^\"]*\"|'[^']*'")


def written(sheets: Mapping[str, bytes], words: Set[str], scripts: str) -> tuple[dict[str, bytes], dict[str, str]]:
    """A site's stylesheets cut to these words and to what its scripts name; and the new names of those that got one.

    The theme's, which browsers keep for long by their names, get the hash of what they now hold as a part of theirs.
    """
    made: dict[str, bytes] = {}
    renamed: dict[str, str] = {}
    for address, sheet in sorted(sheets.items()):
        text = _kept(sheet.decode(), words, scripts)
        folder, slash, name = address.rpartition("/")
        if name.endswith(".min.css"):
            digest = hashlib.sha256(text.encode()).hexdigest()[:8]
            renamed[name] = f"{name.partition('.')[0]}.{digest}.min.css"
        made[f"{folder}{slash}{renamed.get(name, name)}"] = text.encode()
    return made, renamed


def _kept(css: str, words: Set[str], scripts: str) -> str:
    """The stylesheet cut to what these words name; kept by the hash of it and of what it names that they do."""
    classes = {name for name in _named(css) if name in words} | _in_scripts(css, scripts)
    stated = {pair for pair in _STATED.findall(css) if f'{pair[0]}="{pair[1]}"' in words}
    decides = json.dumps([css, sorted(classes), sorted(stated), Path(__file__).read_text(encoding="utf-8")])
    address = hashlib.sha256(decides.encode()).hexdigest()
    text = store.load_value(FOLDER, address)
    if text is None:

        def needed(selector: str) -> bool:
            asked = _CLASS.findall(re.sub(r":(?:not|is|where)\([^()]*\)", "", _STRINGS.sub("", selector)))
            return classes.issuperset(asked) and stated.issuperset(_STATED.findall(selector))

        text = cut(css, needed)
        store.save_value(FOLDER, address, text)
    return str(text)


@functools.cache
def _named(css: str) -> frozenset[str]:
    """The classes that a stylesheet names."""
    return frozenset(_CLASS.findall(_STRINGS.sub("", css)))


@functools.cache
def _in_scripts(css: str, scripts: str) -> frozenset[str]:
    """Of the classes that a stylesheet names, those that some script names."""
    address = hashlib.sha256(f"{css}\0{scripts}".encode()).hexdigest()
    found = store.load_value(FOLDER, address)
    if found is None:
        found = sorted(name for name in _named(css) if name in scripts)
        store.save_value(FOLDER, address, found)
    return frozenset(found)


def cut(css: str, needed: Callable[[str], bool]) -> str:
    """A stylesheet without comments and without the selectors that are not needed."""
    import tinycss2

    return _serialized(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), needed)


def _serialized(rules: list[Any], needed: Callable[[str], bool]) -> str:
    import tinycss2

    pieces = []
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [s for s in _selectors(rule.prelude) if needed(s)]
            if selectors:
                pieces.append(f"{','.join(selectors)}{{{_body(rule.content)}}}")
        elif rule.type == "at-rule" and rule.content is not None and rule.lower_at_keyword in ("media", "supports"):
            inside = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if body := _serialized(inside, needed):
                pieces.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{body}}}")
        elif rule.type == "at-rule":
            content = "" if rule.content is None else f"{{{_body(rule.content)}}}"
            pieces.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude).rstrip()}{content or ';'}")
    return "".join(pieces)


def _selectors(prelude: list[Any]) -> list[str]:
    """The selectors of a list, split at its own commas and not at those inside :is()."""
    import tinycss2

    parts: list[list[Any]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [re.sub(r"\s+", " ", tinycss2.serialize([t for t in part if t.type != "comment"])).strip() for part in parts]


def _body(content: list[Any]) -> str:
    """Declarations as they are, without comments and line breaks."""
    import tinycss2

    text = tinycss2.serialize([token for token in content if token.type != "comment"])
    return re.sub(r"\s*\n\s*", " ", text).strip()
