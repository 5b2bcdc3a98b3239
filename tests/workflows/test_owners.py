"""CODEOWNERS: everything that runs code is named, and `make owners` says whose it is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWNERS = ROOT / ".github/CODEOWNERS"
# What a reader reads and a lesson is made of: it runs in the sandbox alone, and every reviewer may pass it.
PROSE = r"docs/(?!assets/).*|notebooks/.*|[\w-]+\.md|LICENSE[\w-]*|\.gitignore"


def named() -> list[str]:
    lines = OWNERS.read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line and not line.startswith("#")]


def covered(path: str) -> bool:
    return any(f"/{path}" == one or (one.endswith("/") and f"/{path}".startswith(one)) for one in named())


def test_every_tracked_file_that_is_no_prose_is_named() -> None:
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    tracked = done.stdout.splitlines()
    assert "src/lessons/cli.py" in tracked
    assert [path for path in tracked if not re.fullmatch(PROSE, path) and not covered(path)] == []


@pytest.mark.parametrize(
    "path",
    [
        *("Makefile", ".ci/run", ".github/workflows/publish.yml", ".github/CODEOWNERS", "mkdocs.yml", "pyproject.toml"),
        *("requirements.txt", "requirements-dev.txt", "package.json", "package-lock.json", ".npmrc"),
        *("src/lessons/cli.py", "tests/conftest.py", "docs/assets/lesson.js", ".pre-commit-config.yaml"),
    ],
)
def test_what_runs_code_is_named(path: str) -> None:
    assert (ROOT / path).is_file()
    assert covered(path)
    assert not re.fullmatch(PROSE, path)


def test_every_name_is_of_something() -> None:
    assert [one for one in named() if not (ROOT / one.lstrip("/")).exists()] == []


def test_all_have_the_same_owner() -> None:
    lines = [line.split() for line in OWNERS.read_text(encoding="utf-8").splitlines() if line.startswith("/")]
    assert len({tuple(owners) for _, *owners in lines}) == 1


def test_make_owners_writes_the_owner_after_each_path(tmp_path: Path) -> None:
    (tmp_path / ".github").mkdir()
    shutil.copy(OWNERS, tmp_path / ".github")
    shutil.copy(ROOT / "Makefile", tmp_path)

    def make(*arguments: str) -> int:
        command = ["make", "owners", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=30, check=False).returncode

    for owner in ("@organisation/team", "@another"):
        assert make(f"OWNER={owner}") == 0
        told = (tmp_path / ".github/CODEOWNERS").read_text(encoding="utf-8").splitlines()
        assert [line for line in told if line.startswith("/")] == [f"{path} {owner}" for path in named()]
    assert make() != 0
    assert make("OWNER=somebody") != 0
