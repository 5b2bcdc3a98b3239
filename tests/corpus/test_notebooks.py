"""Notebooks as people write them, with what a page cannot show. For a case: name, cells from line 7, exact report."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lessons.page.snippet import WARNS

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


def warns(line: int, message: str) -> str:
    return f"{line}:1: L501 {message}\n    {WARNS}"


def unnamed(line: int, text: str) -> str:
    return f"{line}:1: L506 an object without words of its own: {text}\n    {SHOW}"


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
    # Accepted.
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


def test_nothing_is_told_of_others(ran: dict[str, str]) -> None:
    assert set(ran) == {name for name, (_, report) in CELLS.items() if report}
