"""From every page a reader finds who made what."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen


def test_every_page_leads_to_the_notices(urls: list[str], address: str) -> None:
    for url in urls:
        with urlopen(url) as page:
            html = page.read().decode()
        (href,) = re.findall(r'<a href="([^"]*)">notices</a>', html)
        assert urljoin(url, href) == f"{address}notices.txt"


def test_the_notices_are_those_of_this_site(site: Path) -> None:
    told = (site / "notices.txt").read_text(encoding="utf-8")
    fonts = [path.name for path in site.rglob("*.woff2")]
    assert fonts
    for name in fonts:
        assert f"assets/math/{name}\n" in told
    for library in ("rxjs", "lunr", "tslib", "clipboard", "escape-html", "focus-visible", "material-design-color"):
        assert f"\n{library} (" in told
