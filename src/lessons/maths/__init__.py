"""The maths tower: what a variational autoencoder computes, in numpy, in nats.

Read `gaussian` first, then `discrete`, `elbo` and `gradients`; `arrays` holds what they all check. Names and
conventions: `mu`, `log_var` (the log of the variance) are the encoder's output, `std` is the standard
deviation, `eps` the standard normal noise, q = q(z|x) the approximate posterior. The last axis is the latent
(or pixel) axis.
"""
