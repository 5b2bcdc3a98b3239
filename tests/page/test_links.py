"""Links: where each leads, from which folder, and to which of a page's places."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown import Markdown

from lessons.page import checks, links
from lessons.page.page import Link
from lessons.page.source import read, scan
from lessons.problem import Location, report

HEAD = "---\ntitle: T\ndescription: D\n---\n"
MISSPELT = "did you mean 'lessons/one.md'"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two pages in folders, a picture, a staged notebook and one whose script is there only."""
    files = {
        "mkdocs.yml": "",
        "README.md": "",
        "docs/index.md": f"{HEAD}# Home\n\n## A place\n",
        "docs/lessons/one.md": f"{HEAD}/// question | Why?\n    id: why\n\nBecause.\n///\n",
        "docs/lessons/two-words.md": f"{HEAD}## Größe\n",
        "docs/pictures/a-curve.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
        "notebooks/one.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(text: str, name: str = "docs/lessons/page.md") -> list[str]:
    """What is said of a page with this text: its first lines, without the path."""
    Path(name).write_text(HEAD + text, encoding="utf-8")
    lines = report(checks.check([Path(name)])).splitlines()[:-1]
    return [line.removeprefix(f"{name}:") for line in lines if not line.startswith("    ")]


@pytest.mark.parametrize(
    "target",
    [
        "one.md",
        "one.md#why",
        "one.md#why-answer",
        "./one.md",
        "../index.md",
        "../index.md#a-place",
        "../lessons/one.md",
        "two%2Dwords.md",
        "two%2Dwords.md#größe",
        "#here",
        "#he%72e",
        "",
        "../pictures/a%2Dcurve.svg",
        "../notebooks/one.ipynb",
        "https://example.org/#anything",
        "mailto:a@example.org",
    ],
)
@pytest.mark.parametrize(
    "link",
    [
        "[x]({})",
        "[x]( {} )",
        '[x]({} "title")',
        "[x]({} 'a (title)')",
        "![x]({})",
        "[`x` [y]]({})",
        "[x]: {}",
        "> [x]: {}",
    ],
)
def test_a_link_that_leads_somewhere(target: str, link: str, site: Path) -> None:
    if target or link == "[x]({})":  # only there may it be nothing
        elsewhere = ["7:1: L604 an image of another site, which no browser loads here"]
        expected = elsewhere if link.startswith("!") and target.startswith("https:") else []
        assert told(f"## Here\n\n{link.format(target)}\n") == expected


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("two.md", "L602 the link 'two.md' leads to no file"),
        ("lessons/one.md", "L602 the link 'lessons/one.md' leads to no file"),
        ("ONE.md", "L602 the link 'ONE.md' leads to no file"),
        ("../", "L602 the link '../' leads to no file"),
        ("../notebooks/two.ipynb", "L602 the link '../notebooks/two.ipynb' leads to no file"),
        ("../../README.md", "L602 the link '../../README.md' leads out of docs/"),
        (
            "../../../../../../../../../etc/passwd",
            "L602 the link '../../../../../../../../../etc/passwd' leads out of docs/",
        ),
        ("/lessons/one.md", "L601 the link '/lessons/one.md' starts at the root of the host"),
        ("one.md#wy", "L603 the link 'one.md#wy' leads to no such place on that page"),
        ("#nowhere", "L603 the link '#nowhere' leads to no such place on that page"),
        ("ftp://example.org", "L601 a link may not begin with 'ftp:'"),
    ],
)
def test_a_link_that_does_not(target: str, says: str, site: Path) -> None:
    assert told(f"a\n\nSee [it]({target}).\n") == [f"7:5: {says}"]
    assert told(f"a [b]\n\n[b]: {target}\n") == [f"7:1: {says}"]


def test_a_missing_picture_is_one(site: Path) -> None:
    assert told("![A curve](curve.svg)\n") == ["5:1: L604 the image 'curve.svg' leads to no file"]


def test_a_repair_names_the_nearest_file_and_place(site: Path) -> None:
    page = Path("docs/lessons/page.md")
    page.write_text(f"{HEAD}[x](on.md) [y](one.md#wy)\n")
    assert [problem.repair for problem in sorted(checks.check([page]))] == [
        "did you mean 'one.md'? use one of: one.md, page.md, two-words.md",
        "did you mean 'why'? use one of: why, why-answer",
    ]


@pytest.mark.parametrize(
    "code", ["`[x](nowhere.md)`", "```\n[x](nowhere.md)\n```", "<!-- [x](nowhere.md) -->", "$[x](y)$"]
)
def test_what_is_code_is_no_link(code: str, site: Path) -> None:
    assert told(f"a\n\n{code}\n") == []


@pytest.mark.parametrize("text", ["[Note]: this is no definition", "[0, 1] (a range)", "f[x] and (y)", "\\[x\\](y)"])
def test_what_only_looks_like_a_link(text: str, site: Path) -> None:
    assert told(f"{text}\n") == []


@pytest.mark.parametrize(
    ("alternative", "says"),
    [
        ("A curve", []),
        ("The `x` axis", []),
        ("`x`", []),
        ("", ["5:1: L605 an image without alternative text"]),
        (" \n ", ["5:1: L605 an image without alternative text"]),
        ("$x$", ["5:1: L605 an alternative text is plain words, without formulas and values"]),
        ("It is `{python} 1`", ["5:1: L605 an alternative text is plain words, without formulas and values"]),
    ],
)
@pytest.mark.parametrize("image", ["![{}](../pictures/a%2Dcurve.svg)", "![{}][it]\n\n[it]: ../pictures/a%2Dcurve.svg"])
def test_alternative_text(alternative: str, says: list[str], image: str, site: Path) -> None:
    assert told(image.format(alternative) + "\n") == says


# Places on a page: as Markdown itself makes them ----------------------------------------------------------

PAGES = {
    "words": "## Two words\n\n### And, some: signs!\n",
    "duplicates": "## Same\n\n## Same\n\n## Same\n\n## Same 1\n\n## Same_1\n",
    "a given id": "## Same\n\n## Other { #same }\n\n## Third { .md-button #third }\n\n## Fourth { .md-button }\n",
    "a given id with a colon": "## Same {: #other }\n",
    "emphasis": "## *A* __b__ c_d_e ***f*** _g_\n",
    "escaped underscores": "## One \\_two\\_ three\n\n## Four&#95;five\n\n## a_ b _c d_ _e\n",
    "code": "## The `std_dev` of `x`\n",
    "a link": "## See [the *other* page](index.md) now\n",
    "underlined": "One\n===\n\nTwo words\n---------\n",
    "letters of other languages": "## Größe\n\n## 変分\n\n## مقدمة\n\n## Naïve café\n",
    "nothing but signs": "## ???\n\n## !!!\n",
    "digits": "## 1. First\n\n## 2.5\n",
    "closing hashes": "## One ##\n\n##Two\n",
    "blocks": (
        "## Why\n\n/// question | Why?\n    id: why\n\nBecause.\n///\n\n"
        "/// exercise | Do\n    id: do\n\nHow?\n///\n\n/// solution\nSo.\n///\n\n"
        "/// flashcard | Front\n    id: card\n\nBack.\n///\n\n"
        "/// in-depth | More\n    id: more\n\n## Inside\n///\n\n## Why answer\n"
    ),
    "escapes": "## A \\* b\n\n## C\\_d\n",
}


@pytest.mark.parametrize("name", PAGES)
def test_the_places_of_a_page_are_those_that_markdown_makes(name: str) -> None:
    text = PAGES[name]
    html = Markdown(extensions=["lessons", "attr_list", "toc"]).convert(text)
    assert links.anchors(scan("page.md", text)) == set(ids(html))
    assert len(ids(html)) == len(set(ids(html)))


def ids(html: str) -> list[str]:
    return [piece.partition('"')[0] for piece in html.split(' id="')[1:]]


def test_places_are_those_of_the_body() -> None:
    assert links.anchors(read("page.md", "---\ntitle: T\n# no heading: here\n---\n\n# One\n")) == {"one"}


@pytest.mark.parametrize(
    ("link", "file"),
    [
        ("../vae-training/", "vae-training.md"),
        ("../vae-training/#loss", "vae-training.md#loss"),
        ("vae-training.html", "vae-training.md"),
        ("vae-training.htm#loss", "vae-training.md#loss"),
        ("vae-training/", "vae-training.md"),
        ("vae-training", "vae-training.md"),
        ("../vae-training/index.html", "vae-training.md"),
        ("../../", "../index.md"),
        ("../../contributing/", "../contributing/index.md"),
        ("../contributing/index.html", "../contributing/index.md"),
    ],
)
def test_the_address_of_a_page_is_told_with_its_file(link: str, file: str, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    for name in ("lessons/kl.md", "lessons/vae-training.md", "contributing/index.md", "index.md"):
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).touch()
    page = docs / "lessons/kl.md"

    def anchors(path: Path) -> frozenset[str] | None:
        return frozenset({"loss"}) if path.is_file() else None

    def told(target: str) -> list[tuple[str, str]]:
        found = links.unresolved([Link(Location("docs/lessons/kl.md"), target, False)], page, anchors, docs)
        return [(problem.code, problem.repair) for problem in found]

    assert told(link) == [("L602", f"link the file: {file}")]
    assert told(file) == []
