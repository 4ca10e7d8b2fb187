"""Normalizations over neighbouring channels, and of a weight by its largest singular value."""

from __future__ import annotations

import math
from collections.abc import Sequence

from numpy.typing import DTypeLike

from paramattr.autograd import Tensor, apply
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.initializer import Normal
from paramattr.nn import functional
from paramattr.nn.functional.norm import FORMATS
from paramattr.nn.functional.vector_norm import check_response, over_sigma, singular_vectors
from paramattr.nn.layer.function import check_name
from paramattr.nn.layer.layer import Layer
from paramattr.parameter import Parameter
from paramattr.utils import checks


class LocalResponseNorm(Layer):
    """Divide each channel by a power of the mean square of its neighbours.

    The arguments, and what is refused, are those of `functional.local_response_norm`. Mirrors
    ``paddle.nn.LocalResponseNorm``.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.LocalResponseNorm(3, alpha=3.0, beta=1.0)
    >>> layer(paramattr.to_tensor([[[1.0], [1.0], [1.0]]])).flatten().numpy().round(3)
    array([0.333, 0.25 , 0.333], dtype=float32)
    """

    def __init__(
        self,
        size: int,
        alpha: float = 1e-4,
        beta: float = 0.75,
        k: float = 1.0,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = check_response(size, alpha, beta, k)
        self.data_format = checks.choice("data_format", data_format, FORMATS)
        self.name = check_name(name)

    def forward(self, input: Operand) -> Tensor:
        """Normalize ``input``, of at least three axes."""
        x = as_tensor("input", input)
        return functional.local_response_norm(x, self.size, self.alpha, self.beta, self.k, self.data_format)

    def extra_repr(self) -> str:
        parts = [f"size={self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"]
        parts += [f"data_format={self.data_format}"] if self.data_format != "NCHW" else []
        return ", ".join([*parts, *([f"name={self.name}"] if self.name is not None else [])])


class SpectralNorm(Layer):
    """Divide a weight by its largest singular value, as power iteration finds it.

    The weight counts as a matrix with the axis ``dim`` as rows. Each call begins at the vectors ``weight_u`` and
    ``weight_v``, drawn from the normal law, and leaves them as they are; gradients take those it ends at for constants.

    Parameters
    ----------
    weight_shape : sequence of int
        Shape of the weight: at least two axes, none of size 0.
    dim : {0, 1}
        The axis of the rows.
    power_iters : int, default 1
        Rounds of power iteration, >= 0.
    eps : float, default 1e-12
        Added to the norms that the vectors are divided by, >= 0.
    dtype : dtype, default "float32"
        Of the vectors.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: if the weight is of another shape.

    References
    ----------
    Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018. Mirrors ``paddle.nn.SpectralNorm``.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.SpectralNorm([2, 2], power_iters=20)
    >>> layer(paramattr.to_tensor([[4.0, 0.0], [0.0, 1.0]])).numpy().round(3)
    array([[1.  , 0.  ],
           [0.  , 0.25]], dtype=float32)
    """

    weight_u: Parameter
    weight_v: Parameter

    def __init__(
        self,
        weight_shape: Sequence[int],
        dim: int = 0,
        power_iters: int = 1,
        eps: float = 1e-12,
        dtype: DTypeLike = "float32",
    ) -> None:
        super().__init__(dtype=dtype)
        shape = checks.shape("weight_shape", weight_shape)
        if len(shape) < 2 or 0 in shape:
            raise ValueError(f"weight_shape must have at least two axes, none of size 0, but received {weight_shape!r}")
        self._weight_shape = list(shape)
        self._dim = checks.integer("dim", dim, low=0, high=1)
        self._power_iters = checks.integer("power_iters", power_iters, low=0)
        self._eps = checks.real("eps", eps, low=0.0)
        rows = shape[self._dim]
        law = Normal(0.0, 1.0)
        self.weight_u = self.create_parameter([rows], default_initializer=law)
        self.weight_v = self.create_parameter([math.prod(shape) // rows], default_initializer=law)
        self.weight_u.stop_gradient = self.weight_v.stop_gradient = True

    def forward(self, x: Operand) -> Tensor:
        """Return the weight ``x`` over its largest singular value."""
        weight = as_tensor("x", x)
        if list(weight.shape) != self._weight_shape:
            raise ValueError(f"{self!r} expected a weight of shape {self._weight_shape}, but received {weight.shape!r}")
        vectors = (self.weight_u.numpy(), self.weight_v.numpy())
        u, v = singular_vectors(weight.numpy(), self._dim, *vectors, self._power_iters, lambda norm: norm + self._eps)
        return apply(over_sigma, weight, dim=self._dim, u=u, v=v)
