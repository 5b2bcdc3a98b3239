"""Files that are there whole or not at all, and what is said of a disk that takes none."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lessons import files


def test_a_file_is_written_into_new_folders_and_over_an_old_one(tmp_path: Path) -> None:
    path = tmp_path / "deep/er/file"
    for data in (b"first", b"second, longer", b""):
        files.write(path, data)
        assert path.read_bytes() == data
        assert list(path.parent.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    files.write(path, b"old")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(OSError, match=f"full.*{path}"):
        files.write(path, b"new")
    files.keep(path, b"new")  # a cache goes without
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_parts_that_killed_writers_left_are_removed_once_they_are_old(tmp_path: Path) -> None:
    path = tmp_path / "file[1]"
    long_ago = time.time() - files.ABANDONED - 60
    for name in (".file[1].dead0000", ".file[1].beef0000", ".file1.dead0000", "file[1].dead0000", ".file[1].dead"):
        (tmp_path / name).write_bytes(b"part")
        if "dead" in name:
            os.utime(tmp_path / name, (long_ago, long_ago))
    files.write(path, b"new")
    left = {"file[1]", ".file[1].beef0000", ".file1.dead0000", "file[1].dead0000", ".file[1].dead"}
    assert {one.name for one in tmp_path.iterdir()} == left


def test_faults_of_the_disk_name_the_place_and_the_repair() -> None:
    fault = OSError(errno.ENOSPC, "?", "site/index.html")
    assert files.told(fault) == "site/index.html: No space left on device\n    make room on that disk"
    assert files.told(OSError(errno.EXDEV, "?", "a", None, "b")) is None
    assert str(files.told(OSError(errno.EACCES, "?", b"a\xff"))).startswith("a\\udcff: Permission denied\n")
    assert str(files.told(OSError(errno.EROFS, "?"))).startswith("Read-only file system\n")


def test_folders_that_their_owner_may_not_look_into_are_removed(tmp_path: Path) -> None:
    """As an ordinary user: root may look into all of them."""
    outside = tmp_path / "outside"
    outside.write_text("mine")
    outside.chmod(0o444)
    for name in ("a", "a/b", "a/b/c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    (tmp_path / "a/b/link").symlink_to(outside)
    for name, mode in (("a/b/c", 0), ("a/b", 0o300), ("a", 0o500)):
        (tmp_path / name).chmod(mode)
    script = f"from pathlib import Path; from lessons import files; files.remove(Path({str(tmp_path / 'a')!r}))"
    ordinary = ("unshare", "--user", "--map-user=1000", "--map-group=1000") if os.geteuid() == 0 else ()
    subprocess.run([*ordinary, sys.executable, "-c", script], check=True)
    assert list(tmp_path.iterdir()) == [outside]
    assert outside.stat().st_mode & 0o777 == 0o444
