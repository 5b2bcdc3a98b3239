"""Serve the site while it is written: rebuild on every change, show problems where the page would be.

Each build runs in a fresh child that imports `lessons` anew, so an edit of the package is seen as an edit of a page
is, while what the site generator needs stays loaded in the child's parent. The
server, the watching and the reloading are MkDocs' own.
"""

from __future__ import annotations

import errno
import html
import logging
import multiprocessing
import os
import socket
import time
import traceback
from collections.abc import Callable, Iterable
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

from lessons import bounds
from lessons.page.blocks import DECK_PDF
from lessons.publish import build, pdf

HOST = "127.0.0.1"
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
    bounds.run(lambda: _report(config_file, site, port, report))


def _report(config_file: Path, site: Path, port: int, report: Connection) -> int:
    try:
        decks = build.Decks.OFFERED if pdf.browser() else build.Decks.NONE
        build.build(config_file, site, decks=decks, serve_url=f"http://{HOST}:{port}/")
        report.send("")
    except build.BuildFailed as fault:
        report.send(str(fault))
    except Exception:
        report.send(traceback.format_exc())
    return 0


class _Server(LiveReloadServer):
    """MkDocs' server, which shows the problems of a page in the browser instead of an old page."""

    def __init__(self, builder: Callable[[], str], port: int, site: Path) -> None:
        super().__init__(builder=self.rebuild, host=HOST, port=port, root=str(site))
        self.build_site = builder
        self.problems = ""
        self.build_delay = 0.05
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
        print(self.problems or f"built in {seconds:.2f} s", flush=True)

    def server_activate(self) -> None:
        super().server_activate()
        print(f"Serving on http://{HOST}:{self.server_port}/ - press Ctrl+C to stop", flush=True)

    def error_page(self) -> bytes:
        return _ERROR_PAGE.format(problems=html.escape(self.problems)).encode()

    def _serve_request(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes] | None:
        path = str(environ["PATH_INFO"])
        page = path.endswith(("/", ".html"))
        if self.problems and page and not path.startswith("/livereload/"):
            content: bytes = self._inject_js_into_html(  # type: ignore[no-untyped-call]
                self.error_page(), self._visible_epoch
            )
            headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(content)))]
            start_response("200 OK", headers)
            return [content]
        deck = Path(self.root, path.lstrip("/"))
        if deck.name == DECK_PDF and (deck.parent / "index.html").is_file() and ".." not in deck.parts:
            pdf.print_deck(Path(self.root), deck.with_name("index.html"))
        return super()._serve_request(environ, start_response)


_ERROR_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Problems - VAE lessons</title>
<style>
body {{ max-width: 60rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }}
pre {{ white-space: pre-wrap; padding: 1rem; border-left: .25rem solid #8a2b1d; background: #8a2b1d14; }}
</style>
</head>
<body>
<h1>The last change did not build</h1>
<pre>{problems}</pre>
<p>Mend the file and save it: this page comes back by itself.</p>
</body>
</html>
"""
