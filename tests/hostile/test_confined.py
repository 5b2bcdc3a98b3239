"""The corpus as lessons, on this machine: each program is told with its place, and leaves nothing behind.

What is asked here, Linux gives without root: Landlock and seccomp, see SECURITY.md for what other systems give.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.long

PROGRAMS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("programs/*.py"))}
HEAD = "---\ntitle: A\ndescription: B.\n{}---\n\n"
CALLS = "from lessons.maths import worked\n\nc = worked.kl_standard_normal(mu=0.0, std=0.5)\n"
SPOILS = CALLS.replace("\nc", "\nworked.kl_standard_normal = lambda **_: 'spoilt'\nc")


def expected(name: str, place: str) -> str:
    (said,) = re.findall(rf"(?m)^# {place}: (.*)$", PROGRAMS[name])
    return str(said)


@pytest.fixture(scope="module")
def before(machine: Any) -> Any:
    """The machine with all programs in its project, as it is before any of them has run."""
    for name, program in PROGRAMS.items():
        code = machine.filled(program)
        page = machine.project / f"docs/{name}.md"
        page.write_text(f"{HEAD.format('')}```{{python}}\n{code}```\n", encoding="utf-8")
        head = HEAD.format("limits: {cell: 4}\n").strip().replace("\n", "\n# ")
        notebook = machine.project / f"notebooks/{name}.py"
        notebook.write_text(f"# {head}\n\n# %%\n{code}", encoding="utf-8")
    for name, code in {"a-spoils": SPOILS, "z-calls": CALLS}.items():
        text = f"{HEAD.format('')}```{{python}}\n{code}```\n\nIt is `{{python}} c`.\n"
        (machine.project / f"docs/{name}.md").write_text(text, encoding="utf-8")
    return machine.everything()


@pytest.fixture(scope="module")
def pages(machine: Any, before: Any) -> str:
    """The report of `lessons check`."""
    done = machine.lessons("check", *(f"docs/{name}.md" for name in ("a-spoils", *PROGRAMS, "z-calls")))
    assert (done.returncode, done.stdout) == (1, "")
    return str(done.stderr)


@pytest.fixture(scope="module")
def notebooks(machine: Any, before: Any) -> str:
    """The report of `lessons notebooks`."""
    done = machine.lessons("notebooks", "--jobs", "2")
    assert done.returncode == 1
    return str(done.stderr)


@pytest.mark.parametrize("name", PROGRAMS)
def test_in_a_page(name: str, pages: str) -> None:
    (told,) = re.findall(rf"^docs/{name}\.md:\d+:\d+: (.*)$", pages, re.MULTILINE)
    assert re.fullmatch(expected(name, "page"), told), told


@pytest.mark.parametrize("name", PROGRAMS)
def test_in_a_notebook(name: str, notebooks: str) -> None:
    (told,) = re.findall(rf"^notebooks/{name}\.py:\d+:\d+: (.*)$", notebooks, re.MULTILINE)
    assert re.fullmatch(expected(name, "notebook"), told), told


def test_each_is_told_once_and_nothing_else_is(pages: str, notebooks: str) -> None:
    assert pages.endswith(f"\n{len(PROGRAMS)} problems\n")
    assert f"\n{len(PROGRAMS)} problems\n" in notebooks
    assert "Traceback" not in pages + notebooks


def test_nothing_is_left_behind(machine: Any, before: dict[str, str], pages: str, notebooks: str) -> None:
    assert machine.everything() == before
    assert machine.processes() == []
    assert machine.called() == 0
    assert machine.secret not in pages + notebooks


def test_a_page_cannot_spoil_the_numbers_of_the_next(machine: Any, before: Any) -> None:
    done = machine.lessons("values", "docs/a-spoils.md", "docs/z-calls.md", "--format", "json")
    rows = {row["page"]: row["text"] for row in json.loads(done.stdout)}
    assert rows["docs/a-spoils.md"] == "spoilt"
    assert rows["docs/z-calls.md"].startswith("≈ 0.318")
