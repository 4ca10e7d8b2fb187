"""Clipping gradients in place, and parameters as one vector."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from paramattr.autograd import Tensor, writes
from paramattr.autograd.tape import Array
from paramattr.utils import checks, dtypes
from paramattr.utils.norm import l2_norm

__all__ = ["clip_grad_norm_", "clip_grad_value_", "parameters_to_vector", "vector_to_parameters"]


def _tensors(parameters: Iterable[Tensor] | Tensor) -> list[Tensor]:
    if isinstance(parameters, Tensor):
        return [parameters]
    tensors = checks.several("parameters", parameters, "a Tensor or several")
    for index, tensor in enumerate(tensors):
        checks.instance(f"parameters[{index}]", tensor, Tensor, "a Tensor")
    return tensors


def _gradients(parameters: Iterable[Tensor] | Tensor) -> list[Tensor]:
    return [tensor.grad for tensor in _tensors(parameters) if tensor.grad is not None]


def clip_grad_norm_(
    parameters: Iterable[Tensor] | Tensor, max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> Tensor:
    """Multiply the gradients of ``parameters`` in place by min(1, max_norm / (norm + 1e-6)), and return their norm.

    Returns that norm, before clipping, in shape ``[]``. Mirrors ``paddle.nn.utils.clip_grad_norm_``.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        Those without a gradient are skipped; ``need_clip`` plays no part.
    max_norm : float
        Largest norm of all taken together, >= 0; infinity to measure only.
    norm_type : {2, 1, inf, 0}, default 2
        The p of the norm. 0 is, as in Paddle, the number of gradients that are not zero everywhere.
    error_if_nonfinite : bool, default False
        Whether a norm that is nan or infinite is an error.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.
    RuntimeError
        If the norm is not finite and ``error_if_nonfinite`` is True; the gradients are left as they were.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2])
    >>> p.grad = [3.0, 4.0]
    >>> paramattr.nn.utils.clip_grad_norm_(p, max_norm=1.0).item()
    5.0
    >>> p.grad.numpy().round(3)
    array([0.6, 0.8], dtype=float32)
    """
    gradients = _gradients(parameters)
    limit = checks.real("max_norm", max_norm, low=0.0, finite=False)
    order = checks.real("norm_type", norm_type, finite=False)
    if order not in (0.0, 1.0, 2.0, math.inf):
        raise ValueError(f"norm_type must be one of 0, 1, 2 and inf, but received {norm_type!r}")
    strict = checks.boolean("error_if_nonfinite", error_if_nonfinite)
    if not gradients:
        return Tensor(np.zeros((), np.float32))
    norm = _norm([gradient.numpy() for gradient in gradients], order)
    if strict and not math.isfinite(norm):
        raise RuntimeError(f"the norm of order {order:g} of the gradients is {norm}, so they can't be clipped by it")
    factor = limit / (norm + 1e-6) if math.isfinite(limit) else 1.0
    # Also for a nan, which is not below 1 but has to show in the gradients.
    if not factor >= 1.0:
        with np.errstate(invalid="ignore"):
            writes.record(gradients)
            for gradient in gradients:
                array, scalar = gradient.numpy(), dtypes.compute_dtype(gradient.dtype).type(factor)
                np.multiply(array, scalar, out=array, casting="same_kind")
    return Tensor(np.asarray(norm, gradients[0].dtype))


def _norm(gradients: list[Array], order: float) -> float:
    if order == 2.0:
        return l2_norm(gradients)
    if order == 1.0:
        return math.fsum(float(np.abs(gradient).sum(dtype=np.float64)) for gradient in gradients)
    if order == 0.0:
        return float(sum(bool(gradient.any()) for gradient in gradients))
    return float(max(np.max(np.abs(gradient), initial=0.0) for gradient in gradients))


def clip_grad_value_(parameters: Iterable[Tensor] | Tensor, clip_value: float) -> None:
    """Limit every element of the gradients of ``parameters`` in place to [-clip_value, clip_value].

    Mirrors ``paddle.nn.utils.clip_grad_value_``.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
        As of `clip_grad_norm_`, with its TypeError and ValueError.
    clip_value : float
        Largest magnitude, >= 0.

    Examples
    --------
    >>> import paramattr
    >>> p = paramattr.create_parameter([2])
    >>> p.grad = [3.0, -0.5]
    >>> paramattr.nn.utils.clip_grad_value_(p, 1.0)
    >>> p.grad.numpy()
    array([ 1. , -0.5], dtype=float32)
    """
    gradients = _gradients(parameters)
    limit = checks.real("clip_value", clip_value, low=0.0)
    writes.record(gradients)
    for gradient in gradients:
        array, scalar = gradient.numpy(), gradient.dtype.type
        np.minimum(np.maximum(array, scalar(-limit), out=array), scalar(limit), out=array)


def parameters_to_vector(parameters: Iterable[Tensor], name: str | None = None) -> Tensor:
    """Return a copy of the values of ``parameters`` as one vector, with ``stop_gradient=False`` and this name.

    Mirrors ``paddle.nn.utils.parameters_to_vector``.

    Parameters
    ----------
    parameters : iterable of Tensor
        At least one, all of one dtype.
    name : str, optional
        Of the vector.

    Raises
    ------
    TypeError, ValueError
        If there is no parameter, or their dtypes differ.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.Linear(10, 15)
    >>> paramattr.nn.utils.parameters_to_vector(layer.parameters()).shape
    [165]
    """
    tensors = _tensors(parameters)
    names = sorted({tensor.dtype.name for tensor in tensors})
    if len(names) != 1:
        raise ValueError(f"parameters must be at least one, all of one dtype, but received {names}")
    return Tensor(np.concatenate([tensor.numpy().reshape(-1) for tensor in tensors]), stop_gradient=False, name=name)


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor], name: str | None = None) -> None:
    """Copy the elements of ``vec`` into ``parameters``, in order.

    Mirrors ``paddle.nn.utils.vector_to_parameters``.

    Parameters
    ----------
    vec : Tensor
        Of one axis, at least as long as the parameters are together; what is left over is ignored, as in Paddle.
    parameters, name : iterable of Tensor; str, optional
        What to write to; the name is Paddle's, and has no effect.

    Raises
    ------
    TypeError, ValueError
        If ``vec`` is not a tensor with one axis, or is too short; no parameter is changed then.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.Linear(2, 1)
    >>> paramattr.nn.utils.vector_to_parameters(paramattr.to_tensor([1.0, 2.0, 3.0]), layer.parameters())
    >>> layer.bias.numpy()
    array([3.], dtype=float32)
    """
    checks.instance("vec", vec, Tensor, "a Tensor with one axis")
    tensors = _tensors(parameters)
    needed = sum(tensor.size for tensor in tensors)
    if vec.ndim != 1 or vec.size < needed:
        raise ValueError(f"vec must have one axis of at least {needed} elements, but received shape {vec.shape!r}")
    start = 0
    for tensor in tensors:
        tensor.set_value(vec.numpy()[start : start + tensor.size].reshape(tensor.shape))
        start += tensor.size
