"""What a stranger's tree names or places so that it is published, or taken for a part of the theme: each is refused.

The pages stand in a project of their own; nothing of it is built but where a site is looked through at the end.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from markdown import Markdown
from playwright.sync_api import Browser

from lessons.page import names, published
from lessons.page.checks import check, pages
from lessons.page.extension import LessonError
from lessons.page.page import Page
from lessons.problem import Problem
from lessons.publish import notices, policy
from lessons.publish.shell import NoShell, shell

ROOT = Path(__file__).parents[2]
HEAD = "---\ntitle: T\ndescription: D\n---\n\n"
EXTENSIONS = ["lessons", "attr_list", "tables", "toc", "pymdownx.highlight", "pymdownx.superfences"]
SETTINGS = '{{"base": ".", "features": [], "search": "data:text/javascript,alert(1)", "translations": {{}}}}'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one good page."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: Hostile\n")
    (tmp_path / "docs/index.md").write_text(HEAD + "# Home\n\nText.\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(**texts: str | bytes) -> dict[str, list[Problem]]:
    """What is said of pages with these texts."""
    for name, text in texts.items():
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        Path(f"docs/{name}.md").write_bytes(data)
    found: dict[str, list[Problem]] = {}
    for problem in check(pages(Path("docs"))):
        found.setdefault(Path(problem.location.path).stem, []).append(problem)
    return found


# Ids and classes ------------------------------------------------------------------------------------------------

IDS = ("__config", "__search", "__palette_0", "__drawer", "__toc", "__nav_1", "__codelineno-0-1", "__", "mermaid")
CLASSES = ("mermaid", "annotate", "md-header", "md-button__x", "lesson-deck", "headerlink", "tabbed-set", "highlight")
GIVES = {
    "fence": "``` {{ .text #{0} }}\n" + SETTINGS + "\n```\n",
    "fence of a language": "```text {{ #{0} }}\n{{}}\n```\n",
    "fence of tildes": "~~~ {{.json #{0}}}\n{{}}\n~~~\n",
    "fence in a list": "- a\n\n    ``` {{ .text #{0} }}\n    {{}}\n    ```\n",
    "fence in a quotation": "> ``` {{ .text #{0} }}\n> {{}}\n> ```\n",
    "fence in a block": "/// in-depth | A\n    id: a-note\n\n``` {{ .text #{0} }}\n{{}}\n```\n///\n",
    "fence by a key": "``` {{ .text id={0} }}\n{{}}\n```\n",
    "heading": "## A {{ #{0} }}\n",
    "heading with a colon": "## A {{: #{0} }}\n",
    "heading underlined": "A {{ #{0} }}\n---\n",
    "heading by a key": "## A {{ id={0} }}\n",
    "paragraph": "A.\n{{ #{0} }}\n",
    "emphasis": "*a*{{ #{0} }}\n",
    "code": "`a`{{ #{0} }}\n",
    "link": "[a](index.md){{ #{0} }}\n",
    "list item": "- a\n- b\n{{ #{0} }}\n",
    "table cell": "| a {{ #{0} }} | b |\n|---|---|\n| c | d |\n",
    "reference": "[a][b]{{ #{0} }}\n\n[b]: index.md\n",
}
CLASSED = {name: text.replace("#{0}", ".{0}").replace("id={0}", "class={0}") for name, text in GIVES.items()}
MORE = {
    "words of a heading": "## \\_\\_config\n",
    "code of a heading": "## `__config`\n",
    "a sign of a heading": "## &#95;&#95;config\n",
    "words of a heading that are a variable": "## Mermaid\n",
    "a block": "/// question | Why?\n    id: mermaid\n\nSo.\n///\n",
    "data": "*a*{: data-md-component=header }\n",
    "a bare attribute": "*a*{: data-md-toggle }\n",
    "another bare attribute": "[a](index.md){: name }\n",
    "an address by a bare attribute": "[a](index.md){ #a href }\n",
    "a label": "*a*{: #a aria-labelledby=__nav_1_label }\n",
    "a form": "*a*{: #a form=search name=query }\n",
    "an attribute of a fence": "``` { .text data-md-component=search }\nx\n```\n",
}


def given() -> dict[str, str]:
    texts = {f"{name}: {one}": text.format(one) for one in IDS[:1] for name, text in GIVES.items()}
    texts |= {f"{name}: {one}": text.format(one) for one in CLASSES[:1] for name, text in CLASSED.items()}
    texts |= {f"heading: {one}": GIVES["heading"].format(one) for one in IDS}
    return texts | {f"link: {one}": CLASSED["link"].format(one) for one in CLASSES} | MORE


def converted(text: str) -> list[Problem]:
    """What the conversion itself refuses."""
    try:
        Markdown(extensions=EXTENSIONS).convert(text)
    except LessonError as refused:
        return refused.problems
    return []


def test_no_page_gives_an_id_or_a_class_that_a_script_looks_for(project: Path) -> None:
    texts = {f"page-{number}": text for number, text in enumerate(given().values())}
    found = told(**{name: HEAD + text for name, text in texts.items()})
    unseen = [text for name, text in texts.items() if not {one.code for one in found.get(name, [])} & {"L113", "L115"}]
    assert unseen == []


def test_the_conversion_refuses_them_where_no_rule_saw_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lessons.page.rules.RULES", ())
    for name, text in given().items():
        if name.startswith("paragraph"):
            text = text.replace("A.\n", "A\n")
        codes = {one.code for one in converted(text)}
        passed_over = name == "fence by a key: mermaid"  # a fence has a class of its own
        assert passed_over or codes & {"L113", "L115"}, name


def test_a_page_may_still_give_what_no_script_looks_for(project: Path) -> None:
    text = (
        "## Größe { #größe }\n\n## 変分\n\n## A `std_dev` __bold__\n\n[a](index.md){ .md-button #b }\n"
        '\n```python title="a.py" hl_lines="1" linenums="1"\nx = 1\n```\n\n``` { .python title="b.py" }\nx = 1\n```\n\n'
        "    indented\n\nThe set {.5, #} and { a, b }.\n"
    )
    assert told(page=HEAD + text) == {}
    assert converted(text) == []


# Where a name is asked for: of the document, by a selector, and of the window, where an element answers for a variable.
ASKED = re.compile(
    r"""["'`]\#(?P<selector>[A-Za-z_][\w-]*)["'`] | getElementById\(\s*["'`](?P<id>[\w-]+) | \b(?P<theme>__\w[\w-]*)
    | \btypeof[\s(]+(?P<type>[A-Za-z_$][\w$]{2,}) | \b(?:window|self|globalThis)\??\.(?P<global>[A-Za-z_$][\w$]*)
    | (?<![.\w$])(?P<optional>[A-Za-z_$][\w$]{2,})\?\.""",
    re.VERBOSE,
)


def own(name: str, script: str) -> bool:
    """Whether a script has given something this name itself, so that no element answers for it."""
    given = rf"\b(?:const|let|var|function)\s+{name}\b|[({{\[,:]\s*{name}\s*(?=[,;)}}\]=])|\b{name}\s*=>"
    return re.search(given, script) is not None


def test_the_names_that_scripts_ask_for_are_those_that_no_page_may_give(browser: Browser) -> None:
    scripts = [path.read_text(encoding="utf-8") for path in (policy.TEMPLATES / "assets/javascripts").glob("*.js")]
    scripts += [path.read_text(encoding="utf-8") for path in (ROOT / "docs/assets").glob("*.js")]
    scripts += [
        code
        for path in policy.TEMPLATES.rglob("*.html")
        for code in re.findall(r"(?s)<script[^>]*>(.*?)</script>", path.read_text(encoding="utf-8"))
    ]
    asked = {
        name
        for script in scripts
        for found in ASKED.finditer(script)
        if (name := next(filter(None, found.groups())))
        and not ((found["optional"] or found["type"]) and own(name, script))
    }
    page = browser.new_page()
    known = "names => names.filter((name) => !(name in window))"  # what a browser has, no element can answer for
    open_ = page.evaluate(known, sorted(asked))
    page.close()
    assert {"__config", "__search", "mermaid"} <= set(open_)
    assert [name for name in open_ if names.wrong_id(name) is None] == []


def test_a_heading_named_as_a_variable_of_the_browser_hides_none(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("".join(f'<h2 id="{name}">x</h2>' for name in ("location", "form", "search", "name", "body")))
    seen = page.evaluate(
        "[location instanceof Location, document.forms.namedItem('search'), name, document.body.tagName]"
    )
    page.close()
    assert seen == [True, None, "", "BODY"]


# Files ----------------------------------------------------------------------------------------------------------

PLACED: dict[str, bytes] = {
    "evil.html": b"<meta charset=utf-8><script src=evil.js></script>",
    "evil.js": b"alert(1)",
    "refresh.html": b"<meta http-equiv=refresh content='0;url=https://evil.test/'>",
    "page.xhtml": b"<html xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></html>",
    "drawn.svg": b'<!DOCTYPE svg [<!ENTITY x "&#60;script>alert(1)&#60;/script>">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>',
    "page.markdown": b"# Not seen\n\n<script>alert(1)</script>\n",
    "page.mkd": b"# Not seen\n",
    "forged.ipynb": json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode(),
    "lessons/forged.ipynb": b"{}",
    "text.png": b"<script>alert(1)</script>",
    "large.png": b"\x89PNG\r\n\x1a\n",
    "assets/lesson.html": b"",
    "assets/javascripts/bundle.js": b"alert(1)",
    "search/search_index.json": b"{}",
    "CNAME": b"evil.test",
    "_headers": b"/*\n  X: y\n",
    ".htaccess": b"",
    "EVIL.HTML": b"<script>alert(1)</script>",
    "lessons/a\x1b[31m.md": HEAD.encode(),
}


def test_what_lies_among_the_pages_is_known_or_refused(project: Path) -> None:
    for name, data in PLACED.items():
        path = project / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    os.truncate(project / "docs/large.png", 48_000_000)
    (project / "docs/index").mkdir()
    found = {one.location.path: one for one in check(pages(Path("docs"))) if one.code in ("L013", "L014")}
    expected = {f"docs/{name}" for name in PLACED if name != ".htaccess"}
    assert {*found, "docs/search/search_index.json"} == {*expected, "docs/search"}
    assert all(one.repair for one in found.values())


def test_pipes_among_the_pages_are_told_first_and_never_opened(project: Path) -> None:
    os.mkfifo(project / "docs/pipe.png")
    os.mkfifo(project / "docs/pipe.md")
    found = check(pages(Path("docs")))
    assert {(one.location.path, one.code) for one in found} == {("docs/pipe.md", "L009"), ("docs/pipe.png", "L009")}


def test_a_site_without_a_single_page_of_markdown_is_looked_at_too(project: Path) -> None:
    (project / "docs/index.md").rename(project / "docs/index.markdown")
    (problem,) = check(pages(Path("docs")))
    assert (problem.location.path, problem.code) == ("docs/index.markdown", "L013")


# Titles ---------------------------------------------------------------------------------------------------------

EVIL = "x</title><script>alert(1)</script>"
TITLES: dict[str, str | bytes] = {
    "written": f"---\ntitle: {EVIL}\ndescription: D\n---\n\nText.\n",
    "escaped": '---\ntitle: "x\\x3c/title\\x3e"\ndescription: D\n---\n\nText.\n',
    "as-entities": "---\ntitle: x&lt;/title&gt;\ndescription: D\n---\n\nText.\n",
    "as-entities-without-an-end": "---\ntitle: x&lt/title&gt\ndescription: D\n---\n\nText.\n",
    "twice": f"---\ntitle: T\ndescription: D\ntitle: {EVIL}\n---\n\nText.\n",
    "merged": f"---\nhide: &a [toc]\ndescription: D\n<<: {{title: {EVIL}}}\n---\n\nText.\n",
    "without-lines": f"title: {EVIL}\ndescription: D\n\nText.\n",
    "not-yaml-with-tabs": "---\ntitle: T\ndescription: D\nsearch:\n\texclude: true\n---\n\n# x &lt;/title&gt;\n",
    "ends-in-a-line": f"---\ntitle: T\ndescription: |\n  D\n  ---\n\n# {EVIL}\n",
    "of-bytes": "---\ntitle: !!binary PC90aXRsZT4=\ndescription: D\n---\n\nText.\n",
    "of-a-date": "---\ntitle: 2026-01-01\ndescription: D\n---\n\nText.\n",
    "of-no-date": "---\ntitle: 2026-99-99\ndescription: D\n---\n\nText.\n",
    "of-a-list": f"---\ntitle: [{EVIL}]\ndescription: D\n---\n\nText.\n",
    "of-python": "---\ntitle: !!python/object/apply:os.getcwd []\ndescription: D\n---\n\nText.\n",
    "of-lines": '---\ntitle: "a\\nb"\ndescription: D\n---\n\nText.\n',
    "of-half-a-sign": '---\ntitle: "a\\ud800"\ndescription: D\n---\n\nText.\n',
    "of-a-terminal": '---\ntitle: "a\\e[31m"\ndescription: D\n---\n\nText.\n',
    "two-marks": b"\xef\xbb\xbf\xef\xbb\xbf---\ntitle: T\ndescription: D\n---\n\nText.\n",
    "a-template": "---\ntitle: T\ndescription: D\ntemplate: redirect.html\n---\n\nText.\n",
    "a-location": "---\ntitle: T\ndescription: D\nlocation: //evil.test\n---\n\nText.\n",
    "a-description": "---\ntitle: T\ndescription: 'x\"><script>alert(1)</script>'\n---\n\nText.\n",
    "hides-a-mapping": "---\ntitle: T\ndescription: D\nhide: {toc: <b>}\n---\n\nText.\n",
    "searches-a-word": "---\ntitle: T\ndescription: D\nsearch: all\n---\n\nText.\n",
    "boosts-a-word": "---\ntitle: T\ndescription: D\nsearch: {boost: <b>}\n---\n\nText.\n",
    "no-number": "---\ntitle: T\ndescription: D\nsearch: {boost: .nan}\n---\n\nText.\n",
}


def test_a_title_is_what_the_check_read_or_there_is_no_page(project: Path) -> None:
    found = told(**TITLES)
    assert {
        name for name in TITLES if not {one.code for one in found.get(name, [])} & {"L001", "L002", "L003"}
    } == set()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_front_matter_is_read_whatever_its_lines_end_in(end: str, project: Path) -> None:
    text = '\ufeff---\ntitle: "Q & A: Größe"\ndescription: D\nhide: [toc]\nsearch: {boost: 2}\n---\n\nText\tText.\n'
    assert told(page=text.replace("\n", end)) == {}


# The finished site ----------------------------------------------------------------------------------------------

THEMES = {
    "another title": ("{% block htmltitle %}<title>{{ page.title | lower }}</title>{% endblock %}", "its title is not"),
    "two titles": ("{% block extrahead %}<title>T - Hostile</title>{% endblock %}", "its title is not"),
    "another description": (
        '{% block extrahead %}<meta name="description" content="Another">{% endblock %}',
        "its description is not 'D'",
    ),
    "a script": (
        "{% block scripts %}<script>alert(1)</script>{% endblock %}",
        "a script that the policy does not know",
    ),
    "a script from elsewhere": (
        '{% block scripts %}<script src="//evil.test/a.js"></script>{% endblock %}',
        "a script that the policy does not know",
    ),
    "a style": ("{% block styles %}<style>p {}</style>{% endblock %}", "a style element"),
    "a handler": ('{% block footer %}<p onclick="x()">x</p>{% endblock %}', "an attribute that runs a script"),
    "no content": ("{% block content %}{% endblock %}", "the theme does not show the page's content once"),
    "content twice": ("{% block content %}{{ super() }}{{ super() }}{% endblock %}", "the page's content once"),
}


@pytest.mark.parametrize("what", THEMES)
def test_what_a_theme_puts_around_a_page_is_looked_at(what: str, project: Path) -> None:
    """What is checked is what is published: a frame with other words, or with more in it, ends the build."""
    template, words = THEMES[what]
    (project / "theme").mkdir()
    (project / "theme/main.html").write_text('{% extends "base.html" %}\n' + template)
    base = (ROOT / "src/lessons/theme/partials/javascripts/base.html").read_text()
    (project / "theme/partials/javascripts").mkdir(parents=True)
    (project / "theme/partials/javascripts/base.html").write_text(base)
    (project / "mkdocs.yml").write_text(
        "site_name: Hostile\nplugins: []\ntheme: {name: material, custom_dir: theme, font: false}\n"
    )
    page = Page("docs/index.md", "index.html", {"title": "T", "description": "D"}, "<h1>Home</h1>")
    with pytest.raises(NoShell, match=re.escape(words)):
        shell((project / "mkdocs.yml").resolve(), [page])


@pytest.mark.parametrize("name", ["evil.html", "refresh.html", "lessons/evil.htm", "lessons/kl.ipynb", "x.pdf"])
def test_a_document_beside_the_pages_has_no_author(name: str) -> None:
    assert not any(re.fullmatch(one.files, name) for one in notices.COMPONENTS if one.files)


def test_what_the_project_has_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert list(published.problems(Path("docs"))) == []
    assert {path.name for path in Path("docs/assets").iterdir()} == set(published.ASSETS)
