import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa

arrays = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=4), elements=st.integers(-9, 9))
UFUNCS = {"add": np.add, "mul": np.multiply, "amin": np.minimum, "amax": np.maximum}


def one_by_one(x, places, values, axis, how, include):
    """The definition, place by place: all values that come to a place, and what is made of them."""
    result = x.copy()
    found = {}
    for index in np.ndindex(*places.shape):
        target = list(index)
        target[axis] = places[index] % x.shape[axis]
        found.setdefault(tuple(target), [x[tuple(target)]] if include else []).append(values[index])
    for target, several in found.items():
        if how == "assign":
            result[target] = several[-1]
        else:
            result[target] = np.mean(several) if how == "mean" else UFUNCS[how].reduce(several)
    return result


@given(arrays, st.data())
def test_values_with_one_place_are_combined(x, data):
    axis = data.draw(st.integers(0, x.ndim - 1))
    size = x.shape[axis]
    shape = tuple(data.draw(st.integers(1, 4)) if k == axis else n for k, n in enumerate(x.shape))
    places = data.draw(hnp.arrays(np.int64, shape, elements=st.integers(-size, size - 1)))
    values = data.draw(hnp.arrays(np.float64, shape, elements=st.integers(-9, 9)))
    for how in ("assign", "mean", *UFUNCS):
        for include in (True, False):
            expected = one_by_one(x, places, values, axis, how, include)
            found = pa.put_along_axis(x, places, values, axis, how, include)
            np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)
            if how != "assign":
                name = {"add": "sum", "mul": "prod"}.get(how, how)
                found = pa.scatter_reduce(x, axis, places, values, name, include_self=include)
                np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)
    np.testing.assert_array_equal(
        pa.scatter_add(x, axis, places, values).numpy(), one_by_one(x, places, values, axis, "add", True)
    )


@given(arrays, st.data())
def test_rows(x, data):
    size = len(x)
    places = np.array(data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=5)))
    rows = np.arange(places.size * x[0].size, dtype=float).reshape(places.size, *x.shape[1:])
    replaced, added = x.copy(), x.copy()
    replaced[places] = rows
    np.add.at(added, places, rows)
    alone = x.copy()
    alone[places] = 0
    np.add.at(alone, places, rows)
    for ours, theirs in [
        (pa.scatter(x, places, rows), replaced),
        (pa.scatter(x, places[:, None], rows, overwrite=False), alone),
        (pa.index_put(x, [places], rows), replaced),
        (pa.index_put(x, [places], rows, accumulate=True), added),
        (pa.scatter_nd_add(x, places[:, None], rows), added),
        (pa.scatter_nd(places[:, None], rows, x.shape), added - x),
        (pa.index_add(x, places, 0, rows), added),
        (pa.index_add(x, places, 0, rows, alpha=-2), x - 2 * (added - x)),
    ]:
        np.testing.assert_array_equal(ours.numpy(), theirs)
    filled = x.copy()
    filled[..., -1] = 7.0
    np.testing.assert_array_equal(pa.index_fill(x, [-1], -1, 7).numpy(), filled)


def test_the_mean_of_integers_is_rounded_down():
    assert pa.put_along_axis(np.array([0, 5]), [0, 0], np.array([-3, -1]), 0, "mean").tolist() == [-2, 5]


def test_a_value_that_another_took_the_place_of_gets_no_gradient():
    y = pa.to_tensor([1.0, 2.0, 3.0], stop_gradient=False)
    pa.scatter(pa.zeros([2]), [0, 0, 1], y).sum().backward()
    assert y.grad.tolist() == [0.0, 1.0, 1.0]


def test_a_product_with_zeros_has_a_gradient():
    y = pa.to_tensor([0.0, 3.0, 0.0, 0.0], stop_gradient=False)
    x = pa.to_tensor([2.0, 0.0], stop_gradient=False)
    pa.put_along_axis(x, [0, 0, 1, 1], y, 0, "mul").sum().backward()
    assert (x.grad.tolist(), y.grad.tolist()) == ([0.0, 0.0], [6.0, 0.0, 0.0, 0.0])


def test_places_that_are_repeated_and_values_left_over():
    x = np.zeros((2, 3))
    assert pa.put_along_axis(x, [[0]], 5.0, 1).tolist() == [[5.0, 0.0, 0.0]] * 2
    assert pa.put_along_axis(x, [[0]], 5.0, 1, broadcast=False).tolist() == [[5.0, 0.0, 0.0], [0.0] * 3]
    assert pa.scatter_add(x, 1, [[0, 0]], np.ones((2, 3))).tolist() == [[2.0, 0.0, 0.0], [0.0] * 3]


def test_in_place():
    x = pa.zeros([3])
    assert pa.scatter_(x, [1], pa.ones([1])) is x
    x.index_add_(pa.to_tensor([1]), 0, pa.ones([1]))
    x.put_along_axis_(pa.to_tensor([2]), 5.0, 0)
    assert x.tolist() == [0.0, 2.0, 5.0]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: pa.put_along_axis(x, [[3]], 1.0, 1), IndexError, r"indices must hold integers in \[-3, 3\)"),
        (lambda x: pa.put_along_axis(x, [0], 1.0, 1), ValueError, "indices must have as many axes"),
        (lambda x: pa.put_along_axis(x, [[0]], 1.0, 1, "sum"), ValueError, "reduce must be one of"),
        (lambda x: pa.put_along_axis(x, [[0]], pa.ones([3, 1]), 1), ValueError, "shape must be one that"),
        (lambda x: pa.put_along_axis(x, [[0]], pa.ones([1, 1], "int32"), 1), TypeError, "values must have the dtype"),
        (lambda x: pa.scatter_add(x, 1, [[0, 0]], x[:, :1]), ValueError, "src must be as large as the index"),
        (lambda x: pa.scatter_add(x, 1, [[0]] * 3, x), ValueError, "index must not be longer"),
        (lambda x: pa.scatter_add(x, 1, [[3]], x), IndexError, r"index must hold integers in \[-3, 3\)"),
        (lambda x: pa.scatter_add(x, 1, [[0, 1]], pa.ones([1, 1])), ValueError, "src must be as large as the index"),
        (lambda x: pa.scatter_add(None, 1, [[0]], x), TypeError, "input must be numeric"),
        (lambda x: pa.scatter_reduce(x, 0, [[0]], pa.to_tensor([[1]]), "amax"), TypeError, "src must have the dtype"),
        (lambda x: pa.scatter(x, 1, [[0]], value=pa.arange(1)), TypeError, "value must have the dtype"),
        (lambda x: pa.scatter(x, 2, [[0]], 1.0), ValueError, "dim must be in"),
        (lambda x: pa.scatter(x, 1, [[0]], 1.0, "sum"), ValueError, "reduce must be one of"),
        (lambda x: pa.put_along_axis(x, [[0]] * 3, 1.0, 1, broadcast=False), ValueError, "indices must not be longer"),
        (lambda x: pa.put_along_axis_(arr=1.0, indices=[0], values=1.0, axis=0), TypeError, "arr must be a Tensor"),
        (lambda x: pa.scatter_reduce(x, 1, [[0]], x, "assign"), ValueError, "reduce must be one of"),
        (lambda x: pa.scatter(x, [0], pa.ones([3])), ValueError, r"updates must have shape \[1, 3\]"),
        (lambda x: pa.scatter(x, [2], pa.ones([1, 3])), IndexError, "index must hold integers"),
        (lambda x: pa.scatter_nd_add(x, [[0]], pa.ones([2])), ValueError, r"updates must have shape \[1, 3\]"),
        (lambda x: pa.scatter_nd([[5]], pa.ones([1]), [5]), IndexError, "index"),
        (lambda x: pa.index_add(x, [0], 0, pa.ones([3])), ValueError, r"value must have shape \[1, 3\]"),
        (lambda x: pa.index_add(x, [0], 0, x[:1], "2"), TypeError, "alpha must be a real number"),
        (lambda x: pa.index_fill(x, [0], 0, [1.0, 2.0]), ValueError, "value must be one number"),
        (lambda x: pa.index_fill(x, [5], 0, 1.0), IndexError, "index must hold integers"),
        (lambda x: pa.index_put(x, x, 1.0), TypeError, "indices must be a list"),
        (lambda x: pa.index_put(x, [[5]], 1.0), IndexError, "setitem needs inputs"),
        (lambda x: pa.index_put(x, [[0.5]], 1.0), TypeError, r"indices\[0\] must hold integers or bools"),
    ],
)
def test_what_is_refused(call, error, message):
    x = pa.zeros([2, 3])
    with pytest.raises(error, match=message):
        call(x)
    assert not x.numpy().any()


def test_the_axis_may_come_before_the_index():
    x, index, values = pa.zeros([2, 3]), [[2], [0]], pa.to_tensor([[5.0], [6.0]])
    for found in (x.scatter(1, index, values), pa.scatter(input=x, dim=1, index=index, src=values)):
        assert found.tolist() == [[0.0, 0.0, 5.0], [6.0, 0.0, 0.0]]
    assert pa.ones([2, 3]).scatter_(1, index, values, "add").tolist() == [[1.0, 1.0, 6.0], [7.0, 1.0, 1.0]]
    assert x.scatter(1, index, value=7.0).tolist() == [[0.0, 0.0, 7.0], [7.0, 0.0, 0.0]]
    with pytest.raises(TypeError, match="scatter takes src or value, but received both"):
        x.scatter(1, index, values, value=7.0)
    with pytest.raises(TypeError, match="scatter takes src or value, but received neither"):
        x.scatter(dim=1, index=index)
    added = x.index_add(index=[2, 2], axis=1, value=pa.ones([2, 2])).tolist()
    assert x.index_add(1, [2, 2], pa.ones([2, 2])).tolist() == added == [[0.0, 0.0, 2.0]] * 2
    assert pa.index_add(x, 1, index=[2, 2], source=pa.ones([2, 2]), alpha=2).tolist() == [[0.0, 0.0, 4.0]] * 2
