r"""How the names of Python become the symbols of a page: `mu` is \mu, `sigma_x` is \sigma_x, `log_var` is \log\sigma^2.

One table for all pages; a page adds to it by `symbols={"kl": r"D_{\mathrm{KL}}"}` where it works a formula out.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping

GREEK = re.findall(
    r"\w+",
    "alpha beta gamma delta zeta eta theta iota kappa mu nu xi rho sigma tau upsilon chi psi omega pi "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega",
)
LETTERS = {name: f"\\{name}" for name in GREEK} | {
    "eps": r"\varepsilon",
    "epsilon": r"\varepsilon",
    "phi": r"\phi",
    "lam": r"\lambda",
    "ell": r"\ell",
    "std": r"\sigma",
    "inf": r"\infty",
}
# The letters themselves, as a keyboard may have them.
LETTERS |= {
    unicodedata.lookup(f"GREEK {'SMALL' if name.islower() else 'CAPITAL'} LETTER {said}"): LETTERS[name]
    for name in (*GREEK, "lam", "phi", "epsilon")
    for said in [{"lam": "LAMDA", "Lambda": "LAMDA"}.get(name, name.upper())]
}
# What stands over a letter, as its last part says.
ACCENTS = {"hat": r"\hat", "tilde": r"\tilde", "bar": r"\bar", "dot": r"\dot"}
_INDEX = re.compile(
    r"(?P<stem>.*?)(?P<below>_(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\?\w+))?(?P<above>\^(?:\w|\{[^{}]*\}))?", re.DOTALL
)
SHORT = frozenset(("kl", "nll", "elbo", "sse", "mse", "iwae", "ess", "mi", "bpd"))  # written in capitals


def symbol(name: str, own: Mapping[str, str] | None = None) -> str:
    """The TeX of a name. `own`: what a page calls some otherwise. A name with a backslash is TeX already."""
    if own and name in own:
        return own[name]
    return _of_the_table(name)


@functools.lru_cache(maxsize=1024)
def _of_the_table(name: str) -> str:
    if "\\" in name or "^" in name:
        return name
    head, *rest = [part for part in name.split("_") if part] or [r"\_"]
    if head == "log" and rest:  # the logarithm is what is given: of a variance, most often
        inside = symbol("_".join(rest))
        return rf"\log{inside}" if inside.startswith("\\") else rf"\log {inside}"
    over = [ACCENTS[part] for part in rest if part in ACCENTS]
    below = [part for part in rest if part not in ACCENTS]
    if head == "var":
        base, power = r"\sigma", "^2"
    else:
        base, number = _base(head)
        below, power = [number, *below] if number else below, ""
    for accent in over:
        base = f"{accent} {base}"
    return f"{base}{_index(below)}{power}"


@functools.lru_cache(maxsize=1024)
def indexed(tex: str, index: str) -> str:
    """A symbol with one more index: `\\mu_q` with i is `\\mu_{q,i}`."""
    found = _INDEX.fullmatch(tex)
    assert found is not None
    stem, below, above = found["stem"], (found["below"] or "").removeprefix("_"), found["above"] or ""
    below = below[1:-1] if below.startswith("{") else below
    return f"{stem}_{{{below},{index}}}{above}" if below else f"{stem}_{index}{above}"


def _base(word: str) -> tuple[str, str]:
    """A word and the number at its end: `x2` is x with the index 2."""
    letters = word.rstrip("0123456789")
    number = word[len(letters) :]
    if letters in LETTERS:
        found = LETTERS[letters]
    elif letters.lower() in SHORT:
        found = rf"\mathrm{{{letters.upper()}}}"
    elif len(letters) <= 1 or letters.startswith("\\"):
        found = letters
    else:
        found = _upright(letters)
    return found, number


def _upright(word: str) -> str:
    return rf"\mathrm{{{word}}}" if word.isascii() else rf"\text{{{word}}}"


def _index(parts: list[str]) -> str:
    if not parts:
        return ""
    said = ",".join(map(_word, parts))
    return f"_{said}" if len(said) == 1 or said in LETTERS.values() else f"_{{{said}}}"


def _word(part: str) -> str:
    if part in LETTERS:
        return LETTERS[part]
    if part.lower() in SHORT:
        return rf"\mathrm{{{part.upper()}}}"
    return part if len(part) == 1 or part.isdigit() else _upright(part)
