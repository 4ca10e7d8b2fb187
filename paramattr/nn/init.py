"""Paddle's functions, after PyTorch's, that give a tensor or parameter new values in place."""

from __future__ import annotations

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.initializer import (
    Dirac,
    Initializer,
    KaimingNormal,
    KaimingUniform,
    Normal,
    Orthogonal,
    TruncatedNormal,
    Uniform,
    XavierNormal,
    XavierUniform,
    calculate_gain,
)
from paramattr.utils import absent, checks

__all__ = [
    "calculate_gain", "constant_", "dirac_", "eye_", "kaiming_normal_", "kaiming_uniform_", "normal_", "ones_",
    "orthogonal_", "trunc_normal_", "uniform_", "xavier_normal_", "xavier_uniform_", "zeros_",
]  # fmt: skip

absent.explain(__name__)


def _filled(tensor: Tensor, initializer: Initializer) -> Tensor:
    checks.instance("tensor", tensor, Tensor, "a Tensor")
    initializer(tensor)
    return tensor


def kaiming_uniform_(tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu") -> Tensor:
    """Draw the values of ``tensor`` anew by `KaimingUniform`, with the slope ``a``, and return it.

    Mirrors ``paddle.nn.init.kaiming_uniform_``; what is refused is refused there, or a tensor that is not floating.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.Linear(600, 2)
    >>> bool(abs(paramattr.nn.init.kaiming_uniform_(layer.weight).numpy()).max() <= 0.1)
    True
    """
    return _filled(tensor, KaimingUniform(negative_slope=a, nonlinearity=nonlinearity, mode=mode))


def kaiming_normal_(tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu") -> Tensor:
    """Draw the values of ``tensor`` anew by `KaimingNormal`, with the slope ``a``, as `kaiming_uniform_`.

    Mirrors ``paddle.nn.init.kaiming_normal_``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.init.kaiming_normal_(paramattr.nn.Linear(3, 2).weight).shape
    [3, 2]
    """
    return _filled(tensor, KaimingNormal(negative_slope=a, nonlinearity=nonlinearity, mode=mode))


def xavier_uniform_(
    tensor: Tensor, gain: float = 1.0, fan_in: float | None = None, fan_out: float | None = None
) -> Tensor:
    """Draw the values of ``tensor`` anew by `XavierUniform`, and return it.

    Mirrors ``paddle.nn.init.xavier_uniform_``; what is refused is refused there, or a tensor that is not floating.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.init.xavier_uniform_(paramattr.nn.Linear(3, 2).weight, gain=2.0).shape
    [3, 2]
    """
    return _filled(tensor, XavierUniform(fan_in=fan_in, fan_out=fan_out, gain=gain))


def xavier_normal_(
    tensor: Tensor, gain: float = 1.0, fan_in: float | None = None, fan_out: float | None = None
) -> Tensor:
    """Draw the values of ``tensor`` anew by `XavierNormal`, and return it, as `xavier_uniform_`.

    Mirrors ``paddle.nn.init.xavier_normal_``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.init.xavier_normal_(paramattr.nn.Linear(3, 2).weight).shape
    [3, 2]
    """
    return _filled(tensor, XavierNormal(fan_in=fan_in, fan_out=fan_out, gain=gain))


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Draw the values of ``tensor`` anew, evenly over ``[a, b)``, and return it.

    Mirrors ``paddle.nn.init.uniform_``; what is refused is refused by `Uniform`, or a tensor that is not floating.

    Examples
    --------
    >>> import paramattr
    >>> bool((paramattr.nn.init.uniform_(paramattr.nn.Linear(3, 2).weight, 2.0, 3.0).numpy() >= 2.0).all())
    True
    """
    return _filled(tensor, Uniform(a, b))


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Draw the values of ``tensor`` anew by the normal law, and return it.

    Mirrors ``paddle.nn.init.normal_``; what is refused is refused by `Normal`, or a tensor that is not floating.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.init.normal_(paramattr.nn.Linear(3, 2).weight, std=0.02).shape
    [3, 2]
    """
    return _filled(tensor, Normal(mean, std))


def trunc_normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0) -> Tensor:
    """Draw the values of ``tensor`` anew by the normal law between ``a`` and ``b``, and return it.

    Mirrors ``paddle.nn.init.trunc_normal_``; what is refused is refused by `TruncatedNormal`, or a tensor that is not
    floating.

    Examples
    --------
    >>> import paramattr
    >>> bool((abs(paramattr.nn.init.trunc_normal_(paramattr.nn.Linear(3, 2).weight).numpy()) <= 2.0).all())
    True
    """
    return _filled(tensor, TruncatedNormal(mean, std, a, b))


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Make each value of ``tensor``, which may be of whole numbers, ``val``, and return it.

    Mirrors ``paddle.nn.init.constant_``.

    Raises
    ------
    TypeError, ValueError
        If ``tensor`` is not a Tensor, or ``val`` not a finite number, or not a whole one for a tensor of those.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.init.constant_(paramattr.nn.Linear(1, 2).weight, 0.5).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """
    checks.instance("tensor", tensor, Tensor, "a Tensor")
    number = checks.real("val", val)
    if tensor.dtype.kind in "biu":
        low, high = (0, 1) if tensor.dtype.kind == "b" else (np.iinfo(tensor.dtype).min, np.iinfo(tensor.dtype).max)
        if not number.is_integer() or not low <= number <= high:
            raise ValueError(f"val must fit the dtype {tensor.dtype}, but received {val!r}")
    return _given(tensor, number)


def ones_(tensor: Tensor) -> Tensor:
    """Make each value of ``tensor`` 1, and return it; errors are those of `constant_`.

    Mirrors ``paddle.nn.init.ones_``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.init.ones_(paramattr.nn.Linear(1, 2).weight).numpy()
    array([[1., 1.]], dtype=float32)
    """
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Make each value of ``tensor`` 0, and return it; errors are those of `constant_`.

    Mirrors ``paddle.nn.init.zeros_``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.init.zeros_(paramattr.nn.Linear(1, 2).weight).numpy()
    array([[0., 0.]], dtype=float32)
    """
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """Make ``tensor``, which may be of whole numbers, the identity matrix, and return it.

    Mirrors ``paddle.nn.init.eye_``.

    Raises
    ------
    TypeError, ValueError
        If ``tensor`` is not a Tensor with two axes.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.init.eye_(paramattr.nn.Linear(2, 3).weight).numpy()
    array([[1., 0., 0.],
           [0., 1., 0.]], dtype=float32)
    """
    checks.instance("tensor", tensor, Tensor, "a Tensor")
    if tensor.ndim != 2:
        raise ValueError(f"tensor must have two axes, but received shape {tensor.shape!r}")
    return _given(tensor, np.eye(*tensor.shape))


def _given(tensor: Tensor, values: float | Array) -> Tensor:
    tensor.set_value(np.broadcast_to(values, tensor.shape).astype(tensor.dtype))
    return tensor


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Make ``tensor`` the kernel of a convolution that changes nothing, by `Dirac`, and return it.

    Mirrors ``paddle.nn.init.dirac_``; what is refused is refused by `Dirac`, or a tensor that is not floating.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.init.dirac_(paramattr.nn.Conv1D(1, 1, 3).weight).numpy()
    array([[[0., 1., 0.]]], dtype=float32)
    """
    return _filled(tensor, Dirac(groups))


def orthogonal_(tensor: Tensor, gain: float = 1) -> Tensor:
    """Make ``tensor`` a random matrix with orthogonal rows or columns, by `Orthogonal`, and return it.

    Mirrors ``paddle.nn.init.orthogonal_``; what is refused is refused by `Orthogonal`, or a tensor that is not floating.

    Examples
    --------
    >>> import paramattr
    >>> weight = paramattr.nn.init.orthogonal_(paramattr.nn.Linear(3, 3).weight)
    >>> (weight**2).sum(axis=1).numpy().round(3)
    array([1., 1., 1.], dtype=float32)
    """
    return _filled(tensor, Orthogonal(gain=gain))
