"""What decides a notebook's outputs, and how they are kept: never stale, never half, never in the way."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lessons.notebook import cache
from lessons.notebook.outputs import Outputs
from lessons.notebook.source import read

HEAD = "# ---\n# title: T\n# description: D\n# ---\n"
CODE = f"{HEAD}\n# %% [markdown]\n# words\n\n# %%\nfrom lessons.maths import gaussian\n\n# %%\nx = 1\n"


# The key ---------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with one notebook, its data and its locks."""
    (tmp_path / "notebooks/x").mkdir(parents=True)
    (tmp_path / "notebooks/x.py").write_text(CODE)
    (tmp_path / "notebooks/x/data.csv").write_text("1,2\n")
    (tmp_path / "requirements.txt").write_text("numpy==1\n")
    return tmp_path


def key(folder: Path) -> str:
    path = folder / "notebooks/x.py"
    return cache.key(read(path, path.read_text())[0])


EDITS: dict[str, tuple[bool, Callable[[Path], object]]] = {
    "nothing": (False, lambda folder: None),
    "words": (False, lambda folder: edit(folder, "# words", "# other words\n#\n# and more")),
    "title": (False, lambda folder: edit(folder, "title: T", "title: U")),
    "limits": (False, lambda folder: edit(folder, "title: T", "title: T\n# limits: {cell: 3}")),
    "blank lines between cells": (False, lambda folder: edit(folder, "\n# %%\nx", "\n\n\n# %%\nx")),
    "code": (True, lambda folder: edit(folder, "x = 1", "x = 2")),
    "a comment in code": (True, lambda folder: edit(folder, "x = 1", "x = 1  # one")),
    "a cell cut in two": (True, lambda folder: edit(folder, "gaussian\n\n# %%\n", "gaussian\n")),
    "a cell more": (True, lambda folder: edit(folder, "x = 1", "x = 1\n\n# %%\n1")),
    "lock file": (True, lambda folder: (folder / "requirements.txt").write_text("numpy==2\n")),
    "lock file gone": (True, lambda folder: (folder / "requirements.txt").unlink()),
    "data": (True, lambda folder: (folder / "notebooks/x/data.csv").write_text("1,3\n")),
    "data under another name": (
        True,
        lambda folder: (folder / "notebooks/x/data.csv").rename(folder / "notebooks/x/d"),
    ),
    "deep data": (True, lambda folder: fill(folder / "notebooks/x/d")),
    "data of another notebook": (False, lambda folder: (folder / "notebooks/y.csv").touch()),
    "a file beside": (False, lambda folder: (folder / "pyproject.toml").touch()),
}


def fill(folder: Path) -> None:
    """A folder with a file in it, whatever was there."""
    folder.unlink(missing_ok=True)
    folder.mkdir()
    (folder / "file").touch()


def edit(folder: Path, old: str, new: str) -> None:
    file = folder / "notebooks/x.py"
    assert file.read_text().count(old) == 1
    file.write_text(file.read_text().replace(old, new))


@pytest.mark.parametrize("name", EDITS)
def test_the_key_changes_with_what_decides_the_outputs_and_with_nothing_else(folder: Path, name: str) -> None:
    changes, change = EDITS[name]
    before = key(folder)
    change(folder)
    assert (key(folder) != before) is changes


def test_the_key_changes_with_the_python_version(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = key(folder)
    monkeypatch.setattr(sys, "version", "4.0")
    assert key(folder) != before


def test_the_key_is_the_same_in_another_place(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = key(folder)
    (tmp_path / "notebooks").rename(tmp_path / "moved")
    other = tmp_path / "elsewhere"
    other.mkdir()
    (tmp_path / "moved").rename(other / "notebooks")
    (tmp_path / "requirements.txt").rename(other / "requirements.txt")
    monkeypatch.chdir(other)
    assert cache.key(read(Path("notebooks/x.py"), CODE)[0]) == before


# Entries -----------------------------------------------------------------------------------------------------

OUTPUTS: Outputs = [[{"output_type": "stream", "name": "stdout", "text": "σ\n"}], []]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of an entry under the address `a`."""
    monkeypatch.setattr(cache, "FOLDER", tmp_path / "kept")
    cache.save("a", OUTPUTS)
    return tmp_path / "kept/a"


def test_what_is_saved_is_loaded_and_nothing_else_lies_there(kept: Path) -> None:
    assert cache.load("a") == OUTPUTS
    assert list(kept.parent.iterdir()) == [kept]


def link_to_nowhere(file: Path) -> None:
    file.unlink()
    file.symlink_to("nowhere")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "missing": lambda file: file.unlink(),
    "empty": lambda file: file.write_bytes(b""),
    "truncated": lambda file: file.write_bytes(file.read_bytes()[:-1]),
    "truncated at its head": lambda file: file.write_bytes(file.read_bytes()[1:]),
    "one byte other": lambda file: file.write_bytes(file.read_bytes().replace(b"stdout", b"stdouu")),
    "garbled": lambda file: file.write_bytes(bytes(range(256))),
    "without a seal": lambda file: file.write_bytes(file.read_bytes().rpartition(b"\n")[0]),
    "another's seal": lambda file: file.write_bytes(b"[]\n" + file.read_bytes().rpartition(b"\n")[2]),
    "a folder": fill,
    "a link to nowhere": link_to_nowhere,
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_entry_is_a_miss_and_is_mended_by_the_next_run(kept: Path, name: str) -> None:
    DAMAGE[name](kept)
    assert cache.load("a") is None
    cache.save("a", OUTPUTS)
    assert cache.load("a") == OUTPUTS


def test_an_entry_is_whole_while_two_processes_write_it(kept: Path) -> None:
    script = "from pathlib import Path\nfrom lessons.notebook import cache\ncache.FOLDER = Path('kept')\n"
    script += "for n in range(150): cache.save('b', [[{'text': 'x' * 300_000}]])"
    command = [sys.executable, "-c", script]
    environment = os.environ | {"PYTHONPATH": str(Path(cache.__file__).parents[2])}
    writers = [subprocess.Popen(command, cwd=kept.parent.parent, env=environment) for _ in range(2)]
    seen: set[bool] = set()
    while any(writer.poll() is None for writer in writers):
        if (kept.parent / "b").exists():
            seen.add(cache.load("b") is not None)
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen == {True}


# Runs --------------------------------------------------------------------------------------------------------

TITLED = (
    "from lessons.figures import Figure, plt\nfrom lessons.maths import {module}\n"
    "fig, ax = plt.subplots()\nax.set_title(str(getattr({module}, 'MARK', 'none')))\nFigure(fig, alt='a title')\n"
)


def test_editing_the_maths_changes_the_figures_that_depend_on_it_and_runs_no_other(workshop: Any) -> None:
    package = workshop.own_package()
    gaussian = package / "maths/gaussian.py"
    workshop.write("direct", TITLED.format(module="gaussian"))
    workshop.write(
        "through-elbo", TITLED.format(module="elbo").replace("str(getattr(elbo,", "str(getattr(elbo.gaussian,")
    )
    workshop.write("derivation-only", TITLED.format(module="derivation"))
    workshop.write("no-maths", "1 + 1\n")
    assert workshop.ran() == {"direct", "through-elbo", "derivation-only", "no-maths"}
    before = workshop.staged()
    gaussian.write_text(gaussian.read_text() + "\nMARK = 'a new title'\n")
    assert workshop.ran() == {"direct", "through-elbo"}
    after = workshop.staged()
    assert {name for name in after if after[name] != before[name]} == {"direct.ipynb", "through-elbo.ipynb"}
    assert b"a new title" in after["direct.ipynb"]
    assert b"a new title" in after["through-elbo.ipynb"]
    (package / "maths/slips.py").write_text("broken = (\n")  # nobody reaches it
    assert workshop.ran() == set()


def test_an_edit_runs_again_what_it_has_to_and_a_warm_run_starts_no_worker(workshop: Any) -> None:
    workshop.write("a", "# %% [markdown]\n# words\n\n# %%\nprint('a')\n")
    b = workshop.write("b", "print(1)\n")
    assert workshop.ran() == {"a", "b"}
    never = "from lessons.notebook import execute; execute._start = execute._preload = None"
    assert workshop.ran(before=never) == set()
    workshop.write("a", "# %% [markdown]\n# other words\n\n# %%\nprint('a')\n")
    assert workshop.ran(before=never) == set()
    assert b"other words" in workshop.staged()["a.ipynb"]
    b.write_text(b.read_text().replace("print(1)", "print(2)"))
    assert workshop.ran() == {"b"}
    assert workshop.printed("b") == "2\n"


def test_a_run_with_damaged_entries_mends_them_without_a_word(workshop: Any) -> None:
    for name in ("a", "b", "c"):
        workshop.write(name, f"print('{name}')\n")
    assert workshop.ran() == {"a", "b", "c"}
    staged = workshop.staged()
    first, second, _ = sorted((workshop.folder / ".cache/notebooks").iterdir())
    DAMAGE["truncated"](first)
    DAMAGE["a folder"](second)
    shutil.rmtree(workshop.folder / ".cache/pages")  # else the notebooks are pages already, and nobody asks
    done = workshop.run()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("running ") == 2
    assert workshop.staged() == staged
    assert workshop.ran() == set()


def test_two_runs_at_once_both_end_well(workshop: Any) -> None:
    for number in range(4):
        workshop.write(f"n{number}", f"print('{number}' * 9)\n")
    runs = [workshop.start(), workshop.start()]
    for run in runs:
        _, err = run.communicate(timeout=60)
        assert (run.returncode, err) == (0, "")
    staged = workshop.staged()
    assert list(staged) == [f"n{number}.ipynb" for number in range(4)]
    workshop.clear()
    workshop.ran()
    assert workshop.staged() == staged


def test_a_run_that_is_killed_leaves_no_worker_and_goes_on_where_it_was(workshop: Any) -> None:
    waits = "import os, pathlib\nprint(1)\nif os.path.exists('wait'):\n    part = pathlib.Path('part')\n"
    waits += "    part.write_text(str(os.getpid()))\n    part.rename('pid')\n    while True: pass\n"
    for name, body in {"a": "1\n", "b": waits, "c": "2\n"}.items():
        workshop.write(name, body)
    wait = workshop.folder / "notebooks/b/wait"
    wait.parent.mkdir()
    wait.touch()
    run = workshop.start("--jobs", "1", TMPDIR=str(workshop.folder))
    while not (found := list(workshop.folder.glob("lessons-*/**/b/pid"))):  # until notebook b has come so far
        assert run.poll() is None
        os.sched_yield()
    worker = os.pidfd_open(int(found[0].read_text()))
    run.kill()
    wait.unlink()
    out, _ = run.communicate(timeout=60)
    assert re.findall(r"^ran notebooks/(\w)", out, re.MULTILINE) == ["a"]
    assert workshop.staged() == {}
    assert select.select([worker], [], [], 10)[0], "the worker outlives the run"
    os.close(worker)
    assert workshop.ran() == {"b", "c"}
    assert list(workshop.staged()) == ["a.ipynb", "b.ipynb", "c.ipynb"]
