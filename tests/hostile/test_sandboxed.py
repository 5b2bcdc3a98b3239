"""The corpus inside bubblewrap, with nothing else around it: what a build in CI is held by should all else fail."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from lessons.publish import sandbox

PROGRAMS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("programs/*.py"))}
FILLS_THE_DISK = """
for number in range(1000):
    with open(f"/build/{number}", "wb", buffering=0) as file:
        for _ in range(10):
            file.write(bytes(2**20))
"""
# Families that no network namespace holds, and some that only a fault of the kernel has a use for.
ODD_SOCKETS = """
import socket
for family in (21, 29, 30, 31, 38, 40):  # RDS, CAN, TIPC, Bluetooth, ALG, VSOCK
    try:
        socket.socket(family, socket.SOCK_STREAM, 0).close()
        print("made", family)
    except PermissionError:
        pass
for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6):
    socket.socket(family).close()
"""
SECONDS = 5.0  # a program may take


def left() -> list[str]:
    """The processes of the user that programs run as, once those that were ended are gone; nobody else is that user."""
    end = time.monotonic() + 10
    while (found := _running()) and time.monotonic() < end:
        os.sched_yield()
    return found


def _running() -> list[str]:
    here, found = Path("/proc/self/ns/pid").readlink(), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state = (process / "status").read_text()
            inside = (process / "ns/pid").readlink() != here
        except OSError:
            continue
        # As root, programs run as a user that nobody else is; other tests may have a sandbox of their own.
        owner = sandbox.UNPRIVILEGED if os.geteuid() == 0 else os.geteuid()
        if inside and f"\nUid:\t{owner}\t" in state and "\nState:\tZ" not in state:
            found.append(process.name)
    return found


@pytest.fixture(scope="module")
def before(machine: Any) -> dict[str, str]:
    found: dict[str, str] = machine.everything()
    return found


def run(machine: Any, code: str, folder: Path) -> sandbox.Done | str:
    os.environ["CORPUS_TOKEN"] = machine.secret
    try:
        return sandbox.run([sys.executable, "-c", code], machine.project, folder, seconds=SECONDS)
    except sandbox.SandboxFailed as fault:
        return str(fault)
    finally:
        del os.environ["CORPUS_TOKEN"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_gets_out_and_nothing_stays(name: str, machine: Any, before: dict[str, str], tmp_path: Path) -> None:
    done = run(machine, machine.filled(PROGRAMS[name]), tmp_path)
    if isinstance(done, sandbox.Done):
        assert machine.secret not in done.said
        assert machine.secret.encode() not in done.output.read_bytes()
        assert done.output.stat().st_size <= sandbox.LIMITS["fsize"]
    assert machine.everything() == before
    assert machine.called() == 0
    assert left() == []


def test_a_full_disk_is_its_own(machine: Any, tmp_path: Path) -> None:
    done = run(machine, FILLS_THE_DISK, tmp_path)
    assert isinstance(done, sandbox.Done)
    assert "No space left on device" in done.said


def test_no_socket_leads_to_the_host_of_a_virtual_machine(machine: Any, tmp_path: Path) -> None:
    done = run(machine, ODD_SOCKETS, tmp_path)
    assert isinstance(done, sandbox.Done)
    assert (done.code, done.said, done.output.read_bytes()) == (0, "", b"")
