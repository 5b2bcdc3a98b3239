r"""What the usual slips give in place of KL(N(mu, std**2) || N(0, 1)): a wrong answer that names its own cause.

A reader whose number stands in this list knows what to look for. A slip that gives the right answer for these
parameters is left out, since it cannot be told apart there: std = 1 hides most of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from lessons.maths.derivation import Quantity
from lessons.maths.rounding import DIGITS
from lessons.maths.worked import kl_standard_normal

_SLIPS: tuple[tuple[str, Callable[[float, float], float]], ...] = (
    ("half", lambda mu, std: std**2 + mu**2 - 1 - math.log(std**2)),
    ("std", lambda mu, std: 0.5 * (std + mu**2 - 1 - math.log(std))),
    ("log_std", lambda mu, std: 0.5 * (std**2 + mu**2 - 1 - math.log(std))),
    ("as_log_var", lambda mu, std: 0.5 * (math.exp(std) + mu**2 - 1 - std)),
    ("minus_one", lambda mu, std: 0.5 * (std**2 + mu**2 - math.log(std**2))),
    ("log_sign", lambda mu, std: 0.5 * (std**2 + mu**2 - 1 + math.log(std**2))),
    ("log10", lambda mu, std: 0.5 * (std**2 + mu**2 - 1 - math.log10(std**2))),
    ("bits", lambda mu, std: 0.5 * (std**2 + mu**2 - 1 - math.log(std**2)) / math.log(2)),
    ("reversed", lambda mu, std: 0.5 * ((1 + mu**2) / std**2 - 1 + math.log(std**2))),
)


def kl_standard_normal_slips(mu: float, std: float, digits: int = DIGITS) -> dict[str, Quantity]:
    """The right answer and the wrong ones that differ from it for these parameters, by the name of the slip.

    half: the factor 1/2 forgotten. std: sigma where sigma**2 belongs. log_std: log sigma for log sigma**2.
    as_log_var: sigma read as the log-variance. minus_one: the -1 dropped. log_sign: + log sigma**2.
    log10: the decadic logarithm. bits: divided by log 2. reversed: KL(p || q) instead of KL(q || p).
    Raises ValueError as `worked.kl_standard_normal`.
    """
    right = kl_standard_normal(mu, std).value
    wrong = {name: slip(mu, std) for name, slip in _SLIPS}
    told_apart = {
        name: Quantity(value, digits=digits)
        for name, value in wrong.items()
        if not math.isclose(value, right, rel_tol=1e-9, abs_tol=1e-9)
    }
    return {"right": Quantity(right, digits=digits), **told_apart}
