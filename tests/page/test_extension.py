"""The Markdown extension: whole pages in, HTML out.

`fixtures/<name>.md` becomes `fixtures/<name>.html`, with formulas as <i>TeX</i> and code without colours
(conftest). After a wanted change, write them anew and read the difference:

    LESSONS_WRITE_FIXTURES=1 pytest tests/page/test_extension.py; git diff tests/page/fixtures
"""

import os
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from lessons.page import mathml
from lessons.page.extension import LessonError, page_location

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.md"))
VOID = {"br", "hr", "img"}
# What may not stand inside a paragraph: a browser would close it early, and the page would fall apart.
BLOCKS = {
    "div",
    "p",
    "details",
    "section",
    "ul",
    "ol",
    "table",
    "pre",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "code-block",
}

Render = Callable[[str], str]


class Nesting(HTMLParser):
    """Raises on tags that do not match, and on blocks inside a paragraph or a line of text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inside = {"p", "summary", "span", "h1", "h2", "h3"} & set(self.open)
        assert not (tag in BLOCKS and inside), f"<{tag}> inside {inside}, line {self.getpos()[0]}"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing, line {self.getpos()[0]}"
        assert self.open.pop() == tag, f"</{tag}>, line {self.getpos()[0]}"


def well_nested(html: str) -> bool:
    parser = Nesting()
    parser.feed(html)
    return not parser.open


@pytest.mark.parametrize("page", FIXTURES, ids=lambda page: page.stem)
def test_fixture(page: Path, render: Render) -> None:
    html = render(page.read_text(encoding="utf-8")) + "\n"
    expected = page.with_suffix(".html")
    if os.environ.get("LESSONS_WRITE_FIXTURES"):
        expected.write_text(html, encoding="utf-8")
    assert well_nested(html)
    assert html == expected.read_text(encoding="utf-8")


def test_there_are_fixtures_and_each_has_its_html() -> None:
    assert len(FIXTURES) >= 9
    assert {page.stem for page in FIXTURES} == {page.stem for page in FIXTURES[0].parent.glob("*.html")}


# Breakages that a fixture would not name ------------------------------------------------------------------


@pytest.mark.parametrize(
    "before", ["text\n", "- item\n", "# Heading\n", "| a |\n|---|\n", "> quote\n", "    code\n", ""]
)
@pytest.mark.parametrize("after", ["text\n", "- item\n", "# Heading\n", "| a |\n|---|\n| b |\n", "> quote\n", ""])
def test_a_snippet_stands_on_its_own_whatever_is_around_it(before: str, after: str, render: Render) -> None:
    html = render(f"{before}```{{python}}\n'value'\n```\n{after}")
    assert well_nested(html)
    assert '<div class="lesson-snippet"><p class="lesson-value">value</p>' in html


def test_a_hidden_snippet_leaves_nothing(render: Render) -> None:
    assert render("a\n\n```{python}\n#| code: hidden\nx = 1\n```\n\nb") == "<p>a</p>\n<p>b</p>"


@pytest.mark.parametrize(
    "value", ["<script>alert(1)</script>", "a & b", "&lt;", "x]y", "*a* _b_ `c`", "$x$", "\\$", "{python}"]
)
def test_a_value_is_text_whatever_it_holds(value: str, render: Render) -> None:
    html = render(f"```{{python}}\n#| code: hidden\nv = {value!r}\n```\n\nIt is `{{python}} v`.")
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert html == f'<p>It is <span class="lesson-value">{escaped}</span>.</p>'


def test_printed_text_and_code_are_escaped(render: Render) -> None:
    html = render("```{python}\n#| code: shown\nprint('<b>&')\n```\n")
    assert "<b>" not in html
    assert '<pre class="lesson-printed">&lt;b&gt;&amp;\n</pre>' in html


def test_a_formula_that_holds_a_script_is_harmless() -> None:
    html = Markdown(extensions=["lessons"]).convert(r"See $\text{</script><script>alert(1)</script>}$ here.")
    assert "<script" not in html
    assert "</script" not in html
    assert html.endswith(" here.</p>")


def test_formulas_are_set_as_mathml() -> None:
    html = Markdown(extensions=["lessons"]).convert("So $x^2$ is.")
    assert html == f"<p>So {mathml.typeset('x^2')} is.</p>"


def test_a_formula_clings_to_the_comma_after_it(render: Render) -> None:
    joined = '<span class="lesson-joined"><i>{}</i>{}</span>'
    assert render("$x$, $y$ ($z$).") == f"<p>{joined.format('x', ',')} <i>y</i> ({joined.format('z', ').')}</p>"


def test_an_escaped_dollar_is_a_dollar(render: Render) -> None:
    assert render(r"from \$5 to \$6, and $x$") == "<p>from $5 to $6, and <i>x</i></p>"


def test_a_heading_with_a_value_gives_plain_words_to_the_contents(render: Render) -> None:
    md = Markdown(extensions=["lessons", "toc"])
    md.convert("```{python}\nn = 3\n```\n\n## All `{python} n` of them\n")
    assert [token["name"] for token in md.toc_tokens] == ["All 3 of them"]  # type: ignore[attr-defined]
    assert [token["id"] for token in md.toc_tokens] == ["all-3-of-them"]  # type: ignore[attr-defined]


# Problems -------------------------------------------------------------------------------------------------


def test_a_page_with_problems_raises_with_all_of_them() -> None:
    with pytest.raises(LessonError) as raised:
        Markdown(extensions=["lessons"]).convert("costs $5\n\n```{python}\n1 / 0\n```\n\n/// qestion | Q\nx\n///\n")
    assert [line for line in str(raised.value).splitlines() if not line.startswith("    ")] == [
        "page.md:1:7: L303 a $ that opens no formula",
        "page.md:4:1: L201 ZeroDivisionError: division by zero",
        "page.md:7:1: L101 there is no block 'qestion'",
        "3 problems",
    ]


def test_a_converter_can_be_used_again(render: Render) -> None:
    md = Markdown(extensions=["lessons"])
    page = "/// question | Why?\n    id: why\n\nBecause.\n///\n"
    first = md.convert(page)
    assert md.reset().convert(page) == first  # "Question 1" again, and no name left over
    md.reset().convert("```{python}\nleak = 1\n```\n")
    with pytest.raises(LessonError, match="leak"):
        md.reset().convert("`{python} leak`")


@pytest.mark.parametrize("processors", ["treeprocessors", "preprocessors"])
def test_problems_name_the_file_and_its_own_lines(
    processors: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MkDocs hangs the file on a tree processor, Zensical the page on a preprocessor; both cut the head."""
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "docs" / "a" / "page.md"
    page.parent.mkdir(parents=True)
    page.write_text("\ufeff---\r\ntitle: T\r\n---\r\n\r\ncosts $5\r\n", encoding="utf-8", newline="")
    md = Markdown(extensions=["lessons"])
    carrier = Treeprocessor(md)
    if processors == "treeprocessors":
        carrier.file = SimpleNamespace(abs_src_path=str(page), src_uri="a/page.md")  # type: ignore[attr-defined]
    else:
        carrier.page = SimpleNamespace(path="a/page.md")  # type: ignore[attr-defined]
        carrier.run = lambda lines: lines  # type: ignore[assignment, method-assign]
    getattr(md, processors).register(carrier, "carrier", 0)
    assert page_location(md) == ("docs/a/page.md", 4)
    with pytest.raises(LessonError, match=r"^docs/a/page\.md:5:7: L303 "):
        md.convert("costs $5\n")


def test_without_a_file_the_page_has_a_stand_in_name() -> None:
    assert page_location(Markdown(extensions=["lessons"])) == ("page.md", 0)


def test_a_block_lost_in_the_text_around_it_stops_the_build() -> None:
    text = "- a list\n\n    its second paragraph\n/// question | What?\n    id: lost\n\nan answer\n///\n"
    with pytest.raises(LessonError, match=r"page\.md:4:1: L111 this question was lost in the text around it"):
        Markdown(extensions=["lessons"]).convert(text)


# What no page may hold, whatever way it is written: `tests/corpus` has the attacks --------------------------


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a <!-- b --> c", "<p>a  c</p>"),
        ("a\n<!-- b -->\nc", "<p>a\nc</p>"),
        ("- a\n<!-- b\n\nc -->\n- d", "<ul>\n<li>a</li>\n<li>d</li>\n</ul>"),
        ("a\n\n<!-- `{python} 1 / 0` <b> $x$ -->\n\nc", "<p>a</p>\n<p>c</p>"),
        ("a `<!-- b -->` c", "<p>a <code>&lt;!-- b --&gt;</code> c</p>"),
    ],
)
def test_comments_are_for_authors(text: str, html: str) -> None:
    assert Markdown(extensions=["lessons"]).convert(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n|:--|--:|\n| 1 | 2 |",
        "1. a\n\n5. b",
        "[a](b.md 'c'){ .md-button #e }",
        "![a](b.svg){ #c }",
        "<https://example.org/?a=1&b=2> <a@example.org>",
        "## a { #b }\n\n## a &amp; b",
        "    indented\n\n> quoted *a* **b**  \n> c\n\n---",
    ],
)
def test_plain_markdown_passes(text: str) -> None:
    extensions = ["attr_list", "tables", "toc", "pymdownx.highlight", "pymdownx.superfences"]
    plain = Markdown(extensions=extensions).convert(text)
    ours = Markdown(extensions=["lessons", *extensions]).convert(text)
    assert ours == plain.replace("<pre><span></span>", "<pre>")  # which says nothing


@pytest.mark.parametrize(
    "html", ["<b>a</b>", "<div onclick='x'>\n\na\n\n</div>", '<a href="javascript:x">a</a>', "<!-- a -->"]
)
@pytest.mark.parametrize("folder", ["notebooks", "lessons"])
def test_no_page_may_hold_html_of_an_author(
    folder: str, html: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comment is left out."""
    md = _converter(folder, tmp_path, monkeypatch)
    if html.startswith("<!--"):
        assert md.convert(html) == ""
    else:
        with pytest.raises(LessonError, match=rf"^docs/{folder}/page\.md:1:1: L112 raw HTML: <"):
            md.convert(html)


OUTPUT = '<div class="lesson-output" data-search-exclude>{}</div>'


def test_only_a_page_made_of_a_notebook_may_hold_its_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those were written by this project from what it ran; see `notebook.stage`."""
    good = OUTPUT.format("<p>x</p>")
    assert _converter("notebooks", tmp_path, monkeypatch).convert(good) == good
    with pytest.raises(LessonError, match="L112"):
        _converter("lessons", tmp_path, monkeypatch).convert(good)


@pytest.mark.parametrize(
    "html",
    [
        OUTPUT.format("<script>x</script>"),
        OUTPUT.format("<p>x</p></div><img src=x onerror=x><div>"),
        OUTPUT.format("<p>x</p>") + "<svg onload=x>",
        '<pre class="lesson-printed" data-search-exclude><b>x</b></pre>',
        '<p class="lesson-download"><a href="javascript:x" download>x</a></p>',
        '<div class="lesson-derivation"><img src=x onerror=x></div>',
        "- a ` b\n- <img src=x onerror=x> ` c",
        "- ` a\n- [x](javascript:b) `",
    ],
)
def test_a_page_made_of_a_notebook_may_hold_no_more(html: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LessonError, match=r"L112|L601"):
        _converter("notebooks", tmp_path, monkeypatch).convert(html)


def _converter(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Markdown:
    """Converts as if it were a page of that folder."""
    monkeypatch.chdir(tmp_path)
    page = tmp_path / f"docs/{folder}/page.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.touch()
    md = Markdown(extensions=["lessons"])
    carrier = Treeprocessor(md)
    carrier.file = SimpleNamespace(abs_src_path=str(page), src_uri=f"{folder}/page.md")  # type: ignore[attr-defined]
    md.treeprocessors.register(carrier, "carrier", 0)
    return md


def test_the_guard_serves_a_converter_that_is_used_again() -> None:
    md = Markdown(extensions=["lessons"])
    with pytest.raises(LessonError, match="L112"):
        md.convert("- a ` b\n- <b> ` c")
    assert md.reset().convert("a") == "<p>a</p>"
    with pytest.raises(LessonError, match="L601"):
        md.reset().convert("[a [b [c [d]]]](javascript:x)")


def test_a_value_of_many_words_may_wrap() -> None:
    def shown(value: str) -> str:
        return Markdown(extensions=["lessons"]).convert(f"So `{{python}} {value!r}` is.")

    assert '<span class="lesson-value">≈ 0.693 nats</span>' in shown("≈ 0.693 nats")
    assert '<span class="lesson-value lesson-words">' in shown("one word after the other and more")
