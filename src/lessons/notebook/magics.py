"""Cells as plain Python: what only IPython understands is told at its line, before anything runs.

A notebook is run where no other process can be started, once, and for readers: a magic that asks for a shell, a clock
or another language has nothing to do there. Those that prepare Jupyter for pictures do nothing, and are no problem.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from lessons.problem import Location, Problem

_LIKELY = re.compile(r"(?m)^\s*[%!?]|\?\s*$|=\s*[%!]|get_ipython|^(?:pip|conda)\s")
_ON_ITS_LINE = re.compile(r"^\s*(?:[\w.,\s*\[\]]+=\s*)?[%!?]|\?\s*(?:#.*)?$|get_ipython")
# For Jupyter's pictures: a page draws all of them alike.
_NOTHING = re.compile(
    r"get_ipython\(\)\.run_line_magic\(\s*(['\"])(?:matplotlib\1\s*,\s*(['\"])\s*inline\s*\2"
    r"|config\1\s*,\s*(['\"])\s*InlineBackend\.(?:(?!\3).)*\3)\s*\)"
)
# A command without a sign before it: jupytext uncomments those of a shell, and IPython runs them.
_COMMAND = re.compile(r"(cat|cd|cp|mv|rm|rmdir|mkdir|copy|ddir|echo|ls|ldir|ren|pip|conda)(?:\s+[^=,].*)?$")

PACKAGES = "delete this line: a notebook may import what requirements.txt pins; propose others in pyproject.toml"
SHELL = (
    "delete this line, or do the same in Python: Path('.').iterdir() lists files, Path('x.csv').read_text() reads one"
)
CLOCK = "how long code takes is another number in each run"
STILL = "delete this line: on a page pictures stand still; end the cell with Figure(fig, alt='what it shows')"
_PACKAGES = ("pip", "conda", "mamba", "micromamba", "uv")
_SHELL = ("system", "sx", "bash", "sh", "script", "cmd", "perl", "ruby", "pypy", "python", "python2", "python3")
_CLOCKS = ("time", "timeit", "prun", "lprun", "memit", "mprun")
_IN_PYTHON = {
    "html": "write display(HTML('''…''')) with `from IPython.display import HTML`",
    "latex": "write display(Latex(r'$…$')) with `from IPython.display import Latex`",
    "markdown": "write the words in a cell of `# %% [markdown]`",
    "writefile": "lay the file into the folder beside the notebook that has its name, or write it with open()",
    "capture": "delete this line; a last line shows nothing if it ends in ;",
    "pylab": "write the imports: `import numpy as np` and `from lessons.figures import plt`",
}


def plain(text: str) -> str:
    """The Python that a cell is run as."""
    if not _LIKELY.search(text):
        return text
    return _NOTHING.sub("None", text if _tree(text) else _transformed(text))


def problems(path: str, text: str, line: int) -> Iterator[Problem]:
    """L505 and L508 of a code cell whose text begins on a line of the file."""
    alone = "\n" not in text.strip()  # IPython takes `ls` for a command where nothing else stands in the cell
    if not (alone and _COMMAND.match(text.strip())) and not _LIKELY.search(text) and _tree(text):
        return
    code = plain(text)
    tree = _tree(code)
    if tree is None or (alone and _COMMAND.match(text.strip())):  # running it would not say what it is
        yield from _commands(path, text, line)
        return
    lines, at = text.split("\n"), 0
    for call in sorted(_calls(tree), key=lambda one: (one.lineno, one.col_offset)):
        likely = (n for n in range(max(at, call.lineno - 1), len(lines)) if _ON_ITS_LINE.search(lines[n]))
        at = next(likely, call.lineno - 1)
        yield _problem(Location(path, line + at), call, lines[at] if at < len(lines) else "")
        at += 1


def _tree(code: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the author's signs: running the cell tells of them
        try:
            return ast.parse(code)
        except (SyntaxError, ValueError):
            return None


def _transformed(text: str) -> str:
    from IPython.core.inputtransformer2 import TransformerManager  # it takes a moment to load

    try:
        return str(TransformerManager().transform_cell(text))  # type: ignore[no-untyped-call]
    except SyntaxError:
        return text


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    """What asks IPython for a magic or a shell: `get_ipython().run_line_magic("time", "f()")`."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Call)
            and isinstance(node.func.value.func, ast.Name)
            and node.func.value.func.id == "get_ipython"
            and node.func.attr in ("run_line_magic", "run_cell_magic", "magic", "system", "getoutput")
        ):
            yield node


def _problem(where: Location, call: ast.Call, written: str) -> Problem:
    kind = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    told = [one.value if isinstance(one, ast.Constant) else "" for one in call.args]
    name, rest, *_ = [*map(str, told), "", ""]
    if kind == "magic":
        name, _, rest = name.removeprefix("%").partition(" ")
    if kind in ("system", "getoutput"):
        first = name.split()[0] if name.split() else ""
        return _process(where, f"!{name}", first)
    whole = kind == "run_cell_magic" or name.startswith("%")  # below other lines it is none, but meant as one
    sign, name = "%%" if whole else "%", name.lstrip("%")
    if name in (*_PACKAGES, *_SHELL):
        return _process(where, f"{sign}{name} {rest}".strip(), name, "cell" if whole else "line")
    if name in ("pinfo", "pinfo2", "psearch", "help"):
        return Problem(
            where, "L508", f"a question to IPython: {written.strip()}", "delete this line: help is no output"
        )
    repair = f"delete this {'cell' if whole else 'line'}, or write in plain Python what it does"
    if name in _CLOCKS:
        repair = f"delete this line: {CLOCK}"
        if rest and not whole:
            repair = f"{repair}; to run the code, write it without %{name}"
    elif name == "matplotlib":
        repair = STILL
    elif name in _IN_PYTHON:
        repair = _IN_PYTHON[name]
    return Problem(where, "L508", f"a magic of IPython: {sign}{name}", repair)


def _process(where: Location, written: str, name: str, what: str = "line") -> Problem:
    repair = (PACKAGES if name in _PACKAGES else SHELL).replace("line", what, 1)
    return Problem(where, "L505", f"a cell starts no other process: {written}", repair)


def _commands(path: str, text: str, line: int) -> Iterator[Problem]:
    for number, written in enumerate(text.split("\n")):
        if found := _COMMAND.match(written):
            problem = _process(Location(path, line + number), written.strip(), found[1])
            if found[1] not in _PACKAGES:
                repair = f"{SHELL}; a comment may not begin with the word {found[1]}"
                problem = Problem(problem.location, problem.code, problem.message, repair)
            yield problem
