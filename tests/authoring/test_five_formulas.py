"""A lesson of five formulas that the package has not, written by the guide alone: what it shows, computed otherwise."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lessons.maths import proof
from lessons.maths.derivation import Derivation

LESSON = (Path(__file__).parent / "fixtures/five-formulas.md").read_text(encoding="utf-8")
PAGE = "docs/lessons/one.md"
SNIPPET = re.compile(r"^```\{python\}\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def expected() -> list[float]:
    """The result of each formula that the page shows, by numpy, in the order of the page."""
    likelihood = 1 / (1 + np.exp(1.2))  # of a pixel that is 1
    pixels = 0.15 / (2 * 0.1**2) + 4 / 2 * np.log(2 * np.pi * 0.1**2)
    weights, means, widths = np.array([0.3, 0.7]), np.array([-1.0, 2.0]), np.array([1.0, 0.5])
    parts = weights / (widths * np.sqrt(2 * np.pi)) * np.exp(-0.5 * ((1.2 - means) / widths) ** 2)
    importance = np.array([0.02, 0.10, 0.36])
    return [
        -np.log(likelihood),
        pixels,
        parts[1],
        -np.log(parts.sum()),
        parts[1] / parts.sum(),
        np.log(np.mean(importance)),
        np.mean(np.log(importance)),
        100.3 / 784 / np.log(2),
    ]


def test_it_is_without_a_problem(project: Any) -> None:
    project.write(PAGE, LESSON)
    done = project.run("check", PAGE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 page, no problems\n", "")


def test_its_values(project: Any) -> None:
    project.write(PAGE, LESSON)
    shown = json.loads(project.run("values", "--format", "json", PAGE).stdout)
    assert [one["number"] for one in shown] == pytest.approx(expected(), rel=1e-12)
    assert [one["text"] for one in shown] == [
        "≈ 1.463 nats",
        "≈ 1.9654 nats",
        "≈ 0.15529",
        "≈ 1.79618 nats",
        "≈ 0.93586",
        "≈ −1.833 nats",
        "≈ −2.412 nats",
        "≈ 0.18457 bits",
    ]


def test_each_of_its_lines_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    proven: set[str] = set()
    prove = proof.prove

    def watched(lines: Any, *rest: Any) -> None:
        prove(lines, *rest)
        proven.update(tex for _, tex in lines)

    monkeypatch.setattr(proof, "prove", watched)
    names: dict[str, Any] = {}
    shown: list[Derivation] = []
    for code in SNIPPET.findall(LESSON):
        *before, last = re.split(r"^(?=\S)(?!\))", code, flags=re.MULTILINE)
        exec("".join(before), names)
        found = None if last.startswith("from ") else eval(last, names)
        shown += [found] if isinstance(found, Derivation) else []
    assert len(shown) == len(expected())
    lines = [tex for one in shown for _, tex in one.lines()[:-1]]  # the last is the result, which they lead to
    assert len(lines) > 20
    assert set(lines) <= proven
