"""Folded code as a reader has it who copies it: alone, and with what the page shows."""

from __future__ import annotations

import html
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from lessons.page import alone, execute
from lessons.page.snippet import Output, Result, Runner
from lessons.page.source import Part, Snippet, Value, read
from lessons.page.typeset import ALL_ABOVE, Typeset
from lessons.problem import Problem

ALONE, WHOLE = "alone", "whole"
NOTHING = "copied from the page and run alone, its code up to here "
SAID = re.compile(r'<p class="lesson-value[^>]*>(.*?)</p>')
CODE = re.compile(r'<details class="lesson-code">(.*?)</details>', re.DOTALL)


def fence(*lines: str) -> str:
    return "\n".join(["```{python}", *lines, "```", "", ""])


RNG = fence("#| code: hidden", "import numpy as np", "rng = np.random.default_rng(7)", "history = []")
SEED = fence("import numpy as np", "np.random.seed(3)")
DRAWN = "f'drew {np.random.normal():.3f}'"
# The pages, and what each of their folds is: it runs alone, or is all of the page's code up to there.
FOLDS: dict[str, tuple[str, list[str]]] = {
    "drawn-in-a-sentence": (
        RNG + "The first draw is `{python} f'draw {rng.normal():.3f}'`.\n\n" + fence("f'second {rng.normal():.3f}'"),
        [WHOLE],
    ),
    "called-where-it-is-defined": (
        fence("history = []")
        + fence("def note(loss):", "    history.append(loss)", "note(8)", "f'{len(history)} noted'")
        + fence("note(4)", "f'{len(history)} noted'"),
        [ALONE, ALONE, WHOLE],
    ),
    "a-global-generator": (SEED + fence(DRAWN) + fence(DRAWN), [ALONE, ALONE, WHOLE]),
    "seeded-later": (
        fence("import numpy as np") + fence("np.random.seed(1)", DRAWN) + fence(DRAWN),
        [ALONE, ALONE, WHOLE],
    ),
    "a-counter": (
        fence("import itertools", "ids = itertools.count()") + fence("f'{next(ids)}'") + fence("f'{next(ids)}'"),
        [ALONE, ALONE, WHOLE],
    ),
    "a-generator-read-in-a-sentence": (
        fence("it = iter('abc')") + "First `{python} next(it)`.\n\n" + fence("next(it)"),
        [ALONE, WHOLE],
    ),
    "another-name": (fence("xs = [1]", "ys = xs") + fence("ys.append(2)") + fence("len(xs)"), [ALONE, ALONE, WHOLE]),
    "printed": (fence("xs = []", "ys = xs") + fence("ys.append(3);") + fence("print(len(xs))"), [ALONE, ALONE, WHOLE]),
    "changed-in-place": (
        fence("import numpy as np", "x = np.zeros(2)") + fence("np.add(x, 1, out=x);") + fence("str(x)"),
        [ALONE, ALONE, WHOLE],
    ),
    "a-module's-state": (
        fence("import sys", "sys.modules['math'].turn = 6") + fence("import math", "math.turn"),
        [ALONE, WHOLE],
    ),
    "a-default-that-grows": (
        fence("def f(seen=[]):", "    seen.append(1)", "    return len(seen)", "f()") + fence("f()"),
        [ALONE, WHOLE],
    ),
    "kept-by-a-cache": (
        fence("import functools", "seen = []", "@functools.cache", "def f(x):", "    return len(seen)")
        + fence("f(1)")
        + fence("seen.append(2)", "f(1)"),
        [ALONE, ALONE, WHOLE],
    ),
    "set-by-a-string": (fence("exec('y = 4')") + fence("y"), [ALONE, WHOLE]),
    "a-picture": (
        fence("from lessons.figures import Figure, plt") + RNG + "First `{python} f'draw {rng.normal():.3f}'`.\n\n"
        + fence("fig, ax = plt.subplots(figsize=(1, 1))", "ax.plot(rng.normal(size=3))", "Figure(fig, alt='a line')"),
        [ALONE, WHOLE],
    ),
    "a-picture-drawn-in-two-snippets": (
        fence("from lessons.figures import Figure, plt")
        + fence("plt.figure(figsize=(1, 1)).gca().set_axis_off()", "plt.plot([1, 2]);")
        + fence("Figure(plt.gcf(), alt='a line')"),
        [ALONE, ALONE, WHOLE],
    ),
    "the-style-of-pictures": (
        fence("from lessons.figures import plt") + fence("import matplotlib", "str(matplotlib.rcParams['font.size'])"),
        [ALONE, WHOLE],
    ),
    "nothing-of-the-kind": (
        fence("import numpy as np", "x = np.arange(3)")
        + "It is `{python} str(x)`.\n\n"
        + fence("#| code: shown", "len(x)")
        + fence("f'{x.sum()}'"),
        [ALONE, ALONE],
    ),
}  # fmt: skip


# Of these all code is folded in blocks.
def note(*inside: str, name: str = "note") -> str:
    return "\n".join([f"/// in-depth | What of {name}?", f"    id: {name}", "", *inside, "///", "", ""])


SETUP = fence("#| code: hidden", "import math", "one = 1", "two = 2", "same = one")
# The pages, and the program at the end of each of their blocks; WHOLE before one that is all of the page's code.
TOGETHER: dict[str, tuple[str, list[str]]] = {
    "what-several-need-stands-there-once": (
        SETUP + note(fence("math.floor(one)"), "And then:\n", fence("math.floor(two)")),
        ["import math\none = 1\ntwo = 2\nmath.floor(one)\nmath.floor(two)"],
    ),
    "in-the-order-of-the-page": (
        SETUP + note(fence("one += 1", "one"), fence("f'{same} and {one}'")),
        ["one = 1\nsame = one\none += 1\none\nf'{same} and {one}'"],
    ),
    "what-stands-between-them": (
        note(
            fence("a = 1", "a"),
            fence("#| code: hidden", "b = a + 1", "unused = 3"),
            fence("#| code: shown", "c = 5", "c"),
            fence("b"),
        ),
        ["a = 1\na\n\nb = a + 1\nb"],
    ),
    "one-program-for-each-block": (
        SETUP + note(fence("one"), name="first") + fence("#| code: hidden", "three = 3")
        + note(fence("two"), fence("three"), name="second"),
        ["one = 1\none", "two = 2\nthree = 3\ntwo\nthree"],
    ),
    "outside-of-blocks-each-by-itself": (
        SETUP + fence("one") + note(fence("one"), fence("two")) + fence("two"),
        ["one = 1\none", "one = 1\ntwo = 2\none\ntwo", "two = 2\ntwo"],
    ),
    "drawn-in-a-sentence-between-them": (
        fence("#| code: hidden", "it = iter('abcd')")
        + note(fence("next(it)"), "Second `{python} next(it)`.\n", fence("next(it)"), fence("next(it)")),
        [f"{WHOLE}\nit = iter('abcd')\nnext(it)\n\nnext(it)  # in a sentence\nnext(it)\nnext(it)"],
    ),
    "a-counter-in-two-blocks": (
        fence("#| code: hidden", "import itertools", "ids = itertools.count()")
        + note(fence("f'{next(ids)}'"), fence("f'{next(ids)}'"), name="first")
        + note(fence("f'{next(ids)}'"), name="second"),
        [
            "import itertools\nids = itertools.count()\nf'{next(ids)}'\nf'{next(ids)}'",
            f"{WHOLE}\nimport itertools\nids = itertools.count()\nf'{{next(ids)}}'\nf'{{next(ids)}}'\nf'{{next(ids)}}'",
        ],
    ),
}  # fmt: skip
# What no copy gives: the line of the snippet, and what is told.
UNLIKE: dict[str, tuple[str, str, str]] = {
    "its-own-name": (fence("__name__"), "1", f"{NOTHING}gives '__main__', and the page shows '__lesson__'"),
    "a-warning-raised": (
        fence("x = 1") + fence(
            "import numpy as np",
            "try:",
            "    np.log(0.0)",
            "    print('no')",
            "except RuntimeWarning:",
            "    print('yes')",
        ) + fence("x"),
        "5",
        f"{NOTHING}gives 'no', and the page shows 'yes'",
    ),
    "changed-by-showing-it": (
        fence("class C:", "    n = 0", "    def __str__(self):", "        C.n += 1", "        return 'c'",
              "    _repr_latex_ = __str__", "c = C()")
        + "See `{python} c`.\n\n" + fence("f'{C.n}'"),
        "13",
        f"{NOTHING}gives '0', and the page shows '",
    ),
    "in-a-block-at-its-line": (
        note(fence("x = 1", "x"), fence("__name__")),
        "10",
        f"{NOTHING}gives '__main__', and the page shows '__lesson__'",
    ),
    "a-future-in-the-middle": (
        fence("x = 1") + fence("from __future__ import annotations", "x"),
        "5",
        f"{NOTHING}raises SyntaxError: from __future__ imports must occur at the beginning of the file",
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder: nothing is kept there from earlier runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def folds(page: dict[Part, str]) -> list[str]:
    found = [match[1] for of_part in page.values() if (match := CODE.search(of_part))]
    return [WHOLE if f"<p>{ALL_ABOVE}</p>" in one else ALONE for one in found]


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Typeset]:
    """All pages, in one run."""
    cases = {name: page for table in (FOLDS, TOGETHER, UNLIKE) for name, (page, *_) in table.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("pages"))
        pages = [read(f"{name}.md", text) for name, text in cases.items()]
        return dict(zip(cases, execute.evaluated(pages), strict=True))


@pytest.mark.parametrize("name", FOLDS)
def test_a_fold_runs_alone_or_is_all_of_the_page_s_code(name: str, evaluated: dict[str, Typeset]) -> None:
    page = evaluated[name]
    assert page.problems == []
    assert folds(page.html) == FOLDS[name][1]


def code_of(fold: str) -> str:
    """A fold's code as a reader copies it, behind a word of its own where it is all there is."""
    code = fold.partition("</summary>")[2]
    whole = f"<p>{ALL_ABOVE}</p>"
    copied = html.unescape(re.sub("<[^>]*>", "", code.removeprefix(whole))).strip("\n")
    return f"{WHOLE}\n{copied}" if code.startswith(whole) else copied


@pytest.mark.parametrize("name", TOGETHER)
def test_what_a_block_folds_is_one_program(name: str, evaluated: dict[str, Typeset]) -> None:
    page = evaluated[name]
    assert page.problems == []
    in_order = sorted(page.html, key=lambda part: part.start)
    assert [code_of(one) for part in in_order for one in CODE.findall(page.html[part])] == TOGETHER[name][1]


@pytest.mark.parametrize("name", UNLIKE)
def test_what_no_copy_gives_is_told(name: str, evaluated: dict[str, Typeset]) -> None:
    (problem,) = evaluated[name].problems
    _, line, message = UNLIKE[name]
    assert str(problem).startswith(f"{name}.md:{line}:1: L510 {message}")
    assert problem.repair == (alone.FUTURE if "future" in name else alone.REPAIR)


PYTHON = """
import ast, sys
tree, names = ast.parse(sys.stdin.read()), {}
last = tree.body.pop()
exec(compile(tree, "copied", "exec"), names)
print(eval(compile(ast.Expression(last.value), "copied", "eval"), names))
"""
DRAWING = ["drawn-in-a-sentence", "called-where-it-is-defined", "a-generator-read-in-a-sentence"]


@pytest.mark.parametrize("name", DRAWING)
def test_what_a_reader_copies_gives_what_stands_above_it(name: str, evaluated: dict[str, Typeset]) -> None:
    """In a Python that knows nothing of this package."""
    compared = 0
    for of_part in evaluated[name].html.values():
        if (shown := SAID.search(of_part)) and (code := CODE.search(of_part)):
            copied = code_of(code[1]).removeprefix(f"{WHOLE}\n")
            command = [sys.executable, "-c", PYTHON]
            done = subprocess.run(command, input=copied, capture_output=True, text=True, check=True)
            assert done.stdout.strip() == html.unescape(shown[1])
            compared += 1
    assert compared


def test_where_a_block_folds_less_its_code_is_put_together_anew() -> None:
    """Code, in order, is the same on both pages, and what is folded with what is not."""
    apart = SETUP + note(fence("one"), name="first") + note(fence("one + two"), name="second")
    (first,) = execute.evaluated([read("page.md", apart)])
    (second,) = execute.evaluated([read("page.md", SETUP + note(fence("one"), fence("one + two")))])
    assert [len(CODE.findall("".join(page.html.values()))) for page in (first, second)] == [2, 1]
    assert "one = 1\ntwo = 2\none\none + two" in code_of(CODE.findall("".join(second.html.values()))[0])


# Time and keeping ------------------------------------------------------------------------------------------------


def measured(text: str, folder: Path, seconds: float) -> tuple[list[Output], Problem | None]:
    source = read("page.md", text)
    runner = Runner(source)
    results: dict[Part, Result] = {
        part: runner.run(part) if isinstance(part, Snippet) else runner.evaluate(part)
        for part in source.parts
        if isinstance(part, Snippet | Value)
    }
    found, fault = alone.measured(source, results, folder / "runs", forks=True, each=seconds, seconds=seconds)
    assert list(folder.glob("runs*")) == []
    return list(found.values()), fault


def test_a_fold_that_takes_too_long_is_all_of_the_page_s_code(folder: Path) -> None:
    """This one has no end without the line that ends it."""
    text = fence("ends = []", "same = ends") + fence("same.append(1)") + fence("while not ends:", "    pass", "'done'")
    (longer,), fault = measured(text, folder, seconds=0.5)
    assert fault is None
    assert (longer.code, longer.all_above) == (
        "ends = []\nsame = ends\nsame.append(1)\nwhile not ends:\n    pass\n'done'",
        True,
    )


def test_what_was_measured_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    page = [read("page.md", FOLDS["another-name"][0])]
    (first,) = execute.evaluated(page)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("code ran again")

    monkeypatch.setattr(execute, "_page", never)
    monkeypatch.setattr(alone, "measured", never)
    (again,) = execute.evaluated([read("page.md", "More words.\n\n" + FOLDS["another-name"][0])])
    assert [*again.html.values()] == [*first.html.values()]
    assert WHOLE in folds(again.html)
