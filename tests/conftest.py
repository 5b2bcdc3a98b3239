"""What the tests of the whole product share: the project, a copy of it to break, its command line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every machine, and no test that fails because the machine was busy.
settings.register_profile("lessons", deadline=None, derandomize=True)
settings.load_profile("lessons")

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Project:
    """A project's folder, and its command line run on the package that lies in it."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        # No bytecode: a file edited twice within a second, at the same size, would be taken from the cache.
        return os.environ | {"PYTHONPATH": str(self.folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}

    def command(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "lessons", *map(str, arguments)]

    def run(self, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace the only place where `old` stands."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test finds what another, or a build, has kept of a page."""
    monkeypatch.setattr("lessons.page.kept.FOLDER", tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="session")
def project() -> Project:
    """The project under test: read it, build it elsewhere, leave it as it is."""
    return Project(ROOT)


@pytest.fixture
def copy(tmp_path: Path) -> Project:
    """A copy of the project, to be broken on purpose."""
    return _copy(tmp_path / "project")


@pytest.fixture(scope="module")
def shared_copy(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy that the tests of one file share, each leaving it as it found it."""
    return _copy(tmp_path_factory.mktemp("copy") / "project")


def _copy(folder: Path) -> Project:
    for name in ("src", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("mkdocs.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    _without_decisions(folder)
    (folder / "notebooks").mkdir()
    for notebook in (ROOT / "notebooks").glob("*.py"):
        # Its words only: running notebooks takes long, and is tested elsewhere.
        words, _, _ = notebook.read_text(encoding="utf-8").partition("\n# %%\n")
        (folder / "notebooks" / notebook.name).write_text(words, encoding="utf-8")
    return Project(folder)


def _without_decisions(folder: Path) -> None:
    """Take out the pages that only the list of decisions leads to: half of all pages, and like each other."""
    docs = folder / "docs"
    linked = "".join(page.read_text(encoding="utf-8") for page in docs.glob("contributing/*.md"))
    for page in (docs / "decisions").glob("*.md"):
        if page.name == "index.md" or f"decisions/{page.name}" in linked:
            continue
        page.unlink()
        for file in (docs / "decisions/index.md", folder / "mkdocs.yml"):
            lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
            file.write_text("".join(line for line in lines if page.name not in line), encoding="utf-8")


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """The path of a program these tests need. A missing one is a failure: no test passes by not running."""

    def find(name: str) -> str:
        found = shutil.which(name)
        assert found, f"{name} is not installed: `make setup` installs what the tests need"
        return found

    return find
