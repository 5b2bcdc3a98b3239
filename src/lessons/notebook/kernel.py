"""A kernel in this very process: an IPython shell, spoken to by nbclient as it speaks to any kernel.

Starting a kernel is nearly the whole cost of running a short notebook. This one is made once, in the process that
forks the workers; each worker inherits it loaded and unused, and no message crosses a socket.
"""

from __future__ import annotations

import collections
import itertools
import re
import sys
import types
from traceback import walk_tb
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

_OWN_CODE = re.compile(r"<ipython-input-(\d+)-")  # how IPython names the code of the cell it ran as its n-th
MOST_OUTPUT = 1_000_000  # characters a notebook may print
LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python", "pygments_lexer": "ipython3"}


class TooMuchOutput(RuntimeError):
    """The notebook printed more than a page can hold."""


class Channel:
    """Messages waiting for nbclient. They are all there when it asks: the cell has run by then."""

    def __init__(self) -> None:
        self.messages: collections.deque[dict[str, Any]] = collections.deque()

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        return self.messages.popleft()


class Kernel:
    """Kernel manager and kernel client in one, as far as nbclient uses them."""

    has_kernel = True

    def __init__(self) -> None:
        quiet = Config()
        quiet.HistoryManager.enabled = False
        quiet.InteractiveShell.colors = "nocolor"
        quiet.InteractiveShell.autoawait = False  # nbclient's event loop runs already: `await` is told as what it is
        self.shell: Any = InteractiveShell(  # type: ignore[no-untyped-call]
            config=quiet, user_module=types.ModuleType("__main__")
        )
        InteractiveShell._instance = self.shell  # type: ignore[assignment]  # what `get_ipython` and `display` look for
        self.shell_channel, self.iopub_channel = Channel(), Channel()
        self.error: BaseException | None = None
        self._ids = map(str, itertools.count(1))
        self._parent = ""
        self._printed = 0
        self._stream, self._text = "", list[str]()
        kernel = self

        class Publisher(DisplayPublisher):
            def publish(self, data: Any, metadata: Any = None, *_: Any, **__: Any) -> None:
                kernel._say_data("display_data", data=data, metadata=metadata or {})

        class Hook(DisplayHook):
            def write_output_prompt(self) -> None: ...
            def finish_displayhook(self) -> None: ...
            def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
                count = self.prompt_count
                kernel._say_data("execute_result", format_dict, metadata=md_dict or {}, execution_count=count)

        self.shell.display_pub = Publisher(shell=self.shell, parent=self.shell)  # type: ignore[no-untyped-call]
        self.shell.displayhook = Hook(shell=self.shell, parent=self.shell)  # type: ignore[no-untyped-call]
        self.shell.display_trap.hook = self.shell.displayhook
        self.shell.ask_exit = _refuse_exit  # type: ignore[attr-defined]
        # What a cell raises is told once, by us; IPython's account of it takes a third of a second, and memory.
        self.shell.showtraceback = self.shell.showsyntaxerror = _say_nothing  # type: ignore[method-assign]

    def is_alive(self) -> bool:
        return True

    def say(self, kind: str, **content: Any) -> None:
        """Put a message where nbclient will find it."""
        self._say_printed()
        parent = {"msg_id": self._parent}
        message = {"header": {"msg_type": kind}, "msg_type": kind, "parent_header": parent, "content": content}
        self.iopub_channel.messages.append(message)

    def _reply(self, **content: Any) -> None:
        self.shell_channel.messages.append({"parent_header": {"msg_id": self._parent}, "content": content})

    def kernel_info(self) -> str:
        self._parent = next(self._ids)
        self._reply(status="ok", language_info=LANGUAGE)
        return self._parent

    def execute(self, code: str, **_: Any) -> str:
        """Run a cell to its end; its messages and its reply wait in the channels."""
        self._parent = next(self._ids)
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = Stream(self, "stdout"), Stream(self, "stderr")
        try:
            result = self.shell.run_cell(code, store_history=True)
        finally:
            sys.stdout, sys.stderr = streams
        self.error = result.error_before_exec or result.error_in_exec
        if self.error is None:
            self._reply(status="ok", execution_count=result.execution_count)
        else:
            named = {"ename": type(self.error).__name__, "evalue": str(self.error), "traceback": []}
            self.say("error", **named)
            self._reply(status="error", execution_count=result.execution_count, **named)
        self.say("status", execution_state="idle")
        return self._parent

    def print(self, name: str, text: str) -> None:
        """Gather what is printed to one stream until something else is said: each message costs nbclient a while."""
        self.count_output(text)
        if name != self._stream:
            self._say_printed()
        self._stream = name
        self._text.append(text)

    def _say_printed(self) -> None:
        if self._text:
            text, self._text = "".join(self._text), []
            self.say("stream", name=self._stream, text=text)

    def _say_data(self, kind: str, data: dict[str, Any], **content: Any) -> None:
        self.count_output(data.get("text/plain", ""))
        self.say(kind, data=data, **content)

    def count_output(self, text: str) -> None:
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


def _say_nothing(*_: Any, **__: Any) -> None: ...


def _refuse_exit() -> None:
    """What `exit` and `quit` call."""
    raise SystemExit("the cell asks the kernel to exit")


class Stream:
    """Standard output or error of a cell, as messages."""

    encoding = "utf-8"

    def __init__(self, kernel: Kernel, name: str) -> None:
        self._kernel, self._name = kernel, name

    def write(self, text: str) -> int:
        self._kernel.print(self._name, text)
        return len(text)

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        return False
