"""Parameters that a hook computes from others before each forward pass: by length and direction, and over the spectrum."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np

from paramattr.attr import ParamAttr
from paramattr.autograd import Tensor, apply, rules
from paramattr.initializer import Normal
from paramattr.nn.functional.vector_norm import as_matrix, over_sigma, singular_vectors, unit
from paramattr.nn.layer.conv import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from paramattr.nn.layer.layer import Layer
from paramattr.nn.layer.linear import Linear
from paramattr.parameter import Parameter
from paramattr.utils import checks, dtypes

# Where a layer keeps its hooks and their handles, by the name of the parameter.
_STORE = "_reparametrized"

_LEAST = 1e-12


class _Reparametrization(ABC):
    """The hook that computes the parameter ``name`` of a layer."""

    kind: ClassVar[str]

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def value(self, layer: Layer) -> Tensor:
        """Return the parameter."""

    def __call__(self, layer: Layer, inputs: Any) -> None:
        setattr(layer, self.name, self.value(layer))

    def install(self, layer: Layer) -> None:
        """Compute the parameter, which ``layer`` holds no longer, now and before each forward pass."""
        layer.register_buffer(self.name, self.value(layer), persistable=False)
        layer.__dict__.setdefault(_STORE, {})[self.name] = (self, layer.register_forward_pre_hook(self))


def _parameter(layer: object, name: object) -> tuple[Layer, Parameter]:
    """Return ``layer`` and its own parameter ``name``, of at least one axis, that nothing computes yet."""
    if not isinstance(layer, Layer):
        raise TypeError(f"layer must be a Layer, but received {layer!r} ({type(layer).__name__})")
    checks.instance("name", name, str, "a string")
    if name in layer.__dict__.get(_STORE, {}):
        raise RuntimeError(f"{name!r} of {layer!r} is computed by a {layer.__dict__[_STORE][name][0].kind} already")
    parameter = dict(layer.named_parameters(include_sublayers=False)).get(str(name))
    if parameter is None:
        raise ValueError(f"name must be that of a parameter of {layer!r}, but received {name!r}")
    return layer, parameter


class _WeightNorm(_Reparametrization):
    """Length times direction: ``name_g`` · ``name_v`` / |``name_v``|, with lengths over the axes but ``dim``."""

    kind = "weight_norm"

    def __init__(self, name: str, dim: int | None, ndim: int) -> None:
        super().__init__(name)
        self.axes = tuple(axis for axis in range(ndim) if axis != dim)

    def value(self, layer: Layer) -> Tensor:
        g, v = getattr(layer, f"{self.name}_g"), getattr(layer, f"{self.name}_v")
        shape = [1 if axis in self.axes else size for axis, size in enumerate(v.shape)]
        direction = apply(unit, v, p=2.0, axes=self.axes, epsilon=_LEAST)
        return direction * apply(rules.reshape, g, shape=tuple(shape))


def weight_norm(layer: Layer, name: str = "weight", dim: int | None = 0) -> Layer:
    """Make a parameter of ``layer`` the product of a length and a direction, and return the layer.

    In its place come the parameters ``name_v``, with the values it had, and ``name_g``, with their norms. As in Paddle,
    they are new ones with the default attribute.

    Parameters
    ----------
    layer : Layer
        Changed in place.
    name : str, default "weight"
        The parameter.
    dim : int or None, default 0
        The axis along which each slice has a length of its own. None, and as in Paddle -1: one length for all.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or there is no such parameter or axis.
    RuntimeError
        If something computes the parameter already.

    References
    ----------
    Salimans and Kingma, "Weight Normalization", 2016. Mirrors ``paddle.nn.utils.weight_norm``.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.utils.weight_norm(paramattr.nn.Linear(3, 4))
    >>> [(name, list(p.shape)) for name, p in layer.named_parameters()]
    [('bias', [4]), ('weight_v', [3, 4]), ('weight_g', [3])]
    """
    layer, weight = _parameter(layer, name)
    if weight.ndim == 0:
        raise ValueError(f"name must be that of a parameter with at least one axis, but {name!r} has none")
    number = None if dim is None else checks.integer("dim", dim)
    whole = number is None or number == -1
    hook = _WeightNorm(name, None if whole else checks.axis("dim", number, weight.ndim), weight.ndim)
    values = weight.numpy()
    wide = values.astype(dtypes.compute_dtype(values.dtype))
    lengths = np.sqrt((wide * wide).sum(axis=hook.axes) + _LEAST)
    v = layer.create_parameter(values.shape, dtype=values.dtype)
    g = layer.create_parameter(lengths.shape, dtype=values.dtype)
    v.set_value(values)
    g.set_value(lengths)
    delattr(layer, name)
    layer.add_parameter(f"{name}_v", v)
    layer.add_parameter(f"{name}_g", g)
    hook.install(layer)
    return layer


def remove_weight_norm(layer: Layer, name: str = "weight") -> Layer:
    """Undo `weight_norm`: make the parameter one again, with the values it has now, and return ``layer``.

    Mirrors ``paddle.nn.utils.remove_weight_norm``.

    Parameters
    ----------
    layer : Layer
        Changed in place.
    name : str, default "weight"
        The parameter.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or `weight_norm` was not applied.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.utils.weight_norm(paramattr.nn.Linear(3, 4))
    >>> [name for name, p in paramattr.nn.utils.remove_weight_norm(layer).named_parameters()]
    ['bias', 'weight']
    """
    checks.instance("layer", layer, Layer, "a Layer")
    checks.instance("name", name, str, "a string")
    hook, handle = layer.__dict__.get(_STORE, {}).get(name, (None, None))
    if not isinstance(hook, _WeightNorm):
        raise ValueError(f"name must be that of a parameter with a weight_norm, but received {name!r} of {layer!r}")
    value = hook.value(layer).numpy()
    weight = layer.create_parameter(value.shape, dtype=value.dtype)
    weight.set_value(value)
    handle.remove()
    del layer.__dict__[_STORE][name]
    for part in (name, f"{name}_g", f"{name}_v"):
        delattr(layer, part)
    layer.add_parameter(name, weight)
    return layer


class _SpectralNorm(_Reparametrization):
    """``name_orig`` over its largest singular value, of which ``name_u`` and ``name_v`` are the vectors."""

    kind = "spectral_norm"

    def __init__(self, name: str, rounds: int, dim: int, eps: float) -> None:
        super().__init__(name)
        self.rounds, self.dim, self.eps = rounds, dim, eps

    def length(self, norm: float) -> float:
        """Return what a vector of this norm is divided by."""
        return max(norm, self.eps)

    def value(self, layer: Layer) -> Tensor:
        weight, u, v = (getattr(layer, f"{self.name}_{part}") for part in ("orig", "u", "v"))
        return apply(over_sigma, weight, dim=self.dim, u=u.numpy().copy(), v=v.numpy().copy())

    def __call__(self, layer: Layer, inputs: Any) -> None:
        if layer.training:
            weight, u, v = (getattr(layer, f"{self.name}_{part}") for part in ("orig", "u", "v"))
            found = singular_vectors(weight.numpy(), self.dim, u.numpy(), v.numpy(), self.rounds, self.length)
            for vector, values in zip((u, v), found, strict=True):
                vector.set_value(values)
        super().__call__(layer, inputs)


def spectral_norm(
    layer: Layer, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Layer:
    """Divide a parameter of ``layer`` by its largest singular value in each forward pass, and return the layer.

    The parameter, under the name ``name_orig`` now, counts as a matrix with the axis ``dim`` as rows. Its singular vectors
    are the buffers ``name_u`` and ``name_v``; in training mode each forward pass improves them by power iteration.

    Parameters
    ----------
    layer : Layer
        Changed in place.
    name : str, default "weight"
        The parameter, of at least two axes.
    n_power_iterations : int, default 1
        Rounds of power iteration in each forward pass, >= 1.
    eps : float, default 1e-12
        The least norm that the vectors are divided by, >= 0.
    dim : int, optional
        The axis of the rows; by default 1 for `Linear` and transposed convolutions, 0 for all others.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or there is no such parameter or axis.
    RuntimeError
        If something computes the parameter already.

    References
    ----------
    Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018. Mirrors
    ``paddle.nn.utils.spectral_norm``.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.utils.spectral_norm(paramattr.nn.Linear(3, 4))
    >>> list(layer.state_dict())
    ['bias', 'weight_orig', 'weight_u', 'weight_v']
    """
    layer, weight = _parameter(layer, name)
    if weight.ndim < 2 or 0 in weight.shape:
        raise ValueError(
            f"name must be that of a parameter with at least two axes, none of size 0, but {name!r} is not"
        )
    if dim is None:
        dim = 1 if isinstance(layer, (Conv1DTranspose, Conv2DTranspose, Conv3DTranspose, Linear)) else 0
    hook = _SpectralNorm(
        name,
        checks.integer("n_power_iterations", n_power_iterations, low=1),
        checks.axis("dim", dim, weight.ndim),
        checks.real("eps", eps, low=0.0),
    )
    u, v = (_direction(layer, size, weight.dtype, hook.eps) for size in as_matrix(weight.numpy(), hook.dim).shape)
    delattr(layer, name)
    layer.add_parameter(f"{name}_orig", weight)
    layer.register_buffer(f"{name}_u", u)
    layer.register_buffer(f"{name}_v", v)
    hook.install(layer)
    return layer


def _direction(layer: Layer, size: int, dtype: np.dtype[Any], epsilon: float) -> Tensor:
    """Return a random vector of length 1."""
    drawn = layer.create_parameter([size], ParamAttr(initializer=Normal(0.0, 1.0)), dtype=dtype)
    return apply(unit, drawn.detach(), p=2.0, axes=(0,), epsilon=epsilon)
