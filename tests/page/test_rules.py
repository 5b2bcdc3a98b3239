"""Every rule: a page that breaks it gives exactly that problem, and its mended counterpart none.

To add a case: the wrong page, where and what the message is, the page put right. Lines count in the body.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lessons.page import front_matter
from lessons.page.imports import allowed
from lessons.problem import CODES, Problem

Check = Callable[[str], list[Problem]]
LINES_OF_HEAD = 6  # the front matter that the fixture `check` puts above a page without one


@dataclass(frozen=True)
class Case:
    code: str
    name: str
    wrong: str
    line: int
    column: int
    message: str
    repair: str
    right: str


QUESTION = "/// question | Why?\n    id: why\n\nBecause.\n///\n"
EXERCISE = "/// exercise | Do it\n    id: do-it\n\nHow?\n///\n"
SOLUTION = "/// solution\nSo.\n///\n"
BLOCKS = "use one of: answer, exercise, flashcard, hint, in-depth, question, solution, variants"
KEYS = f"use one of: {', '.join(sorted(front_matter.KEYS))}"
FENCE = "```{python}\n%s\n```\n"
QUANTITY = "from lessons.maths.derivation import Quantity\n"
WRAP = "wrap a number: Quantity(x, unit='nats', digits=3) from lessons.maths.derivation"
FINITE = "look at the parameters above it: no lesson shows nan or infinity as a result"
RUN = "run the page's snippets from the top in Python to see the whole traceback"
COMPUTE = "compute it in a snippet and write its name: `{python} name`"
DOLLAR = "close the formula with a second $ that follows a character, or write \\$ for the sign itself"
MARGIN = "start it at the left margin, after the list or quotation; show its syntax in a code fence"
ADD_ID = "add a line `    id: a-short-name` under the opening line; anchors and cards keep it for ever"
HTML = "write Markdown; for the sign itself, write it in code: `<`"
LIST = "an attribute list may hold an id: { #short-name }"
GIVE = "a page may not give the id {!r}"
GIVEN_ID = "use letters, digits and hyphens, a letter first: { #short-name }"
ASKED = "the id {!r} is a name that the site's scripts ask for"
OTHER_ID = "choose another: { #short-name }"
CLASS = "a page may not give the class {!r}"
NO_CLASS = "leave it out; a link may have md-button and md-button--primary"
HEADING = "give the heading another: ## Words { #short-name }"
ALONE = "write the language alone: ```python"
IMPORTS = "a page may import lessons, numpy and matplotlib; propose others in pyproject.toml"
ID = "use small letters, digits and single hyphens, a letter first: "

CASES = [
    # The head of the page. These are whole files.
    Case(
        "L001",
        "no title",
        "---\ndescription: D\n---\nText.\n",
        1,
        1,
        "the page has no title",
        "begin the file with ---, a line `title: …`, and ---",
        "---\ntitle: T\ndescription: D\n---\nText.\n",
    ),
    Case(
        "L001",
        "empty description",
        "---\ntitle: T\ndescription:\n---\nText.\n",
        1,
        1,
        "the page has no description",
        "begin the file with ---, a line `description: …`, and ---",
        "---\ntitle: T\ndescription: D\n---\nText.\n",
    ),
    Case(
        "L002",
        "a colon in a bare title",
        "---\ndescription: D\ntitle: Lesson: one\n---\nText.\n",
        3,
        1,
        "the front matter does not parse: mapping values are not allowed here",
        "quote the value",
        "---\ndescription: D\ntitle: 'Lesson: one'\n---\nText.\n",
    ),
    Case(
        "L002",
        "unknown key",
        "---\ntitle: T\ndescription: D\ndescripton: D\n---\nText.\n",
        4,
        1,
        "unknown front-matter key 'descripton'",
        f"did you mean 'description'? {KEYS}",
        "---\ntitle: T\ndescription: D\nhide: [toc]\n---\nText.\n",
    ),
    Case(
        "L002",
        "a template",
        "---\ntitle: T\ndescription: D\ntemplate: redirect.html\n---\nText.\n",
        4,
        1,
        "unknown front-matter key 'template'",
        KEYS,
        "---\ntitle: T\ndescription: D\n---\nText.\n",
    ),
    Case(
        "L002",
        "hidden parts that are none",
        "---\ntitle: T\ndescription: D\nhide: 5\n---\nText.\n",
        4,
        1,
        "the value of 'hide' is not understood",
        "write a list, such as `hide: [toc]`, of footer, navigation, path, toc",
        "---\ntitle: T\ndescription: D\nhide: [toc, footer]\n---\nText.\n",
    ),
    Case(
        "L002",
        "a search that is none",
        "---\ntitle: T\ndescription: D\nsearch: {boost: .nan}\n---\nText.\n",
        4,
        1,
        "the value of 'search' is not understood",
        "write `search: {exclude: true}` or `search: {boost: 2}`",
        "---\ntitle: T\ndescription: D\nsearch: {boost: 2}\n---\nText.\n",
    ),
    Case(
        "L002",
        "a list",
        "---\n- title\n---\nText.\n",
        2,
        1,
        "the front matter is not a list of `key: value` lines",
        "",
        "---\ntitle: T\ndescription: D\n---\nText.\n",
    ),
    Case(
        "L003",
        "a tag in the title",
        "---\ntitle: x</title><script>alert(1)</script>\ndescription: D\n---\nText.\n",
        2,
        1,
        "the title holds markup",
        "write it as plain words, without < or >",
        "---\ntitle: x, title & script\ndescription: D\n---\nText.\n",
    ),
    Case(
        "L003",
        "an entity in the description",
        "---\ntitle: T\ndescription: a &lt; b\n---\nText.\n",
        3,
        1,
        "the description holds markup",
        "write it as plain words, without < or >",
        "---\ntitle: T\ndescription: AT&T, a less than b\n---\nText.\n",
    ),
    # Blocks.
    Case(
        "L101",
        "misspelt name",
        QUESTION.replace("question", "qestion"),
        1,
        1,
        "there is no block 'qestion'",
        f"did you mean 'question'? {BLOCKS}",
        QUESTION,
    ),
    Case(
        "L101",
        "capital letter",
        QUESTION.replace("question", "Question"),
        1,
        1,
        "there is no block 'Question'",
        f"did you mean 'question'? {BLOCKS}",
        QUESTION,
    ),
    Case("L101", "a stranger", "/// zzz\nBody.\n///\n", 1, 1, "there is no block 'zzz'", BLOCKS, "zzz\n"),
    Case(
        "L101",
        "two slashes",
        QUESTION.replace("///", "//"),
        1,
        1,
        "a block that opens with too few slashes",
        "write it with three: /// question | …",
        QUESTION,
    ),
    Case(
        "L102",
        "never closed",
        "/// question | Why?\n    id: why\n\nBecause.\n",
        1,
        1,
        "the question block is never closed",
        "end it with a line that holds only ///",
        QUESTION,
    ),
    Case(
        "L102",
        "never opened",
        "Text.\n///\n",
        2,
        1,
        "this line closes a block that was never opened",
        "remove it, or open a block above it: /// question | What …?",
        "Text.\n",
    ),
    Case(
        "L103",
        "misspelt option",
        QUESTION.replace("    id: why\n", "    id: why\n    lable: x\n"),
        3,
        5,
        "question has the unknown option 'lable'",
        "use one of: id",
        QUESTION,
    ),
    Case(
        "L103",
        "a block that takes none",
        EXERCISE + SOLUTION.replace("So.", "    id: so\n\nSo."),
        7,
        5,
        "solution has the unknown option 'id'",
        "a solution takes no options",
        EXERCISE + SOLUTION,
    ),
    Case(
        "L103",
        "indented text where options stand",
        EXERCISE + SOLUTION.replace("So.", "    indented code\n\nSo."),
        7,
        1,
        "an indented line under the opening line must be an option",
        "write `key: value`, or leave a blank line before a body that starts with indented text",
        EXERCISE + SOLUTION.replace("So.", "\n    indented code\n\nSo."),
    ),
    Case(
        "L104",
        "no id",
        "/// flashcard | Why?\nBecause.\n///\n",
        1,
        1,
        "this flashcard has no id",
        ADD_ID,
        "/// flashcard | Why?\n    id: why\n\nBecause.\n///\n",
    ),
    Case(
        "L104",
        "a blank line before the id",
        "/// question | Why?\n\n    id: why\n\nBecause.\n///\n",
        3,
        5,
        "the id of this question stands where no option is read",
        "write it right under the opening line, after four spaces: `    id: why`",
        QUESTION,
    ),
    Case(
        "L104",
        "empty id",
        QUESTION.replace("id: why", "id:"),
        1,
        1,
        "this question has no id",
        ADD_ID,
        QUESTION,
    ),
    Case(
        "L104",
        "capitals and blanks",
        QUESTION.replace("id: why", "id: Why is_it"),
        2,
        5,
        "the id 'Why is_it' is malformed",
        ID + "why-is-it",
        QUESTION.replace("id: why", "id: why-is-it"),
    ),
    Case(
        "L104",
        "a digit first",
        QUESTION.replace("id: why", "id: 2-kl"),
        2,
        5,
        "the id '2-kl' is malformed",
        ID + "kl-2",
        QUESTION.replace("id: why", "id: kl-2"),
    ),
    Case(
        "L104",
        "a word of YAML's own",
        QUESTION.replace("id: why", "id: yes"),
        2,
        5,
        "the id 'yes' is malformed",
        "YAML reads this word as a truth value or as nothing: choose another, is-yes",
        QUESTION.replace("id: why", "id: yes-no"),
    ),
    Case(
        "L105",
        "twice on a page",
        QUESTION + "\n" + QUESTION,
        8,
        5,
        "the id 'why' is used twice",
        "choose another: it first stands at line 8",
        QUESTION + "\n" + QUESTION.replace("id: why", "id: why-again"),
    ),
    Case(
        "L106",
        "no answer",
        "/// question | Why?\n    id: why\n\n///\n",
        1,
        1,
        "this question has no answer",
        "write the answer between the options and the closing line",
        QUESTION,
    ),
    Case(
        "L106",
        "no back",
        "/// flashcard | Why?\n    id: why\n///\n",
        1,
        1,
        "this flashcard has no back",
        "write the back between the options and the closing line",
        "/// flashcard | Why?\n    id: why\n\nBecause.\n///\n",
    ),
    Case(
        "L106",
        "no worked answer",
        EXERCISE + "/// solution\n///\n",
        6,
        1,
        "this solution has no worked answer",
        "write the worked answer between the options and the closing line",
        EXERCISE + SOLUTION,
    ),
    Case(
        "L107",
        "no title",
        "/// question\n    id: why\n\nBecause.\n///\n",
        1,
        1,
        "this question has no title",
        "write it on the opening line: /// question | …",
        QUESTION,
    ),
    Case(
        "L107",
        "a bar and no title",
        "/// question |\n    id: why\n\nBecause.\n///\n",
        1,
        1,
        "this question has no title",
        "write it on the opening line: /// question | …",
        QUESTION,
    ),
    Case(
        "L107",
        "a title where none belongs",
        EXERCISE + SOLUTION.replace("solution", "solution | Look"),
        6,
        1,
        "a solution takes no title",
        "write only `/// solution` and move the words into its body",
        EXERCISE + SOLUTION,
    ),
    Case(
        "L108",
        "no solution",
        EXERCISE,
        1,
        1,
        "this exercise has no solution",
        "put a `/// solution` block right below it",
        EXERCISE + SOLUTION,
    ),
    Case(
        "L108",
        "text between",
        EXERCISE + "\nText.\n\n" + SOLUTION,
        1,
        1,
        "this exercise has no solution",
        "put a `/// solution` block right below it",
        EXERCISE + "\n\n" + SOLUTION + "\nText.\n",
    ),
    Case(
        "L108",
        "a solution alone",
        QUESTION + SOLUTION,
        6,
        1,
        "this solution has no exercise",
        "put it right below its exercise",
        QUESTION + EXERCISE + SOLUTION,
    ),
    Case(
        "L109",
        "never closed",
        "Text.\n\n```python\nx = 1\n",
        3,
        1,
        "this code fence is never closed",
        "end it with a line that holds only ```, indented as the opening line is",
        "Text.\n\n```python\nx = 1\n```\n",
    ),
    Case(
        "L110",
        "in a block",
        "//// in-depth | More\n    id: more\n\n" + QUESTION + "////\n",
        4,
        1,
        "this question stands inside another block",
        "blocks stand one after another: close the first before this one opens",
        "//// in-depth | More\n    id: more\n\nText.\n////\n\n" + QUESTION,
    ),
    Case(
        "L110",
        "in a list",
        "- item\n\n    /// question | Why?\n        id: why\n\n    Because.\n    ///\n",
        3,
        1,
        "a block inside a list, a quotation or indented code",
        MARGIN,
        "- item\n\n" + QUESTION,
    ),
    # What no page may hold.
    Case(
        "L007",
        "in code",
        "a `b\u202ec`\n",
        1,
        5,
        "code holds the invisible sign U+202E, which turns the reading direction",
        "delete it",
        "\u05d0 \u200f`bc`\n",
    ),
    Case(
        "L116",
        "TeX between brackets",
        "So \\(x\\) is.\n",
        1,
        4,
        r"TeX between \( and \), which no page here has",
        "write it between dollar signs: `$…$`",
        "So $x$ is, (x) and \\[x\\].\n",
    ),
    Case(
        "L117",
        "no blank line above it",
        "It puts out:\n- a mean\n",
        2,
        1,
        "a list without a blank line above it",
        "put a blank line above it; no sentence begins so",
        "It puts out:\n\n- a mean\n",
    ),
    Case(
        "L117",
        "two spaces",
        "- a\n  - b\n",
        2,
        3,
        "an item indented by 2",
        "indent it by 4 spaces to put it under the item above, or not at all",
        "- a\n    - b\n- c\n",
    ),
    Case(
        "L118",
        "in a fence",
        "```make\nall:\n\tlessons\n```\n",
        3,
        1,
        "a tab in code, which would be spaces on the page",
        r"write spaces; in a string `\t`; in a Makefile `.RECIPEPREFIX := >` and a > for each",
        "```make\n.RECIPEPREFIX := >\nall:\n> lessons\n```\n",
    ),
    Case("L112", "a tag", "a <b>\n", 1, 3, "raw HTML: <b", HTML, "a **b**, `<b>`, 1 < 2, <https://example.org>\n"),
    Case("L112", "a closing tag", "a </b\n", 1, 3, "raw HTML: </b", HTML, "a / b\n"),
    Case("L112", "a comment that never ends", "a <!-- b\n", 1, 3, "raw HTML: <!", HTML, "a <!-- b <i> -->\n"),
    Case(
        "L113",
        "a handler",
        "*a*{: onclick=b }\n",
        1,
        4,
        "attributes of HTML: {: onclick=b }",
        LIST,
        "*a*{: #c } and {d}, {}\n",
    ),
    *(
        Case("L115", name, wrong, line, column, message, repair, right)
        for name, wrong, line, column, message, repair, right in (
            (
                "a name of the theme's",
                "*a*{ #__config }\n",
                1,
                4,
                GIVE.format("__config"),
                GIVEN_ID,
                "*a*{ #config }\n",
            ),
            (
                "a variable of its scripts",
                "*a*{ #mermaid }\n",
                1,
                4,
                ASKED.format("mermaid"),
                OTHER_ID,
                "*a*{ #siren }\n",
            ),
            (
                "a class",
                "*a*{: .annotate }\n",
                1,
                4,
                CLASS.format("annotate"),
                NO_CLASS,
                "[a](https://a.org){ .md-button }\n",
            ),
            ("a heading", "# A\n\n## `__config`\n", 3, 1, GIVE.format("__config"), HEADING, "## `__c` { #settings }\n"),
            (
                "a fence's id",
                "``` { .text #b }\n{}\n```\n",
                1,
                1,
                "a fence may not give the id 'b'",
                ALONE,
                "```text\n{}\n```\n",
            ),
            (
                "a fence's class",
                "```text { .b }\n{}\n```\n",
                1,
                1,
                "a fence may not give the class 'b'",
                ALONE,
                "``` { .text title='b' }\n```\n",
            ),
        )
    ),
    Case(
        "L114",
        "two headings",
        "# A { #b }\n\n## C { #b }\n",
        3,
        1,
        "the heading id 'b' is used twice",
        "give one of them another: ## Words { #another-id }",
        "# A { #b }\n\n## B\n\n## C { #c }\n",
    ),
    Case(
        "L208",
        "what only developers have",
        FENCE % "import os.path, hypothesis.strategies",
        2,
        1,
        "the snippet imports 'hypothesis', which is not in requirements.txt",
        IMPORTS,
        FENCE % "import os.path, numpy\nfrom lessons.maths import worked\nfrom yaml import *",
    ),
    # Values.
    Case(
        "L201",
        "a snippet raises",
        FENCE % "x = 1\nx / 0",
        3,
        1,
        "ZeroDivisionError: division by zero",
        RUN,
        FENCE % "x = 1\nx / 1;",
    ),
    Case(
        "L201",
        "an unknown name",
        FENCE % "mean = 1" + "\nIt is `{python} maen`.\n",
        5,
        17,
        "NameError: name 'maen' is not defined",
        "did you mean 'mean'? use one of: mean",
        FENCE % "mean = 1" + "\nIt is `{python} mean`.\n",
    ),
    Case(
        "L202",
        "a bare number",
        FENCE % "x = 1 / 3" + "\nIt is `{python} x`.\n",
        5,
        17,
        "a bare float does not know its unit, digits and relation",
        WRAP,
        FENCE % f"{QUANTITY}x = Quantity(1 / 3)" + "\nIt is `{python} x`.\n",
    ),
    Case(
        "L203",
        "infinity",
        FENCE % "float('inf')",
        1,
        1,
        "the value is inf",
        FINITE,
        FENCE % "str(float('inf'))",
    ),
    Case(
        "L203",
        "a quantity that is none",
        FENCE % f"{QUANTITY}Quantity(float('nan'))",
        3,
        1,
        "a shown value must be finite, got nan",
        FINITE,
        FENCE % f"{QUANTITY}Quantity(0.5)",
    ),
    Case(
        "L204",
        "misspelt option",
        FENCE % "#| cod: hidden\n'x'",
        1,
        1,
        "snippet has the unknown option 'cod'",
        "did you mean 'code'? use one of: code",
        FENCE % "#| code: hidden\n'x'",
    ),
    Case(
        "L204",
        "an option below the code",
        FENCE % "'x'\n#| code: hidden",
        3,
        1,
        "this #| line sets nothing",
        "write `#| key: value` above the first line of code",
        FENCE % "#| code: hidden\n'x'",
    ),
    Case(
        "L204",
        "misspelt language",
        "```{pyhton}\n'x'\n```\n",
        1,
        1,
        "no snippet can run '{pyhton}'",
        "write ```{python} to run the code, or ```python to show it only",
        FENCE % "'x'",
    ),
    Case(
        "L204",
        "misspelt language of an inline value",
        FENCE % "x = 1" + "\nIt is `{pyhton} x`.\n",
        5,
        7,
        "no value can be computed by '{pyhton}'",
        "write `{python} name`",
        FENCE % "x = 1" + "\nIt is `{python} x`.\n",
    ),
    # Mathematics.
    Case(
        "L301",
        "an unknown command",
        "So $\\nosuch$.\n",
        1,
        4,
        "KaTeX refuses this formula: Undefined control sequence: \\nosuch at position 1: \\nosuch",
        "mend the TeX",
        "So $\\sigma$.\n",
    ),
    Case(
        "L302",
        "in a heading",
        "## The term $x$\n",
        1,
        13,
        "mathematics in a heading",
        "say it in words",
        "## The term x\n\n$x$\n",
    ),
    Case(
        "L302",
        "in an underlined heading",
        "A page on $x$\n===\n",
        1,
        11,
        "mathematics in a heading",
        "say it in words",
        "A page on x\n===\n\n$x$ and\n\n---\n",
    ),
    Case(
        "L302",
        "in the title of an exercise",
        EXERCISE.replace("Do it", "Find $x$") + SOLUTION,
        1,
        21,
        "mathematics in a heading",
        "say it in words",
        EXERCISE.replace("How?", "Find $x$") + SOLUTION + QUESTION.replace("Why?", "Is it $x$?"),
    ),
    Case(
        "L303",
        "a price",
        "It costs $5.\n",
        1,
        10,
        "a $ that opens no formula",
        DOLLAR,
        "It costs \\$5.\n",
    ),
    # Results.
    Case(
        "L401",
        "in an answer",
        QUESTION.replace("Because", "It is about 0.318"),
        4,
        13,
        "the figure 0.318 is typed by hand",
        COMPUTE,
        QUESTION.replace("Because", "It is about 0.3"),
    ),
    Case(
        "L401",
        "behind a TeX command",
        QUESTION.replace("Because", "$x \\approx1.25$"),
        4,
        11,
        "the figure 1.25 is typed by hand",
        COMPUTE,
        QUESTION.replace("Because", "$x_1 \\approx 1$"),
    ),
    Case(
        "L401",
        "on the front of a card",
        "/// flashcard | Is it −0.25?\n    id: why\n\nYes.\n///\n",
        1,
        23,
        "the figure −0.25 is typed by hand",
        COMPUTE,
        QUESTION.replace("Why?", "Is it −0.25?"),  # a question may state what it asks about
    ),
]


def identify(case: Case) -> str:
    return f"{case.code}: {case.name}"


@pytest.mark.parametrize("case", CASES, ids=identify)
def test_a_wrong_page_gives_exactly_its_problem(case: Case, check: Check) -> None:
    (found,) = check(case.wrong)
    assert (found.code, found.message, found.repair) == (case.code, case.message, case.repair)
    above = 0 if case.wrong.startswith("---") else LINES_OF_HEAD
    assert (found.location.line - above, found.location.column) == (case.line, case.column)


@pytest.mark.parametrize("case", CASES, ids=identify)
def test_the_page_put_right_has_none(case: Case, check: Check) -> None:
    assert check(case.right) == []


# Codes that no rule over a page's text gives, and the file that has their cases.
ELSEWHERE = {
    "L004": "corpus/test_structure.py",
    "L005": "corpus/test_text.py",
    "L006": "corpus/test_text.py",
    "L008": "corpus/test_structure.py",
    "L009": "corpus/test_files.py",
    "L010": "corpus/test_files.py",
    "L011": "page/test_checks.py",
    "L012": "page/test_config.py",
    "L013": "page/test_published.py",
    "L014": "page/test_published.py",
    "L015": "test_bounds.py",
    "L111": "page/test_extension.py",
    "L016": "publish/test_scripts.py",
    "L402": "page/test_asking.py",
    "L403": "page/test_grids.py",
    "L304": "page/test_tables.py",
    "L305": "publish/test_pdf.py",
    "L119": "page/test_slips.py",
    "L120": "page/test_slips.py",
    "L121": "page/test_slips.py",
    "L122": "page/test_glossary.py",
    "L205": "page/test_execute.py",
    "L206": "page/test_execute.py",
    "L207": "page/test_execute.py",
    "L209": "hostile/programs/fork-bomb.py",
    "L501": "notebook/test_execute.py",
    "L502": "notebook/test_execute.py",
    "L503": "notebook/test_execute.py",
    "L504": "page/test_snippet.py",
    "L505": "hostile/programs/fork-bomb.py",
    "L506": "notebook/test_allowed.py",
    "L507": "notebook/test_source.py",
    "L508": "corpus/test_notebooks.py",
    "L509": "corpus/test_notebooks.py",
    "L211": "page/test_markup.py",
    "L601": "page/test_links.py",
    "L602": "page/test_links.py",
    "L603": "page/test_links.py",
    "L604": "page/test_links.py",
    "L605": "page/test_links.py",
    "L510": "page/test_alone.py",
    "L511": "notebook/test_outcome.py",
    "L701": "authoring/test_ready.py",
    "L702": "corpus/test_structure.py",
}


def test_every_code_has_a_case() -> None:
    here = {case.code for case in CASES}
    assert here | set(ELSEWHERE) == set(CODES)
    assert here & set(ELSEWHERE) == set()


@pytest.mark.parametrize("code", ELSEWHERE)
def test_the_case_of_a_code_that_is_elsewhere_is_there(code: str) -> None:
    file = Path(__file__).parents[1] / ELSEWHERE[code]
    assert code in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("json", True),
        ("__future__", True),
        ("lessons", True),
        ("numpy", True),
        ("yaml", True),  # PyYAML
        ("dateutil", True),  # python-dateutil
        ("sklearn", True),  # scikit-learn
        ("nosuchmodule", True),  # the snippet says so itself
        ("hypothesis", False),
        ("pytest", False),
        ("_pytest", False),
        ("__main__", False),
    ],
)
def test_what_a_page_may_import(name: str, may: bool) -> None:
    lock = frozenset({"numpy", "pyyaml", "python-dateutil", "scikit-learn"})
    assert allowed(name, lock) is may


def test_the_lock_is_that_of_the_project(check: Check, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("hypothesis==1 \\\n    --hash=sha256:0\n# numpy==1\n")
    monkeypatch.chdir(tmp_path)
    assert check(FENCE % "import hypothesis") == []
    assert [problem.code for problem in check(FENCE % "import numpy")] == ["L208"]


def test_each_import_of_a_page_is_told_where_it_stands(check: Check) -> None:
    text = "> " + (FENCE % "def f():\n    import pytest, json\n    from . import x\n    from ruff.a import b").replace(
        "\n", "\n> "
    )
    assert [(str(p.location).rpartition("page.md:")[2], p.message.split("'")[1]) for p in check(text)] == [
        ("9:7", "pytest"),
        ("11:7", "ruff"),
    ]


# What a typed figure is, and is not -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "0.318",
        "≈0.318",
        "=0.318",
        "(0.318)",
        "$0.318$",
        "−0.318",
        "-0.318",
        "+1.25",
        ".25",
        "0.318.",
        "10.00 nats",
        "| 0.25 |",
    ],
)
def test_figures_that_were_computed_somewhere(text: str, check: Check) -> None:
    assert [problem.code for problem in check(QUESTION.replace("Because.", f"So {text}"))] == ["L401"]


@pytest.mark.parametrize(
    "text",
    [
        "0.5",
        "12",
        "version 1.26.4",
        "`0.318`",
        "[a paper](https://doi.org/10.1145/0.318)",
        "<https://example.org/1.25>",
        "arXiv:1312.6114",
        "v0.25b",
        "<!-- 0.318 -->",
        "```text\n0.318\n```",
        "```{python}\n#| code: hidden\nx = 0.318\n```",
    ],
)
def test_figures_that_are_none(text: str, check: Check) -> None:
    assert check(QUESTION.replace("Because.", f"So\n\n{text}")) == []


def test_figures_may_be_typed_in_prose_and_tasks(check: Check) -> None:
    assert check("Prose says 0.318.\n\n" + EXERCISE.replace("How?", "Take 1.25.") + SOLUTION) == []


def test_each_figure_is_told(check: Check) -> None:
    problems = check("/// in-depth | More\n    id: more\n\n0.25 and\n0.75\n///\n")
    assert [problem.message for problem in problems] == [
        "the figure 0.25 is typed by hand",
        "the figure 0.75 is typed by hand",
    ]


@pytest.mark.parametrize("word", ["no", "on", "off", "true", "false", "null"])
def test_ids_that_yaml_reads_as_something_else(word: str, check: Check) -> None:
    assert [problem.code for problem in check(QUESTION.replace("id: why", f"id: {word}"))] == ["L104"]


@pytest.mark.parametrize("identifier", ["a", "kl", "why-log-variance", "kl-2", "x2y", "yes-no"])
def test_ids_that_are_well_formed(identifier: str, check: Check) -> None:
    assert check(QUESTION.replace("id: why", f"id: {identifier}")) == []


@pytest.mark.parametrize("identifier", ["-a", "a-", "a--b", "a_b", "A", "a.b", "ä", '"a"', "a # b"])
def test_ids_that_are_malformed(identifier: str, check: Check) -> None:
    assert [problem.code for problem in check(QUESTION.replace("id: why", f"id: {identifier}"))] == ["L104"]


def test_two_faults_of_one_block_are_both_told(check: Check) -> None:
    problems = check("/// question\n    lable: x\n\n///\n")
    assert [problem.code for problem in problems] == ["L104", "L106", "L107", "L103"]


def test_a_second_exercise_does_not_count_as_a_solution(check: Check) -> None:
    page = EXERCISE + EXERCISE.replace("do-it", "do-more") + SOLUTION
    assert [(problem.code, problem.location.line) for problem in check(page)] == [("L108", 7)]


@pytest.mark.parametrize(
    "text",
    [
        "by Eq. 2.13",
        "in section 3.12",
        "(§ 3.12)",
        "version 3.11",
        "Python 3.11",
        "arXiv:1312.6114",
        "Figure 2.10",
        "table 1.25",
    ],
)
def test_a_number_that_names_a_thing_is_no_result(check: Callable[[str], list[Problem]], text: str) -> None:
    assert check(QUESTION.replace("Because.", f"So {text}.")) == []


@pytest.mark.parametrize("text", ["0,318", "$0{,}318$", "0·318", "1e-3", "2.5E-4", "0.**318**"])
def test_a_result_is_seen_however_it_is_written(check: Callable[[str], list[Problem]], text: str) -> None:
    assert [one.code for one in check(QUESTION.replace("Because.", f"So {text} it is."))] == ["L401"]
