"""Measure what the project promises, as ratios where a ratio can be had: `make bench`, or with other numbers of
notebooks: `python tests/bench.py --notebooks 100 --peer 10`.

Nothing here passes or fails. Compare figures of one run only: machines differ, and so does their load.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lessons.publish import chromium

ROOT = Path(__file__).resolve().parents[1]
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
    options.add_argument(
        "--lighthouse", type=int, default=0, metavar="RUNS", help="score the practice page, median of so many"
    )
    given = options.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with project() as copy:
        pages(copy)
        containment(copy)
        if given.lighthouse:
            lighthouse(copy / "site", given.lighthouse)
        if given.notebooks:
            notebooks(copy, given.notebooks, given.peer)


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


class Compressed(http.server.SimpleHTTPRequestHandler):
    """Serves as real hosts do: text compressed, and kept by browsers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        body = gzip.compress(path.read_bytes(), 9)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=31536000")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


def lighthouse(site: Path, runs: int) -> None:
    """Lighthouse's four scores of the first lesson, as a phone sees it: the median of several runs, for they vary."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Compressed, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    command = [
        str(ROOT / ".venv/bin/node"),
        str(ROOT / "node_modules/lighthouse/cli/index.js"),
        f"http://127.0.0.1:{server.server_port}/lessons/vae-training/",
        "--quiet",
        "--output=json",
        f"--chrome-flags={' '.join(chromium.FLAGS)}",
    ]
    scores: dict[str, list[float]] = {}
    environment = os.environ | {"CHROME_PATH": chromium.browser() or ""}
    for _ in range(runs):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        report = json.loads(done.stdout)
        for name, category in report["categories"].items():
            scores.setdefault(name, []).append(100 * category["score"])
        missed = [
            f"{audit['id']} {audit['score']}"
            for audit in report["audits"].values()
            if audit["score"] is not None and audit["score"] < 0.9
        ]
    server.shutdown()
    for name, found in scores.items():
        print(
            f"lighthouse {name:16} {statistics.median(found):5.0f}   of {', '.join(f'{score:.0f}' for score in found)}"
        )
    print("lighthouse, below 0.9 in the last run:", ", ".join(missed) or "nothing")


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
