"""Run a page's snippets and inline values, in document order, in one namespace that starts fresh.

Code does not know where on its page it stands: what it comes to depends on no word around it. An error in it names the
line of the Markdown file all the same.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType

from lessons import confine
from lessons.page import advice, display
from lessons.page.display import CannotShow, Described, Shown, ShowsNothing
from lessons.page.folds import CODE_SHOWN, gathered, visibility
from lessons.page.provenance import History, set_by, visible
from lessons.page.source import Asked, Snippet, Source, Value
from lessons.problem import Location, Problem, nearest
from lessons.unshowable import NoAlternative, NotFinite

MOST_PRINTED = 100_000
MOST_LINES = 200
_UNROUNDED = re.compile(r"\d\.\d{12,}")
MOST_SAID = 1_000  # characters of an exception's message
OPTIONS = {"code": CODE_SHOWN}
UNSEEN = "a figure that is drawn and never shown"
UNSEEN_REPAIR = (
    'end the %s with Figure(fig, alt="what it shows") from lessons.figures, where fig is plt.gcf() if it has no name, '
    "or drop it: plt.close()"
)
SHOWN_NOWHERE = ".*non-interactive, and thus cannot be shown"  # `plt.show()`, on some machines; we tell it on all
WARNS = (
    "mend what it warns of; where it is meant, say so: `with np.errstate(all='ignore'):`, or for what is not numpy's "
    "`warnings.filterwarnings('ignore', message='…')`"
)
# The code and the repair of a value that cannot be shown, by why it cannot: raised by what shows it, or by the value.
REFUSALS: dict[type[Exception], tuple[str, str]] = {
    NotFinite: ("L203", "look at the parameters above it: no lesson shows nan or infinity as a result"),
    ShowsNothing: ("L202", "give it words, or delete it; a last line that ends in ; shows nothing"),
    CannotShow: ("L202", "wrap a number: Quantity(x, unit='nats', digits=3) from lessons.maths.derivation"),
    NoAlternative: ("L504", 'end with Figure(fig, alt="what it shows") from lessons.figures'),
}


@dataclass(frozen=True)
class Output:
    """What a snippet leaves on the page: what it printed, its last expression's value, and the code behind both.

    Folded code is whole: it comes with what it needs from the snippets above, and can be run as it stands. Where
    several snippets share a disclosure, that holds behind the code of those before it. `all_above`: it is all the
    page's code up to here, for want of less that comes to the same.
    """

    code: str
    printed: str = ""
    shown: Shown | None = None
    all_above: bool = False


Result = Output | Shown | Problem


def place(value: Value, source: Source) -> Location:
    """Where an inline value's expression stands."""
    return source.location(source.text.find(value.expression, value.start))


def _compiled(tree: ast.Module | ast.Expression, name: str) -> CodeType:
    mode = "eval" if isinstance(tree, ast.Expression) else "exec"
    # A page's code is no part of this module: its `from __future__` must not reach it.
    return compile(tree, name, mode, dont_inherit=True)


def _said(fault: BaseException) -> str:
    """What an exception says, on one line that has an end."""
    return " ".join(str(fault).split())[:MOST_SAID] or "no message"


_INSTALLED_AT = re.compile(r" \(/[^)]*\)$")  # of a module that has no such name: another place on each machine


class Printed(io.StringIO):
    """What a snippet prints, up to what a page can hold."""

    _lines = 0

    def write(self, text: str) -> int:
        if self.tell() + len(text) > MOST_PRINTED:
            raise ValueError(f"more than {MOST_PRINTED:,} characters printed")
        self._lines += text.count("\n")
        if self._lines > MOST_LINES:
            raise ValueError(f"more than {MOST_LINES} lines printed")
        return super().write(text)


def held(shown: Shown) -> Shown:
    if len(shown.text) > MOST_PRINTED and not shown.picture:
        raise ValueError(f"more than {MOST_PRINTED:,} characters shown")
    return shown


@dataclass
class Runner:
    """One page's namespace. Each call gives what to show, or the problem that stands there instead."""

    source: Source
    namespace: dict[str, object] = field(default_factory=lambda: {"__name__": "__lesson__"})
    history: History = field(default_factory=History)
    recorded: list[Snippet] = field(default_factory=list)  # those in the history
    unset: set[str] = field(default_factory=set)  # names that a snippet which failed would have set
    described: list[tuple[Location, str, Described]] = field(default_factory=list)  # place, expression, value
    above: dict[str, int] = field(default_factory=dict)  # by the name of a piece of code: lines of the file above it

    def run(self, snippet: Snippet) -> Output | Problem:
        """Execute a fence; its last line, if an expression, is its value, unless that is None or ends in `;`."""
        location = self.source.location(snippet.start)
        for key, value in snippet.options:
            if key not in OPTIONS:
                return Problem(location, "L204", f"snippet has the unknown option {key!r}", nearest(key, OPTIONS))
            if value not in OPTIONS[key]:
                return Problem(location, "L204", f"{key!r} cannot be {value!r}", nearest(value, OPTIONS[key]))
        printed = Printed()
        name = self._named(location.line)  # the code's first line stands below its fence

        def execute() -> Shown | None:
            tree = ast.parse(snippet.code, name)
            last = tree.body[-1] if tree.body else None
            if isinstance(last, ast.Expr):
                tree.body.pop()
            with contextlib.redirect_stdout(printed):
                exec(_compiled(tree, name), self.namespace)
                if not isinstance(last, ast.Expr):
                    return None
                value = eval(_compiled(ast.Expression(last.value), name), self.namespace)
            if value is None or snippet.code.rstrip().endswith(";"):
                return None
            display.judge(value)
            shown = held(display.on_its_own(value))
            expression = "figure" if shown.picture else ast.unparse(last.value)
            where = Location(self.source.path, location.line + last.lineno)
            self.described.append((where, expression, display.described(value)))
            return shown

        result = self._guard(location, execute, snippet.code)
        if isinstance(result, Problem):
            self.unset |= set_by(snippet.code)
            return result
        if bare := _UNROUNDED.search(printed.getvalue()):
            repair = "print it rounded, with the sign for that: print(Quantity(x, digits=3))"
            return Problem(location, "L202", f"a bare float is printed: …{bare[0]}", repair)
        whole = self.history.add(snippet.code, self.namespace)
        self.recorded.append(snippet)
        code = visible(snippet.code) if visibility(snippet) == "shown" else whole
        return Output(code, printed.getvalue(), result)

    def together(self) -> dict[Snippet, str]:
        """The code of each snippet that shares a disclosure with others, now that all have run: after the code of those
        before it there.
        """
        numbers = {snippet: number for number, snippet in enumerate(self.recorded)}
        found: dict[Snippet, str] = {}
        for snippets in gathered(self.source).values():
            if len(snippets) > 1 and all(one in numbers for one in snippets):
                codes = self.history.program([numbers[one] for one in snippets])
                found.update(zip(snippets, codes, strict=True))
        return found

    def evaluate(self, value: Value) -> Shown | Problem:
        """Evaluate an inline value as of the point where it stands."""
        location = place(value, self.source)
        name = self._named(location.line - 1)

        def evaluate() -> Shown:
            tree = ast.parse(value.expression, name, mode="eval")
            computed = eval(_compiled(tree, name), self.namespace)
            if isinstance(value, Asked):  # it stands nowhere: any number will do
                shown = Shown("")
            else:
                display.judge(computed)
                shown = held(display.in_sentence(computed))
            self.described.append((location, value.expression, display.described(computed)))
            return shown

        result = self._guard(location, evaluate, value.expression)
        return result if isinstance(result, Problem) else result or Shown("")

    def _named(self, above: int) -> str:
        """A name for the next piece of code, by which its lines are known in a traceback."""
        name = f"<code {len(self.above) + 1}>"
        self.above[name] = above
        return name

    def _guard(self, location: Location, work: Callable[[], Shown | None], code: str) -> Shown | Problem | None:
        """Do the work of `code`; whatever it raises becomes a problem at the line that raised it."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # an overflow that numpy only warns of is a wrong number here
                warnings.filterwarnings("ignore", message=SHOWN_NOWHERE)
                return work()
        except tuple(REFUSALS) as fault:
            code, repair = next(told for kind, told in REFUSALS.items() if isinstance(fault, kind))
            return Problem(self._location(fault, location), code, _said(fault), repair)
        except SyntaxError as fault:
            where = self._location(fault, location)
            if fault.filename in self.above:
                column = location.column - 1 + (fault.offset or 1)
                where = Location(self.source.path, self.above[fault.filename] + (fault.lineno or 1), column)
            repair = advice.repair(fault, code, {}, "") or "mend the snippet: it is not valid Python"
            return Problem(where, "L201", f"SyntaxError: {fault.msg}", repair)
        except (Exception, SystemExit) as fault:
            where = self._location(fault, location)
            message = _INSTALLED_AT.sub("", _said(fault))
            repair = "run the page's snippets from the top in Python to see the whole traceback"
            if isinstance(fault, Warning):
                repair = WARNS
            if isinstance(fault, AssertionError) and not str(fault):
                message = self.source.line(where.line)
            if isinstance(fault, NameError) and fault.name in self.unset:
                self.unset |= set_by(code)
                return None  # the snippet that failed has told already
            if isinstance(fault, NameError):
                known = [name for name in self.namespace if not name.startswith("__")]
                repair = nearest(fault.name or "", known) if known else "no snippet above has set a name yet"
            data = self.source.path.removesuffix(".md")
            repair = advice.repair(fault, code, self.namespace, data) or repair
            message = message.removesuffix(f": {advice.noted(fault)}")
            if confine.refused(fault):
                return Problem(where, "L209", f"{type(fault).__name__}: {message}", confine.ALLOWED)
            return Problem(where, "L201", f"{type(fault).__name__}: {message}", repair)

    def _location(self, fault: BaseException, default: Location) -> Location:
        """The innermost line of the page itself in the traceback."""
        line, traceback = default.line, fault.__traceback__
        while traceback:
            above = self.above.get(traceback.tb_frame.f_code.co_filename)
            if above is not None:
                line = above + traceback.tb_lineno
            traceback = traceback.tb_next
        return default if line == default.line else Location(self.source.path, line)
