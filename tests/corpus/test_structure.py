"""Pages whose structure is broken. To add a case: its name, the page, and the exact report of the check."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from lessons.page import front_matter

QUESTION = "/// question | Why?\n    id: {}\n\nBecause.\n///\n"
BLOCKS = "use one of: answer, exercise, flashcard, hint, in-depth, question, solution, variants"
KEYS = f"use one of: {', '.join(sorted(front_matter.KEYS))}"
HTML = "write Markdown; for the sign itself, write it in code: `<`"
TITLE = "begin the file with ---, a line `title: …`, and ---"
DESCRIPTION = "begin the file with ---, a line `description: …`, and ---"
ELSE = "give one of them another: ## Words { #another-id }"
OPEN = "docs/id-in-the-site.md:7:5"

NOTE = "write a note, `/// in-depth | its title`, or a quotation that begins with the word: `> **Note.** …`"
TAB = r"write spaces; in a string `\t`; in a Makefile `.RECIPEPREFIX := >` and a > for each"
BY_FOUR = "indent it by 4 spaces to put it under the item above, or not at all"

# name: (page, report). A page without a head of its own gets one of five lines: its text begins on line 6.
PAGES: dict[str, tuple[str | bytes, str]] = {
    "unclosed-block": (
        "/// question | Why?\n    id: unclosed\n\nBecause.\n",
        "6:1: L102 the question block is never closed\n    end it with a line that holds only ///",
    ),
    "unclosed-fence": (
        "Text.\n\n```python\nx = 1\n",
        "8:1: L109 this code fence is never closed\n"
        "    end it with a line that holds only ```, indented as the opening line is",
    ),
    "list-of-another-tool": (
        "The encoder puts out:\n- a mean\n\nThen:\n\n- the noise\n  - one for each dimension\n",
        "7:1: L117 a list without a blank line above it\n    put a blank line above it; no sentence begins so\n"
        f"12:3: L117 an item indented by 2\n    {BY_FOUR}",
    ),
    "mark-up-of-another-tool": (
        '!!! note "First"\n    Words.\n\nIt is tight[^1], ~~never~~ seldom \\(x\\).\n\n'
        "> [!WARNING]\n> Mind the sign.\n",
        f"6:1: L116 an admonition, which no page here has\n    {NOTE}\n"
        f"9:12: L116 a footnote, which no page here has\n    say it in the sentence, or {NOTE}\n"
        "9:18: L116 struck words, which no page here has\n"
        "    delete them, or say in words what no longer holds\n"
        r"9:35: L116 TeX between \( and \), which no page here has" + "\n    write it between dollar signs: `$…$`\n"
        "11:1: L116 an alert, which no page here has\n    begin the quotation with the word: `> **Warning.** …`",
    ),
    "tab-in-code": (
        "```make\nall:\n\tlessons build\n```\n",
        f"8:1: L118 a tab in code, which would be spaces on the page\n    {TAB}",
    ),
    "unclosed-html": ("Text.\n\n<div>\n\nMore.\n", f"8:1: L112 raw HTML: <div\n    {HTML}"),
    "unclosed-comment": ("Text.\n\n<!-- never\n\nclosed\n", f"8:1: L112 raw HTML: <!\n    {HTML}"),
    "missing-answer": (
        "/// question | Why?\n    id: missing-answer\n\n///\n",
        "6:1: L106 this question has no answer\n    write the answer between the options and the closing line",
    ),
    "empty-question": (
        "/// question |\n    id: empty-question\n\nBecause.\n///\n",
        "6:1: L107 this question has no title\n    write it on the opening line: /// question | …",
    ),
    "empty-block": (
        "/// question\n///\n",
        "6:1: L104 this question has no id\n"
        "    add a line `    id: a-short-name` under the opening line; anchors and cards keep it for ever\n"
        "6:1: L106 this question has no answer\n"
        "    write the answer between the options and the closing line\n"
        "6:1: L107 this question has no title\n"
        "    write it on the opening line: /// question | …",
    ),
    "id-twice-on-a-page": (
        QUESTION.format("twice") + "\n" + QUESTION.format("twice"),
        "13:5: L105 the id 'twice' is used twice\n    choose another: it first stands at line 7",
    ),
    "id-in-the-site": (QUESTION.format("in-the-site"), ""),
    "id-twice-in-the-site": (
        "Text.\n\n" + QUESTION.format("in-the-site"),
        "9:5: L105 the id 'in-the-site' is used twice\n"
        f"    choose another: {OPEN} has it, and ids are unique in the whole site",
    ),
    "id-of-an-answer": (
        QUESTION.format("taken") + "\n" + QUESTION.format("taken-answer"),
        "13:5: L105 the id 'taken-answer' is used twice\n    choose another: the answer of 'taken' has it",
    ),
    "heading-id-twice": (
        "## One { #same }\n\n## Two { #same }\n",
        f"8:1: L114 the heading id 'same' is used twice\n    {ELSE}",
    ),
    "heading-with-the-id-of-a-question": (
        QUESTION.format("a-question") + "\n## Two { #a-question-answer }\n",
        f"12:1: L114 the heading id 'a-question-answer' is used twice\n    {ELSE}",
    ),
    "headings-of-the-same-words": ("## Same\n\n## Same\n\n[the second](#same_1)\n", ""),
    "no-front-matter": (
        b"# A page\n",
        f"1:1: L001 the page has no description\n    {DESCRIPTION}\n1:1: L001 the page has no title\n    {TITLE}",
    ),
    "front-matter-never-closed": (
        "---\ntitle: T\ndescription: D\n\nText.\n",
        f"1:1: L001 the page has no description\n    {DESCRIPTION}\n1:1: L001 the page has no title\n    {TITLE}",
    ),
    "front-matter-malformed": (
        "---\ndescription: D\ntitle: One: two\n---\n\nText.\n",
        "3:1: L002 the front matter does not parse: mapping values are not allowed here\n    quote the value",
    ),
    "front-matter-with-no-such-day": (
        "---\ntitle: 2026-02-30\ndescription: D\n---\n\nText.\n",
        "2:1: L002 the front matter does not parse: not YAML\n    quote the value",
    ),
    "front-matter-a-list": (
        "---\n- title\n---\n\nText.\n",
        "2:1: L002 the front matter is not a list of `key: value` lines",
    ),
    "unknown-key": (
        "---\ntitle: T\ndescription: D\nauthors: me\n---\n\nText.\n",
        f"4:1: L002 unknown front-matter key 'authors'\n    {KEYS}",
    ),
    "markup-in-the-title": (
        "---\ntitle: A <b>bold</b> title\ndescription: D\n---\n\nText.\n",
        "2:1: L003 the title holds markup\n    write it as plain words, without < or >",
    ),
    "empty-file": (
        b"",
        f"1:1: L001 the page has no description\n    {DESCRIPTION}\n1:1: L001 the page has no title\n    {TITLE}\n"
        "1:1: L004 the page is empty\n    write it, or delete the file",
    ),
    "empty-below-its-head": (
        "---\ntitle: T\ndescription: D\n---\n\n \n",
        "1:1: L004 the page is empty\n    write it, or delete the file",
    ),
    "unknown-block": (
        QUESTION.format("unknown-block").replace("question", "qestion"),
        f"6:1: L101 there is no block 'qestion'\n    did you mean 'question'? {BLOCKS}",
    ),
    "unknown-option": (
        QUESTION.format("unknown-option").replace("\n\n", "\n    lable: x\n\n"),
        "8:5: L103 question has the unknown option 'lable'\n    use one of: id",
    ),
    "broken-link": (
        "See [it](unclosed-bock.md).\n",
        "6:5: L602 the link 'unclosed-bock.md' leads to no file\n    did you mean 'unclosed-block.md'?",
    ),
    "broken-reference": (
        "See [it].\n\n[it]: unclosed-bock.md\n",
        "8:1: L602 the link 'unclosed-bock.md' leads to no file\n    did you mean 'unclosed-block.md'?",
    ),
    "broken-anchor": (
        "## A place\n\nSee [it](#a-plaice).\n",
        "8:5: L603 the link '#a-plaice' leads to no such place on that page\n"
        "    did you mean 'a-place'? use one of: a-place",
    ),
    "broken-anchor-of-another-page": (
        "See [it](headings-of-the-same-words.md#same_2).\n",
        "6:5: L603 the link 'headings-of-the-same-words.md#same_2' leads to no such place on that page\n"
        "    did you mean 'same_1'? use one of: same, same_1",
    ),
    "link-out-of-the-pages": (
        "See [it](../mkdocs.yml).\n",
        "6:5: L602 the link '../mkdocs.yml' leads out of docs/\n"
        "    give its address on the web, or move the file there",
    ),
    "raw-html-link": (
        'See <a href="nowhere.md">it</a>.\n',
        f"6:5: L112 raw HTML: <a\n    {HTML}\n6:28: L112 raw HTML: </a\n    {HTML}",
    ),
    "missing-image": (
        "![A curve](curve.svg)\n",
        "6:1: L604 the image 'curve.svg' leads to no file\n    check the path: it starts from this page's folder",
    ),
    "missing-alternative-text": (
        "![](index.md)\n",
        "6:1: L605 an image without alternative text\n    say in the brackets what the picture shows: ![…](…)",
    ),
    "missing-alternative-text-of-a-reference": (
        "![][it]\n\n[it]: index.md\n",
        "6:1: L605 an image without alternative text\n    say in the brackets what the picture shows: ![…](…)",
    ),
    "broken-tex": (
        "So $\\frac{1}{$ is.\n",
        "6:4: L301 KaTeX refuses this formula: Unexpected end of input in a macro argument, "
        "expected '}' at end of input: \\frac{1}{\n    mend the TeX",
    ),
    "not-in-nav": (
        "Text.\n",
        "1:1: L008 no entry of nav leads to this page\n"
        "    add a line under nav: in mkdocs.yml, such as `- Its title: not-in-nav.md`",
    ),
}


@pytest.fixture(scope="module")
def told(site: Any) -> Any:
    for name, (page, _) in PAGES.items():
        site.write(name, page)
    site.list("not-in-nav.md")
    return site.told()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_gets_exactly_this_report(name: str, told: Any) -> None:
    assert told.get(name, "") == PAGES[name][1]


def test_nothing_is_told_of_other_pages(told: Any) -> None:
    assert set(told) == {name for name, (_, says) in PAGES.items() if says}


def test_the_build_tells_the_same_and_leaves_the_last_good_site(site: Any, told: Any) -> None:
    site.refuses()


def test_the_command_line_tells_the_same(site: Any, told: Any) -> None:
    done = site.run("check")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", site.report + "\n")
    rows = json.loads(site.run("check", "--format", "json").stdout)
    assert len(rows) == done.stderr.count("\ndocs/") + 1


# What takes more than one revision ------------------------------------------------------------------------


@pytest.fixture
def repository(fresh: Any) -> Any:
    """A site with two questions, committed; `base` is a tag."""
    fresh.write("one", QUESTION.format("first") + "\n" + QUESTION.format("second"))
    fresh.list()
    (fresh.folder / ".gitignore").write_text("/site/\n/.cache/\n/docs/notebooks/\n")
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "one"], ["tag", "base"]):
        subprocess.run(["git", *arguments], cwd=fresh.folder, check=True)
    return fresh


def test_an_id_that_stays_is_no_problem(repository: Any) -> None:
    repository.write("two", QUESTION.format("second"))  # it may move to another page
    repository.write("one", QUESTION.format("first").replace("Why?", "Why, pray?"))
    repository.list()
    done = repository.run("check", "--base", "base")
    assert (done.returncode, done.stdout, done.stderr) == (0, "3 pages, no problems\n", "")


GONE = (
    "docs/one.md:13:5: L702 the id 'second' was here at base and is gone\n"
    "    give it back: ids are for ever\n1 problem\n"
)


@pytest.mark.parametrize("now", ["", "\n" + QUESTION.format("renamed")], ids=["removed", "renamed"])
def test_an_id_that_is_gone_is_one(now: str, repository: Any) -> None:
    repository.write("one", QUESTION.format("first") + now)
    done = repository.run("check", "--base", "base")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", GONE)


def test_the_ids_of_a_page_that_is_gone_are_told_where_they_were(repository: Any) -> None:
    (repository.folder / "docs/one.md").unlink()
    repository.list()
    done = repository.run("check", "--base", "base")
    assert done.returncode == 1
    assert [line.partition(" the id")[0] for line in done.stderr.splitlines() if "L702" in line] == [
        "docs/one.md:7:5: L702",
        "docs/one.md:13:5: L702",
    ]


def test_a_base_that_is_not_there_is_said_in_a_line(repository: Any) -> None:
    done = repository.run("check", "--base", "nowhere")
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "nowhere is no revision here: fatal: Needed a single revision\n",
    )
