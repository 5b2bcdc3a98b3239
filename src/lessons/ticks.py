"""What matplotlib works out again and again while it lays a figure out, worked out once.

For one pair of axes it computes the ticks of each axis some twelve times, measures all of their labels about as often,
and reads two tables of the font for every label it measures: more than a third of the time that a figure takes. Mostly
nothing has changed since the last time, and what came out then is used again.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import matplotlib.text
from matplotlib.axis import Axis, XAxis, YAxis

# What `computed_once` replaces. All but the last is private to matplotlib, whose version the lock pins.
_REPLACED: tuple[tuple[Any, str], ...] = (
    (Axis, "_update_ticks"),
    (Axis, "_get_ticklabel_bboxes"),
    (matplotlib.text, "get_font"),
)


class _Maker:
    """A locator or a formatter, equal to itself alone whatever its author says."""

    def __init__(self, maker: Any) -> None:
        self._maker = maker

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Maker) and self._maker is other._maker

    def __hash__(self) -> int:
        return id(self._maker)


@dataclass
class _Ticks:
    """The ticks of an axis in one state of its axes, what made them, and the boxes of their labels by renderer."""

    state: tuple[float, ...]
    makers: list[_Maker]
    ticks: list[Any]
    boxes: dict[Any, Any] = field(default_factory=dict)


@contextlib.contextmanager
def computed_once() -> Iterator[None]:
    """While the block runs, which lays figures out and draws them and leaves them else as they are, repeat nothing.

    The ticks of an axis are those of the last time if its axes have the same limits, place and size, and if what made
    them has made none for another axis since. They are computed anew for the axes of a projection, which move them.
    """
    update, measure, font = (getattr(owner, name) for owner, name in _REPLACED)
    known: dict[Any, _Ticks] = {}
    served: dict[_Maker, Any] = {}  # the axis that each last made ticks for

    def update_once(axis: Any) -> Any:
        state, makers, last = _state(axis), _makers(axis), known.get(axis)
        if last and last.state == state and last.makers == makers and all(served[one] is axis for one in makers):
            return last.ticks
        ticks = update(axis)
        served.update(dict.fromkeys(makers, axis))
        if type(axis) in (XAxis, YAxis):
            known[axis] = _Ticks(state, makers, ticks)
        return ticks

    def measure_once(axis: Any, ticks: Any, renderer: Any) -> Any:
        last = known.get(axis)
        if not last or last.ticks is not ticks or last.state != _state(axis):
            return measure(axis, ticks, renderer)
        if renderer not in last.boxes:
            last.boxes[renderer] = measure(axis, ticks, renderer)
        return last.boxes[renderer]

    @functools.cache
    def tables(font: Any) -> SimpleNamespace:
        """A font as far as the layout of text asks for it."""
        return SimpleNamespace(get_sfnt_table=functools.cache(font.get_sfnt_table))

    replacements = (update_once, measure_once, lambda paths: tables(font(paths)))
    try:
        for (owner, name), replacement in zip(_REPLACED, replacements, strict=True):
            setattr(owner, name, replacement)
        yield
    finally:
        for (owner, name), original in zip(_REPLACED, (update, measure, font), strict=True):
            setattr(owner, name, original)


def _state(axis: Any) -> tuple[float, ...]:
    axes = axis.axes
    return (*axes.viewLim.extents, *axes.bbox.bounds, axis.get_figure(root=True).dpi)


def _makers(axis: Any) -> list[_Maker]:
    makers = (axis.major.locator, axis.major.formatter, axis.minor.locator, axis.minor.formatter)
    return [_Maker(maker) for maker in makers]
