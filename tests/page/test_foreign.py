"""What other tools write is told with what to write instead, and nothing else is taken for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from markdown import Markdown

from lessons.page import checks
from lessons.problem import Problem

Check = Callable[[str], list[Problem]]
EXTENSIONS = ["lessons", "attr_list", "tables", "toc", "pymdownx.highlight", "pymdownx.superfences"]

CARD = "/// flashcard | %s\n    id: card\n\nBecause.\n///\n\n"
FOREIGN = {
    "TeX between \\( and \\)": [
        "The variance \\(\\sigma^2\\) is.",
        "/// flashcard | Is \\(s\\) so?\n    id: x\n\nYes.\n///\n",
    ],
    "TeX between \\[ and \\]": ["\\[\nx\n\\]", "So \\[ \\mathrm{KL} \\] is.", "> \\[\n> a = b\n> \\]"],
    "TeX without dollar signs": [r"\begin{equation}", r"So \begin{aligned} it is."],
    "the mark of a merge": ["<<<<<<< HEAD", ">>>>>>> branch"],
    "a link with a space in it": ["[words] (page.md)", "[words] (#a-place)"],
    "a value inside a formula": ["$x = `{python} 1`$"],
    "a footnote": ["It is tight[^1].", "Tight.\n\n[^why]: When it is."],
    "an admonition": [
        "!!! note\n    Words.",
        '!!! warning "Title"\n    Words.',
        "??? tip\n    Words.",
        "???+ tip\n    Words.",
    ],
    "an alert": ["> [!NOTE]\n> Words.", ">[!WARNING]\n>Words."],
    "a block between colons": [":::{tip}\nWords.\n:::", "::: note\nWords.\n:::", ":::note\nWords."],
    "a role": ["See {ref}`the-bound`.", "By {cite:p}`kingma2014`.", "The {doc}`page <other>`."],
    "a tab": ['=== "Python"\n\n    Words.', '===! "R"\n\n    Words.'],
    "a definition list": ["ELBO\n: A bound.", "ELBO\n:   A bound."],
    "a task list": ["- [ ] derive", "- [x] read", "1. [X] both"],
    "struck words": ["It is ~~never~~ seldom so."],
    "an include": ['--8<-- "file.md"', ';--8<-- "file.md"'],
    "a wiki link": ["See [[the bound]].", "![[picture.png]]"],
    "marked words": ["It is ==never== so."],
    "keys": ["Press ++ctrl+c++."],
    "a raised or lowered sign": ["x^2^ is", "H~2~O is"],
    "a template": ["It is {{ value }}.", "{% include 'x' %}"],
    "a citation": ["As said [@kingma2014].", "As said [@kingma2014, p. 3]."],
    "the name of an icon": ["Good :smile:", ":material-check: done"],
}


@pytest.mark.parametrize(("what", "text"), [(what, text) for what, texts in FOREIGN.items() for text in texts])
def test_mark_up_of_another_tool_is_told(check: Check, what: str, text: str) -> None:
    found = check(text)
    assert found
    assert {(one.code, one.message) for one in found} == {("L116", f"{what}, which no page here has")}


def test_a_link_by_a_name_that_has_no_address(check: Check) -> None:
    (problem,) = check("See [the words][name] and [others].")
    assert (problem.code, problem.message) == ("L116", "the link '[the words][name]', whose address stands nowhere")
    assert check("See [the words][Name] and [name][].\n\n[name]: https://example.org") == []


@pytest.mark.parametrize(
    "text",
    [
        "`\\(x\\)`, `[^1]`, `~~a~~`, `==b==`, `{{ c }}`, `[[d]]`, `:smile:` and `!!! note` are code.",
        "```\n!!! note\n    Words.\n\n:::{tip}\n- [ ] x\n```",
        "$\\{x : x > 0\\}$, $a^b$, $\\tilde a~\\tilde b$ and $x_{[1]}$",
        "In \\[square\\] brackets, (round) ones, [a link](https://example.org/a~b~c) and 10:30:45.",
        "If a == b and c == d, or a != b; ~ 5 and ~6; C++ and i++; ratio 3:2:1; note: this, and: that.",
        "It is great!!! Really? Yes??? No.",
        "> **Note.** [x] and [ ] are boxes.",
    ],
)
def test_plain_words_are_not_taken_for_it(check: Check, text: str) -> None:
    assert check(text) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (r"| a | b |\n|---|---|\n| $p(x \| z)$ | 1 |".replace(r"\n", "\n"), True),
        (r"a | b\n--|--\n$p \| q$ | 1".replace(r"\n", "\n"), True),
        (r"| a | b |\n|---|---|\n| $p(x \mid z)$ | 1 |".replace(r"\n", "\n"), False),
        (r"The divergence $q \| p$ is not in a table.", False),
    ],
)
def test_a_bar_in_a_table_s_formula(check: Check, text: str, told: bool) -> None:
    assert [one.code for one in check(text)] == ["L116"] * told


# ---- lists ---------------------------------------------------------------------------------------------------------

LISTS = {
    "A sentence:\n- a\n- b": ["2:1 a list without a blank line above it"],
    "A sentence:\n1. a\n2. b": ["2:1 a list without a blank line above it"],
    "> A sentence:\n> * a": ["2:3 a list without a blank line above it"],
    "A sentence:\n* a\n\nAnother:\n+ b": [
        "2:1 a list without a blank line above it",
        "5:1 a list without a blank line above it",
    ],
    "- a\n  - b\n  - c\n- d": ["2:3 an item indented by 2", "3:3 an item indented by 2"],
    "1. a\n   - b": ["2:4 an item indented by 3"],
    "- a\n    - b\n      - c": ["3:7 an item indented by 2"],
    "- a\n\n  - b": ["3:3 an item indented by 2"],
    "1) a\n2) b": ["1:1 a list numbered 1)"],
    "- a\n\n  More of it.": ["3:3 a paragraph under an item, indented by 2"],
    "- a\n- b": [],
    "- a\n\n- b\n\n    More of it.\n\n    - c\n        - d": [],
    "- a\nand more of it\n- b\n  goes on\n- c": [],
    "1. a\n2. b\n\nIn 2013\n1986. That year": [],
    "- a\n\n1. b\n2. c": [],
    "A sentence\n- - -\n": [],
    "*a* is\n**b**, -1 and\n-x": [],
    "```\na:\n- b\n  - c\n```": [],
    "$$\na\n- b\n$$": [],
    "/// question | Why?\n    id: x\n\nBecause:\n\n- a\n- b\n///\n\n- c": [],
    "| a |\n|---|\n| - b |": [],
    "# A\n- b": [],
}


@pytest.mark.parametrize("text", LISTS)
def test_lists_as_others_read_them(check: Check, text: str) -> None:
    assert [f"{one.location.line - 6}:{one.location.column} {one.message}" for one in check(text)] == LISTS[text]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("- a\n\n1. b\n2. c", "<ul>\n<li>a</li>\n</ul>\n<ol>\n<li>b</li>\n<li>c</li>\n</ol>"),
        ("1. a\n\nWords.\n\n2. b", '<ol>\n<li>a</li>\n</ol>\n<p>Words.</p>\n<ol start="2">\n<li>b</li>\n</ol>'),
    ],
)
def test_a_list_is_of_one_kind_and_counts_on(text: str, html: str) -> None:
    assert Markdown(extensions=EXTENSIONS).convert(text) == html


TWO = CARD.replace("id: card", "id: two") % "Why?"


@pytest.mark.parametrize("after", ["- a\n- b", "1. a\n2. b", "    code", "> words", "- a\n\n" + TWO])
def test_what_follows_a_deck_is_no_part_of_it(after: str) -> None:
    html = Markdown(extensions=EXTENSIONS).convert(CARD % "Why?" + after)
    for deck in html.split('<ol class="lesson-deck">')[1:]:
        assert deck[: deck.index("</ol>")].count("<li") == 1
    assert html.count('lesson-deck"') == 1 + after.count("flashcard")
    assert "<lesson-deck" not in html


# ---- headings ------------------------------------------------------------------------------------------------------


def test_a_heading_has_an_anchor_of_its_own_words(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "---\ntitle: T\ndescription: D\n---\n\n# H\n\n## β-VAE\n\n## σ-VAE\n\n## Ωμέγα\n\n## Naïve\n\n[a](#σ-vae)\n",
        "utf-8",
    )
    check = checks.Check([page])
    assert check.problems(twice=False) == []
    (made,) = check.pages.values()
    assert [entry.id for entry in made.contents[0].children] == ["β-vae", "σ-vae", "ωμέγα", "naïve"]


# ---- tabs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("```make\nall:\n\tx\n```", ["9:1"]),
        ("```{python}\nstr(len('a\tb'))\n```", ["8:11"]),
        ("- a\n\n    ```\n    a\tb\n    ```", ["10:6"]),
        ("```{python}\nif True:\n\tx = 1\nx\n```", []),
        ("Words\tand words.", []),
    ],
)
def test_tabs_in_code_are_told(check: Check, text: str, places: list[str]) -> None:
    assert [f"{one.location.line}:{one.location.column}" for one in check(text) if one.code == "L118"] == places
