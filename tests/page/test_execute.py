"""Pages evaluated in a process of their own: what hangs or dies is told, the rest goes on, and nothing stays behind."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lessons.confine import folder as folder_of_a_process
from lessons.page import execute
from lessons.page.snippet import MOST_PRINTED, Output
from lessons.page.source import Source, read

ENDLESS = "```{python}\nwhile True:\n    pass\n```\n"
EXITS = "```{python}\nimport os\nos._exit(3)\n```\n"
SLOW = 2.0  # seconds: more than any honest snippet here takes on a busy machine
PATIENCE = 30.0


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder: nothing is kept there from earlier runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(execute, "SECONDS", SLOW)
    return tmp_path


def pages(*texts: str) -> list[Source]:
    return [read(f"{chr(97 + number)}.md", text) for number, text in enumerate(texts)]


def told(*texts: str, twice: bool = False) -> list[str]:
    """The problems of pages a.md, b.md, …, without their repairs."""
    evaluated = execute.evaluated(pages(*texts), twice=twice)
    return [str(problem).partition("\n")[0] for page in evaluated for problem in page.problems]


def gone(pid: int) -> bool:
    """Whether a process has ended, waiting for it a while; one that nobody reaped counts as ended."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        os.sched_yield()
    return False


# What is lost, and what is not -----------------------------------------------------------------------------


def test_a_page_is_evaluated_as_it_would_be_here() -> None:
    (page,) = execute.evaluated(pages("```{python}\nx = 'a'\n```\n\nIt is `{python} x * 2`.\n"), twice=False)
    assert page.problems == []
    assert [html for html in page.html.values() if "aa" in html] == ['<span class="lesson-value">aa</span>']
    assert [(str(where), code, said.text) for where, code, said in page.described] == [("a.md:5:17", "x * 2", "aa")]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_pages_after_one_that_dies_are_evaluated(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By `spawn` as well, which is what a system without `fork` has."""
    monkeypatch.setattr(execute, "FORKS", method == "fork")
    monkeypatch.setattr(execute, "SECONDS", 10.0)  # a second interpreter loads slowly
    text = "`{python} 'before'`\n\n" + EXITS + "\n`{python} 1 / 0`\n"
    results = execute.evaluated(pages("`{python} 1 / 0`\n", text, EXITS, "`{python} 'fine'`\n"), twice=False)
    assert [[str(problem).partition("\n")[0] for problem in result.problems] for result in results] == [
        ["a.md:1:11: L201 ZeroDivisionError: division by zero"],
        ["b.md:3:1: L206 this snippet ends its process (exit code 3)"],
        ["c.md:1:1: L206 this snippet ends its process (exit code 3)"],
        [],
    ]
    assert list(results[3].html.values()) == ['<span class="lesson-value">fine</span>']


def test_pages_after_one_that_hangs_are_evaluated() -> None:
    assert told("Text.\n", "Text.\n\n" + ENDLESS, "`{python} 1 / 0`\n") == [
        "b.md:3:1: L205 this snippet takes longer than 2 s",
        "c.md:1:11: L201 ZeroDivisionError: division by zero",
    ]


def test_the_time_is_that_of_one_snippet_and_not_of_all() -> None:
    nap = "```{python}\nimport time\ntime.sleep(0.8)\n```\n\n"
    assert told(nap * 3) == []


def test_the_snippets_of_a_page_have_a_time_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """What they have left is the time of the next: the third is ended after a fifth of its own."""
    monkeypatch.setattr(execute, "SECONDS_IN_ALL", 2.0)
    nap = "```{python}\nimport time\ntime.sleep(0.8)\n```\n\n"
    assert told(nap * 3, "`{python} 'fine'`\n") == [
        "a.md:11:1: L205 the snippets of this page take longer than 2 s; it had come to this one"
    ]


def test_files_that_snippets_leave_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_of_a_process, "MOST_FILES", 20)
    monkeypatch.setattr(folder_of_a_process, "LOOK", 0.05)
    leaves = "```{python}\nimport time\nfor n in range(9):\n    open(f'%d-{n}', 'w').close()\ntime.sleep(0.1)\n```\n\n"
    (problem,) = told("".join(leaves % number for number in range(4)))
    assert re.match(r"a\.md:\d+:1: L209 this snippet keeps more than 256 MiB or 2,000 files on the disk", problem)


@pytest.mark.parametrize("value", ["__import__('os')._exit(0)", "__import__('os').abort()"])
def test_a_value_may_end_the_process_too(value: str) -> None:
    (problem,) = told(f"a\n\nIt is `{{python}} {value}`.\n")
    assert problem.startswith("a.md:3:7: L206 this snippet ends its process (")


def test_a_fault_of_this_package_names_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("a fault of the checks")

    monkeypatch.setattr(execute, "Runner", fails)
    assert told("One `{python} 1`.\n", "\n`{python} 2`\n") == [
        "a.md:1:5: L206 this snippet ends its process (exit code 1)",
        "b.md:2:1: L206 this snippet ends its process (exit code 1)",
    ]


# The second run --------------------------------------------------------------------------------------------


def test_the_second_run_looks_for_chance_also_after_a_page_that_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "SECONDS", 6.0)
    by_chance = "It is `{python} __import__('time').time_ns()`.\n"
    found = told(by_chance, EXITS, by_chance, "It is `{python} 'sure'`.\n", twice=True)
    assert [problem.partition(" ")[2][:4] for problem in found] == ["L207", "L206", "L207"]
    assert told(by_chance) == []


def test_only_the_first_value_that_differs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "SECONDS", 6.0)
    text = "`{python} 'sure'`\n\n`{python} __import__('time').time_ns()` `{python} __import__('os').getpid()`\n"
    assert told(text, twice=True) == ["a.md:3:1: L207 two runs of this page computed different values here"]


def test_what_fails_in_one_run_only_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "SECONDS", 6.0)
    monkeypatch.setenv("PYTHONHASHSEED", "7")  # the second run has another
    command = [sys.executable, "-c", "print(hash('a'))"]
    seeded = subprocess.run(
        command, env=os.environ | {"PYTHONHASHSEED": "1"}, capture_output=True, text=True, check=True
    )
    (problem,) = told(f"```{{python}}\nassert hash('a') != {seeded.stdout.strip()}\n```\n", twice=True)
    assert problem.startswith("a.md:2:1: L201 AssertionError: assert hash('a') != ")


def test_the_second_run_is_heard_no_further_than_the_first_has_come() -> None:
    """Its results, all of them at last, are more than a pipe holds."""
    here, there = multiprocessing.Pipe()
    printed = "x" * MOST_PRINTED

    def tell() -> None:
        for source in sources:
            there.send(execute.Ran({source.parts[0]: Output("", printed)}))
        there.close()

    def hears(pages: int) -> bool:
        return len(second.hear(pages)) == pages

    sources = pages(*["`{python} 1`\n"] * 8)
    second = execute._Second(sources, here)
    teller = threading.Thread(target=tell)
    teller.start()
    wait_until(here.poll)
    assert second.hear(0) == []
    wait_until(lambda: hears(6))
    assert [len(one.results) for one in second.hear(8, wait=True)] == [1] * 8
    teller.join()
    here.close()


def test_pages_that_compute_nothing_start_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(multiprocessing.process.BaseProcess, "start", start)
    assert told("Text, $x$.\n", "## More\n", twice=True) == []


# What a page finds -----------------------------------------------------------------------------------------


def test_no_page_finds_what_another_left() -> None:
    imports = "import random, sys\nimport numpy as np\n"
    seeds, draws = "random.seed(1)\nnp.random.seed(1)\n", "print(random.getrandbits(30), np.random.randint(10**9))\n"
    codes = (seeds + "sys.stdin.close()\n", draws, seeds + draws, "input()\n")
    results = execute.evaluated(pages(*(f"```{{python}}\n{imports}{code}```\n" for code in codes)), twice=False)
    unseeded, seeded = ("".join(result.html.values()).partition("</pre>")[0] for result in results[1:3])
    assert unseeded.startswith('<div class="lesson-snippet"><pre class="lesson-printed">')
    assert unseeded != seeded
    assert [problem.message for problem in results[3].problems] == ["EOFError: EOF when reading a line"]


def test_random_numbers_are_loaded_once_for_all_pages_with_numpy() -> None:
    code = "import sys\nimport numpy\nloaded = 'numpy.random' in sys.modules"
    (page,) = execute.evaluated(pages(f"```{{python}}\n{code}\n```\n\n`{{python}} str(loaded)`\n"), twice=False)
    assert any("True" in html for html in page.html.values()), page.problems


def test_the_keyboard_and_the_terminal_are_out_of_reach(capfd: pytest.CaptureFixture[str]) -> None:
    code = "import os, sys\nos.write(1, b'loud')\nos.write(2, b'loud')\nsys.__stdout__.write('a');"
    assert told(f"```{{python}}\n{code}\n```\n") == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "code",
    ["x = bytearray(4 * 2**30)", "import numpy as np\n\nx = np.ones(2**29)", "x = []\nwhile True:\n    x += x or [0]"],
)
def test_memory_has_an_end(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "SECONDS", 10.0)
    (problem,) = told(f"```{{python}}\n{code}\n```\n")
    assert "MemoryError" in problem


# What stays behind -----------------------------------------------------------------------------------------


def test_the_child_and_its_folder_are_gone_and_no_file_stays_open(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptors = Path("/proc/self/fd")
    told("`{python} 1`\n")  # what is opened once for all is open now
    before = len(list(descriptors.iterdir()))
    code = "import os\nfrom pathlib import Path\n\nPath('left').write_text('x')\n"
    monkeypatch.setattr(execute, "SECONDS", 10.0)
    deep = "for _ in range(1200):\n    os.mkdir('a')\n    os.chdir('a')\n"
    page, _ = execute.evaluated(pages(f"```{{python}}\n{code}{deep}print(os.getpid())\n```\n", EXITS), twice=False)
    pid = re.search(r'lesson-printed">(\d+)', "".join(page.html.values()))
    assert pid is not None, page.problems
    assert gone(int(pid[1]))
    assert len(list(descriptors.iterdir())) == before
    assert list(folder.glob("lessons-*")) == []


def test_an_interrupted_check_ends_at_once_and_leaves_no_snippet_running(folder: Path) -> None:
    (folder / "mkdocs.yml").touch()
    (folder / "docs").mkdir()
    code = "import os, pathlib\np = pathlib.Path('part')\np.write_text(str(os.getpid()))\np.rename('pid')\n"
    page = f"---\ntitle: T\ndescription: D\n---\n\n```{{python}}\n{code}while True:\n    pass\n```\n"
    (folder / "docs/page.md").write_text(page)
    command = [sys.executable, "-m", "lessons", "check"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=folder, env=os.environ | {"TMPDIR": str(folder)}, **pipes) as process:  # type: ignore[call-overload]
        try:
            wait_until(lambda: len(list(folder.glob("lessons-*/**/pid"))) == 2)  # of either run
            pids = [int(path.read_text()) for path in folder.glob("lessons-*/**/pid")]
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=8)  # its snippet may take ten seconds
        finally:
            process.kill()
    assert (process.returncode, out, err) == (130, b"", b"")
    assert [pid for pid in pids if not gone(pid)] == []
    assert list(folder.glob("lessons-*")) == []


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        os.sched_yield()


def test_the_hash_seed_of_this_process_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    for before in ("1", "7", None):
        with contextlib.suppress(KeyError):
            monkeypatch.delenv("PYTHONHASHSEED")
        if before:
            monkeypatch.setenv("PYTHONHASHSEED", before)
        with execute._other_hashes():
            assert os.environ["PYTHONHASHSEED"] not in (before, "0")
        assert os.environ.get("PYTHONHASHSEED") == before
