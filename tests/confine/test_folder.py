"""What a process keeps on the disk: in its folder, below it, and open without a name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lessons.confine import folder

NOBODY = 2**30  # the number of no process


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MOST", 1)
    monkeypatch.setattr(folder, "MOST_FILES", 10)


def write(path: Path, size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)


def test_what_is_allowed_is_not_too_much(tmp_path: Path) -> None:
    write(tmp_path / "a/b", 1000_000)
    (tmp_path / "hole").touch()
    os.truncate(tmp_path / "hole", 2**40)  # takes no place
    (tmp_path / "link").symlink_to("/usr")
    assert not folder.overfull(tmp_path, NOBODY)


def test_files_are_summed(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"{number}/x", 400_000)
    assert folder.overfull(tmp_path, NOBODY)


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir])
def test_names_are_counted(tmp_path: Path, make: object) -> None:
    for number in range(11):
        make(tmp_path / str(number))  # type: ignore[operator]
    assert folder.overfull(tmp_path, NOBODY)


def test_files_without_a_name_are_summed_too(tmp_path: Path) -> None:
    write(tmp_path / "x", 1200_000)
    with (tmp_path / "x").open("rb"):
        (tmp_path / "x").unlink()
        assert folder.overfull(tmp_path, os.getpid())
    assert not folder.overfull(tmp_path, os.getpid())


def test_what_is_too_deep_for_a_name_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MOST_FILES", 100)
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=here)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    assert folder.overfull(tmp_path, NOBODY)
