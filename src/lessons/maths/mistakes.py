"""The wrong turns that readers take in the formulas of `worked`: each in words, and as the formula with it in.

`std` is the standard deviation, `var` the variance; in a training step `square` is (x - z)**2 and `log_p` is
log p(x|z). A table belongs to one formula, and uses its names and those that `worked` gives beside them.
"""

Mistakes = dict[str, tuple[str, str]]  # by a short name: the words, the formula

KL_STANDARD_NORMAL: Mistakes = {
    "half": ("the factor ½ forgotten", "std**2 + mu**2 - 1 - log(std**2)"),
    "std": ("σ written where σ² belongs", "1/2 * (std + mu**2 - 1 - log(std))"),
    "first_std": ("σ in place of σ² in the first term", "1/2 * (std + mu**2 - 1 - log(std**2))"),
    "log_std": ("log σ in place of log σ²", "1/2 * (std**2 + mu**2 - 1 - log(std))"),
    "squared": ("σ² squared once more", "1/2 * (std**4 + mu**2 - 1 - log(std**4))"),
    "as_log_var": ("σ read as the log-variance", "1/2 * (exp(std) + mu**2 - 1 - std)"),
    "plus_one": ("1 added, not subtracted", "1/2 * (std**2 + mu**2 + 1 - log(std**2))"),
    "minus_one": ("the −1 dropped", "1/2 * (std**2 + mu**2 - log(std**2))"),
    "log_sign": ("the logarithm added, not subtracted", "1/2 * (std**2 + mu**2 - 1 + log(std**2))"),
    "no_log": ("the logarithm dropped", "1/2 * (std**2 + mu**2 - 1)"),
    "mu": ("μ not squared", "1/2 * (std**2 + mu - 1 - log(std**2))"),
    "no_mu": ("μ² dropped", "1/2 * (std**2 - 1 - log(std**2))"),
    "log10": ("the base-10 logarithm", "1/2 * (std**2 + mu**2 - 1 - log10(std**2))"),
    "log2": ("the base-2 logarithm", "1/2 * (std**2 + mu**2 - 1 - log2(std**2))"),
    "bits": ("the answer in bits", "1/2 * (std**2 + mu**2 - 1 - log(std**2)) / log(2)"),
    "reversed": ("the other direction, from prior to encoder", "1/2 * ((1 + mu**2) / std**2 - 1 + log(std**2))"),
}
_SQUARE = "(mu_q - mu_p)**2"
KL_NORMAL: Mistakes = {
    "half": ("the factor ½ forgotten", f"(std_q**2 + {_SQUARE}) / std_p**2 - 1 - log(std_q**2 / std_p**2)"),
    "reversed": (
        "the other direction",
        f"1/2 * ((std_p**2 + {_SQUARE}) / std_q**2 - 1 - log(std_p**2 / std_q**2))",
    ),
    "std": ("σ written where σ² belongs", f"1/2 * ((std_q + {_SQUARE}) / std_p - 1 - log(std_q / std_p))"),
    "log_std": (
        "the logarithm of the σ, not of the σ²",
        f"1/2 * ((std_q**2 + {_SQUARE}) / std_p**2 - 1 - log(std_q / std_p))",
    ),
    "log_sign": (
        "the logarithm added, not subtracted",
        f"1/2 * ((std_q**2 + {_SQUARE}) / std_p**2 - 1 + log(std_q**2 / std_p**2))",
    ),
    "minus_one": ("the −1 dropped", f"1/2 * ((std_q**2 + {_SQUARE}) / std_p**2 - log(std_q**2 / std_p**2))"),
    "no_mu": ("the distance of the means left out", "1/2 * (std_q**2 / std_p**2 - 1 - log(std_q**2 / std_p**2))"),
    "mu": (
        "the distance of the means not squared",
        "1/2 * ((std_q**2 + mu_q - mu_p) / std_p**2 - 1 - log(std_q**2 / std_p**2))",
    ),
    "sum": (
        "the means added, not subtracted",
        "1/2 * ((std_q**2 + (mu_q + mu_p)**2) / std_p**2 - 1 - log(std_q**2 / std_p**2))",
    ),
}
LATENT: Mistakes = {
    "as_std": ("the variance used for the standard deviation", "mu + exp(log_var)*eps"),
    "log_var": ("log σ² used for σ", "mu + log_var*eps"),
    "sign": ("ε subtracted, not added", "mu - std*eps"),
    "no_eps": ("ε left out", "mu"),
    "no_mu": ("μ left out", "std*eps"),
    "one": ("σ taken for 1", "mu + eps"),
    "inverse": ("log σ² with the other sign", "mu + exp(-log_var/2)*eps"),
    "product": ("μ multiplied, not added", "mu*std*eps"),
}
RECONSTRUCTION: Mistakes = {
    "constant": ("½ log 2π dropped", "1/2*square"),
    "half": ("the ½ before the square forgotten", "square + 1/2*log(2*pi)"),
    "whole_log": ("log 2π without its ½", "1/2*square + log(2*pi)"),
    "no_halves": ("both ½ forgotten", "square + log(2*pi)"),
    "plain": ("the squared error alone", "square"),
    "mu": ("μ in place of z", "1/2*(x - mu)**2 + 1/2*log(2*pi)"),
    "not_squared": ("the error not squared", "1/2*(x - z) + 1/2*log(2*pi)"),
    "log10": ("the base-10 logarithm", "1/2*square + 1/2*log10(2*pi)"),
    "as_std": (
        "z drawn with the variance for the standard deviation",
        "1/2*(x - mu - exp(log_var)*eps)**2 + 1/2*log(2*pi)",
    ),
    "with_kl": ("the divergence added already", "-log_p + kl"),
}
DIVERGENCE: Mistakes = {
    "half": ("the factor ½ forgotten", "var + mu**2 - 1 - log_var"),
    "squared": ("the variance squared once more", "1/2 * (var**2 + mu**2 - 1 - log(var**2))"),
    "std": ("σ in place of σ²", "1/2 * (sqrt(var) + mu**2 - 1 - log_var)"),
    "as_std": ("log σ² read as σ", "1/2 * (log_var**2 + mu**2 - 1 - log(log_var**2))"),
    "log_std": ("log σ in place of log σ²", "1/2 * (var + mu**2 - 1 - log_var/2)"),
    "mu": ("μ not squared", "1/2 * (var + mu - 1 - log_var)"),
    "plus_one": ("1 added, not subtracted", "1/2 * (var + mu**2 + 1 - log_var)"),
    "minus_one": ("the −1 dropped", "1/2 * (var + mu**2 - log_var)"),
    "log_sign": ("log σ² added, not subtracted", "1/2 * (var + mu**2 - 1 + log_var)"),
    "latent": ("z in place of μ", "1/2 * (var + z**2 - 1 - log_var)"),
    "sampled": ("log q − log p at the one sample", "-1/2*eps**2 - 1/2*log_var + 1/2*z**2"),
}
LOSS: Mistakes = {
    "minus_kl": ("the divergence subtracted", "-log_p - kl"),
    "no_kl": ("the divergence left out", "-log_p"),
    "kl_half": ("the divergence without its ½", "-log_p + 2*kl"),
    "constant": ("½ log 2π dropped", "1/2*square + kl"),
    "plain": ("the squared error in place of −log p", "square + kl"),
    "mu": ("μ in place of z", "1/2*(x - mu)**2 + 1/2*log(2*pi) + kl"),
    "as_std": (
        "z drawn with the variance for the standard deviation",
        "1/2*(x - mu - exp(log_var)*eps)**2 + 1/2*log(2*pi) + kl",
    ),
    "sampled": ("the divergence from the one sample", "-log_p - 1/2*eps**2 - 1/2*log_var + 1/2*z**2"),
    "expected": ("the mean over all ε", "1/2*((x - mu)**2 + exp(log_var)) + 1/2*log(2*pi) + kl"),
}
GRADIENT_MU: Mistakes = {
    "sign": ("the reconstruction's part with the other sign", "(x - z) + mu"),
    "no_kl": ("the divergence's part left out", "-(x - z)"),
    "only_kl": ("the reconstruction's part left out", "mu"),
    "expected": ("the mean over all ε", "-(x - mu) + mu"),
    "twice": ("the ½ of the square forgotten", "-2*(x - z) + mu"),
    "latent": ("z in place of μ in the divergence's part", "-(x - z) + z"),
}
GRADIENT_LOG_VAR: Mistakes = {
    "half": ("the ½ of dσ/d log σ² forgotten", "-(x - z)*std*eps + 1/2*(var - 1)"),
    "no_kl": ("the divergence's part left out", "-1/2*(x - z)*std*eps"),
    "only_kl": ("the reconstruction's part left out", "1/2*(var - 1)"),
    "by_std": ("the derivative by σ", "-(x - z)*eps + std - 1/std"),
    "sign": ("the reconstruction's part with the other sign", "1/2*(x - z)*std*eps + 1/2*(var - 1)"),
    "expected": ("the mean over all ε", "1/2*(var - 1) + 1/2*var"),
    "no_eps": ("ε taken for 1", "-1/2*(x - z)*std + 1/2*(var - 1)"),
}
