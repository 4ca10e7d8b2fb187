import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa

RNG_SEED = 5


def values(*shape, low=0.3, high=2.0, signs=False, seed=RNG_SEED):
    """Values away from 0 and from each other, so that no kink is within reach of a difference."""
    rng = np.random.default_rng([seed, *shape])
    array = np.linspace(low, high, int(np.prod(shape)))
    rng.shuffle(array)
    array = array.reshape(shape)
    return array * rng.choice([-1, 1], shape) if signs else array


UNARY = {
    "negative": (lambda x: -x, True),
    "abs": (lambda x: abs(x), True),
    "exp": (pa.exp, True),
    "log": (pa.log, False),
    "sqrt": (pa.sqrt, False),
    "tanh": (pa.nn.functional.tanh, True),
    "square": (lambda x: x**2, True),
    "cube root": (lambda x: x ** (1 / 3), False),
    "number to a power": (lambda x: 2.5**x, True),
    "clone": (lambda x: x.clone(), True),
    "astype": (lambda x: x.astype("float64"), True),
    "sum": (lambda x: x.sum(), True),
    "sum of an axis": (lambda x: x.sum(axis=1), True),
    "sum, axes kept": (lambda x: x.sum(axis=[0, -1], keepdim=True), True),
    "mean": (lambda x: x.mean(), True),
    "mean of axes": (lambda x: x.mean(axis=(0, 2)), True),
    "max": (lambda x: x.max(), True),
    "max of an axis": (lambda x: x.max(axis=-1), True),
    "max, axis kept": (lambda x: x.max(axis=0, keepdim=True), True),
    "reshape": (lambda x: x.reshape([4, -1]), True),
    "flatten": (lambda x: x.flatten(1), True),
    "transpose": (lambda x: x.transpose([2, 0, 1]), True),
    "T": (lambda x: x.T, True),
    "index": (lambda x: x[1], True),
    "slice": (lambda x: x[:, ::2, 1:], True),
    "index arrays that repeat": (lambda x: x[np.array([0, 1, 0]), :, np.array([2, 2, 2])], True),
    "mask": (lambda x: x[np.arange(24).reshape(2, 3, 4) % 3 == 0], True),
    "concat with itself": (lambda x: pa.concat([x, x * 2.0], axis=1), True),
    "stack with itself": (lambda x: pa.stack([x, x * 2.0], axis=-1), True),
}


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_tensor(name, check_grads):
    function, signs = UNARY[name]
    check_grads(function, values(2, 3, 4, signs=signs))


BINARY = {
    "add": (lambda x, y: x + y, True),
    "subtract": (lambda x, y: x - y, True),
    "multiply": (lambda x, y: x * y, True),
    "divide": (lambda x, y: x / y, True),
    "power": (lambda x, y: x**y, False),
    "maximum": (pa.maximum, True),
    "minimum": (pa.minimum, True),
}


@st.composite
def broadcasting(draw):
    """Two shapes that broadcast: one, and one with axes of size 1 or left out."""
    full = draw(st.lists(st.integers(1, 3), max_size=3))
    cut = [draw(st.sampled_from([size, 1])) for size in full][draw(st.integers(0, len(full))) :]
    pair = [tuple(full), tuple(cut)]
    return pair if draw(st.booleans()) else pair[::-1]


@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_tensors_that_broadcast(name, check_grads):
    function, signs = BINARY[name]

    @given(broadcasting())
    def check(shapes):
        # From disjoint ranges, so that maximum and minimum have no ties.
        x = values(*shapes[0], low=0.3, high=1.0, signs=signs)
        y = values(*shapes[1], low=1.1, high=2.0, signs=signs, seed=6)
        check_grads(function, x, y)

    check()


@pytest.mark.parametrize("shapes", [((2, 3), (2, 3)), ((2, 1), (3,)), ((), (2, 2))])
def test_where(shapes, check_grads):
    condition = np.arange(6).reshape(2, 3) % 2 == 0 if shapes[0] != () else np.eye(2, dtype=bool)
    check_grads(lambda x, y: pa.where(condition, x, y), values(*shapes[0]), values(*shapes[1], seed=6))


@pytest.mark.parametrize(
    "shapes",
    [
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 5, 2, 3), (3,)),
        ((3,), (5, 3, 2)),
        ((2, 3), (5, 3, 4)),
        ((5, 2, 3), (5, 3, 4)),
        ((1, 4, 2, 3), (5, 1, 3, 2)),
    ],
)
def test_matmul(shapes, check_grads):
    check_grads(pa.matmul, values(*shapes[0], signs=True), values(*shapes[1], signs=True, seed=6))


def gradient(function, x):
    tensor = pa.to_tensor(np.asarray(x, np.float64), stop_gradient=False)
    function(tensor).sum().backward()
    return tensor.grad.numpy()


def test_equal_largest_values_share_the_gradient():
    np.testing.assert_array_equal(gradient(lambda x: x.max(), [1.0, 3.0, 3.0]), [0.0, 0.5, 0.5])
    np.testing.assert_array_equal(gradient(lambda x: x.max(axis=1), [[2.0, 2.0], [0.0, 1.0]]), [[0.5, 0.5], [0, 1]])


def test_a_tie_of_two_tensors_goes_to_the_second():
    for function in (pa.maximum, pa.minimum):
        x = pa.to_tensor([1.0], stop_gradient=False)
        y = pa.to_tensor([1.0], stop_gradient=False)
        function(x, y).sum().backward()
        assert (x.grad.item(), y.grad.item()) == (0.0, 1.0)


def test_powers_have_gradients_at_zero():
    np.testing.assert_array_equal(gradient(lambda x: x**2, [0.0, 1.0]), [0.0, 2.0])
    np.testing.assert_array_equal(gradient(lambda x: x**1, [0.0]), [1.0])
    np.testing.assert_array_equal(gradient(lambda x: x**0, [0.0, 2.0]), [0.0, 0.0])
