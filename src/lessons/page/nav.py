"""The navigation: its titles and addresses stand on every page of the site, as they are written in mkdocs.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from lessons.page import header, links, rules, textfile
from lessons.page.problem import Location, Problem

DEEPEST = 20  # lists and mappings in each other
_NAV = re.compile(r"(?ms)^nav:\n.*?(?=^\S|\Z)")


def problems(config: Path) -> Iterator[Problem]:
    """L003 of titles, L601 of addresses. Only this part is read: the rest holds tags of the site generator's own."""
    text, faults = textfile.read(config)
    yield from faults
    if text is None:
        return
    if found := _NAV.search(text):
        above = text.count("\n", 0, found.start())
        try:
            if refused := header.machinery(found[0], DEEPEST):
                message, at, repair = refused
                yield Problem(Location(config.as_posix(), above + at + 1), "L002", f"nav {message}", repair)
                return
            node = yaml.compose(found[0], Loader=yaml.SafeLoader)
        except yaml.YAMLError:
            return  # the site generator tells of it
        yield from _look(node, config.as_posix(), above)


def _look(node: yaml.Node | None, path: str, above: int) -> Iterator[Problem]:
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from _look(entry, path, above)
    elif isinstance(node, yaml.MappingNode):
        for title, entry in node.value:
            if rules.MARKUP_IN_WORDS.search(str(title.value)):
                yield Problem(_place(title, path, above), "L003", "the nav title holds markup", rules.PLAIN_WORDS)
            yield from _look(entry, path, above)
    elif isinstance(node, yaml.ScalarNode) and (wrong := links.wrong_scheme(links.as_browsers_read(node.value))):
        yield Problem(_place(node, path, above), "L601", wrong, links.USE_ONE)


def _place(node: yaml.Node, path: str, above: int) -> Location:
    return Location(path, above + node.start_mark.line + 1, node.start_mark.column + 1)
