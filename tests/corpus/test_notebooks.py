"""Notebooks as people write them, with what a page cannot show. For a case: name, cells from line 7, exact report."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lessons.notebook import outcome
from lessons.notebook.magics import PACKAGES, SHELL
from lessons.notebook.source import SHOWN
from lessons.page.snippet import UNSEEN, UNSEEN_REPAIR, WARNS

HEAD = "# ---\n# title: T\n# description: D\n# ---\n\n# %%\n"
SRC = Path(__file__).parents[2] / "src"

MARKDOWN = (
    "L506 an output in Markdown\n"
    "    print the words, or write them in a cell of `# %% [markdown]`; Math(r'…') shows a formula"
)
JSON = "L506 an output in JSON\n    print it: print(json.dumps(value, indent=1))"
SHOW = (
    "show what it holds, list(x) or x.name, or give its class a `__repr__`; with ; at its end a last line shows nothing"
)


PLOT = "from lessons.figures import Figure, plt\nplt.plot([1, 2])\n"
FIGURE = "Figure(plt.gcf(), alt='a line')\n"
WORD = "a comment may not begin with the word"


def warns(line: int, message: str) -> str:
    return f"{line}:1: L501 {message}\n    {WARNS}"


def unseen(line: int) -> str:
    return f"{line}:1: L504 {UNSEEN}\n    {UNSEEN_REPAIR % 'cell'}"


def unnamed(line: int, text: str) -> str:
    return f"{line}:1: L506 an object without words of its own: {text}\n    {SHOW}"


def words(text: str) -> str:
    """A cell of words below the first, which is on line 7: its marker stands on line 8, its text from line 9."""
    return "1;\n# %% [markdown]\n" + "".join(f"# {line}\n" if line else "#\n" for line in text.split("\n"))


CELLS: dict[str, tuple[str, str]] = {
    # Outputs.
    "display-markdown": (
        "from IPython.display import Markdown, display\n\ndisplay(Markdown('**Loss:** it fell.'))\n",
        f"7:1: {MARKDOWN}",
    ),
    "repr-markdown": (
        "1\n# %%\nclass Report:\n    def _repr_markdown_(self):\n        return 'It is **tight**.'\n\nReport()\n",
        f"9:1: {MARKDOWN}",
    ),
    "json": ("from IPython.display import JSON\nJSON({'a': 1})\n", f"7:1: {JSON}"),
    "javascript": (
        "from IPython.display import Javascript\nJavascript('1')\n",
        "7:1: L506 an output in JavaScript\n    show a figure, a table or plain words: a page runs nothing",
    ),
    "plain-object": ("class Model: pass\nModel()\n", unnamed(7, "<__main__.Model at 0x…>")),
    "list-of-objects": (
        "class Model: pass\nprint([Model(), 1])\n",
        unnamed(7, "<__main__.Model object at 0x…>"),
    ),
    "generator": ("(x for x in [1])\n", unnamed(7, "<generator object <genexpr> at 0x…>")),
    "method": (
        "class Model:\n    def fit(self): ...\n\nModel().fit\n",
        unnamed(7, "<__main__.Model object at 0x…>"),
    ),
    "printed-markdown": (
        "from IPython.display import Markdown\nprint(Markdown('a'))\n",
        unnamed(7, "<IPython.core.display.Markdown object>"),
    ),
    "updated-to-markdown": (
        "from IPython.display import Markdown\nh = display('a', display_id=True)\n# %%\nh.update(Markdown('b'))\n",
        f"7:1: {MARKDOWN}",
    ),
    # Warnings.
    "overflow": (
        "import numpy as np\n\nspread = np.log(np.array([0.0, 1.0]))\nprint(spread)\n",
        warns(9, "RuntimeWarning: divide by zero encountered in log"),
    ),
    "warns": ("import warnings\n# %%\n1\n\nwarnings.warn('old')\n", warns(11, "UserWarning: old")),
    "warns-in-a-function": (
        "import warnings\ndef f():\n    warnings.warn('x', DeprecationWarning)\n# %%\nf()\n",
        warns(9, "DeprecationWarning: x"),
    ),
    "legend": (
        "from lessons.figures import Figure, plt\nfig, ax = plt.subplots()\nax.legend()\nFigure(fig, alt='x')\n",
        warns(
            9,
            "UserWarning: No artists with labels found to put in legend. Note that artists whose label start with"
            " an underscore are ignored when legend() is called with no argument.",
        ),
    ),
    "logs": (
        "import logging\nlogging.getLogger('a').warning('%s is old', 1)\n",
        warns(8, "LoggedWarning: 1 is old"),
    ),
    "warns-when-shown": (
        "import warnings\nclass A:\n    def _repr_html_(self):\n        warnings.warn('no')\n# %%\nA()\n",
        warns(10, "UserWarning: no"),
    ),
    # Pictures.
    "show": (f"1\n# %%\n{PLOT}plt.title('density')\nplt.show()\n", unseen(9)),
    "line": (f"{PLOT}", unseen(7)),
    "no-value": ("from lessons.figures import plt\nfig, ax = plt.subplots()\nax.plot([1, 2]);\n", unseen(7)),
    "not-last": (f"{PLOT}{FIGURE}print('drawn')\n", unseen(7)),
    "silenced": (f"{PLOT}{FIGURE.rstrip()};\n", unseen(7)),
    "kept-and-forgotten": (f"{PLOT}# %%\nkept = {FIGURE}", unseen(10)),
    "saved": (f"{PLOT}plt.savefig('a.png')\n", unseen(7)),
    "one-of-two": (f"{PLOT}# %%\nplt.figure()\n{PLOT}{FIGURE}# %%\n1\n", unseen(7)),
    "two": (f"{PLOT}None\n# %%\nplt.figure()\n{PLOT}None\n", f"{unseen(7)}\n{unseen(11)}"),
    "bare-later": (
        f"{PLOT}None\n# %%\nplt.gcf()\n",
        '11:1: L504 a figure without alternative text\n    end the cell with Figure(fig, alt="what it shows")'
        " from lessons.figures",
    ),
    # Accepted.
    "shown-later": (f"{PLOT}None\n# %%\nkept = {FIGURE}# %%\nkept\n", ""),
    "displayed": (f"{PLOT}display({FIGURE.rstrip()})\nprint(1)\n", ""),
    "put-together": (
        f"from IPython.display import HTML\n{PLOT}kept = {FIGURE}HTML(f'<div>{{kept._repr_html_()}}</div>')\n",
        "",
    ),
    "dropped": (f"{PLOT}plt.close()\n", ""),
    "blank": (f"from lessons.figures import plt\nplt.figure()\n{PLOT}{FIGURE}None\n".replace("None\n", ""), ""),
    "meant-for-numpy": ("import numpy as np\nwith np.errstate(all='ignore'):\n    print(np.log(0.0))\n", ""),
    "meant": (
        "import warnings\nwarnings.filterwarnings('ignore', message='old')\n# %%\nwarnings.warn('old')\n",
        "",
    ),
    "unclosed": ("open('a.txt', 'w').write('x')\nNone\n", ""),
    "asked": ("import sys\nprint('careful', file=sys.stderr)\n", ""),
    "formulas": ("from IPython.display import Latex, Math\ndisplay(Latex('$x$'))\nMath('y')\n", ""),
    "table": ("from IPython.display import HTML\nHTML('<table><tr><td>1</td></tr></table>')\n", ""),
    "class": ("class Model: pass\nprint(Model)\nModel\n", ""),
    "semicolon": ("class Model: pass\nModel();\n", ""),
    "cleared": ("from IPython.display import clear_output\nprint(object())\nclear_output()\nprint(1)\n", ""),
}


# Told without running anything.
READ: dict[str, tuple[str, str]] = {
    # Outcomes.
    "outcome-with-its-words": (words("**Outcome**\n\nIt falls."), ""),
    "outcome-with-a-name": (words("**Outcome: $\\beta = 0$**\nIt falls."), ""),
    "outcome-in-code": (words("**Outcome**") + "# %%\nprint(0.25)\n", ""),
    "outcome-of-another-kind": (words("The outcome is plain.\n\n## Outcome\n\nA **good outcome**."), ""),
    "outcome-in-small-letters": (
        words("**outcome**\n\nIt falls."),
        f"9:1: L511 no outcome begins so: **outcome**\n    {outcome.WRITE}",
    ),
    "outcome-with-a-colon": (
        words("**Outcome:** it falls."),
        f"9:1: L511 no outcome begins so: **Outcome:**\n    {outcome.WRITE}",
    ),
    "outcome-and-words-in-a-line": (
        words("**Outcome** It falls."),
        f"9:1: L511 no outcome begins so: **Outcome**\n    {outcome.WRITE}",
    ),
    "outcome-with-low-lines": (
        words("Try it.\n\n__Outcomes__\n\nIt falls."),
        f"11:1: L511 no outcome begins so: __Outcomes__\n    {outcome.WRITE}",
    ),
    "outcome-below-its-task": (
        words("Try it.\n\n**Outcome**\n\nIt falls."),
        f"11:1: L511 an outcome that does not begin its cell\n    {outcome.BEGIN}",
    ),
    "outcome-twice": (
        words("**Outcome**\n\nIt falls.\n\n**Outcome: more**\n\nIt rises."),
        f"13:1: L511 an outcome that does not begin its cell\n    {outcome.BEGIN}",
    ),
    "outcome-of-nothing": (
        words("**Outcome**") + "\n# %% [markdown]\n# More.\n",
        f"9:1: L511 an outcome with nothing in it\n    {outcome.FILL}",
    ),
    "outcome-at-the-end": (
        words("**Outcome: last**"),
        f"9:1: L511 an outcome with nothing in it\n    {outcome.FILL}",
    ),
    "outcome-typed": (
        words("**Outcome**\n\nIt falls to 0.318."),
        f"11:13: L401 the figure 0.318 is typed by hand\n    {outcome.COMPUTE}",
    ),
    "shell": ("1\n# %%\n# !ls\n", f"9:1: L505 a cell starts no other process: !ls\n    {SHELL}"),
    "shell-as-it-is": ("x = 1\n!ls -l {x}\n", f"8:1: L505 a cell starts no other process: !ls -l {{x}}\n    {SHELL}"),
    "shell-value": ("names = !ls\n", f"7:1: L505 a cell starts no other process: !ls\n    {SHELL}"),
    "shell-word": ("ls\n", f"7:1: L505 a cell starts no other process: ls\n    {SHELL}; {WORD} ls"),
    "shell-comment": (
        "# cat food\nx = 1\n",
        f"7:1: L505 a cell starts no other process: cat food\n    {SHELL}; {WORD} cat",
    ),
    "bash": (
        "# %%bash\n# ls\n",
        f"7:1: L505 a cell starts no other process: %%bash\n    {SHELL.replace('line', 'cell', 1)}",
    ),
    "pip": ("# %pip install torch\n", f"7:1: L505 a cell starts no other process: %pip install torch\n    {PACKAGES}"),
    "shell-pip": (
        "!pip install torch\n",
        f"7:1: L505 a cell starts no other process: !pip install torch\n    {PACKAGES}",
    ),
    "pip-word": ("pip install a\n", f"7:1: L505 a cell starts no other process: pip install a\n    {PACKAGES}"),
    "timeit": (
        "1\n\n# %timeit 1\n",
        "9:1: L508 a magic of IPython: %timeit\n"
        "    delete this line: how long code takes is another number in each run; to run the code, "
        "write it without %timeit",
    ),
    "timeit-cell": (
        "# %%timeit\n1\n",
        "7:1: L508 a magic of IPython: %%timeit\n"
        "    delete this line: how long code takes is another number in each run",
    ),
    "time-below-a-comment": (
        "# a\n# %%time\n1\n",
        "8:1: L508 a magic of IPython: %%time\n    delete this line: how long code takes is another number in each run",
    ),
    "as-nbconvert-writes-it": (
        "get_ipython().run_line_magic('load_ext', 'autoreload')\n",
        "7:1: L508 a magic of IPython: %load_ext\n    delete this line, or write in plain Python what it does",
    ),
    "widget": (
        "# %matplotlib widget\n",
        "7:1: L508 a magic of IPython: %matplotlib\n"
        "    delete this line: on a page pictures stand still; end the cell with Figure(fig, alt='what it shows')",
    ),
    "help": ("# ?print\n", "7:1: L508 a question to IPython: ?print\n    delete this line: help is no output"),
    # Marks.
    "tags": (
        '1\n# %% tags=["remove-input", "a"]\n1\n',
        f"8:1: L509 a cell has no tags: remove-input, a\n    leave them out: {SHOWN}",
    ),
    "tags-of-words": (
        '1\n# %% [markdown] tags=["hide-cell"]\n# a\n',
        f"8:1: L509 a cell has no tags: hide-cell\n    leave them out: {SHOWN}",
    ),
    "metadata": (
        '1\n# %% {"jupyter": {"source_hidden": true}}\n1\n',
        f"8:1: L509 a cell has no 'jupyter'\n    leave it out: {SHOWN}",
    ),
    "raw": (
        "1\n\n# %% [raw]\n# a\n\n# %%\n1\n",
        "9:1: L509 a raw cell, which no page shows\n    make it `# %% [markdown]`, or delete it",
    ),
    "title": (
        "1\n# %% Load the data\n1\n",
        "8:1: L509 a cell has no title: Load the data\n"
        "    write it as a heading in a cell of `# %% [markdown]`, or as a comment below the marker",
    ),
    "kind": (
        "1\n# %% [latex]\n# a\n",
        "8:1: L509 there is no kind of cell [latex]\n    begin code with `# %%` and words with `# %% [markdown]`",
    ),
    "options": (
        "#| code: hidden\nx = 1\n",
        f"7:1: L509 a cell has no options: #| code: hidden\n    leave it out: {SHOWN}",
    ),
    # Accepted.
    "inline": ("# %matplotlib inline\n# %config InlineBackend.figure_formats = ['svg']\nimport numpy\n", ""),
    "inline-as-it-is": ("%matplotlib inline\nx = 5 % 3\n", ""),
    "inline-as-nbconvert-writes-it": ("get_ipython().run_line_magic('matplotlib', 'inline')\n", ""),
    "in-a-string": ("s = '''\n%time\n!ls\n'''\nprint('why?')\n", ""),
    "markers": ("1\n# %%\n\n#%%\n2\n# %% {}\n3\n# %%%\n4\n", ""),
}


def run(folder: Path, notebooks: dict[str, tuple[str, str]]) -> dict[str, str]:
    """What is said of each notebook, without its path."""
    (folder / "notebooks").mkdir()
    (folder / "mkdocs.yml").touch()
    (folder / "requirements.txt").write_text("numpy==1\n")
    for name, (cells, _) in notebooks.items():
        (folder / f"notebooks/{name}.py").write_text(HEAD + cells, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "from lessons.cli import main; main(['notebooks'])"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found: dict[str, list[str]] = {}
    name = ""
    for line in done.stderr.splitlines()[:-2]:
        if match := re.match(r"notebooks/(.+?)\.py:(?=\d)", line):
            name = match[1]
        found.setdefault(name, []).append(line.removeprefix(f"notebooks/{name}.py:"))
    return {name: "\n".join(lines) for name, lines in found.items()}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(tmp_path_factory.mktemp("ran"), CELLS)


@pytest.mark.parametrize("name", CELLS)
def test_a_notebook_that_ran_gets_exactly_this_report(name: str, ran: dict[str, str]) -> None:
    assert ran.get(name, "") == CELLS[name][1]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(tmp_path_factory.mktemp("read"), READ)


@pytest.mark.parametrize("name", READ)
def test_a_notebook_that_was_read_gets_exactly_this_report(name: str, read: dict[str, str]) -> None:
    assert read.get(name, "") == READ[name][1]


def test_nothing_is_told_of_others(ran: dict[str, str], read: dict[str, str]) -> None:
    assert set(ran) == {name for name, (_, report) in CELLS.items() if report}
    assert set(read) == {name for name, (_, report) in READ.items() if report}
