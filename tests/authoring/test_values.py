"""`lessons values`: every computed value, and what a change does to them."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lessons.authoring import values
from lessons.authoring.values import Computed, diff, fenced, listed

PAGE = "docs/lessons/one.md"
KL = Computed(PAGE, 12, "kl", "D", "≈ 0.333 nats", "nats", 1 / 3)


def test_every_value_is_listed_in_the_order_of_the_page(project: Any) -> None:
    assert values.values([Path("docs/index.md"), Path(PAGE)]) == [
        KL,
        replace(KL, line=15),
        Computed(PAGE, 15, '"two"', "", "two", "", None),
        Computed(PAGE, 15, "7", "", "7", "", 7.0),
    ]


def test_the_command_line_lists_them_as_text_and_as_json(project: Any) -> None:
    done = project.run("values")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"{PAGE}:12: kl: ≈ 0.333 nats   [D]\n{PAGE}:15: kl: ≈ 0.333 nats   [D]\n"
        f'{PAGE}:15: "two": two\n{PAGE}:15: 7: 7\n4 values\n'
    )
    rows = json.loads(project.run("values", "--format", "json", PAGE).stdout)
    assert rows[0] == {
        "page": PAGE,
        "line": 12,
        "expression": "kl",
        "symbol": "D",
        "text": "≈ 0.333 nats",
        "unit": "nats",
        "number": 1 / 3,
    }
    assert [Computed(**row) for row in rows] == values.values([Path(PAGE)])


def test_a_page_with_a_problem_gives_what_it_got_to(project: Any) -> None:
    project.write(PAGE, "`{python} 1`, `{python} 1 / 0`, `{python} 2`\n")
    project.write("docs/dies.md", "`{python} 3` `{python} __import__('os')._exit(0)`\n")
    (project.folder / "docs/latin.md").write_bytes(b"caf\xe9 `{python} 4`\n")
    paths = [Path(PAGE), Path("docs/dies.md"), Path("docs/latin.md"), Path("docs/none.md")]
    assert [value.text for value in values.values(paths)] == ["1", "2", "3", "4"]


def test_a_change_is_told_old_and_new(project: Any) -> None:
    """A changed number, one that shows the same but is another, a new one, one that is gone, and one that moved."""
    project.write("docs/about.md", "---\ntitle: T\ndescription: D\n---\n\n`{python} 'gone'` `{python} 'stays'`\n")
    project.commit("base")
    one = (project.folder / PAGE).read_text(encoding="utf-8")
    one = one.replace("1 / 3", "1 / 3 + 1e-6").replace('`{python} "two"`', "`{python} len('ab')`")
    project.write(PAGE, one.replace("`{python} 7`", "`{python} 7` and `{python} kl.to(digits=6)`"))
    project.write("docs/about.md", "---\ntitle: T\ndescription: D\n---\n\nMoved.\n\n`{python} 'stays'`\n")
    done = project.run("values", "--diff", "base")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"{PAGE}:12: kl: ≈ 0.333 nats → ≈ 0.333 nats   (0.3333333333333333 → 0.3333343333333333)\n"
        f"{PAGE}:15: kl: ≈ 0.333 nats → ≈ 0.333 nats   (0.3333333333333333 → 0.3333343333333333)\n"
        f"{PAGE}:15: len('ab'): new, 2\n"
        f"{PAGE}:15: kl.to(digits=6): new, ≈ 0.333334 nats\n"
        "docs/about.md: 'gone': gone → gone\n"
        f'{PAGE}: "two": two → gone\n'
        "6 of 6 values changed\n"
    )


def test_nothing_changed(project: Any) -> None:
    found = values.values([Path(PAGE)])
    moved = [replace(value, line=value.line + 5) for value in found]
    assert diff(found, moved) == "0 of 4 values changed"


def test_the_same_expression_is_told_by_its_turn() -> None:
    old = [KL, replace(KL, line=20, text="2", number=2.0)]
    new = [KL, replace(KL, line=30, text="3", number=3.0), replace(KL, line=40)]
    assert diff(old, new).splitlines() == [
        f"{PAGE}:30: kl: 2 → 3",
        f"{PAGE}:40: kl: new, ≈ 0.333 nats",
        "2 of 3 values changed",
    ]


def test_the_old_values_are_computed_by_the_old_code(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision may bring a package of its own: a value that moved with it is a change."""
    seen: dict[str, str] = {}
    run = subprocess.run

    def spy(command: Any, **options: Any) -> Any:
        if "lessons" in command:
            seen.update(options["env"])
            seen["page"] = (Path(options["cwd"]) / PAGE).read_text(encoding="utf-8")
            assert Path(options["env"]["PYTHONPATH"]) == Path(options["cwd"]) / "src"
        return run(command, **options)

    project.commit("base")
    project.write(PAGE, "changed since\n")
    monkeypatch.setattr(subprocess, "run", spy)
    assert [value.text for value in values.at("base")] == ["≈ 0.333 nats", "≈ 0.333 nats", "two", "7"]
    assert "1 / 3" in seen["page"]
    assert not Path(seen["PYTHONPATH"]).exists()  # nothing stays behind


def test_a_base_that_is_none_is_told_in_one_line(project: Any) -> None:
    project.commit("base")
    done = project.run("values", "--diff", "nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "nowhere" in done.stderr


def test_one_value_and_none() -> None:
    assert listed([], "json") == "[]"
    assert listed([], "text") == "0 values"
    assert str(replace(KL, symbol="")) == f"{PAGE}:12: kl: ≈ 0.333 nats"


@pytest.mark.parametrize("text", ["plain", "```\n# no heading\n```", "a ````` b", "``````"])
def test_no_value_closes_the_fence_of_a_summary(text: str) -> None:
    first, *shown, last = fenced(text).split("\n")
    assert first == f"{last}text"
    assert set(last) == {"`"}
    assert "\n".join(shown) == text
    assert not any(re.match(rf" {{0,3}}{last}", line) for line in shown)


def test_a_summary_shows_no_control_signs_and_ends() -> None:
    assert "\x1b" not in fenced("\x1b[31mred")
    assert "\u202e" not in fenced("\u202eright to left")
    told = fenced("x" * 3_000_000)
    assert len(told.encode()) < 2**20
    assert "characters more" in told.split("\n")[-2]
