"""Layers in another dtype."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from paramattr.autograd import place
from paramattr.nn.layer.tree import Tree
from paramattr.utils import checks, dtypes

if TYPE_CHECKING:
    from typing_extensions import Self

    from paramattr.nn.layer.layer import Layer


Excluded = type | Sequence[type] | None


class Castable(Tree):
    """What can be put into another dtype, in place.

    Parameters and buffers stay the objects they are, with their names, settings and, in the new dtype, gradients; so an
    optimizer goes on with them.
    """

    def to(
        self,
        device: object = None,
        dtype: DTypeLike | None = None,
        blocking: bool | None = None,
        non_blocking: bool | None = None,
    ) -> Self:
        """Put parameters and buffers, those of whole numbers too, into ``dtype``, and return the layer.

        Parameters
        ----------
        device : "cpu" or a place, optional
            There is only the CPU.
        dtype : dtype, optional
            A floating one; as it is if None.
        blocking, non_blocking : bool, optional
            Have no effect: there is nothing to wait for.

        Raises
        ------
        TypeError, ValueError
            If ``device`` is not the CPU, ``dtype`` is none that parameters can have, or a flag is not a bool.

        Examples
        --------
        >>> import paramattr
        >>> paramattr.nn.Linear(2, 3).to(dtype="float64").weight.dtype
        dtype('float64')
        """
        place.check("device", device)
        for name, flag in (("blocking", blocking), ("non_blocking", non_blocking)):
            if flag is not None:
                checks.boolean(name, flag)
        return self if dtype is None else self.type(dtype)

    def astype(self, dtype: DTypeLike | None = None) -> Self:
        """Put parameters and buffers, those of whole numbers too, into ``dtype``, as `to`, and return the layer."""
        return self.type("None" if dtype is None else dtype)

    def type(self, dst_type: DTypeLike) -> Self:
        """Put parameters and buffers, those of whole numbers too, into ``dst_type``, as `to`, and return the layer."""
        _cast(self.sublayers(include_self=True), dtypes.floating("dtype", dst_type), lambda _: True)
        return self

    def double(self) -> Self:
        """Do what `type` does, with float64."""
        return self.type("float64")

    def half(self) -> Self:
        """Do what `type` does, with float16."""
        return self.type("float16")

    def float(self, excluded_layers: Excluded = None) -> Self:
        """Put the floating parameters and buffers into float32, and return the layer.

        Parameters
        ----------
        excluded_layers : type, or sequence of them, optional
            Classes whose layers stay as they are; not those that inherit from one.

        Raises
        ------
        TypeError
            If something else is given.
        """
        return self._cast_floats("float32", () if excluded_layers is None else excluded_layers)

    def float16(self, excluded_layers: Excluded = None) -> Self:
        """Do what `float` does, with float16; ``BatchNorm`` is excluded if nothing is given."""
        return self._cast_floats("float16", excluded_layers)

    def bfloat16(self, excluded_layers: Excluded = None) -> Self:
        """Do what `float` does, with bfloat16; ``BatchNorm`` is excluded if nothing is given."""
        return self._cast_floats("bfloat16", excluded_layers)

    def _cast_floats(self, dtype: str, excluded: Excluded) -> Self:
        if excluded is None:
            excluded = [getattr(import_module("paramattr.nn.layer"), "BatchNorm", Castable)]
        classes = [excluded] if isinstance(excluded, builtins.type) else excluded
        checks.instance("excluded_layers", classes, (list, tuple), "a class of layers, a list of them or None")
        for position, cls in enumerate(classes):
            checks.instance(f"excluded_layers[{position}]", cls, builtins.type, "a class of layers")
        layers = [layer for layer in self.sublayers(include_self=True) if builtins.type(layer) not in classes]
        _cast(layers, dtypes.named(dtype), dtypes.is_floating)
        return self

    def cpu(self) -> Self:
        """Return the layer: it is on the CPU."""
        return self

    def cuda(self, device: object = None) -> Self:
        """Raise a ValueError: there is only the CPU."""
        raise ValueError(f"device must be the CPU, the only one here, but cuda({device!r}) was asked for")

    def xpu(self, device: object = None) -> Self:
        """Raise a ValueError: there is only the CPU."""
        raise ValueError(f"device must be the CPU, the only one here, but xpu({device!r}) was asked for")


def _cast(layers: Iterable[Layer], dtype: np.dtype[Any], which: Callable[[np.dtype[Any]], bool]) -> None:
    """Put the parameters and buffers of ``layers`` of the dtypes ``which`` into another."""
    for layer in layers:
        layer._dtype = dtype
        for tensor in (*layer._parameters.values(), *layer._buffers.values()):
            if tensor is not None and which(tensor.dtype):
                tensor._recast(dtype)
