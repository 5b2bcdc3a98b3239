r"""What the usual slips give in place of KL(N(mu, std**2) || N(0, 1)): a wrong answer that names its own cause.

A reader whose number stands in this list knows what to look for. A slip that gives the right answer for these
parameters is left out, since it cannot be told apart there: std = 1 hides most of them.
"""

from __future__ import annotations

import math

from lessons.maths.derivation import Derivation, Quantity
from lessons.maths.rounding import DIGITS
from lessons.maths.worked import kl_standard_normal


def told_apart(derivation: Derivation) -> dict[str, Quantity]:
    """The right answer and the slips of a derivation that differ from it, by their names, without units."""
    right, digits = derivation.value, derivation.result.digits
    found = {
        name: Quantity(slip.value, digits=digits)
        for name, slip in derivation.slips.items()
        if not math.isclose(slip.value, right, rel_tol=1e-9, abs_tol=1e-9)
    }
    return {"right": Quantity(right, digits=digits), **found}


def kl_standard_normal_slips(mu: float, std: float, digits: int = DIGITS) -> dict[str, Quantity]:
    """The right answer and the wrong ones that differ from it for these parameters, by the name of the slip.

    Raises ValueError as `worked.kl_standard_normal`, where the slips are written.
    """
    return told_apart(kl_standard_normal(mu, std, digits))
