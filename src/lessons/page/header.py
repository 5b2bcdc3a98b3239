"""The head of a page or a notebook: a few `key: value` lines of YAML, and none of YAML's machinery.

Aliases can make gigabytes of ten lines, and tags make objects of other kinds; a title needs neither. Whatever a header
holds, reading it takes no longer than its text is long and ends in a mapping, or in problems.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from lessons.problem import Location, Problem

LONGEST = 20_000  # characters
DEEPEST = 4  # lists and mappings in each other
PLAIN = "write plain `key: value` lines; quote a value that begins with &, * or !"
_MERGE = "<<"


def read(path: str, text: str, line: int = 2) -> tuple[dict[Any, Any], list[Problem]]:
    """What a header says, or why it says nothing (L002). `line`: where its first line stands in the file."""
    fault = _refused(text)
    if fault is None:
        try:
            meta: Any = yaml.load(text, Loader=yaml.SafeLoader) if text.strip() else {}
        except yaml.YAMLError as wrong:
            fault = _words(wrong)
        except (ValueError, OverflowError):  # a date or a number that is none
            fault = "does not parse: not YAML", _no_value(text), "quote the value"
        else:
            if isinstance(meta, dict):
                twice = _twice(text)
                return meta, [Problem(Location(path, at + line), "L002", *words) for at, words in twice]
            where = Location(path, line)
            return {}, [Problem(where, "L002", "the front matter is not a list of `key: value` lines")]
    message, at, repair = fault
    return {}, [Problem(Location(path, at + line), "L002", f"the front matter {message}", repair)]


def _twice(text: str) -> Iterator[tuple[int, tuple[str, str]]]:
    """The keys that stand there a second time: the last one would be taken, whatever the first one says."""
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    seen: set[str] = set()
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        name = str(key.value)
        if name in seen:
            yield key.start_mark.line, (f"the front matter holds the key {name!r} twice", "keep one of them")
        seen.add(name)


def _words(wrong: Exception) -> tuple[str, int, str]:
    at = getattr(getattr(wrong, "problem_mark", None), "line", 0)
    return f"does not parse: {getattr(wrong, 'problem', None) or 'not YAML'}", at, "quote the value"


def _no_value(text: str) -> int:
    """The line, from 0, of the first key or value that looks like a date or a number and is none."""
    loader = yaml.SafeLoader(text)
    nodes: list[Any] = [loader.get_single_node()]
    while nodes:
        node = nodes.pop(0)
        if isinstance(node, yaml.ScalarNode):
            try:
                loader.construct_object(node)
            except (ValueError, OverflowError):
                return node.start_mark.line
        else:
            nodes += [one for entry in node.value for one in (entry if isinstance(entry, tuple) else (entry,))]
    return 0


def _refused(text: str) -> tuple[str, int, str] | None:
    """What is wrong with a header before anything is made of it: message, line from 0, repair."""
    if len(text) > LONGEST:
        return f"is longer than {LONGEST:,} characters", 0, "keep to the keys that are known"
    try:
        return machinery(text, DEEPEST)
    except yaml.YAMLError as wrong:
        return _words(wrong)


def machinery(text: str, deepest: int) -> tuple[str, int, str] | None:
    """The first thing that plain lines do not need: message, line from 0, repair. Raises yaml.YAMLError."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        at = event.start_mark.line if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            return "holds an anchor or an alias", at, PLAIN
        if getattr(event, "tag", None) is not None:
            return "holds a tag", at, PLAIN
        if isinstance(event, yaml.ScalarEvent) and event.value == _MERGE and event.implicit[0]:
            return "holds a merge key", at, PLAIN
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > deepest:
            return "nests lists or mappings too deeply", at, PLAIN
    return None
