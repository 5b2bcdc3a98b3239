"""What a first visit of the practice page costs, compressed as real hosts compress."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

TOTAL, HTML = 130_000, 40_000


def test_a_first_visit_is_light(browser: Browser, traffic: Any, practice: str, address: str, site: Path) -> None:
    page = browser.new_page()
    traffic.watch(page)
    page.goto(practice, wait_until="networkidle")
    page.close()
    # By address, not by body: what a worker fetches has no body here.
    weights = {}
    for url in dict.fromkeys(traffic.requests):
        if not url.startswith(address):
            continue
        path = site / url.removeprefix(address).partition("?")[0]
        data = (path / "index.html" if path.is_dir() else path).read_bytes()
        weights[path.relative_to(site).as_posix()] = min(len(data), len(gzip.compress(data, 9)))
    total, html = sum(weights.values()), weights["lessons/vae-training"]
    listing = "\n".join(f"{weight:8,d}  {name}" for name, weight in sorted(weights.items(), key=lambda one: -one[1]))
    print(f"\n{listing}\n{total:8,d}  in all ({len(weights)} files)")
    assert "assets/lesson.css" in weights
    assert any(name.endswith(".woff2") for name in weights)
    assert html <= HTML, listing
    assert total <= TOTAL, listing
