"""Paddle's functions of tensors, in modules of Paddle's names; each is loaded when it is first used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from paramattr.autograd.tensor import methods_from

# Where each name is defined; one that ends in _ and is not defined itself is the in-place form of the one without.
_NAMES = {
    "contraction": "einsum",
    "covariance": "corrcoef cov",
    "creation": "to_tensor",
    "factorization": "cholesky eig eigh eigvals eigvalsh qr svd svdvals",
    "filling": ("bernoulli_ cauchy_ exponential_ geometric_ log_normal_ multinomial normal_ random_ uniform_"),
    "least_squares": "lstsq matrix_rank pinv",
    "linalg": "addmm addmm_ baddbmm baddbmm_ bmm dot matmul matrix_transpose mm multi_dot mv vecdot",
    "logic": (
        "allclose bitwise_and bitwise_and_ bitwise_left_shift bitwise_left_shift_ bitwise_not bitwise_not_ bitwise_or"
        " bitwise_or_ bitwise_right_shift bitwise_right_shift_ bitwise_xor bitwise_xor_ equal equal_ equal_all"
        " greater_equal greater_equal_ greater_than greater_than_ isclose isin less_equal less_equal_ less_than less_than_"
        " logical_and logical_and_ logical_not logical_not_ logical_or logical_or_ logical_xor logical_xor_ not_equal"
        " not_equal_"
    ),
    "manipulation": "cast concat flatten flatten_ reshape reshape_ stack transpose",
    "math": "abs add add_ exp exp_ floor_divide log max maximum mean minimum sqrt sum tanh tanh_",
    "norms": "cdist cond dist matrix_norm norm pdist renorm renorm_ vector_norm",
    "products": "cross inner kron outer tensordot trace",
    "random": (
        "log_normal normal rand rand_like randint randint_like randn randn_like randperm standard_normal uniform"
    ),
    "sampling": "bernoulli binomial multinomial poisson standard_gamma",
    "search": "argmax argmin argwhere bucketize nonzero searchsorted where where_",
    "solving": "cholesky_inverse cholesky_solve det inverse matrix_power slogdet solve triangular_solve",
    "sorting": "argsort kthvalue mode msort sort topk",
}
# Paddle's other names.
ALIASES = {
    "bitwise_invert": "bitwise_not", "bitwise_invert_": "bitwise_not_", "eq": "equal", "ge": "greater_equal",
    "ger": "outer", "greater": "greater_than", "gt": "greater_than", "le": "less_equal", "less": "less_than",
    "less_": "less_than_", "lt": "less_than", "ne": "not_equal",
}  # fmt: skip
HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}
HOMES |= {alias: HOMES[name] for alias, name in ALIASES.items()}

# Functions that have no tensor to be a method of.
_FUNCTIONS_ONLY = {"contraction", "creation", "random"}
# Functions that Paddle has in ``paddle.linalg`` or as methods, but not in ``paddle`` itself.
ELSEWHERE = {
    "cholesky_inverse", "cholesky_solve", "cond", "corrcoef", "cov", "det", "eig", "eigh", "eigvals",
    "exponential_", "lstsq", "matrix_norm", "matrix_power", "matrix_rank", "multi_dot", "pinv", "qr", "random_", "slogdet",
    "solve", "svd", "svdvals", "triangular_solve", "uniform_", "vector_norm",
}  # fmt: skip

__all__ = sorted(HOMES.keys() - ELSEWHERE)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'paramattr.tensor' has no attribute {name!r}")
    module = import_module(f"paramattr.tensor.{HOMES[name]}")
    name = ALIASES.get(name, name)
    if name in module.__dict__:
        return module.__dict__[name]
    from paramattr.tensor.function import in_place

    function = in_place(getattr(module, name[:-1]))
    setattr(module, name, function)
    return function


class _Methods(Mapping[str, Callable[..., Any]]):
    """The functions that have a tensor to be a method of, each loaded when it is looked up."""

    def __getitem__(self, name: str) -> Callable[..., Any]:
        if name not in self:
            raise KeyError(name)
        function: Callable[..., Any] = __getattr__(name)
        return function

    def __contains__(self, name: object) -> bool:
        return HOMES.get(name, "creation") not in _FUNCTIONS_ONLY  # type: ignore[call-overload]

    def __iter__(self) -> Iterator[str]:
        return (name for name in HOMES if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


methods_from(_Methods())
