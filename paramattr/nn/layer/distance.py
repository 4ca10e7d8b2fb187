"""Distance and likeness as layers."""

from __future__ import annotations

from paramattr.autograd import Tensor
from paramattr.autograd.tensor import Operand
from paramattr.nn import functional
from paramattr.nn.functional.distance import check_order
from paramattr.nn.layer.function import check_name, described
from paramattr.nn.layer.layer import Layer
from paramattr.utils import checks
from paramattr.utils.alias import also


class PairwiseDistance(Layer):
    """Return the p-norm of ``x - y + epsilon`` over the last axis.

    The settings, and what is refused, are those of `functional.pairwise_distance`. Mirrors ``paddle.nn.PairwiseDistance``.

    Examples
    --------
    >>> import paramattr
    >>> x, y = paramattr.to_tensor([3.0, 0.0]), paramattr.to_tensor([0.0, 4.0])
    >>> paramattr.nn.PairwiseDistance(epsilon=0.0)(x, y).item()
    5.0
    """

    @also(eps="epsilon")
    def __init__(self, p: float = 2.0, epsilon: float = 1e-6, keepdim: bool = False, name: str | None = None) -> None:
        super().__init__()
        self.name = check_name(name)
        self.p = check_order("p", p)
        self.epsilon = checks.real("epsilon", epsilon)
        self.keepdim = checks.boolean("keepdim", keepdim)

    @also(x1="x", x2="y")
    def forward(self, x: Operand, y: Operand) -> Tensor:
        return functional.pairwise_distance(x, y, self.p, self.epsilon, self.keepdim)

    def extra_repr(self) -> str:
        epsilon = {} if self.epsilon == 1e-6 else {"epsilon": self.epsilon}
        keepdim = {"keepdim": True} if self.keepdim else {}
        return described(self.name, p=self.p, **epsilon, **keepdim)


class CosineSimilarity(Layer):
    """Return the cosine of the angle between two inputs along ``axis``.

    The settings, and what is refused, are those of `functional.cosine_similarity`. Mirrors ``paddle.nn.CosineSimilarity``.

    Examples
    --------
    >>> import paramattr
    >>> x, y = paramattr.to_tensor([[3.0, 0.0]]), paramattr.to_tensor([[4.0, 4.0]])
    >>> round(paramattr.nn.CosineSimilarity()(x, y).item(), 4)
    0.7071
    """

    @also(dim="axis")
    def __init__(self, axis: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.axis = checks.integer("axis", axis)
        self.eps = checks.real("eps", eps, low=0.0)

    def forward(self, x1: Operand, x2: Operand) -> Tensor:
        return functional.cosine_similarity(x1, x2, self.axis, self.eps)

    def extra_repr(self) -> str:
        return described(None, axis=self.axis, eps=self.eps)
