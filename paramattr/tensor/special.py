"""The error function and Bessel functions, element by element, accurate to the last digits of the dtype."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array
from paramattr.random.exact import normal_quantile
from paramattr.tensor.function import floating

__all__ = ["erf", "erfinv", "i0", "i0e", "i1", "i1e"]

_SLOPE = 2 / math.sqrt(math.pi)  # of erf at 0


def in_double(function: Callable[..., Array], *arrays: Array) -> Array:
    """Return ``function`` of arrays, computed in double precision and rounded to the dtype of the first."""
    if any(array.dtype.kind == "c" for array in arrays):
        raise TypeError
    value = np.asarray(function(*(array.astype(np.float64, copy=False) for array in arrays)))
    return value.astype(arrays[0].dtype, copy=False)


@floating
def erf(x: Array) -> Outcome:
    """Return the error function of each element.

    Mirrors ``paddle.erf``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.erf(paramattr.to_tensor([0.0, 1.0])).numpy()
    array([0.       , 0.8427008], dtype=float32)
    """
    return in_double(_erf, x), (lambda g: g * _SLOPE * np.exp(-x * x),)


@floating
def erfinv(x: Array) -> Outcome:
    """Return the number whose error function is each element; nan outside of [-1, 1].

    Mirrors ``paddle.erfinv``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.erfinv(paramattr.to_tensor([0.0, 0.5])).numpy()
    array([0.        , 0.47693628], dtype=float32)
    """
    value = in_double(_erfinv, x)
    return value, (lambda g: g / _SLOPE * np.exp(value * value),)


@floating
def i0(x: Array) -> Outcome:
    """Return the modified Bessel function of order 0 of each element.

    Mirrors ``paddle.i0``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.i0(paramattr.to_tensor([0.0, 1.0])).numpy()
    array([1.       , 1.2660658], dtype=float32)
    """
    return in_double(_i0, x), (lambda g: g * in_double(_i1, x),)


@floating
def i0e(x: Array) -> Outcome:
    """Return the modified Bessel function of order 0 of each element, times exp(-abs(x)).

    Mirrors ``paddle.i0e``; the gradient at 0 is 0.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.i0e(paramattr.to_tensor([0.0, 1.0])).numpy()
    array([1.       , 0.4657596], dtype=float32)
    """
    return in_double(_i0e, x), (lambda g: g * in_double(lambda x: _i1e(x) - np.sign(x) * _i0e(x), x),)


@floating
def i1(x: Array) -> Outcome:
    """Return the modified Bessel function of order 1 of each element.

    Mirrors ``paddle.i1``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.i1(paramattr.to_tensor([0.0, 1.0])).numpy()
    array([0.       , 0.5651591], dtype=float32)
    """
    return in_double(_i1, x), (lambda g: g * in_double(lambda x: _unscaled(_i1e_slope(x) + np.abs(_i1e(x)), x), x),)


@floating
def i1e(x: Array) -> Outcome:
    """Return the modified Bessel function of order 1 of each element, times exp(-abs(x)).

    Mirrors ``paddle.i1e``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.i1e(paramattr.to_tensor([0.0, 1.0])).numpy()
    array([0.        , 0.20791042], dtype=float32)
    """
    return in_double(_i1e, x), (lambda g: g * in_double(_i1e_slope, x),)


def _erf(x: Array) -> Array:
    near = np.abs(x) < 1
    u = np.where(near, x, 0)
    # Near 0 the digits of 1 - erfc(x) would be lost: the power series.
    series = np.zeros_like(u)
    for k in range(19, -1, -1):
        series = series * -(u * u) + 1 / (math.factorial(k) * (2 * k + 1))
    # The tail is on the side where it is small; beyond 6 it is less than half of the last digit of 1.
    z = np.clip(np.abs(x), 1, 6)
    value: Array = np.where(near, _SLOPE * u * series, np.sign(x) * (1 - erfc_positive(z)))
    return value


def _erfinv(x: Array) -> Array:
    size = np.abs(x)
    # 1 - size is exact from 1/2 on. Below, the quantile lacks the digits that one step of Newton's restores.
    value = np.where(size < 1e-4, size / _SLOPE, -normal_quantile((1 - size) / 2) * math.sqrt(0.5))
    near = size < 0.5
    z = np.where(near, value, 0)
    step = (_erf(z) - np.where(near, size, 0)) / (_SLOPE * np.exp(-z * z))
    inverse: Array = np.copysign(np.where(near, value - step, value), x)
    return inverse


# (1 + 2z) exp(z²) erfc(z) for z >= 0 as a polynomial of (z - 3.5) / (z + 3.5), lowest power first, in single and in
# double precision: Chebyshev series computed with 50 digits. What is left out is below 1e-8 and 2e-17.
_ERFC = {
    np.dtype(np.float32): (
        1.2423492622446575, -0.1400092261762679, -0.01055685396626276, 0.09752040332370798, -0.11507481506339558,
        0.08797246909850051, -0.04888711373670461, 0.019137132114516196, -0.00408968598632402, -0.0003686756885180511,
        0.00044880692003291763, -6.252239498327425e-05,
    ),
    np.dtype(np.float64): (
        1.2423492448711544, -0.1400091801376197, -0.010555596332221672, 0.09751909515328704, -0.11508959816003063,
        0.0879831538240375, -0.04882332583088604, 0.019099330953262002, -0.004215019879756967, -0.00030226795336846046,
        0.0005643842667853641, -0.0001215121211990895, -4.278173969819095e-05, 2.426030175428515e-05,
        2.3273304405923187e-06, -3.814013969006004e-06, -4.3091728909744433e-08, 6.014840043895932e-07,
        -8.61207346518293e-09, -9.640161127543562e-08, 6.654094704339393e-10, 1.3624936568076509e-08,
        6.03623574049716e-11, -1.1657579646357068e-09,
    ),
}  # fmt: skip


def erfc_positive(z: Array) -> Array:
    """1 - erf(z) of float32 or float64 values from 0 on, with full relative accuracy.

    References
    ----------
    Shepherd and Laframboise, "Chebyshev approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞", 1981.
    """
    t = (z - 3.5) / (z + 3.5)
    first, *rest = _ERFC[z.dtype][::-1]
    tail = np.full_like(z, first)
    for coefficient in rest:
        tail *= t
        tail += coefficient
    tail *= np.exp(-z * z) / (1 + 2 * z)
    return tail


# Chebyshev series, computed with 50 digits, of exp(-x) I0(x) and exp(-x) I1(x) / x in x / 4 - 1 for x <= 8, and of the
# root of x times exp(-x) I0(x) and exp(-x) I1(x) in 16 / x - 1 beyond. What is left out is below 1e-17.
_I0_NEAR = (
    0.33839763720473803, -0.3046826723431984, 0.17162090152220877, -0.09490109704804764, 0.04930528423967071,
    -0.02373741480589947, 0.010546460394594998, -0.004324309995050576, 0.0016394756169413357,
    -0.0005763755745385824, 0.00018850288509584165, -5.754195010082104e-05, 1.6448448070728896e-05,
    -4.4167383584587505e-06, 1.1173875391201037e-06, -2.670793853940612e-07, 6.046995022541919e-08,
    -1.300025009986248e-08, 2.6598237246823866e-09, -5.189795601635263e-10, 9.675809035373237e-11,
    -1.726826291441556e-11, 2.95505266312964e-12, -4.856446783111929e-13, 7.676185498604936e-14,
    -1.1685332877993451e-14, 1.715391285555133e-15, -2.431279846547955e-16, 3.3307945188222384e-17,
    -4.4153416464793395e-18,
)  # fmt: skip
_I0_FAR = (
    0.4022452055070544, 0.0033691164782556943, 6.889758346916825e-05, 2.8913705208347567e-06,
    2.0489185894690638e-07, 2.266668990498178e-08, 3.3962320257083865e-09, 4.94060238822497e-10,
    1.1889147107846439e-11, -3.1499165279632416e-11, -1.3215811840447713e-11, -1.7941785315068062e-12,
    7.180124451383666e-13, 3.8527783827421426e-13, 1.54008621752141e-14, -4.150569347287222e-14,
    -9.554846698828307e-15, 3.8116806693526224e-15, 1.7725601330565263e-15, -3.425485619677219e-16,
    -2.8276239805165836e-16, 3.461222867697461e-17, 4.46562142029676e-17, -4.830504485944182e-18,
    -7.233180487874754e-18,
)  # fmt: skip
_I1_NEAR = (
    0.12629359322181682, -0.17641651835783406, 0.1026436586898471, -0.05294598120809499, 0.024726449030626516,
    -0.010564084894626197, 0.004156422944312888, -0.0015135724506312532, 0.0005122859561685758,
    -0.00016176081582589674, 4.781565107550054e-05, -1.3273163656039436e-05, 3.4702513081376785e-06,
    -8.568720264695455e-07, 2.0032947535521353e-07, -4.445059128796328e-08, 9.381537386495773e-09,
    -1.8872497517228294e-09, 3.625590281552117e-10, -6.663489723502027e-11, 1.1736186298890901e-11,
    -1.9839743977649436e-12, 3.223793365945575e-13, -5.042185504727912e-14, 7.600684294735408e-15,
    -1.1055969477353862e-15, 1.5536319577362005e-16, -2.111421214358166e-17, 2.7779141127610464e-18,
)  # fmt: skip
_I1_FAR = (
    0.38928811750914005, -0.009761097491361469, -0.00011058893876262371, -3.882564808877691e-06,
    -2.512236237870209e-07, -2.6314688468895196e-08, -3.835380385964237e-09, -5.589743462196584e-10,
    -1.8974958123505413e-11, 3.2526035830154884e-11, 1.4125807436613782e-11, 2.0356285441470896e-12,
    -7.198551776245908e-13, -4.0835511110921974e-13, -2.1015418427726643e-14, 4.272440016711951e-14,
    1.0420276984128802e-14, -3.8144030724370075e-15, -1.8803547755107825e-15, 3.3082023109209285e-16,
    2.96262899764595e-16, -3.209525921993424e-17, -4.6503053684893586e-17, 4.414348323071708e-18,
    7.517296310842105e-18,
)  # fmt: skip


def _series(near: tuple[float, ...], far: tuple[float, ...], x: Array) -> tuple[Array, Array, Array]:
    """Return whether ``x`` >= 0 is near 0, and both series."""
    close = x <= 8
    u = np.polynomial.chebyshev.chebval(np.where(close, x, 8) / 4 - 1, near)
    large = np.where(close, 8, x)
    return close, u, np.polynomial.chebyshev.chebval(16 / large - 1, far) / np.sqrt(large)


def _i0e(x: Array) -> Array:
    close, near, far = _series(_I0_NEAR, _I0_FAR, np.abs(x))
    value: Array = np.where(close, near, far)
    return value


def _i1e(x: Array) -> Array:
    close, near, far = _series(_I1_NEAR, _I1_FAR, np.abs(x))
    value: Array = np.where(close, near * np.where(close, x, 0), np.copysign(far, x))
    return value


def _i1e_slope(x: Array) -> Array:
    """The derivative of exp(-abs(x)) I1(x)."""
    close, near, far = _series(_I1_NEAR, _I1_FAR, np.abs(x))
    over_x = np.where(close, near, far / np.where(close, 1, np.abs(x)))
    slope: Array = _i0e(x) - over_x - np.abs(_i1e(x))
    return slope


def _unscaled(value: Array, x: Array) -> Array:
    """Return a value times exp(abs(x)), which alone may be too large."""
    half = np.exp(np.abs(x) / 2)
    return value * half * half


def _i0(x: Array) -> Array:
    return _unscaled(_i0e(x), x)


def _i1(x: Array) -> Array:
    return _unscaled(_i1e(x), x)
