"""Adam: gradient descent whose step length hardly depends on the scale of the gradient.

Parameters and gradients are dicts of arrays with the same names and shapes. Nothing is changed in place.
"""

from dataclasses import dataclass, field

import numpy as np

from lessons.maths.arrays import Array

Parameters = dict[str, Array]


@dataclass
class Adam:
    """Adam with its two running means, one array of each per parameter.

    mean follows the gradient, square its elementwise square. Both start at zero and are therefore too small in
    the first steps; dividing by 1 - decay**steps corrects that. The step is rate * mean / (sqrt(square) + tiny):
    about `rate` in length for every parameter. Raises ValueError unless rate is finite and > 0 and both decays lie in
    [0, 1).
    Kingma & Ba (2015), algorithm 1.
    """

    rate: float = 1e-3
    decay_mean: float = 0.9
    decay_square: float = 0.999
    tiny: float = 1e-8
    steps: int = 0
    mean: Parameters = field(default_factory=dict)
    square: Parameters = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.rate < np.inf:
            raise ValueError(f"rate must be finite and positive, not {self.rate}: it is the length of a step")
        for name in ("decay_mean", "decay_square"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must lie in [0, 1), not {getattr(self, name)}: 0 forgets, 1 never learns")

    def step(self, parameters: Parameters, gradients: Parameters) -> Parameters:
        """The parameters after one step against `gradients`. ValueError where names or shapes differ."""
        shapes, given = ({name: array.shape for name, array in d.items()} for d in (parameters, gradients))
        if shapes != given:
            raise ValueError(f"gradients {given} do not fit parameters {shapes}: give one array for each")
        self.steps += 1
        moved: Parameters = {}
        for name, gradient in gradients.items():
            mean, square = self.mean.get(name, 0.0), self.square.get(name, 0.0)
            self.mean[name] = self.decay_mean * mean + (1 - self.decay_mean) * gradient
            self.square[name] = self.decay_square * square + (1 - self.decay_square) * gradient**2
            unbiased_mean = self.mean[name] / (1 - self.decay_mean**self.steps)
            unbiased_square = self.square[name] / (1 - self.decay_square**self.steps)
            moved[name] = parameters[name] - self.rate * unbiased_mean / (np.sqrt(unbiased_square) + self.tiny)
        return moved
