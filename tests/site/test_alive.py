"""The numbers are alive: change the maths or a parameter in a copy, build, and see what depends on it change."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

PAGE = "docs/lessons/vae-training.md"
GAUSSIAN = "src/lessons/maths/gaussian.py"
WORKED = "src/lessons/maths/worked.py"
KL = "return sum_last(0.5 * (mu**2 + expm1_minus(log_var)))"

Lesson = dict[str, Any]


@pytest.fixture
def lesson(open_page: Callable[..., Page], practice: str, read_lesson: Callable[[Page], Lesson]) -> Lesson:
    """The numbers of the page as it is."""
    return read_lesson(open_page(practice))


@pytest.fixture
def rebuild(open_page: Callable[..., Page], read_lesson: Callable[[Page], Lesson]) -> Callable[[Any], Lesson]:
    """Build a copy and read the numbers of its practice page."""

    def read(copy: Any) -> Lesson:
        site = copy.folder / "site"
        done = copy.build("--site", site)
        assert done.returncode == 0, done.stdout + done.stderr
        return read_lesson(open_page((site / "lessons/vae-training/index.html").as_uri()))

    return read


def result(derivation: list[str]) -> float:
    """The number that the last line of a derivation shows."""
    (figure,) = re.findall(r"−?\d+(?:\.\d+)?", derivation[-1])
    return float(figure.replace("−", "-"))


def number(value: str) -> float:
    return float(value.removeprefix("≈ ").removesuffix(" nats").replace("−", "-"))


def test_a_formula_that_contradicts_its_derivation_stops_the_build(copy: Any) -> None:
    """The KL divergence doubled, and nothing else: the worked lines no longer lead to it."""
    copy.edit(GAUSSIAN, KL, "return sum_last(mu**2 + expm1_minus(log_var))")
    done = copy.build("--site", copy.folder / "site")
    assert done.returncode == 1
    assert re.search(rf"^{PAGE}:\d+:\d+: L201 .*the formula gives", done.stderr, re.MULTILINE), done.stderr
    assert not (copy.folder / "site").exists()


def test_every_figure_follows_the_maths(copy: Any, lesson: Lesson, rebuild: Callable[[Any], Lesson]) -> None:
    """The KL divergence tripled, with all that guards it taken out: every figure that depends on it changes."""
    copy.edit(GAUSSIAN, KL, "return sum_last(1.5 * (mu**2 + expm1_minus(log_var)))")
    copy.edit(WORKED, "    if not apart <= AGREE:", "    if False and not apart <= AGREE:")
    for formula in ('(std**2 + mu**2 - 1 - log(std**2))",\n        mu=mu', "(var + mu**2 - 1 - log_var)"):
        copy.edit(WORKED, f'"1/2 * {formula}', f'"3/2 * {formula}')
    page = copy.folder / PAGE
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"(?ms)^/// answer .*?^///\n", "", text)  # whose slips would not be told apart
    page.write_text(re.sub(r"^assert .*\n(?:[ )].*\n)*", "", text, flags=re.MULTILINE), encoding="utf-8")
    changed = rebuild(copy)

    before, after = (one["four-kls"]["derivations"] for one in (lesson, changed))
    assert [result(lines) for lines in after] == pytest.approx([3 * result(lines) for lines in before], abs=3e-3)
    assert after[1][-1] == "=6 nats"
    assert after[0][-1] == before[0][-1]  # three times nothing
    before, after = ([number(row[-1]) for row in one["more-kls"]["prompt"][1:]] for one in (lesson, changed))
    assert after == pytest.approx([3 * value for value in before], abs=3e-3)

    step, other = (one["one-training-step"]["derivations"] for one in (lesson, changed))
    assert other[:4] == step[:4]  # z, the squared error, log p and the NLL know nothing of the KL divergence
    assert other[4][-1] == "=0.375 nats"
    assert other[5][-2:] == ["≈1.419+0.375", "≈1.794 nats"]

    marginal, exact, gap, loss, *posterior = map(number, changed["one-sample"]["values"])
    marginal_before, exact_before, gap_before, loss_before, *posterior_before = map(
        number, lesson["one-sample"]["values"]
    )
    assert [marginal, gap, *posterior] == [marginal_before, gap_before, *posterior_before]
    assert [exact, loss] == pytest.approx([exact_before + 0.25, loss_before + 0.25], abs=2e-6)

    for column in (3, 4):  # right, and with the bug: z, NLL, KL and loss stand in every second place
        z, nll, kl, loss = map(number, changed["log-variance-bug"]["values"][column:11:2])
        z_before, nll_before, kl_before, loss_before = map(number, lesson["log-variance-bug"]["values"][column:11:2])
        assert [z, nll] == [z_before, nll_before]
        assert [kl, loss] == pytest.approx([3 * kl_before, loss_before + 2 * kl_before], abs=3e-3)

    for unrelated in ("score-function", "stable-diffusion-autoencoder"):
        assert changed[unrelated] == lesson[unrelated]


def test_every_figure_follows_a_function_that_nothing_guards(
    copy: Any, lesson: Lesson, rebuild: Callable[[Any], Lesson]
) -> None:
    """Gradient steps twice as long: the update changes, and what the loss was before it does not."""
    copy.edit(WORKED, "self.log_var, found, rate)", "self.log_var, found, 2 * rate)")
    changed = rebuild(copy)
    before, after = lesson["the-update"]["values"], changed["the-update"]["values"]
    assert after[2:5] == ["0.1", "0.6", "−0.03"]
    assert [after[5], after[7]] == [before[5], before[7]]
    assert after[6] != before[6]
    assert after[8] != before[8]
    assert {name for name in lesson if changed[name] != lesson[name]} == {"the-update"}


def test_a_parameter_of_the_page_changes_all_that_follows_from_it(
    copy: Any, lesson: Lesson, rebuild: Callable[[Any], Lesson]
) -> None:
    copy.edit(PAGE, "mu_d, std_d = 1, 2", "mu_d, std_d = 2.5, 2")
    changed = rebuild(copy)
    before, after = lesson["four-kls"], changed["four-kls"]
    assert after["prompt"][4] == ["d", "2.5", "2"]
    assert after["derivations"][3][1:] == [
        "=1/2(2^2+2.5^2−1−log2^2)",
        "=1/2(4+6.25−1−log4)",
        "≈1/2(9.25−1.386)",
        "≈1/2×7.864",
        "≈3.932 nats",
    ]
    assert after["prompt"][:4] == before["prompt"][:4]
    assert after["derivations"][:3] == before["derivations"][:3]
    right, right_before = (one["kl-slips"]["prompt"][1] for one in (changed, lesson))
    assert right[1] == right_before[1]
    assert number(right[2]) == pytest.approx(3.932, abs=1e-3), "the note on slips still tells of the old case d"
    assert changed["one-training-step"] == lesson["one-training-step"]
