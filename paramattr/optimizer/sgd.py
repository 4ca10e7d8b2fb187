"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paramattr.autograd.tape import Array
from paramattr.nn.clip import ClipGradBase
from paramattr.optimizer.lr import LRScheduler
from paramattr.optimizer.optimizer import Optimizer, Parameters
from paramattr.regularizer import WeightDecayRegularizer


class SGD(Optimizer):
    """Stochastic gradient descent: p ← p - lr · g.

    Parameters
    ----------
    learning_rate : float or LRScheduler, default 0.001
        The step size, >= 0.
    parameters : iterable of Parameter, or of dict
        What to optimize; see `Optimizer` for groups.
    weight_decay : float, L1Decay or L2Decay, optional
        Penalty of the parameters that have no ``regularizer`` of their own; a float is the coefficient of an L2Decay.
    grad_clip : ClipGradByValue, ClipGradByNorm or ClipGradByGlobalNorm, optional
        Clips the gradients of the parameters with ``need_clip``.
    multi_precision : bool, default False
        Whether float16 and bfloat16 parameters keep a float32 copy that takes the updates.
    name : str, optional
        Part of the keys of `state_dict`.
    nonfinite : {"keep", "skip", "raise"}, default "keep"
        What a step does at a gradient that is not finite; see `Optimizer`.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    References
    ----------
    Mirrors ``paddle.optimizer.SGD``.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2], default_initializer="constant")
    >>> p.grad = [1.0, -2.0]
    >>> paramattr.optimizer.SGD(0.5, parameters=[p]).step()
    >>> p.numpy()
    array([-0.5,  1. ], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: float | LRScheduler = 0.001,
        parameters: Parameters | None = None,
        weight_decay: float | WeightDecayRegularizer | None = None,
        grad_clip: ClipGradBase | None = None,
        multi_precision: bool = False,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        super().__init__(
            learning_rate,
            parameters,
            weight_decay,
            grad_clip,
            name,
            multi_precision=multi_precision,
            nonfinite=nonfinite,
        )

    def rule(self, gradient: Array, state: Mapping[str, Array], step: Mapping[str, Any]) -> Array:
        """Return ``gradient`` times the learning rate."""
        gradient *= gradient.dtype.type(step["lr"])
        return gradient
