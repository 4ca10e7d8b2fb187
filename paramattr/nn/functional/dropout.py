"""Setting elements, or whole channels, to 0 at random."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor, changed
from paramattr.nn.functional.geometry import FORMATS, channels_last
from paramattr.random import Uniform, next_key
from paramattr.utils import checks
from paramattr.utils.alias import also

MODES = ("upscale_in_train", "downscale_in_infer")

# The settings of `selu` that keep mean 0 and variance 1, and what it gives far below 0.
_SELU_FLOOR = -1.6732632423543772 * 1.0507009873554805


@also(input="x")
def dropout(
    x: Operand,
    p: float = 0.5,
    axis: int | Sequence[int] | None = None,
    training: bool = True,
    inplace: bool = False,
    mode: str = "upscale_in_train",
    name: str | None = None,
) -> Tensor:
    """Return ``x`` with elements set to 0 at random.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    p : float, default 0.5
        Probability of each element to become 0, in [0, 1].
    axis : int or sequence of int, optional
        Axes along which elements are dropped independently; along the others all go together. All axes if None.
    training : bool, default True
        Whether to drop at all.
    inplace : bool, default False
        Whether ``x``, a Tensor, becomes the value.
    mode : {"upscale_in_train", "downscale_in_infer"}
        Whether what is kept grows by 1 / (1 - p) in training, or everything shrinks by 1 - p outside of it.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or ``x`` can't be changed in place.

    References
    ----------
    Srivastava et al., "Dropout", 2014. Mirrors ``paddle.nn.functional.dropout``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.dropout(paramattr.to_tensor([1.0, 2.0]), 0.0).numpy()
    array([1., 2.], dtype=float32)
    """
    rate = checks.real("p", p, low=0.0, high=1.0)
    if checks.boolean("inplace", inplace):
        checks.instance("x", x, Tensor, "a Tensor")
    x = as_tensor("x", x)
    given = checks.axes("axis", axis, x.ndim)
    up = checks.choice("mode", mode, MODES) == "upscale_in_train"
    checks.boolean("training", training)
    if rate == 0.0 or (up and not training):
        return x
    sizes = [size if given is None or index in given else 1 for index, size in enumerate(x.shape)]
    value = functools.partial(_dropped, x, sizes, rate, up, training)
    return changed(x, value) if inplace else value()


def _dropped(x: Tensor, sizes: Sequence[int], rate: float, up: bool, training: bool) -> Tensor:
    """Return ``x`` with random elements 0, and the others grown if ``up``; outside of training, all of it shrunk."""
    if not training:
        return x * (1.0 - rate)
    kept = _kept(sizes, rate, x)
    if up and rate < 1.0:
        kept /= np.asarray(1.0 - rate, kept.dtype)
    return x * kept


def _kept(sizes: Sequence[int], rate: float, x: Tensor) -> Array:
    """Return random ones and zeros of the dtype of ``x``, in which zeros have the probability ``rate``."""
    chances = Uniform(0.0, 1.0).values(next_key(), sizes, np.float32)
    return (chances >= rate).astype(np.float64 if x.dtype.kind in "biu" else x.dtype)


def dropout1d(input: Operand, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Return ``input`` with whole channels set to 0 at random, and the others grown by 1 / (1 - p).

    Mirrors ``paddle.nn.functional.dropout1d``, which drops the same channels of all samples, and ignores ``inplace``.

    Parameters
    ----------
    input : Tensor or array_like
        Of shape ``[channels, length]`` or ``[N, channels, length]``.
    p : float, default 0.5
        Probability of each channel to become 0, in [0, 1].
    training : bool, default True
        Whether to drop at all.
    inplace : bool, default False
        Whether ``input``, a Tensor, becomes the value.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the number of axes another.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.dropout1d(paramattr.to_tensor([[1.0, 2.0]]), 0.0).numpy()
    array([[1., 2.]], dtype=float32)
    """
    if checks.boolean("inplace", inplace):
        checks.instance("input", input, Tensor, "a Tensor")
    x = as_tensor("input", input)
    if x.ndim not in (2, 3):
        raise ValueError(f"input must have 2 or 3 axes, but received shape {x.shape!r}")
    return dropout(x, p, [*range(x.ndim - 1)], training, inplace)


def dropout2d(
    x: Operand, p: float = 0.5, training: bool = True, data_format: str = "NCHW", name: str | None = None
) -> Tensor:
    """Return images with whole channels set to 0 at random, and the others grown by 1 / (1 - p).

    Parameters
    ----------
    x : Tensor or array_like
        Of shape ``[N, channels, height, width]``, or with the channels last.
    p : float, default 0.5
        Probability of each channel of each sample to become 0, in [0, 1].
    training : bool, default True
        Whether to drop at all.
    data_format : {"NCHW", "NHWC"}
        Where the channels are.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the number of axes another.

    References
    ----------
    Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2014. Mirrors
    ``paddle.nn.functional.dropout2d``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.functional.dropout2d(np.ones([1, 2, 3, 3]), 0.0).shape
    [1, 2, 3, 3]
    """
    return _channels(x, p, training, data_format, 2)


def dropout3d(
    x: Operand, p: float = 0.5, training: bool = True, data_format: str = "NCDHW", name: str | None = None
) -> Tensor:
    """Return volumes with whole channels set to 0 at random, and the others grown by 1 / (1 - p).

    The arguments are those of `dropout2d`, with one axis more. Mirrors ``paddle.nn.functional.dropout3d``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.functional.dropout3d(np.ones([1, 2, 3, 3, 3]), 0.0).shape
    [1, 2, 3, 3, 3]
    """
    return _channels(x, p, training, data_format, 3)


def _channels(x: Operand, p: float, training: bool, data_format: str, n: int) -> Tensor:
    x = as_tensor("x", x)
    last = channels_last(data_format, n)
    if x.ndim != n + 2:
        raise ValueError(f"x must have {n + 2} axes, {' or '.join(FORMATS[n])}, but received shape {x.shape!r}")
    return dropout(x, p, [0, n + 1 if last else 1], training)


def alpha_dropout(x: Operand, p: float = 0.5, training: bool = True, name: str | None = None) -> Tensor:
    """Return ``x`` with elements set at random to the value that `selu` has far below 0, scaled and moved.

    Where ``x`` has mean 0 and variance 1, so has the value.

    Parameters
    ----------
    x : Tensor or array_like
        Of any shape.
    p : float, default 0.5
        Probability of each element to be set, in [0, 1]; with 1 all become 0.
    training : bool, default True
        Whether to do anything at all.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    References
    ----------
    Klambauer et al., "Self-Normalizing Neural Networks", 2017. Mirrors ``paddle.nn.functional.alpha_dropout``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.alpha_dropout(paramattr.to_tensor([1.0, 2.0]), 0.0).numpy()
    array([1., 2.], dtype=float32)
    """
    x = as_tensor("x", x)
    return _alpha(x, p, training, x.shape)


def feature_alpha_dropout(x: Operand, p: float = 0.5, training: bool = True, name: str | None = None) -> Tensor:
    """Return ``x`` of shape ``[N, channels, ...]`` with whole channels treated as elements by `alpha_dropout`.

    The arguments, and what is refused, are those of `alpha_dropout`, and an ``x`` of less than two axes. Mirrors
    ``paddle.nn.functional.feature_alpha_dropout``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.feature_alpha_dropout(paramattr.to_tensor([[1.0, 2.0]]), 0.0).numpy()
    array([[1., 2.]], dtype=float32)
    """
    x = as_tensor("x", x)
    if x.ndim < 2:
        raise ValueError(f"x must have 2 axes or more, but received shape {x.shape!r}")
    return _alpha(x, p, training, [*x.shape[:2], *[1] * (x.ndim - 2)])


def _alpha(x: Tensor, p: float, training: bool, sizes: Sequence[int]) -> Tensor:
    rate = checks.real("p", p, low=0.0, high=1.0)
    if not checks.boolean("training", training) or rate == 0.0:
        return x
    if rate == 1.0:
        return x * 0.0
    # After which the mean is 0 and the variance 1 again.
    factor = ((1 - rate) * (1 + rate * _SELU_FLOOR**2)) ** -0.5
    kept = _kept(sizes, rate, x)
    moved: Array = ((1 - kept) * _SELU_FLOOR - rate * _SELU_FLOOR) * factor
    value: Tensor = x * (kept * factor) + moved
    return value
