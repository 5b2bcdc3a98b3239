"""The files beside a page that its exercises ask for: what a field compares with, and the same with other numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lessons.page.page import Answer, Page, Variant

ANSWERS = "answers.json"  # fetched by whoever begins to type
VARIANTS = "variants.json"  # fetched by whoever asks for other numbers


def files(page: Page) -> dict[str, str]:
    """The files of a page's exercises, by their names beside it."""
    found: dict[str, Any] = {}
    if asked := _asked([answer for exercise in page.exercises for answer in exercise.answers]):
        found[ANSWERS] = asked
    if varied := {one.id: [*map(_variant, one.variants)] for one in page.exercises if one.variants}:
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


def _variant(variant: Variant) -> dict[str, Any]:
    return {
        "id": variant.id,
        "prompt": variant.prompt,
        "hints": variant.hints,
        "solution": variant.solution,
        "answers": _asked(variant.answers),
    }
