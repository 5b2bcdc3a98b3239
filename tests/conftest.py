"""What the tests of the whole product share: the project, a copy of it to break, its command line."""

from __future__ import annotations

import compileall
import fcntl
import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Playwright, sync_playwright

from lessons.environment import ENVIRONMENT
from lessons.publish import chromium

ROOT = Path(__file__).parent.parent
# As every command has it, before anything loads numpy: a confined child of a process with several threads of linear
# algebra may begin none, and waits for them for ever.
os.environ |= {name: value for name, value in ENVIRONMENT.items() if name.endswith("_NUM_THREADS")}
# `python -P -m pytest` finds nothing in this folder; what the tests share is looked for there last.
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))

# The same examples on every machine, and no test that fails because the machine was busy.
settings.register_profile("lessons", deadline=None, derandomize=True)
settings.load_profile("lessons")

# A window's own buttons and menus are pages too, which Chromium draws for each context: a third of its time.
NO_FURNITURE = "--disable-features=PreloadTopChromeWebUI,WebUIOmniboxPopup,WebUITabStrip,TabSearch"


@dataclass(frozen=True)
class Project:
    """A project's folder, and its command line run on the package that lies in it."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        # No bytecode by date: a file edited twice within a second, at the same size, would be taken from the cache.
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
            timeout=300,  # of what hangs, on the slowest machine
            check=False,
        )

    def build(self, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Build, without the printed decks: they take seconds each, and have tests of their own."""
        return self.run("build", "--no-pdf", *arguments, **environment)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace the only place where `old` stands."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        file.write_text(text.replace(old, new), encoding="utf-8")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take longest begin first: at the end, one would keep a processor busy and the others waiting."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test finds what another, or a build, has kept of a page."""
    folder = tmp_path_factory.mktemp("kept")
    monkeypatch.setattr("lessons.page.cache.FOLDER", folder / "pages")
    monkeypatch.setattr("lessons.page.results.RESULTS", folder / "results")


@pytest.fixture(scope="session")
def project() -> Project:
    """The project under test: read it, build it elsewhere, leave it as it is."""
    return Project(ROOT)


Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    """made_once(name, make): a folder that `make` fills, once for all the processes that test."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent

    def once(name: str, make: Callable[[Path], None]) -> Path:
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (shared / name).exists():
                make(shared / f"{name}.making")
                (shared / f"{name}.making").rename(shared / name)
        return shared / name

    return once


@pytest.fixture(scope="session")
def original(made_once: Once) -> Path:
    """What copies are made of: the project, its package compiled, and what a build of it keeps."""
    return made_once("original", _original)


@pytest.fixture(scope="session")
def original_site(original: Path) -> Path:
    """The site that was built of it."""
    return original.with_name("original-site")


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Project:
    """A copy of the project, to be broken on purpose."""
    return _copy(original, tmp_path / "project")


@pytest.fixture(scope="module")
def shared_copy(original: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy that the tests of one file share, each leaving it as it found it."""
    return _copy(original, tmp_path_factory.mktemp("copy") / "project")


def _copy(original: Path, folder: Path) -> Project:
    return Project(Path(shutil.copytree(original, folder, symlinks=True)))


def _original(folder: Path) -> None:
    for name in ("src", "docs"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.ipynb", "decisions")
        )
    for name in ("mkdocs.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    (folder / "notebooks").mkdir()
    for notebook in (ROOT / "notebooks").glob("*.py"):
        # Its words only: running notebooks takes long, and is tested elsewhere.
        words, _, _ = notebook.read_text(encoding="utf-8").partition("\n# %%\n")
        (folder / "notebooks" / notebook.name).write_text(words, encoding="utf-8")
    # Told apart by what a file holds: one edited twice within a second, at the same size, is compiled anew.
    compileall.compile_dir(folder / "src", quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    done = Project(folder).build("--site", folder.with_name("original-site"))
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(folder / "docs/notebooks")


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """The path of a program these tests need. A missing one is a failure: no test passes by not running."""

    def find(name: str) -> str:
        found = shutil.which(name)
        assert found, f"{name} is not installed: `make setup` installs what the tests need"
        return found

    return find


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Drives browsers. One for all tests of a process: a second one beside it does not start."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright, tool: Callable[[str], str]) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=tool("chromium"), args=[*chromium.FLAGS, NO_FURNITURE])
    yield running
    running.close()
