"""Adam and AMSGrad."""

from __future__ import annotations

import functools

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.optimizer.optimizer import Optimizer
from paramattr.optimizer.rule import DType, GradClip, LearningRate, Parameters, Settings, State, WeightDecay, setting
from paramattr.utils import checks


class Adam(Optimizer):
    """Adam: steps of the size of the learning rate, along the mean gradient over its root mean square.

    m ← β₁m + (1 - β₁)g and v ← β₂v + (1 - β₂)g² are corrected for their start at 0; p ← p - lr · m̂ / (√v̂ + ε).
    The other arguments are those of `Optimizer`, with its errors; the learning rate is 0.001 by default.

    Parameters
    ----------
    beta1, beta2 : float or Tensor, defaults 0.9 and 0.999
        How much of the running means of g and g² a step keeps, in [0, 1 - 2⁻²⁴], as nearer ones are 1 in float32.
    epsilon : float or Tensor, default 1e-8
        Keeps the quotient finite, >= 0; added to the root of the corrected mean.
    lazy_mode, use_multi_tensor : bool, default False
        Have no effect: Paddle's sparse gradients, and its choice of a kernel.
    amsgrad : bool, default False
        Whether to divide by the root of the largest v so far.

    References
    ----------
    Mirrors ``paddle.optimizer.Adam``; Kingma and Ba, 2015, arXiv:1412.6980; Reddi, Kale and Kumar, 2018, arXiv:1904.09237.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2], default_initializer="constant")
    >>> p.grad = [1e-3, -20.0]
    >>> paramattr.optimizer.Adam(0.5, parameters=[p]).step()
    >>> p.numpy().round(3)
    array([-0.5,  0.5], dtype=float32)
    """

    class Step(Optimizer.Step):
        """Settings: fields that groups may have too."""

        beta1: float = setting(low=0.0, high=1 - 2**-24)
        beta2: float = setting(low=0.0, high=1 - 2**-24)
        epsilon: float = setting(low=0.0)
        lazy_mode: bool

    accumulators: tuple[str, ...] = ("moment1", "moment2")
    powers = (("beta1_pow_acc", "beta1"), ("beta2_pow_acc", "beta2"))
    scalars, scratch = tuple(dict(powers)), ("root",)

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        parameters: Parameters = None,
        weight_decay: WeightDecay = None,
        grad_clip: GradClip = None,
        lazy_mode: bool = False,
        multi_precision: bool = False,
        use_multi_tensor: bool = False,
        amsgrad: bool = False,
        name: str | None = None,
        *,
        nonfinite: str = "keep",
    ) -> None:
        checks.boolean("use_multi_tensor", use_multi_tensor)
        if checks.boolean("amsgrad", amsgrad):
            self.accumulators = (*self.accumulators, "moment2_max")
        common = learning_rate, parameters, weight_decay, grad_clip, name
        settings: Settings = {"beta1": beta1, "beta2": beta2, "epsilon": epsilon, "lazy_mode": lazy_mode}
        super().__init__(*common, multi_precision=multi_precision, nonfinite=nonfinite, **settings)

    def rule(self, gradient: Array, state: State, step: Step) -> Array:
        """Let ``gradient`` enter the running means, and return their quotient times the rate."""
        mean, square, root = state["moment1"], state["moment2"], state["root"]
        settings = step.lr, step.beta1, step.beta2, step.epsilon, *[state[name].item() for name in self.scalars]
        beta1, new1, beta2, new2, epsilon, rate = _numbers(gradient.dtype, *settings)
        np.square(gradient, out=root)
        root *= new2
        square *= beta2
        square += root
        gradient *= new1
        mean *= beta1
        mean += gradient
        if "moment2_max" in state:
            square = np.maximum(state["moment2_max"], square, out=state["moment2_max"])
        np.sqrt(square, out=root)
        root += epsilon
        np.divide(mean, root, out=gradient)
        return np.multiply(gradient, rate, out=gradient)


@functools.lru_cache(maxsize=64)
def _numbers(dtype: DType, lr: float, beta1: float, beta2: float, epsilon: float, *powers: float) -> list[Array]:
    """Return β₁, 1 - β₁, β₂, 1 - β₂, and ε and lr corrected in the place of the means, which saves two passes."""
    kind = dtype.type
    b1, b2, power1, power2 = map(kind, (beta1, beta2, *powers))  # rounded as in Paddle: it shows in 1 - β₂
    correction = np.sqrt(1 - power2)
    numbers = b1, 1 - b1, b2, 1 - b2, kind(epsilon) * correction, kind(lr) * correction / (1 - power1)
    return [np.asarray(number) for number in numbers]  # which NumPy makes sense of sooner than of scalars
