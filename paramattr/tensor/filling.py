"""Tensors whose values are drawn anew in place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import as_tensor, changed
from paramattr.random import Normal, integers, next_key
from paramattr.random.exact import exp
from paramattr.random.rejection import log1p
from paramattr.tensor import arguments
from paramattr.tensor.random import bounds, normal_values, uniform_values
from paramattr.tensor.sampling import bernoulli_values, exponentials, floating_tensor, with_values
from paramattr.utils import checks
from paramattr.utils.alias import also
from paramattr.utils.dtypes import FORMATS

__all__ = [
    "bernoulli_", "cauchy_", "exponential_", "geometric_", "log_normal_", "normal_", "random_", "uniform_",
]  # fmt: skip


def _refilled(x: Tensor, draw: Callable[[], Array], kinds: str = "f") -> Tensor:
    """Change a tensor of floating-point numbers, or of integers too, to what ``draw`` makes; the gradient is 0."""
    checks.instance("x", x, Tensor, "a Tensor")
    if x.dtype.kind not in kinds:
        floating_tensor("x", x)
    with np.errstate(over="ignore", under="ignore"):
        return changed(x, lambda: with_values(x, draw().astype(x.dtype, copy=False)))


@also(**{"from": "min", "to": "max"})  # type: ignore[arg-type]  # from is a word of Python's own
def uniform_(x: Tensor, min: float = 0, max: float = 1.0, seed: int = 0, name: str | None = None) -> Tensor:
    """Change the values of ``x`` to random ones of the uniform law on [min, max), and return it.

    Mirrors ``paddle.Tensor.uniform_``. For the arguments see `uniform`.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not a Tensor of a floating dtype, or is a leaf that needs a gradient and steps are recorded; or another
        argument is of the wrong type or out of its range.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([1.0, 2.0]).uniform_(-1.0, 0.0)
    >>> bool((x < 0).numpy().all())
    True
    """
    low, high, start = arguments.real("min", min), arguments.real("max", max), checks.integer("seed", seed, low=0)
    return _refilled(x, lambda: uniform_values(x.numpy().shape, x.dtype, low, high, start))


def normal_(x: Tensor, mean: float = 0.0, std: float = 1.0, name: str | None = None) -> Tensor:
    """Change the values of ``x`` to random ones of a normal law, and return it.

    Mirrors ``paddle.normal_``.

    Parameters
    ----------
    x : Tensor
        Of a floating dtype.
    mean, std : float, default 0.0 and 1.0
        Mean and standard deviation, which is not negative.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        As `uniform_`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.to_tensor([1.0, 2.0]).normal_(0.0, 0.1).shape
    [2]
    """
    centre, spread = arguments.real("mean", mean), arguments.real("std", std, low=0.0)
    return _refilled(x, lambda: normal_values(x.numpy().shape, x.dtype, centre, spread))


def log_normal_(x: Tensor, mean: float = 1.0, std: float = 2.0, name: str | None = None) -> Tensor:
    """Change the values of ``x`` to e to the power of random ones of a normal law, and return it.

    Mirrors ``paddle.log_normal_``. For the arguments see `normal_`.

    Examples
    --------
    >>> import paramattr
    >>> bool((paramattr.to_tensor([-1.0, -2.0]).log_normal_() > 0).numpy().all())
    True
    """
    centre, spread = arguments.real("mean", mean), arguments.real("std", std, low=0.0)
    return _refilled(x, lambda: np.asarray(exp(normal_values(x.numpy().shape, np.float64, centre, spread))))


@also(lambd="lam")
def exponential_(x: Tensor, lam: float = 1.0, name: str | None = None) -> Tensor:
    """Change the values of ``x`` to random ones of the exponential law with the rate ``lam``, above 0, and return it.

    Mirrors ``paddle.Tensor.exponential_``. What is refused is as for `uniform_`.

    Examples
    --------
    >>> import paramattr
    >>> bool((paramattr.to_tensor([-1.0, -2.0]).exponential_() > 0).numpy().all())
    True
    """
    rate = arguments.real("lam", lam, low=0.0, open_low=True)
    return _refilled(x, lambda: exponentials(x.numpy().shape) / rate)


def cauchy_(x: Tensor, loc: float = 0, scale: float = 1, name: str | None = None) -> Tensor:
    """Change the values of ``x`` to random ones of the Cauchy law around ``loc``, ``scale`` (above 0) wide, and return it.

    Mirrors ``paddle.cauchy_``. What is refused is as for `uniform_`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.to_tensor([1.0, 2.0]).cauchy_().shape
    [2]
    """
    centre, width = arguments.real("loc", loc), arguments.real("scale", scale, low=0.0, open_low=True)

    def draw() -> Array:
        # The quotient of two normal numbers has the law exactly, and the same bits everywhere, as no tangent has.
        pair = Normal().values(next_key(), (2, *x.numpy().shape), np.float64)
        return np.asarray(centre + width * (pair[0] / pair[1]))

    return _refilled(x, draw)


def _probabilities(name: str, value: float | Tensor, x: Tensor, *, low_open: bool = False) -> Array:
    """Return probabilities that broadcast to ``x``, in float64."""
    prob = as_tensor(name, value).numpy().astype(np.float64)
    if not ((prob >= 0) & (prob <= 1)).all() or (low_open and (prob == 0).any()):
        raise ValueError(f"{name} must lie between 0 and 1, but received {value!r}")
    try:
        return np.broadcast_to(prob, x.numpy().shape)
    except ValueError:
        raise ValueError(f"{name} must broadcast to shape {x.shape!r}, but received shape {list(prob.shape)}") from None


def bernoulli_(x: Tensor, p: float | Tensor = 0.5, name: str | None = None) -> Tensor:
    """Change the values of ``x`` to 1 with the probability ``p``, and to 0 otherwise, and return it.

    Mirrors ``paddle.bernoulli_``.

    Parameters
    ----------
    x : Tensor
        Of a floating dtype.
    p : float or Tensor, default 0.5
        One probability, or some that broadcast to ``x``.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        As `uniform_`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.to_tensor([5.0, 6.0]).bernoulli_(1.0).tolist()
    [1.0, 1.0]
    """
    checks.instance("x", x, Tensor, "a Tensor")
    prob = _probabilities("p", p, x)
    return _refilled(x, lambda: bernoulli_values(prob))


def geometric_(x: Tensor, probs: float | Tensor, name: str | None = None) -> Tensor:
    """Change the values of ``x`` to numbers of trials up to the first success, and return it.

    Mirrors ``paddle.geometric_``, except that the numbers are whole: Paddle leaves out the rounding.

    Parameters
    ----------
    x : Tensor
        Of a floating dtype.
    probs : float or Tensor
        One probability of success above 0, or some that broadcast to ``x``.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        As `uniform_`.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.to_tensor([5.0, 6.0]).geometric_(1.0).tolist()
    [1.0, 1.0]
    """
    checks.instance("x", x, Tensor, "a Tensor")
    prob = _probabilities("probs", probs, x, low_open=True)

    def draw() -> Array:
        with np.errstate(divide="ignore"):
            rates = -np.asarray(log1p(-prob))
        return np.maximum(np.ceil(exponentials(x.numpy().shape) / rates), 1)

    return _refilled(x, draw)


def random_(x: Tensor, from_: int = 0, to: int | None = None, *, generator: None = None) -> Tensor:
    """Change the values of ``x`` to random whole numbers from ``from_`` to ``to - 1``, and return it.

    Mirrors ``paddle.Tensor.random_``.

    Parameters
    ----------
    x : Tensor
        Of numbers.
    from_, to : int, default 0 and None
        The bounds; one alone is the upper bound. Without any, the numbers are those that the dtype holds, from 0 on (a
        floating dtype up to where it leaves out whole numbers).
    generator : None
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is not such a Tensor, or is a leaf that needs a gradient and steps are recorded; or the bounds are not
        integers, or ``from_ >= to``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.to_tensor([5, 6]).random_(1).tolist()
    [0, 0]
    """
    checks.instance("x", x, Tensor, "a Tensor")
    if from_ == 0 and to is None:
        whole = x.dtype.kind in "iu"
        low, high = 0, int(np.iinfo(x.dtype).max) if whole else 2 ** FORMATS[floating_tensor("x", x).dtype.name].digits
        low, high = bounds(low, min(high, (1 << 63) - 1))
    else:
        low, high = bounds(from_, to)
    return _refilled(x, lambda: integers.integers(next_key(), low, high, x.numpy().shape), "fiu")
