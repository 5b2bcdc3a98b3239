"""`make reference`: the page of the guide that lists what `lessons.maths` offers, written from its docstrings.

Each entry has the function's name with its parameters, what its docstring says, and an example that the page runs.
A test holds the page against this.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/contributing/maths.md"
HEAD = """---
title: What lessons.maths offers
description: Every function that a snippet can call, with its parameters, what it gives and an example that ran.
---

# What lessons.maths offers

For a formula of your own, [`worked.formula`](write-a-lesson.md#work-out-a-formula) is all you need. These are here
besides: what many pages use, and what can witness your result by another way. `log_var` is the logarithm of a
variance, `std` a standard deviation; values are in nats; the last axis of an array is the latent one.
`make reference` writes this page from the docstrings.
"""
# By module: what it is about, and an example for each of its functions.
EXAMPLES: dict[str, tuple[str, dict[str, str]]] = {
    "worked": (
        "Worked formulas",
        {
            "formula": 'worked.formula("H", "1/2 * log(2*pi*e*sigma**2)", sigma=0.5, unit="nats")',
            "kl_standard_normal": "worked.kl_standard_normal(mu=1, std=0.5)",
            "kl_normal": "worked.kl_normal(mu_q=1, std_q=0.5, mu_p=0, std_p=2)",
            "TrainingStep": "worked.TrainingStep(x=1.2, mu=0.5, log_var=0.0, eps=-0.3).loss",
        },
    ),
    "derivation": (
        "Values that know how to show themselves",
        {"Quantity": 'Quantity(1 / 3, symbol="p", digits=4)'},
    ),
    "slips": (
        "Wrong turns",
        {
            "told_apart": 'slips.told_apart(worked.kl_standard_normal(mu=1, std=2))["half"]',
            "kl_standard_normal_slips": 'slips.kl_standard_normal_slips(mu=1, std=2)["half"]',
        },
    ),
    "gaussian": (
        "The diagonal Gaussian",
        {
            "log_var_from_std": "Quantity(gaussian.log_var_from_std(0.5).item())",
            "std_from_log_var": "Quantity(gaussian.std_from_log_var(-1.0).item())",
            "nll": 'Quantity(gaussian.nll(1.3, 0.4, np.log(0.25)).item(), unit="nats")',
            "log_prob": 'Quantity(gaussian.log_prob(1.3, 0.4, np.log(0.25)).item(), unit="nats")',
            "entropy": 'Quantity(gaussian.entropy([0.0, -1.0]).item(), unit="nats")',
            "kl_normal": 'Quantity(gaussian.kl_normal([1, 0], [0, 0], [0, 0], [0, 1]).item(), unit="nats")',
            "kl_standard_normal": 'Quantity(gaussian.kl_standard_normal([1, -0.5], [0, 0]).item(), unit="nats")',
            "reparameterize": "Quantity(gaussian.reparameterize(0.5, -1.0, -0.3).item())",
        },
    ),
    "discrete": (
        "Discrete data, from logits",
        {
            "bernoulli_nll": 'Quantity(discrete.bernoulli_nll([1, 0], [-1.2, 0.3]).item(), unit="nats")',
            "categorical_nll": 'Quantity(discrete.categorical_nll(1, [0.2, 1.5, -1.0]).item(), unit="nats")',
        },
    ),
    "elbo": (
        "The negative ELBO",
        {
            "negative_elbo_sample": (
                "model = elbo.LinearGaussian.identity(1)\n"
                "loss = elbo.negative_elbo_sample(1.2, 0.5, 0.0, -0.3, model.nll)\n"
                'Quantity(loss.item(), unit="nats")'
            ),
            "LinearGaussian": (
                "model = elbo.LinearGaussian.identity(1)\n"
                'Quantity(model.negative_log_marginal(1.2).item(), unit="nats")'
            ),
        },
    ),
    "gradients": (
        "Gradients of the training step",
        {
            "step_gradients": (
                "model = elbo.LinearGaussian.identity(1)\n"
                "Quantity(gradients.step_gradients(model, 1.2, 0.5, 0.0, -0.3).mu.item())"
            ),
            "expected_gradients": (
                "model = elbo.LinearGaussian.identity(1)\n"
                "Quantity(gradients.expected_gradients(model, 1.2, 0.5, 0.0).mu.item())"
            ),
            "sgd_step": (
                "model = elbo.LinearGaussian.identity(1)\n"
                "found = gradients.step_gradients(model, 1.2, 0.5, 0.0, -0.3)\n"
                "Quantity(gradients.sgd_step(0.5, 0.0, found, 0.1)[0].item())"
            ),
            "pathwise_gradient_mu": "Quantity(gradients.pathwise_gradient_mu(1.2, 0.5, 0.0, -0.3).item())",
            "score_function_gradient_mu": "Quantity(gradients.score_function_gradient_mu(1.2, 0.5, 0.0, -0.3).item())",
            "gradient_variance_pathwise": "Quantity(gradients.gradient_variance_pathwise(1.2, 0.5, 0.0).item())",
            "gradient_variance_score": "Quantity(gradients.gradient_variance_score(1.2, 0.5, 0.0).item())",
        },
    ),
}
INSIDE = frozenset(
    ("check_beta", "StepGradients", "Witness", "Slip", "Slips", "Derivation")
)  # met by whoever calls the others
WIDTH = 72  # letters of a line of code on the page
Found = ast.FunctionDef | ast.ClassDef


def public(module: str) -> Iterator[tuple[Found, str, str]]:
    """The functions and classes of a module that a snippet may want: each with its parameters and its docstring."""
    tree = ast.parse((ROOT / f"src/lessons/maths/{module}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, Found) and not node.name.startswith("_") and node.name not in INSIDE:
            yield node, _parameters(node), ast.get_docstring(node) or ""


def _parameters(node: Found) -> str:
    if isinstance(node, ast.ClassDef):
        named = [part for part in node.body if isinstance(part, ast.AnnAssign) and part.value is None]
        optional = [part for part in node.body if isinstance(part, ast.AnnAssign) and part.value is not None]
        return ", ".join([*map(_field, named), *(f"{_field(part)}=…" for part in optional)])
    found = node.args
    plain = [argument.arg for argument in (*found.posonlyargs, *found.args)]
    needed = len(plain) - len(found.defaults)
    said = [name if place < needed else f"{name}=…" for place, name in enumerate(plain)]
    said += [f"{argument.arg}=…" for argument in found.kwonlyargs]
    return ", ".join([*said, *([f"**{found.kwarg.arg}"] if found.kwarg else [])])


def _field(part: ast.AnnAssign) -> str:
    return ast.unparse(part.target)


def text() -> str:
    """The page."""
    sections = [HEAD]
    for module, (title, examples) in EXAMPLES.items():
        sections.append(f"## {title}\n")
        for node, parameters, said in public(module):
            heads = textwrap.fill(f"{module}.{node.name}({parameters})", WIDTH, subsequent_indent="    ")
            example = f"{_imports(module, examples[node.name])}\n\n{examples[node.name]}"
            sections.append(
                f"### {module}.{node.name} {{ #{module}-{node.name.lower().replace('_', '-')} }}\n\n"
                f"```text\n{heads}\n\n{_wrapped(said)}\n```\n\n"
                f"```{{python}}\n#| code: shown\n{example}\n```\n"
            )
    return "\n".join(sections)


def _wrapped(docstring: str) -> str:
    """Its paragraphs as long as the page is wide; what is indented stays as it is."""
    paragraphs = docstring.split("\n\n")
    return "\n\n".join(one if "\n " in f"\n{one}" else textwrap.fill(one, WIDTH) for one in paragraphs)


def _imports(module: str, example: str) -> str:
    """What an example needs, as its reader would write it."""
    modules = [name for name in EXAMPLES if f"{name}." in example and name != "derivation"]
    lines = ["import numpy as np\n"] if "np." in example else []
    lines += [f"from lessons.maths import {', '.join(sorted(modules))}"] if modules else []
    lines += ["from lessons.maths.derivation import Quantity"] if "Quantity(" in example else []
    assert module in modules or module == "derivation"
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
