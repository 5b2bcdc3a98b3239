"""The scan: which parts a page has, and where."""

import itertools
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.page.source import (
    Block,
    Code,
    Example,
    Formula,
    Heading,
    Snippet,
    Source,
    Value,
    normalize,
    read,
    scan,
    split_front_matter,
)
from lessons.problem import Location


def page(text: str) -> Source:
    return scan("page.md", dedent(text))


def formulas(text: str) -> list[str]:
    return [formula.tex for formula in page(text).of(Formula)]


def values(text: str) -> list[str]:
    return [value.expression for value in page(text).of(Value)]


def codes(source: Source) -> list[tuple[str, int]]:
    return [(problem.code, problem.location.line) for problem in source.problems]


# Fences ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ticks", ["```", "~~~", "````", "~~~~~"])
def test_a_python_fence_is_a_snippet(ticks: str) -> None:
    source = scan("page.md", f"a\n\n{ticks}{{python}}\nx = 1\n\nx\n{ticks}\n\nb\n")
    (snippet,) = source.of(Snippet)
    assert snippet.code == "x = 1\n\nx\n"
    assert source.text[snippet.start : snippet.end] == f"{ticks}{{python}}\nx = 1\n\nx\n{ticks}"
    assert source.location(snippet.start) == Location("page.md", 3, 1)


@pytest.mark.parametrize("info", ["python", "", "text", "python title='{python}'"])
def test_other_fences_are_code_and_nothing_in_them_is_looked_at(info: str) -> None:
    source = page(f"```{info}\n$x$ and `{{python}} x` and $\n/// question | ?\n# $y$\n```\n")
    assert [type(part) for part in source.parts] == [Code]
    assert source.problems == []


def test_a_longer_fence_holds_shorter_ones() -> None:
    source = page("````markdown\n```{python}\nx\n```\n````\n\n```{python}\ny\n```\n")
    assert [snippet.code for snippet in source.of(Snippet)] == ["y\n"]


def test_tildes_do_not_close_backticks() -> None:
    (snippet,) = page("```{python}\na = '''\n~~~\n'''\n```\n").of(Snippet)
    assert snippet.code == "a = '''\n~~~\n'''\n"


def test_a_fence_in_a_list_loses_its_indentation_but_keeps_its_place() -> None:
    source = page("- item\n\n    ```{python}\n    if True:\n        x = 1\n    ```\n")
    (snippet,) = source.of(Snippet)
    assert snippet.code == "if True:\n    x = 1\n"
    assert snippet.indent == "    "
    assert source.location(snippet.start) == Location("page.md", 3, 5)


def test_a_fence_in_a_quotation_loses_its_marks_in_blank_lines_too() -> None:
    (snippet,) = page("> ```{python}\n> x = 1\n>\n> x\n> ```\n").of(Snippet)
    assert snippet.code == "x = 1\n\nx\n"


@pytest.mark.parametrize("text", ["```{python}\nx = 1\n", "```\nx\n", "````{example}\ntext\n", "~~~{python}\nx\n```\n"])
def test_an_unclosed_fence_is_found_at_its_opening_line(text: str) -> None:
    assert codes(scan("page.md", "a\n\n" + text)) == [("L109", 3)]


def test_options_are_the_marked_lines_at_the_head() -> None:
    (snippet,) = page("```{python}\n#| code: shown\n#|other:x y\nx = 1\n```\n").of(Snippet)
    assert snippet.options == (("code", "shown"), ("other", "x y"))
    assert snippet.code.startswith("#| code: shown\n")  # kept, so that lines count as in the file


@pytest.mark.parametrize("line", ["#| code: hidden", "#| code hidden", "# | code: hidden"])
def test_a_marked_line_that_sets_nothing_is_found(line: str) -> None:
    assert codes(page(f"```{{python}}\nx = 1\n{line}\n```\n")) == [("L204", 3)]


def test_an_ordinary_comment_is_no_option() -> None:
    assert page("```{python}\n# |x| < 1: the disc\n#! x\nx = 1\n```\n").problems == []


@pytest.mark.parametrize("info", ["{pyhton}", "{ python }", "{r}", "{python .numberLines}"])
def test_a_fence_that_looks_executable_but_is_not(info: str) -> None:
    source = page(f"```{info}\nx = 1\n```\n")
    assert source.of(Snippet) == []
    assert codes(source) == [("L204", 1)]


# Examples -------------------------------------------------------------------------------------------------


def test_an_example_is_shown_and_then_is_part_of_the_page() -> None:
    source = page("````{example}\nA $x$ and\n\n```{python}\ny = 1\n```\n````\n\nafter $z$\n")
    (example,) = source.of(Example)
    assert example.text == "A $x$ and\n\n```{python}\ny = 1\n```\n"
    assert source.text[example.closing.start : example.closing.end] == "````"
    assert [snippet.code for snippet in source.of(Snippet)] == ["y = 1\n"]
    assert [formula.tex for formula in source.of(Formula)] == ["x", "z"]


def test_a_fence_in_an_example_does_not_close_it() -> None:
    source = page("````{example}\n```\n$a$\n```\n$b$\n````\n\n$c$\n")
    assert [example.text for example in source.of(Example)] == ["```\n$a$\n```\n$b$\n"]
    assert [formula.tex for formula in source.of(Formula)] == ["b", "c"]


def test_two_examples_do_not_swallow_what_stands_between() -> None:
    source = page("```{example}\n$a$\n```\n\n$b$\n\n```{example}\n$c$\n```\n")
    assert [example.text for example in source.of(Example)] == ["$a$\n", "$c$\n"]
    assert [formula.tex for formula in source.of(Formula)] == ["a", "b", "c"]


# Inline ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`{python} x`", ["x"]),
        ("`{python}   x.to(3) `", ["x.to(3)"]),
        ('`{python} d["a`b"]`', ['d["a']),  # the code span ends at the second backtick
        ('``{python} d["a`b"]``', ['d["a`b"]']),
        ("`{python}\nx` broken over lines", ["x"]),
        ("`{python} a` and `{python} b`", ["a", "b"]),
        ("`` `{python} x` `` shows the syntax", []),
        ("`x` is code, {python} x is prose", []),
        (r"\`{python} x\`", []),
        ("`{python} x", []),
        ("the mark `{python}` alone", []),
        ("`{python} a`\n\nnew paragraph `{python} b`", ["a", "b"]),
    ],
)
def test_inline_values(text: str, found: list[str]) -> None:
    assert values(text) == found


@pytest.mark.parametrize("span", ["`{pyhton} x`", "`{Python} x`", "`{ python} x`", "`{py} x`"])
def test_a_misspelt_inline_value_is_found(span: str) -> None:
    source = page(f"see {span}\n")
    assert [(str(problem.location), problem.code) for problem in source.problems] == [("page.md:1:5", "L204")]


@pytest.mark.parametrize("span", ["`{x} in set notation`", "`{example}`", "`f'{python}'`", '`{"a": 1}`'])
def test_other_braces_in_code_are_left_alone(span: str) -> None:
    assert page(span).problems == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$x$", ["x"]),
        ("$x$, $y$.", ["x", "y"]),
        ("a $x\n+ y$ b", ["x\n+ y"]),  # a formula may cross lines
        ("$$\nx\n+ y\n$$", ["x\n+ y"]),
        ("so\n$$ x $$\nand", ["x"]),
        (r"costs \$5, or \$6", []),
        (r"$\text{\$5}$", [r"\text{\$5}"]),
        ("`$x$` and ``$`$``", []),
        (r"$a_b * c_d < |e| \| f$", [r"a_b * c_d < |e| \| f"]),
        ("<!-- $x$ --> $y$", ["y"]),
        ("> $$\n> x\n> > y\n> $$", ["x\n > y"]),  # only the quotation's own mark is dropped
        ("> > $a\n> > + b$", ["a\n + b"]),
        ("$x$\n\n$y$", ["x", "y"]),
    ],
)
def test_formulas(text: str, found: list[str]) -> None:
    assert formulas(text) == found
    assert page(text).problems == []


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("it costs $5", [10]),
        ("from $5 to $6", [6, 12]),
        ("pay $5-$6", [5, 8]),
        ("$ x $", [1, 5]),
        ("$x $", [1, 4]),
        ("$x\n\ny$", [1, 2]),  # a formula does not cross paragraphs
    ],
)
def test_a_dollar_that_opens_nothing(text: str, columns: list[int]) -> None:
    problems = page(text).problems
    assert {problem.code for problem in problems} == {"L303"}
    assert [problem.location.column for problem in problems] == columns


def test_display_and_inline_are_told_apart() -> None:
    assert [formula.display for formula in page("$$x$$ and $y$").of(Formula)] == [True, False]


def test_a_comment_over_paragraphs_hides_all_it_holds() -> None:
    text = "<!-- later:\n\n```{python}\n1 / 0\n```\n\n/// question | Q\n\n$5\n\n--> then $x$\n"
    source = page(text)
    assert [type(part) for part in source.parts] == [Code, Formula]
    assert source.problems == []


def test_an_unclosed_comment_hides_nothing() -> None:
    assert formulas("<!-- never closed\n\n$x$\n") == ["x"]


# Blocks and headings --------------------------------------------------------------------------------------


def test_a_block_has_name_title_options_and_body() -> None:
    source = page("/// question | What is $x$?\n    id: what-x\n    level: 2\n\nBody `{python} y`\n///\n")
    (block,) = source.of(Block)
    assert (block.name, block.title, block.depth) == ("question", "What is $x$?", 0)
    assert [(key, value, source.location(at).line) for key, value, at in block.options] == [
        ("id", "what-x", 2),
        ("level", "2", 3),
    ]
    assert source.text[block.body.start : block.body.end] == "\nBody `{python} y`\n"
    assert source.text[: block.end].endswith("///")
    assert [formula.tex for formula in source.of(Formula)] == ["x"]
    assert source.location(source.of(Formula)[0].start).column == len("/// question | What is ") + 1


def test_options_end_where_a_line_is_no_option() -> None:
    source = page("/// question | Q\n    id: a\n\n    note: this is indented code\n///\n")
    assert [key for key, _, _ in source.of(Block)[0].options] == ["id"]
    assert source.problems == []


def test_an_indented_line_under_the_options_must_be_one() -> None:
    # pymdownx.blocks would take it for an option, fail to parse it and publish the block as prose.
    assert codes(page("/// solution\n    indented code\n\nbody\n///\n")) == [("L103", 2)]
    assert codes(page("/// question | Q\n    id: a\n    more\n///\n")) == [("L103", 3)]


def test_a_block_needs_no_blank_lines_around_it() -> None:
    source = page("text\n/// question | Q\n    id: a\nbody\n///\nmore $x$\n")
    (block,) = source.of(Block)
    assert source.text[block.body.start : block.body.end] == "body\n"
    assert [formula.tex for formula in source.of(Formula)] == ["x"]


def test_longer_slashes_nest() -> None:
    blocks = page("//// question | A\n/// question | B\nb\n///\n////\n").of(Block)
    assert [(block.title, block.depth) for block in blocks] == [("A", 0), ("B", 1)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/// question | Q\nbody\n", [("L102", 1)]),
        ("body\n///\n", [("L102", 2)]),
        ("//// question | Q\nbody\n///\n", [("L102", 3)]),
        ("//// question | Q\n/// question | R\nbody\n////\n", [("L102", 2)]),
        ("/// question | Q\nbody\n///\u00a0\n", [("L102", 3)]),
        ("/// question | A\n\n/// question | B\n///\n", [("L102", 1)]),
        ("/// question | Q\nbody\n/// end\n", [("L102", 1), ("L102", 3)]),
    ],
)
def test_slashes_that_do_not_match(text: str, found: list[tuple[str, int]]) -> None:
    assert sorted(codes(page(text))) == sorted(found)


@pytest.mark.parametrize(
    "text",
    [
        "- item\n\n    /// question | Q\n",
        "- /// question | Q\n",
        "2. /// question | Q\n",
        "> /// question | Q\n",
        "> - /// solution\n",
    ],
)
def test_a_block_off_the_left_margin(text: str) -> None:
    assert [code for code, _ in codes(page(text))] == ["L110"]


@pytest.mark.parametrize("line", ["// question | Q", "//question|Q", "/ question | Q"])
def test_a_block_with_too_few_slashes(line: str) -> None:
    assert codes(page(line)) == [("L101", 1)]


@pytest.mark.parametrize("line", ["// a comment", "/usr/bin | a path", "and/or | both", "https://example.org"])
def test_slashes_in_prose_are_left_alone(line: str) -> None:
    assert page(line).problems == []


@pytest.mark.parametrize(
    ("text", "level", "words"),
    [
        ("## Two words ##\n", 2, "Two words"),
        ("#Title\n", 1, "Title"),
        ("Title\n=====\n", 1, "Title"),
        ("Title\n---\n", 2, "Title"),
    ],
)
def test_headings(text: str, level: int, words: str) -> None:
    (heading,) = page("text\n\n" + text + "\nmore\n").of(Heading)
    assert (heading.level, heading.text) == (level, words)


@pytest.mark.parametrize("text", ["one\ntwo\n---\n", "---\n", "| a |\n|---|\n", "- item\n\n---\n"])
def test_lines_that_are_no_heading(text: str) -> None:
    assert page(text).of(Heading) == []


# The file -------------------------------------------------------------------------------------------------

FILE = "---\ntitle: T\n---\n\n\ntext $x$\n\n  a $y$\n"


@pytest.mark.parametrize(
    "text",
    [
        FILE,
        "\ufeff" + FILE,
        FILE.replace("\n", "\r\n"),
        "\ufeff" + FILE.replace("\n", "\r\n"),
        FILE.replace("\n", "\r"),
    ],
    ids=["plain", "mark", "crlf", "mark and crlf", "cr"],
)
def test_locations_count_from_the_top_of_the_file(text: str) -> None:
    source = read("docs/page.md", text)
    places = [str(source.location(formula.start)) for formula in source.of(Formula)]
    assert places == ["docs/page.md:6:6", "docs/page.md:8:5"]


@pytest.mark.parametrize(
    ("text", "yaml", "body", "lines"),
    [
        ("---\na: 1\n---\nbody\n", "a: 1\n", "body\n", 3),
        ("---\na: 1\n---\n\n\nbody\n", "a: 1\n", "body\n", 5),
        ("---\na: 1\n...\nbody\n", "a: 1\n", "body\n", 3),
        ("---\n---\nbody\n", "", "body\n", 2),
        ("body\n", "", "body\n", 0),
        ("\n\nbody\n", "", "body\n", 2),
        ("--- \na: '---'\n---\t\nbody\n\n---\n", "a: '---'\n", "body\n\n---\n", 3),
        ("body\n---\na: 1\n---\n", "", "body\n---\na: 1\n---\n", 0),
        ("---\na: 1\n", "", "---\na: 1\n", 0),  # never closed: all is body
    ],
)
def test_front_matter_is_split_off(text: str, yaml: str, body: str, lines: int) -> None:
    assert split_front_matter(text) == (yaml, body, lines)


def test_tabs_are_spaces() -> None:
    assert normalize("-\titem\r\n\tx") == "-   item\n    x"


MARKS = ["word", "x", "$", "$$", "`", "``", "\\", "```", "~~~", "///", "////", "<!--", "-->", "===", "|"]
LINES = [
    "\n",
    "\n\n",
    "    ",
    "> ",
    "- ",
    "# ",
    "{python} y",
    "```{python}\n",
    "````{example}\n",
    "#| code: x\n",
]
PIECES = st.sampled_from([*MARKS, *LINES, "/// question | ", "    id: a\n"])


@settings(deadline=None)  # the machine may be busy
@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_text_scans_to_parts_that_lie_in_it_in_order(text: str) -> None:
    source = scan("page.md", text)
    for part in source.parts:
        assert 0 <= part.start <= part.end <= len(text)
    assert [part.start for part in source.parts] == sorted(part.start for part in source.parts)
    replaced = sorted((p.start, p.end) for p in source.parts if isinstance(p, Snippet | Value | Formula | Code))
    for (_, end), (start, _) in itertools.pairwise(replaced):
        assert end <= start, "two parts share characters: one would be spliced into the other"
    for problem in source.problems:
        assert 1 <= problem.location.line <= text.count("\n") + 1
