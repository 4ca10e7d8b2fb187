import inspect

import numpy as np
import pytest

import paramattr as pa
from paramattr import tensor

PAIRS = {"add": "add", "subtract": "subtract", "multiply": "multiply", "divide": "divide", "pow": "power"}


@pytest.mark.parametrize("name", [*PAIRS, "floor_divide", "remainder"])
def test_pairs_are_those_of_numpy_and_of_the_operators(name):
    x, y = np.random.default_rng(0).uniform(0.5, 5, (2, 3, 1)), np.random.default_rng(1).uniform(0.5, 3, 4)
    expected = getattr(np, PAIRS.get(name, name))(x, y)
    np.testing.assert_array_equal(getattr(pa, name)(x, y).numpy(), expected)
    a, b = pa.to_tensor(x), pa.to_tensor(y)
    operators = {
        "add": a + b,
        "subtract": a - b,
        "multiply": a * b,
        "divide": a / b,
        "pow": a**b,
        "floor_divide": a // b,
    }
    np.testing.assert_array_equal(operators.get(name, a % b).numpy(), expected)
    for bad in (None, "a", [None]):
        with pytest.raises(TypeError, match="must be numeric, but received"):
            getattr(pa, name)(bad, bad)
    with pytest.raises(ValueError, match="needs inputs whose shapes"):
        getattr(pa, name)(np.ones(2), np.ones(3))


@pytest.mark.parametrize(("name", "reference"), [("abs", np.abs), ("neg", np.negative), ("square", np.square)])
def test_one_tensor(name, reference):
    for x in (np.array([-1.5, 0.0, 2.0], np.float32), np.array([-3, 4])):
        found = getattr(pa, name)(x)
        assert found.dtype == x.dtype
        np.testing.assert_array_equal(found.numpy(), reference(x))
    assert pa.reciprocal(np.array([4])).tolist() == [0.25]
    x = pa.to_tensor([1.0])
    assert pa.positive(x) is x
    with pytest.raises(TypeError, match="x must hold numbers, but received dtype bool"):
        pa.positive([True])


@pytest.mark.parametrize("sign", [1, -1])
def test_a_factor_of_the_second(sign):
    function = pa.add if sign == 1 else pa.subtract
    assert function([1.0], [2.0], alpha=2.5).tolist() == [1 + sign * 5.0]
    for alpha in (-1, 0, 1, 2, 3):
        assert function(np.array([1]), np.array([2]), alpha=alpha).tolist() == [1 + sign * alpha * 2]
    with pytest.raises(TypeError, match="add needs inputs"):
        function(np.array([1]), np.array([2]), alpha=2.5)
    for alpha, error in [("2", TypeError), (np.inf, ValueError)]:
        with pytest.raises(error, match="alpha must be"):
            function([1.0], [2.0], alpha=alpha)


@pytest.mark.parametrize("dtype", ["int64", "float64"])
def test_whole_quotients(dtype):
    x, y = (v.reshape(-1).astype(dtype) for v in np.meshgrid([7, -7, 6, -6, 0], [2, -2, 3, 5]))
    exact = x / y
    for mode, whole in [("trunc", np.trunc), ("floor", np.floor)]:
        found = pa.divide(x, y, rounding_mode=mode)
        assert found.dtype == dtype
        np.testing.assert_array_equal(found.numpy(), whole(exact))
    large = np.array([2**62 + 1])
    assert pa.divide(large, np.array([1]), rounding_mode="trunc").tolist() == large.tolist()
    rest = pa.remainder(x, y)
    np.testing.assert_array_equal((pa.floor_divide(x, y) * y + rest).numpy(), x)
    with pytest.raises(ValueError, match="rounding_mode must be one of"):
        pa.divide(x, y, rounding_mode="up")


def test_integers_are_not_divided_by_0():
    x = pa.to_tensor([5, 6])
    for call in (pa.floor_divide, pa.remainder, lambda x, y: pa.divide(x, y, rounding_mode="trunc")):
        for zero in (0, pa.to_tensor([1, 0])):
            with pytest.raises(ValueError, match="y must not be 0 where integers are divided"):
                call(x, zero)
        with pytest.raises(ValueError, match="y must not be 0"):
            call(x.clone(), np.zeros(2, np.int32))
    with np.errstate(all="ignore"):
        assert np.isnan(pa.remainder([5.0], [0.0]).item())
    assert pa.true_divide(np.array([1]), np.array([4])).tolist() == [0.25]


MATHEMATICS = {
    "choice",
    "combination",
    "exponential",
    "gamma",
    "math",
    "reduction",
    "rounding",
    "special",
    "trigonometry",
}
OF_TENSORS = [
    name
    for name, home in tensor.HOMES.items()
    if home in MATHEMATICS
    and not name.endswith("_")
    and {"x", "input"} & set(inspect.signature(getattr(pa, name)).parameters)
]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("name", OF_TENSORS)
def test_one_number_keeps_its_dtype(name, dtype):
    if name in ("gcd", "lcm"):  # of integers alone
        return
    function, x = getattr(pa, name), pa.to_tensor(0.5, dtype)
    needed = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    with np.errstate(all="ignore"):
        value = function(*[3 if p.name in ("n", "p") else x for p in needed])
    for part in value if isinstance(value, tuple) else [value]:
        assert part.dtype in (dtype, bool, np.int64)
        assert part.shape == []
