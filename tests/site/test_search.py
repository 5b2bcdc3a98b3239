"""What a reader types is found where it stands: the question, the card, the section, the notebook."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

CARD = "lessons/vae-training/#card-"
PLACES = {
    "ELBO": "notebooks/",
    "KL": "lessons/kl-forward-reverse/#",
    "D_KL": "lessons/",
    "log variance": "lessons/vae-training/#why-log-variance",
    "reparameterization formula": CARD,
    "posterior collapse": CARD,
    "σ²": "lessons/vae-training/#why-log-variance",
    "score-function": "notebooks/vae-training/#two-gradients-of-the-same-loss",
    "free bits": "glossary/#free-bits",
    "evidence lower bound": "glossary/#elbo",
    "NLL": "glossary/#nll",
    # Words of closed answers, backs and notes.
    "clamping": "lessons/vae-training/#why-log-variance",
    "competitive": "lessons/vae-training/#card-good-at",
    "REINFORCE": "lessons/vae-training/#score-function",
    "bumps": "lessons/kl-forward-reverse/#card-kl-mode-seeking",
    # Other spellings.
    "sigma": "lessons/vae-training/#card-why-log-variance",
    "σ": "lessons/vae-training/#card-why-log-variance",
    "Mu": "lessons/vae-training/#closed-form-kl",
    "beta": "lessons/vae-training/#variance-is-beta",
    "epsilon": CARD,
    "log-variance": "lessons/vae-training/#card-why-log-variance",
    "−ELBO": "notebooks/vae-training/#one-step-and-its-noise",
    "KL(q‖p)": "lessons/kl-forward-reverse/#card-kl-infinite",
}


# Whether a result leads to a place, once what was typed is looked for.
LEADS = """(place) => [...document.querySelectorAll(".md-search-result__link")].some(
    (one) => (one.origin + one.pathname + one.hash).includes(place))"""


@pytest.mark.parametrize("typed", PLACES)
def test_search_leads_to_the_place(open_page: Callable[..., Page], practice: str, typed: str) -> None:
    page = open_page(practice)
    page.keyboard.press("/")
    page.keyboard.type(typed)
    page.keyboard.press("End")  # a key: signs that no keyboard has are typed without one
    page.wait_for_function(LEADS, arg=PLACES[typed])


def test_a_result_is_titled_by_the_question_or_the_card(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page(practice)
    page.keyboard.press("/")
    page.keyboard.type("log variance")
    results = page.locator(".md-search-result__list")
    expect(results).to_contain_text("Question 4: Why does the encoder predict log σ² rather than σ² itself?")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("inside Stable Diffusion")
    expect(results).to_contain_text("Flashcard: What is the VAE inside Stable Diffusion for?")


def test_a_word_of_a_closed_answer_is_not_shown(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page(practice)
    page.keyboard.press("/")
    page.keyboard.type("clamping")
    page.keyboard.press("End")
    page.wait_for_function(LEADS, arg="lessons/vae-training/#why-log-variance")
    found = page.locator(".md-search-result__link").filter(has_text="rather than σ² itself?")
    expect(found).not_to_contain_text("clamp")
    expect(found).not_to_contain_text("Missing")
