"""What a lesson's code has drawn for a page, and what of it was shown there.

Those who draw and those who show tell this module; `page/pictures.py` asks it.
"""

from __future__ import annotations

finished_here: list[object] = []
shown_here: list[object] = []


def finished(picture: object) -> None:
    """A picture is ready to be shown."""
    finished_here.append(picture)


def shown(picture: object) -> None:
    """A picture stands where readers see it, or is refused there."""
    shown_here.append(picture)
