"""What hostile authors write, wherever they may write: refused with its line, or opened in Chromium, where nothing of
it runs. With the policy and with the policy taken off: the one is no excuse for the other.

Each payload stands in each place. What the check or the conversion refuses is counted and left out; the rest is built.
"""

from __future__ import annotations

import http.server
import json
import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from markdown import Markdown
from playwright.sync_api import Browser, Dialog, Page, Request

from lessons.page.extension import LessonError

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><img src=x onerror=alert(1)></template>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<form id=search><input name=query></form>",
    "<base href=https://evil.test/>",
    "<meta http-equiv=refresh content='0;url=https://evil.test/'>",
    "</title><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</textarea></style></noscript></template><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java&#10;script&colon;alert(1)",
    "&#106;avascript&#58;alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "//evil.test/x",
    '" onmouseover="alert(1)" onfocus="alert(1)" autofocus="',
    "' onmouseover='alert(1)' x='",
    '0;url=https://evil.test/" http-equiv="refresh',
    "`onmouseover=alert(1)`",
    "&lt;img src=x onerror=alert(1)&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "\\u003cimg src=x onerror=alert(1)\\u003e",
    "＜img src=x onerror=alert(1)＞",
    "ſcript ‮<tpircs>‬",
    "${alert(1)} {{ alert(1) }} {% raw %}",
    "__md_scope",
    "__config",
)
SETTINGS = (
    '{"base": ".", "features": [], "translations": {}, "search": "data:text/javascript,alert(1)"}'  # of the theme
)
VALUE = """
```{{python}}
x = {0!r}
print(x)
x
```

Payload `{{python}} x`.
"""
LATEX = """
```{{python}}
class Shown:
    def _repr_latex_(self):
        return {0!r}

Shown()
```
"""
FIGURE = """
```{{python}}
from lessons.figures import Figure, plt

fig, ax = plt.subplots()
ax.set(title={0!r}.replace("$", ""))
Figure(fig, alt={0!r}, caption={0!r})
```
"""
BLOCK = "/// {1} | {0}\n    id: {2}\n\nPayload: {0}\n///\n"
PLACES: dict[str, Callable[[str, str], str]] = {
    "heading": lambda p, i: f"## Payload {p}\n",
    "heading-id": lambda p, i: f"## Payload {{ #{p} }}\n",
    "prose": lambda p, i: f"Payload {p}\n",
    "emphasis": lambda p, i: f"*Payload {p}*\n",
    "list": lambda p, i: f"- payload {p}\n    - {p}\n",
    "quotation": lambda p, i: f"> payload {p}\n",
    "table": lambda p, i: f"| payload | {p} |\n|---|---|\n| {p} | x |\n",
    "link-text": lambda p, i: f"[payload {p}](index.md)\n",
    "link-target": lambda p, i: f"[payload]({p})\n",
    "link-in-brackets": lambda p, i: f"[payload](<{p}>)\n",
    "link-title": lambda p, i: f"[payload](index.md '{p}')\n",
    "deep-link": lambda p, i: f"[a [b [c [payload]]]]({p})\n",
    "definition": lambda p, i: f"[payload][{i}]\n\n[{i}]: {p}\n",
    "autolink": lambda p, i: f"<{p}> <https://example.org/{p}>\n",
    "alternative": lambda p, i: f"![payload {p}](picture.svg)\n",
    "image": lambda p, i: f"![payload]({p})\n",
    "attributes": lambda p, i: f"*payload*{{: .x {p} }}\n",
    "question": lambda p, i: BLOCK.format(p, "question", i),
    "card": lambda p, i: BLOCK.format(p, "flashcard", i),
    "note": lambda p, i: BLOCK.format(p, "in-depth", i),
    "exercise": lambda p, i: f"{BLOCK.format(p, 'exercise', i)}\n/// solution\n{p}\n///\n",
    "block-id": lambda p, i: BLOCK.format("payload", "question", p),
    "block-option": lambda p, i: f"/// question | payload\n    id: {i}\n    {p}: x\n\nText.\n///\n",
    "fence": lambda p, i: f"```html\npayload {p}\n```\n",
    "language": lambda p, i: f"```{p}\npayload\n```\n",
    "fence-class": lambda p, i: f"``` {{ .mermaid .{p} }}\npayload {p}\n```\n",
    "fence-id": lambda p, i: f"``` {{ .text #{p} }}\n{SETTINGS}\n```\n",
    "example": lambda p, i: f"````{{example}}\n`payload {p}`\n````\n",
    "code": lambda p, i: f"`` payload {p} ``\n",
    "ticks": lambda p, i: f"- payload ` b\n- {p} ` c\n",
    "comment": lambda p, i: f"Payload <!-- {p} -->\n",
    "formula": lambda p, i: f"Payload $\\text{{{p}}}$\n",
    "display": lambda p, i: f"$$\n{p}\n$$\n",
    "href": lambda p, i: f"$\\href{{{p}}}{{x}}$ $\\url{{{p}}}$\n",
    "html-data": lambda p, i: f"$\\htmlData{{x={p}}}{{x}} \\htmlStyle{{{p}}}{{x}} \\includegraphics{{{p}}}$\n",
}
ALONE = (
    "language",
    "fence-class",
    "fence-id",
    "ticks",
    "comment",
)  # what is no fence or code after all reaches for what follows
DRAWN = 3  # payloads that stand in figures and in TeX that a value shows, and so do those with quotation marks
HEAD = "---\ntitle: {}\ndescription: {}\n---\n\n# Payload\n\nText.\n"
EXTENSIONS = ["lessons", "attr_list", "tables", "toc", "pymdownx.highlight", "pymdownx.superfences"]
NOTEBOOK = '''# ---
# title: Payload
# description: Outputs of every kind.
# ---
# %% [markdown]
# # Payload
# %%
payloads = {}
text = """ ``` ~~~ </pre><img src=x onerror=alert(1)> <!-- $$ """
print(*payloads, sep="\\n")
# %%
class Many:
    def _repr_mimebundle_(self, **_):
        return {{"text/plain": payloads[1]}}
    def __repr__(self):
        return payloads[0]
Many()
# %%
payloads[13]
'''
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
EXTRA = """
window.alert = () => planted(location.pathname);
addEventListener("click", (event) => event.target.closest?.("a") && event.preventDefault(), true);
"""
TOUCH = """() => {
    document.querySelectorAll("details").forEach((one) => (one.open = true));
    for (const one of document.querySelectorAll("article *, .md-nav a, .md-header a")) {
        for (const name of ["mouseover", "mouseenter", "focus", "focusin"]) one.dispatchEvent(new Event(name));
        if (one.matches("a, h1, h2, h3, summary, label")) one.click();
    }
}"""
# What a link may be asked to open: the browser's own reading of it.
RUNS = """() => [...document.querySelectorAll("a, area, use, image, img, iframe, form, object, embed, base")]
    .map((one) => one.href?.baseVal ?? one.href ?? one.src ?? one.action ?? "")
    .filter((address) => !/^(https?:|mailto:|#|$|data:image\\/png)/.test(address))"""


@dataclass(frozen=True)
class Built:
    """The site of all that was not refused; and how many attempts were shown, and how many were not."""

    site: Path
    shown: int
    refused: int


@pytest.fixture(scope="session")
def built(good: Any, made_once: Callable[[str, Callable[[Path], None]], Path]) -> Built:
    folder = made_once("browser", lambda folder: _build(type(good)(folder)))
    return Built(folder / "site", **json.loads((folder / "counts.json").read_text(encoding="utf-8")))


def _build(site: Any) -> None:
    """Build all that is not refused, below a folder of its host."""
    docs = site.folder / "docs"
    docs.mkdir(parents=True)
    (docs / "picture.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    texts: dict[str, str] = {}
    for number, payload in enumerate(PAYLOADS):
        for place, write in PLACES.items():
            if place not in ALONE or number % 5 == 0:
                texts[f"{place}-{number}"] = write(payload, f"x-{place}-{number}")
        if number < DRAWN or '"' in payload:
            texts[f"figure-{number}"] = FIGURE.format(payload)
            texts[f"latex-{number}"] = LATEX.format(payload)
        quoted = json.dumps(payload, ensure_ascii=False)
        texts[f"head-{number}"] = HEAD.format(quoted, quoted)
    for name, text in texts.items():
        site.write(name, text)
    texts["value-all"] = "".join(VALUE.format(payload) for payload in PAYLOADS)
    site.write("index", "# Home\n\nHome.\n")
    site.list()
    refused = 0
    for name, said in site.told().items():
        assert re.match(r"\d+:\d+: L\d{3} ", said), said
        refused += 1
        del texts[name]
    pages: dict[str, list[str]] = {}
    converter = Markdown(extensions=EXTENSIONS)
    for name, text in texts.items():
        place = name.rpartition("-")[0]
        if not text.startswith("---"):
            try:
                converter.reset().convert(text)
            except LessonError as fault:
                assert re.match(r"page\.md:\d+:\d+: L\d{3} ", str(fault))
                refused += 1
                continue
        alone = text.startswith("---") or place in ALONE
        pages.setdefault(name if alone else place, []).append(text)
    shutil.rmtree(docs)
    shutil.copytree(ROOT / "docs/assets", docs / "assets")
    (docs / "picture.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    site.write("index", "# Home\n\nHome.\n")
    for name, parts in pages.items():
        site.write(name, "\n".join(parts))
    (site.folder / "notebooks").mkdir()
    (site.folder / "notebooks/n.py").write_text(NOTEBOOK.format(list(PAYLOADS)), encoding="utf-8")
    site.list()
    config = site.folder / "mkdocs.yml"
    text = config.read_text(encoding="utf-8").replace("\nnav:\n", "\nnav:\n  - notebooks/n.ipynb\n")
    text = re.sub(r": warn\b", ": ignore", text)  # links that lead nowhere are looked at as well
    text = re.sub(r"(?m)^site_url: .*$", "site_url: https://example.org/some/where/", text)
    config.write_text(text, encoding="utf-8")
    done = site.run("build")
    assert done.returncode == 0, done.stderr
    counts = {"shown": sum(map(len, pages.values())), "refused": refused}
    (site.folder / "counts.json").write_text(json.dumps(counts), encoding="utf-8")


class _Host(http.server.SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix("/some/where"))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Visit:
    """A browser's visit of all pages of a site: what ran, and what was asked of other hosts."""

    def __init__(self, folder: Path, browser: Browser) -> None:
        self.ran: list[str] = []
        self.asked: list[str] = []
        self.blocked: set[str] = set()  # by the policy
        self.runs: list[str] = []
        self.results = 0
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Host, directory=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{server.server_port}/some/where/"
        context = browser.new_context(service_workers="block")
        context.expose_binding("planted", lambda _, place: self.ran.append(place))
        context.set_default_timeout(10_000)
        context.add_init_script(EXTRA)
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("requestfailed", self._failed)
        page = context.new_page()
        page.on("dialog", self._hear)
        for path in sorted(folder.rglob("*.html")):
            self._look(page, self.address + path.relative_to(folder).as_posix().removesuffix("index.html"))
        self._search(page)
        context.close()
        server.shutdown()
        server.server_close()
        own = (self.address, "data:image/", "blob:")
        self.asked = [url for url in self.asked if not url.startswith(own)]

    def _failed(self, request: Request) -> None:
        if "csp" in (request.failure or ""):
            self.blocked.add(request.url)

    def _hear(self, dialog: Dialog) -> None:
        self.ran.append(dialog.message)
        dialog.dismiss()

    def _look(self, page: Page, url: str) -> None:
        page.goto(url)
        page.evaluate(TOUCH)
        self.runs += page.evaluate(RUNS)

    def _search(self, page: Page) -> None:
        for words in ("payload", "onerror", "script"):
            page.goto(self.address, wait_until="networkidle")
            page.keyboard.press("/")
            page.get_by_role("textbox", name="Search").press_sequentially(words)
            page.locator(".md-search-result__item").first.wait_for()
            page.keyboard.press("End")
            page.evaluate("document.querySelectorAll('.md-search-result details').forEach((one) => (one.open = true))")
            self.results += page.locator(".md-search-result__link").count()
            page.evaluate(TOUCH)


def _stripped(site: Path, target: Path) -> Path:
    shutil.copytree(site, target)
    for path in target.rglob("*.html"):
        path.write_text(POLICY.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")
    return target


@pytest.mark.parametrize("policy", ["with the policy", "without it"])
def test_nothing_of_it_runs(policy: str, built: Built, browser: Browser, tmp_path: Path) -> None:
    site = built.site if policy == "with the policy" else _stripped(built.site, tmp_path / "site")
    visit = Visit(site, browser)
    print(
        f"\n{policy}: {built.refused + built.shown} attempts, {built.refused} refused, {built.shown} shown; "
        f"{visit.results} search results; {len(visit.ran)} executions, {len(visit.asked)} requests elsewhere"
    )
    assert built.refused > 400
    assert built.shown > 400
    assert visit.results > 30
    assert (visit.ran, visit.asked, visit.runs) == ([], [], [])


def test_the_witness_sees_what_runs_and_the_policy_stops_it(built: Built, browser: Browser, tmp_path: Path) -> None:
    page = (built.site / "index.html").read_text(encoding="utf-8")
    hole = "<img src=x onerror=alert(1)><script>alert(2)</script><img src=//evil.test/x><a href=javascript:a>x</a>"
    page = page.replace("<article", f"{hole}<article", 1)
    found = []
    for name, text in (("with", page), ("without", POLICY.sub("", page))):
        folder = _stripped(built.site, tmp_path / name)
        for path in folder.rglob("*.html"):
            if path.parent != folder:
                path.unlink()
        (folder / "index.html").write_text(text, encoding="utf-8")
        found.append(Visit(folder, browser))
    assert found[0].ran == []
    assert set(found[0].asked) == found[0].blocked != set()
    assert found[1].blocked == set()
    assert len(found[1].ran) >= 4  # on the page, and where the search is
    assert any("evil.test" in url for url in found[1].asked)
    assert found[0].runs[0] == found[1].runs[0] == "javascript:a"


NAV = {
    '"<img src=x onerror=alert(1)>": index.md': "mkdocs.yml:{}:5: L003 the nav title holds markup",
    '"&#60;b&#62;": index.md': "mkdocs.yml:{}:5: L003 the nav title holds markup",
    '"Run": "java\\tscript:alert(1)"': "mkdocs.yml:{}:12: L601 a link may not begin with 'javascript:'",
    '"Deep": [{"<b>": index.md}]': "mkdocs.yml:{}:15: L003 the nav title holds markup",
}


@pytest.mark.parametrize("entry", NAV)
def test_the_navigation_is_judged_where_it_stands(entry: str, fresh: Any) -> None:
    config = fresh.folder / "mkdocs.yml"
    text = config.read_text(encoding="utf-8").replace("\nnav:\n", f"\nnav:\n  - {entry}\n")
    config.write_text(text, encoding="utf-8")
    line = text[: text.index(entry)].count("\n") + 1
    assert fresh.check().splitlines()[0] == NAV[entry].format(line)


def test_a_document_of_an_author_that_could_run_something_stops_the_build(fresh: Any) -> None:
    site = fresh.bytes()
    (fresh.folder / "docs/own.html").write_text("<script>alert(1)</script>")
    (fresh.folder / "docs/own.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
    done = fresh.run("build")
    assert done.returncode == 1
    assert "docs/own.html:1:1: L013 the site publishes no .html files\n" in done.stderr
    assert (
        "docs/own.svg:1:1: L013 an SVG that a page may not have: the attribute onload='alert(1)' of <svg>"
        in done.stderr
    )
    assert "Traceback" not in done.stderr
    assert fresh.bytes() == site
