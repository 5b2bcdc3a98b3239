"""What to write instead of TeX that a document defines, numbers or loads, and a formula of a page does not."""

from __future__ import annotations

import re

from lessons.problem import nearest

MEND = "mend the TeX"
_REFERENCE = "name the formula in words and link its heading: `[the bound](#the-bound)`; a page numbers no formula"
# Commands of packages and of papers, and what does the same here.
_INSTEAD = {
    "KL": r"D_{\mathrm{KL}}",
    "DKL": r"D_{\mathrm{KL}}",
    "ELBO": r"\mathrm{ELBO}",
    **dict.fromkeys(("E", "EE", "Expect", "expect", "expectation"), r"\mathbb{E}"),
    **dict.fromkeys(("R", "RR", "Reals"), r"\mathbb{R}"),
    **dict.fromkeys(("N", "Normal", "normal", "Gaussian", "gauss"), r"\mathcal{N}"),
    **dict.fromkeys(("L", "Loss", "loss"), r"\mathcal{L}"),
    **dict.fromkeys(("Var", "var"), r"\operatorname{Var}"),
    **dict.fromkeys(("Cov", "cov"), r"\operatorname{Cov}"),
    **dict.fromkeys(("tr", "Tr", "diag", "softmax", "sign", "sgn", "erf"), r"\operatorname{…}"),
    **dict.fromkeys(("norm", "Norm"), r"\lVert x \rVert"),
    **dict.fromkeys(("abs", "Abs"), r"\lvert x \rvert"),
    **dict.fromkeys(("mathbbm", "mathds", "ind", "1"), r"\mathbb{1}"),
    **dict.fromkeys(("vect", "vx", "bx", "x", "z"), r"\mathbf{x}"),
    **dict.fromkeys(("eps",), r"\varepsilon"),
    **dict.fromkeys(("dd", "diff"), r"\mathrm{d}x"),
    **dict.fromkeys(("SI", "si", "qty", "unit", "num"), r"5\ \text{nats}"),
    **dict.fromkeys(("textsc", "textsl", "emph"), r"\text{…}"),
    **dict.fromkeys(("given", "middle"), r"\mid"),
}
_NUMBERING = ("label", "ref", "eqref", "cref", "Cref", "autoref", "pageref", "nonumber", "notag", "tag")
# Common commands, of which a misspelt one may be meant.
_COMMON = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu"),
    *("nu", "xi", "pi", "rho", "sigma", "tau", "phi", "varphi", "chi", "psi", "omega", "Gamma", "Delta", "Theta"),
    *("Lambda", "Sigma", "Phi", "Psi", "Omega", "frac", "tfrac", "dfrac", "sqrt", "sum", "prod", "int", "log", "exp"),
    *("max", "min", "sup", "inf", "lim", "approx", "equiv", "leq", "geq", "neq", "sim", "propto", "infty", "partial"),
    *("nabla", "cdot", "cdots", "ldots", "dots", "times", "left", "right", "mid", "Vert", "text", "mathrm", "mathbb"),
    *("mathcal", "mathbf", "boldsymbol", "operatorname", "hat", "tilde", "bar", "overline", "underbrace", "begin"),
    *("end", "quad", "rightarrow", "leftarrow", "mapsto", "notin", "subset", "forall", "exists", "argmin", "argmax"),
)
_ENVIRONMENTS = ("aligned", "cases", "matrix", "pmatrix", "bmatrix", "vmatrix", "array", "gathered", "split")


def repair(message: str) -> str:
    """What to do about TeX that was refused with this message."""
    if unknown := re.search(r"Undefined control sequence: \\\\?(\w+|.)", message):
        return _command(unknown[1])
    if unknown := re.search(r"No such environment: (\S+)", message):
        return nearest(unknown[1], _ENVIRONMENTS)
    if "commentAtEnd" in message or "% comment" in message:
        return r"write \% for the sign itself: % begins a comment"
    if named := re.search(r"\{(align|equation|gather)\*?\} can be used only in display mode", message):
        inner = {"align": "aligned", "gather": "gathered"}.get(named[1])
        return "write it between double dollar signs: `$$…$$`" + (rf", or \begin{{{inner}}}" if inner else "")
    if "got '&'" in message:
        return r"write \& for the sign itself; columns stand in \begin{aligned}…\end{aligned}"
    if "got '#'" in message:
        return r"write \# for the sign itself"
    if "got '_'" in message:
        return r"write \_ for the sign itself; an index stands outside of \text{…}"
    if "Double superscript" in message or "Double subscript" in message:
        return "put one of the two in braces: {x^2}^3"
    if r"Expected '\right'" in message or r"\left" in message:
        return r"close each \left( with \right), or write the bracket alone"
    if unknown := re.search(r'character "(.)"', message):
        return f"write {unknown[1]} in \\text{{…}}, or leave it out"
    return MEND


def _command(name: str) -> str:
    if name in _NUMBERING:
        return _REFERENCE
    if name in ("cite", "citep", "citet"):
        return "link the source beside the formula: `[Its authors](https://…)`"
    if name == "intertext":
        return "end the formula, and write the words between two formulas"
    if name in _INSTEAD:
        return f"no page defines commands of its own: write {_INSTEAD[name]}"
    close = nearest(name, _COMMON)
    if close.startswith("did you mean"):
        return close.partition("?")[0].replace("'", "\\", 1).replace("'", "") + "?"
    return MEND
