"""Programs that a lesson should never hold, and the machine they are let loose on: a project, and what lies beside it.

Each program of `programs/` says in its first lines what it tries, and what its author is told where it stands in a
page or in a notebook.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import platform
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_LIBC = ctypes.CDLL(None, use_errno=True)
_IPC_CREAT, _IPC_RMID, _IPC_STAT = 0o1000, 0, 2
ROOT = Path(__file__).parents[2]
SECONDS = 4  # a snippet may take
# The command as it is started by its name, with less patience than it has, and on a kernel as old as is asked for.
COMMAND = f"""
import sys
from lessons import cli
from lessons.confine import calls, files
from lessons.page import execute
if (landlock := {{landlock}}) is not None:
    files.version = lambda: landlock
if not {{seccomp}}:
    calls.available = lambda: False
if __name__ == "__main__":
    execute.SECONDS = {SECONDS}
    sys.exit(cli.main())
"""
# As root, a user who has all that root has but the powers: a process of that user may reach what root's processes hold.
ORDINARY = ("unshare", "--user", "--map-user=1000", "--map-group=1000") if os.geteuid() == 0 else ()

SECRETS = (
    *("CORPUS_TOKEN", "HOMEBREW_GITHUB_API_TOKEN", "HOME_TOKEN", "PATH_TOKEN", "TERM_SECRET", "TMPDIR_KEY"),
    *("LD_API_KEY", "FAKETIME_TOKEN", "PYTHON_KEYRING_PASSWORD", "PYTHONSECRET", "OPENBLAS_TOKEN", "COLUMNS_KEY"),
    *("VIRTUAL_ENV_TOKEN", "NO_COLOR_TOKEN", "LESSONS_TOKEN", "GIT_TOKEN", "OMP_TOKEN", "TZ_TOKEN", "LC_TOKEN"),
)


@dataclass
class Machine:
    """A project in `project`, a secret and a service in `outside`, a secret in the environment, an open port."""

    project: Path
    outside: Path
    secret: str
    port: int
    sockets: list[socket.socket]
    victim: int  # a process of the same user
    shared: int  # memory of the same user

    def filled(self, program: str) -> str:
        """A program with the places it looks for."""
        places = {"OUTSIDE": self.outside, "PROJECT": self.project, "PORT": self.port, "HOME": Path.home()}
        for name, value in (places | {"VICTIM": self.victim, "SHARED": self.shared}).items():
            program = program.replace(f"{{{name}}}", str(value))
        return program

    def lessons(
        self, *arguments: str, landlock: int | None = None, seccomp: bool = True, ordinary: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run the command. `landlock`: on a kernel that speaks this version of it; `ordinary`: not as root."""
        script = self.outside.parent / "command.py"
        script.write_text(COMMAND.format(landlock=landlock, seccomp=seccomp))
        return subprocess.run(
            [*(ORDINARY if ordinary else ()), sys.executable, script, *arguments],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    @property
    def environment(self) -> dict[str, str]:
        # Names that begin as those do that a command keeps.
        given = dict.fromkeys(SECRETS, self.secret) | {"TMPDIR": str(self.temporary)}
        return os.environ | given | {"PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"}

    def everything(self) -> dict[str, str]:
        """Every file with what it holds and every other thing with its permissions, save what a build keeps."""
        found = {}
        for path in [self.project, *self.project.rglob("*"), *self.outside.rglob("*"), *self.temporary.rglob("*")]:
            if path.is_file():
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
            elif self.project / ".cache" not in path.parents:
                found[str(path)] = f"{path.lstat().st_mode:o}"
        found |= {"victim": self._victim(), "shared": str(_LIBC.shmctl(self.shared, _IPC_STAT, bytes(256)))}
        kept = str(self.project / ".cache")
        return {
            name: is_
            for name, is_ in found.items()
            if not name.startswith((f"{kept}/pages/", f"{kept}/results/", f"{kept}/mathml"))
        }

    def _victim(self) -> str:
        """The stranger's state: running, when and where it is run, what may be sent to it."""
        ioprio_get = {"x86_64": 252, "aarch64": 31}[platform.machine()]
        stat = Path(f"/proc/{self.victim}/stat").read_text().rpartition(") ")[2].split()
        when = os.sched_getscheduler(self.victim), os.getpriority(os.PRIO_PROCESS, self.victim)
        where = os.sched_getaffinity(self.victim), _LIBC.syscall(ioprio_get, 1, self.victim)
        return f"{stat[0]} {stat[2:4]} {when} {where}"

    @property
    def temporary(self) -> Path:
        return self.outside.parent / "temporary"

    def processes(self) -> list[str]:
        """What still runs in a folder of this machine."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (process / "cwd").readlink().is_relative_to(self.outside.parent):
                    found.append((process / "cmdline").read_text())
        return found

    def called(self) -> int:
        """How many connections and messages arrived."""
        number = 0
        for one in self.sockets:
            with contextlib.suppress(BlockingIOError):
                _ = one.accept() if one.type == socket.SOCK_STREAM else one.recv(1)
                number += 1
        return number


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    base = tmp_path_factory.mktemp("machine")
    for name in ("outside", "temporary", "project/docs", "project/notebooks", "project/.git", "project/.cache/pages"):
        (base / name).mkdir(parents=True)
    secret = secrets.token_hex(16)
    (base / "outside/secret").write_text(secret)
    (base / "project/.git/config").write_text(secret)
    (base / "project/mkdocs.yml").write_text("site_name: Hostile\n")
    (base / "project/docs/index.md").write_text("---\ntitle: Home\ndescription: Home.\n---\n\n# Home\n")
    shutil.copy(ROOT / "requirements.txt", base / "project")
    tcp, udp, service = socket.socket(), socket.socket(type=socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX)
    with tcp, udp, service:
        tcp.bind(("127.0.0.1", 0))
        udp.bind(tcp.getsockname())
        with contextlib.chdir(base / "outside"):  # the name of a socket may not be long
            service.bind("service")
        for one in (tcp, udp, service):
            one.setblocking(False)
            with contextlib.suppress(OSError):
                one.listen()
        with _stranger() as (victim, shared):
            port = tcp.getsockname()[1]
            yield Machine(base / "project", base / "outside", secret, port, [tcp, udp, service], victim, shared)


@contextlib.contextmanager
def _stranger() -> Iterator[tuple[int, int]]:
    """A process that waits for input, and a piece of memory that programs of one user may share: their numbers."""
    shared = int(_LIBC.shmget(0, 4096, _IPC_CREAT | 0o600))
    process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd="/")
    while Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2][0] != "S":  # until it waits
        os.sched_yield()
    try:
        yield process.pid, shared
    finally:
        process.communicate()
        _LIBC.shmctl(shared, _IPC_RMID, None)
