import numpy as np
import pytest

import paramattr as pa
from paramattr import io


def test_fields_are_stacked_each_by_itself():
    samples = [
        (np.full(2, i), (pa.to_tensor([float(i)]), i), {"name": f"n{i}", "flag": i > 0}, np.bool_(i)) for i in range(3)
    ]
    arrays, (tensors, numbers), fields, flags = io.default_collate_fn(samples)
    assert arrays.tolist() == [[0, 0], [1, 1], [2, 2]]
    assert (type(tensors), tensors.shape) == (pa.Tensor, [3, 1])
    assert (numbers.dtype, numbers.tolist()) == (np.int64, [0, 1, 2])
    assert fields["name"] == ["n0", "n1", "n2"]
    assert fields["flag"].tolist() == flags.tolist() == [False, True, True]


def test_conversion_changes_containers_alone():
    array = np.ones(2)
    converted = io.default_convert_fn((array, {"a": ("text", None)}))
    assert converted[0] is array
    assert converted[1:] == [{"a": ["text", None]}]


@pytest.mark.parametrize(
    ("batch", "error"),
    [([], ValueError), ([(1, 2), (1,)], ValueError), ([None], TypeError), ([np.ones(1), np.ones(2)], ValueError)],
)
def test_bad_batches(batch, error):
    with pytest.raises(error):
        io.default_collate_fn(batch)
