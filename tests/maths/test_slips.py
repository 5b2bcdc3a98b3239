"""The slips against tests/misconceptions.csv, whose values were computed elsewhere, to six places."""

import csv
import json
import math
from pathlib import Path

import pytest
from scipy import optimize

from lessons.maths import worked
from lessons.maths.derivation import Derivation
from lessons.maths.slips import kl_standard_normal_slips

KL = {
    "half": "forgot 1/2",
    "std": "s used where s^2 is wanted (all terms)",
    "first_std": "s only in the first term",
    "log_std": "log s instead of log s^2",
    "squared": "variance squared (s^4)",
    "as_log_var": "read s as log-variance",
    "plus_one": "+1 instead of -1",
    "minus_one": "dropped the -1",
    "log_sign": "sign of log",
    "no_log": "dropped log",
    "mu": "mu not squared",
    "no_mu": "dropped mu^2",
    "log10": "log10",
    "log2": "log2 in the log term",
    "bits": "answer in bits",
    "reversed": "reversed KL(p||q)",
}
STEP = {
    "z": {
        "as_std": "exp(logvar) used as sigma",
        "log_var": "logvar used as sigma",
        "sign": "sign of eps",
        "no_eps": "eps forgotten (z=mu)",
        "no_mu": "mu forgotten",
        "one": "sigma=1 assumed",
        "inverse": "sqrt(exp(logvar)) of -logvar",
        "product": "mu*eps",
    },
    "NLL": {
        "constant": "dropped 0.5 log 2pi",
        "half": "forgot 1/2 on square",
        "whole_log": "log 2pi without 1/2",
        "no_halves": "no 1/2 anywhere",
        "plain": "plain squared error",
        "mu": "mu instead of z",
        "not_squared": "not squared",
        "log10": "log10(2pi)",
        "as_std": "exp(logvar) as sigma in z",
        "with_kl": "added KL already",
    },
    "KL": {
        "half": "forgot 1/2",
        "squared": "exp(logvar) as sigma (squared again)",
        "std": "sigma for variance",
        "as_std": "read logvar as sigma",
        "log_std": "log sigma",
        "mu": "mu not squared",
        "plus_one": "+1",
        "minus_one": "dropped -1",
        "log_sign": "sign of logvar",
        "latent": "used z for mu",
        "sampled": "single-sample log q - log p",
    },
    "loss": {
        "minus_kl": "NLL - KL",
        "no_kl": "KL forgotten",
        "kl_half": "KL without 1/2",
        "constant": "NLL without constant",
        "plain": "plain SE + KL",
        "mu": "mu instead of z",
        "as_std": "exp(logvar) as sigma in z",
        "sampled": "sampled KL",
        "expected": "exact expectation instead of the sample",
    },
    "dloss/dmu": {
        "sign": "sign of NLL part",
        "no_kl": "KL part forgotten",
        "only_kl": "only KL",
        "expected": "expected gradient",
        "twice": "2x (no 1/2 in NLL)",
        "latent": "z for mu in KL",
    },
    "dloss/dlogvar": {
        "half": "forgot 1/2 of dsigma/dlogvar",
        "no_kl": "KL part forgotten",
        "only_kl": "only KL",
        "by_std": "d/dsigma instead",
        "sign": "sign",
        "expected": "expected gradient",
        "no_eps": "eps treated as parameter-free constant 1",
    },
}
# What a verdict names by itself: another sign, another unit.
GENERIC = {"RIGHT", "overall sign (-KL)", "sign (log-likelihood)", "-KL", "ELBO sign", "bits", "answer in bits"}

with (Path(__file__).parent.parent / "misconceptions.csv").open() as file:
    ROWS = list(csv.DictReader(file))
EXERCISES = list(dict.fromkeys(row["exercise"] for row in ROWS))


def rows_of(exercise: str) -> tuple[dict[str, float], dict[str, dict[str, str]]]:
    rows = [row for row in ROWS if row["exercise"] == exercise]
    return json.loads(rows[0]["params"]), {row["answer"]: row for row in rows}


def derivation(exercise: str, given: dict[str, float]) -> tuple[Derivation, dict[str, str]]:
    """The derivation of an exercise, and what its slips are called in the table."""
    if "sigma" in given:
        return worked.kl_standard_normal(given["mu"], given["sigma"]), KL
    step = worked.TrainingStep(x=given["x"], mu=given["mu"], log_var=given["logvar"], eps=given["eps"])
    part = exercise.split()[-1]
    properties = {"z": "z", "NLL": "nll", "KL": "kl", "loss": "loss", "dloss/dmu": "grad_mu"}
    found: Derivation = getattr(step, properties.get(part, "grad_log_var"))
    return found, STEP[part]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_each_slip_gives_what_others_computed_and_each_row_has_one(exercise: str) -> None:
    given, rows = rows_of(exercise)
    found, names = derivation(exercise, given)
    assert found.value == pytest.approx(float(rows["RIGHT"]["value"]), abs=1e-6)
    for name, slip in found.slips.items():
        if names[name] in rows:
            assert slip.value == pytest.approx(float(rows[names[name]]["value"]), abs=1e-6), name
    missing = set(rows) - GENERIC - {names[name] for name in found.slips}
    assert {answer for answer in missing if not rows[answer]["note"].startswith("hidden")} == set()


def test_told_apart_leaves_out_what_is_right_by_chance() -> None:
    for exercise in EXERCISES:
        given, rows = rows_of(exercise)
        if "sigma" in given:
            visible = {name for name, answer in KL.items() if not rows[answer]["note"].startswith("hidden")}
            assert set(kl_standard_normal_slips(given["mu"], given["sigma"])) == visible | {"right"}


def test_a_slip_that_happens_to_be_right_is_left_out() -> None:
    # Between std = 0.5 and 0.7 reading sigma as the log-variance passes through the right answer.
    std = optimize.brentq(lambda s: math.exp(s) - s - (s**2 - 2 * math.log(s)), 0.5, 0.7, xtol=1e-15)
    assert set(KL) - set(kl_standard_normal_slips(0.3, std)) == {"as_log_var"}


def test_digits_are_those_asked_for() -> None:
    assert str(kl_standard_normal_slips(0, 0.5, digits=6)["half"]) == "≈ 0.636294"


@pytest.mark.parametrize(("mu", "std"), [(0, 0), (0, -1), (float("nan"), 1), (0, float("inf"))])
def test_bad_parameters_are_refused(mu: float, std: float) -> None:
    with pytest.raises(ValueError, match=r"std|mu"):
        kl_standard_normal_slips(mu, std)


def test_the_slips_of_two_gaussians_are_what_a_reader_gets_by_them() -> None:
    kl = worked.kl_normal(mu_q=1, std_q=0.5, mu_p=-0.5, std_p=1.5)
    other = worked.kl_normal(mu_q=-0.5, std_q=1.5, mu_p=1, std_p=0.5)
    assert kl.slips["reversed"].value == pytest.approx(other.value)
    assert kl.slips["half"].value == pytest.approx(2 * kl.value)
    assert kl.slips["minus_one"].value == pytest.approx(kl.value + 0.5)
    assert kl.slips["log_sign"].value == pytest.approx(kl.value + 2 * math.log(0.5 / 1.5))
    assert kl.slips["log_std"].value == pytest.approx(kl.value + 0.5 * math.log(0.5 / 1.5))
    assert kl.slips["no_mu"].value == pytest.approx(worked.kl_normal(0, 0.5, 0, 1.5).value)
    assert kl.slips["sum"].value == pytest.approx(worked.kl_normal(1, 0.5, 0.5, 1.5).value)
    assert kl.slips["std"].value == pytest.approx(0.5 * ((0.5 + 2.25) / 1.5 - 1 - math.log(0.5 / 1.5)))
    assert kl.slips["mu"].value == pytest.approx(0.5 * ((0.25 + 1.5) / 2.25 - 1 - 2 * math.log(0.5 / 1.5)))
