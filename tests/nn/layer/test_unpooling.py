import numpy as np
import pytest

from paramattr import nn


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_layer_undoes_the_pooling(n):
    x = np.random.default_rng(n).uniform(1, 2, (2, 3, *[4] * n))
    value, mask = getattr(nn, f"MaxPool{n}D")(2, return_mask=True)(x)
    layer = getattr(nn, f"MaxUnPool{n}D")(2)
    function = getattr(nn.functional, f"max_unpool{n}d")
    np.testing.assert_array_equal(layer(value, mask).numpy(), function(value, mask, 2).numpy())
    wider = layer(value, mask, [5] * n).numpy()
    np.testing.assert_array_equal(wider, function(value, mask, 2, output_size=[5] * n).numpy())
    fixed = getattr(nn, f"MaxUnPool{n}D")(2, output_size=[2, 3, *[5] * n])
    np.testing.assert_array_equal(fixed(value, mask).numpy(), wider)
    np.testing.assert_array_equal(fixed(value, mask, [4] * n).numpy(), layer(value, mask).numpy())
    assert repr(layer) == f"MaxUnPool{n}D(output_size=None)"
    assert getattr(nn, f"MaxUnpool{n}d") is getattr(nn, f"MaxUnPool{n}D")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.MaxUnPool1D(0), ValueError, "kernel_size must be >= 1"),
        (lambda: nn.MaxUnPool2D(2, 0), ValueError, "stride must be >= 1"),
        (lambda: nn.MaxUnPool2D(2, padding="SAME"), ValueError, "padding must be numbers"),
        (lambda: nn.MaxUnPool2D(2, data_format="NHWC"), ValueError, "data_format"),
        (lambda: nn.MaxUnPool2D(2, output_size=[1]), ValueError, "output_size must be an integer or a sequence of 2"),
        (lambda: nn.MaxUnPool2D(2, output_size=1), TypeError, "output_size must be a list"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
