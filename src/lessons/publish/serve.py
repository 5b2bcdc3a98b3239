"""Serve the site while it is written: what is saved is served, problems stand where the page would be.

The pages live in the memory of a process of their own, see `worker`; a request brings up to date what has changed, and
the watching, see `watch`, tells the browsers to ask again.

Every answer has the headers that a published page has, so that nothing runs here that would not run there; the script
that reloads a page is a file, for the policy allows no others.
"""

from __future__ import annotations

import errno
import html
import logging
import os
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from mkdocs.livereload import LiveReloadServer

from lessons.publish import http_server, papers, policy, watch
from lessons.publish.http_server import HOST, NOT_FOUND, Reply, Request
from lessons.publish.worker import Told, Worker
from lessons.visible import visible

PORTS_TO_TRY = 20
POLL = 60  # seconds that a page waits for news before it asks again
_ASKED = re.compile(r"/livereload/(?P<epoch>[0-9]{1,15})/[0-9]{1,15}(?P<script>\.js)?")


class PortTaken(Exception):
    """Another program listens on the port; the message names one that is free."""


def serve(config_file: Path, port: int) -> None:
    """Build and serve at http://127.0.0.1:port/ until interrupted. Raises PortTaken."""
    _require_free(port)
    root = config_file.parent
    builder = _Builder(config_file, port)
    server = _Server(builder.ask, port)
    server.rebuild()
    for path in watch.WATCHED:
        if (root / path).exists():
            server.watch(str(root / path))
    try:
        server.serve()  # type: ignore[no-untyped-call]
    except KeyboardInterrupt:
        print()
    finally:
        server.shutdown()
        builder.worker.end()


def _require_free(port: int) -> None:
    def free(candidate: int) -> bool:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, candidate))
            except OSError as fault:
                if fault.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
                return False
        return True

    if not free(port):
        other = next((p for p in range(port + 1, port + PORTS_TO_TRY) if free(p)), None)
        hint = f"; {other} is free: `make serve PORT={other}`" if other else ""
        raise PortTaken(f"port {port} is taken{hint}")


class _Builder:
    """Asks the process that has the pages; another one where the package, or what is installed, is not what it was."""

    def __init__(self, config_file: Path, port: int) -> None:
        self.worker = Worker(config_file, f"http://{HOST}:{port}/")
        self.root = config_file.parent
        self.lock = threading.Lock()  # one question at a time
        self.state: watch.State = {}

    def ask(self, question: str, address: str = "") -> Told:
        with self.lock:
            now = watch.loaded(self.root)
            if now != self.state:
                self.worker.end()
                self.state = now
            return self.worker.ask(question, address)


class _Server(http_server.Quiet, LiveReloadServer):
    """Says what the site's files are, or in the place of every page what is wrong with one."""

    def __init__(self, ask: Callable[..., Told], port: int) -> None:
        super().__init__(builder=self.rebuild, host=HOST, port=port, root=os.curdir)
        self.RequestHandlerClass = http_server.handler(self.answer, policy.sent())
        self.ask = ask
        self.build_delay = 0.05
        self.observer = watch.observer()  # type: ignore[assignment]
        logging.getLogger("mkdocs.livereload").setLevel(logging.ERROR)

    def watch(self, path: str, func: None = None, *, recursive: bool = True) -> None:
        """Rebuild when something below `path` changes."""
        self._watched_paths[path] = 1
        watch.tell(self.observer, path, self._changed)

    def _changed(self) -> None:
        with self._rebuild_cond:
            self._want_rebuild = True
            self._rebuild_cond.notify_all()

    def rebuild(self) -> None:
        """Build, and say in the terminal how it went; the browsers reload either way."""
        start = time.perf_counter()
        problems = self.ask("pages").problems
        seconds = time.perf_counter() - start
        print(visible(problems) or f"built in {seconds:.2f} s", flush=True)

    def server_activate(self) -> None:
        super().server_activate()
        print(f"Serving on http://{HOST}:{self.server_port}/ - press Ctrl+C to stop", flush=True)

    def answer(self, request: Request) -> Reply:
        """What a request gets, from the sources as they are now."""
        if request.parts[0] == "livereload":
            return self._news(request.path)
        epoch = self._visible_epoch
        if request.parts[-1] in papers.NAMES:
            return self._paper(request)
        problems = ""

        def get(address: str) -> bytes | None:
            nonlocal problems
            told = self.ask("site", address)
            problems = problems or told.problems
            return told.data

        found = http_server.file(get, request.parts)
        if problems and (not request.parts[-1] or request.parts[-1].endswith(".html")):
            found = Reply(self.error_page(problems), "text/html; charset=utf-8")
        return self._reloading(found, epoch)

    def error_page(self, problems: str) -> bytes:
        return _ERROR_PAGE.format(problems=html.escape(visible(problems))).encode()

    def _reloading(self, reply: Reply, epoch: int) -> Reply:
        """A page with the script that waits for the next build."""
        if not reply.kind.startswith("text/html"):
            return reply
        script = f'<script src="/livereload/{epoch}/{time.monotonic_ns() // 1_000_000}.js"></script>'.encode()
        above, end, below = reply.body.rpartition(b"</body>")
        return replace(reply, body=above + script + end + below if end else below + script)

    def _news(self, path: str) -> Reply:
        """The script, or the number of the newest build, as soon as it is another than the page's."""
        asked = _ASKED.fullmatch(path)
        if asked is None:
            return NOT_FOUND
        if asked["script"]:
            return Reply(_RELOAD.replace("ADDRESS", path.removesuffix(".js")).encode(), "text/javascript")
        with self._epoch_cond:
            newer = lambda: self._shutdown or self._visible_epoch > int(asked["epoch"])  # noqa: E731
            self._epoch_cond.wait_for(newer, timeout=POLL)
            return Reply(b"%d" % self._visible_epoch)

    def _paper(self, request: Request) -> Reply:
        """What is printed of a page, where somebody wants to have it: one at a time, and each once."""
        told = self.ask("head of paper" if request.head else "paper", "/".join(request.parts))
        if told.problems:
            print(visible(told.problems), flush=True)
            return Reply(f"500: {visible(told.problems)}\n".encode(), status=HTTPStatus.INTERNAL_SERVER_ERROR)
        return NOT_FOUND if told.data is None else Reply(told.data, "application/pdf")


# It waits for news while the page is looked at, and comes back when a server that was ended does.
_RELOAD = """"use strict";
(() => {
  const [, , epoch] = "ADDRESS".split("/");
  let waiting = null;
  let later = 0;
  const stop = () => {
    waiting?.abort();
    clearTimeout(later);
  };
  const wait = async () => {
    stop();
    const mine = (waiting = new AbortController());
    try {
      const reply = await fetch("ADDRESS", { signal: mine.signal });
      if (reply.ok && Number(await reply.text()) > Number(epoch)) location.reload();
      else if (!mine.signal.aborted) later = setTimeout(wait, reply.ok ? 0 : 3000);
    } catch {
      if (!mine.signal.aborted) later = setTimeout(wait, 3000);
    }
  };
  const look = () => (document.visibilityState === "visible" ? wait() : stop());
  addEventListener("load", look);
  addEventListener("visibilitychange", look);
  addEventListener("beforeunload", stop);
})();
"""
_ERROR_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Problems - VAE lessons</title>
<link rel="icon" href="data:,">
</head>
<body style="max-width: 60rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif">
<h1>The last change did not build</h1>
<pre style="white-space: pre-wrap; padding: 1rem; border-left: .25rem solid #8a2b1d; background: #8a2b1d14"
>{problems}</pre>
<p>Mend the file and save it: this page comes back by itself.</p>
</body>
</html>
"""
