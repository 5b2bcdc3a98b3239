"""How long a cell and a notebook may run, and how much memory they may take."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from lessons.problem import Location, Problem


@dataclass(frozen=True)
class Limits:
    """What a notebook may take: seconds a cell, seconds in all, and MiB of memory beyond what was loaded for it."""

    cell: float = 20
    notebook: float = 60
    memory: float = 1024


MOST = {"cell": 120, "notebook": 600, "memory": 4096}  # that a header may ask for


def read_limits(path: str, front: str, given: Any) -> tuple[Limits, list[Problem]]:
    """The limits that a header gives, and what is wrong with them. `front`: the header's text, for the line."""
    valid = isinstance(given, dict) and all(
        key in MOST and type(value) in (int, float) and 0 < value < math.inf for key, value in given.items()
    )
    if given is None or (valid and all(value <= MOST[key] for key, value in given.items())):
        return Limits(**(given or {})), []
    message = "the limits are higher than a notebook may have" if valid else "the limits are not understood"
    most = "above 0 and at most {cell} s, {notebook} s and {memory} MiB".format_map(MOST)
    repair = f"write `limits: {{cell: 30}}`; the limits are {', '.join(MOST)}: numbers {most}"
    line = next((n for n, line in enumerate(front.split("\n"), 2) if line.startswith("limits:")), 2)
    return Limits(), [Problem(Location(path, line), "L002", message, repair)]
