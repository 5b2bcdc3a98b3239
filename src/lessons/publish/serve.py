"""Serve the site while it is written: rebuild on every change, show problems where the page would be.

Each build runs in a forked child that imports `lessons` afresh, so an edit of the package is seen as an edit of
a page is, while the site generator stays loaded. The server, the watching and the reloading are MkDocs' own.
"""

from __future__ import annotations

import errno
import html
import logging
import os
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import watchdog.observers
from mkdocs.livereload import LiveReloadServer

from lessons.page.blocks import DECK_PDF
from lessons.publish import pdf

HOST = "127.0.0.1"
SITE = Path(".cache/serve/site")
WATCHED = ("docs", "src", "mkdocs.yml", "notebooks")
PORTS_TO_TRY = 20


class PortTaken(Exception):
    """Another program listens on the port; the message names one that is free."""


def serve(config_file: Path, port: int) -> None:
    """Build and serve at http://127.0.0.1:port/ until interrupted. Raises PortTaken."""
    _require_free(port)
    root = config_file.parent
    site = root / SITE
    server = _Server(lambda: _build_in_child(config_file, site, port), port, site)
    server.first_build()
    for path in WATCHED:
        if (root / path).exists():
            server.watch(str(root / path))
    print(f"Serving on http://{HOST}:{port}/ - press Ctrl+C to stop", flush=True)
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


def _build_in_child(config_file: Path, site: Path, port: int) -> str:
    """Build in a forked child. Returns the problems as text, empty where there are none."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        message = ""
        try:
            message = _build_afresh(config_file, site, port)
        except BaseException:
            message = traceback.format_exc()
        finally:
            with os.fdopen(writing, "w", encoding="utf-8") as pipe:
                pipe.write(message)
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        message = pipe.read()
    _, status = os.waitpid(child, 0)
    return message if os.WIFEXITED(status) else f"the build was ended by signal {os.WTERMSIG(status)}"


def _build_afresh(config_file: Path, site: Path, port: int) -> str:
    """Forget every module of this package and build with what now stands in the files."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "lessons"]:
        del sys.modules[name]
    from lessons.publish import build as fresh

    try:
        decks = fresh.Decks.OFFERED if pdf.browser() else fresh.Decks.NONE
        fresh.build(config_file, site, decks=decks, serve_url=f"http://{HOST}:{port}/")
    except fresh.BuildFailed as fault:
        return str(fault)
    return ""


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

    def first_build(self) -> None:
        self.rebuild()

    def rebuild(self) -> None:
        """Build, and say in the terminal how it went; the browsers reload either way."""
        start = time.perf_counter()
        self.problems = self.build_site()
        seconds = time.perf_counter() - start
        print(self.problems or f"built in {seconds:.2f} s", flush=True)

    def error_page(self) -> bytes:
        return _ERROR_PAGE.format(problems=html.escape(self.problems)).encode()

    def _serve_request(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes] | None:
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
