"""Serve the site while it is written: rebuild on every change, show problems where the page would be.

Each build runs in a fresh child that imports `lessons` anew, so an edit of the package is seen as an edit of a page
is, while what the site generator needs stays loaded in the child's parent. The watching is MkDocs' own.

Every answer has the headers that a published page has, so that nothing runs here that would not run there; the script
that reloads a page is a file, for the policy allows no others.
"""

from __future__ import annotations

import errno
import html
import logging
import multiprocessing
import multiprocessing.util
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import watchdog.observers
from mkdocs.livereload import LiveReloadServer
from watchdog.events import (
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)

from lessons import bounds, faults
from lessons.page.blocks import DECK_PDF
from lessons.publish import build, chromium, local, pdf, policy
from lessons.publish.local import HOST, NOT_FOUND, Reply, Request
from lessons.visible import visible

SITE = Path(".cache/serve/site")
WATCHED = ("docs", "src", "mkdocs.yml", "notebooks")
LOADED_ONCE = (
    "fontTools.subset",
    "jupytext",
    "markdown.extensions.attr_list",
    "markdown.extensions.tables",
    "markdown.extensions.toc",
    "material.plugins.search.plugin",
    "mkdocs.commands.build",
    "mkdocs.livereload",
    "mkdocs_jupyter.plugin",
    "numpy",
    "pygments.lexers.python",
    "pymdownx.highlight",
    "pymdownx.superfences",
    "quickjs",
    "watchdog.observers",
)
MADE = ("__pycache__", "docs/notebooks/")  # written by a build, and no reason for another
CHANGES = (FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent)
PORTS_TO_TRY = 20
POLL = 60  # seconds that a page waits for news before it asks again
_ASKED = re.compile(r"/livereload/(?P<epoch>[0-9]{1,15})/[0-9]{1,15}(?P<script>\.js)?")


class PortTaken(Exception):
    """Another program listens on the port; the message names one that is free."""


def serve(config_file: Path, port: int) -> None:
    """Build and serve at http://127.0.0.1:port/ until interrupted. Raises PortTaken."""
    _require_free(port)
    root = config_file.parent
    site = root / SITE
    server = _Server(_Builder(config_file, site, port), port, site)
    server.rebuild()
    for path in WATCHED:
        if (root / path).exists():
            server.watch(str(root / path))
    try:
        server.serve()  # type: ignore[no-untyped-call]
    except KeyboardInterrupt:
        print()
    finally:
        server.shutdown()
        multiprocessing.util._run_finalizers()  # type: ignore[attr-defined] # its folder goes with our temporary ones


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
    """Builds in a fresh child of a process that has the site generator loaded, but nothing of this package."""

    def __init__(self, config_file: Path, site: Path, port: int) -> None:
        self._arguments = (config_file, site, port)
        forks = "forkserver" in multiprocessing.get_all_start_methods()
        self._context: Any = multiprocessing.get_context("forkserver" if forks else "spawn")
        if forks:
            self._context.set_forkserver_preload(list(LOADED_ONCE))

    def __call__(self) -> str:
        """Build. Returns the problems as text, empty where there are none."""
        receiving, sending = self._context.Pipe(duplex=False)
        child = self._context.Process(target=_build, args=(*self._arguments, sending))
        child.start()
        sending.close()
        try:
            return str(receiving.recv())
        except EOFError:
            child.join()
            return f"the build ended without a word, with exit code {child.exitcode}"
        finally:
            child.join()


def _build(config_file: Path, site: Path, port: int, report: Connection) -> None:
    """In the child: build with what now stands in the files, and report the problems."""
    os.chdir(config_file.parent)
    sys.exit(bounds.run(lambda: _report(config_file, site, port, report)))


def _report(config_file: Path, site: Path, port: int, report: Connection) -> int:
    try:
        decks = build.Decks.OFFERED if chromium.browser() else build.Decks.NONE
        build.build(config_file, site, decks=decks, serve_url=f"http://{HOST}:{port}/")
        report.send("")
    except build.BuildFailed as fault:
        report.send(str(fault))
    except Exception as fault:
        report.send(faults.told(fault))
    return 0


class _Server(local.Quiet, LiveReloadServer):
    """Says what the site's files are, or in the place of every page what is wrong with one."""

    def __init__(self, builder: Callable[[], str], port: int, site: Path) -> None:
        super().__init__(builder=self.rebuild, host=HOST, port=port, root=str(site))
        self.RequestHandlerClass = local.handler(self.answer, policy.sent())
        self.site = site
        self.build_site = builder
        self.problems = ""
        self.build_delay = 0.05
        self.printing = threading.Lock()  # a browser takes more of a machine than a page may ask for
        # Told by the kernel, not by polling.
        self.observer = watchdog.observers.Observer()  # type: ignore[assignment]
        logging.getLogger("mkdocs.livereload").setLevel(logging.ERROR)

    def watch(self, path: str, func: None = None, *, recursive: bool = True) -> None:
        """Rebuild when something below `path` changes; reading it, which the kernel tells of too, is no change."""
        handler = FileSystemEventHandler()
        handler.on_any_event = self._changed  # type: ignore[method-assign]
        self._watched_paths[path] = 1
        self.observer.schedule(handler, path, recursive=recursive, event_filter=list(CHANGES))

    def _changed(self, event: FileSystemEvent) -> None:
        if event.is_directory or any(made in str(event.src_path) for made in MADE):
            return
        with self._rebuild_cond:
            self._want_rebuild = True
            self._rebuild_cond.notify_all()

    def rebuild(self) -> None:
        """Build, and say in the terminal how it went; the browsers reload either way."""
        start = time.perf_counter()
        self.problems = self.build_site()
        seconds = time.perf_counter() - start
        print(visible(self.problems) or f"built in {seconds:.2f} s", flush=True)

    def server_activate(self) -> None:
        super().server_activate()
        print(f"Serving on http://{HOST}:{self.server_port}/ - press Ctrl+C to stop", flush=True)

    def answer(self, request: Request) -> Reply:
        """What a request gets, once a build that goes on has ended."""
        if request.parts[0] == "livereload":
            return self._news(request.path)
        with self._epoch_cond:
            self._epoch_cond.wait_for(lambda: self._shutdown or self._visible_epoch == self._wanted_epoch)
            epoch = self._visible_epoch
        if request.parts[-1] == DECK_PDF:
            return self._deck(request)
        if self.problems and (not request.parts[-1] or request.parts[-1].endswith(".html")):
            return self._reloading(Reply(self.error_page(), "text/html; charset=utf-8"), epoch)
        return self._reloading(local.file(self.site, request.parts), epoch)

    def error_page(self) -> bytes:
        return _ERROR_PAGE.format(problems=html.escape(visible(self.problems))).encode()

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

    def _deck(self, request: Request) -> Reply:
        """A page's deck, printed where somebody wants to have it: one at a time, and each once."""
        page = local.read(self.site, (*request.parts[:-1], "index.html"))
        if page is None or not pdf.has_deck(page.decode(errors="replace")):
            return NOT_FOUND
        if request.head:
            return Reply(kind="application/pdf")
        try:
            with self.printing:
                data = pdf.printed(self.site, self.site.joinpath(*request.parts[:-1], "index.html"))
        except (pdf.NoBrowser, pdf.CannotPrint, OSError) as fault:
            said = faults.told(fault) if isinstance(fault, OSError) else str(fault)
            print(visible(said), flush=True)
            return Reply(f"500: {visible(said)}\n".encode(), status=HTTPStatus.INTERNAL_SERVER_ERROR)
        return Reply(data, "application/pdf")


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
