"""The files beside a page that its exercises ask for: what a field compares with, and the same with other numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from lessons.page.page import Answer, Page, Variant

ANSWERS = "answers.json"  # fetched by whoever begins to type
VARIANTS = "variants.json"  # fetched by whoever asks for other numbers
_FORMULA = re.compile(r"(?=<math\b)|(?<=</math>)|(?<=<span class=\"lesson-value\">)")


def files(page: Page) -> dict[str, str]:
    """The files of a page's exercises, by their names beside it."""
    found: dict[str, Any] = {}
    if asked := _asked([answer for exercise in page.exercises for answer in exercise.answers]):
        found[ANSWERS] = asked
    if varied := {one.id: _variants(one.variants) for one in page.exercises if one.variants}:
        found[VARIANTS] = varied
    return {name: json.dumps(said, ensure_ascii=False, separators=(",", ":")) for name, said in found.items()}


def _asked(answers: Sequence[Answer]) -> dict[str, Any]:
    return {
        one.id: {
            "value": one.value,
            "shown": one.shown,
            "slips": [[slip.name, slip.value, slip.words] for slip in one.slips],
        }
        for one in answers
    }


def _variants(variants: Sequence[Variant]) -> dict[str, Any]:
    """The variants of an exercise: what they share is there once, and what differs side by side, as it packs best.

    A slip without words has those that it had last in an earlier variant.
    """
    words: dict[tuple[str, str], str] = {}
    answers = [_asked(variant.answers) for variant in variants]
    for name, said in (pair for one in answers for pair in one.items()):
        for slip in said["slips"]:
            if words.get((name, slip[0])) == slip[2]:
                del slip[2:]
            else:
                words[name, slip[0]] = slip[2]
    return {
        "ids": [one.id for one in variants],
        "prompt": _pieces([one.prompt for one in variants]),
        "hints": [_pieces(hints) for hints in zip(*(one.hints for one in variants), strict=True)],
        "solution": _pieces([one.solution for one in variants]),
        "answers": answers,
    }


def _pieces(texts: Sequence[str]) -> list[str | list[str]]:
    """HTML that differs in its formulas and values: its pieces in order, each once or as every text has it."""
    split = [_FORMULA.split(text) for text in texts]
    if len({len(pieces) for pieces in split}) > 1:
        return [list(texts)]
    return [column[0] if len({*column}) == 1 else [*column] for column in zip(*split, strict=True)]
