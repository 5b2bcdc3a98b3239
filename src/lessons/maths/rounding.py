"""How a number is rounded to be shown, and whether the figure is then still the number.

`=` stands only before a figure that *is* the value, `≈` before one that was rounded.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from lessons.unshowable import NotFinite

# Two doubles that agree to this relative difference are the same decimal figure: 0.5 - 0.3 is shown as 0.2.
SAME = 1e-12
DIGITS = 3
# A short decimal such as 0.0625 is shown whole, even where it needs a little more room than `digits`.
EXTRA_DIGITS = 2
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Numeral:
    """A number as it is printed: a mantissa, a power of ten (0 for none), and whether that is the whole truth."""

    mantissa: str
    exponent: int
    exact: bool

    @property
    def text(self) -> str:
        """Plain text with a true minus sign: `−0.382`, `4.00 × 10⁻⁷`."""
        mantissa = self.mantissa.replace("-", "−")
        return f"{mantissa} × 10{str(self.exponent).translate(_SUPERSCRIPT)}" if self.exponent else mantissa

    @property
    def tex(self) -> str:
        return rf"{self.mantissa} \times 10^{{{self.exponent}}}" if self.exponent else self.mantissa

    @property
    def relation(self) -> str:
        return "=" if self.exact else "≈"


def numeral(value: float, digits: int = DIGITS) -> Numeral:
    """The numeral that shows `value` with `digits` places after the point.

    Exact values lose their trailing zeros and may take two more places (0.0625); rounded ones keep all their
    places (1.500). Values too small or too large for that are written with a power of ten.
    Raises NotFinite where `value` is nan or infinite: no lesson shows that as a result.
    """
    return _numeral(float(value), digits)


@functools.lru_cache(maxsize=4096)
def _numeral(value: float, digits: int) -> Numeral:
    if not math.isfinite(value):
        raise NotFinite(f"a shown value must be finite, got {value}")
    most = digits + EXTRA_DIGITS
    if abs(value) < 1e9 and _same(float(f"{value:.{most}f}"), value):
        text = next(text for places in range(most + 1) if _same(float(text := f"{value:.{places}f}"), value))
        return Numeral("0" if float(text) == 0 else text, 0, exact=True)
    if 10.0**-digits <= abs(value) < 1e6:
        return Numeral(f"{value:.{digits}f}", 0, exact=False)
    mantissa, _, power = f"{value:.{digits - 1 if digits > 1 else 1}e}".partition("e")
    exact = _same(float(f"{mantissa}e{power}"), value)
    if exact:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return Numeral(mantissa, int(power), exact)


def _same(shown: float, value: float) -> bool:
    return abs(shown - value) <= SAME * abs(value)
