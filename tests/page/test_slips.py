"""What people do wrong who write their first lesson: one message, where it was made, and a repair that mends it.

To add a slip: the page, the message with its line and column, its repair, the page after the repair.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from lessons.page import checks, names

ABOVE = "---\ntitle: A page\ndescription: Words.\n---\n\n"  # a page about something else than its head


class Slip(NamedTuple):
    wrong: str
    told: str
    repair: str
    right: str


QUESTION = "/// question | Why?\n    id: why\n\nBecause.\n///\n"
OPTION = "write `    id: why`, with a space after the colon"
PLACED = "write it right under the opening line, after four spaces: `    id: why`"
STRAY = "L104 the id of this question stands where no option is read"
BAR = "write it with spaces and a bar: /// question | Why?"
TICKS = "end it with a line that holds only ```, indented as the opening line is"
HEAD = "---\ntitle: A page\ndescription: Words.\n---\n\nText.\n"
HYPHENS = "write three hyphens, ---, alone in the line above it and in the line below it"
NO_SIGNS = "write it in plain words and letters, such as σ and β: it is shown where nothing renders markup"
TITLES = "give the page one name, here and in the front matter; one of the two may say more"


def question(old: str, new: str) -> str:
    assert old in QUESTION
    return QUESTION.replace(old, new)


def head(old: str, new: str) -> str:
    assert old in HEAD
    return HEAD.replace(old, new, 1)


BLOCKS = {
    "id at the margin": Slip(question("    id", "id"), f"2:1: {STRAY}", PLACED, QUESTION),
    "id after two spaces": Slip(question("    id", "  id"), f"2:3: {STRAY}", PLACED, QUESTION),
    "id after three spaces": Slip(question("    id", "   id"), f"2:4: {STRAY}", PLACED, QUESTION),
    "id after no-break spaces": Slip(question("    id", "\u00a0" * 4 + "id"), f"2:5: {STRAY}", PLACED, QUESTION),
    "id below a blank line": Slip(question("    id", "\n    id"), f"3:5: {STRAY}", PLACED, QUESTION),
    "id at the margin, malformed": Slip(
        question("    id: why", "id: 2-betas"), f"2:1: {STRAY}", PLACED.replace("why", "betas-2"), QUESTION
    ),
    "id without a space": Slip(question("id: why", "id:why"), "2:5: L103 'id:why' is no option", OPTION, QUESTION),
    "id with an equals sign": Slip(
        question("id: why", "id = why"), "2:5: L103 'id = why' is no option", OPTION, QUESTION
    ),
    "id in capitals": Slip(
        question("id:", "ID:"), "2:5: L103 question has the unknown option 'ID'", "did you mean 'id'? use one of: id",
        QUESTION,
    ),
    "a colon for the bar": Slip(question(" |", ":"), "1:1: L107 this line opens no question", BAR, QUESTION),
    "a dash for the bar": Slip(
        question(" |", " –"), "1:1: L107 no bar stands between question and its title",
        "put a bar before it: /// question | Why?", QUESTION,
    ),
    "a no-break space after the slashes": Slip(
        question("/// ", "///\u00a0"), "1:1: L107 this line opens no question", BAR, QUESTION
    ),
    "a no-break space before the bar": Slip(
        question(" |", "\u00a0|"), "1:1: L107 this line opens no question", BAR, QUESTION
    ),
    "no kind": Slip(
        question("question ", ""), "1:1: L101 a block without its kind", "write what it is: /// question | Why?",
        QUESTION,
    ),
    "a no-break space after the last slashes": Slip(
        QUESTION[:-1] + "\u00a0\n", "5:1: L102 this closing line holds more than slashes",
        "write /// and nothing else: an invisible sign stands beside them", QUESTION,
    ),
    "never closed, others below": Slip(
        QUESTION[:-4] + "".join("\n" + question("why", name) for name in ("how", "who", "when")),
        "1:1: L102 the question block is never closed", "end it with a line that holds only ///",
        QUESTION + "".join("\n" + question("why", name) for name in ("how", "who", "when")),
    ),
    "an exercise never closed, its solution below": Slip(
        "/// exercise | Do it\n    id: do-it\n\nHow?\n\n/// solution\nSo.\n///\n",
        "1:1: L102 the exercise block is never closed", "end it with a line that holds only ///",
        "/// exercise | Do it\n    id: do-it\n\nHow?\n///\n\n/// solution\nSo.\n///\n",
    ),
}  # fmt: skip
CODE = {
    "a snippet never closed": Slip(
        "```{python}\nx = 1\n\nWords.\n\n```{python}\ny = x\n```\n\nIt is `{python} str(y + x)`.\n",
        "1:1: L109 this code fence is never closed", TICKS,
        "```{python}\nx = 1\n```\n\nWords.\n\n```{python}\ny = x\n```\n\nIt is `{python} str(y + x)`.\n",
    ),
    "code never closed": Slip(
        "```python\nx = 1\n\nWords.\n\n```{python}\ny = 2\n```\n\nIt is `{python} str(y)`.\n",
        "1:1: L109 this code fence is never closed", TICKS,
        "```python\nx = 1\n```\n\nWords.\n\n```{python}\ny = 2\n```\n\nIt is `{python} str(y)`.\n",
    ),
    "a snippet indented": Slip(
        "Text.\n\n    ```{python}\n    'hi'\n    ```\n", "3:5: L119 a code fence indented by 4",
        "begin it at the left margin", "Text.\n\n```{python}\n'hi'\n```\n\n- a\n\n    ```{python}\n    'hi'\n    ```\n",
    ),
    "code too deep in a list": Slip(
        "- a\n\n        ```python\n        x\n        ```\n", "3:9: L119 a code fence indented by 8",
        "indent it by 4 spaces to put it under the item above, or not at all",
        "- a\n\n    ```python\n    x\n    ```\n",
    ),
    "code that falls out of a list": Slip(
        "1. a\n\n   ```python\n   x\n   ```\n", "3:4: L117 a paragraph under an item, indented by 3",
        "indent it by 4 spaces to put it under the item above, or not at all",
        "1. a\n\n    ```python\n    x\n    ```\n",
    ),
}  # fmt: skip
HEADINGS = {
    "two titles": Slip(
        "# A page\n\nText.\n\n# More\n", "5:1: L120 a second heading of the first level: the title stands at line 6",
        "write `## More`", "# A page\n\nText.\n\n## More\n",
    ),
    "a level skipped": Slip(
        "# A page\n\n#### Deep\n", "3:1: L120 a heading of level 4 right below one of level 1", "write `## Deep`",
        "# A page\n\n## Deep\n\n### Deeper\n\n## Again\n",
    ),
    "a level skipped at the beginning": Slip(
        "### Deep\n", "1:1: L120 a heading of level 3 right below the title", "write `## Deep`", "## Deep\n"
    ),
    "a heading that is not the title": Slip(
        head("Text.", "# Another one"), "6:1: L120 the heading is not the title: 'A page'", TITLES,
        head("Text.", "# A page that says more"),
    ),
    "a value in a heading": Slip(
        "## The `{python} str(3)` ways\n", "1:8: L302 a value in a heading, whose link it would change",
        "say it in words, or give the heading an id that stays: ## Words { #short-name }",
        "## The three ways\n\n## The `{python} str(3)` ways { #ways }\n",
    ),
}  # fmt: skip
FRONT_MATTER = {
    "a formula in the title": Slip(
        head("A page", "The $\\sigma$ page"), "2:1: L003 the title holds markup", NO_SIGNS, head("A page", "The σ page")
    ),
    "code in the title": Slip(
        head("A page", "The `np.exp` page"), "2:1: L003 the title holds markup", NO_SIGNS,
        head("A page", "The np.exp page of A* and 3 * 4, for $5 or snake_case_names"),
    ),
    "bold words in the title": Slip(
        head("A page", "A **plain** page"), "2:1: L003 the title holds markup", NO_SIGNS, HEAD
    ),
    "a blank line above": Slip(
        "\n" + HEAD, "2:1: L002 the front matter does not begin on the first line",
        "delete what stands above ---: it is the first line of a file", HEAD,
    ),
    "dashes for hyphens": Slip(
        HEAD.replace("---", "–––"), "1:1: L002 the front matter begins with '–––'", HYPHENS, HEAD
    ),
    "four hyphens": Slip(HEAD.replace("---", "----"), "1:1: L002 the front matter begins with '----'", HYPHENS, HEAD),
    "dashes at the end": Slip(
        head("---\n\n", "—\n\n"), "4:1: L002 the front matter ends with '—'",
        "write three hyphens, ---, alone in the line below it", HEAD,
    ),
    "no hyphens": Slip(
        HEAD.removeprefix("---\n"), "1:1: L002 no line of --- stands above the front matter",
        "write one `key: value` a line between two lines of ---, without tabs", HEAD,
    ),
    "a quotation mark never closed": Slip(
        head("A page", '"A page'), "2:1: L002 the front matter does not parse: a quotation mark is never closed",
        "close it, or leave both out", head("A page", '"A page"'),
    ),
    "no space after a colon": Slip(
        head("title: ", "title:"), "2:1: L002 the front matter does not parse: no space stands after the colon",
        "write `title: A page`", HEAD,
    ),
    "an indented key": Slip(
        head("title", " title"), "2:1: L002 the front matter does not parse: a key is indented",
        "write `title: A page` at the left margin", HEAD,
    ),
    "a tab": Slip(head("A page", "A\tpage"), "2:1: L002 the front matter holds a tab", "write spaces", HEAD),
}  # fmt: skip
MAY_IMPORT = "a page may import lessons, numpy and matplotlib; propose others in pyproject.toml"
PLAIN = "delete this line: the code is plain Python, without IPython's magics and without a shell"
QUANTITY = "from lessons.maths.derivation import Quantity\n"
WORKED = "from lessons.maths import worked\n"


def raises(code: str, told: str, repair: str, right: str = "x = 1") -> Slip:
    return Slip(f"```{{python}}\n{code}\n```\n", told, repair, f"```{{python}}\n{right}\n```\n")


RAISES = {
    "pip": raises("pip install torch", "2:5: L201 SyntaxError: invalid syntax", f"delete this line: {MAY_IMPORT}"),
    "pip, of a shell": raises(
        "!pip install torch", "2:1: L201 SyntaxError: invalid syntax", f"delete this line: {MAY_IMPORT}"
    ),
    "a magic": raises("x = 1\n%timeit x", "3:1: L201 SyntaxError: invalid syntax", PLAIN),
    "a prompt": raises(
        ">>> 1 + 1\n2", "2:1: L201 SyntaxError: invalid syntax",
        "write the code alone, without >>> and without what it printed", "str(1 + 1)",
    ),
    "typographic quotes": raises(
        "x = “a”", "2:5: L201 SyntaxError: invalid character '“' (U+201C)",
        "write straight quotation marks, \" or '", 'x = "a"',
    ),
    "a minus sign": raises(
        "x = 2 − 1", "2:7: L201 SyntaxError: invalid character '−' (U+2212)", "write a hyphen for the minus sign: -",
        "x = 2 - 1",
    ),
    "a table": raises(
        "import pandas as pd", "2:1: L201 ModuleNotFoundError: No module named 'pandas'",
        f"numpy reads a table, np.loadtxt('data.csv', delimiter=','); {MAY_IMPORT}", "import numpy as np",
    ),
    "a package's name": raises(
        "import lesson.maths", "2:1: L201 ModuleNotFoundError: No module named 'lesson'",
        f"did you mean 'lessons.maths'? {MAY_IMPORT}", "import lessons.maths",
    ),
    "a module's name": raises(
        "from lessons.math import worked", "2:1: L201 ModuleNotFoundError: No module named 'lessons.math'",
        f"did you mean 'lessons.maths'? {MAY_IMPORT}", "from lessons.maths import worked",
    ),
    "a function's name": raises(
        f"{WORKED}worked.kl_standart_normal(0, 1)",
        "3:1: L201 AttributeError: module 'lessons.maths.worked' has no attribute 'kl_standart_normal'",
        "did you mean 'kl_standard_normal'?", f"{WORKED}worked.kl_standard_normal(0, 1)",
    ),
    "an imported name": raises(
        "from lessons.maths.worked import kl_standart_normal",
        "2:1: L201 ImportError: cannot import name 'kl_standart_normal' from 'lessons.maths.worked'",
        "did you mean 'kl_standard_normal'?", "from lessons.maths.worked import kl_standard_normal",
    ),
    "an argument": raises(
        f"{QUANTITY}Quantity(1.5, units='nats')",
        "3:1: L201 TypeError: Quantity.__init__() got an unexpected keyword argument 'units'",
        "did you mean 'unit'? use one of: digits, symbol, unit, value", f"{QUANTITY}Quantity(1.5, unit='nats')",
    ),
    "an argument like none": raises(
        f"{WORKED}worked.kl_standard_normal(mu=0, sigma=1)",
        "3:1: L201 TypeError: kl_standard_normal() got an unexpected keyword argument 'sigma'",
        "use one of: digits, mu, std", f"{WORKED}worked.kl_standard_normal(mu=0, std=1)",
    ),
    "a key": raises(
        f"{WORKED}d = worked.kl_standard_normal(0, 1)\nd.given['sigma']", "4:1: L201 KeyError: 'sigma'",
        "use one of: mu, std", f"{WORKED}d = worked.kl_standard_normal(0, 1)\nd.given['std']",
    ),
    "a name that is usual": raises(
        "np.exp(1);", "2:1: L201 NameError: name 'np' is not defined", "write above it: import numpy as np",
        "import numpy as np\nnp.exp(1);",
    ),
    "a question to the reader": raises(
        "x = input('?')", "2:1: L201 EOFError: EOF when reading a line",
        "nobody is there to answer: write the value itself, as in x = 0.5", "x = 0.5",
    ),
    "data that lie elsewhere": raises(
        "open('results/data.csv')",
        "2:1: L201 FileNotFoundError: [Errno 2] No such file or directory: 'results/data.csv'",
        "put the file into the folder page/ and open it by its name alone: open('data.csv')",
        "with open('data.csv') as file:\n    text = file.read()",
    ),
}  # fmt: skip
REFUSED = "L301 KaTeX refuses this formula: "
UNKNOWN = f"{REFUSED}Undefined control sequence: "
OWN = "no page defines commands of its own: write"


def tag(name: str, column: int, repair: str, right: str) -> Slip:
    return Slip(f"Words{' ' * (column - 6)}<{name}>\n", f"1:{column}: L112 raw HTML: <{name}", repair, right)


FORMULAS = {
    "a command of a paper": Slip(
        "$\\KL(q)$\n", rf"1:1: {UNKNOWN}\KL at position 1: \KL(q)", rf"{OWN} D_{{\mathrm{{KL}}}}",
        "$D_{\\mathrm{KL}}(q)$\n",
    ),
    "a command of a package": Slip(
        "$\\mathbbm{1}$\n", rf"1:1: {UNKNOWN}\mathbbm at position 1: \mathbbm{{1}}", rf"{OWN} \mathbb{{1}}",
        "$\\mathbb{1}$\n",
    ),
    "a misspelt command": Slip(
        "$\\sigam$\n", rf"1:1: {UNKNOWN}\sigam at position 1: \sigam", "did you mean \\sigma?", "$\\sigma$\n"
    ),
    "a label": Slip(
        "$a \\label{b}$\n", rf"1:1: {UNKNOWN}\label at position 3: a \label{{b}}",
        "name the formula in words and link its heading: `[the bound](#the-bound)`; a page numbers no formula",
        "## The bound\n\n$a$, see [the bound](#the-bound)\n",
    ),
    "a sign of a comment": Slip(
        "$50%$\n",
        f"1:1: {REFUSED}LaTeX-incompatible input and strict mode is set to 'error': % comment has"
        " no terminating newline; LaTeX would fail because of commenting the end of math mode (e.g. $) [commentAtEnd]",
        "write \\% for the sign itself: % begins a comment", "$50\\%$\n",
    ),
    "an environment": Slip(
        "$\\begin{bmatrx}1\\end{bmatrx}$\n",
        f"1:1: {REFUSED}No such environment: bmatrx at position 7: \\begin{{bmatrx}}1\\end{{bmatrx}}",
        "did you mean 'bmatrix'? use one of: aligned, array, bmatrix, cases, gathered, matrix, pmatrix, split, vmatrix",
        "$\\begin{bmatrix}1\\end{bmatrix}$\n",
    ),
    "a line's end": tag(
        "br", 7, "begin a new paragraph with a blank line, or end the line with two spaces", "Words  \nand words\n"
    ),
    "a film": tag(
        "iframe", 7, "link what it shows: `[Its words](https://…)`", "Words, [its words](https://example.org/)\n"
    ),
    "an index": tag("sub", 7, "write a formula: `$x^2$`, `$x_i$`", "$x^2$, $x_i$\n"),
}  # fmt: skip
CARD = "/// flashcard | What?\n    id: what\n\n{}\n///\n"
FIGURE = "from lessons.figures import Figure, plt\nfig, ax = plt.subplots(figsize=({}, 4))\nFigure(fig, alt='Axes.')"
SHOWN = {
    "a long card": Slip(
        CARD.format("word " * 400), "1:1: L121 the back of this card has 400 words",
        "make two cards of it, or an in-depth note: a back has at most 120 words", CARD.format("word " * 100),
    ),
    "an empty value": Slip(
        "It is `{python} ''`.\n", "1:17: L202 a text that is empty: nothing would stand here",
        "give it words, or delete it; a last line that ends in ; shows nothing", "It is `{python} 'so'`.\n",
    ),
    "a float made a text": Slip(
        "It is `{python} str(1/3)`.\n",
        "1:17: L202 a figure made a text does not know how many places it should have: 0.3333333333333333",
        "wrap a number: Quantity(x, unit='nats', digits=3) from lessons.maths.derivation",
        f"```{{python}}\n{QUANTITY}x = Quantity(1 / 3)\n```\n\nIt is `{{python}} x`, v`{{python}} '3.1'`.\n",
    ),
    "a float printed": raises(
        "print(1/3)", "1:1: L202 a bare float is printed: …0.3333333333333333",
        "print it rounded, with the sign for that: print(Quantity(x, digits=3))",
        f"{QUANTITY}print(Quantity(1 / 3, digits=3))",
    ),
    "lines without end": raises(
        "for n in range(5000):\n    print(n)", "3:1: L201 ValueError: more than 200 lines printed",
        "run the page's snippets from the top in Python to see the whole traceback",
        "for n in range(0, 5000, 50):\n    print(n)",
    ),
    "a wide figure": raises(
        FIGURE.format(12),
        "4:1: L201 ValueError: a figure of 12 × 4 inches, whose words nobody could read on a page: give it at most"
        " 9 × 12, plt.subplots(figsize=(4.8, 2.8)) say",
        "run the page's snippets from the top in Python to see the whole traceback", FIGURE.format(4.8),
    ),
}  # fmt: skip
SLIPS = BLOCKS | CODE | HEADINGS | FRONT_MATTER | RAISES | FORMULAS | SHOWN


def told(text: str, folder: Path) -> list[tuple[str, str]]:
    """What the check says of a page, lines counting as they do in `text`."""
    whole = "description:" in text
    page = folder / "page.md"
    (folder / "page").mkdir(exist_ok=True)
    (folder / "page/data.csv").write_text("1,2\n")
    page.write_text(text if whole else ABOVE + text, encoding="utf-8")
    above = 0 if whole else ABOVE.count("\n")
    found = sorted(checks.check([page], twice=False))
    repairs = (p.repair.replace(f"{folder}/", "") for p in found)
    places = (f"{p.location.line - above}:{p.location.column}: {p.code} {p.message}" for p in found)
    return list(zip(places, repairs, strict=True))


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_once_where_it_was_made(name: str, tmp_path: Path) -> None:
    slip = SLIPS[name]
    assert told(slip.wrong, tmp_path) == [(slip.told, slip.repair)]


@pytest.mark.parametrize("name", SLIPS)
def test_its_repair_mends_it(name: str, tmp_path: Path) -> None:
    assert told(SLIPS[name].right, tmp_path) == []


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("welche-größe", "welche-groesse"),
        ("2-betas", "betas-2"),
        ("3d", "the-3d"),
        ("β-VAE", "beta-vae"),
        ("Café au lait", "cafe-au-lait"),
        ("no", "is-no"),
        ("2026-01", "the-2026-01"),
        ("?", "a-short-name"),
    ],
)
def test_a_name_is_made_of_words_by_which_an_author_knows_it(words: str, name: str) -> None:
    assert names.short_name(words) == name
