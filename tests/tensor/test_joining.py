import itertools

import numpy as np
import pytest

import paramattr as pa


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
def test_stack_and_concat_are_those_of_numpy(axis):
    arrays = list(np.random.default_rng(0).standard_normal((2, 3, 4)))
    tensors = [pa.to_tensor(array) for array in arrays]
    np.testing.assert_array_equal(pa.stack(tensors, axis).numpy(), np.stack(arrays, axis))
    if -2 <= axis < 2:
        np.testing.assert_array_equal(pa.concat(tensors, axis).numpy(), np.concatenate(arrays, axis))


def test_joining_takes_arrays_and_keeps_dtypes():
    joined = pa.concat([np.ones(1, np.float32), pa.to_tensor([2.0])])
    assert (joined.dtype, joined.tolist()) == (np.float32, [1.0, 2.0])
    assert pa.stack([pa.to_tensor(1.0), pa.to_tensor(2.0)]).tolist() == [1.0, 2.0]
    assert pa.stack(([1.0], [2.0])).shape == [2, 1]
    assert pa.concat([pa.to_tensor([1.0], "float16")] * 2).dtype == np.float16


@pytest.mark.parametrize("function", [pa.concat, pa.stack])
def test_what_joining_refuses(function):
    x = pa.to_tensor([[1.0, 2.0]])
    last = 1 if function is pa.concat else 2
    for arguments, error, message in [
        ((x, x), TypeError, "x must be a list of at least one tensor, but received Tensor"),
        (([],), TypeError, "x must be a list of at least one tensor"),
        ((None,), TypeError, "x must be a list of at least one tensor"),
        (([x, None],), TypeError, r"x\[1\] must be numeric, but received None"),
        (([x, x], last + 1), ValueError, rf"axis must be in \[{-last - 1}, {last}\], but received {last + 1}"),
        (([x, x], -last - 2), ValueError, "axis must be in"),
        (([x, x], None), TypeError, "axis must be an integer"),
        (([x, x], x), TypeError, "axis must be an integer"),
        (([x, x.T],), ValueError, r"shape.*\[1, 2\].*\[2, 1\]"),
    ]:
        with pytest.raises(error, match=message):
            function(*arguments)


@pytest.mark.parametrize("name", ["hstack", "vstack", "dstack", "column_stack", "row_stack"])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4)])
def test_joining_in_a_direction_is_that_of_numpy(name, shape):
    arrays = list(np.random.default_rng(0).standard_normal((3, *shape)))
    expected = np.vstack(arrays) if name == "row_stack" else getattr(np, name)(arrays)
    np.testing.assert_array_equal(getattr(pa, name)(arrays).numpy(), expected)


def test_an_axis_may_be_a_tensor():
    assert pa.concat([[1], [2]], pa.to_tensor(0)).tolist() == pa.cat([[1], [2]], pa.to_tensor([0])).tolist() == [1, 2]


def test_matrices_made_of_vectors():
    x = np.array([2, 3, 5])
    for n in (0, 1, 4, None):
        for increasing in (False, True):
            np.testing.assert_array_equal(pa.vander(x, n, increasing).numpy(), np.vander(x, n, increasing))
    assert pa.block_diag([[1], [[2, 3]], 4]).tolist() == [[1, 0, 0, 0], [0, 2, 3, 0], [0, 0, 0, 4]]
    for r in range(5):
        assert pa.combinations(x, r).tolist() == [list(c) for c in itertools.combinations(x.tolist(), r) if r]
        repeated = itertools.combinations_with_replacement(x.tolist(), r)
        assert pa.combinations(x, r, True).tolist() == [list(c) for c in repeated if r]
    assert pa.cartesian_prod([x, x[:2]]).tolist() == [list(pair) for pair in itertools.product(x.tolist(), [2, 3])]
    assert pa.cartesian_prod([x]).tolist() == x.tolist()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: pa.hstack([x, x[0]]), ValueError, "x must hold tensors with as many axes"),
        (lambda x: pa.block_diag([x, pa.zeros([1, 1, 1])]), ValueError, "inputs must have at most 2 axes"),
        (lambda x: pa.cartesian_prod([x]), ValueError, "x must hold tensors with 1 axis"),
        (lambda x: pa.combinations(x), ValueError, "x must have 1 axis"),
        (lambda x: pa.combinations(x[0], -1), ValueError, "r must be >= 0"),
        (lambda x: pa.vander(x), ValueError, "x must have 1 axis"),
        (lambda x: pa.vander(x[0], -1), ValueError, "n must be >= 0"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(pa.zeros([2, 3]))
