"""Every derivative of the tensor functions: gradients over shapes, layouts, narrow dtypes and changed inputs."""

import inspect
from importlib import import_module

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from paramattr import tensor

MODULES = sorted(set(tensor.HOMES.values()))
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

# Where a function is defined and smooth, if not everywhere in ±[0.3, 2].
POSITIVE = {"log", "sqrt"}
# Of which inputs the gradient needs the values; of all if a function is not named here.
NEEDED = {"exp": set(), "sqrt": set(), "tanh": set(), "add": set()}


def values(shape, low=0.3, high=1.0, signs=True, seed=5):
    """Values away from 0 and from each other, so that no kink is within reach of a difference."""
    rng = np.random.default_rng([seed, *shape])
    array = rng.permutation(np.linspace(low, high, int(np.prod(shape)))).reshape(shape)
    return array * rng.choice([-1, 1], shape) if signs else array


@st.composite
def arguments(draw, name):
    """Arrays for a function of one or two: they broadcast, and have no equal values."""
    signs = name not in POSITIVE
    if len(inspect.signature(FUNCTIONS[name].rule).parameters) == 1:
        return [values(draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)), signs=signs)], {}
    x, y = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=3)).input_shapes
    pair = [values(x, 0.3, 1.0, signs), values(y, 1.1, 2.0, signs, seed=6)]
    return pair if draw(st.booleans()) else pair[::-1], {}


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if not FUNCTIONS[name].discrete])
def test_gradients_dtypes_and_writes_of_elementwise_functions(name, check_rule):
    check_rule(FUNCTIONS[name].rule, arguments(name), NEEDED.get(name, {0, 1}), examples=20)


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
# Rules whose gradient is 0 by definition, or that have none.
WITHOUT = {"logic._isclose", "sampling._drawn", "solving._identity"}


def test_every_rule_has_a_case():
    assert set(CASES) == set(RULES) - WITHOUT


@pytest.mark.parametrize("name", CASES)
def test_gradients_dtypes_and_writes(name, check_rule):
    rule = on_symmetric(RULES[name]) if name in SYMMETRIC else RULES[name]
    check_rule(rule, *CASES[name], examples=25)
