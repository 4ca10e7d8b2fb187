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


@st.composite
def along_an_axis(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4))
    return [values(shape)], {"axis": draw(st.integers(0, len(shape) - 1))}


# For each rule with settings its arrays and settings, and the inputs of which a gradient needs the values.
CASES = {
    "activation.sigmoid_rule": (
        hnp.array_shapes(min_dims=0, max_dims=3).map(lambda shape: ([values(shape)], {})),
        set(),
    ),
    "activation.softmax_rule": (along_an_axis(), set()),
}


def test_every_rule_has_a_case():
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize("name", CASES)
def test_gradients_dtypes_and_writes(name, check_rule):
    check_rule(RULES[name], *CASES[name], examples=40)
