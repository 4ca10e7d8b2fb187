import math

import numpy as np
import pytest

import paramattr as pa
from paramattr import initializer as init


def values(initializer, shape, dtype="float64"):
    return pa.create_parameter(shape, dtype, attr=initializer).numpy()


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: init.Constant("1"), TypeError, "value"),
        (lambda: init.Constant(math.nan), ValueError, "value"),
        (lambda: init.Constant(True), TypeError, "value"),
        (lambda: init.Assign([[1.0], [1.0, 2.0]]), ValueError, "value"),
        (lambda: init.Assign(["a"]), TypeError, "value"),
        (lambda: init.Assign(None), TypeError, "value"),
        (lambda: init.Assign([1j]), TypeError, "value"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, named):
    with pytest.raises(error, match=named):
        make()


@pytest.mark.parametrize(
    ("initializer", "shape"),
    [
        (init.Assign(np.ones((3, 2))), [2, 2]),
    ],
    ids=str,
)
def test_a_shape_that_does_not_fit_is_refused(initializer, shape):
    with pytest.raises(ValueError, match=type(initializer).__name__):
        pa.create_parameter(shape, attr=initializer)


def test_assign_holds_a_copy():
    array = np.ones((2, 2), np.float32)
    one = init.Assign(array)
    array[...] = 7
    assert np.all(values(one, [2, 2]) == 1)
    assert one == init.Assign([[1, 1], [1, 1]])
    assert one == init.Assign(pa.to_tensor([[1.0, 1.0], [1.0, 1.0]]))
    assert hash(one) == hash(init.Assign([[1, 1], [1, 1]]))
    assert one != init.Assign([1, 1, 1, 1])
    assert one != 3
