"""Pages whose code fails, hangs, dies, floods or depends on chance. For a case: name, page, exact report."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lessons.page import alone
from lessons.page.snippet import UNSEEN, UNSEEN_REPAIR, WARNS

FENCE = "```{{python}}\n{}\n```\n"  # on line 6 of its file, its code from line 7
RUN = "run the page's snippets from the top in Python to see the whole traceback"
FINITE = "look at the parameters above it: no lesson shows nan or infinity as a result"
CHANCE = (
    "L207 two runs of this page computed different values here\n"
    "    seed random numbers, np.random.default_rng(1); sort sets; leave the clock alone"
)
COPIED = "copied from the page and run alone, its code up to here"
NEVER_SHOWN = f"L504 {UNSEEN}\n    {UNSEEN_REPAIR % 'snippet'}"
PLOT = "from lessons.figures import Figure, plt\nplt.plot([1, 2]);\n"
FIGURE = "Figure(plt.gcf(), alt='a line')"
IMPORTS = "a page may import lessons, numpy and matplotlib; propose others in pyproject.toml"
WORDS = "{" + ", ".join(f"'{chr(97 + n)}'" for n in range(20)) + "}"


def code(text: str) -> str:
    return FENCE.format(text)


def raises(line: int, message: str, column: int = 1, repair: str = RUN) -> str:
    return f"{line}:{column}: L201 {message}\n    {repair}"


PAGES: dict[str, tuple[str, str]] = {
    "raises": (code("x = 1\nx / 0"), raises(8, "ZeroDivisionError: division by zero")),
    "syntax-error": (
        code("x = = 1"),
        raises(7, "SyntaxError: invalid syntax", 5, "mend the snippet: it is not valid Python"),
    ),
    "endless": (
        "Text.\n\n" + code("while True:\n    pass"),
        "8:1: L205 this snippet takes longer than 4 s\n"
        "    make it quicker; long work belongs into the lesson's notebook",
    ),
    "sys-exit": (code("import sys\nsys.exit(0)"), raises(8, "SystemExit: 0")),
    "exit": (code("exit()"), raises(7, "SystemExit: None")),
    "os-exit": (
        code("import os\nos._exit(0)"),
        "6:1: L206 this snippet ends its process (exit code 0)\n    remove what ends it",
    ),
    "killed": (
        "It is `{python} __import__('os').kill(__import__('os').getpid(), 9)`.\n",
        "6:7: L206 this snippet ends its process (signal SIGKILL)\n    remove what ends it",
    ),
    "input": (
        code("name = input('Who? ')"),
        raises(
            7,
            "EOFError: EOF when reading a line",
            repair="nobody is there to answer: write the value itself, as in x = 0.5",
        ),
    ),
    "prints-300-megabytes": (
        code("print('x' * 300_000_000)"),
        raises(7, "ValueError: more than 100,000 characters printed"),
    ),
    "prints-without-end": (
        code("while True:\n    print('x' * 1000)"),
        raises(8, "ValueError: more than 100,000 characters printed"),
    ),
    "shows-300-megabytes": (
        code("'x' * 300_000_000"),
        raises(6, "ValueError: more than 100,000 characters shown"),
    ),
    "floods-the-terminal": (code("import os\nfor _ in range(300):\n    os.write(1, b'x' * 2**20)"), ""),
    "memory": (code("x = bytearray(8 * 2**30)"), raises(7, "MemoryError: no message")),
    "nan": (code("float('nan')"), f"6:1: L203 the value is nan\n    {FINITE}"),
    "infinity": ("It is `{python} float('-inf')`.\n", f"6:17: L203 the value is -inf\n    {FINITE}"),
    "overflow": (
        code("import numpy as np\n\nnp.exp(np.float64(1000))"),
        raises(9, "RuntimeWarning: overflow encountered in exp", repair=WARNS),
    ),
    "not-in-the-lock": (
        "- A list:\n\n    " + code("import json\nif json:\n    from hypothesis import given").replace("\n", "\n    "),
        f"11:9: L208 the snippet imports 'hypothesis', which is not in requirements.txt\n    {IMPORTS}",
    ),
    "not-installed": (
        code("import nosuchmodule"),
        raises(7, "ModuleNotFoundError: No module named 'nosuchmodule'", repair=IMPORTS),
    ),
    "unseeded": (code("import random\n\nstr(random.getrandbits(30))"), f"6:1: {CHANCE}"),
    "seeded-for-all": (code("import numpy as np\n\nnp.random.seed(1)\nstr(np.random.randint(10**9))"), ""),
    "seeded-on-another-page": (code("import numpy as np\n\nstr(np.random.randint(10**9))"), f"6:1: {CHANCE}"),
    "unseeded-numpy": (
        code("import numpy as np\n\nx = str(np.random.default_rng().integers(10**9))")
        + "\nIt is `{python} x`, and `{python} x + x`.\n",
        f"12:7: {CHANCE}",
    ),
    "clock": ("It is `{python} __import__('time').time_ns()`.\n", f"6:7: {CHANCE}"),
    "hash-order": (code(f"' '.join({WORDS})"), f"6:1: {CHANCE}"),
    "address": (code("print(object())"), f"6:1: {CHANCE}"),
    "process": ("It is `{python} __import__('os').getpid()`.\n", f"6:7: {CHANCE}"),
    "copied-under-its-own-name": (
        code("f'{__name__}'"),
        f"6:1: L510 {COPIED} gives '__main__', and the page shows '__lesson__'\n    {alone.REPAIR}",
    ),
    "copied-with-a-warning": (
        code("import warnings\ntry:\n    warnings.warn('odd')\nexcept UserWarning:\n    x = 'odd'\nx"),
        f"6:1: L510 {COPIED} raises NameError: name 'x' is not defined\n    {alone.REPAIR}",
    ),
    "copied-with-a-future": (
        code("x = 1") + "\n" + code("from __future__ import annotations\nx"),
        f"10:1: L510 {COPIED} raises SyntaxError: from __future__ imports must occur at the beginning of the file\n"
        f"    {alone.FUTURE}",
    ),
    "plot-shown-nowhere": (
        "Text.\n\n" + code("import matplotlib.pyplot as plt\n\nplt.plot([1, 2, 4])\nplt.show()"),
        f"8:1: {NEVER_SHOWN}",
    ),
    "plot-silenced": (
        code("from lessons.figures import plt\nfig, ax = plt.subplots()\nax.plot([1, 2]);"),
        f"6:1: {NEVER_SHOWN}",
    ),
    "plot-last": (code("from lessons.figures import plt\nplt.plot([1, 2])"), f"6:1: {NEVER_SHOWN}"),
    "figure-not-last": (
        code(f"{PLOT}{FIGURE}\nprint('drawn')") + "\nIt is `{python} 'a'`.\n",
        f"6:1: {NEVER_SHOWN}",
    ),
    "figure-forgotten": (code(PLOT) + "\n" + code(f"kept = {FIGURE}"), f"12:1: {NEVER_SHOWN}"),
    "figure-bare-later": (
        code(f"{PLOT}fig = plt.gcf()") + "\n" + code("fig"),
        "12:1: L504 a figure without alternative text\n"
        '    end with Figure(fig, alt="what it shows") from lessons.figures',
    ),
    "figure-after-a-fault": (
        code(PLOT) + "\n" + code(f"1 / 0\n{FIGURE}"),
        raises(13, "ZeroDivisionError: division by zero"),
    ),
    # Accepted.
    "copied-with-a-future-first": (code("from __future__ import annotations\nx = 1") + "\n" + code("x"), ""),
    "copied-with-a-draw": (
        code("import random\n\nr = random.Random(1)")
        + "\nOne `{python} str(r.randrange(10**9))`.\n\n"
        + code("str(r.randrange(10**9))"),
        "",
    ),
    "copied-with-an-error-that-is-caught": (
        code("try:\n    float('a')\nexcept ValueError:\n    x = 'odd'\nx"),
        "",
    ),
    "figure-shown-later": (code(f"{PLOT}kept = {FIGURE}") + "\n" + code("kept"), ""),
    "plot-with-its-repair": (code(f"{PLOT}{FIGURE}"), ""),
    "plot-dropped": (code(f"{PLOT}plt.close()"), ""),
    "seeded": (code("import numpy as np\n\nstr(np.random.default_rng(1).integers(10**9))"), ""),
    "sorted": (code(f"' '.join(sorted({WORDS}))"), ""),
    "in-the-lock": (code("import numpy, yaml\nfrom dateutil import tz;"), ""),
    "unused-chance": (code("import random\n\nx = random.random()") + "\nNothing of it is shown.\n", ""),
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
    """Also: nothing that a snippet wrote past `print` reaches the terminal."""
    site.refuses()


def test_annotations_for_github_name_the_same_places(fresh: Any) -> None:
    fresh.write("raises", PAGES["raises"][0])
    fresh.list()
    done = fresh.run("check", "--format", "github")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == (
        f"::error file=docs/raises.md,line=8,col=1,title=L201::ZeroDivisionError: division by zero%0A{RUN}\n"
    )
    (row,) = json.loads(fresh.run("check", "--format", "json").stdout)
    assert row == {
        "path": "docs/raises.md",
        "line": 8,
        "column": 1,
        "code": "L201",
        "message": "ZeroDivisionError: division by zero",
        "repair": RUN,
    }
