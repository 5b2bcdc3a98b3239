"""Every variant of the two lessons' exercises, computed by another way: sums over a fine grid, plain arithmetic, and
differences of the loss for its gradients.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lessons.page import checks
from lessons.page.page import Exercise, Variant

ROOT = Path(__file__).parents[2]
Numbers = dict[str, float]


@pytest.fixture(scope="module")
def exercises() -> dict[str, Exercise]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        check = checks.Check(sorted(Path("docs/lessons").glob("*.md")))
        assert check.problems(twice=False) == []
    return {exercise.id: exercise for page in check.pages.values() for exercise in page.exercises}


def kl(mu_q: float, std_q: float, mu_p: float = 0.0, std_p: float = 1.0) -> float:
    """The mean of log q − log p under q, added up on a grid."""
    z, dz = np.linspace(mu_q - 12 * std_q, mu_q + 12 * std_q, 20_001, retstep=True)

    def log_density(mu: float, std: float) -> np.ndarray:
        return np.asarray(-0.5 * ((z - mu) / std) ** 2 - np.log(std) - 0.5 * np.log(2 * np.pi))

    log_q = log_density(mu_q, std_q)
    return float(np.sum(np.exp(log_q) * (log_q - log_density(mu_p, std_p))) * dz)


def loss(x: float, mu: float, log_var: float, eps: float) -> tuple[float, float, float, float]:
    std = math.sqrt(math.exp(log_var))
    z = mu + std * eps
    nll = (x - z) ** 2 / 2 + math.log(2 * math.pi) / 2
    divergence = (std * std + mu * mu - 1 - log_var) / 2
    return z, nll, divergence, nll + divergence


def step(x: float, mu: float, log_var: float, eps: float, h: float = 1e-5) -> tuple[float, ...]:
    """The four parts of a step, and its gradients by differences of the fourth order."""

    def slope(by_mu: float, by_log_var: float) -> float:
        at = [loss(x, mu + n * h * by_mu, log_var + n * h * by_log_var, eps)[3] for n in (-2, -1, 1, 2)]
        return (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * h)

    return (*loss(x, mu, log_var, eps), slope(1, 0), slope(0, 1))


def four(n: Numbers) -> tuple[float, ...]:
    return kl(0, 1), kl(n["mu_b"], 1), kl(0, n["std_c"]), kl(n["mu_d"], n["std_d"])


def both(n: Numbers) -> tuple[float, ...]:
    q, p = (n["mu_q"], n["std_q"]), (n["mu_p"], n["std_p"])
    return kl(*q, *p), kl(*p, *q), kl(*q, *p) + kl(0, 1, 0, 10)


def correlated(n: Numbers) -> tuple[float, ...]:
    """The best variance by trying; at it, the divergence by matrices."""
    target = np.array([[1, n["correlation"]], [n["correlation"], 1]])

    def divergence(v: float) -> float:
        ratio = np.linalg.inv(target) @ np.diag([v, v])
        return float(0.5 * (np.trace(ratio) - 2 - np.linalg.slogdet(ratio)[1]))

    low, high = 1e-3, 1.5
    for _ in range(200):
        third = (high - low) / 3
        low, high = (low, high - third) if divergence(low + third) < divergence(high - third) else (low + third, high)
    return (low + high) / 2, divergence((low + high) / 2)


WAYS: dict[str, tuple[Callable[[Numbers], tuple[float, ...]], float]] = {
    "four-kls": (four, 1e-9),
    "one-training-step": (lambda n: step(n["x"], n["mu"], n["log_var"], n["eps"])[:4], 1e-9),
    "narrow-training-step": (lambda n: step(*(n[f"narrow_{one}"] for one in ("x", "mu", "log_var", "eps"))), 1e-9),
    "kl-both-directions": (both, 1e-9),
    "kl-correlated-target": (correlated, 1e-7),  # the place of a minimum is known to half the digits of its value
}


def numbers(variant: Variant) -> Numbers:
    return {name: float(figure) for name, figure in variant.given}


@pytest.mark.parametrize("name", WAYS)
def test_each_answer_of_each_variant_is_right_by_another_way(exercises: dict[str, Exercise], name: str) -> None:
    way, least = WAYS[name]
    variants = exercises[name].variants
    assert len(variants) == 12
    for variant in variants:
        values = [answer.value for answer in variant.answers]
        assert values == pytest.approx(way(numbers(variant)), abs=least), variant.id
        for answer in variant.answers:
            assert answer.shown.replace("−", "-").split()[0] == f"{answer.value:.3f}"
            apart = [answer.value, *(slip.value for slip in answer.slips)]
            assert min((abs(a - b) for n, a in enumerate(apart) for b in apart[:n]), default=1) >= 0.0029


def test_every_exercise_that_asks_for_numbers_has_variants_slips_and_hints(exercises: dict[str, Exercise]) -> None:
    assert set(WAYS) == set(exercises)
    for exercise in exercises.values():
        assert exercise.hints, exercise.id
        assert all(answer.slips for answer in exercise.answers), exercise.id
        assert len(exercise.variants) == 12
