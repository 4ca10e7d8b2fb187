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


def test_bilinear():
    with pa.utils.unique_name.guard():
        layer = nn.Bilinear(2, 3, 4, name="pair")
    assert repr(layer) == "Bilinear(in1_features=2, in2_features=3, out_features=4, dtype=float32, name=pair)"
    assert [(p.name, p.shape) for p in layer.parameters()] == [
        ("bilinear_0.w_0", [4, 2, 3]), ("bilinear_0.b_0", [1, 4])
    ]  # fmt: skip
    x1, x2 = np.ones((5, 2)), np.ones((5, 3))
    expected = nn.functional.bilinear(x1, x2, layer.weight, layer.bias).numpy()
    np.testing.assert_array_equal(layer(x1, x2).numpy(), expected)
    assert nn.Bilinear(2, 3, 4, bias_attr=False)(x1, x2).shape == [5, 4]
    with pytest.raises(ValueError, match="x1, x2 and weight"):
        layer(x2, x1)
    for sizes, name in [((0, 1, 1), "in1_features"), ((1, 0, 1), "in2_features"), ((1, 1, 0), "out_features")]:
        with pytest.raises(ValueError, match=name):
            nn.Bilinear(*sizes)


def test_a_name_is_part_of_the_text_alone():
    with pa.utils.unique_name.guard():
        layer = nn.Linear(3, 2, name="fc")
    assert (layer.full_name(), layer.weight.name) == ("linear_0", "linear_0.w_0")
    assert repr(layer) == "Linear(in_features=3, out_features=2, dtype=float32, name=fc)"
    with pytest.raises(TypeError, match="name must be"):
        nn.Linear(3, 2, name=1)
