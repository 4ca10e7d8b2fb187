"""Hypothesis strategies: shapes, laws, initializers and parameter attributes, shrinking to the simplest."""

from __future__ import annotations

import math
import warnings
from typing import Any

try:
    from hypothesis import strategies as st
except ImportError:
    raise ImportError("strategies need the package hypothesis: pip install 'paramattr[hypothesis]'") from None

import numpy as np

from paramattr import initializer as init
from paramattr.attr import ParamAttr
from paramattr.initializer import Initializer
from paramattr.random import Distribution, Normal, PointMass, TruncatedNormal, Uniform
from paramattr.regularizer import L1Decay, L2Decay
from paramattr.utils import checks

__all__ = ["distributions", "initializers", "param_attrs", "shapes"]

_REAL = st.just(0.0) | st.floats(-1e3, 1e3, allow_subnormal=False)
_SCALE = st.just(1.0) | st.floats(1e-3, 1e3, allow_subnormal=False)


def _uniform(cls: type[Any]) -> st.SearchStrategy[Any]:
    return st.builds(lambda low, width: cls(low, low + width), _REAL, _SCALE)


def _cut(cls: type[Any], low: st.SearchStrategy[float], width: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    return st.builds(lambda m, s, low, width: cls(m, s, m + s * low, m + s * (low + width)), _REAL, _SCALE, low, width)


def shapes(
    min_dims: int = 0, max_dims: int = 4, max_size: int = 8, min_size: int = 1
) -> st.SearchStrategy[tuple[int, ...]]:
    """Shapes of ``min_dims`` to ``max_dims`` axes of ``min_size`` to ``max_size``; they shrink towards the least.

    Raises
    ------
    TypeError, ValueError
        If a bound is not an integer >= 0, or a pair is in the wrong order.

    Examples
    --------
    >>> from hypothesis import find
    >>> from paramattr.testing.strategies import shapes
    >>> find(shapes(), lambda shape: len(shape) == 2)
    (1, 1)
    """
    low = checks.integer("min_dims", min_dims, low=0)
    least = checks.integer("min_size", min_size, low=0)
    high = checks.integer("max_dims", max_dims, low=low)
    most = checks.integer("max_size", max_size, low=least)
    return st.lists(st.integers(least, most), min_size=low, max_size=high).map(tuple)


def distributions() -> st.SearchStrategy[Distribution]:
    """Laws: uniform, normal, cut normal, a point mass; they shrink towards ``PointMass(value=0.0)``.

    Examples
    --------
    >>> from hypothesis import find
    >>> from paramattr.testing.strategies import distributions
    >>> find(distributions(), lambda law: True)
    PointMass(value=0.0)
    """
    cut = _cut(TruncatedNormal, st.floats(-3.0, 8.0), st.just(1.0) | st.floats(0.1, 10.0) | st.just(math.inf))
    return st.one_of(st.builds(PointMass, _REAL), _uniform(Uniform), st.builds(Normal, _REAL, _SCALE), cut)


def initializers(shape: tuple[int, ...] | None = None) -> st.SearchStrategy[Initializer]:
    """Initializers with valid settings; they shrink towards ``Constant(value=0.0)``.

    With a ``shape`` those that fit a parameter of it, without one those that fit any.

    Examples
    --------
    >>> from hypothesis import find
    >>> from paramattr.testing.strategies import initializers
    >>> find(initializers(), lambda recipe: True)
    Constant(value=0.0)
    """
    gain = st.just(1.0) | st.floats(0.1, 3.0)
    fan = st.none() | st.floats(1.0, 1e4)
    names = st.sampled_from(["relu", "leaky_relu"])
    slope = {"negative_slope": st.just(0.0) | st.floats(0.0, 1.0), "nonlinearity": names}
    found: list[st.SearchStrategy[Any]] = [
        st.builds(init.Constant, _REAL),
        _uniform(init.Uniform),
        st.builds(init.Normal, _REAL, _SCALE),
        _cut(init.TruncatedNormal, st.floats(-3.0, 3.0), st.just(1.0) | st.floats(0.1, 10.0)),
        st.builds(init.XavierUniform, fan, fan, gain),
        st.builds(init.XavierNormal, fan, fan, gain),
    ]
    for kaiming in (init.KaimingUniform, init.KaimingNormal):
        found.append(st.builds(kaiming, fan_in=fan, **slope) | st.builds(kaiming, mode=st.just("fan_out"), **slope))
    if shape is not None:
        sizes = checks.shape("shape", shape)
        if sizes and sizes[0]:
            found.append(st.builds(init.ZeroRow, st.one_of(found), st.integers(0, sizes[0] - 1)))
        ramps = st.tuples(_REAL, _REAL).map(lambda ends: np.linspace(*ends, math.prod(sizes)).reshape(sizes))
        found.append(ramps.map(init.Assign))
        groups = st.integers(1, max(1, sizes[0])).map(init.Dirac) if sizes else st.just(init.Dirac())
        for strategy, recipe in (
            (st.builds(init.Orthogonal, gain), init.Orthogonal()),
            (st.just(init.Bilinear()), init.Bilinear()),
            (groups.filter(lambda dirac: sizes[0] % dirac.groups == 0), init.Dirac()),
        ):
            if _fits(recipe, sizes):
                found.append(strategy)
    return st.one_of(found)


def _fits(recipe: Initializer, sizes: tuple[int, ...]) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what is warned of fits badly
        try:
            recipe.check_shape(sizes)
        except (ValueError, UserWarning):
            return False
    return True


def param_attrs(shape: tuple[int, ...] | None = None) -> st.SearchStrategy[ParamAttr]:
    """Parameter attributes without names; they shrink towards ``ParamAttr()``. ``shape`` is as for `initializers`.

    Examples
    --------
    >>> from hypothesis import find
    >>> from paramattr.testing.strategies import param_attrs
    >>> find(param_attrs(), lambda attr: not attr.need_clip).need_clip
    False
    """
    strength = st.floats(0.0, 1.0)
    true_first = st.sampled_from([True, False])
    return st.builds(
        ParamAttr,
        initializer=st.none() | initializers(shape),
        learning_rate=st.just(1.0) | st.floats(0.0, 10.0),
        regularizer=st.none() | st.builds(L2Decay, strength) | st.builds(L1Decay, strength),
        trainable=true_first,
        do_model_average=true_first,
        need_clip=true_first,
    )
