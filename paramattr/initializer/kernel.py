"""Initializers that write a fixed convolution kernel: Bilinear (upsampling) and Dirac (identity)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from paramattr.initializer.base import Array, Initializer
from paramattr.utils import checks


@dataclass(frozen=True, repr=False, eq=False)
class Bilinear(Initializer):
    """The kernel of bilinear upsampling by a transposed convolution, in every channel.

    For an upsampling factor f use a kernel of size 2f - f % 2, stride f, padding ceil((f - 1) / 2) and one group
    per channel: a constant image then stays constant away from its border.

    The kernel is the outer product of two tents, ``1 - |i / f - c|`` with ``f = ceil(k / 2)`` and
    ``c = (2f - 1 - f % 2) / (2f)``. Paddle computes the row index by a float division, so that its kernel is
    neither symmetric nor nonnegative.

    Raises
    ------
    ValueError
        When used: if the parameter has not four axes, or its kernel is not square. A size that belongs to no factor, such
        as 3 or 6, is warned of.

    References
    ----------
    Long, Shelhamer and Darrell, "Fully Convolutional Networks for Semantic Segmentation", 2015, sect. 3.3.
    Mirrors ``paddle.nn.initializer.Bilinear``.

    Examples
    --------
    >>> import paramattr
    >>> bilinear = paramattr.initializer.Bilinear()
    >>> up = paramattr.nn.Conv2DTranspose(1, 1, 4, stride=2, padding=1, weight_attr=bilinear, bias_attr=False)
    >>> up.weight.numpy()[0, 0, 0]
    array([0.0625, 0.1875, 0.1875, 0.0625], dtype=float32)
    """

    def check_shape(self, shape: tuple[int, ...]) -> None:
        if len(shape) != 4:
            raise ValueError(f"Bilinear needs a weight with 4 axes, but the parameter has shape {list(shape)}")
        if shape[2] != shape[3]:
            raise ValueError(f"Bilinear needs a square kernel, but the parameter has shape {list(shape)}")
        if shape[2] % 4 in (2, 3):
            warnings.warn(
                f"a bilinear kernel of size {shape[2]} belongs to no upsampling factor, and is off centre, as in Paddle;"
                f" sizes are 2f - f % 2, such as {shape[2] // 4 * 4 + 1} and {shape[2] // 4 * 4 + 4}",
                stacklevel=2,
            )

    def kernel(self, shape: tuple[int, ...], index: tuple[slice, ...]) -> Array:
        """Return the product of the tents, in two axes: it is the same in every channel."""
        return np.outer(_tent(shape[2])[index[2]], _tent(shape[3])[index[3]])


def _tent(size: int) -> Array:
    factor = (size + 1) // 2
    centre = (2 * factor - 1 - factor % 2) / (2 * factor)
    return np.asarray(1.0 - np.abs(np.arange(size) / factor - centre))


@dataclass(frozen=True, repr=False, eq=False)
class Dirac(Initializer):
    """The identity convolution: within each group, output channel i passes on input channel i.

    The one stands at index k // 2 of each kernel axis. Output channels that have no input channel are 0.

    Parameters
    ----------
    groups : int, default 1
        In how many groups the output channels are cut, each with an identity of its own; >= 1.

    Raises
    ------
    TypeError, ValueError
        If ``groups`` is not a positive integer. When used: if the parameter has not 3, 4 or 5 axes, or its first
        size is not a multiple of ``groups``.

    References
    ----------
    Zagoruyko and Komodakis, "DiracNets", 2017. Mirrors ``paddle.nn.initializer.Dirac``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.Conv1D(2, 2, 3, weight_attr=paramattr.initializer.Dirac()).weight.numpy()[0]
    array([[0., 1., 0.],
           [0., 0., 0.]], dtype=float32)
    """

    groups: int = 1

    def __post_init__(self) -> None:
        self._check(checks.integer, "groups", low=1)

    def check_shape(self, shape: tuple[int, ...]) -> None:
        if len(shape) not in (3, 4, 5):
            raise ValueError(f"Dirac needs a weight with 3, 4 or 5 axes, but the parameter has shape {list(shape)}")
        if shape[0] % self.groups:
            raise ValueError(f"Dirac(groups={self.groups}) needs shape[0] divisible by groups, but it is {shape[0]}")

    def kernel(self, shape: tuple[int, ...], index: tuple[slice, ...]) -> Array:
        """Return ones where an output channel passes on its input channel, at the centre of the other axes."""
        outputs, inputs, *spatial = (np.arange(size)[part] for size, part in zip(shape, index, strict=True))
        ones = np.zeros([outputs.size, inputs.size, *(axis.size for axis in spatial)], np.bool_)
        centre = np.ix_(*(axis == size // 2 for axis, size in zip(spatial, shape[2:], strict=True)))
        passes = outputs[:, np.newaxis] % (shape[0] // self.groups) == inputs
        ones[(..., *centre)] = passes.reshape(*passes.shape, *(1 for _ in centre))
        return ones
