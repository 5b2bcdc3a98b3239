"""Pages that try to run something in the reader's browser: refused, or shown as text.

`PAGES` are told by the check. `AT_BUILD` are ways around it, by which Markdown would see a tag or a link where the
check sees code: the build refuses them. `SHOWN` is shown as text; what is built of it is read by a parser.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from markdown import Markdown

from lessons.page.extension import LessonError

HTML = "write Markdown; for the sign itself, write it in code: `<`"
LIST = "an attribute list may hold an id: { #short-name }"
SCHEMES = "use one of: https:, http:, mailto:"
CARD = "/// flashcard | {}\n    id: {}\n\nBack.\n///\n"
ASKED = "/// question | {}\n    id: {}\n\n{}\n///\n"
TASK = "/// exercise | {}\n    id: {}\n\nHow?\n///\n\n/// solution\nSo.\n///\n"
WORDS = "write it as plain words, without < or >"


def link(name: str, line: int = 6, column: int = 1) -> str:
    return f"{line}:{column}: L601 a link may not begin with '{name}'\n    {SCHEMES}"


def tags(*found: tuple[int, int, str]) -> str:
    return "\n".join(f"{line}:{column}: L112 raw HTML: {tag}\n    {HTML}" for line, column, tag in found)


def attributes(column: int, text: str, line: int = 6) -> str:
    return f"{line}:{column}: L113 attributes of HTML: {text}\n    {LIST}"


PAGES: dict[str, tuple[str, str]] = {
    # A script.
    "script": ("<script>alert(1)</script>\n", tags((6, 1, "<script"), (6, 17, "</script"))),
    "script-in-a-question": (
        ASKED.format("<script>alert(1)</script>", "script-in-a-question", "Text."),
        tags((6, 16, "<script"), (6, 32, "</script")),
    ),
    "script-in-an-answer": (ASKED.format("Why?", "script-in-an-answer", "<script>"), tags((9, 1, "<script"))),
    "script-on-a-card": (CARD.format("<script>", "script-on-a-card"), tags((6, 17, "<script"))),
    "script-in-the-title-of-a-task": (TASK.format("<script>", "script-in-a-task"), tags((6, 16, "<script"))),
    "script-in-the-title": (
        "---\ntitle: x</title><script>alert(1)</script>\ndescription: D\n---\n\nText.\n",
        f"2:1: L003 the title holds markup\n    {WORDS}",
    ),
    "bare-sign-in-the-title": (
        "---\ntitle: Is a < b?\ndescription: D\n---\n\nText.\n",
        f"2:1: L003 the title holds markup\n    {WORDS}",
    ),
    "entity-in-the-description": (
        "---\ntitle: T\ndescription: a &lt;script&gt;\n---\n\nText.\n",
        f"3:1: L003 the description holds markup\n    {WORDS}",
    ),
    "script-in-an-alternative-text": ("![<script>](index.md)\n", tags((6, 3, "<script"))),
    "script-in-a-heading": ("## A <script>\n", tags((6, 6, "<script"))),
    "style": ("<style>* { display: none }</style>\n", tags((6, 1, "<style"), (6, 27, "</style"))),
    "svg": ("<svg/onload=alert(1)>\n", tags((6, 1, "<svg/onload=alert(1)"))),
    "capitals": ("<IMG SRC=x onerror=alert(1)>\n", tags((6, 1, "<IMG"))),
    "never-closed": ("a <img src=x onerror=alert(1) \n", tags((6, 3, "<img"))),
    "declaration": ("<!DOCTYPE html>\n", tags((6, 1, "<!"))),
    "instruction": ("<?php x ?>\n", tags((6, 1, "<?"))),
    "escaped": ("\\<script>\n", tags((6, 2, "<script"))),
    "autolink": ("<javascript:alert(1)>\n", tags((6, 1, "<javascript:alert(1)"))),
    # An event handler.
    "handler": ('A *b*{: onclick="alert(1)" }\n', attributes(6, '{: onclick="alert(1)" }')),
    "handler-of-a-paragraph": ("A\n{: onclick=alert(1) }\n", attributes(1, "{: onclick=alert(1) }", 7)),
    "handler-of-a-heading": ("## A { onclick=alert(1) }\n", attributes(6, "{ onclick=alert(1) }")),
    "handler-of-a-picture": ("![A](index.md){ onerror=alert(1) }\n", attributes(15, "{ onerror=alert(1) }")),
    "handler-in-a-question": (
        ASKED.format("*a*{ onclick=alert(1) }", "handler-in-a-question", "Text."),
        attributes(19, "{ onclick=alert(1) }"),
    ),
    "handler-on-a-card": (
        CARD.format("*a*{ onclick=alert(1) }", "handler-on-a-card"),
        attributes(20, "{ onclick=alert(1) }"),
    ),
    "handler-behind-a-class": ("*a*{ .b onclick=alert(1) }\n", attributes(4, "{ .b onclick=alert(1) }")),
    "handler-with-braces": ("*a*{ onclick='a{b}' }\n", attributes(4, "{ onclick='a{b}")),
    "style-by-a-list": ("*a*{ style='display:none' }\n", attributes(4, "{ style='display:none' }")),
    # A link that runs.
    "link": ("[x](javascript:alert(1))\n", link("javascript:")),
    "link-in-capitals": ("[x](JavaScript:alert(1))\n", link("JavaScript:")),
    "link-after-blanks": ("[x](  javascript:alert(1))\n", link("javascript:")),
    "link-on-two-lines": ("[x](\njavascript:alert(1))\n", link("javascript:")),
    "link-in-angle-brackets": (
        "[x](<javascript:alert(1)>)\n",
        f"{link('javascript:')}\n{tags((6, 5, '<javascript:alert(1)'))}",
    ),
    "link-with-a-title": ('[x](javascript:a "t")\n', link("javascript:")),
    "link-with-a-parenthesis-in-its-title": ('[x](javascript:a "t)")\n', link("javascript:")),
    "link-with-a-blank": ("[x](javascript:a; b)\n", link("javascript:")),
    "link-of-nested-brackets": ("[a [b [c]]](javascript:alert(1))\n", link("javascript:")),
    "link-of-an-escaped-bracket": ("[a \\] b](javascript:alert(1))\n", link("javascript:")),
    "link-of-code": ("[`x`](javascript:alert(1))\n", link("javascript:")),
    "link-in-a-heading": ("## [x](javascript:alert(1))\n", link("javascript:", 6, 4)),
    "link-in-a-question": (
        ASKED.format("[x](javascript:alert(1))", "link-in-a-question", "Text."),
        link("javascript:", 6, 16),
    ),
    "link-in-an-answer": (ASKED.format("Why?", "link-in-an-answer", "[x](vbscript:x)"), link("vbscript:", 9)),
    "link-on-a-card": (CARD.format("[x](data:text/html,x)", "link-on-a-card"), link("data:", 6, 17)),
    "data-link": ("[x](data:text/html;base64,PHNjcmlwdD4=)\n", link("data:")),
    "data-picture": ("![x](data:image/svg+xml;base64,PHN2Zz4=)\n", link("data:")),
    "other-scheme": ("[x](ftp://example.org/)\n", link("ftp:")),
    "link-without-a-scheme": (
        "[x](//example.org/x)\n",
        "6:1: L601 the link '//example.org/x' starts at the root of the host\n    write it relative to this page",
    ),
    "link-by-entities": (
        "[x](&#106;avascript:alert&#40;1&#41;)\n",
        "6:1: L602 the link '&#106;avascript:alert&#40;1&#41;' leads to no file\n"
        "    check the path: it starts from this page's folder",
    ),
    "definition": ("[x]\n\n[x]: javascript:alert(1)\n", link("javascript:", 8)),
    "definition-named-apart": ("[x][a b]\n\n[a b]: javascript:alert(1) 'title'\n", link("javascript:", 8)),
    "definition-of-a-picture": ("![x][a]\n\n[a]: data:image/png;base64,AAAA\n", link("data:", 8)),
    "definition-in-angle-brackets": (
        "[x]\n\n[x]: <javascript:alert(1)>\n",
        f"{link('javascript:', 8)}\n{tags((8, 6, '<javascript:alert(1)'))}",
    ),
    "definition-on-two-lines": ("[x]\n\n[x]:\n  javascript:alert(1)\n", link("javascript:", 8)),
    "definition-in-a-quotation": ("> [x]: javascript:alert(1)\n\n[x]\n", link("javascript:")),
    "definition-in-a-list": ("- [x]: javascript:alert(1)\n\n[x]\n", link("javascript:")),
}


@pytest.fixture(scope="module")
def told(site: Any) -> Any:
    for name, (page, _) in PAGES.items():
        site.write(name, page)
    site.list()
    return site.told()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_gets_exactly_this_report(name: str, told: Any) -> None:
    assert told.get(name, "") == PAGES[name][1]


def test_the_build_tells_the_same_and_leaves_the_last_good_site(site: Any, told: Any) -> None:
    site.refuses()


# Ways around the rules ------------------------------------------------------------------------------------

IMG = "<img src=x onerror=alert(1)>"
AT_BUILD = {
    "ticks-in-two-items": (f"- a ` b\n- {IMG} ` c\n", "2:3: L112 raw HTML: <img"),
    "ticks-around-an-underline": (f"a ` b\n===\n{IMG} ` c\n", "3:1: L112 raw HTML: <img"),
    "ticks-before-a-quotation": (f"a ` b\n> {IMG} ` c\n", "2:3: L112 raw HTML: <img"),
    "ticks-around-a-block-tag": ("- a ` b\n- <div onclick=alert(1)>\n- ` c\n", "2:3: L112 raw HTML: <div"),
    "deeper-brackets": ("[a [b [c [d]]]](javascript:alert(1))\n", "1:17: L601 a link may not begin with 'javascript:'"),
    "ticks-around-a-link": ("- ` a\n- [x](javascript:b) `\n", "2:7: L601 a link may not begin with 'javascript:'"),
    "ticks-around-a-list": ("- ` a\n- *x*{ onclick=b } `\n", "2:16: L113 attributes of HTML: onclick"),
    "formula-in-a-link-title": ('[x](page.md "$a$")\n', "1:1: L113 a formula or a value in an attribute: title"),
}


@pytest.mark.parametrize("name", AT_BUILD)
def test_a_way_around_the_rules_ends_at_the_conversion(name: str) -> None:
    page, says = AT_BUILD[name]
    with pytest.raises(LessonError) as refused:
        Markdown(extensions=EXTENSIONS).convert(page)
    assert str(refused.value).splitlines()[0] == f"page.md:{says}"


def test_what_only_a_conversion_can_see_is_told_by_the_check_and_leaves_the_last_good_site(fresh: Any) -> None:
    page, _ = AT_BUILD["ticks-in-two-items"]
    fresh.write("around", page)
    fresh.list()
    site = fresh.bytes()
    for command in ("check", "build"):
        done = fresh.run(command)
        assert done.returncode == 1
        assert f"docs/around.md:7:3: L112 raw HTML: <img\n    {HTML}\n1 problem\n" in done.stderr
    assert fresh.bytes() == site


# Shown as text --------------------------------------------------------------------------------------------

SHOWN = {
    "question": ASKED.format("Is a < b, or `<script>`?", "shown-question", "If 1 < 2 then `<b>`. &lt;i&gt;"),
    "card": CARD.format("a < b and `<img src=x onerror=alert(1)>`", "shown-card"),
    "task": TASK.format("a < b", "shown-task"),
    "heading": "## a < b and `<script>`\n",
    "alternative-text": '![a < b `<script>` "quoted"](picture.svg)\n',
    "title-of-a-link": "[x](index.md \"a < b 'quoted' &quot; onclick=alert(1)\")\n",
    "value": "```{python}\nx = '<script>alert(1)</script>'\nprint(x)\nx\n```\n\nIt is `{python} x`.\n",
    "figure": (
        "```{python}\nfrom lessons.figures import Figure, plt\n\nfig, ax = plt.subplots()\n"
        "ax.set(xlabel='a < b <script>')\n"
        "Figure(fig, alt='a < b \"><script>alert(1)</script>', caption='c < d <img src=x onerror=alert(1)>')\n```\n"
    ),
    "code": "```html\n<script>alert(1)</script>\n```\n",
    "example": "````{example}\nShown: `<script>alert(1)</script>`\n````\n",
    "formula": "So $a < b$ and $\\text{<script>}$.\n",
    "table": "| a < b | `<b>` |\n|---|---|\n| 1 < 2 | `</td>` |\n",
    "comment": "<!--> <img src=x onerror=alert(1)> -->\n\nText. <!-- a --!> <script>alert(1)</script> -->\n",
    "address": '<https://example.org/" onclick="alert(1)> and <a@example.org>\n',
    "no-tag": "<p@x onclick=alert(1)> and <1>\n",
}
EXTENSIONS = ["lessons", "attr_list", "tables", "toc", "pymdownx.highlight", "pymdownx.superfences"]
RUNS = {"script", "style", "iframe", "object", "embed", "link", "meta", "base", "form", "input"}
HARMLESS = re.compile(r"#|\.{0,2}/|[\w./-]*(#[\w-]+)?$|https?://|mailto:")


class Dangers(HTMLParser):
    """What of a page a browser might run, and the text that it would show."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in RUNS or (tag == "img" and dict(attrs).get("src") == "x"):
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (name in ("href", "src") and not HARMLESS.match(value or "")):
                self.found.append(f"{tag} {name}={value}")
            if name in ("alt", "aria-label"):
                self.text += value or ""

    def handle_data(self, data: str) -> None:
        self.text += data


def dangers(html: str) -> Dangers:
    parser = Dangers()
    parser.feed(html)
    parser.close()
    return parser


@pytest.fixture(scope="module")
def shown(good: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The article of each built page."""
    site = type(good)(tmp_path_factory.mktemp("shown") / "project")
    for name, page in SHOWN.items():
        site.write(name, page)
    site.write("index", "# Home\n\nHome.\n")
    (site.folder / "docs/picture.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    site.list()
    done = site.run("build")
    assert done.returncode == 0, done.stderr
    pages = {name: (site.folder / f"site/{name}/index.html").read_text(encoding="utf-8") for name in SHOWN}
    return {name: re.search(r"(?s)<article.*?</article>", html) for name, html in pages.items()}


@pytest.mark.parametrize("name", SHOWN)
def test_it_is_shown_as_text_and_nothing_of_it_runs(name: str, shown: Any) -> None:
    article = dangers(shown[name][0])
    assert article.found == []
    signs = {"comment": "Text.", "title-of-a-link": "x", "address": '" onclick="alert(1)'}
    assert signs.get(name, "<") in article.text


def test_the_parser_sees_dangers() -> None:
    """The witness: what it does not find above, it finds here."""
    page = (
        f'<p>{IMG}<a href="javascript:x">a</a><a href="&#106;avascript:x">a</a><b onclick="y">c</b><script>z</script>'
    )
    assert dangers(page).found == [
        "img",
        "img onerror=alert(1)",
        "a href=javascript:x",
        "a href=javascript:x",
        "b onclick=y",
        "script",
    ]
