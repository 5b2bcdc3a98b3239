"""What a visit costs a reader with a phone and a slow network: a part of `make bench`. Nothing here passes or fails."""

from __future__ import annotations

import contextlib
import functools
import gzip
import http.server
import json
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from lessons.publish import chromium

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("lessons/vae-training/", "notebooks/vae-training/")
PHONE: dict[str, Any] = {"viewport": {"width": 412, "height": 823}, "has_touch": True, "is_mobile": True}
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 400e3 / 8, "uploadThroughput": 400e3 / 8}
# As Lighthouse emulates a phone: its network, and a processor four times slower than this one.
MOBILE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}


def measured(site: Path, runs: int) -> None:
    """Print what visits cost; with `runs`, Lighthouse's scores as medians of so many."""
    with served(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.browser(), args=list(chromium.FLAGS))
        for page in PAGES:
            painted = statistics.median(seconds_to_read(browser, address + page) for _ in range(5))
            print(f"{page:24} {painted:5.2f} s until it can be read, at 400 kbit/s and 400 ms")
        found = statistics.median(seconds_to_find(browser, address + PAGES[0]) for _ in range(5))
        print(f"search                   {found:5.2f} s from the first tap to the first results, on such a phone")
        browser.close()
        for page in PAGES if runs else ():
            lighthouse(address + page, runs)


class Compressed(http.server.SimpleHTTPRequestHandler):
    """Serves as real hosts do: text compressed, and kept by browsers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        body = gzip.compress(path.read_bytes(), 9)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=31536000")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@contextlib.contextmanager
def served(site: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Compressed, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@contextlib.contextmanager
def phone(browser: Browser, network: dict[str, Any], slower: int = 1) -> Iterator[Any]:
    context = browser.new_context(**PHONE)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", network)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    yield page
    context.close()


def seconds_to_read(browser: Browser, url: str) -> float:
    """Until the text is there, in its fonts."""
    with phone(browser, SLOW) as page:
        page.goto(url, wait_until="load")
        last = """new Promise((told) => new PerformanceObserver((list) => told(list.getEntries().at(-1).startTime))
            .observe({ type: "largest-contentful-paint", buffered: true }))"""
        return float(page.evaluate(last)) / 1000


def seconds_to_find(browser: Browser, url: str) -> float:
    """From the first tap on the search to its first results; nothing of it is loaded before."""
    with phone(browser, MOBILE, slower=4) as page:
        page.goto(url, wait_until="networkidle")
        begun = time.perf_counter()
        page.tap("label[for=__search]")
        page.keyboard.type("prior")
        page.wait_for_selector(".md-search-result__item")
        return time.perf_counter() - begun


def lighthouse(url: str, runs: int) -> None:
    """Lighthouse's four scores and what blocks, as a phone sees it: the median of several runs, for they vary."""
    command = [
        str(ROOT / ".venv/bin/node"),
        str(ROOT / "node_modules/lighthouse/cli/index.js"),
        url,
        "--quiet",
        "--output=json",
        f"--chrome-flags={' '.join(chromium.FLAGS)}",
    ]
    found: dict[str, list[float]] = {}
    missed: list[str] = []
    environment = os.environ | {"CHROME_PATH": chromium.browser() or ""}
    for _ in range(runs):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        report = json.loads(done.stdout)
        audits = report["audits"]
        for name, category in report["categories"].items():
            found.setdefault(name, []).append(100 * category["score"])
        found.setdefault("blocked, ms", []).append(audits["total-blocking-time"]["numericValue"])
        found.setdefault("layout shift", []).append(audits["cumulative-layout-shift"]["numericValue"])
        missed = [f"{name} {one['score']}" for name, one in audits.items() if (one["score"] or 1) < 0.9]
    print(f"lighthouse of {url.split('/', 3)[3]}")
    for name, each in found.items():
        print(f"    {name:16} {statistics.median(each):6.3g}   of {', '.join(f'{one:.3g}' for one in each)}")
    print("    below 0.9 in the last run:", ", ".join(missed) or "nothing")
