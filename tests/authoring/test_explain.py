"""What `lessons check --explain` tells of a page's answers: each slip is named or listed as hidden."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lessons.authoring.explain import explained
from lessons.page.page import Answer, Exercise, Page, Slip, Variant

ROOT = Path(__file__).parents[2]
ANSWER = Answer("a", "Case a", 0.3181, 3, "nats", "0.318 nats", (Slip("half", 0.6363, "<b>½</b>"),), ("mu", "no_mu"))
OTHER = Answer("a", "Case a", -1.5, 3, "nats", "−1.500 nats", (Slip("half", -3, "½"),), ("std",))


def page(*exercises: Exercise) -> Page:
    return Page("docs/a.md", "a/index.html", {}, "", exercises=exercises)


def test_each_slip_is_named_or_hidden() -> None:
    variant = Variant("0a1b2c3d", (("mu", "-2"), ("std", "0.5")), "", "", (OTHER,))
    told = explained([page(Exercise("e", "Exercise 1: Q &amp; A", "", "", (ANSWER,), variants=(variant,)))])
    assert told.split("\n") == [
        "docs/a.md: Exercise 1: Q & A (#e)",
        "  Case a (#a): 0.318 nats",
        "    names: half 0.636",
        "    hidden by these numbers: mu, no_mu",
        "  other numbers: 1",
        "    ?variant=0a1b2c3d: mu = -2, std = 0.5: −1.500 nats; hidden: std",
    ]


def test_what_asks_for_nothing_is_left_out() -> None:
    assert explained([page(Exercise("e", "E", "", ""))]) == ""


def test_the_command_tells_of_the_pages_it_checks() -> None:
    command = [sys.executable, "-m", "lessons", "check", "--explain", "docs/lessons/vae-training.md"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.split("\n")
    assert lines[0] == "docs/lessons/vae-training.md: Exercise 1: Four closed-form divergences (#four-kls)"
    assert "  Case c (#kl-case-c): 0.318 nats" in lines
    assert "    hidden by these numbers: mu, no_mu" in lines
    assert sum(line.startswith("    ?variant=") for line in lines) == 36
    assert lines[-2:] == ["1 page, no problems", ""]
