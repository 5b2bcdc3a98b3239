"""Snippets and inline values: what runs, in which order and namespace, and where an error is said to be."""

from textwrap import dedent

import pytest

from lessons.page.display import Shown
from lessons.page.folds import visibility
from lessons.page.snippet import MOST_SAID, Output, Runner
from lessons.page.source import Snippet, Value, read
from lessons.problem import Problem


def run(text: str) -> list[Output | Shown | Problem]:
    """What each snippet and inline value of a page gives, in the order of the page."""
    source = read("page.md", dedent(text))
    runner = Runner(source)
    parts = [part for part in source.parts if isinstance(part, Snippet | Value)]
    return [runner.run(part) if isinstance(part, Snippet) else runner.evaluate(part) for part in parts]


def snippet(code: str) -> Output:
    (output,) = run(f"```{{python}}\n{code}\n```\n")
    assert isinstance(output, Output), output
    return output


def problem(text: str) -> Problem:
    """The only problem of a page."""
    (found,) = [result for result in run(text) if isinstance(result, Problem)]
    return found


# What is shown --------------------------------------------------------------------------------------------


def test_the_last_expression_is_the_value() -> None:
    assert snippet("x = 'a'\nx * 2").shown == Shown("aa")


@pytest.mark.parametrize("code", ["x = 1", "None", "'a';", "'a' ;  ", "if True:\n    'a'", "def f(): ...", ""])
def test_nothing_is_shown_without_a_value(code: str) -> None:
    assert snippet(code).shown is None


def test_what_is_printed_is_kept_and_the_value_with_it() -> None:
    output = snippet("print('a')\nprint('b', end='')\n'c'")
    assert (output.printed, output.shown) == ("a\nb", Shown("c"))


def test_printing_does_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    snippet("print('a')")
    assert capsys.readouterr().out == ""


def test_a_derivation_is_shown_as_tex_on_its_own_and_as_text_in_a_sentence() -> None:
    page = """
        ```{python}
        from lessons.maths.worked import kl_standard_normal
        kl = kl_standard_normal(0, 0.5)
        kl
        ```
        It is `{python} kl`.
    """
    output, shown = run(page)
    assert isinstance(output, Output)
    assert output.shown is not None
    assert output.shown.tex
    assert output.shown.text.startswith(r"\begin{aligned}")
    assert shown == Shown("≈ 0.318 nats")


# The namespace --------------------------------------------------------------------------------------------


def test_values_are_shown_as_of_the_place_where_they_stand() -> None:
    page = """
        ```{python}
        x = 1
        ```
        `{python} x`
        ```{python}
        x = 2
        ```
        `{python} x` and `{python} x + 1`
    """
    assert [result for result in run(page) if isinstance(result, Shown)] == [
        Shown("1"),
        Shown("2"),
        Shown("3"),
    ]


def test_a_value_above_its_snippet_does_not_see_it() -> None:
    assert problem("`{python} x`\n\n```{python}\nx = 1\n```\n").message == "NameError: name 'x' is not defined"


def test_every_page_starts_fresh() -> None:
    run("```{python}\nleak = 1\n```\n")
    assert problem("`{python} leak`\n").code == "L201"


def test_functions_of_the_page_see_its_later_names() -> None:
    page = """
        ```{python}
        def double(): return 2 * x
        x = 4
        ```
        `{python} double()` and `{python} [x for _ in range(2)][1]`
    """
    assert run(page)[1:] == [Shown("8"), Shown("4")]


def test_the_code_of_a_page_is_no_part_of_this_package() -> None:
    # An inherited `from __future__ import annotations` breaks dataclasses that a page defines.
    code = "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\nA.__annotations__['x'] is int"
    assert snippet(code).shown == Shown("True")


def test_a_failed_snippet_does_not_stop_the_rest() -> None:
    results = run("```{python}\n1 / 0\n```\n\n```{python}\n'a'\n```\n\n`{python} nope`\n")
    assert isinstance(results[0], Problem)
    assert isinstance(results[1], Output)
    assert isinstance(results[2], Problem)


# Where an error is ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["", "---\ntitle: T\n---\n", "---\ntitle: T\n---\n\n\n\n"])
@pytest.mark.parametrize("between", ["", "\n\n", "text\n\n- item\n\n"])
def test_a_raising_line_is_named_as_in_the_file(head: str, between: str) -> None:
    page = f"{head}{between}```{{python}}\nx = 1\n\n1 / 0\ny = 2\n```\n"
    found = problem(page)
    assert page.splitlines()[found.location.line - 1] == "1 / 0"
    assert (found.code, found.message) == ("L201", "ZeroDivisionError: division by zero")


def test_an_error_inside_a_function_of_the_page_is_named_there() -> None:
    page = """\
        ---
        title: T
        ---
        ```{python}
        def half(x):
            y = x
            return y / 0
        ```

        ```{python}
        half(1)
        ```
    """
    assert str(problem(page).location) == "page.md:7:1"
    assert (
        str(problem(page.replace("half(1)\n        ```", "```\n\n        `{python} half(1)`")).location)
        == "page.md:7:1"
    )


def test_an_error_inside_a_library_is_named_where_the_page_calls_it() -> None:
    page = """\
        text

        ```{python}
        import json

        json.loads(
            "{"
        )
        ```
    """
    found = problem(page)
    assert found.location.line == 6
    assert found.message.startswith("JSONDecodeError: ")


def test_an_option_line_counts() -> None:
    assert problem("```{python}\n#| code: shown\n1 / 0\n```\n").location.line == 3


def test_an_error_in_a_list_or_quotation_is_named_at_its_line() -> None:
    assert problem("- item\n\n    ```{python}\n    x = 1\n    1 / 0\n    ```\n").location.line == 5
    assert problem("> ```{python}\n> x = 1\n>\n> 1 / 0\n> ```\n").location.line == 4


@pytest.mark.parametrize(
    ("code", "line", "column"),
    [
        ("x = 1\ny = = 2", 5, 5),
        ("def f(:", 4, 7),
        ("x = 1\nreturn x", 5, 1),  # found only when it is compiled
        ("while True:\n    pass\nbreak", 6, 1),
        ("x = 1\neval('1 +')", 5, 1),  # raised by the code, about another text
    ],
)
def test_a_syntax_error_is_named_at_its_line(code: str, line: int, column: int) -> None:
    found = problem(f"a\n\n```{{python}}\n{code}\n```\n")
    assert (found.location.line, found.location.column) == (line, column)
    assert found.message.startswith("SyntaxError: ")
    assert found.repair == "mend the snippet: it is not valid Python"


def test_a_syntax_error_in_a_list_counts_its_indentation() -> None:
    assert str(problem("- a\n\n    ```{python}\n    x = = 2\n    ```\n").location) == "page.md:4:9"


@pytest.mark.parametrize("expression", ["nope", "x = 1", "1 +", "None", "0.5"])
def test_an_inline_value_is_named_at_its_column(expression: str) -> None:
    found = problem(f"# T\n\none\ntwo `{{python}} {expression}` three\n")
    assert found.location.line == 4
    assert len("two `{python} ") + 1 <= found.location.column <= len(f"two `{{python}} {expression}") + 1


# What is refused ------------------------------------------------------------------------------------------


def test_an_unknown_name_names_the_nearest() -> None:
    found = problem("```{python}\nmean = 1\nspread = 2\n```\n\n`{python} maen`\n")
    assert found.message == "NameError: name 'maen' is not defined"
    assert found.repair == "did you mean 'mean'? use one of: mean, spread"


def test_what_follows_from_a_failed_snippet_is_not_told_again() -> None:
    then = "".join(f"```{{python}}\n{code}\n```\n\n" for code in ("x = oops", "y = x", "z = y", "print(z)"))
    assert problem(f"{then}`{{python}} str(z)`\n").message == "NameError: name 'oops' is not defined"


def test_an_unknown_name_on_a_page_without_names() -> None:
    assert problem("`{python} x`").repair == "no snippet above has set a name yet"


@pytest.mark.parametrize(
    "code",
    [
        "import numpy as np\nnp.exp(1000.0)",
        "import numpy as np\nnp.array([1.0]) / 0",
        "import warnings\nwarnings.warn('old', DeprecationWarning)",
        "'\\d'",  # an invalid escape
    ],
)
def test_warnings_are_errors(code: str) -> None:
    assert problem(f"```{{python}}\n{code}\n```\n").code == "L201"


@pytest.mark.parametrize("code", ["exit()", "raise SystemExit(0)", "assert 1 == 2, 'not so'", "raise KeyError"])
def test_leaving_and_failing_are_problems(code: str) -> None:
    found = problem(f"```{{python}}\n{code}\n```\n")
    assert (found.code, found.location.line) == ("L201", 2)


def test_a_message_stays_on_one_line() -> None:
    assert problem("```{python}\nraise ValueError('a\\n  b')\n```\n").message == "ValueError: a b"
    assert problem("```{python}\nraise KeyError\n```\n").message == "KeyError: no message"


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("0.5", "L202"),
        ("[1]", "L202"),
        ("Quantity", "L202"),  # the class, not a value of it
        ("Quantity(0.5).to", "L202"),
        ("float('nan')", "L203"),
        ("float('inf')", "L203"),
        ("Quantity(float('nan'))", "L203"),
    ],
)
@pytest.mark.parametrize("inline", [True, False])
def test_values_that_cannot_be_shown(expression: str, code: str, inline: bool) -> None:
    setup = "```{python}\nfrom lessons.maths.derivation import Quantity\n```\n\n"
    shown = f"`{{python}} {expression}`" if inline else f"```{{python}}\n{expression}\n```"
    assert problem(setup + shown + "\n").code == code


@pytest.mark.parametrize(
    ("last", "line", "words"),
    [("fig", 1, "a figure without alternative text"), ("Figure(fig, alt=' ')", 5, "alt is empty: say in")],
)
def test_a_figure_without_alternative_text(last: str, line: int, words: str) -> None:
    code = f"from lessons.figures import Figure, plt\n\nfig, ax = plt.subplots()\n{last}"
    found = problem(f"```{{python}}\n{code}\n```\n")
    assert (found.code, found.location.line) == ("L504", line)
    assert found.message.startswith(words)
    assert found.repair.startswith('end with Figure(fig, alt="what it shows")')


@pytest.mark.parametrize(
    "code", ["print('x' * 200_000)", "'x' * 200_000", "for _ in range(300):\n    print('x' * 1000)"]
)
def test_a_page_holds_only_so_much(code: str) -> None:
    found = problem(f"```{{python}}\n{code}\n```\n")
    assert (found.code, found.message.partition(",000 characters")[0]) == ("L201", "ValueError: more than 100")
    assert problem(f"`{{python}} 'x' * {100_001}`\n").message == "ValueError: more than 100,000 characters shown"
    assert snippet("'x' * 100_000").shown == Shown("x" * 100_000)


def test_a_bad_parameter_is_no_value_that_is_not_finite() -> None:
    code = "from lessons.maths.worked import TrainingStep\nTrainingStep(1, 1, 0, 0).updated(rate=-1)"
    found = problem(f"```{{python}}\n{code}\n```\n")
    assert (found.code, found.location.line) == ("L201", 3)
    assert "rate must be finite and positive" in found.message


# Options --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["folded", "shown", "hidden"])
def test_the_code_option_is_handed_on(code: str) -> None:
    text = f"#| code: {code}\n'x'"
    (part,) = read("page.md", f"```{{python}}\n{text}\n```\n").of(Snippet)
    output = snippet(text)
    assert (visibility(part), output.shown) == (code, Shown("x"))
    assert output.code == "'x'"  # option lines are not for readers


def test_folded_is_the_rule() -> None:
    assert visibility(read("page.md", "```{python}\n'x'\n```\n").of(Snippet)[0]) == "folded"


@pytest.mark.parametrize(
    ("option", "message", "repair"),
    [
        ("cod: shown", "snippet has the unknown option 'cod'", "did you mean 'code'? use one of: code"),
        (
            "code: hiden",
            "'code' cannot be 'hiden'",
            "did you mean 'hidden'? use one of: folded, hidden, shown",
        ),
        ("code:", "'code' cannot be ''", "use one of: folded, hidden, shown"),
    ],
)
def test_a_misspelt_option(option: str, message: str, repair: str) -> None:
    found = problem(f"a\n\n```{{python}}\n#| {option}\n'x'\n```\n")
    assert (found.code, found.location.line, found.message, found.repair) == ("L204", 3, message, repair)


def test_folded_code_runs_as_it_stands() -> None:
    page = """
        ```{python}
        import math
        unused = 1
        base = 3
        ```
        ```{python}
        base = 2
        def power(n):
            return base**n
        ```
        ```{python}
        answer = power(math.floor(5.5))
        answer
        ```
    """
    output = run(page)[-1]
    assert isinstance(output, Output)
    namespace: dict[str, object] = {}
    exec(output.code, namespace)
    assert namespace["answer"] == 32
    assert "unused" not in output.code


def test_shown_code_is_the_snippet_alone() -> None:
    output = run("```{python}\nx = 'a'\n```\n\n```{python}\n#| code: shown\nx\n```\n")[-1]
    assert isinstance(output, Output)
    assert output.code == "x"


def test_what_an_exception_says_has_an_end() -> None:
    found = problem("```{python}\nraise ValueError('x ' * 1_000_000)\n```\n")
    assert found.message == f"ValueError: {'x ' * 1_000_000}"[: MOST_SAID + len("ValueError: ")]
