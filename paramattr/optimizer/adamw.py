"""AdamW: Adam with a weight decay apart from the gradient."""

from __future__ import annotations

from collections.abc import Callable

from paramattr.optimizer.adam import Adam
from paramattr.optimizer.rule import (
    GradClip,
    Group,
    LearningRate,
    Parameters,
    Settings,
    Terms,
    callable_or_none,
    real,
)
from paramattr.parameter import Parameter
from paramattr.regularizer import L2Decay
from paramattr.utils import checks


class AdamW(Adam):
    """Adam with decoupled weight decay: p ← (1 - lr · λ) · p, then Adam's step.

    A parameter's own ``regularizer`` still enters the gradient, as in Paddle, beside the decay. The other arguments are
    those of `Adam`, with its errors.

    Parameters
    ----------
    weight_decay : float, default 0.01
        The coefficient λ, >= 0.
    use_lowprecision_moment : False
        Paddle's way to keep the running means of float16 parameters in float16; here they are always in float32.
    lr_ratio : callable, optional
        Given the parameter, returns a factor on its learning rate, >= 0; for example to train the first layers slower.
    apply_decay_param_fun : callable, optional
        Given the parameter's name, returns whether it decays; all do without it.

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
        learning_rate: LearningRate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        parameters: Parameters = None,
        weight_decay: float = 0.01,
        use_lowprecision_moment: bool = False,
        lr_ratio: Callable[[Parameter], float] | None = None,
        apply_decay_param_fun: Callable[[str], bool] | None = None,
        grad_clip: GradClip = None,
        lazy_mode: bool = False,
        multi_precision: bool = False,
        amsgrad: bool = False,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        self._lr_ratio = callable_or_none("lr_ratio", lr_ratio)
        self._decays = callable_or_none("apply_decay_param_fun", apply_decay_param_fun)
        if checks.boolean("use_lowprecision_moment", use_lowprecision_moment):
            raise ValueError("use_lowprecision_moment must be False, as means are kept in float32, but received True")
        decay = real("weight_decay", weight_decay, low=0.0)
        flags: Settings = {"lazy_mode": lazy_mode, "multi_precision": multi_precision, "amsgrad": amsgrad}
        common = learning_rate, beta1, beta2, epsilon, parameters, decay, grad_clip
        super().__init__(*common, **flags, name=name, nonfinite=nonfinite)
        for place, (group, _) in enumerate(self._groups):
            if not isinstance(group.regularizer, L2Decay):
                raise TypeError(f"weight_decay of parameters[{place}] must be a number, not {group.regularizer!r}")

    def terms(self, parameter: Parameter, group: Group, lr: float) -> Terms:
        """Return the decay, and as a penalty the parameter's own alone."""
        if self._lr_ratio is not None:
            lr *= checks.real("what lr_ratio returns", self._lr_ratio(parameter), low=0.0)
        decays = self._decays is None or self._decays(parameter.name or "")
        return Terms(lr, parameter.regularizer, group.regularizer.coeff if group.regularizer and decays else 0.0)
