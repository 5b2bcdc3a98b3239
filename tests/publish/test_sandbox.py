"""`lessons sandbox`: the same site as a build's, and nothing but a site."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lessons.publish import sandbox

pytestmark = pytest.mark.long

MAIN = "src/lessons/__main__.py"
# What stands in the place of the package in a hostile tree: it builds whatever it likes.
FORGES = "import os, pathlib, sys\nsite = pathlib.Path(sys.argv[-1])\nsite.mkdir()\n(site / 'sitemap.xml').touch()\n"


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def tree(shared_copy: Any, project: Any) -> Any:
    """A project to be built, and nothing kept of an earlier build."""
    for name in ("requirements.txt", "package-lock.json"):
        shutil.copy(project.folder / name, shared_copy.folder)
    shutil.rmtree(shared_copy.folder / ".cache")
    return shared_copy


@pytest.fixture
def forged(tree: Any, tmp_path: Path) -> Any:
    """A tree whose package is hostile; to be given what it does."""
    shutil.copytree(tree.folder, tmp_path / "forged", symlinks=True, ignore=shutil.ignore_patterns("src"))
    (tmp_path / "forged" / MAIN).parent.mkdir(parents=True)
    (tmp_path / "forged/src/lessons/__init__.py").touch()
    return type(tree)(tmp_path / "forged")


def test_the_site_is_that_of_a_build(tree: Any, project: Any, original_site: Path, tmp_path: Path) -> None:
    """Another tree's, built by this project's command."""
    before = bytes_of(tree.folder)
    done = project.run("sandbox", tree.folder, "--site", tmp_path / "inside")
    assert done.returncode == 0, done.stderr
    assert bytes_of(tree.folder) == before
    assert bytes_of(tmp_path / "inside") == bytes_of(original_site)


def test_problems_are_told_as_anywhere_and_the_site_stays(forged: Any, tree: Any, project: Any, tmp_path: Path) -> None:
    shutil.rmtree(forged.folder / "src")
    shutil.copytree(tree.folder / "src", forged.folder / "src")
    forged.edit("docs/lessons/vae-training.md", "    id: four-kls\n", "    ident: four-kls\n")
    (tmp_path / "site").mkdir()
    done = project.run("sandbox", forged.folder, "--site", tmp_path / "site")
    assert done.returncode == 1
    assert "docs/lessons/vae-training.md:" in done.stderr
    assert "L103 exercise has the unknown option 'ident'" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "site").iterdir()) == []


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("os.symlink('/etc/passwd', site / 'index.html')\n", "'./index.html' is neither a file nor a folder"),
        ("os.mkfifo(site / 'index.html')\n", "'./index.html' is neither a file nor a folder"),
        ("for n in range(25_000): (site / str(n)).touch()\n", "it has too many files, or too large ones"),
        ("os.kill(os.getppid(), 9)\n", "ended with exit code"),
        (
            "print('\\x1b]0;owned\\x07\\x1b[2J::warning::owned', file=sys.stderr); sys.exit(1)\n",
            "]0;owned[2J::warning::owned",
        ),
    ],
    ids=["link", "pipe", "too many files", "ends what would pack it", "controls the terminal"],
)
def test_what_comes_out_is_a_site_or_nothing(forged: Any, project: Any, tmp_path: Path, then: str, said: str) -> None:
    (forged.folder / MAIN).write_text(FORGES + then)
    done = project.run("sandbox", forged.folder, "--site", tmp_path / "site")
    assert done.returncode == 1
    assert said in done.stderr
    assert "\x1b" not in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "site").exists()
    assert list(tmp_path.glob(".site*")) == []


STOPS_THE_SHELL = "import signal\nos.kill(os.getppid(), signal.SIGSTOP)\n"
# A process that outlives the build, and stops what packs the site.
STOPS_WHAT_PACKS_IT = """
import signal
(site / 'large').write_bytes(bytes(50_000_000))
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        for process in filter(str.isdecimal, os.listdir('/proc')):
            try:
                if open(f'/proc/{process}/cmdline').read().startswith('tar'):
                    os.kill(int(process), signal.SIGSTOP)
            except OSError:
                pass
"""
LOOKS_INTO_THE_SHELL = """
import ctypes, platform
libc, arm = ctypes.CDLL(None, use_errno=True), platform.machine() == 'aarch64'
piece = (ctypes.c_size_t * 2)(ctypes.addressof(ctypes.create_string_buffer(16)), 16)
shell = os.getppid()
for x86_64, aarch64, *arguments in (
    (101, 117, 16, shell, 0, 0), (101, 117, 0x4206, shell, 0, 0),
    (310, 270, shell, piece, 1, piece, 1, 0), (311, 271, shell, piece, 1, piece, 1, 0),
    (312, 272, os.getpid(), shell, 0, 1, 1), (434, 434, shell, 0), (438, 438, 0, 1, 0), (440, 440, 0, piece, 1, 0, 0),
):
    print(libc.syscall(aarch64 if arm else x86_64, *arguments), ctypes.get_errno(), end='; ', file=sys.stderr)
sys.exit(1)
"""


def test_a_tree_that_hangs_is_told_in_time(forged: Any, tmp_path: Path) -> None:
    (forged.folder / MAIN).write_text(FORGES + STOPS_THE_SHELL)
    with pytest.raises(sandbox.SandboxFailed, match=r"^what runs inside the sandbox takes longer than 2 s$"):
        sandbox.build(forged.folder, tmp_path / "fresh", seconds=2)


def test_what_the_build_left_running_is_dead_before_the_site_is_packed(forged: Any, tmp_path: Path) -> None:
    (forged.folder / MAIN).write_text(FORGES + STOPS_WHAT_PACKS_IT)
    (tmp_path / "fresh").mkdir()
    sandbox.build(forged.folder, tmp_path / "fresh", seconds=20)
    assert sorted(path.name for path in (tmp_path / "fresh").iterdir()) == ["large", "sitemap.xml"]


def test_nothing_inside_looks_into_the_shell_that_runs_the_build(forged: Any, tmp_path: Path) -> None:
    (forged.folder / MAIN).write_text("import os, sys\n" + LOOKS_INTO_THE_SHELL)
    with pytest.raises(sandbox.SandboxFailed) as refused:
        sandbox.build(forged.folder, tmp_path / "fresh", seconds=20)
    assert str(refused.value) == "; ".join(["-1 1"] * 5 + ["-1 38"] * 3) + ";"


def test_an_ordinary_user_can_do_it(tree: Any, project: Any, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        command = [
            "unshare",
            "--user",
            "--map-user=1000",
            "--map-group=1000",
            *project.command("sandbox", tree.folder, "--site", tmp_path / "site"),
        ]
    else:
        command = project.command("sandbox", tree.folder, "--site", tmp_path / "site")
    done = subprocess.run(
        command, cwd=project.folder, env=project.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site/index.html").is_file()


def test_without_bubblewrap_it_says_what_to_do(project: Any, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    done = project.run("sandbox", "--site", tmp_path / "site", PATH=str(tmp_path / "bin"))
    assert done.returncode == 1
    assert "needs bubblewrap: `make sandbox` installs it" in done.stderr
