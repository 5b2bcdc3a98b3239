"""An IPython shell in this very process: it runs a notebook's cells and gathers what each of them shows.

Starting a Jupyter kernel is nearly the whole cost of running a short notebook. This shell is made once, in the process
that forks the workers; each worker inherits it loaded and unused, and no message crosses a socket. What a cell shows is
gathered as notebook clients write it down: text of a stream in one piece, the rest in its order.
"""

from __future__ import annotations

import functools
import itertools
import re
import sys
import types
from collections.abc import Callable
from traceback import walk_tb
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from lessons import drawn

_OWN_CODE = re.compile(r"<ipython-input-(\d+)-")  # how IPython names the code of the cell it ran as its n-th
_ADDRESS = re.compile(r"(?<= at )0x[0-9a-f]{6,}")  # where an object lies in memory: never the same twice
_OVERWRITTEN = re.compile(r".*\r(?=[^\n])")  # on a terminal, by what follows on its line: a progress bar
MOST_OUTPUT = 1_000_000  # characters a notebook may print

Output = dict[str, Any]  # in nbformat's terms


class TooMuchOutput(RuntimeError):
    """The notebook printed more than a page can hold."""


class Kernel:
    """Runs the cells of one notebook, one after another, in one namespace. `error`: what the last of them raised."""

    def __init__(self) -> None:
        quiet = Config()
        quiet.HistoryManager.enabled = False
        quiet.InteractiveShell.colors = "nocolor"
        quiet.InteractiveShell.automagic = False  # `ls` is a name
        quiet.InteractiveShell.autoawait = False  # `await` outside a function is told as what it is
        self.shell: Any = InteractiveShell(  # type: ignore[no-untyped-call]
            config=quiet, user_module=types.ModuleType("__main__")
        )
        InteractiveShell._instance = self.shell  # type: ignore[assignment]  # what `get_ipython` and `display` look for
        self.error: BaseException | None = None
        self._printed = 0
        self._outputs: list[Output] = []  # of the cell that runs
        self._streams: dict[str, list[str]] = {}  # by name, what it has printed
        self._named: dict[str, list[Output]] = {}  # what may be updated later, by its display's id
        self._cleared = False  # by the next output
        self._noted: BaseException | None = None
        kernel = self

        class Publisher(DisplayPublisher):
            def publish(
                self, data: Any, metadata: Any = None, *_: Any, transient: Any = None, update: bool = False, **__: Any
            ) -> None:
                name = (transient or {}).get("display_id")
                if update:
                    kernel._update(name, data, metadata)
                else:
                    kernel._show("display_data", data, metadata, name)

            def clear_output(self, wait: bool = False) -> None:
                kernel._clear(wait)

        class Hook(DisplayHook):
            def write_output_prompt(self) -> None: ...
            def finish_displayhook(self) -> None: ...
            def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
                kernel._show("execute_result", format_dict, md_dict, execution_count=self.prompt_count)

        self.shell.display_pub = Publisher(shell=self.shell, parent=self.shell)  # type: ignore[no-untyped-call]
        self.shell.displayhook = Hook(shell=self.shell, parent=self.shell)  # type: ignore[no-untyped-call]
        self.shell.display_trap.hook = self.shell.displayhook
        formatter: Any = self.shell.display_formatter
        formatter.format = functools.partial(_formatted, formatter.format)
        self.shell.ask_exit = _refuse_exit  # type: ignore[attr-defined]
        # What a cell raises is told once, by us; IPython's account of it takes a third of a second, and memory.
        self.shell.showtraceback = self._note  # type: ignore[method-assign]
        self.shell.showsyntaxerror = _say_nothing  # type: ignore[method-assign]

    def run(self, code: str) -> list[Output]:
        """Run a cell to its end. Returns its outputs, without what differs from run to run, and sets `error`."""
        self._outputs, self._streams, self._cleared, self._noted = [], {}, False, None
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Stream(self, "stdout"), Stream(self, "stderr")
        try:
            result = self.shell.run_cell(code, store_history=True)
        finally:
            sys.stdout, sys.stderr = streams
        self.error = result.error_before_exec or result.error_in_exec or self._noted
        return self._gathered()

    def _note(self, *_: Any, **__: Any) -> None:
        """Keep what was raised where IPython goes on: by a value that was asked how it shows itself."""
        self._noted = self._noted or sys.exception()

    def _gathered(self) -> list[Output]:
        outputs = self._outputs
        for output in outputs:
            if output["output_type"] == "stream":
                text = "".join(self._streams[output["name"]])
                output["text"] = _ADDRESS.sub("0x…", _OVERWRITTEN.sub("", text))
        names = [output.get("name") for output in outputs]
        if ("stderr", "stdout") in itertools.pairwise(names):  # in other kernels their order is chance
            place = names.index("stderr")
            outputs[place : place + 2] = outputs[place + 1], outputs[place]
        return outputs

    def print(self, name: str, text: str) -> None:
        """Gather what the cell prints to a stream, which is shown where it first did. Raises TooMuchOutput."""
        self._count(text)
        self._clear_now()
        if name not in self._streams:
            self._streams[name] = []
            self._outputs.append({"output_type": "stream", "name": name})
        self._streams[name].append(text)

    def _show(
        self, kind: str, data: dict[str, Any], metadata: dict[str, Any] | None, name: str | None = None, **more: Any
    ) -> None:
        """Gather an output of a cell. Raises TypeError and TooMuchOutput, for the cell."""
        held = self._held(data, metadata)
        self._clear_now()
        self._outputs.append({"output_type": kind, **held, **more})
        if name is not None:
            self._named.setdefault(name, []).append(self._outputs[-1])

    def _update(self, name: str | None, data: dict[str, Any], metadata: dict[str, Any] | None) -> None:
        """Put what is shown now where a display of that id is, of whichever cell; where none is, nowhere."""
        for output in self._named.get(name or "", []):
            output |= self._held(data, metadata)

    def _held(self, data: dict[str, Any], metadata: dict[str, Any] | None) -> Output:
        for form, value in data.items():
            if form.startswith("text/") and not isinstance(value, str):
                raise TypeError(f"{form} must be a string, not {type(value).__name__}")
        self._count(data.get("text/plain", ""))
        return {"data": _plain(data), "metadata": _plain(metadata or {})}

    def _clear(self, wait: bool) -> None:
        """Forget what the cell has shown so far, with `wait` when it next shows something."""
        self._cleared = True
        if not wait:
            self._clear_now()

    def _clear_now(self) -> None:
        if self._cleared:
            self._outputs, self._streams, self._cleared = [], {}, False

    def _count(self, text: str) -> None:
        self._printed += len(text)
        if self._printed > MOST_OUTPUT:
            raise TooMuchOutput(f"more than {MOST_OUTPUT:,} characters printed")

    def error_place(self) -> tuple[int, int] | None:
        """Which of the cells run so far raised, and in which of its lines, both from 1: the notebook's innermost."""
        steps = walk_tb(self.error.__traceback__ if self.error else None)
        places = [(frame.f_code.co_filename, line) for frame, line in steps]
        if isinstance(self.error, SyntaxError):
            places.append((self.error.filename or "", self.error.lineno or 1))
        own = [(int(named[1]), line) for file, line in places if (named := _OWN_CODE.match(file))]
        return own[-1] if own else None


def _plain(value: Any) -> Any:
    """A value of an output as plain data, without addresses."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return _ADDRESS.sub("0x…", value) if isinstance(value, str) else value


def _formatted(form: Callable[..., Any], value: object, *about: Any, **more: Any) -> Any:
    """What shows a value, which may be a picture that matplotlib has drawn."""
    if hasattr(type(value), "savefig"):
        drawn.shown(value)
    return form(value, *about, **more)


def _say_nothing(*_: Any, **__: Any) -> None: ...


def _refuse_exit() -> None:
    """What `exit` and `quit` call."""
    raise SystemExit("the cell asks the kernel to exit")


class Stream:
    """Standard output or error of a cell."""

    encoding = "utf-8"

    def __init__(self, kernel: Kernel, name: str) -> None:
        self._kernel, self._name = kernel, name

    def write(self, text: str) -> int:
        self._kernel.print(self._name, text)
        return len(text)

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        return False
