# ---
# title: "VAE training in practice: the notebook"
# description: The lesson's numbers, drawn and trained.
# lesson: lessons/vae-training.md
# ---

# %% [markdown]
# # VAE training in practice: the notebook
#
# Code and figures for [the lesson](../lessons/vae-training.md).

# %%
from lessons.maths import worked

worked.kl_standard_normal(1, 2)
