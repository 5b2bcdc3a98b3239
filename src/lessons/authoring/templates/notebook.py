# ---
# title: "{{title}}: the notebook"
# description: TODO one sentence on what the notebook shows.
# lesson: lessons/{{slug}}.md
# ---

# %% [markdown]
# # {{title}}: the notebook
#
# TODO Say what the reader will see. It goes with [the lesson](../lessons/{{slug}}.md).

# %%
import numpy as np

from lessons.figures import Figure, plt

# %%
x = np.linspace(-3, 3, 100)
fig, ax = plt.subplots()
ax.plot(x, np.exp(-(x**2) / 2))
ax.set(xlabel="z", ylabel="density up to a constant")
Figure(fig, alt="TODO what the figure shows: a bell around zero.", caption="TODO the caption.")
