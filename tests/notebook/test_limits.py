"""What a notebook may take: as its header says, up to the most there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessons.notebook.limits import Limits
from lessons.notebook.source import read


def faults(text: str) -> list[str]:
    return [f"{one.location}: {one.code} {one.message}" for one in read(Path("notebooks/x.py"), text)[1]]


@pytest.mark.parametrize(
    "limits",
    [
        "{cells: 3}",
        "{cell: 0}",
        "{cell: -1}",
        "{cell: long}",
        "{cell: .inf}",
        "{memory: .nan}",
        "{cell: true}",
        "30",
        "[cell]",
    ],
)
def test_limits_that_are_none_are_reported_at_their_line(limits: str) -> None:
    text = f"# ---\n# title: T\n# description: D\n# limits: {limits}\n# ---\n"
    assert faults(text) == ["notebooks/x.py:4:1: L002 the limits are not understood"]
    assert read(Path("notebooks/x.py"), text)[0].limits == Limits()


@pytest.mark.parametrize(
    "limits", ["{cell: 120.5}", "{notebook: 601}", "{memory: 100000}", "{cell: 9, memory: 1.0e+300}"]
)
def test_limits_that_are_too_high_are_reported_with_the_highest(limits: str) -> None:
    text = f"# ---\n# title: T\n# description: D\n# limits: {limits}\n# ---\n"
    notebook, (problem,) = read(Path("notebooks/x.py"), text)
    assert str(problem.location) == "notebooks/x.py:4:1"
    assert (problem.code, problem.message) == ("L002", "the limits are higher than a notebook may have")
    assert "at most 120 s, 600 s and 4096 MiB" in problem.repair
    assert notebook.limits == Limits()


def test_the_highest_limits_may_be_asked_for() -> None:
    text = "# ---\n# title: T\n# description: D\n# limits: {cell: 120, notebook: 600, memory: 4096}\n# ---\n"
    notebook, problems = read(Path("notebooks/x.py"), text)
    assert (notebook.limits, problems) == (Limits(120, 600, 4096), [])


def test_the_repair_names_the_limits_there_are() -> None:
    (problem,) = read(Path("x.py"), "# ---\n# title: T\n# description: D\n# limits: {cells: 3}\n# ---\n")[1]
    assert "cell, notebook, memory" in problem.repair
