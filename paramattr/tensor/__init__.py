"""Paddle's functions of tensors, in modules of Paddle's names; each is loaded when it is first used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

from paramattr.autograd.methods import methods_from
from paramattr.utils import absent

# Where each name is defined; one that ends in _ and is not defined itself is the in-place form of the one without.
_NAMES = {
    "activation": "sigmoid sigmoid_ softmax",
    "attribute": (
        "apply apply_ contiguous copy_ cpu is_complex is_empty is_floating_point is_integer is_tensor rank to"
    ),
    "axes": "flip moveaxis permute roll rot90 t t_ transpose transpose_",
    "casting": (
        "bfloat16 bool byte cdouble cfloat char complex128 complex64 double float float16 float32 float64 get_device"
        " gradient half int int16 int32 int64 int8 long short type_as uint8"
    ),
    "choice": "broadcast_shape broadcast_shapes clip clip_ fmax fmin maximum minimum multiplex",
    "combination": "add_n increment lerp lerp_ scale scale_",
    "contraction": "einsum",
    "conversion": "assign clone complex finfo from_dlpack from_numpy iinfo shape to_dlpack tolist",
    "covariance": "corrcoef cov",
    "creation": ("as_tensor asarray empty empty_like eye full full_like ones ones_like to_tensor zeros zeros_like"),
    "cumulative": "cummax cummin cumprod cumprod_ cumsum cumsum_ cumulative_trapezoid diff logcumsumexp trapezoid",
    "diagonals": (
        "diag diag_embed diagflat diagonal diagonal_scatter fill_diagonal_ fill_diagonal_tensor fill_diagonal_tensor_"
        " tril tril_ triu triu_"
    ),
    "exponential": (
        "exp exp_ expm1 expm1_ hypot hypot_ log log10 log10_ log1p log1p_ log2 log2_ log_ logaddexp logit logit_"
        " rsqrt rsqrt_ sqrt sqrt_"
    ),
    "factorization": "cholesky eig eigh eigvals eigvalsh qr svd svdvals",
    "filling": "bernoulli_ cauchy_ exponential_ geometric_ log_normal_ normal_ random_ uniform_",
    "gamma": (
        "digamma digamma_ gammainc gammainc_ gammaincc gammaincc_ lgamma lgamma_ multigammaln multigammaln_ polygamma"
        " polygamma_"
    ),
    "gathering": (
        "gather gather_nd index_sample index_select masked_select shard_index take take_along_axis unique"
        " unique_consecutive"
    ),
    "joining": "block_diag cartesian_prod column_stack combinations concat dstack hstack stack vander vstack",
    "least_squares": "lstsq matrix_rank pinv",
    "linalg": "addmm addmm_ baddbmm baddbmm_ bmm dot matmul matrix_transpose mm multi_dot mv vecdot",
    "logic": (
        "allclose bitwise_and bitwise_and_ bitwise_left_shift bitwise_left_shift_ bitwise_not bitwise_not_ bitwise_or"
        " bitwise_or_ bitwise_right_shift bitwise_right_shift_ bitwise_xor bitwise_xor_ equal equal_ equal_all"
        " greater_equal greater_equal_ greater_than greater_than_ isclose isin less_equal less_equal_ less_than"
        " less_than_ logical_and logical_and_ logical_not logical_not_ logical_or logical_or_ logical_xor logical_xor_"
        " not_equal not_equal_"
    ),
    "manipulation": (
        "atleast_1d atleast_2d atleast_3d cast cast_ flatten flatten_ ravel reshape reshape_ squeeze squeeze_"
        " unflatten unsqueeze unsqueeze_ view view_as"
    ),
    "masking": "fill_ masked_fill masked_fill_ masked_scatter masked_scatter_ zero_",
    "math": (
        "abs abs_ add add_ divide divide_ floor_divide floor_divide_ multiply multiply_ neg neg_ positive pow pow_"
        " reciprocal reciprocal_ remainder remainder_ square square_ subtract subtract_ true_divide"
    ),
    "new": "new_empty new_full new_ones new_zeros",
    "norms": "cdist cond dist matrix_norm norm pdist renorm renorm_ vector_norm",
    "parts": "angle as_complex as_real conj imag polar real view_as_complex view_as_real",
    "products": "cross inner kron outer tensordot trace",
    "quantiles": "median nanmedian nanquantile quantile",
    "random": "log_normal normal rand rand_like randint randint_like randn randn_like randperm standard_normal uniform",
    "ranges": "arange linspace logspace range tril_indices triu_indices",
    "reduction": "all amax amin any count_nonzero logsumexp max mean min nanmean nansum prod sum",
    "repetition": "broadcast_tensors broadcast_to expand expand_as meshgrid reduce_as repeat repeat_interleave tile",
    "rounding": (
        "ceil ceil_ copysign copysign_ floor floor_ frac frac_ frexp gcd gcd_ heaviside isfinite isinf isnan isneginf"
        " isposinf isreal lcm lcm_ ldexp ldexp_ nan_to_num nan_to_num_ nextafter round round_ sign signbit trunc"
        " trunc_"
    ),
    "sampling": "bernoulli binomial multinomial poisson standard_gamma",
    "scattering": (
        "index_add index_add_ index_fill index_fill_ index_put index_put_ put_along_axis put_along_axis_ scatter"
        " scatter_ scatter_add scatter_add_ scatter_nd scatter_nd_add scatter_reduce"
    ),
    "search": "argmax argmin argwhere bucketize nonzero searchsorted where where_",
    "slicing": "as_strided crop narrow select_scatter slice slice_scatter strided_slice unfold",
    "solving": "cholesky_inverse cholesky_solve det inverse matrix_power slogdet solve triangular_solve",
    "sorting": "argsort kthvalue mode msort sort topk",
    "special": "erf erf_ erfinv erfinv_ i0 i0_ i0e i1 i1e",
    "splitting": "chunk dsplit hsplit split split_with_sizes tensor_split unbind unstack vsplit",
    "stat": "bincount histogram histogram_bin_edges numel std var",
    "trigonometry": (
        "acos acos_ acosh acosh_ asin asin_ asinh asinh_ atan atan2 atan_ atanh atanh_ cos cos_ cosh cosh_ deg2rad"
        " rad2deg sin sin_ sinc sinc_ sinh sinh_ stanh tan tan_ tanh tanh_"
    ),
}
# Paddle's other names.
ALIASES = {
    "bitwise_invert": "bitwise_not", "bitwise_invert_": "bitwise_not_", "cat": "concat",
    "clamp": "clip", "clamp_": "clip_", "concatenate": "concat", "div": "divide", "div_": "divide_", "eq": "equal",
    "floor_mod": "remainder", "floor_mod_": "remainder_", "gammaln": "lgamma", "gammaln_": "lgamma_",
    "ge": "greater_equal", "ger": "outer", "greater": "greater_than", "gt": "greater_than", "le": "less_equal",
    "less": "less_than", "less_": "less_than_", "lt": "less_than", "mod": "remainder", "mod_": "remainder_",
    "mul": "multiply", "mul_": "multiply_", "ne": "not_equal", "negative": "neg", "reverse": "flip",
    "row_stack": "vstack", "sgn": "sign", "sub": "subtract", "sub_": "subtract_", "swapaxes": "transpose",
    "swapdims": "transpose", "take_along_dim": "take_along_axis",
}  # fmt: skip
HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}
HOMES |= {alias: HOMES[name] for alias, name in ALIASES.items()}

# Functions that have no tensor to be a method of.
FUNCTIONS_ONLY = {"contraction", "conversion", "creation", "random", "ranges"}

# Functions that Paddle has in ``paddle.linalg`` or as methods, but not in ``paddle`` itself.
ELSEWHERE = {
    "apply", "apply_", "cholesky_inverse", "cholesky_solve", "cond", "corrcoef", "cov", "det", "eig", "eigh", "eigvals",
    "exponential_", "lstsq", "matrix_norm", "matrix_power", "matrix_rank", "multi_dot", "pinv", "qr", "random_", "repeat",
    "slogdet", "solve", "split_with_sizes", "svd", "svdvals", "triangular_solve", "uniform_", "vector_norm",
    *_NAMES["casting"].split(), *_NAMES["new"].split(),
}  # fmt: skip

__all__ = sorted(HOMES.keys() - ELSEWHERE)


def __getattr__(name: str) -> Any:
    if name in _NAMES and name not in HOMES:
        return import_module(f"paramattr.tensor.{name}")
    if name not in HOMES:
        raise absent.AbsentError(__name__, name, lambda: HOMES)
    module = import_module(f"paramattr.tensor.{HOMES[name]}")
    name = ALIASES.get(name, name)
    if name in module.__dict__:
        return module.__dict__[name]
    from paramattr.tensor.function import in_place

    function = in_place(getattr(module, name[:-1]))
    setattr(module, name, function)
    return function


class _Package(ModuleType):
    """The package, which as in Paddle is also the function `as_tensor`."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return __getattr__("as_tensor")(*args, **kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType):
            # Paddle has a function in another module than we: each of ours, once loaded, finds those of all.
            vars(value).setdefault("__getattr__", __getattr__)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


class _Methods(Mapping[str, Callable[..., Any]]):
    """The functions that have a tensor to be a method of, each loaded when it is looked up."""

    def __getitem__(self, name: str) -> Callable[..., Any]:
        if name not in self:
            raise KeyError(name)
        function: Callable[..., Any] = __getattr__(name)
        return function

    def __contains__(self, name: object) -> bool:
        return HOMES.get(name, "creation") not in FUNCTIONS_ONLY  # type: ignore[call-overload]

    def __iter__(self) -> Iterator[str]:
        return (name for name in HOMES if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


methods_from(_Methods())
