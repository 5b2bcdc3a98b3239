"""CODEOWNERS: everything but the text of lessons has an owner, and `make owners` says who that is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWNERS = ROOT / ".github/CODEOWNERS"
ANYBODY = "anybody"


def rules(text: str) -> list[tuple[str, str]]:
    """(pattern, owners) of each line; without owners, it is anybody's."""
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    return [(pattern, owners[0] if owners else ANYBODY) for pattern, *owners in lines]


def owner(path: str, text: str) -> str:
    """Who is asked when a path changes: of the lines that match it, the last one says."""
    found = ANYBODY
    for pattern, owners in rules(text):
        if pattern == "*" or re.fullmatch(re.escape(pattern).replace(r"\*", "[^/]*"), f"/{path}"):
            found = owners
    return found


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file as `make owners` leaves it."""
    folder = tmp_path_factory.mktemp("owners")
    (folder / ".github").mkdir()
    shutil.copy(OWNERS, folder / ".github")
    shutil.copy(ROOT / "Makefile", folder)
    for name in ("@another", "@organisation/team"):
        subprocess.run(["make", "owners", f"OWNER={name}"], cwd=folder, timeout=30, check=True)
    return (folder / ".github/CODEOWNERS").read_text(encoding="utf-8")


def tracked() -> list[str]:
    command = ["git", "-c", "safe.directory=*", "ls-files"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_all_but_the_text_of_lessons_is_somebodys(owned: str) -> None:
    free = [path for path in tracked() if owner(path, owned) == ANYBODY]
    assert "docs/lessons/vae-training.md" in free
    assert "notebooks/vae-training.py" in free
    assert [path for path in free if not re.fullmatch(r"docs/lessons/[\w-]+\.md|notebooks/[\w-]+\.py", path)] == []
    assert {owner(path, owned) for path in tracked()} == {ANYBODY, "@organisation/team"}


@pytest.mark.parametrize(
    "path",
    [
        # What is there.
        *("Makefile", ".ci/run", ".github/workflows/publish.yml", ".github/CODEOWNERS", "mkdocs.yml", "pyproject.toml"),
        *("requirements.txt", "requirements-dev.txt", "package.json", "package-lock.json", ".npmrc", ".gitignore"),
        *("src/lessons/cli.py", "tests/conftest.py", "docs/assets/lesson.js", ".pre-commit-config.yaml", "SECURITY.md"),
        # What somebody could place, and a tool would run, obey or publish.
        *("GNUmakefile", "makefile", "conftest.py", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg", "setup.py"),
        *(
            "mypy.ini",
            "ruff.toml",
            ".importlinter",
            "uv.toml",
            ".python-version",
            "pip.py",
            "venv.py",
            "hatch_build.py",
        ),
        *("sitecustomize.py", "src/sitecustomize.py", "src/x.pth", "lessons.py", "tests.py", "numpy/__init__.py"),
        *("jupyter_config.py", "ipython_config.py", "jupytext.toml", ".jupytext.py", "matplotlibrc", "UTC"),
        *(".gitattributes", ".gitmodules", ".github/dependabot.yml", "CODEOWNERS", "docs/CODEOWNERS", ".envrc"),
        *(".vscode/settings.json", ".idea/workspace.xml", ".devcontainer/devcontainer.json", ".npmrc", ".yarnrc"),
        *("node_modules/katex/dist/katex.min.js", ".venv/bin/python", "site/index.html", ".cache/pages/0"),
        *("docs/evil.html", "docs/lessons/evil.html", "docs/lessons/evil.svg", "docs/lessons/evil.js", "docs/evil.md"),
        *(
            "docs/lessons/deeper/evil.md",
            "notebooks/deeper/evil.py",
            "notebooks/evil.ipynb",
            "docs/lessons/evil.md.html",
        ),
    ],
)
def test_what_runs_code_is_somebodys(path: str, owned: str) -> None:
    assert owner(path, owned) == "@organisation/team"


def test_before_anybody_says_so_nobody_is_asked() -> None:
    text = OWNERS.read_text(encoding="utf-8")
    assert rules(text) == [("*", ANYBODY), ("/docs/lessons/*.md", ANYBODY), ("/notebooks/*.py", ANYBODY)]


def test_an_owner_has_to_be_named(tmp_path: Path) -> None:
    (tmp_path / ".github").mkdir()
    shutil.copy(OWNERS, tmp_path / ".github")
    shutil.copy(ROOT / "Makefile", tmp_path)
    for arguments in ([], ["OWNER=somebody"]):
        done = subprocess.run(
            ["make", "owners", *arguments], cwd=tmp_path, capture_output=True, timeout=30, check=False
        )
        assert done.returncode != 0
    assert (tmp_path / ".github/CODEOWNERS").read_bytes() == OWNERS.read_bytes()
