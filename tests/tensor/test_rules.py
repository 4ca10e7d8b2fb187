"""Every derivative of the tensor functions: gradients over shapes, layouts, narrow dtypes and changed inputs."""

import inspect
from importlib import import_module

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

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


# For each rule with settings its arrays and settings, and the inputs of which a gradient needs the values.
CASES = {
    "axes._roll": (rolled(), set()),
    "combining.add": (combined(), set()),
    "combining.extreme": (combined(largest=[True, False]), {0, 1}),
    "combining.mean": (combined(), set()),
    "combining.multiply": (combined(), {0, 1}),
    "repetition._repeat": (repeated(), set()),
    "repetition._tile": (tiled(), set()),
}


def test_every_rule_has_a_case():
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize("name", CASES)
def test_gradients_dtypes_and_writes(name, check_rule):
    check_rule(RULES[name], *CASES[name], examples=40)
