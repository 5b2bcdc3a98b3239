"""A site is put in place in one step: whatever ends a build, the served site is all old or all new.

The builds are the real command, in forks of a process that has loaded what it needs; six of the sixty that are killed
are started from nothing.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.publish.conftest import LOADED

from lessons.publish import swap

PATIENCE = 60
WORDS = ("The first version.", "The second version, with a formula: $x^2 + y$.")
Hashes = dict[str, str]

# Walks the site until its input is closed, each time through a folder that it has opened; then tells what it saw.
# A folder that the site's place no longer holds may be removed under the walk: it may then see less, never a mixture.
READER = """
import hashlib, json, os, select, sys
site, versions = sys.argv[1], json.loads(sys.argv[2])
seen = {"walks": 0, "cut short": 0, "bad": []}
def walk(top):
    for folder, _, files, descriptor in os.fwalk(".", dir_fd=top):
        for name in files:
            opened = os.open(name, os.O_RDONLY, dir_fd=descriptor)
            with open(opened, "rb") as file:
                found[os.path.normpath(os.path.join(folder, name))] = hashlib.sha256(file.read()).hexdigest()
while not select.select([sys.stdin], [], [], 0.02)[0]:
    found, problem = {}, ""
    try:
        with open(os.path.join(site, "index.html"), "rb") as file:
            first = hashlib.sha256(file.read()).hexdigest()
        if first not in [version["index.html"] for version in versions]:
            seen["bad"].append("a page of no version")
        top = os.open(site, os.O_RDONLY)
    except OSError as fault:
        seen["bad"].append(f"no site: {fault}")
        continue
    try:
        walk(top)
    except FileNotFoundError:
        pass
    served = os.path.samestat(os.stat(site), os.fstat(top))
    os.close(top)
    seen["walks"] += 1
    if found in versions:
        continue
    part = any(found.items() <= version.items() for version in versions)
    if part and not served:
        seen["cut short"] += 1
    else:
        seen["bad"].append(f"a mixture, or a part, of {len(found)} files")
print(json.dumps(seen))
"""


@contextlib.contextmanager
def read(site: Path, versions: list[Hashes]) -> Iterator[dict[str, Any]]:
    """A process that keeps reading the site while the block runs; what it saw is there after."""
    command = [sys.executable, "-c", READER, str(site), json.dumps(versions)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    seen: dict[str, Any] = {}
    try:
        yield seen
    finally:
        told, _ = process.communicate(timeout=PATIENCE)
    seen |= json.loads(told)


def leftovers(site: Path) -> list[str]:
    return [path.name for path in site.parent.iterdir() if path.name.startswith(f".{site.name}")]


@pytest.fixture(scope="module")
def built(
    small: Callable[..., Any],
    builder: Any,
    hashes: Callable[[Path], Hashes],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Any, list[Hashes]]:
    """A project with a good site, and what the site's two versions hold. The first version is served."""
    project = small(tmp_path_factory.mktemp("built") / "project")
    versions: list[Hashes] = []
    for words in reversed(WORDS):
        project.write(words)
        assert builder.run(project, "build") == (0, "built site/\n")
        versions.insert(0, hashes(project.folder / "site"))
    assert versions[0] != versions[1]
    return project, versions


@pytest.fixture
def two(built: tuple[Any, list[Hashes]], small: Callable[..., Any], tmp_path: Path) -> tuple[Any, list[Hashes]]:
    """The same in a folder of its own."""
    shutil.copytree(built[0].folder, tmp_path / "project")
    return small(tmp_path / "project"), built[1]


# Killed ----------------------------------------------------------------------------------------------------------


def test_sixty_kills_leave_a_whole_site(
    two: tuple[Any, list[Hashes]], builder: Any, hashes: Callable[[Path], Hashes], record_property: Any
) -> None:
    project, versions = two
    site = project.folder / "site"
    lengths = {}
    for kind, first in FIRST.items():
        project.write(WORDS[1])
        lengths[kind] = builder.changes(project, first)
        project.write(WORDS[0])
        assert builder.run(project, "build")[0] == 0
    chance = random.Random(60)
    kinds = ["from nothing"] * 6 + ["anywhere"] * 18 + ["around the swap"] * 36
    chance.shuffle(kinds)
    served, bad, left, before = 0, [], 0, dict.fromkeys(kinds, 0)
    with read(site, versions) as seen:
        for kind in kinds:
            killed = False
            while not killed:  # a build that was quicker than its end is no kill
                project.write(WORDS[1 - served])
                killed = kill(kind, project, builder, chance, lengths)
                found = hashes(site)
                if found not in versions:
                    bad.append(kind)
                    break
                before[kind] += killed and found == versions[served]
                served = versions.index(found)
            left += bool(leftovers(site))
        project.write(WORDS[1 - served])
        assert builder.run(project, "build")[0] == 0
        assert hashes(site) == versions[1 - served]
    assert leftovers(site) == []
    told = f"kills: {len(kinds)}, bad states: {len(bad)}; walks: {seen['walks']}, bad: {len(seen['bad'])}"
    print(f"{told}; old site after {sum(before.values())}, something left to sweep after {left}; {seen}")
    record_property("kills", told)
    assert bad == seen["bad"] == []
    assert seen["walks"] >= 100
    assert left > 10  # or nothing that matters was cut short
    assert 0 < before["around the swap"] < 36  # on both sides of it


# The change to files from which a kind of kill counts: any, and the first of the modes that a whole fresh site gets,
# after which the exchange and the removal of the old site follow.
FIRST = {"anywhere": "", "around the swap": "os.chmod"}


def kill(kind: str, project: Any, builder: Any, chance: random.Random, lengths: dict[str, int]) -> bool:
    if kind == "from nothing":
        return kill_from_nothing(project, chance)
    builder.start(project, "build", steps=(FIRST[kind], chance.randint(1, lengths[kind])))
    return bool(builder.end() == -signal.SIGKILL)


def kill_from_nothing(project: Any, chance: random.Random) -> bool:
    """The command as a person starts it: most of its life is loading."""
    environment = os.environ | {"PYTHONPATH": str(Path(swap.__file__).parents[2])}
    command = [sys.executable, "-c", f"{LOADED}\nsys.exit(cli.main(['build']))"]
    process = subprocess.Popen(command, cwd=project.folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        process.wait(chance.uniform(0, 2))
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() == -signal.SIGKILL


# Two at once -----------------------------------------------------------------------------------------------------


def test_two_builds_at_once_leave_one_whole_site(
    two: tuple[Any, list[Hashes]], builder: Any, builders: Any, small: Any, hashes: Any, tmp_path: Path
) -> None:
    """Of two projects into one place, of one project with an empty cache, and where there is no site yet."""
    (first, versions), site = two, tmp_path / "served/site"
    shutil.copytree(first.folder, tmp_path / "second")
    projects = first, small(tmp_path / "second")
    projects[1].write(WORDS[1])
    shutil.copytree(first.folder / "site", site)
    codes: list[int] = []
    bad: list[list[str]] = []

    def pair(one: Any, other: Any, site: Path) -> None:
        builder.start(one, "build", "--site", site)
        second.start(other, "build", "--site", site)
        codes.extend([builder.end(), second.end()])
        if leftovers(site) or hashes(site) not in versions:
            bad.append(leftovers(site))

    with builders() as second, read(site, versions) as seen:
        for _ in range(8):
            pair(*projects, site)
        shutil.rmtree(projects[1].folder / ".cache")
        pair(projects[1], projects[1], site)
        for number in range(3):
            pair(*projects, tmp_path / f"new-{number}/site")
    print(f"pairs of builds: {len(codes) // 2}, bad states: {len(bad)}; {seen}")
    assert set(codes) == {0}
    assert bad == seen["bad"] == []


# Disks -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Disks:
    """A builder with mounts of its own, below one folder: full/, read-only/, mounted/site/ and sealed/project/."""

    folder: Path
    builder: Any

    def seen(self, path: str) -> Path:
        """A path as the builder sees it."""
        return Path(f"/proc/{self.builder.process.pid}/root{self.folder / path}")

    def refuses(self, project: Any, path: str, hashes: Callable[[Path], Hashes]) -> str:
        """What a build says that must fail and leave all as it is."""
        seen, site = self.seen(path), self.folder / path
        before, beside = hashes(seen), sorted(path.name for path in seen.parent.iterdir())
        code, said = self.builder.run(project, "build", "--fresh", "--site", site)
        assert code == 1, said
        assert "Traceback" not in said
        assert said.endswith(f"\nThe site was not built; {site}/ is as it was.\n")
        assert before
        assert hashes(seen) == before
        assert sorted(path.name for path in seen.parent.iterdir()) == beside
        return str(said)


@pytest.fixture(scope="module")
def disks(built: tuple[Any, list[Hashes]], builders: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disks]:
    folder = tmp_path_factory.mktemp("disks")
    shutil.copytree(built[0].folder, folder / "sealed/project")
    shutil.rmtree(folder / "sealed/project/.cache")
    for path in ("full", "read-only", "mounted/site"):
        (folder / path).mkdir(parents=True)
    script = f"""
        cd '{folder}'
        for place in full read-only mounted/site; do mount -t tmpfs -o size=4m none $place; done
        cp -r '{built[0].folder}/site' full/
        cp -r '{built[0].folder}/site' read-only/
        cp -r '{built[0].folder}/site/.' mounted/site/
        mount -o remount,ro read-only
        mount --bind sealed sealed
        mount -o remount,ro,bind sealed
        exec "$@"
    """
    kind = "-m" if os.geteuid() == 0 else "-Urm"
    with builders("unshare", kind, "sh", "-ec", script, "sh") as builder:
        yield Disks(folder, builder)


def test_a_full_disk_is_told_and_spares_the_site(
    two: tuple[Any, list[Hashes]], disks: Disks, hashes: Callable[[Path], Hashes]
) -> None:
    """Full at its first file, in the middle, and at its last bytes; with room again, it builds."""
    project, versions = two
    full = disks.seen("full/full")
    blocks = sum(-(-path.stat().st_size // 4096) for path in disks.seen("full/site").rglob("*") if path.is_file())
    for room in (0, blocks // 3, blocks * 2 // 3, blocks - 1):
        full.write_bytes(bytes((os.statvfs(full.parent).f_bavail - room) * 4096))
        said = disks.refuses(project, "full/site", hashes)
        assert "No space left on device\n    make room on that disk" in said
        full.unlink()
    project.write(WORDS[1])
    assert disks.builder.run(project, "build", "--site", disks.folder / "full/site")[0] == 0
    assert hashes(disks.seen("full/site")) == versions[1]


def test_a_read_only_disk_is_told(
    two: tuple[Any, list[Hashes]], disks: Disks, hashes: Callable[[Path], Hashes]
) -> None:
    said = disks.refuses(two[0], "read-only/site", hashes)
    assert said.startswith(f"{disks.folder}/read-only/.site-fresh-")
    assert "Read-only file system\n    it cannot be written to" in said


def test_a_site_that_is_a_mount_is_told(
    two: tuple[Any, list[Hashes]], disks: Disks, hashes: Callable[[Path], Hashes]
) -> None:
    said = disks.refuses(two[0], "mounted/site", hashes)
    assert said.startswith(f"{disks.folder}/mounted/site: Device or resource busy\n    it is in use as a whole")


def test_a_project_that_cannot_be_written_to_still_builds_elsewhere(
    built: tuple[Any, list[Hashes]], small: Any, disks: Disks, hashes: Callable[[Path], Hashes], tmp_path: Path
) -> None:
    """What cannot be kept is made each time."""
    project = small(disks.folder / "sealed/project")
    code, said = disks.builder.run(project, "build", "--site", tmp_path / "site")
    assert code == 0, said
    assert hashes(tmp_path / "site") == built[1][0]
    assert not (project.folder / ".cache").exists()


def test_a_folder_without_the_right_to_write_is_told(
    two: tuple[Any, list[Hashes]], builders: Any, hashes: Callable[[Path], Hashes]
) -> None:
    project, _ = two
    (project.folder / "out").mkdir()
    (project.folder / "site").rename(project.folder / "out/site")
    (project.folder / "out").chmod(0o555)
    # In a namespace where it is nobody, root too has no more rights than an owner.
    with builders("unshare", "-U") as builder:
        said = Disks(project.folder, builder).refuses(project, "out/site", hashes)
    (project.folder / "out").chmod(0o755)
    assert "Permission denied\n    give yourself the right" in said


@pytest.mark.parametrize("target", ["mkdocs.yml", "mkdocs.yml/site", "docs"])
def test_a_place_that_holds_something_else_is_told(two: tuple[Any, list[Hashes]], builder: Any, target: str) -> None:
    project, _ = two
    config = (project.folder / "mkdocs.yml").read_bytes()
    code, said = builder.run(project, "build", "--site", target)
    assert code == 1
    assert said.startswith(str(project.folder / target.removesuffix("/site")))
    assert "Traceback" not in said
    assert (project.folder / "mkdocs.yml").read_bytes() == config
    assert (project.folder / "docs/index.md").is_file()
    assert not list(project.folder.glob(".*-fresh-*"))


# The step itself -------------------------------------------------------------------------------------------------


def filled(folder: Path, words: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(words, encoding="utf-8")
    return folder


def put(site: Path, words: str) -> None:
    with swap.fresh(site) as fresh:
        swap.swap(filled(fresh, words), site)


@pytest.fixture(params=["exchange", "two steps"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to take the old one's place."""

    def cannot(above: int, one: Path, other: Path) -> None:
        if not other.exists():
            raise FileNotFoundError(errno.ENOENT, "none", str(other))
        raise swap.CannotExchange

    if request.param == "two steps":
        monkeypatch.setattr(swap, "_exchange", cannot)


@pytest.mark.usefixtures("either")
def test_a_site_takes_the_place_of_the_old_one_or_of_none(tmp_path: Path) -> None:
    site = tmp_path / "deep/er/site"
    for words in ("first", "second", "third"):
        put(site, words)
        assert (site / "index.html").read_text(encoding="utf-8") == words
        assert [path.name for path in site.parent.iterdir()] == ["site"]


@pytest.mark.usefixtures("either")
def test_published_files_can_be_read_by_all_under_any_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        with swap.fresh(tmp_path / "site") as fresh:
            filled(fresh / "deep/er", "words").joinpath("run.sh").touch(0o777)
            swap.swap(fresh, tmp_path / "site")
    finally:
        os.umask(before)
    modes = {path.is_dir(): path.stat().st_mode & 0o7777 for path in (tmp_path / "site").rglob("*")}
    assert modes == {True: 0o755, False: 0o644}
    assert (tmp_path / "site").stat().st_mode & 0o7777 == 0o755


def test_a_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    put(tmp_path / "site", "good")
    with pytest.raises(ZeroDivisionError), swap.fresh(tmp_path / "site") as fresh:
        filled(fresh, "half")
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert (tmp_path / "site/index.html").read_text(encoding="utf-8") == "good"


def test_what_a_killed_build_left_is_swept_and_a_living_one_is_spared(tmp_path: Path) -> None:
    filled(tmp_path / ".site-fresh-dead", "half")
    for name in (".site-backup", ".other-fresh-dead"):
        filled(tmp_path / name, "a person's")
    with swap.fresh(tmp_path / "site") as living:
        filled(living, "half")
        assert not (tmp_path / ".site-fresh-dead").exists()
        put(tmp_path / "site", "another")
        assert (living / "index.html").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other-fresh-dead", ".site-backup", "site"]


def killed_between_the_two_steps(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Returns where the old site then lies."""
    put(site, "old")
    with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):

        def cannot(*_: object) -> None:
            raise swap.CannotExchange

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(swap, "_exchange", cannot)
        patch.setattr(swap, "_renamed", killed)
        put(site, "new")
    (left,) = site.parent.iterdir()
    return left


def test_a_build_killed_between_the_two_steps_gets_its_old_site_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_between_the_two_steps(tmp_path / "site", monkeypatch)
    filled(tmp_path / ".site-fresh-dead", "half")
    with swap.fresh(tmp_path / "site"):
        assert (tmp_path / "site/index.html").read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_folder_that_only_looks_like_an_old_site_is_never_put_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tree may bring one: under any name of those that builds give, copied even from one that was given."""
    left = killed_between_the_two_steps(tmp_path / "site", monkeypatch)
    planted = tmp_path / "other" / left.name
    shutil.copytree(left, planted)
    for name in (".site-fresh-dead-old", ".site-fresh-0123456789ab-old-", f".site-fresh-0123456789ab-old-{'0' * 32}"):
        filled(planted.with_name(name), "planted")
    planted.with_name(".site-fresh-link").symlink_to(tmp_path)
    with swap.fresh(planted.with_name("site")):
        assert not planted.with_name("site").exists()
    assert [path.name for path in planted.parent.iterdir()] == [".site-fresh-link"]
    assert (left / "index.html").read_text(encoding="utf-8") == "old"


STARING = """
import os, sys
print("ready", flush=True)
looks = absent = 0
while not os.path.exists(sys.argv[2]):
    looks += 1
    absent += not os.path.exists(sys.argv[1])
print(looks, absent)
"""


def test_there_is_no_moment_without_a_site(tmp_path: Path) -> None:
    """Looked at without a pause, over three hundred swaps: this is what tells one step from two quick ones."""
    put(tmp_path / "site", "first")
    command = [sys.executable, "-c", STARING, str(tmp_path / "site/index.html"), str(tmp_path / "end")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for number in range(300):
            put(tmp_path / "site", str(number))
        (tmp_path / "end").touch()
        looks, absent = map(int, process.stdout.readline().split())
    assert looks > 300
    assert absent == 0
