"""Every derivative of the tensor functions: gradients over shapes, layouts, narrow dtypes and changed inputs."""

import inspect
from importlib import import_module

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa
from paramattr import tensor

MODULES = sorted({*tensor.HOMES.values(), "combining"})
FUNCTIONS = {
    name: value
    for module in MODULES
    for name, value in vars(import_module(f"paramattr.tensor.{module}")).items()
    if name in tensor.HOMES and hasattr(value, "rule")
}
RULES = {
    f"{module}.{name}": value
    for module in MODULES
    for name, value in vars(import_module(f"paramattr.tensor.{module}")).items()
    if inspect.isfunction(value)
    and value.__module__ == f"paramattr.tensor.{module}"
    and value.__annotations__.get("return") == "Outcome"
}

# Where a function is defined and smooth, if not in ±[0.3, 1]: a range, and whether it has both signs.
DOMAINS = {
    **dict.fromkeys(["log", "log2", "log10", "log1p", "sqrt", "rsqrt", "lgamma", "digamma"], (0.3, 1.0, False)),
    **dict.fromkeys(["asin", "acos", "atanh", "erfinv"], (0.1, 0.9, True)),
    **dict.fromkeys(["ceil", "floor", "frac"], (0.3, 0.9, True)),
    "acosh": (1.2, 2.0, False),
    "pow": (0.3, 1.0, False),
}
# Of which inputs the gradient needs the values; of all if a function is not named here.
NOTHING = "exp expm1 sqrt tan tanh reciprocal erfinv deg2rad rad2deg neg ceil floor frac sign copysign fmax fmin"
NEEDED = {**{name: set() for name in NOTHING.split()}, "heaviside": {0}}


def values(shape, low=0.3, high=1.0, signs=True, seed=5):
    """Values away from 0 and from each other, so that no kink is within reach of a difference."""
    rng = np.random.default_rng([seed, *shape])
    array = rng.permutation(np.linspace(low, high, int(np.prod(shape)))).reshape(shape)
    return array * rng.choice([-1, 1], shape) if signs else array


@st.composite
def arguments(draw, name):
    """Arrays for a function of one or two: they broadcast, and have no equal values."""
    low, high, signs = DOMAINS.get(name, (0.3, 1.0, True))
    if len(inspect.signature(FUNCTIONS[name].rule).parameters) == 1:
        shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
        return [values(shape, low, high, signs)], {}
    x, y = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=3)).input_shapes
    pair = [values(x, low, high, signs), values(y, 1.1, 2.0, signs, seed=6)]
    return pair if draw(st.booleans()) else pair[::-1], {}


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if not FUNCTIONS[name].discrete])
def test_gradients_dtypes_and_writes_of_elementwise_functions(name, check_rule):
    check_rule(FUNCTIONS[name].rule, arguments(name), NEEDED.get(name, {0, 1}), examples=20)


def drawn(low=0.3, high=1.0, signs=True, min_dims=0, min_side=1, **choices):
    """One array, and a setting out of each of ``choices``."""
    shapes = hnp.array_shapes(min_dims=min_dims, max_dims=3, min_side=min_side, max_side=3)
    arrays = shapes.map(lambda shape: [values(shape, low, high, signs)])
    return st.tuples(
        arrays, st.fixed_dictionaries({name: st.sampled_from(options) for name, options in choices.items()})
    )


@st.composite
def several(draw, count, choices=None, low=0.3, signs=True, same=False):
    """Arrays that broadcast, or of one shape, in ranges apart, and settings."""
    shapes = draw(hnp.mutually_broadcastable_shapes(num_shapes=count, min_side=0, max_side=3, max_dims=3)).input_shapes
    arrays = [values(shapes[0 if same else k], low + k, low + k + 0.7, signs, seed=k) for k in range(count)]
    return arrays, {name: draw(st.sampled_from(options)) for name, options in (choices or {}).items()}


def clipped():
    return drawn().map(lambda case: (case[0], {"low": -0.55, "high": 0.75}))


@st.composite
def along(draw, min_side=1, low=0.3, signs=True, **choices):
    """One array, an axis of it, and settings."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=min_side, max_side=4))
    settings = {name: draw(st.sampled_from(options)) for name, options in choices.items()}
    return [values(shape, low, 1.0, signs)], {"axis": draw(st.integers(0, len(shape) - 1)), **settings}


@st.composite
def reduced(draw, low=0.3, signs=True, **choices):
    """One array, axes of it or none, and settings."""
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=4))
    axes = st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True).map(tuple) if shape else st.none()
    settings = {name: draw(st.sampled_from(options)) for name, options in choices.items()}
    where = {"axis": draw(st.none() | axes), "keepdim": draw(st.booleans())}
    return [values(shape, low, 1.0, signs)], {**where, **settings}


@st.composite
def trapezoids(draw):
    (y,), settings = draw(along(min_side=2))
    shape = [size - (place == settings["axis"]) for place, size in enumerate(y.shape)]
    return [y, values(tuple(shape), 1.1, 2.0) if draw(st.booleans()) else np.asarray(0.7)], settings


@st.composite
def rows(draw):
    count, size = draw(st.integers(2, 4)), draw(st.integers(1, 4))
    index = np.array(draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=size)))
    return [values((size, 2), seed=place) for place in range(count)], {"index": index}


@st.composite
def taken(draw):
    (x,), settings = draw(along())
    size = x.shape[settings["axis"]]
    return [x], {"index": draw(hnp.arrays(np.int64, x.shape, elements=st.integers(0, size - 1))), **settings}


@st.composite
def incomplete(draw):
    (y,), settings = draw(drawn(signs=False, high=4.0, upper=[True, False]))
    return [y], {"x": values(y.shape, 0.5, 3.0, signs=False, seed=9), **settings}


@st.composite
def combined(draw, **choices):
    """Two arrays, of which the second comes to places of the first, some of them the same."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=3))
    count = draw(st.integers(1, 4))
    index = draw(hnp.arrays(np.int64, count, elements=st.integers(-shape[0], shape[0] - 1)))
    settings = {name: draw(st.sampled_from(options)) for name, options in choices.items()}
    arrays = [values(shape, 0.3, 1.0), values((count, *shape[1:]), 1.1, 1.9, seed=6)]
    return arrays, {"index": index, "with_x": draw(st.booleans()), **settings}


@st.composite
def rolled(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3))
    axes = tuple(draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, max_size=3)))
    shifts = tuple(draw(st.integers(-4, 4)) for _ in axes)
    whole = draw(st.booleans())
    return [values(shape)], {"shifts": shifts[:1] if whole else shifts, "axis": None if whole else axes}


@st.composite
def repeated(draw):
    (shape,), whole = draw(hnp.mutually_broadcastable_shapes(num_shapes=1, max_dims=3, max_side=3))
    return [values(shape)], {"shape": (*draw(st.sampled_from([(), (2,), (1, 3)])), *whole)}


@st.composite
def tiled(draw):
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
    return [values(shape)], {"times": tuple(draw(st.lists(st.integers(0, 3), max_size=4)))}


STATISTICS = {"q": [(0.3,), (0.0, 0.45, 1.0)], "skip_nan": [True, False]}


def matrices(*sizes, positive=False, **settings):
    """Stacks of matrices far from singular, with singular values apart; ``sizes`` are letters that stand for numbers."""

    @st.composite
    def draw_case(draw):
        numbers = {letter: draw(st.integers(1, 3)) for letter in "mnpk"}
        lead = draw(st.sampled_from([(), (2,)]))
        arrays = []
        for place, letters in enumerate(sizes):
            shape = (*lead, *(numbers[letter] for letter in letters))
            array = np.random.default_rng([place, *shape]).standard_normal(shape)
            if letters[0] == letters[1]:
                array = array @ array.swapaxes(-1, -2) / 2 if positive else array
                array = array + np.diag(2.0 + np.arange(shape[-1]))
            arrays.append(array)
        return arrays, {name: draw(st.sampled_from(options)) for name, options in settings.items()}

    return draw_case()


def on_symmetric(rule):
    """The rule for the symmetric part of a matrix, half of the matrix and its transpose."""

    def symmetric(x, **settings):
        value, (to_x,) = rule((x + x.swapaxes(-1, -2)) / 2, **settings)

        def to_half(g):
            gradient = to_x(g)
            return (gradient + gradient.swapaxes(-1, -2)) / 2

        return value, (to_half,)

    return symmetric


@st.composite
def pairs(draw, min_dims=1, axis=True):
    """Two arrays of one shape and an axis counted from the last."""
    shape = draw(hnp.array_shapes(min_dims=min_dims, max_dims=3, min_side=1, max_side=3))
    settings = {"axis": draw(st.integers(-len(shape), -1))} if axis else {}
    return [values(shape), values(shape, 1.1, 2.0, seed=6)], settings


@st.composite
def crossed(draw):
    shape = list(draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=3)))
    axis = draw(st.integers(0, len(shape) - 1))
    shape[axis] = 3
    return [values(tuple(shape)), values(tuple(shape), 1.1, 2.0, seed=6)], {"axis": axis}


@st.composite
def traced(draw):
    shape = draw(hnp.array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=3))
    axes = draw(st.permutations(range(len(shape))))[:2]
    return [values(shape)], {"offset": draw(st.integers(-3, 3)), "axes": tuple(axes)}


@st.composite
def normed(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=3))
    axes = draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True).map(tuple))
    p = draw(st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.5, -1.0, np.inf, -np.inf]))
    return [values(shape)], {"p": p, "axes": axes, "keepdim": draw(st.booleans())}


@st.composite
def summed(draw):
    labels, result = draw(
        st.sampled_from(
            [
                (("ij", "jk"), "ik"), (("bij", "bjk"), "bik"), (("ii",), "i"), (("ii",), ""), (("i", "j"), "ji"),
                (("ij", "jk", "kl"), "il"), (("ij",), "j"), (("iij", "jk"), "k"), (("ij", "ij"), ""), (("i", "i", "i"), "i"),
                (("ij", "k"), "i"),
            ]
        )
    )  # fmt: skip
    numbers = {letter: draw(st.integers(0, 3)) for letter in "bijkl"}
    broad = draw(st.booleans())
    arrays = []
    for place, names in enumerate(labels):
        # An axis of size 1 broadcasts.
        shape = [1 if broad and place == 0 and len(set(names)) == len(names) else numbers[name] for name in names]
        arrays.append(values(tuple(shape), 0.3 + place, 1.0 + place, seed=place))
    return arrays, {"labels": labels, "result": result}


@st.composite
def ordered(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=3))
    axis = draw(st.integers(0, len(shape) - 1))
    return [values(shape)], {"index": np.argsort(values(shape, seed=9), axis), "axis": axis}


@st.composite
def parts(draw):
    (x,), _ = draw(pairs(axis=False).map(lambda case: (case[0][:1], {})))
    count = draw(st.integers(0, x.size))
    return [x.reshape(-1)], {"start": draw(st.integers(0, x.size - count)), "shape": (1, count)}


@st.composite
def replaced(draw):
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
    return [values(shape)], {"values": np.ones(shape)}


# For each rule with settings its arrays and settings, and the inputs of which a gradient needs the values.
CASES = {
    "axes._roll": (rolled(), set()),
    "combining.add": (combined(), set()),
    "combining.extreme": (combined(largest=[True, False]), {0, 1}),
    "combining.mean": (combined(), set()),
    "combining.multiply": (combined(), {0, 1}),
    "repetition._repeat": (repeated(), set()),
    "repetition._tile": (tiled(), set()),
    "activation.sigmoid_rule": (drawn(), set()),
    "activation.softmax_rule": (along(), set()),
    "choice._clip": (clipped(), set()),
    "choice._multiplex": (rows(), set()),
    "combination._add_n": (several(3, same=True), set()),
    "combination._lerp": (several(3), {0, 1, 2}),
    "combination._scale": (several(3, {"last": [True, False]}), {0, 1}),
    "cumulative._cumprod": (along(), {0}),
    "cumulative._cumsum": (along(), set()),
    "cumulative._diff": (along(n=[1, 2, 5]), set()),
    "cumulative._logcumsumexp": (along(), {0}),
    "cumulative._take_along": (taken(), set()),
    "cumulative._trapezoids": (trapezoids(), {0, 1}),
    "exponential._logit": (drawn(0.1, 0.9, signs=False, eps=[0.0, 0.33]), {0}),
    "gamma._gamma_share": (incomplete(), {0}),
    "gamma._multigammaln": (drawn(2.3, 4.0, signs=False, p=[1, 2, 4]), {0}),
    "gamma._polygamma": (drawn(0.6, 2.0, signs=False, n=[0, 1, 2, 5]), {0}),
    "math._add": (several(2, {"alpha": [2, -0.5]}), set()),
    "reduction._logsumexp": (reduced(), {0}),
    "reduction._min": (reduced(), {0}),
    "reduction._nanmean": (reduced(), set()),
    "reduction._nansum": (reduced(), set()),
    "reduction._prod": (reduced(), {0}),
    "rounding._mantissa": (drawn(0.55, 0.95), set()),
    "rounding._nan_to_num": (drawn(nan=[0.0], posinf=[None, 2.0], neginf=[None]), set()),
    "rounding._round": (drawn(decimals=[0], low=0.6, high=0.9), set()),
    "rounding._trunc": (drawn(high=0.9), set()),
    "quantiles._median": (reduced(lower=[True, False], skip_nan=[True, False]), {0}),
    "quantiles._quantile": (
        reduced(interpolation=["linear", "lower", "higher", "midpoint", "nearest"], **STATISTICS),
        set(),
    ),
    "stat._std": (reduced(less=[0.0]), set()),
    "stat._var": (reduced(less=[0.0, -1.5]), set()),
    "trigonometry._stanh": (drawn().map(lambda case: (case[0], {"steep": 0.67, "high": 1.7})), set()),
    "contraction._einsum": (summed(), {0, 1, 2}),
    "covariance._within_one": (pairs(axis=False).map(lambda case: ([0.9 * case[0][0]], {})), {0}),
    "factorization._cholesky": (matrices("nn", positive=True, upper=[False, True]), set()),
    "factorization._eigh": (matrices("nn", positive=True, triangle=["L", "U"]), set()),
    "factorization._part": (parts(), set()),
    "factorization._qr": (matrices("mn", complete=[False]), set()),
    "factorization._svd": (matrices("mn", full=[False]), set()),
    "factorization._svdvals": (matrices("mn"), set()),
    "least_squares._pinv": (matrices("mn", rcond=[1e-15], hermitian=[False]), {0}),
    "linalg._addmm": (matrices("mp", "mn", "np", beta=[1.0, 0.5], alpha=[1.0, -2.0]), {1, 2}),
    "linalg._vecdot": (pairs(), {0, 1}),
    "norms._euclidean": (matrices("mn", "pn"), {0, 1}),
    "norms._vector_norm": (normed(), {0}),
    "parts._angle": (replaced().map(lambda case: (case[0], {})), set()),
    "products._cross": (crossed(), {0, 1}),
    "products._trace": (traced(), set()),
    "random._exponential": (replaced().map(lambda case: (case[0], {})), set()),
    "sorting._taken": (ordered(), set()),
    "solving._det": (matrices("nn"), {0}),
    "solving._inverse": (matrices("nn"), set()),
    "solving._slogdet": (matrices("nn"), {0}),
    "solving._solve": (matrices("nn", "nm"), {0}),
    "solving._triangular": (matrices("nn", upper=[False, True], unit=[False, True]), set()),
}
SYMMETRIC = {"factorization._cholesky", "factorization._eigh"}
# Rules without a derivative: the values of functions that have no history.
WITHOUT = {
    "logic._isclose",
    "math._divide_toward_zero",
    "math._floor_divide",
    "parts._paired",
    "parts._seen",
    "parts._turned",
    "parts.joined",
    "reduction._all",
    "reduction._any",
    "reduction._count_nonzero",
    "rounding._exponent",
    "sampling._drawn",
    "solving._identity",
}


def test_every_rule_has_a_case():
    assert set(CASES) == set(RULES) - WITHOUT


@pytest.mark.parametrize("name", CASES)
def test_gradients_dtypes_and_writes(name, check_rule):
    rule = on_symmetric(RULES[name]) if name in SYMMETRIC else RULES[name]
    check_rule(rule, *CASES[name], examples=25)


@pytest.mark.parametrize(
    "name",
    ["axes._roll", "choice._multiplex", "cumulative._take_along", "factorization._part", "sorting._taken"],
)
def test_what_only_moves_values_keeps_every_bit(name):
    """Those of a nan too, which a way by float32 would make a quiet one."""

    @given(CASES[name][0])
    def check(case):
        arrays, chosen = case
        bits = [np.arange(0x7F81, 0x7F81 + array.size, dtype=np.uint16).reshape(array.shape) for array in arrays]
        moved = pa.autograd.apply(RULES[name], *(pa.Tensor(part.view(ml_dtypes.bfloat16)) for part in bits), **chosen)
        np.testing.assert_array_equal(moved.numpy().view(np.uint16), RULES[name](*bits, **chosen)[0])

    check()
