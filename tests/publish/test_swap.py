"""A site is put in place in one step: whatever ends a build, the served site is all old or all new.

The builds are the real command, in forks of a process that has loaded what it needs; six of the sixty that are killed
are started from nothing.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

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
while not select.select([sys.stdin], [], [], 0.01)[0]:
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


@pytest.fixture
def two(small: Callable[..., Any], builder: Any, hashes: Callable[[Path], Hashes]) -> tuple[Any, list[Hashes]]:
    """A project with a good site, and what the site's two versions hold. The first version is served."""
    project, versions = small(), []
    for words in reversed(WORDS):
        project.write(words)
        assert builder.run(project, "build") == (0, "built site/\n")
        versions.insert(0, hashes(project.folder / "site"))
    assert versions[0] != versions[1]
    return project, versions


# Killed ----------------------------------------------------------------------------------------------------------


def test_sixty_kills_leave_a_whole_site(
    two: tuple[Any, list[Hashes]], builder: Any, hashes: Callable[[Path], Hashes], record_property: Any
) -> None:
    project, versions = two
    site = project.folder / "site"
    start = time.monotonic()
    builder.run(project, "build")
    seconds = time.monotonic() - start
    chance = random.Random(60)
    kinds = ["from nothing"] * 6 + ["anywhere"] * 18 + ["around the swap"] * 36
    chance.shuffle(kinds)
    served, bad, left, before = 0, [], 0, dict.fromkeys(kinds, 0)
    with read(site, versions) as seen:
        for kind in kinds:
            killed = False
            while not killed:  # a build that was quicker than its end is no kill
                project.write(WORDS[1 - served])
                killed = KILLS[kind](project, builder, chance, seconds)
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
    assert left > 20  # or nothing that matters was cut short
    assert 0 < before["around the swap"] < 36  # on both sides of it


def kill_from_nothing(project: Any, builder: Any, chance: random.Random, seconds: float) -> bool:
    """The command as a person starts it: most of its life is loading."""
    environment = os.environ | {"PYTHONPATH": str(Path(swap.__file__).parents[2])}
    command = [sys.executable, "-m", "lessons", "build"]
    process = subprocess.Popen(command, cwd=project.folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        process.wait(chance.uniform(0, 2))
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() == -signal.SIGKILL


def kill_anywhere(project: Any, builder: Any, chance: random.Random, seconds: float) -> bool:
    child = builder.start(project, "build")
    time.sleep(chance.uniform(0, seconds))
    return ended(child, builder)


def kill_around_the_swap(project: Any, builder: Any, chance: random.Random, seconds: float) -> bool:
    """From the moment when the fresh site is whole: its modes, the exchange and the removal of the old one follow."""
    child = builder.start(project, "build")
    end = time.monotonic() + PATIENCE
    while not any(project.folder.glob(".site-fresh-*/sitemap.xml.gz")) and time.monotonic() < end:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.06))
    return ended(child, builder)


def ended(child: int, builder: Any) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    return bool(builder.end() == -signal.SIGKILL)


KILLS = {"from nothing": kill_from_nothing, "anywhere": kill_anywhere, "around the swap": kill_around_the_swap}
