# ---
# title: "Forward and reverse KL: the notebook"
# description: One Gaussian fitted to two bumps and to a tilted ellipse, in both directions of the KL divergence, with pictures.
# lesson: lessons/kl-forward-reverse.md
# ---

# %% [markdown]
# # Forward and reverse KL: the notebook
#
# [The lesson](../lessons/kl-forward-reverse.md) tells you where each direction of the KL divergence puts a Gaussian. Here you watch it happen: every divergence below is a sum
# over a grid, every fit a search or a descent that knows nothing of the theory, and in each part the results are held against what the theory says.
#
# As in the lesson, $p$ is the target and $q$ the fit. Forward is $\mathrm{KL}(p \,\|\, q)$, reverse is $\mathrm{KL}(q \,\|\, p)$.

# %%
import numpy as np

from lessons.figures import Figure, plt
from lessons.maths import worked

z = np.linspace(-16, 16, 4001)
dz = z[1] - z[0]


def log_normal(mu, std):
    return (
        -0.5 * ((z - mu) / std) ** 2
        - np.log(std)
        - 0.5 * np.log(2 * np.pi)
    )


def kl(log_a, log_b):
    """KL(a || b) in nats: the mean of log a - log b under a."""
    return np.sum(np.exp(log_a) * (log_a - log_b)) * dz


# %% [markdown]
# ## Can you trust the sum?
#
# Both numbers of the first exercise have a closed form. The sum should give them again.

# %%
narrow, wide = log_normal(1, 0.5), log_normal(-0.5, 1.5)
print(f"narrow to wide: {kl(narrow, wide):.6f} nats")
print(f"wide to narrow: {kl(wide, narrow):.6f} nats")

narrow_to_wide = worked.kl_normal(
    mu_q=1, std_q=0.5, mu_p=-0.5, std_p=1.5
)
wide_to_narrow = worked.kl_normal(
    mu_q=-0.5, std_q=1.5, mu_p=1, std_p=0.5
)
assert np.isclose(kl(narrow, wide), narrow_to_wide.value, atol=1e-9)
assert np.isclose(kl(wide, narrow), wide_to_narrow.value, atol=1e-9)

# %% [markdown]
# ## One Gaussian for two bumps
#
# The target has two bumps of standard deviation 0.5, at $-2$ with weight 0.7 and at $2$ with weight 0.3. The search tries a step each way in the mean and in the log of
# the standard deviation, takes the best, and halves the step when none helps. It knows nothing of moments or modes. The reverse search is made twice, begun left of the middle and
# right of it.


# %%
def mixture(weight, centre, std):
    left, right = log_normal(-centre, std), log_normal(centre, std)
    return np.logaddexp(
        np.log(weight) + left, np.log(1 - weight) + right
    )


def search(loss, mu, log_std, step=0.5, smallest=1e-6):
    best = loss(mu, log_std)
    while step > smallest:
        moves = ((step, 0), (-step, 0), (0, step), (0, -step))
        around = [(mu + a, log_std + b) for a, b in moves]
        lowest, there = min((loss(*point), point) for point in around)
        if lowest < best:
            best, (mu, log_std) = lowest, there
        else:
            step /= 2
    return mu, np.exp(log_std), best


log_p = mixture(weight=0.7, centre=2, std=0.5)


def forward(mu, log_std):
    return kl(log_p, log_normal(mu, np.exp(log_std)))


def reverse(mu, log_std):
    return kl(log_normal(mu, np.exp(log_std)), log_p)


covering = search(forward, mu=1, log_std=0)
seeking = search(reverse, mu=-1, log_std=0)
second_best = search(reverse, mu=1, log_std=0)
fits = {
    "forward": covering,
    "reverse": seeking,
    "reverse again": second_best,
}
for name, (mu, std, value) in fits.items():
    print(f"{name:15} mean {mu:6.3f}  σ {std:.3f}  KL {value:.3f}")

# %%
fig, ax = plt.subplots()
ax.plot(z, np.exp(log_p), label="target p")
ax.plot(z, np.exp(log_normal(*covering[:2])), "--", label="forward fit")
ax.plot(z, np.exp(log_normal(*seeking[:2])), "-.", label="reverse fit")
ax.plot(
    z, np.exp(log_normal(*second_best[:2])), ":", label="reverse again"
)
ax.set(xlabel="z", xlim=(-6, 6), ylim=(0, 1.25), yticks=[])
ax.legend(ncols=2, loc="upper center")
Figure(
    fig,
    alt="A target with a high bump at minus 2 and a lower one at 2. "
    "The forward fit is one low, wide bell over both, highest near "
    "minus 0.8, in the gap between them. The reverse fits are narrow "
    "bells, one on each bump, both taller than the bump.",
    caption="Forward covers both bumps. Reverse takes one, and which "
    "one depends on where the search begins.",
)

# %% [markdown]
# The forward search has found the mean and the variance of the target. The reverse one has found the mean and the width of a single bump, and pays minus the log of that bump's
# weight. The match is close but not perfect, because a little of the other bump reaches over.

# %%
p = np.exp(log_p)
mean = np.sum(p * z) * dz
variance = np.sum(p * (z - mean) ** 2) * dz

assert np.isclose(mean, 0.7 * -2 + 0.3 * 2, atol=1e-9)
within, between = 0.5**2, 0.7 * 0.3 * 4**2
assert np.isclose(variance, within + between, atol=1e-9)
assert np.allclose(covering[:2], (mean, np.sqrt(variance)), atol=1e-5)
assert np.allclose(seeking, (-2, 0.5, -np.log(0.7)), atol=1e-3)
assert np.allclose(second_best, (2, 0.5, -np.log(0.3)), atol=1e-3)

# %% [markdown]
# ## The two landscapes
#
# Why does the start matter in one direction only? Compute each divergence for every mean and every standard deviation, and draw the lines of equal height.

# %%
means = np.linspace(-4, 4, 61)
stds = np.geomspace(0.25, 4, 49)
minima = {forward: [covering], reverse: [seeking, second_best]}
heights = {
    loss: np.array([[loss(m, np.log(s)) for m in means] for s in stds])
    for loss in (forward, reverse)
}


def valleys(height):
    """How many points of the grid lie lower than all eight neighbours."""
    inside = height[1:-1, 1:-1]
    rows, columns = height.shape
    lower = np.ones_like(inside, dtype=bool)
    for i, j in np.ndindex(3, 3):
        if (i, j) != (1, 1):
            lower &= (
                inside < height[i : rows - 2 + i, j : columns - 2 + j]
            )
    return lower.sum()


assert valleys(heights[forward]) == 1
assert valleys(heights[reverse]) == 2

# %%
levels = [0.4, 0.6, 0.8, 1, 1.3, 1.7, 2.2, 3, 5, 10, 20, 40]
fig, axes = plt.subplots(2, 1, sharex=True, figsize=(4.8, 6))
titles = ("forward, KL(p‖q)", "reverse, KL(q‖p)")
for ax, loss, title in zip(axes, heights, titles, strict=True):
    ax.contour(
        means, stds, heights[loss], levels, colors="C0", linewidths=1
    )
    for mu, std, _ in minima[loss]:
        ax.plot(mu, std, "o", color="C1")
    ax.set(title=title, ylabel="standard deviation", yscale="log")
    ax.set_yticks(
        [0.25, 0.5, 1, 2, 4], labels=["¼", "½", "1", "2", "4"]
    )
    ax.minorticks_off()
axes[1].set(xlabel="mean")
Figure(
    fig,
    alt="Two maps of KL over the mean and the standard deviation of q. "
    "Forward: rings around one valley, at mean minus 0.8 and standard "
    "deviation 1.9. Reverse: two separate valleys at standard "
    "deviation 0.5, at mean minus 2 and at mean 2.",
    caption="Lines of equal divergence. The dots are what the searches "
    "found.",
)

# %% [markdown]
# The forward landscape has one valley, for every target that has a variance. The reverse one has a valley at each of these bumps. Does a walk downhill end in the nearer one? Try
# it: from several starts, all at or right of the middle, follow the slope in small steps.


# %%
def downhill(loss, mu, log_std, rate=0.05, steps=600, h=1e-5):
    for _ in range(steps):
        by_mu = (loss(mu + h, log_std) - loss(mu - h, log_std)) / (
            2 * h
        )
        by_std = (loss(mu, log_std + h) - loss(mu, log_std - h)) / (
            2 * h
        )
        mu, log_std = mu - rate * by_mu, log_std - rate * by_std
    return mu, np.exp(log_std)


ends = {}
for start in ((0, 1), (0.2, 1), (0.5, 1), (0.5, 0.5), (1, 1), (1.5, 1)):
    ends[start] = downhill(reverse, start[0], np.log(start[1]))
    mu, std = ends[start]
    print(
        f"from mean {start[0]:.1f}, σ {start[1]:.1f} to mean "
        f"{mu:5.2f}, σ {std:.2f}"
    )

assert all(np.isclose(abs(mu), 2, atol=1e-3) for mu, _ in ends.values())
assert all(ends[start][0] < 0 for start in ((0, 1), (0.2, 1), (0.5, 1)))
assert all(
    ends[start][0] > 0 for start in ((0.5, 0.5), (1, 1), (1.5, 1))
)

# %% [markdown]
# Not always. From a mean of 0.2 or 0.5 with $\sigma = 1$ the right bump is nearer, and the walk ends on the left one, which is heavier; a $q$ that is wide still feels both. With a
# narrower $q$ it ends on the right from the same mean. So the start decides, the width with it, and not the distance alone. That is why training with reverse KL can settle on a mode
# and stay there.
#
# ## When does mode-seeking begin?
#
# Mode-seeking is a matter of distance. Take two equal bumps of standard deviation 1 and move them apart. For each distance, search once from the middle and once from the right
# bump, and keep the lower result.

# %%
offsets = np.arange(1, 4.01, 0.25)
found = []
for a in offsets:
    target = mixture(weight=0.5, centre=a, std=1)

    def loss(mu, log_std, target=target):
        return kl(log_normal(mu, np.exp(log_std)), target)

    starts = ((0, np.log(1 + a**2) / 2), (a, 0))
    fits = [search(loss, *start, smallest=1e-4) for start in starts]
    found.append(min(fits, key=lambda fit: fit[2]))
centre, width, _ = np.array(found).T
centre = np.abs(centre)

fig, ax = plt.subplots()
ax.plot(offsets, offsets, ":", label="where the right bump is")
ax.plot(
    offsets,
    np.sqrt(1 + offsets**2),
    "--",
    label="forward: standard deviation",
)
ax.plot(offsets, width, "-.", label="reverse: standard deviation")
ax.plot(offsets, centre, "o-", label="reverse: mean")
ax.set(xlabel="distance of each bump from the middle", ylim=(-0.2, 6.2))
ax.legend(loc="upper left")
Figure(
    fig,
    alt="As long as each bump is at most 2.75 standard deviations from "
    "the middle, the mean of the reverse fit is 0 and its width grows "
    "too, more slowly than that of the forward fit. From 3 on the mean "
    "lies on the right bump and the width is 1. The forward width goes "
    "on growing.",
    caption="The best reverse fit covers near bumps and seeks one of "
    "two far ones, with a jump in between.",
)

# %%
at_first, last = 0, np.flatnonzero(centre < 1e-2)[-1]
apart = offsets[last] - offsets[at_first]
growth = {
    "forward": (
        np.sqrt(1 + offsets[last] ** 2)
        - np.sqrt(1 + offsets[at_first] ** 2)
    )
    / apart,
    "reverse": (width[last] - width[at_first]) / apart,
}
print(
    "while the reverse mean is 0, up to a distance of "
    f"{offsets[last]}, the width grows"
)
for name, per_step in growth.items():
    print(f"in the {name} fit by {per_step:.2f} for each 1 of distance")
assert offsets[last] == 2.75 and growth["reverse"] < growth["forward"]

near, far = offsets <= 2.5, offsets >= 3
assert np.all(centre[near] < 1e-2) and np.all(width[near] > 1.3)
assert np.allclose(centre[far], offsets[far], atol=0.02)
assert np.allclose(width[far], 1, atol=0.03)

# %% [markdown]
# ## A tilted ellipse
#
# Now the second exercise: a target in two dimensions with variances 1 and correlation 0.8, and a $q$ with independent dimensions. By symmetry both variances are the same $v$, so
# there is one number to find. Gradient descent on $\log v$ with a numeric slope finds it.

# %%
rho = 0.8
axis = np.linspace(-7, 7, 281)
x, y = np.meshgrid(axis, axis)
cell = (axis[1] - axis[0]) ** 2
det = 1 - rho**2
log_target = -0.5 * (x**2 - 2 * rho * x * y + y**2) / det
log_target -= np.log(2 * np.pi * np.sqrt(det))


def independent(log_v):
    return (
        -0.5 * (x**2 + y**2) / np.exp(log_v) - log_v - np.log(2 * np.pi)
    )


def kl_2d(log_a, log_b):
    return np.sum(np.exp(log_a) * (log_a - log_b)) * cell


def descend(loss, log_v=0.5, rate=0.3, steps=60, h=1e-4):
    for _ in range(steps):
        log_v -= rate * (loss(log_v + h) - loss(log_v - h)) / (2 * h)
    return np.exp(log_v), loss(log_v)


def forward_2d(log_v):
    return kl_2d(log_target, independent(log_v))


def reverse_2d(log_v):
    return kl_2d(independent(log_v), log_target)


v_forward, least_forward = descend(forward_2d)
v_reverse, least_reverse = descend(reverse_2d)
print(f"forward: variance {v_forward:.6f}, KL {least_forward:.6f}")
print(f"reverse: variance {v_reverse:.6f}, KL {least_reverse:.6f}")

precision = np.linalg.inv([[1, rho], [rho, 1]])
assert np.isclose(v_forward, 1, atol=1e-5)
assert np.isclose(v_reverse, 1 / precision[0, 0], atol=1e-5)
assert np.isclose(least_forward, -0.5 * np.log(det), atol=1e-6)
assert np.isclose(least_reverse, -0.5 * np.log(det), atol=1e-6)

# %%
turn = np.linspace(0, 2 * np.pi, 200)
circle = np.array([np.cos(turn), np.sin(turn)])
ellipse = np.linalg.cholesky([[1, rho], [rho, 1]]) @ circle

fig, ax = plt.subplots(figsize=(4.8, 4.8))
ax.plot(*(2 * ellipse), label="target p")
ax.plot(*(2 * np.sqrt(v_forward) * circle), "--", label="forward fit")
ax.plot(*(2 * np.sqrt(v_reverse) * circle), "-.", label="reverse fit")
ax.set(
    xlabel="z₁",
    ylabel="z₂",
    aspect="equal",
    xlim=(-2.6, 2.6),
    ylim=(-2.4, 3.8),
)
ax.legend(loc="upper left")
Figure(
    fig,
    alt="The target is a long ellipse along the diagonal. The forward "
    "fit is a circle as wide and as high as the ellipse, with much "
    "room to spare beside it. The reverse fit is a small circle in the "
    "middle that reaches a little over the long sides of the ellipse "
    "and leaves its ends out.",
    caption="Each line is two standard deviations from the middle. "
    "Both fits are equally far from the target, each in its own "
    "direction of KL.",
)

# %% [markdown]
# Back to [the lesson](../lessons/kl-forward-reverse.md), where the second exercise derives both circles.
