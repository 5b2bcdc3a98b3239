"""What the site's pages may load and run, as browsers are told it: a Content-Security-Policy and its companions.

Hosts that read `_headers` send it with every file; for all others each page carries it in a `meta` element, before
anything that could run. A few scripts stand inside the theme's pages: they are allowed by their hashes, taken from
the theme's own templates and never from what was built. What a page holds beyond them ends the build.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import importlib.resources
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2

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
MARKUP = (".html", ".htm", ".xhtml", ".xht", ".xml", ".svg")  # what a browser opens as a document
DATA = ("application/json", "application/ld+json")  # scripts that are none
_CHARSET = '<meta charset="utf-8">'
_SCRIPT = re.compile(r"(?is)<script\b(?P<attributes>[^>]*)>(?P<code>.*?)</script\s*>")
_TAG = re.compile(
    rf"{_SCRIPT.pattern}|<(?P<name>[a-z][^\s/>]*)(?P<rest>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE | re.DOTALL
)
_ATTRIBUTE = re.compile(r"""([^\s"'=/>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_ELSEWHERE = re.compile(r"(?i)[a-z][a-z0-9+.-]*:|//")
_RUNS = re.compile(r"(?i)(?:javascript|vbscript):|data:(?!image/(?:png|gif|jpeg|webp)[;,])")


class NotCovered(Exception):
    """A built page holds what the policy forbids, so that it would not work; the message names all such places."""


@functools.cache
def inline_scripts() -> tuple[str, ...]:
    """The scripts that the installed theme writes into each page."""
    templates = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES))
    pages = (templates.get_template(name).render() for name in INLINE)
    return tuple(script["code"] for page in pages for script in _SCRIPT.finditer(page))


def policy(*, header: bool) -> str:
    """The policy. A `meta` element has no say in who may put the page into a frame."""
    digests = (base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in inline_scripts())
    hashes = " ".join(f"'sha256-{digest}'" for digest in digests)
    directives = [
        "default-src 'none'",
        f"script-src 'self' {hashes}",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",  # KaTeX places the parts of a formula by them, figures take colours by them
        "img-src 'self' data:",  # the theme's icons and the figures' pixels
        "font-src 'self'",
        "connect-src 'self'",  # the search index
        "worker-src 'self'",  # the search
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


def check(site: Path) -> None:
    """Raises NotCovered if some page of a built site would not work, or not be safe, under the policy."""
    faults = [
        f"{path.relative_to(site).as_posix()}: {fault}"
        for path in sorted(site.rglob("*"))
        if path.suffix.lower() in MARKUP
        for fault in _faults(path)
    ]
    if faults:
        repair = "move it into a file under docs/assets/; if the theme changed, see lessons/publish/policy.py"
        raise NotCovered("\n".join([*faults, f"The site's Content-Security-Policy forbids this: {repair}."]))


def write(site: Path) -> None:
    """Put the policy into every page of a built site, and `_headers` beside them. Raises NotCovered."""
    check(site)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(header=False)}">'
    for path in sorted(site.rglob("*.html")):
        page = path.read_text(encoding="utf-8")
        path.write_text(page.replace(_CHARSET, f"{_CHARSET}\n      {meta}", 1), encoding="utf-8")
    (site / HEADERS_FILE).write_text(headers(), encoding="utf-8")


def _faults(path: Path) -> Iterator[str]:
    """What a document holds that would not run, or should not."""
    text = path.read_text(encoding="utf-8")
    page = path.suffix == ".html"
    if page and _CHARSET not in text.partition("<script")[0]:
        yield f"no {_CHARSET} before the first script: this is no page of the site"
    for tag in _TAG.finditer(text):
        name = (tag["name"] or "script").lower()
        attributes = {
            key.lower(): html.unescape(value.strip("\"'"))
            for key, value in _ATTRIBUTE.findall(tag["attributes"] or tag["rest"] or "")
        }
        if name == "script" and not (page and _allowed(attributes, tag["code"] or "")):
            yield f"a script that the policy does not know: {_short(tag[0])}"
        elif name == "style" and page:
            yield f"a style element: {_short(tag[0])}"
        for key, value in attributes.items():
            address = re.sub(r"[\x00-\x20]", "", value)
            if key.startswith("on") or (key.endswith(("href", "src", "action")) and _RUNS.match(address)):
                yield f"an attribute that runs a script: {_short(tag[0])}"


def _allowed(attributes: dict[str, str], code: str) -> bool:
    """Whether the policy lets a script run, or it is none."""
    if "src" in attributes:
        return not _ELSEWHERE.match(attributes["src"].strip())
    return attributes.get("type", "") in DATA or code in inline_scripts()


def _short(text: str) -> str:
    return f"{' '.join(text.split())[:80]}…" if len(text) > 80 else " ".join(text.split())
