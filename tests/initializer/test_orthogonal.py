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
        (lambda: init.Orthogonal(math.inf), ValueError, "gain"),
        (lambda: init.Orthogonal("1"), TypeError, "gain"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, named):
    with pytest.raises(error, match=named):
        make()


@pytest.mark.parametrize(
    ("initializer", "shape"),
    [
        (init.Orthogonal(), [3]),
    ],
    ids=str,
)
def test_a_shape_that_does_not_fit_is_refused(initializer, shape):
    with pytest.raises(ValueError, match=type(initializer).__name__):
        pa.create_parameter(shape, attr=initializer)


@pytest.mark.parametrize("shape", [[5, 5], [7, 3], [3, 7], [4, 2, 3], [1, 9], [9, 1]])
def test_orthogonal_rows_or_columns_are_orthonormal(shape):
    matrix = values(init.Orthogonal(gain=2.0), shape).reshape(shape[0], -1)
    gram = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    assert np.allclose(gram, 4 * np.eye(len(gram)), atol=1e-12)
