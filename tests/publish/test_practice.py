"""The files beside a page: what fields compare with, and the exercises with other numbers, packed and whole again."""

from __future__ import annotations

import json
from typing import Any

from lessons.page.page import Answer, Exercise, Page, Slip, Variant
from lessons.publish import practice

HALF = "the factor ½ <em>left out</em>"


def answer(value: float, *slips: tuple[str, float, str]) -> Answer:
    return Answer("a", "A", value, 3, "nats", f"{value:.3f} nats", tuple(Slip(*one) for one in slips))


def variant(name: str, number: str, answers: Answer, more: str = "") -> Variant:
    formula = f"<math><mn>{number}</mn></math>"
    prompt = f'<p>From {formula} and <span class="lesson-value">{number}</span>?{more}</p>'
    return Variant(
        name, (("mu", number),), prompt, f"<p>{formula}</p>", (answers,), (f"<p>{number}</p>", "<p>Two.</p>")
    )


def packed(*variants: Variant) -> dict[str, Any]:
    exercise = Exercise("e", "E", "<p>?</p>", "<p>!</p>", (answer(0.5),), variants=variants)
    page = Page("docs/a.md", "a/index.html", {}, "", exercises=(exercise,))
    found: dict[str, Any] = json.loads(practice.files(page)["variants.json"])["e"]
    return found


def whole(pieces: list[str | list[str]], at: int) -> str:
    """As the page's script puts them together."""
    return "".join(piece if isinstance(piece, str) else piece[at] for piece in pieces)


def test_every_text_is_whole_again() -> None:
    variants = (variant("v1", "0.5", answer(1)), variant("v2", "−2", answer(2)), variant("v3", "3", answer(3)))
    found = packed(*variants)
    assert found["ids"] == ["v1", "v2", "v3"]
    for at, one in enumerate(variants):
        assert whole(found["prompt"], at) == one.prompt
        assert whole(found["solution"], at) == one.solution
        assert tuple(whole(hint, at) for hint in found["hints"]) == one.hints
        assert found["answers"][at]["a"]["value"] == one.answers[0].value


def test_what_is_the_same_stands_there_once() -> None:
    found = packed(variant("v1", "0.5", answer(1)), variant("v2", "−2", answer(2)))
    assert json.dumps(found).count("From ") == 1
    assert json.dumps(found).count("Two.") == 1


def test_texts_of_other_shapes_stand_side_by_side() -> None:
    variants = (variant("v1", "0.5", answer(1)), variant("v2", "2", answer(2), "<math><mn>1</mn></math>"))
    found = packed(*variants)
    assert [whole(found["prompt"], at) for at in (0, 1)] == [one.prompt for one in variants]


def test_words_of_a_slip_are_said_where_they_change() -> None:
    found = packed(
        variant("v1", "1", answer(1, ("half", 2.0, HALF))),
        variant("v2", "2", answer(2, ("half", 4.0, HALF), ("std", 1.0, "σ for σ²"))),
        variant("v3", "3", answer(3, ("half", 6.0, "another"), ("std", 1.5, "σ for σ²"))),
    )
    slips = [one["a"]["slips"] for one in found["answers"]]
    assert slips == [
        [["half", 2.0, HALF]],
        [["half", 4.0], ["std", 1.0, "σ for σ²"]],
        [["half", 6.0, "another"], ["std", 1.5]],
    ]


def test_a_page_without_exercises_has_no_files() -> None:
    assert practice.files(Page("docs/a.md", "a/index.html", {}, "")) == {}
