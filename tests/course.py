"""The same course for this project and for its quickest peer: N lessons, each a page with ten computed numbers, and a
notebook of six cells with two figures. `bump` changes one number of the first lesson and nothing else. And a page of
nothing but results, with their derivations and without.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lessons.maths import expression, worked

SENTENCE = "the encoder maps an input to a mean and a variance, and the decoder maps a draw of them back to the input"
WORDS = tuple(SENTENCE.split())
EXERCISES = (
    """import numpy as np
m, s2 = {m:.3f}, {s2:.3f}
kl = 0.5 * (s2 + m**2 - 1 - np.log(s2))
z = m + np.sqrt(s2) * np.random.default_rng({n}).standard_normal(20000)
print(f"KL = {{kl:.6f}}")
print(f"bits = {{kl / np.log(2):.6f}}")
print(f"by m = {{m:.6f}}")
print(f"by s2 = {{0.5 * (1 - 1 / s2):.6f}}")
print(f"sampled = {{np.mean(0.5 * (z**2 - (z - m) ** 2 / s2 - np.log(s2))):.6f}}")
""",
    """import numpy as np
x = np.linspace(-1, 1, {n} % 7 + 3)
nll = 0.5 * np.mean(np.log(2 * np.pi) + (x - {m:.3f}) ** 2)
kl = 0.5 * ({s2:.3f} - 1 - np.log({s2:.3f}))
print(f"NLL = {{nll:.6f}}")
print(f"KL = {{kl:.6f}}")
print(f"ELBO = {{-(nll + kl):.6f}}")
print(f"half = {{-(nll + kl / 2):.6f}}")
print(f"twice = {{-(nll + kl * 2):.6f}}")
""",
)
CELLS = (
    "import numpy as np\nimport matplotlib.pyplot as plt",
    "x = np.random.default_rng({n}).normal({m:.3f}, 1, 5000)\nprint(x.mean(), x.std())",
    "kl = 0.5 * ({s2:.3f} + {m:.3f}**2 - 1 - np.log({s2:.3f}))\nkl",
    "fig, ax = plt.subplots()\nax.hist(x, bins=60)\nplt.show()",
    "y = np.sort(x)\nprint(y[:3])",
    "fig, ax = plt.subplots()\nax.plot(y)\nax.plot(y**2)\nplt.show()",
)
TEX = r"D_{\mathrm{KL}}(q \parallel p) = \tfrac12 \left(\sigma^2 + \mu^2 - 1 - \log \sigma^2\right)"
SHOWS = """import io
def show(fig):
    file = io.StringIO()
    fig.savefig(file, format="svg")
    print(file.getvalue()[file.getvalue().index("<svg"):])
"""


def value(bump: int) -> str:
    """What the first page shows."""
    return f"by m = {_numbers(0, bump)['m']:.6f}"


def ours(folder: Path, number: int, bump: int, config: str) -> None:
    """Write the course as lessons of this project. `config`: the project's own mkdocs.yml."""
    names = []
    for n in range(number):
        name = f"lesson-{n + 1:03}"
        names += [f"lessons/{name}.md", f"notebooks/{name}.ipynb"]
        _put(folder / f"docs/lessons/{name}.md", _page(n, bump, ours=True))
        cells = (cell.format(**_numbers(n, 0)) for cell in CELLS)
        shown = (
            cell.replace("import matplotlib.pyplot as plt", "from lessons.figures import Figure, plt").replace(
                "plt.show()", "Figure(fig, alt='A figure')"
            )
            for cell in cells
        )
        front = (
            f'# ---\n# title: "Notebook {n}"\n# description: A notebook.\n# ---\n\n# %% [markdown]\n# # Notebook {n}\n'
        )
        _put(folder / f"notebooks/{name}.py", front + "".join(f"\n# %%\n{cell}\n" for cell in shown))
    _home(folder, config, names)


SHAPES = (
    ("D_KL", "{k}/2 * (sigma**2 + mu**2 - 1 - log(sigma**2))"),
    ("NLL", "(x - mu)**2 / ({k}*sigma**2) + log(sigma) + 1/2*log(2*pi)"),
    ("NLL", "log(1 + exp({k}*mu)) - x*mu"),
    ("z", "mu + sigma**{k} * x"),
    ("p", "exp(-(x - mu)**2 / {k}) / sqrt(2*pi*sigma**2)"),
    ("L", "mean((v - mu)**2) + {k}*sigma"),
    ("r", "sigmoid({k}*x + mu) / (1 + sigma)"),
    ("b", "({k}*x**2 + mu**2) / (784 * log(2))"),
    ("W_2", "(mu - {k}*x)**2 + (sigma - 1)**2"),
    ("L_3", "log(mean(w)) - {k}*log(sigma)"),
)


def formulas(folder: Path, number: int, config: str, *, worked_out: bool) -> None:
    """Write one page with so many results, each of a formula and of numbers of its own: worked out, or told only."""
    text = "---\ntitle: Results\ndescription: A page of results.\n---\n\n# Results\n\n```{python}\n"
    text += "from lessons.maths import worked\nfrom lessons.maths.derivation import Quantity\n```\n"
    for n in range(number):
        symbol, shape = SHAPES[n % len(SHAPES)]
        formula = shape.format(k=n // len(SHAPES) + 2)
        numbers: dict[str, Any] = {"mu": 0.3 + 0.017 * n, "sigma": 0.5 + 0.013 * n, "x": 1.2 - 0.011 * n}
        numbers |= {"v": [0.1 * n, 1.5, -0.25], "w": [0.02, 0.1 + 0.01 * n, 0.36]}
        given = {name: one for name, one in numbers.items() if name in expression.read(formula).names}
        code = f'worked.formula("{symbol}", "{formula}", {", ".join(f"{name}={one!r}" for name, one in given.items())})'
        if not worked_out:
            found = worked.formula(symbol, formula, **given)
            code = f"Quantity({found.value!r}, {found.symbol!r})"
        text += f"\n## Result {n + 1}\n\nThe numbers put in:\n\n```{{python}}\n{code}\n```\n"
    _put(folder / "docs/lessons/results.md", text)
    _home(folder, config, ["lessons/results.md"])


def _home(folder: Path, config: str, names: list[str]) -> None:
    """The page that a course begins with, and the configuration with its pages. `config`: the project's own."""
    head, _, rest = config.partition("\nnav:\n")
    _put(folder / "docs/index.md", "---\ntitle: Course\ndescription: A course.\n---\n\n# Course\n\nPractice.\n")
    nav = "".join(f"      - {name}\n" for name in names)
    _put(
        folder / "mkdocs.yml",
        f"{head}\nnav:\n  - Home: index.md\n  - Lessons:\n{nav}\ntheme:{rest.partition('theme:')[2]}",
    )


def peers(folder: Path, number: int, bump: int) -> None:
    """Write the course for Zensical, its code run by markdown-exec."""
    for n in range(number):
        name = f"lesson-{n + 1:03}"
        _put(folder / f"docs/{name}/practice.md", _page(n, bump, ours=False))
        text = f'# Notebook {n}\n\n```python exec="1" session="nb"\n{SHOWS}```\n'
        for cell in CELLS:
            code = cell.format(**_numbers(n, 0)).replace("plt.show()", "show(fig)")
            how = 'html="1"' if "show(fig)" in code else 'result="text"'
            text += f'\n```python exec="1" source="above" session="nb" {how}\n{code}\n```\n'
        _put(folder / f"docs/{name}/notebook.md", text)
    _put(folder / "docs/index.md", "# Course\n\nPractice.\n")
    _put(folder / "mkdocs.yml", PEER)


PEER = """site_name: Course
theme:
  name: material
  font: false
plugins:
  - search
markdown_extensions:
  - admonition
  - pymdownx.details
  - pymdownx.arithmatex:
      generic: true
  - pymdownx.highlight
  - pymdownx.superfences:
      custom_fences:
        - name: python
          class: python
          validator: !!python/name:markdown_exec.validator
          format: !!python/name:markdown_exec.formatter
"""


def _numbers(n: int, bump: int) -> dict[str, float]:
    return {"n": n, "m": 0.2 + 0.013 * n + 0.001 * (bump if n == 0 else 0), "s2": 0.5 + 0.017 * n}


def _page(n: int, bump: int, *, ours: bool) -> str:
    codes = [code.format(**_numbers(n, bump)) for code in EXERCISES]
    words = [" ".join(WORDS[k % len(WORDS) :] + WORDS[: k % len(WORDS)]).capitalize() + "." for k in range(n, n + 24)]
    text = f"# Lesson {n + 1}\n\n{words[0]}\n\n$$\n{TEX}\n$$\n\n## Questions\n"
    for k in range(6):
        answer = " ".join(words[3 * k + 1 : 3 * k + 4])
        if ours:
            text += f"\n/// question | Question {k} of lesson {n + 1}?\n    id: q-{n}-{k}\n\n{answer}\n///\n"
        else:
            inside = answer.replace("\n", "\n    ")
            text += f'\n??? question "Question {k} of lesson {n + 1}?"\n\n    {inside}\n'
    text += "\n## Exercises\n"
    for k, code in enumerate(codes):
        if ours:
            text += f"\n/// exercise | Exercise {k}\n    id: e-{n}-{k}\n\n{words[20]}\n///\n"
            text += f"\n/// solution\n\n```{{python}}\n#| code: shown\n{code}```\n///\n"
        else:
            text += f'\n{words[20]}\n\n```python exec="1" source="above" result="text"\n{code}```\n'
    text += "\n## Flashcards\n"
    for k in range(8):
        if ours:
            text += f"\n/// flashcard | Card {k} of lesson {n + 1}?\n    id: card-{n}-{k}\n\n{words[k]}\n///\n"
        else:
            text += f'\n??? note "Card {k} of lesson {n + 1}?"\n\n    {words[k]}\n'
    head = f"---\ntitle: Lesson {n + 1}\ndescription: A practice page.\n---\n\n" if ours else ""
    return head + text


def _put(path: Path, text: str) -> None:
    """Write a file; one whose text is the same keeps its time."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
