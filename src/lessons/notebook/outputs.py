"""What a notebook's worker tells of it, read as what a stranger says: its cells may have taken the worker over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Outputs = list[list[dict[str, Any]]]  # of each code cell, in nbformat's terms

# kind of output: what it holds
_KINDS: dict[str, dict[str, type]] = {
    "stream": {"name": str, "text": str},
    "display_data": {"data": dict, "metadata": dict},
    "execute_result": {"data": dict, "metadata": dict, "execution_count": int},
}


class Unbelievable(ValueError):
    """What was told is nothing that running a notebook can lead to."""


def hear(told: Any, cells: int) -> Outputs:
    """The outputs of that many cells, as they were told. Raises Unbelievable."""
    if not (isinstance(told, list) and len(told) == cells and all(map(_outputs, told))):
        raise Unbelievable
    return told


def number(told: Any, most: int) -> int:
    """A whole number from 0 to `most`. Raises Unbelievable."""
    if not (type(told) is int and 0 <= told <= most):
        raise Unbelievable
    return told


def numbers(told: Any, most: int) -> list[int]:
    """Whole numbers from 0 to `most`. Raises Unbelievable."""
    if not isinstance(told, list):
        raise Unbelievable
    return [number(one, most) for one in told]


def words(told: Any) -> str:
    """Text. Raises Unbelievable."""
    if not isinstance(told, str):
        raise Unbelievable
    return " ".join(told.split())


def _outputs(told: Any) -> bool:
    return isinstance(told, list) and all(map(_output, told))


def _output(told: Any) -> bool:
    if not (isinstance(told, dict) and isinstance(kind := told.get("output_type"), str) and kind in _KINDS):
        return False
    holds = _KINDS[kind]
    return (
        set(told) == {"output_type", *holds}
        and all(isinstance(told[name], type_) for name, type_ in holds.items())
        and all(isinstance(text, str) for text in _texts(told.get("data", {})))
    )


def _texts(data: dict[str, Any]) -> Iterator[Any]:
    return (value for kind, value in data.items() if kind.startswith("text/"))
