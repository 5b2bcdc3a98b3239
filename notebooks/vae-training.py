# ---
# title: "VAE training in practice: the notebook"
# description: See the reparameterization trick at work, check gradients, and train a small VAE on digits in seconds.
# lesson: lessons/vae-training.md
# ---

# %% [markdown]
# # VAE training in practice: the notebook
#
# In [the lesson](../lessons/vae-training.md) you worked out four divergences and one training step on paper. Here
# you run the same formulas many thousand times, see what single numbers cannot show, and end with a VAE that you
# train on real digits.
#
# **You need:** the six questions of the lesson, some numpy, and the chain rule. Nothing here takes longer than a
# few seconds. Every random number has a seed, so you see what this page shows. As in the lesson, $\sigma$ is a
# standard deviation, $\log$ is natural and results are in nats.

# %%
import inspect
from unittest.mock import patch

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from lessons.figures import Figure, ink
from lessons.maths import gaussian, gradients, vae, worked
from lessons.maths.derivation import Quantity
from lessons.maths.discrete import bernoulli_nll
from lessons.maths.elbo import LinearGaussian, negative_elbo_sample

# %% [markdown]
# ## Two ways to draw the same number
#
# Suppose the encoder has put out a mean and a log-variance. You can draw $z$ from $\mathcal N(\mu, \sigma^2)$
# directly, or you can draw $\varepsilon$ from $\mathcal N(0, 1)$ and compute $z = \mu + \sigma \varepsilon$. The
# distribution is the same:

# %%
mu, log_var = 0.5, -1.0
std = np.exp(log_var / 2)
rng = np.random.default_rng(1)
n = 20_000

direct = rng.normal(mu, std, size=n)
eps = rng.normal(size=n)
reparameterized = gaussian.reparameterize(mu, log_var, eps[:, None])[
    :, 0
]

for name, z in (
    ("direct", direct),
    ("reparameterized", reparameterized),
):
    print(
        f"{name:16} mean {z.mean():.3f}   standard deviation "
        f"{z.std():.3f}"
    )
    assert abs(z.mean() - mu) < 4 * std / np.sqrt(n)
    assert abs(z.std() - std) < 4 * std / np.sqrt(2 * n)

# %%
bins = np.linspace(mu - 4 * std, mu + 4 * std, 41)
fig, ax = plt.subplots(figsize=(4.8, 2.8))
ax.stairs(
    *np.histogram(direct, bins, density=True),
    fill=True,
    alpha=0.3,
    label="direct",
)
ax.stairs(
    *np.histogram(reparameterized, bins, density=True),
    linewidth=1.8,
    color="C1",
    label="reparameterized",
)
ax.set_xlabel("z")
ax.set_ylabel("density")
ax.set_ylim(0, 0.95)
ax.legend(loc="upper left")
Figure(
    fig,
    alt="Two histograms of z, one from direct and one from "
    "reparameterized draws. They lie on top of each other.",
    caption="The trick does not change the distribution of z.",
)

# %% [markdown]
# What differs is what happens when you move a parameter. With $\varepsilon$ held fixed, $z$ moves along a line
# whose slope you know, $\partial z / \partial \mu = 1$. With a fresh draw for every $\mu$, there is nothing to take
# a slope of.

# %%
means = np.linspace(-1, 1, 21)
held = [-1.5, -0.5, 0.5, 1.5]
fresh = np.random.default_rng(2).normal(means, std)

fig, (left, right) = plt.subplots(1, 2, figsize=(4.8, 2.8), sharey=True)
for e in held:
    left.plot(means, means + std * e, color="C0")
right.plot(means, fresh, "o", color="C1", markersize=4)
left.set_ylabel("z")
for ax, title in ((left, "ε held fixed"), (right, "drawn anew")):
    ax.set_xlabel("μ")
    ax.set_title(title)
Figure(
    fig,
    alt="Left: four parallel straight lines, z against μ for four "
    "fixed values of ε. Right: scattered points, one fresh draw for "
    "each μ.",
    caption="On the left z is a function of μ, which backpropagation "
    "can differentiate. On the right it is not.",
)

# %% [markdown]
# ## What the divergence charges
#
# The KL term has a closed form, and the lesson works it out for a mean that is off and a spread that is too wide. A
# worked quantity shows its steps here just as it does there:

# %%
worked.kl_standard_normal(mu=1, std=2)

# %% [markdown]
# Do not take the formula's word for it. The divergence is the mean of $\log q(z) - \log p(z)$ under $q$, which you
# can estimate by drawing. Here are all seven cases of the lesson, computed and estimated:

# %%
cases = {
    "a": (0, 1),
    "b": (2, 1),
    "c": (0, 0.5),
    "d": (1, 2),
    "e": (0.7, 0.4),
    "f": (-1.5, 1.6),
    "g": (0.8, 1.3),
}
rng = np.random.default_rng(4)
eps = rng.normal(size=(50_000, 1))

print("case     μ     σ   closed form   estimate from draws")
for name, (m, s) in cases.items():
    lv = gaussian.log_var_from_std(s)
    z = gaussian.reparameterize(m, lv, eps)
    log_ratio = gaussian.log_prob(z, m, lv) - gaussian.log_prob(z, 0, 0)
    closed = worked.kl_standard_normal(m, s).value
    error = log_ratio.std() / np.sqrt(len(z))
    print(
        f"{name:4} {m:5.1f} {s:5.1f} {closed:13.3f} "
        f"{log_ratio.mean():12.3f} ± {error:.3f}"
    )
    assert abs(log_ratio.mean() - closed) <= 4 * error + 1e-12

# %% [markdown]
# Between the cases lies a whole surface. It has one lowest point, the prior itself, and it rises steeply towards
# small $\sigma$. Is being too sure dearer than being too vague? That depends on what you call equally wrong. Move
# $\sigma$ away from 1 by the same *amount* each way, then by the same *factor*:


# %%
def width_costs(std):
    """KL from N(0, std**2) to the standard normal."""
    return worked.kl_standard_normal(0, std).value


for what, narrow, wide in (("amount", 0.5, 1.5), ("factor", 0.5, 2)):
    narrow_kl, wide_kl = width_costs(narrow), width_costs(wide)
    print(
        f"same {what}:  σ = {narrow} costs {narrow_kl:.3f},  σ = "
        f"{wide} costs {wide_kl:.3f} nats"
    )

for amount in np.linspace(0.05, 0.95, 19):
    assert width_costs(1 - amount) > width_costs(1 + amount)
for factor in np.linspace(1.1, 9, 80):
    assert width_costs(1 / factor) < width_costs(factor)

# %% [markdown]
# By the same amount it is the narrow one that costs more; by the same factor it is the wide one, whichever amount
# or factor you take. Here is the surface:

# %%
grid_mu, grid_std = np.meshgrid(
    np.linspace(-2.8, 2.8, 113), np.linspace(0.15, 2.5, 95)
)
kl = gaussian.kl_standard_normal(
    grid_mu[..., None], gaussian.log_var_from_std(grid_std)[..., None]
)

fig, ax = plt.subplots(figsize=(4.8, 3.6))
lines = ax.contour(
    grid_mu,
    grid_std,
    kl,
    levels=[0.1, 0.5, 1, 2, 3],
    colors="C0",
    linewidths=1.2,
)
places = [(0, 1.4), (0, 1.8), (0, 2.1), (-2, 1), (-2.4, 1)]
ax.clabel(lines, fmt="%g", fontsize=11, manual=places)
for name, (m, s) in cases.items():
    ax.plot(m, s, "o", color="C1", markersize=5)
    ax.annotate(name, (m, s), xytext=(6, 2), textcoords="offset points")
ax.set_xlabel("μ")
ax.set_ylabel("σ")
Figure(
    fig,
    alt="Contour lines of the KL divergence over μ and σ, curves "
    "around the point μ = 0, σ = 1, crowded at small σ. The cases a to "
    "g are marked; only a lies on the lowest point.",
    caption="KL from N(μ, σ²) to the standard normal, in nats, with "
    "the lesson's seven cases.",
)

# %% [markdown]
# ## One step, and its noise
#
# The training step of the lesson has one example, one latent dimension and one $\varepsilon$:

# %%
step = worked.TrainingStep(x=1.2, mu=0.5, log_var=0.0, eps=-0.3)
step.loss

# %% [markdown]
# Another $\varepsilon$ would have given another $L$. In this small model its mean over all $\varepsilon$, the
# exact $-\mathrm{ELBO}$, is known in closed form, and so is $-\log p(x)$. Draw the loss many times and look where
# they lie:

# %%
model = LinearGaussian.identity(1)
rng = np.random.default_rng(5)
losses = negative_elbo_sample(
    step.x,
    step.mu,
    step.log_var,
    rng.normal(size=(200_000, 1)),
    model.nll,
)
exact = step.exact_loss.value
marginal = step.negative_log_marginal.value

print(f"-log p(x)                    {marginal:.4f}")
print(f"exact -ELBO                  {exact:.4f}")
print(f"mean of {len(losses)} samples       {losses.mean():.4f}")
print(f"samples below -log p(x)      {np.mean(losses < marginal):.0%}")
assert marginal < exact
assert abs(losses.mean() - exact) < 4 * losses.std() / np.sqrt(
    len(losses)
)

# %%
fig, ax = plt.subplots(figsize=(4.8, 2.8))
ax.stairs(
    *np.histogram(losses, np.linspace(0.9, 5, 83), density=True),
    fill=True,
    alpha=0.3,
)
ax.axvline(marginal, color="C2", linestyle="--", label="−log p(x)")
ax.axvline(exact, color="C1", label="exact −ELBO")
ax.set_xlabel("loss of one sample, nats")
ax.set_ylabel("density")
ax.legend(loc="upper right")
Figure(
    fig,
    alt="Histogram of one-sample losses: a sharp peak at its lowest "
    "value and a long tail to the right. The exact −ELBO stands to the "
    "right of −log p(x), and much of the histogram lies left of both.",
    caption="A single sample is no bound. Only the mean of all of them "
    "is.",
)

# %% [markdown]
# Why does training work with one sample for each example? Because a step averages over a minibatch. The errors of
# $M$ independent samples cancel in part, and the standard deviation of their mean is $\sqrt M$ times smaller. In
# this model the variance of one sample is known too: with $m = x - \mu$ it is $m^2\sigma^2 + \tfrac12\sigma^4$.

# %%
m, var = step.x - step.mu, np.exp(step.log_var)
one_sample = np.sqrt(m**2 * var + var**2 / 2)
sizes = np.array([1, 3, 10, 30, 100, 300])
measured = [
    losses[: len(losses) // size * size]
    .reshape(-1, size)
    .mean(axis=1)
    .std()
    for size in sizes
]
np.testing.assert_allclose(
    measured, one_sample / np.sqrt(sizes), rtol=0.08
)

fig, ax = plt.subplots(figsize=(4.8, 2.8))
ax.loglog(sizes, one_sample / np.sqrt(sizes), label="exact")
ax.loglog(sizes, measured, "o", label="measured")
ax.set_xticks(sizes, [str(size) for size in sizes])
ax.set_yticks([0.1, 0.3, 1], ["0.1", "0.3", "1"])
ax.minorticks_off()
ax.set_xlabel("samples averaged, M")
ax.set_ylabel("standard deviation")
ax.legend()
Figure(
    fig,
    alt="Standard deviation of the mean loss against the number of "
    "samples averaged, both on logarithmic axes. Measured points "
    "follow a straight falling line.",
    caption="A minibatch of a hundred makes the noise of one sample "
    "ten times smaller.",
)

# %% [markdown]
# ## Two gradients of the same loss
#
# The lesson says that you *can* do without the trick: the score-function estimator weighs the loss itself by
# $\partial \log q(z) / \partial \mu$. Both estimators have the same mean. For the reconstruction term of the step
# above their variances are known exactly, so you can check the histograms against them:

# %%
rng = np.random.default_rng(6)
at = (step.x, step.mu, step.log_var)
eps = rng.normal(size=(200_000, 1))
pathwise = gradients.pathwise_gradient_mu(*at, eps)[:, 0]
score = gradients.score_function_gradient_mu(*at, eps)[:, 0]
variance = {
    "pathwise": gradients.gradient_variance_pathwise(*at)[0],
    "score": gradients.gradient_variance_score(*at)[0],
}
for name, sample in (("pathwise", pathwise), ("score", score)):
    print(
        f"{name:9} mean {sample.mean():6.3f}   variance "
        f"{sample.var():6.3f}   exact variance {variance[name]:6.3f}"
    )
    assert abs(sample.mean() - (step.mu - step.x)) < 4 * np.sqrt(
        variance[name] / len(sample)
    )
    assert abs(sample.var() / variance[name] - 1) < 0.05

# %%
bins = np.linspace(-10, 10, 81)
fig, ax = plt.subplots(figsize=(4.8, 2.8))
ax.stairs(
    *np.histogram(pathwise, bins, density=True),
    fill=True,
    alpha=0.3,
    label="pathwise",
)
ax.stairs(
    *np.histogram(score, bins, density=True),
    linewidth=1.8,
    color="C1",
    label="score function",
)
ax.axvline(
    step.mu - step.x, color="C2", linestyle="--", label="true gradient"
)
ax.set_xticks([-10, -5, 0, 5, 10])
ax.set_xlabel("one estimate of the gradient of μ")
ax.set_ylabel("density")
ax.legend(loc="upper left")
Figure(
    fig,
    alt="Histograms of two gradient estimates and their common mean. "
    "The pathwise one is a narrow bell around it; the  score-function "
    "one peaks on the wrong side of zero and has long tails, the "
    "longer one to the left.",
    caption="Same mean, different noise.",
)

# %% [markdown]
# To be as precise as one pathwise sample, the score function needs this many:

# %%
Quantity(variance["score"] / variance["pathwise"], "n", digits=1)

# %% [markdown]
# Subtracting a constant $b$ from the loss, a *baseline*, leaves the mean of the score-function estimate alone. Its
# noise it can lower or raise. A usual choice is the mean of what the score multiplies. The best constant weighs that
# mean by the squared score, $b = \mathbb E[f\,s^2] / \mathbb E[s^2]$, which in this model is the mean plus
# $\sigma^2$:

# %%
f = gaussian.nll(
    step.x, gaussian.reparameterize(step.mu, step.log_var, eps), 0.0
)
s = eps[:, 0] / np.exp(step.log_var / 2)  # the score: d log q(z) / d mu
mean = float(step.exact_loss.value - step.kl.value)  # of f, exactly
best = mean + np.exp(step.log_var)

print("baseline              variance   from draws")
for name, b in (
    ("none", 0.0),
    ("too large", 8.0),
    ("the mean", mean),
    ("the best", best),
):
    exact_variance = gradients.gradient_variance_score(*at, baseline=b)[
        0
    ]
    drawn = gradients.score_function_gradient_mu(*at, eps, baseline=b)[
        :, 0
    ].var()
    print(f"{name:12} b = {b:4.2f} {exact_variance:9.2f} {drawn:12.2f}")
    assert abs(drawn / exact_variance - 1) < 0.05
    variance[name] = exact_variance

assert (
    variance["the best"]
    < variance["the mean"]
    < variance["none"]
    < variance["too large"]
)
assert variance["pathwise"] < variance["the best"]
assert abs(np.mean(f * s**2) / np.mean(s**2) - best) < 0.1
for b in np.linspace(-2, 8, 101):
    assert (
        gradients.gradient_variance_score(*at, baseline=b)[0]
        >= variance["the best"] - 1e-12
    )

# %% [markdown]
# A constant that is far off adds noise, and even the best one leaves more of it than the pathwise gradient has.

# %% [markdown]
# ## Backpropagation, written out
#
# Now a real network. The encoder takes the pixels through one tanh layer to $\mu$ and $\log\sigma^2$; the decoder
# takes $z$ through another to one logit a pixel. There is no automatic differentiation in it: the chain rule stands
# there line by line. Read the second half from the loss towards the input, and look for the two lines where the
# trick passes the gradient on.

# %%
print(inspect.getsource(vae.loss_and_gradients))

# %% [markdown]
# Hand-written gradients are easy to get wrong in ways that still train, only worse. So check them: move one
# parameter a little up and a little down, with the *same* $\varepsilon$, and compare the slope of the loss with
# what the code claims. With a fresh draw of $z$ each time you could not even do that, because the loss would not be a
# function of the parameters.

# %%
rng = np.random.default_rng(7)
small = vae.initialise(rng, pixels=12, hidden=6, latent=2)
x = rng.integers(0, 2, size=(8, 12)).astype(float)
eps = rng.normal(size=(8, 2))
_, claimed = vae.loss_and_gradients(small, x, eps)


def slope(name, index, h=1e-5):
    """Central difference of the loss in one entry of one parameter."""
    ends = []
    for sign in (+1, -1):
        moved = small[name].copy()
        moved[index] += sign * h
        ends.append(
            vae.loss_and_gradients({**small, name: moved}, x, eps)[0]
        )
    return (ends[0] - ends[1]) / (2 * h)


entries = worst = 0
for name, gradient in claimed.items():
    slopes = np.array(
        [slope(name, index) for index in np.ndindex(gradient.shape)]
    ).reshape(gradient.shape)
    entries += gradient.size
    worst = max(
        worst, np.abs(slopes - gradient).max() / np.abs(gradient).max()
    )
print(
    f"{entries} gradients checked, the worst is off by {worst:.0e} of "
    "the largest in its array"
)
assert worst < 1e-7

# %% [markdown]
# ## Real data
#
# Scikit-learn brings a small set of handwritten digits, 8 by 8 pixels in 17 shades. You make them black and white,
# so that each pixel is 0 or 1, the two values a Bernoulli distribution has, and keep some images for testing.

# %%
digits = load_digits()
order = np.random.default_rng(0).permutation(len(digits.data))
images = (digits.data[order] >= 8).astype(float)
labels = digits.target[order]
train_x, test_x = images[:1500], images[1500:]
test_labels = labels[1500:]
print(
    f"{len(train_x)} images to train on, {len(test_x)} to test, "
    f"{images.shape[1]} pixels each"
)


def row(images):
    """Images side by side with gaps, on a ground darker than the page."""
    tiles = 0.07 + 0.93 * np.reshape(images, (-1, 8, 8))
    framed = np.pad(tiles, ((0, 0), (0, 0), (0, 1)))
    return np.concatenate(framed, axis=1)[:, :-1]


first = [np.flatnonzero(test_labels == digit)[0] for digit in range(10)]
fig, ax = plt.subplots(figsize=(4.8, 0.6))
ink(ax, row(test_x[first]))
Figure(
    fig,
    alt="Ten black and white images of handwritten digits, 0 to 9, "
    "coarse but most of them readable.",
    caption="The first of each digit among the test images.",
)

# %% [markdown]
# What must a model beat? The simplest one treats the pixels as independent and knows only how often each is on:

# %%
often = (train_x.sum(axis=0) + 1) / (len(train_x) + 2)
independent = bernoulli_nll(test_x, np.log(often / (1 - often))).mean()
assert abs(independent - 25.2) < 0.1
Quantity(independent, r"-\log p(x)", "nats", digits=1)

# %% [markdown]
# ## Training
#
# Two models: one with a latent plane you can draw, one with ten latent dimensions. Each step takes a minibatch of
# 50, draws one $\varepsilon$ for each image, and lets Adam move the parameters. After every pass over the data the
# test images are scored with the same ten $\varepsilon$ each, so that the curve shows learning and not luck.


# %%
def fit(latent, seed):
    rng = np.random.default_rng(seed)
    start = vae.initialise(rng, pixels=64, hidden=64, latent=latent)
    curve = []
    for epoch in vae.train(
        start, train_x, rng, epochs=60, batch=50, rate=2e-3
    ):
        curve.append(
            (epoch.loss, vae.evaluate(epoch.parameters, test_x))
        )
    return epoch.parameters, np.array(curve)


plane, plane_curve = fit(latent=2, seed=0)

# %%
ten, ten_curve = fit(latent=10, seed=0)

# %%
fig, ax = plt.subplots(figsize=(4.8, 3.2))
epochs = np.arange(1, 61)
for curve, colour, name in (
    (plane_curve, "C0", "2 dimensions"),
    (ten_curve, "C1", "10 dimensions"),
):
    ax.plot(epochs, curve[:, 1], color=colour, label=f"{name}, test")
    ax.plot(
        epochs,
        curve[:, 0],
        color=colour,
        linestyle=":",
        label=f"{name}, training",
    )
ax.axhline(independent, color="C2", linestyle="--")
ax.text(
    60, independent + 0.2, "independent pixels", color="C2", ha="right"
)
ax.set_ylim(18, 32)
ax.set_xlabel("epoch")
ax.set_ylabel("−ELBO, nats per image")
ax.legend()
Figure(
    fig,
    alt="The −ELBO of both models over 60 epochs, falling steeply at "
    "first and then slowly, soon below the line of independent pixels. "
    "The model with ten latent dimensions ends lowest.",
    caption="Training curves are means over one-sample losses, test "
    "curves means over ten samples an image.",
)

# %% [markdown]
# Where did it end? Both parts of the loss matter. The ten-dimensional model spends more nats on its code and saves
# more than that on the reconstruction:


# %%
def parts(p):
    mu, log_var = vae.encode(p, test_x)
    kl = gaussian.kl_standard_normal(mu, log_var).mean()
    total = vae.evaluate(p, test_x, seed=1, samples=100)
    return total, total - kl, kl


ends = {"2 dimensions": parts(plane), "10 dimensions": parts(ten)}
print("nats per test image   −ELBO = reconstruction +   KL")
for name, (total, reconstruction, kl) in ends.items():
    print(f"{name:20} {total:7.2f} {reconstruction:16.2f} {kl:6.2f}")

assert abs(ends["2 dimensions"][0] - 21.4) < 0.5
assert abs(ends["10 dimensions"][0] - 19.2) < 0.5
assert ends["10 dimensions"][0] < ends["2 dimensions"][0] < independent
assert ends["10 dimensions"][2] > ends["2 dimensions"][2]

# %% [markdown]
# Does it use all its dimensions? The lesson's card on posterior collapse says how to tell: see whether different
# images get different encoder outputs. A dimension carries nothing only if its mean *and* its variance are the same
# for every image. Its mean KL is a ceiling on what it can tell about the image: where that is near 0, it tells next
# to nothing.

# %%
mu, log_var = vae.encode(ten, test_x)
each_kl = gaussian.kl_standard_normal(
    mu[..., None], log_var[..., None]
).mean(axis=0)
print(
    "dimension   mean KL, nats   spread over images of the mean   and "
    "of the log-variance"
)
for j in np.argsort(each_kl)[::-1]:
    print(
        f"{j:9} {each_kl[j]:15.2f} {mu[:, j].std():32.2f} "
        f"{log_var[:, j].std():25.2f}"
    )
assert (
    abs(each_kl.sum() - gaussian.kl_standard_normal(mu, log_var).mean())
    < 1e-9
)
assert mu.std(axis=0).min() > 0.1
assert each_kl.min() > 0.02
assert each_kl.max() > 5 * each_kl.min()

# %% [markdown]
# All ten have different outputs for different images, so none has collapsed. But they differ much: what the last can
# tell is a small part of what the first can.

# %% [markdown]
# ## What it has learned
#
# **Reconstructions.** Encode a test image, take the mean of its code, decode. Shown are the probabilities of the
# pixels.


# %%
def reconstruct(p, x):
    return vae.sigmoid(vae.decode(p, vae.encode(p, x)[0]))


x = test_x[first]
rows = {
    "image": x,
    "2 dimensions": reconstruct(plane, x),
    "10 dimensions": reconstruct(ten, x),
}
fig, axes = plt.subplots(3, 1, figsize=(4.8, 2.4))
for ax, (title, shown) in zip(axes, rows.items(), strict=True):
    ink(ax, row(shown))
    ax.set_title(title)
Figure(
    fig,
    alt="Three rows of ten digits: the test images, their "
    "reconstructions from two latent dimensions, blurred and some of "
    "them another digit, and those from ten, closer to the images.",
    caption="Two numbers keep the rough shape. Ten keep most of the "
    "digit.",
)

# %% [markdown]
# **Samples.** Draw $z$ from the prior and decode; no image goes in. Here each pixel's probability is drawn as a
# shade.

# %%
rng = np.random.default_rng(8)
fig, axes = plt.subplots(2, 1, figsize=(4.8, 1.6))
for ax, p, title in zip(
    axes, (plane, ten), ("2 dimensions", "10 dimensions"), strict=True
):
    ink(
        ax,
        row(
            vae.sigmoid(
                vae.decode(p, rng.normal(size=(10, len(p["b_mu"]))))
            )
        ),
    )
    ax.set_title(title)
Figure(
    fig,
    alt="Two rows of ten generated images, soft shapes like digits, "
    "some clear, some between two digits.",
    caption="Samples from the prior. Sample quality is not what a VAE "
    "is best at.",
)

# %% [markdown]
# **The latent plane.** With two dimensions you can look at the whole code. Each test image is drawn as its digit at
# its mean $\mu_x$. The encoder never saw the labels.

# %%
mu, _ = vae.encode(plane, test_x)
colours = [
    0,
    1,
    2,
    3,
    4,
    5,
    3,
    2,
    4,
    0,
]  # neighbours differ, and each mark is its digit besides
fig, ax = plt.subplots(figsize=(4.8, 4.6))
for digit in range(10):
    here = mu[test_labels == digit]
    ax.scatter(
        *here.T,
        marker=f"${digit}$",
        s=60,
        linewidths=0,
        color=f"C{colours[digit]}",
    )
ax.set_aspect("equal")
ax.set_xlabel("z₁")
ax.set_ylabel("z₂")
Figure(
    fig,
    alt="The test images as digits scattered over the latent plane. "
    "Equal digits lie together; several have corners of their own, "
    "others mix near the centre.",
    caption="Where the encoder puts the test images.",
)

# %% [markdown]
# And the other way round: walk over the plane and decode what you find.

# %%
ticks = np.linspace(-2, 2, 9)
lines = []
for z2 in ticks[::-1]:
    z = np.column_stack([ticks, np.full(9, z2)])
    lines.append(
        np.pad(row(vae.sigmoid(vae.decode(plane, z))), ((0, 1), (0, 0)))
    )

fig, ax = plt.subplots(figsize=(4.8, 4.8))
ink(ax, np.concatenate(lines)[:-1])
Figure(
    fig,
    alt="A nine by nine grid of decoded images over the latent plane. "
    "Neighbours look alike, and one digit turns into the next without "
    "a break.",
    caption="Decoded images for z₁ (left to right) and z₂ (bottom to "
    "top) from −2 to 2.",
)

# %% [markdown]
# ## Now you
#
# Each of these is a change of a line or two. Say what you expect before you run it, and open what came of it here
# afterwards. Here the models make fewer passes over the data, which are enough to see it.
#
# 1. Train with `beta=0` and draw samples from the prior again. What has become of them, and why?
# 2. Train the larger model with `beta=4` and look at its KL per dimension again.
# 3. Give the model one latent dimension. How much of the $-\mathrm{ELBO}$ does the second one buy?
# 4. In a copy of `loss_and_gradients`, plant the bug that the lesson shows: let the forward half use
#    `mu + np.exp(log_var) * eps`. Does the gradient check catch it? Now differentiate that line correctly in the
#    backward half. Does the check still complain, and is the loss still the $-\mathrm{ELBO}$?

# %% [markdown]
# **Outcome: no KL term**
#
# The encoder pushes the codes apart and makes each as narrow as it likes, since nothing charges for it. The decoder
# has learned nothing about where the prior puts its mass: what you draw there is blots, and the $-\mathrm{ELBO}$,
# which still counts the KL, is worse than that of independent pixels.


# %%
def trained(latent, epochs, beta=1.0):
    """As by `fit`, without a curve."""
    rng = np.random.default_rng(0)
    start = vae.initialise(rng, pixels=64, hidden=64, latent=latent)
    how = {"epochs": epochs, "batch": 50, "rate": 2e-3, "beta": beta}
    *_, last = vae.train(start, train_x, rng, **how)
    return last.parameters


free = trained(latent=2, epochs=20, beta=0)
mu, log_var = vae.encode(free, test_x)
total, reconstruction, kl = parts(free)
width = np.exp(log_var / 2).mean()
print(
    f"spread of the means {mu.std():.1f}, mean standard deviation "
    f"{width:.3f}"
)
print(
    f"−ELBO {total:.1f} = reconstruction {reconstruction:.1f} + KL "
    f"{kl:.1f}"
)
print(f"independent pixels: {independent:.1f}")
assert mu.std() > 2
assert width < 0.1
assert total > independent

fig, ax = plt.subplots(figsize=(4.8, 0.6))
z = np.random.default_rng(8).normal(size=(10, 2))
ink(ax, row(vae.sigmoid(vae.decode(free, z))))
Figure(
    fig,
    alt="Ten images decoded from draws of the prior: blots, several "
    "much alike, hardly a digit.",
    caption="Draws from the prior, decoded by a model that was trained "
    "without the KL term.",
)

# %% [markdown]
# **Outcome: four times the KL**
#
# The model is charged four nats for every nat that its code carries, and gives most of the code up: the encoder says
# nearly the same for every image, in every dimension.

# %%
dear = trained(latent=10, epochs=20, beta=4)
mu, log_var = vae.encode(dear, test_x)
dear_kl = gaussian.kl_standard_normal(
    mu[..., None], log_var[..., None]
).mean(axis=0)
print(
    "KL per dimension, in nats:",
    *(f"{one:.3f}" for one in np.sort(dear_kl)[::-1]),
)
print(f"together {dear_kl.sum():.2f}, and {each_kl.sum():.2f} before")
assert dear_kl.max() < each_kl.min() * 4
assert dear_kl.sum() < each_kl.sum() / 5

# %% [markdown]
# **Outcome: one dimension**

# %%
passes = 40
one = vae.evaluate(trained(latent=1, epochs=passes), test_x)
two = plane_curve[passes - 1, 1]
print(
    f"−ELBO after {passes} passes: {one:.2f} with one dimension, "
    f"{two:.2f} with two"
)
print(
    f"the first buys {independent - one:.2f} nats, the second "
    f"{one - two:.2f} more"
)
assert two < one < independent

# %% [markdown]
# **Outcome: the planted bug**
#
# The check catches the first: the two halves belong to different functions. Differentiated correctly, the wrong line
# passes: the check compares a gradient with *its* loss, and knows nothing of the loss that you meant. This one draws
# $z$ from a Gaussian whose standard deviation is $\sigma^2$ and charges the KL of another, so it is no
# $-\mathrm{ELBO}$.

# %%
rng = np.random.default_rng(9)
x = rng.integers(0, 2, size=(8, 12)).astype(float)
eps = rng.normal(size=(8, 2))


def check():
    loss, claimed = vae.loss_and_gradients(small, x, eps)
    off = 0
    for name, gradient in claimed.items():
        slopes = np.array(
            [slope(name, index) for index in np.ndindex(gradient.shape)]
        ).reshape(gradient.shape)
        off = max(
            off,
            np.abs(slopes - gradient).max() / np.abs(gradient).max(),
        )
    return loss, off


wrong_line = patch.object(
    gaussian,
    "reparameterize",
    lambda mu, log_var, eps: mu + np.exp(log_var) * eps,
)
its_derivative = patch.object(
    gaussian, "std_from_log_var", lambda log_var: 2 * np.exp(log_var)
)
loss, off = check()
print(f"as it was:               loss {loss:.6f}, off by {off:.0e}")
with wrong_line:
    loss_planted, off_planted = check()
    print(
        f"the wrong line:          loss {loss_planted:.6f}, off by "
        f"{off_planted:.0e}"
    )
    with its_derivative:
        loss_passing, off_passing = check()
        print(
            f"differentiated as it is: loss {loss_passing:.6f}, off by "
            f"{off_passing:.0e}"
        )
assert off < 1e-7 < off_passing * 1e3
assert off_planted > 1e-3 > off_passing
assert loss_passing == loss_planted != loss

# %% [markdown]
# When you are done, turn the flashcards of [the lesson](../lessons/vae-training.md) once more.
