"""What a lesson's code may read: all of it decides whether an earlier result is one, and nothing else is in reach."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lessons.page import checks, child, execute, imports, inputs, results, source
from lessons.page.page import Page
from lessons.problem import Problem

HEAD = "---\ntitle: A\ndescription: B.\n---\n\n# A\n\n"
READS = HEAD + "```{python}\nprint(open('data.csv').read())\n```\n"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page that shows what stands in its data."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs/page").mkdir(parents=True)
    (tmp_path / "docs/page/data.csv").write_text("0.25\n")
    (tmp_path / "docs/page.md").write_text(READS)
    return Path("docs/page.md")


def evaluated(page: Path, *, twice: bool = False) -> Page:
    run = checks.Check([page])
    problems = run.problems(twice=twice)
    assert problems == []
    return run.pages[page.as_posix()]


def places(page: Page) -> list[tuple[int, int]]:
    return [(value.where.line, value.where.column) for value in page.values]


def shown(page: Path) -> str:
    return evaluated(page).html


def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages whose code runs from now on."""
    pages: list[str] = []
    run = execute._page

    def noting(page: source.Source, folder: Path) -> execute.Ran:
        pages.append(page.path)
        return run(page, folder)

    monkeypatch.setattr(execute, "_page", noting)
    return pages


# Nothing is stale ----------------------------------------------------------------------------------------------


def test_a_page_shows_its_data_as_it_is_now(page: Path) -> None:
    assert "0.25" in shown(page)
    (page.parent / "page/data.csv").write_text("0.75\n")
    assert "0.75" in shown(page)


def test_data_in_folders_and_under_other_names_are_data(page: Path) -> None:
    lists = "import pathlib\nprint(sorted(map(str, pathlib.Path().rglob('*'))))"
    page.write_text(READS.replace("print(open('data.csv').read())", lists))
    assert "['data.csv']" in shown(page)
    (page.parent / "page/deep").mkdir()
    (page.parent / "page/data.csv").rename(page.parent / "page/deep/other.csv")
    assert "['deep', 'deep/other.csv']" in shown(page)


OTHERS = (
    "docs/other.csv",
    "docs/page.md",
    "docs/other/data.csv",
    "notebooks/page/data.csv",
    "mkdocs.yml",
    ".git/config",
)


@pytest.mark.parametrize("path", OTHERS)
def test_nothing_else_of_the_project_is_in_reach(page: Path, path: str) -> None:
    target = Path(path).resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        target.write_text("0.25\n")
    page.write_text(READS.replace("'data.csv'", f"'{target}'"))
    (problem,) = [one for one in checks.check([page], twice=False) if one.location.path == page.as_posix()]
    assert (problem.code, problem.location.line) == ("L209", 9)
    assert "Permission denied" in problem.message


def test_modules_that_a_page_does_not_import_are_not_there(page: Path) -> None:
    import lessons.cli  # noqa: F401 - as in a command

    looks = "import sys as s\nprint(getattr(s, 'modules').get('lessons.cli', 'none'))"
    page.write_text(READS.replace("print(open('data.csv').read())", looks))
    assert "none" in shown(page)


# What runs again -------------------------------------------------------------------------------------------------

EDITS: dict[str, tuple[bool, Callable[[str], str]]] = {
    "nothing": (False, lambda text: text),
    "words above": (False, lambda text: text.replace("# A\n", "# A\n\nMore words,\n\nand more.\n")),
    "words below": (False, lambda text: text + "\nMore words.\n"),
    "title": (False, lambda text: text.replace("title: A", "title: C")),
    "a formula": (False, lambda text: text + "\nIt is $x$.\n"),
    "code": (True, lambda text: text.replace("read()", "read() ")),
    "a value more": (True, lambda text: text + "\nIt is `{python} 1`.\n"),
    "an option": (True, lambda text: text.replace("print", "#| code: shown\nprint")),
}


@pytest.mark.parametrize("name", EDITS)
def test_only_code_and_what_it_reads_runs_a_page_again(page: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    runs, edit = EDITS[name]
    evaluated(page)
    again = ran(monkeypatch)
    page.write_text(edit(READS))
    evaluated(page)
    assert bool(again) is runs


def test_what_is_kept_stands_where_the_code_stands_now(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD + "```{python}\nx = 1\n\nx\n```\n\nIt is `{python} x`, and `{python} x + 1`.\n"
    page.write_text(text)
    before = evaluated(page)
    again = ran(monkeypatch)
    page.write_text(text.replace("# A\n", "# A\n\nWords.\n").replace("It is", "Here it is"))
    after = evaluated(page)
    assert again == []
    assert places(before) == [(11, 1), (14, 17), (14, 35)]
    assert places(after) == [(13, 1), (16, 22), (16, 40)]
    assert [value.described for value in before.values] == [value.described for value in after.values]


FORGES = """```{python}
import json, os, stat
pipe = next(n for n in range(3, 64) if os.path.exists(f"/proc/self/fd/{n}") and stat.S_ISFIFO(os.fstat(n).st_mode))
said = {"number": None, "text": "x", "symbol": "", "unit": "", "slips": [], "witnesses": []}
told = ["Output", {"code": "", "printed": "", "shown": None, "all_above": False}, [[1, 1, "x", said]]]
os.write(pipe, json.dumps(told).encode() + b"\\n")
os._exit(0)
```
"""


def test_places_outside_of_its_code_that_a_page_told_of_are_no_fault_when_it_moves(page: Path) -> None:
    page.write_text(f"{HEAD}Words.\n\nMore.\n\n{FORGES}")
    evaluated(page)
    page.write_text(HEAD + FORGES)
    evaluated(page)


def test_a_fence_and_a_value_of_the_same_code_are_not_the_same(page: Path) -> None:
    page.write_text(f"{HEAD}```{{python}}\n2\n```\n")
    assert "lesson-code" in shown(page)
    page.write_text(f"{HEAD}It is `{{python}} 2`.\n")
    assert '<p>It is <span class="lesson-value">2</span>.</p>' in shown(page)
    assert "lesson-code" not in shown(page)


def test_code_does_not_know_where_on_its_page_it_stands(page: Path) -> None:
    code = "import sys as s\nprint(s._getframe().f_lineno, s._getframe().f_code.co_filename)"
    page.write_text(HEAD + f"```{{python}}\n{code}\n```\n")
    before = shown(page)
    page.write_text(HEAD + f"Words.\n\n```{{python}}\n{code}\n```\n")
    assert shown(page).replace("<p>Words.</p>\n", "") == before


@pytest.mark.parametrize("twice", [False, True])
def test_who_asks_for_two_runs_does_not_get_one(page: Path, twice: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated(page, twice=twice)
    again = ran(monkeypatch)
    page.write_text(READS + "\nWords.\n")
    evaluated(page, twice=True)
    assert bool(again) is not twice


def test_results_with_a_problem_are_not_kept(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page.write_text(READS.replace("print(", "1 / 0, print("))
    for _ in range(2):
        again = ran(monkeypatch)
        (problem,) = checks.check([page], twice=False)
        assert isinstance(problem, Problem)
        assert again == ["docs/page.md"]


# What a run opens ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["kl-forward-reverse", "vae-training"])
def test_all_that_a_lesson_opens_is_in_its_key_or_installed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded by Python itself, in the page's process: whatever else is opened there is a problem of the page."""
    root = Path(inputs.PACKAGE).parents[1]
    monkeypatch.chdir(root)
    page = source.read(f"docs/lessons/{name}.md", (root / f"docs/lessons/{name}.md").read_text(encoding="utf-8"))
    from lessons.confine import confine

    def recording(*arguments: Any, **named: Any) -> None:
        known = {str(path) for path in [*inputs.inputs(kept_code(page), Path(page.path)).readable()]}
        confine(*arguments, **named)
        own = str(Path.cwd())

        def look(event: str, given: tuple[Any, ...]) -> None:
            if event != "open" or not isinstance(given[0], str | bytes):
                return
            path = str(Path(own, os.fsdecode(given[0])))
            installed = (str(Path(prefix).resolve()) for prefix in (sys.prefix, sys.base_prefix))
            places = (own, sys.prefix, sys.base_prefix, *installed, "/usr", "/dev", "/proc", "/sys", "/etc", "/lib")
            if path not in known and not path.startswith(places):
                raise RuntimeError(f"opened {path}")

        sys.addaudithook(look)

    monkeypatch.setattr(child, "confine", recording)
    (result,) = execute.evaluated([page], twice=False)
    assert result.problems == []


def kept_code(page: source.Source) -> list[str]:
    return [part.code if isinstance(part, source.Snippet) else part.expression for part in results._code(page)]


# What code reaches -------------------------------------------------------------------------------------

PACKAGE = {
    "__init__.py": "",
    "maths/__init__.py": "",
    "maths/low.py": "import numpy",
    "maths/mid.py": "from lessons.maths import low",
    "maths/high.py": "from lessons.maths.mid import f\n",
    "maths/lazy.py": "def f():\n    import lessons.maths.low",
    "maths/near.py": "from . import low",
    "maths/dark.py": "import importlib",
    "other/__init__.py": "import lessons.alone",
    "other/one.py": "",
    "alone.py": "",
}
LOW = {"__init__.py", "maths/__init__.py", "maths/low.py"}


@pytest.fixture
def reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], set[str]]:
    package = tmp_path / "lessons"
    for name, text in PACKAGE.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    monkeypatch.setattr(inputs, "PACKAGE", package)

    def reached(code: str) -> set[str]:
        return {file.relative_to(package).as_posix() for file in inputs.reached([code])}

    return reached


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("import numpy", set()),
        ("import lessonsplus", set()),
        ("import lessons", {"__init__.py"}),
        ("import lessons.maths.low", LOW),
        ("import lessons.maths.low as low", LOW),
        ("from lessons.maths import low", LOW),
        ("from lessons.maths.low import f", LOW),
        ("from lessons.maths import (\n    low as l,\n)", LOW),
        ("def f():\n    from lessons.maths import low", LOW),
        ("from lessons.maths import mid", LOW | {"maths/mid.py"}),
        ("from lessons.maths import high", LOW | {"maths/mid.py", "maths/high.py"}),
        ("from lessons.maths import lazy", LOW | {"maths/lazy.py"}),
        ("import lessons.other.one", {"__init__.py", "other/__init__.py", "other/one.py", "alone.py"}),
        ("import lessons.maths.missing", {"__init__.py", "maths/__init__.py"}),
    ],
)
def test_imports_are_followed(reached: Callable[[str], set[str]], code: str, files: set[str]) -> None:
    assert reached(code) == files


@pytest.mark.parametrize(
    "code",
    [
        "import importlib\nimportlib.import_module('lessons.maths.low')",
        "__import__('lessons.maths.low')",
        "%time\nfrom lessons.maths import (low,)",
        "!true",
        "from lessons.maths import",
        '%time\n"""\nfrom here on\n"""',
        "from lessons.maths import near",
        "from lessons.maths import dark",
        "import sys\nsys.modules['lessons.maths.low']",
        "exec('import lessons.maths.' + 'low')",
    ],
)
def test_what_cannot_be_followed_reaches_everything(reached: Callable[[str], set[str]], code: str) -> None:
    assert reached(code) == set(PACKAGE)


@pytest.mark.parametrize("code", ["x = (", "import", "from x import", "import a b", "\0"])
def test_code_that_is_none_imports_nothing(code: str) -> None:
    assert imports.modules(code) == ()


# What stands in memory -------------------------------------------------------------------------------------------

LOOKS_UP = """import sys
frame = sys._getframe()
while frame and "sources" not in frame.f_locals:
    frame = frame.f_back
print([len(one.text) for one in frame.f_locals["sources"]] if frame else "nothing")
"""


def test_what_a_page_finds_of_others_in_memory_is_told(page: Path) -> None:
    page.write_text(f"{HEAD}```{{python}}\n{LOOKS_UP}```\n")
    (page.parent / "other.md").write_text(HEAD + "Words.\n\n```{python}\n1\n```\n")
    (problem,) = checks.check([page, page.with_name("other.md")])
    assert (problem.location.path, problem.code) == ("docs/page.md", "L207")


def test_code_does_not_know_which_command_runs_it(page: Path) -> None:
    page.write_text(f"{HEAD}```{{python}}\nimport sys\nprint(sys.argv)\n```\n")
    assert "['lesson']" in shown(page)
