"""Which figures of an answer were computed somewhere, L401: and which only name a thing."""

from __future__ import annotations

import pytest

from lessons.page import rules, source


def typed(answer: str) -> list[str]:
    page = source.read("page.md", f"/// question | Why?\n    id: why\n\n{answer}\n///\n")
    return [
        problem.message.removeprefix("the figure ").partition(" is typed")[0] for problem in rules.typed_results(page)
    ]


@pytest.mark.parametrize(
    ("answer", "figure"),
    [
        ("It is 0{,}318 nats.", "0{,}318"),
        ("It is $0{,}318$.", "0{,}318"),
        ("It is $1{,}25$.", "1{,}25"),
        ("It is 0·318 nats.", "0·318"),
        ("It is 1 544,25 nats.", "1 544,25"),
        ("It is 1\u202f544,25 nats.", "1\u202f544,25"),
        ("It is 1,544.25 nats.", "544.25"),
        ("It is 2,50 nats.", "2,50"),
        ("It is 3,14159.", "3,14159"),
        ("It is 0.**318**.", "0.**318"),
        ("It is **0**.318.", ".318"),
        ("It is 0\\.318.", "0\\.318"),
        ("It is $3.2\\times10^{-4}$.", "3.2\\times10^{-4"),
        ("It is 2 × 10^{-4}.", "2 × 10^{-4"),
        ("It is 1e-3.", "1e-3"),
        ("It is (0.318).", "0.318"),
        ("[0.318 nats](a.md)", "0.318"),
        ("The section of 0.318 nats", "0.318"),
        ("A 0.318-nat gap", "0.318"),
        ("in steps of 0.25", "0.25"),
        ("between 0.25/0.5", "0.25"),
    ],
)
def test_a_figure_that_was_computed_somewhere(answer: str, figure: str) -> None:
    assert typed(answer) == [figure]


@pytest.mark.parametrize(
    "answer",
    [
        "Eq. 2.13", "eq. (2.13)", "eq.~2.13", "Equation\u00a02.13", "Eq.\n2.13", "**Eq. 2.13**", "by (2.13)",
        "equations 2.13 and 2.14", "eq. 2.13, 2.14 and 2.15", "Eqs. (2.13)–(2.15)", "equation [2.13](https://a.org/2)",
        "section 3.12", "Sections 3.12–3.14", "§2.10", "chapters 3.10, 3.11", "Theorem 2.10", "Def. 2.11",
        "exercise 3.14", "page 3.12", "Figure 4.10: a curve", "[Section 3.12](https://a.org/3.12)", "[2.13](https://a.org)",
        "version 3.11", "Python 3.11", "PyTorch 2.10", "numpy>=1.25", "numpy 1.26", "v1.25", "1.2.3", "CUDA 12.10",
        "arXiv 1312.6114", "arXiv:1312.6114v10", "doi 10.1000/182", "10.48550/arXiv.1312.6114", "0000-0002-1825-0097",
        "$N(0,25)$", "$x_{1,25}$", "an array of (3,28,28)", "seeds 1,10,100", "1,544 images", "12,345,678",
        "in 2013,2014", "24.12.2013", "at 12.30 h",
    ],
)  # fmt: skip
def test_a_figure_that_names_a_thing(answer: str) -> None:
    assert typed(f"As {answer} says.") == []
