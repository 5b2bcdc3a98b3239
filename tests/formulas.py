"""`make formulas`: every formula of the site, and one of each kind that lessons have, as here and as KaTeX sets it.

Writes a page to look at, in every browser at hand, before KaTeX, Temml or the font is replaced by another version.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import quickjs

from lessons.page import checks, glyphs, mathml, source
from lessons.publish import fonts

ROOT = Path(__file__).parent.parent
KINDS = r"""
\log p(x) = \mathcal{L} + D_{\mathrm{KL}}\bigl(q(z\mid x)\,\|\,p(z\mid x)\bigr)
\int_{-\infty}^{\infty} p(z)\,p(x\mid z)\,\mathrm{d}z
\hat{\mu} = \frac{1}{N}\sum_{n=1}^{N} x_n,\qquad \bar{x}, \widehat{xyz}, \overline{ab}, \vec{v}, \dot x, \ddot x
\mathbb{E}_{q(z)}\left[\log\frac{p(x,z)}{q(z)}\right] \le \log \mathbb{E}_{q(z)}\left[\frac{p(x,z)}{q(z)}\right]
\mathrm{ESS} = \frac{\left(\sum_{i} w_i\right)^2}{\sum_{i} w_i^2}
f(x) = \begin{cases} x & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}
\Sigma = \begin{pmatrix} 2 & 0.8 \\ 0.8 & 1 \end{pmatrix}, \begin{bmatrix} a & b \\ c & d\end{bmatrix}, \lVert x \rVert
W = U(\Lambda - \sigma^2 I)^{1/2} R, \quad x^{\top}\Sigma^{-1}x, \boldsymbol{\mu}, \mathbf{x}, \lvert x\rvert
\operatorname*{arg\,max}_{\theta} \min_x \lim_{n\to\infty} \max(0, x)
\underbrace{\mathbb{E}_q[\log p(x\mid z)]}_{\text{distortion}} - \underbrace{D_{\mathrm{KL}}(q\,\|\,p)}_{\text{rate}}
\sqrt{\frac{\sigma^2}{1+\sigma^2}}, \sqrt[3]{x}, \binom{n}{k}, \tfrac12\log 2\pi, \nabla_\theta L, f''(x), \ldots
\begin{aligned} a &= b + c \\ &\approx 0.318 \\ &= \frac{1}{2}\left(\frac{x}{y}\right)^2 \end{aligned}
\begin{array}{c|cc} & a & b \\ \hline x & 1 & 2 \\ y & 3 & 4 \end{array}
\boxed{x=1}, \cancel{x}, \xrightarrow{n\to\infty}, \overset{!}{=}, \text{bits/dim} = \frac{L}{784\ln 2}
"""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Formulas</title>
<link rel="stylesheet" href="{katex}"><link rel="stylesheet" href="math.css"><link rel="stylesheet" href="{own}">
<style>body {{ margin: 1em; font: 17px/1.5 serif }} .katex {{ font-size: 1.07em }}
body > table {{ width: 100%; border-collapse: collapse }} body > table > tbody > tr > td {{ padding: .4em;
border-bottom: 1px solid #ddd }}
</style></head><body class="md-typeset"><table><tbody>
<tr><td><b>KaTeX</b></td><td><b>this site</b></td></tr>
{rows}
</tbody></table></body></html>
"""


def of_the_site() -> list[tuple[str, bool]]:
    found = []
    for path in checks.pages(Path("docs")):
        scanned = source.read(path.as_posix(), source.normalize(path.read_text(encoding="utf-8")))
        found += [(one.tex, one.display) for one in scanned.of(source.Formula)]
    return list(dict.fromkeys(found))


def main(folder: Path) -> None:
    os.chdir(ROOT)
    context = quickjs.Context()
    context.eval((mathml.modules() / "katex/dist/katex.min.js").read_text(encoding="utf-8"))
    by_katex = context.eval("(tex, displayMode) => JSON.stringify(katex.renderToString(tex, {displayMode}))")
    formulas = [*of_the_site(), *((line, True) for line in KINDS.strip().splitlines())]
    rows, whole = [], ""
    for tex, display in formulas:
        ours = mathml.typeset(tex, display)
        whole += ours
        rows.append(f"<tr><td>{json.loads(by_katex(tex, display))}</td><td>{ours}</td></tr>")
    folder.mkdir(parents=True, exist_ok=True)
    for address, data in fonts.written(glyphs.shown(whole)).items():
        (folder / Path(address).name).write_bytes(data)
    katex = os.path.relpath(mathml.modules() / "katex/dist/katex.min.css", folder)
    own = os.path.relpath("docs/assets/lesson.css", folder)
    page = PAGE.format(katex=katex, own=own, rows="\n".join(rows))
    (folder / "index.html").write_text(page, encoding="utf-8")
    print(f"{len(formulas)} formulas: open {folder}/index.html")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist/formulas"))
