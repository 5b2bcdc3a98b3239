"""The figures of the lesson's brief stand on the practice page: in the right place, with the right relation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

QUESTIONS = [
    "distributions",
    "reparameterization",
    "why-backprop-fails",
    "why-log-variance",
    "closed-form-kl",
    "per-example-loss",
]
EXERCISES = ["four-kls", "one-training-step", "narrow-training-step"]
CARDS = [
    "encoder-decoder-outputs",
    "reparameterization-formula",
    "why-backprop-fails",
    "why-log-variance",
    "closed-form-kl",
    "per-example-loss",
    "six-steps",
    "good-at",
    "posterior-collapse",
    "stable-diffusion",
]


@pytest.fixture(scope="module")
def page(browser: Browser, practice: str) -> Iterator[Page]:
    """One page for all of these tests: they only read."""
    page = browser.new_page()
    page.goto(practice)
    yield page
    page.close()


@pytest.fixture(scope="module")
def lesson(page: Page, read_lesson: Callable[[Page], dict[str, Any]]) -> dict[str, Any]:
    return read_lesson(page)


def test_the_page_holds_its_parts_in_order(page: Page) -> None:
    def ids(selector: str) -> list[str]:
        return [str(found) for found in page.eval_on_selector_all(selector, "all => all.map(one => one.id)")]

    assert ids(".lesson-question h3") == QUESTIONS
    assert ids(".lesson-exercise h3") == EXERCISES
    assert ids(".lesson-deck .lesson-card") == [f"card-{name}" for name in CARDS]
    assert ids(".lesson-answer") == [f"{name}-answer" for name in QUESTIONS] + [
        f"{name}-solution" for name in EXERCISES
    ]
    headings = page.locator(".lesson-question h3").all_text_contents()
    assert [heading.partition(":")[0] for heading in headings] == [f"Question {n}" for n in range(1, 7)]


def test_answers_are_closed_at_first(page: Page) -> None:
    assert page.locator("details[open]").count() == 0


# ---- exercise 1: four divergences -------------------------------------------------------------------------------


def test_the_four_cases_are_given(lesson: dict[str, Any]) -> None:
    assert lesson["four-kls"]["prompt"][1:] == [["a", "0", "1"], ["b", "2", "1"], ["c", "0", "0.5"], ["d", "1", "2"]]


@pytest.mark.parametrize(
    ("case", "lines"),
    [
        (0, ["=0 nats"]),
        (1, ["=2 nats"]),
        (2, ["≈1/2(−0.75+1.386)", "≈1/2×0.636", "≈0.318 nats"]),
        (3, ["≈1/2(4−1.386)", "≈1/2×2.614", "≈1.307 nats"]),
    ],
    ids="abcd",
)
def test_each_divergence_is_worked(lesson: dict[str, Any], case: int, lines: list[str]) -> None:
    derivations = lesson["four-kls"]["derivations"]
    assert len(derivations) == 4
    worked = derivations[case]
    assert worked[0] == "D_KL=1/2(σ^2+μ^2−1−logσ^2)"
    assert worked[-len(lines) :] == lines


def test_the_numbers_are_put_in_before_they_are_worked(lesson: dict[str, Any]) -> None:
    assert lesson["four-kls"]["derivations"][3][1:3] == ["=1/2(2^2+1^2−1−log2^2)", "=1/2(4+1−1−log4)"]


def test_the_sanity_check_is_computed(lesson: dict[str, Any]) -> None:
    (printed,) = lesson["four-kls"]["printed"]
    assert printed.split("\n") == ["zero: a", "positive: b, c, d"]


# ---- exercise 2: one training step ------------------------------------------------------------------------------


def test_the_training_step_is_given(lesson: dict[str, Any]) -> None:
    assert [row[-1] for row in lesson["one-training-step"]["prompt"][1:]] == ["1.2", "0.5", "0", "−0.3"]


def test_the_training_step_is_worked(lesson: dict[str, Any]) -> None:
    z, square, log_likelihood, nll, kl, loss = lesson["one-training-step"]["derivations"]
    assert z[0].startswith("z~=μ_x+σ_xε")
    assert z[-1] == "=0.2"
    assert square[-1] == "=1"
    assert log_likelihood[-2:] == ["≈−0.5−0.919", "≈−1.419 nats"]
    assert nll[-1] == "≈1.419 nats"
    assert kl[-1] == "=0.125 nats"
    assert loss[-2:] == ["≈1.419+0.125", "≈1.544 nats"]


# ---- what an expert adds ----------------------------------------------------------------------------------------


def test_the_gradients_and_the_update(lesson: dict[str, Any]) -> None:
    note = lesson["the-update"]
    before_after = ["≈ 1.543939 nats", "≈ 1.519368 nats", "≈ 1.788939 nats", "≈ 1.774050 nats"]
    assert note["values"] == [
        "−0.5",
        "0.15",
        "0.1",
        "0.55",
        "−0.015",
        *before_after,
    ]  # as if mu and log_var were the parameters


def test_one_sample_is_no_bound(lesson: dict[str, Any]) -> None:
    figures = ["≈ 1.625512 nats", "≈ 1.788939 nats", "≈ 0.163426 nats", "≈ 1.543939 nats", "0.6", "0.5"]
    assert lesson["one-sample"]["values"] == figures


def test_the_second_step_with_another_log_variance(lesson: dict[str, Any]) -> None:
    right = ["≈ 0.318", "≈ 1.308 nats", "≈ 0.309 nats", "≈ 1.617 nats", "≈ −0.382", "≈ −0.236"]
    wrong = ["≈ 0.390", "≈ 1.247 nats", "≈ 0.309 nats", "≈ 1.556 nats", "≈ −0.310", "≈ −0.227"]
    table = [figure for row in zip(right, wrong, strict=True) for figure in row]
    means = ["≈ 1.541 nats", "≈ 1.626 nats", "≈ 1.657 nats"]  # of the faulty loss, below -log p(x); of the right one
    assert lesson["log-variance-bug"]["values"] == ["−1", "≈ 0.607", "≈ 0.368", *table, *means]


def test_a_squared_error_summed_or_averaged(lesson: dict[str, Any]) -> None:
    assert lesson["variance-is-beta"]["values"] == ["64", "32"]


def test_what_a_small_divergence_tells(lesson: dict[str, Any]) -> None:
    parts = ["≈ 0.818 nats", "≈ 0.633 nats", "≈ 0.185 nats"]
    assert lesson["collapse-and-kl"]["values"] == ["2 nats", *parts]


def test_more_cases(lesson: dict[str, Any]) -> None:
    rows = [
        ["e", "0.7", "0.4", "≈ 0.741 nats"],
        ["f", "−1.5", "1.6", "≈ 1.435 nats"],
        ["g", "0.8", "1.3", "≈ 0.403 nats"],
    ]
    assert lesson["more-kls"]["prompt"][1:] == rows


def test_the_noise_of_two_estimators(lesson: dict[str, Any]) -> None:
    assert lesson["score-function"]["values"] == ["≈ 9.58", "1"]


def test_the_scale_of_stable_diffusion(lesson: dict[str, Any]) -> None:
    assert lesson["stable-diffusion-autoencoder"]["values"] == ["0.18215"]


# ---- every page -------------------------------------------------------------------------------------------------


def test_no_page_shows_tex_or_a_number_that_is_none(ask_documents: Callable[[str], dict[str, Any]]) -> None:
    found = ask_documents("""(page) => {
        const results = ".lesson-value, .lesson-printed, .lesson-derivation math";
        const computed = [...page.querySelectorAll(results)].map((one) => one.textContent).join("\\n");
        page.querySelectorAll("pre, code, script, style").forEach((one) => one.remove());
        return [page.body.textContent, computed];
    }""")
    for url, (text, computed) in found.items():
        assert len(text) > 100, url
        assert not re.findall(r"\$|\\[a-zA-Z]+|[\^_]\{", text), url
        assert not re.findall(r"\bnan\b|\binf\b", computed), url
        if "/lessons/" in url:  # there a NaN is what a training may end in, never a figure
            assert not re.findall(r"\bnan\b|\binf\b", text), url
