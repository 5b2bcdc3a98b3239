"""What a reader reviews, folded from the lessons: cards and exercises, each with a hash of what it says."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from lessons.page.page import Answer, Card, Exercise, Page, Variant
from lessons.publish import review

META = {"title": "Two", "description": "D"}
ASKING = Page("docs/review.md", "review/index.html", {**META, "review": "lessons"}, "")
SIGMA = '<math data-tex="\\sigma"><mi>σ</mi></math>'
CARD = Card("card-one", f"What is {SIGMA}?", '<p>A <a href="../one/">length</a>.</p>')
ANSWER = Answer("kl", "KL", 0.5, 3, "nats", "0.500 nats")
EXERCISE = Exercise("step", "Exercise 1: A step", "<p>Compute.</p>", "<p>0.500</p>", (ANSWER,))
LESSON = Page("docs/lessons/two.md", "lessons/two/index.html", META, "", cards=(CARD,), exercises=(EXERCISE,))


def told(*pages: Page) -> dict[str, Any]:
    ((address, text),) = review.files([ASKING, *pages]).items()
    assert address == "review/cards.json"
    found: dict[str, Any] = json.loads(text)
    return found


def hashes(lesson: Page) -> list[str]:
    return [one["hash"] for one in told(lesson)["items"]]


def test_cards_and_exercises_of_the_lessons_alone() -> None:
    guide = dataclasses.replace(LESSON, path="docs/guide.md", address="guide/index.html")
    found = told(LESSON, guide)
    assert found["lessons"] == [{"title": "Two", "url": "lessons/two/"}]
    card, exercise = found["items"]
    assert (card["id"], card["front"], card["back"], card["lesson"]) == ("card-one", CARD.front, CARD.back, 0)
    assert exercise["title"] == "Exercise 1: A step"
    assert exercise["asks"] == [{"id": "kl", "label": "KL", "digits": 3, "unit": "nats"}]
    assert "varied" not in exercise
    assert "0.5" not in json.dumps(exercise["asks"])  # it lies beside the lesson


def test_an_exercise_says_that_it_has_other_numbers() -> None:
    varied = dataclasses.replace(EXERCISE, variants=(Variant("v", (), "<p>?</p>", "<p>!</p>"),))
    assert told(dataclasses.replace(LESSON, exercises=(varied,)))["items"][1]["varied"] is True


def test_the_hash_is_of_the_words_and_not_of_how_they_are_set() -> None:
    reset = dataclasses.replace(CARD, front=CARD.front.replace("<mi>", '<mi class="other">'))
    reworded = dataclasses.replace(CARD, back=CARD.back.replace("length", "width"))
    other = dataclasses.replace(CARD, front=CARD.front.replace("\\sigma", "\\mu"))
    first, *rest = (hashes(dataclasses.replace(LESSON, cards=(one,)))[0] for one in (CARD, reset, reworded, other))
    assert rest[0] == first
    assert len({first, *rest[1:]}) == 3


def test_where_no_page_asks_there_is_nothing() -> None:
    assert review.files([LESSON]) == {}
    assert review.place([LESSON]) == ""
    assert review.place([LESSON, ASKING]) == "review/"
    assert review.tells(LESSON)
    assert not review.tells(ASKING)
    assert review.tells(Page("docs/i.md", "i/index.html", {**META, "list": "lessons"}, ""))
