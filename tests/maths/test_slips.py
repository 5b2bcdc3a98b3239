"""The slips against tests/misconceptions.csv, whose values were computed elsewhere, to six places."""

import csv
import json
import math
from pathlib import Path

import pytest
from scipy import optimize

from lessons.maths.slips import kl_standard_normal_slips

ANSWERS = {
    "right": "RIGHT",
    "half": "forgot 1/2",
    "std": "s used where s^2 is wanted (all terms)",
    "log_std": "log s instead of log s^2",
    "as_log_var": "read s as log-variance",
    "minus_one": "dropped the -1",
    "log_sign": "sign of log",
    "log10": "log10",
    "bits": "answer in bits",
    "reversed": "reversed KL(p||q)",
}

with (Path(__file__).parent.parent / "misconceptions.csv").open() as file:
    ROWS = [row for row in csv.DictReader(file) if " KL " in row["exercise"] and "sigma" in row["params"]]
CASES = {row["exercise"].split()[-1]: json.loads(row["params"]) for row in ROWS}


def answers(case: str) -> dict[str, dict[str, str]]:
    return {row["answer"]: row for row in ROWS if row["exercise"].split()[-1] == case}


@pytest.mark.parametrize("case", "abcdefg")
def test_each_slip_gives_what_others_computed(case: str) -> None:
    parameters, rows = CASES[case], answers(case)
    shown = kl_standard_normal_slips(parameters["mu"], parameters["sigma"])
    visible = {name for name, answer in ANSWERS.items() if not rows[answer]["note"].startswith("hidden")}
    assert set(shown) == visible
    for name, quantity in shown.items():
        assert quantity.value == pytest.approx(float(rows[ANSWERS[name]]["value"]), abs=1e-6), name


def test_cases_c_to_g_show_every_slip() -> None:
    for case in "cdefg":
        assert set(kl_standard_normal_slips(CASES[case]["mu"], CASES[case]["sigma"])) == set(ANSWERS), case


def test_a_slip_that_happens_to_be_right_is_left_out() -> None:
    # Between std = 0.5 and 0.7 reading sigma as the log-variance passes through the right answer.
    std = optimize.brentq(lambda s: math.exp(s) - s - (s**2 - 2 * math.log(s)), 0.5, 0.7, xtol=1e-15)
    assert set(ANSWERS) - set(kl_standard_normal_slips(0.3, std)) == {"as_log_var"}


def test_digits_are_those_asked_for() -> None:
    assert str(kl_standard_normal_slips(0, 0.5, digits=6)["half"]) == "≈ 0.636294"


@pytest.mark.parametrize(("mu", "std"), [(0, 0), (0, -1), (float("nan"), 1), (0, float("inf"))])
def test_bad_parameters_are_refused(mu: float, std: float) -> None:
    with pytest.raises(ValueError, match=r"std|mu"):
        kl_standard_normal_slips(mu, std)
