import numpy as np
import pytest

import paramattr as pa
from paramattr import nn


def test_no_bias():
    layer = nn.Linear(2, 2, bias_attr=False)
    assert layer.bias is None
    assert list(layer.state_dict()) == ["weight"]
    assert layer(pa.to_tensor([[1.0, 1.0]])).shape == [1, 2]


@pytest.mark.parametrize("shape", [[3], [2, 2], [4, 5, 2], []])
def test_linear_names_what_it_expected(shape):
    with pytest.raises(ValueError, match=r"Linear\(in_features=3.*\[\*, 3\].*received") as caught:
        nn.Linear(3, 2)(pa.to_tensor(np.ones([*shape, 2])))
    assert str([*shape, 2]) in str(caught.value)


@pytest.mark.parametrize("leading", [(), (4,), (2, 0), (2, 3)])
def test_linear_maps_the_last_axis(leading):
    layer = nn.Linear(3, 2)
    x = np.random.default_rng(0).normal(size=(*leading, 3)).astype(np.float32)
    expected = np.einsum("...i,io->...o", x, layer.weight.numpy()) + layer.bias.numpy()
    assert np.allclose(layer(pa.to_tensor(x)).numpy(), expected, atol=1e-6)


@pytest.mark.parametrize(("size", "error"), [(-1, ValueError), (2.0, TypeError), (True, TypeError), ("2", TypeError)])
def test_linear_sizes_are_checked(size, error):
    with pytest.raises(error, match="in_features"):
        nn.Linear(size, 2)
    with pytest.raises(error, match="out_features"):
        nn.Linear(2, size)


@pytest.mark.parametrize("sizes", [(0, 2), (2, 0), (0, 0)])
def test_no_features_are_a_number_of_features(sizes):
    layer = nn.Linear(*sizes)
    assert (layer.in_features, layer.out_features) == sizes
    np.testing.assert_array_equal(layer(pa.to_tensor(np.ones((3, sizes[0])))).numpy(), np.zeros((3, sizes[1])))
