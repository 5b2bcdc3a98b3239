"""A server for this machine alone, of what lies below one folder.

Any page in a browser can send requests to it, and can make its own name lead here ("DNS rebinding"); so it answers only
those who call it by its own names. It opens a file folder by folder and follows no link. Nothing that is sent can end
in more than a refusal of one line.
"""

from __future__ import annotations

import contextlib
import http.server
import mimetypes
import os
import re
import socket
import socketserver
import stat
import threading
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
NAMES = (HOST, "localhost", "[::1]")
PATIENCE = 30  # seconds for a request to be sent, or an answer to be taken
LINGERING, MOST_UNWANTED = 0.5, 32  # seconds for each piece of what nobody wants, and how many pieces are taken
_REFUSED = re.compile(r"[\x00-\x1f\x7f\\]")
# As the site's pages expect it on every machine: `mimetypes` asks files of the system.
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".html": "text/html"}
Parts = tuple[str, ...]  # of a path; the last is empty where a folder is meant


@dataclass(frozen=True)
class Request:
    parts: Parts
    head: bool = False  # asks for no more than what the answer would be

    @property
    def path(self) -> str:
        return "/" + "/".join(self.parts)


@dataclass(frozen=True)
class Reply:
    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK
    location: str = ""


Answer = Callable[[Request], Reply]
Get = Callable[[str], bytes | None]  # a file by its address; None where there is none
NOT_FOUND = Reply(b"404: there is no such file\n", status=HTTPStatus.NOT_FOUND)


def names(port: int) -> frozenset[str]:
    """What a browser says to whom it speaks, when it speaks to us."""
    return frozenset(f"{name}:{port}" for name in NAMES) | frozenset(NAMES if port == 80 else ())


def parts(path: str) -> Parts | None:
    """The parts of a path as it was sent, decoded once; None where no file can have it."""
    if not path.startswith("/"):
        return None
    try:
        decoded = urllib.parse.unquote_to_bytes(re.split("[?#]", path, maxsplit=1)[0]).decode()
    except UnicodeError:
        return None
    found = tuple(decoded[1:].split("/"))
    if _REFUSED.search(decoded) or not all(found[:-1]) or {".", ".."} & set(found):
        return None
    return found


def read(root: Path, found: Parts) -> bytes | None:
    """A plain file below a folder; None where there is none, or where a link stands in the way."""
    try:
        descriptor = _open(root, found)
        with os.fdopen(descriptor, "rb") as file:
            return file.read() if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    except OSError:
        return None


def _open(root: Path, found: Parts) -> int:
    """Raises OSError, at a link too."""
    plain = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK  # nobody need write to a pipe that lies there
    here = os.open(root, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    for number, name in enumerate(found, 1):
        try:
            there = os.open(name, plain | (os.O_DIRECTORY if number < len(found) else 0), dir_fd=here)
        finally:
            os.close(here)
        here = there
    return here


def folder(root: Path) -> Answer:
    """Says what lies below a folder."""
    return lambda request: file(lambda address: read(root, tuple(address.split("/"))), request.parts)


def file(get: Get, found: Parts) -> Reply:
    """What a site's file is, or that there is none. A folder is its index.html, below its name with a slash."""
    named = found if found[-1] else (*found[:-1], "index.html")
    body = get("/".join(named))
    if body is not None:
        return Reply(body, kind(named[-1]))
    if found[-1] and get("/".join((*found, "index.html"))) is not None:
        location = "/" + "".join(f"{urllib.parse.quote(name)}/" for name in found)
        return Reply(status=HTTPStatus.FOUND, location=location)
    return NOT_FOUND


def kind(name: str) -> str:
    kind, coded = mimetypes.guess_type(f"x{Path(name).suffix}")
    return _TYPES.get(Path(name).suffix.lower()) or (None if coded else kind) or "application/octet-stream"


def handler(answer: Answer, headers: Mapping[str, str]) -> type[http.server.BaseHTTPRequestHandler]:
    """A handler for a server on this machine, which sends these headers with whatever it says."""

    class Handler(http.server.BaseHTTPRequestHandler):
        timeout = PATIENCE
        server_version, sys_version = "lessons", ""

        def do_GET(self) -> None:
            self._send(self._reply())

        def do_HEAD(self) -> None:
            self._send(self._reply())

        def _reply(self) -> Reply:
            said, path = [name.lower() for name in self.headers.get_all("Host", [])], self.path
            ours = len(said) == 1
            if path.startswith("http://"):  # as a proxy is asked, which the printing browser takes us for
                named, slash, rest = path.removeprefix("http://").partition("/")
                said, path = [*said, named.lower()], slash + rest
            if not ours or not names(self.connection.getsockname()[1]).issuperset(said):
                return Reply(b"403: this server has another name\n", status=HTTPStatus.FORBIDDEN)
            found = parts(path)
            return NOT_FOUND if found is None else answer(Request(found, self.command == "HEAD"))

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            if reply.location:
                self.send_header("Location", reply.location)
            self.send_header("Content-Type", reply.kind)
            if reply.body or self.command != "HEAD":
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
            """Called for what is no request, or one of another kind; nothing of it is said again."""
            status = HTTPStatus.METHOD_NOT_ALLOWED if code == HTTPStatus.NOT_IMPLEMENTED else HTTPStatus(code)
            self.close_connection = True
            self._send(Reply(f"{status.value}: {status.phrase}\n".encode(), status=status))

        def end_headers(self) -> None:
            for name, value in headers.items():
                self.send_header(name, value)
            super().end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the reader of the terminal wants problems, not requests."""

    return Handler


class Quiet(socketserver.BaseServer):
    """For a server: a caller that hangs up, or says what is no request, is no news."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Called in place of a traceback on the terminal."""

    def shutdown_request(self, request: Any) -> None:
        """End a connection; what was sent and not wanted is taken first, or the answer would be lost with it."""
        with request, contextlib.suppress(OSError):
            request.shutdown(socket.SHUT_WR)
            request.settimeout(LINGERING)
            for _ in range(MOST_UNWANTED):
                if not request.recv(2**16):
                    break


class _Server(Quiet, http.server.ThreadingHTTPServer):
    pass


class served:  # noqa: N801 - read as a statement: with served(answer) as address
    """Serve what `answer` says on a free port of this machine while the block runs."""

    def __init__(self, answer: Answer) -> None:
        self.server = _Server((HOST, 0), handler(answer, {"X-Content-Type-Options": "nosniff"}))

    def __enter__(self) -> str:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://{HOST}:{self.server.server_port}"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
