"""What to do about an exception of a lesson's code, where more can be said than what Python says.

It runs beside that code, in its process, and looks at what is there; it calls nothing of it.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

from lessons.problem import nearest

IMPORTS = "a page may import lessons, numpy and matplotlib; propose others in pyproject.toml"
# What a lesson may import besides Python's own, for a name that was meant.
_OURS = ("lessons", "lessons.maths", "lessons.figures", "numpy", "matplotlib", "sklearn")
_MATHS = sorted(path.stem for path in (Path(__file__).parents[1] / "maths").glob("[!_]*.py"))
_INSTEAD = {
    "pandas": "numpy reads a table, np.loadtxt('data.csv', delimiter=',')",
    "polars": "numpy reads a table, np.loadtxt('data.csv', delimiter=',')",
    **dict.fromkeys(("torch", "tensorflow", "jax", "keras", "flax"), "a lesson is small enough for numpy"),
    **dict.fromkeys(("seaborn", "plotly", "bokeh", "altair"), "draw with `from lessons.figures import Figure, plt`"),
    **dict.fromkeys(("requests", "httpx", "aiohttp", "urllib3"), "a lesson has no connections: give it the data"),
}
_USUAL = {
    "np": "import numpy as np",
    "plt": "from lessons.figures import plt",
    "Figure": "from lessons.figures import Figure",
    "Quantity": "from lessons.maths.derivation import Quantity",
    "worked": "from lessons.maths import worked",
}
NO_PROMPT = "write the code alone, without >>> and without what it printed"
NO_PACKAGES = f"delete this line: {IMPORTS}"
NO_MAGICS = "delete this line: the code is plain Python, without IPython's magics and without a shell"
_SYNTAX = (
    (r"\s*(?:>>>|\.\.\.)(?:\s|$)|\s*(?:In|Out) ?\[\d*\]:", NO_PROMPT),
    (r"\s*[!%$]*\s*(?:python3? -m )?(?:pip3?|conda|mamba|uv)\s+(?:\w+\s+)?(?:install|add)\b", NO_PACKAGES),
    (r"\s*[!%$]|.*\?\s*$", NO_MAGICS),
    (".*[\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb]", "write straight quotation marks, \" or '"),
    (".*[\u2212\u2013\u2014]", "write a hyphen for the minus sign: -"),
    (".*[\u00a0\u2000-\u200b\u202f\u2060\u3000]", "write a space: the one here is of another kind"),
    (".*[\u00d7\u00f7\u00b7\u2264\u2265\u2260]", "write the signs of Python: *, /, <=, >=, !="),
)


def _syntax(line: str) -> str | None:
    """What to do about a line that is no Python, where one sees what it is."""
    return next((repair for pattern, repair in _SYNTAX if re.match(pattern, line)), None)


def repair(fault: BaseException, code: str, namespace: Mapping[str, object], data: str) -> str | None:
    """What to do about an exception that `code` raised; None where nothing more is known than what it says.

    `data`: the folder that holds the data of its lesson.
    """
    try:
        return _repair(fault, code, namespace, data)
    except Exception:  # what stands in the namespace may raise when it is looked at
        return None


def noted(fault: BaseException) -> str | None:
    """What an exception itself says to do, in its first note."""
    notes = getattr(fault, "__notes__", None)
    return notes[0] if isinstance(notes, list) and notes and isinstance(notes[0], str) else None


def _repair(fault: BaseException, code: str, namespace: Mapping[str, object], data: str) -> str | None:
    if said := noted(fault):
        return said
    if isinstance(fault, SyntaxError):
        lines, number = code.split("\n"), fault.lineno or 0
        return _syntax(lines[number - 1]) if 0 < number <= len(lines) else None
    if isinstance(fault, ImportError):
        return _import(fault, code)
    if isinstance(fault, NameError):
        return f"write above it: {_USUAL[fault.name]}" if fault.name in _USUAL else None
    if isinstance(fault, AttributeError) and fault.name:
        return _likely(fault.name, _public(fault.obj))
    if isinstance(fault, KeyError) and fault.args and isinstance(fault.args[0], str):
        return _key(fault.args[0], code, namespace)
    if isinstance(fault, TypeError):
        return _argument(str(fault), namespace)
    if isinstance(fault, EOFError) and "input(" in code:
        return "nobody is there to answer: write the value itself, as in x = 0.5"
    if isinstance(fault, FileNotFoundError):
        name = Path(str(fault.filename or "data.csv")).name
        return f"put the file into the folder {data}/ and open it by its name alone: open({name!r})"
    return None


def _import(fault: ImportError, code: str) -> str:
    name = fault.name or ""
    top = name.partition(".")[0]
    if isinstance(fault, ModuleNotFoundError):
        known = [*_OURS, *(f"lessons.maths.{one}" for one in _MATHS)]
        if top != "lessons" and top in sys.stdlib_module_names:
            return IMPORTS
        whole = re.search(rf"\b{re.escape(top)}(?:\.\w+)+", code)
        parts = [*dict.fromkeys((whole[0] if whole else name, name, top))]
        close = next((said for part in parts if (said := _close(part, known))), "")
        if top in _INSTEAD:
            close = f"{_INSTEAD[top]};"
        return f"{close} {IMPORTS}" if close else IMPORTS
    wanted = re.match(r"cannot import name '(\w+)'", str(fault))
    module = sys.modules.get(name)
    if not wanted or module is None:
        return IMPORTS
    return _likely(wanted[1], [*_public(module), *(_MATHS if name == "lessons.maths" else ())]) or IMPORTS


def _close(word: str, valid: Iterable[str]) -> str:
    said = nearest(word, valid)
    return said.partition("?")[0] + "?" if said.startswith("did you mean") else ""


def _likely(word: str, valid: Iterable[str]) -> str | None:
    """The nearest, or all where they are few; None where that would help nobody."""
    words = [*dict.fromkeys(valid)]
    return _close(word, words) or (nearest(word, words) if 0 < len(words) <= 12 else None)


def _public(thing: object) -> list[str]:
    try:
        return [name for name in dir(thing) if not name.startswith("_")]
    except Exception:  # a class may say anything of itself
        return []


def _key(key: str, code: str, namespace: Mapping[str, object]) -> str | None:
    """The keys of a mapping that the code asks for one that it does not have."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == key:
            found = _looked_up(node.value, namespace)
            if isinstance(found, Mapping) and key not in found:
                return _likely(key, [one for one in found if isinstance(one, str)])
    return None


def _looked_up(node: ast.expr, namespace: Mapping[str, object]) -> object:
    """What `name.attribute` stands for, found without calling anything of it."""
    if isinstance(node, ast.Name):
        return namespace.get(node.id)
    if isinstance(node, ast.Attribute):
        return inspect.getattr_static(_looked_up(node.value, namespace), node.attr, None)
    return None


def _argument(message: str, namespace: Mapping[str, object]) -> str | None:
    """The arguments of a function that got one which it does not have."""
    said = re.match(r"([\w.<>]+)\(\) got an unexpected keyword argument '(\w+)'", message)
    function = _function(said[1].removesuffix(".__init__").rpartition(".")[2], namespace) if said else None
    if said is None or function is None:
        return None
    try:
        names = [one.name for one in inspect.signature(function).parameters.values()]  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return nearest(said[2], names) if names else None


def _function(name: str, namespace: Mapping[str, object]) -> object:
    """A function or class that the code has by this name, itself or in a module of this package."""
    places = [namespace, *(vars(one) for one in namespace.values() if _of_ours(one))]
    return next((place[name] for place in places if callable(place.get(name))), None)


def _of_ours(value: object) -> bool:
    return isinstance(value, ModuleType) and value.__name__.partition(".")[0] == "lessons"
