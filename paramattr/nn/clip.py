"""Gradient clipping: by value, by the norm of each gradient, by the norm of all of them together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.utils import checks, dtypes
from paramattr.utils.norm import l2_norm

__all__ = ["ClipGradBase", "ClipGradByGlobalNorm", "ClipGradByNorm", "ClipGradByValue", "Clipping"]


class Clipping(NamedTuple):
    """What a clip makes of a gradient's elements: times ``factor``, then into [``low``, ``high``]."""

    factor: float = 1.0
    low: float = -math.inf
    high: float = math.inf

    def read(self, part: Array, out: Array) -> None:
        """Write what becomes of elements of the gradient into ``out``, which may be ``part`` itself."""
        kind, factor = part.dtype, self.factor
        if factor != 1.0:
            if dtypes.is_narrow(kind) or factor < 1e-30:
                # In a narrow dtype a small factor has few digits, or none; the result is rounded once.
                out[...] = (part.astype(np.float64) * factor).astype(kind)
            else:
                np.multiply(part, kind.type(factor), out=out, casting="same_kind")
            part = out
        if self.low > -math.inf or self.high < math.inf:
            np.maximum(part, kind.type(self.low), out=out)
            np.minimum(out, kind.type(self.high), out=out)
        elif part is not out:
            out[...] = part

    @property
    def changes(self) -> bool:
        """Whether the clip may change anything."""
        return self.factor != 1.0 or self.low > -math.inf or self.high < math.inf


UNCHANGED = Clipping()
Plan: TypeAlias = list[tuple[Array, Clipping]]


def _shrink(gradients: Sequence[Array], clip_norm: float) -> Plan:
    """Scale by clip_norm / max(norm, clip_norm), where the norm is that of the gradients together."""
    norm = l2_norm(gradients)
    clipping = UNCHANGED if norm <= clip_norm else Clipping(clip_norm / norm)
    return [(gradient, clipping) for gradient in gradients]


class ClipGradBase:
    """Base class of clips: a subclass says what becomes of a list of gradients, none of which is written to.

    Give a clip to an optimizer as ``grad_clip``. Called with pairs of parameter and gradient it returns such pairs,
    those of parameters with ``need_clip=False`` unchanged and those without a gradient left out. Mirrors
    ``paddle.nn.clip.ClipGradBase``.

    Examples
    --------
    >>> import paramattr
    >>> class Sign(paramattr.nn.ClipGradBase):
    ...     def clip(self, gradients):
    ...         return [np.sign(gradient) for gradient in gradients]
    >>> import numpy as np
    >>> Sign().clip([np.array([-3.0, 2.0])])
    [array([-1.,  1.])]
    """

    def clip(self, gradients: Sequence[Array]) -> list[Array]:
        """Return the clipped gradients, in order; one that is not changed may be the array itself."""
        if type(self).plan is ClipGradBase.plan:
            raise TypeError(f"{type(self).__name__} does not define clip")
        result = []
        with np.errstate(invalid="ignore", over="ignore", under="ignore"):
            for gradient, clipping in self.plan(gradients):
                array = gradient
                if clipping.changes:
                    array = np.empty_like(gradient)
                    clipping.read(gradient, array)
                result.append(array)
        return result

    def plan(self, gradients: Sequence[Array]) -> Plan:
        """Return what `clip` does to each gradient, for an optimizer to do it block by block, without a copy.

        A clip whose factors and bounds are known beforehand defines this instead of `clip`.
        """
        return [(gradient, UNCHANGED) for gradient in self.clip(gradients)]

    def __call__(self, params_grads: Iterable[tuple[Tensor, Tensor | None]]) -> list[tuple[Tensor, Tensor]]:
        """Return the pairs of parameter and gradient with what `clip` makes of the gradients."""
        pairs = [(parameter, gradient) for parameter, gradient in params_grads if gradient is not None]
        chosen = [place for place, (parameter, _) in enumerate(pairs) if getattr(parameter, "need_clip", True)]
        clipped = self.clip([pairs[place][1].numpy() for place in chosen])
        for place, array in zip(chosen, clipped, strict=True):
            parameter, gradient = pairs[place]
            if array is not gradient.numpy():
                pairs[place] = (parameter, Tensor(array))
        return pairs


class ClipGradByValue(ClipGradBase):
    """Limit every element of a gradient to the range [min, max].

    Mirrors ``paddle.nn.ClipGradByValue``.

    Parameters
    ----------
    max : float
        Largest value.
    min : float, optional
        Smallest value; ``-max`` if None, and then ``max`` must be above 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a finite real number, or ``min`` is above ``max``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.ClipGradByValue(1.0).clip([np.array([-3.0, 0.5, 2.0])])
    [array([-1. ,  0.5,  1. ])]
    """

    def __init__(self, max: float, min: float | None = None) -> None:
        if min is None:
            self.max = checks.real("max (without min)", max, low=0.0, open_low=True)
            self.min = -self.max
        else:
            self.max = checks.real("max", max)
            self.min = checks.real("min", min)
        if self.min > self.max:
            raise ValueError(f"min must be <= max, but received min={min!r} and max={max!r}")

    def plan(self, gradients: Sequence[Array]) -> Plan:
        """Bring every element inside the range; a nan stays a nan."""
        clipping = Clipping(low=self.min, high=self.max)
        return [(gradient, clipping) for gradient in gradients]

    def __repr__(self) -> str:
        return f"Clip Gradient By Value, min = {self.min:f}, max={self.max:f}"


class ClipGradByNorm(ClipGradBase):
    """Scale down each gradient whose own L2 norm is above ``clip_norm``.

    Mirrors ``paddle.nn.ClipGradByNorm``.

    Parameters
    ----------
    clip_norm : float
        Largest norm, > 0.

    Raises
    ------
    TypeError, ValueError
        If ``clip_norm`` is not a finite real number > 0.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.ClipGradByNorm(1.0).clip([np.array([3.0, 4.0]), np.array([0.5])])
    [array([0.6, 0.8]), array([0.5])]
    """

    def __init__(self, clip_norm: float) -> None:
        self.clip_norm = checks.real("clip_norm", clip_norm, low=0.0, open_low=True)

    def plan(self, gradients: Sequence[Array]) -> Plan:
        """Bring each gradient to a norm of at most ``clip_norm``."""
        return [pair for gradient in gradients for pair in _shrink([gradient], self.clip_norm)]

    def __repr__(self) -> str:
        return f"Gradient Clip By Norm, clip_norm={self.clip_norm:f}"


class ClipGradByGlobalNorm(ClipGradBase):
    """Scale down all gradients by one factor when their L2 norm taken together is above ``clip_norm``.

    Those of parameters with ``need_clip=False`` neither count in the norm nor are scaled.

    Parameters
    ----------
    clip_norm : float
        As of `ClipGradByNorm`, with its errors.
    group_name, auto_skip_clip : str, default "default_group"; bool, default False
        Paddle's; they never change a value.

    References
    ----------
    Mirrors ``paddle.nn.ClipGradByGlobalNorm``, except that the ``grad`` of a parameter is left as it was;
    Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", 2013.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> paramattr.nn.ClipGradByGlobalNorm(1.0).clip([np.array([3.0]), np.array([4.0])])
    [array([0.6]), array([0.8])]
    """

    def __init__(self, clip_norm: float, group_name: str = "default_group", auto_skip_clip: bool = False) -> None:
        checks.instance("group_name", group_name, str, "a string")
        self.clip_norm = checks.real("clip_norm", clip_norm, low=0.0, open_low=True)
        self.group_name = group_name
        self.auto_skip_clip = checks.boolean("auto_skip_clip", auto_skip_clip)

    def plan(self, gradients: Sequence[Array]) -> Plan:
        """Bring the gradients to a norm of at most ``clip_norm`` taken together."""
        return _shrink(gradients, self.clip_norm)

    def __repr__(self) -> str:
        return f"Gradient Clip By GlobalNorm, global_norm={self.clip_norm:f}"
