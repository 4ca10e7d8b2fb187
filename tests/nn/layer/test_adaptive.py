import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

F = nn.functional
SHAPES = {1: (2, 3, 6), 2: (2, 3, 6, 7), 3: (1, 2, 4, 5, 6)}
X = {n: np.random.default_rng(n).standard_normal(shape) for n, shape in SHAPES.items()}

# For each layer its arguments, its repr, its function and the number of spatial axes.
LAYERS = [
    *((f"AdaptiveAvgPool{n}D", (3,), "output_size=3", f"adaptive_avg_pool{n}d", n) for n in (1, 2, 3)),
    *(
        (f"AdaptiveMaxPool{n}D", (3,), "output_size=3, return_mask=False", f"adaptive_max_pool{n}d", n)
        for n in (1, 2, 3)
    ),
    ("AdaptiveAvgPool2D", ([2, None], "NHWC"), "output_size=[2, None]", "adaptive_avg_pool2d", 2),
    *(
        (f"FractionalMaxPool{n}D", (2, 2, 0.3), "output_size=2, return_mask=False", f"fractional_max_pool{n}d", n)
        for n in (2, 3)
    ),
]


@pytest.mark.parametrize(("name", "arguments", "text", "function", "n"), LAYERS)
def test_a_layer_is_its_function(name, arguments, text, function, n):
    layer = getattr(nn, name)(*arguments)
    np.testing.assert_array_equal(layer(X[n]).numpy(), getattr(F, function)(X[n], *arguments).numpy())
    assert repr(layer) == f"{name}({text})"
    assert layer.parameters() == []
    with pytest.raises(ValueError, match="expected an input of shape") as info:
        layer(np.ones((2, 2)))
    assert str(info.value).startswith(repr(layer))


@pytest.mark.parametrize("layer", [nn.AdaptiveMaxPool2D(3, True), nn.FractionalMaxPool2D(3, None, 0.4, True)])
def test_a_mask_comes_with_the_values(layer):
    value, mask = layer(X[2])
    found = np.take_along_axis(X[2].reshape(2, 3, -1), mask.numpy().reshape(2, 3, -1).astype(int), axis=2)
    np.testing.assert_array_equal(found.reshape(value.shape), value.numpy())


def test_other_names():
    for n in (1, 2, 3):
        for kind in ("Avg", "Max"):
            assert getattr(nn, f"Adaptive{kind}Pool{n}d") is getattr(nn, f"Adaptive{kind}Pool{n}D")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.AdaptiveAvgPool2D(0), ValueError, "output_size must be >= 1"),
        (lambda: nn.AdaptiveMaxPool2D([1, 2, 3]), ValueError, "output_size must be an integer or a sequence of 2"),
        (lambda: nn.AdaptiveAvgPool2D(2, "NCL"), ValueError, "data_format"),
        (lambda: nn.AdaptiveMaxPool1D(2, None), TypeError, "return_mask"),
        (lambda: nn.FractionalMaxPool2D(2, 0), ValueError, "kernel_size must be >= 1"),
        (lambda: nn.FractionalMaxPool3D(2, None, 1), ValueError, "random_u"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_seed_gives_the_same_values():
    layer = nn.FractionalMaxPool2D(4)
    found = []
    for _ in range(2):
        pa.seed(3)
        found.append(layer(X[2]).numpy())
    np.testing.assert_array_equal(*found)
