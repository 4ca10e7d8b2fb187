"""Every in-place form that both libraries have, beside the real Paddle: values, dtypes, gradients, and whose values."""

import numpy as np
import paddle
import pytest

import paramattr as pa
from tests.conformance import surface

DTYPES = ["float32", "float64"]
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
HOMES = ["", "Tensor", "nn.functional"]
# Those that draw are compared by their laws in test_random; those that change no values, in test_front and the like.
DRAWN = {
    f"{law}_"
    for law in ("bernoulli", "cauchy", "exponential", "geometric", "log_normal", "normal", "random", "uniform")
}
ELSEWHERE = {*DRAWN, "detach_", "requires_grad_"}
PLACES = [
    (home, name)
    for home in HOMES
    for name in surface.present(home)
    if name.endswith("_") and not name.startswith("_") and name not in ELSEWHERE
]
RNG = np.random.default_rng(6)
OTHER, SQUARE, BATCH = RNG.uniform(1.1, 1.9, (3, 3)), RNG.uniform(0.2, 0.9, (3, 3)), RNG.uniform(0.2, 0.9, (2, 3, 3))
MASK = np.array([[True, False, True], [False, True, False], [False, False, True]])
FIRST, PLACED = np.array([0, 2]), np.array([[0, 1, 2], [2, 0, 1], [1, 2, 0]])
BITWISE = [f"bitwise_{name}_" for name in ("and", "or", "xor")]
# What the first argument is where it is not between 0.2 and 0.9, in three rows of three.
INPUTS = {
    "acosh_": OTHER,
    "multigammaln_": OTHER + 3.0,
    "baddbmm_": BATCH,
    "squeeze_": SQUARE[:, None],
    **dict.fromkeys(("floor_", "ceil_", "round_", "trunc_", "frac_"), 4.0 * SQUARE - 2.1),
    **dict.fromkeys(("gcd_", "lcm_", *BITWISE, "bitwise_invert_", "bitwise_not_"), PLACED + 6),
    **dict.fromkeys(("bitwise_left_shift_", "bitwise_right_shift_"), PLACED + 6),
}
OF_TWO = [
    "add_", "subtract_", "sub_", "multiply_", "mul_", "divide_", "div_", "remainder_", "mod_", "floor_mod_", "floor_divide_",
    "copysign_", "hypot_", "ldexp_", "gammainc_", "gammaincc_", "copy_", "equal_", "not_equal_", "less_", "less_than_",
    "less_equal_", "greater_than_", "greater_equal_", "logical_and_", "logical_or_", "logical_xor_", "where_",
]  # fmt: skip
# The arguments after the first; arrays become tensors. Names that are not here have none.
ARGUMENTS = {
    **dict.fromkeys(OF_TWO, (OTHER,)),
    **dict.fromkeys(("gcd_", "lcm_", *BITWISE), (PLACED + 3,)),
    **dict.fromkeys(("bitwise_left_shift_", "bitwise_right_shift_"), (PLACED,)),
    "addmm_": (OTHER, SQUARE, 0.5, 2.0), "baddbmm_": (BATCH, BATCH + 1.0, 0.5, 2.0), "lerp_": (OTHER, 0.25),
    "pow_": (2.5,), "cast_": ("float64",), "clip_": (0.3, 0.6), "clamp_": (0.3, 0.6), "cumsum_": (1,), "cumprod_": (1,),
    "fill_": (2.5,), "fill_diagonal_": (2.5, 1), "fill_diagonal_tensor_": (OTHER[0],),
    "index_add_": (FIRST, 0, OTHER[:2]), "index_fill_": (FIRST, 0, 2.5),
    "index_put_": ((FIRST, FIRST), OTHER[0, :2], True), "masked_fill_": (MASK, 2.5), "masked_scatter_": (MASK, OTHER),
    "multigammaln_": (2,), "polygamma_": (1,), "put_along_axis_": (PLACED, OTHER, 0), "renorm_": (2.0, 0, 0.5),
    "reshape_": ([9],), "scale_": (2.0, 0.5), "scatter_": (FIRST, OTHER[:2]), "scatter_add_": (0, PLACED, OTHER),
    "squeeze_": (1,), "transpose_": ([1, 0],), "tril_": (-1,), "triu_": (1,), "unsqueeze_": (1,), "elu_": (0.5,),
    "leaky_relu_": (0.25,), "hardtanh_": (0.25, 0.625), "thresholded_relu_": (0.5,), "softmax_": (0,),
    "apply_": (lambda x: x * 2.0 + 1.0,),
}  # fmt: skip
# Paddle's gradient fails, or is that of a copy where there is none, or it refuses to change what needs one; of ``copy_`` the
# page on differences tells.
WITHOUT_GRADIENT = {"gammainc_", "gammaincc_", "floor_divide_", "apply_", "copy_"}


@pytest.fixture(autouse=True)
def quiet(recwarn):
    """Paddle warns of what it does within."""


def given(lib, value, dtype):
    """An argument for a library: arrays of floats in ``dtype``."""
    if isinstance(value, np.ndarray):
        return lib.to_tensor(value.astype(dtype) if value.dtype.kind == "f" else value)
    if isinstance(value, tuple):
        return tuple(given(lib, one, dtype) for one in value)
    return value


def called(lib, home, name, x, dtype):
    """What the form returns, a function or a method."""
    arguments = [given(lib, value, dtype) for value in ARGUMENTS.get(name, ())]
    if name == "where_":  # the condition comes first
        arguments = [x, *arguments]
        x = lib.to_tensor(MASK)
    if home == "Tensor":
        return getattr(x, name)(*arguments)
    return getattr(surface.at(lib, home), name)(x, *arguments)


def outcome(lib, home, name, dtype, *, recorded):
    """The value, whether it is the tensor that was given, and the gradient that goes back."""
    leaf = given(lib, INPUTS.get(name, SQUARE), dtype)
    leaf.stop_gradient = not recorded
    x = leaf * 1.0 if recorded else leaf
    made = called(lib, home, name, x, dtype)
    gradient = np.zeros(leaf.shape)
    if recorded and not made.stop_gradient:
        cotangent = np.cos(np.arange(made.numpy().size)).reshape(made.shape).astype(made.numpy().dtype)
        made.backward(lib.to_tensor(cotangent))
        gradient = gradient if leaf.grad is None else leaf.grad.numpy()
    return made.numpy(), bool(x.shape == made.shape and (x.numpy() == made.numpy()).all()), gradient


def agree(ours, theirs, dtype):
    assert ours.shape == theirs.shape
    atol = TOLERANCE[dtype] * max(np.abs(theirs).astype("float64").max(), 1e-30)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=atol)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("home", "name"), PLACES)
def test_in_place_forms(home, name, dtype):
    (value, mine, _), (wanted, its, _) = (outcome(lib, home, name, dtype, recorded=False) for lib in (pa, paddle))
    assert value.dtype == wanted.dtype
    agree(value, wanted, dtype)
    assert mine == its
    if name in WITHOUT_GRADIENT or value.dtype.kind != "f":  # of bools Paddle has the gradient of a copy, too
        return
    (value, _, ours), (wanted, _, theirs) = (outcome(lib, home, name, dtype, recorded=True) for lib in (pa, paddle))
    agree(value, wanted, dtype)
    agree(ours, theirs, dtype)


def test_no_name_is_left_over():
    names = {name for _, name in PLACES}
    assert names.issuperset({*ARGUMENTS, *INPUTS, *WITHOUT_GRADIENT})
