"""Activations made of pieces: linear above 0, or between two bounds."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor, apply, rules
from paramattr.autograd.rules import Outcome, real
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.random import Uniform, next_key
from paramattr.tensor.function import in_place
from paramattr.utils import checks

CHANNELS_FIRST, CHANNELS_LAST = ("NC", "NCL", "NCHW", "NCDHW"), ("NLC", "NHWC", "NDHWC")


def relu(x: Operand, name: str | None = None) -> Tensor:
    """Return max(x, 0).

    Mirrors ``paddle.nn.functional.relu``; the gradient at 0 is 0.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.relu(paramattr.to_tensor([-1.0, 2.0])).numpy()
    array([0., 2.], dtype=float32)
    """
    return apply(_relu, as_tensor("x", x))


def _relu(x: Array) -> Outcome:
    value = np.maximum(x, 0)
    return value, (lambda g: g * (value > 0),)


relu_ = in_place(relu)


def relu6(x: Operand, name: str | None = None) -> Tensor:
    """Return x where it is in [0, 6], and the nearer bound elsewhere.

    Mirrors ``paddle.nn.functional.relu6``; the gradient at the bounds is 0.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.relu6(paramattr.to_tensor([-1.0, 2.0, 8.0])).numpy()
    array([0., 2., 6.], dtype=float32)
    """
    return apply(_clip, as_tensor("x", x), low=0.0, high=6.0)


def hardtanh(x: Operand, min: float = -1.0, max: float = 1.0, name: str | None = None) -> Tensor:
    """Return x where it is in [min, max], and the nearer bound elsewhere.

    Mirrors ``paddle.nn.functional.hardtanh``; the gradient at the bounds is 0.

    Raises
    ------
    TypeError, ValueError
        If ``min`` and ``max`` are not finite real numbers with min <= max.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.hardtanh(paramattr.to_tensor([-2.0, 0.5, 2.0])).numpy()
    array([-1. ,  0.5,  1. ], dtype=float32)
    """
    low, high = check_bounds(min, max)
    return apply(_clip, as_tensor("x", x), low=low, high=high)


def check_bounds(min: object, max: object) -> tuple[float, float]:
    """Return the bounds of `hardtanh`."""
    low, high = checks.real("min", min), checks.real("max", max)
    if low > high:
        raise ValueError(f"min must not be larger than max, but received min={low}, max={high}")
    return low, high


def _clip(x: Array, *, low: float, high: float) -> Outcome:
    value = np.clip(real(x), low, high)
    return value, (lambda g: g * ((low < value) & (value < high)),)


hardtanh_ = in_place(hardtanh)


def hardsigmoid(x: Operand, slope: float = 0.1666667, offset: float = 0.5, name: str | None = None) -> Tensor:
    """Return ``slope * x + offset`` where it is in [0, 1], and the nearer bound elsewhere.

    Mirrors ``paddle.nn.functional.hardsigmoid``, which rounds the settings to single precision; the gradient at the bounds
    is 0.

    Raises
    ------
    TypeError, ValueError
        If ``slope`` or ``offset`` is not a finite real number.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.hardsigmoid(paramattr.to_tensor([-4.0, 0.0, 4.0])).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    settings = {"slope": checks.real("slope", slope), "offset": checks.real("offset", offset)}
    return apply(_hardsigmoid, as_tensor("x", x), **settings)


def _hardsigmoid(x: Array, *, slope: float, offset: float) -> Outcome:
    value, (inside,) = _clip(slope * real(x) + offset, low=0.0, high=1.0)
    return value, (lambda g: slope * inside(g),)


def hardswish(x: Operand, name: str | None = None) -> Tensor:
    """Return x · min(max(x + 3, 0), 6) / 6.

    Mirrors ``paddle.nn.functional.hardswish``.

    References
    ----------
    Howard et al., "Searching for MobileNetV3", 2019.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.hardswish(paramattr.to_tensor([-4.0, 1.5, 4.0])).numpy()
    array([-0.   ,  1.125,  4.   ], dtype=float32)
    """
    return apply(_hardswish, as_tensor("x", x))


def _hardswish(x: Array) -> Outcome:
    x = real(x)
    near = np.clip(x, -3, 3)
    return np.maximum(x, -3) * ((near + 3) / 6), (
        lambda g: g * np.where(np.abs(near) < 3, (2 * near + 3) / 6, near > 0),
    )


def leaky_relu(x: Operand, negative_slope: float = 0.01, name: str | None = None) -> Tensor:
    """Return x where it is positive, and ``negative_slope * x`` elsewhere.

    Mirrors ``paddle.nn.functional.leaky_relu``; the gradient at 0 is 1.

    Raises
    ------
    TypeError, ValueError
        If ``negative_slope`` is not a finite real number.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.leaky_relu(paramattr.to_tensor([-1.0, 2.0]), 0.5).numpy()
    array([-0.5,  2. ], dtype=float32)
    """
    return apply(_leaky_relu, as_tensor("x", x), slope=checks.real("negative_slope", negative_slope))


def _leaky_relu(x: Array, *, slope: float) -> Outcome:
    value = np.maximum(x, slope * x) if slope <= 1 else np.minimum(x, slope * x)
    # Kept in place of x, which the form in place changes.
    positive = x >= 0
    return value, (lambda g: g * positive + slope * g * ~positive,)


leaky_relu_ = in_place(leaky_relu)


def prelu(x: Operand, weight: Operand, data_format: str = "NCHW", name: str | None = None) -> Tensor:
    """Return x where it is positive, and ``weight * x`` elsewhere.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape; with a weight per channel, of two axes or more.
    weight : Tensor or array_like
        One number, or one for each channel.
    data_format : {"NC", "NCL", "NCHW", "NCDHW", "NLC", "NHWC", "NDHWC"}
        Whether the channels are the second axis or the last.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``weight`` has more than one axis, or does not have the number of channels.

    References
    ----------
    He et al., "Delving Deep into Rectifiers", 2015. Mirrors ``paddle.nn.functional.prelu``.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([[-1.0, -1.0]])
    >>> paramattr.nn.functional.prelu(x, paramattr.to_tensor([0.5, 0.25])).numpy()
    array([[-0.5 , -0.25]], dtype=float32)
    """
    x, weight = as_tensor("x", x), as_tensor("weight", weight)
    last = checks.choice("data_format", data_format, CHANNELS_FIRST + CHANNELS_LAST) in CHANNELS_LAST
    if weight.size == 1 and weight.ndim < 2:
        return apply(_prelu, x, weight)
    count = None if x.ndim < 2 else x.numpy().shape[-1 if last else 1]
    if weight.numpy().shape != (count,):
        raise ValueError(
            f"weight must hold one number, or one for each channel of an x with 2 axes or more,"
            f" but received shape {weight.shape!r}, with an x of shape {x.shape!r} and data_format={data_format!r}"
        )
    return apply(_prelu, x, weight if last else apply(rules.reshape, weight, shape=(count, *(1,) * (x.ndim - 2))))


def _prelu(x: Array, weight: Array) -> Outcome:
    x = real(x)
    low = np.minimum(x, 0)
    return np.maximum(x, 0) + weight * low, (lambda g: np.where(x > 0, g, weight * g), lambda g: g * low)


def rrelu(
    x: Operand, lower: float = 1.0 / 8.0, upper: float = 1.0 / 3.0, training: bool = True, name: str | None = None
) -> Tensor:
    """Return x where it is positive, and x times a slope between ``lower`` and ``upper`` elsewhere.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    lower, upper : float, default 1/8, 1/3
        Bounds of the slopes, 0 <= lower <= upper <= 1.
    training : bool, default True
        Whether each element has a slope of its own, uniform between the bounds; otherwise all have their mean.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    References
    ----------
    Xu et al., "Empirical Evaluation of Rectified Activations", 2015. Mirrors ``paddle.nn.functional.rrelu``.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([-8.0, 2.0])
    >>> paramattr.nn.functional.rrelu(x, 0.125, 0.375, training=False).numpy()
    array([-2.,  2.], dtype=float32)
    """
    x = as_tensor("x", x)
    low, high = check_slopes(lower, upper)
    if not checks.boolean("training", training) or low == high:
        return apply(_leaky_relu, x, slope=low / 2 + high / 2)
    dtype = real(x.numpy()).dtype
    slopes = Uniform(low, high).values(next_key(), x.numpy().shape, dtype)
    return x * np.where(x.numpy() >= 0, np.asarray(1, dtype), slopes)


def check_slopes(lower: object, upper: object) -> tuple[float, float]:
    """Return the bounds of the slopes of `rrelu`."""
    low = checks.real("lower", lower, low=0.0, high=1.0)
    high = checks.real("upper", upper, low=0.0, high=1.0)
    if low > high:
        raise ValueError(f"lower must not be larger than upper, but received lower={low}, upper={high}")
    return low, high


def elu(x: Operand, alpha: float = 1.0, name: str | None = None) -> Tensor:
    """Return x where it is positive, and ``alpha`` · (exp(x) - 1) elsewhere.

    Mirrors ``paddle.nn.functional.elu``.

    Raises
    ------
    TypeError, ValueError
        If ``alpha`` is not a finite real number.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.elu(paramattr.to_tensor([-100.0, 2.0]), 0.5).numpy()
    array([-0.5,  2. ], dtype=float32)
    """
    return apply(_exponential, as_tensor("x", x), scale=1.0, alpha=checks.real("alpha", alpha), width=1.0)


elu_ = in_place(elu)


def celu(x: Operand, alpha: float = 1.0, name: str | None = None) -> Tensor:
    """Return x where it is positive, and ``alpha`` · (exp(x / alpha) - 1) elsewhere.

    Mirrors ``paddle.nn.functional.celu``.

    Raises
    ------
    TypeError, ValueError
        If ``alpha`` is not a finite real number, or 0.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.celu(paramattr.to_tensor([-100.0, 2.0]), 0.5).numpy()
    array([-0.5,  2. ], dtype=float32)
    """
    width = not_zero("alpha", alpha)
    return apply(_exponential, as_tensor("x", x), scale=1.0, alpha=width, width=width)


def not_zero(name: str, value: object) -> float:
    """Return ``value`` as a float, checked to be a finite real number other than 0."""
    number = checks.real(name, value)
    if number == 0.0:
        raise ValueError(f"{name} must not be 0, but received {value!r}")
    return number


def selu(
    x: Operand, scale: float = 1.0507009873554805, alpha: float = 1.6732632423543772, name: str | None = None
) -> Tensor:
    """Return ``scale`` times x where it is positive, and times ``alpha`` · (exp(x) - 1) elsewhere.

    Raises
    ------
    TypeError, ValueError
        If ``scale`` is not above 1, or ``alpha`` below 0.

    References
    ----------
    Klambauer et al., "Self-Normalizing Neural Networks", 2017. Mirrors ``paddle.nn.functional.selu``, which rounds the
    settings to single precision.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.selu(paramattr.to_tensor([-100.0, 2.0]), 1.5, 2.0).numpy()
    array([-3.,  3.], dtype=float32)
    """
    scale, alpha = check_scales(scale, alpha)
    return apply(_exponential, as_tensor("x", x), scale=scale, alpha=alpha, width=1.0)


def check_scales(scale: object, alpha: object) -> tuple[float, float]:
    """Return the settings of `selu`."""
    return checks.real("scale", scale, low=1.0, open_low=True), checks.real("alpha", alpha, low=0.0)


def _exponential(x: Array, *, scale: float, alpha: float, width: float) -> Outcome:
    x = real(x)
    # Kept in place of x, which the form in place changes.
    positive = x > 0
    with np.errstate(over="ignore"):  # exp(-inf) is right
        low = np.minimum(x, 0) / width

    def to_x(g: Array) -> Array:
        gradient: Array = scale * g * np.where(positive, 1, (alpha / width) * np.exp(low))
        return gradient

    return scale * np.where(positive, x, alpha * np.expm1(low)), (to_x,)


def maxout(x: Operand, groups: int, axis: int = 1, name: str | None = None) -> Tensor:
    """Return the largest value of each run of ``groups`` channels; of equal ones the first gets the gradient.

    Parameters
    ----------
    x : Tensor or array_like
        Of four axes.
    groups : int
        How many channels become one, >= 2; the number of channels is a multiple.
    axis : {1, 3, -1}
        The axis of the channels.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shape does not fit.

    References
    ----------
    Goodfellow et al., "Maxout Networks", 2013. Mirrors ``paddle.nn.functional.maxout``.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1.0, 2.0, 4.0, 3.0]).reshape([1, 4, 1, 1])
    >>> paramattr.nn.functional.maxout(x, 2).tolist()
    [[[[2.0]], [[4.0]]]]
    """
    x = as_tensor("x", x)
    count, place = check_groups(groups, axis)
    if x.ndim != 4 or x.shape[place] % count:
        raise ValueError(
            f"x must have 4 axes, and a multiple of {count} channels at axis {axis}, but received shape {x.shape!r}"
        )
    return apply(_maxout, x, groups=count, axis=place % 4)


def check_groups(groups: object, axis: object) -> tuple[int, int]:
    """Return the settings of `maxout`."""
    place = checks.integer("axis", axis)
    if place not in (1, 3, -1):
        raise ValueError(f"axis must be 1, 3 or -1, but received {axis!r}")
    return checks.integer("groups", groups, low=2), place


def _maxout(x: Array, *, groups: int, axis: int) -> Outcome:
    shape = x.shape
    apart = (*shape[:axis], shape[axis] // groups, groups, *shape[axis + 1 :])
    parts = x.reshape(apart)
    index = parts.argmax(axis + 1)
    index = np.expand_dims(index, axis + 1)

    def to_x(g: Array) -> Array:
        scattered = np.zeros(apart, g.dtype)
        np.put_along_axis(scattered, index, np.expand_dims(g, axis + 1), axis + 1)
        return scattered.reshape(shape)

    return np.take_along_axis(parts, index, axis + 1).squeeze(axis + 1), (to_x,)
