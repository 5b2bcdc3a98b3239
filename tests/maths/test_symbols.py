"""Names of Python and the symbols they become."""

import pytest

from lessons.maths.symbols import indexed, symbol


@pytest.mark.parametrize(
    ("name", "tex"),
    [
        ("x", "x"),
        ("n", "n"),
        ("mu", r"\mu"),
        ("Sigma", r"\Sigma"),
        ("eps", r"\varepsilon"),
        ("epsilon", r"\varepsilon"),
        ("phi", r"\phi"),
        ("lam", r"\lambda"),
        ("ell", r"\ell"),
        ("std", r"\sigma"),
        ("var", r"\sigma^2"),
        ("sigma_x", r"\sigma_x"),
        ("std_q", r"\sigma_q"),
        ("var_x", r"\sigma_x^2"),
        ("log_var", r"\log\sigma^2"),
        ("log_var_x", r"\log\sigma_x^2"),
        ("log_sigma", r"\log\sigma"),
        ("log_p", r"\log p"),
        ("log", r"\mathrm{log}"),
        ("x_hat", r"\hat x"),
        ("z_tilde", r"\tilde z"),
        ("x_bar", r"\bar x"),
        ("x_dot", r"\dot x"),
        ("x_hat_1", r"\hat x_1"),
        ("var_hat", r"\hat \sigma^2"),
        ("x_1", "x_1"),
        ("x1", "x_1"),
        ("x12", "x_{12}"),
        ("mu1_q", r"\mu_{1,q}"),
        ("x1_2", "x_{1,2}"),
        ("mu_q_1", r"\mu_{q,1}"),
        ("x_mu", r"x_\mu"),
        ("x_mu_nu", r"x_{\mu,\nu}"),
        ("ab", r"\mathrm{ab}"),
        ("x_mu_ab", r"x_{\mu,\mathrm{ab}}"),
        ("ab_1", r"\mathrm{ab}_1"),
        ("x_new", r"x_{\mathrm{new}}"),
        ("x_12", "x_{12}"),
        ("kl", r"\mathrm{KL}"),
        ("KL_1", r"\mathrm{KL}_1"),
        ("D_KL", r"D_{\mathrm{KL}}"),
        ("nll", r"\mathrm{NLL}"),
        ("loss", r"\mathrm{loss}"),
        ("_x", "x"),
        ("x_", "x"),
        ("_", r"\_"),
        ("μ", r"\mu"),
        ("σ_x", r"\sigma_x"),
        ("λ", r"\lambda"),
        ("ε", r"\varepsilon"),
        ("φ", r"\phi"),
        ("Λ", r"\Lambda"),
        ("größe", r"\text{größe}"),
        ("x_größe", r"x_{\text{größe}}"),
        (r"\tilde z", r"\tilde z"),
        ("x^*", "x^*"),
    ],
)
def test_symbols(name: str, tex: str) -> None:
    assert symbol(name) == tex


def test_a_page_has_its_own() -> None:
    assert symbol("kl", {"kl": r"D_{\mathrm{KL}}"}) == r"D_{\mathrm{KL}}"
    assert symbol("mu", {"kl": r"D_{\mathrm{KL}}"}) == r"\mu"


@pytest.mark.parametrize(
    ("tex", "index", "together"),
    [
        ("x", "i", "x_i"),
        (r"\mu_q", "i", r"\mu_{q,i}"),
        (r"\sigma^2", "j", r"\sigma_j^2"),
        (r"\sigma_x^2", "i", r"\sigma_{x,i}^2"),
        (r"x_{1,2}", "3", "x_{1,2,3}"),
        (r"D_{\mathrm{KL}}", "i", r"D_{\mathrm{KL},i}"),
        (r"x_\mu", "1", r"x_{\mu,1}"),
        (r"x^{\ast}", "1", r"x_1^{\ast}"),
        (r"\log\sigma_x^2", "i", r"\log\sigma_{x,i}^2"),
    ],
)
def test_indices(tex: str, index: str, together: str) -> None:
    assert indexed(tex, index) == together
