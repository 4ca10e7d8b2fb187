"""Checks of samples and of initializers: the entrance to the kit."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from paramattr import initializer as initializers
from paramattr.initializer import Initializer
from paramattr.random import Key, Normal
from paramattr.testing.expected import Law, as_law
from paramattr.testing.progress import progress
from paramattr.testing.properties import findings
from paramattr.testing.report import Finding, Report
from paramattr.testing.sample import GRIDS, Grid, as_array
from paramattr.utils import checks

__all__ = ["assert_initializer", "assert_sample", "check_initializer", "check_sample"]

Array: TypeAlias = NDArray[Any]

_CHECK_BYTES = 105  # of memory that a check takes at its peak, for each value


def check_sample(array: object, expected: object, *, alpha: float = 1e-6) -> Report:
    """Check that the values of an array are independent draws from a law.

    Looked at, as one family in which a correct sample fails with a probability of at most ``alpha``: values that are
    not finite, the support and its ends, mean, variance, skewness, kurtosis, the tests of Kolmogorov and Smirnov and
    of Anderson and Darling, tail counts, repeated values, correlation along every axis, at short lags and between
    halves, means and spread of slices, equal slices, the largest singular value.

    Parameters
    ----------
    array : array_like
        Of floating-point numbers, of any framework that NumPy can read, of any shape. Its dtype's grid is allowed for.
    expected : Distribution or frozen SciPy distribution
        The law of each value.
    alpha : float, default 1e-6
        The probability of a false alarm, between 0 and 1.

    Raises
    ------
    TypeError, ValueError
        If the array is empty or not of real floating-point numbers, or another argument is of the wrong kind.

    Examples
    --------
    >>> import numpy as np
    >>> from paramattr.random import Uniform
    >>> from paramattr.testing import check_sample
    >>> sample = np.random.default_rng(0).random((50, 20))
    >>> check_sample(sample, Uniform(0.0, 1.0)).passed
    True
    >>> check_sample(np.clip(sample, 0.1, None), Uniform(0.0, 1.0)).failures[0].cause
    'mass at the lower bound 0.1: values were clipped'
    """
    level, law = checks.probability("alpha", alpha), as_law(expected)
    values, grid = as_array(array)
    if values.size == 0:
        raise ValueError(f"array must not be empty, but has shape {list(values.shape)}")
    return Report(f"sample against {law}", _against(law, values, grid), level, values, law)


def assert_sample(array: object, expected: object, *, alpha: float = 1e-6) -> Report:
    """Raise an AssertionError that says what is wrong unless `check_sample` passes.

    Examples
    --------
    >>> import numpy as np
    >>> from paramattr.random import Normal
    >>> from paramattr.testing import assert_sample
    >>> assert_sample(np.random.default_rng(0).standard_normal(100), Normal()).passed
    True
    """
    return _demand(check_sample(array, expected, alpha=alpha))


def check_initializer(
    initializer: object,
    shape: ArrayLike,
    *,
    dtype: DTypeLike = "float32",
    expected: object = None,
    alpha: float = 1e-6,
    draws: int = 1,
    seed: int = 0,
) -> Report:
    """Check that an initializer draws what it should.

    Parameters
    ----------
    initializer : Initializer, str, dict or callable
        One of ours, or its config; or anything that, called with the shape, returns an array of it.
    shape : sequence of int
        The shape of a parameter; not empty.
    dtype, seed : dtype, default "float32"; int, default 0
        For our initializers.
    expected : Distribution or frozen SciPy distribution, optional
        The law of each value. Our initializers state it themselves; of Bilinear, Dirac, Constant and Assign the
        values are compared, of Orthogonal the columns and the law (Haar's). Needed for any other callable, for which an
        initializer of ours can be given too.
    alpha : float, default 1e-6
        The probability of a false alarm, between 0 and 1.
    draws : int, default 1
        How many parameters to draw; they are checked together, also against each other.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range, or a callable returns another shape.

    Examples
    --------
    >>> import numpy as np
    >>> from paramattr.testing import check_initializer
    >>> rng = np.random.default_rng(0)
    >>> wrong = lambda shape: rng.normal(0.0, (2 / shape[1]) ** 0.5, shape)
    >>> print(check_initializer(wrong, (300, 200), expected="kaiming_normal").failures[0].cause)
    std is 0.1 = expected × √(fan_in / fan_out): fan_out used for fan_in?
    """
    level = checks.probability("alpha", alpha)
    count = checks.integer("draws", draws, low=1)
    sizes = checks.shape("shape", shape)
    if math.prod(sizes) == 0:
        raise ValueError(f"shape must hold at least one element, but received {list(sizes)}")
    checks.fits_in_memory(f"a check of {count} draws of shape", sizes, count * _CHECK_BYTES)
    ours = _ours(initializer)
    values, grid = _drawn(initializer if ours is None else ours, sizes, dtype, seed, count)
    subject = f"{ours or getattr(initializer, '__name__', initializer)} of shape {list(sizes)}"
    target = ours if expected is None else (_ours(expected) or expected)
    if target is None or (isinstance(target, Initializer) and target.made_by == "whole" and target.haar_gain is None):
        raise ValueError(f"expected must be given for {subject}, which does not state its law")
    found, law = _look(target, values, grid, sizes)
    return Report(subject if law is None else f"{subject} against {law}", found, level, values, law)


def assert_initializer(
    initializer: object,
    shape: ArrayLike,
    *,
    dtype: DTypeLike = "float32",
    expected: object = None,
    alpha: float = 1e-6,
    draws: int = 1,
    seed: int = 0,
) -> Report:
    """Raise an AssertionError that says what is wrong unless `check_initializer` passes.

    Examples
    --------
    >>> from paramattr.testing import assert_initializer
    >>> assert_initializer("orthogonal", (20, 10), draws=4).passed
    True
    """
    report = check_initializer(initializer, shape, dtype=dtype, expected=expected, alpha=alpha, draws=draws, seed=seed)
    return _demand(report)


def _drawn(initializer: Any, sizes: tuple[int, ...], dtype: DTypeLike, seed: int, count: int) -> tuple[Array, Grid]:
    """Return the values of so many draws as one array, and the grid they were on."""
    if isinstance(initializer, Initializer):
        draws = (initializer.values(Key(seed, i), sizes, dtype) for i in range(count))
    elif callable(initializer):
        draws = (initializer(sizes) for _ in range(count))
    else:
        expected = "an initializer, its config or a callable"
        raise TypeError(f"initializer must be {expected}, but received {initializer!r} ({type(initializer).__name__})")
    read = [as_array(draw) for draw in progress(draws, count, "draws")]
    for values, _ in read:
        if values.shape != sizes:
            raise ValueError(f"initializer must return shape {list(sizes)}, but returned {list(values.shape)}")
    return read[0][0] if len(read) == 1 else np.stack([values for values, _ in read]), read[0][1]


def _demand(report: Report) -> Report:
    if not report.passed:
        raise AssertionError(str(report))
    return report


def _ours(initializer: object) -> Initializer | None:
    is_class = isinstance(initializer, type) and issubclass(initializer, Initializer)
    return initializers.get(initializer) if is_class or isinstance(initializer, (Initializer, str, dict)) else None


def _look(target: object, values: Array, grid: Grid, sizes: tuple[int, ...]) -> tuple[list[Finding], Law | None]:
    """What is seen in draws of a law, or of an initializer of ours; and the law of each value, where there is one."""
    if not isinstance(target, Initializer):
        law = as_law(target)
        return _against(law, values, grid), law
    if target.haar_gain is not None:
        return _orthogonal(target.haar_gain, values, grid, sizes), None
    if target.made_by == "kernel":
        return [_finite(values), _equal(values, target.values(Key(0, 0), sizes, np.float64), grid)], None
    law = as_law(target.distribution(sizes))
    if target.zero_row is None:
        return _against(law, values, grid), law
    axis = values.ndim - len(sizes)
    row, rest = np.take(values, target.zero_row, axis), np.delete(values, target.zero_row, axis)
    zeros = _equal(row, np.zeros(row.shape), grid, f"row {target.zero_row}")
    if not rest.size:
        return [_finite(values), zeros], None
    return [zeros, *_against(law, rest, grid)], law


def _against(law: Law, values: Array, grid: Grid) -> list[Finding]:
    finite = _finite(values)
    if finite.p == 0.0:
        return [finite]
    if law.std == 0.0:  # a point mass
        return [finite, _equal(values, np.full(values.shape, law.mean), grid)]
    return [finite, *findings(values, law, grid)]


def _finite(values: Array) -> Finding:
    bad = int(np.count_nonzero(~np.isfinite(values)))
    return Finding("finite values", 0.0 if bad else 1.0, f"{bad:,} of {values.size:,} infinite or nan", "none")


def _equal(values: Array, right: Array, grid: Grid, name: str = "values") -> Finding:
    """Equality up to the rounding of one operation in the dtype."""
    off = np.abs(values - right)
    wrong = off > grid.spacing(right)
    if not wrong.any():
        return Finding(name, 1.0, "equal", "equal")
    worst = np.unravel_index(int(np.argmax(np.where(wrong, off, 0.0))), off.shape)
    where = [int(i) for i in worst]
    seen = f"{np.count_nonzero(wrong):,} of {values.size:,} differ, most at {where}: {values[worst]:.6g}"
    cause = ""
    if right.ndim == values.ndim == 4 and _symmetric(right[0, 0]) and not _symmetric(values[0, 0]):
        cause = "the kernel is not symmetric"
    return Finding(name, 0.0, seen, f"{np.broadcast_to(right, off.shape)[worst]:.6g}", cause)


def _symmetric(kernel: Array) -> bool:
    return kernel.shape == kernel.T.shape and np.allclose(kernel, kernel.T)


def _orthogonal(gain: float, values: Array, grid: Grid, sizes: tuple[int, ...]) -> list[Finding]:
    finite = _finite(values)
    if finite.p == 0.0:
        return [finite]
    matrices = values.reshape(-1, sizes[0], math.prod(sizes[1:]))
    tall = matrices if matrices.shape[1] >= matrices.shape[2] else matrices.transpose(0, 2, 1)
    count, rows, columns = tall.shape
    product = tall.transpose(0, 2, 1) @ tall
    off = float(np.abs(product - gain * gain * np.eye(columns)).max())
    limit = 2.0 ** (1 - grid.digits) * 8.0 * math.sqrt(rows) * gain * gain
    cause = ""
    if off > limit and gain:
        scale = math.sqrt(float(np.diagonal(product, axis1=1, axis2=2).mean()))
        cause = f"columns are {scale / gain:.4g} times as long as they should be"
    found = [finite, Finding("orthogonality", float(off <= limit), f"off by {off:.2g}", f"at most {limit:.2g}", cause)]
    if off <= limit and gain:
        # A Haar matrix times the R of an independent Gaussian matrix is a Gaussian matrix.
        gaussian = (tall / gain) @ _r_factors(count, rows, columns)
        # The grid of the product is float64's: rounding of single entries is averaged out.
        for f in findings(gaussian[0] if count == 1 else gaussian, as_law(Normal()), GRIDS["float64"]):
            cause = "not uniform over all orthogonal matrices" if f.p < 1e-3 else ""
            found.append(replace(f, name=f"Haar, {f.name}", cause=cause))
    return found


def _r_factors(count: int, rows: int, columns: int) -> NDArray[np.float64]:
    """Upper triangular factors of Gaussian matrices (Bartlett): independent normals, chi on the diagonal."""
    rng = np.random.default_rng(rows * 1_000_003 + columns)
    r = np.triu(rng.standard_normal((count, columns, columns)), 1)
    diagonal = np.arange(columns)
    r[:, diagonal, diagonal] = np.sqrt(rng.chisquare(rows - diagonal, (count, columns)))
    return r
