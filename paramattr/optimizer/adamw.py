"""AdamW: Adam with a weight decay apart from the gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from paramattr.autograd.tape import Array
from paramattr.nn.clip import ClipGradBase
from paramattr.optimizer.adam import Adam, rates
from paramattr.optimizer.lr import LRScheduler
from paramattr.optimizer.optimizer import Group, Parameters
from paramattr.parameter import Parameter
from paramattr.regularizer import L2Decay, WeightDecayRegularizer
from paramattr.utils import checks


class AdamW(Adam):
    """Adam with decoupled weight decay: p ← (1 - lr · λ) · p, then Adam's step.

    A parameter's own ``regularizer`` still enters the gradient, as in Paddle, beside the decay.

    Parameters
    ----------
    learning_rate : float or LRScheduler, default 0.001
        The step size, >= 0.
    beta1, beta2 : float, defaults 0.9 and 0.999
        How much of the running means of g and g² a step keeps, in [0, 1).
    epsilon : float, default 1e-8
        Keeps the quotient finite, >= 0; added to the root of the corrected mean.
    parameters : iterable of Parameter, or of dict
        What to optimize; see `Optimizer` for groups, whose dicts may also hold ``beta1``, ``beta2`` and ``epsilon``.
    weight_decay : float, default 0.01
        The coefficient λ, >= 0.
    lr_ratio : callable, optional
        Given the parameter, returns a factor on its learning rate, >= 0; for example to train the first layers slower.
    apply_decay_param_fun : callable, optional
        Given the parameter's name, returns whether it decays; all do without it.
    grad_clip : ClipGradByValue, ClipGradByNorm or ClipGradByGlobalNorm, optional
        Clips the gradients of the parameters with ``need_clip``.
    lazy_mode : bool, default False
        Has no effect: it concerns the sparse gradients that Paddle has.
    multi_precision : bool, default False
        Whether float16 and bfloat16 parameters keep a float32 copy that takes the updates.
    amsgrad : bool, default False
        Whether to divide by the root of the largest v so far.
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
    Mirrors ``paddle.optimizer.AdamW``, whose ``lr_ratio`` works on accelerators alone;
    Loshchilov, Hutter, "Decoupled weight decay regularization", 2019.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2], default_initializer=paramattr.initializer.Constant(10.0))
    >>> p.grad = [0.0, 1.0]
    >>> paramattr.optimizer.AdamW(0.1, parameters=[p], weight_decay=0.5).step()
    >>> p.numpy().round(3)
    array([9.5, 9.4], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: float | LRScheduler = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        parameters: Parameters | None = None,
        weight_decay: float = 0.01,
        lr_ratio: Callable[[Parameter], float] | None = None,
        apply_decay_param_fun: Callable[[str], bool] | None = None,
        grad_clip: ClipGradBase | None = None,
        lazy_mode: bool = False,
        multi_precision: bool = False,
        amsgrad: bool = False,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        for label, function in (("lr_ratio", lr_ratio), ("apply_decay_param_fun", apply_decay_param_fun)):
            if function is not None and not callable(function):
                raise TypeError(f"{label} must be callable or None, but received {function!r}")
        self._lr_ratio, self._decays = lr_ratio, apply_decay_param_fun
        super().__init__(
            learning_rate,
            beta1,
            beta2,
            epsilon,
            parameters,
            checks.real("weight_decay", weight_decay, low=0.0),
            grad_clip,
            lazy_mode,
            multi_precision,
            amsgrad=amsgrad,
            name=name,
            nonfinite=nonfinite,
        )
        for place, group in enumerate(self._groups):
            if not isinstance(group.regularizer, L2Decay):
                raise TypeError(f"weight_decay of parameters[{place}] must be a number, not {group.regularizer!r}")

    def penalty(self, parameter: Parameter, group: Group) -> WeightDecayRegularizer | None:
        """Return the parameter's own penalty."""
        return parameter.regularizer

    def begin(self, parameter: Parameter, state: Mapping[str, Array], lr: float, group: Group) -> dict[str, Any]:
        """Return the rates of this step."""
        if self._lr_ratio is not None:
            lr *= checks.real("what lr_ratio returns", self._lr_ratio(parameter), low=0.0)
        decays = group.regularizer is not None and (self._decays is None or self._decays(parameter.name or ""))
        return rates(state, lr, group.settings, group.regularizer.coeff if group.regularizer and decays else 0.0)
