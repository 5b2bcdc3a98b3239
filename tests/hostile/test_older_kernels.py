"""The corpus where Landlock is an older one, and as an ordinary user: the same answers, and still nothing gets out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lessons.confine import files

PROGRAMS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("programs/*.py"))}
HEAD = "---\ntitle: A\ndescription: B.\n---\n\n"
# What the clock holds and no kernel, costs its seconds once, in test_confined.
HELD = {
    name: program
    for name, program in PROGRAMS.items()
    if "# page: L205" not in program and not name.startswith("fills")
}
KINDS = [(1, True), (2, False), (4, True), (files.version(), True)]


@pytest.fixture(scope="module")
def before(machine: Any) -> Any:
    for name, program in HELD.items():
        code = machine.filled(program)
        (machine.project / f"docs/{name}.md").write_text(f"{HEAD}```{{python}}\n{code}```\n", encoding="utf-8")
        head = HEAD.strip().replace("\n", "\n# ")
        (machine.project / f"notebooks/{name}.py").write_text(f"# {head}\n\n# %%\n{code}", encoding="utf-8")
    return machine.everything()


@pytest.fixture(scope="module", autouse=True)
def nothing_got_out(machine: Any, before: dict[str, str]) -> Iterator[None]:
    yield
    assert machine.everything() == before
    assert machine.processes() == []
    assert machine.called() == 0


@pytest.mark.parametrize(("landlock", "ordinary"), KINDS)
def test_pages(landlock: int, ordinary: bool, machine: Any, before: Any) -> None:
    done = machine.lessons("check", *(f"docs/{name}.md" for name in HELD), landlock=landlock, ordinary=ordinary)
    assert answers(done.stderr, "page") == dict.fromkeys(HELD, "as expected")
    assert machine.everything() == before
    assert machine.secret not in done.stderr


def test_notebooks(machine: Any, before: Any) -> None:
    done = machine.lessons("notebooks", "--jobs", "2", landlock=1, ordinary=True)
    assert answers(done.stderr, "notebook") == dict.fromkeys(HELD, "as expected")
    assert machine.everything() == before
    assert machine.secret not in done.stderr


def answers(said: str, place: str) -> dict[str, str]:
    """What each program was told, where it is not what it expects."""
    found = re.findall(r"(?m)^(?:docs|notebooks)/([\w-]+)\.(?:md|py):\d+:\d+: (.*)$", said)
    assert len(found) == len(HELD)
    return {name: "as expected" if _expects(name, place, told) else told for name, told in found}


def _expects(name: str, place: str, told: str) -> bool:
    (pattern,) = re.findall(rf"(?m)^# {place}: (.*)$", HELD[name])
    return re.fullmatch(pattern, told) is not None


@pytest.mark.parametrize(
    ("missing", "open_"),
    [
        ({"landlock": 0}, "this system has no Landlock (Linux 5.13 and newer have both): the files of this machine"),
        ({"seccomp": False}, "has no seccomp filters (Linux 5.13 and newer have both): the processes, connections and"),
        (
            {"landlock": 0, "seccomp": False},
            "no Landlock and no seccomp filters (Linux 5.13 and newer have both): the files and the processes",
        ),
    ],
)
def test_each_run_says_what_is_not_held(missing: Any, open_: str, machine: Any) -> None:
    done = machine.lessons("check", "docs/index.md", **missing)
    assert (done.returncode, done.stdout) == (0, "1 page, no problems\n")
    (told,) = done.stderr.splitlines()
    assert open_ in told
    assert told.endswith("`make sandbox` on such a kernel")


def test_a_run_that_holds_everything_says_nothing(machine: Any) -> None:
    assert machine.lessons("check", "docs/index.md").stderr == ""
