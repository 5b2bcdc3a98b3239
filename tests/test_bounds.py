"""What reading a file may take: each case takes the real command, in a project of a few pages, beyond a bound."""

from __future__ import annotations

import multiprocessing
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lessons import bounds

ROOT = Path(__file__).parents[1]
HEAD = "---\ntitle: A\ndescription: B.\n---\n\n# A\n\n"
# The command as it is started by its name, with less patience than it has.
COMMAND = """
import sys
from lessons import bounds, cli
bounds.SECONDS, bounds.MEMORY = 1.0, 128
bounds.begin.__defaults__ = (bounds.SECONDS,)
if __name__ == "__main__":
    sys.exit(cli.main())
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("docs", "notebooks"):
        (tmp_path / name).mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: A\n")
    (tmp_path / "docs/index.md").write_text(f"{HEAD}Words.\n")
    return tmp_path


def check(project: Path) -> subprocess.CompletedProcess[str]:
    script = project / "command.py"
    script.write_text(COMMAND)
    return subprocess.run(
        [sys.executable, script, "check"], cwd=project, capture_output=True, text=True, timeout=120, check=False
    )


SLOW = {
    "brackets": "[" * 8192,
    "the-same-heading": "# a\n" * 8192,
}


def test_files_that_take_too_long_are_told_of_with_all_other_problems(project: Path) -> None:
    for name, text in SLOW.items():
        (project / f"docs/{name}.md").write_text(f"{HEAD}{text}\n")
    (project / "docs/no-id.md").write_text(f"{HEAD}/// question | What?\n\nThat.\n///\n")
    done = check(project)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for name in SLOW:
        assert f"docs/{name}.md:1:1: L015 to read this file takes more than 1 s\n" in done.stderr
    assert "docs/no-id.md:8:1: L104" in done.stderr
    assert done.stderr.endswith(f"\n{len(SLOW) + 1} problems\n")


def test_a_notebook_is_held_to_the_same(project: Path) -> None:
    words = f"# {'[' * 8192}[a](b)"
    text = f"# ---\n# title: A\n# description: B.\n# ---\n\n# %% [markdown]\n{words}\n"
    (project / "notebooks/brackets.py").write_text(text)
    done = check(project)
    assert "notebooks/brackets.py:1:1: L015 to read this file takes more than 1 s\n" in done.stderr
    assert done.returncode == 1


def test_what_is_printed_is_never_taken_for_a_note_of_markdown(project: Path) -> None:
    printed = "".join(f"print('\\x02wzxhzdk:{number}\\x03')\n" for number in range(4))
    (project / "docs/stash.md").write_text(f"{HEAD}```{{python}}\n{printed}```\n")
    done = check(project)
    assert (done.returncode, done.stderr) == (0, "")


def run(work: str) -> subprocess.CompletedProcess[str]:
    begin = "import sys\nfrom lessons import bounds\nbounds.MEMORY = 64\n\ndef work():"
    code = f"{begin}\n{work}\n\nsys.exit(bounds.run(work))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_memory_is_bounded_while_a_file_is_read_and_only_then() -> None:
    work = """
    if what := bounds.exceeded("a.md"):
        bytes(200 * 2**20)
        print(what)
        return 3
    with bounds.reading("a.md"):
        bytes(200 * 2**20)
"""
    done = run(work)
    assert (done.returncode, done.stdout, done.stderr) == (3, "more than 64 MiB of memory\n", "")


def test_a_parser_that_crashes_is_a_file_that_takes_too_much() -> None:
    work = """
    import os, signal
    if what := bounds.exceeded("a.md"):
        print(what)
        return 0
    with bounds.reading("a.md"):
        os.kill(os.getpid(), signal.SIGSEGV)
"""
    assert run(work).stdout == "more than a parser can bear\n"


def test_what_belongs_to_no_file_is_bounded_too() -> None:
    done = run("    bounds.REST = 0.2\n    bounds.begin('')\n    while True: pass")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr and "it takes more than" in done.stderr


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_who_asks_the_command_to_end_asks_the_child(asked: signal.Signals) -> None:
    code = """
import sys, time
from lessons import bounds

def work():
    try:
        print("begun", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print("tidied up", flush=True)
        return 130

sys.exit(bounds.run(work))
"""
    begun = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        process.send_signal(asked)
        assert process.stdout.read() == "tidied up\n"
    assert process.returncode == 128 + asked
    assert time.monotonic() - begun < 30


def test_without_a_command_nothing_is_bounded() -> None:
    with bounds.reading("a.md"):
        assert bounds.exceeded("a.md") is None


def test_a_process_that_another_started_holds_its_work_to_bounds_too() -> None:
    context = multiprocessing.get_context("spawn")  # as the server's builds are started
    child = context.Process(target=_works)
    child.start()
    child.join(60)
    assert child.exitcode == 7


def _works() -> None:
    sys.exit(bounds.run(lambda: 7))
