"""The site's stylesheets, cut down to the rules that anything on the site could match.

The theme styles much that lessons never use: admonitions, tabs, keys, diagrams. A rule stays if every class its
selector names is a word of some page, or any part of some script, of the site. Nothing else is judged.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tinycss2

from lessons import store

FOLDER = Path(".cache/styles")
LANGUAGES = Path("assets/javascripts/lunr")  # of the search: English needs none, and they are under another licence
_STATED = re.compile(r"\[(data-md-color-(?:primary|accent))=\"?([\w-]+)\"?\]")
_CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
_WORD = re.compile(r'data-md-color-\w+="[^"]*"|[\w-]+')
_STRINGS = re.compile(r"\"[^\"]*\"|'[^']*'")


def write(site: Path) -> None:
    """Cut every stylesheet of a built site, and give each the hash of what it now holds as a part of its name."""
    shutil.rmtree(site / LANGUAGES, ignore_errors=True)
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))}
    scripts = "\n".join(p.read_text(encoding="utf-8") for p in sorted(site.rglob("*.js")))
    words = {word for html in pages.values() for word in _WORD.findall(html)}

    renamed: dict[str, str] = {}
    for sheet in sorted(site.rglob("*.css")):
        text = _kept(sheet.read_text(encoding="utf-8"), words, scripts)
        sheet.write_text(text, encoding="utf-8")
        if sheet.name.endswith(".min.css"):  # the theme's, which browsers keep for long by their names
            stem = sheet.name.partition(".")[0]
            renamed[sheet.name] = f"{stem}.{hashlib.sha256(text.encode()).hexdigest()[:8]}.min.css"
            sheet.rename(sheet.with_name(renamed[sheet.name]))
    for path, html in pages.items():
        for old, new in renamed.items():
            html = html.replace(old, new)
        path.write_text(html, encoding="utf-8")


def _kept(css: str, words: set[str], scripts: str) -> str:
    """The stylesheet cut to what these words name; kept by the hash of it and of what it names that they do."""
    classes = {name for name in set(_CLASS.findall(_STRINGS.sub("", css))) if name in words or name in scripts}
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


def cut(css: str, needed: Callable[[str], bool]) -> str:
    """A stylesheet without comments and without the selectors that are not needed."""
    return _serialized(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), needed)


def _serialized(rules: list[Any], needed: Callable[[str], bool]) -> str:
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
    parts: list[list[Any]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [re.sub(r"\s+", " ", tinycss2.serialize([t for t in part if t.type != "comment"])).strip() for part in parts]


def _body(content: list[Any]) -> str:
    """Declarations as they are, without comments and line breaks."""
    text = tinycss2.serialize([token for token in content if token.type != "comment"])
    return re.sub(r"\s*\n\s*", " ", text).strip()
