"""The code behind a result: whatever the page is made of, it runs alone and gives the same value."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.page.provenance import History, set_by, visible


def behind(*snippets: str) -> str:
    """The code shown with the last snippet of a page."""
    history = History()
    return [history.add(snippet) for snippet in snippets][-1]


def value(code: str, namespace: dict[str, Any]) -> Any:
    """What a snippet's last line gives, run in a namespace."""
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    exec(compile(tree, "page", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "page", "eval"), namespace)


def on_the_page(snippets: tuple[str, ...]) -> Any:
    namespace: dict[str, Any] = {}
    for snippet in snippets[:-1]:
        exec(snippet, namespace)
    return value(snippets[-1], namespace)


PAGES = {
    "a name": ("x = 2", "x * 3"),
    "a chain": ("x = 2\ny = x + 1", "z = y * 2", "z"),
    "an import": ("import math", "math.floor(2.5)"),
    "an import under another name": ("import os.path as p\nfrom math import floor as f", "f(2.5), p.join('a', 'b')"),
    "set twice": ("x = 1", "x = 2", "x"),
    "set from itself": ("x = 1", "x = x + 1", "x"),
    "augmented": ("x = 1", "x += 1", "x"),
    "augmented here": ("x = 1", "x += 1\nx"),
    "two at once": ("a, b = 1, 2", "a, c = b, a", "a + c"),
    "a condition": ("x = 1\ny = 0", "if y:\n    x = 2", "x"),
    "a condition here": ("x = 1\ny = 0", "if y:\n    x = 2\nx"),
    "a loop": ("total = 0", "for n in range(4):\n    total = total + n", "total, n"),
    "a loop over nothing": ("n = 7", "for n in []:\n    pass", "n"),
    "an attempt": ("x = 1", "try:\n    x = int('a')\nexcept ValueError:\n    pass", "x"),
    "a list that grows": ("xs = []", "xs.append(1)", "ys = xs\nxs.append(2)", "len(xs)"),
    "a list that is set": ("xs = [1, 2]", "xs[0] = 5", "sum(xs)"),
    "a table that grows": ("d = {}", "d['a'] = {}", "d['a']['b'] = 1", "d"),
    "an attribute": ("class A:\n    b = 1", "a = A()", "a.b = 2", "a.b"),
    "taken away": ("xs = [1, 2, 3]", "del xs[0]", "xs"),
    "a generator of random numbers": ("import random", "r = random.Random(1)", "a = r.random()", "r.random()"),
    "a generator in a call": ("import random\nr = random.Random(1)", "r.random()", "r.random()"),
    "a seed for all": ("import random", "random.seed(3)", "random.random()"),
    "a decorated function": (
        "def twice(f):\n    return lambda x: 2 * f(x)\n\n\n@twice\ndef f(x):\n    return x + 1",
        "f(2)",
    ),
    "a function": ("def f(x):\n    return x + 1", "f(2)"),
    "a function of a name": ("y = 2", "def f(x):\n    return x + y", "f(2)"),
    "a function of a later name": ("def f():\n    return y", "y = 5", "f()"),
    "a function of a name that changes": ("y = 1", "def f():\n    return y", "a = f()", "y = 2", "a, f()"),
    "a function of a function": ("def f():\n    return 1", "def g():\n    return f()", "g()"),
    "a function that changes a list": ("xs = []", "def add(x):\n    xs.append(x)", "add(3)", "xs"),
    "a function that changes it by another": (
        "xs = []",
        "def add(x):\n    xs.append(x)",
        "def twice(x):\n    add(x)\n    add(x)",
        "twice(1)",
        "xs",
    ),
    "a function with a global name": ("n = 0", "def count():\n    global n\n    n = n + 1", "count()", "count()", "n"),
    "a default": ("y = 3", "def f(x=y):\n    return x", "y = 4", "f()"),
    "an argument of the same name": ("a = [3, 1]", "sorted(a, key=lambda a: -a)"),
    "a lambda of a later name": ("f = lambda: y", "y = 1", "f()"),
    "a class of a name": ("y = 3", "class A:\n    def f(self):\n        return y", "A().f()"),
    "a comprehension": ("n = 3", "[x * n for x in range(n)]"),
    "a comprehension over its own name": ("x = [1, 2]", "[x for x in x]"),
    "a walrus": ("xs = [1, 2]", "if (n := len(xs)) > 1:\n    m = n", "m + n"),
    "with": ("import io\nf = io.StringIO('a')", "with f as g:\n    text = g.read()", "text"),
    "an iterator": ("i = iter([1, 2, 3])", "i.__next__()", "i.__next__()"),
    "options": ("#| code: hidden\nx = 1", "#| code: shown\nx"),
    "lines that go on": ("x = (1 +\n     2)", "y = [\n    x,\n]", "y"),
    "decorated": ("import functools", "@functools.cache\ndef f(x):\n    return x", "f(1)"),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_code_runs_alone_and_gives_the_same_value(name: str) -> None:
    snippets = PAGES[name]
    assert value(behind(*snippets), {}) == on_the_page(snippets)


# A line of a small page: it sets one of four numbers or changes the list, by what was set before.
NAMES = st.sampled_from("abcd")
LINES = st.one_of(
    st.builds("{} = {}".format, NAMES, st.integers(0, 9)),
    st.builds("{} = {} + {}".format, NAMES, NAMES, NAMES),
    st.builds("{} += {}".format, NAMES, NAMES),
    st.builds("if {} > {}:\n    {} = {}".format, NAMES, st.integers(0, 9), NAMES, NAMES),
    st.builds("for {} in range({}):\n    {} = {} + 1".format, NAMES, st.integers(0, 3), NAMES, NAMES),
    st.builds("xs.append({})".format, NAMES),
    st.builds("{} = sum(xs)".format, NAMES),
    st.builds("def f():\n    return {} + {}".format, NAMES, NAMES),
    st.builds("{} = f()".format, NAMES),
    st.builds("def g():\n    xs.append({})".format, NAMES),
    st.just("g()"),
)
BEGIN = "a, b, c, d = 1, 2, 3, 4\nxs = [5]\n\ndef f():\n    return 6\n\ndef g():\n    xs.append(7)"


@given(st.lists(LINES, max_size=8), st.sampled_from(["a", "b + c", "(d, xs)", "f()"]))
def test_the_code_of_any_page_runs_alone_and_gives_the_same_value(lines: list[str], last: str) -> None:
    snippets = (BEGIN, *lines, last)
    assert value(behind(*snippets), {}) == on_the_page(snippets)


@pytest.mark.parametrize(
    ("snippets", "shown"),
    [
        (("x = 1\ny = 2", "x"), "x = 1\nx"),
        (("x = 1", "x = 2", "x"), "x = 2\nx"),
        (("import math\nx = 1", "y = math.sin(1)", "math.cos(x)"), "import math\nx = 1\nmath.cos(x)"),
        (("x = 1", "f = lambda x: x\nf(2)"), "f = lambda x: x\nf(2)"),
        (("x = 1", "[x for x in range(3)]"), "[x for x in range(3)]"),
        (("x = 1", "for x in range(3):\n    print(x)"), "for x in range(3):\n    print(x)"),
        (("x = 1", "x = 2\nx"), "x = 2\nx"),
        (("x = 1\nx", "print(x)", "x"), "x = 1\nx"),
        (
            ("from lessons.maths import worked\nworked.a(1)", "worked.b(2)"),
            "from lessons.maths import worked\nworked.b(2)",
        ),
    ],
)
def test_no_more_is_shown_than_is_needed(snippets: tuple[str, ...], shown: str) -> None:
    assert behind(*snippets) == shown


def test_a_method_of_a_result_changes_nothing() -> None:
    history = History()
    namespace: dict[str, Any] = {}
    shown = []
    for code in ("from lessons.maths.derivation import Quantity\nq = Quantity(0.5)", "six = q.to(digits=6)", "q"):
        exec(code, namespace)
        shown.append(history.add(code, namespace))
    assert shown[-1] == "from lessons.maths.derivation import Quantity\nq = Quantity(0.5)\nq"


def test_option_lines_are_not_for_readers() -> None:
    assert visible("#| code: shown\n# a remark\nx = 1\n\n") == "# a remark\nx = 1"


def test_the_names_that_code_would_set() -> None:
    assert set_by("import a.b, c as d\nx = y\n\ndef f():\n    z = 1\n[w for w in x]") == {"a", "d", "x", "f"}
    assert set_by("x = = 1") == set()
