"""The fans of a shape, and the gain of a nonlinearity: what keeps the variance of a signal."""

from __future__ import annotations

import math

from paramattr.utils import checks


def compute_fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return how many values feed one output, and how many outputs one value feeds.

    As Paddle counts them, for the shape of a weight, Linear's ``[in, out]`` or a convolution's ``[out, in, k…]``. 0-d:
    1, 1. 1-d: n, n. 2-d: ``shape[0], shape[1]``. n-d: ``shape[1]`` and ``shape[0]``, each times the product of the
    kernel sizes ``shape[2:]``.

    Raises
    ------
    TypeError, ValueError
        If ``shape`` is not made of integers >= 0.

    Examples
    --------
    >>> from paramattr.initializer import compute_fans
    >>> compute_fans((3, 4)), compute_fans((8, 3, 5, 5))
    ((3, 4), (75, 200))
    """
    return fans_of(checks.shape("shape", shape))


def fans_of(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return what `compute_fans` does, for a shape that has been checked."""
    if len(shape) <= 2:
        sizes = shape or (1,)
        return sizes[0], sizes[-1]
    receptive_field = math.prod(shape[2:])
    return shape[1] * receptive_field, shape[0] * receptive_field


_GAINS = {
    **dict.fromkeys(("sigmoid", "linear", "conv1d", "conv2d", "conv3d"), 1.0),
    **dict.fromkeys(("conv1d_transpose", "conv2d_transpose", "conv3d_transpose"), 1.0),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), 1.0),
    "tanh": 5.0 / 3.0,
    "relu": math.sqrt(2.0),
    "selu": 3.0 / 4.0,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return the factor by which weights before ``nonlinearity`` are widened to keep the variance of its output.

    Parameters
    ----------
    nonlinearity : str
        One of ``sigmoid``, ``linear``, ``conv1d`` … ``conv3d_transpose`` (1), ``tanh`` (5/3), ``relu`` (√2),
        ``leaky_relu`` (√(2 / (1 + param²))), ``selu`` (3/4).
    param : float, optional
        The negative slope, for ``leaky_relu`` alone; 0.01 if not given.

    Raises
    ------
    ValueError, TypeError
        For an unknown name, or a slope that is not a finite number.

    References
    ----------
    Mirrors ``paddle.nn.initializer.calculate_gain``. He et al., "Delving Deep into Rectifiers", 2015, eq. 15.

    Examples
    --------
    >>> from paramattr.initializer import calculate_gain
    >>> round(calculate_gain("leaky_relu", 0.2), 6)
    1.38675
    """
    checks.choice("nonlinearity", nonlinearity, [*_GAINS, "leaky_relu"])
    slope = checks.real("param", 0.01 if param is None else param)
    if nonlinearity == "leaky_relu":
        return math.sqrt(2.0 / (1.0 + slope * slope))
    return _GAINS[nonlinearity]
