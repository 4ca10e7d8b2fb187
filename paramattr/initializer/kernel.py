"""Initializers that write a fixed convolution kernel: Bilinear (upsampling) and Dirac (identity)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from paramattr.initializer.base import Array, Initializer
from paramattr.initializer.registry import register
from paramattr.random import Key
from paramattr.random.index import Index, positions
from paramattr.utils import checks


class _Kernel(Initializer):
    """What is the same for every key: a value for each position."""

    def _at(self, shape: tuple[int, ...], places: Sequence[Array]) -> Array:
        """Return the values at an open mesh of positions, in a shape that broadcasts to the mesh's."""
        raise TypeError(f"{type(self).__name__} must define _at, for {len(places)} axes of {shape}")

    def fill(self, out: Array, key: Key) -> None:
        """Write the kernel into every channel."""
        self.check_shape(out.shape)
        out[...] = self._at(out.shape, np.ogrid[tuple(slice(size) for size in out.shape)])

    def take(self, key: Key, shape: tuple[int, ...], index: Index, dtype: np.dtype[Any]) -> Array:
        """Return a slice of the kernels."""
        self.check_shape(shape)
        axes = positions(shape, index)
        out = np.empty([len(places) for places, _ in axes], dtype)
        out[...] = self._at(shape, list(np.ix_(*(np.array(places, np.intp) for places, _ in axes))))
        return out.reshape([len(places) for places, kept in axes if kept])


@register
@dataclass(frozen=True, repr=False, eq=False)
class Bilinear(_Kernel):
    """The kernel of bilinear upsampling by a transposed convolution, in every channel.

    For an upsampling factor f use a kernel of size 2f - f % 2, stride f, padding ceil((f - 1) / 2) and one group
    per channel: a constant image then stays constant away from its border.

    Raises
    ------
    ValueError
        When used: if the parameter has not four axes.

    Notes
    -----
    The kernel is the outer product of two tents, ``1 - |i / f - c|`` with ``f = ceil(k / 2)`` and
    ``c = (2f - 1 - f % 2) / (2f)``. Paddle computes the row index by a float division, so that its kernel is
    neither symmetric nor nonnegative.

    References
    ----------
    Long, Shelhamer and Darrell, "Fully Convolutional Networks for Semantic Segmentation", 2015, sect. 3.3.
    Mirrors ``paddle.nn.initializer.Bilinear``.

    Examples
    --------
    >>> import paramattr
    >>> up = paramattr.nn.Conv2DTranspose(
    ...     1, 1, 4, stride=2, padding=1, weight_attr=paramattr.initializer.Bilinear(), bias_attr=False
    ... )
    >>> up.weight.numpy()[0, 0, 0]
    array([0.0625, 0.1875, 0.1875, 0.0625], dtype=float32)
    """

    def check_shape(self, shape: tuple[int, ...]) -> None:
        """Raise a ValueError unless ``shape`` has four axes."""
        if len(shape) != 4:
            raise ValueError(f"Bilinear needs a weight with 4 axes, but the parameter has shape {list(shape)}")

    def _at(self, shape: tuple[int, ...], places: Sequence[Array]) -> Array:
        return _tent(shape[2], places[2]) * _tent(shape[3], places[3])


def _tent(size: int, places: Array) -> Array:
    factor = (size + 1) // 2
    centre = (2 * factor - 1 - factor % 2) / (2 * factor)
    tent: Array = 1.0 - np.abs(places / factor - centre)
    return tent


@register
@dataclass(frozen=True, repr=False, eq=False)
class Dirac(_Kernel):
    """The identity convolution: each output channel passes on one input channel.

    Parameters
    ----------
    groups : int, default 1
        In how many groups the output channels are cut, each with an identity of its own; >= 1.

    Raises
    ------
    TypeError, ValueError
        If ``groups`` is not a positive integer. When used: if the parameter has not 3, 4 or 5 axes, or its first
        size is not a multiple of ``groups``.

    Notes
    -----
    Within each group, output channel i passes on input channel i; further output channels are 0. The one
    stands at index k // 2 of each kernel axis.

    References
    ----------
    Zagoruyko and Komodakis, "DiracNets", 2017. Mirrors ``paddle.nn.initializer.Dirac``.

    Examples
    --------
    >>> import paramattr
    >>> conv = paramattr.nn.Conv1D(2, 2, 3, weight_attr=paramattr.initializer.Dirac())
    >>> conv.weight.numpy()[0]
    array([[0., 1., 0.],
           [0., 0., 0.]], dtype=float32)
    """

    groups: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", checks.integer("groups", self.groups, low=1))

    def check_shape(self, shape: tuple[int, ...]) -> None:
        """Raise a ValueError if ``shape`` is not a convolution's, or not divisible by ``groups``."""
        if len(shape) not in (3, 4, 5):
            raise ValueError(f"Dirac needs a weight with 3, 4 or 5 axes, but the parameter has shape {list(shape)}")
        if shape[0] % self.groups:
            raise ValueError(f"Dirac(groups={self.groups}) needs shape[0] divisible by groups, but it is {shape[0]}")

    def _at(self, shape: tuple[int, ...], places: Sequence[Array]) -> Array:
        outputs, inputs, *spatial = places
        ones = np.zeros([axis.size for axis in places], np.bool_)
        centre = [np.flatnonzero(here.reshape(-1) == size // 2) for size, here in zip(shape[2:], spatial, strict=True)]
        passes = outputs % max(shape[0] // self.groups, 1) == inputs
        index: tuple[Any, ...] = (..., *np.ix_(*centre))
        ones[index] = passes
        return ones
