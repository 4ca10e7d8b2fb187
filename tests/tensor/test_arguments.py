import numpy as np
import pytest

import paramattr as pa
from paramattr.tensor import arguments


def test_tensors_stand_for_integers():
    two = pa.to_tensor(2)
    assert arguments.integer("n", two) == arguments.integer("n", pa.to_tensor([2])) == arguments.axis("n", two, 3) == 2
    for given in (pa.to_tensor([2, 3]), [two, 3], (2, pa.to_tensor([3])), np.array([2, 3]), range(2, 4)):
        assert arguments.integers("n", given) == (2, 3)
    assert arguments.real("n", pa.to_tensor([0.5]), low=0.0) == arguments.real("n", 0.5) == 0.5
    assert arguments.integers("n", two) == arguments.shape("n", two) == (2,)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: arguments.integer("n", pa.to_tensor(2.0)), TypeError, "n must be an integer"),
        (lambda: arguments.integer("n", pa.to_tensor([1, 2])), TypeError, "n must be an integer"),
        (lambda: arguments.real("n", pa.to_tensor([1.0, 2.0])), TypeError, "n must be a real number"),
        (lambda: arguments.real("n", pa.to_tensor(-1.0), low=0.0), ValueError, "n must be finite and >= 0"),
        (lambda: arguments.integers("n", [pa.to_tensor(2.0)]), TypeError, r"n\[0\] must be an integer"),
        (lambda: arguments.integers("n", None), TypeError, "n must be a sequence of integers"),
        (lambda: arguments.integers("n", [-1], low=0), ValueError, r"n\[0\] must be >= 0"),
        (lambda: arguments.axis("n", pa.to_tensor(3), 3), ValueError, "n must be in"),
        (lambda: arguments.several("n", pa.zeros([2])), TypeError, "n must be a list of at least one tensor"),
        (lambda: arguments.index_of("n", [-1], 3, low=0), IndexError, r"n must hold integers in \[0, 3\)"),
        (lambda: arguments.integer_array("n", [True]), TypeError, "n must hold integers, but received dtype bool"),
        (lambda: arguments.mask_of("n", [1]), TypeError, "n must hold bools"),
        (lambda: arguments.same_dtype("n", pa.zeros([1]), pa.arange(2)), TypeError, "n must have the dtype int64"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
