"""What is kept between runs: found again by whoever kept it, and by nobody's word; what is damaged is absent."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lessons import store

PAYLOAD = bytes(range(0, 256, 4))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has kept nothing yet."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(store, "_own", None)
    monkeypatch.setattr(store, "_looked", {})
    return tmp_path / "home"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    store.save(tmp_path / ".cache/fonts", "a", PAYLOAD)
    return tmp_path / ".cache/fonts/a"


def found(path: Path) -> bytes | None:
    return store.load(path.parent, path.name)


def test_bytes_and_values_are_found_again(kept: Path) -> None:
    assert found(kept) == PAYLOAD
    assert [path.name for path in kept.parent.iterdir()] == ["a"]
    store.save_value(kept.parent, "b", {"x": [1, None, "σ"]})
    assert store.load_value(kept.parent, "b") == {"x": [1, None, "σ"]}
    assert store.load_value(kept.parent, "c") is None


def test_every_flipped_bit_and_every_cut_is_noticed(kept: Path) -> None:
    data = kept.read_bytes()
    for place in range(len(data)):
        kept.write_bytes(data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :])
        assert found(kept) is None, place
        kept.write_bytes(data[:place])
        assert found(kept) is None, place
    kept.write_bytes(data + b"\0")
    assert found(kept) is None
    kept.write_bytes(data)
    assert found(kept) == PAYLOAD


def moved(kept: Path) -> Path:
    return kept.rename(kept.with_name("b"))


def in_another_folder(kept: Path) -> Path:
    (kept.parent.parent / "styles").mkdir()
    return kept.rename(kept.parent.parent / "styles/a")


def a_folder(kept: Path) -> Path:
    kept.unlink()
    (kept / "deep").mkdir(parents=True)
    return kept


def a_pipe(kept: Path) -> Path:
    kept.unlink()
    os.mkfifo(kept)
    return kept


def a_link(kept: Path) -> Path:
    """To what would be right, were it not for the link."""
    kept.rename(kept.with_name("elsewhere"))
    kept.symlink_to("elsewhere")
    return kept


@pytest.mark.parametrize("damage", [moved, in_another_folder, a_folder, a_pipe, a_link])
def test_what_is_not_where_it_was_kept_is_absent_and_gives_way(kept: Path, damage: Callable[[Path], Path]) -> None:
    path = damage(kept)
    assert found(path) is None
    store.save(path.parent, path.name, b"new")
    assert found(path) == b"new"
    assert path.is_file()
    assert not path.is_symlink()


def test_a_link_in_the_place_of_the_store_is_not_followed(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/.cache").symlink_to(tmp_path / ".cache")
    monkeypatch.chdir(tmp_path / "other")
    assert store.load(Path(".cache/fonts"), "a") is None
    store.save(Path(".cache/fonts"), "a", b"through")
    store.save(Path(".cache/new"), "a", b"through")
    assert found(kept) == PAYLOAD
    assert [path.name for path in (tmp_path / ".cache").iterdir()] == ["fonts"]


# The key -----------------------------------------------------------------------------------------------------------


def test_only_its_user_can_read_the_key_and_what_another_key_sealed_is_absent(kept: Path, home: Path) -> None:
    key = home / store.KEY
    assert (key.stat().st_size, key.stat().st_mode & 0o777) == (32, 0o600)
    assert [path.name for path in key.parent.iterdir()] == ["key"]
    theirs = key.rename(key.with_name("theirs"))
    assert found(kept) is None
    theirs.replace(key)
    assert found(kept) == PAYLOAD


@pytest.mark.parametrize(
    "spoil",
    [
        lambda key: key.write_bytes(b""),
        lambda key: key.chmod(0o644),
        lambda key: (key.rename(key.with_name("b")), key.symlink_to("b")),
        a_pipe,
    ],
    ids=["cut", "readable by others", "a link", "a pipe"],
)
def test_a_key_that_is_not_as_it_was_made_is_made_anew(kept: Path, home: Path, spoil: Callable[[Path], object]) -> None:
    spoil(home / store.KEY)
    assert found(kept) is None
    store.save(kept.parent, "a", PAYLOAD)
    assert found(kept) == PAYLOAD
    assert ((home / store.KEY).lstat().st_size, (home / store.KEY).lstat().st_mode) == (32, 0o100600)


def test_where_no_key_can_be_kept_results_last_as_long_as_the_process(kept: Path, home: Path) -> None:
    (home / store.KEY).rename(home / "aside")
    (home / store.KEY).mkdir()
    assert found(kept) is None
    store.save(kept.parent, "a", PAYLOAD)
    assert found(kept) == PAYLOAD
    store._own = None
    assert found(kept) is None


HOLDS = """
import sys
from pathlib import Path
from lessons import store
store.save(Path("kept"), "a", bytes(100_000))
assert store.load(Path("kept"), "a") == bytes(100_000)
print("ready", flush=True)
sys.stdin.read()
"""


def test_the_key_is_nowhere_in_the_memory_of_who_used_it(tmp_path: Path, home: Path) -> None:
    """Code of a lesson runs in a copy of it."""
    environment = os.environ | {"PYTHONPATH": str(Path(store.__file__).parents[1])}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLDS], cwd=tmp_path, env=environment, text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "ready\n"
        memory = everything_in(process.pid)
        process.stdin.close()
    assert b"lessons.store" in memory
    assert (home / store.KEY).read_bytes() not in memory


def everything_in(process: int) -> bytes:
    pieces = []
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            first, last = (int(end, 16) for end in line.split()[0].split("-"))
            with contextlib.suppress(OSError, OverflowError, ValueError):  # what the kernel lends it
                memory.seek(first)
                pieces.append(memory.read(last - first))
    return b"".join(pieces)


# How much is kept --------------------------------------------------------------------------------------------------


def test_of_too_many_results_those_used_last_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ".cache/pages"
    long_ago = time.time() - 10 * store.FRESH
    for number in range(6):
        store.save(folder, str(number), bytes(1000 - 32))
        os.utime(folder / str(number), (long_ago + number, long_ago + number))
    (tmp_path / ".cache/serve").mkdir()
    (tmp_path / ".cache/serve/file").write_bytes(bytes(10_000))
    assert store.load(folder, "1") is not None  # a use
    monkeypatch.setattr(store, "MOST", 5000)
    monkeypatch.setattr(store, "LEFT", 3000)
    monkeypatch.setattr(store, "_looked", {})  # another process
    store.save(tmp_path / ".cache/styles", "new", bytes(1000 - 32))
    assert {path.name for path in folder.iterdir()} == {"1", "5"}
    assert store.load(tmp_path / ".cache/styles", "new") is not None
    assert (tmp_path / ".cache/serve/file").is_file()


@pytest.mark.parametrize("home", ["", ".", "docs"])
def test_no_key_is_taken_from_the_tree_or_put_there(home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", home)
    store.seal(b"")
    assert list(tmp_path.rglob("key")) == []


def test_what_is_kept_and_is_not_what_is_computed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "pages"
    monkeypatch.setattr(store, "_forgotten", False)
    monkeypatch.setattr(store, "_compared", None)
    store.save_value(folder, "a", [1])
    store.save_value(folder, "b", [2])
    different = store.compare()
    assert store.load_value(folder, "a") is None
    store.save_value(folder, "a", [1])
    store.save_value(folder, "b", [3])
    store.save_value(folder, "c", [4])
    assert different == [folder / "b"]


def test_a_process_that_lives_long_looks_again_at_how_much_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(store, "MOST", 8000)
    monkeypatch.setattr(store, "LEFT", 6000)
    folder = Path(".cache/pages")
    for number in range(30):
        store.save(folder, f"a{number}", bytes(900))
    assert sum(path.stat().st_size for path in folder.iterdir()) < 10_000
    assert store.load(folder, "a29") == bytes(900)
