"""What a command says reaches whoever listens: in the letters of a terminal, on pipes that close, on full disks."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from lessons import terminal

LESSONS = shlex.join([sys.executable, "-m", "lessons"])
PAGE = "---\ntitle: A page\ndescription: Words.\n---\n\nIt is ~~≈ 0.3~~ {{ σ² → größe 中 😀 }}.\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "docs").mkdir()
    (folder / "mkdocs.yml").write_text("site_name: Lessons\nnav:\n  - page.md\n")
    (folder / "docs/page.md").write_text(PAGE, encoding="utf-8")
    return folder


def run(line: str, project: Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    """A line of a shell, in which $L is the command."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(project), "L": LESSONS, **more}
    return subprocess.run(
        ["bash", "-c", line], cwd=project, env=environment, capture_output=True, timeout=60, check=False
    )


NOISE = (b"Traceback", b"Exception ignored", b"fault of the program", b"codec can't")


def quiet(done: subprocess.CompletedProcess[bytes]) -> bool:
    return not any(noise in done.stderr + done.stdout for noise in NOISE)


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("ascii", "a template, ... {{ sigma^2 -> gr\\xf6\\xdfe }}"),
        ("ascii:strict", "a template, ... {{ sigma^2 -> gr\\xf6\\xdfe }}"),
        ("latin-1", "a template, ... {{ sigma² -> größe }}"),
        ("cp1252", "a template, … {{ sigma² -> größe }}"),
        ("utf-8", "a template, … {{ σ² → größe }}"),
    ],
)
def test_every_alphabet(encoding: str, shown: str, project: Path) -> None:
    done = run("$L new 'a template, … {{ σ² → größe }}' --title T", project, PYTHONIOENCODING=encoding)
    assert (done.returncode, quiet(done)) == (1, True)
    assert shown in done.stderr.decode(encoding.partition(":")[0])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("≈ 0.3 − 1 → “σ²” … café", '~ 0.3 - 1 -> "sigma^2" ... caf\\xe9'),
        ("Δ ς 中 😀", "Delta sigma \\u4e2d \\U0001f600"),
        ("plain", "plain"),
    ],
)
def test_what_an_alphabet_lacks_is_spelt(text: str, plain: str) -> None:
    assert terminal.spelt(text) == plain
    assert text.encode("ascii", errors="lessons.plain").decode() == plain


def test_an_alphabet_keeps_what_it_has() -> None:
    assert "é ≈ “".encode("cp1252", errors="lessons.plain").decode("cp1252") == "é ~ “"


def test_json_stays_json_on_a_terminal_with_few_letters(project: Path) -> None:
    told = [run("$L check --format json", project, PYTHONIOENCODING=one).stdout for one in ("ascii", "utf-8")]
    assert told[0].isascii()
    assert json.loads(told[0]) == json.loads(told[1].decode()) != []


@pytest.mark.parametrize("columns", ["1", "20", "100000", "x", "-5"])
def test_every_width(columns: str, project: Path) -> None:
    done = run("$L check --help", project, COLUMNS=columns)
    assert (done.returncode, quiet(done)) == (0, True)
    assert b"--ready" in done.stdout


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("$L --help | true; exit ${PIPESTATUS[1]}", 0),
        ("$L --help > /dev/full", 1),
        ("$L check --help > /dev/full", 1),
        ("$L check --format json > /dev/full", 1),
        ("$L check 2> /dev/full", 1),
        ("$L check 2>&1 | head -1; exit ${PIPESTATUS[1]}", 0),
        ("$L --help >&-", 0),
        ("$L check >&- <&- 2>&-", 1),
        ("$L check --format json >&-", 1),
        ("$L nonsense 2>&-", 2),
        ("$L nonsense 2> /dev/full", 2),
        ("$L check <&-", 1),
    ],
)
def test_streams_that_take_nothing(line: str, code: int, project: Path) -> None:
    done = run(line, project)
    assert (done.returncode, quiet(done)) == (code, True), done.stderr.decode()


def test_a_full_disk_is_said_in_a_line(project: Path) -> None:
    assert run("$L --help > /dev/full", project).stderr == b"the output cannot be written: No space left on device\n"
