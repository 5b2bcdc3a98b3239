"""Measure what the project promises, as ratios where a ratio can be had: `make bench`, or with other numbers of
notebooks: `python tests/bench.py --notebooks 100 --peer 10`.

The course of N lessons is built by Zensical with markdown-exec, too, in the same run.

Nothing here passes or fails. Compare figures of one run only: machines differ, and so does their load.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests import course, visits

ROOT = Path(__file__).resolve().parents[1]
PEER = ROOT / ".venv/peer/bin/python"
CELLS = (
    "import numpy as np\nfrom lessons.figures import Figure, plt\nfrom lessons.maths import worked",
    "rng = np.random.default_rng({n})\nx = rng.normal(size=(500, 500))\nprint(np.linalg.svd(x, compute_uv=False)[:3])",
    "worked.kl_standard_normal(mu={n}, std=0.5)",
    "fig, ax = plt.subplots()\nax.hist(x.ravel(), bins=80)\nFigure(fig, alt='A histogram of normal numbers')",
    "y = np.sort(x @ x[0])\ny.mean()",
    "fig, ax = plt.subplots()\nax.plot(y)\nax.plot(y**2 / 100)\nFigure(fig, alt='Two curves')",
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--notebooks", type=int, default=100)
    options.add_argument("--peer", type=int, default=10, help="notebooks for plain mkdocs-jupyter, which is slow")
    options.add_argument("--lessons", type=int, default=100, help="of the course that Zensical builds, too")
    options.add_argument("--formulas", type=int, default=50, help="that a page works out")
    options.add_argument("--lighthouse", type=int, default=0, metavar="RUNS", help="score two pages, median of so many")
    given = options.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with project() as copy:
        pages(copy)
        containment(copy)
        visits.measured(copy / "site", given.lighthouse)
        if given.notebooks:
            notebooks(copy, given.notebooks, given.peer)
        if given.formulas:
            derivations(copy, given.formulas)
        if given.lessons:
            against_the_quickest(copy, given.lessons)


@contextmanager
def project() -> Iterator[Path]:
    """A copy of the project that may be written to."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("src", "docs", "notebooks"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("mkdocs.yml", "pyproject.toml", "requirements.txt", "package-lock.json"):
            shutil.copy(ROOT / name, copy / name)
        (copy / "node_modules").symlink_to(ROOT / "node_modules")
        yield copy


def lessons(copy: Path, *arguments: str) -> float:
    """Run a command in the copy; seconds it took."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "lessons", *arguments]
    environment = os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - start


def pages(copy: Path) -> None:
    cold = lessons(copy, "build")
    warm = min(lessons(copy, "build") for _ in range(3))
    print(f"build, first         {cold:6.2f} s")
    print(f"build, no change     {warm:6.2f} s   {cold / warm:5.1f} times quicker")
    print(f"check, all pages     {min(lessons(copy, 'check') for _ in range(3)):6.2f} s")


CONFINES = """
import os, sys, tempfile, time
from pathlib import Path
import numpy, lessons.maths.worked
from lessons.confine import confine, own_folder

def seconds(confined):
    with own_folder() as folder:
        start = time.perf_counter()
        for _ in range(50):
            child = os.fork()
            if not child:
                if confined:
                    confine(1024, folder, kept=2)
                os._exit(0)
            os.waitpid(child, 0)
        return (time.perf_counter() - start) / 50

free, confined = seconds(False), seconds(True)
print(f"{free} {confined}")
"""


def containment(copy: Path) -> None:
    """What confining costs a page and a notebook, and what the sandbox costs a build."""
    environment = os.environ | {"PYTHONPATH": str(copy / "src")}
    command = [sys.executable, "-c", CONFINES]
    told = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=True).stdout
    free, confined = map(float, told.split())
    print(f"a process            {1000 * free:6.1f} ms; confined {1000 * confined:.1f} ms, {confined / free:.1f} times")
    shutil.rmtree(copy / ".cache", ignore_errors=True)
    plain = lessons(copy, "build", "--no-pdf")
    inside = lessons(copy, "sandbox", "--site", "inside")
    print(f"build, nothing kept  {plain:6.2f} s; in the sandbox {inside:.2f} s, {inside / plain:.2f} times")


def notebooks(copy: Path, number: int, peer: int) -> None:
    """The same generated notebooks by us, by one process that only runs the cells, and by plain mkdocs-jupyter."""
    shutil.rmtree(copy / "notebooks")
    (copy / "notebooks").mkdir()
    for n in range(number):
        (copy / "notebooks" / f"n{n:03}.py").write_text(script(n))
    cores = len(os.sched_getaffinity(0))
    floor = cells_alone(copy, number)
    cold = lessons(copy, "notebooks")
    warm = min(lessons(copy, "notebooks") for _ in range(3))
    print(f"{number} notebooks: cells alone, in one process {floor:.1f} s; over {cores} cores {floor / cores:.1f} s")
    print(f"{number} notebooks, cold  {cold:6.2f} s   {cold / (floor / cores):5.2f} times the floor")
    print(f"{number} notebooks, warm  {warm:6.2f} s   {cold / warm:5.1f} times quicker than cold")
    plain = plain_mkdocs_jupyter(copy, peer)
    ours = cold / number
    print(
        f"plain mkdocs-jupyter, execute: true   {plain / peer:5.2f} s a notebook, {plain / peer / ours:.1f} times ours"
    )


def derivations(copy: Path, number: int) -> None:
    """What it costs to work results out and prove each line, on a page of nothing else, with nothing kept."""
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    folders = copy / "told", copy / "worked-out"
    for folder in folders:
        empty(folder)
        course.formulas(folder, number, config, worked_out=folder is folders[1])
    for command in (("check",), ("build", "--no-pdf")):
        found = [[cold(folder, *command) for folder in folders] for _ in range(5)]
        told, worked_out = (min(seconds) for seconds in zip(*found, strict=True))
        print(
            f"{number} results, {command[0]}, nothing kept  {told:.2f} s; "
            f"with their derivations {worked_out:.2f} s, {worked_out / told:.2f} times"
        )


def cold(folder: Path, *arguments: str) -> float:
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return lessons(folder, *arguments)


def empty(folder: Path) -> None:
    """A project with no pages."""
    for name in ("src", "docs/assets"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("requirements.txt", "package-lock.json"):
        shutil.copy(ROOT / name, folder)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")


# ---- the same course, by Zensical with markdown-exec ----------------------------------------------------------------


def against_the_quickest(copy: Path, number: int) -> None:
    """Cold, nothing changed, one number edited, and from saving it to its being served: each as a ratio."""
    sides = Side(copy / "ours", True), Side(copy / "peer", False)
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    empty(sides[0].folder)
    for side in sides:
        side.write(number, 0, config)
    print(f"{number} lessons: lessons, Zensical + markdown-exec, ratio")
    compare("cold", sides, lambda side: side.build())
    compare("nothing changed", sides, lambda side: min(side.build() for _ in range(3)))
    compare("one number edited", sides, lambda side: statistics.median(side.edited(number, config) for _ in range(3)))
    print(f"{'peak memory, cold':20} {sides[0].peak:6.0f} {sides[1].peak:6.0f} MB")
    compare("saved to served", sides, lambda side: side.served(number, config))


def compare(what: str, sides: tuple[Side, Side], measured: Callable[[Side], float]) -> None:
    ours, theirs = (measured(side) for side in sides)
    print(f"{what:20} {ours:6.2f} {theirs:6.2f} s   {ours / theirs:5.2f}", flush=True)


class Side:
    """The course as one of the two has it."""

    def __init__(self, folder: Path, ours: bool) -> None:
        self.folder, self.ours, self.bump, self.peak = folder, ours, 0, 0.0
        self.program = [sys.executable if ours else str(PEER), "-m", "lessons" if ours else "zensical"]
        self.command = [*self.program, "build", *(["--no-pdf"] if ours else [])]
        self.address = "lessons/lesson-001/" if ours else "lesson-001/practice/"
        self.environment = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
        self.environment["PYTHONPATH"] = str(folder / "src") if ours else ""

    def write(self, number: int, bump: int, config: str) -> None:
        if self.ours:
            course.ours(self.folder, number, bump, config)
        else:
            course.peers(self.folder, number, bump)

    def build(self) -> float:
        """Seconds that a build takes; the first one's memory is looked at, too."""
        start = time.perf_counter()
        with subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            if not self.peak:
                self.peak = memory(process)
            process.wait()
        if process.returncode:
            sys.exit(f"{self.command} failed")
        seconds = time.perf_counter() - start
        shown = (self.folder / "site" / self.address / "index.html").read_text(encoding="utf-8")
        if course.value(self.bump) not in shown:
            sys.exit(f"{self.command}: the page does not show {course.value(self.bump)}")
        return seconds

    def edited(self, number: int, config: str) -> float:
        self.bump += 1
        self.write(number, self.bump, config)
        return self.build()

    def served(self, number: int, config: str) -> float:
        """Seconds from saving a number to the page that shows it, median of five."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        at = ["--port", str(port)] if self.ours else ["-a", f"127.0.0.1:{port}"]
        process = subprocess.Popen(
            [*self.program, "serve", *at],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self.wait(f"http://127.0.0.1:{port}/{self.address}", 300)
            found = []
            for _ in range(5):
                time.sleep(1.5)  # until it rests
                self.bump += 1
                self.write(number, self.bump, config)
                found.append(self.wait(f"http://127.0.0.1:{port}/{self.address}", 60))
            return statistics.median(found)
        finally:
            process.terminate()
            process.wait()

    def wait(self, url: str, patience: float) -> float:
        start = time.perf_counter()
        while time.perf_counter() - start < patience:
            with suppress(OSError), urllib.request.urlopen(url, timeout=60) as reply:
                if course.value(self.bump) in reply.read().decode():
                    return time.perf_counter() - start
            time.sleep(0.02)
        sys.exit(f"{url} never showed {course.value(self.bump)}")


def memory(process: subprocess.Popen[bytes]) -> float:
    """The most that a process and all below it had at once, in MB, looked at ten times a second until it ends."""
    peak = 0.0
    while process.poll() is None:
        total, todo = 0, [process.pid]
        while todo:
            with suppress(OSError, IndexError):
                pid = todo.pop()
                total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
                for task in Path(f"/proc/{pid}/task").iterdir():
                    todo += map(int, (task / "children").read_text().split())
        peak = max(peak, total / 2**20)
        time.sleep(0.1)
    return peak


def script(n: int) -> str:
    head = f'# ---\n# title: "Notebook {n}"\n# description: Generated.\n# ---\n\n# %% [markdown]\n# # Notebook {n}\n\n'
    return head + "\n\n".join(f"# %%\n{cell.replace('{n}', str(n))}" for cell in CELLS) + "\n"


def cells_alone(copy: Path, number: int) -> float:
    """Seconds one process needs to run all the cells, from its start: what no executor can go below."""
    program = copy / "alone.py"
    cells = [[cell.replace("{n}", str(n)) for cell in CELLS] for n in range(number)]
    program.write_text(
        f"for notebook in {cells!r}:\n    names = {{}}\n    for cell in notebook:\n        exec(cell, names)\n"
    )
    start = time.perf_counter()
    environment = os.environ | {"PYTHONPATH": str(copy / "src")}
    subprocess.run([sys.executable, str(program)], env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def plain_mkdocs_jupyter(copy: Path, number: int) -> float:
    """Seconds mkdocs-jupyter needs to run as many of the notebooks, a fresh kernel for each."""
    folder = copy / "plain"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "index.md").write_text("# Home\n")
    for n in range(number):
        (folder / "docs" / f"n{n:03}.py").write_text(
            "\n\n".join(f"# %%\n{cell.replace('{n}', str(n))}" for cell in CELLS)
        )
    (folder / "mkdocs.yml").write_text(
        "site_name: plain\ntheme:\n  name: material\nplugins:\n  - mkdocs-jupyter:\n"
        "      execute: true\n      allow_errors: false\n      cache: false\n"
    )
    start = time.perf_counter()
    command = [sys.executable, "-m", "mkdocs", "build", "-q"]
    environment = os.environ | {"PYTHONPATH": str(copy / "src"), "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
