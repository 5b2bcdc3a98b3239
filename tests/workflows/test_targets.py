"""The targets of make that workflows run: what they print is harmless, and what they pack is the same bytes."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOSTILE = "::error file=README.md::planted"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose make has the project's targets, a target that prints what an author wrote, and no project."""
    text = f"include {ROOT}/Makefile\nprobe:\n\t@echo '{HOSTILE}'; printf '::warning::no end'; exit 3\n"
    (tmp_path / "Makefile").write_text(text, encoding="utf-8")
    return tmp_path


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "MAKE"))}
    command = ["make", "--no-print-directory", "--assume-old=.venv/.site-ready", *arguments]
    return subprocess.run(
        command, cwd=folder, env=clean | environment, capture_output=True, text=True, timeout=60, check=False
    )


def commands(output: str) -> list[str]:
    """The workflow commands that a runner would obey, as it reads them: line by line, silent while stopped."""
    obeyed, token = [], ""
    for line in output.splitlines():
        if token:
            token = "" if line == f"::{token}::" else token
        elif found := re.match(r"::stop-commands::(.+)", line):
            token = found[1]
        elif line.startswith("::"):
            obeyed.append(line)
    assert not token, "commands stay stopped for the steps that follow"
    return obeyed


def test_what_an_author_wrote_is_no_command(folder: Path) -> None:
    done = make(folder, "as-text-probe", GITHUB_ACTIONS="true")
    assert HOSTILE in done.stdout
    assert commands(done.stdout) == []
    assert done.returncode != 0  # a failure stays one


def test_nobody_can_know_the_token(folder: Path) -> None:
    tokens = {make(folder, "as-text-probe", GITHUB_ACTIONS="true").stdout.partition("\n")[0] for _ in range(2)}
    assert len(tokens) == 2
    assert all(re.fullmatch("::stop-commands::[0-9a-f]{32}", token) for token in tokens)


def test_outside_a_workflow_nothing_is_added(folder: Path) -> None:
    assert make(folder, "as-text-probe").stdout.startswith(HOSTILE)
    assert "stop-commands" not in make(folder, "as-text-probe").stdout


def fake(folder: Path, script: str) -> str:
    """An option of make that puts a script in the place of the command line."""
    path = folder / "fake"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return f"LESSONS={path}"


def test_annotations_are_commands_and_what_goes_wrong_is_none(folder: Path) -> None:
    lessons = fake(folder, f'echo "::error file=docs/a.md::L101 $*"; echo "{HOSTILE}" >&2; exit 1')
    done = make(folder, "annotate", lessons, "BASE=origin/main", GITHUB_ACTIONS="true")
    assert commands(done.stdout) == [
        "::error file=docs/a.md::L101 check --format github --ready --base origin/main",
    ]
    assert HOSTILE in done.stdout
    assert HOSTILE not in done.stderr
    assert done.returncode != 0


def test_the_summary_goes_where_the_runner_shows_it(folder: Path) -> None:
    lessons = fake(folder, 'echo "$*"')
    done = make(folder, "summary", lessons, "BASE=origin/main", GITHUB_STEP_SUMMARY=str(folder / "summary.md"))
    assert done.returncode == 0, done.stderr
    assert (folder / "summary.md").read_text() == "values --diff origin/main --format markdown\n"
    assert make(folder, "summary", lessons, "BASE=main").stdout == "values --diff main --format markdown\n"


def built(folder: Path) -> None:
    (folder / "site/lessons").mkdir(parents=True)
    for name in ("sitemap.xml", "index.html", "lessons/index.html"):
        (folder / "site" / name).write_text(name, encoding="utf-8")


def test_a_packed_site_is_the_same_bytes_whoever_built_it_when(folder: Path) -> None:
    built(folder)
    assert make(folder, "pack").returncode == 0
    packed = (folder / "dist/artifact.tar").read_bytes()
    shutil.rmtree(folder / "site")
    built(folder)
    for path in (folder / "site").rglob("*"):
        path.chmod(0o700)
        os.utime(path, (1, 1))
    (folder / "site/index.html").chmod(0o600)
    (folder / "site/sitemap.xml").chmod(0o600)
    (folder / "site/lessons/index.html").chmod(0o600)
    assert make(folder, "pack").returncode == 0
    assert (folder / "dist/artifact.tar").read_bytes() == packed
    with tarfile.open(folder / "dist/artifact.tar") as tar:
        # Pages refuses a file that not everybody may read.
        assert {member.mode for member in tar if member.isfile()} == {0o644}
        assert {member.mode for member in tar if member.isdir()} == {0o755}


def test_nothing_is_packed_without_a_site(folder: Path) -> None:
    done = make(folder, "pack")
    assert done.returncode != 0
    assert "no built site" in done.stderr
    assert not (folder / "dist").exists()


def test_two_builds_that_differ_are_told_by_their_files(folder: Path) -> None:
    built(folder)
    make(folder, "pack")
    (folder / "dist/published").mkdir()
    shutil.copy(folder / "dist/artifact.tar", folder / "dist/published")
    assert make(folder, "same").returncode == 0
    (folder / "site/lessons/index.html").write_text("another", encoding="utf-8")
    (folder / "site/more.html").write_text("more", encoding="utf-8")
    done = make(folder, "same")
    assert done.returncode != 0
    assert "lessons/index.html" in done.stdout
    assert "more.html" in done.stdout
    assert "differ: nothing is published" in done.stderr


def test_the_digest_of_what_is_packed_goes_where_the_runner_keeps_it(folder: Path) -> None:
    built(folder)
    assert make(folder, "pack", GITHUB_OUTPUT=str(folder / "output")).returncode == 0
    digest = hashlib.sha256((folder / "dist/artifact.tar").read_bytes()).hexdigest()
    assert (folder / "output").read_text() == f"digest={digest}\n"
    (folder / "dist/published").mkdir()
    shutil.copy(folder / "dist/artifact.tar", folder / "dist/published")
    assert make(folder, "same", DIGEST=digest).returncode == 0
    for other in ("0" * 64, "no digest"):  # the first build said another one
        assert make(folder, "same", DIGEST=other).returncode != 0


def test_no_python_that_make_starts_looks_for_modules_in_the_folder() -> None:
    recipes = [
        line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    started = re.findall(
        r"\$\((?:BIN\)/python|PYTHON\)) (-\S+|\w\S*)", "\n".join(recipes).replace("--python $(BIN)/python", "")
    )
    assert len(started) >= 7
    assert set(started) == {"-I", "-P"}


@pytest.mark.parametrize("place", ["site", "dist", "dist/artifact.tar"])
def test_nothing_is_packed_from_or_to_where_a_link_leads(folder: Path, place: str) -> None:
    built(folder)
    outside = folder / "outside"
    shutil.copytree(folder / "site", outside)
    (outside / "file").touch()
    if place == "site":
        shutil.rmtree(folder / "site")
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).symlink_to(outside / "file" if place.endswith(".tar") else outside)
    done = make(folder, "pack")
    assert done.returncode != 0
    assert f"{place} is a symbolic link: remove it" in done.stderr
    assert (outside / "file").read_bytes() == b""
    assert not (outside / "artifact.tar").exists()
