"""Every row of tests/oracles.csv that this tower can compute: values by other libraries, to ten digits.

A row is met by the first recipe whose pattern matches its name; a row that no recipe meets must be listed,
with its reason, in OUTSIDE, so that a new row cannot be passed over.
"""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lessons.maths import gradients
from lessons.maths.discrete import bernoulli_nll, categorical_nll
from lessons.maths.elbo import LinearGaussian, negative_elbo_sample
from lessons.maths.gaussian import (
    entropy,
    kl_normal,
    kl_standard_normal,
    log_var_from_std,
    nll,
    reparameterize,
)

MODEL = LinearGaussian.identity(1)
HALF_LOG_2PI = 0.5 * np.log(2 * np.pi)
Q = (1.2, 0.5, 0.0)  # x, mu, log_var of the rows on gradient variance
Params = dict[str, Any]

OUTSIDE = {
    "kl_full2_std_prior": "full covariance",
    "kl_best_meanfield_corr0.8": "an optimum, in test_elbo",
    "entropy_mvn_full2": "full covariance",
    "contbern_lognorm_.2": "continuous Bernoulli",
    "contbern_nll_x.3_lam.2": "continuous Bernoulli",
    "laplace_nll_is_L1": "Laplace",
    "iwae_bound_k5": "several samples inside the log",
    "free_bits_loss": "free bits",
    "bits_per_dim": "arithmetic alone",
    "softplus_sigma_rho-1": "arithmetic alone",
    "reparam_exponential_u.3_rate2": "exponential",
}


def from_std(p: Params) -> Any:
    (mu_q, std_q), (mu_p, std_p) = p["q"], p["p"]
    return kl_normal(mu_q, log_var_from_std(std_q), mu_p, log_var_from_std(std_p))


def logit(p: float) -> float:
    return float(np.log(p / (1 - p)))


def step(what: str) -> Callable[[Params], Any]:
    def recipe(p: Params) -> Any:
        x, mu, log_var, eps = p["x"], p["mu"], p["logvar"], p["eps"]
        slopes = gradients.step_gradients(MODEL, x, mu, log_var, eps)
        z = reparameterize(mu, log_var, eps)
        values = {
            "z": z[0],
            "nll": MODEL.nll(x, z),
            "kl": kl_standard_normal(mu, log_var),
            "loss": negative_elbo_sample(x, mu, log_var, eps, MODEL.nll),
            "dloss_dmu": slopes.mu[0],
            "dloss_dlogvar": slopes.log_var[0],
        }
        return values[what]

    return recipe


def after_sgd(index: int) -> Callable[[Params], Any]:
    def recipe(p: Params) -> Any:
        slopes = gradients.step_gradients(MODEL, p["x"], p["mu"], p["logvar"], -0.3)
        return gradients.sgd_step(p["mu"], p["logvar"], slopes, 0.1)[index][0]

    return recipe


def gap(p: Params) -> Any:
    return MODEL.exact_negative_elbo(p["x"], p["mu"], p["logvar"]) - MODEL.negative_log_marginal(p["x"])


def quadratic_cost_ratio(p: Params) -> Any:
    """(z - k)**2 is twice the nll without its constant; the factor leaves the ratio of variances alone."""
    at = (0.0, float(p["m"].split("=")[1]), log_var_from_std(p["sigma"]))
    score = gradients.gradient_variance_score(*at, baseline=HALF_LOG_2PI)
    return score[0] / gradients.gradient_variance_pathwise(*at)[0]


def score_ratio_many(p: Params) -> Any:
    at = (
        np.full(p["D"], p["x_minus_mu"]),
        np.zeros(p["D"]),
        np.full(p["D"], float(log_var_from_std(p["sigma"])[0])),
    )
    score = gradients.gradient_variance_score(*at, baseline=p["D"] * HALF_LOG_2PI)
    return score[3] / gradients.gradient_variance_pathwise(*at)[3]


def beta_loss(p: Params) -> Any:
    mu = np.sqrt(2 * np.array(p["kl"]))  # the means whose KLs, at log_var 0, are those of the row
    return negative_elbo_sample(0, mu, 0 * mu, 0 * mu, lambda x, z: np.asarray(p["nll"]), p["beta"])


def optimal_noise(p: Params) -> Any:
    x = np.full(p["D"], np.sqrt(p["SSE"] / p["D"]))
    return nll(x, 0 * x, np.full(p["D"], np.log(p["SSE"] / p["D"])))


RECIPES: dict[str, Callable[[Params], Any]] = {
    "kl_seed_d_bits": lambda p: kl_standard_normal(p["mu"], log_var_from_std(p["sigma"])) / np.log(2),
    "kl_(seed|mu|new).*": lambda p: kl_standard_normal(p["mu"], log_var_from_std(p["sigma"])),
    "kl_(reverse|nonstd|narrow).*": from_std,
    "kl_(from_logvar|diag3).*": lambda p: kl_standard_normal(p["mu"], p["logvar"]),
    "kl_bernoulli.*": lambda p: bernoulli_nll(p["q"], logit(p["p"])) - bernoulli_nll(p["q"], logit(p["q"])),
    "kl_onehot.*": lambda p: categorical_nll(0, np.zeros(p["K"])),
    "softplus_kl": lambda p: kl_standard_normal(p["mu"], log_var_from_std(bernoulli_nll(0, p["rho"]))),
    "entropy_normal.*": lambda p: entropy(log_var_from_std(p["sigma"])),
    "entropy_bernoulli.*nats": lambda p: bernoulli_nll(p["p"], logit(p["p"])),
    "entropy_bernoulli.*bits": lambda p: bernoulli_nll(p["p"], logit(p["p"])) / np.log(2),
    "entropy_categorical.*": lambda p: p["p"] @ categorical_nll(np.arange(len(p["p"])), np.log(p["p"])),
    "nll_gauss_D4_sigma_opt": optimal_noise,
    "nll_gauss_D4.*": lambda p: nll(p["x"], p["xhat"], np.full(4, 2 * np.log(p["sigma"]))),
    "nll_gauss.*": lambda p: nll(p["x"], p["mu"], log_var_from_std(p["sigma"])),
    "bce.*": lambda p: bernoulli_nll(p["x"], p["logit"]),
    "categorical_nll": lambda p: categorical_nll(p["y"], p["logits"]),
    **{f"step_.*_{w}": step(w) for w in ("z", "nll", "kl", "loss", "dloss_dmu", "dloss_dlogvar")},
    "seed_exact_negELBO|seed_sgd_negELBO.*": lambda p: MODEL.exact_negative_elbo(p["x"], p["mu"], p["logvar"]),
    "seed_neg_log_px": lambda p: MODEL.negative_log_marginal(p["x"]),
    "seed_ELBO_gap": gap,
    "seed_expected_dmu": lambda p: gradients.expected_gradients(MODEL, p["x"], p["mu"], p["logvar"]).mu[0],
    "seed_expected_dlogvar": lambda p: gradients.expected_gradients(MODEL, p["x"], p["mu"], p["logvar"]).log_var[0],
    "seed_sgd_mu.*": after_sgd(0),
    "seed_sgd_logvar.*": after_sgd(1),
    "iwae_bound_k1": lambda p: -MODEL.exact_negative_elbo(*Q),
    "grad_mean_both": lambda p: gradients.pathwise_gradient_mu(*Q, 0.0)[0],  # linear in eps: its mean is at 0
    "grad_var_pathwise": lambda p: gradients.gradient_variance_pathwise(*Q)[0],
    "grad_var_score": lambda p: gradients.gradient_variance_score(*Q)[0],
    "grad_var_ratio.*": lambda p: (
        gradients.gradient_variance_score(*Q)[0] / gradients.gradient_variance_pathwise(*Q)[0]
    ),
    "quadcost.*": quadratic_cost_ratio,
    "score_var_ratio.*": score_ratio_many,
    "beta_vae_loss": beta_loss,
}

with (Path(__file__).parent.parent / "oracles.csv").open() as file:
    ROWS = {row["name"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", [name for name in ROWS if name not in OUTSIDE])
def test_oracle(name: str) -> None:
    recipe = next((recipe for pattern, recipe in RECIPES.items() if re.fullmatch(pattern, name)), None)
    assert recipe, f"{name} has no recipe here: write one, or list it in OUTSIDE with the reason"
    value = recipe(json.loads(ROWS[name]["params"]))
    assert np.shape(value) == ()
    assert value == pytest.approx(float(ROWS[name]["value"]), rel=1e-9, abs=1e-12)


def test_outside_lists_only_rows_that_exist() -> None:
    assert set(OUTSIDE) <= set(ROWS)
