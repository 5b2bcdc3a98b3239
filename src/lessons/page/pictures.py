"""Pictures that code draws and shows to nobody: whoever runs the code asks for them at the end."""

from __future__ import annotations

import sys
from typing import Any

from lessons import drawn


class Drawn:
    """The pictures that are drawn from here on, when none is open any more. `look` after each part of the code."""

    def __init__(self) -> None:
        drawn.finished_here.clear()
        drawn.shown_here.clear()
        if pyplot := _pyplot():
            pyplot.destroy_all()
        self._found: list[tuple[object, int]] = []

    def look(self, part: int) -> None:
        """What was drawn since the last look is of this part."""
        known = [one for one, _ in self._found]
        self._found += [(one, part) for one in _left() if not _among(one, known)]

    def unseen(self) -> list[int]:
        """The parts whose pictures were never shown; one that was closed was not meant to be."""
        left = _left()
        return sorted({part for one, part in self._found if _among(one, left) and not _among(one, drawn.shown_here)})


def _among(picture: object, others: list[object]) -> bool:
    return any(one is picture for one in others)


def _left() -> list[object]:
    """The finished pictures, and matplotlib's that hold something and were not closed."""
    managers = pyplot.get_all_fig_managers() if (pyplot := _pyplot()) else []
    figures = [one.canvas.figure for one in managers]
    return [*drawn.finished_here, *(one for one in figures if len(one.get_children()) > 1)]  # one is its paper


def _pyplot() -> Any:
    """What keeps matplotlib's open figures, where it is loaded."""
    module = sys.modules.get("matplotlib._pylab_helpers")
    return module.Gcf if module else None
