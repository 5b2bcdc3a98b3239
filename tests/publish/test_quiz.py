"""A lesson's exercises as questions: which values count as what, in which order, and what stays the same."""

from __future__ import annotations

import dataclasses
import json
import random
from decimal import Decimal

import pytest

from lessons.page.page import Answer, Page, Slip
from lessons.publish import quiz
from lessons.publish.quiz import Question

SITE, ROOT = "VAE lessons", "https://example.org/vae/"


def asked(page: Page, **changes: object) -> Question:
    """The first question of a lesson whose first answer is another one."""
    first = page.exercises[0]
    answers = (dataclasses.replace(first.answers[0], **changes),)  # type: ignore[arg-type]
    page = dataclasses.replace(page, exercises=(dataclasses.replace(first, answers=answers),))
    return next(quiz.quiz(page, SITE, ROOT).questions)


def said_to(question: Question, typed: str) -> str:
    """What somebody is told who gives this value: the first reply that it is near enough to."""
    value = Decimal(typed)
    met = (one for one in question.replies if abs(value - Decimal(one.value)) <= Decimal(one.tolerance))
    return next((one.words for one in met), "")


def test_each_value_that_is_asked_for_is_a_question(taught: Page) -> None:
    made = quiz.quiz(taught, SITE, ROOT)
    assert [question.id for question in made.questions] == [
        "one-kl",
        "one-ratio",
        "two-sum",
        "two-sum-v2",
        "two-sum-v3",
    ]
    assert quiz.asks(taught)
    assert not quiz.asks(dataclasses.replace(taught, exercises=taught.exercises[2:]))


def test_a_question_says_what_is_asked_for(taught: Page) -> None:
    first, second, *_, last = quiz.quiz(taught, SITE).questions
    assert first.text.endswith("</strong>, in nats, three decimals</p>")
    assert second.text.endswith("<p><strong>2. Ratio</strong>, two decimals</p>")
    assert last.text == "<p>Add 3.</p><p><strong>The sum</strong>, in nats, three decimals</p>"
    assert last.name == "Exercise 2: Sums / more, The sum (mu = 3, std = 0.5)"
    assert last.hints == ("<p>¼</p>",)
    assert last.explanation.startswith("<p>3 + ¼</p>")


def test_the_same_with_other_numbers_is_a_category_to_draw_from(taught: Page) -> None:
    first, varied = quiz.quiz(taught, SITE).categories
    assert varied.path == (SITE, taught.title, "Exercise 2: Sums / more")
    assert [one.id for one in varied.questions] == ["two-sum", "two-sum-v2", "two-sum-v3"]
    assert [one.id for one in first.questions] == ["one-kl", "one-ratio"]


def test_of_several_values_each_has_its_category(taught: Page) -> None:
    exercise, variant = taught.exercises[1], taught.exercises[1].variants[0]
    more = dataclasses.replace(exercise.answers[0], id="two-more", label="More")
    both = dataclasses.replace(
        exercise,
        answers=(*exercise.answers, more),
        variants=(dataclasses.replace(variant, answers=(*variant.answers, more)),),
    )
    made = quiz.quiz(dataclasses.replace(taught, exercises=(both,)), SITE)
    assert [(one.path[-1], [question.id for question in one.questions]) for one in made.categories] == [
        ("The sum", ["two-sum", "two-sum-v2"]),
        ("More", ["two-more", "two-more-v2"]),
    ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("0.318", "Right: 0.318 nats."),
        ("0.3181471805599453", "Right: 0.318 nats."),
        ("0.3177", "Right: 0.318 nats."),
        ("0.319", "Right but for the last digit: rounded it is 0.318 nats."),
        ("-0.318", "This is what you get with one thing changed: minus"),
        ("0.32", "Right so far. Give it to three decimals."),
        ("0.3", "Right so far. Give it to three decimals."),
        ("0.321", ""),
        ("31.8", ""),
    ],
)
def test_each_value_gets_its_words(taught: Page, typed: str, words: str) -> None:
    assert said_to(asked(taught), typed) == words


def test_right_and_right_but_for_the_last_digit_get_the_mark_and_nothing_else_does(taught: Page) -> None:
    right, last, *wrong = asked(taught).replies
    assert (right.grade, right.tolerance, right.value) == (100, "0.0005", "0.3181471805599453")
    assert (last.grade, last.tolerance, last.value) == (100, "0.001", "0.3181471805599453")
    assert {one.grade for one in wrong} == {0}
    assert [one.value for one in wrong] == ["0.636294", "-0.318147", "0.32", "0.3"]


@pytest.mark.parametrize(
    ("value", "digits", "figures", "tolerance"),
    [
        (0.0, 3, "0", "0.0005"),
        (-0.0, 1, "0", "0.05"),
        (1e-7, 9, "0.0000001", "0.0000000005"),
        (2e20, 2, "2" + "0" * 20, "0.005"),
        (100.0, 2, "100", "0.005"),
    ],
)
def test_figures_are_plain_decimals(taught: Page, value: float, digits: int, figures: str, tolerance: str) -> None:
    reply = asked(taught, value=value, digits=digits).replies[0]
    assert (reply.value, reply.tolerance) == (figures, tolerance)


def test_fewer_decimals_that_are_right_already_are_no_fault(taught: Page) -> None:
    assert [one.grade for one in asked(taught, value=2.0, slips=()).replies] == [100, 100]
    assert [one.value for one in asked(taught, value=0.3004, digits=4, slips=()).replies[2:]] == ["0.3"]


def test_no_value_two_units_off_is_right(taught: Page) -> None:
    drawn = random.Random(1)
    for _ in range(200):
        value = drawn.uniform(-9, 9)
        question = asked(taught, value=value, slips=())
        off = drawn.choice([-1, 1]) * drawn.uniform(0.0020001, 5)
        assert not said_to(question, f"{value + off:.15f}").startswith("Right but")
        assert not said_to(question, f"{value + off:.15f}").startswith("Right:")


def test_names_are_words_and_fit(taught: Page, hostile: str) -> None:
    first = next(quiz.quiz(taught, SITE).questions)
    assert hostile in first.name
    long = asked(taught, label="long " * 99)
    assert len(long.name) == quiz.LONGEST_NAME


def test_source_and_licence_are_said_with_the_way_back(taught: Page) -> None:
    made = quiz.quiz(taught, SITE, ROOT)
    place = "https://example.org/vae/lessons/one/#one"
    assert f'<a href="{place}">' in next(made.questions).explanation
    assert f'<a href="{place}">' in made.categories[0].about
    for words in (made.source, next(made.questions).explanation):
        assert quiz.LICENCE in words
        assert quiz.LICENCE_URL in words
    assert "https://example.org/vae/lessons/one/" in made.source
    assert "example.org" not in json.dumps(dataclasses.asdict(quiz.quiz(taught, SITE)))


def test_the_lead_in_of_a_slip_is_its_words_on_the_page() -> None:
    slip = Slip("half", 1.0, "the factor <em>½</em>")
    answer = Answer("a", "A", 0.5, 3, "", "0.500", (slip,))
    assert [one.words for one in quiz._replies(answer, "")][2].endswith("the factor <em>½</em>")
