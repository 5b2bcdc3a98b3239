"""What the tests of notebooks share: a folder with notebooks in it, and the command line that runs them.

Notebooks are run from a fresh process: the one of a test runner has threads, and is no place to fork from.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import pytest

SRC = Path(__file__).parents[2] / "src"
HERE = "# here"  # marks the line where a problem has to be reported


class Workshop:
    """A project that consists of notebooks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.src = SRC
        (folder / "notebooks").mkdir(parents=True, exist_ok=True)
        (folder / "mkdocs.yml").touch()
        (folder / "requirements.txt").write_text("numpy==1\n")

    def write(self, slug: str, body: str, limits: str = "{}") -> Path:
        """A notebook with a header of five lines; `body` begins on line 7, below a marker."""
        path = self.folder / f"notebooks/{slug}.py"
        path.write_text(f"# ---\n# title: {slug}\n# description: D\n# limits: {limits}\n# ---\n# %%\n{body}")
        return path

    def line(self, slug: str) -> int:
        """The line marked in a notebook."""
        lines = (self.folder / f"notebooks/{slug}.py").read_text().split("\n")
        (number,) = [number for number, line in enumerate(lines, 1) if line.endswith(HERE)]
        return number

    def own_package(self) -> Path:
        """From now on a copy of the package runs, to be edited."""
        self.src = self.folder / "src"
        shutil.copytree(SRC, self.src, ignore=shutil.ignore_patterns("__pycache__"))
        (self.folder / "node_modules").symlink_to(SRC.parent / "node_modules")  # looked for beside it
        return self.src / "lessons"

    def start(
        self,
        *arguments: str,
        before: str = "",
        cwd: str = ".",
        out: int | IO[str] = subprocess.PIPE,
        err: int | IO[str] = subprocess.PIPE,
        **environment: str,
    ) -> subprocess.Popen[str]:
        """`lessons notebooks`, after the statements of `before`."""
        script = f"import sys\n{before}\nfrom lessons.cli import main\nsys.exit(main(['notebooks', *sys.argv[1:]]))"
        given = {"PYTHONPATH": str(self.src), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
        given["TMPDIR"] = str(self.folder.parent)  # a run that is killed cannot tidy up
        return subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            cwd=self.folder / cwd,
            env=os.environ | given | environment,
            stdout=out,
            stderr=err,
            text=True,
        )

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        # Into files: whoever is left behind with a pipe in its hands must not keep us.
        with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
            process = self.start(*arguments, out=out, err=err, **options)
            try:
                process.wait(60)
            finally:
                process.kill()
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(process.args, process.returncode, out.read(), err.read())

    def ran(self, **options: str) -> set[str]:
        """The notebooks that had to be run. All of them must be good."""
        done = self.run(**options)
        assert done.returncode == 0, done.stderr
        return set(re.findall(r"^running notebooks/(.*)\.py$", done.stdout, re.MULTILINE))

    def staged(self) -> dict[str, bytes]:
        folder = self.folder / "docs/notebooks"
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.is_dir() else {}

    def printed(self, slug: str) -> str:
        """What the cells of a staged notebook printed or showed as plain text."""
        cells: Any = json.loads(self.staged()[f"{slug}.ipynb"])["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        return "".join(output.get("text") or output["data"]["text/plain"] for output in outputs)

    def clear(self) -> None:
        """Forget what was run and staged."""
        shutil.rmtree(self.folder / ".cache", ignore_errors=True)
        shutil.rmtree(self.folder / "docs", ignore_errors=True)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path / "project")


Shared = tuple[Workshop, subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Shared]:
    """A workshop that is filled and run once, however many processes the tests are shared out to."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared

    def once(name: str, run: Callable[[Workshop], subprocess.CompletedProcess[str]]) -> Shared:
        workshop = Workshop(shared / name)
        with (shared / f"{name}.json").open("a+") as told:
            fcntl.flock(told, fcntl.LOCK_EX)
            told.seek(0)
            if not (text := told.read()):
                done = run(workshop)
                text = json.dumps(["", done.returncode, done.stdout, done.stderr])
                told.write(text)
                told.flush()
        return workshop, subprocess.CompletedProcess(*json.loads(text))

    return once
