"""What a first visit of the practice page costs, and the next page, compressed as real hosts compress."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

# A third exercise made the page 1.3 KB longer than the 20 KB it had; smaller scripts paid for it.
TOTAL, HTML, SECOND = 60_000, 21_500, 25_000


def weights(site: Path, address: str, requests: list[str]) -> dict[str, int]:
    """Of each file that was asked for. By address, not by body: what a worker fetches has no body here."""
    found = {}
    for url in dict.fromkeys(requests):
        if url.startswith(address):
            path = site / url.removeprefix(address).partition("?")[0]
            data = (path / "index.html" if path.is_dir() else path).read_bytes()
            found[path.relative_to(site).as_posix()] = min(len(data), len(gzip.compress(data, 9)))
    return found


def told(found: dict[str, int]) -> str:
    listing = "\n".join(f"{weight:8,d}  {name}" for name, weight in sorted(found.items(), key=lambda one: -one[1]))
    return f"\n{listing}\n{sum(found.values()):8,d}  in all ({len(found)} files)"


def test_a_visit_is_light(browser: Browser, traffic: Any, practice: str, address: str, site: Path) -> None:
    page = browser.new_page()
    traffic.watch(page)
    page.goto(practice, wait_until="networkidle")
    first = weights(site, address, traffic.requests)
    page.goto(f"{address}lessons/kl-forward-reverse/", wait_until="networkidle")
    both = weights(site, address, traffic.requests)
    page.close()
    second = {name: weight for name, weight in both.items() if name not in first}
    print(told(first), told(second))
    assert any(re.fullmatch(r"assets/screen\.\w+\.css", name) for name in first)
    assert any(name.endswith(".woff2") for name in first)
    assert first["lessons/vae-training"] <= HTML, told(first)
    assert sum(first.values()) <= TOTAL, told(first)
    assert "lessons/kl-forward-reverse" in second
    assert sum(second.values()) <= SECOND, told(second)
