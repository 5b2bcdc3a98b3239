"""Folders that go with their process: swept by the next where it was killed, and nobody else's is."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from lessons import scratch

NAME = "lessons-tmp-0123456789ab"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_folder_is_empty_private_and_gone_at_the_end(temporary: Path) -> None:
    with pytest.raises(ZeroDivisionError), scratch.folder() as folder:
        assert (folder.parent, folder.stat().st_mode & 0o7777, list(folder.iterdir())) == (temporary, 0o700, [])
        (folder / "deep/er").mkdir(parents=True)
        raise ZeroDivisionError
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_is_swept_and_nothing_else(temporary: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/file").touch()
    (temporary / NAME / "deep").mkdir(parents=True)
    (temporary / NAME / "link").symlink_to(tmp_path / "outside")
    spared = ["lessons-tmp-mine", "lessons-tmp-0123456789ab-mine", "lessons-notes", "lessons-tmp-fedcba987654"]
    for name in spared[:3]:
        (temporary / name).mkdir()
    (temporary / spared[3]).symlink_to(tmp_path / "outside")
    with scratch.folder() as living:
        with scratch.folder():
            assert living.is_dir()
        assert {path.name for path in temporary.iterdir()} == {*spared, living.name}
    assert (tmp_path / "outside/file").is_file()


def test_what_is_somebody_elses_is_spared(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (temporary / NAME).mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with scratch.folder():
        assert (temporary / NAME).is_dir()


def test_temporary_files_of_all_kinds_lie_in_one_folder_meanwhile(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(temporary))
    with scratch.for_all():
        (own,) = temporary.iterdir()
        assert Path(tempfile.mkdtemp()).parent == own == Path(os.environ["TMPDIR"])
    assert (os.environ["TMPDIR"], tempfile.gettempdir()) == (str(temporary), str(temporary))
    assert list(temporary.iterdir()) == []


def test_without_a_place_for_temporary_files_there_is_none_and_no_fault(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary.rmdir()
    with scratch.for_all():
        assert tempfile.gettempdir() == str(temporary)
