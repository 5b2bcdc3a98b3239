"""Build a tree that nobody has looked at: the whole build inside bubblewrap, and nothing comes out but a site.

Inside there is no network, no environment, no file of this machine but what a build reads, and no place to write but
memory of a limited size. The site leaves as an archive, which is taken for a stranger's and unpacked file by file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lessons import scratch
from lessons.confine import calls
from lessons.page import mathml
from lessons.page import tree as project_tree
from lessons.problem import report
from lessons.publish import scripts

SECONDS = 600.0  # in all
# What the processes inside may take, each; in all, no more of them than `nproc`, and no more files than DISK holds.
LIMITS = {"nproc": 64, "nofile": 1024, "fsize": 64 * 2**20, "as": 4 * 2**30, "core": 0}
DISK = 512 * 2**20  # bytes, of memory
MOST_FILES, MOST_BYTES, MOST_TOLD = 20_000, 256 * 2**20, 100_000
NEEDED = project_tree.SOURCES
PACKAGES = (*mathml.PACKAGES, *scripts.PACKAGES)  # of npm
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime")
UNPRIVILEGED = 61184  # a user of no machine: as root, limits of processes hold for nobody
# First, as whoever calls, a copy that may be written to and spoilt; then, with nothing to lose, the command itself.
_COPY = """set -e
cp -R --no-preserve=mode,ownership /tree /build/project
chmod -R a+rwX /build/project
cd /build/project
exec "$@"
"""
# What the build left running is dead before the site is packed: nothing stops what packs it or writes where it does.
_BUILD = """set -e
python -P -m lessons build --no-pdf --site /build/site >&2
kill -s KILL -- -1 2>/dev/null || true
exec tar --directory /build/site --create .
"""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class SandboxFailed(Exception):
    """There is no site; the message is ready to print."""


@dataclass
class Done:
    """A command that has ended inside: its exit code, what it said, and the file that holds its standard output."""

    code: int
    said: str
    output: Path


def build(tree: Path, fresh: Path, *, seconds: float = SECONDS) -> str:
    """Build the site of a project's folder into an empty one. Returns what the build said. Raises SandboxFailed."""
    with scratch.folder() as folder:
        done = run(["sh", "-c", _BUILD], tree, folder, seconds=seconds)
        if done.code:
            raise SandboxFailed(done.said or f"the build inside the sandbox ended with exit code {done.code}")
        try:
            with tarfile.open(done.output, "r:") as archive:
                archive.extractall(fresh, members=_plain(archive), filter="data")
        except tarfile.TarError as fault:
            raise SandboxFailed(f"what came out of the sandbox is no site: {fault}") from None
        return done.said


def _plain(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The archive's files and folders; anything else, or too much of it, is no site."""
    size = 0
    for number, member in enumerate(archive):
        size += member.size
        if not (member.isdir() or (member.isreg() and not member.issparse())):
            raise tarfile.TarError(f"{member.name!r} is neither a file nor a folder")
        if number >= MOST_FILES or size > MOST_BYTES:
            raise tarfile.TarError("it has too many files, or too large ones")
        yield member


def run(command: Sequence[str], tree: Path, folder: Path, *, seconds: float = SECONDS) -> Done:
    """Run a command inside, on the project in `tree`, its output going to files in `folder`. Raises SandboxFailed."""
    output, said, calls_refused = folder / "output", folder / "said", folder / "calls"
    calls_refused.write_bytes(calls.without(calls.REACHING | calls.UNCOUNTED | calls.SYSTEM))
    with output.open("wb") as out, said.open("wb") as err, calls_refused.open("rb") as filter_:
        outside = _bubblewrap(tree, filter_.fileno())
        try:
            done = subprocess.run(
                [*outside, "sh", "-c", _COPY, "sh", *_limited(command)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={"PATH": "/usr/bin:/bin"},
                timeout=seconds,
                check=False,
                preexec_fn=_first_to_go,
                pass_fds=[filter_.fileno()],
            )
            code = done.returncode
        except subprocess.TimeoutExpired:
            raise SandboxFailed(f"what runs inside the sandbox takes longer than {seconds:g} s") from None
    return Done(code, _readable(said), output)


def _first_to_go() -> None:
    """Where memory runs out, the kernel ends these processes before others."""
    Path("/proc/self/oom_score_adj").write_text("1000")


def _readable(said: Path) -> str:
    """The end of what was said, without what a terminal would obey."""
    with said.open("rb") as file:
        file.seek(max(0, said.stat().st_size - MOST_TOLD))
        return _CONTROL.sub("", file.read().decode("utf-8", "replace")).strip()


def _limited(command: Sequence[str]) -> list[str]:
    limits = [f"--{name}={most}" for name, most in LIMITS.items()]
    given_up = f"--reuid={UNPRIVILEGED} --regid={UNPRIVILEGED} --clear-groups --inh-caps=-all --no-new-privs".split()
    return [*(["setpriv", *given_up] if os.geteuid() == 0 else []), "prlimit", *limits, "--", *command]


def _bubblewrap(tree: Path, calls_refused: int) -> list[str]:
    """The command that makes the sandbox: everything unshared, everything read-only, memory to write in."""
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxFailed("the sandbox needs bubblewrap: `make sandbox` installs it")
    shared = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() == 0:
        user = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]  # for setpriv, which gives them up
    else:
        user = ["--unshare-user", "--disable-userns"]
    arguments = [program, *shared, *user, "--die-with-parent", "--new-session", "--clearenv"]
    for path in map(Path, SYSTEM):
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), str(path)]  # noqa: PTH115 - as it is written
        elif path.exists():
            arguments += ["--ro-bind", str(path), str(path)]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    for memory in ("/tmp", "/build", "/dev/shm"):
        arguments += ["--perms", "1777", "--size", str(DISK), "--tmpfs", memory]
    installed = {sys.prefix, sys.base_prefix, *(str(mathml.modules() / name) for name in PACKAGES)}
    places = {place: place for place in installed if not place.startswith("/usr/")}
    # Names of the tree are bound as they stand there, not what a link would lead to; a link below them leads nowhere.
    if odd := project_tree.problems(tree, deep=False):
        raise SandboxFailed(report(odd))
    places |= {f"/tree/{name}": str(tree / name) for name in NEEDED if (tree / name).exists()}
    for folder in sorted({above for place in (*places, *SETTINGS) for above in Path(place).parents} - {Path("/")}):
        arguments += ["--perms", "0755", "--dir", str(folder)]
    for place, source in sorted(places.items()):
        arguments += ["--ro-bind", os.path.realpath(source), place]
    for setting in SETTINGS:
        arguments += ["--ro-bind-try", setting, setting]
    arguments += ["--symlink", str(mathml.modules()), "/build/node_modules"]
    environment = {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": "/build",
        "LANG": "C.UTF-8",
        "PYTHONPATH": "/build/project/src",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for name, value in environment.items():
        arguments += ["--setenv", name, value]
    return [*arguments, "--seccomp", str(calls_refused), "--chdir", "/build", "--"]
