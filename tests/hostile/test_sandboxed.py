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
SECONDS = 5.0  # a program may take


def left() -> list[str]:
    """The processes of the user that programs run as, once those that were ended are gone; nobody else is that user."""
    end = time.monotonic() + 10
    while (found := _running()) and time.monotonic() < end:
        os.sched_yield()
    return found


def _running() -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            status = (process / "status").read_text()
        except OSError:
            continue
        if f"\nUid:\t{sandbox.UNPRIVILEGED}\t" in status and "\nState:\tZ" not in status:
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
