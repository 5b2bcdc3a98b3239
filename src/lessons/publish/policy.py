"""What the site's pages may load and run, as browsers are told it: a Content-Security-Policy and its companions.

Hosts that read `_headers` send it with every file; for all others each page carries it in a `meta` element, before
anything that could run. A few scripts stand inside the theme's pages: they are allowed by their hashes, taken from
the theme's own templates and never from what was built. What a page holds beyond them ends the build.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib.resources
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from lessons.page import markup

TEMPLATES = Path(str(importlib.resources.files("material"))) / "templates"
# The templates whose scripts stand in every page. Another that has one, `javascripts/base.html`, is replaced by the
# site's own: its script differs from folder to folder.
INLINE = ("partials/javascripts/palette.html", "partials/javascripts/content.html")
HEADERS_FILE = "_headers"
OTHERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "serial", "usb")
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
DATA = ("application/json", "application/ld+json")  # scripts that are none
_CHARSET = '<meta charset="utf-8">'
_ELSEWHERE = re.compile(r"(?i)[a-z][a-z0-9+.-]*:|//")


class NotCovered(Exception):
    """A built page holds what the policy forbids, so that it would not work; the message names all such places."""


@functools.cache
def inline_scripts() -> tuple[str, ...]:
    """The scripts that the installed theme writes into each page."""
    import jinja2  # it takes a moment to load, and only here

    templates = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES))
    pages = (templates.get_template(name).render() for name in INLINE)
    return tuple(script["code"] for page in pages for script in markup.SCRIPT.finditer(page))


def policy(*, header: bool) -> str:
    """The policy. A `meta` element has no say in who may put the page into a frame."""
    digests = (base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in inline_scripts())
    hashes = " ".join(f"'sha256-{digest}'" for digest in digests)
    directives = [
        "default-src 'none'",
        f"script-src 'self' {hashes}",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",  # figures take colours by them, a few formulas place a part
        "img-src 'self' data:",  # the theme's icons and the figures' pixels
        "font-src 'self'",
        "connect-src 'self'",  # the search index
        "worker-src 'self'",  # the search, and what keeps the site for offline
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join([*directives, *(["frame-ancestors 'none'"] if header else [])])


def sent() -> dict[str, str]:
    """The headers that go with every file."""
    return {"Content-Security-Policy": policy(header=True)} | OTHERS


def headers() -> str:
    """The text of `_headers`: what a host should send with every file."""
    return "/*\n" + "".join(f"  {name}: {value}\n" for name, value in sent().items())


def into(name: str, page: str) -> str:
    """A page with the policy in it, before anything that could run. Raises NotCovered if it would not work under it."""
    found = [*_faults(page), *markup.running(page, _allowed)]
    if found:
        repair = "move it into a file under docs/assets/; if the theme changed, see lessons/publish/policy.py"
        lines = [f"{name}: {fault}" for fault in found]
        raise NotCovered("\n".join([*lines, f"The site's Content-Security-Policy forbids this: {repair}."]))
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(header=False)}">'
    return page.replace(_CHARSET, f"{_CHARSET}\n      {meta}", 1)


def _faults(page: str) -> Iterator[str]:
    if _CHARSET not in page.partition("<script")[0]:
        yield f"no {_CHARSET} before the first script: this is no page of the site"


def _allowed(attributes: Mapping[str, str], code: str) -> bool:
    """Whether the policy lets a script run, or it is none."""
    if "src" in attributes:
        return not _ELSEWHERE.match(attributes["src"].strip())
    return attributes.get("type", "") in DATA or code in inline_scripts()
