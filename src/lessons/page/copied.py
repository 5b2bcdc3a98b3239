"""Run code as a reader does who copies it from the page: in a new Python, as a program of its own."""

from __future__ import annotations
import __future__

import ast
import contextlib
import sys
import types
import warnings
from dataclasses import asdict
from typing import Any

from lessons.page import display
from lessons.page.snippet import MOST_SAID, Printed, held

MAIN = "__main__"


class Copy:
    """The program that a reader has in hand. Only for a process that is its own, which has run no page yet."""

    def __init__(self) -> None:
        module = types.ModuleType(MAIN)
        sys.modules[MAIN] = module  # where Python looks up what a class of the program refers to
        self._names = module.__dict__
        self._text = ""
        if "lessons.figures" not in sys.modules and (matplotlib := sys.modules.get("matplotlib")):
            matplotlib.rcdefaults()  # another page has set the project's style in the process that this one comes from

    def run(self, above: str, own: str, *, shown: bool = True) -> dict[str, Any]:
        """What `own` prints and shows when it runs after all that ran before and after `above`; or what it raises.

        Without `shown`, the value of its last line is left there, as Python does in a program.
        """
        self._text = f"{self._text}\n{above}\n{own}"
        printed = Printed()
        try:
            # Not what a page makes of warnings: here they are told to nobody.
            with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
                warnings.simplefilter("default")
                flags = _flags(self._text)
                self._execute(ast.parse(above), flags)
                printed.seek(0)
                printed.truncate()
                tree = ast.parse(own)
                last = tree.body.pop() if shown and tree.body and not own.rstrip().endswith(";") else None
                if last is not None and not isinstance(last, ast.Expr):
                    tree.body.append(last)
                self._execute(tree, flags)
                value = None
                if isinstance(last, ast.Expr):
                    value = eval(compile(ast.Expression(last.value), "<copied>", "eval", flags, True), self._names)
            # Shown apart from what is printed, as on the page.
            said = None if value is None else asdict(held(display.on_its_own(value)))
            return {"printed": printed.getvalue(), "shown": said}
        except (Exception, SystemExit) as fault:
            words = fault.msg if isinstance(fault, SyntaxError) else str(fault)
            return {"raised": " ".join(f"{type(fault).__name__}: {words}".split())[:MOST_SAID]}

    def _execute(self, tree: ast.Module, flags: int) -> None:
        exec(compile(tree, "<copied>", "exec", flags, True), self._names)


def _flags(text: str) -> int:
    """What the text as a whole asks of the compiler. Raises SyntaxError where it is no program, whatever its parts."""
    compile(text, "<copied>", "exec", 0, True)
    names = [
        alias.name
        for node in ast.parse(text).body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        for alias in node.names
    ]
    return sum({getattr(__future__, name).compiler_flag for name in names})
