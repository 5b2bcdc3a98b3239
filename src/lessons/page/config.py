"""What mkdocs.yml may hold, judged before the site generator reads it.

The generator builds any Python object that a tag asks for, and imports, renders or publishes what the file names:
hooks, plugins, extensions, templates, scripts. So the file is looked at as YAML nodes, of which nothing is constructed,
against a list of all that this project uses. Whoever needs more adds it to KEYS, in `src/`, where it is reviewed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from lessons.page import front_matter, links, textfile, tree
from lessons.page.page import Link
from lessons.problem import Location, Problem, nearest

NAME = "mkdocs.yml"
PACKAGE = Path(__file__).resolve().parents[1]
MOST_BYTES, MOST_DEEP = 100_000, 20
YAML = "tag:yaml.org,2002:"
OURS = "what may stand here is listed in src/lessons/page/config.py, and reviewed there: it decides what code runs"
BY_HAND = "write it out: what is anchored here and used there is easily overlooked"


@dataclass
class _Look:
    """One look at the file: its place, and what was found."""

    path: Path
    found: list[Problem] = field(default_factory=list)

    def tell(self, node: yaml.Node, message: str, repair: str = OURS, code: str = "L012") -> None:
        where = Location(self.path.as_posix(), node.start_mark.line + 1, node.start_mark.column + 1)
        self.found.append(Problem(where, code, message, repair))


Rule = Callable[[_Look, yaml.Node, str], None]  # of a value, and its name: theme.custom_dir
_UNREADABLE = object()  # what a scalar of another tag stands for


def _plain(node: yaml.Node) -> object:
    """The text, truth value, number or nothing that a scalar stands for."""
    if not isinstance(node, yaml.ScalarNode):
        return _UNREADABLE
    text = str(node.value)
    if node.tag == f"{YAML}bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if node.tag == f"{YAML}int" and re.fullmatch(r"0|[1-9]\d{0,5}", text):
        return int(text)
    if node.tag == f"{YAML}null":
        return None
    return text if node.tag == f"{YAML}str" else _UNREADABLE


def _may_not(look: _Look, node: yaml.Node, name: str) -> None:
    said = f" {node.value!r:.100}" if isinstance(node, yaml.ScalarNode) else ""
    tag = node.tag.removeprefix(YAML)
    tagged = f" with the tag {node.tag!r:.100}" if tag not in ("str", "bool", "int", "null", "seq", "map") else ""
    look.tell(node, f"{name or NAME} may not be{said or ' that'}{tagged}")


def _one_of(*values: object) -> Rule:
    def rule(look: _Look, node: yaml.Node, name: str) -> None:
        given = _plain(node)
        if not any(given == value and type(given) is type(value) for value in values):
            _may_not(look, node, name)

    return rule


def _like(pattern: str) -> Rule:
    def rule(look: _Look, node: yaml.Node, name: str) -> None:
        given = _plain(node)
        if not (isinstance(given, str) and re.fullmatch(pattern, given)):
            _may_not(look, node, name)

    return rule


def _words(look: _Look, node: yaml.Node, name: str) -> None:
    """What stands on pages as it is written."""
    given = _plain(node)
    if not isinstance(given, str):
        look.tell(node, f"{name} is not read as words", "put it between quotation marks")
    elif front_matter.MARKUP_IN_WORDS.search(given):
        look.tell(node, f"the {name} holds markup", front_matter.PLAIN_WORDS, "L003")
    elif name in ("nav title", "site_name") and front_matter.SIGNS_IN_WORDS.search(given):
        look.tell(node, f"the {name} holds markup", front_matter.NO_SIGNS, "L003")
    elif front_matter.UNPRINTABLE.search(given) or not given.strip():
        look.tell(node, f"the {name} holds what cannot be seen, or nothing", "write one line of words", "L003")


def _file(*path: str) -> Rule:
    """A file or folder of the package that runs, by its name in the project. Where there is none, none is run."""

    def rule(look: _Look, node: yaml.Node, name: str) -> None:
        given = _plain(node)
        place = look.path.parent / given if isinstance(given, str) and given.isprintable() else None
        if place is None or not (
            place.resolve() == PACKAGE.joinpath(*path)
            or (not place.exists() and given == "/".join(("src", "lessons", *path)))
        ):
            _may_not(look, node, name)

    return rule


def _each(item: Rule) -> Rule:
    def rule(look: _Look, node: yaml.Node, name: str) -> None:
        if not isinstance(node, yaml.SequenceNode) or node.tag != f"{YAML}seq":
            _may_not(look, node, name)
            return
        for one in node.value:
            item(look, one, name)

    return rule


def _keys(known: Mapping[str, Rule]) -> Rule:
    def rule(look: _Look, node: yaml.Node, name: str) -> None:
        if not isinstance(node, yaml.MappingNode) or node.tag != f"{YAML}map":
            _may_not(look, node, name)
            return
        seen: set[object] = set()
        for key, value in node.value:
            word = _plain(key)
            if not isinstance(word, str) or word not in known:
                shown = f" {key.value!r:.100}" if isinstance(key, yaml.ScalarNode) else ""
                repair = f"{nearest(str(word), known)}; {OURS}" if isinstance(word, str) else OURS
                look.tell(key, f"{name or NAME} may not have the key{shown}", repair)
            elif word in seen:
                look.tell(key, f"the key {word!r} stands here twice", "keep one of them")
            else:
                known[word](look, value, f"{name}.{word}" if name else word)
            seen.add(word)

    return rule


def _either(alone: Rule, more: Rule) -> Rule:
    """One rule for a scalar, another for what holds more."""
    return lambda look, node, name: (alone if isinstance(node, yaml.ScalarNode) else more)(look, node, name)


def _named(known: Mapping[str, Mapping[str, Rule]]) -> Rule:
    """A list of names, some with options: of what is imported by its name."""
    options = {name: _keys(allowed) for name, allowed in known.items()}
    return _each(_either(_one_of(*known), _keys(options)))


def _deck_pdf(look: _Look, node: yaml.Node, name: str) -> None:
    if isinstance(node, yaml.SequenceNode) and node.tag == "!ENV":
        if [_plain(one) for one in node.value] != ["LESSONS_DECK_PDF", False]:
            look.tell(node, f"{name} may ask the environment for nothing but LESSONS_DECK_PDF")
    else:
        _one_of(True, False)(look, node, name)


def _nav(look: _Look, node: yaml.Node, name: str) -> None:
    """Its titles and addresses stand on every page of the site, as they are written."""
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{YAML}seq":
        for entry in node.value:
            _nav(look, entry, name)
    elif isinstance(node, yaml.MappingNode) and node.tag == f"{YAML}map":
        for title, entry in node.value:
            _words(look, title, "nav title")
            _nav(look, entry, name)
        if len({str(title.value) for title, _ in node.value}) < len(node.value):
            look.tell(node, "one entry of nav has a title twice", "write each entry on a line of its own, after a -")
    elif not isinstance(given := _plain(node), str):
        look.tell(node, "an entry of nav is neither a page nor a list of entries", "write `- Its title: page.md`")
    elif node.start_mark.line != node.end_mark.line:
        where = Location(look.path.as_posix(), node.start_mark.line + 2)
        repair = "indent it as the entries around it: here it is a part of the one above"
        look.found.append(Problem(where, "L012", "an entry of nav that is none", repair))
    elif run_on := re.fullmatch(r"(?P<title>[^/:]+):(?P<page>[\w./-]+\.(?:md|ipynb))", given):
        repair = f"write `- {run_on['title']}: {run_on['page']}`"
        look.tell(node, "no space stands after the colon of this entry of nav", repair)
    elif wrong := links.wrong_scheme(links.as_browsers_read(given)):
        look.tell(node, wrong, links.USE_ONE, "L601")


_WEIGHT = _one_of("warn", "info", "ignore", "relative_to_docs")
_NAME = _like(r"[a-z]+(?:[ .-][a-z0-9]+)*")
_ICON = _like(r"[a-z]+(?:/[a-z0-9-]+)+")
_SCHEME = {
    "media": _like(r"\(prefers-color-scheme(?:: (?:light|dark))?\)"),
    "scheme": _NAME,
    "primary": _NAME,
    "accent": _NAME,
    "toggle": _keys({"icon": _ICON, "name": _words}),
}
THEME: dict[str, Rule] = {
    "name": _one_of("material"),
    "custom_dir": _file("theme"),
    "language": _like(r"[a-z]{2,3}(?:-[A-Za-z]{2,4})?"),
    "font": _one_of(False),  # or every reader's browser asks another host for it
    "icon": _keys(dict.fromkeys(("logo", "menu", "alternate", "search", "share", "close", "top", "repo"), _ICON)),
    "favicon": _like(r"assets/[\w/-]+\.(?:svg|png|ico)"),
    "logo": _like(r"assets/[\w/-]+\.(?:svg|png)"),
    "features": _each(_NAME),
    "palette": _each(_keys(_SCHEME)),
}
# What is not executed here may not be executed there: a notebook among the pages is not confined by mkdocs-jupyter.
PLUGINS: dict[str, dict[str, Rule]] = {
    "search": {"lang": _like("[a-z]{2}")},
    "mkdocs-jupyter": {
        "include": _each(_one_of("*.ipynb")),
        "ignore": _each(_one_of("*.md")),
        "execute": _one_of(False),
        "allow_errors": _one_of(False),
        "include_source": _one_of(True, False),
        "cache": _one_of(False),
    },
}
EXTENSIONS: dict[str, dict[str, Rule]] = {
    "lessons": {"deck_pdf": _deck_pdf},
    "attr_list": {},
    "tables": {},
    "toc": {"permalink": _one_of(True, False), "permalink_title": _words, "toc_depth": _one_of(*range(1, 7))},
    "pymdownx.highlight": {},
    "pymdownx.superfences": {},
}
_SCRIPT = _like(r"assets/(?:[\w-]+/)*[\w-]+(?:\.[\w-]+)*\.js")
KEYS: dict[str, Rule] = {
    "site_name": _words,
    "site_description": _words,
    "site_author": _words,
    "site_url": _like(r"https?://[\w.-]+(?::\d+)?/(?:[\w.~-]+/)*"),
    "repo_url": _like(r"https://[\w.-]+/[\w./-]+"),
    "edit_uri": _like(r"[\w./-]+/"),
    "copyright": _words,
    "docs_dir": _one_of("docs"),
    "site_dir": _one_of("site"),
    "exclude_docs": _one_of(f"/{tree.DECISIONS}/"),
    "strict": _one_of(True),
    "use_directory_urls": _one_of(True),
    "validation": _keys(
        {
            "nav": _keys(dict.fromkeys(("omitted_files", "not_found", "absolute_links"), _WEIGHT)),
            "links": _keys(
                dict.fromkeys(("not_found", "anchors", "absolute_links", "unrecognized_links"), _WEIGHT),
            ),
        }
    ),
    "extra": _keys({"offline": _one_of(True, False)}),  # whether readers may keep the site
    "nav": _either(_one_of(None), _nav),
    "theme": _either(_one_of("material"), _keys(THEME)),
    "plugins": _named(PLUGINS),
    "markdown_extensions": _named(EXTENSIONS),
    "extra_css": _each(_like(r"assets/(?:[\w-]+/)*[\w-]+(?:\.[\w-]+)*\.css")),
    "extra_javascript": _each(
        _either(_SCRIPT, _keys({"path": _SCRIPT, "defer": _one_of(True, False), "async": _one_of(True, False)}))
    ),
}


def problems(config: Path) -> list[Problem]:
    """L012, and L003 and L601 of words and addresses: everything that mkdocs.yml may not hold."""
    look = _Look(config)
    node = _composed(look)
    if node is not None:
        _keys(KEYS)(look, node, "")
    return look.found


def nav(config: Path) -> list[Link]:
    """What `nav:` names, in its order; nothing where the file has faults of its form, which `problems` tells."""
    node = _composed(_Look(config))
    top = node.value if isinstance(node, yaml.MappingNode) else []
    entries = [value for key, value in top if _plain(key) == "nav"][::-1]
    found: list[Link] = []
    while entries:
        entry = entries.pop()
        if isinstance(entry, yaml.ScalarNode):
            where = Location(config.as_posix(), entry.start_mark.line + 1, entry.start_mark.column + 1)
            found += [Link(where, str(entry.value))] if entry.tag != f"{YAML}null" else []
        else:
            inner = [value for _, value in entry.value] if isinstance(entry, yaml.MappingNode) else entry.value
            entries += inner[::-1]
    return found


def listed(config: Path) -> set[str]:
    """The pages among what `nav:` names."""
    return {entry.target for entry in nav(config) if entry.target.endswith((".md", ".ipynb"))}


def markdown_extensions(config: Path) -> tuple[tuple[str, ...], dict[str, dict[str, Any]]] | None:
    """The names under `markdown_extensions:`, and the options of each; None where the file cannot be read, or has none.

    A value from the environment, which only `lessons: deck_pdf` may have, is left out.
    """
    node = _composed(_Look(config))
    top = node.value if isinstance(node, yaml.MappingNode) else []
    entries = next((value for key, value in top if _plain(key) == "markdown_extensions"), None)
    if not isinstance(entries, yaml.SequenceNode):
        return None
    names, options = [], {}
    for entry in entries.value:
        pairs = entry.value if isinstance(entry, yaml.MappingNode) else [(entry, None)]
        for name, told in pairs:
            names.append(str(name.value))
            if isinstance(told, yaml.MappingNode):
                said = {str(key.value): _plain(value) for key, value in told.value}
                options[names[-1]] = {key: value for key, value in said.items() if value is not _UNREADABLE}
    return tuple(names), options


def _composed(look: _Look) -> yaml.Node | None:
    """The file as nodes, each of which stands in one place; None where it is empty, or has faults of its form."""
    start = Location(look.path.as_posix())
    if look.path.is_symlink() and not look.path.resolve().is_relative_to(look.path.parent.resolve()):
        message = "the symbolic link leads out of the project"
        look.found.append(Problem(start, "L009", message, "put the file itself here"))
        return None
    try:
        data = textfile.held(look.path)
    except OSError as fault:  # as while an editor replaces it
        message = f"the file cannot be read: {fault.strerror or 'it is a device, a pipe or a socket'}"
        look.found.append(Problem(start, "L005", message, "put it back, or give yourself the right to read it"))
        return None
    if len(data) > MOST_BYTES:
        look.found.append(Problem(start, "L012", f"the file is larger than {MOST_BYTES:,} bytes", "make it shorter"))
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        where = Location(start.path, data.count(b"\n", 0, wrong.start) + 1)
        look.found.append(Problem(where, "L005", "the file is not UTF-8 text", "save it as UTF-8"))
        return None
    node, problems = _nodes(look.path, text)
    look.found += problems
    return node


_BLOCK = "indent it as the entries around it, each after a -: `- Its title: page.md`"
# By words of the parser: what it mostly is.
_FORMS = (
    ("\\t", "write spaces: YAML takes no tabs"),
    ("mapping values are not allowed", 'put words with a colon between quotation marks: `- "KL: why": lessons/kl.md`'),
    ("quoted scalar", "close the quotation mark"),
    ("simple key", "write a space after the -, and a colon after a title: `- Its title: page.md`"),
    ("expected <block end>", _BLOCK),
)


@functools.lru_cache(maxsize=4)  # whoever asks it for one thing asks it for three
def _nodes(path: Path, text: str) -> tuple[yaml.Node | None, tuple[Problem, ...]]:
    look, start = _Look(path), Location(path.as_posix())
    node = _node(look, start, text)
    return node, tuple(look.found)


def _node(look: _Look, start: Location, text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader) if _has_plain_form(look, text) else None
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = Location(start.path, mark.line + 1, mark.column + 1) if mark else start
        words = [getattr(fault, name, None) for name in ("context", "problem", "reason")]
        why = ", ".join(filter(None, words)) or "it is not YAML"
        line = text.split("\n")[mark.line] if mark and "mapping values" in why else ""
        repair = next((say for sign, say in _FORMS if sign in why), "write it as YAML")
        if line and line.count(": ") < 2:  # no second colon: it is taken for a part of the line above
            repair = _BLOCK
        look.found.append(Problem(where, "L012", f"the file does not parse: {why}", repair))
        return None


def _has_plain_form(look: _Look, text: str) -> bool:
    """Whether everything stands where it is written, and not too deep. Told by events: a node may be without end."""
    deep = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        deep += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        mark = event.start_mark
        where = Location(look.path.as_posix(), mark.line + 1, mark.column + 1) if mark else Location(str(look.path))
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            name = f"{sign}{event.anchor}"
            look.found.append(Problem(where, "L012", f"the file may not hold the anchor {name!r:.100}", BY_HAND))
            return False
        if deep > MOST_DEEP:
            look.found.append(Problem(where, "L012", f"more than {MOST_DEEP} levels deep", "make it flatter"))
            return False
    return True
