"""What a reader's browser needs to keep the site: a service worker with the list of its files, a manifest, icons.

A first visit asks for none of them. The worker is written last, from the hashes of all other files: a version is kept
whole or not at all, and an update fetches what changed. A site that is not to be kept, and one that is served while it
is written, have a worker with an empty list: it deletes what an earlier one kept, and then itself.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import re
from collections.abc import Mapping
from pathlib import Path

from lessons import store
from lessons.publish import scripts
from lessons.publish.share import PAPER

WORKER = "sw.js"  # at the root of the site, for which alone it then answers
MANIFEST = "manifest.webmanifest"
SCRIPT = "assets/offline.js"  # by which a page asks for the worker
FAVICON = "assets/favicon.svg"
CACHE = Path(".cache/icons")
ICONS = {  # by their addresses: pixels, and whether a system may cut a circle out of it
    "assets/icon-192.png": (192, False),
    "assets/icon-512.png": (512, False),
    "assets/icon-maskable-512.png": (512, True),
}
SAFE = 0.6  # of a side: what no system cuts away
# What readers do not need, or fetch to have as a file of their own; and the lists, which tell of the site.
LEFT = re.compile(r".*\.(?:map|ipynb|pdf|gz)|assets/share/.*|sitemap\.xml|_headers|SHA256SUMS|sw\.js")
DIGITS = 16  # of a hash: enough to tell versions apart
SOURCE = Path(__file__).with_name("offline_worker.js")


def worker(sums: Mapping[str, str]) -> bytes:
    """The service worker of a site with these files, by their SHA-256. Without any, the one that forgets."""
    kept = {path: sums[path][:DIGITS] for path in sorted(sums) if not LEFT.fullmatch(path)}
    listed = json.dumps(kept, separators=(",", ":"))
    return f"const SITE={listed};\n".encode() + scripts.minified(
        f"src/lessons/publish/{SOURCE.name}", SOURCE.read_bytes()
    )


def files(name: str, description: str, favicon: bytes) -> dict[str, bytes]:
    """The manifest and the icons that it names, by their addresses."""
    icons = [
        {"src": address, "sizes": f"{size}x{size}", "type": "image/png", "purpose": "maskable" if cut else "any"}
        for address, (size, cut) in ICONS.items()
    ]
    said = {
        "name": name,
        "short_name": name,
        "description": description,
        "lang": "en",
        "start_url": ".",
        "scope": ".",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": icons,
    }
    drawn = {address: _drawn(favicon.decode(), *how) for address, how in ICONS.items()}
    return {MANIFEST: json.dumps(said, ensure_ascii=False, indent=1).encode(), **drawn}


@functools.lru_cache(maxsize=8)  # while a project is served
def _drawn(picture: str, size: int, cut: bool) -> bytes:
    """The site's picture as PNG. One that may be cut fills its square, the picture well inside."""
    key = hashlib.sha256(f"{importlib.metadata.version('resvg-py')}\0{size}\0{cut}\0{picture}".encode()).hexdigest()
    data = store.load(CACHE, key)
    if data is None:
        import resvg_py  # only where the picture is new

        if cut:
            inside = f'width="{SAFE:.0%}" height="{SAFE:.0%}" x="{(1 - SAFE) / 2:.0%}" y="{(1 - SAFE) / 2:.0%}"'
            paper = f'<rect width="100%" height="100%" fill="{PAPER}"/>'
            framed = re.sub(r"<svg\b", f"<svg {inside}", picture, count=1)
            picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">{paper}{framed}</svg>'
        data = bytes(resvg_py.svg_to_bytes(svg_string=picture, width=size, height=size, skip_system_fonts=True))
        store.save(CACHE, key, data)
    return data
