"""What every initializer is, the fans of a shape, the gain of a nonlinearity, the global initializer."""

from __future__ import annotations

import math
from types import TracebackType
from typing import Any, Protocol

import numpy as np

from paramattr.random import Distribution, Key, next_key
from paramattr.random.index import Index
from paramattr.utils import checks
from paramattr.utils.registry import Configurable

Array = np.ndarray[Any, Any]


class Fillable(Protocol):
    """What ``Initializer.__call__`` can fill: a Parameter, or any tensor that takes values."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of the axes."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the values."""

    def set_value(self, value: Any) -> None:
        """Take the values."""


class Initializer(Configurable):
    """Base class of all recipes for first values.

    A subclass is a frozen dataclass of the recipe's settings that states its law, `distribution`, or, where the
    values are no draws, writes them in `fill`.

    See Also
    --------
    paramattr.initializer.register : makes a subclass available by its name.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import paramattr
    >>> @paramattr.initializer.register
    ... @dataclass(frozen=True)
    ... class HalfNormalized(paramattr.initializer.Initializer):
    ...     scale: float = 1.0
    ...
    ...     def distribution(self, shape):
    ...         fan_in, _ = paramattr.initializer.compute_fans(shape)
    ...         return paramattr.random.Normal(0.0, self.scale / fan_in)
    >>> paramattr.initializer.get("half_normalized")
    HalfNormalized(scale=1.0)
    """

    def distribution(self, shape: tuple[int, ...]) -> Distribution:
        """Return the law of each value of a parameter of ``shape``.

        Raises
        ------
        TypeError
            If the recipe has no law per value (it writes the values itself).
        """
        raise TypeError(f"{type(self).__name__} states no distribution; it writes its values itself")

    def check_shape(self, shape: tuple[int, ...]) -> None:
        """Raise a ValueError if the recipe can't fill a parameter of ``shape``."""

    def fill(self, out: Array, key: Key) -> None:
        """Write the values that belong to ``key`` into ``out``, a C-contiguous array of a floating dtype."""
        out[...] = self.distribution(out.shape).values(key, out.shape, out.dtype)

    def take(self, key: Key, shape: tuple[int, ...], index: Index, dtype: np.dtype[Any]) -> Array:
        """Return the slice ``index`` of what `fill` writes into an array of ``shape`` and ``dtype``, made alone.

        Raises
        ------
        TypeError, IndexError
            If the index is of the wrong kind, out of range or has too many axes.
        """
        return self.distribution(shape).values(key, shape, dtype, index)

    def __call__(self, param: Fillable, block: None = None) -> None:
        """Draw new values for ``param`` in place, as Paddle's initializers do when called.

        Parameters
        ----------
        param : Parameter
            Any object with ``shape``, ``dtype`` and ``set_value``.
        block : None
            Accepted for Paddle's sake.

        Raises
        ------
        ValueError
            If the recipe does not fit the shape.
        """
        shape = tuple(param.shape)
        self.check_shape(shape)
        values = np.empty(shape, param.dtype)
        self.fill(values, next_key())
        param.set_value(values)


def compute_fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return how many values feed one output, and how many outputs one value feeds.

    Parameters
    ----------
    shape : tuple of int
        Shape of a weight: Linear ``[in, out]``, convolution ``[out, in, k…]``.

    Returns
    -------
    fan_in, fan_out : int
        0-d: 1, 1. 1-d: n, n. 2-d: ``shape[0], shape[1]``. n-d: ``shape[1]`` and ``shape[0]``, each times
        the product of the kernel sizes ``shape[2:]``; as Paddle counts them.

    Examples
    --------
    >>> from paramattr.initializer import compute_fans
    >>> compute_fans((3, 4)), compute_fans((8, 3, 5, 5))
    ((3, 4), (75, 200))
    """
    if len(shape) <= 1:
        size = shape[0] if shape else 1
        return size, size
    if len(shape) == 2:
        return shape[0], shape[1]
    receptive_field = math.prod(shape[2:])
    return shape[1] * receptive_field, shape[0] * receptive_field


_GAINS = {
    "sigmoid": 1.0,
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "conv1d_transpose": 1.0,
    "conv2d_transpose": 1.0,
    "conv3d_transpose": 1.0,
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
    if nonlinearity == "leaky_relu":
        slope = checks.real("param", 0.01 if param is None else param)
        return math.sqrt(2.0 / (1.0 + slope * slope))
    if param is not None:
        checks.real("param", param)
    return _GAINS[nonlinearity]


_globals: tuple[Initializer | None, Initializer | None] = (None, None)


class set_global_initializer:  # noqa: N801  (Paddle's name)
    """Set the initializer of every weight, and every bias, whose attribute names none.

    It takes effect at the call. Used in a ``with`` statement, it also ends with the block: what was set before
    comes back.

    Parameters
    ----------
    weight_init : Initializer or None
        For weights; None goes back to the layers' own defaults. A name or config works too.
    bias_init : Initializer or None, default None
        For biases, likewise.

    Raises
    ------
    TypeError, ValueError
        If an argument is not an initializer.

    Notes
    -----
    Mirrors ``paddle.nn.initializer.set_global_initializer``: it also replaces defaults such as the ones of a
    normalization layer, and never what a ``ParamAttr`` names.

    Examples
    --------
    >>> import paramattr
    >>> with paramattr.initializer.set_global_initializer(paramattr.initializer.Constant(0.5)):
    ...     layer = paramattr.nn.Linear(2, 2)
    >>> layer.weight.numpy()
    array([[0.5, 0.5],
           [0.5, 0.5]], dtype=float32)
    """

    def __init__(self, weight_init: object, bias_init: object = None) -> None:
        # Here, because the registry is made of the classes that derive from the one above.
        from paramattr.initializer.registry import optional

        global _globals
        new = (optional("weight_init", weight_init), optional("bias_init", bias_init))
        self._before, _globals = _globals, new

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        global _globals
        _globals = self._before


def global_initializer(*, is_bias: bool) -> Initializer | None:
    """Return the global initializer for weights or for biases, None where none is set."""
    return _globals[1 if is_bias else 0]
