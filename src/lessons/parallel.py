"""The same work on many things, shared by the processors: children are forked, and send back what they came to.

A child that does not come back with all of it (it took too long, or too much) is done without: its share is done here,
where whatever is the matter with a file is told as ever.
"""

from __future__ import annotations

import contextlib
import os
import pickle
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from lessons import bounds

ENOUGH = 8  # things for each processor: a child costs some milliseconds
T = TypeVar("T")
R = TypeVar("R")


def shared(
    work: Callable[[T], R],
    things: Sequence[T],
    learned: Callable[[], Any] = list,
    learn: Callable[[Any], object] = lambda _: None,
) -> list[R]:
    """What `work` makes of each thing, in order. Raises what `work` raises.

    `learned` says in a child what it has learned beside that, and `learn` takes it over here.
    """
    count = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1, len(things) // ENOUGH)
    if not hasattr(os, "fork") or count < 2:
        return [work(thing) for thing in things]
    shares = [things[number::count] for number in range(count)]
    children = [_begun(work, share, learned) for share in shares[1:]]
    try:
        done = [[work(thing) for thing in shares[0]]]
        for share, (child, pipe) in zip(shares[1:], children, strict=True):
            told = _ended(child, pipe)
            if told is None:
                done.append([work(thing) for thing in share])
            else:
                done.append(told[0])
                learn(told[1])
    finally:
        for child, pipe in children:
            with contextlib.suppress(OSError):
                os.close(pipe)
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(child, 9)
                os.waitpid(child, 0)
    return [done[number % count][number // count] for number in range(len(things))]


def _begun(work: Callable[[T], R], share: Sequence[T], learned: Callable[[], Any]) -> tuple[int, int]:
    """A child that does a share: its number, and the pipe on which it sends."""
    here, there = os.pipe()
    child = os.fork()
    if child:
        os.close(there)
        return child, here
    try:
        os.close(here)
        bounds.alone(len(share))
        data = pickle.dumps(([work(thing) for thing in share], learned()))
        with os.fdopen(there, "wb") as pipe:
            pipe.write(data)
        os._exit(0)
    except BaseException:
        os._exit(1)


def _ended(child: int, pipe: int) -> tuple[list[Any], Any] | None:
    """What a child sent, or None."""
    with os.fdopen(os.dup(pipe), "rb") as file:
        data = file.read()
    _, status = os.waitpid(child, 0)
    return pickle.loads(data) if status == 0 else None
