"""What `serve` watches: every change of a source or of what is loaded, and no file that a build writes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons.publish import watch

PATIENCE = 30  # seconds


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder, to work in."""
    monkeypatch.chdir(tmp_path)
    for name in ("docs/a.md", "notebooks/a.py", "mkdocs.yml", "requirements.txt", "src/lessons/rule.py"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("As it was.\n")
    return tmp_path


def test_a_source_that_is_saved_added_replaced_or_deleted_is_another_state(root: Path) -> None:
    states = [watch.sources()]
    page = root / "docs/a.md"

    def changed() -> bool:
        states.append(watch.sources())
        return states[-1] != states[-2]

    assert not changed()
    page.write_text("Longer than it was.\n")
    assert changed()
    (root / "docs/b.md").touch()
    assert changed()
    about = page.stat()  # of the same size and time, as an editor may leave it
    (root / "c.md").write_text("Shorter, or as long.")
    os.utime(root / "c.md", ns=(about.st_atime_ns, about.st_mtime_ns))
    (root / "c.md").replace(page)
    assert changed()
    page.unlink()
    assert changed()
    assert not changed()


def test_what_a_build_writes_and_the_package_are_no_sources(root: Path) -> None:
    before = watch.sources()
    for name in ("docs/notebooks/a.ipynb", "site/index.html", ".cache/pages/a", "src/lessons/rule.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("Made.")
    assert watch.sources() == before


def test_the_package_and_the_locks_are_loaded(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PACKAGE", root / "src/lessons")
    before = watch.loaded(root)
    (root / "docs/a.md").write_text("A page is not loaded.\n")
    (root / "src/lessons/__pycache__").mkdir()
    (root / "src/lessons/__pycache__/rule.pyc").touch()
    assert watch.loaded(root) == before
    for name in ("src/lessons/rule.py", "requirements.txt", "package-lock.json"):
        (root / name).write_text(f"Another {name}.\n")
        now = watch.loaded(root)
        assert now != before
        before = now


@pytest.fixture
def changes(root: Path) -> Iterator[threading.Semaphore]:
    """One for each change that is told."""
    told = threading.Semaphore(0)
    observer = watch.observer()
    watch.tell(observer, str(root), told.release)
    observer.start()
    yield told
    observer.stop()
    observer.join()


def test_a_change_is_told_and_nothing_else(root: Path, changes: threading.Semaphore) -> None:
    (root / "docs/a.md").read_text()
    (root / "docs/notebooks").mkdir()
    (root / "docs/notebooks/a.ipynb").touch()
    (root / "docs/a.md").rename(root / "docs/b.md")  # one event, and the kernel tells in order
    assert changes.acquire(timeout=PATIENCE)
    assert not changes.acquire(blocking=False)
