"""Rprop."""

from __future__ import annotations

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.optimizer.lr import LRScheduler
from paramattr.optimizer.optimizer import Optimizer
from paramattr.optimizer.rule import DType, GradClip, Parameters, Settings, State, real, setting
from paramattr.utils import checks


class Rprop(Optimizer):
    """Rprop: each element goes by a step of its own against the sign of its gradient, for training on full batches.

    The step of an element is ``learning_rate`` at first. It is multiplied by η⁺ where the gradient has the sign that it
    had before, and by η⁻ where it has the other; there the element stays, and the next gradient counts as the first.
    So the learning rate counts for a parameter's first step alone, and a parameter's factor on it does not count, as in
    Paddle. The other arguments are those of `Optimizer`, with its errors; there is no ``weight_decay``.

    Parameters
    ----------
    learning_rate : float, default 0.001
        The steps to begin with, > 0. It can't be an LRScheduler.
    learning_rate_range : pair of float, default (1e-5, 50)
        Shortest and longest step, between which ``learning_rate`` is.
    etas : pair of float, default (0.5, 1.2)
        The factors η⁻, in (0, 1), and η⁺, > 1.

    References
    ----------
    Mirrors ``paddle.optimizer.Rprop``; Riedmiller, Braun, "A direct adaptive method for faster backpropagation learning:
    the RPROP algorithm", 1993.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([3], default_initializer="constant")
    >>> optimizer = paramattr.optimizer.Rprop(1.0, parameters=[p])
    >>> for gradient in ([1.0, 1.0, 0.0], [9.0, -9.0, 1.0]):
    ...     p.grad = gradient
    ...     optimizer.step()
    >>> p.numpy()
    array([-2.2, -1. , -1. ], dtype=float32)
    """

    class Step(Optimizer.Step):
        """Settings: fields that groups may have too."""

        learning_rate_range: tuple[float, float] = setting(check=lambda name, value: _pair(name, value))
        etas: tuple[float, float] = setting(check=lambda name, value: _etas(name, value))

    accumulators, scratch = ("prevs", "learning_rates"), ("agreement", "changed")

    def __init__(
        self,
        learning_rate: float = 0.001,
        learning_rate_range: tuple[float, float] = (1e-5, 50),
        parameters: Parameters = None,
        etas: tuple[float, float] = (0.5, 1.2),
        grad_clip: GradClip = None,
        multi_precision: bool = False,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        if isinstance(learning_rate, LRScheduler):
            raise TypeError(f"learning_rate must be a number, but received {learning_rate!r}, which Rprop can't follow")
        settings: Settings = {"learning_rate_range": learning_rate_range, "etas": etas}
        common = learning_rate, parameters, None, grad_clip, name
        super().__init__(*common, multi_precision=multi_precision, nonfinite=nonfinite, **settings)
        for group, _ in self._groups:
            shortest, longest = group.step.learning_rate_range  # type: ignore[attr-defined]
            checks.real("learning_rate (within learning_rate_range)", learning_rate, low=shortest, high=longest)

    def new_state(self, shape: tuple[int, ...], dtype: DType, step: Step) -> dict[str, Array]:
        """Return the steps to begin with, and no gradient."""
        return {"prevs": np.zeros(shape, dtype), "learning_rates": np.full(shape, self.get_lr(), dtype)}

    def rule(self, gradient: Array, state: State, step: Step) -> Array:
        """Make the steps longer or shorter, and return them with the signs of ``gradient``."""
        before, lengths, agreement, changed = (state[name] for name in self.accumulators + self.scratch)
        (shortest, longest), (shrink, grow), kind = step.learning_rate_range, step.etas, gradient.dtype.type
        # Of signs, because the product of two small gradients may be 0.
        np.sign(gradient, out=agreement)
        agreement *= np.sign(before, out=before)
        same, other = agreement > 0, agreement < 0
        np.minimum(np.multiply(lengths, kind(grow), out=changed), kind(longest), out=lengths, where=same)
        np.maximum(np.multiply(lengths, kind(shrink), out=changed), kind(shortest), out=lengths, where=other)
        gradient[other] = 0
        before[...] = gradient
        np.sign(gradient, out=gradient)
        gradient *= lengths
        return gradient


def _pair(name: str, value: object) -> tuple[float, float]:
    """Return ``value`` as a pair of numbers, of which the first is > 0 and not above the second."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"{name} must be a pair of numbers, but received {value!r}")
    low = real(f"{name}[0]", value[0], low=0.0, open_low=True)
    return low, real(f"{name}[1]", value[1], low=low)


def _etas(name: str, value: object) -> tuple[float, float]:
    shrink, grow = _pair(name, value)
    checks.real(f"{name}[0]", shrink, high=1.0, open_high=True)
    return shrink, checks.real(f"{name}[1]", grow, low=1.0, open_low=True)
