"""`lessons serve`: what is saved is served, problems stand where the page would be, and it ends when asked."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

PAGE = "docs/lessons/vae-training.md"
PATIENCE = 60  # seconds: many times what a rebuild takes on a busy machine


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running `lessons serve`, with what it has said so far."""

    def __init__(self, project: Any, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/"
        self.process = subprocess.Popen(
            project.command("serve", "--port", str(port)),
            cwd=project.folder,
            env=project.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self._news = threading.Condition()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.said.append(line)
                self._news.notify_all()

    def wait_for_line(self, words: str, after: int = 0) -> None:
        """Wait until a line after that number of lines holds these words."""
        with self._news:
            heard = self._news.wait_for(lambda: any(words in line for line in self.said[after:]), PATIENCE)
        assert heard, f"never said {words!r}: {''.join(self.said)}"

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=PATIENCE) as response:
            return str(response.read().decode())

    def wait_for_page(self, path: str, holds: Callable[[str], bool]) -> str:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                text = self.get(path)
                if holds(text):
                    return text
            with self._news:  # until it says something more, or a moment has passed
                self._news.wait(0.1)
        raise AssertionError(f"never served: {''.join(self.said)}")

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._listener.join(PATIENCE)
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Any], Server]]:
    """Start a server on a free port; it is ended with the test."""
    running: list[Server] = []

    def start(project: Any) -> Server:
        server = Server(project, free_port())
        running.append(server)
        server.wait_for_line("Serving on")
        return server

    yield start
    for server in running:
        server.end()


def test_what_is_saved_is_served(copy: Any, serve: Callable[[Any], Server]) -> None:
    """A page, the package, a problem, the mended page: one server lives through them all."""
    server = serve(copy)
    path = "lessons/vae-training/"
    assert "1.307" in server.get(path)
    assert "3.932" not in server.get(path)
    # The policy of the published page, which the script that reloads this one stands under as a file.
    assert '<script src="/livereload/' in server.get(path)
    assert "Content-Security-Policy" in server.get(path)

    copy.edit(PAGE, "mu_d, std_d = 1, 2", "mu_d, std_d = 2.5, 2")
    server.wait_for_page(path, lambda text: "3.932" in text)

    # The package: a result's symbol, which stands in every derivation.
    begin = '"{}",\n        "1/2 * (std**2 + mu**2 - 1 - log(std**2))",\n        mu=mu,'
    copy.edit("src/lessons/maths/worked.py", begin.format("D_KL"), begin.format("J_KL"))
    server.wait_for_page(path, lambda text: r"J_{\mathrm{KL}}" in text and "3.932" in text)

    so_far = len(server.said)
    copy.edit(PAGE, "    id: four-kls\n", "    ident: four-kls\n")
    shown = server.wait_for_page(path, lambda text: "L103" in text)
    assert "ident" in shown
    assert f"{PAGE}:" in shown
    assert 'lang="en"' in shown
    assert "L103" in server.get("")  # whichever page is open shows it
    server.wait_for_line("L103", so_far)

    copy.edit(PAGE, "    ident: four-kls\n", "    id: four-kls\n")
    server.wait_for_page(path, lambda text: "L103" not in text and "3.932" in text)

    broken = copy.folder / "src/lessons/maths/worked.py"
    text = broken.read_text(encoding="utf-8")
    broken.write_text(text + "\nthis is no Python\n", encoding="utf-8")
    server.wait_for_page(path, lambda shown: "SyntaxError" in shown)
    broken.write_text(text, encoding="utf-8")
    server.wait_for_page(path, lambda shown: "3.932" in shown)


def test_a_server_that_starts_with_a_problem_shows_it(copy: Any, serve: Callable[[Any], Server]) -> None:
    copy.edit(PAGE, "    id: four-kls\n", "    ident: four-kls\n")
    server = serve(copy)
    assert "L103" in server.get("")
    copy.edit(PAGE, "    ident: four-kls\n", "    id: four-kls\n")
    server.wait_for_page("", lambda text: "L103" not in text and "<main" in text)


def test_it_ends_when_interrupted(copy: Any, serve: Callable[[Any], Server]) -> None:
    server = serve(copy)
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(PATIENCE) in (0, 130)
    assert "Traceback" not in "".join(server.said)
    with pytest.raises(OSError, match="refused"):
        server.get("")


def test_a_taken_port_is_named_with_a_free_one(project: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = project.run("serve", "--port", str(port))
    assert done.returncode == 1
    assert f"port {port} is taken" in done.stderr
    free = int(done.stderr.partition("PORT=")[2].rstrip("`\n"))
    assert port < free < port + 20
    assert "Traceback" not in done.stderr
